/* What a template's values may hold: functions that there are, references to what is made. */
#include "services/cloudformation/internal.h"

#define SUPPORTED \
	"[Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, " \
	"Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Sub, Fn::Cidr]"

static const char *const known[] = { "Fn::Base64", "Fn::GetAtt", "Fn::GetAZs", "Fn::ImportValue",
	"Fn::Join", "Fn::Split", "Fn::FindInMap", "Fn::Select", "Fn::Equals", "Fn::If", "Fn::Not",
	"Fn::And", "Fn::Or", "Fn::Sub", "Fn::Cidr" };

static int check_function(
	struct call *call, const struct cfn_template *t, struct str name, value *argument)
{
	if (str_is(name, "Fn::Transform"))
		return fail(call, &cloudformation_validation_error,
			"Template error: Fn::Transform is not served by this server: the macro %.*s can't be run.",
			STR_ARG(cfn_text(cfn_get(argument, "Name"))));
	if (str_is(name, "Fn::Length") || str_is(name, "Fn::ToJsonString") ||
		str_starts(name, STR("Fn::ForEach")) ||
		(str_is(name, "Fn::FindInMap") && yyjson_mut_arr_size(argument) > 3)) {
		if (t->has_extensions && !str_starts(name, STR("Fn::ForEach")))
			return 0;
		return fail(call, &cloudformation_validation_error,
			"Template error: %.*s%s needs the transform AWS::LanguageExtensions.",
			STR_ARG(name), str_is(name, "Fn::FindInMap") ? " with DefaultValue" : "");
	}
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_is(name, known[i]))
			return 0;
	return fail(call, &cloudformation_validation_error,
		"Template format error: Encountered unsupported function: %.*s Supported functions are: " SUPPORTED,
		STR_ARG(name));
}

static int check(struct call *call, const struct cfn_template *t, value *v)
{
	value *key, *member;
	if (yyjson_mut_is_arr(v))
		CFN_ARRAY_FOR(member, v)
	if (check(call, t, member) < 0)
		return -1;
	if (yyjson_mut_is_obj(v))
		CFN_OBJECT_FOR(key, member, v)
		{
			struct str name = cfn_text(key);
			if (str_starts(name, STR("Fn::")) &&
				check_function(call, t, name, member) < 0)
				return -1;
			if (check(call, t, member) < 0)
				return -1;
		}
	return 0;
}

int cfn_functions_check(struct call *call, const struct cfn_template *t)
{
	value *key, *r;
	CFN_OBJECT_FOR(key, r, t->resources)
	if (check(call, t, cfn_get(r, "Properties")) < 0)
		return -1;
	if (check(call, t, cfn_get(t->root, "Outputs")) < 0)
		return -1;
	return check(call, t, cfn_get(t->root, "Conditions"));
}

/* ---- references to what conditions leave out ---- */

struct made {
	const struct cfn_template *t;
	const struct cfn_graph *graph;
	struct str missing;
};

static void look(void *arg, struct str name, struct str attribute)
{
	struct made *m = arg;
	(void)attribute;
	if (!m->missing.p && cfn_get_str(m->t->resources, name) && !cfn_graph_find(m->graph, name))
		m->missing = name;
}

static int say(struct call *call, const struct made *m, const char *block)
{
	if (!m->missing.p)
		return 0;
	return fail(call, &cloudformation_validation_error,
		"Template format error: Unresolved resource dependencies [%.*s] in the %s block of the template",
		STR_ARG(m->missing), block);
}

int cfn_made_check(struct call *call, const struct cfn_template *t, struct cfn_eval *e)
{
	struct cfn_graph graph;
	struct made m = { t, &graph, { 0 } };
	value *outputs = cfn_get(t->root, "Outputs"), *key, *output;
	if (cfn_graph_make(e, t->resources, &graph) < 0)
		return fail(call, &cloudformation_validation_error, "%.*s", STR_ARG(e->error));
	for (size_t i = 0; i < graph.n; i++)
		cfn_refs(e, cfn_get(graph.nodes[i].definition, "Properties"), look, &m);
	if (say(call, &m, "Resources") < 0)
		return -1;
	if (yyjson_mut_is_obj(outputs))
		CFN_OBJECT_FOR(key, output, outputs)
		{
			struct str condition = cfn_text(cfn_get(output, "Condition"));
			if (!condition.p || cfn_condition(e, condition) > 0)
				cfn_refs(e, cfn_get(output, "Value"), look, &m);
		}
	if (say(call, &m, "Outputs") < 0)
		return -1;
	return e->error.p ? fail(call, &cloudformation_validation_error, "%.*s", STR_ARG(e->error))
			  : 0;
}
