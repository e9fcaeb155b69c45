/*
 * Live logs for the command line and the console: GET
 * /_samovar/logs?group=NAME[&account=&region=&since=MS &filter=PATTERN&follow=1] answers one JSON
 * object a line, {"timestamp", "stream", "message"}; with follow=1 the answer goes on with what
 * comes, within one turn of the loop of its being stored.
 */
#include "aws/codec.h"
#include "net/http_server.h"
#include "services/logs/events.h"
#include "services/logs/filter.h"

/* One client that follows a group; on its fiber's stack, in the state's list. */
struct follower {
	struct list link;
	struct str account, region, group;
	const struct filter *filter;
	struct buf lines; /* not yet written */
	size_t left_out;  /* events that found no room there */
	int64_t known;    /* sequence that the history reached */
	struct waitq wake;
};

static void put_line(struct buf *b, int64_t time, struct str stream, struct str message)
{
	buf_cat(b, "{\"timestamp\":");
	buf_i64(b, time);
	buf_cat(b, ",\"stream\":");
	json_quote(b, stream);
	buf_cat(b, ",\"message\":");
	json_quote(b, message);
	buf_cat(b, "}\n");
}

void followers_push(struct logs *logs, const struct call *call, struct str group, struct str stream,
	const struct logs_input_log_event *events, size_t count, int64_t sequence)
{
	struct follower *f;
	LIST_FOR(f, &logs->followers, struct follower, link)
	{
		if (!str_eq(f->group, group) || !str_eq(f->account, call->identity.account) ||
			!str_eq(f->region, call->identity.region))
			continue;
		for (size_t i = 0; i < count; i++) {
			if (sequence + (int64_t)i <= f->known ||
				!filter_matches(f->filter, events[i].message))
				continue;
			if (f->lines.n > LOGS_FOLLOWER_BYTES_MAX)
				f->left_out++;
			else
				put_line(&f->lines, events[i].timestamp.v, stream,
					events[i].message);
		}
		waitq_wake_all(&f->wake);
	}
}

void followers_wake(struct logs *logs)
{
	struct follower *f;
	LIST_FOR(f, &logs->followers, struct follower, link)
	waitq_wake_all(&f->wake);
}

/* ---- history ---- */

struct history {
	struct call *call;
	struct follower *follower;
	struct http_exchange *ex;
	int64_t group;
	struct map names;
	struct buf lines;
};

static bool history_visit(void *arg, const struct log_event *e)
{
	struct history *h = arg;
	if (e->at.sequence > h->follower->known || !filter_matches(h->follower->filter, e->message))
		return true;
	struct str key = { (const char *)&e->stream, sizeof e->stream },
		   *name = map_get(&h->names, key);
	if (!name) {
		name = ARENA_NEW(h->call->arena, struct str);
		*name = events_stream_name(h->call, h->group, e->stream);
		map_put(&h->names, key, name);
	}
	put_line(&h->lines, e->at.time, *name, e->message);
	return true;
}

struct sequence_query {
	int64_t group;
	struct logs_group_stat stat;
};

static int sequence_run(struct call *call, void *arg)
{
	struct sequence_query *q = arg;
	events_group_stat(call, q->group, &q->stat);
	return 0;
}

static int write_history(
	struct call *call, struct follower *f, struct http_exchange *ex, int64_t since_ms)
{
	struct logs_group_record group;
	struct sequence_query q;
	struct history h = { .call = call, .follower = f, .ex = ex };
	int r = 0;
	/* A group that is not there yet may come. */
	if (group_find(call, f->group, &group) < 0) {
		call->error = (struct call_error){ 0 };
		return 0;
	}
	q.group = h.group = group.id.v;
	if (call_read_from(call, call->aws->telemetry, sequence_run, &q) < 0)
		return -1;
	f->known = q.stat.sequence.v;
	struct event_walk w = { .group = h.group, .visit = history_visit, .arg = &h };
	w.from.time = MAX(since_ms, group_oldest_ms(&group, call->now_ms));
	w.to.time = POSITION_TIME_MAX;
	while (r == 0 && !w.ended) {
		r = events_walk(call, &w);
		if (r == 0 && h.lines.n)
			r = http_respond_write(ex, buf_view(&h.lines));
		h.lines.n = 0;
		fiber_yield();
	}
	buf_fini(&h.lines);
	map_fini(&h.names);
	return r;
}

/* ---- following ---- */

static int write_live(struct logs *logs, struct follower *f, struct http_exchange *ex)
{
	int r = 0;
	http_wake_on_close(ex, &f->wake);
	while (r >= 0 && !logs->stopping && !http_client_gone(ex)) {
		if (!f->lines.n && !f->left_out) {
			waitq_wait(&f->wake, -1);
			continue;
		}
		/* The next lines gather while these are written. */
		struct buf lines = f->lines;
		f->lines = (struct buf){ 0 };
		if (f->left_out) {
			buf_printf(&lines, "{\"leftOut\":%zu}\n", f->left_out);
			f->left_out = 0;
		}
		r = http_respond_write(ex, buf_view(&lines));
		buf_fini(&lines);
	}
	http_wake_on_close(ex, NULL);
	return r;
}

static void refuse(struct http_exchange *ex, int status, struct str message)
{
	struct buf b = { 0 };
	struct http_header header = { STR("Content-Type"), STR("application/json") };
	buf_cat(&b, "{\"message\":");
	json_quote(&b, message);
	buf_cat(&b, "}");
	http_respond(ex, status, &header, 1, buf_view(&b));
	buf_fini(&b);
}

static void follow(struct logs *logs, struct http_exchange *ex, struct call *call,
	struct follower *f, int64_t since_ms, bool live)
{
	static const struct http_header headers[] = { { STR_INIT("Content-Type"),
							      STR_INIT("application/x-ndjson") },
		{ STR_INIT("Cache-Control"), STR_INIT("no-store") } };
	struct logs_group_record group;
	/* Who follows waits for a group that is not there yet. */
	if (!live && group_find(call, f->group, &group) < 0) {
		refuse(ex, 404, call->error.message);
		return;
	}
	if (http_respond_start(ex, 200, headers, COUNT_OF(headers), -1) < 0)
		return;
	/* Before the history is read, so that nothing comes between; nothing waits until its end is
	 * known. */
	list_append(&logs->followers, &f->link);
	logs->follower_count++;
	int r = write_history(call, f, ex, since_ms);
	if (r == 0 && live)
		r = write_live(logs, f, ex);
	list_remove(&f->link);
	logs->follower_count--;
	buf_fini(&f->lines);
	if (r >= 0)
		http_respond_end(ex);
	waitq_wake_all(&logs->ended);
}

bool follow_serve(struct aws *aws, void *state, struct http_exchange *ex)
{
	struct logs *logs = state;
	const struct http_request *request = http_request(ex);
	if (!str_is(request->path, "/_samovar/logs"))
		return false;
	struct arena *arena = http_arena(ex);
	struct str account = http_query_get(arena, request->query, STR("account"));
	struct str region = http_query_get(arena, request->query, STR("region"));
	struct str since = http_query_get(arena, request->query, STR("since"));
	struct str pattern = http_query_get(arena, request->query, STR("filter")), why;
	struct follower f = { .group = http_query_get(arena, request->query, STR("group")) };
	struct str origin = http_header_get(&request->headers, STR("origin"));
	struct filter *filter;
	struct call call;
	struct identity identity = { .account = account.n ? account : STR("000000000000"),
		.region = region.n ? region : STR("us-east-1") };
	call_init(&call, aws, arena, &identity);
	call.api = &logs_api;
	call.http = ex;
	int64_t since_ms = call.now_ms;
	if (!aws_host_is_allowed(aws, request->host) || (origin.n && !aws_origin_is_local(origin)))
		refuse(ex, 403, STR("This name may not be used to reach the server."));
	else if (aws->auth == AWS_AUTH_STRICT)
		refuse(ex, 403,
			STR("Live logs are not served without signatures; use FilterLogEvents."));
	else if (!str_is(request->method, "GET"))
		refuse(ex, 405, STR("Use GET."));
	else if (!f.group.n)
		refuse(ex, 400, STR("The parameter group is missing."));
	else if (since.n && str_to_i64(since, &since_ms) < 0)
		refuse(ex, 400, STR("The parameter since is milliseconds since 1970."));
	else if (logs->follower_count >= LOGS_FOLLOWERS_MAX || logs->stopping)
		refuse(ex, 503, STR("Too many clients follow logs."));
	else if (filter_parse(arena, pattern.p ? pattern : STR(""), &filter, &why) < 0)
		refuse(ex, 400, why);
	else {
		f.account = identity.account;
		f.region = identity.region;
		f.filter = filter;
		waitq_init(&f.wake);
		follow(logs, ex, &call, &f, since_ms,
			str_is(http_query_get(arena, request->query, STR("follow")), "1"));
		filter_fini(filter);
	}
	return true;
}
