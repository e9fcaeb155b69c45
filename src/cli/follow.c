/* The log of a function, as it was and as it goes on. */
#include "cli/follow.h"
#include "api/logs.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/map.h"
#include "cli/program.h"
#include "cli/term.h"
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <yyjson.h>

enum { POLL_MS = 200, LATE_MS = 2000 };

struct reader {
	const struct follow *follow;
	struct buf rest; /* a line that has not ended */
};

static enum term_style style_of(struct str message)
{
	static const struct str platform[] = { STR_INIT("START RequestId"),
		STR_INIT("END RequestId"), STR_INIT("REPORT RequestId"), STR_INIT("INIT_REPORT") };
	for (size_t i = 0; i < COUNT_OF(platform); i++)
		if (str_starts(message, platform[i]))
			return TERM_DIM;
	if (str_find(message, STR("\tERROR\t")) >= 0 || str_starts(message, STR("[ERROR]")) ||
		str_find(message, STR("Task timed out")) >= 0)
		return TERM_RED;
	if (str_find(message, STR("\tWARN\t")) >= 0 || str_starts(message, STR("[WARNING]")))
		return TERM_YELLOW;
	return TERM_PLAIN;
}

/* The local time, to the millisecond. */
void follow_print_time(int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];
	localtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%H:%M:%S", &tm);
	printf("%s%s.%03d%s ", term_style(TERM_DIM), text, (int)(ms % 1000),
		term_style(TERM_PLAIN));
}

void follow_print_message(struct str message)
{
	while (message.n > 0 && message.p[message.n - 1] == '\n')
		message.n--;
	term_line(style_of(message), message);
}

static void print_event(const struct follow *f, int64_t ms, struct str message)
{
	if (f->with_times)
		follow_print_time(ms);
	follow_print_message(message);
}

static void print_line(const struct reader *r, struct str line)
{
	yyjson_doc *doc = yyjson_read(line.p, line.n, 0);
	yyjson_val *root = yyjson_doc_get_root(doc), *text = yyjson_obj_get(root, "message");
	yyjson_val *ms = yyjson_obj_get(root, "timestamp");
	if (yyjson_is_str(text) && ms)
		print_event(r->follow, yyjson_get_sint(ms),
			(struct str){ yyjson_get_str(text), yyjson_get_len(text) });
	yyjson_doc_free(doc);
}

static int on_part(void *arg, struct str part)
{
	struct reader *r = arg;
	buf_str(&r->rest, part);
	ssize_t end;
	while ((end = str_index(buf_view(&r->rest), '\n')) >= 0) {
		print_line(r, str_sub(buf_view(&r->rest), 0, (size_t)end));
		buf_consume(&r->rest, (size_t)end + 1);
	}
	fflush(stdout);
	return program_is_ending();
}

/* The URL with account and region, to which parameters are added. */
static struct str base_url(struct client *c)
{
	bool is_account =
		c->access_key_id.n == 12 && strspn(c->access_key_id.p, "0123456789") == 12;
	struct str account = is_account ? c->access_key_id : STR("000000000000");
	return arena_printf(&c->arena, "%.*s/_samovar/logs?account=%.*s&region=%.*s",
		STR_ARG(c->endpoint), STR_ARG(account),
		STR_ARG(percent_encode(&c->arena, c->region, false)));
}

static struct str follow_url(struct client *c, const struct follow *f)
{
	return arena_printf(&c->arena, "%.*s&group=%.*s&since=%lld&filter=%.*s%s",
		STR_ARG(base_url(c)), STR_ARG(percent_encode(&c->arena, f->group, false)),
		(long long)f->since_ms, STR_ARG(percent_encode(&c->arena, f->filter, false)),
		f->goes_on ? "&follow=1" : "");
}

/* ---- by the API, where the stream asks for a signature that a plain GET has not ---- */

struct poll {
	struct map seen; /* event ids from since_ms on; the value is the event's time */
	int64_t since_ms, newest_ms;
};

static void print_new(
	const struct follow *f, struct poll *p, const struct logs_filtered_log_event *e)
{
	if (map_get(&p->seen, e->event_id))
		return;
	map_put(&p->seen, e->event_id, (void *)(intptr_t)(e->timestamp.v + 1));
	p->newest_ms = MAX(p->newest_ms, e->timestamp.v);
	print_event(f, e->timestamp.v, e->message);
}

static int poll_once(struct client *c, const struct follow *f, struct poll *p)
{
	struct logs_filter_log_events_output out;
	struct logs_filter_log_events_input in = { .log_group_name = f->group,
		.start_time = OPT_I64(p->since_ms) };
	if (f->filter.n > 0)
		in.filter_pattern = f->filter;
	do {
		int r = client_call(c, &logs_api, &logs_filter_log_events_operation, &in, &out);
		if (r < 0)
			return client_failed_with(c, &logs_resource_not_found_exception) ? -ENOENT
											 : r;
		for (size_t i = 0; i < out.events.n; i++)
			print_new(f, p, &out.events.v[i]);
		in.next_token = out.next_token;
	} while (in.next_token.n > 0);
	fflush(stdout);
	return 0;
}

/* Events may come a little late; older ones than that need not be remembered. */
static void forget_old(struct poll *p)
{
	struct map_entry *entry;
	size_t at = 0;
	p->since_ms = MAX(p->since_ms, p->newest_ms - LATE_MS);
	while (map_next(&p->seen, &at, &entry))
		if ((intptr_t)entry->value - 1 < p->since_ms)
			map_remove(&p->seen, entry->key);
}

static int follow_by_polling(struct client *c, const struct follow *f)
{
	struct poll p = { .since_ms = f->since_ms };
	struct client own = *c; /* with an arena that each round empties */
	own.arena = (struct arena){ 0 };
	int r;
	do {
		arena_reset(&own.arena);
		r = poll_once(&own, f, &p);
		forget_old(&p);
		if (r == 0 && f->goes_on && !program_is_ending())
			waitq_wait(program_events(), POLL_MS);
	} while (r == 0 && f->goes_on && !program_is_ending());
	c->error_code = arena_str(&c->arena, own.error_code);
	c->error_message = arena_str(&c->arena, own.error_message);
	arena_fini(&own.arena);
	map_fini(&p.seen);
	return r;
}

int follow_log(struct client *c, const struct follow *f)
{
	struct reader reader = { .follow = f };
	struct http_client_response response;
	struct http_client_request request = {
		.method = STR("GET"),
		.url = follow_url(c, f),
		.timeout_ms = f->goes_on ? UINT64_MAX : 0,
		.on_body = on_part,
		.arg = &reader,
		.is_cancelled = program_is_ending,
		.wakes = program_events(),
	};
	int r = http_client_send(&c->arena, &request, &response);
	buf_fini(&reader.rest);
	if (program_is_ending())
		return 0;
	if (r < 0)
		return r;
	if (response.status == 404)
		return -ENOENT;
	if (response.status == 403)
		return follow_by_polling(c, f);
	if (response.status != 200) {
		c->error_code = arena_printf(&c->arena, "HTTP %d", response.status);
		c->error_message = STR("the log can't be read");
		return -EREMOTEIO;
	}
	return 0;
}
