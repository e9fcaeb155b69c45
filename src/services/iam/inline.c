/* Inline policies: documents that are part of a user or a role. */
#include "base/encode.h"
#include "services/iam/internal.h"
#include "services/iam/limits.h"

static struct str inline_prefix(struct call *call, const struct entity *entity)
{
	return IAM_KEY(call, KEY_LITERAL("inline"), key_text(entity_word(entity->kind)),
		key_text(entity->lower));
}

static struct str inline_key(struct call *call, const struct entity *entity, struct str policy)
{
	return IAM_KEY(call, KEY_LITERAL("inline"), key_text(entity_word(entity->kind)),
		key_text(entity->lower), key_text(policy));
}

static int fail_missing(struct call *call, const struct entity *entity, struct str policy)
{
	return fail(call, &iam_no_such_entity_exception,
		"The %.*s policy with name %.*s cannot be found.",
		STR_ARG(entity_word(entity->kind)), STR_ARG(policy));
}

/* Bytes of all the entity's inline policies but that one. */
static size_t other_bytes(struct call *call, const struct entity *entity, struct str policy)
{
	struct txn_cursor c;
	size_t n = 0;
	struct str prefix = inline_prefix(call, entity), skipped = inline_key(call, entity, policy);
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c))
		n += str_eq(c.key, skipped) ? 0 : document_bytes(c.value);
	txn_cursor_close(&c);
	return n;
}

static int put(struct call *call, enum entity_kind kind, struct str name, struct str policy,
	struct str document)
{
	struct entity entity;
	size_t max = kind == ENTITY_USER ? IAM_USER_INLINE_BYTES_MAX : IAM_ROLE_INLINE_BYTES_MAX;
	if (entity_find(call, kind, name, &entity) < 0 || check_document(call, document, false) < 0)
		return -1;
	if (other_bytes(call, &entity, policy) + document_bytes(document) > max)
		return fail(call, &iam_limit_exceeded_exception,
			"Maximum policy size of %zu bytes exceeded for %.*s %.*s", max,
			STR_ARG(entity_word(kind)), STR_ARG(entity.name));
	txn_put(call->txn, inline_key(call, &entity, policy), document);
	return 0;
}

static int get(struct call *call, enum entity_kind kind, struct str name, struct str policy,
	struct str *shown_name, struct str *document)
{
	struct entity entity;
	if (entity_find(call, kind, name, &entity) < 0)
		return -1;
	if (!txn_get(call->txn, inline_key(call, &entity, policy), call->arena, document))
		return fail_missing(call, &entity, policy);
	*document = percent_encode(call->arena, *document, false);
	*shown_name = entity.name;
	return 0;
}

static int delete (struct call *call, enum entity_kind kind, struct str name, struct str policy)
{
	struct entity entity;
	if (entity_find(call, kind, name, &entity) < 0)
		return -1;
	if (!txn_exists(call->txn, inline_key(call, &entity, policy)))
		return fail_missing(call, &entity, policy);
	txn_delete(call->txn, inline_key(call, &entity, policy));
	return 0;
}

static int list(struct call *call, enum entity_kind kind, struct str name, struct str marker,
	struct opt_i64 max_items, struct iam_policy_name_list *names, struct opt_bool *is_truncated,
	struct str *next_marker)
{
	struct entity entity;
	struct page page;
	if (entity_find(call, kind, name, &entity) < 0 ||
		page_open(call, inline_prefix(call, &entity), marker, max_items, &page) < 0)
		return -1;
	LIST_EMPTY(call, names);
	while (page_next(&page))
		*LIST_ADD(call, names) = page_name(&page);
	page_close(&page, is_truncated, next_marker);
	return 0;
}

int iam_put_role_policy(struct call *call, const struct iam_put_role_policy_input *in,
	struct iam_put_role_policy_output *out)
{
	(void)out;
	return put(call, ENTITY_ROLE, in->role_name, in->policy_name, in->policy_document);
}

int iam_put_user_policy(struct call *call, const struct iam_put_user_policy_input *in,
	struct iam_put_user_policy_output *out)
{
	(void)out;
	return put(call, ENTITY_USER, in->user_name, in->policy_name, in->policy_document);
}

int iam_get_role_policy(struct call *call, const struct iam_get_role_policy_input *in,
	struct iam_get_role_policy_output *out)
{
	out->policy_name = in->policy_name;
	return get(call, ENTITY_ROLE, in->role_name, in->policy_name, &out->role_name,
		&out->policy_document);
}

int iam_get_user_policy(struct call *call, const struct iam_get_user_policy_input *in,
	struct iam_get_user_policy_output *out)
{
	out->policy_name = in->policy_name;
	return get(call, ENTITY_USER, in->user_name, in->policy_name, &out->user_name,
		&out->policy_document);
}

int iam_delete_role_policy(struct call *call, const struct iam_delete_role_policy_input *in,
	struct iam_delete_role_policy_output *out)
{
	(void)out;
	return delete (call, ENTITY_ROLE, in->role_name, in->policy_name);
}

int iam_delete_user_policy(struct call *call, const struct iam_delete_user_policy_input *in,
	struct iam_delete_user_policy_output *out)
{
	(void)out;
	return delete (call, ENTITY_USER, in->user_name, in->policy_name);
}

int iam_list_role_policies(struct call *call, const struct iam_list_role_policies_input *in,
	struct iam_list_role_policies_output *out)
{
	return list(call, ENTITY_ROLE, in->role_name, in->marker, in->max_items, &out->policy_names,
		&out->is_truncated, &out->marker);
}

int iam_list_user_policies(struct call *call, const struct iam_list_user_policies_input *in,
	struct iam_list_user_policies_output *out)
{
	return list(call, ENTITY_USER, in->user_name, in->marker, in->max_items, &out->policy_names,
		&out->is_truncated, &out->marker);
}
