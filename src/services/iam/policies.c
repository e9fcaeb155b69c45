/* Managed policies of the account. */
#include "services/iam/internal.h"
#include "services/iam/limits.h"

static struct str policy_key(struct call *call, struct str name)
{
	return IAM_KEY(call, KEY_LITERAL("policy"), key_text(lower_case(call->arena, name)));
}

static int fail_missing(struct call *call, struct str arn)
{
	return fail(
		call, &iam_no_such_entity_exception, "Policy %.*s was not found.", STR_ARG(arn));
}

int policy_find(struct call *call, struct str arn, struct iam_policy_record *out)
{
	ssize_t slash = str_rindex(arn, '/');
	*out = (struct iam_policy_record){ 0 };
	if (slash < 0)
		return fail(
			call, &iam_invalid_input_exception, "ARN %.*s is not valid.", STR_ARG(arn));
	if (!call_get_record(call, policy_key(call, str_from(arn, (size_t)slash + 1)),
		    &iam_policy_record_shape, out) ||
		!str_eq(out->policy->arn, arn))
		return fail_missing(call, arn);
	return 0;
}

int policy_find_to_change(struct call *call, struct str arn, struct iam_policy_record *out)
{
	if (str_starts(arn, STR("arn:aws:iam::aws:")))
		return fail(call, &aws_access_denied,
			"User: %.*s is not authorized to change policy %.*s of AWS",
			STR_ARG(call->identity.principal_arn), STR_ARG(arn));
	return policy_find(call, arn, out);
}

void policy_put(struct call *call, const struct iam_policy_record *record)
{
	call_put_record(call, policy_key(call, record->policy->policy_name),
		&iam_policy_record_shape, record);
}

static size_t attachments(struct call *call, struct str arn, size_t max)
{
	return count_keys(call, IAM_KEY(call, KEY_LITERAL("attachment"), key_text(arn)), max);
}

static void set_counts(struct call *call, struct iam_policy *policy)
{
	policy->attachment_count = OPT_I64((int64_t)attachments(call, policy->arn, SIZE_MAX));
	policy->permissions_boundary_usage_count = OPT_I64(0);
	policy->is_attachable = OPT_BOOL(true);
}

int policy_check_document(struct call *call, struct str document)
{
	if (check_document(call, document, false) < 0)
		return -1;
	if (document_bytes(document) > IAM_MANAGED_POLICY_BYTES_MAX)
		return fail(call, &iam_limit_exceeded_exception,
			"Cannot exceed quota for PolicySize: %d", IAM_MANAGED_POLICY_BYTES_MAX);
	return 0;
}

int iam_create_policy(struct call *call, const struct iam_create_policy_input *in,
	struct iam_create_policy_output *out)
{
	struct iam_policy_version version;
	struct iam_policy_record record = { ARENA_NEW(call->arena, struct iam_policy), OPT_I64(0) };
	if (policy_check_document(call, in->policy_document) < 0)
		return -1;
	struct str path = in->path.p ? in->path : STR("/");
	struct str arn = make_arn(call, "policy", path, in->policy_name);
	if (txn_exists(call->txn, policy_key(call, in->policy_name)))
		return fail(call, &iam_entity_already_exists_exception,
			"A policy called %.*s already exists. Duplicate names are not allowed.",
			STR_ARG(in->policy_name));
	if (count_keys(call, IAM_KEY(call, KEY_LITERAL("policy")), IAM_POLICIES_MAX) ==
		IAM_POLICIES_MAX)
		return fail(call, &iam_limit_exceeded_exception,
			"Cannot exceed quota for PoliciesPerAccount: %d", IAM_POLICIES_MAX);
	*record.policy = (struct iam_policy){
		.policy_name = in->policy_name,
		.policy_id = make_id(call, "ANPA"),
		.arn = arn,
		.path = path,
		.description = in->description,
		.create_date = OPT_TIME(call->now_ms),
		.update_date = OPT_TIME(call->now_ms),
	};
	if (in->tags.n && tags_add(call, &record.policy->tags, &in->tags) < 0)
		return -1;
	version_add(call, &record, in->policy_document, &version);
	record.policy->default_version_id = version.version_id;
	policy_put(call, &record);
	set_counts(call, record.policy);
	out->policy = record.policy;
	return 0;
}

int iam_get_policy(
	struct call *call, const struct iam_get_policy_input *in, struct iam_get_policy_output *out)
{
	const struct managed_policy *managed = managed_find(in->policy_arn);
	struct iam_policy_record record;
	if (managed) {
		out->policy = ARENA_NEW(call->arena, struct iam_policy);
		managed_describe(call, managed, out->policy);
	} else {
		if (policy_find(call, in->policy_arn, &record) < 0)
			return -1;
		out->policy = record.policy;
	}
	set_counts(call, out->policy);
	return 0;
}

int iam_delete_policy(struct call *call, const struct iam_delete_policy_input *in,
	struct iam_delete_policy_output *out)
{
	struct iam_policy_record record;
	(void)out;
	if (policy_find_to_change(call, in->policy_arn, &record) < 0)
		return -1;
	struct str versions = versions_prefix(call, record.policy->policy_name);
	if (attachments(call, in->policy_arn, 1))
		return fail(call, &iam_delete_conflict_exception,
			"Cannot delete a policy attached to entities.");
	if (count_keys(call, versions, 2) > 1)
		return fail(call, &iam_delete_conflict_exception,
			"This policy has more than one version. Before you delete a "
			"policy, you must delete the policy's versions. The default version is deleted with the "
			"policy.");
	txn_delete_range(call->txn, versions, key_range_end(call->arena, versions));
	txn_delete(call->txn, policy_key(call, record.policy->policy_name));
	return 0;
}

/* Whether ListPolicies is to show it. */
static bool is_listed(const struct iam_list_policies_input *in, const struct iam_policy *policy)
{
	if (in->path_prefix.p && !str_starts(policy->path, in->path_prefix))
		return false;
	if (str_is(in->policy_usage_filter, "PermissionsBoundary"))
		return policy->permissions_boundary_usage_count.v > 0;
	return !(in->only_attached.set && in->only_attached.v) || policy->attachment_count.v > 0;
}

/* AWS's own come first; their marker is a number. Answers whether the page is full. */
static bool list_managed(struct call *call, const struct iam_list_policies_input *in, uint64_t from,
	size_t max, struct iam_list_policies_output *out)
{
	for (uint64_t i = from; managed_policies[i].name; i++) {
		struct iam_policy policy;
		managed_describe(call, &managed_policies[i], &policy);
		set_counts(call, &policy);
		if (!is_listed(in, &policy))
			continue;
		if (out->policies.n == max) {
			out->marker = arena_printf(call->arena, "aws:%llu", (unsigned long long)i);
			out->is_truncated = OPT_BOOL(true);
			return true;
		}
		*LIST_ADD(call, &out->policies) = policy;
	}
	return false;
}

int iam_list_policies(struct call *call, const struct iam_list_policies_input *in,
	struct iam_list_policies_output *out)
{
	struct page page;
	size_t max = in->max_items.set ? (size_t)in->max_items.v : IAM_PAGE_DEFAULT;
	bool from_managed = str_starts(in->marker, STR("aws:"));
	uint64_t from = 0, count = 0;
	while (managed_policies[count].name)
		count++;
	if (from_managed && (str_to_u64(str_from(in->marker, 4), &from) < 0 || from > count))
		return fail(call, &aws_validation_exception, "Invalid Marker.");
	LIST_EMPTY(call, &out->policies);
	out->is_truncated = OPT_BOOL(false);
	if (!str_is(in->scope, "Local") && (from_managed || !in->marker.p) &&
		list_managed(call, in, from, max, out))
		return 0;
	if (str_is(in->scope, "AWS"))
		return 0;
	struct str prefix = IAM_KEY(call, KEY_LITERAL("policy"));
	if (page_open(call, prefix, from_managed ? (struct str){ 0 } : in->marker, in->max_items,
		    &page) < 0)
		return -1;
	page.count = out->policies.n;
	while (page_next(&page)) {
		struct iam_policy_record record = { 0 };
		if (record_decode(call->arena, &iam_policy_record_shape, page.cursor.value,
			    &record) < 0) {
			page_skip(&page);
			continue;
		}
		set_counts(call, record.policy);
		record.policy->tags = (struct iam_tag_list){ 0 };
		if (is_listed(in, record.policy))
			*LIST_ADD(call, &out->policies) = *record.policy;
		else
			page_skip(&page);
	}
	page_close(&page, &out->is_truncated, &out->marker);
	return 0;
}

int iam_resolve_policy(struct call *call, const struct iam_resolve_policy_input *in,
	struct iam_resolve_policy_output *out)
{
	return policy_document(call, in->policy_arn, &out->policy_document)
		       ? 0
		       : fail_missing(call, in->policy_arn);
}

int iam_tag_policy(
	struct call *call, const struct iam_tag_policy_input *in, struct iam_tag_policy_output *out)
{
	struct iam_policy_record record;
	(void)out;
	if (policy_find_to_change(call, in->policy_arn, &record) < 0 ||
		tags_add(call, &record.policy->tags, &in->tags) < 0)
		return -1;
	policy_put(call, &record);
	return 0;
}

int iam_untag_policy(struct call *call, const struct iam_untag_policy_input *in,
	struct iam_untag_policy_output *out)
{
	struct iam_policy_record record;
	(void)out;
	if (policy_find_to_change(call, in->policy_arn, &record) < 0)
		return -1;
	tags_remove(&record.policy->tags, &in->tag_keys);
	policy_put(call, &record);
	return 0;
}

int iam_list_policy_tags(struct call *call, const struct iam_list_policy_tags_input *in,
	struct iam_list_policy_tags_output *out)
{
	struct iam_policy_record record = { ARENA_NEW(call->arena, struct iam_policy), OPT_I64(0) };
	if (!managed_find(in->policy_arn) && policy_find(call, in->policy_arn, &record) < 0)
		return -1;
	return tags_page(call, &record.policy->tags, in->marker, in->max_items, &out->tags,
		&out->is_truncated, &out->marker);
}
