/* Whether a text is a policy (IAM User Guide, "Grammar of the IAM JSON policy language"), in IAM's
 * words. */
#include "aws/limits.h"
#include "aws/policy_internal.h"
#include <errno.h>

static const char SYNTAX[] = "Syntax errors in policy.";

struct check {
	struct arena *arena;
	bool is_resource_policy;
	struct str *why;
	struct str sids[64];
	size_t sid_count;
};

/* For policy_any: true stops, having said why. */
static bool wrong(struct check *c, const char *text)
{
	*c->why = str_c(text);
	return true;
}

static bool bad_action(yyjson_val *v, void *arg)
{
	struct check *c = arg;
	struct str action = json_text(v);
	ssize_t colon = str_index(action, ':');
	if (!yyjson_is_str(v))
		return wrong(c, SYNTAX);
	if (str_is(action, "*"))
		return false;
	if (colon <= 0 || (size_t)colon + 1 == action.n)
		return wrong(c,
			"Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
	for (ssize_t i = 0; i < colon; i++)
		if (!((action.p[i] >= 'a' && action.p[i] <= 'z') ||
			    (action.p[i] >= 'A' && action.p[i] <= 'Z') ||
			    (action.p[i] >= '0' && action.p[i] <= '9') || action.p[i] == '-')) {
			*c->why = arena_printf(
				c->arena, "Vendor %.*s is not valid", (int)colon, action.p);
			return true;
		}
	return false;
}

static bool bad_resource(yyjson_val *v, void *arg)
{
	struct check *c = arg;
	struct str resource = json_text(v);
	size_t colons = 0;
	if (!yyjson_is_str(v))
		return wrong(c, SYNTAX);
	if (str_is(resource, "*"))
		return false;
	for (size_t i = 0; i < resource.n; i++)
		colons += resource.p[i] == ':';
	if (str_starts(resource, STR("arn:")) && (colons >= 5 || str_ends(resource, STR("*"))))
		return false;
	*c->why = arena_printf(
		c->arena, "Resource %.*s must be in ARN format or \"*\".", STR_ARG(resource));
	return true;
}

static bool not_text(yyjson_val *v, void *arg)
{
	(void)arg;
	return !yyjson_is_str(v);
}

static bool bad_principal(struct check *c, yyjson_val *principal)
{
	static const char *const kinds[] = { "AWS", "Service", "Federated", "CanonicalUser" };
	size_t i, n;
	yyjson_val *key, *values;
	if (yyjson_is_str(principal))
		return str_is(json_text(principal), "*") ? false
							 : wrong(c, "Invalid principal in policy.");
	if (!yyjson_is_obj(principal) || yyjson_obj_size(principal) == 0)
		return wrong(c, "Invalid principal in policy.");
	yyjson_obj_foreach(principal, i, n, key, values)
	{
		bool known = false;
		for (size_t k = 0; k < COUNT_OF(kinds); k++)
			known |= str_is(json_text(key), kinds[k]);
		if (!known || policy_any(values, not_text, NULL))
			return wrong(c, "Invalid principal in policy.");
	}
	return false;
}

static bool bad_condition_value(yyjson_val *v, void *arg)
{
	(void)arg;
	return !yyjson_is_str(v) && !yyjson_is_num(v) && !yyjson_is_bool(v);
}

static bool bad_conditions(struct check *c, yyjson_val *block)
{
	size_t i, n, j, m;
	yyjson_val *name, *keys, *key, *values;
	if (!block)
		return false;
	if (!yyjson_is_obj(block))
		return wrong(c, SYNTAX);
	yyjson_obj_foreach(block, i, n, name, keys)
	{
		if (!policy_operator_exists(json_text(name))) {
			*c->why = arena_printf(c->arena, "Invalid Condition type : %.*s.",
				STR_ARG(json_text(name)));
			return true;
		}
		if (!yyjson_is_obj(keys))
			return wrong(c, SYNTAX);
		yyjson_obj_foreach(keys, j, m, key, values)
		{
			if (str_index(json_text(key), ':') <= 0)
				return wrong(c,
					"Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
			if (policy_any(values, bad_condition_value, NULL))
				return wrong(c, SYNTAX);
		}
	}
	return false;
}

static bool bad_sid(struct check *c, yyjson_val *sid)
{
	struct str s = json_text(sid);
	if (!sid)
		return false;
	if (!s.p)
		return wrong(c, SYNTAX);
	for (size_t i = 0; i < c->sid_count; i++)
		if (s.n && str_eq(c->sids[i], s))
			return wrong(c, "Statement IDs (SID) in a single policy must be unique.");
	for (size_t i = 0; i < s.n && !c->is_resource_policy; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			    (s.p[i] >= '0' && s.p[i] <= '9')))
			return wrong(c,
				"Statement IDs (SID) must be alpha-numeric. Check that your input "
				"satisfies the regular "
				"expression [0-9A-Za-z]*");
	if (c->sid_count < COUNT_OF(c->sids))
		c->sids[c->sid_count++] = s;
	return false;
}

static bool bad_names(struct check *c, yyjson_val *object, const char *const *known, size_t count)
{
	size_t i, n;
	yyjson_val *key, *v;
	yyjson_obj_foreach(object, i, n, key, v)
	{
		bool found = false;
		for (size_t k = 0; k < count; k++)
			found |= str_is(json_text(key), known[k]);
		if (!found)
			return wrong(c, SYNTAX);
	}
	return false;
}

/* An element and its Not form: one of them, if it is required; each value as fn says. */
static bool bad_element(struct check *c, yyjson_val *statement, const char *name,
	const char *not_name, bool required, policy_value_fn *fn)
{
	yyjson_val *v = yyjson_obj_get(statement, name),
		   *not_v = yyjson_obj_get(statement, not_name);
	if (v && not_v)
		return wrong(c, SYNTAX);
	if (!v)
		v = not_v;
	if (!v && !required)
		return false;
	if (!v) {
		*c->why = arena_printf(c->arena, "Policy statement must contain %s.",
			str_is(str_c(name), "Action") ? "actions" : "resources");
		return true;
	}
	if (yyjson_is_arr(v) && yyjson_arr_size(v) == 0)
		return wrong(c, SYNTAX);
	return policy_any(v, fn, c);
}

static bool bad_statement(yyjson_val *statement, void *arg)
{
	static const char *const known[] = { "Sid", "Effect", "Principal", "NotPrincipal", "Action",
		"NotAction", "Resource", "NotResource", "Condition" };
	struct check *c = arg;
	if (!yyjson_is_obj(statement) || bad_names(c, statement, known, COUNT_OF(known)))
		return wrong(c, SYNTAX);
	yyjson_val *effect = yyjson_obj_get(statement, "Effect");
	if (!effect)
		return wrong(c, "Missing required field Effect");
	if (!str_is(json_text(effect), "Allow") && !str_is(json_text(effect), "Deny")) {
		*c->why =
			arena_printf(c->arena, "Invalid effect: %.*s", STR_ARG(json_text(effect)));
		return true;
	}
	yyjson_val *principal = yyjson_obj_get(statement, "Principal");
	if (!principal)
		principal = yyjson_obj_get(statement, "NotPrincipal");
	if (principal && !c->is_resource_policy)
		return wrong(c, "Policy document should not specify a principal.");
	if (!principal && c->is_resource_policy)
		return wrong(c, "Missing required field Principal");
	return bad_sid(c, yyjson_obj_get(statement, "Sid")) ||
	       (principal && bad_principal(c, principal)) ||
	       bad_element(c, statement, "Action", "NotAction", true, bad_action) ||
	       bad_element(c, statement, "Resource", "NotResource", !c->is_resource_policy,
		       bad_resource) ||
	       bad_conditions(c, yyjson_obj_get(statement, "Condition"));
}

static bool bad_document(struct check *c, yyjson_val *root)
{
	static const char *const known[] = { "Version", "Id", "Statement" };
	if (!yyjson_is_obj(root) || bad_names(c, root, known, COUNT_OF(known)))
		return wrong(c, SYNTAX);
	yyjson_val *version = yyjson_obj_get(root, "Version"),
		   *statements = yyjson_obj_get(root, "Statement");
	if (version && !str_is(json_text(version), "2012-10-17") &&
		!str_is(json_text(version), "2008-10-17"))
		return wrong(c,
			yyjson_is_str(version)
				? "The policy must contain a valid version string: 2012-10-17 or 2008-10-17"
				: SYNTAX);
	if (!statements || (yyjson_is_arr(statements) && yyjson_arr_size(statements) == 0))
		return wrong(c, SYNTAX);
	return policy_any(statements, bad_statement, c);
}

int policy_check(struct arena *arena, struct str document, bool is_resource_policy, struct str *why)
{
	struct str reason = { 0 };
	struct check c = {
		.arena = arena, .is_resource_policy = is_resource_policy, .why = &reason
	};
	yyjson_doc *doc = document.n && document.n <= POLICY_BYTES_MAX
				  ? yyjson_read(document.p, document.n, 0)
				  : NULL;
	bool bad = !doc ? wrong(&c, SYNTAX) : bad_document(&c, yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
	if (!bad)
		return 0;
	*why = arena_str(arena, reason);
	return -EINVAL;
}
