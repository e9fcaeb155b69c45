/* An instance's life: one fiber makes its box, starts the function in it, watches the init phase,
 * and clears up. */
#include "base/log.h"
#include "services/lambda/engine/internal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A booted runtime that waits has room to boot; the function's own limits come with its start. */
static const struct box_limits boot_limits = { .memory_bytes = 512 * MIB,
	.tmp_bytes = 512 * MIB,
	.pids_max = ENGINE_PIDS_MAX,
	.cpu_millis = 2000 };

static void on_output(void *arg, int stream, struct str bytes)
{
	struct instance *instance = arg;
	if (instance->log)
		log_stream_output(instance->log, stream, bytes);
}

static void on_exit_(void *arg, int exit_code, int sig, bool out_of_memory)
{
	struct instance *instance = arg;
	instance->exited = true;
	instance->exit_code = exit_code;
	instance->exit_signal = sig;
	instance->out_of_memory = out_of_memory;
	waitq_wake_all(&instance->changed);
}

/* ---- making its box ---- */

static int listen_on(struct instance *instance, int which, struct http_server *server,
	struct http_listener **out)
{
	int fd = box_take_listener(instance->box, which);
	if (fd < 0)
		return fd;
	int r = http_server_listen_fd(server, fd, instance, out);
	if (r < 0)
		close(fd);
	return r;
}

static int make_box(struct instance *instance)
{
	struct engine *engine = instance->engine;
	struct kind *kind = instance->kind;
	struct arena arena = { 0 };
	struct box_spec spec = {
		.boot_argv = kind->booted ? kind_argv(kind, &arena, true) : NULL,
		.runtime_dir = kind_runtime_dir(kind, &arena),
		.own_port = engine->aws->port,
		.limits = &boot_limits,
		.events = { on_output, on_exit_, instance },
	};
	int r = engine->aws->sandbox ? box_create(engine->aws->sandbox, &spec, &instance->box)
				     : -ENOSYS;
	arena_fini(&arena);
	if (r == 0)
		r = listen_on(instance, BOX_RUNTIME_API, engine->api, &instance->api);
	if (r == 0)
		r = listen_on(instance, BOX_ENDPOINT, engine->endpoint, &instance->endpoint);
	/* Where the box has it not, its URLs are those of the other. */
	if (r == 0 && listen_on(instance, BOX_OWN_PORT, engine->endpoint, &instance->own) < 0)
		instance->own = NULL;
	if (r < 0) {
		kind->failed_ms = clock_mono_ms();
		log_error("a box for %s could not be made: %s",
			kind->interpreter ? kind->interpreter->path : "a function", strerror(-r));
	}
	return r;
}

/* ---- starting the function in it ---- */

static bool is_file(struct str dir, const char *name)
{
	struct stat st;
	struct buf path = { 0 };
	buf_printf(&path, "%.*s/%s", STR_ARG(dir), name);
	bool is = dir.n > 0 && stat(buf_cstr(&path), &st) == 0 && S_ISREG(st.st_mode);
	buf_fini(&path);
	return is;
}

static const char *const *make_argv(const struct instance *instance, struct arena *arena)
{
	const struct pool *pool = instance->pool;
	const char *const *own = kind_argv(instance->kind, arena, instance->kind->booted);
	const char **argv = ARENA_ARRAY(arena, const char *, 12);
	size_t n = 0;
	if (pool->wrapper)
		argv[n++] = pool->wrapper;
	while (*own)
		argv[n++] = *own++;
	if (pool->runtime->family == FAMILY_PROVIDED)
		argv[n++] = is_file(pool->function.code_dir, "bootstrap") ? "/var/task/bootstrap"
									  : "/opt/bootstrap";
	return argv;
}

/*
 * AWS gives a CPU in proportion to the memory, 1,769 MB for a whole one, but more of it while a
 * function starts. A machine of one's own has no neighbours to protect: a whole CPU is the least.
 */
static unsigned cpu_for(uint32_t memory_mb)
{
	return MAX(1000u, (unsigned)(memory_mb * 1000ull / 1769));
}

static int start_function(struct instance *instance)
{
	const struct engine_function *f = &instance->pool->function;
	struct arena arena = { 0 };
	struct box_start start = {
		.code_dir = f->code_dir.p,
		.layers_dir = f->layers_dir.n > 0 ? f->layers_dir.p : NULL,
		.argv = make_argv(instance, &arena),
		.env = environment_build(instance, &arena),
		.limits = { .memory_bytes = f->memory_mb * MIB,
			.tmp_bytes = f->tmp_mb * MIB,
			.pids_max = ENGINE_PIDS_MAX,
			.cpu_millis = cpu_for(f->memory_mb) },
	};
	int r = box_start(instance->box, &start);
	arena_fini(&arena);
	return r;
}

/* ---- the init phase ---- */

static void count_start(struct instance *instance, bool starting)
{
	if (instance->counted == starting)
		return;
	instance->counted = starting;
	instance->pool->starting += starting ? 1 : (size_t)-1;
	instance->engine->starting_count += starting ? 1 : (size_t)-1;
}

void instance_init_succeeded(struct instance *instance)
{
	struct pool *pool = instance->pool;
	assert(!instance->init_done);
	instance->init_done = true;
	instance->init_us = (clock_mono_ns() - instance->init_started_ns) / 1000;
	count_start(instance, false);
	waitq_wake_all(&instance->changed);
	if (instance->request) {
		instance->state = INSTANCE_BUSY; /* the init was part of its invocation */
		return;
	}
	instance->is_first = true;
	pool_offer(pool, instance);
}

void instance_init_error(struct instance *instance, struct str type, struct str payload)
{
	if (instance->init_done || instance->init_failed)
		return;
	instance->init_failed = true;
	instance->init_error_type = xstrndup(type.p, type.n);
	instance->init_error = (struct str){ xstrndup(payload.p, payload.n), payload.n };
	waitq_wake_all(&instance->changed);
}

/* "exit status 1", "signal: killed": as AWS words the end of a runtime. */
static const char *describe_exit(const struct instance *instance, char *out, size_t n)
{
	if (instance->exit_signal) {
		const char *name = sigdescr_np(instance->exit_signal);
		snprintf(out, n, "Runtime exited with error: signal: %s", name ? name : "unknown");
		char *p = strstr(out, "signal: ") + 8;
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	} else if (instance->exit_code) {
		snprintf(out, n, "Runtime exited with error: exit status %d", instance->exit_code);
	} else {
		snprintf(out, n, "Runtime exited without providing a reason");
	}
	return out;
}

static const char *exit_type(const struct instance *instance)
{
	return instance->out_of_memory ? "Runtime.OutOfMemory" : "Runtime.ExitError";
}

/* The runtime has gone while an invocation was under way. */
static void fail_by_exit(struct instance *instance)
{
	char text[128];
	struct request *request = instance->request;
	describe_exit(instance, text, sizeof text);
	log_stream_flush(instance->log);
	log_stream_printf(instance->log, "RequestId: %.*s Error: %s\n%s",
		STR_ARG(request->invocation->request_id), text, exit_type(instance));
	request_error(request, "error", exit_type(instance), "%s", text);
}

static bool has_entrypoint(const struct instance *instance)
{
	const struct pool *pool = instance->pool;
	return pool->runtime->family != FAMILY_PROVIDED ||
	       is_file(pool->function.code_dir, "bootstrap") ||
	       is_file(pool->function.layers_dir, "bootstrap");
}

/* What the init phase's failure was, for the log: the error's type. */
static const char *init_failure_type(const struct instance *instance)
{
	if (instance->init_failed)
		return instance->init_error_type;
	return instance->exited ? exit_type(instance) : "";
}

/* AWS tries a failed init again as part of the invocation that waits for it, within the function's
 * own timeout. */
static void retry_init(struct instance *instance)
{
	struct pool *pool = instance->pool;
	struct request *request = pool_dequeue(pool);
	if (!request)
		return;
	struct instance *again = kind_take(pool->kind);
	if (again)
		instance_adopt(again, pool);
	else
		again = instance_create(pool->engine, pool->kind, pool);
	if (!again) {
		request_abandon(request, "No fiber is free for another instance.");
		return;
	}
	request_begin(request, again);
	waitq_wake_all(&request->changed);
}

static void report_init(struct instance *instance, const char *phase)
{
	const char *status = instance->init_failed || instance->exited ? "error" : "timeout";
	log_stream_flush(instance->log);
	report_init_failure(instance->pool, instance->log,
		(clock_mono_ns() - instance->init_started_ns) / 1000, phase, status,
		str_c(init_failure_type(instance)));
}

/* Waits until the runtime asks for an invocation; false when it does not come to that. */
static bool wait_for_init(struct instance *instance)
{
	uint64_t limit_ns = instance->init_started_ns + ENGINE_INIT_MS * 1000000ull;
	while (!instance->init_done && !instance->init_failed && !instance->exited &&
		instance->state != INSTANCE_ENDING) {
		uint64_t now_ns = clock_mono_ns();
		int64_t wait_ms = -1; /* an invocation waits: its own timeout is the limit */
		if (!instance->request && instance->serial == 0) {
			if (now_ns >= limit_ns)
				return false;
			wait_ms = (int64_t)((limit_ns - now_ns) / 1000000 + 1);
		}
		waitq_wait(&instance->changed, wait_ms);
	}
	return instance->init_done;
}

static void handle_init_failure(struct instance *instance)
{
	count_start(instance, false);
	if (instance->request) {
		report_init(instance, "invoke");
		if (instance->init_failed)
			request_fail(instance->request, "error", str_c(instance->init_error_type),
				instance->init_error);
		else if (instance->exited)
			fail_by_exit(instance);
	} else if (instance->serial == 0 && !instance->engine->stopping) {
		report_init(instance, "init");
		retry_init(instance);
	}
}

/* What could not even be started: the invocation, or else the first that waits, is told. */
static void fail_start(struct instance *instance, int error)
{
	struct pool *pool = instance->pool;
	struct request *request;
	count_start(instance, false);
	if (!instance->request && (request = pool_dequeue(pool))) {
		request->instance = instance;
		instance->request = request;
	}
	if (instance->request) {
		char text[160];
		snprintf(text, sizeof text, "The function's box could not be started: %s.",
			strerror(-error));
		request_abandon(instance->request, text);
	}
}

static void fail_entrypoint(struct instance *instance)
{
	struct request *request = instance->request;
	count_start(instance, false);
	if (!request && (request = pool_dequeue(instance->pool)))
		request_begin(request, instance);
	if (!request)
		return;
	waitq_wake_all(&request->changed);
	request_error(request, "error", "Runtime.InvalidEntrypoint",
		"Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
}

/* ---- its life ---- */

static void live(struct instance *instance)
{
	struct pool *pool = instance->pool;
	if (!has_entrypoint(instance)) {
		fail_entrypoint(instance);
		return;
	}
	if (instance->serial == 0)
		report_init_start(pool, instance->log);
	int r = instance->exited ? -ECHILD : start_function(instance);
	if (r < 0) {
		log_error("function %.*s could not be started: %s", STR_ARG(pool->function.name),
			strerror(-r));
		fail_start(instance, r);
		return;
	}
	bool up = wait_for_init(instance);
	kind_refill(instance->kind);
	if (!up) {
		handle_init_failure(instance);
		return;
	}
	pool_scale(pool, true);
	while (!instance->exited && instance->state != INSTANCE_ENDING)
		waitq_wait(&instance->changed, -1);
	if (instance->exited && instance->request)
		fail_by_exit(instance);
}

/* Out of every list, its box ended, its listeners closed. */
static void clear_up(struct instance *instance)
{
	struct pool *pool = instance->pool;
	bool was_listed = !list_empty(&instance->idle);
	list_remove(&instance->idle);
	if (was_listed && pool)
		pool->idle_count--;
	else if (was_listed)
		instance->kind->spare_count--;
	instance->state = INSTANCE_ENDING;
	if (pool)
		count_start(instance, false);
	if (instance->request)
		request_abandon(instance->request, "The server ends.");
	waitq_wake_all(&instance->poll);
	waitq_wake_all(&instance->consumed);
	if (instance->box) {
		if (!instance->exited) {
			if (instance->frozen)
				box_thaw(instance->box);
			box_kill(instance->box);
		}
		while (!instance->exited)
			waitq_wait(&instance->changed, -1);
	}
	/* A box that failed has no listeners. */
	if (instance->api)
		http_listener_close(instance->api);
	if (instance->endpoint)
		http_listener_close(instance->endpoint);
	if (instance->own)
		http_listener_close(instance->own);
	box_destroy(instance->box);
}

static void instance_main(void *arg)
{
	struct instance *instance = arg;
	struct engine *engine = instance->engine;
	int r = make_box(instance);
	while (r == 0 && !instance->pool && instance->state != INSTANCE_ENDING && !instance->exited)
		waitq_wait(&instance->changed, -1);
	struct pool *pool = instance->pool;
	if (pool && r < 0)
		fail_start(instance, r);
	else if (pool && instance->state != INSTANCE_ENDING)
		live(instance);
	clear_up(instance);
	list_remove(&instance->all);
	engine->instance_count--;
	if (pool) {
		list_remove(&instance->in_pool);
		pool->instance_count--;
		pool_scale(pool, true);
		pool_release(pool);
	}
	log_stream_unref(instance->log);
	free((char *)instance->init_error.p);
	free(instance->init_error_type);
	free(instance);
	engine_task_ended(engine);
}

void instance_adopt(struct instance *instance, struct pool *pool)
{
	assert(!instance->pool);
	instance->pool = pool;
	instance->state = INSTANCE_INIT;
	instance->init_started_ns = clock_mono_ns();
	instance->created_ms = clock_mono_ms();
	instance->log = log_stream_create(pool->engine, &pool->function);
	list_append(&pool->instances, &instance->in_pool);
	pool->instance_count++;
	count_start(instance, true);
	waitq_wake_all(&instance->changed);
}

struct instance *instance_create(struct engine *engine, struct kind *kind, struct pool *pool)
{
	struct instance *instance = xcalloc(1, sizeof *instance);
	instance->engine = engine;
	instance->kind = kind;
	list_init(&instance->all);
	list_init(&instance->in_pool);
	list_init(&instance->idle);
	waitq_init(&instance->changed);
	waitq_init(&instance->poll);
	waitq_init(&instance->consumed);
	if (engine_task(engine, instance_main, instance) < 0) {
		free(instance);
		return NULL;
	}
	list_append(&engine->instances, &instance->all);
	engine->instance_count++;
	if (pool)
		instance_adopt(instance, pool);
	return instance;
}

void instance_end(struct instance *instance)
{
	if (instance->state == INSTANCE_ENDING)
		return;
	bool was_listed = !list_empty(&instance->idle);
	list_remove(&instance->idle);
	if (was_listed && instance->pool)
		instance->pool->idle_count--;
	else if (was_listed)
		instance->kind->spare_count--;
	instance->state = INSTANCE_ENDING;
	waitq_wake_all(&instance->changed);
}

void instance_freeze(struct instance *instance)
{
	if (box_freeze(instance->box) == 0)
		instance->frozen = true;
}

/* Reading it costs a few system calls, so in a row of quick invocations not each one does. */
uint64_t instance_memory_peak(struct instance *instance, bool exact)
{
	enum { STALE_MS = 20 };
	uint64_t now_ms = clock_mono_ms();
	if (exact || !instance->usage_ms || now_ms - instance->usage_ms > STALE_MS) {
		struct box_usage usage = { 0 };
		if (instance->box && !instance->exited)
			box_usage(instance->box, &usage);
		instance->memory_peak_bytes =
			MAX(instance->memory_peak_bytes, usage.memory_peak_bytes);
		instance->usage_ms = now_ms;
	}
	return instance->memory_peak_bytes;
}
