/*
 * A batch of a stream's records and its function: tried again while it fails, split, given up
 * (Lambda Developer Guide, "Using Lambda to process records from Amazon DynamoDB streams", "Retain
 * discarded records ...", "Configuring partial batch response with DynamoDB and Lambda").
 */
#include "base/clock.h"
#include "services/lambda/mapping_stream.h"

enum { RETRY_FIRST_MS = 100, RETRY_LAST_MS = 10000 };

enum ran {
	RAN_OK,
	RAN_FAILED, /* the function was run: it counts */
	RAN_NOT,    /* there was no room for it, or it could not be started */
	RAN_STOPPED,
};

/* The records [from, to) of a batch, and how far they are. */
struct piece {
	struct lane *lane;
	const struct stream_batch *batch;
	size_t from, to;
	int64_t tries;
	int64_t wait_ms;
	struct stream_ending last; /* what the last try leaves */
};

static int64_t number_after(const struct piece *p, size_t to)
{
	return to < p->batch->n ? p->batch->v[to].number : p->batch->after;
}

static void event_of(struct buf *b, const struct piece *p)
{
	buf_cat(b, "{\"Records\":[");
	for (size_t i = p->from; i < p->to; i++) {
		if (i > p->from)
			buf_char(b, ',');
		buf_str(b, p->batch->v[i].json);
	}
	buf_cat(b, "]}");
}

/* The requests that wrote the records. */
static void trace(struct arena *arena, struct engine_invocation *in, const struct piece *p)
{
	size_t n = p->to - p->from;
	struct str *headers = ARENA_ARRAY(arena, struct str, n);
	for (size_t i = 0; i < n; i++)
		headers[i] = p->batch->v[p->from + i].trace;
	mapping_trace(arena, in, headers, n);
}

/* Where the first record stands that the function did not handle; p->to: it handled all. */
static size_t first_failure(struct arena *arena, const struct piece *p, struct str answer)
{
	size_t n = p->to - p->from;
	struct str *ids = ARENA_ARRAY(arena, struct str, n);
	bool *failed = ARENA_ARRAY(arena, bool, n);
	if (!p->lane->m->record.configuration->function_response_types.n)
		return p->to;
	for (size_t i = 0; i < n; i++)
		ids[i] = p->batch->v[p->from + i].sequence;
	if (mapping_failures(arena, answer, ids, n, failed) < 0)
		return p->from;
	for (size_t i = 0; i < n; i++)
		if (failed[i])
			return p->from + i;
	return p->to;
}

/* Whether the function is there and may read the stream. */
static bool may_run(struct piece *p, struct call *call, struct resolved *resolved)
{
	struct mapping *m = p->lane->m;
	struct target *target;
	if (resolved_target(call, resolved, &target) < 0) {
		mapping_complain(m, call, "could not unpack its function");
		return false;
	}
	if (lambda_role_may(call, target->function.role_arn, "dynamodb:GetRecords",
		    m->record.configuration->event_source_arn))
		return true;
	fail(call, &aws_access_denied,
		"The function execution role does not have permissions to call GetRecords on the stream");
	mapping_complain(m, call, "could not read its stream");
	return false;
}

static enum ran run_resolved(
	struct piece *p, struct call *call, struct resolved *resolved, size_t *handled_to)
{
	struct mapping *m = p->lane->m;
	struct target *target;
	struct buf event = { 0 };
	struct engine_invocation invocation = { .client_context = STR(""),
		.cognito_identity = STR("") };
	if (!may_run(p, call, resolved))
		return RAN_NOT;
	if (m->stopping)
		return RAN_STOPPED;
	event_of(&event, p);
	invocation.payload = buf_view(&event);
	trace(call->arena, &invocation, p);
	mapping_renew_request(call);
	m->running++;
	int r = lambda_invoke_resolved(call, resolved, &invocation, &target);
	m->running--;
	buf_fini(&event);
	p->last.request_id = call->request_id;
	p->last.function_arn = arena_str(call->arena, resolved->arn);
	if (r < 0) {
		mapping_complain(m, call, "could not run its function");
		return RAN_NOT;
	}
	if (invocation.outcome == ENGINE_THROTTLED)
		return RAN_NOT;
	p->last.has_answer = true;
	p->last.executed_version = arena_str(call->arena, target->function.version);
	if (invocation.outcome == ENGINE_OK)
		*handled_to = first_failure(call->arena, p, invocation.answer);
	/* What the server's end interrupts has not failed. */
	if (m->stopping && *handled_to < p->to)
		return RAN_STOPPED;
	return *handled_to == p->to ? RAN_OK : RAN_FAILED;
}

static enum ran run_once(struct piece *p, size_t *handled_to)
{
	const struct lambda_mapping_record *r = &p->lane->m->record;
	struct function_name name = { r->account, r->region, r->function, r->qualifier };
	struct resolved *resolved;
	struct call call;
	*handled_to = p->from;
	p->last = (struct stream_ending){ 0 };
	arena_reset(&p->lane->try_arena);
	lane_call_init(p->lane, &call, &p->lane->try_arena);
	mapping_renew_request(&call);
	if (lambda_resolve(&call, &name, &resolved) < 0) {
		if (call.error.shape == &lambda_resource_not_found_exception)
			mapping_disable(
				&call, r, "The function of this mapping does not exist any more.");
		else
			mapping_complain(p->lane->m, &call, "could not find its function");
		return RAN_NOT;
	}
	enum ran ran = run_resolved(p, &call, resolved, handled_to);
	resolved_unref(resolved);
	return ran;
}

/* The records [from, to) are given up: false when the mapping stops first. */
static bool give_up(struct piece *p, size_t to, const char *condition)
{
	struct stream_ending e = p->last;
	e.condition = condition;
	e.tries = p->tries;
	if (!e.request_id.p) {
		const struct lambda_mapping_record *r = &p->lane->m->record;
		mapping_renew_request(&p->lane->call);
		e.request_id = p->lane->call.request_id;
		e.function_arn = r->configuration->function_arn;
	}
	if (!lane_save(p->lane, number_after(p, to), true, p->batch, p->from, to, &e))
		return false;
	p->from = to;
	return true;
}

/* Records that are too old go before the function sees them. */
static bool drop_old(struct piece *p)
{
	int64_t age_s = p->lane->m->record.configuration->maximum_record_age_in_seconds.v;
	size_t to = p->from;
	mapping_renew_time(&p->lane->call);
	while (age_s >= 0 && to < p->to &&
		p->lane->call.now_ms - p->batch->v[to].at_ms > 1000 * age_s)
		to++;
	return to == p->from || give_up(p, to, "RecordAgeExceeded");
}

static bool wait_again(struct piece *p)
{
	int64_t speed = MAX(p->lane->call.aws->retry_speed, 1);
	if (!lane_wait(p->lane, MAX(p->wait_ms / speed, 1)))
		return false;
	p->wait_ms = MIN(2 * p->wait_ms, RETRY_LAST_MS);
	return true;
}

static bool run_piece(struct piece *p);

/* Halves, one after the other; that they are made is no try. */
static bool run_halves(struct piece *p)
{
	size_t middle = p->from + (p->to - p->from) / 2;
	struct piece first = *p, second = *p;
	first.to = second.from = middle;
	first.tries = second.tries = p->tries - 1;
	first.wait_ms = second.wait_ms = RETRY_FIRST_MS;
	first.last = second.last = (struct stream_ending){ 0 };
	return run_piece(&first) && run_piece(&second);
}

/* After a try that failed from p->from on: 1 to try again, 0 when it is over, -1 when the mapping
 * stops. */
static int after_failure(struct piece *p)
{
	const struct lambda_event_source_mapping_configuration *c =
		p->lane->m->record.configuration;
	int64_t retries = c->maximum_retry_attempts.v;
	p->tries++;
	if (!p->lane->has_failed &&
		!lane_save(p->lane, p->batch->v[p->from].number, true, NULL, 0, 0, NULL))
		return -1;
	if (c->bisect_batch_on_function_error.v && p->to - p->from > 1)
		return run_halves(p) ? 0 : -1;
	if (retries >= 0 && p->tries > retries)
		return give_up(p, p->to, "RetryAttemptsExhausted") ? 0 : -1;
	return wait_again(p) ? 1 : -1;
}

static bool run_piece(struct piece *p)
{
	bool bisects = p->lane->m->record.configuration->bisect_batch_on_function_error.v;
	for (;;) {
		size_t handled_to;
		if (!drop_old(p))
			return false;
		if (p->from == p->to)
			return true;
		switch (run_once(p, &handled_to)) {
		case RAN_OK:
			return lane_save(p->lane, number_after(p, p->to), false, NULL, 0, 0, NULL);
		case RAN_FAILED:
			break;
		case RAN_NOT:
			if (!wait_again(p))
				return false;
			continue;
		case RAN_STOPPED:
			/* What it has handled is kept. */
			if (handled_to > p->from)
				(void)!lane_save(p->lane, number_after(p, handled_to), true, NULL,
					0, 0, NULL);
			return false;
		}
		/* "Lambda retries only the remaining records"; split there, it is no try of theirs.
		 */
		if (handled_to > p->from) {
			if (!lane_save(
				    p->lane, number_after(p, handled_to), true, NULL, 0, 0, NULL))
				return false;
			p->from = handled_to;
			p->tries = 0;
			p->wait_ms = RETRY_FIRST_MS;
			if (bisects) {
				if (!wait_again(p))
					return false;
				continue;
			}
		}
		int r = after_failure(p);
		if (r <= 0)
			return r == 0;
	}
}

bool lane_run(struct lane *lane, const struct stream_batch *batch)
{
	struct piece p = {
		.lane = lane, .batch = batch, .to = batch->n, .wait_ms = RETRY_FIRST_MS
	};
	return run_piece(&p);
}
