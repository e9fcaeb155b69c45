/*
 * The lines of a trace: what all invocations wrote that a request led to, across functions. Lambda
 * says of each invocation which traces it is a part of; ("logs", "x", trace, account, region,
 * begin, request id) leads to its lines. One that handled a batch is a part of its messages' traces
 * and has one of its own, which what it called goes on with.
 */
#include "api/traces.h"
#include "aws/codec.h"
#include "services/logs/events.h"
#include "store/key.h"
#include <stdio.h>
#include <stdlib.h>

enum { TRACE_ID_BYTES = 35, KEY_PARTS = 7 };

bool trace_is_id(struct str id)
{
	if (id.n != TRACE_ID_BYTES)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		bool is_fixed = i == 0 || i == 1 || i == 10;
		if (is_fixed ? id.p[i] != "1-........-"[i]
			     : !((id.p[i] >= '0' && id.p[i] <= '9') ||
				       (id.p[i] >= 'a' && id.p[i] <= 'f')))
			return false;
	}
	return true;
}

static struct str trace_prefix(struct call *call, struct str id)
{
	return KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("x"), key_text(id),
		key_text(call->identity.account), key_text(call->identity.region));
}

int trace_append(struct call *call, void *arg)
{
	const struct logs_append_input *in = arg;
	for (size_t i = 0; i < in->invocations.n; i++) {
		const struct logs_invocation *v = &in->invocations.v[i];
		struct logs_trace_record record = { in->log_group_name, in->log_stream_name,
			v->own_trace, v->ended };
		if (!trace_is_id(v->trace))
			continue;
		call_put_record(call,
			KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("x"), key_text(v->trace),
				key_text(call->identity.account), key_text(call->identity.region),
				key_int(v->begun.v), key_text(v->request_id)),
			&logs_trace_record_shape, &record);
	}
	return 0;
}

/* ---- reading ---- */

struct part {
	struct str request_id;
	int64_t begun;
	struct logs_trace_record record;
};

struct line {
	int64_t time;
	size_t order; /* lines of one time stand as they were found */
	const struct part *part;
	struct str message;
};

struct reading {
	struct call *call;
	struct str id; /* the trace that is looked up now */
	struct part *parts;
	size_t part_count;
	struct line *lines;
	size_t line_count, line_cap, bytes;
	bool is_cut;
	/* of the invocation that is read now */
	const struct part *part;
	size_t first;
	bool ended;
};

static bool is_known(const struct reading *r, struct str request_id)
{
	for (size_t i = 0; i < r->part_count; i++)
		if (str_eq(r->parts[i].request_id, request_id))
			return true;
	return false;
}

static int find_run(struct call *call, void *arg)
{
	struct reading *r = arg;
	struct str prefix = trace_prefix(call, r->id);
	struct txn_cursor c;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part key[KEY_PARTS];
		struct part *part = &r->parts[r->part_count];
		if (key_decode(call->arena, c.key, key, KEY_PARTS) != KEY_PARTS ||
			is_known(r, key[6].text))
			continue;
		if (r->part_count == LOGS_TRACE_MAX) {
			r->is_cut = true;
			break;
		}
		*part = (struct part){ .request_id = key[6].text, .begun = key[5].integer };
		if (record_decode(call->arena, &logs_trace_record_shape,
			    arena_str(call->arena, c.value), &part->record) == 0)
			r->part_count++;
	}
	txn_cursor_close(&c);
	return 0;
}

/* All invocations of the trace, and of the traces that those began. */
static int find_parts(struct reading *r, struct str id)
{
	r->parts = ARENA_ARRAY(r->call->arena, struct part, LOGS_TRACE_MAX + 1);
	r->id = id;
	if (call_read_from(r->call, r->call->aws->telemetry, find_run, r) < 0)
		return -1;
	for (size_t i = 0; i < r->part_count; i++) {
		struct str own = r->parts[i].record.own_trace;
		bool is_new = own.n && !str_eq(own, id);
		for (size_t j = 0; is_new && j < i; j++)
			is_new = !str_eq(own, r->parts[j].record.own_trace);
		r->id = own;
		if (is_new && call_read_from(r->call, r->call->aws->telemetry, find_run, r) < 0)
			return -1;
	}
	return 0;
}

/* An instance handles one invocation at a time: its lines stand between START and REPORT. */
static bool visit(void *arg, const struct log_event *e)
{
	struct reading *r = arg;
	bool is_own = str_find(e->message, r->part->request_id) >= 0;
	if (is_own && (str_starts(e->message, STR("START RequestId: ")) ||
			      str_find(e->message, STR("\"type\":\"platform.start\"")) >= 0)) {
		r->line_count = r->first; /* what stood before was the one before's */
	}
	if (r->bytes + e->message.n > LOGS_TRACE_BYTES_MAX) {
		r->is_cut = true;
		return false;
	}
	if (r->line_count == r->line_cap) {
		r->line_cap = r->line_cap ? 2 * r->line_cap : 256;
		r->lines = xrealloc(r->lines, r->line_cap * sizeof *r->lines);
	}
	r->lines[r->line_count] = (struct line){ e->at.time, r->line_count, r->part,
		arena_str(r->call->arena, e->message) };
	r->line_count++;
	r->bytes += e->message.n;
	r->ended =
		is_own && (str_starts(e->message, STR("REPORT RequestId: ")) ||
				  str_find(e->message, STR("\"type\":\"platform.report\"")) >= 0);
	return !r->ended;
}

/* As for each event of its group: 0 or -1. */
static int may_read(struct call *call, struct str group)
{
	struct service_resource resource = { .account = call->identity.account };
	resource.arn = call_arn(call, "logs", "log-group:%.*s:log-stream:", STR_ARG(group));
	return call_authorize(call, "logs:FilterLogEvents", &resource);
}

static int read_part(struct reading *r, const struct part *part)
{
	struct stream_ref ref;
	struct logs_group_record group;
	/* A group that was deleted since has taken its lines along. */
	if (group_find(r->call, part->record.group, &group) < 0 ||
		stream_find(r->call, part->record.group, part->record.stream, false, &ref) < 0) {
		r->call->error = (struct call_error){ 0 };
		return 0;
	}
	struct event_walk w = {
		.group = ref.group, .stream = ref.stream, .visit = visit, .arg = r
	};
	w.from.time = MAX(part->begun, group_oldest_ms(&group, r->call->now_ms));
	w.to.time = part->record.ended.v + 1;
	r->part = part;
	r->first = r->line_count;
	r->ended = false;
	while (!w.ended && !r->ended && !r->is_cut) {
		if (events_walk(r->call, &w) < 0)
			return -1;
		fiber_yield();
	}
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static void answer(struct reading *r, struct traces_get_trace_log_output *out)
{
	struct arena *arena = r->call->arena;
	if (r->line_count)
		qsort(r->lines, r->line_count, sizeof *r->lines, compare_lines);
	out->events.v = ARENA_ARRAY(arena, struct traces_trace_event, r->line_count + 1);
	for (size_t i = 0; i < r->line_count; i++) {
		const struct line *line = &r->lines[i];
		out->events.v[out->events.n++] = (struct traces_trace_event){
			OPT_I64(line->time),
			line->part->record.group,
			line->part->record.stream,
			line->part->request_id,
			line->message,
		};
	}
	out->is_cut = OPT_BOOL(r->is_cut);
}

int traces_get_trace_log(struct call *call, const struct traces_get_trace_log_input *in,
	struct traces_get_trace_log_output *out)
{
	struct reading r = { .call = call };
	if (!trace_is_id(in->trace_id))
		return fail(call, &traces_trace_id_invalid,
			"A trace's id is like 1-5759e988-bd862e3fe1be46a994272793.");
	call->api = &logs_api; /* whose the groups are */
	int result = find_parts(&r, in->trace_id);
	for (size_t i = 0; result == 0 && i < r.part_count; i++)
		result = may_read(call, r.parts[i].record.group);
	for (size_t i = 0; result == 0 && i < r.part_count; i++)
		result = read_part(&r, &r.parts[i]);
	if (result == 0)
		answer(&r, out);
	free(r.lines);
	return result;
}

/* Whoever asks must be allowed to read each group: the handler asks. */
static int find_resource(struct call *call, const void *in, struct service_resource *out)
{
	(void)call;
	(void)in;
	out->by_handler = true;
	return 0;
}

const struct service traces_service = { .api = &traces_api, .find_resource = find_resource };

/* ---- forgetting ---- */

/* A trace's id begins with its time, so that the old ones stand first. */
static int sweep_run(struct call *call, void *arg)
{
	char end[16];
	int64_t oldest_s = MAX((call->now_ms - LOGS_TRACE_DAYS * LOGS_DAY_MS) / 1000, 0);
	(void)arg;
	snprintf(end, sizeof end, "1-%08llx", (unsigned long long)oldest_s & 0xffffffff);
	txn_delete_range(call->txn, KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("x")),
		KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("x"), key_text(str_c(end))));
	return 0;
}

int trace_sweep(struct call *call)
{
	return call_write_to(call, call->aws->telemetry, sweep_run, NULL);
}
