/* Who may call a function URL: AuthType NONE asks the resource policy, AWS_IAM the signature and
 * the policies. */
#include "aws/policy.h"
#include "aws/session.h"
#include "aws/sigv4.h"
#include "services/lambda/urls.h"

static int forbidden(struct call *call)
{
	return fail(call, &aws_access_denied, "Forbidden");
}

/* The claimed key's secret, and whose it is. */
static int identify(struct call *call, const struct sigv4_claim *claim, struct str *secret)
{
	struct identity *id = &call->identity;
	struct session session;
	struct access_key key;
	const struct aws *aws = call->aws;
	id->access_key_id = claim->access_key_id;
	if (claim->token.p) {
		if (session_verify(aws, call->arena, claim->access_key_id, claim->token,
			    call->now_ms, &session, secret) < 0)
			return forbidden(call);
		id->account = session.account;
		id->role_arn = session.role_arn;
		id->session_name = session.session_name;
		id->principal_arn = session.role_arn;
		id->principal_id = session.role_id;
		return 0;
	}
	if (str_eq(claim->access_key_id, aws->root_access_key_id)) {
		*secret = aws->root_secret;
		id->is_root = true;
		return 0;
	}
	if (!aws->hooks.find_key || aws->hooks.find_key(call, claim->access_key_id, &key) < 0)
		return forbidden(call);
	*secret = key.secret;
	id->account = key.account;
	id->principal_arn = key.principal_arn;
	id->principal_id = key.principal_id;
	id->is_root = str_ends(key.principal_arn, STR(":root"));
	return 0;
}

static int may_invoke(struct call *call, const struct function_name *name)
{
	struct policies policies = { 0 };
	struct policy_request request = {
		.action = STR("lambda:InvokeFunctionUrl"),
		.resource = function_arn(call->arena, name),
		.principal_arn = call->identity.principal_arn,
		.principal_account = call->identity.account,
	};
	if (!str_eq(call->identity.account, name->account))
		return lambda_check_policy(call, name, "lambda:InvokeFunctionUrl", true, NULL, 0);
	if (call->identity.is_root)
		return 0;
	if (!call->aws->hooks.find_policies ||
		call->aws->hooks.find_policies(call, &call->identity, &policies) < 0)
		return forbidden(call);
	return policies_evaluate(call->arena, &policies, &request) == POLICY_ALLOW
		       ? 0
		       : forbidden(call);
}

static int check_signature(struct call *call, const struct function_name *name, struct str body)
{
	const struct http_request *http = http_request(call->http);
	struct sigv4_request request = { http->method, http->path, http->query, &http->headers };
	struct sigv4_claim claim;
	struct sigv4_error error;
	struct str secret;
	sigv4_parse(call->arena, &request, &claim);
	if (claim.form == SIGV4_NONE)
		return forbidden(call);
	if (call->aws->auth != AWS_AUTH_STRICT) {
		call->identity.access_key_id =
			claim.access_key_id.p ? claim.access_key_id : STR("");
		return 0;
	}
	if (identify(call, &claim, &secret) < 0)
		return -1;
	if (sigv4_verify(call->arena, &request, &claim, secret, body, SIGV4_RULES_COMMON,
		    call->now_ms, &error) < 0)
		return fail(call, &aws_access_denied, "%.*s", STR_ARG(error.message));
	return may_invoke(call, name);
}

int url_authorize(
	struct call *call, const struct function_name *name, struct str auth_type, struct str body)
{
	static const struct policy_context_key none[] = {
		{ STR_INIT("lambda:FunctionUrlAuthType"), STR_INIT("NONE") },
		{ STR_INIT("lambda:InvokedViaFunctionUrl"), STR_INIT("true") },
	};
	call->identity.principal_arn = call->identity.principal_id = STR("anonymous");
	if (str_is(auth_type, "AWS_IAM")) {
		call->identity.principal_arn =
			arena_printf(call->arena, "arn:aws:iam::%.*s:root", STR_ARG(name->account));
		call->identity.principal_id = name->account;
		return check_signature(call, name, body);
	}
	/* The policy has to allow everyone. */
	call->identity.is_anonymous = true;
	return lambda_check_policy(
		call, name, "lambda:InvokeFunctionUrl", true, none, COUNT_OF(none));
}
