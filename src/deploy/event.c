/* What all kinds of events share. */
#include "deploy/events.h"

yyjson_mut_val *event_settings(struct deploy *d, yyjson_mut_val *event, const char *key)
{
	if (yyjson_mut_is_obj(event) && !tree_get(event, STR("Fn::GetAtt")) &&
		!tree_get(event, STR("Ref")) && !tree_get(event, STR("Fn::ImportValue")) &&
		!tree_get(event, STR("Fn::Join")) && !tree_get(event, STR("Fn::Sub")))
		return event;
	return deploy_tree(d, "{%c: %v}", key, event);
}

struct str event_source_name(struct deploy *d, yyjson_mut_val *arn)
{
	yyjson_mut_val *att = tree_get(arn, STR("Fn::GetAtt"));
	struct str text = tree_str(arn);
	if (att)
		return deploy_alnum(d, yyjson_mut_is_arr(att)
					       ? tree_str(yyjson_mut_arr_get_first(att))
					       : tree_str(att));
	if (tree_get(arn, STR("Ref")))
		return deploy_alnum(d, tree_str(tree_get(arn, STR("Ref"))));
	if (tree_get(arn, STR("Fn::ImportValue")))
		return deploy_alnum(d, deploy_text(d, tree_get(arn, STR("Fn::ImportValue"))));
	yyjson_mut_val *joined = yyjson_mut_arr_get(tree_get(arn, STR("Fn::Join")), 1);
	if (joined)
		text = tree_str(yyjson_mut_arr_get_last(joined));
	if (!text.p)
		return STR("Source");
	/* arn:aws:dynamodb:...:table/NAME/stream/... is called by the table's name. */
	ssize_t table = str_find(text, STR(":table/"));
	if (table >= 0) {
		struct str rest = str_from(text, (size_t)table + 7), name = { 0 };
		return str_cut(&rest, '/', &name) ? deploy_alnum(d, name) : STR("");
	}
	ssize_t colon = str_rindex(text, ':');
	text = str_from(text, (size_t)(colon + 1));
	ssize_t slash = str_rindex(text, '/');
	return deploy_alnum(d, str_from(text, (size_t)(slash + 1)));
}

yyjson_mut_val *event_target(struct deploy *d, const struct function *f)
{
	return deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", f->logical_id);
}

int event_permission(struct deploy *d, struct function *f, struct str id, const char *principal,
	yyjson_mut_val *source)
{
	return deploy_add(d, id,
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Permission', 'Properties': {"
			"'FunctionName': %v, 'Action': 'lambda:InvokeFunction', 'Principal': %c, "
			"'SourceArn': %v}}",
			event_target(d, f), principal, source));
}

bool event_is_enabled(yyjson_mut_val *settings)
{
	yyjson_mut_val *enabled = tree_get(settings, STR("enabled"));
	return !yyjson_mut_is_false(enabled) && !str_is(tree_str(enabled), "false");
}
