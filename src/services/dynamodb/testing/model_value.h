/*
 * The model's own attribute values: plain and slow, and nothing of the service's. Numbers are
 * counted in quarters. Included by the model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_VALUE_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_VALUE_H

#include "aws/codec.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/random.h"
#include <stdlib.h>
#include <yyjson.h>

enum mtype { M_S, M_N, M_B, M_BOOL, M_NULL, M_SS, M_NS, M_L, M_M, M_TYPES };

static const char *const mtype_names[] = { "S", "N", "B", "BOOL", "NULL", "SS", "NS", "L", "M" };

struct mfield;
struct mval {
	enum mtype type;
	struct str s;     /* S, B */
	int64_t n;        /* N in quarters; BOOL */
	struct mfield *v; /* elements, or members with their names */
	size_t count;
};
struct mfield {
	struct str name;
	struct mval x;
};

static uint64_t below(struct prng *r, uint64_t n)
{
	return prng_next(r) % n;
}

static bool chance(struct prng *r, uint64_t one_in)
{
	return below(r, one_in) == 0;
}

/* ---- maps and copies ---- */

static struct mval *mget(const struct mval *map, struct str name)
{
	for (size_t i = 0; map->type == M_M && i < map->count; i++)
		if (str_eq(map->v[i].name, name))
			return &map->v[i].x;
	return NULL;
}

/* A place at the end. */
static struct mval *madd(struct arena *a, struct mval *list, struct str name)
{
	struct mfield *v = ARENA_ARRAY(a, struct mfield, list->count + 1);
	for (size_t i = 0; i < list->count; i++)
		v[i] = list->v[i];
	list->v = v;
	v[list->count].name = name;
	return &v[list->count++].x;
}

static void mput(struct arena *a, struct mval *map, struct str name, struct mval x)
{
	struct mval *place = mget(map, name);
	*(place ? place : madd(a, map, name)) = x;
}

static void mcut(struct mval *list, size_t at)
{
	for (size_t i = at; i + 1 < list->count; i++)
		list->v[i] = list->v[i + 1];
	list->count--;
}

static void mremove(struct mval *map, struct str name)
{
	for (size_t i = 0; i < map->count; i++)
		if (str_eq(map->v[i].name, name)) {
			mcut(map, i);
			return;
		}
}

static struct mval mcopy(struct arena *a, const struct mval *from)
{
	struct mval to = *from;
	to.s = arena_str(a, from->s);
	to.v = ARENA_ARRAY(a, struct mfield, from->count);
	for (size_t i = 0; i < from->count; i++)
		to.v[i] = (struct mfield){ arena_str(a, from->v[i].name), mcopy(a, &from->v[i].x) };
	return to;
}

/* ---- comparing ---- */

static bool meq(const struct mval *a, const struct mval *b);

static bool mhas(const struct mval *set, const struct mval *x)
{
	for (size_t i = 0; i < set->count; i++)
		if (meq(&set->v[i].x, x))
			return true;
	return false;
}

static bool meq(const struct mval *a, const struct mval *b)
{
	if (a->type != b->type || a->count != b->count || a->n != b->n || !str_eq(a->s, b->s))
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct mval *x = &a->v[i].x, *y = NULL;
		if (a->type == M_L)
			y = &b->v[i].x;
		else if (a->type == M_M)
			y = mget(b, a->v[i].name);
		if (y ? !meq(x, y) : a->type == M_M || !mhas(b, x))
			return false;
	}
	return true;
}

/* Of two strings, numbers or binaries. */
static int morder(const struct mval *a, const struct mval *b)
{
	if (a->type == M_N)
		return (a->n > b->n) - (a->n < b->n);
	size_t n = MIN(a->s.n, b->s.n);
	int order = n ? memcmp(a->s.p, b->s.p, n) : 0;
	return order ? order : (a->s.n > b->s.n) - (a->s.n < b->s.n);
}

static bool mscalar(const struct mval *x)
{
	return x->type <= M_B;
}

/* ---- JSON ---- */

static void number_text(struct buf *b, int64_t quarters)
{
	static const char *const parts[] = { "", ".25", ".5", ".75" };
	uint64_t n = (uint64_t)llabs(quarters);
	buf_printf(
		b, "%s%llu%s", quarters < 0 ? "-" : "", (unsigned long long)(n / 4), parts[n % 4]);
}

static void scalar_json(struct buf *b, const struct mval *x)
{
	if (x->type == M_S) {
		json_quote(b, x->s);
		return;
	}
	buf_char(b, '"');
	if (x->type == M_N)
		number_text(b, x->n);
	else
		base64_encode_to(b, x->s);
	buf_char(b, '"');
}

static void fields_json(struct buf *b, const struct mval *x);

static void mjson(struct buf *b, const struct mval *x)
{
	buf_printf(b, "{\"%s\":", mtype_names[x->type]);
	if (mscalar(x))
		scalar_json(b, x);
	else if (x->type == M_BOOL || x->type == M_NULL)
		buf_cat(b, x->n ? "true" : "false");
	else
		fields_json(b, x);
	buf_char(b, '}');
}

/* Also an item: a map without its type. */
static void fields_json(struct buf *b, const struct mval *x)
{
	buf_char(b, x->type == M_M ? '{' : '[');
	for (size_t i = 0; i < x->count; i++) {
		if (i)
			buf_char(b, ',');
		if (x->type == M_M) {
			json_quote(b, x->v[i].name);
			buf_char(b, ':');
		}
		if (x->type == M_SS || x->type == M_NS)
			scalar_json(b, &x->v[i].x);
		else
			mjson(b, &x->v[i].x);
	}
	buf_char(b, x->type == M_M ? '}' : ']');
}

static bool read_number(struct str text, int64_t *out)
{
	bool minus = text.n && text.p[0] == '-';
	struct str rest = minus ? str_from(text, 1) : text, whole, part = STR("");
	uint64_t n;
	str_cut(&rest, '.', &whole);
	if (rest.p)
		part = rest;
	if (str_to_u64(whole, &n) < 0)
		return false;
	int quarters = !part.n              ? 0
		       : str_is(part, "25") ? 1
		       : str_is(part, "5")  ? 2
		       : str_is(part, "75") ? 3
					    : -1;
	*out = (int64_t)n * 4 + quarters;
	if (minus)
		*out = -*out;
	return quarters >= 0 && !(minus && *out == 0);
}

static struct str text_of(struct arena *a, yyjson_val *j)
{
	return arena_str(a, (struct str){ yyjson_get_str(j), yyjson_get_len(j) });
}

static bool read_scalar(struct arena *a, yyjson_val *j, struct mval *out)
{
	if (!yyjson_is_str(j))
		return false;
	out->s = text_of(a, j);
	if (out->type == M_B)
		return base64_decode(a, out->s, &out->s) == 0;
	if (out->type == M_S)
		return true;
	struct str text = out->s;
	out->s = (struct str){ 0 };
	return read_number(text, &out->n);
}

static bool read_item(struct arena *a, yyjson_val *j, struct mval *out);

static bool mread(struct arena *a, yyjson_val *j, struct mval *out)
{
	yyjson_obj_iter it = yyjson_obj_iter_with(j);
	yyjson_val *key = yyjson_obj_iter_next(&it), *x = key ? yyjson_obj_iter_get_val(key) : NULL;
	size_t i, n, type = 0;
	yyjson_val *element;
	*out = (struct mval){ 0 };
	while (x && type < M_TYPES && strcmp(yyjson_get_str(key), mtype_names[type]) != 0)
		type++;
	if (!x || type == M_TYPES || yyjson_obj_size(j) != 1)
		return false;
	out->type = (enum mtype)type;
	if (mscalar(out))
		return read_scalar(a, x, out);
	if (out->type == M_BOOL || out->type == M_NULL) {
		out->n = yyjson_is_true(x);
		return yyjson_is_bool(x);
	}
	if (out->type == M_M)
		return read_item(a, x, out);
	yyjson_arr_foreach(x, i, n, element)
	{
		struct mval one = { .type = out->type == M_SS ? M_S : M_N };
		if (out->type == M_L ? !mread(a, element, &one) : !read_scalar(a, element, &one))
			return false;
		*madd(a, out, (struct str){ 0 }) = one;
	}
	return yyjson_is_arr(x);
}

static bool read_item(struct arena *a, yyjson_val *j, struct mval *out)
{
	size_t i, n;
	yyjson_val *key, *x;
	*out = (struct mval){ .type = M_M };
	yyjson_obj_foreach(j, i, n, key, x)
	{
		struct mval one;
		if (!mread(a, x, &one))
			return false;
		*madd(a, out, text_of(a, key)) = one;
	}
	return yyjson_is_obj(j);
}

/* ---- random values ---- */

static struct mval mtext(const char *s)
{
	return (struct mval){ .type = M_S, .s = str_c(s) };
}

static struct mval mnumber(int64_t quarters)
{
	return (struct mval){ .type = M_N, .n = quarters };
}

static struct mval random_scalar(struct prng *r, enum mtype type)
{
	static const struct str texts[] = { STR_INIT("a"), STR_INIT("ab"), STR_INIT("abc"),
		STR_INIT("b"), STR_INIT("a\0"), STR_INIT("a\0b"), STR_INIT("\303\251"),
		STR_INIT("A"), STR_INIT("zz\001"), STR_INIT("ab\"c\\") };
	static const struct str bytes[] = { STR_INIT("\0"), STR_INIT("\0\377"), STR_INIT("\377"),
		STR_INIT("\377\377"), STR_INIT("\001"), STR_INIT("a"), STR_INIT("\377\0") };
	static const int64_t numbers[] = { 0, 1, 2, 3, 4, -1, -4, 8, 40, 44, -40, 400, 4000, -4000,
		4000000000000, 5 };
	struct mval x = { .type = type };
	if (type == M_S)
		x.s = texts[below(r, COUNT_OF(texts))];
	else if (type == M_B)
		x.s = bytes[below(r, COUNT_OF(bytes))];
	else
		x.n = numbers[below(r, COUNT_OF(numbers))];
	return x;
}

static struct mval random_value(struct prng *r, struct arena *a, enum mtype type, int depth)
{
	static const struct str names[] = { STR_INIT("x"), STR_INIT("y"), STR_INIT("z") };
	struct mval x = { .type = type };
	size_t n = below(r, 4);
	if (mscalar(&x)) {
		x = random_scalar(r, type);
		if (type != M_N && chance(r, 12))
			x.s = STR("");
	} else if (type == M_BOOL || type == M_NULL) {
		x.n = type == M_NULL || below(r, 2);
	} else if (type == M_SS || type == M_NS) {
		for (size_t i = 0; i <= n; i++) {
			struct mval one = random_scalar(r, type == M_SS ? M_S : M_N);
			if (!mhas(&x, &one))
				*madd(a, &x, (struct str){ 0 }) = one;
		}
	} else {
		for (size_t i = 0; i < n; i++) {
			enum mtype t = (enum mtype)below(r, depth < 3 ? M_TYPES : M_SS);
			struct mval one = random_value(r, a, t, depth + 1);
			if (type == M_M)
				mput(a, &x, names[below(r, 3)], one);
			else
				*madd(a, &x, (struct str){ 0 }) = one;
		}
	}
	return x;
}

#endif
