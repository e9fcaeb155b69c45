/* Users; and what users and roles have in common. */
#include "services/iam/internal.h"
#include "services/iam/limits.h"

struct str entity_word(enum entity_kind kind)
{
	return kind == ENTITY_USER ? STR("user") : STR("role");
}

static struct str user_key(struct call *call, struct str name)
{
	return IAM_KEY(call, KEY_LITERAL("user"), key_text(lower_case(call->arena, name)));
}

int user_find(struct call *call, struct str name, struct iam_user *out)
{
	*out = (struct iam_user){ 0 };
	if (!call_get_record(call, user_key(call, name), &iam_user_shape, out))
		return fail(call, &iam_no_such_entity_exception,
			"The user with name %.*s cannot be found.", STR_ARG(name));
	return 0;
}

static void user_put(struct call *call, const struct iam_user *user)
{
	call_put_record(call, user_key(call, user->user_name), &iam_user_shape, user);
}

int user_name_or_own(struct call *call, struct str name, struct str *out)
{
	struct str arn = call->identity.principal_arn;
	if (!name.p && str_find(arn, STR(":user/")) < 0)
		return fail(call, &aws_validation_exception,
			"Must specify userName when calling with non-User credentials");
	*out = name.p ? name : str_from(arn, (size_t)str_rindex(arn, '/') + 1);
	return 0;
}

int entity_find(struct call *call, enum entity_kind kind, struct str name, struct entity *out)
{
	struct iam_attached_permissions_boundary *boundary;
	*out = (struct entity){ .kind = kind, .lower = lower_case(call->arena, name) };
	if (kind == ENTITY_USER) {
		struct iam_user user;
		if (user_find(call, name, &user) < 0)
			return -1;
		out->name = user.user_name;
		out->id = user.user_id;
		out->arn = user.arn;
		out->path = user.path;
		boundary = user.permissions_boundary;
	} else {
		struct iam_role role;
		if (role_find(call, name, &role) < 0)
			return -1;
		out->name = role.role_name;
		out->id = role.role_id;
		out->arn = role.arn;
		out->path = role.path;
		boundary = role.permissions_boundary;
	}
	if (boundary)
		out->boundary = boundary->permissions_boundary_arn;
	return 0;
}

int entity_check_bare(struct call *call, const struct entity *entity)
{
	struct key_part word = key_text(entity_word(entity->kind)), name = key_text(entity->lower);
	if (count_keys(call, IAM_KEY(call, KEY_LITERAL("attached"), word, name), 1))
		return fail(call, &iam_delete_conflict_exception,
			"Cannot delete entity, must detach all policies first.");
	if (count_keys(call, IAM_KEY(call, KEY_LITERAL("inline"), word, name), 1))
		return fail(call, &iam_delete_conflict_exception,
			"Cannot delete entity, must delete policies first.");
	return 0;
}

int iam_create_user(struct call *call, const struct iam_create_user_input *in,
	struct iam_create_user_output *out)
{
	struct iam_user *user = ARENA_NEW(call->arena, struct iam_user);
	if (txn_exists(call->txn, user_key(call, in->user_name)))
		return fail(call, &iam_entity_already_exists_exception,
			"User with name %.*s already exists.", STR_ARG(in->user_name));
	if (count_keys(call, IAM_KEY(call, KEY_LITERAL("user")), IAM_USERS_MAX) == IAM_USERS_MAX)
		return fail(call, &iam_limit_exceeded_exception,
			"Cannot exceed quota for UsersPerAccount: %d", IAM_USERS_MAX);
	*user = (struct iam_user){
		.path = in->path.p ? in->path : STR("/"),
		.user_name = in->user_name,
		.user_id = make_id(call, "AIDA"),
		.create_date = OPT_TIME(call->now_ms),
	};
	user->arn = make_arn(call, "user", user->path, user->user_name);
	if (in->tags.n && tags_add(call, &user->tags, &in->tags) < 0)
		return -1;
	if (boundary_make(call, in->permissions_boundary, &user->permissions_boundary) < 0)
		return -1;
	user_put(call, user);
	out->user = user;
	return 0;
}

int iam_get_user(
	struct call *call, const struct iam_get_user_input *in, struct iam_get_user_output *out)
{
	struct str name;
	out->user = ARENA_NEW(call->arena, struct iam_user);
	if (!in->user_name.p && call->identity.is_root) {
		out->user->user_id = call->identity.account;
		out->user->arn = make_arn(call, "root", STR(""), STR(""));
		out->user->create_date = OPT_TIME(0);
		return 0;
	}
	if (user_name_or_own(call, in->user_name, &name) < 0)
		return -1;
	return user_find(call, name, out->user);
}

int iam_delete_user(struct call *call, const struct iam_delete_user_input *in,
	struct iam_delete_user_output *out)
{
	struct entity user;
	(void)out;
	if (entity_find(call, ENTITY_USER, in->user_name, &user) < 0 ||
		entity_check_bare(call, &user) < 0)
		return -1;
	if (count_keys(call, IAM_KEY(call, KEY_LITERAL("userkey"), key_text(user.lower)), 1))
		return fail(call, &iam_delete_conflict_exception,
			"Cannot delete entity, must delete access keys first.");
	txn_delete(call->txn, user_key(call, in->user_name));
	return 0;
}

int iam_put_user_permissions_boundary(struct call *call,
	const struct iam_put_user_permissions_boundary_input *in,
	struct iam_put_user_permissions_boundary_output *out)
{
	struct iam_user user;
	(void)out;
	if (user_find(call, in->user_name, &user) < 0 ||
		boundary_make(call, in->permissions_boundary, &user.permissions_boundary) < 0)
		return -1;
	user_put(call, &user);
	return 0;
}

int iam_delete_user_permissions_boundary(struct call *call,
	const struct iam_delete_user_permissions_boundary_input *in,
	struct iam_delete_user_permissions_boundary_output *out)
{
	struct iam_user user;
	(void)out;
	if (user_find(call, in->user_name, &user) < 0)
		return -1;
	user.permissions_boundary = NULL;
	user_put(call, &user);
	return 0;
}

int iam_list_users(
	struct call *call, const struct iam_list_users_input *in, struct iam_list_users_output *out)
{
	struct page page;
	if (page_open(call, IAM_KEY(call, KEY_LITERAL("user")), in->marker, in->max_items, &page) <
		0)
		return -1;
	LIST_EMPTY(call, &out->users);
	while (page_next(&page)) {
		struct iam_user user = { 0 };
		if (record_decode(call->arena, &iam_user_shape, page.cursor.value, &user) < 0 ||
			(in->path_prefix.p && !str_starts(user.path, in->path_prefix))) {
			page_skip(&page);
			continue;
		}
		/* As on AWS, a list leaves out what GetUser shows. */
		user.permissions_boundary = NULL;
		user.tags = (struct iam_tag_list){ 0 };
		*LIST_ADD(call, &out->users) = user;
	}
	page_close(&page, &out->is_truncated, &out->marker);
	return 0;
}

int iam_tag_user(
	struct call *call, const struct iam_tag_user_input *in, struct iam_tag_user_output *out)
{
	struct iam_user user;
	(void)out;
	if (user_find(call, in->user_name, &user) < 0 || tags_add(call, &user.tags, &in->tags) < 0)
		return -1;
	user_put(call, &user);
	return 0;
}

int iam_untag_user(
	struct call *call, const struct iam_untag_user_input *in, struct iam_untag_user_output *out)
{
	struct iam_user user;
	(void)out;
	if (user_find(call, in->user_name, &user) < 0)
		return -1;
	tags_remove(&user.tags, &in->tag_keys);
	user_put(call, &user);
	return 0;
}

int iam_list_user_tags(struct call *call, const struct iam_list_user_tags_input *in,
	struct iam_list_user_tags_output *out)
{
	struct iam_user user;
	if (user_find(call, in->user_name, &user) < 0)
		return -1;
	return tags_page(call, &user.tags, in->marker, in->max_items, &out->tags,
		&out->is_truncated, &out->marker);
}
