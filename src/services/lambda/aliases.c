/* Aliases: names for versions, which may share their traffic between two. */
#include "services/lambda/internal.h"
#include "store/key.h"

static int check_alias_name(struct call *call, struct str name)
{
	if (!alias_name_is_valid(name))
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '%.*s' at 'name' failed to "
			"satisfy constraint: Member must satisfy regular expression pattern: "
			"(?!^[0-9]+$)([a-zA-Z0-9-_]+)",
			STR_ARG(name));
	return 0;
}

static struct str alias_arn(struct call *call, const struct function_name *name, struct str alias)
{
	struct function_name full = *name;
	full.qualifier = alias;
	return function_arn(call->arena, &full);
}

static int fail_no_alias(struct call *call, const struct function_name *name, struct str alias)
{
	struct str arn = alias_arn(call, name, alias);
	return fail(call, &lambda_resource_not_found_exception, "Cannot find alias arn: %.*s",
		STR_ARG(arn));
}

static int check_version(struct call *call, const struct function_name *name, struct str version)
{
	struct function_name full = *name;
	full.qualifier = version;
	if (!str_is(version, "$LATEST") && !qualifier_is_version(version))
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '%.*s' at 'functionVersion' "
			"failed to satisfy constraint: Member must satisfy regular expression pattern: "
			"(\\$LATEST(\\.PUBLISHED)?|[0-9]+)",
			STR_ARG(version));
	return lambda_check_qualifier(call, &full);
}

static int check_routing(struct call *call, const struct function_name *name,
	const struct lambda_alias_configuration *alias)
{
	if (!alias->routing_config || !alias->routing_config->additional_version_weights.n)
		return 0;
	const struct lambda_additional_version_weights *weights =
		&alias->routing_config->additional_version_weights;
	if (str_is(alias->function_version, "$LATEST"))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"$LATEST is not supported for an alias pointing to more than 1 version");
	if (weights->n > 1)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Number of items in AdditionalVersionWeights cannot be greater than 1");
	if (str_eq(weights->v[0].key, alias->function_version))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Invalid function version %.*s. Function version %.*s is already included in "
			"routing configuration.",
			STR_ARG(weights->v[0].key), STR_ARG(weights->v[0].key));
	return check_version(call, name, weights->v[0].key);
}

static void put_alias(struct call *call, const struct function_name *name,
	struct lambda_alias_configuration *alias)
{
	alias->alias_arn = alias_arn(call, name, alias->name);
	alias->revision_id = lambda_new_revision(call);
	call_put_record(call, lambda_named_key(call->arena, name, "alias", alias->name),
		&lambda_alias_configuration_shape, alias);
}

static struct lambda_alias_routing_configuration *routing_of(
	struct lambda_alias_routing_configuration *in)
{
	return in && in->additional_version_weights.n ? in : NULL;
}

int lambda_create_alias(struct call *call, const struct lambda_create_alias_input *in,
	struct lambda_alias_configuration *out)
{
	struct function_name name;
	struct lambda_function_record function;
	struct lambda_alias_configuration old;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		check_alias_name(call, in->name) < 0 ||
		lambda_read_function(call, &name, &function) < 0 ||
		check_version(call, &name, in->function_version) < 0)
		return -1;
	if (lambda_read_alias(call, &name, in->name, &old)) {
		struct str arn = alias_arn(call, &name, in->name);
		return fail(call, &lambda_resource_conflict_exception, "Alias already exists: %.*s",
			STR_ARG(arn));
	}
	out->name = in->name;
	out->function_version = in->function_version;
	out->description = in->description.p ? in->description : STR("");
	out->routing_config = routing_of(in->routing_config);
	if (check_routing(call, &name, out) < 0)
		return -1;
	put_alias(call, &name, out);
	return 0;
}

int lambda_get_alias(struct call *call, const struct lambda_get_alias_input *in,
	struct lambda_alias_configuration *out)
{
	struct function_name name;
	struct lambda_function_record function;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	return lambda_read_alias(call, &name, in->name, out) ? 0
							     : fail_no_alias(call, &name, in->name);
}

int lambda_update_alias(struct call *call, const struct lambda_update_alias_input *in,
	struct lambda_alias_configuration *out)
{
	struct function_name name;
	struct lambda_function_record function;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	if (!lambda_read_alias(call, &name, in->name, out))
		return fail_no_alias(call, &name, in->name);
	if (lambda_check_revision(call, in->revision_id, out->revision_id) < 0)
		return -1;
	if (in->function_version.p) {
		if (check_version(call, &name, in->function_version) < 0)
			return -1;
		out->function_version = in->function_version;
	}
	if (in->description.p)
		out->description = in->description;
	if (in->routing_config)
		out->routing_config = routing_of(in->routing_config);
	if (check_routing(call, &name, out) < 0)
		return -1;
	put_alias(call, &name, out);
	return 0;
}

/* Deleting what is not there is no error. */
int lambda_delete_alias(struct call *call, const struct lambda_delete_alias_input *in,
	struct lambda_delete_alias_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	struct lambda_alias_configuration alias;
	(void)out;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0)
		return -1;
	if (!lambda_read_alias(call, &name, in->name, &alias))
		return 0;
	name.qualifier = in->name;
	txn_delete(call->txn, lambda_named_key(call->arena, &name, "alias", in->name));
	txn_delete(call->txn, lambda_named_key(call->arena, &name, "policy", in->name));
	txn_delete(call->txn, lambda_named_key(call->arena, &name, "event-invoke", in->name));
	url_remove(call, &name);
	return 0;
}

int lambda_list_aliases(struct call *call, const struct lambda_list_aliases_input *in,
	struct lambda_list_aliases_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	struct lambda_alias_configuration alias;
	struct lambda_page page;
	if (lambda_name_of_function(call, in->function_name, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0 ||
		lambda_page_open(call, lambda_part_key(call->arena, &name, "alias"), in->marker,
			in->max_items, LAMBDA_PAGE, &page) < 0)
		return -1;
	out->aliases.v = ARENA_ARRAY(call->arena, struct lambda_alias_configuration, LAMBDA_PAGE);
	while (lambda_page_next(&page, &lambda_alias_configuration_shape, &alias)) {
		if (in->function_version.p && !str_eq(alias.function_version, in->function_version))
			page.left++;
		else
			out->aliases.v[out->aliases.n++] = alias;
	}
	out->next_marker = page.next_marker;
	lambda_page_close(&page);
	return 0;
}
