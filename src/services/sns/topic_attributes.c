/* Attributes of topics (API Reference, SetTopicAttributes and GetTopicAttributes). */
#include "aws/codec.h"
#include "aws/policy.h"
#include "services/sns/internal.h"

typedef int set_fn(struct call *call, struct topic *t, struct str value);

static int set_bool(struct call *call, const char *name, struct str value, struct opt_bool *out)
{
	bool yes = str_eq_ci(value, STR("true"));
	if (!yes && !str_eq_ci(value, STR("false")))
		return invalid(call, "Attributes Reason: %s: must be true or false.", name);
	*out = OPT_BOOL(yes);
	return 0;
}

static int set_display_name(struct call *call, struct topic *t, struct str value)
{
	if (str_utf8_length(value) > SNS_DISPLAY_NAME_MAX)
		return invalid(
			call, "DisplayName: must be less than or equal to 100 characters long");
	t->r.display_name = value.n ? value : (struct str){ 0 };
	return 0;
}

static int set_policy(struct call *call, struct topic *t, struct str value)
{
	struct str why;
	if (value.n > SNS_POLICY_BYTES_MAX)
		return invalid(call, "Policy Error: the policy is longer than %d bytes",
			SNS_POLICY_BYTES_MAX);
	if (value.n && policy_check(call->arena, value, true, &why) < 0)
		return invalid(call, "Policy Error: %.*s", STR_ARG(why));
	t->r.policy = value.n ? value : (struct str){ 0 };
	return 0;
}

static int set_delivery_policy(struct call *call, struct topic *t, struct str value)
{
	if (value.n && delivery_policy_check(call, value, true) < 0)
		return -1;
	t->r.delivery_policy = value.n ? value : (struct str){ 0 };
	return 0;
}

/* What it is, is decided once: before the attributes are set. */
static int set_fifo(struct call *call, struct topic *t, struct str value)
{
	struct opt_bool asked = { 0 };
	if (set_bool(call, "FifoTopic", value, &asked) < 0)
		return -1;
	return asked.v == t->r.is_fifo.v ? 0 : invalid(call, "AttributeName");
}

static int check_fifo(struct call *call, const struct topic *t, const char *name)
{
	if (t->r.is_fifo.v)
		return 0;
	return invalid(call, "Attributes Reason: %s can be set for FIFO topics only", name);
}

static int set_content_dedup(struct call *call, struct topic *t, struct str value)
{
	struct opt_bool yes = { 0 };
	if (set_bool(call, "ContentBasedDeduplication", value, &yes) < 0)
		return -1;
	if (yes.v && check_fifo(call, t, "ContentBasedDeduplication") < 0)
		return -1;
	if (t->r.is_fifo.v)
		t->r.content_dedup = yes;
	return 0;
}

static int set_scope(struct call *call, struct topic *t, struct str value)
{
	if (check_fifo(call, t, "FifoThroughputScope") < 0)
		return -1;
	if (!str_is(value, "Topic") && !str_is(value, "MessageGroup"))
		return invalid(call,
			"Attributes Reason: FifoThroughputScope must be Topic or MessageGroup");
	t->r.scope = value;
	return 0;
}

static int set_kms_key(struct call *call, struct topic *t, struct str value)
{
	if (value.n > SNS_ENDPOINT_BYTES_MAX)
		return invalid(call, "KmsMasterKeyId");
	t->r.kms_key = value.n ? value : (struct str){ 0 };
	return 0;
}

static int set_signature_version(struct call *call, struct topic *t, struct str value)
{
	if (!str_is(value, "1") && !str_is(value, "2"))
		return invalid(call, "SignatureVersion: must be 1 or 2");
	t->r.signature_version = value;
	return 0;
}

static int set_tracing(struct call *call, struct topic *t, struct str value)
{
	if (!str_is(value, "PassThrough") && !str_is(value, "Active"))
		return invalid(call, "TracingConfig: must be PassThrough or Active");
	t->r.tracing = value;
	return 0;
}

static const struct {
	const char *name;
	set_fn *set;
} attributes[] = {
	{ "DisplayName", set_display_name },
	{ "Policy", set_policy },
	{ "DeliveryPolicy", set_delivery_policy },
	{ "FifoTopic", set_fifo },
	{ "ContentBasedDeduplication", set_content_dedup },
	{ "FifoThroughputScope", set_scope },
	{ "KmsMasterKeyId", set_kms_key },
	{ "SignatureVersion", set_signature_version },
	{ "TracingConfig", set_tracing },
};

int topic_attribute_set(
	struct call *call, struct topic *t, struct str name, struct str value, bool is_new)
{
	for (size_t i = 0; i < COUNT_OF(attributes); i++) {
		if (!str_is(name, attributes[i].name))
			continue;
		if (attributes[i].set == set_fifo && !is_new)
			break;
		return attributes[i].set(call, t, value);
	}
	if (str_is(name, "ArchivePolicy") || str_ends(name, STR("FeedbackRoleArn")) ||
		str_ends(name, STR("FeedbackSampleRate")))
		return invalid(
			call, "AttributeName Reason: %.*s is not served here", STR_ARG(name));
	return invalid(call, "AttributeName");
}

int sns_set_topic_attributes(struct call *call, const struct sns_set_topic_attributes_input *in,
	struct sns_set_topic_attributes_output *out)
{
	struct topic t;
	(void)out;
	if (topic_find(call, in->topic_arn, &t) < 0 ||
		topic_attribute_set(call, &t, in->attribute_name,
			in->attribute_value.p ? in->attribute_value : STR(""), false) < 0)
		return -1;
	topic_put(call, &t);
	return 0;
}

/* ---- showing ---- */

struct str topic_default_policy(struct arena *arena, const struct topic_name *t)
{
	struct str arn = topic_arn(arena, t);
	return arena_printf(arena,
		"{\"Version\":\"2008-10-17\",\"Id\":\"__default_policy_ID\",\"Statement\":[{"
		"\"Sid\":\"__default_statement_ID\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},"
		"\"Action\":[\"SNS:GetTopicAttributes\",\"SNS:SetTopicAttributes\","
		"\"SNS:AddPermission\",\"SNS:RemovePermission\",\"SNS:DeleteTopic\","
		"\"SNS:Subscribe\",\"SNS:ListSubscriptionsByTopic\",\"SNS:Publish\"],"
		"\"Resource\":\"%.*s\",\"Condition\":{\"StringEquals\":{\"AWS:SourceOwner\":"
		"\"%.*s\"}}}]}",
		STR_ARG(arn), STR_ARG(t->account));
}

struct counts {
	size_t confirmed, pending;
};

static struct counts count(struct call *call, const struct topic_name *t)
{
	struct str prefix = subscriptions_prefix(call->arena, t);
	struct counts n = { 0 };
	struct txn_cursor c;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct subscription s;
		if (!subscription_read(call, t, prefix.n, &c, &s))
			continue;
		if (s.r.is_confirmed.v)
			n.confirmed++;
		else
			n.pending++;
	}
	txn_cursor_close(&c);
	return n;
}

static void add(struct sns_topic_attributes_map *map, const char *name, struct str value)
{
	if (value.p)
		map->v[map->n++] = (struct sns_topic_attributes_map_entry){ .key = str_c(name),
			.value = value };
}

static struct str of_bool(bool yes)
{
	return yes ? STR("true") : STR("false");
}

int sns_get_topic_attributes(struct call *call, const struct sns_get_topic_attributes_input *in,
	struct sns_get_topic_attributes_output *out)
{
	struct topic t;
	struct sns_topic_attributes_map *map = &out->attributes;
	if (topic_find(call, in->topic_arn, &t) < 0)
		return -1;
	struct counts n = count(call, &t.n);
	map->v = ARENA_ARRAY(call->arena, struct sns_topic_attributes_map_entry, 20);
	add(map, "TopicArn", topic_arn(call->arena, &t.n));
	add(map, "Owner", t.n.account);
	add(map, "Policy", t.r.policy.n ? t.r.policy : topic_default_policy(call->arena, &t.n));
	add(map, "DisplayName", t.r.display_name.n ? t.r.display_name : STR(""));
	add(map, "SubscriptionsConfirmed", arena_printf(call->arena, "%zu", n.confirmed));
	add(map, "SubscriptionsPending", arena_printf(call->arena, "%zu", n.pending));
	add(map, "SubscriptionsDeleted",
		arena_printf(call->arena, "%lld", (long long)t.r.deleted.v));
	add(map, "DeliveryPolicy", t.r.delivery_policy);
	add(map, "EffectiveDeliveryPolicy", delivery_policy_effective(call, &t, NULL));
	add(map, "KmsMasterKeyId", t.r.kms_key);
	add(map, "SignatureVersion", t.r.signature_version);
	add(map, "TracingConfig", t.r.tracing);
	if (t.r.is_fifo.v) {
		add(map, "FifoTopic", STR("true"));
		add(map, "ContentBasedDeduplication", of_bool(t.r.content_dedup.v));
		add(map, "FifoThroughputScope", t.r.scope.n ? t.r.scope : STR("Topic"));
	}
	return 0;
}
