/* Evaluating policies (IAM User Guide, "Policy evaluation logic"): statements, principals, actions,
 * resources. */
#include "aws/policy.h"
#include "aws/limits.h"
#include "aws/policy_internal.h"
#include "base/log.h"

struct matching {
	const struct evaluation *e;
	struct str text;
	enum pattern_rules rules;
};

static bool matches_value(yyjson_val *v, void *arg)
{
	const struct matching *m = arg;
	return yyjson_is_str(v) && policy_matches(m->e, json_text(v), m->text, m->rules);
}

/* The element, or its Not form, or neither: which only matches when absent_matches. */
static bool element_matches(const struct evaluation *e, yyjson_val *statement, const char *name,
	const char *not_name, struct str text, enum pattern_rules rules, bool absent_matches)
{
	struct matching m = { e, text, rules };
	yyjson_val *v = yyjson_obj_get(statement, name),
		   *not_v = yyjson_obj_get(statement, not_name);
	if (v)
		return policy_any(v, matches_value, &m);
	if (not_v)
		return !policy_any(not_v, matches_value, &m);
	return absent_matches;
}

/* ---- principals ------------------------------------------------------------------------------ */

/* arn:aws:iam::ID:role/name of a session arn:aws:sts::ID:assumed-role/name/session; paths are not
 * known there. */
static bool is_role_of_session(struct str role, struct str session)
{
	struct str rest, name;
	ssize_t at = str_find(session, STR(":assumed-role/"));
	ssize_t role_at = str_find(role, STR(":role/"));
	if (at < 0 || role_at < 0)
		return false;
	rest = str_from(session, (size_t)at + 14);
	str_cut(&rest, '/', &name);
	struct str role_name = str_from(role, (size_t)str_rindex(role, '/') + 1);
	if (!str_eq(role_name, name))
		return false;
	/* The account: the fifth part of both. */
	struct str a = str_sub(session, 0, (size_t)at), b = str_sub(role, 0, (size_t)role_at);
	return str_eq(str_from(a, (size_t)str_rindex(a, ':') + 1),
		str_from(b, (size_t)str_rindex(b, ':') + 1));
}

static bool is_account_principal(struct str value, struct str account)
{
	if (account.n == 0)
		return false;
	if (str_eq(value, account))
		return true;
	return str_starts(value, STR("arn:")) && str_ends(value, STR(":root")) &&
	       value.n > account.n + 5 &&
	       str_eq(str_sub(value, value.n - 5 - account.n, account.n), account) &&
	       value.p[value.n - 6 - account.n] == ':';
}

static bool is_aws_principal(yyjson_val *v, void *arg)
{
	const struct policy_request *r = arg;
	struct str value = json_text(v);
	if (!value.p)
		return false;
	if (str_is(value, "*"))
		return true;
	return is_account_principal(value, r->principal_account) ||
	       (r->principal_arn.n && str_eq(value, r->principal_arn)) ||
	       is_role_of_session(value, r->principal_arn);
}

static bool is_service_principal(yyjson_val *v, void *arg)
{
	const struct policy_request *r = arg;
	struct str value = json_text(v);
	return value.p && r->principal_service.p &&
	       (str_is(value, "*") || str_eq(value, r->principal_service));
}

static bool principal_matches(const struct policy_request *r, yyjson_val *principal)
{
	void *arg = (void *)r;
	if (yyjson_is_str(principal))
		return str_is(json_text(principal), "*");
	return policy_any(yyjson_obj_get(principal, "AWS"), is_aws_principal, arg) ||
	       policy_any(yyjson_obj_get(principal, "Service"), is_service_principal, arg);
}

static bool statement_is_for(const struct policy_request *r, yyjson_val *statement)
{
	yyjson_val *principal = yyjson_obj_get(statement, "Principal");
	yyjson_val *not_principal = yyjson_obj_get(statement, "NotPrincipal");
	if (principal)
		return principal_matches(r, principal);
	return not_principal && !principal_matches(r, not_principal);
}

/* ---- statements and documents ---------------------------------------------------------------- */

static enum policy_effect statement_effect(
	const struct evaluation *e, yyjson_val *statement, bool is_resource_policy)
{
	const struct policy_request *r = e->request;
	if (is_resource_policy && !statement_is_for(r, statement))
		return POLICY_NO_MATCH;
	if (!element_matches(
		    e, statement, "Action", "NotAction", r->action, PATTERN_IGNORE_CASE, false))
		return POLICY_NO_MATCH;
	/* A trust policy has no Resource: it is the role itself. */
	if (!element_matches(e, statement, "Resource", "NotResource", r->resource, PATTERN_CASE,
		    is_resource_policy))
		return POLICY_NO_MATCH;
	if (!policy_conditions_hold(e, yyjson_obj_get(statement, "Condition")))
		return POLICY_NO_MATCH;
	struct str effect = json_text(yyjson_obj_get(statement, "Effect"));
	return str_is(effect, "Allow") ? POLICY_ALLOW : POLICY_DENY;
}

struct document_walk {
	const struct evaluation *e;
	bool is_resource_policy;
	enum policy_effect effect;
};

/* Stops at the first deny. */
static bool walk_statement(yyjson_val *statement, void *arg)
{
	struct document_walk *w = arg;
	enum policy_effect effect = statement_effect(w->e, statement, w->is_resource_policy);
	if (effect != POLICY_NO_MATCH)
		w->effect = effect;
	return effect == POLICY_DENY;
}

enum policy_effect policy_evaluate(struct arena *arena, struct str document,
	const struct policy_request *request, bool is_resource_policy)
{
	yyjson_doc *doc = document.n && document.n <= POLICY_BYTES_MAX
				  ? yyjson_read(document.p, document.n, 0)
				  : NULL;
	if (!doc) {
		/* It was checked when it was stored; what can't be read may hold a deny. */
		log_error("a stored policy is no JSON text; it denies all");
		return POLICY_DENY;
	}
	yyjson_val *root = yyjson_doc_get_root(doc);
	struct evaluation e = { arena, request,
		str_is(json_text(yyjson_obj_get(root, "Version")), "2012-10-17") };
	struct document_walk w = { &e, is_resource_policy, POLICY_NO_MATCH };
	policy_any(yyjson_obj_get(root, "Statement"), walk_statement, &w);
	yyjson_doc_free(doc);
	return w.effect;
}

enum policy_effect policies_evaluate(
	struct arena *arena, const struct policies *policies, const struct policy_request *request)
{
	enum policy_effect all = POLICY_NO_MATCH;
	for (size_t i = 0; i < policies->n; i++) {
		enum policy_effect effect =
			policy_evaluate(arena, policies->documents[i], request, false);
		if (effect == POLICY_DENY)
			return POLICY_DENY;
		if (effect == POLICY_ALLOW)
			all = POLICY_ALLOW;
	}
	if (all == POLICY_ALLOW && policies->boundary.p)
		return policy_evaluate(arena, policies->boundary, request, false);
	return all;
}
