/* Where messages stand in the store, and what standard and FIFO queues share about it. */
#include "services/sqs/internal.h"

/*
 * The first part differs from that of the queues' own records, so that store_generation() of these
 * does not change with every message.
 */
struct str place_prefix(struct arena *arena, int64_t number)
{
	return KEY(arena, KEY_LITERAL("sqs.m"), key_int(number));
}

struct str place_kind(struct arena *arena, int64_t space, enum kind kind)
{
	return KEY(arena, KEY_LITERAL("sqs.m"), key_int(space), key_int(kind));
}

struct str place_standard(struct arena *arena, int64_t space, int64_t visible_ms, int64_t sequence)
{
	return KEY(arena, KEY_LITERAL("sqs.m"), key_int(space), key_int(KIND_ENTRY),
		key_int(visible_ms), key_int(sequence));
}

struct str place_fifo(struct arena *arena, int64_t space, struct str group, int64_t sequence)
{
	return KEY(arena, KEY_LITERAL("sqs.m"), key_int(space), key_int(KIND_FIFO), key_text(group),
		key_int(sequence));
}

static struct str body_key(struct arena *arena, int64_t space, int64_t sequence)
{
	return KEY(
		arena, KEY_LITERAL("sqs.m"), key_int(space), key_int(KIND_BODY), key_int(sequence));
}

/* ---- sequence numbers ---- */

enum { SEQUENCE_SHIFT = 20 };
#define SEQUENCE_RESERVE (INT64_C(1) << 34)

struct reservation {
	struct sqs *sqs;
	int64_t up_to;
};

static void on_reserved(void *arg)
{
	struct reservation *r = arg;
	int64_t before = atomic_load(&r->sqs->reserved);
	if (r->up_to > before)
		atomic_store(&r->sqs->reserved, r->up_to);
}

/*
 * Made of the time, so that a number needs no record; and greater than all before even if the clock
 * goes back: the store holds a bound that none has passed, written anew about every 16 seconds.
 */
int64_t sequence_next(struct call *call)
{
	struct sqs *sqs = sqs_state(call);
	int64_t bound = atomic_load(&sqs->reserved), from_clock = call->now_ms << SEQUENCE_SHIFT;
	struct str key = KEY(call->arena, KEY_LITERAL("sqs"), KEY_LITERAL("sequence bound")), value;
	if (!sqs->last_sequence && txn_get(call->txn, key, call->arena, &value) &&
		str_to_i64(value, &sqs->last_sequence) < 0)
		sqs->last_sequence = 0;
	sqs->last_sequence = MAX(sqs->last_sequence + 1, from_clock);
	if (sqs->last_sequence >= bound) {
		struct reservation *r = ARENA_NEW(call->arena, struct reservation);
		*r = (struct reservation){ sqs, sqs->last_sequence + SEQUENCE_RESERVE };
		txn_put(call->txn, key, arena_printf(call->arena, "%lld", (long long)r->up_to));
		call_after(call, on_reserved, r);
	}
	return sqs->last_sequence;
}

/* ---- records of messages ---- */

bool message_load(struct call *call, const struct queue *q, struct message *m)
{
	if (m->record.n || !(m->head.flags & MESSAGE_EXTERNAL))
		return m->record.n > 0;
	return txn_get(call->txn, body_key(call->arena, q->r.space.v, m->sequence), call->arena,
		&m->record);
}

void message_store(struct call *call, const struct queue *q, struct message *m)
{
	m->head.flags = 0;
	if (m->record.n <= SQS_INLINE_BYTES_MAX)
		return;
	m->head.flags = MESSAGE_EXTERNAL;
	txn_put(call->txn, body_key(call->arena, q->r.space.v, m->sequence), m->record);
}

void message_erase(struct call *call, const struct queue *q, const struct message *m)
{
	txn_delete(call->txn, m->key);
	if (m->head.flags & MESSAGE_EXTERNAL)
		txn_delete(call->txn, body_key(call->arena, q->r.space.v, m->sequence));
	if (m->head.flags & MESSAGE_MOVED)
		txn_delete(call->txn, KEY(call->arena, KEY_LITERAL("sqs.m"), key_int(q->r.space.v),
					      key_int(KIND_PLACE), key_int(m->sequence)));
}

bool message_is_expired(const struct queue *q, const struct message_head *head, int64_t now_ms)
{
	return head->sent_ms + q->r.retention.v * 1000 <= now_ms;
}

void message_add(
	struct call *call, const struct queue *q, struct changes *changes, struct message *m)
{
	if (q->r.is_fifo.v)
		fifo_add(call, q, changes, m);
	else
		standard_add(call, q, changes, m);
}

/* ---- dead letters ---- */

struct str record_with_source(struct call *call, struct str record, struct str source_arn)
{
	struct sqs_message_record r = { 0 };
	if (record_decode(call->arena, &sqs_message_record_shape, record, &r) < 0)
		return record;
	r.source = source_arn;
	return record_encode(call->arena, &sqs_message_record_shape, &r);
}

static bool find_dead(struct call *call, struct take *t)
{
	if (t->dead_known)
		return t->dead_changes != NULL;
	t->dead_known = true;
	struct str source = queue_arn(call, t->queue);
	if (!queue_find_arn(call, t->queue->r.dead_letter_arn, &t->dead) ||
		t->dead.r.id.v == t->queue->r.id.v ||
		t->dead.r.is_fifo.v != t->queue->r.is_fifo.v ||
		!redrive_is_allowed(call, &t->dead, source))
		return false;
	t->dead_changes = changes_begin(call, &t->dead);
	return true;
}

/*
 * A standard queue's message keeps its time of sending, and so the end of its retention; a FIFO
 * queue's begins anew (Developer Guide, "Using dead-letter queues").
 */
bool dead_letter_move(struct call *call, struct take *t, struct message *m)
{
	if (!find_dead(call, t) || !message_load(call, t->queue, m))
		return false;
	struct message moved = {
		.head = m->head, .group = m->group, .sequence = sequence_next(call)
	};
	moved.record = record_with_source(call, m->record, queue_arn(call, t->queue));
	moved.head.visible_ms = call->now_ms;
	if (t->dead.r.is_fifo.v)
		moved.head.sent_ms = call->now_ms;
	message_add(call, &t->dead, t->dead_changes, &moved);
	t->dead_changes->available++;
	return true;
}
