/*
 * The model's tables: lists of items, with what their indexes hold computed anew whenever it is
 * asked. Included by the model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_TABLE_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_TABLE_H

#include "services/dynamodb/testing/model_expr.h"

struct mkey {
	const char *name; /* NULL: there is none */
	enum mtype type;
};

enum mprojection { P_ALL, P_KEYS_ONLY, P_INCLUDE /* of d */ };

struct mindex {
	const char *name;
	struct mkey hash, range;
	bool local;
	enum mprojection projection;
	bool comes_and_goes;
	/* Whether it is there, and may be read. */
	bool is_there, is_active;
};

struct mitem {
	struct arena a;
	struct mval v;
};

enum { M_INDEXES = 3, M_ITEMS_MAX = 256 };

struct mtable {
	const char *name;
	struct mkey hash, range;
	struct mindex index[M_INDEXES];
	bool expires; /* by the attribute "until" */
	struct mitem *items[M_ITEMS_MAX];
	size_t n;
};

static struct mtable tables[] = {
	{ .name = "first",
		.hash = { "h", M_S },
		.range = { "r", M_N },
		.index = { { "local", { "h", M_S }, { "a", M_S }, true, P_KEYS_ONLY, false, 1, 1 },
			{ "global", { "b", M_N }, { "a", M_S }, false, P_ALL, false, 1, 1 },
			{ "moving", { "a", M_S }, { "r", M_N }, false, P_INCLUDE, true, 0, 0 } } },
	{ .name = "second",
		.hash = { "h", M_N },
		.index = { { "by-c", { "c", M_B }, { "b", M_N }, false, P_INCLUDE, false, 1, 1 },
			{ "by-a", { "a", M_S }, { 0 }, false, P_KEYS_ONLY, true, 1, 1 },
			{ "by-h", { "b", M_N }, { "h", M_N }, false, P_ALL, true, 0, 0 } } },
	{ .name = "third",
		.hash = { "h", M_B },
		.range = { "r", M_S },
		.index = { { "local-b", { "h", M_B }, { "b", M_N }, true, P_ALL, false, 1, 1 },
			{ "local-c", { "h", M_B }, { "c", M_B }, true, P_INCLUDE, false, 1, 1 },
			{ "turned", { "r", M_S }, { "h", M_B }, false, P_ALL, true, 1, 1 } } },
};

/* ---- time ---- */

enum { TTL_AGE_SECONDS = 5 * 365 * 86400 + 86400 + 1000 };

/* It stands still but for step_expiry. */
static int64_t model_now_ms = INT64_C(1795000000000);
static const struct str expiry_name = STR_INIT("until");

/* Never in the past of five years, so that nothing that is written is expired already. */
static struct mval random_expiry(struct prng *r)
{
	struct mval x = { .type = M_N };
	int64_t now = model_now_ms / 1000;
	if (chance(r, 6))
		return random_scalar(r, chance(r, 2) ? M_S : M_N);
	x.n = chance(r, 6) ? (now - TTL_AGE_SECONDS) * 4 : (now + 1 + (int64_t)below(r, 60)) * 4;
	x.n += (int64_t)below(r, 4);
	return x;
}

static bool is_expired(const struct mtable *t, const struct mval *item)
{
	const struct mval *x = mget(item, expiry_name);
	int64_t now = model_now_ms / 1000, until = x && x->type == M_N ? x->n / 4 : 0;
	return t->expires && until > 0 && until <= now && now - until < TTL_AGE_SECONDS - 500;
}

/* ---- keys ---- */

static struct mval random_hash(struct prng *r, const struct mtable *t)
{
	static const struct str names[] = { STR_INIT("k"), STR_INIT("k\0"), STR_INIT("key"),
		STR_INIT("\303\251") };
	struct mval x = { .type = t->hash.type };
	if (x.type == M_N)
		x.n = (int64_t)below(r, 40) - 20;
	else
		x.s = names[below(r, COUNT_OF(names))];
	return x;
}

static struct mval random_range(struct prng *r, const struct mkey *k)
{
	struct mval x = { .type = k->type };
	if (k->type == M_N && chance(r, 2))
		x.n = (int64_t)below(r, 60) - 30;
	else
		x = random_scalar(r, k->type);
	return x;
}

static struct mval random_key(struct prng *r, struct arena *a, const struct mtable *t)
{
	struct mval key = { .type = M_M };
	mput(a, &key, str_c(t->hash.name), random_hash(r, t));
	if (t->range.name)
		mput(a, &key, str_c(t->range.name), random_range(r, &t->range));
	return key;
}

/* That of an item that is there, half of the time. */
static struct mval some_key(struct prng *r, struct arena *a, const struct mtable *t)
{
	struct mval key = { .type = M_M };
	if (!t->n || chance(r, 2))
		return random_key(r, a, t);
	const struct mval *item = &t->items[below(r, t->n)]->v;
	mput(a, &key, str_c(t->hash.name), *mget(item, str_c(t->hash.name)));
	if (t->range.name)
		mput(a, &key, str_c(t->range.name), *mget(item, str_c(t->range.name)));
	return mcopy(a, &key);
}

static bool same_key(const struct mtable *t, const struct mval *a, const struct mval *b)
{
	return meq(mget(a, str_c(t->hash.name)), mget(b, str_c(t->hash.name))) &&
	       (!t->range.name ||
		       meq(mget(a, str_c(t->range.name)), mget(b, str_c(t->range.name))));
}

static struct mitem **find_item(struct mtable *t, const struct mval *key)
{
	for (size_t i = 0; i < t->n; i++)
		if (same_key(t, &t->items[i]->v, key))
			return &t->items[i];
	return NULL;
}

static struct mval random_item(struct prng *r, struct arena *a, const struct mtable *t)
{
	static const enum mtype types[] = { 0, 0, M_S, M_N, M_B, 0, 0, M_SS, M_NS, M_L, M_M };
	struct mval item = some_key(r, a, t);
	for (size_t i = 0; i < COUNT_OF(attributes_all); i++) {
		enum mtype type = types[i];
		if (mget(&item, attributes_all[i]) || chance(r, 3))
			continue;
		if (i < FREE_FROM || str_is(attributes_all[i], "d") ||
			str_is(attributes_all[i], "e") || chance(r, 60))
			type = (enum mtype)below(r, M_TYPES);
		struct mval x = random_value(r, a, type, 0);
		if (mscalar(&x) && x.type != M_N && !x.s.n && !chance(r, 4))
			x = random_scalar(r, x.type);
		mput(a, &item, attributes_all[i], x);
	}
	if (chance(r, 4))
		mput(a, &item, expiry_name, random_expiry(r));
	return item;
}

/* ---- sizes ---- */

enum { BIG_BYTES = 100000 };

/* Near enough: texts are short or some times BIG_BYTES, and AWS's limit lies between four and five.
 */
static size_t rough_size(const struct mval *x)
{
	size_t n = x->s.n;
	for (size_t i = 0; i < x->count; i++)
		n += rough_size(&x->v[i].x);
	return n;
}

static bool is_too_large(const struct mval *item)
{
	return rough_size(item) > 400 * 1024;
}

static struct mval big_text(struct prng *r, struct arena *a)
{
	size_t n = BIG_BYTES * (1 + below(r, 5));
	char *p = arena_alloc(a, n);
	memset(p, 'x', n);
	return (struct mval){ .type = M_S, .s = { p, n } };
}

/* ---- changes ---- */

static void item_free(struct mitem *item)
{
	arena_fini(&item->a);
	free(item);
}

static void model_put(struct mtable *t, const struct mval *item)
{
	struct mitem *x = xcalloc(1, sizeof *x), **place = find_item(t, item);
	x->v = mcopy(&x->a, item);
	if (place)
		item_free(*place);
	else
		assert(t->n < M_ITEMS_MAX);
	*(place ? place : &t->items[t->n++]) = x;
}

static void model_delete(struct mtable *t, const struct mval *key)
{
	struct mitem **place = find_item(t, key);
	if (!place)
		return;
	item_free(*place);
	*place = t->items[--t->n];
}

/* ---- indexes ---- */

static bool fits_key(const struct mkey *k, const struct mval *item, bool *bad)
{
	const struct mval *x = k->name ? mget(item, str_c(k->name)) : NULL;
	*bad |= x && (x->type != k->type || (x->type != M_N && !x->s.n));
	return x || !k->name;
}

/* Whether the item may stand in the table: its attributes that are keys of an index. What an update
 * has left as it was before may be from before the index. */
static bool fits_indexes(const struct mtable *t, const struct mval *item, const struct mval *before)
{
	for (size_t i = 0; i < 2 * M_INDEXES; i++) {
		const struct mindex *x = &t->index[i / 2];
		const struct mkey *k = i % 2 ? &x->range : &x->hash;
		bool bad = false;
		if (!x->is_there || !k->name)
			continue;
		fits_key(k, item, &bad);
		const struct mval *old = before ? mget(before, str_c(k->name)) : NULL;
		if (bad && !(old && meq(old, mget(item, str_c(k->name)))))
			return false;
	}
	return true;
}

static bool in_index(const struct mindex *x, const struct mval *item)
{
	bool bad = false;
	return !x || (fits_key(&x->hash, item, &bad) && fits_key(&x->range, item, &bad) && !bad);
}

static bool is_kept(const struct mtable *t, const struct mindex *x, struct str name)
{
	const struct mkey *keys[] = { &t->hash, &t->range, &x->hash, &x->range };
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (keys[i]->name && str_is(name, keys[i]->name))
			return true;
	return x->projection == P_ALL || (x->projection == P_INCLUDE && str_is(name, "d"));
}

/* What an index holds of the item; x == NULL: the table, all. Not a deep copy. */
static struct mval entry_of(
	struct arena *a, const struct mtable *t, const struct mindex *x, const struct mval *item)
{
	struct mval entry = { .type = M_M };
	if (!x)
		return *item;
	for (size_t i = 0; i < item->count; i++)
		if (is_kept(t, x, item->v[i].name))
			*madd(a, &entry, item->v[i].name) = item->v[i].x;
	return entry;
}

static size_t index_count(const struct mtable *t, const struct mindex *x)
{
	size_t n = 0;
	for (size_t i = 0; i < t->n; i++)
		n += in_index(x, &t->items[i]->v);
	return n;
}

/* ---- the definition of a table ---- */

static void key_schema_json(struct buf *b, const struct mkey *hash, const struct mkey *range)
{
	buf_printf(b, "\"KeySchema\":[{\"AttributeName\":\"%s\",\"KeyType\":\"HASH\"}", hash->name);
	if (range->name)
		buf_printf(b, ",{\"AttributeName\":\"%s\",\"KeyType\":\"RANGE\"}", range->name);
	buf_char(b, ']');
}

static void index_json(struct buf *b, const struct mindex *x)
{
	static const char *const projections[] = { "\"ALL\"", "\"KEYS_ONLY\"",
		"\"INCLUDE\",\"NonKeyAttributes\":[\"d\"]" };
	buf_printf(b, "{\"IndexName\":\"%s\",", x->name);
	key_schema_json(b, &x->hash, &x->range);
	buf_printf(b, ",\"Projection\":{\"ProjectionType\":%s}}", projections[x->projection]);
}

static void attribute_json(struct buf *b, const struct mkey *k, struct mval *seen, struct arena *a)
{
	if (!k->name || mget(seen, str_c(k->name)))
		return;
	buf_printf(b, "%s{\"AttributeName\":\"%s\",\"AttributeType\":\"%s\"}",
		seen->count ? "," : "", k->name, mtype_names[k->type]);
	madd(a, seen, str_c(k->name));
}

static void attributes_json(struct buf *b, const struct mtable *t, const struct mindex *only)
{
	struct arena a = { 0 };
	struct mval seen = { .type = M_M };
	buf_cat(b, "\"AttributeDefinitions\":[");
	attribute_json(b, &t->hash, &seen, &a);
	attribute_json(b, &t->range, &seen, &a);
	for (size_t i = 0; i < M_INDEXES; i++) {
		if (only ? only != &t->index[i] : !t->index[i].is_there)
			continue;
		attribute_json(b, &t->index[i].hash, &seen, &a);
		attribute_json(b, &t->index[i].range, &seen, &a);
	}
	buf_char(b, ']');
	arena_fini(&a);
}

static void table_json(struct buf *b, const struct mtable *t)
{
	static const char *const lists[] = { ",\"GlobalSecondaryIndexes\":[",
		",\"LocalSecondaryIndexes\":[" };
	buf_printf(b, "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",", t->name);
	key_schema_json(b, &t->hash, &t->range);
	buf_char(b, ',');
	attributes_json(b, t, NULL);
	for (int local = 0; local < 2; local++) {
		size_t n = 0;
		for (size_t i = 0; i < M_INDEXES; i++) {
			if (!t->index[i].is_there || t->index[i].local != local)
				continue;
			buf_cat(b, n++ ? "," : lists[local]);
			index_json(b, &t->index[i]);
		}
		buf_cat(b, n ? "]" : "");
	}
	buf_char(b, '}');
}

#endif
