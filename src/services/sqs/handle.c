/* Receipt handles: where a message stands, and the number that its latest receive gave it. */
#include "base/encode.h"
#include "services/sqs/internal.h"
#include <errno.h>

struct packed {
	unsigned char mark[4]; /* in base64 they begin as AWS's do, "AQEB" */
	unsigned char spare[4];
	int64_t queue, space, visible_ms, sequence;
	uint64_t nonce;
};

static const unsigned char mark[4] = { 1, 1, 1, 1 };

struct str handle_encode(struct arena *arena, const struct handle *h)
{
	struct packed p = { .queue = h->queue,
		.space = h->space,
		.visible_ms = h->visible_ms,
		.sequence = h->sequence,
		.nonce = h->nonce };
	memcpy(p.mark, mark, sizeof mark);
	struct str parts[] = { { (const char *)&p, sizeof p }, h->group };
	return base64_encode(arena, arena_concat(arena, parts, h->group.n ? 2 : 1));
}

int handle_decode(struct arena *arena, struct str text, struct handle *out)
{
	struct str bytes;
	struct packed p;
	if (base64_decode(arena, text, &bytes) < 0 || bytes.n < sizeof p ||
		bytes.n > sizeof p + SQS_GROUP_BYTES_MAX)
		return -EINVAL;
	memcpy(&p, bytes.p, sizeof p);
	if (memcmp(p.mark, mark, sizeof mark) != 0)
		return -EINVAL;
	*out = (struct handle){ p.queue, p.space, p.visible_ms, p.sequence, p.nonce,
		str_from(bytes, sizeof p) };
	return 0;
}

static bool read_at(struct call *call, struct message *m)
{
	struct str value;
	if (!txn_get(call->txn, m->key, call->arena, &value) || !message_head_read(value, &m->head))
		return false;
	m->record = message_rest(value);
	return true;
}

static bool find_standard(
	struct call *call, const struct queue *q, const struct handle *h, struct message *m)
{
	struct str value;
	int64_t visible_ms;
	m->key = place_standard(call->arena, q->r.space.v, h->visible_ms, h->sequence);
	if (read_at(call, m))
		return true;
	struct str pointer = KEY(call->arena, KEY_LITERAL("sqs.m"), key_int(q->r.space.v),
		key_int(KIND_PLACE), key_int(h->sequence));
	if (!txn_get(call->txn, pointer, call->arena, &value) || str_to_i64(value, &visible_ms) < 0)
		return false;
	m->key = place_standard(call->arena, q->r.space.v, visible_ms, h->sequence);
	return read_at(call, m);
}

enum found handle_find(
	struct call *call, const struct queue *q, const struct handle *h, struct message *m)
{
	*m = (struct message){ .sequence = h->sequence, .group = h->group };
	if (h->space != q->r.space.v)
		return FOUND_NONE;
	if (q->r.is_fifo.v) {
		m->key = place_fifo(call->arena, q->r.space.v, h->group, h->sequence);
		if (!read_at(call, m))
			return FOUND_NONE;
	} else if (!find_standard(call, q, h, m)) {
		return FOUND_NONE;
	}
	if (m->head.nonce != h->nonce)
		return FOUND_NONE;
	return m->head.visible_ms > call->now_ms ? FOUND_IN_FLIGHT : FOUND_VISIBLE;
}
