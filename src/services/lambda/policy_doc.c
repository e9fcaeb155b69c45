/* Resource policies: statements added, removed and shown as one IAM document. */
#include "services/lambda/policy_doc.h"
#include "aws/codec.h"

static void pair(struct buf *b, bool *first, const char *name, struct str value)
{
	if (!value.p)
		return;
	buf_printf(b, "%s\"%s\":", *first ? "" : ",", name);
	json_quote(b, value);
	*first = false;
}

static bool is_account(struct str s)
{
	uint64_t unused;
	return s.n == 12 && str_to_u64(s, &unused) == 0;
}

static void principal(struct buf *b, struct str p)
{
	struct str root[] = { STR("arn:aws:iam::"), p, STR(":root") };
	struct arena arena = { 0 };
	bool first = true;
	if (str_is(p, "*")) {
		buf_cat(b, "\"*\"");
		return;
	}
	buf_char(b, '{');
	if (is_account(p))
		pair(b, &first, "AWS", arena_concat(&arena, root, COUNT_OF(root)));
	else if (str_starts(p, STR("arn:")))
		pair(b, &first, "AWS", p);
	else
		pair(b, &first, "Service", p);
	buf_char(b, '}');
	arena_fini(&arena);
}

static void conditions(struct buf *b, const struct policy_statement *s)
{
	bool any_equal =
		s->source_account.p || s->event_source_token.p || s->org_id.p || s->url_auth_type.p;
	bool first = true;
	if (!any_equal && !s->source_arn.p && !s->via_url.set)
		return;
	buf_cat(b, ",\"Condition\":{");
	if (any_equal) {
		buf_cat(b, "\"StringEquals\":{");
		pair(b, &first, "AWS:SourceAccount", s->source_account);
		pair(b, &first, "lambda:EventSourceToken", s->event_source_token);
		pair(b, &first, "aws:PrincipalOrgID", s->org_id);
		pair(b, &first, "lambda:FunctionUrlAuthType", s->url_auth_type);
		buf_char(b, '}');
	}
	if (s->via_url.set)
		buf_printf(b, "%s\"Bool\":{\"lambda:InvokedViaFunctionUrl\":\"%s\"}",
			any_equal ? "," : "", s->via_url.v ? "true" : "false");
	if (s->source_arn.p) {
		first = true;
		buf_cat(b, any_equal || s->via_url.set ? ",\"ArnLike\":{" : "\"ArnLike\":{");
		pair(b, &first, "AWS:SourceArn", s->source_arn);
		buf_char(b, '}');
	}
	buf_char(b, '}');
}

struct str lambda_policy_statement_json(struct arena *arena, const struct policy_statement *s)
{
	struct buf b = { 0 };
	buf_cat(&b, "{\"Sid\":");
	json_quote(&b, s->sid);
	buf_cat(&b, ",\"Effect\":\"Allow\",\"Principal\":");
	principal(&b, s->principal);
	buf_cat(&b, ",\"Action\":");
	json_quote(&b, s->action);
	buf_cat(&b, ",\"Resource\":");
	json_quote(&b, s->resource);
	conditions(&b, s);
	buf_char(&b, '}');
	struct str json = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return json;
}

struct str lambda_policy_document(struct arena *arena, const struct lambda_policy_record *policy)
{
	struct buf b = { 0 };
	if (policy->statements.n == 0)
		return (struct str){ 0 };
	buf_cat(&b, "{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[");
	for (size_t i = 0; i < policy->statements.n; i++) {
		if (i)
			buf_char(&b, ',');
		buf_str(&b, policy->statements.v[i].json);
	}
	buf_cat(&b, "]}");
	struct str document = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return document;
}

int lambda_policy_add(struct call *call, struct str key, struct str sid, struct str json,
	struct str revision, struct lambda_policy_record *policy)
{
	*policy = (struct lambda_policy_record){ 0 };
	call_get_record(call, key, &lambda_policy_record_shape, policy);
	if (lambda_check_revision(call, revision, policy->revision_id) < 0)
		return -1;
	size_t n = policy->statements.n, bytes = json.n;
	for (size_t i = 0; i < n; i++) {
		bytes += policy->statements.v[i].json.n;
		if (str_eq(policy->statements.v[i].sid, sid))
			return fail(call, &lambda_resource_conflict_exception,
				"The statement id (%.*s) provided already exists. Please provide a new "
				"statement id, or "
				"remove the existing statement.",
				STR_ARG(sid));
	}
	if (bytes > LAMBDA_POLICY_BYTES_MAX)
		return fail(call, &lambda_policy_length_exceeded_exception,
			"The final policy size (%zu) is bigger than the limit (%d).", bytes,
			LAMBDA_POLICY_BYTES_MAX);
	struct lambda_statement_record *v =
		ARENA_ARRAY(call->arena, struct lambda_statement_record, n + 1);
	if (n)
		memcpy(v, policy->statements.v, n * sizeof *v);
	v[n] = (struct lambda_statement_record){ .sid = sid, .json = json };
	policy->statements.v = v;
	policy->statements.n = n + 1;
	policy->revision_id = lambda_new_revision(call);
	call_put_record(call, key, &lambda_policy_record_shape, policy);
	return 0;
}

int lambda_policy_remove(struct call *call, struct str key, struct str sid, struct str revision)
{
	struct lambda_policy_record policy = { 0 };
	call_get_record(call, key, &lambda_policy_record_shape, &policy);
	size_t at = 0;
	while (at < policy.statements.n && !str_eq(policy.statements.v[at].sid, sid))
		at++;
	if (at == policy.statements.n)
		return fail(call, &lambda_resource_not_found_exception,
			"Statement %.*s is not found in resource policy.", STR_ARG(sid));
	if (lambda_check_revision(call, revision, policy.revision_id) < 0)
		return -1;
	memmove(policy.statements.v + at, policy.statements.v + at + 1,
		(policy.statements.n - at - 1) * sizeof *policy.statements.v);
	policy.statements.n--;
	policy.revision_id = lambda_new_revision(call);
	if (policy.statements.n)
		call_put_record(call, key, &lambda_policy_record_shape, &policy);
	else
		txn_delete(call->txn, key);
	return 0;
}

int lambda_policy_show(
	struct call *call, struct str key, struct str *document, struct str *revision)
{
	struct lambda_policy_record policy = { 0 };
	call_get_record(call, key, &lambda_policy_record_shape, &policy);
	*document = lambda_policy_document(call->arena, &policy);
	*revision = policy.revision_id;
	if (!document->p)
		return fail(call, &lambda_resource_not_found_exception,
			"The resource you requested does not exist.");
	return 0;
}
