/* Log streams: making, finding, listing, deleting; and the cache that PutLogEvents finds them by.
 */
#include "services/logs/events.h"
#include "store/key.h"
#include <stdlib.h>

/* ---- records ---- */

struct str stream_key(struct call *call, int64_t group, struct str name)
{
	return KEY(call->arena, KEY_LITERAL("logs"), key_text(call->identity.account),
		key_text(call->identity.region), KEY_LITERAL("stream"), key_int(group),
		key_text(name));
}

bool stream_get(struct call *call, int64_t group, struct str name, struct logs_stream_record *out)
{
	*out = (struct logs_stream_record){ 0 };
	return call_get_record(call, stream_key(call, group, name), &logs_stream_record_shape, out);
}

void stream_create(
	struct call *call, int64_t group, struct str name, struct logs_stream_record *record)
{
	*record = (struct logs_stream_record){ OPT_I64(logs_next_id(call)), OPT_I64(call->now_ms) };
	call_put_record(call, stream_key(call, group, name), &logs_stream_record_shape, record);
}

/* ---- the cache ---- */

struct find_stream {
	struct str group, stream;
	bool create;
	bool missing;
	struct stream_ref ref;
};

static int find_stream_run(struct call *call, void *arg)
{
	struct find_stream *f = arg;
	struct logs_group_record group;
	struct logs_stream_record stream;
	bool writes = f->missing;
	if (!group_get(call, f->group, &group)) {
		if (!f->create)
			return group_require(call, f->group, &group);
		f->missing = true;
		if (!writes)
			return 0;
		group_create(call, f->group, &group);
	}
	if (!stream_get(call, group.id.v, f->stream, &stream)) {
		if (!f->create)
			return fail(call, &logs_resource_not_found_exception,
				"The specified log stream does not exist.");
		f->missing = true;
		if (!writes)
			return 0;
		stream_create(call, group.id.v, f->stream, &stream);
	}
	f->ref.group = group.id.v;
	f->ref.stream = stream.id.v;
	f->ref.retention_days = group.retention_in_days.v;
	return 0;
}

void stream_cache_fini(struct logs *logs)
{
	struct map_entry *e;
	for (size_t at = 0; map_next(&logs->streams, &at, &e);)
		free(e->value);
	map_fini(&logs->streams);
}

static void cache_put(struct logs *logs, struct str key, const struct stream_ref *ref)
{
	if (logs->streams.count >= LOGS_CACHE_MAX)
		stream_cache_fini(logs);
	struct stream_ref *kept = xmalloc(sizeof *kept);
	*kept = *ref;
	free(map_put(&logs->streams, key, kept));
}

int stream_find(
	struct call *call, struct str group, struct str stream, bool create, struct stream_ref *out)
{
	struct logs *logs = logs_state(call);
	struct str nul = { "", 1 };
	struct str parts[] = { call->identity.account, nul, call->identity.region, nul, group, nul,
		stream };
	struct str key = arena_concat(call->arena, parts, COUNT_OF(parts));
	uint64_t generation = store_generation(call->aws->store, STR("logs"));
	const struct stream_ref *known = map_get(&logs->streams, key);
	if (known && known->generation == generation) {
		*out = *known;
		return 0;
	}
	struct find_stream f = { .group = group, .stream = stream, .create = create };
	if (call_read(call, find_stream_run, &f) < 0)
		return -1;
	if (f.missing && call_write(call, find_stream_run, &f) < 0)
		return -1;
	f.ref.generation = generation;
	*out = f.ref;
	cache_put(logs, key, out);
	return 0;
}

/* ---- operations ---- */

int logs_create_log_stream(struct call *call, const struct logs_create_log_stream_input *in,
	struct logs_create_log_stream_output *out)
{
	(void)out;
	struct logs_group_record group;
	struct logs_stream_record stream;
	if (group_require(call, in->log_group_name, &group) < 0)
		return -1;
	if (stream_get(call, group.id.v, in->log_stream_name, &stream))
		return fail(call, &logs_resource_already_exists_exception,
			"The specified log stream already exists");
	stream_create(call, group.id.v, in->log_stream_name, &stream);
	return 0;
}

struct delete_stream {
	const struct logs_delete_log_stream_input *in;
	int64_t group, stream;
};

static struct str gone_key(struct call *call, const struct delete_stream *d)
{
	return KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("gone"), key_int(d->group),
		key_int(d->stream));
}

static int delete_stream_run(struct call *call, void *arg)
{
	struct delete_stream *d = arg;
	struct logs_group_record group;
	struct logs_stream_record stream;
	if (group_require(call, d->in->log_group_name, &group) < 0)
		return -1;
	if (!stream_get(call, group.id.v, d->in->log_stream_name, &stream))
		return fail(call, &logs_resource_not_found_exception,
			"The specified log stream does not exist.");
	d->group = group.id.v;
	d->stream = stream.id.v;
	txn_delete(call->txn, stream_key(call, d->group, d->in->log_stream_name));
	/* If the server ends here, the sweeper finds this and goes on. */
	txn_put(call->txn, gone_key(call, d), STR(""));
	return 0;
}

static int delete_stream_done(struct call *call, void *arg)
{
	txn_delete(call->txn, gone_key(call, arg));
	return 0;
}

int logs_delete_log_stream(struct call *call, const struct logs_delete_log_stream_input *in,
	struct logs_delete_log_stream_output *out)
{
	(void)out;
	struct delete_stream d = { .in = in };
	if (call_write(call, delete_stream_run, &d) < 0 ||
		events_delete(call, d.group, d.stream, POSITION_TIME_MAX) < 0 ||
		events_forget(call, d.group, d.stream) < 0)
		return -1;
	return call_write(call, delete_stream_done, &d);
}

/* ---- listing ---- */

struct listing {
	const struct logs_describe_log_streams_input *in;
	struct str group_name;
	int64_t group;
	struct stream_item {
		struct str name;
		int64_t id, created;
		struct logs_stream_stat stat;
	} * items;
	size_t n, cap, max; /* max: a page; 0: all of them */
};

static struct stream_item *listing_add(struct call *call, struct listing *l)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct stream_item *items = ARENA_ARRAY(call->arena, struct stream_item, cap);
		if (l->n)
			memcpy(items, l->items, l->n * sizeof *items);
		l->items = items;
		l->cap = cap;
	}
	return &l->items[l->n++];
}

/* In the order of names, from the token on: one more than a page, if there is one. */
static int names_run(struct call *call, void *arg)
{
	struct listing *l = arg;
	struct str prefix = l->in->log_stream_name_prefix,
		   token = l->max ? l->in->next_token : (struct str){ 0 };
	bool reverse = l->max && l->in->descending.v;
	struct str all = KEY(call->arena, KEY_LITERAL("logs"), key_text(call->identity.account),
		key_text(call->identity.region), KEY_LITERAL("stream"), key_int(l->group));
	struct str begin = all, end = key_range_end(call->arena, all);
	if (prefix.n) {
		begin = stream_key(call, l->group, prefix);
		/* Without the end of its text it is the prefix of all names that continue it; those
		 * end before 0xff. */
		struct str parts[] = { { begin.p, begin.n - 1 }, STR("\xff\xff") };
		end = arena_concat(call->arena, parts, 2);
	}
	if (token.p && reverse)
		end = stream_key(call, l->group, token);
	else if (token.p)
		begin = key_after(call->arena, stream_key(call, l->group, token));
	struct txn_cursor c;
	txn_cursor_open(call->txn, begin, end, reverse, &c);
	while ((!l->max || l->n <= l->max) && txn_cursor_next(&c)) {
		struct key_part name;
		struct logs_stream_record record = { 0 };
		if (key_decode(call->arena, str_from(c.key, all.n), &name, 1) != 1 ||
			record_decode(call->arena, &logs_stream_record_shape, c.value, &record) < 0)
			continue;
		*listing_add(call, l) = (struct stream_item){ name.text, record.id.v,
			record.created.v, { .name = STR("") } };
	}
	txn_cursor_close(&c);
	return 0;
}

static int stats_run(struct call *call, void *arg)
{
	struct listing *l = arg;
	for (size_t i = 0; i < l->n; i++)
		events_stream_stat(call, l->group, l->items[i].id, &l->items[i].stat);
	return 0;
}

/* Streams without events stand as if their last one were at time 0. */
static int compare_times(const void *a, const void *b)
{
	const struct stream_item *x = a, *y = b;
	if (x->stat.last.v != y->stat.last.v)
		return x->stat.last.v < y->stat.last.v ? -1 : 1;
	return str_cmp(x->name, y->name);
}

/* Sorts all by their last event and leaves the page after the token "time:name", and one more. */
static int page_by_time(struct call *call, struct listing *l, size_t max)
{
	bool descending = l->in->descending.v;
	struct stream_item after = { 0 };
	if (l->in->next_token.p) {
		struct str rest = l->in->next_token, time;
		if (!str_cut(&rest, ':', &time) || !rest.p ||
			str_to_i64(time, &after.stat.last.v) < 0)
			return fail(call, &logs_invalid_parameter_exception,
				"The specified nextToken is invalid.");
		after.name = rest;
	}
	if (l->n)
		qsort(l->items, l->n, sizeof *l->items, compare_times);
	for (size_t i = 0; descending && i < l->n / 2; i++) {
		struct stream_item kept = l->items[i];
		l->items[i] = l->items[l->n - 1 - i];
		l->items[l->n - 1 - i] = kept;
	}
	size_t first = 0;
	while (l->in->next_token.p && first < l->n &&
		(descending ? compare_times(&l->items[first], &after) >= 0
			    : compare_times(&l->items[first], &after) <= 0))
		first++;
	l->items += first;
	l->n = MIN(l->n - first, max + 1);
	return 0;
}

static void describe_stream(struct call *call, const struct listing *l,
	const struct stream_item *item, struct logs_log_stream *out)
{
	struct str arn = group_arn(call, l->group_name);
	*out = (struct logs_log_stream){
		.log_stream_name = item->name,
		.creation_time = OPT_I64(item->created),
		.first_event_timestamp = item->stat.first,
		.last_event_timestamp = item->stat.last,
		.last_ingestion_time = item->stat.ingested,
		.upload_sequence_token =
			arena_printf(call->arena, "%056lld", (long long)item->stat.ingested.v),
		.arn = arena_printf(
			call->arena, "%.*s:log-stream:%.*s", STR_ARG(arn), STR_ARG(item->name)),
		.stored_bytes = OPT_I64(0), /* AWS no longer counts it for streams */
	};
}

int logs_describe_log_streams(struct call *call, const struct logs_describe_log_streams_input *in,
	struct logs_describe_log_streams_output *out)
{
	struct logs_group_record group;
	struct listing l = { .in = in };
	bool by_time = str_is(in->order_by, "LastEventTime");
	size_t max = (size_t)(in->limit.set ? in->limit.v : LOGS_DESCRIBE_DEFAULT);
	if (by_time && in->log_stream_name_prefix.p)
		return fail(call, &logs_invalid_parameter_exception,
			"Cannot order by LastEventTime with a logStreamNamePrefix.");
	if (group_named(call, in->log_group_name, in->log_group_identifier, &l.group_name) < 0 ||
		group_find(call, l.group_name, &group) < 0)
		return -1;
	l.group = group.id.v;
	l.max = by_time ? 0 : max;
	if (call_read(call, names_run, &l) < 0 ||
		call_read_from(call, call->aws->telemetry, stats_run, &l) < 0 ||
		(by_time && page_by_time(call, &l, max) < 0))
		return -1;
	size_t n = MIN(l.n, max);
	out->log_streams =
		(struct logs_log_streams){ ARENA_ARRAY(call->arena, struct logs_log_stream, n), n };
	for (size_t i = 0; i < n; i++)
		describe_stream(call, &l, &l.items[i], &out->log_streams.v[i]);
	if (l.n > max && by_time)
		out->next_token = arena_printf(call->arena, "%lld:%.*s",
			(long long)l.items[n - 1].stat.last.v, STR_ARG(l.items[n - 1].name));
	else if (l.n > max)
		out->next_token = l.items[n - 1].name;
	return 0;
}
