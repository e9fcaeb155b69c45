/*
 * One batch of an event source mapping: received, filtered, given to the function, deleted. What
 * fails is left where it is: its visibility timeout brings it back, and the queue's redrive policy
 * ends it. A batch that finds the function throttled is held and kept invisible, so that no message
 * is counted as received more often than it was tried.
 */
#include "base/clock.h"
#include "base/random.h"
#include "services/lambda/invoke.h"
#include "services/lambda/mapping.h"

enum {
	RECEIVE_SECONDS = 20,
	PAUSE_MS = 1000, /* after an error that the next poll would meet again */
	THROTTLE_FIRST_MS = 50,
	THROTTLE_LAST_MS = 2000,
	DELETE_TRIES = 4,
	SQS_BATCH = 10,
};

/* On the poller's stack. */
struct batch {
	struct mapping *m;
	struct call *call;
	struct resolved *resolved;
	struct str queue_arn, region;
	struct sqs_message *v;
	size_t n, cap, bytes;
	bool *done;       /* to be deleted */
	uint64_t held_ms; /* since when they are invisible, by the monotonic clock */
};

/* ---- receiving ---- */

static size_t message_bytes(const struct sqs_message *m)
{
	size_t bytes = m->body.n + 512;
	for (size_t i = 0; i < m->message_attributes.n; i++)
		bytes += m->message_attributes.v[i].key.n +
			 m->message_attributes.v[i].value.string_value.n +
			 2 * m->message_attributes.v[i].value.binary_value.n + 128;
	return bytes;
}

/* One ReceiveMessage: how many came, or -1. */
static ssize_t receive(struct batch *b, size_t max, int64_t wait_s)
{
	static struct str all[] = { STR_INIT("All") };
	struct sqs_receive_message_input in = {
		.queue_url = b->queue_arn,
		.message_system_attribute_names = { all, 1 },
		.message_attribute_names = { all, 1 },
		.max_number_of_messages = OPT_I64((int64_t)MIN(max, (size_t)SQS_BATCH)),
		.wait_time_seconds = OPT_I64(wait_s),
	};
	struct sqs_receive_message_output out = { 0 };
	mapping_renew_time(b->call);
	if (call_inner(b->call, &sqs_receive_message_operation, NULL, &in, &out) < 0)
		return -1;
	if (b->n + out.messages.n > b->cap) {
		size_t cap = MAX(2 * b->cap, b->n + out.messages.n);
		struct sqs_message *v = ARENA_ARRAY(b->call->arena, struct sqs_message, cap);
		if (b->n)
			memcpy(v, b->v, b->n * sizeof *v);
		b->v = v;
		b->cap = cap;
	}
	for (size_t i = 0; i < out.messages.n; i++) {
		b->v[b->n++] = out.messages.v[i];
		b->bytes += message_bytes(&out.messages.v[i]);
	}
	return (ssize_t)out.messages.n;
}

/* Until the batch is full, its window has passed or, without a window, there is no more at once. */
static void gather(struct batch *b)
{
	const struct lambda_event_source_mapping_configuration *c = b->m->record.configuration;
	size_t max = (size_t)c->batch_size.v;
	uint64_t end = clock_mono_ms() + 1000 * (uint64_t)c->maximum_batching_window_in_seconds.v;
	while (b->n < max && b->bytes < LAMBDA_BATCH_BYTES_MAX && !b->m->stopping &&
		c->maximum_batching_window_in_seconds.v > 0) {
		uint64_t now = clock_mono_ms();
		if (now >= end)
			return;
		int64_t left_s = (int64_t)(end - now) / 1000;
		if (left_s == 0) {
			waitq_wait(&b->m->wake, (int64_t)(end - now));
			if (!b->m->stopping && receive(b, max - b->n, 0) < 0)
				return;
		} else if (receive(b, max - b->n, MIN(left_s, RECEIVE_SECONDS)) < 0) {
			return;
		}
	}
}

/* ---- changing many at once, in one transaction ---- */

struct change {
	struct batch *b;
	const bool *which;    /* NULL: all */
	int64_t visibility_s; /* negative: delete */
};

static int change_ten(struct call *call, const struct change *c, const size_t *at, size_t n)
{
	struct sqs_delete_message_batch_request_entry deletes[SQS_BATCH];
	struct sqs_change_message_visibility_batch_request_entry changes[SQS_BATCH];
	static const char digits[SQS_BATCH + 1] = "0123456789";
	for (size_t i = 0; i < n; i++) {
		struct str id = { digits + i, 1 }, handle = c->b->v[at[i]].receipt_handle;
		deletes[i] = (struct sqs_delete_message_batch_request_entry){ id, handle };
		changes[i] = (struct sqs_change_message_visibility_batch_request_entry){ id, handle,
			OPT_I64(c->visibility_s) };
	}
	if (c->visibility_s < 0) {
		struct sqs_delete_message_batch_input in = { c->b->queue_arn, { deletes, n } };
		struct sqs_delete_message_batch_output out;
		return call_inner(call, &sqs_delete_message_batch_operation, NULL, &in, &out);
	}
	struct sqs_change_message_visibility_batch_input in = { c->b->queue_arn, { changes, n } };
	struct sqs_change_message_visibility_batch_output out;
	return call_inner(call, &sqs_change_message_visibility_batch_operation, NULL, &in, &out);
}

static int change_run(struct call *call, void *arg)
{
	const struct change *c = arg;
	size_t at[SQS_BATCH], n = 0;
	for (size_t i = 0; i < c->b->n; i++) {
		if (c->which && !c->which[i])
			continue;
		at[n++] = i;
		if (n == SQS_BATCH) {
			if (change_ten(call, c, at, n) < 0)
				return -1;
			n = 0;
		}
	}
	return n ? change_ten(call, c, at, n) : 0;
}

static int set_visibility(struct batch *b, int64_t seconds)
{
	struct change c = { b, NULL, seconds };
	mapping_renew_time(b->call);
	return call_write(b->call, change_run, &c);
}

/* A full disk, say, passes: the messages come again only if it lasts. */
static void delete_done(struct batch *b)
{
	struct change c = { b, b->done, -1 };
	bool any = false;
	for (size_t i = 0; i < b->n; i++)
		any = any || b->done[i];
	for (int i = 0; any && i < DELETE_TRIES; i++) {
		mapping_renew_time(b->call);
		if (call_write(b->call, change_run, &c) == 0)
			return;
		if (b->call->error.shape == &sqs_queue_does_not_exist)
			return;
		fiber_sleep(100u << i);
	}
	if (any)
		mapping_complain(b->m, b->call,
			"could not delete messages that its function has handled; they come again");
}

/* ---- running ---- */

static int64_t queue_visibility_s(struct batch *b)
{
	struct sqs_describe_queue_input in = { b->queue_arn };
	struct sqs_describe_queue_output out = { 0 };
	mapping_renew_time(b->call);
	if (call_inner(b->call, &sqs_describe_queue_operation, NULL, &in, &out) < 0)
		return 0;
	return out.visibility_timeout.v;
}

/*
 * The function had no room: waits, and keeps the messages invisible meanwhile. False when they
 * can't be held any longer: the mapping ends, or the queue does not let us.
 */
static bool hold(struct batch *b, int64_t *wait_ms)
{
	struct mapping *m = b->m;
	m->limit = MAX(m->pollers / 2, (size_t)1);
	m->grown_ms = clock_mono_ms();
	mapping_pause(m, *wait_ms);
	waitq_wait(&m->wake, *wait_ms + (int64_t)random_below((uint64_t)*wait_ms / 2 + 1));
	*wait_ms = MIN(2 * *wait_ms, THROTTLE_LAST_MS);
	if (m->stopping)
		return true;
	int64_t seconds = queue_visibility_s(b);
	if (clock_mono_ms() - b->held_ms < (uint64_t)seconds * 500)
		return true;
	if (seconds <= 0 || set_visibility(b, seconds) < 0)
		return false;
	b->held_ms = clock_mono_ms();
	return true;
}

/* Received, and not begun before the mapping's end. */
static bool give_back(struct batch *b)
{
	if (set_visibility(b, 0) < 0)
		mapping_complain(b->m, b->call, "could not give messages back");
	return false;
}

static struct str header_of(const struct sqs_message *m)
{
	for (size_t i = 0; i < m->attributes.n; i++)
		if (str_is(m->attributes.v[i].key, "AWSTraceHeader"))
			return m->attributes.v[i].value;
	return STR("");
}

static const struct str *ids_of(struct arena *arena, const struct sqs_message *v, size_t n)
{
	struct str *ids = ARENA_ARRAY(arena, struct str, n);
	for (size_t i = 0; i < n; i++)
		ids[i] = v[i].message_id;
	return ids;
}

static const struct str *headers_of(struct arena *arena, const struct sqs_message *v, size_t n)
{
	struct str *headers = ARENA_ARRAY(arena, struct str, n);
	for (size_t i = 0; i < n; i++)
		headers[i] = header_of(&v[i]);
	return headers;
}

/* The messages v[0..n) of the batch, from index `first` on, as one event: marks in done what was
 * handled. */
static bool invoke(
	struct batch *b, struct str event, const struct sqs_message *v, size_t n, bool *done)
{
	const struct lambda_event_source_mapping_configuration *c = b->m->record.configuration;
	int64_t wait_ms = THROTTLE_FIRST_MS;
	for (;;) {
		struct engine_invocation invocation = {
			.payload = event,
			.client_context = STR(""),
			.cognito_identity = STR(""),
		};
		struct target *target;
		mapping_trace(b->call->arena, &invocation, headers_of(b->call->arena, v, n), n);
		if (b->m->stopping)
			return give_back(b);
		mapping_renew_request(b->call);
		b->m->running++;
		int r = lambda_invoke_resolved(b->call, b->resolved, &invocation, &target);
		b->m->running--;
		if (r < 0) {
			mapping_complain(b->m, b->call, "could not run its function");
			mapping_pause(b->m, PAUSE_MS);
			return true;
		}
		if (invocation.outcome == ENGINE_THROTTLED) {
			if (hold(b, &wait_ms))
				continue;
			return false;
		}
		if (invocation.outcome != ENGINE_OK)
			return true;
		bool reports = c->function_response_types.n > 0;
		if (reports && mapping_failures(b->call->arena, invocation.answer,
				       ids_of(b->call->arena, v, n), n, done) < 0) {
			memset(done, 0, n * sizeof *done);
			return true;
		}
		for (size_t i = 0; i < n; i++)
			done[i] = !reports || !done[i];
		return true;
	}
}

/* Those that pass the filter, in events of at most 6 MB; the others are done. */
static void run(struct batch *b)
{
	struct arena *arena = b->call->arena;
	struct sqs_message *wanted = ARENA_ARRAY(arena, struct sqs_message, b->n);
	size_t *at = ARENA_ARRAY(arena, size_t, b->n), n = 0, first = 0;
	bool *handled = ARENA_ARRAY(arena, bool, b->n), goes_on = true;
	for (size_t i = 0; i < b->n; i++) {
		if (mapping_wants(arena, b->m->patterns, b->m->pattern_count, &b->v[i],
			    b->queue_arn, b->region)) {
			at[n] = i;
			wanted[n++] = b->v[i];
		} else {
			b->done[i] = true;
		}
	}
	while (first < n && goes_on) {
		struct buf event = { 0 };
		size_t end = first;
		buf_cat(&event, "{\"Records\":[");
		while (end < n && (end == first || event.n + message_bytes(&wanted[end]) <
							   LAMBDA_BATCH_BYTES_MAX)) {
			if (end > first)
				buf_char(&event, ',');
			mapping_event_record(&event, &wanted[end++], b->queue_arn, b->region);
		}
		buf_cat(&event, "]}");
		goes_on = invoke(b, buf_view(&event), wanted + first, end - first, handled + first);
		buf_fini(&event);
		first = end;
	}
	for (size_t i = 0; i < n; i++)
		if (handled[i])
			b->done[at[i]] = true;
}

/* ---- a poll ---- */

/* Whether there is a function that may run now; else the mapping pauses or ends. */
static bool find_function(struct batch *b)
{
	struct mapping *m = b->m;
	const struct lambda_mapping_record *r = &m->record;
	struct function_name name = { r->account, r->region, r->function, r->qualifier };
	if (lambda_resolve(b->call, &name, &b->resolved) < 0) {
		if (b->call->error.shape == &lambda_resource_not_found_exception)
			mapping_disable(b->call, r,
				"The function of this mapping does not exist any more.");
		else
			mapping_complain(m, b->call, "could not find its function");
		mapping_pause(m, PAUSE_MS);
		return false;
	}
	struct target *target;
	/* Unpacked here, so that nothing waits between the look at the mapping's state and the
	 * engine. */
	if (resolved_target(b->call, b->resolved, &target) < 0) {
		mapping_complain(m, b->call, "could not unpack its function");
		mapping_pause(m, PAUSE_MS);
		return false;
	}
	if (!lambda_role_may(
		    b->call, target->function.role_arn, "sqs:ReceiveMessage", b->queue_arn)) {
		fail(b->call, &aws_access_denied,
			"The function execution role does not have permissions to call ReceiveMessage on SQS");
		mapping_complain(m, b->call, "could not receive messages");
		mapping_pause(m, PAUSE_MS);
		return false;
	}
	if (b->resolved->reserved != 0)
		return true;
	/* Its concurrency is set to none: what is not received is not counted. */
	mapping_pause(m, PAUSE_MS);
	return false;
}

/* true: received something or not, this poller goes on. */
static bool poll_queue(struct batch *b)
{
	struct mapping *m = b->m;
	const struct lambda_event_source_mapping_configuration *c = m->record.configuration;
	while (m->gathering && !m->stopping)
		waitq_wait(&m->wake, -1);
	if (m->stopping)
		return false;
	ssize_t n = receive(b, (size_t)c->batch_size.v, m->idle > 1 ? 0 : RECEIVE_SECONDS);
	if (n < 0) {
		mapping_complain(m, b->call, "could not receive messages");
		mapping_pause(m, PAUSE_MS);
		return true;
	}
	m->complained = false;
	if (n == 0) {
		m->limit = MIN(m->limit, (size_t)LAMBDA_POLLERS_FIRST);
		return m->idle <= 1;
	}
	b->held_ms = clock_mono_ms();
	m->idle--;
	m->gathering = true;
	gather(b);
	m->gathering = false;
	waitq_wake_all(&m->wake);
	mapping_scale_up(m);
	b->done = ARENA_ARRAY(b->call->arena, bool, b->n);
	run(b);
	delete_done(b);
	m->idle++;
	return true;
}

bool mapping_poll(struct mapping *m)
{
	struct arena arena = { 0 };
	struct call call;
	struct identity identity = { .account = m->record.account,
		.region = m->record.region,
		.service = STR("lambda.amazonaws.com") };
	mapping_wait_pause(m);
	if (m->stopping)
		return false;
	call_init(&call, mapping_lambda(m)->aws, &arena, &identity);
	call.api = &lambda_api;
	struct batch b = { .m = m,
		.call = &call,
		.queue_arn = m->record.configuration->event_source_arn,
		.region = m->record.region };
	bool goes_on = !find_function(&b) || poll_queue(&b);
	resolved_unref(b.resolved);
	arena_fini(&arena);
	return goes_on;
}
