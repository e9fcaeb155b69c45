/* Queues: making, finding, listing, purging, deleting. */
#include "services/sqs/internal.h"

/* ---- records ---- */

struct str queue_key(struct call *call, struct str account, struct str region, struct str name)
{
	return KEY(call->arena, KEY_LITERAL("sqs"), key_text(account), key_text(region),
		KEY_LITERAL("queue"), key_text(name));
}

bool queue_get(struct call *call, struct str account, struct str region, struct str name,
	struct queue *out)
{
	*out = (struct queue){ .account = account, .region = region, .name = name };
	return call_get_record(
		call, queue_key(call, account, region, name), &sqs_queue_record_shape, &out->r);
}

void queue_put(struct call *call, const struct queue *q)
{
	call_put_record(call, queue_key(call, q->account, q->region, q->name),
		&sqs_queue_record_shape, &q->r);
}

struct str queue_arn(struct call *call, const struct queue *q)
{
	struct str parts[] = { STR("arn:aws:sqs:"), q->region, STR(":"), q->account, STR(":"),
		q->name };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

int64_t queue_next_number(struct call *call)
{
	struct str key = KEY(call->arena, KEY_LITERAL("sqs"), KEY_LITERAL("last number")), value;
	int64_t last = 0;
	if (txn_get(call->txn, key, call->arena, &value) && str_to_i64(value, &last) < 0)
		last = 0;
	txn_put(call->txn, key, arena_printf(call->arena, "%lld", (long long)last + 1));
	return last + 1;
}

static void on_garbage(void *arg)
{
	struct sqs *sqs = arg;
	waitq_wake_all(&sqs->sweep);
}

void garbage_put(struct call *call, int64_t number)
{
	struct sqs_garbage_record r = { OPT_I64(call->now_ms) };
	struct str key =
		KEY(call->arena, KEY_LITERAL("sqs"), KEY_LITERAL("garbage"), key_int(number));
	call_put_record(call, key, &sqs_garbage_record_shape, &r);
	call_after(call, on_garbage, sqs_state(call));
}

/* ---- making and finding ---- */

static struct str attribute_of(const struct sqs_queue_attribute_map *attributes, const char *name)
{
	for (size_t i = 0; i < attributes->n; i++)
		if (str_is(attributes->v[i].key, name))
			return attributes->v[i].value;
	return (struct str){ 0 };
}

static int check_name(struct call *call, struct str name, bool is_fifo)
{
	struct str stem = name;
	if (!name.n)
		return fail(call, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter QueueName.");
	if (is_fifo && str_ends(name, STR(".fifo")))
		stem.n -= 5;
	else if (is_fifo)
		stem.n = 0;
	if (str_is_plain_name(stem) && name.n <= SQS_NAME_BYTES_MAX)
		return 0;
	if (is_fifo)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
			"underscores, must end with "
			".fifo suffix and be 1 to 80 in length.");
	return fail(call, &sqs_invalid_parameter_value_exception,
		"Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
}

static int answer_existing(struct call *call, const struct queue *q,
	const struct sqs_create_queue_input *in, struct sqs_create_queue_output *out)
{
	struct str differs = attributes_differ(call, q, &in->attributes);
	if (differs.p)
		return fail(call, &sqs_queue_name_exists,
			"A queue already exists with the same name and a different value for attribute %.*s",
			STR_ARG(differs));
	out->queue_url = url_of(call, q->account, q->name);
	return 0;
}

int sqs_create_queue(struct call *call, const struct sqs_create_queue_input *in,
	struct sqs_create_queue_output *out)
{
	bool is_fifo = str_eq_ci(attribute_of(&in->attributes, "FifoQueue"), STR("true"));
	struct queue q;
	if (check_name(call, in->queue_name, is_fifo) < 0)
		return -1;
	if (in->tags.n > SQS_TAGS_MAX)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Too many tags added for queue %.*s.", STR_ARG(in->queue_name));
	bool exists =
		queue_get(call, call->identity.account, call->identity.region, in->queue_name, &q);
	struct queue fresh = { q.account, q.region, q.name,
		{
			.created = OPT_I64(call->now_ms),
			.modified = OPT_I64(call->now_ms),
			.is_fifo = OPT_BOOL(is_fifo),
			.visibility = OPT_I64(30),
			.delay = OPT_I64(0),
			.wait = OPT_I64(0),
			.retention = OPT_I64(345600),
			.size_max = OPT_I64(SQS_MESSAGE_BYTES_MAX),
			.sse = OPT_BOOL(true),
			.tags = in->tags,
		} };
	if (attributes_apply(call, &fresh, &in->attributes, true) < 0)
		return -1;
	if (exists)
		return answer_existing(call, &q, in, out);
	fresh.r.id = OPT_I64(queue_next_number(call));
	fresh.r.space = OPT_I64(queue_next_number(call));
	queue_put(call, &fresh);
	live_note_created(call, fresh.r.id.v, fresh.r.space.v);
	out->queue_url = url_of(call, fresh.account, fresh.name);
	return 0;
}

int sqs_get_queue_url(struct call *call, const struct sqs_get_queue_url_input *in,
	struct sqs_get_queue_url_output *out)
{
	struct queue q;
	struct str account = in->queue_owner_aws_account_id.n ? in->queue_owner_aws_account_id
							      : call->identity.account;
	if (!in->queue_name.n)
		return fail(call, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter QueueName.");
	if (!queue_get(call, account, call->identity.region, in->queue_name, &q))
		return fail(call, &sqs_queue_does_not_exist, "The specified queue does not exist.");
	out->queue_url = url_of(call, account, in->queue_name);
	return 0;
}

int sqs_delete_queue(struct call *call, const struct sqs_delete_queue_input *in,
	struct sqs_delete_queue_output *out)
{
	struct queue q;
	(void)out;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	txn_delete(call->txn, queue_key(call, q.account, q.region, q.name));
	garbage_put(call, q.r.space.v);
	garbage_put(call, q.r.id.v);
	live_note_deleted(call, q.r.id.v, q.r.space.v);
	return 0;
}

/* The messages stay where they are for the sweeper; the queue goes on in another space. */
int sqs_purge_queue(struct call *call, const struct sqs_purge_queue_input *in,
	struct sqs_purge_queue_output *out)
{
	struct queue q;
	(void)out;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	if (q.r.purged.set && call->now_ms - q.r.purged.v < SQS_PURGE_MS)
		return fail(call, &sqs_purge_queue_in_progress,
			"Only one PurgeQueue operation on %.*s is allowed every 60 seconds.",
			STR_ARG(q.name));
	garbage_put(call, q.r.space.v);
	q.r.space = OPT_I64(queue_next_number(call));
	q.r.purged = OPT_I64(call->now_ms);
	queue_put(call, &q);
	live_note_purged(call, q.r.id.v, q.r.space.v);
	return 0;
}

int sqs_describe_queue(struct call *call, const struct sqs_describe_queue_input *in,
	struct sqs_describe_queue_output *out)
{
	struct queue q;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	out->queue_arn = queue_arn(call, &q);
	out->is_fifo = OPT_BOOL(q.r.is_fifo.v);
	out->visibility_timeout = q.r.visibility;
	out->has_redrive_policy = OPT_BOOL(q.r.dead_letter_arn.n > 0);
	out->policy = q.r.policy;
	return 0;
}

/* ---- listing ---- */

struct listing {
	struct str account, region;
	struct str prefix, token; /* the token is the last name of the page before */
	struct str source_of;     /* the dead-letter queue's ARN: only its sources */
	size_t max;
	struct str *urls;
	size_t n;
	struct str next;
};

static void list_queues(struct call *call, struct listing *l)
{
	struct str all = KEY(call->arena, KEY_LITERAL("sqs"), key_text(l->account),
		key_text(l->region), KEY_LITERAL("queue"));
	struct str begin = all, last = { 0 };
	struct str from =
		str_cmp(l->token.p ? l->token : STR(""), l->prefix) > 0 ? l->token : l->prefix;
	struct txn_cursor c;
	if (from.n)
		begin = queue_key(call, l->account, l->region, from);
	if (l->token.n)
		begin = key_after(call->arena, begin);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part name;
		struct sqs_queue_record r = { 0 };
		if (key_decode(call->arena, str_from(c.key, all.n), &name, 1) != 1)
			continue;
		if (l->prefix.n && !str_starts(name.text, l->prefix))
			break;
		if (l->source_of.p &&
			(record_decode(call->arena, &sqs_queue_record_shape, c.value, &r) < 0 ||
				!str_eq(r.dead_letter_arn, l->source_of)))
			continue;
		if (l->n == l->max) {
			l->next = last;
			break;
		}
		l->urls[l->n++] = url_of(call, l->account, name.text);
		last = name.text;
	}
	txn_cursor_close(&c);
}

bool queue_has_sources(struct call *call, const struct queue *q)
{
	struct str url;
	struct listing l = { .account = q->account,
		.region = q->region,
		.prefix = STR(""),
		.source_of = queue_arn(call, q),
		.max = 1,
		.urls = &url };
	list_queues(call, &l);
	return l.n > 0;
}

static int listing_begin(struct call *call, struct listing *l, struct opt_i64 max, struct str token)
{
	if (max.set && (max.v < 1 || max.v > SQS_LIST_MAX))
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Value %lld for parameter MaxResults is invalid. Reason: MaxResults must be an "
			"integer between 1 and 1000.",
			(long long)max.v);
	if (token.n && !max.set)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"MaxResults is a mandatory parameter when you provide a value for NextToken.");
	if (!l->account.p) {
		l->account = call->identity.account;
		l->region = call->identity.region;
	}
	l->token = token;
	l->max = max.set ? (size_t)max.v : SQS_LIST_MAX;
	l->urls = ARENA_ARRAY(call->arena, struct str, l->max);
	return 0;
}

int sqs_list_queues(struct call *call, const struct sqs_list_queues_input *in,
	struct sqs_list_queues_output *out)
{
	struct listing l = { .prefix = in->queue_name_prefix.p ? in->queue_name_prefix : STR("") };
	if (listing_begin(call, &l, in->max_results, in->next_token) < 0)
		return -1;
	list_queues(call, &l);
	if (l.n)
		out->queue_urls = (struct sqs_queue_url_list){ l.urls, l.n };
	/* A token only for those who asked for pages. */
	if (in->max_results.set)
		out->next_token = l.next;
	return 0;
}

int sqs_list_dead_letter_source_queues(struct call *call,
	const struct sqs_list_dead_letter_source_queues_input *in,
	struct sqs_list_dead_letter_source_queues_output *out)
{
	struct listing l = { .prefix = STR("") };
	struct queue q;
	if (queue_find(call, in->queue_url, &q) < 0 ||
		listing_begin(call, &l, in->max_results, in->next_token) < 0)
		return -1;
	l.source_of = queue_arn(call, &q);
	list_queues(call, &l);
	out->queue_urls = (struct sqs_queue_url_list){ l.urls, l.n };
	if (in->max_results.set)
		out->next_token = l.next;
	return 0;
}
