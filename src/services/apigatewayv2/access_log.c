/*
 * Access logs (API Gateway Developer Guide, "Configure logging for HTTP APIs"): lines gather while
 * the ones before them are written, so that no request waits for its line.
 */
#include "services/apigatewayv2/access_log.h"
#include "api/logs.h"
#include "base/clock.h"
#include "base/log.h"
#include "loop/fiber.h"
#include <stdlib.h>

struct line {
	struct line *next;
	int64_t time_ms;
	char *account, *region, *group, *stream;
	struct buf text;
};

struct access_log {
	struct aws *aws;
	struct line *first, **last;
	size_t count, left_out;
	bool writing;
	struct waitq idle;
};

struct str access_log_group(struct str arn)
{
	struct str marker = STR(":log-group:");
	ssize_t at = str_find(arn, marker);
	if (!str_starts(arn, STR("arn:aws:logs:")) || at < 0)
		return (struct str){ 0 };
	struct str group = str_from(arn, (size_t)at + marker.n);
	if (str_ends(group, STR(":*")))
		group.n -= 2;
	return group.n ? group : (struct str){ 0 };
}

static void line_free(struct line *l)
{
	free(l->account);
	free(l->region);
	free(l->group);
	free(l->stream);
	buf_fini(&l->text);
	free(l);
}

/* ---- writing ---- */

static bool same_stream(const struct line *a, const struct line *b)
{
	return strcmp(a->group, b->group) == 0 && strcmp(a->account, b->account) == 0 &&
	       strcmp(a->region, b->region) == 0 && strcmp(a->stream, b->stream) == 0;
}

/* Takes the lines that go where the first one goes, and writes them in one batch. */
static void write_batch(struct access_log *log)
{
	struct arena arena = { 0 };
	struct line *batch = log->first, *l;
	struct identity identity = { .account = str_c(batch->account),
		.region = str_c(batch->region),
		.service = STR("apigateway.amazonaws.com") };
	struct logs_input_log_event *events =
		ARENA_ARRAY(&arena, struct logs_input_log_event, log->count);
	struct logs_append_input in = { .log_group_name = str_c(batch->group),
		.log_stream_name = str_c(batch->stream),
		.log_events = { events, 0 } };
	struct logs_append_output out;
	struct call call;
	for (l = batch; l && same_stream(l, batch); l = l->next) {
		events[in.log_events.n++] =
			(struct logs_input_log_event){ OPT_I64(l->time_ms), buf_view(&l->text) };
		log->first = l->next;
	}
	if (!log->first)
		log->last = &log->first;
	log->count -= in.log_events.n;
	call_init(&call, log->aws, &arena, &identity);
	if (call_inner(&call, &logs_append_operation, NULL, &in, &out) < 0)
		log_warn("gateway: access log %s: %.*s", batch->group, STR_ARG(call.error.message));
	for (size_t i = 0; i < in.log_events.n; i++) {
		l = batch->next;
		line_free(batch);
		batch = l;
	}
	arena_fini(&arena);
}

static void write_lines(void *arg)
{
	struct access_log *log = arg;
	while (log->first)
		write_batch(log);
	if (log->left_out)
		log_warn("gateway: %zu lines of access logs were left out", log->left_out);
	log->left_out = 0;
	log->writing = false;
	waitq_wake_all(&log->idle);
}

/* ---- lines ---- */

static struct str value_of(const struct exchange *x, const struct answer *a, struct str name)
{
	char time[CLOCK_TEXT_MAX];
	if (str_is(name, "status"))
		return arena_printf(x->arena, "%d", a->status);
	if (str_is(name, "responseLength"))
		return arena_printf(x->arena, "%zu", a->body.n);
	if (str_is(name, "requestTime"))
		return arena_str(x->arena, (struct str){ time, clock_format_clf(x->now_ms, time) });
	if (str_is(name, "requestTimeEpoch"))
		return arena_printf(x->arena, "%lld", (long long)(x->now_ms / 1000));
	if (str_is(name, "responseLatency"))
		return arena_printf(x->arena, "%llu",
			(unsigned long long)((clock_mono_ns() - x->request->received_ns) /
					     1000000));
	if (str_is(name, "integrationLatency") || str_is(name, "integration.latency"))
		return x->integration_ns
			       ? arena_printf(x->arena, "%llu",
					 (unsigned long long)(x->integration_ns / 1000000))
			       : STR("-");
	struct str value = context_value(x, name);
	return value.n ? value : STR("-");
}

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '.' ||
	       c == '_';
}

/* The format with its $context variables; what a client sent can't end the line or the JSON text it
 * stands in. */
static void format_line(
	struct buf *b, const struct exchange *x, const struct answer *a, struct str format)
{
	struct str marker = STR("$context.");
	for (ssize_t at; (at = str_find(format, marker)) >= 0;) {
		buf_append(b, format.p, (size_t)at);
		format = str_from(format, (size_t)at + marker.n);
		size_t n = 0;
		while (n < format.n && is_name_char(format.p[n]))
			n++;
		struct str value = value_of(x, a, str_sub(format, 0, n));
		for (size_t i = 0; i < value.n; i++) {
			char c = value.p[i];
			if (c == '"' || c == '\\')
				buf_char(b, '\\');
			buf_char(b, (unsigned char)c < 32 ? ' ' : c);
		}
		format = str_from(format, n);
	}
	buf_str(b, format);
}

void access_log_add(struct access_log *log, const struct exchange *x, const struct answer *a)
{
	const struct apigatewayv2_access_log_settings *settings =
		x->stage->record->access_log_settings;
	struct str group =
		settings ? access_log_group(settings->destination_arn) : (struct str){ 0 };
	if (!group.p)
		return;
	if (log->count >= GATEWAY_ACCESS_LINES_MAX) {
		log->left_out++;
		return;
	}
	struct line *l = xcalloc(1, sizeof *l);
	struct str stage = str_is(x->stage->name, "$default") ? STR("default") : x->stage->name;
	l->time_ms = x->now_ms;
	l->account = xstrndup(x->table->account.p, x->table->account.n);
	l->region = xstrndup(x->table->region.p, x->table->region.n);
	l->group = xstrndup(group.p, group.n);
	l->stream = xasprintf("%.*s-%.*s", STR_ARG(x->table->api.api_id), STR_ARG(stage));
	format_line(&l->text, x, a, settings->format);
	*log->last = l;
	log->last = &l->next;
	log->count++;
	if (!log->writing)
		log->writing = fiber_start(write_lines, log) == 0;
}

struct access_log *access_log_create(struct aws *aws)
{
	struct access_log *log = xcalloc(1, sizeof *log);
	log->aws = aws;
	log->last = &log->first;
	waitq_init(&log->idle);
	return log;
}

void access_log_destroy(struct access_log *log)
{
	while (log->writing)
		waitq_wait(&log->idle, -1);
	for (struct line *l = log->first, *next; l; l = next) {
		next = l->next;
		line_free(l);
	}
	free(log);
}
