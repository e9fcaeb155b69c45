/*
 * Items in the store: (dynamodb, account, region, table's number, 0, partition, hash, range) is an
 * item,
 * (..., index's number, partition, hash, range, the item's own hash and range) an index's entry.
 * The partition is a part of the hash key's CRC, so that a Scan's segments are ranges.
 */
#include "aws/codec.h"
#include "base/encode.h"
#include "services/dynamodb/tables/undo.h"

#define INVALID "One or more parameter values were invalid: "

int64_t partition_number(struct str hash_bytes)
{
	return crc32_update(0, hash_bytes.p, hash_bytes.n) >> (32 - DDB_HASH_BITS);
}

struct key_part value_part(struct arena *arena, const struct dynamodb_value *v)
{
	struct str bytes = value_key_bytes(arena, v);
	return v->s.p ? key_text(bytes) : key_bytes(bytes);
}

static struct str append(
	struct arena *arena, struct str prefix, const struct key_part *parts, size_t n)
{
	struct str both[] = { prefix, key_encode(arena, parts, n) };
	return arena_concat(arena, both, 2);
}

/* ---- keys ---- */

static int check_key_value(struct call *call, struct str name, const struct dynamodb_value *v,
	enum value_type type, bool is_exact, bool is_range)
{
	size_t n = v->s.n + v->b.n, max = is_range ? DDB_RANGE_BYTES_MAX : DDB_HASH_BYTES_MAX;
	if (value_type(v) != type && is_exact)
		return fail(call, &aws_validation_exception,
			"The provided key element does not match the schema");
	if (value_type(v) != type)
		return fail(call, &aws_validation_exception,
			INVALID "Type mismatch for key %.*s expected: %s actual: %s", STR_ARG(name),
			value_type_name(type), value_type_name(value_type(v)));
	if (type != VALUE_N && !n)
		return fail(call, &aws_validation_exception,
			"One or more parameter values are not valid. The AttributeValue for a "
			"key attribute cannot contain an empty %s value. Key: %.*s",
			type == VALUE_S ? "string" : "binary", STR_ARG(name));
	if (n > max && is_range)
		return fail(call, &aws_validation_exception,
			INVALID
			"Aggregated size of all range keys has exceeded the size limit of %zu bytes",
			max);
	if (n > max)
		return fail(call, &aws_validation_exception,
			INVALID "Size of hashkey has exceeded the maximum size limit of%zu bytes",
			max);
	return 0;
}

int ddb_item_key(struct call *call, const struct table *t,
	const struct dynamodb_attributes *attributes, bool is_exact, struct str *out)
{
	struct schema s = ddb_table_schema(t, &t->r.key_schema);
	const struct dynamodb_value *hash = attributes_get(attributes, s.hash);
	const struct dynamodb_value *range = s.range.p ? attributes_get(attributes, s.range) : NULL;
	struct str why;
	if (is_exact && (!hash || (s.range.p && !range) || attributes->n != (s.range.p ? 2 : 1)))
		return fail(call, &aws_validation_exception,
			"The provided key element does not match the schema");
	if (is_exact && attributes_check(call->arena, attributes, &why) < 0)
		return fail(call, &aws_validation_exception, "%.*s", STR_ARG(why));
	if (!hash || (s.range.p && !range))
		return fail(call, &aws_validation_exception,
			INVALID "Missing the key %.*s in the item",
			STR_ARG(hash ? s.range : s.hash));
	if (check_key_value(call, s.hash, hash, s.hash_type, is_exact, false) < 0 ||
		(range && check_key_value(call, s.range, range, s.range_type, is_exact, true) < 0))
		return -1;
	struct key_part parts[3] = { [1] = value_part(call->arena, hash) };
	parts[0] = key_int(partition_number(parts[1].text));
	if (range)
		parts[2] = value_part(call->arena, range);
	*out = append(call->arena, items_prefix(call, t, 0), parts, range ? 3 : 2);
	return 0;
}

/*
 * Whether an index can hold the item under this value. What was written before the index was made
 * may be of another type, empty or too long (Developer Guide, "Detecting and correcting index key
 * violations"): it stays out.
 */
static bool may_be_key(const struct dynamodb_value *v, enum value_type type, size_t max)
{
	return v && value_type(v) == type &&
	       (type == VALUE_N || (v->s.n + v->b.n > 0 && v->s.n + v->b.n <= max));
}

bool index_key(struct call *call, const struct table *t, const struct dynamodb_index_record *index,
	const struct dynamodb_attributes *item, struct str *out)
{
	struct schema s = ddb_table_schema(t, &index->key_schema);
	struct key_part parts[5];
	size_t n = 1;
	const struct dynamodb_value *hash = attributes_get(item, s.hash);
	const struct dynamodb_value *range = s.range.p ? attributes_get(item, s.range) : NULL;
	if (!may_be_key(hash, s.hash_type, DDB_HASH_BYTES_MAX) ||
		(s.range.p && !may_be_key(range, s.range_type, DDB_RANGE_BYTES_MAX)))
		return false;
	parts[n++] = value_part(call->arena, hash);
	if (range)
		parts[n++] = value_part(call->arena, range);
	for (size_t i = 0; i < t->r.key_schema.n; i++)
		parts[n++] = value_part(
			call->arena, attributes_get(item, t->r.key_schema.v[i].attribute_name));
	parts[0] = key_int(partition_number(parts[1].text));
	*out = append(call->arena, items_prefix(call, t, index->number.v), parts, n);
	return true;
}

/* ---- reading ---- */

int ddb_item_decode(struct call *call, struct str bytes, struct dynamodb_attributes *out)
{
	struct decode_error error = { "it is too large" };
	*out = (struct dynamodb_attributes){ 0 };
	if (cbor_decode_stored(call->arena, &dynamodb_attributes_shape, bytes, out, &error) < 0)
		return fail(
			call, &aws_internal_failure, "a stored item can't be read: %s", error.text);
	return 0;
}

bool ddb_item_get(struct call *call, struct str key, struct dynamodb_attributes *out)
{
	struct str bytes;
	return txn_get(call->txn, key, call->arena, &bytes) &&
	       ddb_item_decode(call, bytes, out) == 0;
}

/* ---- checks ---- */

/* Such a value an index can't hold: what is written to it is refused, be it of an item or by an
 * update of one. */
static int refuse_index_key(struct call *call, const struct dynamodb_index_record *x,
	struct str name, const struct dynamodb_value *v, enum value_type type, bool is_update,
	bool is_legacy)
{
	size_t n = v->s.n + v->b.n;
	const char *kind = type == VALUE_S ? "string" : "binary";
	bool is_hash = str_eq(name, x->key_schema.v[0].attribute_name);
	if (value_type(v) != type && is_legacy)
		return fail(
			call, &aws_validation_exception, "Type mismatch for attribute to update");
	if (value_type(v) != type)
		return fail(call, &aws_validation_exception,
			INVALID
			"Type mismatch for Index Key %.*s Expected: %s Actual: %s IndexName: %.*s",
			STR_ARG(name), value_type_name(type), value_type_name(value_type(v)),
			STR_ARG(x->name));
	if (!n && is_update)
		return fail(call, &aws_validation_exception,
			"One or more parameter values are not valid. The update expression attempted "
			"to update a secondary index key to a value that is not supported. The "
			"AttributeValue for a key attribute cannot contain an empty %s value.",
			kind);
	if (!n)
		return fail(call, &aws_validation_exception,
			"One or more parameter values are not valid. A value specified "
			"for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an "
			"empty %s value. IndexName: %.*s, IndexKey: %.*s",
			kind, STR_ARG(x->name), STR_ARG(name));
	return fail(call, &aws_validation_exception,
		INVALID "Size limit exceeded for Index Key %.*s Actual Size: %zu bytes Max Size: "
			"%d bytes IndexName: %.*s",
		STR_ARG(name), n, is_hash ? DDB_HASH_BYTES_MAX : DDB_RANGE_BYTES_MAX,
		STR_ARG(x->name));
}

/* A key attribute of an index may be missing, but not be of another type, empty or too long. What
 * an update leaves as it was may: it is from before the index was made. */
static int check_index_keys(struct call *call, const struct table *t,
	const struct dynamodb_index_record *x, const struct dynamodb_attributes *item,
	const struct dynamodb_attributes *before, bool is_legacy)
{
	struct schema s = ddb_table_schema(t, &x->key_schema);
	for (int i = 0; i < (s.range.p ? 2 : 1); i++) {
		struct str name = i ? s.range : s.hash;
		enum value_type type = i ? s.range_type : s.hash_type;
		const struct dynamodb_value *v = attributes_get(item, name);
		const struct dynamodb_value *old = before ? attributes_get(before, name) : NULL;
		if (v && !may_be_key(v, type, i ? DDB_RANGE_BYTES_MAX : DDB_HASH_BYTES_MAX) &&
			(!old || !value_eq(v, old)))
			return refuse_index_key(call, x, name, v, type, before != NULL, is_legacy);
	}
	return 0;
}

int ddb_item_check(struct call *call, const struct table *t, const struct dynamodb_attributes *item,
	const struct dynamodb_attributes *before, bool is_legacy)
{
	const struct dynamodb_index_record *last = NULL;
	if (attributes_size(item) > DDB_ITEM_BYTES_MAX)
		return fail(call, &aws_validation_exception,
			"Item size %shas exceeded the maximum allowed size",
			before ? "to update " : "");
	/* Of several indexes that refuse it the first by name is told. */
	for (size_t k = 0; k < t->r.indexes.n; k++) {
		const struct dynamodb_index_record *next = NULL;
		for (size_t i = 0; i < t->r.indexes.n; i++) {
			const struct dynamodb_index_record *x = &t->r.indexes.v[i];
			if ((!last || str_cmp(x->name, last->name) > 0) &&
				(!next || str_cmp(x->name, next->name) < 0))
				next = x;
		}
		if (check_index_keys(call, t, next, item, before, is_legacy) < 0)
			return -1;
		last = next;
	}
	return 0;
}

struct dynamodb_attributes ddb_item_keys(
	struct call *call, const struct table *t, const struct dynamodb_attributes *item)
{
	size_t n = t->r.key_schema.n;
	struct dynamodb_attributes keys = {
		ARENA_ARRAY(call->arena, struct dynamodb_attributes_entry, n), 0
	};
	for (size_t i = 0; i < n; i++) {
		struct str name = t->r.key_schema.v[i].attribute_name;
		keys.v[keys.n].key = name;
		keys.v[keys.n++].value = *attributes_get(item, name);
	}
	return keys;
}

/* ---- writing ---- */

struct str item_encode(struct call *call, const struct dynamodb_attributes *item)
{
	struct buf b = { 0 };
	cbor_encode(&b, &dynamodb_attributes_shape, item);
	struct str bytes = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return bytes;
}

/* is_timed: the change's time, which is not before that of the table's last. */
static int64_t count_timed(struct call *call, const struct table *t, int64_t index, int items,
	int64_t bytes, bool is_timed)
{
	struct dynamodb_counter_record counter = { 0 };
	struct str key = ddb_table_counter_key(call, t, index);
	if (!items && !bytes && !is_timed)
		return 0;
	call_get_record(call, key, &dynamodb_counter_record_shape, &counter);
	counter.count = OPT_I64(counter.count.v + items);
	counter.bytes = OPT_I64(counter.bytes.v + bytes);
	if (is_timed)
		counter.at = OPT_I64(MAX(counter.at.v, call->now_ms));
	call_put_record(call, key, &dynamodb_counter_record_shape, &counter);
	return counter.at.v;
}

static void count(struct call *call, const struct table *t, int64_t index, int items, int64_t bytes)
{
	count_timed(call, t, index, items, bytes, false);
}

static bool is_key_name(const struct dynamodb_key_schema *keys, struct str name)
{
	for (size_t i = 0; i < keys->n; i++)
		if (str_eq(keys->v[i].attribute_name, name))
			return true;
	return false;
}

void index_project(struct call *call, const struct table *t,
	const struct dynamodb_index_record *index, const struct dynamodb_attributes *item,
	struct dynamodb_attributes *out)
{
	*out = *item;
	if (str_is(index->projection->projection_type, "ALL"))
		return;
	*out = (struct dynamodb_attributes){
		ARENA_ARRAY(call->arena, struct dynamodb_attributes_entry, item->n), 0
	};
	for (size_t i = 0; i < item->n; i++) {
		bool kept = is_key_name(&t->r.key_schema, item->v[i].key) ||
			    is_key_name(&index->key_schema, item->v[i].key);
		for (size_t k = 0; !kept && k < index->projection->non_key_attributes.n; k++)
			kept = str_eq(index->projection->non_key_attributes.v[k], item->v[i].key);
		if (kept)
			out->v[out->n++] = item->v[i];
	}
}

static void index_write(struct call *call, const struct table *t,
	const struct dynamodb_index_record *x, const struct dynamodb_attributes *before,
	const struct dynamodb_attributes *after, double *units)
{
	struct dynamodb_attributes old = { 0 }, new = { 0 };
	struct str old_key, new_key;
	bool was = before && index_key(call, t, x, before, &old_key),
	     is = after && index_key(call, t, x, after, &new_key);
	/* An index that is being built may not have come to the item yet. */
	if (was && x->is_building.v)
		was = txn_exists(call->txn, old_key);
	if (was)
		index_project(call, t, x, before, &old);
	if (is)
		index_project(call, t, x, after, &new);
	size_t old_size = attributes_size(&old), new_size = attributes_size(&new);
	bool moved = was && (!is || !str_eq(old_key, new_key));
	if (was && is && !moved &&
		value_eq(
			&(struct dynamodb_value){ .m = old }, &(struct dynamodb_value){ .m = new }))
		return;
	if (moved) {
		txn_delete(call->txn, old_key);
		*units += write_units(old_size);
	}
	if (is) {
		txn_put(call->txn, new_key, item_encode(call, &new));
		*units += write_units(MAX(new_size, moved ? 0 : old_size));
	}
	count(call, t, x->number.v, is - was, (int64_t)new_size - (int64_t)old_size);
}

void index_put(struct call *call, const struct table *t, const struct dynamodb_index_record *index,
	const struct dynamodb_attributes *item)
{
	struct str key;
	struct dynamodb_attributes kept;
	if (!index_key(call, t, index, item, &key) || txn_exists(call->txn, key))
		return;
	index_project(call, t, index, item, &kept);
	txn_put(call->txn, key, item_encode(call, &kept));
	count(call, t, index->number.v, 1, (int64_t)attributes_size(&kept));
}

bool expiry_of(const struct table *t, const struct dynamodb_attributes *item, int64_t *seconds)
{
	const struct dynamodb_value *v =
		t->r.ttl_attribute.p ? attributes_get(item, t->r.ttl_attribute) : NULL;
	double real;
	if (!v || !v->n.p || str_to_f64(v->n, &real) < 0 || !(real > 0 && real < 1e12))
		return false;
	*seconds = (int64_t)real;
	return true;
}

static struct str expiry_key(
	struct call *call, const struct table *t, struct str key, int64_t seconds)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-expiry"), key_int(seconds),
		key_text(t->account), key_text(t->region), key_text(t->name), key_bytes(key));
}

void expiry_put(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *item)
{
	int64_t seconds;
	if (expiry_of(t, item, &seconds))
		txn_put(call->txn, expiry_key(call, t, key, seconds), STR(""));
}

static void item_write(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *before, const struct dynamodb_attributes *after,
	struct usage *usage, bool is_expiry)
{
	size_t old_size = before ? attributes_size(before) : 0,
	       new_size = after ? attributes_size(after) : 0;
	struct str bytes = { 0 };
	int64_t seconds;
	if (t->r.backup_number.v)
		ddb_backup_keep(call, t, key, before);
	if (after)
		txn_put(call->txn, key, bytes = item_encode(call, after));
	else if (before)
		txn_delete(call->txn, key);
	for (size_t i = 0; i < t->r.indexes.n; i++)
		index_write(call, t, &t->r.indexes.v[i], before, after, &usage->index[i]);
	if (before && expiry_of(t, before, &seconds))
		txn_delete(call->txn, expiry_key(call, t, key, seconds));
	if (after)
		expiry_put(call, t, key, after);
	ddb_collection_count(call, t, before, after);
	int64_t at_ms = count_timed(call, t, 0, (after != NULL) - (before != NULL),
		(int64_t)new_size - (int64_t)old_size, t->r.undo_number.v != 0);
	if (t->r.undo_number.v && (before || after))
		ddb_undo_keep(call, t, at_ms, key, before, bytes);
	usage->table += write_units(MAX(old_size, new_size));
	if (t->r.stream_view.p)
		ddb_stream_record(call, t, key, before, after, bytes, is_expiry);
}

void ddb_item_write(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *before, const struct dynamodb_attributes *after,
	struct usage *usage)
{
	item_write(call, t, key, before, after, usage, false);
}

void ddb_item_expire(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *item)
{
	struct usage usage = usage_new(call, t);
	item_write(call, t, key, item, NULL, &usage, true);
}
