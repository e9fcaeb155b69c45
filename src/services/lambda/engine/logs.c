/* A log stream: an instance's output cut into events, gathered, and taken to the store by a fiber
 * of its own. */
#include "base/encode.h"
#include "base/log.h"
#include "base/random.h"
#include "services/lambda/engine/internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct pending_line {
	int64_t ms;
	size_t at, n; /* in text */
};

struct pending {
	struct pending_line *v;
	size_t n, cap;
	struct buf text;
	struct log_trace *traces;
	size_t trace_count, trace_cap;
};

struct log_stream {
	struct engine *engine;
	size_t refs; /* the instance, and the fiber that delivers */
	char *account, *region, *group;
	char name[96];
	struct buf partial[2]; /* stdout, stderr: what has no newline yet */
	struct pending pending;
	size_t dropped;
	bool delivering, keep_tail;
	struct buf tail;
};

void engine_set_log_sink(struct engine *engine, log_sink *sink, void *arg)
{
	engine->log_sink = sink;
	engine->log_arg = arg;
}

/* "2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef" */
static void make_name(struct log_stream *log, struct str version)
{
	unsigned char id[16];
	char hex[2 * sizeof id + 1];
	time_t now = (time_t)(clock_now_ms() / 1000);
	struct tm tm;
	gmtime_r(&now, &tm);
	random_bytes(id, sizeof id);
	hex_encode(id, sizeof id, hex);
	snprintf(log->name, sizeof log->name, "%04d/%02d/%02d/[%.*s]%s", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, (int)MIN(version.n, 20), version.p, hex);
}

struct log_stream *log_stream_create(struct engine *engine, const struct engine_function *function)
{
	struct log_stream *log = xcalloc(1, sizeof *log);
	log->engine = engine;
	log->refs = 1;
	log->account = xstrndup(function->account.p, function->account.n);
	log->region = xstrndup(function->region.p, function->region.n);
	log->group = xstrndup(function->log_group.p, function->log_group.n);
	make_name(log, function->version);
	return log;
}

void log_stream_unref(struct log_stream *log)
{
	if (!log)
		return;
	assert(log->refs > 0);
	if (--log->refs > 0)
		return;
	free(log->account);
	free(log->region);
	free(log->group);
	buf_fini(&log->partial[0]);
	buf_fini(&log->partial[1]);
	buf_fini(&log->tail);
	buf_fini(&log->pending.text);
	free(log->pending.v);
	free(log->pending.traces);
	free(log);
}

const char *log_stream_name(const struct log_stream *log)
{
	return log->name;
}

/* ---- delivery ---- */

static void pending_add(struct pending *p, int64_t ms, struct str text)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->v = xrealloc(p->v, p->cap * sizeof *p->v);
	}
	p->v[p->n++] = (struct pending_line){ ms, p->text.n, text.n };
	buf_str(&p->text, text);
}

/* Hands one batch to the sink; returns whether all of it was kept. */
static int deliver(struct log_stream *log, const struct pending *p)
{
	struct log_line *lines = xmalloc(p->n * sizeof *lines);
	int r = 0;
	for (size_t i = 0; i < p->n; i++)
		lines[i] = (struct log_line){ p->v[i].ms, { p->text.p + p->v[i].at, p->v[i].n } };
	for (size_t i = 0; i < p->n; i += LOG_BATCH_LINES_MAX) {
		struct log_batch batch = { str_c(log->account), str_c(log->region),
			str_c(log->group), str_c(log->name), lines + i,
			MIN(p->n - i, LOG_BATCH_LINES_MAX), NULL, 0 };
		if (i + batch.n == p->n) {
			batch.traces = p->traces;
			batch.trace_count = p->trace_count;
		}
		if (log->engine->log_sink(log->engine->log_arg, log->engine->aws, &batch) < 0)
			r = -1;
	}
	free(lines);
	return r;
}

static void deliver_main(void *arg)
{
	struct log_stream *log = arg;
	struct engine *engine = log->engine;
	while (log->pending.n > 0 || log->dropped > 0) {
		if (!engine->stopping)
			fiber_sleep(LOG_BATCH_DELAY_MS);
		if (log->dropped > 0) {
			char text[96];
			int n = snprintf(text, sizeof text,
				"samovar: %zu log events were dropped: the log store "
				"could not keep up",
				log->dropped);
			log->dropped = 0;
			pending_add(&log->pending, clock_now_ms(), (struct str){ text, (size_t)n });
			engine->log_pending_bytes += (size_t)n;
		}
		struct pending batch = log->pending;
		log->pending = (struct pending){ 0 };
		if (deliver(log, &batch) < 0)
			log_debug("logs of %s: a batch of %zu events was refused", log->group,
				batch.n);
		engine->log_pending_bytes -= batch.text.n;
		buf_fini(&batch.text);
		free(batch.v);
		free(batch.traces);
	}
	log->delivering = false;
	log_stream_unref(log);
	engine_task_ended(engine);
}

static bool has_room(const struct log_stream *log, size_t n)
{
	return log->pending.text.n + n <= LOG_PENDING_BYTES_MAX &&
	       log->engine->log_pending_bytes + n <= LOG_ALL_PENDING_BYTES_MAX;
}

static void enqueue(struct log_stream *log, struct str text)
{
	if (!log->engine->log_sink)
		return;
	if (has_room(log, text.n)) {
		pending_add(&log->pending, clock_now_ms(), text);
		log->engine->log_pending_bytes += text.n;
	} else {
		log->dropped++;
	}
	if (log->delivering)
		return;
	if (engine_task(log->engine, deliver_main, log) < 0)
		return; /* too many fibers run: the next line tries again */
	log->delivering = true;
	log->refs++;
}

/* ---- traces ---- */

/* The 35 characters after Root=, or p == NULL. */
static struct str root_of(struct str header)
{
	ssize_t at = str_find(header, STR("Root="));
	struct str id = at < 0 ? STR("") : str_from(header, (size_t)at + 5);
	return id.n >= TRACE_ID_BYTES ? str_sub(id, 0, TRACE_ID_BYTES) : (struct str){ 0 };
}

static void add_trace(struct log_stream *log, const struct log_trace *model, struct str root)
{
	struct pending *p = &log->pending;
	if (p->trace_count == LOG_TRACES_MAX)
		return;
	if (p->trace_count == p->trace_cap) {
		p->trace_cap = p->trace_cap ? 2 * p->trace_cap : 8;
		p->traces = xrealloc(p->traces, p->trace_cap * sizeof *p->traces);
	}
	p->traces[p->trace_count] = *model;
	memcpy(p->traces[p->trace_count++].trace, root.p, TRACE_ID_BYTES);
}

void log_stream_traced(struct log_stream *log, const struct engine_invocation *in, int64_t begun_ms)
{
	struct log_trace model = { .begun_ms = begun_ms, .ended_ms = clock_now_ms() };
	struct str own = root_of(in->trace_id);
	if (!own.p || in->request_id.n != UUID_LENGTH || log->pending.n == 0)
		return;
	memcpy(model.own, own.p, TRACE_ID_BYTES);
	memcpy(model.request_id, in->request_id.p, UUID_LENGTH);
	add_trace(log, &model, own);
	for (size_t i = 0; i < in->link_count; i++) {
		struct str root = root_of(in->links[i]);
		if (root.p && !str_eq(root, own))
			add_trace(log, &model, root);
	}
}

/* ---- events ---- */

static void tail_add(struct log_stream *log, struct str text)
{
	buf_str(&log->tail, text);
	buf_char(&log->tail, '\n');
	if (log->tail.n > 2 * LOG_TAIL_BYTES)
		buf_consume(&log->tail, log->tail.n - LOG_TAIL_BYTES);
}

void log_stream_line(struct log_stream *log, struct str text)
{
	if (log->keep_tail)
		tail_add(log, text);
	enqueue(log, text);
}

void log_stream_printf(struct log_stream *log, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	log_stream_line(log, (struct str){ text, MIN((size_t)MAX(n, 0), sizeof text - 1) });
}

/* The bytes of one line, which are ours to change: an event of the log is text. */
static void emit(struct log_stream *log, char *p, size_t n)
{
	if (n > 0 && p[n - 1] == '\r')
		n--;
	if (n == 0)
		return; /* CloudWatch Logs takes no empty events */
	for (char *cr = memchr(p, '\r', n); cr; cr = memchr(cr, '\r', n - (size_t)(cr - p)))
		*cr = '\n';
	if (!str_is_utf8((struct str){ p, n })) {
		for (size_t i = 0; i < n; i++) {
			if ((unsigned char)p[i] >= 0x80)
				p[i] = '?';
		}
	}
	log_stream_line(log, (struct str){ p, n });
}

void log_stream_output(struct log_stream *log, int stream, struct str bytes)
{
	struct buf *b = &log->partial[stream == 2];
	size_t start = 0, searched = b->n;
	buf_str(b, bytes);
	for (;;) {
		char *end = b->n > searched ? memchr(b->p + searched, '\n', b->n - searched) : NULL;
		if (!end && b->n - start < LOG_LINE_BYTES_MAX)
			break;
		size_t n = end ? (size_t)(end - b->p) - start : b->n - start;
		if (n > LOG_LINE_BYTES_MAX) {
			n = LOG_LINE_BYTES_MAX;
			end = NULL;
		}
		emit(log, b->p + start, n);
		start += n + (end != NULL);
		searched = start;
	}
	buf_consume(b, start);
}

void log_stream_flush(struct log_stream *log)
{
	for (int i = 0; i < 2; i++) {
		struct buf *b = &log->partial[i];
		if (b->n > 0)
			emit(log, b->p, b->n);
		b->n = 0;
	}
}

void log_stream_keep_tail(struct log_stream *log, bool keep)
{
	log->keep_tail = keep;
	log->tail.n = 0;
}

struct str log_stream_tail(struct log_stream *log)
{
	struct str tail = buf_view(&log->tail);
	return tail.n > LOG_TAIL_BYTES ? str_from(tail, tail.n - LOG_TAIL_BYTES) : tail;
}
