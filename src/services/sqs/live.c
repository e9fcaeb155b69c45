/* The live state of queues: receivers that wait, and counts of messages. */
#include "services/sqs/live.h"
#include "base/clock.h"
#include "net/http_server.h"
#include "services/sqs/internal.h"
#include <stdlib.h>

/* ---- the table ---- */

static struct str id_key(const int64_t *id)
{
	return (struct str){ (const char *)id, sizeof *id };
}

static void counts_reset(struct live *live, enum counting counting)
{
	live->counting = counting;
	live->total = live->in_flight = live->delayed = 0;
	live->slot_first = live->slot_count = 0;
	live->counted_to.n = 0;
}

struct live *live_get(struct sqs *sqs, int64_t id, int64_t space)
{
	struct live *live = map_get(&sqs->lives, id_key(&id));
	if (!live) {
		live = xcalloc(1, sizeof *live);
		live->sqs = sqs;
		live->id = id;
		live->space = space;
		list_init(&live->receivers);
		waitq_init(&live->counted);
		map_put(&sqs->lives, id_key(&id), live);
	}
	return live;
}

static void live_free(void *arg)
{
	struct live *live = arg;
	buf_fini(&live->counted_to);
	buf_fini(&live->swept_to);
	free(live->slots);
	free(live);
}

static void live_close(struct live *live)
{
	assert(list_empty(&live->receivers));
	if (live->timer.ready)
		loop_timer_close(&live->timer, live_free, live);
	else
		live_free(live);
}

void live_hold(struct live *live)
{
	live->users++;
	live->sqs->holds++;
}

void live_release(struct live *live)
{
	assert(live->users > 0);
	if (--live->sqs->holds == 0)
		waitq_wake_all(&live->sqs->ended);
	if (--live->users == 0 && live->dead)
		live_close(live);
}

void lives_fini(struct sqs *sqs)
{
	size_t at = 0;
	struct map_entry *e;
	while (map_next(&sqs->lives, &at, &e)) {
		struct live *live = e->value;
		map_remove(&sqs->lives, e->key);
		assert(live->users == 0);
		live_close(live);
	}
	map_fini(&sqs->lives);
}

/* ---- waiting ---- */

void live_wake(struct live *live, size_t n)
{
	while (n-- > 0 && !list_empty(&live->receivers)) {
		struct receiver *r = LIST_FIRST(&live->receivers, struct receiver, link);
		list_remove(&r->link);
		r->called = true;
		waitq_wake_all(&r->wake);
	}
}

void live_changed(struct live *live, size_t n)
{
	live->empty_until_ms = 0;
	live_wake(live, n);
}

static int64_t now_of(const struct live *live)
{
	const struct aws *aws = live->sqs->aws;
	return aws->now_ms ? aws->now_ms() : clock_now_ms();
}

static void on_due(void *arg)
{
	struct live *live = arg;
	live_wake(live, 1);
}

/* While somebody waits, the timer stands at the moment when there can be a message. */
static void arm(struct live *live)
{
	if (list_empty(&live->receivers) || live->empty_until_ms == INT64_MAX)
		return;
	int64_t after = live->empty_until_ms - now_of(live);
	loop_timer_start(&live->timer, after > 0 ? (uint64_t)after : 0, 0, on_due, live);
}

void live_set_empty(struct live *live, int64_t until_ms)
{
	live->empty_until_ms = until_ms;
	arm(live);
}

bool live_is_empty(const struct live *live, int64_t now_ms)
{
	return now_ms < live->empty_until_ms;
}

enum waited live_wait(struct live *live, struct call *call, int64_t timeout_ms)
{
	struct receiver r = { .is_inner = !call->http };
	uint64_t until = clock_mono_ms() + (uint64_t)timeout_ms;
	waitq_init(&r.wake);
	list_append(&live->receivers, &r.link);
	live->sqs->receivers++;
	arm(live);
	if (call->http)
		http_wake_on_close(call->http, &r.wake);
	while (!r.called && !r.released && !(call->http && http_client_gone(call->http))) {
		uint64_t now = clock_mono_ms();
		if (now >= until)
			break;
		waitq_wait(&r.wake, (int64_t)(until - now));
	}
	if (call->http)
		http_wake_on_close(call->http, NULL);
	list_remove(&r.link);
	live->sqs->receivers--;
	return r.called ? WAITED_CALLED : WAITED_IN_VAIN;
}

void live_release_inner(struct live *live)
{
	struct receiver *r;
	LIST_FOR(r, &live->receivers, struct receiver, link)
	{
		if (!r->is_inner)
			continue;
		r->released = true;
		waitq_wake_all(&r->wake);
	}
}

/* ---- counting ---- */

enum { SLOT_SHIFT = 6 }; /* 64 ms */

/* Rounded down: so what has been counted in a slot stands in it until the slot has passed. */
static int64_t slot_of(int64_t ms)
{
	return ms >> SLOT_SHIFT;
}

/* What became visible meanwhile is no longer in flight or delayed. */
static void slots_expire(struct live *live, int64_t now_ms)
{
	while (live->slot_count && live->slots[live->slot_first].at << SLOT_SHIFT <= now_ms) {
		const struct slot *s = &live->slots[live->slot_first];
		live->in_flight -= s->in_flight;
		live->delayed -= s->delayed;
		live->slot_first++;
		live->slot_count--;
	}
	if (!live->slot_count)
		live->slot_first = 0;
}

/* The index where the slot is or belongs. Most are near the end. */
static size_t slot_find(const struct live *live, int64_t at)
{
	size_t low = live->slot_first, high = low + live->slot_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (live->slots[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct slot *slot_insert(struct live *live, size_t i, int64_t at)
{
	size_t end = live->slot_first + live->slot_count;
	if (end == live->slot_cap && live->slot_first > live->slot_cap / 2) {
		memmove(live->slots, live->slots + live->slot_first,
			live->slot_count * sizeof *live->slots);
		i -= live->slot_first;
		end -= live->slot_first;
		live->slot_first = 0;
	} else if (end == live->slot_cap) {
		live->slot_cap = MAX(16, 2 * live->slot_cap);
		live->slots = xrealloc(live->slots, live->slot_cap * sizeof *live->slots);
	}
	memmove(live->slots + i + 1, live->slots + i, (end - i) * sizeof *live->slots);
	live->slots[i] = (struct slot){ .at = at };
	live->slot_count++;
	return &live->slots[i];
}

static void count_add(struct live *live, const struct place *p, int64_t now_ms)
{
	live->total++;
	int64_t at = slot_of(p->visible_ms);
	if (at << SLOT_SHIFT <= now_ms)
		return;
	size_t i = slot_find(live, at);
	bool there = i < live->slot_first + live->slot_count && live->slots[i].at == at;
	struct slot *s = there ? &live->slots[i] : slot_insert(live, i, at);
	if (p->received) {
		s->in_flight++;
		live->in_flight++;
	} else {
		s->delayed++;
		live->delayed++;
	}
}

static void count_remove(struct live *live, const struct place *p)
{
	live->total--;
	int64_t at = slot_of(p->visible_ms);
	size_t i = slot_find(live, at);
	if (i == live->slot_first + live->slot_count || live->slots[i].at != at)
		return;
	struct slot *s = &live->slots[i];
	if (p->received && s->in_flight) {
		s->in_flight--;
		live->in_flight--;
	} else if (!p->received && s->delayed) {
		s->delayed--;
		live->delayed--;
	}
}

int64_t live_in_flight(struct live *live, int64_t now_ms)
{
	slots_expire(live, now_ms);
	return live->in_flight;
}

struct count_run {
	struct live *live;
	const struct queue *queue;
	struct str begin, end;
	struct place *v;
	size_t n;
	bool ended;
};

/*
 * On the writer's thread, though it writes nothing: so it stands in the order of the commits, and a
 * change is either in what it sees or told afterwards, not both.
 */
static int count_chunk(struct call *call, void *arg)
{
	struct count_run *run = arg;
	struct txn_cursor c;
	run->n = 0;
	run->ended = false;
	txn_cursor_open(call->txn, run->begin, run->end, false, &c);
	while (run->n < SQS_COUNT_CHUNK && txn_cursor_next(&c)) {
		struct message_head head;
		if (!message_head_read(c.value, &head))
			continue;
		run->v[run->n] = (struct place){ .visible_ms = head.visible_ms,
			.received = head.receives > 0 };
		if (++run->n == SQS_COUNT_CHUNK)
			run->begin = key_after(call->arena, arena_str(call->arena, c.key));
	}
	run->ended = run->n < SQS_COUNT_CHUNK;
	txn_cursor_close(&c);
	return 0;
}

static int count(struct live *live, struct call *call, const struct queue *q)
{
	enum kind kind = q->r.is_fifo.v ? KIND_FIFO : KIND_ENTRY;
	struct count_run run = { .live = live, .queue = q };
	run.begin = place_kind(call->arena, live->space, kind);
	run.end = key_range_end(call->arena, run.begin);
	run.v = ARENA_ARRAY(call->arena, struct place, SQS_COUNT_CHUNK);
	int64_t space = live->space;
	counts_reset(live, COUNT_RUNNING);
	while (!run.ended) {
		if (call_write(call, count_chunk, &run) < 0) {
			counts_reset(live, COUNT_UNKNOWN);
			return -1;
		}
		if (live->space != space || live->counting != COUNT_RUNNING)
			return 0;
		for (size_t i = 0; i < run.n; i++)
			count_add(live, &run.v[i], call->now_ms);
		live->counted_to.n = 0;
		buf_str(&live->counted_to, run.ended ? run.end : run.begin);
	}
	live->counting = COUNT_KNOWN;
	return 0;
}

int live_count(struct live *live, struct call *call, const struct queue *q)
{
	int r = 0;
	while (live->counting == COUNT_RUNNING)
		waitq_wait(&live->counted, -1);
	if (live->counting == COUNT_UNKNOWN) {
		r = count(live, call, q);
		waitq_wake_all(&live->counted);
	}
	slots_expire(live, now_of(live));
	return r;
}

/* ---- changes ---- */

static bool is_counted(const struct live *live, const struct place *p)
{
	if (!p->key.p || live->counting == COUNT_UNKNOWN)
		return false;
	return live->counting == COUNT_KNOWN || str_cmp(p->key, buf_view(&live->counted_to)) < 0;
}

static void changes_apply(void *arg)
{
	struct changes *c = arg;
	struct live *live = map_get(&c->sqs->lives, id_key(&c->id));
	/* Nobody waits and nothing is counted: there is nothing to tell. */
	if (!live)
		return;
	if (live->space == c->space && live->counting != COUNT_UNKNOWN) {
		slots_expire(live, c->now_ms);
		for (size_t i = 0; i < c->n; i++) {
			if (is_counted(live, &c->v[i].before))
				count_remove(live, &c->v[i].before);
			if (is_counted(live, &c->v[i].after))
				count_add(live, &c->v[i].after, c->now_ms);
		}
	}
	if (c->available)
		live_changed(live, c->available);
}

struct changes *changes_begin(struct call *call, const struct queue *q)
{
	struct changes *c = ARENA_NEW(call->arena, struct changes);
	*c = (struct changes){ .sqs = sqs_state(call),
		.id = q->r.id.v,
		.space = q->r.space.v,
		.now_ms = call->now_ms,
		.arena = call->arena };
	call_after(call, changes_apply, c);
	return c;
}

void changes_add(struct changes *c, const struct place *before, const struct place *after)
{
	if (c->n == c->cap) {
		size_t cap = MAX(10, 2 * c->cap);
		struct change *v = arena_alloc(c->arena, cap * sizeof *v);
		if (c->n)
			memcpy(v, c->v, c->n * sizeof *v);
		c->v = v;
		c->cap = cap;
	}
	struct change *change = &c->v[c->n++];
	*change = (struct change){ .before = { .key = { 0 } } };
	if (before)
		change->before = *before;
	if (after)
		change->after = *after;
}

struct note {
	struct sqs *sqs;
	int64_t id, space;
};

static void note(struct call *call, int64_t id, int64_t space, void (*fn)(void *arg))
{
	struct note *n = ARENA_NEW(call->arena, struct note);
	*n = (struct note){ sqs_state(call), id, space };
	call_after(call, fn, n);
}

static void on_created(void *arg)
{
	struct note *n = arg;
	struct live *live = live_get(n->sqs, n->id, n->space);
	counts_reset(live, COUNT_KNOWN);
}

static void on_purged(void *arg)
{
	struct note *n = arg;
	struct live *live = live_get(n->sqs, n->id, n->space);
	live->space = n->space;
	counts_reset(live, COUNT_KNOWN);
	live_changed(live, 0);
}

static void on_deleted(void *arg)
{
	struct note *n = arg;
	struct live *live = map_remove(&n->sqs->lives, id_key(&n->id));
	if (!live)
		return;
	live->dead = true;
	live_hold(live);
	live_wake(live, SIZE_MAX);
	live_release(live);
}

void live_note_created(struct call *call, int64_t id, int64_t space)
{
	note(call, id, space, on_created);
}

void live_note_purged(struct call *call, int64_t id, int64_t space)
{
	note(call, id, space, on_purged);
}

void live_note_deleted(struct call *call, int64_t id, int64_t space)
{
	note(call, id, space, on_deleted);
}
