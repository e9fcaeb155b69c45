/* Stack policies (CloudFormation User Guide, "Prevent updates to stack resources"). */
#include "aws/policy.h"
#include "services/cloudformation/operation.h"

/* Every text of a value that is one or a list of them. */
static bool all_texts(value *v, bool (*is_good)(struct str))
{
	value *item;
	if (!yyjson_mut_is_arr(v))
		return is_good(cfn_text(v));
	CFN_ARRAY_FOR(item, v)
	if (!is_good(cfn_text(item)))
		return false;
	return yyjson_mut_arr_size(v) > 0;
}

static bool is_action(struct str s)
{
	return str_is(s, "Update:Modify") || str_is(s, "Update:Replace") ||
	       str_is(s, "Update:Delete") || str_is(s, "Update:*") || str_is(s, "*");
}

static bool is_resource(struct str s)
{
	return str_is(s, "*") || (str_starts(s, STR("LogicalResourceId/")) && s.n > 18);
}

static bool is_everyone(struct str s)
{
	return str_is(s, "*");
}

static const char *statement_problem(value *s)
{
	static const char *const members[] = { "Sid", "Effect", "Action", "NotAction", "Principal",
		"Resource", "NotResource", "Condition" };
	value *key, *member, *action = cfn_get(s, "Action"), *resource = cfn_get(s, "Resource");
	struct str effect = cfn_text(cfn_get(s, "Effect"));
	if (!yyjson_mut_is_obj(s))
		return "a statement must be an object";
	CFN_OBJECT_FOR(key, member, s)
	{
		bool known = false;
		for (size_t i = 0; i < COUNT_OF(members); i++)
			known = known || str_is(cfn_text(key), members[i]);
		if (!known)
			return "a statement has an unknown element";
	}
	if (!str_is(effect, "Allow") && !str_is(effect, "Deny"))
		return "Effect must be Allow or Deny";
	if (!all_texts(action ? action : cfn_get(s, "NotAction"), is_action))
		return "Action must be Update:Modify, Update:Replace, Update:Delete or Update:*";
	if (!all_texts(cfn_get(s, "Principal"), is_everyone))
		return "Principal must be *";
	if (!all_texts(resource ? resource : cfn_get(s, "NotResource"), is_resource))
		return "Resource must be LogicalResourceId/ and a logical id, or *";
	return NULL;
}

static const char *policy_problem(struct call *call, struct str body)
{
	value *root = cfn_json_read(call->arena, cfn_doc_new(call->arena), body), *s;
	value *statements = cfn_get(root, "Statement");
	const char *why = NULL;
	if (yyjson_mut_is_obj(statements))
		return statement_problem(statements);
	if (!yyjson_mut_is_arr(statements) || !yyjson_mut_arr_size(statements))
		return "it has no Statement";
	CFN_ARRAY_FOR(s, statements)
	if (!why)
		why = statement_problem(s);
	return why;
}

int cfn_stack_policy_take(struct call *call, struct str body, struct str url, struct str *out)
{
	if (body.p && url.p)
		return fail(call, &cloudformation_validation_error,
			"You cannot specify both StackPolicyURL and StackPolicyBody");
	if (url.p && cfn_fetch_template(call, url, &body) < 0)
		return -1;
	if (!body.p)
		return 0;
	if (body.n > CFN_STACK_POLICY_BYTES_MAX)
		return fail(call, &cloudformation_validation_error,
			"Stack policy may not exceed %d bytes in size.",
			CFN_STACK_POLICY_BYTES_MAX);
	const char *why = policy_problem(call, body);
	if (why)
		return fail(call, &cloudformation_validation_error,
			"Error validating stack policy: Invalid stack policy (%s)", why);
	*out = body;
	return 0;
}

bool cfn_stack_policy_allows(struct arena *arena, const struct cloudformation_stack_record *stack,
	const char *action, const struct cloudformation_resource_record *r, struct str *why)
{
	struct str policy = stack->update_policy.p ? stack->update_policy : stack->policy;
	const struct policy_context_key context[] = { { STR("ResourceType"), r->type } };
	struct policy_request request = {
		.action = str_c(action),
		.resource = arena_printf(arena, "LogicalResourceId/%.*s", STR_ARG(r->logical_id)),
		.principal_arn = stack->principal_arn.p ? stack->principal_arn : STR("*"),
		.principal_account = STR("*"),
		.context = context,
		.context_count = COUNT_OF(context),
	};
	if (!policy.p || policy_evaluate(arena, policy, &request, true) == POLICY_ALLOW)
		return true;
	*why = arena_printf(arena,
		"Action denied by stack policy: no statement allows [%s] for resource [%.*s]",
		action, STR_ARG(request.resource));
	return false;
}
