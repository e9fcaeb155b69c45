/* Events in the telemetry store: appending, walking and deleting them. */
#include "services/logs/events.h"
#include "base/encode.h"
#include "store/key.h"

enum { EVENT_HEAD_BYTES = 16 }; /* before the message: when it came, and its stream */

static struct str event_key(struct arena *arena, int64_t group, struct position at)
{
	return KEY(arena, KEY_LITERAL("logs"), KEY_LITERAL("e"), key_int(group), key_int(at.time),
		key_int(at.sequence));
}

static struct str index_key(struct arena *arena, int64_t group, int64_t stream, struct position at)
{
	return KEY(arena, KEY_LITERAL("logs"), KEY_LITERAL("s"), key_int(group), key_int(stream),
		key_int(at.time), key_int(at.sequence));
}

static struct str group_stat_key(struct arena *arena, int64_t group)
{
	return KEY(arena, KEY_LITERAL("logs"), KEY_LITERAL("g"), key_int(group));
}

static struct str stream_stat_key(struct arena *arena, int64_t group, int64_t stream)
{
	return KEY(arena, KEY_LITERAL("logs"), KEY_LITERAL("t"), key_int(group), key_int(stream));
}

void events_group_stat(struct call *call, int64_t group, struct logs_group_stat *out)
{
	*out = (struct logs_group_stat){ 0 };
	call_get_record(call, group_stat_key(call->arena, group), &logs_group_stat_shape, out);
}

void events_stream_stat(
	struct call *call, int64_t group, int64_t stream, struct logs_stream_stat *out)
{
	*out = (struct logs_stream_stat){ 0 };
	call_get_record(
		call, stream_stat_key(call->arena, group, stream), &logs_stream_stat_shape, out);
}

/* ---- appending ---- */

struct append {
	const struct stream_ref *ref;
	struct str stream;
	const struct logs_input_log_event *events;
	size_t count;
	call_fn *with;
	void *arg;
	int64_t sequence;
};

static int append_run(struct call *call, void *arg)
{
	struct append *a = arg;
	struct logs_group_stat group;
	struct logs_stream_stat stream;
	events_group_stat(call, a->ref->group, &group);
	events_stream_stat(call, a->ref->group, a->ref->stream, &stream);
	int64_t sequence = group.sequence.v + 1, bytes = group.bytes.v;
	size_t longest = 0;
	for (size_t i = 0; i < a->count; i++)
		longest = MAX(longest, a->events[i].message.n);
	char *value = arena_alloc(call->arena, EVENT_HEAD_BYTES + longest);
	memcpy(value, &call->now_ms, 8);
	memcpy(value + 8, &a->ref->stream, 8);
	a->sequence = sequence;
	for (size_t i = 0; i < a->count; i++) {
		const struct logs_input_log_event *e = &a->events[i];
		struct position at = { e->timestamp.v, sequence++ };
		memcpy(value + EVENT_HEAD_BYTES, e->message.p, e->message.n);
		txn_put(call->txn, event_key(call->arena, a->ref->group, at),
			(struct str){ value, EVENT_HEAD_BYTES + e->message.n });
		txn_put(call->txn, index_key(call->arena, a->ref->group, a->ref->stream, at),
			STR(""));
		bytes += (int64_t)e->message.n + LOGS_EVENT_OVERHEAD;
		if (!stream.first.set || e->timestamp.v < stream.first.v)
			stream.first = OPT_I64(e->timestamp.v);
		if (!stream.last.set || e->timestamp.v > stream.last.v)
			stream.last = OPT_I64(e->timestamp.v);
	}
	group = (struct logs_group_stat){ .bytes = OPT_I64(bytes),
		.sequence = OPT_I64(sequence - 1) };
	stream.name = a->stream;
	stream.ingested = OPT_I64(call->now_ms);
	call_put_record(
		call, group_stat_key(call->arena, a->ref->group), &logs_group_stat_shape, &group);
	call_put_record(call, stream_stat_key(call->arena, a->ref->group, a->ref->stream),
		&logs_stream_stat_shape, &stream);
	return a->with ? a->with(call, a->arg) : 0;
}

int events_append(struct call *call, const struct stream_ref *ref, struct str stream,
	const struct logs_input_log_event *events, size_t count, call_fn *with, void *arg,
	int64_t *sequence)
{
	struct append a = { ref, stream, events, count, with, arg, 0 };
	if (call_write_to(call, call->aws->telemetry, append_run, &a) < 0)
		return -1;
	*sequence = a.sequence;
	return 0;
}

/* ---- walking ---- */

/* The time and sequence at a key's end; prefix is what stands before them. */
static bool decode_position(
	struct arena *arena, struct str key, size_t prefix, struct position *out)
{
	struct key_part parts[2];
	if (key.n < prefix || key_decode(arena, str_from(key, prefix), parts, 2) != 2)
		return false;
	*out = (struct position){ parts[0].integer, parts[1].integer };
	return true;
}

static bool decode_event(struct str value, struct log_event *e)
{
	if (value.n < EVENT_HEAD_BYTES)
		return false;
	memcpy(&e->ingested, value.p, 8);
	memcpy(&e->stream, value.p + 8, 8);
	e->message = str_from(value, EVENT_HEAD_BYTES);
	return true;
}

static size_t walk_prefix(struct arena *arena, const struct event_walk *w)
{
	return w->stream ? KEY(arena, KEY_LITERAL("logs"), KEY_LITERAL("s"), key_int(w->group),
				   key_int(w->stream))
				   .n
			 : KEY(arena, KEY_LITERAL("logs"), KEY_LITERAL("e"), key_int(w->group)).n;
}

static struct str walk_key(struct arena *arena, const struct event_walk *w, struct position at)
{
	return w->stream ? index_key(arena, w->group, w->stream, at)
			 : event_key(arena, w->group, at);
}

static int walk_run(struct call *call, void *arg)
{
	struct event_walk *w = arg;
	struct arena scratch = { 0 }; /* events of a stream are fetched one by one */
	size_t prefix = walk_prefix(call->arena, w), bytes = 0, count = 0;
	struct txn_cursor c;
	bool more = false;
	txn_cursor_open(call->txn, walk_key(call->arena, w, w->from),
		walk_key(call->arena, w, w->to), w->reverse, &c);
	while (txn_cursor_next(&c)) {
		struct log_event e;
		struct str value = c.value;
		if (count == LOGS_SCAN_SLICE || bytes > LOGS_SCAN_SLICE_BYTES) {
			more = true;
			break;
		}
		if (!decode_position(call->arena, c.key, prefix, &e.at))
			continue;
		arena_reset(&scratch);
		if (w->stream &&
			!txn_get(call->txn, event_key(&scratch, w->group, e.at), &scratch, &value))
			continue;
		if (!decode_event(value, &e))
			continue;
		if (!w->visit(w->arg, &e)) {
			more = true;
			break;
		}
		if (w->reverse)
			w->to = e.at;
		else
			w->from = (struct position){ e.at.time, e.at.sequence + 1 };
		count++;
		bytes += e.message.n;
	}
	txn_cursor_close(&c);
	arena_fini(&scratch);
	w->seen += count;
	w->ended = !more;
	return 0;
}

int events_walk(struct call *call, struct event_walk *w)
{
	if (position_cmp(w->from, w->to) >= 0) {
		w->ended = true;
		return 0;
	}
	return call_read_from(call, call->aws->telemetry, walk_run, w);
}

struct name_query {
	int64_t group, stream;
	struct str name;
};

static int name_run(struct call *call, void *arg)
{
	struct name_query *q = arg;
	struct logs_stream_stat stat;
	events_stream_stat(call, q->group, q->stream, &stat);
	q->name = stat.name;
	return 0;
}

struct str events_stream_name(struct call *call, int64_t group, int64_t stream)
{
	struct name_query q = { group, stream, { 0 } };
	if (call->txn)
		name_run(call, &q);
	else if (call_read_from(call, call->aws->telemetry, name_run, &q) < 0)
		call->error = (struct call_error){ 0 };
	return q.name.p ? q.name : STR("");
}

/* ---- deleting ---- */

struct deletion {
	int64_t group, stream, before_ms;
	bool more;
};

/* What is deleted is gathered first: a walk may or may not see its own writes. */
static int delete_run(struct call *call, void *arg)
{
	struct deletion *d = arg;
	struct event_walk w = { .group = d->group, .stream = d->stream };
	size_t prefix = walk_prefix(call->arena, &w), n = 0;
	struct position *at = ARENA_ARRAY(call->arena, struct position, LOGS_DELETE_SLICE);
	struct txn_cursor c;
	txn_cursor_open(call->txn, walk_key(call->arena, &w, (struct position){ 0, 0 }),
		walk_key(call->arena, &w, (struct position){ d->before_ms, 0 }), false, &c);
	while (n < LOGS_DELETE_SLICE && txn_cursor_next(&c))
		n += decode_position(call->arena, c.key, prefix, &at[n]);
	txn_cursor_close(&c);
	d->more = n == LOGS_DELETE_SLICE;
	if (!n)
		return 0;
	struct logs_group_stat stat;
	events_group_stat(call, d->group, &stat);
	for (size_t i = 0; i < n; i++) {
		struct str key = event_key(call->arena, d->group, at[i]), value;
		struct log_event e = { .stream = d->stream };
		if (txn_get(call->txn, key, call->arena, &value) && decode_event(value, &e))
			stat.bytes.v -= (int64_t)e.message.n + LOGS_EVENT_OVERHEAD;
		txn_delete(call->txn, key);
		txn_delete(call->txn, index_key(call->arena, d->group, e.stream, at[i]));
	}
	stat.bytes = OPT_I64(MAX(stat.bytes.v, 0));
	stat.sequence.set = true;
	call_put_record(call, group_stat_key(call->arena, d->group), &logs_group_stat_shape, &stat);
	return 0;
}

int events_delete(struct call *call, int64_t group, int64_t stream, int64_t before_ms)
{
	struct deletion d = { group, stream, before_ms, true };
	struct arena *arena = call->arena, scratch = { 0 };
	int r = 0;
	/* A group may be of any size: no more memory than one slice takes. */
	while (r == 0 && d.more) {
		call->arena = &scratch;
		r = call_write_to(call, call->aws->telemetry, delete_run, &d);
		call->arena = arena;
		if (r < 0)
			call->error.message = arena_str(arena, call->error.message);
		arena_reset(&scratch);
	}
	arena_fini(&scratch);
	return r;
}

static int forget_run(struct call *call, void *arg)
{
	struct deletion *d = arg;
	if (d->stream) {
		txn_delete(call->txn, stream_stat_key(call->arena, d->group, d->stream));
		return 0;
	}
	struct str streams =
		KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("t"), key_int(d->group));
	txn_delete_range(call->txn, streams, key_range_end(call->arena, streams));
	txn_delete(call->txn, group_stat_key(call->arena, d->group));
	return 0;
}

int events_forget(struct call *call, int64_t group, int64_t stream)
{
	struct deletion d = { group, stream, 0, false };
	return call_write_to(call, call->aws->telemetry, forget_run, &d);
}

struct group_list {
	int64_t *ids;
	size_t n, cap;
};

static int groups_run(struct call *call, void *arg)
{
	struct group_list *list = arg;
	struct str prefix = KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("g"));
	struct txn_cursor c;
	list->n = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part id;
		if (key_decode(call->arena, str_from(c.key, prefix.n), &id, 1) != 1)
			continue;
		if (list->n == list->cap) {
			list->cap = list->cap ? list->cap * 2 : 64;
			int64_t *ids = ARENA_ARRAY(call->arena, int64_t, list->cap);
			if (list->n)
				memcpy(ids, list->ids, list->n * sizeof *ids);
			list->ids = ids;
		}
		list->ids[list->n++] = id.integer;
	}
	txn_cursor_close(&c);
	return 0;
}

int events_groups(struct call *call, int64_t **ids, size_t *n)
{
	struct group_list list = { 0 };
	if (call_read_from(call, call->aws->telemetry, groups_run, &list) < 0)
		return -1;
	*ids = list.ids;
	*n = list.n;
	return 0;
}
