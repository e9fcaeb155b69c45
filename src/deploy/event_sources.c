/* Events that Lambda fetches: sqs and stream, as event source mappings. */
#include "deploy/events.h"
#include <errno.h>

/* filterPatterns: each a JSON text. */
static yyjson_mut_val *filters(struct deploy *d, yyjson_mut_val *settings)
{
	yyjson_mut_arr_iter it;
	yyjson_mut_val *item, *list = deploy_tree(d, "[]"),
			      *patterns = tree_get(settings, STR("filterPatterns"));
	yyjson_alc alc = tree_alc(&d->arena);
	if (!yyjson_mut_is_arr(patterns))
		return NULL;
	yyjson_mut_arr_iter_init(patterns, &it);
	while ((item = yyjson_mut_arr_iter_next(&it))) {
		char *text = yyjson_mut_val_write_opts(item, 0, &alc, NULL, NULL);
		yyjson_mut_arr_append(list, deploy_tree(d, "{'Pattern': %c}", text ? text : ""));
	}
	return deploy_tree(d, "{'Filters': %v}", list);
}

static yyjson_mut_val *or_number(struct deploy *d, yyjson_mut_val *val, int otherwise)
{
	return val ? val : deploy_tree(d, "%d", otherwise);
}

static yyjson_mut_val *enabled(struct deploy *d, yyjson_mut_val *settings)
{
	return event_is_enabled(settings) ? deploy_tree(d, "true") : deploy_tree(d, "false");
}

static yyjson_mut_val *depends_on(struct deploy *d, struct function *f)
{
	struct str role = { 0 };
	yyjson_mut_val *own = role_of(d, f, &role);
	if (role.p)
		return deploy_tree(d, "[%s]", role);
	return tree_str(own).p ? NULL : deploy_tree(d, "['IamRoleLambdaExecution']");
}

int sqs_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "arn", "batchSize", "enabled", "functionResponseType",
		"filterPatterns", "maximumBatchingWindow", "maximumConcurrency", NULL };
	static const char *const actions[] = { "sqs:ReceiveMessage", "sqs:DeleteMessage",
		"sqs:GetQueueAttributes", NULL };
	yyjson_mut_val *s = event_settings(d, event, "arn"), *arn = tree_get(s, STR("arn")),
		       *concurrency = tree_get(s, STR("maximumConcurrency")),
		       *response = tree_get(s, STR("functionResponseType"));
	int r = deploy_check_keys(d, s, f->event_path, known);
	if (r < 0)
		return r;
	if (!arn)
		return deploy_fail_at(
			d, f->event_path, "%s needs the arn of its queue", f->event_path);
	role_allow_event(d, STR("sqs"), actions, arn);
	return deploy_add(d,
		arena_printf(&d->arena, "%.*sEventSourceMappingSQS%.*s", STR_ARG(f->normal),
			STR_ARG(deploy_capital(d, event_source_name(d, arn)))),
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::EventSourceMapping', 'DependsOn': %v,"
			"'Properties': {'BatchSize': %v, 'MaximumBatchingWindowInSeconds': %v, "
			"'EventSourceArn': %v,"
			"'FunctionName': %v, 'Enabled': %v, 'FunctionResponseTypes': %v, 'ScalingConfig': %v,"
			"'FilterCriteria': %v}}",
			depends_on(d, f), or_number(d, tree_get(s, STR("batchSize")), 10),
			tree_get(s, STR("maximumBatchingWindow")), arn, event_target(d, f),
			enabled(d, s), response ? deploy_tree(d, "[%v]", response) : NULL,
			concurrency ? deploy_tree(d, "{'MaximumConcurrency': %v}", concurrency)
				    : NULL,
			filters(d, s)));
}

/* Where batches that failed go: {OnFailure: {Destination: arn}}. */
static yyjson_mut_val *stream_destination(struct deploy *d, yyjson_mut_val *settings)
{
	static const char *const publish[] = { "sns:Publish", NULL };
	static const char *const send[] = { "sqs:ListQueues", "sqs:SendMessage", NULL };
	yyjson_mut_val *to = deploy_at(settings, "destinations.onFailure"),
		       *arn = tree_get(to, STR("arn")) ? tree_get(to, STR("arn")) : to;
	struct str type = tree_str(tree_get(to, STR("type")));
	if (!to)
		return NULL;
	bool is_queue = type.p ? str_is(type, "sqs") : str_find(tree_str(arn), STR(":sqs:")) > 0;
	role_allow_event(
		d, is_queue ? STR("to sqs") : STR("to sns"), is_queue ? send : publish, arn);
	return deploy_tree(d, "{'OnFailure': {'Destination': %v}}", arn);
}

int stream_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "arn", "type", "batchSize", "batchWindow",
		"startingPosition", "enabled", "maximumRetryAttempts", "bisectBatchOnFunctionError",
		"maximumRecordAgeInSeconds", "parallelizationFactor", "functionResponseType",
		"tumblingWindowInSeconds", "filterPatterns", "destinations", NULL };
	static const char *const actions[] = { "dynamodb:GetRecords", "dynamodb:GetShardIterator",
		"dynamodb:DescribeStream", "dynamodb:ListStreams", NULL };
	yyjson_mut_val *s = event_settings(d, event, "arn"), *arn = tree_get(s, STR("arn")),
		       *response = tree_get(s, STR("functionResponseType")),
		       *start = tree_get(s, STR("startingPosition"));
	struct str type = tree_str(tree_get(s, STR("type"))), part = tree_str(arn);
	int r = deploy_check_keys(d, s, f->event_path, known);
	if (r < 0)
		return r;
	if (!arn || (!type.p && !part.p))
		return deploy_fail_at(
			d, f->event_path, "%s needs its arn, and its type", f->event_path);
	/* The service is an ARN's third part. */
	for (int i = 0; i < 3 && !type.p; i++)
		if (!str_cut(&part, ':', i == 2 ? &type : &(struct str){ 0 }))
			break;
	if (!str_is(type, "dynamodb"))
		return deploy_fail_at(d, f->event_path,
			"%s: streams of the type %.*s are not supported, only those of dynamodb",
			f->event_path, STR_ARG(type));
	role_allow_event(d, STR("dynamodb"), actions, arn);
	return deploy_add(d,
		arena_printf(&d->arena, "%.*sEventSourceMappingDynamodb%.*s", STR_ARG(f->normal),
			STR_ARG(deploy_capital(d, event_source_name(d, arn)))),
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::EventSourceMapping', 'DependsOn': %v, 'Properties': "
			"{'BatchSize': %v, 'MaximumBatchingWindowInSeconds': %v, 'EventSourceArn': %v, "
			"'FunctionName': %v, 'StartingPosition': %v,"
			"'Enabled': %v, 'MaximumRetryAttempts': %v, 'BisectBatchOnFunctionError': %v,"
			"'MaximumRecordAgeInSeconds': %v, 'ParallelizationFactor': %v, "
			"'TumblingWindowInSeconds': %v, 'FunctionResponseTypes': %v, "
			"'FilterCriteria': %v, 'DestinationConfig': %v}}",
			depends_on(d, f), or_number(d, tree_get(s, STR("batchSize")), 10),
			tree_get(s, STR("batchWindow")), arn, event_target(d, f),
			start ? start : deploy_tree(d, "'TRIM_HORIZON'"), enabled(d, s),
			tree_get(s, STR("maximumRetryAttempts")),
			tree_get(s, STR("bisectBatchOnFunctionError")),
			tree_get(s, STR("maximumRecordAgeInSeconds")),
			tree_get(s, STR("parallelizationFactor")),
			tree_get(s, STR("tumblingWindowInSeconds")),
			response ? deploy_tree(d, "[%v]", response) : NULL, filters(d, s),
			stream_destination(d, s)));
}
