/* The versions of managed policies, of which one is in force. */
#include "base/encode.h"
#include "services/iam/internal.h"
#include "services/iam/limits.h"

/* Newest first: the numbers are stored below zero. */
static struct str version_key(struct call *call, struct str policy_name, int64_t number)
{
	return IAM_KEY(call, KEY_LITERAL("version"), key_text(lower_case(call->arena, policy_name)),
		key_int(-number));
}

struct str versions_prefix(struct call *call, struct str policy_name)
{
	return IAM_KEY(
		call, KEY_LITERAL("version"), key_text(lower_case(call->arena, policy_name)));
}

void version_add(struct call *call, struct iam_policy_record *record, struct str document,
	struct iam_policy_version *out)
{
	record->last_version.v++;
	*out = (struct iam_policy_version){
		.document = document,
		.version_id = arena_printf(call->arena, "v%lld", (long long)record->last_version.v),
		.create_date = OPT_TIME(call->now_ms),
	};
	call_put_record(call,
		version_key(call, record->policy->policy_name, record->last_version.v),
		&iam_policy_version_shape, out);
}

static int version_find(struct call *call, const struct iam_policy *policy, struct str id,
	struct iam_policy_version *out)
{
	int64_t number;
	*out = (struct iam_policy_version){ 0 };
	if (str_to_i64(str_from(id, 1), &number) < 0 ||
		!call_get_record(call, version_key(call, policy->policy_name, number),
			&iam_policy_version_shape, out))
		return fail(call, &iam_no_such_entity_exception,
			"Policy %.*s version %.*s does not exist or is not attachable.",
			STR_ARG(policy->arn), STR_ARG(id));
	out->is_default_version = OPT_BOOL(str_eq(id, policy->default_version_id));
	return 0;
}

bool policy_document(struct call *call, struct str arn, struct str *out)
{
	const struct managed_policy *managed = managed_find(arn);
	struct iam_policy_record record;
	struct iam_policy_version version;
	struct call_error before = call->error;
	if (managed) {
		*out = str_c(managed->document);
		return true;
	}
	if (policy_find(call, arn, &record) < 0 ||
		version_find(call, record.policy, record.policy->default_version_id, &version) <
			0) {
		call->error = before;
		return false;
	}
	*out = version.document;
	return true;
}

/* As it is shown: the document percent-encoded. */
static struct iam_policy_version *shown(struct call *call, const struct iam_policy_version *version)
{
	struct iam_policy_version *out = ARENA_NEW(call->arena, struct iam_policy_version);
	*out = *version;
	out->document = percent_encode(call->arena, version->document, false);
	return out;
}

/* AWS's own have one version, the first. */
static int managed_version(struct call *call, const struct managed_policy *managed, struct str id,
	struct iam_policy_version *out)
{
	struct iam_policy policy;
	managed_describe(call, managed, &policy);
	if (!str_eq(id, policy.default_version_id))
		return fail(call, &iam_no_such_entity_exception,
			"Policy %.*s version %.*s does not exist or is not attachable.",
			STR_ARG(policy.arn), STR_ARG(id));
	*out = (struct iam_policy_version){ str_c(managed->document), id, OPT_BOOL(true),
		policy.create_date };
	return 0;
}

int iam_create_policy_version(struct call *call, const struct iam_create_policy_version_input *in,
	struct iam_create_policy_version_output *out)
{
	struct iam_policy_record record;
	struct iam_policy_version version;
	if (policy_find_to_change(call, in->policy_arn, &record) < 0 ||
		policy_check_document(call, in->policy_document) < 0)
		return -1;
	struct str prefix = versions_prefix(call, record.policy->policy_name);
	if (count_keys(call, prefix, IAM_VERSIONS_MAX) == IAM_VERSIONS_MAX)
		return fail(call, &iam_limit_exceeded_exception,
			"A managed policy can have up to %d versions. Before you "
			"create a new version, you must delete an existing version.",
			IAM_VERSIONS_MAX);
	version_add(call, &record, in->policy_document, &version);
	bool is_default = in->set_as_default.set && in->set_as_default.v;
	if (is_default)
		record.policy->default_version_id = version.version_id;
	record.policy->update_date = OPT_TIME(call->now_ms);
	policy_put(call, &record);
	version.is_default_version = OPT_BOOL(is_default);
	version.document = (struct str){ 0 };
	out->policy_version = ARENA_NEW(call->arena, struct iam_policy_version);
	*out->policy_version = version;
	return 0;
}

int iam_get_policy_version(struct call *call, const struct iam_get_policy_version_input *in,
	struct iam_get_policy_version_output *out)
{
	const struct managed_policy *managed = managed_find(in->policy_arn);
	struct iam_policy_record record;
	struct iam_policy_version version;
	int r = managed ? managed_version(call, managed, in->version_id, &version)
			: policy_find(call, in->policy_arn, &record);
	if (r == 0 && !managed)
		r = version_find(call, record.policy, in->version_id, &version);
	if (r == 0)
		out->policy_version = shown(call, &version);
	return r;
}

int iam_delete_policy_version(struct call *call, const struct iam_delete_policy_version_input *in,
	struct iam_delete_policy_version_output *out)
{
	struct iam_policy_record record;
	struct iam_policy_version version;
	int64_t number = 0;
	(void)out;
	if (policy_find_to_change(call, in->policy_arn, &record) < 0 ||
		version_find(call, record.policy, in->version_id, &version) < 0)
		return -1;
	if (version.is_default_version.v)
		return fail(call, &iam_delete_conflict_exception,
			"Cannot delete the default version of a policy.");
	int r = str_to_i64(str_from(in->version_id, 1), &number);
	assert(r == 0); /* version_find has read it */
	txn_delete(call->txn, version_key(call, record.policy->policy_name, number));
	return 0;
}

int iam_list_policy_versions(struct call *call, const struct iam_list_policy_versions_input *in,
	struct iam_list_policy_versions_output *out)
{
	const struct managed_policy *managed = managed_find(in->policy_arn);
	struct iam_policy_record record;
	struct page page;
	LIST_EMPTY(call, &out->versions);
	out->is_truncated = OPT_BOOL(false);
	if (managed) {
		struct iam_policy_version *only = LIST_ADD(call, &out->versions);
		int r = managed_version(call, managed, STR("v1"), only);
		only->document = (struct str){ 0 };
		return r;
	}
	if (policy_find(call, in->policy_arn, &record) < 0 ||
		page_open(call, versions_prefix(call, record.policy->policy_name), in->marker,
			in->max_items, &page) < 0)
		return -1;
	while (page_next(&page)) {
		struct iam_policy_version version = { 0 };
		if (record_decode(call->arena, &iam_policy_version_shape, page.cursor.value,
			    &version) < 0)
			continue;
		version.is_default_version =
			OPT_BOOL(str_eq(version.version_id, record.policy->default_version_id));
		version.document = (struct str){ 0 };
		*LIST_ADD(call, &out->versions) = version;
	}
	page_close(&page, &out->is_truncated, &out->marker);
	return 0;
}

int iam_set_default_policy_version(struct call *call,
	const struct iam_set_default_policy_version_input *in,
	struct iam_set_default_policy_version_output *out)
{
	struct iam_policy_record record;
	struct iam_policy_version version;
	(void)out;
	if (policy_find_to_change(call, in->policy_arn, &record) < 0 ||
		version_find(call, record.policy, in->version_id, &version) < 0)
		return -1;
	record.policy->default_version_id = version.version_id;
	record.policy->update_date = OPT_TIME(call->now_ms);
	policy_put(call, &record);
	return 0;
}
