/* Evaluating template values: references, conditions, maps, choices, dynamic references. */
#include "services/cloudformation/eval.h"
#include "services/cloudformation/limits.h"
#include <errno.h>

value cfn_no_value;

int cfn_eval_fail(struct cfn_eval *e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!e->error.p)
		e->error = arena_vprintf(e->arena, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

#define FAIL(e, ...) (cfn_eval_fail((e), __VA_ARGS__), (value *)NULL)

struct str cfn_evaluate_text(struct cfn_eval *e, value *v, const char *function)
{
	value *got = cfn_evaluate(e, v);
	struct str s = got ? cfn_scalar(e->arena, got) : (struct str){ 0 };
	if (got && !s.p)
		cfn_eval_fail(e,
			"Template error: every %s object must have strings where it needs them.",
			function);
	return s;
}

/* ---- references ---- */

static value *pseudo(struct cfn_eval *e, struct str name)
{
	struct str text = { 0 };
	if (str_is(name, "AWS::NoValue"))
		return &cfn_no_value;
	if (str_is(name, "AWS::NotificationARNs"))
		return e->notices ? cfn_copy(e->doc, e->notices) : yyjson_mut_arr(e->doc);
	if (str_is(name, "AWS::AccountId"))
		text = e->account;
	else if (str_is(name, "AWS::Region"))
		text = e->region;
	else if (str_is(name, "AWS::StackName"))
		text = e->stack_name;
	else if (str_is(name, "AWS::StackId"))
		text = e->stack_id;
	else if (str_is(name, "AWS::Partition"))
		text = STR("aws");
	else if (str_is(name, "AWS::URLSuffix"))
		text = STR("amazonaws.com");
	return text.p ? cfn_string(e->doc, text) : NULL;
}

value *cfn_fn_ref(struct cfn_eval *e, struct str name)
{
	value *v = pseudo(e, name), *out = NULL;
	if (v)
		return v;
	value *parameter = cfn_get_str(e->parameters, name);
	if (parameter)
		return cfn_copy(e->doc, parameter);
	if (e->resource && cfn_get_str(cfn_get(e->root, "Resources"), name))
		return e->resource(e, name, (struct str){ 0 }, &out) < 0 ? NULL : out;
	return FAIL(e,
		"Template error: Unresolved dependencies [%.*s]. Cannot reference resources in "
		"the Conditions block "
		"of the template",
		STR_ARG(name));
}

static value *fn_ref(struct cfn_eval *e, value *argument)
{
	struct str name = cfn_text(argument);
	return name.p ? cfn_fn_ref(e, name)
		      : FAIL(e, "Template format error: Every Ref object must have a single String value.");
}

static value *fn_get_att(struct cfn_eval *e, value *argument)
{
	value *out = NULL;
	struct str name, attribute;
	if (yyjson_mut_is_str(argument)) {
		struct str both = cfn_text(argument);
		ssize_t dot = str_index(both, '.');
		if (dot < 0)
			return FAIL(e,
				"Template error: every Fn::GetAtt object requires two non-empty "
				"parameters, the "
				"resource name and the resource attribute");
		name = str_sub(both, 0, (size_t)dot);
		attribute = str_from(both, (size_t)dot + 1);
	} else {
		name = cfn_text(yyjson_mut_arr_get(argument, 0));
		value *second = yyjson_mut_arr_get(argument, 1);
		if (yyjson_mut_arr_size(argument) != 2 || !name.p || !second)
			return FAIL(e,
				"Template error: every Fn::GetAtt object requires two non-empty "
				"parameters, the "
				"resource name and the resource attribute");
		attribute = cfn_evaluate_text(e, second, "Fn::GetAtt");
		if (!attribute.p)
			return NULL;
	}
	if (!e->resource || !cfn_get_str(cfn_get(e->root, "Resources"), name))
		return FAIL(e,
			"Template error: instance of Fn::GetAtt references undefined resource %.*s",
			STR_ARG(name));
	return e->resource(e, name, attribute, &out) < 0 ? NULL : out;
}

static value *fn_import_value(struct cfn_eval *e, value *argument)
{
	struct str name = cfn_evaluate_text(e, argument, "Fn::ImportValue");
	value *out = NULL;
	if (!name.p || !e->import)
		return name.p ? FAIL(e, "Fn::ImportValue can't be used here.") : NULL;
	return e->import(e, name, &out) < 0 ? NULL : out;
}

static value *fn_find_in_map(struct cfn_eval *e, value *argument)
{
	struct str keys[3];
	size_t n = yyjson_mut_arr_size(argument);
	value *fallback = yyjson_mut_arr_get(argument, 3), *at = cfn_get(e->root, "Mappings");
	if (!yyjson_mut_is_arr(argument) || n < 3 || n > 4)
		return FAIL(e,
			"Template error: every Fn::FindInMap object requires three parameters, "
			"the map name, map key "
			"and the attribute for return value");
	for (size_t i = 0; i < 3; i++) {
		keys[i] = cfn_evaluate_text(e, yyjson_mut_arr_get(argument, i), "Fn::FindInMap");
		if (!keys[i].p)
			return NULL;
		at = cfn_get_str(at, keys[i]);
	}
	if (!at && cfn_get(fallback, "DefaultValue"))
		return cfn_evaluate(e, cfn_get(fallback, "DefaultValue"));
	if (!at)
		return FAIL(e, "Template error: Unable to get mapping for %.*s::%.*s::%.*s",
			STR_ARG(keys[0]), STR_ARG(keys[1]), STR_ARG(keys[2]));
	return cfn_copy(e->doc, at);
}

static value *fn_get_azs(struct cfn_eval *e, value *argument)
{
	struct str region = cfn_evaluate_text(e, argument, "Fn::GetAZs");
	value *list = yyjson_mut_arr(e->doc);
	if (!region.p)
		return NULL;
	for (char zone = 'a'; zone <= 'c'; zone++)
		yyjson_mut_arr_append(list,
			cfn_string(e->doc, arena_printf(e->arena, "%.*s%c",
						   STR_ARG(region.n ? region : e->region), zone)));
	return list;
}

static value *fn_transform(struct cfn_eval *e, value *argument)
{
	struct str name = cfn_text(cfn_get(argument, "Name"));
	return FAIL(
		e, "Fn::Transform is not served: macros such as %.*s can't be run.", STR_ARG(name));
}

/* ---- conditions ---- */

static int condition_value(struct cfn_eval *e, value *v);

int cfn_condition(struct cfn_eval *e, struct str name)
{
	value *known = cfn_get_str(e->conditions, name);
	value *definition = cfn_get_str(cfn_get(e->root, "Conditions"), name);
	if (yyjson_mut_is_bool(known))
		return yyjson_mut_get_bool(known);
	if (known)
		return cfn_eval_fail(e, "Template error: Found circular condition dependency: %.*s",
			STR_ARG(name));
	if (!definition)
		return cfn_eval_fail(
			e, "Template error: unresolved condition dependency %.*s", STR_ARG(name));
	cfn_set_str(e->doc, e->conditions, name, yyjson_mut_null(e->doc));
	int r = condition_value(e, definition);
	if (r >= 0)
		cfn_set_str(e->doc, e->conditions, name, yyjson_mut_bool(e->doc, r != 0));
	return r;
}

static int condition_list(struct cfn_eval *e, value *list, bool is_and)
{
	value *item;
	size_t n = yyjson_mut_arr_size(list);
	int result = is_and;
	if (!yyjson_mut_is_arr(list) || n < 2 || n > 10)
		return cfn_eval_fail(e,
			"Template error: every %s object requires a list of at least 2 and at "
			"most 10 boolean "
			"parameters.",
			is_and ? "Fn::And" : "Fn::Or");
	CFN_ARRAY_FOR(item, list)
	{
		int r = condition_value(e, item);
		if (r < 0)
			return r;
		result = is_and ? result && r : result || r;
	}
	return result;
}

static int condition_equals(struct cfn_eval *e, value *list)
{
	if (!yyjson_mut_is_arr(list) || yyjson_mut_arr_size(list) != 2)
		return cfn_eval_fail(e,
			"Template error: every Fn::Equals object requires a list of 2 string parameters.");
	value *a = cfn_evaluate(e, yyjson_mut_arr_get(list, 0));
	value *b = a ? cfn_evaluate(e, yyjson_mut_arr_get(list, 1)) : NULL;
	if (!b)
		return -EINVAL;
	struct str left = cfn_scalar(e->arena, a), right = cfn_scalar(e->arena, b);
	return left.p && right.p ? str_eq(left, right) : cfn_equal(a, b);
}

static int condition_of_call(struct cfn_eval *e, value *v)
{
	value *argument;
	if ((argument = cfn_get(v, "Condition")))
		return cfn_condition(e, cfn_text(argument));
	if ((argument = cfn_get(v, "Fn::Equals")))
		return condition_equals(e, argument);
	if ((argument = cfn_get(v, "Fn::And")))
		return condition_list(e, argument, true);
	if ((argument = cfn_get(v, "Fn::Or")))
		return condition_list(e, argument, false);
	if ((argument = cfn_get(v, "Fn::Not"))) {
		if (!yyjson_mut_is_arr(argument) || yyjson_mut_arr_size(argument) != 1)
			return cfn_eval_fail(e,
				"Template error: every Fn::Not object requires one boolean parameter.");
		int r = condition_value(e, yyjson_mut_arr_get(argument, 0));
		return r < 0 ? r : !r;
	}
	return -ENOENT;
}

static int condition_value(struct cfn_eval *e, value *v)
{
	if (++e->depth > CFN_DEPTH_MAX)
		return cfn_eval_fail(e, "Template error: conditions are nested too deeply.");
	int r = yyjson_mut_is_obj(v) && yyjson_mut_obj_size(v) == 1 ? condition_of_call(e, v)
								    : -ENOENT;
	if (r == -ENOENT) {
		value *got = cfn_evaluate(e, v);
		struct str s = got ? cfn_scalar(e->arena, got) : (struct str){ 0 };
		r = str_is(s, "true") ? 1
		    : str_is(s, "false")
			    ? 0
			    : cfn_eval_fail(e,
				      "Template error: a condition must be a boolean or a function of "
				      "conditions.");
	}
	e->depth--;
	return r;
}

static value *fn_if(struct cfn_eval *e, value *argument)
{
	if (!yyjson_mut_is_arr(argument) || yyjson_mut_arr_size(argument) != 3)
		return FAIL(
			e, "Template error: Fn::If requires a list argument with three elements");
	struct str name = cfn_text(yyjson_mut_arr_get_first(argument));
	int r = name.p ? cfn_condition(e, name)
		       : cfn_eval_fail(e,
				 "Template error: Fn::If requires the name of a condition first");
	return r < 0 ? NULL : cfn_evaluate(e, yyjson_mut_arr_get(argument, r ? 1 : 2));
}

static value *fn_condition(struct cfn_eval *e, const char *name, value *argument)
{
	value *call = yyjson_mut_obj(e->doc);
	cfn_set(e->doc, call, name, cfn_copy(e->doc, argument));
	int r = condition_of_call(e, call);
	return r < 0 ? NULL : yyjson_mut_bool(e->doc, r != 0);
}

static value *fn_and(struct cfn_eval *e, value *v)
{
	return fn_condition(e, "Fn::And", v);
}

static value *fn_or(struct cfn_eval *e, value *v)
{
	return fn_condition(e, "Fn::Or", v);
}

static value *fn_not(struct cfn_eval *e, value *v)
{
	return fn_condition(e, "Fn::Not", v);
}

static value *fn_equals(struct cfn_eval *e, value *v)
{
	return fn_condition(e, "Fn::Equals", v);
}

/* ---- values ---- */

static const struct {
	const char *name;
	cfn_function *run;
} functions[] = {
	{ "Ref", fn_ref },
	{ "Fn::GetAtt", fn_get_att },
	{ "Fn::Sub", cfn_fn_sub },
	{ "Fn::Join", cfn_fn_join },
	{ "Fn::If", fn_if },
	{ "Fn::Select", cfn_fn_select },
	{ "Fn::Split", cfn_fn_split },
	{ "Fn::FindInMap", fn_find_in_map },
	{ "Fn::ImportValue", fn_import_value },
	{ "Fn::Base64", cfn_fn_base64 },
	{ "Fn::Cidr", cfn_fn_cidr },
	{ "Fn::GetAZs", fn_get_azs },
	{ "Fn::Transform", fn_transform },
	{ "Fn::Length", cfn_fn_length },
	{ "Fn::ToJsonString", cfn_fn_to_json },
	{ "Fn::And", fn_and },
	{ "Fn::Or", fn_or },
	{ "Fn::Not", fn_not },
	{ "Fn::Equals", fn_equals },
};

static value *evaluate_object(struct cfn_eval *e, value *v)
{
	value *key, *member;
	if (yyjson_mut_obj_size(v) == 1) {
		CFN_OBJECT_FOR(key, member, v)
		{
			struct str name = cfn_text(key);
			for (size_t i = 0; i < COUNT_OF(functions); i++)
				if (str_is(name, functions[i].name))
					return functions[i].run(e, member);
			if (str_starts(name, STR("Fn::")))
				return FAIL(
					e, "Template error: unknown function %.*s", STR_ARG(name));
		}
	}
	value *out = yyjson_mut_obj(e->doc);
	CFN_OBJECT_FOR(key, member, v)
	{
		value *got = cfn_evaluate(e, member);
		if (!got)
			return NULL;
		if (got != &cfn_no_value)
			yyjson_mut_obj_add(out, cfn_string(e->doc, cfn_text(key)), got);
	}
	return out;
}

value *cfn_evaluate(struct cfn_eval *e, value *v)
{
	value *item;
	value *out;
	if (!v)
		return FAIL(e, "Template error: a value is missing.");
	if (!yyjson_mut_is_ctn(v))
		return cfn_copy(e->doc, v);
	if (++e->depth > CFN_DEPTH_MAX)
		return FAIL(e, "Template error: functions are nested too deeply.");
	if (yyjson_mut_is_obj(v)) {
		out = evaluate_object(e, v);
	} else {
		out = yyjson_mut_arr(e->doc);
		CFN_ARRAY_FOR(item, v)
		{
			value *got = cfn_evaluate(e, item);
			if (!got)
				return NULL;
			if (got != &cfn_no_value)
				yyjson_mut_arr_append(out, got);
		}
	}
	e->depth--;
	return out;
}

/* ---- dynamic references ---- */

static value *resolve_text(struct cfn_eval *e, struct str text)
{
	static const struct str open = STR_INIT("{{resolve:");
	struct buf b = { 0 };
	struct str rest = text, got;
	ssize_t at;
	while ((at = str_find(rest, open)) >= 0) {
		struct str inside = str_from(rest, (size_t)at + open.n);
		ssize_t end = str_find(inside, STR("}}")), colon = str_index(inside, ':');
		if (end < 0 || colon < 0 || colon > end)
			break;
		buf_append(&b, rest.p, (size_t)at);
		if (!e->dynamic ||
			e->dynamic(e, str_sub(inside, 0, (size_t)colon),
				str_sub(inside, (size_t)colon + 1, (size_t)(end - colon) - 1),
				&got) < 0) {
			buf_fini(&b);
			return FAIL(e, "Dynamic references can't be used here.");
		}
		buf_str(&b, got);
		rest = str_from(inside, (size_t)end + 2);
	}
	buf_str(&b, rest);
	value *out = cfn_string(e->doc, buf_view(&b));
	buf_fini(&b);
	return out;
}

value *cfn_resolve_dynamic(struct cfn_eval *e, value *v)
{
	value *key, *item;
	value *out, *got;
	if (yyjson_mut_is_str(v) && str_find(cfn_text(v), STR("{{resolve:")) >= 0)
		return resolve_text(e, cfn_text(v));
	if (yyjson_mut_is_obj(v)) {
		out = yyjson_mut_obj(e->doc);
		CFN_OBJECT_FOR(key, item, v)
		{
			if (!(got = cfn_resolve_dynamic(e, item)))
				return NULL;
			yyjson_mut_obj_add(out, cfn_string(e->doc, cfn_text(key)), got);
		}
		return out;
	}
	if (yyjson_mut_is_arr(v)) {
		out = yyjson_mut_arr(e->doc);
		CFN_ARRAY_FOR(item, v)
		{
			if (!(got = cfn_resolve_dynamic(e, item)))
				return NULL;
			yyjson_mut_arr_append(out, got);
		}
		return out;
	}
	return cfn_copy(e->doc, v);
}
