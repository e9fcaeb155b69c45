/* Resource types of SNS. */
#include "api/sns.h"
#include "services/cloudformation/types.h"

/* ---- AWS::SNS::Topic ---- */

static const char topic_attributes[] =
	"ContentBasedDeduplication DisplayName FifoThroughputScope FifoTopic KmsMasterKeyId "
	"SignatureVersion TracingConfig";

static void describe_topic(struct cfn_resource *r)
{
	cfn_attribute(r, "TopicArn", r->physical);
	cfn_attribute(
		r, "TopicName", str_from(r->physical, (size_t)str_rindex(r->physical, ':') + 1));
}

static int subscribe_inline(struct cfn_resource *r, value *item)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "TopicArn", r->physical);
	cfn_put(r, in, "Protocol", cfn_text(cfn_get(item, "Protocol")));
	cfn_put(r, in, "Endpoint", cfn_text(cfn_get(item, "Endpoint")));
	return cfn_call(r, &sns_subscribe_operation, in, NULL);
}

static bool has_subscription(value *list, struct str protocol, struct str endpoint)
{
	value *item;
	if (!yyjson_mut_is_arr(list))
		return false;
	CFN_ARRAY_FOR(item, list)
	{
		if (str_eq(cfn_text(cfn_get(item, "Protocol")), protocol) &&
			str_eq(cfn_text(cfn_get(item, "Endpoint")), endpoint))
			return true;
	}
	return false;
}

static int subscribe_all(struct cfn_resource *r)
{
	value *list = cfn_get(r->properties, "Subscription"), *item;
	if (!yyjson_mut_is_arr(list))
		return 0;
	CFN_ARRAY_FOR(item, list)
	{
		if (subscribe_inline(r, item) < 0)
			return -1;
	}
	return 0;
}

static int create_topic(struct cfn_resource *r)
{
	struct sns_create_topic_output *out;
	value *in = yyjson_mut_obj(r->doc), *given = cfn_pick(r, topic_attributes);
	value *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	struct str name = cfn_property(r, "TopicName");
	if (!name.n)
		name = arena_printf(r->call->arena, "%.*s%s", STR_ARG(cfn_make_name(r, 250, false)),
			str_is(cfn_property(r, "FifoTopic"), "true") ? ".fifo" : "");
	cfn_put(r, in, "Name", name);
	if (yyjson_mut_obj_size(given))
		cfn_set(r->doc, in, "Attributes", given);
	if (tags)
		cfn_set(r->doc, in, "Tags", tags);
	if (cfn_call(r, &sns_create_topic_operation, in, (void **)&out) < 0)
		return -1;
	r->physical = out->topic_arn;
	describe_topic(r);
	return subscribe_all(r);
}

static int set_topic_attribute(struct cfn_resource *r, const char *name, value *v)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "TopicArn", r->physical);
	cfn_put(r, in, "AttributeName", str_c(name));
	if (v)
		cfn_set(r->doc, in, "AttributeValue", cfn_copy(r->doc, v));
	return cfn_call(r, &sns_set_topic_attributes_operation, in, NULL);
}

/* Those of the template before that are not in it any more. */
static int unsubscribe_old(struct cfn_resource *r)
{
	value *old = cfn_get(r->before, "Subscription"),
	      *kept = cfn_get(r->properties, "Subscription");
	struct sns_list_subscriptions_by_topic_output *page;
	struct str token = { 0 };
	do {
		value *in = yyjson_mut_obj(r->doc);
		cfn_put(r, in, "TopicArn", r->physical);
		if (token.n)
			cfn_put(r, in, "NextToken", token);
		if (cfn_call(r, &sns_list_subscriptions_by_topic_operation, in, (void **)&page) < 0)
			return -1;
		token = page->next_token;
		for (size_t i = 0; i < page->subscriptions.n; i++) {
			const struct sns_subscription *s = &page->subscriptions.v[i];
			if (!str_starts(s->subscription_arn, STR("arn:")) ||
				!has_subscription(old, s->protocol, s->endpoint) ||
				has_subscription(kept, s->protocol, s->endpoint))
				continue;
			value *gone = yyjson_mut_obj(r->doc);
			cfn_put(r, gone, "SubscriptionArn", s->subscription_arn);
			if (cfn_call_delete(r, &sns_unsubscribe_operation, gone) < 0)
				return -1;
		}
	} while (token.n);
	return 0;
}

static int update_topic(struct cfn_resource *r)
{
	static const struct {
		const char *name, *otherwise;
	} settings[] = { { "ContentBasedDeduplication", "false" }, { "DisplayName", "" },
		{ "FifoThroughputScope", "Topic" }, { "KmsMasterKeyId", "" },
		{ "SignatureVersion", "1" }, { "TracingConfig", "PassThrough" } };
	describe_topic(r);
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		value *v = cfn_get(r->properties, settings[i].name);
		if (!cfn_changed(r, settings[i].name))
			continue;
		if (!v)
			v = yyjson_mut_str(r->doc, settings[i].otherwise);
		if (set_topic_attribute(r, settings[i].name, v) < 0)
			return -1;
	}
	if (cfn_changed(r, "Subscription") && (unsubscribe_old(r) < 0 || subscribe_all(r) < 0))
		return -1;
	return cfn_change_tags(r, "ResourceArn", r->physical, &sns_tag_resource_operation,
		&sns_untag_resource_operation);
}

static int remove_topic(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "TopicArn", r->physical);
	return cfn_call_delete(r, &sns_delete_topic_operation, in);
}

/* ---- AWS::SNS::Subscription ---- */

static const char subscription_attributes[] =
	"DeliveryPolicy FilterPolicy FilterPolicyScope RawMessageDelivery RedrivePolicy";

static int create_subscription(struct cfn_resource *r)
{
	struct sns_subscribe_output *out;
	value *in = cfn_pick(r, "TopicArn Protocol Endpoint"),
	      *given = cfn_pick(r, subscription_attributes);
	if (yyjson_mut_obj_size(given))
		cfn_set(r->doc, in, "Attributes", given);
	cfn_put(r, in, "ReturnSubscriptionArn", STR("true"));
	if (cfn_call(r, &sns_subscribe_operation, in, (void **)&out) < 0)
		return -1;
	r->physical = out->subscription_arn;
	cfn_attribute(r, "Arn", r->physical);
	return 0;
}

static int set_subscription_attribute(struct cfn_resource *r, const char *name, value *v)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "SubscriptionArn", r->physical);
	cfn_put(r, in, "AttributeName", str_c(name));
	if (v)
		cfn_set(r->doc, in, "AttributeValue", cfn_copy(r->doc, v));
	return cfn_call(r, &sns_set_subscription_attributes_operation, in, NULL);
}

static int update_subscription(struct cfn_resource *r)
{
	static const struct {
		const char *name, *otherwise;
	} settings[] = { { "FilterPolicyScope", "MessageAttributes" }, { "FilterPolicy", "" },
		{ "RawMessageDelivery", "false" }, { "RedrivePolicy", "" },
		{ "DeliveryPolicy", "" } };
	bool filter = cfn_changed(r, "FilterPolicy") || cfn_changed(r, "FilterPolicyScope");
	cfn_attribute(r, "Arn", r->physical);
	/* A policy may be none in the other scope: it goes before the scope changes. */
	if (filter && set_subscription_attribute(r, "FilterPolicy", NULL) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		value *v = cfn_get(r->properties, settings[i].name);
		if (!cfn_changed(r, settings[i].name) && !(filter && i < 2))
			continue;
		if (!v)
			v = yyjson_mut_str(r->doc, settings[i].otherwise);
		if (set_subscription_attribute(r, settings[i].name, v) < 0)
			return -1;
	}
	return 0;
}

static int remove_subscription(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "SubscriptionArn", r->physical);
	return cfn_call_delete(r, &sns_unsubscribe_operation, in);
}

/* ---- policies ---- */

static int put_policy(struct cfn_resource *r, struct str topic, value *from)
{
	value *in = yyjson_mut_obj(r->doc), *document = cfn_get(from, "PolicyDocument");
	cfn_put(r, in, "TopicArn", topic);
	cfn_put(r, in, "AttributeName", STR("Policy"));
	if (!document)
		return cfn_call_delete(r, &sns_set_topic_attributes_operation, in);
	cfn_set(r->doc, in, "AttributeValue", cfn_copy(r->doc, document));
	return cfn_call(r, &sns_set_topic_attributes_operation, in, NULL);
}

static int create_policy(struct cfn_resource *r)
{
	return cfn_policy_create(r, "Topics", put_policy);
}

static int update_policy(struct cfn_resource *r)
{
	return cfn_policy_update(r, "Topics", put_policy);
}

static int remove_policy(struct cfn_resource *r)
{
	return cfn_policy_remove(r, "Topics", put_policy);
}

static int put_inline(struct cfn_resource *r)
{
	r->physical = cfn_property(r, "TopicArn");
	return put_policy(r, r->physical, r->properties);
}

static int remove_inline(struct cfn_resource *r)
{
	return put_policy(r, r->physical, NULL);
}

const struct cfn_type cfn_types_sns[] = {
	{ .name = "AWS::SNS::Topic",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"ContentBasedDeduplication DisplayName FifoThroughputScope FifoTopic "
			"KmsMasterKeyId SignatureVersion TracingConfig TopicName Subscription "
			"Tags",
		.replace = "TopicName FifoTopic",
		.attributes = "TopicArn TopicName",
		.create = create_topic,
		.update = update_topic,
		.remove = remove_topic,
		.named = "TopicName" },
	{ .name = "AWS::SNS::Subscription",
		.flags = CFN_IN_TRANSACTION,
		.properties = "DeliveryPolicy Endpoint FilterPolicy FilterPolicyScope Protocol "
			      "RawMessageDelivery RedrivePolicy Region TopicArn",
		.replace = "Endpoint Protocol TopicArn Region",
		.attributes = "Arn",
		.create = create_subscription,
		.update = update_subscription,
		.remove = remove_subscription },
	{ .name = "AWS::SNS::TopicPolicy",
		.flags = CFN_IN_TRANSACTION,
		.properties = "PolicyDocument Topics",
		.replace = "",
		.attributes = "Id",
		.create = create_policy,
		.update = update_policy,
		.remove = remove_policy },
	{ .name = "AWS::SNS::TopicInlinePolicy",
		.flags = CFN_IN_TRANSACTION,
		.properties = "PolicyDocument TopicArn",
		.replace = "TopicArn",
		.attributes = "",
		.create = put_inline,
		.update = put_inline,
		.remove = remove_inline },
	{ 0 },
};
