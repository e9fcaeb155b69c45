/*
 * Streams of tables (Amazon DynamoDB Developer Guide, "Change data capture for DynamoDB Streams"):
 * made, closed and filled. A change's record is written in the item's own transaction:
 * (dynamodb-stream, number of the stream, number of the record). A stream has one shard, in which
 * all changes stand in the order of their commits.
 */
#include "services/dynamodb/tables/stream.h"
#include "base/clock.h"
#include "base/encode.h"
#include <errno.h>

#define INVALID "One or more parameter values were invalid: "

/* Sequence numbers have 21 digits and sort as texts, too. */
#define SEQUENCE_DIGITS 20

/* ---- where things stand ---- */

struct str ddb_streams_prefix(
	struct call *call, struct str account, struct str region, struct str table)
{
	struct key_part parts[] = { KEY_LITERAL("dynamodb-streams"), key_text(account),
		key_text(region), key_text(table) };
	return key_encode(call->arena, parts, table.p ? 4 : 3);
}

static struct str stored_key(struct call *call, struct str account, struct str region,
	struct str table, struct str label)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-streams"), key_text(account),
		key_text(region), key_text(table), key_text(label));
}

struct str ddb_stream_place_key(struct call *call, int64_t number)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb"), KEY_LITERAL(""), KEY_LITERAL("stream"),
		key_int(number));
}

struct str ddb_stream_record_key(struct call *call, int64_t stream, int64_t number)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-stream"), key_int(stream), key_int(number));
}

struct str ddb_stream_arn_of(struct call *call, struct str account, struct str region,
	struct str table, struct str label)
{
	struct str parts[] = { STR("arn:aws:dynamodb:"), region, STR(":"), account, STR(":table/"),
		table, STR("/stream/"), label };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

struct str ddb_stream_arn(struct call *call, const struct table *t)
{
	return ddb_stream_arn_of(call, t->account, t->region, t->name, t->r.stream_label);
}

struct str ddb_stream_shard_id(struct call *call, const struct stream *s)
{
	return arena_printf(call->arena, "shardId-%020lld-%08llx", (long long)s->r.created.ms,
		(unsigned long long)s->r.number.v & 0xffffffff);
}

struct str ddb_stream_sequence(struct call *call, int64_t number)
{
	return arena_printf(call->arena, "1%0*lld", SEQUENCE_DIGITS, (long long)number);
}

int ddb_stream_sequence_number(struct str text, int64_t *number)
{
	if (text.n != SEQUENCE_DIGITS + 1 || text.p[0] != '1' || text.p[1] == '-' ||
		text.p[1] == '+')
		return -EINVAL;
	return str_to_i64(str_from(text, 1), number);
}

/* arn:aws:dynamodb:region:account:table/Name/stream/label */
static bool arn_parse(struct str arn, struct stream *s, struct str *label)
{
	struct str part, rest = arn;
	*s = (struct stream){ .arn = arn };
	if (!str_starts(arn, STR("arn:")))
		return false;
	for (int i = 0; i < 5; i++) {
		if (!rest.p || !str_cut(&rest, ':', &part))
			return false;
		if (i == 2 && !str_is(part, "dynamodb"))
			return false;
		if (i == 3)
			s->region = part;
		else if (i == 4)
			s->account = part;
	}
	if (!rest.p || !str_starts(rest, STR("table/")))
		return false;
	rest = str_from(rest, 6);
	str_cut(&rest, '/', &s->table);
	if (!rest.p || !str_starts(rest, STR("stream/")))
		return false;
	*label = str_from(rest, 7);
	return true;
}

int ddb_stream_key_of(struct call *call, struct str arn, struct str *key)
{
	struct stream s;
	struct str label;
	if (!arn_parse(arn, &s, &label))
		return fail(
			call, &aws_validation_exception, "Invalid StreamArn: %.*s", STR_ARG(arn));
	*key = stored_key(call, s.account, s.region, s.table, label);
	return 0;
}

int ddb_stream_find(struct call *call, struct str arn, struct stream *out)
{
	struct str label;
	if (!arn_parse(arn, out, &label))
		return fail(
			call, &aws_validation_exception, "Invalid StreamArn: %.*s", STR_ARG(arn));
	if (!call_get_record(call, stored_key(call, out->account, out->region, out->table, label),
		    &dynamodbstreams_stream_stored_shape, &out->r))
		return fail(call, &dynamodbstreams_resource_not_found_exception,
			"Requested resource not found: Stream: %.*s not found", STR_ARG(arn));
	call_get_record(call, ddb_stream_place_key(call, out->r.number.v),
		&dynamodbstreams_stream_place_shape, &out->place);
	return 0;
}

/* ---- made and closed ---- */

static void ddb_stream_open(struct call *call, struct table *t, struct str view)
{
	size_t n = t->r.key_schema.n;
	struct dynamodbstreams_stream_stored r = {
		.number = OPT_I64(ddb_next_number(call)),
		.view = view,
		.created = OPT_TIME(call->now_ms),
		.key_schema = { ARENA_ARRAY(
					call->arena, struct dynamodbstreams_key_schema_element, n),
			n },
	};
	for (size_t i = 0; i < n; i++)
		r.key_schema.v[i] = (struct dynamodbstreams_key_schema_element){
			t->r.key_schema.v[i].attribute_name, t->r.key_schema.v[i].key_type
		};
	/* The label is the time, and no other stream's of this table. */
	struct str key;
	for (int64_t ms = call->now_ms;; ms++) {
		char text[CLOCK_TEXT_MAX];
		clock_format_iso(ms - ms % 1000, text);
		r.label = arena_printf(call->arena, "%.19s.%03d", text, (int)(ms % 1000));
		key = stored_key(call, t->account, t->region, t->name, r.label);
		if (!txn_exists(call->txn, key))
			break;
	}
	call_put_record(call, key, &dynamodbstreams_stream_stored_shape, &r);
	t->r.stream_number = r.number;
	t->r.stream_label = r.label;
	t->r.stream_view = view;
}

static void wake_later(struct call *call, int64_t number)
{
	struct stream_wake *wake = ARENA_NEW(call->arena, struct stream_wake);
	*wake = (struct stream_wake){ dynamodb_state(call), number };
	call_after(call, ddb_stream_wake, wake);
}

void ddb_stream_close(struct call *call, struct table *t)
{
	struct dynamodbstreams_stream_stored r = { 0 };
	struct str key = stored_key(call, t->account, t->region, t->name, t->r.stream_label);
	if (!t->r.stream_view.p)
		return;
	t->r.stream_view = (struct str){ 0 };
	if (!call_get_record(call, key, &dynamodbstreams_stream_stored_shape, &r))
		return;
	r.closed = OPT_TIME(call->now_ms);
	call_put_record(call, key, &dynamodbstreams_stream_stored_shape, &r);
	wake_later(call, r.number.v);
}

int ddb_stream_specify(struct call *call, struct table *t,
	const struct dynamodb_stream_specification *specification, bool is_new)
{
	if (!specification)
		return 0;
	bool is_on = specification->stream_enabled.v;
	if (is_on && !specification->stream_view_type.p)
		return fail(call, &aws_validation_exception,
			INVALID "StreamViewType is required when StreamEnabled is true");
	if (!is_on && specification->stream_view_type.p)
		return fail(call, &aws_validation_exception,
			INVALID "StreamViewType must not be given when StreamEnabled is false");
	if (is_on && t->r.stream_view.p)
		return fail(call, &aws_validation_exception,
			"Table already has an enabled stream: TableName: %.*s", STR_ARG(t->name));
	if (!is_on && !is_new && !t->r.stream_view.p)
		return fail(call, &aws_validation_exception,
			"Table does not have an enabled stream: TableName: %.*s", STR_ARG(t->name));
	if (is_on)
		ddb_stream_open(call, t, specification->stream_view_type);
	else
		ddb_stream_close(call, t);
	return 0;
}

/* ---- filled ---- */

void ddb_stream_record(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *before, const struct dynamodb_attributes *after,
	struct str after_bytes, bool is_expiry)
{
	struct dynamodbstreams_stream_place place = { 0 };
	struct str view = t->r.stream_view, at = ddb_stream_place_key(call, t->r.stream_number.v);
	bool both = str_is(view, "NEW_AND_OLD_IMAGES");
	if ((!before && !after) || (before && after &&
					   value_eq(&(struct dynamodb_value){ .m = *before },
						   &(struct dynamodb_value){ .m = *after })))
		return;
	struct dynamodb_attributes keys = ddb_item_keys(call, t, after ? after : before);
	struct dynamodbstreams_change_stored r = {
		.name = !before ? STR("INSERT")
			: after ? STR("MODIFY")
				: STR("REMOVE"),
		.at = OPT_I64(call->now_ms),
		.keys = item_encode(call, &keys),
		.hash = OPT_I64((int64_t)crc32_update(0, key.p, key.n)),
		.is_expiry = OPT_BOOL(is_expiry),
		.trace = call->trace.n ? call->trace : (struct str){ 0 },
	};
	size_t size = attributes_size(&keys);
	if (after && (both || str_is(view, "NEW_IMAGE"))) {
		r.new = after_bytes;
		size += attributes_size(after);
	}
	if (before && (both || str_is(view, "OLD_IMAGE"))) {
		r.old = item_encode(call, before);
		size += attributes_size(before);
	}
	r.size = OPT_I64((int64_t)size);
	call_get_record(call, at, &dynamodbstreams_stream_place_shape, &place);
	place.last = OPT_I64(place.last.v + 1);
	place.trimmed = OPT_I64(place.trimmed.v);
	call_put_record(call, at, &dynamodbstreams_stream_place_shape, &place);
	call_put_record(call, ddb_stream_record_key(call, t->r.stream_number.v, place.last.v),
		&dynamodbstreams_change_stored_shape, &r);
	wake_later(call, t->r.stream_number.v);
}
