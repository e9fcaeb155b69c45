/* What is a day old goes: records of streams, and streams that were closed (ibid., "Data retention
 * limit for DynamoDB Streams"). */
#include "services/dynamodb/tables/stream.h"

static bool is_old(struct call *call, int64_t at_ms)
{
	return at_ms <= call->now_ms - DDB_STREAM_AGE_MS;
}

/* ---- looking ---- */

static bool first_is_old(struct call *call, int64_t stream, bool *any)
{
	struct dynamodbstreams_change_stored r = { 0 };
	struct str prefix = KEY(call->arena, KEY_LITERAL("dynamodb-stream"), key_int(stream));
	struct txn_cursor c;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	*any = txn_cursor_next(&c);
	bool old = *any && (record_decode(call->arena, &dynamodbstreams_change_stored_shape,
				    c.value, &r) < 0 ||
				   is_old(call, r.at.v));
	txn_cursor_close(&c);
	return old;
}

static bool is_due(struct call *call, struct str key, struct str value)
{
	struct dynamodbstreams_stream_stored r = { 0 };
	bool any;
	(void)key;
	if (record_decode(call->arena, &dynamodbstreams_stream_stored_shape, value, &r) < 0)
		return false;
	return first_is_old(call, r.number.v, &any) ||
	       (!any && r.closed.set && is_old(call, r.closed.ms));
}

void ddb_trim_look(struct call *call, struct trim *t, struct str begin, struct str end,
	bool (*due)(struct call *call, struct str key, struct str value))
{
	struct str from = t->from.n ? arena_str(call->arena, t->from) : begin;
	struct txn_cursor c;
	*t = (struct trim){ .due = ARENA_ARRAY(call->arena, struct str, DDB_STREAM_SWEEP_CHUNK) };
	txn_cursor_open(call->txn, from, end, false, &c);
	for (size_t i = 0; txn_cursor_next(&c); i++) {
		struct str key = arena_str(call->arena, c.key);
		if (i == DDB_STREAM_SWEEP_CHUNK) {
			t->more = true;
			t->from = key;
			break;
		}
		if (due(call, key, arena_str(call->arena, c.value)))
			t->due[t->n++] = key;
	}
	txn_cursor_close(&c);
}

int ddb_stream_trim_look(struct call *call, void *arg)
{
	struct str all = KEY(call->arena, KEY_LITERAL("dynamodb-streams"));
	ddb_trim_look(call, arg, all, key_range_end(call->arena, all), is_due);
	return 0;
}

/* ---- deleting ---- */

/* Deletes what is a day old, at most *left records: true when the stream is empty. */
static bool trim_records(struct call *call, int64_t stream, size_t *left)
{
	struct str prefix = KEY(call->arena, KEY_LITERAL("dynamodb-stream"), key_int(stream));
	struct dynamodbstreams_stream_place place = { 0 };
	struct str *keys = ARENA_ARRAY(call->arena, struct str, *left);
	struct key_part p[3];
	struct txn_cursor c;
	size_t n = 0;
	bool any;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while ((any = txn_cursor_next(&c)) && n < *left) {
		struct dynamodbstreams_change_stored r = { 0 };
		if (record_decode(call->arena, &dynamodbstreams_change_stored_shape, c.value, &r) ==
				0 &&
			!is_old(call, r.at.v))
			break;
		keys[n++] = arena_str(call->arena, c.key);
	}
	txn_cursor_close(&c);
	for (size_t i = 0; i < n; i++)
		txn_delete(call->txn, keys[i]);
	*left -= n;
	if (n == 0 || key_decode(call->arena, keys[n - 1], p, 3) != 3)
		return !any;
	call_get_record(call, ddb_stream_place_key(call, stream),
		&dynamodbstreams_stream_place_shape, &place);
	place.trimmed = OPT_I64(p[2].integer);
	call_put_record(call, ddb_stream_place_key(call, stream),
		&dynamodbstreams_stream_place_shape, &place);
	return !any;
}

/* A table's record knows its latest stream as long as that can be read. */
static void forget(struct call *call, struct str stored_key, int64_t number)
{
	struct key_part p[5];
	struct table t;
	if (key_decode(call->arena, stored_key, p, 5) != 5 ||
		!ddb_table_get(call, p[1].text, p[2].text, p[3].text, &t) ||
		t.r.stream_number.v != number)
		return;
	t.r.stream_label = (struct str){ 0 };
	t.r.stream_number = (struct opt_i64){ 0 };
	ddb_table_put(call, &t);
}

int ddb_stream_trim_run(struct call *call, void *arg)
{
	struct trim *t = arg;
	size_t left = DDB_SWEEP_CHUNK;
	for (size_t i = 0; i < t->n && left; i++) {
		struct dynamodbstreams_stream_stored r = { 0 };
		if (!call_get_record(call, t->due[i], &dynamodbstreams_stream_stored_shape, &r) ||
			!trim_records(call, r.number.v, &left) || !r.closed.set ||
			!is_old(call, r.closed.ms))
			continue;
		txn_delete(call->txn, t->due[i]);
		ddb_policy_drop(call, r.number.v);
		txn_delete(call->txn, ddb_stream_place_key(call, r.number.v));
		forget(call, t->due[i], r.number.v);
	}
	t->more = left == 0;
	return 0;
}
