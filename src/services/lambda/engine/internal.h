/* What the engine's files share: its structures and the calls between them. */
#ifndef SAMOVAR_SERVICES_LAMBDA_ENGINE_INTERNAL_H
#define SAMOVAR_SERVICES_LAMBDA_ENGINE_INTERNAL_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/random.h"
#include "loop/loop.h"
#include "net/http_server.h"
#include "sandbox/box.h"
#include "services/lambda/engine/engine.h"
#include "services/lambda/engine/limits.h"

/* ---- runtimes.c: the names that AWS has had, and what runs them here ---- */

enum family { FAMILY_NODE, FAMILY_PYTHON, FAMILY_PROVIDED, FAMILY_NONE };

struct runtime {
	const char *name; /* "nodejs20.x" */
	enum family family;
	int version; /* node's major, python's minor */
};

/* A program on this machine that runs a family of runtimes. */
struct interpreter {
	enum family family;
	const char *path;      /* absolute, below /usr: what a box sees */
	int version;           /* node's major (0 until asked), python's minor */
	char description[160]; /* "node v20.20.2 (/usr/bin/node)", or empty until asked */
	bool is_announced;     /* the server's log has said it */
};

/* NULL for a name that AWS never had. */
const struct runtime *runtime_find(struct str name);
/*
 * What runs it: 0 and *out (NULL for provided), or -ENOENT. With it or without, *why is a text for
 * people. Asks a node for its version only when ask is set: that takes tens of milliseconds, once.
 */
int runtime_interpreter(
	const struct runtime *runtime, bool ask, const struct interpreter **out, const char **why);

/* ---- logs.c: a log stream of an instance, on its way to the store ---- */

struct log_line {
	int64_t ms;
	struct str text;
};

/* An invocation that has ended, under one of its traces: for the index of traces. */
enum { TRACE_ID_BYTES = 35 };
struct log_trace {
	char trace[TRACE_ID_BYTES], own[TRACE_ID_BYTES], request_id[UUID_LENGTH];
	int64_t begun_ms, ended_ms;
};

struct log_batch {
	struct str account, region, group, stream;
	const struct log_line *v;
	size_t n;
	const struct log_trace *traces;
	size_t trace_count;
};

/* Takes a batch to the store and waits for it, in a fiber; 0 or an error (the lines are then
 * dropped and counted). */
typedef int log_sink(void *arg, struct aws *aws, const struct log_batch *batch);
/* For tests; the default sink is the Logs service. Before the first invocation. */
void engine_set_log_sink(struct engine *engine, log_sink *sink, void *arg);

struct log_stream;
struct log_stream *log_stream_create(struct engine *engine, const struct engine_function *function);
/* What is pending is still delivered. */
void log_stream_unref(struct log_stream *log);
const char *log_stream_name(const struct log_stream *log);
/* One event. Kept in the tail too, when there is one. Never waits. */
void log_stream_line(struct log_stream *log, struct str text);
void log_stream_printf(struct log_stream *log, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What a process wrote: cut at newlines; a carriage return inside a line is a newline of its
 * record. */
void log_stream_output(struct log_stream *log, int stream, struct str bytes);
/* The invocation whose last line was just written can be found by its traces. */
void log_stream_traced(
	struct log_stream *log, const struct engine_invocation *invocation, int64_t begun_ms);
/* Writes out lines that have no newline yet. */
void log_stream_flush(struct log_stream *log);
/* From now on the last 4 KB are kept, or no longer. */
void log_stream_keep_tail(struct log_stream *log, bool keep);
struct str log_stream_tail(struct log_stream *log);

/* log_store.c: the default sink. */
int log_store_append(void *arg, struct aws *aws, const struct log_batch *batch);

/* ---- the engine ---- */

/* Invocations at once, of an account or of a function; shared by the pools of its versions. */
struct tally {
	size_t busy, refs;
};

struct engine {
	struct aws *aws;
	struct http_server *api, *endpoint;
	struct map pools;   /* by the function's key */
	struct map tallies; /* by "account" and "account region name" */
	struct list kinds;
	struct list instances; /* all, spares too */
	size_t instance_count, starting_count;
	uint64_t crowd_ms; /* when is_crowded was found, by the monotonic clock */
	bool is_crowded;
	struct loop_timer sweep;
	bool sweep_fast, stopping;
	size_t tasks;       /* fibers of ours that run */
	struct waitq ended; /* woken when a task ends */
	log_sink *log_sink;
	void *log_arg;
	size_t log_pending_bytes;
	uint64_t serial;
};

/* A sort of box: what is booted in it. */
struct kind {
	struct engine *engine;
	struct list link;
	enum family family;
	const struct interpreter *interpreter; /* NULL: provided */
	bool booted;
	unsigned heap_mb;   /* node's limit of its heap; 0: none given */
	struct list spares; /* instances without a pool, those still being made too */
	size_t spare_count;
	uint64_t used_ms, failed_ms;
};

/* The instances and the waiting invocations of one function version. */
struct pool {
	struct engine *engine;
	struct arena arena; /* of the copy: */
	struct engine_function function;
	const struct runtime *runtime;
	struct kind *kind;
	struct tally *account, *name;
	struct list instances, idle, queue; /* idle: last used first */
	size_t instance_count, idle_count, queued, busy, starting, users;
	uint64_t mean_us;    /* of recent durations; 0: none yet */
	uint64_t started_ms; /* when an instance was last started, by the monotonic clock */
	bool retired, noted;
	const char *wrapper; /* AWS_LAMBDA_EXEC_WRAPPER, or NULL */
};

enum instance_state {
	INSTANCE_SPARE, /* has no function yet */
	INSTANCE_INIT,  /* runs its init phase */
	INSTANCE_IDLE,
	INSTANCE_BUSY,      /* has an invocation */
	INSTANCE_FINISHING, /* has answered, and not asked for the next one */
	INSTANCE_ENDING,
};

struct instance {
	struct engine *engine;
	struct kind *kind;
	struct pool *pool;              /* NULL while a spare */
	struct list all, in_pool, idle; /* idle: pool->idle, or kind->spares */
	enum instance_state state;
	struct box *box; /* NULL until made */
	struct http_listener *api, *endpoint, *own;
	struct log_stream *log;
	struct waitq changed;  /* its own fiber waits here */
	struct waitq poll;     /* GET /next waits here */
	struct waitq consumed; /* a streaming POST waits here */
	/* The invocation. serial tells it from the next one when a request object is gone. */
	struct request *request;
	uint64_t serial;
	bool sent, answered;
	bool part_ready, handing; /* handing: the part is being written to the client */
	struct str part;
	/* The init phase. */
	bool init_done, init_failed, is_first;
	bool counted;          /* in starting */
	struct str init_error; /* the runtime's payload; on the heap */
	char *init_error_type;
	uint64_t init_started_ns, init_us;
	/* Its end. */
	bool exited, out_of_memory, frozen;
	int exit_code, exit_signal;
	uint64_t created_ms, idle_since_ms, finish_by_ms;
	uint64_t usage_ms, memory_peak_bytes;
};

/* One engine_invoke, on its fiber's stack. */
struct request {
	struct list link; /* pool->queue */
	struct pool *pool;
	struct call *call;
	struct engine_invocation *invocation;
	struct instance *instance;
	struct waitq changed;
	bool done, discard_parts;
	bool sending; /* its payload is being written to the instance */
	uint64_t queued_ns, started_ns, deadline_ns;
	int64_t begun_ms, deadline_ms; /* since 1970 */
	struct str content_type;       /* of a streamed answer */
	char trace[80];
};

/* engine.c */
int engine_task(struct engine *engine, fiber_fn *fn, void *arg) MUSTCHECK;
void engine_task_ended(struct engine *engine);
void engine_wants_sweep(struct engine *engine);
/* Ends the instance that was idle longest, of whatever function; false when none is idle. */
bool engine_evict_idle(struct engine *engine);

/* pool.c */
struct pool *pool_get(struct engine *engine, const struct engine_function *function,
	const struct runtime *runtime, const struct interpreter *interpreter);
/* Frees it when nothing uses it. */
void pool_release(struct pool *pool);
void pool_retire(struct pool *pool);
/* An instance that can take an invocation: a waiting one gets it, else it stands idle. */
void pool_offer(struct pool *pool, struct instance *instance);
struct instance *pool_take_idle(struct pool *pool);
void pool_enqueue(struct pool *pool, struct request *request);
struct request *pool_dequeue(struct pool *pool);
/* Starts the instances that are worth it for what waits; if not patient, one at least. */
void pool_scale(struct pool *pool, bool patient);

/* ---- crowd.c ---- */

/* More wants to run on this machine than its processors can take; looked at now and then. */
bool engine_is_crowded(struct engine *engine);

/* kind.c */
struct kind *kind_get(struct engine *engine, enum family family,
	const struct interpreter *interpreter, bool booted, uint32_t memory_mb);
/* A spare, or NULL; the one longest there. */
struct instance *kind_take(struct kind *kind);
/* Makes spares in the background until there are enough. */
void kind_refill(struct kind *kind);
void kind_sweep(struct kind *kind, uint64_t now_ms);
/* The program that a box boots, in the arena; NULL-terminated. */
const char *const *kind_argv(const struct kind *kind, struct arena *arena, bool boot);
const char *kind_runtime_dir(const struct kind *kind, struct arena *arena);

/* instance.c */
/* A new one, for the pool or (NULL) as a spare; its fiber runs until it has ended. */
struct instance *instance_create(struct engine *engine, struct kind *kind, struct pool *pool);
/* A spare becomes the pool's. */
void instance_adopt(struct instance *instance, struct pool *pool);
/* Kills it; its fiber frees it later. */
void instance_end(struct instance *instance);
void instance_freeze(struct instance *instance);
uint64_t instance_memory_peak(struct instance *instance, bool exact);
/* The runtime has asked for its first invocation, or has said why it cannot. */
void instance_init_succeeded(struct instance *instance);
void instance_init_error(struct instance *instance, struct str type, struct str payload);

/* request.c */
/* The instance gets the invocation: START. */
void request_begin(struct request *request, struct instance *instance);
/* An answer, or an error's payload (copied): END, REPORT; the instance is free of it. */
void request_answer(struct request *request, struct str payload);
void request_fail(struct request *request, const char *status, struct str type, struct str payload);
/* The same, with {"errorType", "errorMessage": "RequestId: ... Error: " + the printf}. */
void request_error(struct request *request, const char *status, const char *type, const char *fmt,
	...) PRINTF_LIKE(4, 5);
/* The engine could not run it. */
void request_abandon(struct request *request, const char *why);
/* Waits for the end of it, in its own fiber. */
void request_wait(struct request *request);

/* report.c: the platform's own lines in a function's log */
struct report {
	struct str request_id;
	uint64_t duration_us, billed_ms, init_us, memory_peak_bytes;
	const char *status;    /* "success", "error", "timeout" */
	struct str error_type; /* or empty */
};
void report_init_start(const struct pool *pool, struct log_stream *log);
void report_init_failure(const struct pool *pool, struct log_stream *log, uint64_t init_us,
	const char *phase, const char *status, struct str error_type);
void report_start(const struct pool *pool, struct log_stream *log, struct str request_id);
void report_end(const struct pool *pool, struct log_stream *log, const struct report *report);
/* Once for each pool, when what runs it is not the version that was asked for. */
void report_note(struct pool *pool, struct log_stream *log);

/* environment.c: "NAME=value", NULL-terminated, in the arena */
const char *const *environment_build(const struct instance *instance, struct arena *arena);

/* runtime_api.c: serves the Runtime API; the context is the instance */
void runtime_api_serve(struct http_exchange *ex, void *arg);

#endif
