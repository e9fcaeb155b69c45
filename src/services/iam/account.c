/* The account as a whole: what its principals may do, and how much of everything there is. */
#include "services/iam/internal.h"
#include "services/iam/limits.h"

/* ---- simulation ---- */

/* The user or role of the ARN. */
static int principal_find(struct call *call, struct str arn, struct entity *out)
{
	ssize_t user = str_find(arn, STR(":user/")), role = str_find(arn, STR(":role/"));
	if (user < 0 && role < 0)
		return fail(call, &iam_invalid_input_exception,
			"Invalid Entity Arn: %.*s does not clearly define entity type "
			"and name.",
			STR_ARG(arn));
	enum entity_kind kind = user >= 0 ? ENTITY_USER : ENTITY_ROLE;
	return entity_find(call, kind, str_from(arn, (size_t)str_rindex(arn, '/') + 1), out);
}

static void fill_context(struct call *call, const struct iam_context_entry_list *entries,
	struct policy_request *request)
{
	struct policy_context_key *keys = NULL;
	size_t n = 0;
	for (size_t i = 0; i < entries->n; i++) {
		const struct iam_context_entry *e = &entries->v[i];
		for (size_t k = 0; k < e->context_key_values.n; k++) {
			keys = list_grow(call->arena, keys, n, sizeof *keys);
			keys[n++] = (struct policy_context_key){ e->context_key_name,
				e->context_key_values.v[k] };
		}
	}
	request->context = keys;
	request->context_count = n;
}

static struct str decide(
	struct call *call, const struct policies *policies, const struct policy_request *request)
{
	enum policy_effect effect = policies_evaluate(call->arena, policies, request);
	return effect == POLICY_ALLOW  ? STR("allowed")
	       : effect == POLICY_DENY ? STR("explicitDeny")
				       : STR("implicitDeny");
}

int iam_simulate_principal_policy(struct call *call,
	const struct iam_simulate_principal_policy_input *in,
	struct iam_simulate_principal_policy_output *out)
{
	struct entity entity;
	struct policies policies = { 0 };
	struct str any = STR("*"), why;
	struct iam_resource_name_list resources = in->resource_arns;
	if (principal_find(call, in->policy_source_arn, &entity) < 0)
		return -1;
	entity_documents(call, entity.kind, entity.name, &policies);
	if (entity.boundary.p && !policy_document(call, entity.boundary, &policies.boundary))
		policies.boundary = STR("{}");
	for (size_t i = 0; i < in->policy_input_list.n; i++) {
		struct str document = in->policy_input_list.v[i];
		if (policy_check(call->arena, document, false, &why) < 0)
			return fail(call, &iam_invalid_input_exception, "%.*s", STR_ARG(why));
		policies.documents =
			list_grow(call->arena, policies.documents, policies.n, sizeof document);
		policies.documents[policies.n++] = document;
	}
	if (!resources.n)
		resources = (struct iam_resource_name_list){ &any, 1 };
	if (in->action_names.n * resources.n > IAM_SIMULATIONS_MAX)
		return fail(call, &iam_invalid_input_exception, "More than %d results.",
			IAM_SIMULATIONS_MAX);
	struct policy_request request = { .principal_arn = entity.arn,
		.principal_account = call->identity.account };
	fill_context(call, &in->context_entries, &request);
	LIST_EMPTY(call, &out->evaluation_results);
	for (size_t i = 0; i < in->action_names.n * resources.n; i++) {
		request.action = in->action_names.v[i / resources.n];
		request.resource = resources.v[i % resources.n];
		struct iam_evaluation_result *result = LIST_ADD(call, &out->evaluation_results);
		result->eval_action_name = request.action;
		result->eval_resource_name = request.resource;
		result->eval_decision = decide(call, &policies, &request);
		LIST_EMPTY(call, &result->matched_statements);
		LIST_EMPTY(call, &result->missing_context_values);
	}
	out->is_truncated = OPT_BOOL(false);
	return 0;
}

/* ---- the summary ---- */

static void summary_add(
	struct call *call, struct iam_summary_map *map, const char *name, int64_t value)
{
	*LIST_ADD(call, map) = (struct iam_summary_map_entry){ str_c(name), OPT_I64(value) };
}

int iam_get_account_summary(struct call *call, const struct iam_get_account_summary_input *in,
	struct iam_get_account_summary_output *out)
{
	struct iam_summary_map *map = &out->summary_map;
	static const struct {
		const char *name, *kind; /* the kind of key to be counted, or NULL for the value */
		int64_t value;
	} rows[] = {
		{ "Users", "user", 0 },
		{ "UsersQuota", NULL, IAM_USERS_MAX },
		{ "Groups", NULL, 0 },
		{ "GroupsQuota", NULL, 0 },
		{ "Roles", "role", 0 },
		{ "RolesQuota", NULL, IAM_ROLES_MAX },
		{ "Policies", "policy", 0 },
		{ "PoliciesQuota", NULL, IAM_POLICIES_MAX },
		{ "PolicyVersionsInUse", "version", 0 },
		{ "PolicySizeQuota", NULL, IAM_MANAGED_POLICY_BYTES_MAX },
		{ "VersionsPerPolicyQuota", NULL, IAM_VERSIONS_MAX },
		{ "AssumeRolePolicySizeQuota", NULL, IAM_TRUST_POLICY_BYTES_MAX },
		{ "UserPolicySizeQuota", NULL, IAM_USER_INLINE_BYTES_MAX },
		{ "RolePolicySizeQuota", NULL, IAM_ROLE_INLINE_BYTES_MAX },
		{ "AccessKeysPerUserQuota", NULL, IAM_ACCESS_KEYS_PER_USER_MAX },
		{ "AttachedPoliciesPerUserQuota", NULL, IAM_ATTACHED_MAX },
		{ "AttachedPoliciesPerRoleQuota", NULL, IAM_ATTACHED_MAX },
		{ "AccountAccessKeysPresent", NULL, 1 },
		{ "AccountMFAEnabled", NULL, 0 },
		{ "MFADevices", NULL, 0 },
		{ "MFADevicesInUse", NULL, 0 },
		{ "InstanceProfiles", NULL, 0 },
		{ "ServerCertificates", NULL, 0 },
		{ "Providers", NULL, 0 },
	};
	(void)in;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t value = rows[i].value;
		if (rows[i].kind)
			value = (int64_t)count_keys(
				call, IAM_KEY(call, key_text(str_c(rows[i].kind))), SIZE_MAX);
		summary_add(call, map, rows[i].name, value);
	}
	return 0;
}
