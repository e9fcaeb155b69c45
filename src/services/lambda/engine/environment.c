/* The environment of a function's process (AWS Lambda, "Defined runtime environment variables"). */
#include "aws/session.h"
#include "services/lambda/engine/internal.h"
#include <stdlib.h>

enum { RESERVED_MAX = 40 };

struct variables {
	struct arena *arena;
	const char **v;
	size_t n;
	size_t fixed; /* the first ones, which the user's own may not replace */
};

static void set(struct variables *vars, const char *name, struct str value)
{
	vars->v[vars->n++] = arena_printf(vars->arena, "%s=%.*s", name, STR_ARG(value)).p;
}

/* Whether one of ours, from the given index on, has the name of this "NAME=value". */
static bool is_named_in(const struct str variable, const char *const *v, size_t n)
{
	ssize_t equals = str_index(variable, '=');
	if (equals < 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (strncmp(v[i], variable.p, (size_t)equals + 1) == 0)
			return true;
	}
	return false;
}

static void set_keys(struct variables *vars, const struct instance *instance)
{
	const struct engine_function *f = &instance->pool->function;
	struct session session = {
		.account = f->account,
		.role_arn = f->role_arn,
		.role_id = STR("AROASAMOVARFUNCTION00"),
		.session_name = f->name,
		.expires_ms = clock_now_ms() + ENGINE_KEYS_MS,
		.instance = str_c(log_stream_name(instance->log)),
	};
	struct session_credentials keys;
	session_issue(instance->engine->aws, vars->arena, &session, &keys);
	set(vars, "AWS_ACCESS_KEY_ID", keys.access_key_id);
	set(vars, "AWS_SECRET_ACCESS_KEY", keys.secret_access_key);
	set(vars, "AWS_SESSION_TOKEN", keys.session_token);
}

static void set_reserved(struct variables *vars, const struct instance *instance)
{
	const struct engine_function *f = &instance->pool->function;
	set(vars, "_HANDLER", f->handler);
	set(vars, "AWS_REGION", f->region);
	set(vars, "AWS_DEFAULT_REGION", f->region);
	set(vars, "AWS_EXECUTION_ENV",
		arena_printf(vars->arena, "AWS_Lambda_%s", instance->pool->runtime->name));
	set(vars, "AWS_LAMBDA_FUNCTION_NAME", f->name);
	set(vars, "AWS_LAMBDA_FUNCTION_VERSION", f->version);
	set(vars, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", arena_printf(vars->arena, "%u", f->memory_mb));
	set(vars, "AWS_LAMBDA_LOG_GROUP_NAME", f->log_group);
	set(vars, "AWS_LAMBDA_LOG_STREAM_NAME", str_c(log_stream_name(instance->log)));
	set(vars, "AWS_LAMBDA_INITIALIZATION_TYPE", STR("on-demand"));
	set(vars, "AWS_LAMBDA_RUNTIME_API", STR("127.0.0.1:9001"));
	set(vars, "LAMBDA_TASK_ROOT", STR("/var/task"));
	set(vars, "LAMBDA_RUNTIME_DIR", STR("/var/runtime"));
	set(vars, "AWS_LAMBDA_LOG_FORMAT", f->log_json ? STR("JSON") : STR("Text"));
	set_keys(vars, instance);
	vars->fixed = vars->n;
}

/* What a function may set otherwise. */
static void set_defaults(struct variables *vars, const struct instance *instance)
{
	const struct runtime *runtime = instance->pool->runtime;
	/* With the server's own port what a function signs is good outside as well. */
	set(vars, "AWS_ENDPOINT_URL",
		arena_printf(vars->arena, "http://127.0.0.1:%u",
			instance->own ? instance->engine->aws->port : 4566));
	set(vars, "AWS_XRAY_CONTEXT_MISSING", STR("LOG_ERROR"));
	set(vars, "TZ", STR(":UTC"));
	set(vars, "LANG", STR("en_US.UTF-8"));
	set(vars, "PATH", STR("/opt/bin:/var/runtime/bin:/usr/local/bin:/usr/bin:/bin"));
	set(vars, "LD_LIBRARY_PATH", STR("/var/task:/var/task/lib:/opt/lib"));
	if (runtime->family == FAMILY_NODE) {
		set(vars, "NODE_PATH",
			arena_printf(vars->arena,
				"/opt/nodejs/node%d/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:"
				"/var/runtime:/var/task",
				runtime->version));
	} else if (runtime->family == FAMILY_PYTHON) {
		set(vars, "PYTHONPATH",
			arena_printf(vars->arena,
				"/opt/python/lib/python3.%d/site-packages:/opt/python:/var/runtime",
				runtime->version));
	}
	if (instance->pool->function.log_json)
		set(vars, "AWS_LAMBDA_LOG_LEVEL", STR("INFO"));
}

const char *const *environment_build(const struct instance *instance, struct arena *arena)
{
	const struct engine_function *f = &instance->pool->function;
	struct variables vars = { arena,
		ARENA_ARRAY(arena, const char *, RESERVED_MAX + f->env_count + 1), 0, 0 };
	struct variables defaults = { arena, ARENA_ARRAY(arena, const char *, RESERVED_MAX), 0, 0 };
	set_reserved(&vars, instance);
	set_defaults(&defaults, instance);
	for (size_t i = 0; i < f->env_count; i++) {
		if (!is_named_in(f->env[i], vars.v, vars.fixed))
			vars.v[vars.n++] = arena_cstr(arena, f->env[i]);
	}
	size_t own = vars.n;
	for (size_t i = 0; i < defaults.n; i++) {
		if (!is_named_in(str_c(defaults.v[i]), vars.v, own))
			vars.v[vars.n++] = defaults.v[i];
	}
	assert(vars.n - f->env_count <= RESERVED_MAX);
	return vars.v;
}
