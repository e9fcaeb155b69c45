/* Roles: who may take them and for how long. */
#include "base/encode.h"
#include "services/iam/internal.h"
#include "services/iam/limits.h"
#include <yyjson.h>

enum { SESSION_SECONDS_DEFAULT = 3600 };

static struct str role_key(struct call *call, struct str name)
{
	return IAM_KEY(call, KEY_LITERAL("role"), key_text(lower_case(call->arena, name)));
}

int role_find(struct call *call, struct str name, struct iam_role *out)
{
	*out = (struct iam_role){ 0 };
	if (!call_get_record(call, role_key(call, name), &iam_role_shape, out))
		return fail(call, &iam_no_such_entity_exception,
			"The role with name %.*s cannot be found.", STR_ARG(name));
	return 0;
}

static void role_put(struct call *call, const struct iam_role *role)
{
	call_put_record(call, role_key(call, role->role_name), &iam_role_shape, role);
}

/* As it is shown: documents are percent-encoded (IAM API Reference, "Role"). */
static struct iam_role *role_shown(struct call *call, const struct iam_role *role)
{
	struct iam_role *shown = ARENA_NEW(call->arena, struct iam_role);
	*shown = *role;
	shown->assume_role_policy_document =
		percent_encode(call->arena, role->assume_role_policy_document, false);
	return shown;
}

static bool is_sts_action(yyjson_val *action)
{
	struct str s = str_c(yyjson_get_str(action));
	return str_starts_ci(s, STR("sts:")) || str_is(s, "*");
}

/* What is wrong with one statement of a trust policy, which is the role's own: it names no
 * resource. */
static const char *trust_statement_error(yyjson_val *statement)
{
	yyjson_val *actions = yyjson_obj_get(statement, "Action"), *action;
	size_t i, n;
	if (yyjson_obj_get(statement, "Resource") || yyjson_obj_get(statement, "NotResource"))
		return "Has prohibited field Resource";
	bool ok = yyjson_is_arr(actions) || is_sts_action(actions);
	yyjson_arr_foreach(actions, i, n, action) ok &= is_sts_action(action);
	return ok ? NULL : "AssumeRole policy may only specify STS AssumeRole actions.";
}

static const char *trust_policy_error(struct str document)
{
	const char *error = NULL;
	size_t i, n;
	yyjson_doc *doc = yyjson_read(document.p, document.n, 0);
	yyjson_val *statements = yyjson_obj_get(yyjson_doc_get_root(doc), "Statement"), *statement;
	if (yyjson_is_obj(statements))
		error = trust_statement_error(statements);
	yyjson_arr_foreach(statements, i, n, statement) error =
		error ? error : trust_statement_error(statement);
	yyjson_doc_free(doc);
	return error;
}

static int check_trust_policy(struct call *call, struct str document)
{
	if (check_document(call, document, true) < 0)
		return -1;
	const char *error = trust_policy_error(document);
	if (error)
		return fail(call, &iam_malformed_policy_document_exception, "%s", error);
	if (document_bytes(document) > IAM_TRUST_POLICY_BYTES_MAX)
		return fail(call, &iam_limit_exceeded_exception,
			"Cannot exceed quota for ACLSizePerRole: %d", IAM_TRUST_POLICY_BYTES_MAX);
	return 0;
}

int iam_create_role(struct call *call, const struct iam_create_role_input *in,
	struct iam_create_role_output *out)
{
	if (check_trust_policy(call, in->assume_role_policy_document) < 0)
		return -1;
	if (txn_exists(call->txn, role_key(call, in->role_name)))
		return fail(call, &iam_entity_already_exists_exception,
			"Role with name %.*s already exists.", STR_ARG(in->role_name));
	if (count_keys(call, IAM_KEY(call, KEY_LITERAL("role")), IAM_ROLES_MAX) == IAM_ROLES_MAX)
		return fail(call, &iam_limit_exceeded_exception,
			"Cannot exceed quota for RolesPerAccount: %d", IAM_ROLES_MAX);
	struct iam_role role = {
		.path = in->path.p ? in->path : STR("/"),
		.role_name = in->role_name,
		.role_id = make_id(call, "AROA"),
		.create_date = OPT_TIME(call->now_ms),
		.assume_role_policy_document = in->assume_role_policy_document,
		.description = in->description,
		.max_session_duration = in->max_session_duration.set
						? in->max_session_duration
						: OPT_I64(SESSION_SECONDS_DEFAULT),
	};
	role.arn = make_arn(call, "role", role.path, role.role_name);
	if (in->tags.n && tags_add(call, &role.tags, &in->tags) < 0)
		return -1;
	if (boundary_make(call, in->permissions_boundary, &role.permissions_boundary) < 0)
		return -1;
	role_put(call, &role);
	out->role = role_shown(call, &role);
	return 0;
}

int iam_get_role(
	struct call *call, const struct iam_get_role_input *in, struct iam_get_role_output *out)
{
	struct iam_role role;
	if (role_find(call, in->role_name, &role) < 0)
		return -1;
	out->role = role_shown(call, &role);
	return 0;
}

int iam_update_role(struct call *call, const struct iam_update_role_input *in,
	struct iam_update_role_output *out)
{
	struct iam_role role;
	(void)out;
	if (role_find(call, in->role_name, &role) < 0)
		return -1;
	if (in->description.p)
		role.description = in->description;
	/* Left out, the longest session is what it was when nobody had said (IAM API Reference,
	 * UpdateRole). */
	role.max_session_duration = in->max_session_duration.set ? in->max_session_duration
								 : OPT_I64(SESSION_SECONDS_DEFAULT);
	role_put(call, &role);
	return 0;
}

int iam_update_role_description(struct call *call,
	const struct iam_update_role_description_input *in,
	struct iam_update_role_description_output *out)
{
	struct iam_role role;
	if (role_find(call, in->role_name, &role) < 0)
		return -1;
	role.description = in->description;
	role_put(call, &role);
	out->role = role_shown(call, &role);
	return 0;
}

int iam_update_assume_role_policy(struct call *call,
	const struct iam_update_assume_role_policy_input *in,
	struct iam_update_assume_role_policy_output *out)
{
	struct iam_role role;
	(void)out;
	if (role_find(call, in->role_name, &role) < 0 ||
		check_trust_policy(call, in->policy_document) < 0)
		return -1;
	role.assume_role_policy_document = in->policy_document;
	role_put(call, &role);
	return 0;
}

int iam_delete_role(struct call *call, const struct iam_delete_role_input *in,
	struct iam_delete_role_output *out)
{
	struct entity role;
	(void)out;
	if (entity_find(call, ENTITY_ROLE, in->role_name, &role) < 0 ||
		entity_check_bare(call, &role) < 0)
		return -1;
	txn_delete(call->txn, role_key(call, in->role_name));
	return 0;
}

int iam_put_role_permissions_boundary(struct call *call,
	const struct iam_put_role_permissions_boundary_input *in,
	struct iam_put_role_permissions_boundary_output *out)
{
	struct iam_role role;
	(void)out;
	if (role_find(call, in->role_name, &role) < 0 ||
		boundary_make(call, in->permissions_boundary, &role.permissions_boundary) < 0)
		return -1;
	role_put(call, &role);
	return 0;
}

int iam_delete_role_permissions_boundary(struct call *call,
	const struct iam_delete_role_permissions_boundary_input *in,
	struct iam_delete_role_permissions_boundary_output *out)
{
	struct iam_role role;
	(void)out;
	if (role_find(call, in->role_name, &role) < 0)
		return -1;
	role.permissions_boundary = NULL;
	role_put(call, &role);
	return 0;
}

int iam_list_roles(
	struct call *call, const struct iam_list_roles_input *in, struct iam_list_roles_output *out)
{
	struct page page;
	if (page_open(call, IAM_KEY(call, KEY_LITERAL("role")), in->marker, in->max_items, &page) <
		0)
		return -1;
	LIST_EMPTY(call, &out->roles);
	while (page_next(&page)) {
		struct iam_role role = { 0 };
		if (record_decode(call->arena, &iam_role_shape, page.cursor.value, &role) < 0 ||
			(in->path_prefix.p && !str_starts(role.path, in->path_prefix))) {
			page_skip(&page);
			continue;
		}
		/* As on AWS, a list leaves out what GetRole shows. */
		role.permissions_boundary = NULL;
		role.tags = (struct iam_tag_list){ 0 };
		*LIST_ADD(call, &out->roles) = *role_shown(call, &role);
	}
	page_close(&page, &out->is_truncated, &out->marker);
	return 0;
}

int iam_tag_role(
	struct call *call, const struct iam_tag_role_input *in, struct iam_tag_role_output *out)
{
	struct iam_role role;
	(void)out;
	if (role_find(call, in->role_name, &role) < 0 || tags_add(call, &role.tags, &in->tags) < 0)
		return -1;
	role_put(call, &role);
	return 0;
}

int iam_untag_role(
	struct call *call, const struct iam_untag_role_input *in, struct iam_untag_role_output *out)
{
	struct iam_role role;
	(void)out;
	if (role_find(call, in->role_name, &role) < 0)
		return -1;
	tags_remove(&role.tags, &in->tag_keys);
	role_put(call, &role);
	return 0;
}

int iam_list_role_tags(struct call *call, const struct iam_list_role_tags_input *in,
	struct iam_list_role_tags_output *out)
{
	struct iam_role role;
	if (role_find(call, in->role_name, &role) < 0)
		return -1;
	return tags_page(call, &role.tags, in->marker, in->max_items, &out->tags,
		&out->is_truncated, &out->marker);
}

int iam_list_instance_profiles_for_role(struct call *call,
	const struct iam_list_instance_profiles_for_role_input *in,
	struct iam_list_instance_profiles_for_role_output *out)
{
	struct iam_role role;
	if (role_find(call, in->role_name, &role) < 0)
		return -1;
	LIST_EMPTY(call, &out->instance_profiles);
	out->is_truncated = OPT_BOOL(false);
	return 0;
}

int iam_resolve_role(struct call *call, const struct iam_resolve_role_input *in,
	struct iam_resolve_role_output *out)
{
	ssize_t slash = str_rindex(in->role_arn, '/');
	struct iam_role *role = ARENA_NEW(call->arena, struct iam_role);
	if (slash < 0)
		return fail(call, &iam_no_such_entity_exception, "%.*s is no role.",
			STR_ARG(in->role_arn));
	if (role_find(call, str_from(in->role_arn, (size_t)slash + 1), role) < 0)
		return -1;
	if (!str_eq(role->arn, in->role_arn))
		return fail(call, &iam_no_such_entity_exception, "The role %.*s cannot be found.",
			STR_ARG(in->role_arn));
	out->role = role;
	return 0;
}
