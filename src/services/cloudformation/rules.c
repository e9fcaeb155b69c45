/* What a template asserts of its parameters (CloudFormation User Guide, "Rules"). */
#include "services/cloudformation/internal.h"
#include <errno.h>

static int rule(struct cfn_eval *e, value *v);

static int wrong(struct cfn_eval *e, const char *name, const char *takes)
{
	return cfn_eval_fail(e, "Template error: every %s object requires %s", name, takes);
}

static bool is_among(struct cfn_eval *e, value *list, struct str text)
{
	value *item;
	CFN_ARRAY_FOR(item, list)
	if (str_eq(cfn_scalar(e->arena, item), text))
		return true;
	return false;
}

/* Both arguments, evaluated; the first is a list, and so is the second when it is to be one. */
static int two(struct cfn_eval *e, const char *name, value *arguments, bool second_is_list,
	value **a, value **b)
{
	if (!yyjson_mut_is_arr(arguments) || yyjson_mut_arr_size(arguments) != 2)
		return wrong(e, name, "two parameters");
	*a = cfn_evaluate(e, yyjson_mut_arr_get(arguments, 0));
	*b = *a ? cfn_evaluate(e, yyjson_mut_arr_get(arguments, 1)) : NULL;
	if (!*b)
		return -EINVAL;
	if (!yyjson_mut_is_arr(*a) || yyjson_mut_is_arr(*b) != second_is_list)
		return wrong(e, name, second_is_list ? "two lists" : "a list and a text");
	return 0;
}

static int contains(struct cfn_eval *e, value *arguments)
{
	value *list, *text;
	int r = two(e, "Fn::Contains", arguments, false, &list, &text);
	return r < 0 ? r : is_among(e, list, cfn_scalar(e->arena, text));
}

static int each_equals(struct cfn_eval *e, value *arguments)
{
	value *list, *text, *item;
	int r = two(e, "Fn::EachMemberEquals", arguments, false, &list, &text);
	if (r < 0)
		return r;
	CFN_ARRAY_FOR(item, list)
	if (!str_eq(cfn_scalar(e->arena, item), cfn_scalar(e->arena, text)))
		return 0;
	return 1;
}

static int each_in(struct cfn_eval *e, value *arguments)
{
	value *list, *all, *item;
	int r = two(e, "Fn::EachMemberIn", arguments, true, &list, &all);
	if (r < 0)
		return r;
	CFN_ARRAY_FOR(item, list)
	if (!is_among(e, all, cfn_scalar(e->arena, item)))
		return 0;
	return 1;
}

static int equals(struct cfn_eval *e, value *arguments)
{
	if (!yyjson_mut_is_arr(arguments) || yyjson_mut_arr_size(arguments) != 2)
		return wrong(e, "Fn::Equals", "a list of 2 string parameters.");
	struct str a = cfn_evaluate_text(e, yyjson_mut_arr_get(arguments, 0), "Fn::Equals");
	struct str b =
		a.p ? cfn_evaluate_text(e, yyjson_mut_arr_get(arguments, 1), "Fn::Equals") : a;
	return b.p ? str_eq(a, b) : -EINVAL;
}

static int all(struct cfn_eval *e, value *arguments, bool is_and)
{
	value *item;
	size_t n = yyjson_mut_arr_size(arguments);
	int result = is_and;
	if (!yyjson_mut_is_arr(arguments) || n < 2 || n > 10)
		return wrong(e, is_and ? "Fn::And" : "Fn::Or",
			"a list of at least 2 and at most 10 boolean parameters.");
	CFN_ARRAY_FOR(item, arguments)
	{
		int r = rule(e, item);
		if (r < 0)
			return r;
		result = is_and ? result && r : result || r;
	}
	return result;
}

static int rule_and(struct cfn_eval *e, value *v)
{
	return all(e, v, true);
}

static int rule_or(struct cfn_eval *e, value *v)
{
	return all(e, v, false);
}

static int rule_not(struct cfn_eval *e, value *v)
{
	if (!yyjson_mut_is_arr(v) || yyjson_mut_arr_size(v) != 1)
		return wrong(e, "Fn::Not", "one boolean parameter.");
	int r = rule(e, yyjson_mut_arr_get_first(v));
	return r < 0 ? r : !r;
}

static int rule(struct cfn_eval *e, value *v)
{
	static const struct {
		const char *name;
		int (*run)(struct cfn_eval *e, value *arguments);
	} functions[] = { { "Fn::And", rule_and }, { "Fn::Contains", contains },
		{ "Fn::EachMemberEquals", each_equals }, { "Fn::EachMemberIn", each_in },
		{ "Fn::Equals", equals }, { "Fn::Not", rule_not }, { "Fn::Or", rule_or } };
	static const char *const unserved[] = { "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll" };
	int r = -ENOENT;
	if (++e->depth > CFN_DEPTH_MAX)
		return cfn_eval_fail(e, "Template error: rules are nested too deeply.");
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (cfn_is_call(v, functions[i].name))
			r = functions[i].run(e, cfn_get(v, functions[i].name));
	for (size_t i = 0; i < COUNT_OF(unserved); i++)
		if (cfn_is_call(v, unserved[i]))
			return cfn_eval_fail(e,
				"Template error: %s is not served by this server: it asks for attributes of "
				"other services' things.",
				unserved[i]);
	e->depth--;
	return r == -ENOENT ? cfn_eval_fail(
				      e, "Template error: a rule must be a function of conditions.")
			    : r;
}

static int check_one(struct call *call, struct cfn_eval *e, struct str name, value *definition)
{
	value *when = cfn_get(definition, "RuleCondition"),
	      *assertions = cfn_get(definition, "Assertions"), *item;
	int r = when ? rule(e, when) : 1;
	if (!yyjson_mut_is_arr(assertions) || !yyjson_mut_arr_size(assertions))
		return fail(call, &cloudformation_validation_error,
			"Template format error: [/Rules/%.*s] Every Rules object must contain Assertions.",
			STR_ARG(name));
	if (r > 0)
		CFN_ARRAY_FOR(item, assertions)
		{
			e->depth = 0;
			r = rule(e, cfn_get(item, "Assert"));
			struct str said = cfn_text(cfn_get(item, "AssertDescription"));
			if (r == 0)
				return fail(call, &cloudformation_validation_error,
					"Template constraint error: rule %.*s: %.*s", STR_ARG(name),
					STR_ARG(said.p ? said : STR("Assertion failed.")));
			if (r < 0)
				break;
		}
	if (r < 0)
		return fail(call, &cloudformation_validation_error, "%.*s", STR_ARG(e->error));
	return 0;
}

int cfn_rules_check(struct call *call, const struct cfn_template *t, struct cfn_eval *e)
{
	value *rules = cfn_get(t->root, "Rules"), *key, *definition;
	if (yyjson_mut_is_obj(rules))
		CFN_OBJECT_FOR(key, definition, rules)
		{
			e->depth = 0;
			if (check_one(call, e, cfn_text(key), definition) < 0)
				return -1;
		}
	return 0;
}
