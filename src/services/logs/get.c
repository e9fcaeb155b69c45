/* Reading events: GetLogEvents of one stream, FilterLogEvents across a group, TestMetricFilter. */
#include "services/logs/events.h"
#include "services/logs/filter.h"
#include "store/key.h"

/*
 * Tokens are a letter and a position: "f/TIME.SEQUENCE" and "b/..." of GetLogEvents (the events
 * from there on, and those before it), "a/..." and "d/..." of FilterLogEvents (ascending,
 * descending).
 */
static struct str token_text(struct call *call, char kind, struct position at)
{
	return arena_printf(call->arena, "%c/%038lld%018lld/s", kind, (long long)at.time,
		(long long)at.sequence);
}

static int token_parse(
	struct call *call, struct str token, const char *kinds, char *kind, struct position *at)
{
	if (token.n == 2 + 56 + 2 && strchr(kinds, token.p[0]) && token.p[1] == '/' &&
		str_ends(token, STR("/s")) && str_to_i64(str_sub(token, 2, 38), &at->time) == 0 &&
		str_to_i64(str_sub(token, 40, 18), &at->sequence) == 0 && at->time >= 0 &&
		at->sequence >= 0) {
		*kind = token.p[0];
		return 0;
	}
	return fail(call, &logs_invalid_parameter_exception, "The specified nextToken is invalid.");
}

/* Goes on with the walk until it has ended or is full; others have a turn between its slices. */
static int walk_whole(struct call *call, struct event_walk *w, const bool *full)
{
	for (;;) {
		if (events_walk(call, w) < 0)
			return -1;
		if (w->ended || *full)
			return 0;
		if (fiber_self())
			fiber_yield();
	}
}

/* ---- GetLogEvents ---- */

struct page {
	struct arena *arena;
	struct logs_output_log_event *events;
	struct position first, last;
	size_t n, cap, max, bytes;
	bool full;
};

static bool page_visit(void *arg, const struct log_event *e)
{
	struct page *p = arg;
	if (p->n == p->max ||
		(p->n && p->bytes + e->message.n + LOGS_EVENT_OVERHEAD > LOGS_PAGE_BYTES_MAX)) {
		p->full = true;
		return false;
	}
	if (p->n == p->cap) {
		size_t cap = MIN(p->cap ? p->cap * 2 : 64, p->max);
		struct logs_output_log_event *events =
			ARENA_ARRAY(p->arena, struct logs_output_log_event, cap);
		if (p->n)
			memcpy(events, p->events, p->n * sizeof *events);
		p->events = events;
		p->cap = cap;
	}
	if (!p->n)
		p->first = e->at;
	p->last = e->at;
	p->bytes += e->message.n + LOGS_EVENT_OVERHEAD;
	p->events[p->n++] = (struct logs_output_log_event){ OPT_I64(e->at.time),
		arena_str(p->arena, e->message), OPT_I64(e->ingested) };
	return true;
}

static void page_reverse(struct page *p)
{
	for (size_t i = 0; i < p->n / 2; i++) {
		struct logs_output_log_event kept = p->events[i];
		p->events[i] = p->events[p->n - 1 - i];
		p->events[p->n - 1 - i] = kept;
	}
	struct position first = p->first;
	p->first = p->last;
	p->last = first;
}

struct find_stream {
	struct str group_name, stream_name;
	struct logs_group_record group;
	struct logs_stream_record stream;
};

static int find_run(struct call *call, void *arg)
{
	struct find_stream *f = arg;
	if (group_require(call, f->group_name, &f->group) < 0)
		return -1;
	if (!stream_get(call, f->group.id.v, f->stream_name, &f->stream))
		return fail(call, &logs_resource_not_found_exception,
			"The specified log stream does not exist.");
	return 0;
}

int logs_get_log_events(struct call *call, const struct logs_get_log_events_input *in,
	struct logs_get_log_events_output *out)
{
	struct find_stream f = { .stream_name = in->log_stream_name };
	struct page page = { .arena = call->arena,
		.max = (size_t)(in->limit.set ? in->limit.v : LOGS_PAGE_EVENTS_MAX) };
	char direction = in->start_from_head.v ? 'f' : 'b';
	if (group_named(call, in->log_group_name, in->log_group_identifier, &f.group_name) < 0)
		return -1;
	if (in->start_time.set && in->end_time.set && in->start_time.v > in->end_time.v)
		return fail(call, &logs_invalid_parameter_exception,
			"startTime must not be later than endTime.");
	struct position token = { 0 };
	if (in->next_token.p && token_parse(call, in->next_token, "fb", &direction, &token) < 0)
		return -1;
	if (call_read(call, find_run, &f) < 0)
		return -1;
	struct event_walk w = { .group = f.group.id.v,
		.stream = f.stream.id.v,
		.visit = page_visit,
		.arg = &page,
		.reverse = direction == 'b' };
	w.from.time = MAX(in->start_time.v, group_oldest_ms(&f.group, call->now_ms));
	w.to.time = in->end_time.set ? MIN(in->end_time.v, POSITION_TIME_MAX) : POSITION_TIME_MAX;
	struct position begin = w.from;
	if (in->next_token.p && direction == 'f' && position_cmp(token, w.from) > 0)
		w.from = token;
	else if (in->next_token.p && direction == 'b' && position_cmp(token, w.to) < 0)
		w.to = token;
	if (walk_whole(call, &w, &page.full) < 0)
		return -1;
	if (w.reverse)
		page_reverse(&page);
	out->events = (struct logs_output_log_events){
		page.events ? page.events : ARENA_NEW(call->arena, struct logs_output_log_event),
		page.n
	};
	/* Where nothing is left, the token that came goes back: so a client knows the end of the
	 * stream. */
	struct position none = in->next_token.p ? token : begin,
			next = { page.last.time, page.last.sequence + 1 };
	out->next_forward_token = token_text(call, 'f', page.n ? next : none);
	out->next_backward_token = token_text(call, 'b', page.n ? page.first : none);
	return 0;
}

/* ---- FilterLogEvents ---- */

struct search {
	struct call *call;
	const struct logs_filter_log_events_input *in;
	struct filter *filter;
	int64_t group;
	struct map names; /* the stream's id, as 8 bytes: its struct stream_name */
	struct logs_filtered_log_event *events;
	size_t n, cap, max, bytes, looked;
	bool full;
};

struct stream_name {
	struct str name;
	bool wanted;
};

static bool stream_is_wanted(const struct logs_filter_log_events_input *in, struct str name)
{
	if (in->log_stream_name_prefix.p)
		return str_starts(name, in->log_stream_name_prefix);
	for (size_t i = 0; i < in->log_stream_names.n; i++)
		if (str_eq(in->log_stream_names.v[i], name))
			return true;
	return in->log_stream_names.n == 0;
}

static const struct stream_name *search_stream(struct search *s, int64_t id)
{
	struct str key = { (const char *)&id, sizeof id };
	struct stream_name *found = map_get(&s->names, key);
	if (!found) {
		found = ARENA_NEW(s->call->arena, struct stream_name);
		found->name = events_stream_name(s->call, s->group, id);
		found->wanted = found->name.n && stream_is_wanted(s->in, found->name);
		map_put(&s->names, key, found);
	}
	return found;
}

static bool search_visit(void *arg, const struct log_event *e)
{
	struct search *s = arg;
	if (s->looked == LOGS_SCAN_MAX) {
		s->full = true;
		return false;
	}
	const struct stream_name *stream = search_stream(s, e->stream);
	if (!stream->wanted || !filter_matches(s->filter, e->message)) {
		s->looked++;
		return true;
	}
	if (s->n == s->max ||
		(s->n && s->bytes + e->message.n + LOGS_EVENT_OVERHEAD > LOGS_PAGE_BYTES_MAX)) {
		s->full = true;
		return false;
	}
	if (s->n == s->cap) {
		size_t cap = MIN(s->cap ? s->cap * 2 : 64, s->max);
		struct logs_filtered_log_event *events =
			ARENA_ARRAY(s->call->arena, struct logs_filtered_log_event, cap);
		if (s->n)
			memcpy(events, s->events, s->n * sizeof *events);
		s->events = events;
		s->cap = cap;
	}
	s->looked++;
	s->bytes += e->message.n + LOGS_EVENT_OVERHEAD;
	s->events[s->n++] = (struct logs_filtered_log_event){
		.log_stream_name = stream->name,
		.timestamp = OPT_I64(e->at.time),
		.message = arena_str(s->call->arena, e->message),
		.ingestion_time = OPT_I64(e->ingested),
		.event_id = arena_printf(s->call->arena, "%020lld%018lld%018lld",
			(long long)e->at.time, (long long)e->at.sequence, (long long)s->group),
	};
	return true;
}

/* Named streams must exist; one alone is walked by its own index. */
static int check_streams_run(struct call *call, void *arg)
{
	struct event_walk *w = arg;
	const struct search *s = w->arg;
	for (size_t i = 0; i < s->in->log_stream_names.n; i++) {
		struct logs_stream_record record;
		if (!stream_get(call, s->group, s->in->log_stream_names.v[i], &record))
			return fail(call, &logs_resource_not_found_exception,
				"The specified log stream does not exist.");
		w->stream = s->in->log_stream_names.n == 1 ? record.id.v : 0;
	}
	return 0;
}

static int search_range(struct call *call, const struct logs_filter_log_events_input *in,
	const struct logs_group_record *group, struct event_walk *w)
{
	static const int64_t reverse_since_ms =
		INT64_C(1704067200000); /* 2024-01-01, as AWS says */
	char kind = in->start_from_head.set && !in->start_from_head.v ? 'd' : 'a';
	struct position token = { 0 };
	if (in->start_time.set && in->end_time.set && in->start_time.v > in->end_time.v)
		return fail(call, &logs_invalid_parameter_exception,
			"startTime must not be later than endTime.");
	if (in->next_token.p && token_parse(call, in->next_token, "ad", &kind, &token) < 0)
		return -1;
	if (kind == 'd' && in->start_time.v < reverse_since_ms)
		return fail(call, &logs_invalid_parameter_exception,
			"startFromHead set to false is supported only when startTime is on or after "
			"Jan 1, 2024 00:00:00 UTC.");
	w->reverse = kind == 'd';
	w->from.time = MAX(in->start_time.v, group_oldest_ms(group, call->now_ms));
	w->to.time =
		in->end_time.set ? MIN(in->end_time.v, POSITION_TIME_MAX) + 1 : POSITION_TIME_MAX;
	if (in->next_token.p && !w->reverse && position_cmp(token, w->from) > 0)
		w->from = token;
	if (in->next_token.p && w->reverse && position_cmp(token, w->to) < 0)
		w->to = token;
	return 0;
}

int logs_filter_log_events(struct call *call, const struct logs_filter_log_events_input *in,
	struct logs_filter_log_events_output *out)
{
	struct str name, why;
	struct logs_group_record group;
	struct search s = { .call = call,
		.in = in,
		.max = (size_t)(in->limit.set ? in->limit.v : LOGS_PAGE_EVENTS_MAX) };
	struct event_walk w = { .visit = search_visit, .arg = &s };
	if (group_named(call, in->log_group_name, in->log_group_identifier, &name) < 0)
		return -1;
	if (in->log_stream_names.v && in->log_stream_name_prefix.p)
		return fail(call, &logs_invalid_parameter_exception,
			"logStreamNames and logStreamNamePrefix are mutually exclusive parameters.");
	if (group_find(call, name, &group) < 0 || search_range(call, in, &group, &w) < 0)
		return -1;
	s.group = w.group = group.id.v;
	if (call_read(call, check_streams_run, &w) < 0)
		return -1;
	if (filter_parse(call->arena, in->filter_pattern.p ? in->filter_pattern : STR(""),
		    &s.filter, &why) < 0)
		return fail(call, &logs_invalid_parameter_exception, "%.*s", STR_ARG(why));
	int r = walk_whole(call, &w, &s.full);
	filter_fini(s.filter);
	map_fini(&s.names);
	if (r < 0)
		return -1;
	out->events = (struct logs_filtered_log_events){
		s.events ? s.events : ARENA_NEW(call->arena, struct logs_filtered_log_event), s.n
	};
	/* AWS answers an empty list since 2020. */
	out->searched_log_streams.v = ARENA_NEW(call->arena, struct logs_searched_log_stream);
	if (s.full)
		out->next_token =
			token_text(call, w.reverse ? 'd' : 'a', w.reverse ? w.to : w.from);
	return 0;
}

/* ---- TestMetricFilter ---- */

int logs_test_metric_filter(struct call *call, const struct logs_test_metric_filter_input *in,
	struct logs_test_metric_filter_output *out)
{
	enum { VALUES_MAX = FILTER_FIELDS_MAX };
	struct filter *filter;
	struct str why;
	if (filter_parse(call->arena, in->filter_pattern, &filter, &why) < 0)
		return fail(call, &logs_invalid_parameter_exception, "%.*s", STR_ARG(why));
	struct filter_value *values = ARENA_ARRAY(call->arena, struct filter_value, VALUES_MAX);
	out->matches.v = ARENA_ARRAY(
		call->arena, struct logs_metric_filter_match_record, in->log_event_messages.n);
	for (size_t i = 0; i < in->log_event_messages.n; i++) {
		struct str message = in->log_event_messages.v[i];
		if (!filter_matches(filter, message))
			continue;
		struct logs_metric_filter_match_record *m = &out->matches.v[out->matches.n++];
		size_t n = filter_extract(filter, call->arena, message, values, VALUES_MAX);
		*m = (struct logs_metric_filter_match_record){ OPT_I64((int64_t)i + 1), message,
			{ ARENA_ARRAY(call->arena, struct logs_extracted_values_entry, n), n } };
		for (size_t v = 0; v < n; v++)
			m->extracted_values.v[v] =
				(struct logs_extracted_values_entry){ values[v].name,
					values[v].value };
	}
	filter_fini(filter);
	return 0;
}
