/* The log of a function, as it was and as it goes on. */
#include "cli/follow.h"
#include "base/clock.h"
#include "base/encode.h"
#include "cli/program.h"
#include "cli/term.h"
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <yyjson.h>

struct reader {
	const struct follow *follow;
	struct buf rest; /* a line that has not ended */
};

static enum term_style style_of(struct str message)
{
	static const struct str platform[] = { STR_INIT("START RequestId"), STR_INIT("END RequestId"),
		STR_INIT("REPORT RequestId"), STR_INIT("INIT_REPORT") };
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
static void print_time(int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];
	localtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%H:%M:%S", &tm);
	printf("%s%s.%03d%s ", term_style(TERM_DIM), text, (int)(ms % 1000), term_style(TERM_PLAIN));
}

static void print_event(const struct reader *r, struct str line)
{
	yyjson_doc *doc = yyjson_read(line.p, line.n, 0);
	yyjson_val *root = yyjson_doc_get_root(doc), *text = yyjson_obj_get(root, "message");
	if (yyjson_is_str(text)) {
		struct str message = { yyjson_get_str(text), yyjson_get_len(text) };
		while (message.n > 0 && message.p[message.n - 1] == '\n')
			message.n--;
		if (r->follow->with_times)
			print_time(yyjson_get_sint(yyjson_obj_get(root, "timestamp")));
		term_line(style_of(message), message);
	}
	yyjson_doc_free(doc);
}

static int on_part(void *arg, struct str part)
{
	struct reader *r = arg;
	buf_str(&r->rest, part);
	ssize_t end;
	while ((end = str_index(buf_view(&r->rest), '\n')) >= 0) {
		print_event(r, str_sub(buf_view(&r->rest), 0, (size_t)end));
		buf_consume(&r->rest, (size_t)end + 1);
	}
	fflush(stdout);
	return program_is_ending();
}

static struct str follow_url(struct client *c, const struct follow *f)
{
	bool is_account = c->access_key_id.n == 12 && strspn(c->access_key_id.p, "0123456789") == 12;
	struct str account = is_account ? c->access_key_id : STR("000000000000");
	return arena_printf(&c->arena, "%.*s/_samovar/logs?group=%.*s&account=%.*s&region=%.*s&since=%lld&filter=%.*s%s",
		STR_ARG(c->endpoint), STR_ARG(percent_encode(&c->arena, f->group, false)), STR_ARG(account),
		STR_ARG(percent_encode(&c->arena, c->region, false)), (long long)f->since_ms,
		STR_ARG(percent_encode(&c->arena, f->filter, false)), f->goes_on ? "&follow=1" : "");
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
	if (response.status != 200) {
		c->error_code = arena_printf(&c->arena, "HTTP %d", response.status);
		c->error_message = STR("the log can't be read");
		return -EREMOTEIO;
	}
	return 0;
}
