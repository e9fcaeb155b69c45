/* What a function's role may do: asked in strict mode before Lambda acts for the function. */
#include "aws/policy.h"
#include "base/log.h"
#include "services/lambda/internal.h"

bool lambda_role_may(struct call *call, struct str role, const char *action, struct str resource)
{
	struct identity as = { .account = call->identity.account,
		.region = call->identity.region,
		.principal_arn = role,
		.role_arn = role };
	struct policies policies = { 0 };
	struct policy_context_key context[] = { { STR("aws:PrincipalArn"), role },
		{ STR("aws:PrincipalAccount"), as.account },
		{ STR("aws:RequestedRegion"), as.region } };
	struct policy_request request = {
		.action = str_c(action),
		.resource = resource,
		.principal_arn = role,
		.principal_account = as.account,
		.context = context,
		.context_count = COUNT_OF(context),
	};
	if (call->aws->auth != AWS_AUTH_STRICT)
		return true;
	return call->aws->hooks.find_policies &&
	       call->aws->hooks.find_policies(call, &as, &policies) == 0 &&
	       policies_evaluate(call->arena, &policies, &request) == POLICY_ALLOW;
}

bool lambda_role_may_send(struct call *call, struct str role, struct str target)
{
	const char *action = str_starts(target, STR("arn:aws:sqs:"))   ? "sqs:SendMessage"
			     : str_starts(target, STR("arn:aws:sns:")) ? "sns:Publish"
								       : "lambda:InvokeFunction";
	if (lambda_role_may(call, role, action, target))
		return true;
	log_warn("lambda: the role %.*s may not use the destination %.*s", STR_ARG(role),
		STR_ARG(target));
	return false;
}
