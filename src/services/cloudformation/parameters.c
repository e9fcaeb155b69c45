/* Template parameters: their values, defaults, constraints, and those that SSM keeps. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "api/ssm.h"
#include "services/cloudformation/internal.h"
#include <pcre2.h>

/*
 * "You must have permission to call ssm:GetParameters" (CloudFormation User Guide, "Specify
 * existing resources at runtime with CloudFormation-supplied parameter types"), whatever version is
 * named.
 */
static int may_read(struct call *call, struct str name)
{
	ssize_t at = str_starts(name, STR("arn:")) ? str_find(name, STR(":parameter/")) : -1;
	struct str rest = at < 0 ? name : str_from(name, (size_t)at + strlen(":parameter/")), plain;
	struct service_resource resource = { .account = call->identity.account };
	str_cut(&rest, ':', &plain);
	if (str_starts(plain, STR("/")))
		plain = str_from(plain, 1);
	resource.arn = at < 0 ? call_arn(call, "ssm", "parameter/%.*s", STR_ARG(plain))
			      : str_sub(name, 0, (size_t)(plain.p - name.p) + plain.n);
	return call_authorize(call, "ssm:GetParameters", &resource);
}

int cfn_parameter_from_ssm(struct call *call, struct str name, bool decrypt, struct str *out)
{
	struct ssm_get_parameter_input in = { .name = name, .with_decryption = OPT_BOOL(decrypt) };
	struct ssm_get_parameter_output got = { 0 };
	if (may_read(call, name) < 0 ||
		call_inner(call, &ssm_get_parameter_operation, NULL, &in, &got) < 0)
		return -1;
	if (!decrypt && str_is(got.parameter->type, "SecureString"))
		return fail(call, &cloudformation_validation_error,
			"SSM Secure reference is not supported in: [%.*s]; use ssm-secure.",
			STR_ARG(name));
	*out = got.parameter->value;
	return 0;
}

static bool matches(struct str pattern, struct str text)
{
	int code = 0;
	size_t at = 0;
	pcre2_code *re =
		pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, PCRE2_UTF, &code, &at, NULL);
	if (!re)
		return false;
	pcre2_match_data *match = pcre2_match_data_create_from_pattern(re, NULL);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(context, 100000);
	int r = pcre2_match(re, (PCRE2_SPTR)text.p, text.n, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED,
		match, context);
	pcre2_match_context_free(context);
	pcre2_match_data_free(match);
	pcre2_code_free(re);
	return r >= 0;
}

static int broken(struct call *call, value *p, struct str name, const char *rule)
{
	struct str own = cfn_text(cfn_get(p, "ConstraintDescription"));
	if (own.n)
		return fail(call, &cloudformation_validation_error,
			"Parameter %.*s failed to satisfy constraint: %.*s", STR_ARG(name),
			STR_ARG(own));
	return fail(
		call, &cloudformation_validation_error, "Parameter '%.*s' %s", STR_ARG(name), rule);
}

static bool is_allowed(struct arena *arena, value *allowed, struct str text)
{
	value *item;
	CFN_ARRAY_FOR(item, allowed)
	if (str_eq(cfn_scalar(arena, item), text))
		return true;
	return false;
}

static int check_number(struct call *call, value *p, struct str name, struct str text)
{
	double number, bound;
	struct str min = cfn_scalar(call->arena, cfn_get(p, "MinValue"));
	struct str max = cfn_scalar(call->arena, cfn_get(p, "MaxValue"));
	if (str_to_f64(text, &number) < 0)
		return broken(call, p, name, "must be a number.");
	if (min.p && str_to_f64(min, &bound) == 0 && number < bound)
		return broken(call, p, name,
			arena_cstr(call->arena,
				arena_printf(call->arena, "must be a number not less than %.*s",
					STR_ARG(min))));
	if (max.p && str_to_f64(max, &bound) == 0 && number > bound)
		return broken(call, p, name,
			arena_cstr(call->arena,
				arena_printf(call->arena, "must be a number not greater than %.*s",
					STR_ARG(max))));
	return 0;
}

static int check_one(struct call *call, value *p, struct str name, struct str text)
{
	struct str type = cfn_text(cfn_get(p, "Type")),
		   pattern = cfn_text(cfn_get(p, "AllowedPattern"));
	struct str min = cfn_scalar(call->arena, cfn_get(p, "MinLength"));
	struct str max = cfn_scalar(call->arena, cfn_get(p, "MaxLength"));
	int64_t bound;
	if (yyjson_mut_is_arr(cfn_get(p, "AllowedValues")) &&
		!is_allowed(call->arena, cfn_get(p, "AllowedValues"), text))
		return broken(call, p, name, "must be one of AllowedValues");
	if (pattern.n && !matches(pattern, text))
		return broken(call, p, name,
			arena_cstr(call->arena, arena_printf(call->arena, "must match pattern %.*s",
							STR_ARG(pattern))));
	if (min.p && str_to_i64(min, &bound) == 0 && (int64_t)str_utf8_length(text) < bound)
		return broken(call, p, name,
			arena_cstr(call->arena,
				arena_printf(call->arena, "must contain at least %.*s characters",
					STR_ARG(min))));
	if (max.p && str_to_i64(max, &bound) == 0 && (int64_t)str_utf8_length(text) > bound)
		return broken(call, p, name,
			arena_cstr(call->arena,
				arena_printf(call->arena, "must contain at most %.*s characters",
					STR_ARG(max))));
	return str_is(type, "Number") || str_is(type, "List<Number>")
		       ? check_number(call, p, name, text)
		       : 0;
}

static int check_value(struct call *call, value *p, struct str name, struct str text)
{
	struct str type = cfn_text(cfn_get(p, "Type")), item;
	if (text.n > CFN_PARAMETER_VALUE_BYTES_MAX)
		return broken(call, p, name, "is longer than 4096 bytes.");
	if (!str_is(type, "CommaDelimitedList") && !str_starts(type, STR("List<")))
		return check_one(call, p, name, text);
	while (text.n && str_cut(&text, ',', &item))
		if (check_one(call, p, name, str_trim(item)) < 0)
			return -1;
	return 0;
}

static int check_type(struct call *call, struct str name, value *p)
{
	static const char *const types[] = { "String", "Number", "CommaDelimitedList",
		"List<Number>", "List<String>" };
	struct str type = cfn_text(cfn_get(p, "Type"));
	if (!type.p)
		return fail(call, &cloudformation_validation_error,
			"Template format error: Every Parameters object must contain a Type member.");
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_is(type, types[i]))
			return 0;
	if (str_starts(type, STR("AWS::")) || str_starts(type, STR("List<AWS::")))
		return 0;
	return fail(call, &cloudformation_validation_error,
		"Template format error: Unrecognized parameter type: %.*s for parameter %.*s",
		STR_ARG(type), STR_ARG(name));
}

static const struct cloudformation_parameter *given_of(
	const struct cloudformation_parameters *given, struct str name)
{
	for (size_t i = 0; i < given->n; i++)
		if (str_eq(given->v[i].parameter_key, name))
			return &given->v[i];
	return NULL;
}

/* The text that was given, kept or is the default; p == NULL when there is none. */
static struct str text_of(struct call *call, value *p, const struct cloudformation_parameter *given,
	struct str name, const struct cloudformation_parameter_records *before)
{
	if (given && !(given->use_previous_value.set && given->use_previous_value.v))
		return given->parameter_value.p ? given->parameter_value : STR("");
	if (given)
		for (size_t i = 0; before && i < before->n; i++)
			if (str_eq(before->v[i].key, name))
				return before->v[i].given;
	return cfn_scalar(call->arena, cfn_get(p, "Default"));
}

static int check_undeclared(
	struct call *call, value *declared, const struct cloudformation_parameters *given)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < given->n; i++)
		if (!cfn_get_str(declared, given->v[i].parameter_key))
			buf_printf(
				&b, "%s%.*s", b.n ? ", " : "", STR_ARG(given->v[i].parameter_key));
	if (b.n)
		fail(call, &cloudformation_validation_error,
			"Parameters: [%.*s] do not exist in the template", STR_ARG(buf_view(&b)));
	int r = b.n ? -1 : 0;
	buf_fini(&b);
	return r;
}

static int resolve_one(struct call *call, value *p, struct cloudformation_parameter_record *out)
{
	struct str type = cfn_text(cfn_get(p, "Type"));
	out->value = out->given;
	if (check_value(call, p, out->key, out->given) < 0)
		return -1;
	if (!str_starts(type, STR("AWS::SSM::Parameter::Value<")))
		return 0;
	if (cfn_parameter_from_ssm(call, out->given, false, &out->value) < 0)
		return fail(call, &cloudformation_validation_error,
			"Unable to fetch parameters [%.*s] from parameter store for this account.",
			STR_ARG(out->given));
	return 0;
}

int cfn_parameters_resolve(struct call *call, const struct cfn_template *t,
	const struct cloudformation_parameters *given,
	const struct cloudformation_parameter_records *before,
	struct cloudformation_parameter_records *out)
{
	value *declared = cfn_get(t->root, "Parameters"), *key, *p;
	struct buf missing = { 0 };
	*out = (struct cloudformation_parameter_records){
		ARENA_ARRAY(call->arena, struct cloudformation_parameter_record,
			yyjson_mut_obj_size(declared) + 1),
		0
	};
	if (check_undeclared(call, declared, given) < 0)
		return -1;
	if (!yyjson_mut_is_obj(declared))
		return 0;
	CFN_OBJECT_FOR(key, p, declared)
	{
		struct str name = cfn_text(key);
		if (check_type(call, name, p) < 0) {
			buf_fini(&missing);
			return -1;
		}
		struct str text = text_of(call, p, given_of(given, name), name, before);
		if (!text.p) {
			buf_printf(&missing, "%s%.*s", missing.n ? ", " : "", STR_ARG(name));
			continue;
		}
		bool hidden = str_eq_ci(cfn_scalar(call->arena, cfn_get(p, "NoEcho")), STR("true"));
		out->v[out->n++] = (struct cloudformation_parameter_record){
			.key = name, .given = text, .hidden = OPT_BOOL(hidden)
		};
	}
	if (missing.n)
		fail(call, &cloudformation_validation_error, "Parameters: [%.*s] must have values",
			STR_ARG(buf_view(&missing)));
	int r = missing.n ? -1 : 0;
	buf_fini(&missing);
	for (size_t i = 0; r == 0 && i < out->n; i++)
		r = resolve_one(call, cfn_get_str(declared, out->v[i].key), &out->v[i]);
	return r;
}

void cfn_parameters_default(struct call *call, const struct cfn_template *t,
	struct cloudformation_parameter_records *out)
{
	value *declared = cfn_get(t->root, "Parameters"), *key, *p;
	*out = (struct cloudformation_parameter_records){
		ARENA_ARRAY(call->arena, struct cloudformation_parameter_record,
			yyjson_mut_obj_size(declared) + 1),
		0
	};
	if (yyjson_mut_is_obj(declared))
		CFN_OBJECT_FOR(key, p, declared)
		{
			struct str text = cfn_scalar(call->arena, cfn_get(p, "Default"));
			out->v[out->n++] =
				(struct cloudformation_parameter_record){ .key = cfn_text(key),
					.value = text.p ? text : STR("") };
		}
}
