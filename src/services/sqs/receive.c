/*
 * ReceiveMessage: waits until there can be a message, takes what there is in one write transaction,
 * and looks again if somebody else was quicker. A poll of a queue that is known to be empty touches
 * no disk.
 */
#include "base/clock.h"
#include "net/http_server.h"
#include "services/sqs/internal.h"

/* ---- the answer ---- */

static bool wants(const struct sqs_receive_message_input *in, const char *name)
{
	for (size_t i = 0; i < in->attribute_names.n; i++)
		if (str_is(in->attribute_names.v[i], name) ||
			str_is(in->attribute_names.v[i], "All"))
			return true;
	for (size_t i = 0; i < in->message_system_attribute_names.n; i++)
		if (str_is(in->message_system_attribute_names.v[i], name) ||
			str_is(in->message_system_attribute_names.v[i], "All"))
			return true;
	return false;
}

/* Names, or "All", ".*", "prefix.*". */
static bool wants_user(const struct sqs_message_attribute_name_list *names, struct str name)
{
	for (size_t i = 0; i < names->n; i++) {
		struct str wanted = names->v[i];
		if (str_eq(wanted, name) || str_is(wanted, "All"))
			return true;
		if (str_ends(wanted, STR(".*")) &&
			str_starts(name, str_sub(wanted, 0, wanted.n - 2)))
			return true;
	}
	return false;
}

struct filling {
	struct call *call;
	const struct sqs_receive_message_input *in;
	struct sqs_message_system_attribute_map *map;
};

static void put_text(struct filling *f, const char *name, struct str value)
{
	if (value.n && wants(f->in, name))
		f->map->v[f->map->n++] =
			(struct sqs_message_system_attribute_map_entry){ str_c(name), value };
}

static void put_number(struct filling *f, const char *name, const char *format, int64_t value)
{
	char text[32];
	if (!wants(f->in, name))
		return;
	int n = snprintf(text, sizeof text, format, (long long)value);
	put_text(f, name, arena_str(f->call->arena, (struct str){ text, (size_t)n }));
}

enum { SYSTEM_ATTRIBUTES = 10 };

static void fill_system(
	struct filling *f, const struct message *m, const struct sqs_message_record *r)
{
	bool is_fifo = m->group.p != NULL;
	f->map->v = ARENA_ARRAY(
		f->call->arena, struct sqs_message_system_attribute_map_entry, SYSTEM_ATTRIBUTES);
	put_text(f, "SenderId", r->sender);
	put_number(f, "SentTimestamp", "%lld", m->head.sent_ms);
	put_number(f, "ApproximateReceiveCount", "%lld", m->head.receives);
	put_number(f, "ApproximateFirstReceiveTimestamp", "%lld", m->head.received_ms);
	if (is_fifo)
		put_number(f, "SequenceNumber", "%020lld", m->sequence);
	put_text(f, "MessageDeduplicationId", r->dedup);
	put_text(f, "MessageGroupId", r->group);
	put_text(f, "AWSTraceHeader", r->trace);
	put_text(f, "DeadLetterQueueSourceArn", r->source);
	if (!f->map->n)
		f->map->v = NULL;
}

static void fill_user(struct call *call, const struct sqs_receive_message_input *in,
	struct sqs_message_record *r, struct sqs_message *out)
{
	size_t n = 0;
	for (size_t i = 0; i < r->attributes.n; i++)
		if (wants_user(&in->message_attribute_names, r->attributes.v[i].key))
			r->attributes.v[n++] = r->attributes.v[i];
	if (!n)
		return;
	out->message_attributes = (struct sqs_message_body_attribute_map){ r->attributes.v, n };
	/* Of those that are answered: the SDKs check it. */
	out->md5_of_message_attributes =
		message_attributes_md5(call->arena, &out->message_attributes);
}

int receive_answer(struct call *call, const struct queue *q,
	const struct sqs_receive_message_input *in, struct message *v, size_t n,
	struct sqs_receive_message_output *out)
{
	struct sqs_message *messages = ARENA_ARRAY(call->arena, struct sqs_message, n + 1);
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		struct sqs_message_record r = { 0 };
		struct sqs_message *m = &messages[count];
		struct handle h = { q->r.id.v, q->r.space.v, v[i].head.visible_ms, v[i].sequence,
			v[i].head.nonce, v[i].group };
		if (q->r.is_fifo.v)
			h.visible_ms = 0; /* it is not needed to find the message, and the handle
					     stays the same */
		if (record_decode(call->arena, &sqs_message_record_shape, v[i].record, &r) < 0 ||
			r.md5.n != MD5_BYTES)
			return fail(call, &aws_internal_failure, "A stored message can't be read.");
		*m = (struct sqs_message){
			.message_id = message_id_text(call->arena, r.id),
			.receipt_handle = handle_encode(call->arena, &h),
			.md5_of_body = md5_hex(call->arena, (const unsigned char *)r.md5.p),
			.body = r.body,
		};
		struct filling f = { call, in, &m->attributes };
		if (in->attribute_names.n || in->message_system_attribute_names.n)
			fill_system(&f, &v[i], &r);
		if (in->message_attribute_names.n)
			fill_user(call, in, &r, m);
		count++;
	}
	if (count)
		out->messages = (struct sqs_message_list){ messages, count };
	return 0;
}

/* ---- checks ---- */

static bool is_system_name(struct str name)
{
	static const char *const names[] = { "All", "SenderId", "SentTimestamp",
		"ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp", "SequenceNumber",
		"MessageDeduplicationId", "MessageGroupId", "AWSTraceHeader",
		"DeadLetterQueueSourceArn",
		/* Of queues: AttributeNames once took them here, and still does without effect. */
		"Policy", "VisibilityTimeout", "MaximumMessageSize", "MessageRetentionPeriod",
		"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
		"CreatedTimestamp", "LastModifiedTimestamp", "QueueArn",
		"ApproximateNumberOfMessagesDelayed", "DelaySeconds",
		"ReceiveMessageWaitTimeSeconds", "RedrivePolicy", "FifoQueue",
		"ContentBasedDeduplication", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds",
		"DeduplicationScope", "FifoThroughputLimit", "RedriveAllowPolicy",
		"SqsManagedSseEnabled" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}

static int check_range(struct call *call, const char *name, struct opt_i64 value, int64_t min,
	int64_t max, const char *reason)
{
	if (!value.set || (value.v >= min && value.v <= max))
		return 0;
	return fail(call, &sqs_invalid_parameter_value_exception,
		"Value %lld for parameter %s is invalid. Reason: %s", (long long)value.v, name,
		reason);
}

static int check(struct call *call, const struct sqs_receive_message_input *in)
{
	if (check_range(call, "MaxNumberOfMessages", in->max_number_of_messages, 1, SQS_RECEIVE_MAX,
		    "Must be between 1 and 10, if provided.") < 0 ||
		check_range(call, "WaitTimeSeconds", in->wait_time_seconds, 0, SQS_WAIT_SECONDS_MAX,
			"Must be >= 0 and <= 20, if provided.") < 0 ||
		check_range(call, "VisibilityTimeout", in->visibility_timeout, 0,
			SQS_VISIBILITY_SECONDS_MAX, "Must be >= 0 and <= 43200, if provided.") < 0)
		return -1;
	const struct str *lists[] = { in->attribute_names.v, in->message_system_attribute_names.v };
	size_t counts[] = { in->attribute_names.n, in->message_system_attribute_names.n };
	for (size_t l = 0; l < COUNT_OF(lists); l++)
		for (size_t i = 0; i < counts[l]; i++)
			if (!is_system_name(lists[l][i]))
				return fail(call, &sqs_invalid_attribute_name,
					"Unknown Attribute %.*s.", STR_ARG(lists[l][i]));
	return 0;
}

static int check_attempt(struct call *call, const struct queue *q, struct str attempt)
{
	if (!attempt.p)
		return 0;
	if (!q->r.is_fifo.v)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Value %.*s for parameter ReceiveRequestAttemptId is invalid. Reason: The request "
			"includes a parameter that "
			"is not valid for this queue type.",
			STR_ARG(attempt));
	if (message_token_is_valid(attempt))
		return 0;
	return fail(call, &sqs_invalid_parameter_value_exception,
		"Value %.*s for parameter ReceiveRequestAttemptId is invalid. Reason: "
		"ReceiveRequestAttemptId can only include "
		"alphanumeric and punctuation characters. 1 to 128 in length.",
		STR_ARG(attempt));
}

/* ---- attempts that are repeated ---- */

static struct str attempt_key(
	struct call *call, const struct queue *q, int64_t period, struct str id)
{
	return KEY(call->arena, KEY_LITERAL("sqs.m"), key_int(q->r.id.v), key_int(KIND_ATTEMPT),
		key_int(period), key_text(id));
}

static void attempt_put(struct call *call, const struct take *t, struct str id)
{
	struct sqs_attempt_message messages[SQS_RECEIVE_MAX];
	struct sqs_attempt_record r = { OPT_I64(call->now_ms), { messages, t->n } };
	for (size_t i = 0; i < t->n; i++)
		messages[i] = (struct sqs_attempt_message){ t->v[i].group,
			OPT_I64(t->v[i].sequence), OPT_I64((int64_t)t->v[i].head.nonce) };
	call_put_record(call, attempt_key(call, t->queue, call->now_ms / SQS_DEDUP_MS, id),
		&sqs_attempt_record_shape, &r);
}

/*
 * What the same attempt got before and still has in flight, by the same handles, its timeout begun
 * anew (ReceiveMessage, "ReceiveRequestAttemptId").
 */
static void attempt_take(struct call *call, struct take *t, struct str id)
{
	struct sqs_attempt_record r = { 0 };
	int64_t period = call->now_ms / SQS_DEDUP_MS;
	bool found = false;
	for (int64_t p = period; p >= period - 1 && !found; p--)
		found = call_get_record(call, attempt_key(call, t->queue, p, id),
				&sqs_attempt_record_shape, &r) &&
			r.at.v + SQS_DEDUP_MS > call->now_ms;
	for (size_t i = 0; found && i < MIN(r.messages.n, SQS_RECEIVE_MAX); i++) {
		const struct sqs_attempt_message *a = &r.messages.v[i];
		struct handle h = { t->queue->r.id.v, t->queue->r.space.v, 0, a->sequence.v,
			(uint64_t)a->nonce.v, a->group };
		struct message m;
		if (handle_find(call, t->queue, &h, &m) != FOUND_IN_FLIGHT)
			continue;
		fifo_set_visible(call, t->queue, t->changes, &m, call->now_ms + t->visibility_ms);
		t->v[t->n++] = m;
	}
}

/* ---- receiving ---- */

struct receive {
	const struct sqs_receive_message_input *in;
	struct sqs_receive_message_output *out;
	struct queue queue;
	struct live *live;
	struct take take;
	int64_t wait_ms;
};

static int find_run(struct call *call, void *arg)
{
	struct receive *r = arg;
	return queue_find(call, r->in->queue_url, &r->queue);
}

static int take_run(struct call *call, void *arg)
{
	struct receive *r = arg;
	struct take *t = &r->take;
	txn_use_reserve(call->txn); /* with a full disk too queues can be drained */
	if (queue_find(call, r->in->queue_url, &r->queue) < 0)
		return -1;
	*t = (struct take){ .queue = &r->queue, .max = 1 };
	if (r->in->max_number_of_messages.set)
		t->max = (size_t)r->in->max_number_of_messages.v;
	t->visibility_ms = 1000 * (r->in->visibility_timeout.set ? r->in->visibility_timeout.v
								 : r->queue.r.visibility.v);
	t->changes = changes_begin(call, &r->queue);
	if (r->in->receive_request_attempt_id.p)
		attempt_take(call, t, r->in->receive_request_attempt_id);
	if (t->n) {
		t->more = true; /* not looked */
	} else {
		if (r->queue.r.is_fifo.v)
			fifo_take(call, t);
		else
			standard_take(call, t);
		if (t->n && r->in->receive_request_attempt_id.p)
			attempt_put(call, t, r->in->receive_request_attempt_id);
	}
	for (size_t i = 0; i < t->n; i++)
		if (!message_load(call, &r->queue, &t->v[i]))
			return fail(call, &aws_internal_failure, "A stored message has no body.");
	return 0;
}

static int64_t now_of(const struct call *call)
{
	return call->aws->now_ms ? call->aws->now_ms() : clock_now_ms();
}

/* Whether so many are in flight that no more may be received: "about 120,000", 20,000 of a FIFO
 * queue. */
static bool is_over_limit(struct receive *r, int64_t now_ms)
{
	int64_t max = r->queue.r.is_fifo.v ? SQS_IN_FLIGHT_FIFO_MAX : SQS_IN_FLIGHT_STANDARD_MAX;
	return live_in_flight(r->live, now_ms) >= max;
}

/* One look, if it is worth it: 0 or -1. What it says of the queue is kept for those who come next.
 */
static int look(struct call *call, struct receive *r)
{
	struct live *live = r->live;
	r->take.n = 0;
	call->now_ms = now_of(call);
	if (live_is_empty(live, call->now_ms) && !r->in->receive_request_attempt_id.p)
		return 0;
	if (call_write(call, take_run, r) < 0)
		return -1;
	if (live->dead || r->queue.r.id.v != live->id)
		return 0;
	if (r->take.more)
		live_wake(live, 1);
	else
		live_set_empty(live, r->take.next_ms);
	return 0;
}

static int receive(struct call *call, struct receive *r)
{
	struct live *live = r->live;
	uint64_t until = clock_mono_ms() + (uint64_t)r->wait_ms;
	for (;;) {
		bool over = is_over_limit(r, now_of(call));
		if (over && !r->wait_ms && !r->queue.r.is_fifo.v)
			return fail(call, &sqs_over_limit,
				"Too many messages in flight: at most %d.",
				SQS_IN_FLIGHT_STANDARD_MAX);
		if (!over && look(call, r) < 0)
			return -1;
		uint64_t now = clock_mono_ms();
		if ((!over && r->take.n) || now >= until || live->dead || live->sqs->stopping)
			return 0;
		if (live->sqs->receivers >= SQS_RECEIVERS_MAX)
			return fail(call, &sqs_request_throttled, "Too many receivers wait.");
		bool called = live_wait(live, call, (int64_t)(until - now)) == WAITED_CALLED;
		bool gone = call->http && http_client_gone(call->http);
		/* It was called for a message that it can't take: another may. */
		if (called && gone)
			live_wake(live, 1);
		if (gone || !called || live->sqs->stopping)
			return 0;
	}
}

int sqs_receive_message(struct call *call, const struct sqs_receive_message_input *in,
	struct sqs_receive_message_output *out)
{
	struct receive r = { .in = in, .out = out };
	if (check(call, in) < 0 || call_read(call, find_run, &r) < 0 ||
		check_attempt(call, &r.queue, in->receive_request_attempt_id) < 0)
		return -1;
	r.wait_ms = 1000 * (in->wait_time_seconds.set ? in->wait_time_seconds.v : r.queue.r.wait.v);
	r.live = live_get(sqs_state(call), r.queue.r.id.v, r.queue.r.space.v);
	live_hold(r.live);
	int result = receive(call, &r);
	live_release(r.live);
	if (result < 0)
		return -1;
	return receive_answer(call, &r.queue, in, r.take.v, r.take.n, out);
}

int sqs_release_receivers(struct call *call, const struct sqs_release_receivers_input *in,
	struct sqs_release_receivers_output *out)
{
	struct sqs_receive_message_input of = { .queue_url = in->queue_url };
	struct receive r = { .in = &of };
	(void)out;
	if (call_read(call, find_run, &r) < 0)
		return -1;
	live_release_inner(live_get(sqs_state(call), r.queue.r.id.v, r.queue.r.space.v));
	return 0;
}
