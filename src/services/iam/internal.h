/*
 * What IAM's files share. The keys, all below ("iam", account):
 *   "user", name                       User                 names in lower case: they differ by
 * more than case "role", name                       Role "inline", "user"|"role", name, policy name
 * the document "attached", "user"|"role", name, policy ARN  nothing "attachment", policy ARN,
 * "user"|"role", name  nothing: the same from the other side "policy", name PolicyRecord "version",
 * name, -number           PolicyVersion        newest first "userkey", user name, key id nothing
 * and ("iam", "accesskey", key id)     AccessKeyRecord      found before the account is known
 */
#ifndef SAMOVAR_SERVICES_IAM_INTERNAL_H
#define SAMOVAR_SERVICES_IAM_INTERNAL_H

#include "api/iam.h"
#include "aws/call.h"
#include "aws/policy.h"
#include "store/key.h"
#include "store/store.h"

#define IAM_KEY(call, ...) \
	KEY((call)->arena, KEY_LITERAL("iam"), key_text((call)->identity.account), __VA_ARGS__)

/* ---- users and roles alike ---- */

enum entity_kind { ENTITY_USER, ENTITY_ROLE };

struct entity {
	enum entity_kind kind;
	struct str name, lower; /* as it was made, and as in its keys */
	struct str id, arn, path;
	struct str boundary; /* the ARN of a policy, or p == NULL */
};

/* "user" or "role". */
struct str entity_word(enum entity_kind kind);
/* 0, or fails with NoSuchEntity. */
int entity_find(
	struct call *call, enum entity_kind kind, struct str name, struct entity *out) MUSTCHECK;
int user_find(struct call *call, struct str name, struct iam_user *out) MUSTCHECK;
int role_find(struct call *call, struct str name, struct iam_role *out) MUSTCHECK;
/* The name of the caller's own user when none is given, or fails. */
int user_name_or_own(struct call *call, struct str name, struct str *out) MUSTCHECK;
/* Fails with DeleteConflict while it has policies. */
int entity_check_bare(struct call *call, const struct entity *entity) MUSTCHECK;

/* ---- common.c ---- */

struct str lower_case(struct arena *arena, struct str s);
/* "AIDA" and 17 random characters. */
struct str make_id(struct call *call, const char *prefix);
/* "arn:aws:iam::ACCOUNT:" kind path name. */
struct str make_arn(struct call *call, const char *kind, struct str path, struct str name);
/* Fails with MalformedPolicyDocument. */
int check_document(struct call *call, struct str document, bool is_trust_policy) MUSTCHECK;
/* Without its blanks, as the quotas count. */
size_t document_bytes(struct str document);
/* How many keys begin with the prefix; stops counting at max. */
size_t count_keys(struct call *call, struct str prefix, size_t max);

/* Adds tags to those there are: 0, or fails. Lists are the call's. */
int tags_add(
	struct call *call, struct iam_tag_list *tags, const struct iam_tag_list *more) MUSTCHECK;
void tags_remove(struct iam_tag_list *tags, const struct iam_tag_key_list *keys);
/* A page of a list that is at hand: from where the marker says. */
int tags_page(struct call *call, const struct iam_tag_list *tags, struct str marker,
	struct opt_i64 max_items, struct iam_tag_list *out, struct opt_bool *is_truncated,
	struct str *next_marker) MUSTCHECK;
/* The boundary's structure, after looking that there is such a policy. */
int boundary_make(struct call *call, struct str arn,
	struct iam_attached_permissions_boundary **out) MUSTCHECK;

/* A walk over the keys of a prefix, as much as a page holds. */
struct page {
	struct call *call;
	struct str prefix;
	struct txn_cursor cursor; /* the current entry */
	size_t count, max;
	struct str marker;
};
int page_open(struct call *call, struct str prefix, struct str marker, struct opt_i64 max_items,
	struct page *page) MUSTCHECK;
bool page_next(struct page *page);
/* The current entry is not shown after all. */
void page_skip(struct page *page);
void page_close(struct page *page, struct opt_bool *is_truncated, struct str *marker);
/* The last part of the current key. */
struct str page_name(struct page *page);

void *list_grow(struct arena *arena, void *v, size_t n, size_t size);
/* A place at the end of a generated list; and an empty list, which is there all the same. */
#define LIST_ADD(call, list) \
	((list)->v = list_grow((call)->arena, (list)->v, (list)->n, sizeof *(list)->v), \
		(list)->n++, &(list)->v[(list)->n - 1])
#define LIST_EMPTY(call, list) \
	((list)->v = arena_zalloc((call)->arena, sizeof *(list)->v), (list)->n = 0)

/* ---- managed policies ---- */

struct managed_policy {
	const char *path, *name, *description, *document;
};
/* AWS's own; the last row has no name. */
extern const struct managed_policy managed_policies[];
/* NULL when it is none of AWS's that are known here. */
const struct managed_policy *managed_find(struct str arn);
void managed_describe(
	struct call *call, const struct managed_policy *managed, struct iam_policy *out);

/* A managed policy of the account: 0, or fails with NoSuchEntity. */
int policy_find(struct call *call, struct str arn, struct iam_policy_record *out) MUSTCHECK;
/* The same for an operation that changes it: AWS's own can't be. */
int policy_find_to_change(
	struct call *call, struct str arn, struct iam_policy_record *out) MUSTCHECK;
void policy_put(struct call *call, const struct iam_policy_record *record);
int policy_check_document(struct call *call, struct str document) MUSTCHECK;
/* Stores the next version and counts it in the record, which is not yet stored. */
void version_add(struct call *call, struct iam_policy_record *record, struct str document,
	struct iam_policy_version *out);
/* The prefix of a policy's versions' keys. */
struct str versions_prefix(struct call *call, struct str policy_name);
/* The document in force, whosever the policy is; false when there is no such policy. */
bool policy_document(struct call *call, struct str arn, struct str *out);
/* The documents of the user or role: its own and those attached. */
void entity_documents(
	struct call *call, enum entity_kind kind, struct str name, struct policies *out);

#endif
