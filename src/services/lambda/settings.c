/* The smaller settings of functions: tags, concurrency, events, runtime updates, recursion; and the
 * account's. */
#include "services/lambda/mapping.h"
#include "store/key.h"

/* ---- tags ---- */

/* What has tags: a function or an event source mapping. */
struct tagged {
	struct function_name name;
	struct lambda_function_record function;
	struct lambda_mapping_record mapping;
	struct lambda_tags *tags;
};

static int find_tagged(struct call *call, struct str arn, struct tagged *t)
{
	*t = (struct tagged){ .tags = &t->function.tags };
	if (!str_starts(arn, STR("arn:")))
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '%.*s' at 'resource' failed "
			"to satisfy constraint: Member must be an ARN of a Lambda resource",
			STR_ARG(arn));
	if (str_find(arn, STR(":event-source-mapping:")) > 0) {
		t->tags = &t->mapping.tags;
		return mapping_read(
			call, str_from(arn, (size_t)str_rindex(arn, ':') + 1), &t->mapping);
	}
	if (lambda_name_of(call, arn, (struct str){ 0 }, &t->name) < 0)
		return -1;
	if (t->name.qualifier.p)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Tags on function aliases and versions are not supported. Please specify a function ARN.");
	return lambda_read_function(call, &t->name, &t->function);
}

static void put_function(
	struct call *call, const struct function_name *name, const struct lambda_function_record *f)
{
	call_put_record(call, lambda_part_key(call->arena, name, "function"),
		&lambda_function_record_shape, f);
}

static void put_tagged(struct call *call, const struct tagged *t)
{
	if (t->mapping.configuration)
		mapping_write(call, &t->mapping);
	else
		put_function(call, &t->name, &t->function);
}

int lambda_tag_resource(struct call *call, const struct lambda_tag_resource_input *in,
	struct lambda_tag_resource_output *out)
{
	struct tagged t;
	(void)out;
	if (find_tagged(call, in->resource, &t) < 0)
		return -1;
	struct lambda_tags tags = {
		ARENA_ARRAY(call->arena, struct lambda_tags_entry, t.tags->n + in->tags.n), 0
	};
	for (size_t i = 0; i < t.tags->n; i++) {
		bool replaced = false;
		for (size_t j = 0; j < in->tags.n; j++)
			replaced = replaced || str_eq(in->tags.v[j].key, t.tags->v[i].key);
		if (!replaced)
			tags.v[tags.n++] = t.tags->v[i];
	}
	for (size_t j = 0; j < in->tags.n; j++)
		tags.v[tags.n++] = in->tags.v[j];
	if (lambda_check_tags(call, &tags) < 0)
		return -1;
	*t.tags = tags;
	put_tagged(call, &t);
	return 0;
}

int lambda_untag_resource(struct call *call, const struct lambda_untag_resource_input *in,
	struct lambda_untag_resource_output *out)
{
	struct tagged t;
	size_t n = 0;
	(void)out;
	if (find_tagged(call, in->resource, &t) < 0)
		return -1;
	for (size_t i = 0; i < t.tags->n; i++) {
		bool goes = false;
		for (size_t j = 0; j < in->tag_keys.n; j++)
			goes = goes || str_eq(in->tag_keys.v[j], t.tags->v[i].key);
		if (!goes)
			t.tags->v[n++] = t.tags->v[i];
	}
	t.tags->n = n;
	put_tagged(call, &t);
	return 0;
}

int lambda_list_tags(struct call *call, const struct lambda_list_tags_input *in,
	struct lambda_list_tags_output *out)
{
	struct tagged t;
	static struct lambda_tags_entry none;
	if (find_tagged(call, in->resource, &t) < 0)
		return -1;
	out->tags = *t.tags;
	if (!out->tags.v)
		out->tags.v = &none;
	return 0;
}

/* ---- concurrency ---- */

/* What the account's functions keep for themselves, but for one; and how many functions there are.
 */
static int64_t reserved_by_others(struct call *call, struct str but_key, int64_t *functions)
{
	struct function_name mine = { .account = call->identity.account,
		.region = call->identity.region };
	struct str prefix = lambda_kind_key(call->arena, &mine, "function");
	struct arena arena = { 0 };
	struct txn_cursor c;
	int64_t sum = 0;
	*functions = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct lambda_function_record f = { 0 };
		++*functions;
		if (!str_eq(c.key, but_key) &&
			record_decode(&arena, &lambda_function_record_shape, c.value, &f) == 0)
			sum += f.reserved.v;
		arena_reset(&arena);
	}
	txn_cursor_close(&c);
	arena_fini(&arena);
	return sum;
}

int lambda_put_function_concurrency(struct call *call,
	const struct lambda_put_function_concurrency_input *in, struct lambda_concurrency *out)
{
	struct function_name name;
	struct lambda_function_record function;
	int64_t functions, wanted = in->reserved_concurrent_executions.v;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	int64_t others = reserved_by_others(
		call, lambda_part_key(call->arena, &name, "function"), &functions);
	if (wanted > 0 && others + wanted > LAMBDA_CONCURRENCY - LAMBDA_UNRESERVED_MIN)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Specified ReservedConcurrentExecutions for function decreases account's "
			"UnreservedConcurrentExecution below its minimum value of [%d].",
			LAMBDA_UNRESERVED_MIN);
	function.reserved = OPT_I64(wanted);
	put_function(call, &name, &function);
	out->reserved_concurrent_executions = function.reserved;
	return 0;
}

int lambda_get_function_concurrency(struct call *call,
	const struct lambda_get_function_concurrency_input *in,
	struct lambda_get_function_concurrency_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	out->reserved_concurrent_executions = function.reserved;
	return 0;
}

int lambda_delete_function_concurrency(struct call *call,
	const struct lambda_delete_function_concurrency_input *in,
	struct lambda_delete_function_concurrency_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	(void)out;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	function.reserved = (struct opt_i64){ 0 };
	put_function(call, &name, &function);
	return 0;
}

int lambda_get_account_settings(struct call *call,
	const struct lambda_get_account_settings_input *in,
	struct lambda_get_account_settings_output *out)
{
	struct function_name mine = { .account = call->identity.account,
		.region = call->identity.region };
	struct lambda_account_limit *limit = ARENA_NEW(call->arena, struct lambda_account_limit);
	struct lambda_account_usage *usage = ARENA_NEW(call->arena, struct lambda_account_usage);
	int64_t functions;
	(void)in;
	int64_t reserved = reserved_by_others(call, STR(""), &functions);
	limit->total_code_size = OPT_I64(LAMBDA_CODE_STORAGE_BYTES_MAX);
	limit->code_size_unzipped = OPT_I64(LAMBDA_UNZIPPED_BYTES_MAX);
	limit->code_size_zipped = OPT_I64(LAMBDA_ZIP_BYTES_MAX);
	limit->concurrent_executions = OPT_I64(LAMBDA_CONCURRENCY);
	limit->unreserved_concurrent_executions = OPT_I64(LAMBDA_CONCURRENCY - reserved);
	usage->total_code_size = OPT_I64(code_storage_used(call, &mine));
	usage->function_count = OPT_I64(functions);
	out->account_limit = limit;
	out->account_usage = usage;
	return 0;
}

/* ---- runtime updates, recursion, code signing ---- */

int lambda_get_runtime_management_config(struct call *call,
	const struct lambda_get_runtime_management_config_input *in,
	struct lambda_get_runtime_management_config_output *out)
{
	struct function_name name;
	struct lambda_runtime_management_record record = { 0 };
	if (lambda_name_of(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_check_qualifier(call, &name) < 0)
		return -1;
	call_get_record(call,
		lambda_named_key(call->arena, &name, "runtime-management", name.qualifier),
		&lambda_runtime_management_record_shape, &record);
	out->update_runtime_on =
		record.update_runtime_on.p ? record.update_runtime_on : STR("Auto");
	out->runtime_version_arn = record.runtime_version_arn;
	out->function_arn = function_arn(call->arena, &name);
	return 0;
}

int lambda_put_runtime_management_config(struct call *call,
	const struct lambda_put_runtime_management_config_input *in,
	struct lambda_put_runtime_management_config_output *out)
{
	struct function_name name;
	bool is_manual = str_is(in->update_runtime_on, "Manual");
	if (lambda_name_of(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_check_qualifier(call, &name) < 0)
		return -1;
	if (is_manual != (in->runtime_version_arn.p != NULL))
		return fail(call, &lambda_invalid_parameter_value_exception,
			is_manual
				? "You must specify a runtime version ARN when UpdateRuntimeOn is set to Manual."
				: "RuntimeVersionArn can only be specified when UpdateRuntimeOn is set to Manual.");
	struct lambda_runtime_management_record record = { in->update_runtime_on,
		in->runtime_version_arn };
	call_put_record(call,
		lambda_named_key(call->arena, &name, "runtime-management", name.qualifier),
		&lambda_runtime_management_record_shape, &record);
	out->update_runtime_on = in->update_runtime_on;
	out->runtime_version_arn = in->runtime_version_arn;
	out->function_arn = function_arn(call->arena, &name);
	return 0;
}

int lambda_get_function_recursion_config(struct call *call,
	const struct lambda_get_function_recursion_config_input *in,
	struct lambda_get_function_recursion_config_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	out->recursive_loop =
		function.recursive_loop.p ? function.recursive_loop : STR("Terminate");
	return 0;
}

int lambda_put_function_recursion_config(struct call *call,
	const struct lambda_put_function_recursion_config_input *in,
	struct lambda_put_function_recursion_config_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	function.recursive_loop = in->recursive_loop;
	put_function(call, &name, &function);
	out->recursive_loop = in->recursive_loop;
	return 0;
}

int lambda_get_function_code_signing_config(struct call *call,
	const struct lambda_get_function_code_signing_config_input *in,
	struct lambda_get_function_code_signing_config_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	if (lambda_name_of(call, in->function_name, (struct str){ 0 }, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	out->code_signing_config_arn = STR("");
	out->function_name = name.name;
	return 0;
}
