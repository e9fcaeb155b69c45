/* Attributes of subscriptions (API Reference, SetSubscriptionAttributes). */
#include "services/sns/internal.h"
#include <yyjson.h>

/* {"deadLetterTargetArn": "arn:aws:sqs:..."}; empty takes it away. */
static int set_redrive(
	struct call *call, const struct topic *t, struct subscription *s, struct str value)
{
	s->r.redrive_policy = s->r.dead_letter_arn = (struct str){ 0 };
	if (!value.n)
		return 0;
	yyjson_doc *doc = yyjson_read(value.p, value.n, 0);
	yyjson_val *root = yyjson_doc_get_root(doc),
		   *target = yyjson_obj_get(root, "deadLetterTargetArn");
	struct str arn = arena_str(
		call->arena, (struct str){ yyjson_get_str(target), yyjson_get_len(target) });
	bool is_object = yyjson_is_obj(root), is_only = yyjson_obj_size(root) == 1;
	yyjson_doc_free(doc);
	if (!is_object)
		return invalid(call, "RedrivePolicy: failed to parse JSON.");
	if (!is_only || !arn.n)
		return invalid(
			call, "RedrivePolicy: the policy has one member, deadLetterTargetArn");
	if (!str_is(arn_part(arn, 0), "arn") || !str_is(arn_part(arn, 2), "sqs") ||
		!arn_part(arn, 5).n || arn_part(arn, 6).p)
		return invalid(call, "RedrivePolicy: deadLetterTargetArn is an invalid arn");
	if (!str_eq(arn_part(arn, 3), t->n.region) || !str_eq(arn_part(arn, 4), s->r.owner))
		return invalid(call, "RedrivePolicy: the dead-letter queue must be of the "
				     "subscription's account and region");
	if (t->r.is_fifo.v != str_ends(arn, STR(".fifo")))
		return invalid(call, "RedrivePolicy: must use a %s queue as DLQ for a %s topic",
			t->r.is_fifo.v ? "FIFO" : "standard", t->r.is_fifo.v ? "FIFO" : "standard");
	s->r.redrive_policy = value;
	s->r.dead_letter_arn = arn;
	return 0;
}

static int set_raw(struct call *call, struct subscription *s, struct str value)
{
	bool raw = str_eq_ci(value, STR("true"));
	if (!raw && !str_eq_ci(value, STR("false")))
		return invalid(call,
			"Attributes Reason: RawMessageDelivery: Invalid value [%.*s]. Must be true "
			"or false.",
			STR_ARG(value));
	if (raw && !str_is(s->r.protocol, "sqs") && !str_starts(s->r.protocol, STR("http")))
		return invalid(call,
			"Attributes Reason: RawMessageDelivery: Delivery protocol [%.*s] does not "
			"support raw message delivery.",
			STR_ARG(s->r.protocol));
	s->r.is_raw = raw ? OPT_BOOL(true) : (struct opt_bool){ 0 };
	return 0;
}

/* An object with nothing in it takes the filter away. */
static void set_filter(struct subscription *s, struct str value)
{
	struct str inside = str_trim(value);
	bool is_empty = !inside.n;
	if (inside.n >= 2 && inside.p[0] == '{' && inside.p[inside.n - 1] == '}')
		is_empty = str_trim(str_sub(inside, 1, inside.n - 2)).n == 0;
	s->r.filter_policy = is_empty ? (struct str){ 0 } : value;
}

int subscription_attribute_set(struct call *call, const struct topic *t, struct subscription *s,
	struct str name, struct str value)
{
	if (str_is(name, "RawMessageDelivery"))
		return set_raw(call, s, value);
	if (str_is(name, "RedrivePolicy"))
		return set_redrive(call, t, s, value);
	if (str_is(name, "FilterPolicy")) {
		set_filter(s, value);
		return 0;
	}
	if (str_is(name, "FilterPolicyScope")) {
		if (!str_is(value, "MessageAttributes") && !str_is(value, "MessageBody"))
			return invalid(call,
				"FilterPolicyScope: Invalid value [%.*s]. Please use either MessageBody "
				"or MessageAttributes",
				STR_ARG(value));
		s->r.filter_scope = str_is(value, "MessageBody") ? value : (struct str){ 0 };
		return 0;
	}
	if (str_is(name, "DeliveryPolicy")) {
		if (value.n && delivery_policy_check(call, value, false) < 0)
			return -1;
		s->r.delivery_policy = value.n ? value : (struct str){ 0 };
		return 0;
	}
	if (str_is(name, "SubscriptionRoleArn") || str_is(name, "ReplayPolicy"))
		return invalid(
			call, "AttributeName Reason: %.*s is not served here", STR_ARG(name));
	return invalid(call, "AttributeName");
}

int subscription_check(struct call *call, const struct topic *t, const struct subscription *s)
{
	(void)t;
	if (!s->r.filter_policy.n)
		return 0;
	return filter_check(call, s->r.filter_policy, str_is(s->r.filter_scope, "MessageBody"));
}

int sns_set_subscription_attributes(struct call *call,
	const struct sns_set_subscription_attributes_input *in,
	struct sns_set_subscription_attributes_output *out)
{
	struct subscription s;
	struct topic t;
	(void)out;
	if (subscription_find(call, in->subscription_arn, &s) < 0)
		return -1;
	if (!topic_get(call, &s.t, &t))
		return fail(call, &sns_not_found_exception, "Topic does not exist");
	bool had_filter = s.r.filter_policy.n > 0;
	if (subscription_attribute_set(call, &t, &s, in->attribute_name,
		    in->attribute_value.p ? in->attribute_value : STR("")) < 0 ||
		subscription_check(call, &t, &s) < 0)
		return -1;
	if (!had_filter && s.r.filter_policy.n && filters_check(call, &t, &s) < 0)
		return -1;
	subscription_put(call, &s);
	return 0;
}

/* ---- showing ---- */

static void add(struct sns_subscription_attributes_map *map, const char *name, struct str value)
{
	if (value.p)
		map->v[map->n++] =
			(struct sns_subscription_attributes_map_entry){ .key = str_c(name),
				.value = value };
}

static struct str of_bool(struct opt_bool b)
{
	return b.v ? STR("true") : STR("false");
}

int sns_get_subscription_attributes(struct call *call,
	const struct sns_get_subscription_attributes_input *in,
	struct sns_get_subscription_attributes_output *out)
{
	struct subscription s;
	struct topic t;
	struct sns_subscription_attributes_map *map = &out->attributes;
	if (subscription_find(call, in->subscription_arn, &s) < 0)
		return -1;
	if (!topic_get(call, &s.t, &t))
		return fail(call, &sns_not_found_exception, "Topic does not exist");
	map->v = ARENA_ARRAY(call->arena, struct sns_subscription_attributes_map_entry, 20);
	add(map, "SubscriptionArn", subscription_arn(call->arena, &s.t, s.id));
	add(map, "TopicArn", topic_arn(call->arena, &s.t));
	add(map, "Owner", s.r.owner);
	add(map, "SubscriptionPrincipal", s.r.principal);
	add(map, "Protocol", s.r.protocol);
	add(map, "Endpoint", s.r.endpoint);
	add(map, "PendingConfirmation", s.r.is_confirmed.v ? STR("false") : STR("true"));
	add(map, "ConfirmationWasAuthenticated", of_bool(s.r.was_authenticated));
	add(map, "RawMessageDelivery", of_bool(s.r.is_raw));
	add(map, "FilterPolicy", s.r.filter_policy);
	if (s.r.filter_policy.n)
		add(map, "FilterPolicyScope",
			s.r.filter_scope.n ? s.r.filter_scope : STR("MessageAttributes"));
	add(map, "RedrivePolicy", s.r.redrive_policy);
	add(map, "DeliveryPolicy", s.r.delivery_policy);
	if (str_starts(s.r.protocol, STR("http")))
		add(map, "EffectiveDeliveryPolicy", delivery_policy_effective(call, &t, &s));
	return 0;
}
