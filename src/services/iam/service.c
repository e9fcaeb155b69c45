/* IAM as the server sees it, and what the dispatcher asks of it for each signed request. */
#include "base/map.h"
#include "services/iam/iam.h"
#include "services/iam/internal.h"
#include "services/iam/limits.h"
#include <errno.h>
#include <stdlib.h>

/* Answers to the hooks, as they were at a generation of the store; all go when it changes. */
struct iam_state {
	uint64_t generation;
	struct map keys;     /* access key id -> struct cached_key */
	struct map policies; /* principal -> struct policies */
	struct arena arena;  /* of both */
};

struct cached_key {
	struct access_key key;
	bool exists;
};

static void forget(struct iam_state *state)
{
	map_fini(&state->keys);
	map_fini(&state->policies);
	state->keys = state->policies = (struct map){ 0 };
	arena_fini(&state->arena);
}

/* The cache, without what is no longer true; NULL when the service was not started. */
static struct iam_state *fresh_state(struct call *call)
{
	struct iam_state *state = aws_state(call->aws, &iam_api);
	if (!state)
		return NULL;
	uint64_t now = store_generation(call->aws->store, STR("iam"));
	size_t entries = MAX(state->keys.count, state->policies.count);
	if (state->generation != now || entries >= IAM_CACHE_ENTRIES_MAX)
		forget(state);
	state->generation = now;
	return state;
}

static struct access_key copy_key(struct arena *arena, const struct access_key *key)
{
	return (struct access_key){
		.secret = arena_str(arena, key->secret),
		.account = arena_str(arena, key->account),
		.principal_arn = arena_str(arena, key->principal_arn),
		.principal_id = arena_str(arena, key->principal_id),
	};
}

static struct policies copy_policies(struct arena *arena, const struct policies *policies)
{
	struct policies copy = { ARENA_ARRAY(arena, struct str, policies->n + 1), policies->n,
		arena_str(arena, policies->boundary) };
	for (size_t i = 0; i < policies->n; i++)
		copy.documents[i] = arena_str(arena, policies->documents[i]);
	return copy;
}

struct key_search {
	struct str id;
	struct cached_key *found;
};

static int read_key(struct call *call, void *arg)
{
	struct key_search *search = arg;
	struct iam_access_key_record record = { 0 };
	struct iam_user user;
	struct str key = KEY(
		call->arena, KEY_LITERAL("iam"), KEY_LITERAL("accesskey"), key_text(search->id));
	if (!call_get_record(call, key, &iam_access_key_record_shape, &record) ||
		!str_is(record.status, "Active"))
		return 0;
	struct str account = call->identity.account;
	call->identity.account = record.account;
	int r = user_find(call, record.user_name, &user);
	call->identity.account = account;
	if (r < 0)
		return r;
	search->found->exists = true;
	search->found->key =
		(struct access_key){ record.secret, record.account, user.arn, user.user_id };
	return 0;
}

int iam_find_key(struct call *call, struct str access_key_id, struct access_key *out)
{
	struct iam_state *state = fresh_state(call);
	struct cached_key *cached = state ? map_get(&state->keys, access_key_id) : NULL,
			  found = { .exists = false };
	struct call_error before = call->error;
	if (!cached) {
		if (call_read(call, read_key, &(struct key_search){ access_key_id, &found }) < 0) {
			call->error = before;
			return -ENOENT;
		}
		cached = &found;
		/* Made-up ids are not kept: anybody can send them. */
		if (state && found.exists) {
			cached = ARENA_NEW(&state->arena, struct cached_key);
			*cached = (struct cached_key){ copy_key(&state->arena, &found.key), true };
			map_put(&state->keys, access_key_id, cached);
		}
	}
	if (!cached->exists)
		return -ENOENT;
	*out = copy_key(call->arena, &cached->key);
	return 0;
}

struct policy_search {
	const struct identity *identity;
	struct policies *found;
};

static int read_policies(struct call *call, void *arg)
{
	struct policy_search *search = arg;
	const struct identity *identity = search->identity;
	struct str arn = identity->role_arn.p ? identity->role_arn : identity->principal_arn,
		   account;
	enum entity_kind kind = identity->role_arn.p ? ENTITY_ROLE : ENTITY_USER;
	struct entity entity;
	ssize_t slash = str_rindex(arn, '/');
	if (slash < 0)
		return 0;
	account = call->identity.account;
	call->identity.account = identity->account;
	/* One that is gone, or of the same name but not the same, has no permissions. */
	int r = entity_find(call, kind, str_from(arn, (size_t)slash + 1), &entity);
	if (r == 0 && str_eq(entity.arn, arn)) {
		entity_documents(call, kind, entity.name, search->found);
		if (entity.boundary.p &&
			!policy_document(call, entity.boundary, &search->found->boundary))
			search->found->boundary = STR("{}"); /* it allows nothing */
	}
	call->identity.account = account;
	return r;
}

int iam_find_policies(struct call *call, const struct identity *identity, struct policies *out)
{
	/* What a transaction sees is its own, and its thread may be the writer's: nothing is kept.
	 */
	struct iam_state *state = call->txn ? NULL : fresh_state(call);
	struct str principal = identity->role_arn.p ? identity->role_arn : identity->principal_arn;
	struct policies *cached = state ? map_get(&state->policies, principal) : NULL,
			found = { 0 };
	struct call_error before = call->error;
	if (!cached) {
		struct policy_search search = { identity, &found };
		int r = call->txn ? read_policies(call, &search)
				  : call_read(call, read_policies, &search);
		call->error = before;
		if (r < 0)
			return -ENOENT;
		cached = &found;
		if (state) {
			cached = ARENA_NEW(&state->arena, struct policies);
			*cached = copy_policies(&state->arena, &found);
			map_put(&state->policies, principal, cached);
		}
	}
	*out = copy_policies(call->arena, cached);
	return 0;
}

static int start(struct aws *aws, void **out)
{
	(void)aws;
	*out = xcalloc(1, sizeof(struct iam_state));
	return 0;
}

static void stop(struct aws *aws, void *arg)
{
	(void)aws;
	if (!arg)
		return;
	forget(arg);
	free(arg);
}

const struct service iam_service = { .api = &iam_api, .start = start, .stop = stop };
