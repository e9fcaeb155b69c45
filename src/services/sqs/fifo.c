/*
 * FIFO queues: the messages of each group in the order of their numbers, and a range of heads, one
 * for each group that has messages, by the time from which the group may be received from. A group
 * with messages in flight stands at the time when the last of them becomes visible, so it is out of
 * the way until then.
 */
#include "base/random.h"
#include "services/sqs/internal.h"

/* ---- groups ---- */

static struct str group_key(struct call *call, const struct queue *q, struct str group)
{
	return KEY(call->arena, KEY_LITERAL("sqs.m"), key_int(q->r.space.v), key_int(KIND_GROUP),
		key_text(group));
}

static struct str head_key(struct call *call, const struct queue *q, struct str group,
	const struct sqs_group_record *r)
{
	return KEY(call->arena, KEY_LITERAL("sqs.m"), key_int(q->r.space.v), key_int(KIND_HEAD),
		key_int(r->ready.v), key_int(r->order.v), key_text(group));
}

static bool group_get(
	struct call *call, const struct queue *q, struct str group, struct sqs_group_record *out)
{
	*out = (struct sqs_group_record){ 0 };
	return call_get_record(call, group_key(call, q, group), &sqs_group_record_shape, out);
}

/* Writes the group, and moves its head if its time is another. */
static void group_put(struct call *call, const struct queue *q, struct str group,
	struct sqs_group_record *r, int64_t ready_ms, int64_t order)
{
	if (r->ready.set && (r->ready.v != ready_ms || r->order.v != order))
		txn_delete(call->txn, head_key(call, q, group, r));
	if (!r->ready.set || r->ready.v != ready_ms || r->order.v != order) {
		r->ready = OPT_I64(ready_ms);
		r->order = OPT_I64(order);
		txn_put(call->txn, head_key(call, q, group, r), STR(""));
	}
	call_put_record(call, group_key(call, q, group), &sqs_group_record_shape, r);
}

static void group_delete(
	struct call *call, const struct queue *q, struct str group, struct sqs_group_record *r)
{
	if (r->ready.set)
		txn_delete(call->txn, head_key(call, q, group, r));
	txn_delete(call->txn, group_key(call, q, group));
}

static bool read_message(struct call *call, const struct txn_cursor *c, size_t prefix,
	struct str group, struct message *m)
{
	struct key_part part;
	*m = (struct message){ .group = group };
	if (!message_head_read(c->value, &m->head) ||
		key_decode(call->arena, str_from(c->key, prefix), &part, 1) != 1)
		return false;
	m->sequence = part.integer;
	m->key = arena_str(call->arena, c->key);
	m->record = arena_str(call->arena, message_rest(c->value));
	return true;
}

/* The first n messages of the group. */
static size_t group_messages(
	struct call *call, const struct queue *q, struct str group, struct message *v, size_t n)
{
	struct str begin = KEY(call->arena, KEY_LITERAL("sqs.m"), key_int(q->r.space.v),
		key_int(KIND_FIFO), key_text(group));
	struct txn_cursor c;
	size_t found = 0;
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, begin), false, &c);
	while (found < n && txn_cursor_next(&c))
		found += read_message(call, &c, begin.n, group, &v[found]);
	txn_cursor_close(&c);
	return found;
}

/*
 * The group's place after a change: behind its messages in flight; else where its first message may
 * be received, but not before now, so that groups take turns. Without messages it is gone.
 */
static void group_settle(
	struct call *call, const struct queue *q, struct str group, struct sqs_group_record *r)
{
	int64_t ready = 0;
	size_t n = 0;
	for (size_t i = 0; i < r->in_flight.n; i++) {
		if (r->in_flight.v[i].visible.v <= call->now_ms)
			continue;
		r->in_flight.v[n++] = r->in_flight.v[i];
		ready = MAX(ready, r->in_flight.v[i].visible.v);
	}
	r->in_flight.n = n;
	if (n) {
		group_put(call, q, group, r, ready, r->order.v);
		return;
	}
	struct message first;
	if (!group_messages(call, q, group, &first, 1))
		group_delete(call, q, group, r);
	else
		group_put(call, q, group, r, MAX(first.head.visible_ms, call->now_ms),
			first.sequence);
}

/* ---- messages ---- */

static struct place place_of(const struct message *m)
{
	return (struct place){ m->key, m->head.visible_ms, m->head.receives > 0 };
}

static void write_message(
	struct call *call, struct changes *changes, struct message *m, const struct place *before)
{
	txn_put(call->txn, m->key, message_value(call->arena, &m->head, m->record));
	struct place after = place_of(m);
	changes_add(changes, before, &after);
}

void fifo_add(struct call *call, const struct queue *q, struct changes *changes, struct message *m)
{
	struct str group = group_key(call, q, m->group);
	message_store(call, q, m);
	m->key = place_fifo(call->arena, q->r.space.v, m->group, m->sequence);
	write_message(call, changes, m, NULL);
	if (!txn_exists(call->txn, group)) {
		struct sqs_group_record r = { 0 };
		group_put(call, q, m->group, &r, m->head.visible_ms, m->sequence);
	}
}

/* Takes the message out of the group's list, or gives it another time there. */
static void group_note(
	struct call *call, struct sqs_group_record *r, int64_t sequence, int64_t visible_ms)
{
	for (size_t i = 0; i < r->in_flight.n; i++) {
		if (r->in_flight.v[i].sequence.v == sequence) {
			r->in_flight.v[i].visible = OPT_I64(visible_ms);
			return;
		}
	}
	if (visible_ms <= call->now_ms)
		return;
	struct sqs_group_message *v =
		ARENA_ARRAY(call->arena, struct sqs_group_message, r->in_flight.n + 1);
	if (r->in_flight.n)
		memcpy(v, r->in_flight.v, r->in_flight.n * sizeof *v);
	v[r->in_flight.n] = (struct sqs_group_message){ OPT_I64(sequence), OPT_I64(visible_ms) };
	r->in_flight.v = v;
	r->in_flight.n++;
}

void fifo_remove(
	struct call *call, const struct queue *q, struct changes *changes, struct message *m)
{
	struct sqs_group_record r;
	struct place before = place_of(m);
	message_erase(call, q, m);
	changes_add(changes, &before, NULL);
	if (!group_get(call, q, m->group, &r))
		return;
	group_note(call, &r, m->sequence, 0);
	group_settle(call, q, m->group, &r);
}

void fifo_set_visible(struct call *call, const struct queue *q, struct changes *changes,
	struct message *m, int64_t visible_ms)
{
	struct sqs_group_record r;
	struct place before = place_of(m);
	m->head.visible_ms = visible_ms;
	write_message(call, changes, m, &before);
	if (!group_get(call, q, m->group, &r))
		return;
	group_note(call, &r, m->sequence, visible_ms);
	group_settle(call, q, m->group, &r);
}

/* ---- receiving ---- */

static void take_one(
	struct call *call, struct take *t, struct message *m, struct sqs_group_record *r)
{
	struct place before = place_of(m);
	m->head.receives++;
	m->head.visible_ms = call->now_ms + t->visibility_ms;
	m->head.taken_ms = call->now_ms;
	m->head.nonce = random_u64();
	if (!m->head.received_ms)
		m->head.received_ms = call->now_ms;
	write_message(call, t->changes, m, &before);
	group_note(call, r, m->sequence, m->head.visible_ms);
	t->v[t->n++] = *m;
}

/* Takes what may be received of one group; in order, so the first that may not ends it. */
static void take_group(struct call *call, struct take *t, struct str group, size_t *examined)
{
	const struct queue *q = t->queue;
	int64_t receive_max = q->r.dead_letter_arn.n ? q->r.receive_max.v : 0;
	struct sqs_group_record r;
	struct message v[SQS_RECEIVE_MAX];
	if (!group_get(call, q, group, &r))
		return;
	r.in_flight.n = 0; /* the group is ready: none is in flight any more */
	for (bool again = true; again && t->n < t->max && *examined < SQS_EXAMINED_MAX;) {
		size_t before = t->n, found = group_messages(call, q, group, v, t->max - t->n);
		again = false;
		for (size_t i = 0; i < found; i++) {
			struct message *m = &v[i];
			struct place place = place_of(m);
			if (m->head.visible_ms > call->now_ms)
				break;
			++*examined;
			bool gone = message_is_expired(q, &m->head, call->now_ms) ||
				    (receive_max && m->head.receives >= receive_max &&
					    dead_letter_move(call, t, m));
			if (!gone) {
				take_one(call, t, m, &r);
				continue;
			}
			message_erase(call, q, m);
			changes_add(t->changes, &place, NULL);
			/* Its room is for one that comes after, unless what was taken would be
			 * looked at again. */
			again = true;
		}
		again &= t->n == before;
	}
	group_settle(call, q, group, &r);
}

/* The groups that are ready, n at most. */
static size_t look(struct call *call, struct take *t, struct str *groups, size_t n)
{
	struct str begin = place_kind(call->arena, t->queue->r.space.v, KIND_HEAD);
	struct txn_cursor c;
	size_t found = 0;
	t->more = false;
	t->next_ms = INT64_MAX;
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, begin), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part parts[3];
		if (key_decode(call->arena, str_from(c.key, begin.n), parts, 3) != 3)
			continue;
		if (parts[0].integer > call->now_ms) {
			t->next_ms = parts[0].integer;
			break;
		}
		if (found == n) {
			t->more = true;
			break;
		}
		groups[found++] = parts[2].text;
	}
	txn_cursor_close(&c);
	return found;
}

void fifo_take(struct call *call, struct take *t)
{
	struct str groups[SQS_RECEIVE_MAX];
	size_t examined = 0, found;
	t->n = 0;
	do {
		found = look(call, t, groups, t->max - t->n);
		for (size_t i = 0; i < found && t->n < t->max; i++)
			take_group(call, t, groups[i], &examined);
	} while (found && t->n < t->max && t->visibility_ms && examined < SQS_EXAMINED_MAX);
	/* What is left, of groups that were not come to or stay visible. */
	look(call, t, groups, 0);
}
