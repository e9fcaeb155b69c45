/*
 * Deliver, and the worker that hands over what is due. A record under the time of its next try is
 * the whole state: what was under way when the server ended is handed over after the next start.
 */
#include "services/delivery/delivery.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/random.h"
#include "loop/fiber.h"
#include "services/delivery/hand_over.h"
#include "services/delivery/limits.h"
#include "store/key.h"
#include <stdlib.h>

enum { IDLE_MS = 60000 };

struct delivery {
	struct aws *aws;
	struct waitq wake, ended;
	bool woken, stopping, worker_runs;
	size_t running;
	struct map under_way; /* keys of the records that a fiber hands over */
};

/* One on its way; on the heap. */
struct item {
	struct delivery *delivery;
	struct arena arena;
	struct str key;
	struct delivery_delivery_record record;
};

static struct str prefix_of(struct arena *arena)
{
	return KEY(arena, KEY_LITERAL("delivery"));
}

static struct str key_of(struct arena *arena, int64_t due_ms, struct str id)
{
	return KEY(arena, KEY_LITERAL("delivery"), key_int(due_ms), key_text(id));
}

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

static struct str new_id(struct arena *arena)
{
	char *id = arena_alloc(arena, UUID_LENGTH + 1);
	random_uuid(id);
	return (struct str){ id, UUID_LENGTH };
}

int delivery_deliver(struct call *call, const struct delivery_deliver_input *in,
	struct delivery_deliver_output *out)
{
	(void)out;
	struct delivery_delivery_record r = {
		.account = call->identity.account,
		.region = call->identity.region,
		.target_arn = in->target_arn,
		.body = in->body,
		.message_attributes = in->message_attributes,
		.message_group_id = in->message_group_id,
		.message_deduplication_id = in->message_deduplication_id,
		.trace_header = in->trace_header.n ? in->trace_header : call->trace,
		.source_service = in->source_service,
		.source_arn = in->source_arn,
		.dead_letter_arn = in->dead_letter_arn,
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
	call_put_record(call, key_of(call->arena, call->now_ms, new_id(call->arena)),
		&delivery_delivery_record_shape, &r);
	call_after(call, wake_of, call->aws);
	return 0;
}

/* ---- handing over ---- */

struct ending {
	struct item *item;
	int64_t due_ms; /* negative: it is over */
	struct call_error why;
};

/* What can't be handed over goes to its dead-letter queue, once: as a delivery of its own. */
static void bury(struct call *call, struct ending *e)
{
	struct delivery_delivery_record r = e->item->record;
	struct delivery_attribute *attributes =
		ARENA_ARRAY(call->arena, struct delivery_attribute, r.message_attributes.n + 3);
	size_t n = 0;
	for (size_t i = 0; i < r.message_attributes.n && i < 7; i++)
		attributes[n++] = r.message_attributes.v[i];
	struct str code = str_c(e->why.shape ? e->why.shape->name : "Unknown");
	attributes[n++] =
		(struct delivery_attribute){ STR("ERROR_CODE"), STR("String"), code, { 0 } };
	attributes[n++] = (struct delivery_attribute){ STR("ERROR_MESSAGE"), STR("String"),
		e->why.message.n ? e->why.message : STR("-"), { 0 } };
	attributes[n++] = (struct delivery_attribute){ STR("TARGET_ARN"), STR("String"),
		r.target_arn, { 0 } };
	r.message_attributes = (struct delivery_attributes){ attributes, n };
	r.target_arn = r.dead_letter_arn;
	r.dead_letter_arn = (struct str){ 0 };
	r.context = (struct str){ 0 };
	r.retry_phases = (struct delivery_retry_phases){ 0 };
	r.tries = OPT_I64(0);
	r.owed_ms = OPT_I64(call->now_ms);
	r.age_max_ms = OPT_I64(1000 * (int64_t)DELIVERY_AGE_MAX_S);
	r.retries_max = OPT_I64(DELIVERY_RETRIES_MAX);
	call_put_record(call, key_of(call->arena, call->now_ms, new_id(call->arena)),
		&delivery_delivery_record_shape, &r);
}

static int end_run(struct call *call, void *arg)
{
	struct ending *e = arg;
	txn_use_reserve(call->txn);
	txn_delete(call->txn, e->item->key);
	if (e->due_ms >= 0)
		call_put_record(call, key_of(call->arena, e->due_ms, new_id(call->arena)),
			&delivery_delivery_record_shape, &e->item->record);
	else if (e->item->record.dead_letter_arn.n)
		bury(call, e);
	return 0;
}

static void fail_item(struct call *call, struct item *item, enum handed handed)
{
	struct ending e = { .item = item, .due_ms = -1, .why = call->error };
	struct delivery_delivery_record *r = &item->record;
	int64_t now_ms = call->aws->now_ms ? call->aws->now_ms() : clock_now_ms();
	r->tries.v++;
	if (handed == HANDED_LATER)
		e.due_ms = hand_over_next(r, now_ms, MAX(call->aws->retry_speed, 1));
	if (e.due_ms < 0)
		log_warn("delivery: what %.*s owes %.*s %s: %s: %.*s", STR_ARG(r->source_service),
			STR_ARG(r->target_arn),
			r->dead_letter_arn.n ? "goes to the dead-letter queue" : "is dropped",
			e.why.shape ? e.why.shape->name : "", STR_ARG(e.why.message));
	call->error = (struct call_error){ 0 };
	call->now_ms = now_ms;
	/* It stays due as it is, and is tried again at once. */
	if (call_write(call, end_run, &e) < 0)
		fiber_sleep(1000);
}

static void item_free(struct item *item)
{
	arena_fini(&item->arena);
	free(item);
}

static void handle(void *arg)
{
	struct item *item = arg;
	struct delivery *d = item->delivery;
	struct identity identity = { .account = item->record.account,
		.region = item->record.region,
		.service = item->record.source_service };
	struct call call;
	call_init(&call, d->aws, &item->arena, &identity);
	call.api = &delivery_api;
	enum handed handed = d->stopping ? HANDED_OVER : hand_over(&call, item->key, &item->record);
	if (handed != HANDED_OVER && !d->stopping)
		fail_item(&call, item, handed);
	map_remove(&d->under_way, item->key);
	d->running--;
	item_free(item);
	wake(d);
	waitq_wake_all(&d->ended);
}

/* ---- finding what is due ---- */

struct batch {
	struct delivery *delivery;
	int64_t now_ms, next_ms; /* next_ms: of the first that is not yet due; negative: none */
	size_t n;
	struct item *items[DELIVERY_RUNNING_MAX];
};

static struct item *item_of(struct delivery *d, struct str key, struct str bytes)
{
	struct item *item = xcalloc(1, sizeof *item);
	item->delivery = d;
	item->key = arena_str(&item->arena, key);
	if (record_decode(&item->arena, &delivery_delivery_record_shape,
		    arena_str(&item->arena, bytes), &item->record) == 0)
		return item;
	item_free(item);
	return NULL;
}

static int find_due(struct txn *txn, void *arg)
{
	struct batch *b = arg;
	struct arena arena = { 0 };
	struct txn_cursor c;
	struct str prefix = prefix_of(&arena);
	txn_cursor_open(txn, prefix, key_range_end(&arena, prefix), false, &c);
	while (b->delivery->running + b->n < DELIVERY_RUNNING_MAX && txn_cursor_next(&c)) {
		struct key_part parts[3];
		if (map_get(&b->delivery->under_way, c.key) ||
			key_decode(&arena, c.key, parts, COUNT_OF(parts)) != 3)
			continue;
		if (parts[1].integer > b->now_ms) {
			b->next_ms = parts[1].integer;
			break;
		}
		struct item *item = item_of(b->delivery, c.key, c.value);
		if (item)
			b->items[b->n++] = item;
	}
	txn_cursor_close(&c);
	arena_fini(&arena);
	return 0;
}

/* Starts what is due; the milliseconds until more will be. */
static int64_t start_due(struct delivery *d)
{
	struct batch b = { .delivery = d,
		.now_ms = d->aws->now_ms ? d->aws->now_ms() : clock_now_ms(),
		.next_ms = -1 };
	if (store_read(d->aws->store, find_due, &b) < 0) {
		log_error("delivery: what is owed can't be read");
		return 1000;
	}
	for (size_t i = 0; i < b.n; i++) {
		map_put(&d->under_way, b.items[i]->key, b.items[i]);
		d->running++;
		if (fiber_start(handle, b.items[i]) == 0)
			continue;
		map_remove(&d->under_way, b.items[i]->key);
		d->running--;
		item_free(b.items[i]);
	}
	return b.next_ms < 0 ? IDLE_MS : MIN(b.next_ms - b.now_ms, (int64_t)IDLE_MS);
}

static void work(void *arg)
{
	struct delivery *d = arg;
	while (!d->stopping) {
		d->woken = false;
		int64_t wait_ms = start_due(d);
		if (!d->woken && !d->stopping)
			waitq_wait(&d->wake, wait_ms);
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
	while (d->running > 0 || d->worker_runs)
		waitq_wait(&d->ended, -1);
	map_fini(&d->under_way);
	free(d);
}

const struct service delivery_service = {
	.api = &delivery_api,
	.start = start,
	.stop = stop,
};
