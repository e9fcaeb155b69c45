/* Published versions: a copy of $LATEST under a number, never changed again. */
#include "services/lambda/internal.h"

/* Whether the last version was made of what $LATEST is now: code and settings, but for the
 * description. */
static bool is_same(struct call *call, const struct function_name *name, int64_t number,
	const struct lambda_version_record *latest, struct lambda_version_record *last)
{
	*last = (struct lambda_version_record){ 0 };
	if (number < 1 || !call_get_record(call, lambda_version_key(call->arena, name, number),
				  &lambda_version_record_shape, last))
		return false;
	/* A key is made anew by each change, and a version keeps the one that it was made of. */
	return str_eq(last->key, latest->key);
}

int lambda_publish(struct call *call, const struct function_name *name,
	struct lambda_function_record *function, const struct lambda_version_record *latest,
	struct str description, struct lambda_version_record *out)
{
	struct lambda_function_configuration *c;
	if (is_same(call, name, function->last_version.v, latest, out))
		return 0;
	int64_t number = function->last_version.v + 1;
	*out = *latest;
	c = ARENA_NEW(call->arena, struct lambda_function_configuration);
	*c = *latest->configuration;
	c->version = arena_printf(call->arena, "%lld", (long long)number);
	c->revision_id = lambda_new_revision(call);
	if (description.p)
		c->description = description;
	out->configuration = c;
	function->last_version = OPT_I64(number);
	lambda_ref_blobs(call, name, number, out);
	lambda_write_version(call, name, number, out);
	call_put_record(call, lambda_part_key(call->arena, name, "function"),
		&lambda_function_record_shape, function);
	return 0;
}

int lambda_publish_version(struct call *call, const struct lambda_publish_version_input *in,
	struct lambda_function_configuration *out)
{
	struct function_name name;
	struct lambda_function_record function;
	struct lambda_version_record latest, version;
	int64_t number;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0 ||
		lambda_read_version(call, &name, &latest, &number) < 0)
		return -1;
	const struct lambda_function_configuration *c = latest.configuration;
	if (lambda_check_revision(call, in->revision_id, c->revision_id) < 0)
		return -1;
	if (in->code_sha256.n && !str_eq(in->code_sha256, c->code_sha256))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"CodeSHA256 (%.*s) is different from current CodeSHA256 in $LATEST (%.*s). Please "
			"try again with the "
			"CodeSHA256 in $LATEST.",
			STR_ARG(in->code_sha256), STR_ARG(c->code_sha256));
	if (lambda_publish(call, &name, &function, &latest, in->description, &version) < 0)
		return -1;
	lambda_configuration_of(call, &name, &version, out);
	return 0;
}
