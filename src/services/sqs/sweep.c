/*
 * The sweeper: a fiber that deletes what retention ends, the messages of deleted and purged queues,
 * and ids that need no longer be remembered; a bit at a time, so that nobody waits for it. Receives
 * look at retention themselves.
 */
#include "services/sqs/internal.h"
#include <stdlib.h>

struct sweep {
	struct sqs *sqs;
	struct call call;
	struct arena arena;
	struct str from; /* the key after which the next queue is looked for */
	struct buf from_bytes;
	struct queue queue;
	bool found;
	struct str *keys;
	size_t n;
	struct str begin, end;
	bool more;
	int64_t garbage;
};

static void renew(struct sweep *s)
{
	arena_fini(&s->arena);
	call_init(&s->call, s->sqs->aws, &s->arena, NULL);
	s->call.api = &sqs_api;
	s->keys = ARENA_ARRAY(&s->arena, struct str, SQS_SWEEP_CHUNK);
	s->n = 0;
}

/* ---- ranges that go as a whole ---- */

static int erase_run(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct txn_cursor c;
	s->n = 0;
	s->more = false;
	txn_cursor_open(call->txn, s->begin, s->end, false, &c);
	while (txn_cursor_next(&c)) {
		if (s->n == SQS_SWEEP_CHUNK) {
			s->more = true;
			break;
		}
		s->keys[s->n++] = arena_str(call->arena, c.key);
	}
	txn_cursor_close(&c);
	for (size_t i = 0; i < s->n; i++)
		txn_delete(call->txn, s->keys[i]);
	if (!s->more && s->garbage)
		txn_delete(call->txn, KEY(call->arena, KEY_LITERAL("sqs"), KEY_LITERAL("garbage"),
					      key_int(s->garbage)));
	return 0;
}

static int any_run(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct txn_cursor c;
	txn_cursor_open(call->txn, s->begin, s->end, false, &c);
	s->found = txn_cursor_next(&c);
	txn_cursor_close(&c);
	return 0;
}

/* The keys of a kind, of periods that are over. */
static void sweep_periods(struct sweep *s, enum kind kind)
{
	int64_t id = s->queue.r.id.v;
	for (s->more = true; s->more && !s->sqs->stopping;) {
		s->begin = place_kind(&s->arena, id, kind);
		s->end = KEY(&s->arena, KEY_LITERAL("sqs.m"), key_int(id), key_int(kind),
			key_int(s->call.now_ms / SQS_DEDUP_MS - 1));
		s->garbage = 0;
		if (call_read(&s->call, any_run, s) < 0 || !s->found ||
			call_write(&s->call, erase_run, s) < 0)
			return;
	}
}

static int garbage_run(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct str begin = KEY(call->arena, KEY_LITERAL("sqs"), KEY_LITERAL("garbage"));
	struct txn_cursor c;
	struct key_part part;
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, begin), false, &c);
	s->found = txn_cursor_next(&c) &&
		   key_decode(call->arena, str_from(c.key, begin.n), &part, 1) == 1;
	txn_cursor_close(&c);
	if (s->found)
		s->garbage = part.integer;
	return 0;
}

static void sweep_garbage(struct sweep *s)
{
	while (!s->sqs->stopping) {
		renew(s);
		if (call_read(&s->call, garbage_run, s) < 0 || !s->found)
			return;
		s->begin = place_prefix(&s->arena, s->garbage);
		s->end = key_range_end(&s->arena, s->begin);
		if (call_write(&s->call, erase_run, s) < 0)
			return;
		fiber_yield();
	}
}

/* ---- retention ---- */

static int next_queue_run(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct str all = KEY(call->arena, KEY_LITERAL("sqs"));
	struct txn_cursor c;
	s->found = false;
	txn_cursor_open(call->txn, s->from_bytes.n ? buf_view(&s->from_bytes) : all,
		key_range_end(call->arena, all), false, &c);
	while (!s->found && txn_cursor_next(&c)) {
		struct key_part p[5];
		if (key_decode(call->arena, c.key, p, 5) != 5 || !str_is(p[3].text, "queue"))
			continue;
		s->queue = (struct queue){
			.account = p[1].text, .region = p[2].text, .name = p[4].text
		};
		s->from = key_after(call->arena, arena_str(call->arena, c.key));
		s->found = record_decode(call->arena, &sqs_queue_record_shape,
				   arena_str(call->arena, c.value), &s->queue.r) == 0;
	}
	txn_cursor_close(&c);
	return 0;
}

static int look_run(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct txn_cursor c;
	size_t examined = 0;
	s->n = 0;
	s->more = false;
	txn_cursor_open(call->txn, s->begin, s->end, false, &c);
	while (txn_cursor_next(&c)) {
		struct message_head head;
		if (examined++ == SQS_SWEEP_CHUNK) {
			s->more = true;
			s->begin = arena_str(call->arena, c.key);
			break;
		}
		if (message_head_read(c.value, &head) &&
			message_is_expired(&s->queue, &head, call->now_ms))
			s->keys[s->n++] = arena_str(call->arena, c.key);
	}
	txn_cursor_close(&c);
	return 0;
}

static bool read_key(struct call *call, const struct queue *q, struct str key, struct message *m)
{
	struct key_part p[5];
	struct str value;
	*m = (struct message){ .key = key };
	if (key_decode(call->arena, key, p, 5) != 5 ||
		!txn_get(call->txn, key, call->arena, &value) ||
		!message_head_read(value, &m->head))
		return false;
	m->sequence = p[4].integer;
	if (q->r.is_fifo.v)
		m->group = p[3].text;
	return true;
}

static int expire_run(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct queue q;
	/* As it is now: it may have been purged or changed meanwhile. */
	if (!queue_get(call, s->queue.account, s->queue.region, s->queue.name, &q) ||
		q.r.space.v != s->queue.r.space.v)
		return 0;
	struct changes *changes = changes_begin(call, &q);
	for (size_t i = 0; i < s->n; i++) {
		struct message m;
		if (!read_key(call, &q, s->keys[i], &m) ||
			!message_is_expired(&q, &m.head, call->now_ms))
			continue;
		if (q.r.is_fifo.v)
			fifo_remove(call, &q, changes, &m);
		else
			standard_remove(call, &q, changes, &m);
	}
	changes->available = q.r.is_fifo.v ? s->n : 0;
	return 0;
}

/*
 * One chunk of the queue's messages; the next time goes on behind it. Those that wait longest stand
 * first, so the first chunk is looked at each time as well.
 */
static void sweep_messages(struct sweep *s)
{
	struct queue *q = &s->queue;
	struct live *live =
		map_get(&s->sqs->lives, (struct str){ (const char *)&q->r.id.v, sizeof q->r.id.v });
	struct str all =
		place_kind(&s->arena, q->r.space.v, q->r.is_fifo.v ? KIND_FIFO : KIND_ENTRY);
	s->end = key_range_end(&s->arena, all);
	s->begin = all;
	for (bool again = true; again && !s->sqs->stopping;) {
		if (call_read(&s->call, look_run, s) < 0)
			return;
		/* As long as there are expired ones, on at once. */
		again = s->n > 0 && s->more;
		if (s->n && call_write(&s->call, expire_run, s) < 0)
			return;
		fiber_yield();
	}
	if (!s->more)
		return;
	if (!live)
		live = live_get(s->sqs, q->r.id.v, q->r.space.v);
	if (str_cmp(buf_view(&live->swept_to), s->begin) > 0 &&
		str_cmp(buf_view(&live->swept_to), s->end) < 0)
		s->begin = arena_str(&s->arena, buf_view(&live->swept_to));
	live_hold(live);
	if (call_read(&s->call, look_run, s) == 0 &&
		(!s->n || call_write(&s->call, expire_run, s) == 0)) {
		live->swept_to.n = 0;
		if (s->more)
			buf_str(&live->swept_to, s->begin);
	}
	live_release(live);
}

static void sweep_queues(struct sweep *s)
{
	s->from_bytes.n = 0;
	while (!s->sqs->stopping) {
		renew(s);
		if (call_read(&s->call, next_queue_run, s) < 0 || !s->found)
			return;
		s->from_bytes.n = 0;
		buf_str(&s->from_bytes, s->from);
		sweep_messages(s);
		if (s->queue.r.is_fifo.v) {
			sweep_periods(s, KIND_DEDUP);
			sweep_periods(s, KIND_ATTEMPT);
		}
	}
}

void sqs_sweep_run(void *arg)
{
	struct sweep *s = xcalloc(1, sizeof *s);
	s->sqs = arg;
	while (!s->sqs->stopping) {
		sweep_garbage(s);
		sweep_queues(s);
		if (!s->sqs->stopping)
			waitq_wait(&s->sqs->sweep, SQS_SWEEP_MS);
	}
	arena_fini(&s->arena);
	buf_fini(&s->from_bytes);
	s->sqs->fibers--;
	waitq_wake_all(&s->sqs->ended);
	free(s);
}
