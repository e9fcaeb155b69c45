/*
 * Mappings of streams: where each is, and the lanes that read. A lane waits at the end of the
 * stream and is woken by the commit that writes a record; how far it is, it stores after each
 * batch, so that after a crash a batch that was under way comes again and nothing is left out.
 */
#include "services/lambda/mapping_stream.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/key.h"
#include <stdlib.h>

enum {
	READ_WAIT_MS = 20000,
	READ_RECORDS = 1000,
	PAUSE_MS = 1000,        /* after an error that the next read would meet again */
	SKIPPED_MAX = 500,      /* records that no filter wants, before the position is stored */
	EVENT_SPARE_BYTES = 64, /* what an event has around its records */
};

/* ---- positions ---- */

static struct str position_key(struct call *call, const struct lambda_mapping_record *r)
{
	return KEY(call->arena, KEY_LITERAL("lambda-position"), key_text(r->account),
		key_text(r->region), key_text(r->configuration->uuid));
}

int mapping_position_begin(struct call *call, const struct lambda_mapping_record *r)
{
	struct dynamodbstreams_find_stream_input in = { r->configuration->event_source_arn };
	struct dynamodbstreams_find_stream_output stream = { 0 };
	struct opt_i64 first = OPT_I64(0);
	struct lambda_mapping_position position = { .next = { &first, 1 } };
	if (str_is(r->configuration->starting_position, "LATEST")) {
		if (call_inner(call, &dynamodbstreams_find_stream_operation, NULL, &in, &stream) <
			0)
			return -1;
		first.v = stream.last.v + 1;
	}
	call_put_record(call, position_key(call, r), &lambda_mapping_position_shape, &position);
	return 0;
}

void mapping_position_delete(struct call *call, const struct lambda_mapping_record *r)
{
	txn_delete(call->txn, position_key(call, r));
}

void mapping_position_tell(struct call *call, const struct lambda_mapping_record *r,
	struct lambda_event_source_mapping_configuration *out)
{
	struct lambda_mapping_position position = { 0 };
	call_get_record(call, position_key(call, r), &lambda_mapping_position_shape, &position);
	out->last_processing_result =
		position.result.n ? position.result : STR("No records processed");
}

/* A mapping that had another number of lanes: all go on where the last of them is. */
static struct lambda_positions positions_of(
	struct call *call, const struct lambda_mapping_position *position, size_t lanes)
{
	struct lambda_positions v = { ARENA_ARRAY(call->arena, struct opt_i64, lanes), lanes };
	int64_t least = position->next.n ? INT64_MAX : 0;
	for (size_t i = 0; i < position->next.n; i++)
		least = MIN(least, position->next.v[i].v);
	for (size_t i = 0; i < lanes; i++)
		v.v[i] = OPT_I64(position->next.n == lanes ? position->next.v[i].v : least);
	return v;
}

static size_t lanes_of(const struct mapping *m)
{
	int64_t n = m->record.configuration->parallelization_factor.v;
	return n > 0 ? (size_t)n : 1;
}

static int load_run(struct call *call, void *arg)
{
	struct lane *lane = arg;
	const struct lambda_mapping_record *r = &lane->m->record;
	struct lambda_mapping_position position = { 0 };
	struct dynamodbstreams_find_stream_input in = { r->configuration->event_source_arn };
	struct dynamodbstreams_find_stream_output stream = { 0 };
	call_get_record(call, position_key(call, r), &lambda_mapping_position_shape, &position);
	lane->next = positions_of(call, &position, lanes_of(lane->m)).v[lane->index].v;
	lane->saved = lane->next;
	lane->has_failed = str_starts(position.result, STR("PROBLEM"));
	if (call_inner(call, &dynamodbstreams_find_stream_operation, NULL, &in, &stream) < 0)
		return -1;
	lane->shard_id = arena_str(&lane->m->arena, stream.shard_id);
	return 0;
}

struct saving {
	struct lane *lane;
	int64_t next;
	bool has_failed, is_gone;
	const struct stream_batch *batch;
	size_t from, to;
	const struct stream_ending *ending;
};

static int save_run(struct call *call, void *arg)
{
	struct saving *s = arg;
	const struct lambda_mapping_record *r = &s->lane->m->record;
	struct lambda_mapping_position position = { 0 };
	struct str key = position_key(call, r);
	s->is_gone = !call_get_record(call, key, &lambda_mapping_position_shape, &position);
	if (s->is_gone)
		return 0;
	position.next = positions_of(call, &position, lanes_of(s->lane->m));
	position.next.v[s->lane->index] = OPT_I64(s->next);
	position.result = s->has_failed ? STR("PROBLEM: Function call failed") : STR("OK");
	call_put_record(call, key, &lambda_mapping_position_shape, &position);
	return s->ending ? stream_event_discard(
				   call, s->lane, s->batch->v + s->from, s->to - s->from, s->ending)
			 : 0;
}

bool lane_save(struct lane *lane, int64_t next, bool has_failed, const struct stream_batch *batch,
	size_t from, size_t to, const struct stream_ending *ending)
{
	struct saving s = { .lane = lane,
		.next = next,
		.has_failed = has_failed,
		.batch = batch,
		.from = from,
		.to = to,
		.ending = ending };
	for (;;) {
		mapping_renew_time(&lane->call);
		if (call_write(&lane->call, save_run, &s) == 0)
			break;
		mapping_complain(lane->m, &lane->call, "could not store how far it is");
		if (!lane_wait(lane, PAUSE_MS))
			return false;
	}
	lane->saved = next;
	lane->has_failed = has_failed;
	return !s.is_gone;
}

void lane_call_init(struct lane *lane, struct call *call, struct arena *arena)
{
	struct identity identity = { .account = lane->m->record.account,
		.region = lane->m->record.region,
		.service = STR("lambda.amazonaws.com") };
	call_init(call, mapping_lambda(lane->m)->aws, arena, &identity);
	call->api = &lambda_api;
}

bool lane_wait(struct lane *lane, int64_t ms)
{
	uint64_t until = clock_mono_ms() + (uint64_t)ms;
	while (!lane->m->stopping) {
		uint64_t now = clock_mono_ms();
		if (now >= until)
			return true;
		waitq_wait(&lane->m->wake, (int64_t)(until - now));
	}
	return false;
}

/* ---- reading ---- */

/* false: the event is full, the record is for the next one. */
static bool add(struct lane *lane, struct stream_batch *batch,
	const struct dynamodbstreams_numbered_record *r)
{
	struct mapping *m = lane->m;
	struct buf b = { 0 };
	stream_event_record(&b, r->record, m->record.configuration->event_source_arn);
	bool wanted =
		stream_event_wanted(lane->call.arena, m->patterns, m->pattern_count, buf_view(&b));
	bool fits = !batch->n ||
		    batch->bytes + b.n + 1 <= (size_t)LAMBDA_BATCH_BYTES_MAX - EVENT_SPARE_BYTES;
	if (wanted && fits) {
		if (batch->n == batch->cap) {
			size_t cap = MAX(2 * batch->cap, (size_t)16);
			struct stream_item *v =
				ARENA_ARRAY(lane->call.arena, struct stream_item, cap);
			if (batch->n)
				memcpy(v, batch->v, batch->n * sizeof *v);
			batch->v = v;
			batch->cap = cap;
		}
		batch->v[batch->n++] = (struct stream_item){ r->number.v, r->at_ms.v,
			r->record->dynamodb->sequence_number,
			arena_str(lane->call.arena, buf_view(&b)), r->trace };
		batch->bytes += b.n + 1;
	}
	buf_fini(&b);
	return fits || !wanted;
}

/* One read; waits for the first record. 1: it came to the stream's end; 0; or -1. */
static int read_some(struct lane *lane, struct stream_batch *batch, int64_t wait_ms)
{
	struct mapping *m = lane->m;
	size_t left = (size_t)m->record.configuration->batch_size.v - batch->n;
	struct dynamodbstreams_read_records_input in = {
		.stream_arn = m->record.configuration->event_source_arn,
		.from = OPT_I64(batch->after),
		.lane = OPT_I64((int64_t)lane->index),
		.lanes = OPT_I64((int64_t)lanes_of(m)),
		.limit = OPT_I64((int64_t)MIN(left, (size_t)READ_RECORDS)),
		.bytes_max = OPT_I64(LAMBDA_BATCH_BYTES_MAX / 4),
		.wait_ms = OPT_I64(wait_ms),
	};
	struct dynamodbstreams_read_records_output out = { 0 };
	mapping_renew_time(&lane->call);
	m->idle++;
	int r = call_inner(&lane->call, &dynamodbstreams_read_records_operation, NULL, &in, &out);
	m->idle--;
	if (r < 0) {
		mapping_complain(m, &lane->call, "could not read its stream");
		return -1;
	}
	m->complained = false;
	batch->after = out.next.v;
	for (size_t i = 0; i < out.records.n && !batch->is_full; i++) {
		batch->is_full = !add(lane, batch, &out.records.v[i]);
		if (batch->is_full)
			batch->after = out.records.v[i].number.v;
	}
	/* A stream that is over and read: there is nothing to wait for. */
	if (out.is_over.v && !out.records.n)
		lane_wait(lane, wait_ms);
	return out.is_at_end.v;
}

/* Until the batch is full, its window has passed or, without a window, there is no more at once. */
static void gather(struct lane *lane, struct stream_batch *batch)
{
	const struct lambda_event_source_mapping_configuration *c = lane->m->record.configuration;
	uint64_t window_ms = 1000 * (uint64_t)c->maximum_batching_window_in_seconds.v, until = 0;
	int64_t wait_ms = READ_WAIT_MS;
	batch->after = lane->next;
	while (!lane->m->stopping && !batch->is_full && batch->n < (size_t)c->batch_size.v) {
		int at_end = read_some(lane, batch, wait_ms);
		uint64_t now = clock_mono_ms();
		if (at_end < 0)
			lane_wait(lane, PAUSE_MS);
		/* Without records it begins anew, for the arena's sake. */
		if (at_end < 0 || !batch->n)
			return;
		if (!until)
			until = now + window_ms;
		if (window_ms ? now >= until : at_end)
			return;
		wait_ms = window_ms ? (int64_t)(until - now) : 0;
	}
}

/* One batch, from reading to its end. */
static void turn(struct lane *lane)
{
	struct stream_batch batch = { 0 };
	arena_reset(&lane->arena);
	lane_call_init(lane, &lane->call, &lane->arena);
	gather(lane, &batch);
	if (batch.n && !lane->m->stopping) {
		if (lane_run(lane, &batch))
			lane->next = batch.after;
	} else if (!batch.n) {
		lane->next = batch.after;
		if (lane->next - lane->saved >= SKIPPED_MAX)
			lane_save(lane, lane->next, lane->has_failed, NULL, 0, 0, NULL);
	}
}

/* ---- lanes ---- */

static bool load(struct lane *lane)
{
	for (;;) {
		lane_call_init(lane, &lane->call, &lane->arena);
		if (call_read(&lane->call, load_run, lane) == 0)
			return true;
		mapping_complain(lane->m, &lane->call, "could not find its stream");
		if (!lane_wait(lane, PAUSE_MS))
			return false;
	}
}

static void lane_fiber(void *arg)
{
	struct lane *lane = arg;
	struct mapping *m = lane->m;
	mapping_wait_earlier(m);
	if (!m->stopping && load(lane))
		while (!m->stopping)
			turn(lane);
	arena_fini(&lane->try_arena);
	arena_fini(&lane->arena);
	free(lane);
	m->pollers--;
	mapping_poller_ended(m);
}

void mapping_stream_begin(struct mapping *m)
{
	size_t n = lanes_of(m);
	for (size_t i = 0; i < n; i++) {
		struct lane *lane = xcalloc(1, sizeof *lane);
		lane->m = m;
		lane->index = i;
		m->pollers++;
		if (fiber_start(lane_fiber, lane) == 0)
			continue;
		m->pollers--;
		free(lane);
		log_error("lambda: no fiber for a reader of %.*s: it is not read",
			STR_ARG(m->record.configuration->event_source_arn));
	}
}
