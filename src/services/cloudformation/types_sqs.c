/* Resource types of SQS. */
#include "api/sqs.h"
#include "services/cloudformation/types.h"

static const char attributes[] =
	"ContentBasedDeduplication DeduplicationScope DelaySeconds FifoQueue FifoThroughputLimit "
	"KmsDataKeyReusePeriodSeconds KmsMasterKeyId MaximumMessageSize MessageRetentionPeriod "
	"ReceiveMessageWaitTimeSeconds "
	"RedriveAllowPolicy RedrivePolicy SqsManagedSseEnabled VisibilityTimeout";

static value *url_input(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "QueueUrl", r->physical);
	return in;
}

static void describe_queue(struct cfn_resource *r)
{
	ssize_t slash = str_rindex(r->physical, '/');
	struct str name = str_from(r->physical, (size_t)(slash + 1));
	cfn_attribute(r, "QueueName", name);
	cfn_attribute(r, "QueueUrl", r->physical);
	cfn_attribute(r, "Arn", call_arn(r->call, "sqs", "%.*s", STR_ARG(name)));
}

static int create_queue(struct cfn_resource *r)
{
	struct sqs_create_queue_output *out;
	value *in = yyjson_mut_obj(r->doc), *given = cfn_pick(r, attributes);
	value *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	struct str name = cfn_property(r, "QueueName");
	if (!name.n) {
		bool fifo = str_is(cfn_property(r, "FifoQueue"), "true");
		name = arena_printf(r->call->arena, "%.*s%s", STR_ARG(cfn_make_name(r, 75, false)),
			fifo ? ".fifo" : "");
	}
	/* FifoQueue false is what a queue is that says nothing. */
	if (str_is(cfn_property(r, "FifoQueue"), "false"))
		yyjson_mut_obj_remove_key(given, "FifoQueue");
	cfn_put(r, in, "QueueName", name);
	if (yyjson_mut_obj_size(given))
		cfn_set(r->doc, in, "Attributes", given);
	if (tags)
		cfn_set(r->doc, in, "tags", tags);
	if (cfn_call(r, &sqs_create_queue_operation, in, (void **)&out) < 0)
		return -1;
	r->physical = out->queue_url;
	describe_queue(r);
	return 0;
}

static int update_queue(struct cfn_resource *r)
{
	value *in = url_input(r), *given = cfn_pick(r, attributes);
	static const char *const defaults[][2] = { { "ContentBasedDeduplication", "false" },
		{ "DelaySeconds", "0" }, { "MaximumMessageSize", "1048576" },
		{ "MessageRetentionPeriod", "345600" }, { "ReceiveMessageWaitTimeSeconds", "0" },
		{ "RedriveAllowPolicy", "" }, { "RedrivePolicy", "" },
		{ "VisibilityTimeout", "30" } };
	yyjson_mut_obj_remove_key(given, "FifoQueue");
	for (size_t i = 0; i < COUNT_OF(defaults); i++)
		if (cfn_get(r->before, defaults[i][0]) && !cfn_get(given, defaults[i][0]))
			cfn_put(r, given, defaults[i][0], str_c(defaults[i][1]));
	describe_queue(r);
	if (cfn_change_tags(r, "QueueUrl", r->physical, &sqs_tag_queue_operation,
		    &sqs_untag_queue_operation) < 0)
		return -1;
	if (!yyjson_mut_obj_size(given))
		return 0;
	cfn_set(r->doc, in, "Attributes", given);
	return cfn_call(r, &sqs_set_queue_attributes_operation, in, NULL);
}

static int remove_queue(struct cfn_resource *r)
{
	return cfn_call_delete(r, &sqs_delete_queue_operation, url_input(r));
}

/* ---- queue policies ---- */

static int put_policy(struct cfn_resource *r, struct str url, value *from)
{
	value *in = yyjson_mut_obj(r->doc), *given = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "QueueUrl", url);
	if (from)
		cfn_set(r->doc, given, "Policy", cfn_copy(r->doc, cfn_get(from, "PolicyDocument")));
	else
		cfn_put(r, given, "Policy", STR(""));
	cfn_set(r->doc, in, "Attributes", given);
	return from ? cfn_call(r, &sqs_set_queue_attributes_operation, in, NULL)
		    : cfn_call_delete(r, &sqs_set_queue_attributes_operation, in);
}

static int create_policy(struct cfn_resource *r)
{
	return cfn_policy_create(r, "Queues", put_policy);
}

static int update_policy(struct cfn_resource *r)
{
	return cfn_policy_update(r, "Queues", put_policy);
}

static int remove_policy(struct cfn_resource *r)
{
	return cfn_policy_remove(r, "Queues", put_policy);
}

const struct cfn_type cfn_types_sqs[] = {
	{ .name = "AWS::SQS::Queue",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"ContentBasedDeduplication DeduplicationScope DelaySeconds FifoQueue "
			"FifoThroughputLimit "
			"KmsDataKeyReusePeriodSeconds KmsMasterKeyId MaximumMessageSize "
			"MessageRetentionPeriod "
			"ReceiveMessageWaitTimeSeconds RedriveAllowPolicy RedrivePolicy SqsManagedSseEnabled "
			"VisibilityTimeout QueueName Tags",
		.replace = "QueueName FifoQueue",
		.attributes = "Arn QueueName QueueUrl",
		.create = create_queue,
		.update = update_queue,
		.remove = remove_queue,
		.named = "QueueName" },
	{ .name = "AWS::SQS::QueuePolicy",
		.flags = CFN_IN_TRANSACTION,
		.properties = "PolicyDocument Queues",
		.replace = "",
		.attributes = "Id",
		.create = create_policy,
		.update = update_policy,
		.remove = remove_policy },
	{ 0 },
};
