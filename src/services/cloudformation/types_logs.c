/* Resource types of CloudWatch Logs. */
#include "api/logs.h"
#include "services/cloudformation/types.h"

static int set_retention(struct cfn_resource *r)
{
	value *in = cfn_pick(r, "RetentionInDays");
	cfn_put(r, in, "logGroupName", r->physical);
	if (cfn_get(in, "RetentionInDays"))
		return cfn_call(r, &logs_put_retention_policy_operation, in, NULL);
	return r->before ? cfn_call_delete(r, &logs_delete_retention_policy_operation, in) : 0;
}

static void describe_group(struct cfn_resource *r)
{
	cfn_attribute(
		r, "Arn", call_arn(r->call, "logs", "log-group:%.*s:*", STR_ARG(r->physical)));
}

static int create_group(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc), *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	cfn_put(r, in, "logGroupName", cfn_name(r, "LogGroupName", 512));
	cfn_put(r, in, "logGroupClass", cfn_property(r, "LogGroupClass"));
	cfn_put(r, in, "kmsKeyId", cfn_property(r, "KmsKeyId"));
	if (tags)
		cfn_set(r->doc, in, "tags", tags);
	describe_group(r);
	return cfn_call(r, &logs_create_log_group_operation, in, NULL) < 0 ? -1 : set_retention(r);
}

static int update_group(struct cfn_resource *r)
{
	describe_group(r);
	if (cfn_changed(r, "RetentionInDays") && set_retention(r) < 0)
		return -1;
	value *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	value *in = yyjson_mut_obj(r->doc);
	if (!tags)
		return 0;
	cfn_put(r, in, "logGroupName", r->physical);
	cfn_set(r->doc, in, "tags", tags);
	return cfn_call(r, &logs_tag_log_group_operation, in, NULL);
}

static int remove_group(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "logGroupName", r->physical);
	return cfn_call_delete(r, &logs_delete_log_group_operation, in);
}

static int create_stream(struct cfn_resource *r)
{
	value *in = cfn_pick(r, "LogGroupName");
	cfn_put(r, in, "LogStreamName", cfn_name(r, "LogStreamName", 512));
	return cfn_call(r, &logs_create_log_stream_operation, in, NULL);
}

static int remove_stream(struct cfn_resource *r)
{
	value *in = cfn_pick(r, "LogGroupName");
	cfn_put(r, in, "LogStreamName", r->physical);
	return cfn_call_delete(r, &logs_delete_log_stream_operation, in);
}

const struct cfn_type cfn_types_logs[] = {
	{ .name = "AWS::Logs::LogGroup",
		.flags = CFN_IN_TRANSACTION,
		.properties = "LogGroupName RetentionInDays Tags LogGroupClass KmsKeyId",
		.replace = "LogGroupName LogGroupClass",
		.attributes = "Arn",
		.create = create_group,
		.update = update_group,
		.remove = remove_group,
		.named = "LogGroupName" },
	{ .name = "AWS::Logs::LogStream",
		.flags = CFN_IN_TRANSACTION | CFN_REMOVE_WAITS,
		.properties = "LogGroupName LogStreamName",
		.replace = "*",
		.attributes = "",
		.create = create_stream,
		.remove = remove_stream,
		.named = "LogStreamName" },
	{ 0 },
};
