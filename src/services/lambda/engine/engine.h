/*
 * The function engine: pools of instances, each a box that speaks the Lambda Runtime API;
 * invocations find an idle instance, or wait while one is made. It knows nothing of the store: the
 * control plane (the folder above) tells it all about a function with each invocation.
 */
#ifndef SAMOVAR_SERVICES_LAMBDA_ENGINE_ENGINE_H
#define SAMOVAR_SERVICES_LAMBDA_ENGINE_ENGINE_H

#include "aws/aws.h"
#include "aws/call.h"

struct engine;

int engine_create(struct aws *aws, struct engine **out) MUSTCHECK;
/* Ends all instances; waiting invocations fail. In a fiber. */
void engine_destroy(struct engine *engine);

/*
 * One version of a function, as it is to be run. key names it with its whole configuration: any
 * change of code or configuration gives another key, and the pool of the old key drains. Texts are
 * copied when a pool is made.
 */
struct engine_function {
	struct str key;
	struct str account, region, name, version; /* version: "$LATEST" or a number */
	struct str runtime, handler, role_arn;
	struct str code_dir, layers_dir; /* unpacked, on the host; layers_dir may be empty */
	const struct str *env;           /* "NAME=value", the user's own */
	size_t env_count;
	uint64_t timeout_ms;
	uint32_t memory_mb, tmp_mb;
	struct str log_group; /* "/aws/lambda/name", or as LoggingConfig says */
	bool log_json;
	int64_t concurrency_max; /* reserved concurrency; negative: the account's limit only */
};

enum engine_outcome {
	ENGINE_OK,      /* payload is the function's answer */
	ENGINE_HANDLED, /* the handler reported an error: FunctionError "Handled" is no longer sent
			   by AWS for */
	ENGINE_UNHANDLED, /* ... managed runtimes; payload is {"errorMessage", "errorType",
			     "trace"...} */
	ENGINE_THROTTLED, /* no concurrency left: 429 TooManyRequestsException */
	ENGINE_FAILED,    /* the engine itself could not run it; payload is a text for the log */
};

struct engine_invocation {
	/* in */
	struct str request_id, payload;
	struct str invoked_arn;      /* with the qualifier that the caller named */
	struct str client_context;   /* JSON, or empty */
	struct str cognito_identity; /* JSON, or empty */
	struct str trace_id;         /* X-Ray's header, or empty: one is made */
	const struct str *links;     /* headers of other traces that it goes on with: a batch's */
	size_t link_count;
	bool want_log_tail;
	/* If set, called with the parts of a streamed answer as they come; payload then stays
	 * empty. */
	int (*on_part)(void *arg, struct str content_type, struct str part);
	void *arg;
	/* out, in the call's arena */
	enum engine_outcome outcome;
	struct str answer;
	struct str log_tail; /* the last 4 KB, not yet base64 */
	uint64_t duration_us, billed_ms, init_us, memory_peak_bytes;
};

/* Runs it and waits, in the calling fiber, whose call lends arena and identity. Timeouts end the
 * instance. */
void engine_invoke(struct engine *engine, struct call *call, const struct engine_function *function,
	struct engine_invocation *invocation);

/* X-Ray's header of the invocation that the instance of that name (its log stream) is at, or empty.
 */
struct str engine_trace_of(const struct engine *engine, struct str instance);

/* Instances that run or wait for this function's key, and invocations under way. */
struct engine_counts {
	size_t instances, busy, queued;
};
void engine_counts(const struct engine *engine, struct str key, struct engine_counts *out);
/* Ends the idle instances of a function that is gone or changed; busy ones finish first. */
void engine_retire(struct engine *engine, struct str key);

/*
 * A function of this runtime and memory exists: boxes for it are made in the background, and a
 * runtime is booted in each, so that its first start is a warm one. Cheap to call again.
 */
void engine_prepare(struct engine *engine, struct str runtime, uint32_t memory_mb);

/* Whether this machine can run the runtime, and what runs it: "node v20.20.2 (/usr/bin/node)"; else
 * why not. */
bool engine_runtime_available(
	const struct engine *engine, struct str runtime, const char **description);

#endif
