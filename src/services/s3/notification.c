/* A bucket's notification configuration (API Reference, PutBucketNotificationConfiguration). */
#include "api/lambda.h"
#include "api/sns.h"
#include "api/sqs.h"
#include "base/clock.h"
#include "base/random.h"
#include "services/s3/config.h"
#include "services/s3/notify.h"

static int check_events(struct call *call, const struct s3_event_list *events)
{
	static const char *const sent[] = { "s3:ObjectCreated:*", "s3:ObjectCreated:Put",
		"s3:ObjectCreated:Post", "s3:ObjectCreated:Copy",
		"s3:ObjectCreated:CompleteMultipartUpload", "s3:ObjectRemoved:*",
		"s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated",
		"s3:LifecycleExpiration:*", "s3:LifecycleExpiration:Delete",
		"s3:LifecycleExpiration:DeleteMarkerCreated" };
	static const char *const others[] = { "s3:ObjectTagging:*", "s3:ObjectTagging:Put",
		"s3:ObjectTagging:Delete", "s3:ObjectAcl:Put", "s3:ReducedRedundancyLostObject",
		"s3:ObjectRestore:*", "s3:ObjectRestore:Post", "s3:ObjectRestore:Completed",
		"s3:ObjectRestore:Delete", "s3:Replication:*",
		"s3:Replication:OperationFailedReplication",
		"s3:Replication:OperationMissedThreshold", "s3:Replication:OperationNotTracked",
		"s3:Replication:OperationReplicatedAfterThreshold", "s3:LifecycleTransition",
		"s3:IntelligentTiering" };
	if (events->n == 0)
		return s3_malformed(call);
	for (size_t i = 0; i < events->n; i++) {
		bool is_sent = false;
		for (size_t j = 0; j < COUNT_OF(sent); j++)
			is_sent |= str_is(events->v[i], sent[j]);
		for (size_t j = 0; j < COUNT_OF(others); j++)
			if (str_is(events->v[i], others[j]))
				return fail(call, &s3_not_implemented,
					"Notifications of %s are not served", others[j]);
		if (!is_sent)
			return s3_invalid(call, "Event", events->v[i],
				"The event is not supported for notifications");
	}
	return 0;
}

static int check_filter(
	struct call *call, const struct s3_notification_configuration_filter *filter)
{
	size_t n = filter && filter->key ? filter->key->filter_rules.n : 0;
	for (size_t i = 0; i < n; i++) {
		const struct s3_filter_rule *rule = &filter->key->filter_rules.v[i];
		if (!str_eq_ci(rule->name, STR("prefix")) && !str_eq_ci(rule->name, STR("suffix")))
			return s3_invalid(call, "FilterRule.Name", rule->name,
				"filter rule name must be either prefix or suffix");
		for (size_t j = 0; j < i; j++)
			if (str_eq_ci(filter->key->filter_rules.v[j].name, rule->name))
				return s3_invalid(call, "FilterRule.Name", rule->name,
					"Cannot specify more than one prefix or suffix rule in a filter.");
		if (rule->value.n > S3_KEY_BYTES_MAX)
			return s3_invalid(call, "FilterRule.Value", rule->value,
				"Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation");
	}
	return 0;
}

/* Whether a key could be meant by both, of an event that both name. */
static bool overlap(const struct notification *a, const struct notification *b)
{
	struct str pa = notify_filter_value(a->filter, "prefix"),
		   pb = notify_filter_value(b->filter, "prefix"),
		   sa = notify_filter_value(a->filter, "suffix"),
		   sb = notify_filter_value(b->filter, "suffix");
	if ((!str_starts(pa, pb) && !str_starts(pb, pa)) ||
		(!str_ends(sa, sb) && !str_ends(sb, sa)))
		return false;
	for (size_t i = 0; i < a->events->n; i++)
		for (size_t j = 0; j < b->events->n; j++)
			if (notify_covers(a->events->v[i], b->events->v[j]) ||
				notify_covers(b->events->v[j], a->events->v[i]))
				return true;
	return false;
}

/* What S3 does to the target and the target's policy: 0, or -1 when it is not there. */
static int read_target(struct call *call, struct str arn, const char **action, struct str *policy)
{
	struct sqs_describe_queue_input queue = { arn };
	struct sqs_describe_queue_output queue_out = { 0 };
	struct sns_get_topic_attributes_input topic = { arn };
	struct sns_get_topic_attributes_output topic_out = { 0 };
	struct lambda_get_policy_input function = { .function_name = arn };
	struct lambda_get_policy_output function_out = { 0 };
	if (str_starts(arn, STR("arn:aws:sqs:"))) {
		if (call_inner(call, &sqs_describe_queue_operation, NULL, &queue, &queue_out) < 0)
			return -1;
		*action = "sqs:SendMessage";
		*policy = queue_out.policy;
		return 0;
	}
	if (str_starts(arn, STR("arn:aws:sns:"))) {
		if (call_inner(call, &sns_get_topic_attributes_operation, NULL, &topic,
			    &topic_out) < 0)
			return -1;
		*action = "sns:Publish";
		for (size_t i = 0; i < topic_out.attributes.n; i++)
			if (str_is(topic_out.attributes.v[i].key, "Policy"))
				*policy = topic_out.attributes.v[i].value;
		return 0;
	}
	*action = "lambda:InvokeFunction";
	if (call_inner(call, &lambda_get_policy_operation, NULL, &function, &function_out) == 0)
		*policy = function_out.policy;
	call->error = (struct call_error){ 0 };
	struct lambda_get_function_configuration_input in = { .function_name = arn };
	struct lambda_function_configuration out = { 0 };
	return call_inner(call, &lambda_get_function_configuration_operation, NULL, &in, &out);
}

/*
 * The target is there, and its policy lets S3 send to it (User Guide, "Granting permissions to
 * publish event notification messages to a destination").
 */
static bool is_target(struct call *call, const struct service_source *source, struct str arn)
{
	const char *action;
	struct str policy = { 0 };
	/* FIFO ones are none that S3 sends to. */
	return !str_ends(arn, STR(".fifo")) && read_target(call, arn, &action, &policy) == 0 &&
	       call_service_may(call, source, action, arn, policy);
}

static int check_target(struct call *call, const struct service_source *source,
	const struct notification *c, bool validates)
{
	if (!str_starts(c->arn, STR("arn:aws:sqs:")) && !str_starts(c->arn, STR("arn:aws:sns:")) &&
		!str_starts(c->arn, STR("arn:aws:lambda:")))
		return s3_invalid(
			call, "NotificationConfiguration", c->arn, "The ARN could not be parsed");
	if (check_events(call, c->events) < 0 || check_filter(call, c->filter) < 0)
		return -1;
	if (validates && !is_target(call, source, c->arn)) {
		call->error = (struct call_error){ 0 };
		return s3_invalid(call, "NotificationConfiguration", c->arn,
			"Unable to validate the following destination configurations");
	}
	if (!c->id->n) {
		char uuid[UUID_LENGTH + 1];
		random_uuid(uuid);
		*c->id = arena_str(call->arena, str_c(uuid));
	}
	return 0;
}

/* Queues and topics that are named get a message that says so. */
static int send_test(
	struct call *call, const struct s3_bucket_record *bucket, struct str name, struct str arn)
{
	char time[CLOCK_TEXT_MAX];
	if (str_starts(arn, STR("arn:aws:lambda:")))
		return 0;
	clock_format_iso(call->now_ms, time);
	return notify_owe(call, bucket, name, arn,
		arena_printf(call->arena,
			"{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Time\":\"%s\","
			"\"Bucket\":\"%.*s\",\"RequestId\":\"%.*s\",\"HostId\":\"%.*s\"}",
			time, STR_ARG(name), STR_ARG(call->request_id), STR_ARG(call->request_id)));
}

int s3_put_bucket_notification_configuration(struct call *call,
	const struct s3_put_bucket_notification_configuration_input *in,
	struct s3_put_bucket_notification_configuration_output *out)
{
	const struct s3_notification_configuration *c = in->notification_configuration;
	struct s3_bucket_record bucket;
	size_t n;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!c)
		return s3_malformed(call);
	if (c->event_bridge_configuration)
		return fail(call, &s3_not_implemented,
			"Notifications to EventBridge (EventBridgeConfiguration) are not served");
	struct notification *all = notify_list(call, c, &n);
	struct service_source source = { STR("s3.amazonaws.com"), bucket.account,
		arena_printf(call->arena, "arn:aws:s3:::%.*s", STR_ARG(in->bucket)) };
	if (n > S3_NOTIFICATIONS_MAX)
		return s3_malformed(call);
	for (size_t i = 0; i < n; i++) {
		if (check_target(call, &source, &all[i], !in->skip_destination_validation.v) < 0)
			return -1;
		for (size_t j = 0; j < i; j++)
			if (overlap(&all[i], &all[j]))
				return s3_invalid(call, "NotificationConfiguration", *all[i].id,
					"Configurations overlap. Configurations on the same bucket cannot "
					"share a common event type.");
	}
	s3_config_put(call, in->bucket, "notification", &s3_notification_configuration_shape, c);
	bucket.has_notifications = (struct opt_bool){ n > 0, n > 0 };
	bucket_put(call, in->bucket, &bucket);
	for (size_t i = 0; i < n; i++)
		if (send_test(call, &bucket, in->bucket, all[i].arn) < 0)
			return -1;
	return 0;
}

int s3_get_bucket_notification_configuration(struct call *call,
	const struct s3_get_bucket_notification_configuration_input *in,
	struct s3_notification_configuration *out)
{
	struct s3_bucket_record bucket;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	s3_config_find(call, in->bucket, "notification", &s3_notification_configuration_shape, out);
	return 0;
}
