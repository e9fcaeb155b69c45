/* Access keys: the permanent credentials of users. */
#include "base/random.h"
#include "services/iam/internal.h"
#include "services/iam/limits.h"

enum { KEY_ID_RANDOM = 16, SECRET_LENGTH = 40 };

static struct str record_key(struct call *call, struct str id)
{
	return KEY(call->arena, KEY_LITERAL("iam"), KEY_LITERAL("accesskey"), key_text(id));
}

static struct str index_key(struct call *call, struct str user_name, struct str id)
{
	return IAM_KEY(call, KEY_LITERAL("userkey"), key_text(lower_case(call->arena, user_name)),
		key_text(id));
}

/* The key, which must be that user's. */
static int find(
	struct call *call, struct str user_name, struct str id, struct iam_access_key_record *out)
{
	*out = (struct iam_access_key_record){ 0 };
	if (!txn_exists(call->txn, index_key(call, user_name, id)) ||
		!call_get_record(call, record_key(call, id), &iam_access_key_record_shape, out))
		return fail(call, &iam_no_such_entity_exception,
			"The Access Key with id %.*s cannot be found.", STR_ARG(id));
	return 0;
}

/* The user whom the operation is about; without a name it is the caller. */
static int find_user(struct call *call, struct str given, struct iam_user *out)
{
	struct str name;
	return user_name_or_own(call, given, &name) < 0 ? -1 : user_find(call, name, out);
}

int iam_create_access_key(struct call *call, const struct iam_create_access_key_input *in,
	struct iam_create_access_key_output *out)
{
	char id[4 + KEY_ID_RANDOM + 1] = "AKIA", secret[SECRET_LENGTH + 1];
	struct iam_user user;
	if (find_user(call, in->user_name, &user) < 0)
		return -1;
	struct str prefix = IAM_KEY(
		call, KEY_LITERAL("userkey"), key_text(lower_case(call->arena, user.user_name)));
	if (count_keys(call, prefix, IAM_ACCESS_KEYS_PER_USER_MAX) == IAM_ACCESS_KEYS_PER_USER_MAX)
		return fail(call, &iam_limit_exceeded_exception,
			"Cannot exceed quota for AccessKeysPerUser: %d",
			IAM_ACCESS_KEYS_PER_USER_MAX);
	random_text(id + 4, KEY_ID_RANDOM, STR("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
	random_text(secret, SECRET_LENGTH,
		STR("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"));
	struct iam_access_key_record record = {
		.account = call->identity.account,
		.user_name = user.user_name,
		.access_key_id = arena_str(call->arena, str_c(id)),
		.secret = arena_str(call->arena, str_c(secret)),
		.status = STR("Active"),
		.create_date = OPT_TIME(call->now_ms),
	};
	call_put_sealed(call, record_key(call, record.access_key_id), &iam_access_key_record_shape,
		&record);
	txn_put(call->txn, index_key(call, user.user_name, record.access_key_id), STR(""));
	out->access_key = ARENA_NEW(call->arena, struct iam_access_key);
	*out->access_key = (struct iam_access_key){ record.user_name, record.access_key_id,
		record.status, record.secret, record.create_date };
	return 0;
}

int iam_list_access_keys(struct call *call, const struct iam_list_access_keys_input *in,
	struct iam_list_access_keys_output *out)
{
	struct iam_user user;
	struct page page;
	LIST_EMPTY(call, &out->access_key_metadata);
	out->is_truncated = OPT_BOOL(false);
	/* The account's own key is the server's and not listed. */
	if (!in->user_name.p && call->identity.is_root)
		return 0;
	if (find_user(call, in->user_name, &user) < 0)
		return -1;
	struct str prefix = IAM_KEY(
		call, KEY_LITERAL("userkey"), key_text(lower_case(call->arena, user.user_name)));
	if (page_open(call, prefix, in->marker, in->max_items, &page) < 0)
		return -1;
	while (page_next(&page)) {
		struct iam_access_key_record r = { 0 };
		if (call_get_record(call, record_key(call, page_name(&page)),
			    &iam_access_key_record_shape, &r))
			*LIST_ADD(call, &out->access_key_metadata) =
				(struct iam_access_key_metadata){ r.user_name, r.access_key_id,
					r.status, r.create_date };
	}
	page_close(&page, &out->is_truncated, &out->marker);
	return 0;
}

int iam_update_access_key(struct call *call, const struct iam_update_access_key_input *in,
	struct iam_update_access_key_output *out)
{
	struct iam_user user;
	struct iam_access_key_record record;
	(void)out;
	if (find_user(call, in->user_name, &user) < 0 ||
		find(call, user.user_name, in->access_key_id, &record) < 0)
		return -1;
	record.status = in->status;
	call_put_sealed(call, record_key(call, record.access_key_id), &iam_access_key_record_shape,
		&record);
	return 0;
}

int iam_delete_access_key(struct call *call, const struct iam_delete_access_key_input *in,
	struct iam_delete_access_key_output *out)
{
	struct iam_user user;
	struct iam_access_key_record record;
	(void)out;
	if (find_user(call, in->user_name, &user) < 0 ||
		find(call, user.user_name, in->access_key_id, &record) < 0)
		return -1;
	txn_delete(call->txn, record_key(call, record.access_key_id));
	txn_delete(call->txn, index_key(call, user.user_name, record.access_key_id));
	return 0;
}
