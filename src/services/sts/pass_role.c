/* Giving a role to a service: IAM User Guide, "Grant a user permissions to pass a role to an AWS
 * service". */
#include "api/iam.h"
#include "api/sts.h"
#include "aws/call.h"
#include "aws/policy.h"

/* "arn:aws:iam::ACCOUNT:role/...", or p == NULL. */
static struct str account_of(struct str arn)
{
	struct str rest = arn, part = { 0 };
	for (int i = 0; i < 5; i++)
		if (!str_cut(&rest, ':', &part))
			return (struct str){ 0 };
	return part;
}

static int check_caller(struct call *call, const struct sts_pass_role_input *in)
{
	const struct identity *id = &call->identity;
	const struct aws_hooks *hooks = &call->aws->hooks;
	const struct policy_context_key context[] = { { STR("iam:PassedToService"), in->service },
		{ STR("aws:PrincipalArn"), id->role_arn.p ? id->role_arn : id->principal_arn },
		{ STR("aws:PrincipalAccount"), id->account } };
	struct policies policies = { 0 };
	struct policy_request request = {
		.action = STR("iam:PassRole"),
		.resource = in->role_arn,
		.principal_arn = id->principal_arn,
		.principal_account = id->account,
		.context = context,
		.context_count = COUNT_OF(context),
	};
	if (!str_eq(account_of(in->role_arn), id->account))
		return fail(call, &aws_access_denied, "Cross-account pass role is not allowed.");
	if (id->is_root || id->service.p)
		return 0;
	if (hooks->find_policies && hooks->find_policies(call, id, &policies) < 0)
		call->error = (struct call_error){ 0 }; /* it has none */
	enum policy_effect effect = policies_evaluate(call->arena, &policies, &request);
	if (effect == POLICY_ALLOW)
		return 0;
	return fail(call, &aws_access_denied,
		"User: %.*s is not authorized to perform: iam:PassRole on resource: %.*s %s",
		STR_ARG(id->principal_arn), STR_ARG(in->role_arn),
		effect == POLICY_DENY
			? "with an explicit deny in an identity-based policy"
			: "because no identity-based policy allows the iam:PassRole action");
}

/* A role that is not there gives nothing: it is let through, as where credentials are not looked
 * at. */
static bool is_trusted(struct call *call, const struct sts_pass_role_input *in)
{
	struct iam_resolve_role_input ask = { .role_arn = in->role_arn };
	struct iam_resolve_role_output found = { 0 };
	struct policy_request request = {
		.action = STR("sts:AssumeRole"),
		.resource = in->role_arn,
		.principal_account = STR(""),
		.principal_arn = STR(""),
		.principal_service = in->service,
	};
	if (call_inner(call, &iam_resolve_role_operation, NULL, &ask, &found) < 0) {
		call->error = (struct call_error){ 0 };
		return true;
	}
	return policy_evaluate(call->arena, found.role->assume_role_policy_document, &request,
		       true) == POLICY_ALLOW;
}

int sts_pass_role(
	struct call *call, const struct sts_pass_role_input *in, struct sts_pass_role_output *out)
{
	if (call->aws->auth == AWS_AUTH_STRICT && check_caller(call, in) < 0)
		return -1;
	out->is_trusted = OPT_BOOL(call->aws->auth != AWS_AUTH_STRICT || is_trusted(call, in));
	return 0;
}
