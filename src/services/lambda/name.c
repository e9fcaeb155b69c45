/* Function names in all the forms that Lambda accepts, and the errors for those that it doesn't. */
#include "services/lambda/name.h"
#include "services/lambda/internal.h"
#include <errno.h>

static const char name_pattern[] =
	"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?"
	"(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";

static bool is_word(struct str s, size_t max)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			  (c >= '0' && c <= '9') || c == '-' || c == '_';
		if (!ok)
			return false;
	}
	return s.n > 0 && s.n <= max;
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool is_account(struct str s)
{
	return s.n == 12 && is_digits(s);
}

bool qualifier_is_version(struct str qualifier)
{
	return is_digits(qualifier) && qualifier.n <= 18;
}

bool qualifier_is_latest(struct str qualifier)
{
	return !qualifier.p || str_is(qualifier, "$LATEST");
}

bool alias_name_is_valid(struct str name)
{
	return is_word(name, 128) && !is_digits(name);
}

/* Splits at ':' into at most 8 parts; their number, or 0 for more. */
static size_t split(struct str text, struct str parts[8])
{
	size_t n = 0;
	struct str rest = text;
	while (rest.p) {
		if (n == 8 || !str_cut(&rest, ':', &parts[n]))
			return n == 8 ? 0 : n;
		n++;
	}
	return n;
}

static int take_name(struct str *parts, size_t n, size_t length_max, struct function_name *out)
{
	if (n < 1 || n > 2 || !is_word(parts[0], length_max))
		return -EINVAL;
	out->name = parts[0];
	if (n == 2) {
		bool ok = str_is(parts[1], "$LATEST") || is_word(parts[1], 128);
		if (!ok)
			return -EINVAL;
		out->qualifier = parts[1];
	}
	return 0;
}

/* The parts before the name, of an ARN; how many they are, or 0. */
static size_t take_arn(struct str *parts, size_t n, const char *kind, struct function_name *out)
{
	bool ok = n >= 7 && str_is(parts[0], "arn") && str_starts(parts[1], STR("aws")) &&
		  str_is(parts[2], "lambda") && is_word(parts[3], 32) && is_account(parts[4]) &&
		  str_is(parts[5], kind);
	if (!ok)
		return 0;
	out->region = parts[3];
	out->account = parts[4];
	return 6;
}

int function_name_parse(struct str text, struct function_name *out)
{
	struct str parts[8];
	size_t n = split(text, parts), at = 0;
	*out = (struct function_name){ 0 };
	if (n == 0)
		return -EINVAL;
	if (str_is(parts[0], "arn")) {
		at = take_arn(parts, n, "function", out);
		if (at == 0)
			return -EINVAL;
	} else if (n >= 3 && is_account(parts[0]) && str_is(parts[1], "function")) {
		out->account = parts[0];
		at = 2;
	} else if (n >= 2 && str_is(parts[0], "function")) {
		at = 1;
	}
	return take_name(parts + at, n - at, LAMBDA_NAME_LENGTH_MAX, out);
}

int layer_name_parse(struct str text, bool has_version, struct function_name *out)
{
	struct str parts[8];
	size_t n = split(text, parts), at = 0;
	*out = (struct function_name){ 0 };
	if (n == 0)
		return -EINVAL;
	if (str_is(parts[0], "arn")) {
		at = take_arn(parts, n, "layer", out);
		if (at == 0)
			return -EINVAL;
	}
	if (n - at != (has_version ? 2u : 1u) ||
		take_name(parts + at, n - at, LAMBDA_LAYER_NAME_LENGTH_MAX, out) < 0)
		return -EINVAL;
	return has_version && !qualifier_is_version(out->qualifier) ? -EINVAL : 0;
}

static struct str arn(struct arena *arena, const struct function_name *name, struct str kind)
{
	struct str parts[] = { STR("arn:aws:lambda:"), name->region, STR(":"), name->account, kind,
		name->name, STR(":"), name->qualifier };
	return arena_concat(arena, parts, name->qualifier.p ? 8 : 6);
}

struct str function_arn(struct arena *arena, const struct function_name *name)
{
	return arn(arena, name, STR(":function:"));
}

struct str layer_arn(struct arena *arena, const struct function_name *name)
{
	return arn(arena, name, STR(":layer:"));
}

static int fail_pattern(
	struct call *call, struct str value, const char *member, const char *pattern)
{
	return fail(call, &aws_validation_exception,
		"1 validation error detected: Value '%.*s' at '%s' failed to satisfy constraint: Member must satisfy "
		"regular expression pattern: %s",
		STR_ARG(value), member, pattern);
}

int lambda_name_of_any_account(
	struct call *call, struct str text, struct str qualifier, struct function_name *out)
{
	if (function_name_parse(text, out) < 0)
		return fail_pattern(call, text, "functionName", name_pattern);
	if (qualifier.p && !str_is(qualifier, "$LATEST") && !is_word(qualifier, 128))
		return fail_pattern(
			call, qualifier, "qualifier", "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+");
	if (qualifier.p && out->qualifier.p && !str_eq(qualifier, out->qualifier))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"The derived qualifier from the function name does not match the specified qualifier.");
	if (qualifier.p)
		out->qualifier = qualifier;
	if (out->region.p && !str_eq(out->region, call->identity.region))
		return fail(call, &lambda_resource_not_found_exception,
			"Functions from '%.*s' are not reachable in this region ('%.*s')",
			STR_ARG(out->region), STR_ARG(call->identity.region));
	out->region = call->identity.region;
	if (!out->account.p)
		out->account = call->identity.account;
	return 0;
}

int lambda_name_of(
	struct call *call, struct str text, struct str qualifier, struct function_name *out)
{
	if (lambda_name_of_any_account(call, text, qualifier, out) < 0)
		return -1;
	if (call->aws->auth == AWS_AUTH_STRICT && !str_eq(out->account, call->identity.account))
		return fail(call, &aws_access_denied,
			"User: %.*s is not authorized to perform: %s on a function of "
			"account %.*s",
			STR_ARG(call->identity.principal_arn), call->operation->action,
			STR_ARG(out->account));
	return 0;
}

int lambda_name_of_function(struct call *call, struct str text, struct function_name *out)
{
	if (lambda_name_of(call, text, (struct str){ 0 }, out) < 0)
		return -1;
	if (out->qualifier.p)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"This operation is permitted on Lambda functions only. Aliases and versions do not "
			"support this "
			"operation. Please specify either a function name or an unqualified function ARN.");
	return 0;
}

int lambda_fail_not_found(struct call *call, const struct function_name *name)
{
	struct str text = function_arn(call->arena, name);
	return fail(call, &lambda_resource_not_found_exception, "Function not found: %.*s",
		STR_ARG(text));
}
