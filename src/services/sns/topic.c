/* Topics: making, finding, listing, deleting. */
#include "base/random.h"
#include "services/sns/internal.h"

static struct str topics_prefix(struct arena *arena, struct str account, struct str region)
{
	return KEY(arena, KEY_LITERAL("sns"), key_text(account), key_text(region),
		KEY_LITERAL("topic"));
}

static struct str topic_key(struct arena *arena, const struct topic_name *t)
{
	return KEY(arena, KEY_LITERAL("sns"), key_text(t->account), key_text(t->region),
		KEY_LITERAL("topic"), key_text(t->name));
}

struct str subscriptions_prefix(struct arena *arena, const struct topic_name *t)
{
	return KEY(arena, KEY_LITERAL("sns"), key_text(t->account), key_text(t->region),
		KEY_LITERAL("subscription"), key_text(t->name));
}

bool topic_get(struct call *call, const struct topic_name *name, struct topic *out)
{
	*out = (struct topic){ .n = *name };
	return call_get_record(
		call, topic_key(call->arena, name), &sns_topic_record_shape, &out->r);
}

void topic_put(struct call *call, const struct topic *t)
{
	call_put_record(call, topic_key(call->arena, &t->n), &sns_topic_record_shape, &t->r);
}

int topic_find(struct call *call, struct str arn, struct topic *out)
{
	struct topic_name name;
	if (topic_name_parse(call, "TopicArn", arn, &name) < 0)
		return -1;
	if (topic_get(call, &name, out))
		return 0;
	return fail(call, &sns_not_found_exception, "Topic does not exist");
}

/* ---- making ---- */

static bool asks_for_fifo(const struct sns_topic_attributes_map *attributes)
{
	for (size_t i = 0; i < attributes->n; i++)
		if (str_is(attributes->v[i].key, "FifoTopic"))
			return str_eq_ci(attributes->v[i].value, STR("true"));
	return false;
}

/* CreateTopic: "Topic names must be made up of only uppercase and lowercase ASCII letters, numbers,
 * underscores, and hyphens, and must be between 1 and 256 characters long." */
static int check_name(struct call *call, struct str name, bool is_fifo)
{
	struct str stem = name;
	if (is_fifo && !str_ends(name, STR(".fifo")))
		return invalid(call,
			"Fifo Topic names must end with .fifo and must be made up of only "
			"uppercase and lowercase ASCII letters, numbers, underscores, and "
			"hyphens, and must be between 1 and 256 characters long.");
	if (is_fifo)
		stem.n -= 5;
	return str_is_plain_name(stem) && name.n <= SNS_NAME_BYTES_MAX
		       ? 0
		       : invalid(call, "Topic Name");
}

/* The topic is there already: the same answer, if it is what was asked for. */
static int answer_existing(
	struct call *call, const struct topic *t, const struct sns_create_topic_input *in)
{
	struct topic asked = *t;
	for (size_t i = 0; i < in->attributes.n; i++)
		if (topic_attribute_set(call, &asked, in->attributes.v[i].key,
			    in->attributes.v[i].value, true) < 0)
			return -1;
	struct str before = record_encode(call->arena, &sns_topic_record_shape, &t->r),
		   after = record_encode(call->arena, &sns_topic_record_shape, &asked.r);
	if (!str_eq(before, after))
		return invalid(
			call, "Attributes Reason: Topic already exists with different attributes");
	if (in->tags.v && !tags_are(&t->r.tags, &in->tags))
		return invalid(call, "Tags Reason: Topic already exists with different tags");
	return 0;
}

/* Counts as far as max. */
static size_t count_topics(struct call *call, const struct topic_name *of, bool is_fifo, size_t max)
{
	struct str prefix = topics_prefix(call->arena, of->account, of->region);
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	/* A key ends in the name and a NUL. */
	while (n < max && txn_cursor_next(&c))
		n += !is_fifo || str_ends(c.key, (struct str){ ".fifo\0", 6 });
	txn_cursor_close(&c);
	return n;
}

int sns_create_topic(struct call *call, const struct sns_create_topic_input *in,
	struct sns_create_topic_output *out)
{
	struct topic_name name = { call->identity.account, call->identity.region, in->name };
	struct topic t;
	bool is_fifo = asks_for_fifo(&in->attributes);
	char id[UUID_LENGTH + 1];
	if (in->data_protection_policy.n)
		return invalid(call, "DataProtectionPolicy Reason: data protection policies are "
				     "not served here");
	if (check_name(call, in->name, is_fifo) < 0 || tags_check(call, &in->tags) < 0)
		return -1;
	out->topic_arn = topic_arn(call->arena, &name);
	if (topic_get(call, &name, &t))
		return answer_existing(call, &t, in);
	random_uuid(id);
	t = (struct topic){ name, { .id = arena_str(call->arena, str_c(id)),
					  .created = OPT_I64(call->now_ms),
					  .is_fifo = OPT_BOOL(is_fifo),
					  .tags = in->tags } };
	for (size_t i = 0; i < in->attributes.n; i++)
		if (topic_attribute_set(
			    call, &t, in->attributes.v[i].key, in->attributes.v[i].value, true) < 0)
			return -1;
	size_t max = is_fifo ? SNS_FIFO_TOPICS_MAX : SNS_TOPICS_MAX;
	if (count_topics(call, &name, is_fifo, max) == max)
		return fail(call, &sns_topic_limit_exceeded_exception,
			"The account has %zu topics already.", max);
	topic_put(call, &t);
	return 0;
}

/* ---- deleting ---- */

int sns_delete_topic(struct call *call, const struct sns_delete_topic_input *in,
	struct sns_delete_topic_output *out)
{
	struct topic_name name;
	struct topic t;
	struct txn_cursor c;
	(void)out;
	if (topic_name_parse(call, "TopicArn", in->topic_arn, &name) < 0)
		return -1;
	/* "This action is idempotent, so deleting a topic that does not exist does not result in an
	 * error." */
	if (!topic_get(call, &name, &t))
		return 0;
	struct str prefix = subscriptions_prefix(call->arena, &name);
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct subscription s;
		if (subscription_read(call, &name, prefix.n, &c, &s))
			subscription_delete(call, &s);
	}
	txn_cursor_close(&c);
	txn_delete(call->txn, topic_key(call->arena, &name));
	struct str counts = KEY(call->arena, KEY_LITERAL("sns.d"), key_text(t.r.id));
	txn_delete_range(call->txn, counts, key_range_end(call->arena, counts));
	return 0;
}

/* ---- listing ---- */

int sns_list_topics(struct call *call, const struct sns_list_topics_input *in,
	struct sns_list_topics_output *out)
{
	struct topic_name name = { call->identity.account, call->identity.region, in->next_token };
	struct str prefix = topics_prefix(call->arena, name.account, name.region);
	struct str begin = prefix;
	struct txn_cursor c;
	if (in->next_token.n)
		begin = key_after(call->arena, topic_key(call->arena, &name));
	out->topics.v = ARENA_ARRAY(call->arena, struct sns_topic, SNS_PAGE);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part part;
		if (key_decode(call->arena, str_from(c.key, prefix.n), &part, 1) != 1)
			continue;
		if (out->topics.n == SNS_PAGE) {
			out->next_token = name.name;
			break;
		}
		name.name = part.text;
		out->topics.v[out->topics.n++].topic_arn = topic_arn(call->arena, &name);
	}
	txn_cursor_close(&c);
	return 0;
}
