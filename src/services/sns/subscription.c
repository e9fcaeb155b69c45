/* Subscriptions: their records, subscribing, confirming, listing, ending. */
#include "aws/hash.h"
#include "base/random.h"
#include "services/sns/letter.h"

/* ---- records ---- */

static struct str subscription_key(struct arena *arena, const struct topic_name *t, struct str id)
{
	return KEY(arena, KEY_LITERAL("sns"), key_text(t->account), key_text(t->region),
		KEY_LITERAL("subscription"), key_text(t->name), key_text(id));
}

static bool has_password(const struct subscription *s)
{
	return str_starts(s->r.protocol, STR("http")) && str_index(s->r.endpoint, '@') >= 0;
}

/* Where the one of this endpoint is found: its value is the id. Passwords are not in keys. */
static struct str endpoint_key(
	const struct aws *aws, struct arena *arena, const struct subscription *s)
{
	struct str endpoint = s->r.endpoint;
	unsigned char mac[SHA256_BYTES];
	if (has_password(s)) {
		hmac_sha256((struct str){ (const char *)aws->secret, sizeof aws->secret },
			arena_printf(arena, "sns/endpoint/%.*s", STR_ARG(endpoint)), mac);
		endpoint = arena_str(arena, (struct str){ (const char *)mac, sizeof mac });
	}
	return KEY(arena, KEY_LITERAL("sns"), key_text(s->t.account), key_text(s->t.region),
		KEY_LITERAL("endpoint"), key_text(s->t.name), key_text(s->r.protocol),
		key_text(endpoint));
}

/* What an account has subscribed, to whosever topics. */
static struct str owned_prefix(struct arena *arena, struct str owner, struct str region)
{
	return KEY(
		arena, KEY_LITERAL("sns"), key_text(owner), key_text(region), KEY_LITERAL("owned"));
}

static struct str owned_key(struct arena *arena, const struct subscription *s)
{
	return KEY(arena, KEY_LITERAL("sns"), key_text(s->r.owner), key_text(s->t.region),
		KEY_LITERAL("owned"), key_text(s->t.account), key_text(s->t.name), key_text(s->id));
}

bool subscription_get(
	struct call *call, const struct topic_name *t, struct str id, struct subscription *out)
{
	*out = (struct subscription){ .t = *t, .id = id };
	return call_get_record(call, subscription_key(call->arena, t, id),
		&sns_subscription_record_shape, &out->r);
}

void subscription_put(struct call *call, const struct subscription *s)
{
	/* Endpoints may have passwords. */
	call_put_sealed(call, subscription_key(call->arena, &s->t, s->id),
		&sns_subscription_record_shape, &s->r);
	txn_put(call->txn, endpoint_key(call->aws, call->arena, s), s->id);
	txn_put(call->txn, owned_key(call->arena, s), STR(""));
}

void subscription_delete(struct call *call, const struct subscription *s)
{
	txn_delete(call->txn, subscription_key(call->arena, &s->t, s->id));
	txn_delete(call->txn, endpoint_key(call->aws, call->arena, s));
	txn_delete(call->txn, owned_key(call->arena, s));
}

bool subscription_read(struct call *call, const struct topic_name *t, size_t prefix_bytes,
	const struct txn_cursor *c, struct subscription *out)
{
	struct key_part part;
	if (key_decode(call->arena, str_from(c->key, prefix_bytes), &part, 1) != 1)
		return false;
	*out = (struct subscription){ .t = *t, .id = part.text };
	return record_open(call->aws, call->arena, &sns_subscription_record_shape,
		       arena_str(call->arena, c->key), arena_str(call->arena, c->value),
		       &out->r) == 0;
}

int subscription_find(struct call *call, struct str arn, struct subscription *out)
{
	struct topic_name name;
	struct str id;
	if (subscription_name_parse(call, arn, &name, &id) < 0)
		return -1;
	if (subscription_get(call, &name, id, out))
		return 0;
	return fail(call, &sns_not_found_exception, "Subscription does not exist");
}

/* ---- subscribing ---- */

/* The topic's limits of subscriptions and of filters. */
static int check_limits(struct call *call, const struct topic *t, const struct subscription *fresh)
{
	size_t max = t->r.is_fifo.v ? SNS_FIFO_SUBSCRIPTIONS_MAX : SNS_SUBSCRIPTIONS_MAX;
	struct str prefix = subscriptions_prefix(call->arena, &t->n);
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c))
		n++;
	txn_cursor_close(&c);
	if (n >= max)
		return fail(call, &sns_subscription_limit_exceeded_exception,
			"The topic has %zu subscriptions already.", max);
	return fresh->r.filter_policy.n ? filters_check(call, t, fresh) : 0;
}

int filters_check(struct call *call, const struct topic *t, const struct subscription *own)
{
	struct str prefix = subscriptions_prefix(call->arena, &t->n);
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct subscription s;
		n += subscription_read(call, &t->n, prefix.n, &c, &s) && s.r.filter_policy.n &&
		     !str_eq(s.id, own->id);
	}
	txn_cursor_close(&c);
	if (n < SNS_FILTERS_MAX)
		return 0;
	return fail(call, &sns_filter_policy_limit_exceeded_exception,
		"The topic has %d filter policies already.", SNS_FILTERS_MAX);
}

static int apply_attributes(struct call *call, const struct topic *t, struct subscription *s,
	const struct sns_subscription_attributes_map *attributes)
{
	for (size_t i = 0; i < attributes->n; i++)
		if (subscription_attribute_set(
			    call, t, s, attributes->v[i].key, attributes->v[i].value) < 0)
			return -1;
	return subscription_check(call, t, s);
}

/* It is there already: the same answer, if it is what was asked for. */
static int find_existing(struct call *call, const struct topic *t, struct subscription *s,
	const struct sns_subscription_attributes_map *attributes, bool *exists)
{
	struct str id;
	*exists = false;
	if (!txn_get(call->txn, endpoint_key(call->aws, call->arena, s), call->arena, &id))
		return 0;
	struct subscription old;
	*exists = subscription_get(call, &t->n, id, &old);
	if (!*exists)
		return 0;
	struct subscription asked = old;
	if (apply_attributes(call, t, &asked, attributes) < 0)
		return -1;
	if (!str_eq(record_encode(call->arena, &sns_subscription_record_shape, &old.r),
		    record_encode(call->arena, &sns_subscription_record_shape, &asked.r)))
		return invalid(call,
			"Attributes Reason: Subscription already exists with different "
			"attributes");
	*s = old;
	return 0;
}

/* What is the caller's own needs no confirmation: a queue or a function of its account. */
static bool is_own(const struct call *call, const struct subscription *s)
{
	if (str_is(s->r.protocol, "sqs") || str_is(s->r.protocol, "lambda"))
		return str_eq(arn_part(s->r.endpoint, 4), call->identity.account);
	return str_is(s->r.protocol, "sms");
}

int sns_subscribe(
	struct call *call, const struct sns_subscribe_input *in, struct sns_subscribe_output *out)
{
	struct topic t;
	bool exists;
	char id[UUID_LENGTH + 1];
	if (topic_find(call, in->topic_arn, &t) < 0 ||
		endpoint_check(call, &t, in->protocol, in->endpoint) < 0)
		return -1;
	struct subscription s = { .t = t.n,
		.r = { .owner = call->identity.account,
			.principal = call->identity.principal_arn,
			.protocol = in->protocol,
			.endpoint = in->endpoint,
			.created = OPT_I64(call->now_ms) } };
	if (find_existing(call, &t, &s, &in->attributes, &exists) < 0)
		return -1;
	if (!exists) {
		random_uuid(id);
		s.id = arena_str(call->arena, str_c(id));
		bool own = is_own(call, &s);
		s.r.is_confirmed = s.r.was_authenticated = OPT_BOOL(own);
		if (apply_attributes(call, &t, &s, &in->attributes) < 0 ||
			check_limits(call, &t, &s) < 0)
			return -1;
		subscription_put(call, &s);
	}
	if (!s.r.is_confirmed.v && letter_owe(call, &t, &s, LETTER_CONFIRM) < 0)
		return -1;
	out->subscription_arn = s.r.is_confirmed.v || in->return_subscription_arn.v
					? subscription_arn(call->arena, &s.t, s.id)
					: STR("pending confirmation");
	return 0;
}

int sns_confirm_subscription(struct call *call, const struct sns_confirm_subscription_input *in,
	struct sns_confirm_subscription_output *out)
{
	struct topic t;
	struct subscription s;
	if (topic_find(call, in->topic_arn, &t) < 0)
		return -1;
	struct str id = token_open(call, &t.n, in->token);
	if (!id.p)
		return invalid(call, "Token");
	if (!subscription_get(call, &t.n, id, &s))
		return fail(call, &sns_not_found_exception, "Subscription does not exist");
	if (!s.r.is_confirmed.v) {
		s.r.is_confirmed = OPT_BOOL(true);
		s.r.was_authenticated = OPT_BOOL(!call->identity.is_anonymous);
		s.r.authenticate_unsubscribe =
			OPT_BOOL(str_eq_ci(in->authenticate_on_unsubscribe, STR("true")));
		subscription_put(call, &s);
	}
	out->subscription_arn = subscription_arn(call->arena, &s.t, s.id);
	return 0;
}

int sns_unsubscribe(struct call *call, const struct sns_unsubscribe_input *in,
	struct sns_unsubscribe_output *out)
{
	struct topic_name name;
	struct str id;
	struct topic t;
	struct subscription s;
	(void)out;
	if (subscription_name_parse(call, in->subscription_arn, &name, &id) < 0)
		return -1;
	/* What is gone already is no error. */
	if (!topic_get(call, &name, &t) || !subscription_get(call, &name, id, &s))
		return 0;
	if (s.r.authenticate_unsubscribe.v && call->identity.is_anonymous)
		return fail(call, &sns_authorization_error_exception,
			"This subscription is ended only by a signed request.");
	subscription_delete(call, &s);
	t.r.deleted = OPT_I64(t.r.deleted.v + 1);
	topic_put(call, &t);
	if (s.r.is_confirmed.v && str_starts(s.r.protocol, STR("http")))
		return letter_owe(call, &t, &s, LETTER_UNSUBSCRIBED);
	return 0;
}

/* ---- listing ---- */

static void list_one(
	struct call *call, struct sns_subscriptions_list *list, const struct subscription *s)
{
	list->v[list->n++] = (struct sns_subscription){
		.subscription_arn = s->r.is_confirmed.v
					    ? subscription_arn(call->arena, &s->t, s->id)
					    : STR("PendingConfirmation"),
		.owner = s->r.owner,
		.protocol = s->r.protocol,
		.endpoint = s->r.endpoint,
		.topic_arn = topic_arn(call->arena, &s->t),
	};
}

int sns_list_subscriptions_by_topic(struct call *call,
	const struct sns_list_subscriptions_by_topic_input *in,
	struct sns_list_subscriptions_by_topic_output *out)
{
	struct topic t;
	struct subscription s = { 0 };
	struct txn_cursor c;
	if (topic_find(call, in->topic_arn, &t) < 0)
		return -1;
	struct str prefix = subscriptions_prefix(call->arena, &t.n), begin = prefix;
	if (in->next_token.n)
		begin = key_after(call->arena, subscription_key(call->arena, &t.n, in->next_token));
	out->subscriptions.v = ARENA_ARRAY(call->arena, struct sns_subscription, SNS_PAGE);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		if (out->subscriptions.n == SNS_PAGE) {
			out->next_token = s.id;
			break;
		}
		if (subscription_read(call, &t.n, prefix.n, &c, &s))
			list_one(call, &out->subscriptions, &s);
	}
	txn_cursor_close(&c);
	return 0;
}

/* The token is the last one's ARN. */
static int token_key(struct call *call, struct str token, struct str *begin)
{
	struct subscription s = { .r.owner = call->identity.account };
	if (subscription_name_parse(call, token, &s.t, &s.id) < 0)
		return invalid(call, "NextToken");
	*begin = key_after(call->arena, owned_key(call->arena, &s));
	return 0;
}

int sns_list_subscriptions(struct call *call, const struct sns_list_subscriptions_input *in,
	struct sns_list_subscriptions_output *out)
{
	struct str region = call->identity.region;
	struct str prefix = owned_prefix(call->arena, call->identity.account, region);
	struct str begin = prefix;
	struct subscription s = { 0 };
	struct txn_cursor c;
	if (in->next_token.n && token_key(call, in->next_token, &begin) < 0)
		return -1;
	out->subscriptions.v = ARENA_ARRAY(call->arena, struct sns_subscription, SNS_PAGE);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part parts[3];
		if (key_decode(call->arena, str_from(c.key, prefix.n), parts, 3) != 3)
			continue;
		if (out->subscriptions.n == SNS_PAGE) {
			out->next_token = subscription_arn(call->arena, &s.t, s.id);
			break;
		}
		struct topic_name t = { parts[0].text, region, parts[1].text };
		if (subscription_get(call, &t, parts[2].text, &s))
			list_one(call, &out->subscriptions, &s);
	}
	txn_cursor_close(&c);
	return 0;
}
