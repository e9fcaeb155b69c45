/*
 * Deliver, and the worker that hands over what is due. A record under the time of its next try is
 * the whole state: what was under way when the server ended is handed over after the next start.
 */
#include "services/delivery/delivery.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "loop/fiber.h"
#include "services/delivery/hand_over.h"
#include "services/delivery/owed.h"
#include "store/store.h"
#include <stdlib.h>

enum { IDLE_MS = 60000, AGAIN_MS = 1000 };

struct delivery {
	struct aws *aws;
	struct waitq wake, ended;
	bool woken, stopping, worker_runs;
	bool is_adopted; /* nothing is left from before there were lanes */
	size_t running[OWED_KINDS];
	struct map under_way; /* keys of the records that a fiber hands over */
	struct map lanes;     /* struct owed_lane; theirs */
};

static void wake(struct delivery *d)
{
	d->woken = true;
	waitq_wake_all(&d->wake);
}

/* After the commit. When the service has ended already, the next start hands it over. */
static void wake_of(void *aws)
{
	struct delivery *d = aws_state(aws, &delivery_api);
	if (d)
		wake(d);
}

int delivery_deliver(struct call *call, const struct delivery_deliver_input *in,
	struct delivery_deliver_output *out)
{
	(void)out;
	struct delivery_delivery_record r = {
		.account = call->identity.account,
		.region = call->identity.region,
		.target_arn = in->target_arn,
		.lane = in->lane,
		.body = in->body,
		.message_attributes = in->message_attributes,
		.message_group_id = in->message_group_id,
		.message_deduplication_id = in->message_deduplication_id,
		.trace_header = in->trace_header.n ? in->trace_header : call->trace,
		.source_service = in->source_service,
		.source_arn = in->source_arn,
		.dead_letter_arn = in->dead_letter_arn,
		.dead_letter_body = in->dead_letter_body,
		.retries_max = in->maximum_retry_attempts.set ? in->maximum_retry_attempts
							      : OPT_I64(DELIVERY_RETRIES_MAX),
		.retry_phases = in->retry_phases,
		.context = in->context,
		.age_max_ms = OPT_I64(
			1000 * (in->maximum_age_in_seconds.set ? in->maximum_age_in_seconds.v
							       : (int64_t)DELIVERY_AGE_MAX_S)),
		.owed_ms = OPT_I64(call->now_ms),
		.tries = OPT_I64(0),
	};
	owed_put(call, &r, call->now_ms);
	call_after(call, wake_of, call->aws);
	return 0;
}

/* ---- handing over ---- */

struct ending {
	struct owed *owed;
	int64_t due_ms; /* negative: it is over */
	struct call_error why;
};

/* What can't be handed over goes to its dead-letter queue, once: as a delivery of its own. */
static void bury(struct call *call, struct ending *e)
{
	struct delivery_delivery_record r = e->owed->record;
	r.target_arn = r.dead_letter_arn;
	r.lane = (struct str){ 0 };
	r.dead_letter_arn = (struct str){ 0 };
	if (r.dead_letter_body.n)
		r.body = r.dead_letter_body;
	r.dead_letter_body = (struct str){ 0 };
	r.context = (struct str){ 0 };
	r.retry_phases = (struct delivery_retry_phases){ 0 };
	r.tries = OPT_I64(0);
	r.owed_ms = OPT_I64(call->now_ms);
	r.age_max_ms = OPT_I64(1000 * (int64_t)DELIVERY_AGE_MAX_S);
	r.retries_max = OPT_I64(DELIVERY_RETRIES_MAX);
	owed_put(call, &r, call->now_ms);
}

static int end_run(struct call *call, void *arg)
{
	struct ending *e = arg;
	owed_remove(call, e->owed->key);
	if (e->due_ms >= 0)
		owed_put(call, &e->owed->record, e->due_ms);
	else if (e->owed->record.dead_letter_arn.n)
		bury(call, e);
	return 0;
}

static void fail_one(struct call *call, struct owed *owed, enum handed handed)
{
	struct ending e = { .owed = owed, .due_ms = -1, .why = call->error };
	struct delivery_delivery_record *r = &owed->record;
	int64_t now_ms = call->aws->now_ms ? call->aws->now_ms() : clock_now_ms();
	r->tries.v++;
	if (handed == HANDED_LATER)
		e.due_ms = hand_over_next(r, now_ms, MAX(call->aws->retry_speed, 1), random_u64());
	if (e.due_ms < 0)
		log_warn("delivery: what %.*s owes %.*s %s: %s: %.*s", STR_ARG(r->source_service),
			STR_ARG(r->target_arn),
			r->dead_letter_arn.n ? "goes to the dead-letter queue" : "is dropped",
			e.why.shape ? e.why.shape->name : "", STR_ARG(e.why.message));
	call->error = (struct call_error){ 0 };
	call->now_ms = now_ms;
	/* It stays due as it is, and is tried again at once. */
	if (call_write(call, end_run, &e) < 0)
		fiber_sleep(AGAIN_MS);
}

/* ---- places ---- */

static void take_place(struct delivery *d, struct owed *owed)
{
	struct owed_lane *lane = map_get(&d->lanes, owed->lane);
	if (!lane) {
		lane = xcalloc(1, sizeof *lane);
		map_put(&d->lanes, owed->lane, lane);
	}
	lane->running++;
	d->running[owed->kind]++;
	map_put(&d->under_way, owed->key, owed);
	owed->owner = d;
}

static void leave_place(struct delivery *d, struct owed *owed)
{
	struct owed_lane *lane = map_get(&d->lanes, owed->lane);
	map_remove(&d->under_way, owed->key);
	d->running[owed->kind]--;
	if (--lane->running == 0)
		free(map_remove(&d->lanes, owed->lane));
	owed_free(owed);
}

static bool is_ending(const struct delivery *d)
{
	return d->stopping || (d->aws->ending && *d->aws->ending);
}

static void handle(void *arg)
{
	struct owed *owed = arg;
	struct delivery *d = owed->owner;
	struct identity identity = { .account = owed->record.account,
		.region = owed->record.region,
		.service = owed->record.source_service };
	struct call call;
	call_init(&call, d->aws, &owed->arena, &identity);
	call.api = &delivery_api;
	enum handed handed =
		is_ending(d) ? HANDED_OVER : hand_over(&call, owed->key, &owed->record);
	/* What the server's end cut off is no try: it stays due as it is. */
	if (handed != HANDED_OVER && !is_ending(d))
		fail_one(&call, owed, handed);
	leave_place(d, owed);
	wake(d);
	waitq_wake_all(&d->ended);
}

/* ---- the worker ---- */

static int find_run(struct txn *txn, void *arg)
{
	owed_find(txn, arg);
	return 0;
}

/* Starts what is due; the milliseconds until more will be. */
static int64_t start_due(struct delivery *d)
{
	struct owed_search s = { .now_ms = d->aws->now_ms ? d->aws->now_ms() : clock_now_ms(),
		.under_way = &d->under_way,
		.lanes = &d->lanes };
	memcpy(s.running, d->running, sizeof s.running);
	bool is_refused = false;
	if (store_read(d->aws->store, find_run, &s) < 0) {
		log_error("delivery: what is owed can't be read");
		is_refused = true;
	}
	for (size_t i = 0; i < s.n; i++) {
		take_place(d, s.found[i]);
		if (!is_refused && fiber_start(handle, s.found[i]) == 0)
			continue;
		is_refused = true;
		leave_place(d, s.found[i]);
	}
	if (is_refused)
		return AGAIN_MS;
	return s.next_ms < 0 ? IDLE_MS : MIN(s.next_ms - s.now_ms, (int64_t)IDLE_MS);
}

static int adopt_run(struct call *call, void *arg)
{
	*(bool *)arg = !owed_adopt(call);
	return 0;
}

/* A part of what is left from before there were lanes; the milliseconds until the next. */
static int64_t adopt(struct delivery *d)
{
	struct identity nobody = { 0 };
	struct arena arena = { 0 };
	struct call call;
	bool is_done = false;
	if (d->is_adopted)
		return IDLE_MS;
	call_init(&call, d->aws, &arena, &nobody);
	call.api = &delivery_api;
	int r = call_write(&call, adopt_run, &is_done);
	arena_fini(&arena);
	d->is_adopted = r == 0 && is_done;
	return r < 0 ? AGAIN_MS : 0;
}

static void work(void *arg)
{
	struct delivery *d = arg;
	while (!is_ending(d)) {
		d->woken = false;
		int64_t adopt_ms = adopt(d), due_ms = start_due(d);
		if (!d->woken && !d->stopping)
			waitq_wait(&d->wake, MIN(adopt_ms, due_ms));
	}
	d->worker_runs = false;
	waitq_wake_all(&d->ended);
}

static int start(struct aws *aws, void **state)
{
	struct delivery *d = xcalloc(1, sizeof *d);
	d->aws = aws;
	waitq_init(&d->wake);
	waitq_init(&d->ended);
	d->worker_runs = true;
	int r = fiber_start(work, d);
	if (r < 0) {
		free(d);
		return r;
	}
	*state = d;
	return 0;
}

static void stop(struct aws *aws, void *state)
{
	struct delivery *d = state;
	(void)aws;
	d->stopping = true;
	wake(d);
	while (d->under_way.count > 0 || d->worker_runs)
		waitq_wait(&d->ended, -1);
	map_fini(&d->under_way);
	map_fini(&d->lanes);
	free(d);
}

const struct service delivery_service = {
	.api = &delivery_api,
	.start = start,
	.stop = stop,
};
