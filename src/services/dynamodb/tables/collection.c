/*
 * Item collections: the items of one partition of a table with local indexes, and what these
 * indexes hold of them, are at most 10 GB together (Developer Guide, "Item collections in Local
 * Secondary Indexes"). Their sizes are counted as they change.
 */
#include "services/dynamodb/tables/tables.h"

enum { COLLECTIONS = DDB_COLLECTIONS_INDEX };

bool ddb_collection_is_kept(const struct table *t)
{
	for (size_t i = 0; i < t->r.indexes.n; i++)
		if (t->r.indexes.v[i].is_local.v)
			return true;
	return false;
}

static struct str counter_key(
	struct call *call, const struct table *t, const struct dynamodb_value *hash)
{
	struct key_part part = value_part(call->arena, hash);
	struct str both[] = { items_prefix(call, t, COLLECTIONS),
		key_encode(call->arena, &part, 1) };
	return arena_concat(call->arena, both, 2);
}

static int64_t item_bytes(
	struct call *call, const struct table *t, const struct dynamodb_attributes *item)
{
	size_t n = item ? attributes_size(item) : 0;
	for (size_t i = 0; item && i < t->r.indexes.n; i++) {
		const struct dynamodb_index_record *x = &t->r.indexes.v[i];
		struct dynamodb_attributes kept;
		struct str key;
		if (!x->is_local.v || !index_key(call, t, x, item, &key))
			continue;
		index_project(call, t, x, item, &kept);
		n += attributes_size(&kept);
	}
	return (int64_t)n;
}

int64_t ddb_collection_bytes(
	struct call *call, const struct table *t, const struct dynamodb_value *hash)
{
	struct dynamodb_counter_record counter = { 0 };
	call_get_record(call, counter_key(call, t, hash), &dynamodb_counter_record_shape, &counter);
	return counter.bytes.v;
}

static int64_t growth(struct call *call, const struct table *t,
	const struct dynamodb_attributes *before, const struct dynamodb_attributes *after)
{
	return item_bytes(call, t, after) - item_bytes(call, t, before);
}

int ddb_collection_check(struct call *call, const struct table *t,
	const struct dynamodb_attributes *before, const struct dynamodb_attributes *after)
{
	if (!after || !ddb_collection_is_kept(t))
		return 0;
	int64_t more = growth(call, t, before, after);
	const struct dynamodb_value *hash =
		attributes_get(after, t->r.key_schema.v[0].attribute_name);
	if (more <= 0 || ddb_collection_bytes(call, t, hash) + more <= DDB_COLLECTION_BYTES_MAX)
		return 0;
	return fail(call, &dynamodb_item_collection_size_limit_exceeded_exception,
		"Collection size exceeded.");
}

void ddb_collection_count(struct call *call, const struct table *t,
	const struct dynamodb_attributes *before, const struct dynamodb_attributes *after)
{
	if ((!before && !after) || !ddb_collection_is_kept(t))
		return;
	const struct dynamodb_value *hash =
		attributes_get(after ? after : before, t->r.key_schema.v[0].attribute_name);
	struct str key = counter_key(call, t, hash);
	struct dynamodb_counter_record counter = { 0 };
	call_get_record(call, key, &dynamodb_counter_record_shape, &counter);
	int64_t bytes = counter.bytes.v + growth(call, t, before, after);
	/* What a table had before its collections were counted may go too. */
	if (bytes <= 0) {
		txn_delete(call->txn, key);
		return;
	}
	counter.bytes = OPT_I64(bytes);
	call_put_record(call, key, &dynamodb_counter_record_shape, &counter);
}
