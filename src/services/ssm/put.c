/* PutParameter: names, types, sizes and patterns checked, then a new version. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "aws/seal.h"
#include "services/ssm/internal.h"
#include <pcre2.h>

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == '_' || c == '/';
}

/* SSM API Reference, PutParameter, Name. */
static int check_name(struct call *call, struct str name)
{
	struct str bare = str_starts(name, STR("/")) ? str_from(name, 1) : name;
	size_t levels = 0;
	bool ok = bare.n > 0 && bare.p[bare.n - 1] != '/' && str_find(name, STR("//")) < 0;
	for (size_t i = 0; i < name.n; i++) {
		ok = ok && is_name_char(name.p[i]);
		levels += name.p[i] == '/';
	}
	if (str_starts_ci(bare, STR("aws")))
		return fail(call, &aws_access_denied, "No access to reserved parameter name: %.*s.",
			STR_ARG(name));
	if (!ok || str_starts_ci(bare, STR("ssm")))
		return fail(call, &aws_validation_exception,
			"Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If "
			"formed as a path, it can "
			"consist of sub-paths divided by slash symbol; each sub-path can be "
			"formed as a mix of letters, "
			"numbers and the following 3 symbols .-_");
	if (levels && name.p[0] != '/')
		return fail(call, &aws_validation_exception,
			"Parameter name must be a fully qualified name.");
	if (levels > SSM_LEVELS_MAX)
		return fail(call, &ssm_hierarchy_level_limit_exceeded_exception,
			"A parameter name hierarchy can have a maximum of %d levels.",
			SSM_LEVELS_MAX);
	if (name.n > SSM_NAME_BYTES_MAX)
		return fail(call, &aws_validation_exception,
			"A parameter name may have at most %d characters.", SSM_NAME_BYTES_MAX);
	return 0;
}

/* The whole value against the pattern, with a limit to what it may cost. */
static int check_pattern(struct call *call, struct str pattern, struct str value)
{
	int code = 0;
	size_t at = 0;
	if (!pattern.n)
		return 0;
	pcre2_code *re =
		pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, PCRE2_UTF, &code, &at, NULL);
	if (!re)
		return fail(call, &ssm_invalid_allowed_pattern_exception,
			"The allowed pattern is not a valid regular expression: %.*s",
			STR_ARG(pattern));
	pcre2_match_data *match = pcre2_match_data_create_from_pattern(re, NULL);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(context, SSM_PATTERN_STEPS_MAX);
	int r = pcre2_match(re, (PCRE2_SPTR)value.p, value.n, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED,
		match, context);
	pcre2_match_context_free(context);
	pcre2_match_data_free(match);
	pcre2_code_free(re);
	if (r < 0)
		return fail(call, &ssm_parameter_pattern_mismatch_exception,
			"Parameter value, cannot be validated against allowedPattern: %.*s",
			STR_ARG(pattern));
	return 0;
}

static int check_value(struct call *call, const struct ssm_put_parameter_input *in, struct str tier)
{
	bool advanced = str_is(tier, SSM_PARAMETER_TIER_ADVANCED);
	size_t max = advanced ? SSM_ADVANCED_BYTES_MAX : SSM_STANDARD_BYTES_MAX;
	if (!in->value.n)
		return fail(call, &aws_validation_exception,
			"1 validation error detected: Value '' at 'value' failed to satisfy "
			"constraint: Member must have "
			"length greater than or equal to 1.");
	if (in->value.n > max)
		return fail(call, &aws_validation_exception,
			advanced ? "Advanced tier parameters support a maximum parameter value of "
				   "%zu characters."
				 : "Standard tier parameters support a maximum parameter value of "
				   "%zu characters. To "
				   "create a larger parameter value, upgrade the parameter to use "
				   "the advanced-parameter "
				   "tier.",
			max);
	if (str_find(in->value, STR("{{")) >= 0)
		return fail(call, &aws_validation_exception,
			"Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.");
	if (in->data_type.p && !str_is(in->data_type, "text"))
		return fail(call, &aws_validation_exception,
			"The following data type is not supported: %.*s (Data type names are all lowercase.)",
			STR_ARG(in->data_type));
	if (in->policies.n && !str_is(in->policies, "[]"))
		return fail(call, &ssm_invalid_policy_type_exception,
			"Parameter policies are not enforced by this server, so none are accepted.");
	if (in->key_id.p && in->type.p && !str_is(in->type, SSM_PARAMETER_TYPE_SECURESTRING))
		return fail(call, &aws_validation_exception,
			"KeyId is required for SecureString type parameter only.");
	return 0;
}

static int check_tags(struct call *call, const struct ssm_tag_list *tags)
{
	if (tags->n > SSM_TAGS_MAX)
		return fail(call, &aws_validation_exception,
			"A parameter may have at most %d tags.", SSM_TAGS_MAX);
	for (size_t i = 0; i < tags->n; i++)
		if (str_starts_ci(tags->v[i].key, STR("aws:")))
			return fail(call, &aws_validation_exception,
				"Tag keys that begin with aws: are reserved.");
	return 0;
}

static struct str tier_of(
	const struct ssm_put_parameter_input *in, const struct ssm_version_record *old)
{
	if (str_is(in->tier, SSM_PARAMETER_TIER_INTELLIGENT_TIERING))
		return in->value.n > SSM_STANDARD_BYTES_MAX ||
				       str_is(old->tier, SSM_PARAMETER_TIER_ADVANCED)
			       ? STR(SSM_PARAMETER_TIER_ADVANCED)
			       : STR(SSM_PARAMETER_TIER_STANDARD);
	return in->tier.p ? in->tier : old->tier.p ? old->tier : STR(SSM_PARAMETER_TIER_STANDARD);
}

/* The oldest goes when there are too many, unless a label holds it. */
static int make_room(struct call *call, struct str name, struct ssm_parameter_record *parameter)
{
	struct ssm_version_record oldest;
	while (parameter->version.v - parameter->oldest.v + 1 >= SSM_VERSIONS_MAX) {
		if (parameter_version_get(call, name, parameter->oldest.v, &oldest) &&
			oldest.labels.n)
			return fail(call, &ssm_parameter_max_version_limit_exceeded,
				"You attempted to create a new version of %.*s by calling the "
				"PutParameter API with "
				"the overwrite flag. Version %lld, the oldest version, can't be "
				"deleted because it has "
				"a label associated with it. Move the label to another version of "
				"the parameter, and "
				"try again.",
				STR_ARG(name), (long long)parameter->oldest.v);
		txn_delete(call->txn, parameter_version_key(call, name, parameter->oldest.v++));
	}
	return 0;
}

static int check_overwrite(struct call *call, const struct ssm_put_parameter_input *in, bool exists,
	const struct ssm_version_record *old)
{
	bool overwrite = in->overwrite.set && in->overwrite.v;
	if (overwrite && in->tags.n)
		return fail(call, &aws_validation_exception,
			"Invalid request: tags and overwrite can't be used together. To create a "
			"parameter with tags, "
			"please remove overwrite flag. To update tags for an existing parameter, please use "
			"AddTagsToResource or RemoveTagsFromResource.");
	if (exists && !overwrite)
		return fail(call, &ssm_parameter_already_exists,
			"The parameter already exists. To overwrite this value, set the overwrite "
			"option in the request "
			"to true.");
	if (!exists && !in->type.p)
		return fail(call, &aws_validation_exception,
			"A parameter type is required when you create a parameter.");
	if (exists && in->type.p && !str_eq(in->type, old->type))
		return fail(call, &ssm_hierarchy_type_mismatch_exception,
			"Parameter Store doesn't support changing a parameter type in a "
			"hierarchy: %.*s is a %.*s. You "
			"must create a new, unique parameter.",
			STR_ARG(in->name), STR_ARG(old->type));
	if (exists && str_is(in->tier, SSM_PARAMETER_TIER_STANDARD) &&
		str_is(old->tier, SSM_PARAMETER_TIER_ADVANCED))
		return fail(call, &aws_validation_exception,
			"This parameter uses the advanced-parameter tier. You can't downgrade a "
			"parameter from the "
			"advanced-parameter tier to the standard-parameter tier.");
	return 0;
}

int ssm_put_parameter(struct call *call, const struct ssm_put_parameter_input *in,
	struct ssm_put_parameter_output *out)
{
	struct ssm_parameter_record parameter;
	struct ssm_version_record old = { 0 };
	if (check_name(call, in->name) < 0)
		return -1;
	bool exists = parameter_get(call, in->name, &parameter);
	if (exists && !parameter_version_get(call, in->name, parameter.version.v, &old))
		return fail(call, &ssm_internal_server_error,
			"The parameter's newest version can't be read.");
	struct str tier = tier_of(in, &old);
	struct str pattern = in->allowed_pattern.p ? in->allowed_pattern : old.allowed_pattern;
	if (check_overwrite(call, in, exists, &old) < 0 || check_value(call, in, tier) < 0 ||
		check_tags(call, &in->tags) < 0 || check_pattern(call, pattern, in->value) < 0)
		return -1;
	if (!exists)
		parameter = (struct ssm_parameter_record){ OPT_I64(0), OPT_I64(1), in->tags };
	else if (make_room(call, in->name, &parameter) < 0)
		return -1;
	parameter.version.v++;
	struct ssm_version_record version = {
		.type = in->type.p ? in->type : old.type,
		.modified = OPT_TIME(call->now_ms),
		.user = call->identity.principal_arn.n
				? call->identity.principal_arn
				: arena_printf(call->arena, "arn:aws:iam::%.*s:root",
					  STR_ARG(call->identity.account)),
		.description = in->description.p ? in->description : old.description,
		.allowed_pattern = pattern,
		.tier = tier,
		.data_type = STR("text"),
	};
	if (parameter_is_secure(&version)) {
		version.key_id = in->key_id.p   ? in->key_id
				 : old.key_id.p ? old.key_id
						: STR("alias/aws/ssm");
		version.sealed = seal_text(call->aws, call->arena, SSM_SEAL_LABEL,
			parameter_version_key(call, in->name, parameter.version.v), in->value);
	} else {
		version.value = in->value;
	}
	parameter_version_put(call, in->name, parameter.version.v, &version);
	parameter_put(call, in->name, &parameter);
	out->version = parameter.version;
	out->tier = tier;
	return 0;
}
