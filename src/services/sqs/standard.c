/*
 * Standard queues: one range of messages in the order of the time from which each may be received.
 * What is before now is waiting, what is after is delayed or in flight; so a timeout needs nobody
 * to notice it, and a receive begins at the start of the range however many are behind.
 */
#include "base/random.h"
#include "services/sqs/internal.h"

static struct str pointer_key(struct call *call, const struct queue *q, int64_t sequence)
{
	return KEY(call->arena, KEY_LITERAL("sqs.m"), key_int(q->r.space.v), key_int(KIND_PLACE),
		key_int(sequence));
}

static struct place place_of(const struct message *m)
{
	return (struct place){ m->key, m->head.visible_ms, m->head.receives > 0 };
}

void standard_add(
	struct call *call, const struct queue *q, struct changes *changes, struct message *m)
{
	message_store(call, q, m);
	m->key = place_standard(call->arena, q->r.space.v, m->head.visible_ms, m->sequence);
	txn_put(call->txn, m->key, message_value(call->arena, &m->head, m->record));
	struct place after = place_of(m);
	/* A dead letter that waits is not in flight, however often it was received. */
	changes_add(changes, NULL, &after);
}

void standard_remove(
	struct call *call, const struct queue *q, struct changes *changes, struct message *m)
{
	struct place before = place_of(m);
	message_erase(call, q, m);
	changes_add(changes, &before, NULL);
}

/* To where it stands by its new head. */
static void relocate(struct call *call, const struct queue *q, struct changes *changes,
	struct message *m, const struct place *before)
{
	txn_delete(call->txn, before->key);
	m->key = place_standard(call->arena, q->r.space.v, m->head.visible_ms, m->sequence);
	txn_put(call->txn, m->key, message_value(call->arena, &m->head, m->record));
	struct place after = place_of(m);
	changes_add(changes, before, &after);
}

void standard_set_visible(struct call *call, const struct queue *q, struct changes *changes,
	struct message *m, int64_t visible_ms)
{
	struct place before = place_of(m);
	m->head.visible_ms = visible_ms;
	m->head.flags |= MESSAGE_MOVED;
	txn_put(call->txn, pointer_key(call, q, m->sequence),
		arena_printf(call->arena, "%lld", (long long)visible_ms));
	relocate(call, q, changes, m, &before);
}

static void take_one(struct call *call, struct take *t, struct message *m)
{
	struct place before = place_of(m);
	if (m->head.flags & MESSAGE_MOVED)
		txn_delete(call->txn, pointer_key(call, t->queue, m->sequence));
	m->head.flags &= (uint8_t)~MESSAGE_MOVED;
	m->head.receives++;
	m->head.visible_ms = call->now_ms + t->visibility_ms;
	m->head.taken_ms = call->now_ms;
	m->head.nonce = random_u64();
	if (!m->head.received_ms)
		m->head.received_ms = call->now_ms;
	relocate(call, t->queue, t->changes, m, &before);
	t->v[t->n++] = *m;
}

/* Reads the entry that the cursor is at; false for what is no message. */
static bool read_entry(
	struct call *call, const struct txn_cursor *c, size_t prefix, struct message *m)
{
	struct key_part parts[2];
	*m = (struct message){ 0 };
	if (!message_head_read(c->value, &m->head) ||
		key_decode(call->arena, str_from(c->key, prefix), parts, 2) != 2)
		return false;
	m->sequence = parts[1].integer;
	m->key = arena_str(call->arena, c->key);
	m->record = arena_str(call->arena, message_rest(c->value));
	return true;
}

/* The first of the range, n at most; one more is only looked at: t->more and t->next_ms. */
static size_t look(struct call *call, struct take *t, struct message *v, size_t n)
{
	struct str begin = place_kind(call->arena, t->queue->r.space.v, KIND_ENTRY);
	struct txn_cursor c;
	size_t found = 0;
	t->more = false;
	t->next_ms = INT64_MAX;
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, begin), false, &c);
	while (txn_cursor_next(&c)) {
		struct message_head head;
		if (!message_head_read(c.value, &head))
			continue;
		if (head.visible_ms > call->now_ms) {
			t->next_ms = head.visible_ms;
			break;
		}
		if (found == n) {
			t->more = true;
			break;
		}
		found += read_entry(call, &c, begin.n, &v[found]);
	}
	txn_cursor_close(&c);
	return found;
}

void standard_take(struct call *call, struct take *t)
{
	const struct queue *q = t->queue;
	int64_t receive_max = q->r.dead_letter_arn.n ? q->r.receive_max.v : 0;
	struct message v[SQS_RECEIVE_MAX];
	size_t examined = 0, found;
	t->n = 0;
	do {
		found = look(call, t, v, t->max - t->n);
		for (size_t i = 0; i < found; i++) {
			struct message *m = &v[i];
			examined++;
			if (message_is_expired(q, &m->head, call->now_ms))
				standard_remove(call, q, t->changes, m);
			else if (receive_max && m->head.receives >= receive_max &&
				 dead_letter_move(call, t, m))
				standard_remove(call, q, t->changes, m);
			else
				take_one(call, t, m);
		}
		/* Those that were dead or expired have left room for others. */
	} while (t->more && t->n < t->max && found && t->visibility_ms &&
		 examined < SQS_EXAMINED_MAX);
	/* Those that were taken are the next, if nobody deletes them. */
	if (t->n)
		t->next_ms = MIN(t->next_ms, call->now_ms + t->visibility_ms);
	/* A message that stays visible is there at once. */
	if (!t->visibility_ms && t->n)
		t->more = true;
	if (!t->n && examined && !t->more)
		t->more = t->next_ms <= call->now_ms;
}
