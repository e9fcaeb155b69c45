/* DescribeStream, GetShardIterator, GetRecords, ListStreams; and what Lambda reads streams by. */
#include "aws/codec.h"
#include "base/clock.h"
#include "base/encode.h"
#include "services/dynamodb/tables/stream.h"
#include <errno.h>

enum { WAIT_POLL_MS = 1000 /* another process may write */ };

/* ---- describing ---- */

int dynamodbstreams_describe_stream(struct call *call,
	const struct dynamodbstreams_describe_stream_input *in,
	struct dynamodbstreams_describe_stream_output *out)
{
	struct stream s;
	if (ddb_stream_find(call, in->stream_arn, &s) < 0)
		return -1;
	struct dynamodbstreams_stream_description *d =
		ARENA_NEW(call->arena, struct dynamodbstreams_stream_description);
	struct dynamodbstreams_shard *shard = ARENA_NEW(call->arena, struct dynamodbstreams_shard);
	*d = (struct dynamodbstreams_stream_description){
		.stream_arn = in->stream_arn,
		.stream_label = s.r.label,
		.stream_status = s.r.closed.set ? STR("DISABLED") : STR("ENABLED"),
		.stream_view_type = s.r.view,
		.creation_request_date_time = s.r.created,
		.table_name = s.table,
		.key_schema = s.r.key_schema,
		.shards = { shard, 1 },
	};
	shard->shard_id = ddb_stream_shard_id(call, &s);
	shard->sequence_number_range =
		ARENA_NEW(call->arena, struct dynamodbstreams_sequence_number_range);
	shard->sequence_number_range->starting_sequence_number = ddb_stream_sequence(call, 1);
	if (s.r.closed.set)
		shard->sequence_number_range->ending_sequence_number =
			ddb_stream_sequence(call, MAX(s.place.last.v, 1));
	/* The one shard has no children. */
	if (in->shard_filter && in->shard_filter->type.p)
		d->shards.n = 0;
	if (in->exclusive_start_shard_id.p &&
		str_cmp(in->exclusive_start_shard_id, shard->shard_id) >= 0)
		d->shards.n = 0;
	out->stream_description = d;
	return 0;
}

int dynamodbstreams_list_streams(struct call *call,
	const struct dynamodbstreams_list_streams_input *in,
	struct dynamodbstreams_list_streams_output *out)
{
	size_t limit = in->limit.set ? (size_t)in->limit.v : DDB_STREAM_LIST_MAX;
	struct str all = ddb_streams_prefix(
		call, call->identity.account, call->identity.region, in->table_name);
	struct str begin = all;
	struct txn_cursor c;
	if (limit > DDB_STREAM_LIST_MAX)
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '%zu' at 'limit' failed to satisfy "
			"constraint: Member must have value less than or equal to %d",
			limit, DDB_STREAM_LIST_MAX);
	if (in->exclusive_start_stream_arn.p &&
		ddb_stream_key_of(call, in->exclusive_start_stream_arn, &begin) < 0)
		return -1;
	if (in->exclusive_start_stream_arn.p)
		begin = key_after(call->arena, begin);
	out->streams.v = ARENA_ARRAY(call->arena, struct dynamodbstreams_stream, limit);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part p[5];
		if (out->streams.n == limit) {
			out->last_evaluated_stream_arn = out->streams.v[limit - 1].stream_arn;
			break;
		}
		if (key_decode(call->arena, c.key, p, 5) != 5)
			continue;
		out->streams.v[out->streams.n++] = (struct dynamodbstreams_stream){
			.stream_arn =
				ddb_stream_arn_of(call, p[1].text, p[2].text, p[3].text, p[4].text),
			.table_name = p[3].text,
			.stream_label = p[4].text,
		};
	}
	txn_cursor_close(&c);
	return 0;
}

/* ---- iterators: arn|1|base64 of "place made" ---- */

struct place {
	struct str arn;
	int64_t number, made_ms;
};

static struct str iterator_of(struct call *call, struct str arn, int64_t number)
{
	struct str text =
		arena_printf(call->arena, "%lld %lld", (long long)number, (long long)call->now_ms);
	struct str parts[] = { arn, STR("|1|"), base64_encode(call->arena, text) };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

static bool iterator_parse(struct arena *arena, struct str text, struct place *out)
{
	ssize_t bar = str_rindex(text, '|');
	struct str inner, part;
	if (bar < 2 || base64_decode(arena, str_from(text, (size_t)bar + 1), &inner) < 0)
		return false;
	out->arn = str_sub(text, 0, (size_t)bar);
	if (!str_ends(out->arn, STR("|1")))
		return false;
	out->arn.n -= 2;
	return str_cut(&inner, ' ', &part) && inner.p && str_to_i64(part, &out->number) == 0 &&
	       str_to_i64(inner, &out->made_ms) == 0 && out->number >= 0 &&
	       out->number < INT64_MAX / 2 && out->made_ms >= 0;
}

int ddb_streams_find_resource(struct call *call, const void *in, struct service_resource *out)
{
	const struct member *m = shape_member(call->operation->input, STR("ShardIterator"));
	struct service_permission asked = { 0 };
	struct str part, rest;
	struct place place = { 0 };
	if (m && !iterator_parse(call->arena, *(const struct str *)member_value(m, in), &place))
		return -1;
	if (!m && (m = shape_member(call->operation->input, STR("StreamArn"))))
		place.arn = *(const struct str *)member_value(m, in);
	if (!place.arn.p)
		return -1;
	rest = place.arn;
	asked.resource =
		(struct service_resource){ .arn = place.arn, .account = call->identity.account };
	for (int i = 0; i < 5 && str_cut(&rest, ':', &part); i++)
		if (i == 4 && part.n)
			asked.resource.account = part;
	if (ddb_policies_of(call, &asked, 1) < 0)
		return -1;
	*out = asked.resource;
	return 0;
}

static int fail_trimmed(struct call *call)
{
	return fail(call, &dynamodbstreams_trimmed_data_access_exception,
		"The operation attempted to read past the oldest stream record in a shard.");
}

/* The first record of that time or later; they stand in the order of their times. */
static int64_t find_time(struct call *call, const struct stream *s, int64_t ms)
{
	int64_t low = s->place.trimmed.v + 1, high = s->place.last.v + 1;
	while (low < high) {
		int64_t mid = low + (high - low) / 2;
		struct dynamodbstreams_change_stored r = { 0 };
		call_get_record(call, ddb_stream_record_key(call, s->r.number.v, mid),
			&dynamodbstreams_change_stored_shape, &r);
		if (r.at.v < ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int number_of(struct call *call, const struct stream *s,
	const struct dynamodbstreams_get_shard_iterator_input *in, int64_t *number)
{
	struct str type = in->shard_iterator_type;
	bool is_at = str_is(type, "AT_SEQUENCE_NUMBER");
	if (str_is(type, "TRIM_HORIZON")) {
		*number = s->place.trimmed.v + 1;
		return 0;
	}
	if (str_is(type, "LATEST")) {
		*number = s->place.last.v + 1;
		return 0;
	}
	if (str_is(type, "AT_TIMESTAMP")) {
		if (!in->timestamp.set)
			return fail(call, &aws_validation_exception,
				"Timestamp must be specified with ShardIteratorType AT_TIMESTAMP");
		*number = find_time(call, s, in->timestamp.ms);
		return 0;
	}
	if (!in->sequence_number.p)
		return fail(call, &aws_validation_exception,
			"SequenceNumber must be specified with ShardIteratorType %.*s",
			STR_ARG(type));
	if (ddb_stream_sequence_number(in->sequence_number, number) < 0 ||
		*number > s->place.last.v)
		return fail(call, &aws_validation_exception, "Invalid SequenceNumber: %.*s",
			STR_ARG(in->sequence_number));
	*number += is_at ? 0 : 1;
	return *number <= s->place.trimmed.v ? fail_trimmed(call) : 0;
}

int dynamodbstreams_get_shard_iterator(struct call *call,
	const struct dynamodbstreams_get_shard_iterator_input *in,
	struct dynamodbstreams_get_shard_iterator_output *out)
{
	struct stream s;
	int64_t number;
	bool by_number = str_ends(in->shard_iterator_type, STR("_SEQUENCE_NUMBER"));
	if (ddb_stream_find(call, in->stream_arn, &s) < 0)
		return -1;
	if (!str_eq(in->shard_id, ddb_stream_shard_id(call, &s)))
		return fail(call, &dynamodbstreams_resource_not_found_exception,
			"Requested resource not found: Shard: %.*s of Stream: %.*s not found",
			STR_ARG(in->shard_id), STR_ARG(in->stream_arn));
	if (in->sequence_number.p && !by_number)
		return fail(call, &aws_validation_exception,
			"SequenceNumber must not be specified with ShardIteratorType %.*s",
			STR_ARG(in->shard_iterator_type));
	if (number_of(call, &s, in, &number) < 0)
		return -1;
	out->shard_iterator = iterator_of(call, in->stream_arn, number);
	return 0;
}

/* ---- records ---- */

static struct str event_id(struct call *call, const struct stream *s, int64_t number)
{
	/* The same at each read, and no other event's. */
	return arena_printf(call->arena, "%08x%08x%016llx", crc32_update(0, s->arn.p, s->arn.n),
		crc32c_update((uint32_t)s->r.number.v, s->arn.p, s->arn.n),
		(unsigned long long)number * 0x9e3779b97f4a7c15u);
}

static int image_of(struct call *call, struct str bytes, struct dynamodbstreams_attributes *out)
{
	struct decode_error error = { "it is too large" };
	if (!bytes.p)
		return 0;
	if (cbor_decode_stored(call->arena, &dynamodbstreams_attributes_shape, bytes, out, &error) <
		0)
		return fail(call, &aws_internal_failure, "a stored record can't be read: %s",
			error.text);
	return 0;
}

static int record_of(struct call *call, const struct stream *s, int64_t number,
	const struct dynamodbstreams_change_stored *from, struct dynamodbstreams_record *out)
{
	struct dynamodbstreams_stream_record *d =
		ARENA_NEW(call->arena, struct dynamodbstreams_stream_record);
	d->approximate_creation_date_time = OPT_TIME(from->at.v - from->at.v % 1000);
	d->sequence_number = ddb_stream_sequence(call, number);
	d->size_bytes = from->size;
	d->stream_view_type = s->r.view;
	if (image_of(call, from->keys, &d->keys) < 0 ||
		image_of(call, from->new, &d->new_image) < 0 ||
		image_of(call, from->old, &d->old_image) < 0)
		return -1;
	*out = (struct dynamodbstreams_record){
		.event_id = event_id(call, s, number),
		.event_name = from->name,
		.event_version = STR("1.1"),
		.event_source = STR("aws:dynamodb"),
		.aws_region = s->region,
		.dynamodb = d,
	};
	if (from->is_expiry.v) {
		out->user_identity = ARENA_NEW(call->arena, struct dynamodbstreams_identity);
		out->user_identity->principal_id = STR("dynamodb.amazonaws.com");
		out->user_identity->type = STR("Service");
	}
	return 0;
}

int ddb_stream_read(struct call *call, struct stream_read *r)
{
	const struct stream *s = r->stream;
	struct str begin = ddb_stream_record_key(call, s->r.number.v, r->next),
		   all = KEY(call->arena, KEY_LITERAL("dynamodb-stream"), key_int(s->r.number.v));
	struct txn_cursor c;
	size_t bytes = 0;
	int result = 0;
	r->records.v = ARENA_ARRAY(call->arena, struct dynamodbstreams_numbered_record, r->limit);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	for (size_t looked = 0;
		r->records.n < r->limit && looked < DDB_STREAM_LOOK_MAX && txn_cursor_next(&c);
		looked++) {
		struct dynamodbstreams_change_stored change = { 0 };
		struct key_part p[3];
		if (r->records.n && bytes + c.value.n > r->bytes_max)
			break;
		if (key_decode(call->arena, c.key, p, 3) != 3 ||
			record_decode(call->arena, &dynamodbstreams_change_stored_shape, c.value,
				&change) < 0) {
			result = fail(call, &aws_internal_failure, "a stored record can't be read");
			break;
		}
		if (r->lanes <= 1 || change.hash.v % r->lanes == r->lane) {
			struct dynamodbstreams_numbered_record *to = &r->records.v[r->records.n++];
			*to = (struct dynamodbstreams_numbered_record){ OPT_I64(p[2].integer),
				change.at, ARENA_NEW(call->arena, struct dynamodbstreams_record),
				change.trace };
			result = record_of(call, s, p[2].integer, &change, to->record);
			bytes += c.value.n;
			if (result < 0)
				break;
		}
		r->next = p[2].integer + 1;
	}
	txn_cursor_close(&c);
	return result;
}

static int check_iterator(struct call *call, const struct place *place)
{
	char made[CLOCK_TEXT_MAX], now[CLOCK_TEXT_MAX];
	if (call->now_ms - place->made_ms <= DDB_STREAM_ITERATOR_MS)
		return 0;
	clock_format_http(place->made_ms, made);
	clock_format_http(call->now_ms, now);
	return fail(call, &dynamodbstreams_expired_iterator_exception,
		"Iterator expired. The iterator was created at time %s while right now it is %s "
		"which is further in the future than the tolerated delay of %d milliseconds.",
		made, now, DDB_STREAM_ITERATOR_MS);
}

int dynamodbstreams_get_records(struct call *call,
	const struct dynamodbstreams_get_records_input *in,
	struct dynamodbstreams_get_records_output *out)
{
	struct place place;
	struct stream s;
	size_t limit = in->limit.set ? (size_t)in->limit.v : DDB_STREAM_PAGE;
	if (limit > DDB_STREAM_PAGE)
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '%zu' at 'limit' failed to satisfy "
			"constraint: Member must have value less than or equal to %d",
			limit, DDB_STREAM_PAGE);
	if (!iterator_parse(call->arena, in->shard_iterator, &place))
		return fail(call, &aws_validation_exception, "Invalid ShardIterator");
	if (check_iterator(call, &place) < 0 || ddb_stream_find(call, place.arn, &s) < 0)
		return -1;
	if (place.number <= s.place.trimmed.v)
		return fail_trimmed(call);
	struct stream_read r = { .stream = &s,
		.limit = limit,
		.bytes_max = DDB_STREAM_BYTES_MAX,
		.next = place.number };
	if (ddb_stream_read(call, &r) < 0)
		return -1;
	out->records.v = ARENA_ARRAY(call->arena, struct dynamodbstreams_record, r.records.n + 1);
	for (size_t i = 0; i < r.records.n; i++)
		out->records.v[out->records.n++] = *r.records.v[i].record;
	if (!s.r.closed.set || r.next <= s.place.last.v)
		out->next_shard_iterator = iterator_of(call, place.arn, r.next);
	return 0;
}

/* ---- for Lambda ---- */

int dynamodbstreams_find_stream(struct call *call,
	const struct dynamodbstreams_find_stream_input *in,
	struct dynamodbstreams_find_stream_output *out)
{
	struct stream s;
	if (ddb_stream_find(call, in->stream_arn, &s) < 0)
		return -1;
	*out = (struct dynamodbstreams_find_stream_output){
		.shard_id = ddb_stream_shard_id(call, &s),
		.table_name = s.table,
		.last = OPT_I64(s.place.last.v),
		.is_closed = OPT_BOOL(s.r.closed.set),
	};
	return 0;
}

struct reading {
	const struct dynamodbstreams_read_records_input *in;
	struct stream stream;
	struct stream_read r;
	int64_t from;
};

static int reading_run(struct call *call, void *arg)
{
	struct reading *reading = arg;
	const struct dynamodbstreams_read_records_input *in = reading->in;
	if (ddb_stream_find(call, in->stream_arn, &reading->stream) < 0)
		return -1;
	reading->r = (struct stream_read){
		.stream = &reading->stream,
		.lane = in->lane.v,
		.lanes = in->lanes.v,
		.limit = (size_t)in->limit.v,
		.bytes_max = (size_t)in->bytes_max.v,
		.next = MAX(reading->from, reading->stream.place.trimmed.v + 1),
	};
	return ddb_stream_read(call, &reading->r);
}

int dynamodbstreams_read_records(struct call *call,
	const struct dynamodbstreams_read_records_input *in,
	struct dynamodbstreams_read_records_output *out)
{
	struct reading reading = { .in = in, .from = in->from.v };
	uint64_t until = clock_mono_ms() + (uint64_t)in->wait_ms.v;
	for (;;) {
		if (call_read(call, reading_run, &reading) < 0)
			return -1;
		bool at_end = reading.r.next > reading.stream.place.last.v;
		uint64_t now = clock_mono_ms();
		reading.from = reading.r.next;
		out->records = reading.r.records;
		out->next = OPT_I64(reading.r.next);
		out->is_at_end = OPT_BOOL(at_end);
		out->is_over = OPT_BOOL(at_end && reading.stream.r.closed.set);
		if (out->records.n || out->is_over.v || now >= until)
			return 0;
		if (!at_end) {
			fiber_yield();
			continue;
		}
		int r = ddb_stream_wait(dynamodb_state(call), reading.stream.r.number.v,
			MIN((int64_t)(until - now), WAIT_POLL_MS));
		if (r == -ECANCELED)
			return 0;
		if (r == -EAGAIN)
			return fail(call, &aws_throttling_exception, "Too many readers wait.");
	}
}

static int release_run(struct call *call, void *arg)
{
	struct reading *reading = arg;
	return ddb_stream_find(call, reading->in->stream_arn, &reading->stream);
}

int dynamodbstreams_release_readers(struct call *call,
	const struct dynamodbstreams_release_readers_input *in,
	struct dynamodbstreams_release_readers_output *out)
{
	struct dynamodbstreams_read_records_input of = { .stream_arn = in->stream_arn };
	struct reading reading = { .in = &of };
	(void)out;
	if (call_read(call, release_run, &reading) < 0)
		return -1;
	ddb_stream_release(dynamodb_state(call), reading.stream.r.number.v);
	return 0;
}
