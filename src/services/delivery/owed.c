/*
 * Keys: (delivery, owed, kind, lane, due, id) holds a record, (delivery, due, kind, due, lane) says
 * when the first of a lane is due. Before there were lanes a record stood at (delivery, due, id).
 */
#include "services/delivery/owed.h"
#include "base/random.h"
#include "store/key.h"
#include <stdlib.h>

enum { LANE_PARTS = 4, RECORD_PARTS = 6, INDEX_PARTS = 5, OLD_PARTS = 3 };

static const struct {
	size_t places, share;
} kinds[OWED_KINDS] = {
	[OWED_INSIDE] = { DELIVERY_INSIDE_MAX, DELIVERY_INSIDE_SHARE },
	[OWED_OUTSIDE] = { DELIVERY_OUTSIDE_MAX, DELIVERY_OUTSIDE_SHARE },
};

void owed_free(struct owed *owed)
{
	if (!owed)
		return;
	struct arena arena = owed->arena;
	free(owed);
	arena_fini(&arena);
}

/* ---- keys ---- */

static struct str lane_key(struct arena *arena, int64_t kind, struct str lane)
{
	return KEY(
		arena, KEY_LITERAL("delivery"), KEY_LITERAL("owed"), key_int(kind), key_text(lane));
}

static struct str index_prefix(struct arena *arena, int64_t kind)
{
	return KEY(arena, KEY_LITERAL("delivery"), KEY_LITERAL("due"), key_int(kind));
}

static struct str index_key(struct arena *arena, int64_t kind, int64_t due_ms, struct str lane)
{
	return KEY(arena, KEY_LITERAL("delivery"), KEY_LITERAL("due"), key_int(kind),
		key_int(due_ms), key_text(lane));
}

/* An endpoint is named by its subscription, whose ARN has a part more than a topic's. */
static enum owed_kind kind_of(const struct delivery_delivery_record *r)
{
	size_t colons = 0;
	for (size_t i = 0; i < r->target_arn.n; i++)
		colons += r->target_arn.p[i] == ':';
	return str_starts(r->target_arn, STR("arn:aws:sns:")) && colons > 5 ? OWED_OUTSIDE
									    : OWED_INSIDE;
}

/* ---- lanes ---- */

struct head {
	struct str key;
	int64_t due_ms;
};

/* The first records of the lane, at most n; how many there are. */
static size_t heads_of(struct call *call, struct str lane, struct head *heads, size_t n)
{
	struct txn_cursor c;
	size_t count = 0;
	txn_cursor_open(call->txn, lane, key_range_end(call->arena, lane), false, &c);
	while (count < n && txn_cursor_next(&c)) {
		struct key_part parts[RECORD_PARTS];
		if (key_decode(call->arena, c.key, parts, RECORD_PARTS) != RECORD_PARTS)
			continue;
		heads[count++] = (struct head){ arena_str(call->arena, c.key), parts[4].integer };
	}
	txn_cursor_close(&c);
	return count;
}

void owed_put(struct call *call, const struct delivery_delivery_record *record, int64_t due_ms)
{
	enum owed_kind kind = kind_of(record);
	struct str name = record->lane.n ? record->lane : record->target_arn;
	struct str lane = lane_key(call->arena, kind, name);
	struct head first;
	char id[UUID_LENGTH + 1];
	bool is_empty = heads_of(call, lane, &first, 1) == 0;
	if (!is_empty && first.due_ms > due_ms)
		txn_delete(call->txn, index_key(call->arena, kind, first.due_ms, name));
	if (is_empty || first.due_ms > due_ms)
		txn_put(call->txn, index_key(call->arena, kind, due_ms, name), STR(""));
	random_uuid(id);
	call_put_record(call,
		KEY(call->arena, KEY_LITERAL("delivery"), KEY_LITERAL("owed"), key_int(kind),
			key_text(name), key_int(due_ms), key_text(str_c(id))),
		&delivery_delivery_record_shape, record);
}

void owed_remove(struct call *call, struct str key)
{
	struct key_part parts[RECORD_PARTS];
	struct head heads[2];
	int r = key_decode(call->arena, key, parts, RECORD_PARTS);
	assert(r == RECORD_PARTS);
	int64_t kind = parts[2].integer;
	struct str name = parts[3].text;
	size_t n = heads_of(call, lane_key(call->arena, kind, name), heads, COUNT_OF(heads));
	txn_use_reserve(call->txn);
	txn_delete(call->txn, key);
	if (n == 0 || !str_eq(heads[0].key, key) || (n == 2 && heads[1].due_ms == heads[0].due_ms))
		return;
	txn_delete(call->txn, index_key(call->arena, kind, heads[0].due_ms, name));
	if (n == 2)
		txn_put(call->txn, index_key(call->arena, kind, heads[1].due_ms, name), STR(""));
}

/* ---- finding what is due ---- */

static struct owed *owed_of(int64_t kind, struct str lane, struct str key, struct str bytes)
{
	struct owed *owed = xcalloc(1, sizeof *owed);
	owed->kind = (enum owed_kind)kind;
	owed->lane = arena_str(&owed->arena, lane);
	owed->key = arena_str(&owed->arena, key);
	if (record_decode(&owed->arena, &delivery_delivery_record_shape,
		    arena_str(&owed->arena, bytes), &owed->record) == 0)
		return owed;
	owed_free(owed);
	return NULL;
}

static void note_next(struct owed_search *s, int64_t due_ms)
{
	if (s->next_ms < 0 || due_ms < s->next_ms)
		s->next_ms = due_ms;
}

/*
 * The first place is a lane's as long as there is one; another only while it holds less than a part
 * of those that are free. So a slow target leaves most of them to the others, and each further one
 * takes less: some 70 hosts that never answer fill the places of 512 (the thresholds of shared
 * buffers in switches: Choudhury and Hahne, "Dynamic queue length thresholds", 1998).
 */
static bool has_share(int64_t kind, size_t held, size_t free_places)
{
	return free_places && held < MAX(free_places / kinds[kind].share, 1);
}

static void find_in_lane(struct txn *txn, struct owed_search *s, struct arena *arena, int64_t kind,
	struct str name, size_t *free_places)
{
	struct str lane = lane_key(arena, kind, name);
	const struct owed_lane *known = map_get(s->lanes, lane);
	size_t held = known ? known->running : 0;
	struct txn_cursor c;
	if (!has_share(kind, held, *free_places))
		return;
	txn_cursor_open(txn, lane, key_range_end(arena, lane), false, &c);
	while (has_share(kind, held, *free_places) && txn_cursor_next(&c)) {
		struct key_part parts[RECORD_PARTS];
		s->looked_at++;
		if (map_get(s->under_way, c.key) ||
			key_decode(arena, c.key, parts, RECORD_PARTS) != RECORD_PARTS)
			continue;
		if (parts[4].integer > s->now_ms) {
			note_next(s, parts[4].integer);
			break;
		}
		struct owed *owed = owed_of(kind, lane, c.key, c.value);
		if (!owed)
			continue;
		s->found[s->n++] = owed;
		held++;
		--*free_places;
	}
	txn_cursor_close(&c);
}

static void find_kind(struct txn *txn, struct owed_search *s, struct arena *arena, int64_t kind)
{
	struct str prefix = index_prefix(arena, kind);
	size_t free_places = kinds[kind].places - MIN(s->running[kind], kinds[kind].places);
	struct txn_cursor c;
	txn_cursor_open(txn, prefix, key_range_end(arena, prefix), false, &c);
	while (free_places && txn_cursor_next(&c)) {
		struct key_part parts[INDEX_PARTS];
		s->looked_at++;
		if (key_decode(arena, c.key, parts, INDEX_PARTS) != INDEX_PARTS)
			continue;
		if (parts[3].integer > s->now_ms) {
			note_next(s, parts[3].integer);
			break;
		}
		find_in_lane(txn, s, arena, kind, parts[4].text, &free_places);
	}
	txn_cursor_close(&c);
}

void owed_find(struct txn *txn, struct owed_search *s)
{
	struct arena arena = { 0 };
	for (size_t i = 0; i < s->n; i++)
		owed_free(s->found[i]); /* of a run before */
	s->n = s->looked_at = 0;
	s->next_ms = -1;
	for (int64_t kind = 0; kind < OWED_KINDS; kind++)
		find_kind(txn, s, &arena, kind);
	arena_fini(&arena);
}

/* ---- records from before ---- */

bool owed_adopt(struct call *call)
{
	/* Texts sort before numbers: what is behind the lanes and their index has no other owner.
	 */
	struct str begin = key_range_end(
		call->arena, KEY(call->arena, KEY_LITERAL("delivery"), KEY_LITERAL("owed")));
	struct str end = key_range_end(call->arena, KEY(call->arena, KEY_LITERAL("delivery")));
	struct str keys[DELIVERY_ADOPTED_MAX], values[DELIVERY_ADOPTED_MAX];
	int64_t due_ms[DELIVERY_ADOPTED_MAX];
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, begin, end, false, &c);
	while (n < DELIVERY_ADOPTED_MAX && txn_cursor_next(&c)) {
		struct key_part parts[OLD_PARTS];
		if (key_decode(call->arena, c.key, parts, OLD_PARTS) != OLD_PARTS)
			continue;
		due_ms[n] = parts[1].integer;
		keys[n] = arena_str(call->arena, c.key);
		values[n++] = arena_str(call->arena, c.value);
	}
	txn_cursor_close(&c);
	txn_use_reserve(call->txn);
	for (size_t i = 0; i < n; i++) {
		struct delivery_delivery_record r = { 0 };
		if (record_decode(call->arena, &delivery_delivery_record_shape, values[i], &r) == 0)
			owed_put(call, &r, due_ms[i]);
		txn_delete(call->txn, keys[i]);
	}
	return n == DELIVERY_ADOPTED_MAX;
}
