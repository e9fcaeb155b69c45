/* Who may use a function: AddPermission and its kin, and asking the policy in strict mode. */
#include "aws/policy.h"
#include "services/lambda/policy_doc.h"

static struct str key_of(struct call *call, const struct function_name *name)
{
	return lambda_named_key(call->arena, name, "policy", name->qualifier);
}

int lambda_add_permission(struct call *call, const struct lambda_add_permission_input *in,
	struct lambda_add_permission_output *out)
{
	struct function_name name;
	struct lambda_policy_record policy;
	if (lambda_name_of(call, in->function_name, in->qualifier, &name) < 0)
		return -1;
	if (str_is(name.qualifier, "$LATEST"))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"We currently do not support adding policies for $LATEST.");
	if (in->function_url_auth_type.p && !str_is(in->action, "lambda:InvokeFunctionUrl"))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action");
	if (lambda_check_qualifier(call, &name) < 0)
		return -1;
	struct policy_statement s = {
		.sid = in->statement_id,
		.action = in->action,
		.resource = function_arn(call->arena, &name),
		.principal = in->principal,
		.source_arn = in->source_arn,
		.source_account = in->source_account,
		.event_source_token = in->event_source_token,
		.org_id = in->principal_org_id,
		.url_auth_type = in->function_url_auth_type,
		.via_url = in->invoked_via_function_url,
	};
	out->statement = lambda_policy_statement_json(call->arena, &s);
	return lambda_policy_add(
		call, key_of(call, &name), s.sid, out->statement, in->revision_id, &policy);
}

int lambda_remove_permission(struct call *call, const struct lambda_remove_permission_input *in,
	struct lambda_remove_permission_output *out)
{
	struct function_name name;
	(void)out;
	if (lambda_name_of(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_check_qualifier(call, &name) < 0)
		return -1;
	return lambda_policy_remove(call, key_of(call, &name), in->statement_id, in->revision_id);
}

int lambda_get_policy(struct call *call, const struct lambda_get_policy_input *in,
	struct lambda_get_policy_output *out)
{
	struct function_name name;
	if (lambda_name_of(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_check_qualifier(call, &name) < 0)
		return -1;
	return lambda_policy_show(call, key_of(call, &name), &out->policy, &out->revision_id);
}

/* ---- strict mode ---- */

struct reading {
	const struct function_name *name;
	struct str document;
};

static int read_document(struct call *call, void *arg)
{
	struct reading *r = arg;
	struct lambda_policy_record policy = { 0 };
	call_get_record(call, key_of(call, r->name), &lambda_policy_record_shape, &policy);
	r->document = lambda_policy_document(call->arena, &policy);
	return 0;
}

int lambda_read_policy(struct call *call, const struct function_name *name, struct str *out)
{
	struct reading reading = { .name = name };
	if (call_look(call, read_document, &reading) < 0)
		return -1;
	*out = reading.document;
	return 0;
}

int lambda_check_policy(struct call *call, const struct function_name *name, const char *action,
	bool must_allow, const struct policy_context_key *context, size_t context_count)
{
	const struct identity *id = &call->identity;
	struct reading reading = { .name = name };
	bool is_other = id->service.p || !str_eq(id->account, name->account);
	if (call->aws->auth != AWS_AUTH_STRICT || (!is_other && !must_allow))
		return 0;
	if (call_read(call, read_document, &reading) < 0)
		return -1;
	struct policy_context_key *keys =
		ARENA_ARRAY(call->arena, struct policy_context_key, context_count + 2);
	if (context_count)
		memcpy(keys, context, context_count * sizeof *keys);
	size_t n = context_count;
	if (id->service.p) {
		keys[n++] = (struct policy_context_key){ STR("aws:SourceAccount"), id->account };
		if (id->principal_arn.n)
			keys[n++] = (struct policy_context_key){ STR("aws:SourceArn"),
				id->principal_arn };
	}
	struct policy_request request = {
		.action = str_c(action),
		.resource = function_arn(call->arena, name),
		.principal_arn = id->service.p ? (struct str){ 0 } : id->principal_arn,
		.principal_account = id->service.p ? (struct str){ 0 } : id->account,
		.principal_service = id->service,
		.context = keys,
		.context_count = n,
	};
	if (reading.document.p &&
		policy_evaluate(call->arena, reading.document, &request, true) == POLICY_ALLOW)
		return 0;
	return fail(call, &aws_access_denied,
		"%.*s is not authorized to perform: %s on resource: %.*s because no "
		"resource-based policy allows the %s action",
		STR_ARG(id->service.p ? id->service : id->principal_arn), action,
		STR_ARG(request.resource), action);
}
