/* Events of functions: each as the resources that the framework documents for it. */
#include "deploy/internal.h"
#include <errno.h>

/* The event's own settings, or the text that stands for one of them: {key: text}. */
static yyjson_mut_val *settings(struct deploy *d, yyjson_mut_val *event, const char *key)
{
	if (yyjson_mut_is_obj(event) && !tree_get(event, STR("Fn::GetAtt")) &&
		!tree_get(event, STR("Ref")) && !tree_get(event, STR("Fn::ImportValue")) &&
		!tree_get(event, STR("Fn::Join")) && !tree_get(event, STR("Fn::Sub")))
		return event;
	return deploy_tree(d, "{%c: %v}", key, event);
}

/* The last part of an ARN, or the logical id of what a function refers to. */
static struct str source_name(struct deploy *d, yyjson_mut_val *arn)
{
	yyjson_mut_val *att = tree_get(arn, STR("Fn::GetAtt"));
	struct str text = tree_str(arn);
	if (att)
		return deploy_alnum(d, yyjson_mut_is_arr(att)
					       ? tree_str(yyjson_mut_arr_get_first(att))
					       : tree_str(att));
	if (tree_get(arn, STR("Ref")))
		return deploy_alnum(d, tree_str(tree_get(arn, STR("Ref"))));
	if (tree_get(arn, STR("Fn::ImportValue")))
		return deploy_alnum(d, deploy_text(d, tree_get(arn, STR("Fn::ImportValue"))));
	if (!text.p)
		return STR("Source");
	/* arn:aws:dynamodb:...:table/NAME/stream/... is called by the table's name. */
	ssize_t table = str_find(text, STR(":table/"));
	if (table >= 0) {
		text = str_from(text, (size_t)table + 7);
		str_cut(&text, '/', &text);
		return deploy_alnum(d, text);
	}
	ssize_t colon = str_rindex(text, ':');
	text = str_from(text, (size_t)(colon + 1));
	ssize_t slash = str_rindex(text, '/');
	return deploy_alnum(d, str_from(text, (size_t)(slash + 1)));
}

static yyjson_mut_val *arn_of(struct deploy *d, const struct function *f)
{
	return deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", f->logical_id);
}

static int add_permission(struct deploy *d, struct function *f, struct str id,
	const char *principal, yyjson_mut_val *source)
{
	return deploy_add(d, id,
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Permission', 'Properties': {"
			"'FunctionName': %v, 'Action': 'lambda:InvokeFunction', 'Principal': %c, "
			"'SourceArn': %v}}",
			arn_of(d, f), principal, source));
}

/* enabled: false is State: DISABLED. */
static const char *state_of(yyjson_mut_val *enabled)
{
	return yyjson_mut_is_false(enabled) || str_is(tree_str(enabled), "false") ? "DISABLED"
										  : "ENABLED";
}

static int sqs_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "arn", "batchSize", "enabled", "functionResponseType",
		"filterPatterns", "maximumBatchingWindow", "maximumConcurrency", NULL };
	static const char *const actions[] = { "sqs:ReceiveMessage", "sqs:DeleteMessage",
		"sqs:GetQueueAttributes", NULL };
	yyjson_mut_val *s = settings(d, event, "arn"), *arn = tree_get(s, STR("arn"));
	int r = deploy_check_keys(d, s, "an sqs event", known);
	if (r < 0)
		return r;
	if (!arn)
		return deploy_fail(d, "function %.*s: an sqs event needs the arn of its queue",
			STR_ARG(f->key));
	role_allow(d, actions, arn);
	yyjson_mut_val *concurrency = tree_get(s, STR("maximumConcurrency")),
		       *response = tree_get(s, STR("functionResponseType")),
		       *patterns = tree_get(s, STR("filterPatterns")), *filters = NULL;
	if (patterns) {
		yyjson_mut_arr_iter it;
		yyjson_mut_val *item;
		yyjson_alc alc = tree_alc(&d->arena);
		filters = deploy_tree(d, "[]");
		yyjson_mut_arr_iter_init(patterns, &it);
		while ((item = yyjson_mut_arr_iter_next(&it)))
			yyjson_mut_arr_append(filters,
				deploy_tree(d, "{'Pattern': %c}",
					yyjson_mut_val_write_opts(item, 0, &alc, NULL, NULL)));
	}
	return deploy_add(d,
		arena_printf(&d->arena, "%.*sEventSourceMappingSQS%.*s", STR_ARG(f->normal),
			STR_ARG(source_name(d, arn))),
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::EventSourceMapping', 'DependsOn': %v,"
			"'Properties': {'BatchSize': %v, 'MaximumBatchingWindowInSeconds': %v, "
			"'EventSourceArn': %v,"
			"'FunctionName': %v, 'Enabled': %v, 'FunctionResponseTypes': %v, 'ScalingConfig': %v,"
			"'FilterCriteria': %v}}",
			d->has_role ? deploy_tree(d, "['IamRoleLambdaExecution']") : NULL,
			tree_get(s, STR("batchSize")) ? tree_get(s, STR("batchSize"))
						      : deploy_tree(d, "10"),
			tree_get(s, STR("maximumBatchingWindow")), arn, arn_of(d, f),
			state_of(tree_get(s, STR("enabled")))[0] == 'D' ? deploy_tree(d, "false")
									: deploy_tree(d, "true"),
			response ? deploy_tree(d, "[%v]", response) : NULL,
			concurrency ? deploy_tree(d, "{'MaximumConcurrency': %v}", concurrency)
				    : NULL,
			filters ? deploy_tree(d, "{'Filters': %v}", filters) : NULL));
}

static int stream_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "arn", "type", "batchSize", "batchWindow",
		"startingPosition", "enabled", "maximumRetryAttempts", "bisectBatchOnFunctionError",
		"maximumRecordAgeInSeconds", "parallelizationFactor", "functionResponseType",
		"tumblingWindowInSeconds", NULL };
	static const char *const table_actions[] = { "dynamodb:GetRecords",
		"dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams",
		NULL };
	static const char *const stream_actions[] = { "kinesis:GetRecords",
		"kinesis:GetShardIterator", "kinesis:DescribeStreamSummary", "kinesis:ListShards",
		NULL };
	yyjson_mut_val *s = settings(d, event, "arn"), *arn = tree_get(s, STR("arn"));
	struct str type = tree_str(tree_get(s, STR("type")));
	int r = deploy_check_keys(d, s, "a stream event", known);
	if (r < 0)
		return r;
	bool is_table = type.p ? str_is(type, "dynamodb")
			       : str_starts(tree_str(arn), STR("arn:aws:dynamodb"));
	if (!arn || (!type.p && !tree_str(arn).p))
		return deploy_fail(d, "function %.*s: a stream event needs its arn, and its type",
			STR_ARG(f->key));
	role_allow(d, is_table ? table_actions : stream_actions, arn);
	yyjson_mut_val *response = tree_get(s, STR("functionResponseType"));
	return deploy_add(d,
		arena_printf(&d->arena, "%.*sEventSourceMapping%s%.*s", STR_ARG(f->normal),
			is_table ? "Dynamodb" : "Kinesis", STR_ARG(source_name(d, arn))),
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::EventSourceMapping', 'DependsOn': %v, 'Properties': "
			"{'BatchSize': %v,"
			"'MaximumBatchingWindowInSeconds': %v, 'EventSourceArn': %v, 'FunctionName': %v,"
			" 'StartingPosition': %v,"
			"'Enabled': %v, 'MaximumRetryAttempts': %v, 'BisectBatchOnFunctionError': %v,"
			"'MaximumRecordAgeInSeconds': %v, 'ParallelizationFactor': %v, "
			"'TumblingWindowInSeconds': %v,"
			"'FunctionResponseTypes': %v}}",
			d->has_role ? deploy_tree(d, "['IamRoleLambdaExecution']") : NULL,
			tree_get(s, STR("batchSize")) ? tree_get(s, STR("batchSize"))
						      : deploy_tree(d, "10"),
			tree_get(s, STR("batchWindow")), arn, arn_of(d, f),
			tree_get(s, STR("startingPosition")) ? tree_get(s, STR("startingPosition"))
							     : deploy_tree(d, "'TRIM_HORIZON'"),
			state_of(tree_get(s, STR("enabled")))[0] == 'D' ? deploy_tree(d, "false")
									: deploy_tree(d, "true"),
			tree_get(s, STR("maximumRetryAttempts")),
			tree_get(s, STR("bisectBatchOnFunctionError")),
			tree_get(s, STR("maximumRecordAgeInSeconds")),
			tree_get(s, STR("parallelizationFactor")),
			tree_get(s, STR("tumblingWindowInSeconds")),
			response ? deploy_tree(d, "[%v]", response) : NULL));
}

static int sns_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "arn", "topicName", "displayName", "filterPolicy",
		"filterPolicyScope", "redrivePolicy", NULL };
	bool is_arn = str_starts(tree_str(event), STR("arn:")) ||
		      (yyjson_mut_is_obj(event) && settings(d, event, "arn") != event);
	yyjson_mut_val *s = settings(d, event, is_arn ? "arn" : "topicName"),
		       *arn = tree_get(s, STR("arn"));
	int r = deploy_check_keys(d, s, "an sns event", known);
	struct str topic = tree_str(tree_get(s, STR("topicName")));
	if (r == 0 && !arn && !topic.p)
		return deploy_fail(d, "function %.*s: an sns event needs a topic's name or arn",
			STR_ARG(f->key));
	struct str name = topic.p ? deploy_capital(d, deploy_alnum(d, topic))
				  : deploy_capital(d, source_name(d, arn));
	yyjson_mut_val *filter = tree_get(s, STR("filterPolicy")), *source = arn,
		       *redrive = tree_get(s, STR("redrivePolicy"));
	struct str id = arena_printf(&d->arena, "SNSTopic%.*s", STR_ARG(name));
	bool is_alone = arn || filter || redrive;
	if (r == 0 && !arn && !tree_get(d->resources, id))
		r = deploy_add(d, id,
			deploy_tree(d,
				"{'Type': 'AWS::SNS::Topic', 'Properties': {'TopicName': %s,"
				"'DisplayName': %v}}",
				topic, tree_get(s, STR("displayName"))));
	if (r < 0)
		return r;
	if (!arn)
		source = deploy_tree(d, "{'Ref': %s}", id);
	/* A topic of the service's own carries its plain subscriptions itself. */
	yyjson_mut_val *properties = deploy_at(tree_get(d->resources, id), "Properties"), *list;
	if (!is_alone) {
		if (!tree_get(properties, STR("Subscription")))
			yyjson_mut_obj_add(
				properties, deploy_tree(d, "'Subscription'"), deploy_tree(d, "[]"));
		list = tree_get(properties, STR("Subscription"));
		yyjson_mut_arr_append(list,
			deploy_tree(d, "{'Endpoint': %v, 'Protocol': 'lambda'}", arn_of(d, f)));
	} else {
		r = deploy_add(d,
			arena_printf(&d->arena, "%.*sSnsSubscription%.*s", STR_ARG(f->normal),
				STR_ARG(name)),
			deploy_tree(d,
				"{'Type': 'AWS::SNS::Subscription', 'Properties': {'TopicArn': %v,"
				"'Protocol': 'lambda', 'Endpoint': %v, 'FilterPolicy': %v, "
				"'FilterPolicyScope': %v,"
				"'RedrivePolicy': %v}}",
				source, arn_of(d, f), filter, tree_get(s, STR("filterPolicyScope")),
				redrive));
	}
	yyjson_mut_val *permitted =
		arn ? arn
		    : deploy_tree(d,
			      "{'Fn::Join': ['', ['arn:', {'Ref': 'AWS::Partition'},"
			      "':sns:', {'Ref': 'AWS::Region'}, ':', {'Ref': 'AWS::AccountId'}, ':', %s]]}",
			      topic);
	return r < 0 ? r
		     : add_permission(d, f,
			       arena_printf(&d->arena, "%.*sLambdaPermission%.*sSNS",
				       STR_ARG(f->normal), STR_ARG(name)),
			       "sns.amazonaws.com", permitted);
}

static int one_schedule(
	struct deploy *d, struct function *f, yyjson_mut_val *s, yyjson_mut_val *rate)
{
	unsigned n = ++f->schedules;
	struct str id = arena_printf(&d->arena, "%.*sEventsRuleSchedule%u", STR_ARG(f->normal), n);
	yyjson_mut_val *input = tree_get(s, STR("input"));
	yyjson_alc alc = tree_alc(&d->arena);
	if (input && !yyjson_mut_is_str(input))
		input = deploy_tree(d, "%c", yyjson_mut_val_write_opts(input, 0, &alc, NULL, NULL));
	int r = deploy_add(d, id,
		deploy_tree(d,
			"{'Type': 'AWS::Events::Rule', 'Properties': {'Name': %v,"
			"'Description': %v, 'ScheduleExpression': %v, 'State': %c, 'Targets': [{'Arn': "
			"%v, 'Id': %s, 'Input': %v,"
			"'InputPath': %v}]}}",
			tree_get(s, STR("name")), tree_get(s, STR("description")), rate,
			state_of(tree_get(s, STR("enabled"))), arn_of(d, f),
			arena_printf(&d->arena, "%.*sSchedule", STR_ARG(f->key)), input,
			tree_get(s, STR("inputPath"))));
	return r < 0 ? r
		     : add_permission(d, f,
			       arena_printf(&d->arena, "%.*sLambdaPermissionEventsRuleSchedule%u",
				       STR_ARG(f->normal), n),
			       "events.amazonaws.com",
			       deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", id));
}

static int schedule_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "rate", "enabled", "name", "description", "input",
		"inputPath", NULL };
	yyjson_mut_val *s = settings(d, event, "rate"), *rate = tree_get(s, STR("rate")), *item;
	yyjson_mut_arr_iter it;
	int r = deploy_check_keys(d, s, "a schedule event", known);
	if (r == 0 && !rate)
		return deploy_fail(
			d, "function %.*s: a schedule event needs a rate", STR_ARG(f->key));
	if (!yyjson_mut_is_arr(rate))
		return r < 0 ? r : one_schedule(d, f, s, rate);
	yyjson_mut_arr_iter_init(rate, &it);
	while (r == 0 && (item = yyjson_mut_arr_iter_next(&it)))
		r = one_schedule(d, f, s, item);
	return r;
}

/* What an eventBridge event's rule calls, and with what. */
static yyjson_mut_val *bus_target(
	struct deploy *d, struct function *f, yyjson_mut_val *s, struct str rule)
{
	yyjson_mut_val *dead = tree_get(s, STR("deadLetterQueueArn")),
		       *input = tree_get(s, STR("input"));
	yyjson_mut_val *retry = tree_get(s, STR("retryPolicy")),
		       *change = tree_get(s, STR("inputTransformer"));
	yyjson_alc alc = tree_alc(&d->arena);
	if (input && !yyjson_mut_is_str(input))
		input = deploy_tree(d, "%c", yyjson_mut_val_write_opts(input, 0, &alc, NULL, NULL));
	if (change)
		change = deploy_tree(d, "{'InputPathsMap': %v, 'InputTemplate': %v}",
			tree_get(change, STR("inputPathsMap")),
			tree_get(change, STR("inputTemplate")));
	if (retry)
		retry = deploy_tree(d,
			"{'MaximumEventAgeInSeconds': %v, 'MaximumRetryAttempts': %v}",
			tree_get(retry, STR("maximumEventAge")),
			tree_get(retry, STR("maximumRetryAttempts")));
	return deploy_tree(d,
		"{'Arn': %v, 'Id': %s, 'Input': %v, 'InputPath': %v, 'InputTransformer': %v, 'RetryPolicy': %v,"
		"'DeadLetterConfig': %v}",
		arn_of(d, f), arena_printf(&d->arena, "%.*s-target", STR_ARG(rule)), input,
		tree_get(s, STR("inputPath")), change, retry,
		dead ? deploy_tree(d, "{'Arn': %v}", dead) : NULL);
}

static int bus_event(struct deploy *d, struct function *f, yyjson_mut_val *s)
{
	static const char *const known[] = { "eventBus", "schedule", "pattern", "input",
		"inputPath", "inputTransformer", "enabled", "name", "retryPolicy",
		"deadLetterQueueArn", NULL };
	unsigned n = f->event_index;
	struct str rule = arena_printf(&d->arena, "%.*s-rule-%u", STR_ARG(f->name), n),
		   bus_text = tree_str(tree_get(s, STR("eventBus")));
	struct str own_name = tree_str(tree_get(s, STR("name"))), bus_id = { 0 },
		   bus_name = STR("");
	if (own_name.p)
		rule = own_name;
	struct str id = arena_printf(&d->arena, "%.*sEventBridgeRule",
		STR_ARG(deploy_capital(d, deploy_alnum(d, rule))));
	yyjson_mut_val *bus = tree_get(s, STR("eventBus"));
	int r = deploy_check_keys(d, s, "an eventBridge event", known);
	if (r < 0)
		return r;
	/* A bus by its name alone is made with the stack. */
	if (bus_text.p && !str_starts(bus_text, STR("arn:"))) {
		bus_name = arena_printf(&d->arena, "%.*s/", STR_ARG(bus_text));
		bus_id = arena_printf(&d->arena, "%.*sEventBridgeEventBus",
			STR_ARG(deploy_capital(d, deploy_alnum(d, bus_text))));
	}
	if (str_is(bus_text, "default"))
		bus_name = STR(""), bus_id.p = NULL;
	if (bus_id.p && !tree_get(d->resources, bus_id))
		r = deploy_add(d, bus_id,
			deploy_tree(d,
				"{'Type': 'AWS::Events::EventBus', 'Properties': {'Name': %s}}",
				bus_text));
	/* Of a bus that is made elsewhere, the rule itself knows its ARN. */
	yyjson_mut_val *source =
		bus && (!bus_text.p || str_starts(bus_text, STR("arn:")))
			? deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", id)
			: deploy_tree(d,
				  "{'Fn::Join': ['', ['arn:', {'Ref': 'AWS::Partition'}, ':events:', "
				  "{'Ref': 'AWS::Region'},"
				  "':', {'Ref': 'AWS::AccountId'}, ':rule/', %s]]}",
				  arena_printf(
					  &d->arena, "%.*s%.*s", STR_ARG(bus_name), STR_ARG(rule)));
	if (r == 0)
		r = deploy_add(d, id,
			deploy_tree(d,
				"{'Type': 'AWS::Events::Rule', 'DependsOn': %s, 'Properties': {"
				"'EventBusName': %v, 'EventPattern': %v, 'Name': %s,"
				"'ScheduleExpression': %v, 'State': %c, 'Targets': [%v]}}",
				bus_id, bus, tree_get(s, STR("pattern")), rule,
				tree_get(s, STR("schedule")), state_of(tree_get(s, STR("enabled"))),
				bus_target(d, f, s, rule)));
	return r < 0 ? r
		     : add_permission(d, f,
			       arena_printf(&d->arena, "%.*sEventBridgeLambdaPermission%u",
				       STR_ARG(f->normal), n),
			       "events.amazonaws.com", source);
}

/* The rules that say which keys notify: {prefix: x} and {suffix: y}. */
static yyjson_mut_val *key_rules(struct deploy *d, yyjson_mut_val *rules)
{
	yyjson_mut_arr_iter it;
	yyjson_mut_val *rule, *list = deploy_tree(d, "[]"), *key;
	if (!yyjson_mut_is_arr(rules))
		return NULL;
	yyjson_mut_arr_iter_init(rules, &it);
	while ((rule = yyjson_mut_arr_iter_next(&it))) {
		yyjson_mut_obj_iter members;
		if (!yyjson_mut_is_obj(rule))
			continue;
		yyjson_mut_obj_iter_init(rule, &members);
		while ((key = yyjson_mut_obj_iter_next(&members)))
			yyjson_mut_arr_append(list, deploy_tree(d, "{'Name': %v, 'Value': %v}", key,
							    yyjson_mut_obj_iter_get_val(key)));
	}
	return deploy_tree(d, "{'S3Key': {'Rules': %v}}", list);
}

static int bucket_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "bucket", "event", "rules", NULL };
	yyjson_mut_val *s = settings(d, event, "bucket"), *kind = tree_get(s, STR("event"));
	struct str bucket = tree_str(tree_get(s, STR("bucket")));
	int r = deploy_check_keys(d, s, "an s3 event", known);
	if (r == 0 && !bucket.p)
		return deploy_fail(d, "function %.*s: an s3 event needs a bucket", STR_ARG(f->key));
	/* A bucket of provider.s3 is called by its key there. */
	yyjson_mut_val *own = tree_get(deploy_at(d->config, "provider.s3"), bucket), *list;
	struct str normal = deploy_normal(d, deploy_alnum(d, bucket));
	struct str id = arena_printf(&d->arena, "S3Bucket%.*s", STR_ARG(normal)),
		   permission = arena_printf(&d->arena, "%.*sLambdaPermission%.*sS3",
			   STR_ARG(f->normal), STR_ARG(normal));
	if (tree_str(tree_get(own, STR("name"))).p)
		bucket = tree_str(tree_get(own, STR("name")));
	if (r == 0 && !tree_get(d->resources, id))
		r = deploy_add(d, id,
			deploy_tree(d,
				"{'Type': 'AWS::S3::Bucket', 'Properties': {'BucketName': %s,"
				"'NotificationConfiguration': {'LambdaConfigurations': []}}, 'DependsOn': []}",
				bucket));
	if (r < 0)
		return r;
	yyjson_mut_val *resource = tree_get(d->resources, id);
	list = deploy_at(resource, "Properties.NotificationConfiguration.LambdaConfigurations");
	yyjson_mut_arr_append(list, deploy_tree(d, "{'Event': %v, 'Function': %v, 'Filter': %v}",
					    kind ? kind : deploy_tree(d, "'s3:ObjectCreated:*'"),
					    arn_of(d, f), key_rules(d, tree_get(s, STR("rules")))));
	if (tree_get(d->resources, permission))
		return 0;
	yyjson_mut_arr_append(
		tree_get(resource, STR("DependsOn")), deploy_tree(d, "%s", permission));
	return deploy_add(d, permission,
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Permission', 'Properties': {"
			"'FunctionName': %v, 'Action': 'lambda:InvokeFunction', 'Principal': "
			"'s3.amazonaws.com',"
			"'SourceAccount': {'Ref': 'AWS::AccountId'}, 'SourceArn': {'Fn::Join': ['', ['arn:',"
			"{'Ref': 'AWS::Partition'}, %s]]}}}",
			arn_of(d, f), arena_printf(&d->arena, ":s3:::%.*s", STR_ARG(bucket))));
}

static int log_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "logGroup", "filter", NULL };
	yyjson_mut_val *s = settings(d, event, "logGroup"), *group = tree_get(s, STR("logGroup"));
	unsigned n = ++f->filters;
	int r = deploy_check_keys(d, s, "a cloudwatchLog event", known);
	if (r == 0 && !group)
		return deploy_fail(d, "function %.*s: a cloudwatchLog event needs a logGroup",
			STR_ARG(f->key));
	struct str permission = arena_printf(&d->arena,
		"%.*sLambdaPermissionLogsSubscriptionFilterCloudWatchLog", STR_ARG(f->normal));
	if (r == 0)
		r = deploy_add(d,
			arena_printf(&d->arena, "%.*sLogsSubscriptionFilterCloudWatchLog%u",
				STR_ARG(f->normal), n),
			deploy_tree(d,
				"{'Type': 'AWS::Logs::SubscriptionFilter', 'DependsOn': %s, 'Properties': {"
				"'LogGroupName': %v, 'FilterPattern': %v, 'DestinationArn': %v}}",
				permission, group,
				tree_get(s, STR("filter")) ? tree_get(s, STR("filter"))
							   : deploy_tree(d, "''"),
				arn_of(d, f)));
	return r < 0 || n > 1 ? r : add_permission(d, f, permission, "logs.amazonaws.com", NULL);
}

static const struct {
	const char *name;
	int (*translate)(struct deploy *d, struct function *f, yyjson_mut_val *event);
} kinds[] = {
	{ "httpApi", http_api_event },
	{ "sqs", sqs_event },
	{ "stream", stream_event },
	{ "sns", sns_event },
	{ "schedule", schedule_event },
	{ "eventBridge", bus_event },
	{ "s3", bucket_event },
	{ "cloudwatchLog", log_event },
};

static int translate_event(
	struct deploy *d, struct function *f, struct str kind, yyjson_mut_val *event)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_is(kind, kinds[i].name))
			return kinds[i].translate(d, f, event);
	return deploy_fail(d, "function %.*s: events of the kind \"%.*s\" are not supported",
		STR_ARG(f->key), STR_ARG(kind));
}

int events_translate(struct deploy *d, struct function *f)
{
	yyjson_mut_val *events = tree_get(f->config, STR("events")), *item, *key;
	yyjson_mut_arr_iter it;
	int r = 0;
	if (!events || yyjson_mut_is_null(events))
		return 0;
	if (!yyjson_mut_is_arr(events))
		return deploy_fail(d, "function %.*s: events is no list", STR_ARG(f->key));
	yyjson_mut_arr_iter_init(events, &it);
	while (r == 0 && (item = yyjson_mut_arr_iter_next(&it))) {
		yyjson_mut_obj_iter members;
		f->event_index++;
		if (yyjson_mut_is_str(item)) {
			r = translate_event(d, f, tree_str(item), deploy_tree(d, "'*'"));
			continue;
		}
		if (!yyjson_mut_is_obj(item) || yyjson_mut_obj_size(item) != 1)
			return deploy_fail(d,
				"function %.*s: an event is one kind with its settings",
				STR_ARG(f->key));
		yyjson_mut_obj_iter_init(item, &members);
		key = yyjson_mut_obj_iter_next(&members);
		r = translate_event(d, f, tree_str(key), yyjson_mut_obj_iter_get_val(key));
	}
	return r;
}
