/*
 * Events left with functions: a record in the store before the 202, then run until it succeeds or
 * its tries are over (Developer Guide, "How Lambda handles errors and retries with asynchronous
 * invocation"). One worker finds what is due; each event is handled in a fiber of its own. What was
 * under way when the server ended is still a record, and is run again.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "services/lambda/destinations.h"
#include "services/lambda/event_retry.h"
#include "services/lambda/invoke.h"
#include "store/key.h"
#include <stdio.h>
#include <stdlib.h>

enum { WORKER_IDLE_MS = 60000, BATCH_MAX = 128, END_AGAIN_MS = 1000 };

struct async {
	struct lambda *lambda;
	struct waitq wake, ended;
	bool woken, stopping, worker_runs;
	size_t running;
	size_t waiting; /* events accepted and not yet handled, about: what this process knows of */
	struct map under_way; /* keys of the records that a fiber handles */
};

/* One event on its way; on the heap. */
struct event {
	struct async *async;
	struct str key; /* its record's */
	struct arena arena;
	struct lambda_event_record record;
};

static struct str events_prefix(struct arena *arena)
{
	return KEY(arena, KEY_LITERAL("lambda-async"));
}

static struct str event_key(struct arena *arena, int64_t due_ms, struct str id)
{
	return KEY(arena, KEY_LITERAL("lambda-async"), key_int(due_ms), key_text(id));
}

static void wake(void *arg)
{
	struct async *async = arg;
	async->woken = true;
	waitq_wake_all(&async->wake);
}

/* ---- accepting ---- */

static int put_event(struct call *call, void *arg)
{
	const struct lambda_event_record *record = arg;
	struct str key = event_key(call->arena, record->accepted_ms.v, record->request_id);
	call_put_record(call, key, &lambda_event_record_shape, record);
	call_after(call, wake, lambda_of(call->aws)->async);
	return 0;
}

int async_accept(struct call *call, const struct function_name *name, struct str payload,
	struct str client_context)
{
	struct async *async = lambda_of(call->aws)->async;
	struct lambda_event_record record = {
		.account = name->account,
		.region = name->region,
		.function = name->name,
		.qualifier = name->qualifier,
		.request_id = call->request_id,
		.payload = payload,
		.client_context = client_context,
		.trace_id = lambda_trace_id_of(call),
		.accepted_ms = OPT_I64(call->now_ms),
		.errors = OPT_I64(0),
		.throttles = OPT_I64(0),
	};
	if (async->waiting >= LAMBDA_EVENTS_MAX)
		return fail(
			call, &lambda_too_many_requests_exception, "Too many events wait already.");
	if (call_write(call, put_event, &record) < 0)
		return -1;
	async->waiting++;
	return 0;
}

/* ---- handling one ---- */

struct ending {
	struct event *event;
	int64_t due_ms;       /* of the next try; negative: it is over */
	struct event_end end; /* then; no condition: nobody is told */
	const struct target *target;
};

static int end_event(struct call *call, void *arg)
{
	struct ending *e = arg;
	struct event *event = e->event;
	txn_use_reserve(call->txn);
	txn_delete(call->txn, event->key);
	if (e->due_ms >= 0) {
		struct str key = event_key(call->arena, e->due_ms, event->record.request_id);
		call_put_record(call, key, &lambda_event_record_shape, &event->record);
		call_after(call, wake, event->async);
	} else if (e->end.condition) {
		return destinations_owe(call, &e->end);
	}
	return 0;
}

static int64_t now_of(struct call *call)
{
	return call->aws->now_ms ? call->aws->now_ms() : clock_now_ms();
}

/* When it is tried next, or how it ended. */
static void after_outcome(struct call *call, struct ending *e, const struct resolved *resolved,
	enum engine_outcome outcome)
{
	struct event *event = e->event;
	struct event_retry retry = {
		.accepted_ms = event->record.accepted_ms.v,
		.errors = event->record.errors.v,
		.throttles = event->record.throttles.v,
		.retries_max = resolved->event_retries,
		.age_max_ms = resolved->event_age_s * 1000,
		.speed = call->aws->retry_speed,
	};
	bool is_error = outcome == ENGINE_HANDLED || outcome == ENGINE_UNHANDLED;
	e->due_ms = -1;
	e->end.condition = "Success";
	e->end.tries = retry.errors + 1;
	if (outcome == ENGINE_OK)
		return;
	bool was_last = is_error && retry.errors >= retry.retries_max;
	e->end.condition = was_last ? "RetriesExhausted" : "EventAgeExceeded";
	e->due_ms = event_retry_next(&retry, is_error, now_of(call));
	event->record.errors.v = retry.errors;
	event->record.throttles.v = retry.throttles;
}

static void describe(struct call *call, struct ending *e, const struct resolved *resolved,
	const struct target *target)
{
	const struct lambda_event_record *record = &e->event->record;
	struct function_name name = { record->account, record->region, record->function,
		record->qualifier.p ? record->qualifier : STR("$LATEST") };
	/* Copies: the function may change before the end is stored. */
	e->end.record = record;
	e->end.function_arn = function_arn(call->arena, &name);
	e->end.on_success = arena_str(call->arena, resolved->on_success);
	e->end.on_failure = arena_str(call->arena, resolved->on_failure);
	e->end.dead_letter = arena_str(call->arena, target->dead_letter);
	e->target = target;
	e->end.executed_version = arena_str(call->arena, target->function.version);
}

/* The target, or none when the function's role may not use it. */
static struct str allowed(struct call *call, const struct target *target, struct str arn)
{
	if (!arn.n || lambda_role_may_send(call, target->function.role_arn, arn))
		return arena_str(call->arena, arn);
	return STR("");
}

/* Those that the end will be told to: while the function is held. */
static void check_targets(struct call *call, struct ending *e)
{
	bool is_success = str_is(str_c(e->end.condition), "Success");
	if (e->due_ms >= 0)
		return;
	if (is_success)
		e->end.on_success = allowed(call, e->target, e->end.on_success);
	else
		e->end.on_failure = allowed(call, e->target, e->end.on_failure);
	if (!is_success)
		e->end.dead_letter = allowed(call, e->target, e->end.dead_letter);
}

static void run_event(struct call *call, struct ending *e)
{
	const struct lambda_event_record *record = &e->event->record;
	struct function_name name = { record->account, record->region, record->function,
		record->qualifier };
	struct engine_invocation invocation = {
		.payload = record->payload,
		.client_context = record->client_context,
		.cognito_identity = STR(""),
		.trace_id = record->trace_id,
	};
	struct resolved *resolved;
	struct target *target = NULL;
	e->due_ms = -1;
	if (lambda_resolve(call, &name, &resolved) < 0) {
		if (call->error.shape != &lambda_resource_not_found_exception)
			e->due_ms = call->now_ms + 1000;
		else
			log_warn("lambda: the event %.*s of %.*s is dropped: its function is gone",
				STR_ARG(record->request_id), STR_ARG(record->function));
		return;
	}
	describe(call, e, resolved, &resolved->first);
	if (call->now_ms > record->accepted_ms.v + resolved->event_age_s * 1000) {
		e->end.condition = "EventAgeExceeded";
		e->end.tries = record->errors.v;
		check_targets(call, e);
		resolved_unref(resolved);
		return;
	}
	if (lambda_invoke_resolved(call, resolved, &invocation, &target) < 0)
		invocation.outcome = ENGINE_FAILED;
	if (target)
		describe(call, e, resolved, target);
	after_outcome(call, e, resolved, invocation.outcome);
	e->end.has_answer =
		invocation.outcome != ENGINE_FAILED && invocation.outcome != ENGINE_THROTTLED;
	e->end.function_error = lambda_invoke_error(&invocation);
	e->end.answer = invocation.answer;
	check_targets(call, e);
	resolved_unref(resolved);
}

static void handle(void *arg)
{
	struct event *event = arg;
	struct async *async = event->async;
	struct identity identity = { .account = event->record.account,
		.region = event->record.region };
	struct call call;
	call_init(&call, async->lambda->aws, &event->arena, &identity);
	call.api = &lambda_api;
	call.request_id = event->record.request_id;
	struct ending ending = { .event = event };
	run_event(&call, &ending);
	int64_t due_ms = ending.due_ms;
	/* At the server's end invocations fail: the record stays as it was. */
	if (!(async->stopping && due_ms >= 0)) {
		call.error = (struct call_error){ 0 };
		call.now_ms = now_of(&call);
		if (call_write(&call, end_event, &ending) < 0) {
			log_error("lambda: an event's end can't be stored: %.*s",
				STR_ARG(call.error.message));
			/* It will be run again, but not over and over. */
			fiber_sleep(END_AGAIN_MS);
		} else if (due_ms < 0 && async->waiting > 0) {
			async->waiting--;
		}
	}
	map_remove(&async->under_way, event->key);
	async->running--;
	arena_fini(&event->arena);
	free(event);
	wake(async);
	waitq_wake_all(&async->ended);
}

/* ---- finding what is due ---- */

struct batch {
	struct async *async;
	int64_t now_ms,
		next_ms; /* next_ms: when the first event is due that is not yet; negative: none */
	size_t n;
	struct event *events[BATCH_MAX];
};

static struct event *event_of(struct async *async, struct str key, struct str bytes)
{
	struct event *event = xcalloc(1, sizeof *event);
	event->async = async;
	event->key = arena_str(&event->arena, key);
	struct str copy = arena_str(&event->arena, bytes);
	if (record_decode(&event->arena, &lambda_event_record_shape, copy, &event->record) == 0)
		return event;
	arena_fini(&event->arena);
	free(event);
	return NULL;
}

static int find_due(struct txn *txn, void *arg)
{
	struct batch *b = arg;
	struct arena arena = { 0 };
	struct txn_cursor c;
	struct str prefix = events_prefix(&arena);
	txn_cursor_open(txn, prefix, key_range_end(&arena, prefix), false, &c);
	while (b->n < BATCH_MAX && b->async->running + b->n < LAMBDA_EVENTS_RUNNING_MAX &&
		txn_cursor_next(&c)) {
		struct key_part parts[3];
		if (map_get(&b->async->under_way, c.key) ||
			key_decode(&arena, c.key, parts, COUNT_OF(parts)) != 3)
			continue;
		if (parts[1].integer > b->now_ms) {
			b->next_ms = parts[1].integer;
			break;
		}
		struct event *event = event_of(b->async, c.key, c.value);
		if (event)
			b->events[b->n++] = event;
	}
	txn_cursor_close(&c);
	arena_fini(&arena);
	return 0;
}

/* Starts what is due; the milliseconds until more will be. */
static int64_t start_due(struct async *async)
{
	struct aws *aws = async->lambda->aws;
	struct batch b = { .async = async,
		.now_ms = aws->now_ms ? aws->now_ms() : clock_now_ms(),
		.next_ms = -1 };
	if (store_read(aws->store, find_due, &b) < 0) {
		log_error("lambda: the events can't be read");
		return 1000;
	}
	for (size_t i = 0; i < b.n; i++) {
		struct event *event = b.events[i];
		map_put(&async->under_way, event->key, event);
		async->running++;
		if (fiber_start(handle, event) == 0)
			continue;
		map_remove(&async->under_way, event->key);
		async->running--;
		arena_fini(&event->arena);
		free(event);
	}
	if (b.n == BATCH_MAX)
		return 0;
	return b.next_ms < 0 ? WORKER_IDLE_MS : MIN(b.next_ms - b.now_ms, (int64_t)WORKER_IDLE_MS);
}

static void work(void *arg)
{
	struct async *async = arg;
	while (!async->stopping) {
		async->woken = false;
		int64_t wait_ms = start_due(async);
		if (wait_ms == 0)
			fiber_yield();
		else if (!async->woken && !async->stopping)
			waitq_wait(&async->wake, wait_ms);
	}
	async->worker_runs = false;
	waitq_wake_all(&async->ended);
}

int async_start(struct lambda *lambda, struct async **out)
{
	struct async *async = xcalloc(1, sizeof *async);
	async->lambda = lambda;
	waitq_init(&async->wake);
	waitq_init(&async->ended);
	async->worker_runs = true;
	int r = fiber_start(work, async);
	if (r < 0) {
		free(async);
		return r;
	}
	*out = async;
	return 0;
}

void async_halt(struct async *async)
{
	async->stopping = true;
	wake(async);
}

void async_stop(struct async *async)
{
	assert(async->stopping);
	while (async->running > 0 || async->worker_runs)
		waitq_wait(&async->ended, -1);
	map_fini(&async->under_way);
	free(async);
}
