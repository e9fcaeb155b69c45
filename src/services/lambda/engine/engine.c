/* The engine: its beginning and end, invocations' admission, and the sweep that freezes and ends
 * what is idle. */
#include "base/log.h"
#include "services/lambda/engine/internal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int engine_task(struct engine *engine, fiber_fn *fn, void *arg)
{
	int r = fiber_start(fn, arg);
	if (r == 0)
		engine->tasks++;
	return r;
}

void engine_task_ended(struct engine *engine)
{
	engine->tasks--;
	waitq_wake_all(&engine->ended);
}

/* A function's own AWS endpoint: the server's front door. */
static void serve_endpoint(struct http_exchange *ex, void *arg)
{
	struct engine *engine = arg;
	if (engine->aws->handler)
		engine->aws->handler(ex, engine->aws);
	else
		aws_dispatch(engine->aws, ex);
}

int engine_create(struct aws *aws, struct engine **out)
{
	struct engine *engine = xcalloc(1, sizeof *engine);
	struct http_server_options options = {
		.connections_max = 16 * ENGINE_INSTANCES_MAX,
		.body_buffer_bytes =
			1, /* the parts of a streamed answer are passed on as they come */
		.idle_timeout_ms = UINT64_MAX,
		.body_timeout_ms =
			16 * 60 *
			1000, /* a streamed answer may pause as long as a function may run */
	};
	struct http_server_options endpoint_options = { .connections_max =
								64 * ENGINE_INSTANCES_MAX };
	engine->aws = aws;
	list_init(&engine->kinds);
	list_init(&engine->instances);
	waitq_init(&engine->ended);
	engine->log_sink = log_store_append;
	int r = http_server_create(runtime_api_serve, engine, &options, &engine->api);
	if (r == 0)
		r = http_server_create(
			serve_endpoint, engine, &endpoint_options, &engine->endpoint);
	if (r < 0) {
		if (engine->api)
			http_server_destroy(engine->api);
		free(engine);
		return r;
	}
	*out = engine;
	return 0;
}

static void engine_free(void *arg)
{
	struct engine *engine = arg;
	struct kind *kind;
	LIST_FOR(kind, &engine->kinds, struct kind, link)
	free(kind);
	map_fini(&engine->pools);
	map_fini(&engine->tallies);
	free(engine);
}

void engine_destroy(struct engine *engine)
{
	struct map_entry *entry;
	struct instance *instance;
	if (!engine)
		return;
	engine->stopping = true;
	loop_timer_stop(&engine->sweep);
	for (size_t at = 0; map_next(&engine->pools, &at, &entry);) {
		struct pool *pool = entry->value;
		for (struct request *request; (request = pool_dequeue(pool));)
			request_abandon(request, "The server ends.");
	}
	LIST_FOR(instance, &engine->instances, struct instance, all)
	instance_end(instance);
	while (engine->tasks > 0)
		waitq_wait(&engine->ended, -1);
	http_server_destroy(engine->api);
	http_server_destroy(engine->endpoint);
	loop_timer_close(&engine->sweep, engine_free, engine);
}

/* ---- the sweep ---- */

static void sweep_instance(struct instance *instance, uint64_t now_ms, bool *fast)
{
	if (instance->state == INSTANCE_FINISHING) {
		if (now_ms > instance->finish_by_ms)
			instance_end(instance); /* it has answered, and then hung */
		*fast = true;
	} else if (instance->state == INSTANCE_IDLE) {
		uint64_t idle_ms = now_ms - instance->idle_since_ms;
		if (idle_ms >= ENGINE_IDLE_END_MS)
			instance_end(instance);
		else if (!instance->frozen && idle_ms >= ENGINE_FREEZE_AFTER_MS)
			instance_freeze(instance);
		*fast |= !instance->frozen;
	}
}

static void sweep(void *arg)
{
	struct engine *engine = arg;
	struct instance *instance;
	struct kind *kind;
	uint64_t now_ms = clock_mono_ms();
	bool fast = false;
	LIST_FOR(instance, &engine->instances, struct instance, all)
	sweep_instance(instance, now_ms, &fast);
	LIST_FOR(kind, &engine->kinds, struct kind, link)
	kind_sweep(kind, now_ms);
	engine->sweep_fast = fast;
	if (!list_empty(&engine->instances)) {
		uint64_t every_ms = fast ? ENGINE_SWEEP_FAST_MS : ENGINE_SWEEP_SLOW_MS;
		loop_timer_start(&engine->sweep, every_ms, 0, sweep, engine);
	}
}

void engine_wants_sweep(struct engine *engine)
{
	if (engine->sweep_fast || engine->stopping)
		return;
	engine->sweep_fast = true;
	loop_timer_start(&engine->sweep, ENGINE_SWEEP_FAST_MS, 0, sweep, engine);
}

bool engine_evict_idle(struct engine *engine)
{
	struct instance *instance, *oldest = NULL;
	LIST_FOR(instance, &engine->instances, struct instance, all)
	{
		if (instance->state == INSTANCE_IDLE &&
			(!oldest || instance->idle_since_ms < oldest->idle_since_ms))
			oldest = instance;
	}
	if (oldest)
		instance_end(oldest);
	return oldest != NULL;
}

/* ---- invocations ---- */

static bool admit(struct pool *pool, int64_t concurrency_max)
{
	if (concurrency_max >= 0 && pool->name->busy >= (size_t)concurrency_max)
		return false;
	if (pool->account->busy >= ENGINE_ACCOUNT_CONCURRENCY)
		return false;
	pool->name->busy++;
	pool->account->busy++;
	pool->busy++;
	return true;
}

static void dismiss(struct pool *pool)
{
	pool->name->busy--;
	pool->account->busy--;
	pool->busy--;
}

static void refuse(struct call *call, struct engine_invocation *invocation, const char *why)
{
	invocation->outcome = ENGINE_FAILED;
	invocation->answer = arena_str(call->arena, str_c(why));
}

static void run(struct pool *pool, struct call *call, struct engine_invocation *invocation)
{
	struct request request = { .pool = pool, .call = call, .invocation = invocation };
	waitq_init(&request.changed);
	list_init(&request.link);
	struct instance *instance = pool_take_idle(pool);
	if (instance) {
		request_begin(&request, instance);
	} else {
		pool_enqueue(pool, &request);
		pool_scale(pool, true);
	}
	request_wait(&request);
	/* A trace id that was made here lives in this frame. */
	if (invocation->trace_id.p == request.trace)
		invocation->trace_id = arena_str(call->arena, invocation->trace_id);
}

void engine_invoke(struct engine *engine, struct call *call, const struct engine_function *function,
	struct engine_invocation *invocation)
{
	const struct runtime *runtime = runtime_find(function->runtime);
	const struct interpreter *interpreter;
	const char *why;
	if (engine->stopping) {
		refuse(call, invocation, "The server ends.");
		return;
	}
	if (!runtime) {
		refuse(call, invocation, "No runtime of this name is known.");
		return;
	}
	if (runtime_interpreter(runtime, false, &interpreter, &why) < 0) {
		refuse(call, invocation, why);
		return;
	}
	struct pool *pool = pool_get(engine, function, runtime, interpreter);
	if (!admit(pool, function->concurrency_max)) {
		invocation->outcome = ENGINE_THROTTLED;
		pool_release(pool);
		return;
	}
	engine->tasks++;
	pool->users++;
	run(pool, call, invocation);
	pool->users--;
	dismiss(pool);
	pool_release(pool);
	engine_task_ended(engine);
}

struct str engine_trace_of(const struct engine *engine, struct str instance)
{
	const struct instance *i;
	LIST_FOR(i, &engine->instances, struct instance, all)
	if (i->request && i->log && str_is(instance, log_stream_name(i->log)))
		return i->request->invocation->trace_id;
	return STR("");
}

void engine_counts(const struct engine *engine, struct str key, struct engine_counts *out)
{
	const struct pool *pool = map_get(&engine->pools, key);
	*out = (struct engine_counts){ 0 };
	if (pool)
		*out = (struct engine_counts){ pool->instance_count, pool->busy, pool->queued };
}

void engine_retire(struct engine *engine, struct str key)
{
	struct pool *pool = map_get(&engine->pools, key);
	if (pool)
		pool_retire(pool);
}

static void ask_version(void *arg)
{
	const struct interpreter *in;
	const char *why;
	if (runtime_interpreter(arg, true, &in, &why) < 0)
		log_debug("%s", why);
}

struct preparation {
	struct engine *engine;
	const struct runtime *runtime;
	uint32_t memory_mb;
};

static void prepare_main(void *arg)
{
	struct preparation *p = arg;
	struct engine *engine = p->engine;
	const struct interpreter *in;
	const char *why;
	if (!engine->stopping && runtime_interpreter(p->runtime, false, &in, &why) == 0) {
		bool booted = p->runtime->family != FAMILY_PROVIDED;
		struct kind *kind = kind_get(engine, p->runtime->family, in, booted, p->memory_mb);
		kind->used_ms = clock_mono_ms();
		kind_refill(kind);
		engine_wants_sweep(engine);
		loop_work(ask_version, (void *)p->runtime);
	}
	free(p);
	engine_task_ended(engine);
}

void engine_prepare(struct engine *engine, struct str name, uint32_t memory_mb)
{
	const struct runtime *runtime = runtime_find(name);
	if (!runtime || engine->stopping)
		return;
	struct preparation *p = xmalloc(sizeof *p);
	*p = (struct preparation){ engine, runtime, memory_mb };
	if (engine_task(engine, prepare_main, p) < 0)
		free(p);
}
