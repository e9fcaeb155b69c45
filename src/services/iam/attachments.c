/* Which managed policies are attached to which users and roles. */
#include "services/iam/internal.h"
#include "services/iam/limits.h"

static struct str attached_prefix(struct call *call, const struct entity *entity)
{
	return IAM_KEY(call, KEY_LITERAL("attached"), key_text(entity_word(entity->kind)),
		key_text(entity->lower));
}

static struct str attached_key(struct call *call, const struct entity *entity, struct str arn)
{
	return IAM_KEY(call, KEY_LITERAL("attached"), key_text(entity_word(entity->kind)),
		key_text(entity->lower), key_text(arn));
}

static struct str attachment_key(struct call *call, const struct entity *entity, struct str arn)
{
	return IAM_KEY(call, KEY_LITERAL("attachment"), key_text(arn),
		key_text(entity_word(entity->kind)), key_text(entity->lower));
}

static int attach(struct call *call, enum entity_kind kind, struct str name, struct str arn)
{
	struct entity entity;
	struct str document;
	if (entity_find(call, kind, name, &entity) < 0)
		return -1;
	if (!policy_document(call, arn, &document))
		return fail(call, &iam_no_such_entity_exception,
			"Policy %.*s does not exist or is not attachable.", STR_ARG(arn));
	if (txn_exists(call->txn, attached_key(call, &entity, arn)))
		return 0;
	if (count_keys(call, attached_prefix(call, &entity), IAM_ATTACHED_MAX) == IAM_ATTACHED_MAX)
		return fail(call, &iam_limit_exceeded_exception,
			"Cannot exceed quota for PoliciesPer%s: %d",
			kind == ENTITY_USER ? "User" : "Role", IAM_ATTACHED_MAX);
	txn_put(call->txn, attached_key(call, &entity, arn), STR(""));
	txn_put(call->txn, attachment_key(call, &entity, arn), STR(""));
	return 0;
}

static int detach(struct call *call, enum entity_kind kind, struct str name, struct str arn)
{
	struct entity entity;
	if (entity_find(call, kind, name, &entity) < 0)
		return -1;
	if (!txn_exists(call->txn, attached_key(call, &entity, arn)))
		return fail(call, &iam_no_such_entity_exception, "Policy %.*s was not found.",
			STR_ARG(arn));
	txn_delete(call->txn, attached_key(call, &entity, arn));
	txn_delete(call->txn, attachment_key(call, &entity, arn));
	return 0;
}

/* The path in "arn:aws:iam::000000000000:policy/a/b/name": "/a/b/". */
static struct str path_of(struct str arn)
{
	ssize_t first = str_index(arn, '/'), last = str_rindex(arn, '/');
	return first < 0 ? STR("/") : str_sub(arn, (size_t)first, (size_t)(last - first) + 1);
}

static int list(struct call *call, enum entity_kind kind, struct str name, struct str path_prefix,
	struct str marker, struct opt_i64 max_items, struct iam_attached_policy_list *policies,
	struct opt_bool *is_truncated, struct str *next_marker)
{
	struct entity entity;
	struct page page;
	if (entity_find(call, kind, name, &entity) < 0 ||
		page_open(call, attached_prefix(call, &entity), marker, max_items, &page) < 0)
		return -1;
	LIST_EMPTY(call, policies);
	while (page_next(&page)) {
		struct str arn = page_name(&page);
		if (path_prefix.p && !str_starts(path_of(arn), path_prefix)) {
			page_skip(&page);
			continue;
		}
		*LIST_ADD(call, policies) = (struct iam_attached_policy){
			str_from(arn, (size_t)(str_rindex(arn, '/') + 1)), arn
		};
	}
	page_close(&page, is_truncated, next_marker);
	return 0;
}

int iam_attach_role_policy(struct call *call, const struct iam_attach_role_policy_input *in,
	struct iam_attach_role_policy_output *out)
{
	(void)out;
	return attach(call, ENTITY_ROLE, in->role_name, in->policy_arn);
}

int iam_attach_user_policy(struct call *call, const struct iam_attach_user_policy_input *in,
	struct iam_attach_user_policy_output *out)
{
	(void)out;
	return attach(call, ENTITY_USER, in->user_name, in->policy_arn);
}

int iam_detach_role_policy(struct call *call, const struct iam_detach_role_policy_input *in,
	struct iam_detach_role_policy_output *out)
{
	(void)out;
	return detach(call, ENTITY_ROLE, in->role_name, in->policy_arn);
}

int iam_detach_user_policy(struct call *call, const struct iam_detach_user_policy_input *in,
	struct iam_detach_user_policy_output *out)
{
	(void)out;
	return detach(call, ENTITY_USER, in->user_name, in->policy_arn);
}

int iam_list_attached_role_policies(struct call *call,
	const struct iam_list_attached_role_policies_input *in,
	struct iam_list_attached_role_policies_output *out)
{
	return list(call, ENTITY_ROLE, in->role_name, in->path_prefix, in->marker, in->max_items,
		&out->attached_policies, &out->is_truncated, &out->marker);
}

int iam_list_attached_user_policies(struct call *call,
	const struct iam_list_attached_user_policies_input *in,
	struct iam_list_attached_user_policies_output *out)
{
	return list(call, ENTITY_USER, in->user_name, in->path_prefix, in->marker, in->max_items,
		&out->attached_policies, &out->is_truncated, &out->marker);
}

/* The user or role of the key; false when the filters leave it out. */
static bool entity_of_key(struct call *call, const struct iam_list_entities_for_policy_input *in,
	struct str key, struct entity *out)
{
	struct key_part parts[6];
	struct call_error before = call->error;
	if (key_decode(call->arena, key, parts, COUNT_OF(parts)) != COUNT_OF(parts))
		return false;
	enum entity_kind kind = str_is(parts[4].text, "user") ? ENTITY_USER : ENTITY_ROLE;
	if (str_is(in->entity_filter, kind == ENTITY_USER ? "Role" : "User") ||
		str_is(in->entity_filter, "Group"))
		return false;
	if (entity_find(call, kind, parts[5].text, out) < 0) {
		call->error = before;
		return false;
	}
	return !in->path_prefix.p || str_starts(out->path, in->path_prefix);
}

int iam_list_entities_for_policy(struct call *call,
	const struct iam_list_entities_for_policy_input *in,
	struct iam_list_entities_for_policy_output *out)
{
	struct iam_policy_record record;
	struct page page;
	if (!managed_find(in->policy_arn) && policy_find(call, in->policy_arn, &record) < 0)
		return -1;
	struct str prefix = IAM_KEY(call, KEY_LITERAL("attachment"), key_text(in->policy_arn));
	if (page_open(call, prefix, in->marker, in->max_items, &page) < 0)
		return -1;
	LIST_EMPTY(call, &out->policy_groups);
	LIST_EMPTY(call, &out->policy_users);
	LIST_EMPTY(call, &out->policy_roles);
	while (page_next(&page)) {
		struct entity entity;
		if (!entity_of_key(call, in, page.cursor.key, &entity))
			page_skip(&page);
		else if (entity.kind == ENTITY_USER)
			*LIST_ADD(call, &out->policy_users) =
				(struct iam_policy_user){ entity.name, entity.id };
		else
			*LIST_ADD(call, &out->policy_roles) =
				(struct iam_policy_role){ entity.name, entity.id };
	}
	page_close(&page, &out->is_truncated, &out->marker);
	return 0;
}

static void add_document(struct call *call, struct policies *out, struct str document)
{
	if (out->n < IAM_POLICIES_PER_PRINCIPAL_MAX) {
		out->documents =
			list_grow(call->arena, out->documents, out->n, sizeof *out->documents);
		out->documents[out->n++] = document;
	}
}

void entity_documents(
	struct call *call, enum entity_kind kind, struct str name, struct policies *out)
{
	struct txn_cursor c;
	struct str lower = lower_case(call->arena, name), document;
	struct key_part word = key_text(entity_word(kind));
	struct str prefix = IAM_KEY(call, KEY_LITERAL("inline"), word, key_text(lower));
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c))
		add_document(call, out, arena_str(call->arena, c.value));
	txn_cursor_close(&c);
	prefix = IAM_KEY(call, KEY_LITERAL("attached"), word, key_text(lower));
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part parts[6];
		if (key_decode(call->arena, c.key, parts, COUNT_OF(parts)) == COUNT_OF(parts) &&
			policy_document(call, parts[5].text, &document))
			add_document(call, out, document);
	}
	txn_cursor_close(&c);
}
