/* One invocation: from the queue to an instance, to its answer or its failure, with what the log
 * says about it. */
#include "aws/codec.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/random.h"
#include "services/lambda/engine/internal.h"
#include <stdio.h>
#include <stdlib.h>

/* X-Ray's header for an invocation that came without one:
 * "Root=1-66f1a0b2-...;Parent=...;Sampled=0". */
static void make_trace(struct request *request)
{
	unsigned char bytes[20];
	char hex[2 * sizeof bytes + 1];
	random_bytes(bytes, sizeof bytes);
	hex_encode(bytes, sizeof bytes, hex);
	snprintf(request->trace, sizeof request->trace,
		"Root=1-%08llx-%.24s;Parent=%.16s;Sampled=0",
		(unsigned long long)(clock_now_ms() / 1000) & 0xffffffff, hex, hex + 24);
	request->invocation->trace_id = str_c(request->trace);
}

void request_begin(struct request *request, struct instance *instance)
{
	struct pool *pool = request->pool;
	assert(!instance->request && !request->instance);
	if (instance->frozen) {
		box_thaw(instance->box);
		instance->frozen = false;
	}
	if (request->invocation->trace_id.n == 0)
		make_trace(request);
	request->instance = instance;
	request->started_ns = clock_mono_ns();
	request->deadline_ns = request->started_ns + pool->function.timeout_ms * 1000000;
	request->begun_ms = clock_now_ms();
	request->deadline_ms = request->begun_ms + (int64_t)pool->function.timeout_ms;
	instance->request = request;
	instance->serial = ++pool->engine->serial;
	instance->sent = instance->answered = false;
	if (instance->init_done)
		instance->state = INSTANCE_BUSY;
	report_note(pool, instance->log);
	log_stream_keep_tail(instance->log, request->invocation->want_log_tail);
	report_start(pool, instance->log, request->invocation->request_id);
	waitq_wake_all(&instance->poll);
}

/*
 * What an invocation usually takes. The first one of an instance runs cold code, and while others
 * start they share the processors: neither is a guide. One that is far longer counts little, for it
 * tells little of the rest.
 */
static void learn_duration(struct pool *pool, const struct instance *instance, uint64_t us)
{
	if (instance->is_first || (pool->mean_us && pool->engine->starting_count > 0))
		return;
	pool->mean_us =
		pool->mean_us ? (7 * pool->mean_us + MIN(us, 4 * pool->mean_us)) / 8 : MAX(us, 1);
}

/* The instance is free of the request; what it wrote is in the log, then END and REPORT. */
static void end(struct request *request, const char *status, struct str error_type)
{
	struct instance *instance = request->instance;
	struct pool *pool = request->pool;
	struct engine_invocation *in = request->invocation;
	uint64_t us = (clock_mono_ns() - request->started_ns) / 1000;
	assert(!request->done && instance->request == request);
	in->duration_us = us;
	if (instance->is_first)
		in->init_us = instance->init_us;
	learn_duration(pool, instance, us);
	instance->is_first = false;
	in->billed_ms = (us + in->init_us + 999) / 1000;
	in->memory_peak_bytes = instance_memory_peak(instance, false);
	log_stream_flush(instance->log);
	struct report report = { in->request_id, us, in->billed_ms, in->init_us,
		in->memory_peak_bytes, status, error_type };
	report_end(pool, instance->log, &report);
	log_stream_traced(instance->log, in, request->begun_ms);
	if (in->want_log_tail)
		in->log_tail = arena_str(request->call->arena, log_stream_tail(instance->log));
	log_stream_keep_tail(instance->log, false);
	instance->request = NULL;
	instance->answered = true;
	instance->part_ready = instance->handing; /* what is being handed over is let go by that */
	instance->state = INSTANCE_FINISHING;
	instance->finish_by_ms = request->deadline_ns / 1000000;
	request->done = true;
	waitq_wake_all(&instance->consumed);
	waitq_wake_all(&request->changed);
	engine_wants_sweep(pool->engine);
}

void request_answer(struct request *request, struct str payload)
{
	request->invocation->outcome = ENGINE_OK;
	request->invocation->answer = arena_str(request->call->arena, payload);
	end(request, "success", STR(""));
}

void request_fail(struct request *request, const char *status, struct str type, struct str payload)
{
	request->invocation->outcome = ENGINE_UNHANDLED;
	request->invocation->answer = arena_str(request->call->arena, payload);
	end(request, status, type);
}

void request_error(
	struct request *request, const char *status, const char *type, const char *fmt, ...)
{
	struct buf payload = { 0 }, message = { 0 };
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	buf_printf(&message, "RequestId: %.*s Error: %s", STR_ARG(request->invocation->request_id),
		text);
	buf_printf(&payload, "{\"errorType\":\"%s\",\"errorMessage\":", type);
	json_quote(&payload, buf_view(&message));
	buf_char(&payload, '}');
	request_fail(request, status, str_c(type), buf_view(&payload));
	buf_fini(&payload);
	buf_fini(&message);
}

void request_abandon(struct request *request, const char *why)
{
	struct instance *instance = request->instance;
	request->invocation->outcome = ENGINE_FAILED;
	request->invocation->answer = arena_str(request->call->arena, str_c(why));
	if (instance && instance->request == request)
		instance->request = NULL;
	request->done = true;
	waitq_wake_all(&request->changed);
}

static void time_out(struct request *request)
{
	struct instance *instance = request->instance;
	double seconds = (double)request->pool->function.timeout_ms / 1000.0;
	char now[CLOCK_TEXT_MAX];
	int64_t now_ms = clock_now_ms();
	clock_format_iso(now_ms % 1000 ? now_ms : now_ms + 1, now);
	log_stream_flush(instance->log);
	log_stream_printf(instance->log, "%s %.*s Task timed out after %.2f seconds", now,
		STR_ARG(request->invocation->request_id), seconds);
	request_error(request, "timeout", "Sandbox.Timedout", "Task timed out after %.2f seconds",
		seconds);
	instance_end(instance);
}

/* A part of a streamed answer is handed over in the caller's own fiber, where writing to the client
 * may wait. */
static void hand_over_part(struct request *request)
{
	struct instance *instance = request->instance;
	struct engine_invocation *in = request->invocation;
	instance->handing = true; /* so that neither the part nor the instance goes, whatever
				     happens meanwhile */
	if (!request->discard_parts &&
		in->on_part(in->arg, request->content_type, instance->part) != 0)
		request->discard_parts =
			true; /* the client has gone; the function runs on, as on AWS */
	instance->handing = false;
	instance->part_ready = false;
	waitq_wake_all(&instance->consumed);
}

static void wait_for_instance(struct request *request)
{
	int64_t tick_ms = ENGINE_QUEUE_PATIENCE_MS;
	while (!request->instance && !request->done) {
		if (waitq_wait(&request->changed, tick_ms) == -ETIMEDOUT && !request->instance &&
			!request->done) {
			if (request->pool->engine->stopping) {
				list_remove(&request->link);
				request->pool->queued--;
				request_abandon(request, "The server ends.");
				return;
			}
			pool_scale(request->pool, tick_ms < ENGINE_QUEUE_TICK_MS);
			tick_ms = ENGINE_QUEUE_TICK_MS;
		}
	}
}

void request_wait(struct request *request)
{
	wait_for_instance(request);
	while (!request->done) {
		uint64_t now_ns = clock_mono_ns();
		if (request->instance->part_ready)
			hand_over_part(request);
		else if (now_ns >= request->deadline_ns)
			time_out(request);
		else
			waitq_wait(&request->changed,
				(int64_t)((request->deadline_ns - now_ns + 999999) / 1000000));
	}
	/* The payload is the caller's: it must not go while it is being sent. */
	while (request->sending)
		waitq_wait(&request->changed, -1);
}
