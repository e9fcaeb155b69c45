/* The platform's own lines in a function's log, as text or as JSON (AWS Lambda, "Log formats" and
 * Telemetry API). */
#include "aws/codec.h"
#include "services/lambda/engine/internal.h"
#include <stdio.h>
#include <stdlib.h>

static double ms_of(uint64_t us)
{
	return (double)us / 1000.0;
}

/* {"time":"...","type":"platform.start","record":{ : the record's members follow, then event_end.
 */
static void event_begin(struct buf *b, const char *type)
{
	char now[CLOCK_TEXT_MAX];
	clock_format_iso(clock_now_ms(), now);
	buf_printf(b, "{\"time\":\"%s\",\"type\":\"platform.%s\",\"record\":{", now, type);
}

static void event_end(struct buf *b, struct log_stream *log)
{
	buf_cat(b, "}}");
	log_stream_line(log, buf_view(b));
	buf_fini(b);
}

static void member(struct buf *b, const char *name, struct str value)
{
	if (b->p[b->n - 1] != '{')
		buf_char(b, ',');
	buf_printf(b, "\"%s\":", name);
	json_quote(b, value);
}

static const struct interpreter *interpreter_of(const struct pool *pool)
{
	return pool->kind->interpreter;
}

void report_init_start(const struct pool *pool, struct log_stream *log)
{
	const struct interpreter *in = interpreter_of(pool);
	const char *version = in && in->description[0] ? in->description : pool->runtime->name;
	if (!pool->function.log_json) {
		log_stream_printf(log, "INIT_START Runtime Version: %s", version);
		return;
	}
	struct buf b = { 0 };
	event_begin(&b, "initStart");
	member(&b, "initializationType", STR("on-demand"));
	member(&b, "phase", STR("init"));
	member(&b, "runtimeVersion", str_c(version));
	member(&b, "functionName", pool->function.name);
	member(&b, "functionVersion", pool->function.version);
	event_end(&b, log);
}

void report_init_failure(const struct pool *pool, struct log_stream *log, uint64_t init_us,
	const char *phase, const char *status, struct str error_type)
{
	struct buf b = { 0 };
	if (!pool->function.log_json) {
		buf_printf(&b, "INIT_REPORT Init Duration: %.2f ms\tPhase: %s\tStatus: %s",
			ms_of(init_us), phase, status);
		if (error_type.n > 0)
			buf_printf(&b, "\tError Type: %.*s", STR_ARG(error_type));
		log_stream_line(log, buf_view(&b));
		buf_fini(&b);
		return;
	}
	event_begin(&b, "initReport");
	member(&b, "initializationType", STR("on-demand"));
	member(&b, "phase", str_c(phase));
	member(&b, "status", str_c(status));
	if (error_type.n > 0)
		member(&b, "errorType", error_type);
	buf_printf(&b, ",\"metrics\":{\"durationMs\":%.3f}", ms_of(init_us));
	event_end(&b, log);
}

void report_start(const struct pool *pool, struct log_stream *log, struct str request_id)
{
	if (!pool->function.log_json) {
		log_stream_printf(log, "START RequestId: %.*s Version: %.*s", STR_ARG(request_id),
			STR_ARG(pool->function.version));
		return;
	}
	struct buf b = { 0 };
	event_begin(&b, "start");
	member(&b, "requestId", request_id);
	member(&b, "version", pool->function.version);
	event_end(&b, log);
}

static void report_end_json(const struct pool *pool, struct log_stream *log, const struct report *r)
{
	struct buf b = { 0 };
	event_begin(&b, "report");
	member(&b, "requestId", r->request_id);
	buf_printf(&b,
		",\"metrics\":{\"durationMs\":%.3f,\"billedDurationMs\":%llu,\"memorySizeMB\":%u,"
		"\"maxMemoryUsedMB\":%llu",
		ms_of(r->duration_us), (unsigned long long)r->billed_ms, pool->function.memory_mb,
		(unsigned long long)((r->memory_peak_bytes + MIB - 1) / MIB));
	if (r->init_us > 0)
		buf_printf(&b, ",\"initDurationMs\":%.3f", ms_of(r->init_us));
	buf_char(&b, '}');
	member(&b, "status", str_c(r->status));
	if (r->error_type.n > 0)
		member(&b, "errorType", r->error_type);
	event_end(&b, log);
}

void report_end(const struct pool *pool, struct log_stream *log, const struct report *r)
{
	struct buf b = { 0 };
	if (pool->function.log_json) {
		report_end_json(pool, log, r);
		return;
	}
	log_stream_printf(log, "END RequestId: %.*s", STR_ARG(r->request_id));
	buf_printf(&b,
		"REPORT RequestId: %.*s\tDuration: %.2f ms\tBilled Duration: %llu ms\tMemory Size: %u MB\t"
		"Max Memory Used: %llu MB",
		STR_ARG(r->request_id), ms_of(r->duration_us), (unsigned long long)r->billed_ms,
		pool->function.memory_mb,
		(unsigned long long)((r->memory_peak_bytes + MIB - 1) / MIB));
	if (r->init_us > 0)
		buf_printf(&b, "\tInit Duration: %.2f ms", ms_of(r->init_us));
	buf_char(&b, '\t');
	if (strcmp(r->status, "success") != 0)
		buf_printf(&b, "Status: %s", r->status);
	if (r->error_type.n > 0 && strcmp(r->status, "error") == 0)
		buf_printf(&b, "\tError Type: %.*s", STR_ARG(r->error_type));
	log_stream_line(log, buf_view(&b));
	buf_fini(&b);
}

void report_note(struct pool *pool, struct log_stream *log)
{
	const struct interpreter *in = interpreter_of(pool);
	if (pool->noted || !in || in->version == 0)
		return;
	pool->noted = true;
	if (in->version == pool->runtime->version)
		return;
	log_stream_printf(log, "samovar: %s runs on %s", pool->runtime->name, in->description);
}
