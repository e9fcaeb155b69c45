/* Functions: making, showing, listing and deleting them. */
#include "api/sts.h"
#include "services/lambda/mapping.h"
#include "store/key.h"

/* ---- CreateFunction ---- */

struct creation {
	const struct lambda_create_function_input *in;
	struct lambda_function_configuration *out;
	struct function_name name;
	struct code code;
};

static int check_input(struct call *call, const struct lambda_create_function_input *in)
{
	if (str_is(in->package_type, "Image") || in->image_config)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Functions in container images can't be run here; please provide a zip archive.");
	if (!in->runtime.p || !in->handler.p)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Runtime and Handler are mandatory parameters for functions created with "
			"deployment packages.");
	if (in->code_signing_config_arn.n)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Code signing configurations are not served here.");
	if (lambda_check_tags(call, &in->tags) < 0)
		return -1;
	return lambda_check_runtime(call, in->runtime);
}

static int check_is_new(struct call *call, void *arg)
{
	struct creation *c = arg;
	if (txn_exists(call->txn, lambda_part_key(call->arena, &c->name, "function")))
		return fail(call, &lambda_resource_conflict_exception,
			"Function already exist: %.*s", STR_ARG(c->name.name));
	return 0;
}

/* What a new function has where nothing is said (API Reference, CreateFunction). */
static void defaults(struct call *call, const struct creation *c, struct lambda_version_record *v)
{
	struct lambda_function_configuration *f =
		ARENA_NEW(call->arena, struct lambda_function_configuration);
	static struct str x86[] = { STR_INIT("x86_64") };
	f->version = STR("$LATEST");
	f->description = STR("");
	f->timeout = OPT_I64(3);
	f->memory_size = OPT_I64(128);
	f->package_type = STR("Zip");
	f->tracing_config = ARENA_NEW(call->arena, struct lambda_tracing_config);
	f->tracing_config->mode = STR("PassThrough");
	f->ephemeral_storage = ARENA_NEW(call->arena, struct lambda_ephemeral_storage);
	f->ephemeral_storage->size = OPT_I64(512);
	f->snap_start = ARENA_NEW(call->arena, struct lambda_snap_start_response);
	f->snap_start->apply_on = STR("None");
	f->snap_start->optimization_status = STR("Off");
	f->logging_config = ARENA_NEW(call->arena, struct lambda_logging_config);
	f->logging_config->log_format = STR("Text");
	f->logging_config->log_group =
		arena_printf(call->arena, "/aws/lambda/%.*s", STR_ARG(c->name.name));
	f->architectures = c->in->architectures;
	if (!f->architectures.v)
		f->architectures = (struct lambda_architectures_list){ x86, 1 };
	f->code_sha256 = c->code.sha256;
	f->code_size = OPT_I64(c->code.zip_bytes);
	v->configuration = f;
	v->code_blob = c->code.blob;
	v->unzipped_bytes = OPT_I64(c->code.unzipped_bytes);
	v->layer_bytes = OPT_I64(0);
}

static struct lambda_update_function_configuration_input settings_of(
	const struct lambda_create_function_input *in)
{
	return (struct lambda_update_function_configuration_input){
		.role = in->role,
		.handler = in->handler,
		.description = in->description,
		.timeout = in->timeout,
		.memory_size = in->memory_size,
		.vpc_config = in->vpc_config,
		.environment = in->environment,
		.runtime = in->runtime,
		.dead_letter_config = in->dead_letter_config,
		.kms_key_arn = in->kms_key_arn,
		.tracing_config = in->tracing_config,
		.layers = in->layers,
		.file_system_configs = in->file_system_configs,
		.ephemeral_storage = in->ephemeral_storage,
		.snap_start = in->snap_start,
		.logging_config = in->logging_config,
	};
}

static int create(struct call *call, void *arg)
{
	struct creation *c = arg;
	struct lambda_function_record function = { .last_version = OPT_I64(0),
		.tags = c->in->tags };
	struct lambda_version_record version = { 0 };
	struct lambda_update_function_configuration_input settings = settings_of(c->in);
	defaults(call, c, &version);
	if (check_is_new(call, c) < 0 || lambda_configure(call, &settings, &version) < 0 ||
		code_check_storage(call, &c->name, c->code.zip_bytes) < 0)
		return -1;
	lambda_ref_blobs(call, &c->name, 0, &version);
	lambda_write_version(call, &c->name, 0, &version);
	call_put_record(call, lambda_part_key(call->arena, &c->name, "function"),
		&lambda_function_record_shape, &function);
	struct lambda_version_record shown = version;
	if (c->in->publish.v &&
		lambda_publish(call, &c->name, &function, &version, (struct str){ 0 }, &shown) < 0)
		return -1;
	lambda_configuration_of(call, &c->name, &shown, c->out);
	return 0;
}

int lambda_pass_role(struct call *call, struct str role)
{
	struct sts_pass_role_input in = { .role_arn = role,
		.service = STR("lambda.amazonaws.com") };
	struct sts_pass_role_output out = { 0 };
	if (!role.p || call->aws->auth != AWS_AUTH_STRICT)
		return 0;
	if (call_inner(call, &sts_pass_role_operation, NULL, &in, &out) < 0)
		return -1;
	if (!out.is_trusted.v)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"The role defined for the function cannot be assumed by Lambda.");
	return 0;
}

int lambda_create_function(struct call *call, const struct lambda_create_function_input *in,
	struct lambda_function_configuration *out)
{
	struct creation c = { .in = in, .out = out };
	const struct lambda_function_code *code = in->code;
	struct code_source source = { code->zip_file, code->s3_bucket, code->s3_key,
		code->s3_object_version, code->image_uri };
	if (lambda_name_of_function(call, in->function_name, &c.name) < 0 ||
		check_input(call, in) < 0 || lambda_pass_role(call, in->role) < 0 ||
		call_read(call, check_is_new, &c) < 0 || code_take(call, &source, &c.code) < 0)
		return -1;
	int r = call_write(call, create, &c);
	code_release(call, &c.code, r == 0);
	if (r == 0)
		engine_prepare(
			lambda_of(call->aws)->engine, out->runtime, (uint32_t)out->memory_size.v);
	return r;
}

/* ---- showing ---- */

int lambda_get_function_configuration(struct call *call,
	const struct lambda_get_function_configuration_input *in,
	struct lambda_function_configuration *out)
{
	struct function_name name;
	struct lambda_version_record version;
	int64_t number;
	if (lambda_name_of(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_read_version(call, &name, &version, &number) < 0)
		return -1;
	lambda_configuration_of(call, &name, &version, out);
	return 0;
}

int lambda_get_function(struct call *call, const struct lambda_get_function_input *in,
	struct lambda_get_function_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	struct lambda_version_record version;
	int64_t number;
	if (lambda_name_of(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_read_version(call, &name, &version, &number) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	out->configuration = ARENA_NEW(call->arena, struct lambda_function_configuration);
	lambda_configuration_of(call, &name, &version, out->configuration);
	out->code = ARENA_NEW(call->arena, struct lambda_function_code_location);
	out->code->repository_type = STR("S3");
	out->code->location = code_link(call, version.code_blob, name.name);
	if (function.tags.n)
		out->tags = function.tags;
	if (function.reserved.set) {
		out->concurrency = ARENA_NEW(call->arena, struct lambda_concurrency);
		out->concurrency->reserved_concurrent_executions = function.reserved;
	}
	return 0;
}

/* ---- listing ---- */

/* The function that a key of kind "version" belongs to, and the version's number. */
static bool version_of_key(
	struct call *call, struct str key, struct function_name *name, int64_t *number)
{
	struct key_part parts[6];
	if (key_decode(call->arena, key, parts, COUNT_OF(parts)) != 6)
		return false;
	*name = (struct function_name){
		.account = parts[1].text, .region = parts[2].text, .name = parts[4].text
	};
	*number = parts[5].integer;
	return true;
}

/* All versions of all functions lie in one range; without them, the unpublished ones are picked
 * out. */
static int list(struct call *call, struct lambda_page *page, bool all_versions,
	struct lambda_function_list *out)
{
	struct lambda_version_record version;
	out->v = ARENA_ARRAY(call->arena, struct lambda_function_configuration, LAMBDA_PAGE + 1);
	while (lambda_page_next(page, &lambda_version_record_shape, &version)) {
		struct function_name name;
		int64_t number;
		if (!version.configuration ||
			!version_of_key(call, page->cursor.key, &name, &number))
			continue;
		if (!all_versions && number > 0) {
			page->left++; /* it takes no place on the page */
			continue;
		}
		name.qualifier = all_versions && number == 0 ? STR("$LATEST") : (struct str){ 0 };
		lambda_configuration_of(call, &name, &version, &out->v[out->n++]);
	}
	return 0;
}

int lambda_list_functions(struct call *call, const struct lambda_list_functions_input *in,
	struct lambda_list_functions_output *out)
{
	struct function_name mine = { .account = call->identity.account,
		.region = call->identity.region };
	struct lambda_page page;
	if (in->function_version.p && !str_is(in->function_version, "ALL"))
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '%.*s' at 'functionVersion' "
			"failed to satisfy constraint: Member must satisfy enum value set: [ALL]",
			STR_ARG(in->function_version));
	if (lambda_page_open(call, lambda_kind_key(call->arena, &mine, "version"), in->marker,
		    in->max_items, LAMBDA_PAGE, &page) < 0)
		return -1;
	int r = list(call, &page, in->function_version.p, &out->functions);
	out->next_marker = page.next_marker;
	lambda_page_close(&page);
	return r;
}

int lambda_list_versions_by_function(struct call *call,
	const struct lambda_list_versions_by_function_input *in,
	struct lambda_list_versions_by_function_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	struct lambda_page page;
	if (lambda_name_of(call, in->function_name, (struct str){ 0 }, &name) < 0)
		return -1;
	name.qualifier = (struct str){ 0 };
	if (lambda_read_function(call, &name, &function) < 0 ||
		lambda_page_open(call, lambda_part_key(call->arena, &name, "version"), in->marker,
			in->max_items, LAMBDA_PAGE, &page) < 0)
		return -1;
	int r = list(call, &page, true, &out->versions);
	out->next_marker = page.next_marker;
	lambda_page_close(&page);
	return r;
}

/* ---- DeleteFunction ---- */

struct deletion {
	struct function_name name;
};

/* Aliases that lead to the version, in brackets; empty if there are none. */
static struct str aliases_of(
	struct call *call, const struct function_name *name, struct str version)
{
	struct str prefix = lambda_part_key(call->arena, name, "alias"), list = { 0 };
	struct txn_cursor c;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct lambda_alias_configuration alias = { 0 };
		if (record_decode(call->arena, &lambda_alias_configuration_shape,
			    arena_str(call->arena, c.value), &alias) < 0)
			continue;
		bool leads = str_eq(alias.function_version, version);
		for (size_t i = 0; alias.routing_config &&
				   i < alias.routing_config->additional_version_weights.n;
			i++)
			leads = leads ||
				str_eq(alias.routing_config->additional_version_weights.v[i].key,
					version);
		if (leads)
			list = arena_printf(call->arena, "%.*s%s%.*s", STR_ARG(list),
				list.n ? ", " : "", STR_ARG(alias.name));
	}
	txn_cursor_close(&c);
	return list;
}

static void delete_named(struct call *call, const struct function_name *name, const char *kind)
{
	struct str key = lambda_named_key(call->arena, name, kind, name->qualifier);
	txn_delete(call->txn, key);
}

static int delete_version(struct call *call, const struct function_name *name)
{
	struct lambda_version_record version;
	int64_t number;
	if (str_is(name->qualifier, "$LATEST"))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"$LATEST version cannot be deleted without deleting the function.");
	if (!qualifier_is_version(name->qualifier))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Deletion of aliases is not currently supported.");
	if (lambda_read_version(call, name, &version, &number) < 0)
		return -1;
	struct str aliases = aliases_of(call, name, name->qualifier);
	if (aliases.n)
		return fail(call, &lambda_resource_conflict_exception,
			"Unable to delete version because the following aliases reference it: [%.*s]",
			STR_ARG(aliases));
	lambda_unref_blobs(call, name, number, &version);
	txn_delete(call->txn, lambda_version_key(call->arena, name, number));
	delete_named(call, name, "policy");
	delete_named(call, name, "event-invoke");
	delete_named(call, name, "runtime-management");
	lambda_retire_version(call, &version);
	return 0;
}

static void delete_part(struct call *call, const struct function_name *name, const char *kind)
{
	struct str prefix = lambda_part_key(call->arena, name, kind);
	txn_delete_range(call->txn, prefix, key_range_end(call->arena, prefix));
}

static void delete_versions(struct call *call, const struct function_name *name)
{
	struct str prefix = lambda_part_key(call->arena, name, "version");
	struct txn_cursor c;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct function_name of_key;
		struct lambda_version_record version = { 0 };
		int64_t number;
		struct str bytes = arena_str(call->arena, c.value);
		if (!version_of_key(call, c.key, &of_key, &number) ||
			record_open(call->aws, call->arena, &lambda_version_record_shape, c.key,
				bytes, &version) < 0)
			continue;
		lambda_unref_blobs(call, name, number, &version);
		lambda_retire_version(call, &version);
	}
	txn_cursor_close(&c);
	delete_part(call, name, "version");
}

static void delete_urls(struct call *call, const struct function_name *name)
{
	struct str prefix = lambda_part_key(call->arena, name, "url");
	struct txn_cursor c;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct lambda_url_record url = { 0 };
		if (record_decode(call->arena, &lambda_url_record_shape,
			    arena_str(call->arena, c.value), &url) == 0)
			txn_delete(call->txn, KEY(call->arena, KEY_LITERAL("lambda"),
						      KEY_LITERAL("url"), key_text(url.id)));
	}
	txn_cursor_close(&c);
	delete_part(call, name, "url");
}

static int delete (struct call *call, void *arg)
{
	static const char *const kinds[] = { "function", "alias", "policy", "event-invoke",
		"runtime-management" };
	struct deletion *d = arg;
	struct lambda_function_record function;
	if (lambda_read_function(call, &d->name, &function) < 0)
		return -1;
	if (d->name.qualifier.p)
		return delete_version(call, &d->name);
	mapping_function_deleted(call, &d->name);
	delete_versions(call, &d->name);
	delete_urls(call, &d->name);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		delete_part(call, &d->name, kinds[i]);
	return 0;
}

int lambda_delete_function(struct call *call, const struct lambda_delete_function_input *in,
	struct lambda_delete_function_output *out)
{
	struct deletion d;
	if (lambda_name_of(call, in->function_name, in->qualifier, &d.name) < 0 ||
		call_write(call, delete, &d) < 0)
		return -1;
	out->status_code = OPT_I64(204);
	return 0;
}
