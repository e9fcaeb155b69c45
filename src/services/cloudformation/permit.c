/*
 * Whether who began a stack's operation may have its resources made: calls between services are not
 * authorised one by one, so in strict mode each step asks for the whole of the type's service
 * ("iam:*"), which never gives more than the caller has.
 */
#include "aws/policy.h"
#include "services/cloudformation/permit.h"
#include <ctype.h>

void cfn_caller_keep(const struct call *call, struct cloudformation_stack_record *stack)
{
	stack->principal_arn = call->identity.principal_arn;
	stack->principal_id = call->identity.principal_id;
	stack->principal_role = call->identity.role_arn;
	stack->session_policy = call->identity.session_policy;
	stack->is_root = OPT_BOOL(call->identity.is_root);
}

void cfn_caller_become(const struct cloudformation_stack_record *stack, struct identity *identity)
{
	identity->principal_arn = stack->principal_arn;
	identity->principal_id = stack->principal_id;
	identity->role_arn = stack->principal_role;
	identity->session_policy = stack->session_policy;
	identity->is_root = stack->is_root.v;
}

/* AWS::IAM::Role: iam:*. */
static struct str action_of(struct arena *arena, struct str type)
{
	struct str rest = type, part;
	if (str_is(type, "AWS::CloudFormation::Stack"))
		return STR("cloudformation:*");
	if (!str_starts(type, STR("AWS::")) || str_starts(type, STR("AWS::CloudFormation::")))
		return STR("lambda:InvokeFunction");
	rest = str_from(type, strlen("AWS::"));
	if (!str_cut(&rest, ':', &part))
		return STR("*");
	if (str_is(part, "ApiGatewayV2"))
		return STR("apigateway:*");
	if (str_is(part, "CDK"))
		return STR("cloudformation:*");
	char *name = arena_cstr(arena, part);
	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return arena_printf(arena, "%s:*", name);
}

int cfn_permit(struct call *call, struct str type)
{
	const struct identity *id = &call->identity;
	struct policies policies = { 0 };
	if (call->aws->auth != AWS_AUTH_STRICT || id->is_root)
		return 0;
	struct policy_request request = { .action = action_of(call->arena, type),
		.resource = STR("*"),
		.principal_arn = id->principal_arn,
		.principal_account = id->account };
	if (call->aws->hooks.find_policies(call, id, &policies) < 0 ||
		policies_evaluate(call->arena, &policies, &request) != POLICY_ALLOW ||
		(id->session_policy.n && policy_evaluate(call->arena, id->session_policy, &request,
						 false) != POLICY_ALLOW))
		return fail(call, &aws_access_denied,
			"User: %.*s is not authorized to perform: %.*s on resource: * as making a "
			"%.*s in a stack needs",
			STR_ARG(id->principal_arn), STR_ARG(request.action), STR_ARG(type));
	return 0;
}
