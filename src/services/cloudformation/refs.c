/* What template values refer to. */
#include "services/cloudformation/eval.h"

bool cfn_is_pseudo(struct str name)
{
	static const char *const names[] = { "AWS::AccountId", "AWS::NotificationARNs",
		"AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName",
		"AWS::URLSuffix" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}

static void refer(cfn_ref_fn *fn, void *arg, struct str both)
{
	ssize_t dot = str_index(both, '.');
	if (dot < 0)
		fn(arg, both, (struct str){ 0 });
	else
		fn(arg, str_sub(both, 0, (size_t)dot), str_from(both, (size_t)dot + 1));
}

static void refs_of_sub(struct cfn_eval *e, value *argument, cfn_ref_fn *fn, void *arg)
{
	bool is_list = yyjson_mut_is_arr(argument), is_literal;
	value *map = is_list ? yyjson_mut_arr_get(argument, 1) : NULL, *key, *member;
	struct str text = cfn_text(is_list ? yyjson_mut_arr_get_first(argument) : argument);
	struct str before, name;
	while (cfn_sub_next(&text, &before, &name, &is_literal))
		if (!is_literal && !cfn_get_str(map, name))
			refer(fn, arg, name);
	if (yyjson_mut_is_obj(map))
		CFN_OBJECT_FOR(key, member, map)
	cfn_refs(e, member, fn, arg);
}

static void refs_of_getatt(struct cfn_eval *e, value *argument, cfn_ref_fn *fn, void *arg)
{
	if (yyjson_mut_is_str(argument)) {
		refer(fn, arg, cfn_text(argument));
		return;
	}
	value *attribute = yyjson_mut_is_arr(argument) ? yyjson_mut_arr_get(argument, 1) : NULL;
	fn(arg, cfn_text(yyjson_mut_is_arr(argument) ? yyjson_mut_arr_get_first(argument) : NULL),
		yyjson_mut_is_str(attribute) ? cfn_text(attribute) : STR(""));
	if (attribute && !yyjson_mut_is_str(attribute))
		cfn_refs(e, attribute, fn, arg);
}

void cfn_refs(struct cfn_eval *e, value *v, cfn_ref_fn *fn, void *arg)
{
	value *key, *member, *argument;
	if (yyjson_mut_is_arr(v)) {
		CFN_ARRAY_FOR(member, v)
		cfn_refs(e, member, fn, arg);
		return;
	}
	if (!yyjson_mut_is_obj(v))
		return;
	if (yyjson_mut_obj_size(v) == 1) {
		if ((argument = cfn_get(v, "Ref"))) {
			fn(arg, cfn_text(argument), (struct str){ 0 });
			return;
		}
		if ((argument = cfn_get(v, "Fn::GetAtt"))) {
			refs_of_getatt(e, argument, fn, arg);
			return;
		}
		if ((argument = cfn_get(v, "Fn::Sub"))) {
			refs_of_sub(e, argument, fn, arg);
			return;
		}
		if (e && (argument = cfn_get(v, "Fn::If")) && yyjson_mut_arr_size(argument) == 3) {
			int r = cfn_condition(e, cfn_text(yyjson_mut_arr_get_first(argument)));
			if (r >= 0)
				cfn_refs(e, yyjson_mut_arr_get(argument, r ? 1 : 2), fn, arg);
			return;
		}
	}
	CFN_OBJECT_FOR(key, member, v)
	cfn_refs(e, member, fn, arg);
}
