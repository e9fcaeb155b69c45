/* A function's settings: checked as AWS does, and put into its version;
 * UpdateFunctionConfiguration. */
#include "base/log.h"
#include "services/lambda/internal.h"
#include <stdlib.h>

/* Every name that Lambda ever gave a runtime (Developer Guide, "Lambda runtimes" and its deprecated
 * ones). */
static const char *const runtimes[] = { "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10",
	"nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x",
	"nodejs20.x", "nodejs22.x", "nodejs24.x", "nodejs26.x", "java8", "java8.al2",
	"java8.al2023", "java11", "java11.al2023", "java17", "java17.al2023", "java21", "java25",
	"python2.7", "python3.6", "python3.7", "python3.8", "python3.9", "python3.10", "python3.11",
	"python3.12", "python3.13", "python3.14", "python3.15", "dotnetcore1.0", "dotnetcore2.0",
	"dotnetcore2.1", "dotnetcore3.1", "dotnet6", "dotnet8", "dotnet10", "go1.x", "ruby2.5",
	"ruby2.7", "ruby3.2", "ruby3.3", "ruby3.4", "ruby4.0", "provided", "provided.al2",
	"provided.al2023" };

/* Developer Guide, "Reserved environment variables". */
static const char *const reserved[] = { "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION",
	"AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
	"AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
	"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR" };

static bool is_one_of(struct str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(s, list[i]))
			return true;
	return false;
}

int lambda_check_runtime(struct call *call, struct str runtime)
{
	const char *description = NULL;
	struct lambda *lambda = lambda_of(call->aws);
	if (!runtime.p)
		return 0;
	if (!is_one_of(runtime, runtimes, COUNT_OF(runtimes))) {
		struct buf names = { 0 };
		for (size_t i = 0; i < COUNT_OF(runtimes); i++)
			buf_printf(&names, "%s%s", i ? ", " : "", runtimes[i]);
		fail(call, &lambda_invalid_parameter_value_exception,
			"Value %.*s at 'runtime' failed to satisfy constraint: Member must satisfy enum "
			"value set: [%.*s] or be "
			"a valid ARN",
			STR_ARG(runtime), (int)names.n, names.p);
		buf_fini(&names);
		return -1;
	}
	if (!engine_runtime_available(lambda->engine, runtime, &description))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"The runtime %.*s can't be run here: %s", STR_ARG(runtime),
			description ? description : "nothing installed runs it");
	return 0;
}

static int check_environment(struct call *call, const struct lambda_environment *environment)
{
	size_t bytes = 0;
	struct buf names = { 0 };
	if (!environment)
		return 0;
	for (size_t i = 0; i < environment->variables.n; i++) {
		const struct lambda_environment_variables_entry *e = &environment->variables.v[i];
		bytes += e->key.n + e->value.n;
		if (e->value.n && memchr(e->value.p, 0, e->value.n))
			return fail(call, &lambda_invalid_parameter_value_exception,
				"The value of the environment variable %.*s holds a NUL.",
				STR_ARG(e->key));
		if (is_one_of(e->key, reserved, COUNT_OF(reserved)))
			buf_printf(&names, "%s%.*s", names.n ? ", " : "", STR_ARG(e->key));
	}
	if (names.n)
		fail(call, &lambda_invalid_parameter_value_exception,
			"Lambda was unable to configure your environment variables because the environment "
			"variables you have "
			"provided contains reserved keys that are currently not supported for "
			"modification. Reserved keys used "
			"in this request: %.*s",
			(int)names.n, names.p);
	else if (bytes > LAMBDA_ENV_BYTES_MAX)
		fail(call, &lambda_invalid_parameter_value_exception,
			"Lambda was unable to configure your environment variables because the environment "
			"variables you have "
			"provided exceeded the 4KB limit. String measured: %zu bytes",
			bytes);
	bool ok = names.n == 0 && bytes <= LAMBDA_ENV_BYTES_MAX;
	buf_fini(&names);
	return ok ? 0 : -1;
}

int lambda_check_tags(struct call *call, const struct lambda_tags *tags)
{
	if (tags->n > LAMBDA_TAGS_MAX)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"The number of tags exceeds the limit of %d.", LAMBDA_TAGS_MAX);
	for (size_t i = 0; i < tags->n; i++)
		if (str_starts_ci(tags->v[i].key, STR("aws:")))
			return fail(call, &lambda_invalid_parameter_value_exception,
				"Tag keys that begin with aws: are reserved: %.*s",
				STR_ARG(tags->v[i].key));
	return 0;
}

static int one_layer(struct call *call, const struct lambda_layer_list *layers, size_t i,
	struct lambda_version_record *version)
{
	struct function_name layer;
	struct lambda_layer_version_record record;
	struct str arn = layers->v[i];
	bool is_named = layer_name_parse(arn, true, &layer) == 0 && layer.account.p;
	if (is_named && lambda_layer_may_read(call, &layer) < 0)
		return -1;
	if (!is_named || !lambda_read_layer_version(call, arn, &record))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Layer version %.*s does not exist.", STR_ARG(arn));
	for (size_t j = 0; j < i; j++) {
		struct function_name other;
		if (layer_name_parse(layers->v[j], true, &other) == 0 &&
			str_eq(other.name, layer.name) && str_eq(other.account, layer.account))
			return fail(call, &lambda_invalid_parameter_value_exception,
				"Two different versions of the same layer are not allowed to be referenced "
				"in the same "
				"function. %.*s and %.*s are versions of the same layer.",
				STR_ARG(layers->v[j]), STR_ARG(arn));
	}
	version->configuration->layers.v[i] =
		(struct lambda_layer){ .arn = arn, .code_size = record.code_size };
	version->layer_blobs.v[i] = record.blob;
	version->layer_bytes.v += record.unzipped_bytes.v;
	return 0;
}

static int set_layers(struct call *call, const struct lambda_layer_list *layers,
	struct lambda_version_record *version)
{
	struct lambda_function_configuration *c = version->configuration;
	if (layers->n > LAMBDA_LAYERS_MAX)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Cannot reference more than %d layers.", LAMBDA_LAYERS_MAX);
	version->layer_bytes = OPT_I64(0);
	c->layers.v = layers->n ? ARENA_ARRAY(call->arena, struct lambda_layer, layers->n) : NULL;
	c->layers.n = layers->n;
	version->layer_blobs.v = layers->n ? ARENA_ARRAY(call->arena, struct str, layers->n) : NULL;
	version->layer_blobs.n = layers->n;
	for (size_t i = 0; i < layers->n; i++)
		if (one_layer(call, layers, i, version) < 0)
			return -1;
	if (version->unzipped_bytes.v + version->layer_bytes.v > LAMBDA_UNZIPPED_BYTES_MAX)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Function code combined with layers exceeds the maximum allowed size of %d bytes. "
			"The actual size is "
			"%lld bytes.",
			LAMBDA_UNZIPPED_BYTES_MAX,
			(long long)(version->unzipped_bytes.v + version->layer_bytes.v));
	return 0;
}

/* JSON logs have levels; plain ones have none. */
static int set_logging(struct call *call, const struct lambda_logging_config *in,
	struct lambda_function_configuration *c)
{
	struct lambda_logging_config *l = ARENA_NEW(call->arena, struct lambda_logging_config);
	*l = *in;
	if (!l->log_format.p)
		l->log_format = c->logging_config ? c->logging_config->log_format : STR("Text");
	bool is_json = str_is(l->log_format, "JSON");
	if (!is_json && (l->application_log_level.p || l->system_log_level.p))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"To specify ApplicationLogLevel or SystemLogLevel, LogFormat must be set to JSON.");
	if (is_json && !l->application_log_level.p)
		l->application_log_level = STR("INFO");
	if (is_json && !l->system_log_level.p)
		l->system_log_level = STR("INFO");
	if (!l->log_group.p && c->logging_config)
		l->log_group = c->logging_config->log_group;
	c->logging_config = l;
	return 0;
}

static void set_network(struct call *call, const struct lambda_vpc_config *in,
	struct lambda_function_configuration *c)
{
	struct lambda_vpc_config_response *v =
		ARENA_NEW(call->arena, struct lambda_vpc_config_response);
	v->subnet_ids = in->subnet_ids;
	v->security_group_ids = in->security_group_ids;
	v->ipv6_allowed_for_dual_stack = in->ipv6_allowed_for_dual_stack;
	v->vpc_id = v->subnet_ids.n ? STR("vpc-00000000") : STR("");
	c->vpc_config = v;
}

static void set_structures(struct call *call,
	const struct lambda_update_function_configuration_input *in,
	struct lambda_function_configuration *c)
{
	if (in->vpc_config)
		set_network(call, in->vpc_config, c);
	if (in->environment)
		c->environment = in->environment->variables.n ? in->environment : NULL;
	if (in->tracing_config && in->tracing_config->mode.p)
		c->tracing_config = in->tracing_config;
	if (in->dead_letter_config)
		c->dead_letter_config =
			in->dead_letter_config->target_arn.n ? in->dead_letter_config : NULL;
	if (in->ephemeral_storage)
		c->ephemeral_storage = in->ephemeral_storage;
	if (in->file_system_configs.v)
		c->file_system_configs = in->file_system_configs;
	if (in->snap_start) {
		struct lambda_snap_start_response *s =
			ARENA_NEW(call->arena, struct lambda_snap_start_response);
		s->apply_on = in->snap_start->apply_on.p ? in->snap_start->apply_on : STR("None");
		s->optimization_status = STR("Off");
		c->snap_start = s;
	}
}

int lambda_configure(struct call *call, const struct lambda_update_function_configuration_input *in,
	struct lambda_version_record *version)
{
	struct lambda_function_configuration *c = version->configuration;
	if (in->image_config)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Image configurations are only valid for functions in container images, which "
			"can't be run here.");
	if (in->file_system_configs.n)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"File systems can't be mounted here.");
	if (check_environment(call, in->environment) < 0 ||
		(in->layers.v && set_layers(call, &in->layers, version) < 0) ||
		(in->logging_config && set_logging(call, in->logging_config, c) < 0))
		return -1;
	if (in->role.p)
		c->role = in->role;
	if (in->handler.p)
		c->handler = in->handler;
	if (in->description.p)
		c->description = in->description;
	if (in->timeout.set)
		c->timeout = in->timeout;
	if (in->memory_size.set)
		c->memory_size = in->memory_size;
	if (in->runtime.p)
		c->runtime = in->runtime;
	if (in->kms_key_arn.p)
		c->kms_key_arn = in->kms_key_arn.n ? in->kms_key_arn : (struct str){ 0 };
	set_structures(call, in, c);
	version->key = lambda_random_key(call);
	c->last_modified = lambda_now_text(call);
	c->revision_id = lambda_new_revision(call);
	return 0;
}

struct update {
	const struct lambda_update_function_configuration_input *in;
	struct lambda_function_configuration *out;
	struct function_name name;
};

static int update_configuration(struct call *call, void *arg)
{
	struct update *u = arg;
	struct lambda_version_record latest;
	int64_t number;
	if (lambda_read_version(call, &u->name, &latest, &number) < 0 ||
		lambda_check_revision(call, u->in->revision_id, latest.configuration->revision_id) <
			0)
		return -1;
	struct lambda_version_record old = latest;
	if (lambda_configure(call, u->in, &latest) < 0)
		return -1;
	lambda_unref_blobs(call, &u->name, 0, &old);
	lambda_ref_blobs(call, &u->name, 0, &latest);
	lambda_write_version(call, &u->name, 0, &latest);
	lambda_retire_version(call, &old);
	lambda_configuration_of(call, &u->name, &latest, u->out);
	return 0;
}

int lambda_update_function_configuration(struct call *call,
	const struct lambda_update_function_configuration_input *in,
	struct lambda_function_configuration *out)
{
	struct update u = { .in = in, .out = out };
	if (lambda_name_of_function(call, in->function_name, &u.name) < 0 ||
		lambda_check_runtime(call, in->runtime) < 0 || lambda_pass_role(call, in->role) < 0)
		return -1;
	return call_write(call, update_configuration, &u);
}
