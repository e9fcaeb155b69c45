/* From a function's name to what the engine runs, and the cache of it. */
#include "services/lambda/resolve.h"
#include "base/log.h"
#include "base/map.h"
#include "base/random.h"
#include "services/lambda/code_cache.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct resolver {
	struct map
		map; /* "account region name qualifier" -> struct resolved; the loop's thread's */
	uint64_t generation;
};

int resolver_create(struct resolver **out)
{
	*out = xcalloc(1, sizeof **out);
	return 0;
}

void resolved_unref(struct resolved *r)
{
	if (!r || --r->refs > 0)
		return;
	arena_fini(&r->arena);
	free(r);
}

static void forget_all(struct resolver *r)
{
	struct map_entry *entry;
	for (size_t at = 0; map_next(&r->map, &at, &entry);)
		resolved_unref(entry->value);
	map_fini(&r->map);
	r->map = (struct map){ 0 };
}

void resolver_destroy(struct resolver *r)
{
	if (!r)
		return;
	forget_all(r);
	free(r);
}

/* ---- reading ---- */

struct reading {
	const struct function_name *name;
	struct resolved *r;
};

static void set_environment(
	struct arena *arena, const struct lambda_environment *in, struct engine_function *f)
{
	if (!in)
		return;
	struct str *env = ARENA_ARRAY(arena, struct str, in->variables.n + 1);
	for (size_t i = 0; i < in->variables.n; i++)
		env[i] = arena_printf(arena, "%.*s=%.*s", STR_ARG(in->variables.v[i].key),
			STR_ARG(in->variables.v[i].value));
	f->env = env;
	f->env_count = in->variables.n;
}

/* The version's record stays in the arena of what was resolved, so its texts need no copies. */
static int read_target(
	struct call *call, struct reading *reading, struct str qualifier, struct target *t)
{
	struct resolved *r = reading->r;
	struct function_name name = *reading->name;
	struct lambda_version_record v = { 0 };
	int64_t number = 0;
	struct str bytes, key;
	name.qualifier = qualifier;
	if (!qualifier_is_latest(qualifier) && (str_to_i64(qualifier, &number) < 0 || number < 1))
		return lambda_fail_not_found(call, reading->name);
	key = lambda_version_key(call->arena, &name, number);
	if (!txn_get(call->txn, key, &r->arena, &bytes) ||
		record_open(call->aws, &r->arena, &lambda_version_record_shape, key, bytes, &v) <
			0 ||
		!v.configuration)
		return lambda_fail_not_found(call, reading->name);
	const struct lambda_function_configuration *c = v.configuration;
	struct lambda *lambda = lambda_of(call->aws);
	t->function = (struct engine_function){
		.key = lambda_engine_key(&r->arena, &v),
		.account = arena_str(&r->arena, name.account),
		.region = arena_str(&r->arena, name.region),
		.name = arena_str(&r->arena, name.name),
		.version = c->version,
		.runtime = c->runtime,
		.handler = c->handler,
		.role_arn = c->role,
		.code_dir = code_cache_path(lambda->code, &r->arena, v.code_blob),
		.layers_dir = STR(""),
		.timeout_ms = (uint64_t)c->timeout.v * 1000,
		.memory_mb = (uint32_t)c->memory_size.v,
		.tmp_mb = c->ephemeral_storage ? (uint32_t)c->ephemeral_storage->size.v : 512,
		.log_group = c->logging_config ? c->logging_config->log_group : STR(""),
		.log_json = c->logging_config && str_is(c->logging_config->log_format, "JSON"),
		.concurrency_max = r->reserved,
	};
	if (!t->function.log_group.n)
		t->function.log_group =
			arena_printf(&r->arena, "/aws/lambda/%.*s", STR_ARG(name.name));
	set_environment(&r->arena, c->environment, &t->function);
	t->code_blob = v.code_blob;
	if (c->dead_letter_config)
		t->dead_letter = c->dead_letter_config->target_arn;
	t->layer_blobs = v.layer_blobs.v;
	t->layer_count = v.layer_blobs.n;
	if (t->layer_count)
		t->function.layers_dir = code_cache_layers_path(
			lambda->code, &r->arena, v.layer_blobs.v, v.layer_blobs.n);
	return 0;
}

static void read_event_config(struct call *call, struct reading *reading)
{
	struct lambda_function_event_invoke_config c = { 0 };
	struct resolved *r = reading->r;
	struct str key = lambda_named_key(
			   call->arena, reading->name, "event-invoke", reading->name->qualifier),
		   bytes;
	r->event_retries = LAMBDA_EVENT_RETRIES;
	r->event_age_s = LAMBDA_EVENT_AGE_MAX_S;
	if (!txn_get(call->txn, key, &r->arena, &bytes) ||
		record_decode(&r->arena, &lambda_function_event_invoke_config_shape, bytes, &c) < 0)
		return;
	if (c.maximum_retry_attempts.set)
		r->event_retries = c.maximum_retry_attempts.v;
	if (c.maximum_event_age_in_seconds.set)
		r->event_age_s = c.maximum_event_age_in_seconds.v;
	if (c.destination_config && c.destination_config->on_success)
		r->on_success = c.destination_config->on_success->destination;
	if (c.destination_config && c.destination_config->on_failure)
		r->on_failure = c.destination_config->on_failure->destination;
}

static int read_resolved(struct call *call, void *arg)
{
	struct reading *reading = arg;
	struct resolved *r = reading->r;
	const struct function_name *name = reading->name;
	struct lambda_function_record function;
	struct lambda_alias_configuration alias;
	arena_fini(&r->arena);
	*r = (struct resolved){ .refs = 1 };
	if (lambda_read_function(call, name, &function) < 0)
		return -1;
	r->reserved = function.reserved.set ? function.reserved.v : -1;
	r->arn = function_arn(&r->arena, name);
	read_event_config(call, reading);
	if (qualifier_is_latest(name->qualifier) || qualifier_is_version(name->qualifier))
		return read_target(call, reading, name->qualifier, &r->first);
	if (!lambda_read_alias(call, name, name->qualifier, &alias))
		return lambda_fail_not_found(call, name);
	if (alias.routing_config && alias.routing_config->additional_version_weights.n) {
		const struct lambda_additional_version_weights_entry *second =
			&alias.routing_config->additional_version_weights.v[0];
		r->has_second = true;
		r->second_weight = second->value.v;
		if (read_target(call, reading, second->key, &r->second) < 0)
			return -1;
	}
	return read_target(call, reading, alias.function_version, &r->first);
}

/* ---- the cache ---- */

int lambda_resolve(struct call *call, const struct function_name *name, struct resolved **out)
{
	struct resolver *resolver = lambda_of(call->aws)->resolver;
	char text[256];
	int n = snprintf(text, sizeof text, "%.*s %.*s %.*s %.*s", STR_ARG(name->account),
		STR_ARG(name->region), STR_ARG(name->name), STR_ARG(name->qualifier));
	assert(n > 0 && (size_t)n < sizeof text); /* each part's length was checked */
	struct str key = { text, (size_t)n };
	uint64_t generation = store_generation(call->aws->store, STR("lambda"));
	if (generation != resolver->generation) {
		forget_all(resolver);
		resolver->generation = generation;
	}
	struct resolved *r = map_get(&resolver->map, key);
	if (!r) {
		r = xcalloc(1, sizeof *r);
		r->refs = 1;
		struct reading reading = { name, r };
		if (call_read(call, read_resolved, &reading) < 0) {
			resolved_unref(r);
			return -1;
		}
		map_put(&resolver->map, key, r);
	}
	r->refs++;
	*out = r;
	return 0;
}

int resolved_target(struct call *call, struct resolved *r, struct target **out)
{
	struct lambda *lambda = lambda_of(call->aws);
	struct target *t = &r->first;
	struct unzipped unzipped = { 0 };
	if (r->has_second && (double)random_below(1 << 30) < r->second_weight * (1 << 30))
		t = &r->second;
	if (!t->is_unpacked) {
		int e = code_cache_ensure(lambda->code, t->code_blob, &unzipped);
		if (e == 0 && t->layer_count)
			e = code_cache_ensure_layers(
				lambda->code, t->layer_blobs, t->layer_count, &unzipped);
		if (e < 0) {
			log_error("lambda: the code of %.*s can't be unpacked: %s %s",
				STR_ARG(t->function.name), strerror(-e), unzipped.why);
			return fail(call, &lambda_invalid_zip_file_exception,
				"Lambda could not unzip the deployment package.");
		}
		t->is_unpacked = true;
	}
	*out = t;
	return 0;
}
