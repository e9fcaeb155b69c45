/* Filters of parameter lists (SSM API Reference, "ParameterStringFilter"). */
#include "services/ssm/internal.h"

bool parameter_is_below(struct str path, struct str name, bool recursive)
{
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	if (!str_starts(name, path) || name.n <= path.n + 1 || name.p[path.n] != '/')
		return false;
	return recursive || str_index(str_from(name, path.n + 1), '/') < 0;
}

static bool is_one_of(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_is(s, *words))
			return true;
	return false;
}

static int check_option(struct call *call, const struct ssm_parameter_string_filter *f)
{
	static const char *const name_options[] = { "Equals", "BeginsWith", "Contains", NULL };
	static const char *const path_options[] = { "OneLevel", "Recursive", NULL };
	static const char *const plain_options[] = { "Equals", "BeginsWith", NULL };
	if (!f->option.p)
		return 0;
	const char *const *options = str_is(f->key, "Name")   ? name_options
				     : str_is(f->key, "Path") ? path_options
							      : plain_options;
	if (is_one_of(f->option, options))
		return 0;
	return fail(call, &ssm_invalid_filter_option,
		"The following filter option is not valid: %.*s. Valid options include: [%s, %s].",
		STR_ARG(f->option), options[0], options[1]);
}

int parameter_filters_check(
	struct call *call, const struct ssm_parameter_string_filter_list *filters, bool by_path)
{
	static const char *const keys_by_path[] = { "Type", "KeyId", "Label", NULL };
	if (filters->n > SSM_FILTERS_MAX)
		return fail(call, &aws_validation_exception, "There may be at most %d filters.",
			SSM_FILTERS_MAX);
	for (size_t i = 0; i < filters->n; i++) {
		const struct ssm_parameter_string_filter *f = &filters->v[i];
		for (size_t k = 0; k < i; k++)
			if (str_eq(filters->v[k].key, f->key))
				return fail(call, &ssm_invalid_filter_key,
					"The following filter is duplicated in the request: %.*s. "
					"A request can "
					"contain only one occurrence of a specific filter.",
					STR_ARG(f->key));
		if (by_path ? !is_one_of(f->key, keys_by_path) : str_is(f->key, "Label"))
			return fail(call, &ssm_invalid_filter_key,
				"The following filter key is not valid: %.*s. Valid filter keys "
				"include: [%s].",
				STR_ARG(f->key),
				by_path ? "Type, KeyId, Label"
					: "Name, Type, KeyId, Path, Tier, DataType, tag:key");
		if (check_option(call, f) < 0)
			return -1;
		if (!f->values.n && !str_starts(f->key, STR("tag:")))
			return fail(call, &ssm_invalid_filter_value,
				"The following filter values are missing : null for filter key %.*s.",
				STR_ARG(f->key));
		if (!str_is(f->key, "Path"))
			continue;
		for (size_t v = 0; v < f->values.n; v++)
			if (!str_starts(f->values.v[v], STR("/")))
				return fail(call, &aws_validation_exception,
					"The parameter doesn't meet the parameter name "
					"requirements. The parameter "
					"name must begin with a forward slash \"/\".");
	}
	return 0;
}

static bool text_matches(const struct ssm_parameter_string_filter *f, struct str text)
{
	for (size_t i = 0; i < f->values.n; i++) {
		struct str value = f->values.v[i];
		if (str_is(f->option, "BeginsWith")     ? str_starts(text, value)
			: str_is(f->option, "Contains") ? str_find(text, value) >= 0
							: str_eq(text, value))
			return true;
	}
	return false;
}

static bool one_matches(const struct ssm_parameter_string_filter *f, const struct candidate *c)
{
	if (str_is(f->key, "Name")) {
		/* With and without the leading slash. */
		struct str bare = str_starts(c->name, STR("/")) ? str_from(c->name, 1) : c->name;
		return text_matches(f, c->name) || text_matches(f, bare);
	}
	if (str_is(f->key, "Type"))
		return text_matches(f, c->version.type);
	if (str_is(f->key, "KeyId"))
		return c->version.key_id.p && text_matches(f, c->version.key_id);
	if (str_is(f->key, "Tier"))
		return text_matches(f, c->version.tier);
	if (str_is(f->key, "DataType"))
		return text_matches(f, c->version.data_type);
	if (str_is(f->key, "Path")) {
		for (size_t i = 0; i < f->values.n; i++)
			if (parameter_is_below(
				    f->values.v[i], c->name, str_is(f->option, "Recursive")))
				return true;
		return false;
	}
	if (str_is(f->key, "Label")) {
		for (size_t i = 0; i < f->values.n; i++)
			if (parameter_version_has_label(&c->version, f->values.v[i]))
				return true;
		return false;
	}
	for (size_t i = 0; i < c->parameter.tags.n; i++)
		if (str_eq(c->parameter.tags.v[i].key, str_from(f->key, 4)))
			return !f->values.n || text_matches(f, c->parameter.tags.v[i].value);
	return false;
}

bool parameter_filters_match(
	const struct ssm_parameter_string_filter_list *filters, const struct candidate *c)
{
	for (size_t i = 0; i < filters->n; i++)
		if (!one_matches(&filters->v[i], c))
			return false;
	return true;
}
