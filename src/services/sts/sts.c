/* STS: who calls, and credentials that end. */
#include "services/sts/sts.h"
#include "api/iam.h"
#include "api/sts.h"
#include "aws/call.h"
#include "aws/policy.h"
#include "aws/session.h"
#include "services/sts/limits.h"
#include <stdlib.h>
#include <yyjson.h>

int sts_get_caller_identity(struct call *call, const struct sts_get_caller_identity_input *in,
	struct sts_get_caller_identity_output *out)
{
	(void)in;
	out->user_id = call->identity.principal_id;
	out->account = call->identity.account;
	out->arn = call->identity.principal_arn;
	return 0;
}

/* Credentials of that session, and their end in it. */
static struct sts_credentials *issue(struct call *call, struct session *session, int64_t seconds)
{
	struct session_credentials made;
	struct sts_credentials *out = ARENA_NEW(call->arena, struct sts_credentials);
	/* Whole seconds, as in the answer. */
	session->expires_ms = (call->now_ms / 1000 + seconds) * 1000;
	session_issue(call->aws, call->arena, session, &made);
	*out = (struct sts_credentials){ made.access_key_id, made.secret_access_key,
		made.session_token, OPT_TIME(session->expires_ms) };
	return out;
}

int sts_get_session_token(struct call *call, const struct sts_get_session_token_input *in,
	struct sts_get_session_token_output *out)
{
	const struct identity *id = &call->identity;
	int64_t seconds =
		in->duration_seconds.set ? in->duration_seconds.v : STS_TOKEN_SECONDS_DEFAULT;
	if (id->role_arn.p)
		return fail(call, &aws_access_denied,
			"Cannot call GetSessionToken with session credentials");
	if (id->is_root)
		seconds = MIN(seconds, STS_ROOT_SECONDS_MAX);
	struct session session = {
		.account = id->account,
		.role_arn = id->principal_arn,
		.role_id = id->principal_id,
	};
	out->credentials = issue(call, &session, seconds);
	return 0;
}

/* ---- AssumeRole ---- */

/* The same words whether the role is missing or does not trust the caller: neither is told to
 * strangers. */
static int refuse(struct call *call, struct str role_arn)
{
	return fail(call, &aws_access_denied,
		"User: %.*s is not authorized to perform: sts:AssumeRole on resource: %.*s",
		STR_ARG(call->identity.principal_arn), STR_ARG(role_arn));
}

/* The role, wherever it is: IAM is asked as its account. */
static int find_role(struct call *call, struct str arn, struct iam_role **out, struct str *account)
{
	struct iam_resolve_role_input in = { .role_arn = arn };
	struct iam_resolve_role_output found = { 0 };
	struct identity as = call->identity;
	struct str rest = arn, part;
	for (int i = 0; i < 5; i++)
		if (!str_cut(&rest, ':', &part))
			return fail(
				call, &aws_validation_exception, "%.*s is invalid", STR_ARG(arn));
	if (!str_starts(arn, STR("arn:aws:iam::")) || part.n != 12 ||
		!str_starts(rest, STR("role/")))
		return fail(call, &aws_validation_exception, "%.*s is invalid", STR_ARG(arn));
	as.account = *account = part;
	if (call_inner(call, &iam_resolve_role_operation, &as, &in, &found) < 0)
		return refuse(call, arn);
	*out = found.role;
	return 0;
}

static int check_trust(
	struct call *call, const struct sts_assume_role_input *in, const struct iam_role *role)
{
	const struct identity *id = &call->identity;
	struct policy_context_key context[8];
	size_t n = 0;
	if (call->aws->auth != AWS_AUTH_STRICT)
		return 0;
	context[n++] =
		(struct policy_context_key){ STR("sts:RoleSessionName"), in->role_session_name };
	context[n++] = (struct policy_context_key){ STR("aws:PrincipalArn"),
		id->role_arn.p ? id->role_arn : id->principal_arn };
	context[n++] = (struct policy_context_key){ STR("aws:PrincipalAccount"), id->account };
	context[n++] = (struct policy_context_key){ STR("aws:userid"), id->principal_id };
	if (call->source_ip.n)
		context[n++] = (struct policy_context_key){ STR("aws:SourceIp"), call->source_ip };
	if (in->external_id.p)
		context[n++] =
			(struct policy_context_key){ STR("sts:ExternalId"), in->external_id };
	if (in->source_identity.p)
		context[n++] = (struct policy_context_key){ STR("sts:SourceIdentity"),
			in->source_identity };
	assert(n <= COUNT_OF(context));
	struct policy_request request = {
		.action = STR("sts:AssumeRole"),
		.resource = role->arn,
		.principal_arn = id->principal_arn,
		.principal_account = id->account,
		.principal_service = id->service,
		.context = context,
		.context_count = n,
	};
	if (policy_evaluate(call->arena, role->assume_role_policy_document, &request, true) !=
		POLICY_ALLOW)
		return refuse(call, role->arn);
	return 0;
}

static int check_duration(struct call *call, const struct iam_role *role, int64_t seconds)
{
	int64_t max = role->max_session_duration.set ? role->max_session_duration.v
						     : STS_ROLE_SECONDS_DEFAULT;
	if (seconds > max)
		return fail(call, &aws_validation_exception,
			"The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
	if (call->identity.role_arn.p && seconds > STS_CHAINED_SECONDS_MAX)
		return fail(call, &aws_validation_exception,
			"The requested DurationSeconds exceeds the 1 hour session limit "
			"for roles assumed by role chaining");
	return 0;
}

/* The document's statements at the end of those of all. */
static void merge(yyjson_mut_doc *doc, yyjson_mut_val *all, struct str document)
{
	yyjson_doc *one = yyjson_read(document.p, document.n, 0);
	yyjson_val *statements = yyjson_obj_get(yyjson_doc_get_root(one), "Statement"), *statement;
	size_t i, n;
	if (yyjson_is_obj(statements))
		yyjson_mut_arr_append(all, yyjson_val_mut_copy(doc, statements));
	yyjson_arr_foreach(statements, i, n, statement)
		yyjson_mut_arr_append(all, yyjson_val_mut_copy(doc, statement));
	yyjson_doc_free(one);
}

static int add_policies(struct call *call, const struct sts_assume_role_input *in,
	struct str account, yyjson_mut_doc *doc, yyjson_mut_val *all)
{
	struct str why;
	struct identity as = call->identity;
	as.account = account;
	if (in->policy.p) {
		if (policy_check(call->arena, in->policy, false, &why) < 0)
			return fail(call, &sts_malformed_policy_document_exception, "%.*s",
				STR_ARG(why));
		merge(doc, all, in->policy);
	}
	for (size_t i = 0; i < in->policy_arns.n; i++) {
		struct iam_resolve_policy_input ask = { .policy_arn = in->policy_arns.v[i].arn };
		struct iam_resolve_policy_output found = { 0 };
		if (!ask.policy_arn.p ||
			call_inner(call, &iam_resolve_policy_operation, &as, &ask, &found) < 0)
			return fail(call, &sts_malformed_policy_document_exception,
				"The policy %.*s does not exist or is not "
				"attachable.",
				STR_ARG(ask.policy_arn));
		merge(doc, all, found.policy_document);
	}
	return 0;
}

/* One document of the session policy and of the managed ones that narrow the session. */
static int session_policy(struct call *call, const struct sts_assume_role_input *in,
	struct str account, struct str *out)
{
	*out = STR("");
	if (!in->policy.p && !in->policy_arns.n)
		return 0;
	if (in->policy.n > STS_POLICY_BYTES_MAX)
		return fail(call, &sts_packed_policy_too_large_exception,
			"Policy is longer than %d characters.", STS_POLICY_BYTES_MAX);
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *all = yyjson_mut_arr(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "Version", "2012-10-17");
	yyjson_mut_obj_add_val(doc, root, "Statement", all);
	int r = add_policies(call, in, account, doc, all);
	size_t n = 0;
	char *text = r < 0 ? NULL : yyjson_mut_write(doc, 0, &n);
	if (r == 0 && n > STS_PACKED_BYTES_MAX)
		r = fail(call, &sts_packed_policy_too_large_exception,
			"Packed size of session policies is %zu%% of what is "
			"allowed.",
			n * 100 / STS_PACKED_BYTES_MAX);
	if (r == 0)
		*out = arena_str(call->arena, (struct str){ text, n });
	free(text);
	yyjson_mut_doc_free(doc);
	return r;
}

int sts_assume_role(struct call *call, const struct sts_assume_role_input *in,
	struct sts_assume_role_output *out)
{
	struct iam_role *role = NULL;
	struct session session = { .session_name = in->role_session_name };
	int64_t seconds =
		in->duration_seconds.set ? in->duration_seconds.v : STS_ROLE_SECONDS_DEFAULT;
	if (call->identity.is_root && call->aws->auth == AWS_AUTH_STRICT)
		return fail(call, &aws_access_denied, "Roles may not be assumed by root accounts.");
	if (find_role(call, in->role_arn, &role, &session.account) < 0 ||
		check_trust(call, in, role) < 0 || check_duration(call, role, seconds) < 0 ||
		session_policy(call, in, session.account, &session.policy) < 0)
		return -1;
	session.role_arn = role->arn;
	session.role_id = role->role_id;
	out->credentials = issue(call, &session, seconds);
	out->assumed_role_user = ARENA_NEW(call->arena, struct sts_assumed_role_user);
	*out->assumed_role_user = (struct sts_assumed_role_user){
		.assumed_role_id = arena_printf(call->arena, "%.*s:%.*s", STR_ARG(role->role_id),
			STR_ARG(in->role_session_name)),
		.arn = arena_printf(call->arena, "arn:aws:sts::%.*s:assumed-role/%.*s/%.*s",
			STR_ARG(session.account), STR_ARG(role->role_name),
			STR_ARG(in->role_session_name)),
	};
	if (session.policy.n)
		out->packed_policy_size =
			OPT_I64((int64_t)(session.policy.n * 100 / STS_PACKED_BYTES_MAX));
	out->source_identity = in->source_identity;
	return 0;
}

const struct service sts_service = { .api = &sts_api };
