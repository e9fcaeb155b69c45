/* Events of functions: each as the resources that the framework documents for it. */
#include "deploy/events.h"
#include <errno.h>

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
			event_is_enabled(s) ? "ENABLED" : "DISABLED", event_target(d, f),
			arena_printf(&d->arena, "%.*sSchedule", STR_ARG(f->key)), input,
			tree_get(s, STR("inputPath"))));
	return r < 0 ? r
		     : event_permission(d, f,
			       arena_printf(&d->arena, "%.*sLambdaPermissionEventsRuleSchedule%u",
				       STR_ARG(f->normal), n),
			       "events.amazonaws.com",
			       deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", id));
}

static int schedule_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "rate", "enabled", "name", "description", "input",
		"inputPath", NULL };
	yyjson_mut_val *s = event_settings(d, event, "rate"), *rate = tree_get(s, STR("rate")),
		       *item;
	yyjson_mut_arr_iter it;
	int r = deploy_check_keys(d, s, f->event_path, known);
	if (r == 0 && !rate)
		return deploy_fail_at(d, f->event_path, "%s needs a rate", f->event_path);
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
		event_target(d, f), arena_printf(&d->arena, "%.*s-target", STR_ARG(rule)), input,
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
	struct str own_name = tree_str(tree_get(s, STR("name"))), bus_id = { 0 }, bus_name = { 0 };
	if (own_name.p)
		rule = own_name;
	struct str id = arena_printf(&d->arena, "%.*sEventBridgeRule",
		STR_ARG(deploy_capital(d, deploy_alnum(d, rule))));
	yyjson_mut_val *bus = tree_get(s, STR("eventBus"));
	int r = deploy_check_keys(d, s, f->event_path, known);
	if (r < 0)
		return r;
	/* A bus by its name alone is made with the stack. */
	if (bus_text.p && !str_starts(bus_text, STR("arn:"))) {
		bus_name = bus_text;
		bus_id = arena_printf(&d->arena, "%.*sEventBridgeEventBus",
			STR_ARG(deploy_capital(d, deploy_alnum(d, bus_text))));
	}
	if (str_is(bus_text, "default"))
		bus_name.p = bus_id.p = NULL;
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
				  "{'Fn::Join': [':', ['arn', {'Ref': 'AWS::Partition'}, 'events', "
				  "{'Ref': 'AWS::Region'}, {'Ref': 'AWS::AccountId'}, "
				  "{'Fn::Join': ['/', ['rule', %s, %s]]}]]}",
				  bus_name, rule);
	if (r == 0)
		r = deploy_add(d, id,
			deploy_tree(d,
				"{'Type': 'AWS::Events::Rule', 'DependsOn': %s, 'Properties': {"
				"'EventBusName': %v, 'EventPattern': %v, 'Name': %s,"
				"'ScheduleExpression': %v, 'State': %c, 'Targets': [%v]}}",
				bus_id, bus, tree_get(s, STR("pattern")), rule,
				tree_get(s, STR("schedule")),
				event_is_enabled(s) ? "ENABLED" : "DISABLED",
				bus_target(d, f, s, rule)));
	return r < 0 ? r
		     : event_permission(d, f,
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
	yyjson_mut_val *s = event_settings(d, event, "bucket"), *kind = tree_get(s, STR("event"));
	struct str bucket = tree_str(tree_get(s, STR("bucket")));
	int r = deploy_check_keys(d, s, f->event_path, known);
	if (r == 0 && !bucket.p)
		return deploy_fail_at(d, f->event_path, "%s needs a bucket", f->event_path);
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
	yyjson_mut_arr_append(
		list, deploy_tree(d, "{'Event': %v, 'Function': %v, 'Filter': %v}",
			      kind ? kind : deploy_tree(d, "'s3:ObjectCreated:*'"),
			      event_target(d, f), key_rules(d, tree_get(s, STR("rules")))));
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
			event_target(d, f),
			arena_printf(&d->arena, ":s3:::%.*s", STR_ARG(bucket))));
}

static int log_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "logGroup", "filter", NULL };
	yyjson_mut_val *s = event_settings(d, event, "logGroup"),
		       *group = tree_get(s, STR("logGroup"));
	unsigned n = ++f->filters;
	int r = deploy_check_keys(d, s, f->event_path, known);
	if (r == 0 && !group)
		return deploy_fail_at(d, f->event_path, "%s needs a logGroup", f->event_path);
	struct str permission = arena_printf(&d->arena,
		"%.*sLambdaPermissionLogsSubscriptionFilterCloudWatchLog", STR_ARG(f->normal));
	if (r == 0)
		r = deploy_add(d,
			arena_printf(&d->arena, "%.*sLogsSubscriptionFilterCloudWatchLog%u",
				STR_ARG(f->normal), n),
			deploy_tree(d,
				"{'Type': 'AWS::Logs::SubscriptionFilter', 'DependsOn': [%s], 'Properties': {"
				"'LogGroupName': %v, 'FilterPattern': %v, 'DestinationArn': %v}}",
				permission, group,
				tree_get(s, STR("filter")) ? tree_get(s, STR("filter"))
							   : deploy_tree(d, "''"),
				event_target(d, f)));
	if (r < 0 || n > 1)
		return r;
	return deploy_add(d, permission,
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Permission', 'Properties': {"
			"'FunctionName': %v, 'Action': 'lambda:InvokeFunction', 'Principal': "
			"{'Fn::Join': ['', ['logs.', {'Ref': 'AWS::Region'}, '.amazonaws.com']]}, "
			"'SourceArn': {'Fn::Join': ['', ['arn:', {'Ref': 'AWS::Partition'}, ':logs:', "
			"{'Ref': 'AWS::Region'}, ':', {'Ref': 'AWS::AccountId'}, ':log-group:', %v, "
			"':*']]}}}",
			event_target(d, f), group));
}

static const struct {
	const char *name;
	int (*translate)(struct deploy *d, struct function *f, yyjson_mut_val *event);
	const char *type, *property; /* what the server must serve for it */
} kinds[] = {
	{ "httpApi", http_api_event, "AWS::ApiGatewayV2::Route", NULL },
	{ "sqs", sqs_event, "AWS::Lambda::EventSourceMapping", NULL },
	{ "stream", stream_event, "AWS::Lambda::EventSourceMapping", NULL },
	{ "sns", sns_event, "AWS::SNS::Subscription", NULL },
	{ "schedule", schedule_event, "AWS::Events::Rule", NULL },
	{ "eventBridge", bus_event, "AWS::Events::Rule", NULL },
	{ "s3", bucket_event, "AWS::S3::Bucket", "NotificationConfiguration" },
	{ "cloudwatchLog", log_event, "AWS::Logs::SubscriptionFilter", NULL },
};

static int translate_event(
	struct deploy *d, struct function *f, struct str kind, yyjson_mut_val *event)
{
	size_t i = 0;
	while (i < COUNT_OF(kinds) && !str_is(kind, kinds[i].name))
		i++;
	f->event_path = arena_printf(
		&d->arena, "%s.events.%u.%.*s", f->path, f->event_index - 1, STR_ARG(kind))
				.p;
	if (i == COUNT_OF(kinds))
		return deploy_fail_at(d, f->event_path,
			"%s: events of the kind %.*s are not supported", f->path, STR_ARG(kind));
	if (!deploy_serves(d, kinds[i].type, kinds[i].property))
		return deploy_fail_at(d, f->event_path,
			"%s: events of the kind %.*s are not served yet (they need %s%s%s)",
			f->path, STR_ARG(kind), kinds[i].type, kinds[i].property ? "." : "",
			kinds[i].property ? kinds[i].property : "");
	return kinds[i].translate(d, f, event);
}

int events_translate(struct deploy *d, struct function *f)
{
	yyjson_mut_val *events = tree_get(f->config, STR("events")), *item, *key;
	yyjson_mut_arr_iter it;
	int r = 0;
	if (!events || yyjson_mut_is_null(events))
		return 0;
	if (!yyjson_mut_is_arr(events))
		return deploy_fail_at(d, f->path, "%s.events is no list", f->path);
	yyjson_mut_arr_iter_init(events, &it);
	while (r == 0 && (item = yyjson_mut_arr_iter_next(&it))) {
		yyjson_mut_obj_iter members;
		f->event_index++;
		if (yyjson_mut_is_str(item)) {
			r = translate_event(d, f, tree_str(item), deploy_tree(d, "'*'"));
			continue;
		}
		const char *at =
			arena_printf(&d->arena, "%s.events.%u", f->path, f->event_index - 1).p;
		if (!yyjson_mut_is_obj(item) || yyjson_mut_obj_size(item) != 1)
			return deploy_fail_at(d, at,
				"%s: an event is one kind with its settings, indented below it",
				at);
		yyjson_mut_obj_iter_init(item, &members);
		key = yyjson_mut_obj_iter_next(&members);
		r = translate_event(d, f, tree_str(key), yyjson_mut_obj_iter_get_val(key));
	}
	return r;
}
