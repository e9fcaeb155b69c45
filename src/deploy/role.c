/* The role that is made for functions: what its statements allow, and which functions take it. */
#include "deploy/internal.h"
#include <errno.h>

static bool has_any(yyjson_mut_val *object, const char *const *keys)
{
	for (; *keys; keys++)
		if (tree_get(object, str_c(*keys)))
			return true;
	return false;
}

/* The logical id that an expression or a name refers to, p == NULL for none. */
static struct str role_id(yyjson_mut_val *role)
{
	yyjson_mut_val *att = tree_get(role, STR("Fn::GetAtt"));
	struct str text = tree_str(role);
	if (yyjson_mut_is_arr(att))
		return tree_str(yyjson_mut_arr_get_first(att));
	return text.p && !str_starts(text, STR("arn:")) ? text : (struct str){ 0 };
}

yyjson_mut_val *role_of(struct deploy *d, struct function *f, struct str *depends)
{
	static const char *const settings[] = { "statements", "name", "managedPolicies",
		"permissionsBoundary", "permissionBoundary", "tags", "path", NULL };
	yyjson_mut_val *role = tree_get(f->config, STR("role"));
	if (!role)
		role = deploy_at(d->config, "provider.iam.role");
	if (!role || (yyjson_mut_is_obj(role) &&
			     (has_any(role, settings) || yyjson_mut_obj_size(role) == 0)))
		role = deploy_at(d->config, "provider.role");
	if (!role) {
		d->has_role = true;
		return deploy_tree(d, "{'Fn::GetAtt': ['IamRoleLambdaExecution', 'Arn']}");
	}
	*depends = role_id(role);
	return tree_str(role).p && depends->p
		       ? deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", *depends)
		       : role;
}

void role_allow(struct deploy *d, const char *const *actions, yyjson_mut_val *resource)
{
	yyjson_mut_val *list = deploy_tree(d, "[]");
	for (; *actions; actions++)
		yyjson_mut_arr_append(list, deploy_tree(d, "%c", *actions));
	role_add(d, deploy_tree(d, "{'Effect': 'Allow', 'Action': %v, 'Resource': [%v]}", list,
			    resource));
}

void role_add(struct deploy *d, yyjson_mut_val *statement)
{
	yyjson_mut_val *same;
	yyjson_mut_arr_iter it;
	yyjson_mut_arr_iter_init(d->statements, &it);
	while ((same = yyjson_mut_arr_iter_next(&it)))
		if (yyjson_mut_equals(same, statement))
			return;
	yyjson_mut_arr_append(d->statements, statement);
}

void role_allow_event(
	struct deploy *d, struct str group, const char *const *actions, yyjson_mut_val *resource)
{
	yyjson_mut_arr_iter it;
	yyjson_mut_val *statement, *resources = map_get(&d->grouped, group), *item;
	if (!resources) {
		role_allow(d, actions, resource);
		statement = yyjson_mut_arr_get_last(d->statements);
		map_put(&d->grouped, group, tree_get(statement, STR("Resource")));
		return;
	}
	yyjson_mut_arr_iter_init(resources, &it);
	while ((item = yyjson_mut_arr_iter_next(&it)))
		if (yyjson_mut_equals(item, resource))
			return;
	yyjson_mut_arr_append(resources, deploy_tree(d, "%v", resource));
}

/* What the role needs to send there. A function of the service is named, not referred to: it needs
 * the role itself. */
void role_allow_destination(struct deploy *d, yyjson_mut_val *val)
{
	static const struct {
		const char *service, *action;
	} kinds[] = { { "sqs", "sqs:SendMessage" }, { "sns", "sns:Publish" },
		{ "events", "events:PutEvents" }, { "eventBus", "events:PutEvents" },
		{ "lambda", "lambda:InvokeFunction" }, { "function", "lambda:InvokeFunction" } };
	struct str text = tree_str(val), type = tree_str(tree_get(val, STR("type"))), part;
	yyjson_mut_val *arn = tree_get(val, STR("arn")) ? tree_get(val, STR("arn")) : val;
	if (!val)
		return;
	if (text.p && !str_starts(text, STR("arn:"))) {
		type = STR("lambda");
		arn = deploy_tree(d, "{'Fn::Sub': %s}",
			arena_printf(&d->arena,
				"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:%.*s",
				STR_ARG(function_name(d, text))));
	}
	for (struct str rest = tree_str(arn); !type.p && rest.p && str_cut(&rest, ':', &part);)
		for (size_t i = 0; i < COUNT_OF(kinds); i++)
			type = !type.p && str_is(part, kinds[i].service) ? part : type;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_is(type, kinds[i].service))
			role_add(d,
				deploy_tree(d, "{'Effect': 'Allow', 'Action': %c, 'Resource': %v}",
					kinds[i].action, arn));
}

static struct str log_arn(struct deploy *d, struct str name, const char *end)
{
	return arena_printf(&d->arena,
		"arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:"
		"log-group:/aws/lambda/%.*s%s",
		STR_ARG(name), end);
}

void role_allow_function(struct deploy *d, const struct function *f, yyjson_mut_val *properties)
{
	static const char *const traces[] = { "xray:PutTraceSegments", "xray:PutTelemetryRecords",
		NULL };
	static const char *const decrypts[] = { "kms:Decrypt", NULL };
	static const char *const publishes[] = { "sns:Publish", NULL };
	static const char *const sends[] = { "sqs:SendMessage", NULL };
	struct str usual =
		arena_printf(&d->arena, "%.*s-%.*s", STR_ARG(d->service), STR_ARG(d->stage));
	yyjson_mut_val *key = tree_get(properties, STR("KmsKeyArn")),
		       *dead = deploy_at(properties, "DeadLetterConfig.TargetArn");
	if (yyjson_mut_is_true(tree_get(f->config, STR("disableLogs"))))
		role_add(d,
			deploy_tree(d,
				"{'Effect': 'Deny', 'Action': 'logs:PutLogEvents', 'Resource': [{'Fn::Sub': %s}]}",
				log_arn(d, f->name, ":*")));
	else if (!str_starts(f->name, usual)) /* the usual pattern doesn't cover it */
		yyjson_mut_arr_append(d->log_names, deploy_tree(d, "%s", f->name));
	if (tree_get(properties, STR("TracingConfig")))
		role_allow(d, traces, deploy_tree(d, "'*'"));
	if (key)
		role_allow(d, decrypts, key);
	/* Of an expression the framework leaves it to the user. */
	if (str_starts(tree_str(dead), STR("arn:")))
		role_allow(d, str_find(tree_str(dead), STR(":sqs:")) > 0 ? sends : publishes, dead);
}

/* The two statements that let functions write their logs. */
static yyjson_mut_val *log_statements(struct deploy *d)
{
	yyjson_mut_val *groups = deploy_tree(d, "[]"), *events = deploy_tree(d, "[]"), *name;
	yyjson_mut_arr_iter it;
	yyjson_mut_arr_append(
		d->log_names, deploy_tree(d, "%s",
				      arena_printf(&d->arena, "%.*s-%.*s*", STR_ARG(d->service),
					      STR_ARG(d->stage))));
	yyjson_mut_arr_iter_init(d->log_names, &it);
	while ((name = yyjson_mut_arr_iter_next(&it))) {
		yyjson_mut_arr_append(groups,
			deploy_tree(d, "{'Fn::Sub': %s}", log_arn(d, tree_str(name), ":*")));
		yyjson_mut_arr_append(events,
			deploy_tree(d, "{'Fn::Sub': %s}", log_arn(d, tree_str(name), ":*:*")));
	}
	return deploy_tree(d,
		"[{'Effect': 'Allow', 'Action': ['logs:CreateLogStream', 'logs:CreateLogGroup', "
		"'logs:TagResource'], 'Resource': %v},"
		"{'Effect': 'Allow', 'Action': ['logs:PutLogEvents'], 'Resource': %v}]",
		groups, events);
}

/* The user's statement, its actions as a list. */
static yyjson_mut_val *own_statement(struct deploy *d, yyjson_mut_val *statement)
{
	static const char *const actions[] = { "Action", "NotAction" };
	yyjson_mut_val *out = deploy_tree(d, "%v", statement), *val;
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (yyjson_mut_is_str((val = tree_get(out, str_c(actions[i])))))
			yyjson_mut_obj_put(
				out, deploy_tree(d, "%c", actions[i]), deploy_tree(d, "[%v]", val));
	return out;
}

int role_translate(struct deploy *d)
{
	yyjson_mut_val *provider = tree_get(d->config, STR("provider")),
		       *role = deploy_at(provider, "iam.role"),
		       *own = tree_get(role, STR("statements")), *item;
	yyjson_mut_val *name = tree_get(role, STR("name")), *path = tree_get(role, STR("path")),
		       *bound = tree_get(role, STR("permissionsBoundary")),
		       *policies = tree_get(role, STR("managedPolicies"));
	if (!d->has_role)
		return 0;
	if (!own)
		own = tree_get(provider, STR("iamRoleStatements"));
	if (!bound)
		bound = tree_get(role, STR("permissionBoundary"));
	if (!bound)
		bound = tree_get(provider, STR("rolePermissionsBoundary"));
	if (!policies)
		policies = tree_get(provider, STR("iamManagedPolicies"));
	yyjson_mut_val *all = log_statements(d);
	yyjson_mut_arr_iter it;
	for (int i = 0; i < 2; i++) {
		yyjson_mut_val *list = i == 0 ? own : d->statements;
		if (!yyjson_mut_is_arr(list))
			continue;
		yyjson_mut_arr_iter_init(list, &it);
		while ((item = yyjson_mut_arr_iter_next(&it)))
			yyjson_mut_arr_append(
				all, i == 0 ? own_statement(d, item) : deploy_tree(d, "%v", item));
	}
	return deploy_add(d, STR("IamRoleLambdaExecution"),
		deploy_tree(d,
			"{'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': {"
			"'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow',"
			"'Principal': {'Service': ['lambda.amazonaws.com']}, 'Action': "
			"['sts:AssumeRole']}]}, 'Policies': [{"
			"'PolicyName': {'Fn::Join': ['-', [%s, %s, 'lambda']]}, 'PolicyDocument': {"
			"'Version': '2012-10-17', 'Statement': %v}}], 'Path': %v, 'RoleName': %v,"
			"'ManagedPolicyArns': %v, 'PermissionsBoundary': %v, 'Tags': %v}}",
			d->service, d->stage, all, path ? path : deploy_tree(d, "'/'"),
			name ? name
			     : deploy_tree(d,
				       "{'Fn::Join': ['-', [%s, %s, {'Ref': 'AWS::Region'}, 'lambdaRole']]}",
				       d->service, d->stage),
			policies, bound, deploy_tags(d, tree_get(role, STR("tags")), NULL)));
}
