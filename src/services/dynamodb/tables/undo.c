/* Undo records: written, walked and trimmed. */
#include "services/dynamodb/tables/undo.h"

static struct str undo_prefix(struct call *call, int64_t number)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-undo"), key_int(number));
}

static struct str age_prefix(struct call *call, int64_t number)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-undo-age"), key_int(number));
}

static struct str join(struct call *call, struct str a, struct str b)
{
	struct str both[] = { a, b };
	return arena_concat(call->arena, both, 2);
}

static struct str at_time(struct call *call, struct str key, int64_t ms)
{
	return join(call, key, KEY(call->arena, key_int(ms)));
}

struct str ddb_undo_key(struct call *call, int64_t undo_number)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
		KEY_LITERAL("undo"), key_int(undo_number));
}

int64_t ddb_undo_earliest_ms(struct call *call, const struct table *t)
{
	return MAX(t->r.undo_since.ms, call->now_ms - t->r.undo_days.v * INT64_C(86400000));
}

/* ---- written ---- */

void ddb_undo_keep(struct call *call, const struct table *t, int64_t at_ms, struct str key,
	const struct dynamodb_attributes *before, struct str after_bytes)
{
	struct str item = str_from(key, items_prefix(call, t, 0).n);
	struct str was = before ? item_encode(call, before) : STR("");
	struct str kept =
		at_time(call, join(call, undo_prefix(call, t->r.undo_number.v), item), at_ms);
	/* The first of a millisecond is the one that a moment before it asks for. */
	if (str_eq(was, after_bytes) || txn_exists(call->txn, kept))
		return;
	txn_put(call->txn, kept, was);
	txn_put(call->txn,
		join(call, at_time(call, age_prefix(call, t->r.undo_number.v), at_ms), item),
		STR(""));
}

void ddb_undo_drop(struct call *call, int64_t undo_number)
{
	struct dynamodb_job_record job =
		job_under(call, "delete", undo_prefix(call, undo_number), OPT_I64(undo_number), 0);
	job_put(call, &job);
	job = job_under(call, "delete", age_prefix(call, undo_number), OPT_I64(undo_number), 1);
	job_put(call, &job);
	txn_delete(call->txn, ddb_undo_key(call, undo_number));
}

/* ---- walked ---- */

struct merge {
	struct call *call;
	struct undo_walk *w;
	struct str items, undo;     /* prefixes */
	struct txn_cursor at_items; /* not of a walk over changes */
	struct str item, changed;   /* keys without them; p == NULL: there is no more */
};

/* The item's key in a record's, and the record's time. */
static struct str split(struct call *call, struct str key, struct str prefix, int64_t *ms)
{
	struct key_part p[4];
	struct str rest = str_from(key, prefix.n);
	int n = key_decode(call->arena, rest, p, COUNT_OF(p));
	assert(n > 1 && p[n - 1].type == KEY_INTEGER);
	*ms = p[n - 1].integer;
	return arena_str(call->arena, str_sub(rest, 0, rest.n - KEY(call->arena, key_int(*ms)).n));
}

/* To the first item with records after this one. */
static void next_changed(struct merge *m, struct str after)
{
	struct arena *arena = m->call->arena;
	struct str begin = after.n ? key_range_end(arena, join(m->call, m->undo, after)) : m->undo;
	struct txn_cursor c;
	int64_t ms;
	m->changed = (struct str){ 0 };
	txn_cursor_open(m->call->txn, begin, key_range_end(arena, m->undo), false, &c);
	if (txn_cursor_next(&c))
		m->changed = split(m->call, c.key, m->undo, &ms);
	txn_cursor_close(&c);
}

static void next_item(struct merge *m)
{
	m->item = (struct str){ 0 };
	if (!m->w->is_changes && txn_cursor_next(&m->at_items))
		m->item = arena_str(m->call->arena, str_from(m->at_items.key, m->items.n));
}

/* The item's first record later than the moment, if there is one: what it was, and when. */
static bool later(
	struct merge *m, struct str item, int64_t moment_ms, struct str *was, int64_t *at_ms)
{
	struct call *call = m->call;
	struct str key = join(call, m->undo, item);
	struct txn_cursor c;
	txn_cursor_open(call->txn, at_time(call, key, moment_ms + 1),
		key_range_end(call->arena, key), false, &c);
	bool found = txn_cursor_next(&c);
	if (found) {
		*was = arena_str(call->arena, c.value);
		split(call, c.key, m->undo, at_ms);
	}
	txn_cursor_close(&c);
	return found;
}

static int64_t last_time(struct merge *m, struct str item)
{
	struct call *call = m->call;
	struct str key = join(call, m->undo, item);
	struct txn_cursor c;
	int64_t ms = 0;
	txn_cursor_open(call->txn, key, at_time(call, key, m->w->moment_ms + 1), true, &c);
	if (txn_cursor_next(&c))
		split(call, c.key, m->undo, &ms);
	txn_cursor_close(&c);
	return ms;
}

/* Whether the item belongs to the answer. */
static bool look_at(
	struct merge *m, struct str key, bool is_item, bool is_changed, struct undo_item *out)
{
	struct call *call = m->call;
	int64_t ms;
	*out = (struct undo_item){ .key = key };
	if (m->w->is_changes) {
		if (!later(m, key, m->w->since_ms, &out->was, &ms) || ms > m->w->moment_ms)
			return false;
		out->written_ms = last_time(m, key);
	}
	if (is_changed && later(m, key, m->w->moment_ms, &out->now, &ms))
		return out->now.n || out->was.n;
	if (is_item)
		out->now = arena_str(call->arena, m->at_items.value);
	else if (m->w->is_changes)
		txn_get(call->txn, join(call, m->items, key), call->arena, &out->now);
	return out->now.n || out->was.n;
}

void ddb_undo_walk(struct call *call, struct undo_walk *w)
{
	struct merge m = { .call = call,
		.w = w,
		.items = items_prefix(call, w->source, 0),
		.undo = undo_prefix(call, w->source->r.undo_number.v) };
	size_t bytes = 0;
	w->v = ARENA_ARRAY(call->arena, struct undo_item, DDB_SWEEP_CHUNK);
	w->n = 0;
	if (!w->is_changes)
		txn_cursor_open(call->txn,
			w->from.n ? key_after(call->arena, join(call, m.items, w->from)) : m.items,
			key_range_end(call->arena, m.items), false, &m.at_items);
	next_item(&m);
	next_changed(&m, w->from);
	for (size_t i = 0; i < DDB_SWEEP_CHUNK && bytes < DDB_SWEEP_BYTES; i++) {
		if (!m.item.p && !m.changed.p)
			break;
		int order = !m.changed.p ? -1 : !m.item.p ? 1 : str_cmp(m.item, m.changed);
		bool is_item = order <= 0, is_changed = order >= 0;
		w->from = is_item ? m.item : m.changed;
		if (look_at(&m, w->from, is_item, is_changed, &w->v[w->n])) {
			bytes += w->v[w->n].now.n + w->v[w->n].was.n;
			w->n++;
		}
		if (is_item)
			next_item(&m);
		if (is_changed)
			next_changed(&m, w->from);
	}
	w->more = m.item.p || m.changed.p;
	txn_cursor_close(&m.at_items);
}

/* ---- trimmed ---- */

/* The end of what is too old of these records; false: nothing is, or they are being read. */
static bool old_end(struct call *call, struct str key, struct str *begin, struct str *end)
{
	struct dynamodb_undo_record r = { 0 };
	struct key_part p[4];
	struct table t;
	if (key_decode(call->arena, key, p, 4) != 4 ||
		!call_get_record(call, key, &dynamodb_undo_record_shape, &r) || r.readers.v ||
		!ddb_table_get(call, r.account, r.region, r.table, &t) ||
		t.r.undo_number.v != p[3].integer)
		return false;
	*begin = age_prefix(call, p[3].integer);
	*end = at_time(call, *begin, ddb_undo_earliest_ms(call, &t) + 1);
	return true;
}

static bool is_due(struct call *call, struct str key, struct str value)
{
	struct str begin, end;
	struct txn_cursor c;
	(void)value;
	if (!old_end(call, key, &begin, &end))
		return false;
	txn_cursor_open(call->txn, begin, end, false, &c);
	bool any = txn_cursor_next(&c);
	txn_cursor_close(&c);
	return any;
}

int ddb_undo_trim_look(struct call *call, void *arg)
{
	struct str all = KEY(
		call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""), KEY_LITERAL("undo"));
	ddb_trim_look(call, arg, all, key_range_end(call->arena, all), is_due);
	return 0;
}

/* The record that an entry of the order of time stands for. */
static struct str record_of(struct call *call, struct str age_key, struct str begin)
{
	struct key_part p[5], number[2];
	struct str rest = str_from(age_key, begin.n);
	int n = key_decode(call->arena, rest, p, COUNT_OF(p)),
	    k = key_decode(call->arena, begin, number, COUNT_OF(number));
	assert(n > 1 && k == 2);
	struct str item = str_from(rest, KEY(call->arena, key_int(p[0].integer)).n);
	return at_time(call, join(call, undo_prefix(call, number[1].integer), item), p[0].integer);
}

int ddb_undo_trim_run(struct call *call, void *arg)
{
	struct trim *t = arg;
	struct str *keys = ARENA_ARRAY(call->arena, struct str, DDB_SWEEP_CHUNK);
	size_t n = 0;
	for (size_t i = 0; i < t->n && n < DDB_SWEEP_CHUNK; i++) {
		struct str begin, end;
		struct txn_cursor c;
		size_t first = n;
		if (!old_end(call, t->due[i], &begin, &end))
			continue;
		txn_cursor_open(call->txn, begin, end, false, &c);
		while (n < DDB_SWEEP_CHUNK && txn_cursor_next(&c))
			keys[n++] = arena_str(call->arena, c.key);
		txn_cursor_close(&c);
		for (size_t k = first; k < n; k++) {
			txn_delete(call->txn, record_of(call, keys[k], begin));
			txn_delete(call->txn, keys[k]);
		}
	}
	t->more = n == DDB_SWEEP_CHUNK;
	return 0;
}
