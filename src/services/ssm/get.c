/* Reading parameters: one, some, by path, their history, and lists of what there is. */
#include "base/encode.h"
#include "services/ssm/internal.h"
#include <errno.h>

static bool is_true(struct opt_bool b)
{
	return b.set && b.v;
}

static int show(struct call *call, struct str name, struct str selector, int64_t number,
	const struct ssm_version_record *version, bool decrypt, struct ssm_parameter *out)
{
	*out = (struct ssm_parameter){
		.name = name,
		.type = version->type,
		.version = OPT_I64(number),
		.last_modified_date = version->modified,
		.arn = parameter_arn(call, name),
		.data_type = version->data_type,
	};
	if (selector.n)
		out->selector = arena_printf(call->arena, ":%.*s", STR_ARG(selector));
	return parameter_value_shown(call, name, number, version, decrypt, &out->value);
}

/* 0; -ENOENT: no such parameter; -ESRCH: no such version; -1: failed. */
static int read_one(struct call *call, struct str text, bool decrypt, struct ssm_parameter *out)
{
	struct str selector, name = parameter_name_split(call, text, &selector);
	struct ssm_parameter_record parameter;
	struct ssm_version_record version;
	int64_t number = 0;
	if (!parameter_get(call, name, &parameter))
		return -ENOENT;
	if (!parameter_version_find(call, name, &parameter, selector, &number, &version))
		return -ESRCH;
	return show(call, name, selector, number, &version, decrypt, out);
}

int ssm_get_parameter(struct call *call, const struct ssm_get_parameter_input *in,
	struct ssm_get_parameter_output *out)
{
	struct ssm_parameter *parameter = ARENA_NEW(call->arena, struct ssm_parameter);
	int r = read_one(call, in->name, is_true(in->with_decryption), parameter);
	if (r == -ENOENT)
		return fail(call, &ssm_parameter_not_found, "Parameter %.*s not found.",
			STR_ARG(in->name));
	if (r == -ESRCH) {
		struct str selector, name = parameter_name_split(call, in->name, &selector);
		return fail(call, &ssm_parameter_version_not_found,
			"Systems Manager could not find version %.*s of %.*s. Verify the version "
			"and try again.",
			STR_ARG(selector), STR_ARG(name));
	}
	out->parameter = parameter;
	return r;
}

int ssm_get_parameters(struct call *call, const struct ssm_get_parameters_input *in,
	struct ssm_get_parameters_output *out)
{
	out->parameters.v = ARENA_ARRAY(call->arena, struct ssm_parameter, in->names.n + 1);
	out->invalid_parameters.v = ARENA_ARRAY(call->arena, struct str, in->names.n + 1);
	for (size_t i = 0; i < in->names.n; i++) {
		for (size_t k = 0; k < i; k++)
			if (str_eq(in->names.v[k], in->names.v[i]))
				return fail(call, &aws_validation_exception,
					"Duplicate parameters with the same name are not allowed: %.*s",
					STR_ARG(in->names.v[i]));
		int r = read_one(call, in->names.v[i], is_true(in->with_decryption),
			&out->parameters.v[out->parameters.n]);
		if (r == -ENOENT || r == -ESRCH)
			out->invalid_parameters.v[out->invalid_parameters.n++] = in->names.v[i];
		else if (r < 0)
			return -1;
		else
			out->parameters.n++;
	}
	return 0;
}

/* A walk over the newest versions of parameters in the order of their names, from where a token
 * says. */
struct walk {
	struct call *call;
	struct txn_cursor cursor;
	const struct ssm_parameter_string_filter_list *filters;
	struct str path; /* p == NULL: all */
	bool recursive;
	size_t seen;
};

static int walk_open(struct walk *w, struct str token)
{
	struct call *call = w->call;
	struct str prefix = KEY(call->arena, KEY_LITERAL("ssm"), key_text(call->identity.account),
		key_text(call->identity.region), KEY_LITERAL("parameter"));
	struct str begin = prefix, after;
	if (token.p) {
		if (!token.n || base64_decode(call->arena, token, &after) < 0)
			return fail(
				call, &ssm_invalid_next_token, "The specified token is not valid.");
		begin = key_after(call->arena, parameter_key(call, after));
	}
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, prefix), false, &w->cursor);
	return 0;
}

/* 1: *c is the next that matches; 0: the end; -1: enough was looked at (c->name is the last). */
static int walk_next(struct walk *w, struct candidate *c)
{
	struct key_part parts[5];
	while (txn_cursor_next(&w->cursor)) {
		*c = (struct candidate){ 0 };
		if (key_decode(w->call->arena, w->cursor.key, parts, COUNT_OF(parts)) !=
			COUNT_OF(parts))
			continue;
		c->name = parts[4].text;
		if (++w->seen > SSM_SCAN_MAX)
			return -1;
		if (w->path.p && !parameter_is_below(w->path, c->name, w->recursive))
			continue;
		if (record_decode(w->call->arena, &ssm_parameter_record_shape, w->cursor.value,
			    &c->parameter) < 0 ||
			!parameter_version_get(
				w->call, c->name, c->parameter.version.v, &c->version))
			continue;
		if (parameter_filters_match(w->filters, c))
			return 1;
	}
	return 0;
}

static struct str token_after(struct call *call, struct str name)
{
	return base64_encode(call->arena, name);
}

int ssm_get_parameters_by_path(struct call *call, const struct ssm_get_parameters_by_path_input *in,
	struct ssm_get_parameters_by_path_output *out)
{
	struct walk w = { .call = call,
		.filters = &in->parameter_filters,
		.path = in->path,
		.recursive = is_true(in->recursive) };
	size_t max = in->max_results.set ? (size_t)in->max_results.v : SSM_BY_PATH_DEFAULT;
	struct candidate c;
	struct str last = { 0 };
	int r, failed = 0;
	if (!str_starts(in->path, STR("/")))
		return fail(call, &aws_validation_exception,
			"The parameter doesn't meet the parameter name requirements. The "
			"parameter name must begin with "
			"a forward slash \"/\". It can't be prefixed with \"aws\" or "
			"\"ssm\" (case-insensitive). It must "
			"use only letters, numbers, or the following symbols: . (period), - "
			"(hyphen), _ (underscore). "
			"Special characters are not allowed. All sub-paths, if specified, must "
			"use the forward slash "
			"symbol \"/\". Valid example: /get/parameters2-/by1./path0_.");
	if (parameter_filters_check(call, &in->parameter_filters, true) < 0 ||
		walk_open(&w, in->next_token) < 0)
		return -1;
	out->parameters.v = ARENA_ARRAY(call->arena, struct ssm_parameter, max);
	while ((r = walk_next(&w, &c)) > 0 && out->parameters.n < max && !failed) {
		failed = show(call, c.name, (struct str){ 0 }, c.parameter.version.v, &c.version,
			is_true(in->with_decryption), &out->parameters.v[out->parameters.n++]);
		last = c.name;
	}
	txn_cursor_close(&w.cursor);
	if (r)
		out->next_token = token_after(call, r < 0 ? c.name : last);
	return failed;
}

/* The old form of filters, which means Equals. */
static int old_filters(struct call *call, const struct ssm_describe_parameters_input *in,
	struct ssm_parameter_string_filter_list *out)
{
	if (in->filters.n && in->parameter_filters.n)
		return fail(call, &aws_validation_exception,
			"You can use either Filters or ParameterFilters in a single request.");
	*out = in->parameter_filters;
	if (!in->filters.n)
		return 0;
	*out = (struct ssm_parameter_string_filter_list){
		ARENA_ARRAY(call->arena, struct ssm_parameter_string_filter, in->filters.n),
		in->filters.n
	};
	for (size_t i = 0; i < in->filters.n; i++)
		out->v[i] = (struct ssm_parameter_string_filter){ in->filters.v[i].key,
			STR("BeginsWith"),
			{ in->filters.v[i].values.v, in->filters.v[i].values.n } };
	return 0;
}

int ssm_describe_parameters(struct call *call, const struct ssm_describe_parameters_input *in,
	struct ssm_describe_parameters_output *out)
{
	struct ssm_parameter_string_filter_list filters;
	struct walk w = { .call = call, .filters = &filters };
	size_t max = in->max_results.set ? (size_t)in->max_results.v : SSM_PAGE_DEFAULT;
	struct candidate c;
	struct str last = { 0 };
	int r;
	if (old_filters(call, in, &filters) < 0 ||
		parameter_filters_check(call, &filters, false) < 0 ||
		walk_open(&w, in->next_token) < 0)
		return -1;
	out->parameters.v = ARENA_ARRAY(call->arena, struct ssm_parameter_metadata, max);
	while ((r = walk_next(&w, &c)) > 0 && out->parameters.n < max) {
		struct ssm_parameter_metadata *m = &out->parameters.v[out->parameters.n++];
		*m = (struct ssm_parameter_metadata){
			.name = c.name,
			.arn = parameter_arn(call, c.name),
			.type = c.version.type,
			.key_id = c.version.key_id,
			.last_modified_date = c.version.modified,
			.last_modified_user = c.version.user,
			.description = c.version.description,
			.allowed_pattern = c.version.allowed_pattern,
			.version = c.parameter.version,
			.tier = c.version.tier,
			.data_type = c.version.data_type,
		};
		m->policies.v = ARENA_NEW(call->arena, struct ssm_parameter_inline_policy);
		last = c.name;
	}
	txn_cursor_close(&w.cursor);
	if (r)
		out->next_token = token_after(call, r < 0 ? c.name : last);
	return 0;
}

int ssm_get_parameter_history(struct call *call, const struct ssm_get_parameter_history_input *in,
	struct ssm_get_parameter_history_output *out)
{
	struct str selector, name = parameter_name_split(call, in->name, &selector);
	size_t max = in->max_results.set ? (size_t)in->max_results.v : SSM_PAGE_DEFAULT;
	struct ssm_parameter_record parameter;
	struct ssm_version_record v;
	if (!parameter_get(call, name, &parameter))
		return fail(call, &ssm_parameter_not_found, "Parameter %.*s not found.",
			STR_ARG(in->name));
	int64_t at = parameter.oldest.v;
	if (in->next_token.p && (str_to_i64(in->next_token, &at) < 0 || at < 1))
		return fail(call, &ssm_invalid_next_token, "The specified token is not valid.");
	out->parameters.v = ARENA_ARRAY(call->arena, struct ssm_parameter_history, max);
	for (; at <= parameter.version.v && out->parameters.n < max; at++) {
		if (!parameter_version_get(call, name, at, &v))
			continue;
		struct ssm_parameter_history *h = &out->parameters.v[out->parameters.n++];
		*h = (struct ssm_parameter_history){
			.name = name,
			.type = v.type,
			.key_id = v.key_id,
			.last_modified_date = v.modified,
			.last_modified_user = v.user,
			.description = v.description,
			.allowed_pattern = v.allowed_pattern,
			.version = OPT_I64(at),
			.labels = v.labels,
			.tier = v.tier,
			.data_type = v.data_type,
		};
		if (!h->labels.v)
			h->labels.v = ARENA_NEW(call->arena, struct str);
		h->policies.v = ARENA_NEW(call->arena, struct ssm_parameter_inline_policy);
		if (parameter_value_shown(
			    call, name, at, &v, is_true(in->with_decryption), &h->value) < 0)
			return -1;
	}
	if (at <= parameter.version.v)
		out->next_token = arena_printf(call->arena, "%lld", (long long)at);
	return 0;
}
