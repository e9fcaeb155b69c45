/* Pools: the instances of one function version, its waiting invocations, and when another instance
 * is worth it. */
#include "services/lambda/engine/internal.h"
#include <stdlib.h>

static struct tally *tally_ref(struct engine *engine, struct str key)
{
	struct tally *tally = map_get(&engine->tallies, key);
	if (!tally) {
		tally = xcalloc(1, sizeof *tally);
		map_put(&engine->tallies, key, tally);
	}
	tally->refs++;
	return tally;
}

static void tally_unref(struct engine *engine, struct str key, struct tally *tally)
{
	if (--tally->refs > 0)
		return;
	assert(tally->busy == 0);
	map_remove(&engine->tallies, key);
	free(tally);
}

static struct str name_key(struct pool *pool)
{
	const struct engine_function *f = &pool->function;
	return arena_printf(&pool->arena, "%.*s %.*s %.*s", STR_ARG(f->account), STR_ARG(f->region),
		STR_ARG(f->name));
}

static void copy_function(struct pool *pool, const struct engine_function *f)
{
	struct arena *a = &pool->arena;
	struct engine_function *own = &pool->function;
	struct str *env = ARENA_ARRAY(a, struct str, f->env_count + 1);
	*own = *f;
	own->key = arena_str(a, f->key);
	own->account = arena_str(a, f->account);
	own->region = arena_str(a, f->region);
	own->name = arena_str(a, f->name);
	own->version = arena_str(a, f->version);
	own->runtime = arena_str(a, f->runtime);
	own->handler = arena_str(a, f->handler);
	own->role_arn = arena_str(a, f->role_arn);
	own->code_dir = arena_str(a, f->code_dir);
	own->layers_dir = arena_str(a, f->layers_dir);
	own->log_group = arena_str(a, f->log_group);
	for (size_t i = 0; i < f->env_count; i++)
		env[i] = arena_str(a, f->env[i]);
	own->env = env;
}

static const char *find_variable(const struct pool *pool, struct str name_and_equals)
{
	for (size_t i = 0; i < pool->function.env_count; i++) {
		struct str v = pool->function.env[i];
		if (str_starts(v, name_and_equals) && v.n > name_and_equals.n)
			return v.p + name_and_equals.n;
	}
	return NULL;
}

/* What an interpreter must know before it starts can't be told to one that is booted already. */
static bool can_use_booted(const struct pool *pool)
{
	const char *options = find_variable(pool, STR("NODE_OPTIONS="));
	if (pool->wrapper || pool->runtime->family == FAMILY_PROVIDED)
		return false;
	if (pool->runtime->family == FAMILY_NODE)
		return (!options || strcmp(options, "--enable-source-maps") == 0) &&
		       !find_variable(pool, STR("NODE_EXTRA_CA_CERTS="));
	return !find_variable(pool, STR("PYTHONHASHSEED=")) &&
	       !find_variable(pool, STR("PYTHONWARNINGS="));
}

struct pool *pool_get(struct engine *engine, const struct engine_function *function,
	const struct runtime *runtime, const struct interpreter *interpreter)
{
	struct pool *pool = map_get(&engine->pools, function->key);
	if (pool)
		return pool;
	pool = xcalloc(1, sizeof *pool);
	pool->engine = engine;
	pool->runtime = runtime;
	list_init(&pool->instances);
	list_init(&pool->idle);
	list_init(&pool->queue);
	copy_function(pool, function);
	pool->wrapper = find_variable(pool, STR("AWS_LAMBDA_EXEC_WRAPPER="));
	pool->kind = kind_get(
		engine, runtime->family, interpreter, can_use_booted(pool), function->memory_mb);
	pool->account = tally_ref(engine, pool->function.account);
	pool->name = tally_ref(engine, name_key(pool));
	map_put(&engine->pools, pool->function.key, pool);
	return pool;
}

void pool_release(struct pool *pool)
{
	if (pool->users > 0 || pool->instance_count > 0)
		return;
	assert(list_empty(&pool->queue));
	if (map_get(&pool->engine->pools, pool->function.key) == pool)
		map_remove(&pool->engine->pools, pool->function.key);
	tally_unref(pool->engine, pool->function.account, pool->account);
	tally_unref(pool->engine, name_key(pool), pool->name);
	arena_fini(&pool->arena);
	free(pool);
}

void pool_retire(struct pool *pool)
{
	struct instance *instance;
	if (map_get(&pool->engine->pools, pool->function.key) == pool)
		map_remove(&pool->engine->pools, pool->function.key);
	pool->retired = true;
	pool->users++;
	LIST_FOR(instance, &pool->idle, struct instance, idle)
	instance_end(instance);
	pool->users--;
	pool_release(pool);
}

void pool_offer(struct pool *pool, struct instance *instance)
{
	struct request *request = pool_dequeue(pool);
	uint64_t now_ms = clock_mono_ms();
	if (request) {
		request_begin(request, instance);
		waitq_wake_all(&request->changed);
		return;
	}
	if (pool->retired || pool->engine->stopping ||
		now_ms - instance->created_ms > ENGINE_AGE_MAX_MS) {
		instance_end(instance);
		return;
	}
	instance->state = INSTANCE_IDLE;
	instance->idle_since_ms = now_ms;
	list_prepend(&pool->idle, &instance->idle);
	pool->idle_count++;
	engine_wants_sweep(pool->engine);
}

struct instance *pool_take_idle(struct pool *pool)
{
	if (list_empty(&pool->idle))
		return NULL;
	struct instance *instance = LIST_FIRST(&pool->idle, struct instance, idle);
	list_remove(&instance->idle);
	pool->idle_count--;
	return instance;
}

void pool_enqueue(struct pool *pool, struct request *request)
{
	list_append(&pool->queue, &request->link);
	pool->queued++;
}

struct request *pool_dequeue(struct pool *pool)
{
	if (list_empty(&pool->queue))
		return NULL;
	struct request *request = LIST_FIRST(&pool->queue, struct request, link);
	list_remove(&request->link);
	pool->queued--;
	return request;
}

/* Instances whose invocation will probably end soon: it has not run for much longer than others
 * did. */
static size_t count_lively(const struct pool *pool)
{
	uint64_t patience_ns = MAX(2 * pool->mean_us, ENGINE_QUEUE_PATIENCE_MS * 1000ull) * 1000,
		 now_ns = clock_mono_ns();
	const struct instance *instance;
	size_t n = 0;
	LIST_FOR(instance, &pool->instances, struct instance, in_pool)
	{
		if (instance->init_done && instance->state != INSTANCE_ENDING &&
			(!instance->request ||
				now_ns - instance->request->started_ns < patience_ns))
			n++;
	}
	return n;
}

/*
 * How many instances are worth starting for what waits. Long invocations need one each. Quick ones
 * are better off waiting for the instances there: as many as work the queue off within the time
 * that waiting is worth.
 */
static size_t count_missing(const struct pool *pool, bool patient)
{
	const uint64_t patience_us = ENGINE_QUEUE_PATIENCE_MS * 1000;
	size_t wanted = pool->queued, there = pool->starting;
	if (pool->mean_us && pool->mean_us < patience_us) {
		wanted = MIN(wanted,
			(size_t)((pool->queued * pool->mean_us + patience_us - 1) / patience_us));
		there += count_lively(pool);
		if (!patient && pool->starting == 0)
			wanted = MAX(wanted, there + 1);
	}
	return wanted > there ? wanted - there : 0;
}

/* In a crowd the instances there are work the queue off; but those may wait for each other, or for
 * what is slow elsewhere, so that in time there is one more. */
static bool may_start(const struct pool *pool)
{
	struct engine *engine = pool->engine;
	if (engine->starting_count >= ENGINE_STARTING_MAX ||
		pool->starting >= ENGINE_STARTING_POOL_MAX)
		return false;
	return !pool->instance_count || !engine_is_crowded(engine) ||
	       (!pool->starting && clock_mono_ms() - pool->started_ms >= ENGINE_CROWD_START_MS);
}

void pool_scale(struct pool *pool, bool patient)
{
	struct engine *engine = pool->engine;
	for (size_t missing = count_missing(pool, patient); missing > 0 && !engine->stopping;
		missing--) {
		if (!may_start(pool))
			return;
		pool->started_ms = clock_mono_ms();
		struct instance *instance = kind_take(pool->kind);
		if (instance) {
			instance_adopt(instance, pool);
			continue;
		}
		if (engine->instance_count >= ENGINE_INSTANCES_MAX && !engine_evict_idle(engine))
			return;
		if (!instance_create(engine, pool->kind, pool))
			return;
	}
}
