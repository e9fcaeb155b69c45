/* Attribute values and maps of them: types, checks, sizes, order. */
#include "services/dynamodb/values/value.h"
#include "base/encode.h"
#include "services/dynamodb/values/number.h"
#include <errno.h>
#include <stdlib.h>

static const char *const type_names[] = { "", "S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL",
	"BOOL" };

enum value_type value_type(const struct dynamodb_value *v)
{
	return v->s.p         ? VALUE_S
	       : v->n.p       ? VALUE_N
	       : v->b.p       ? VALUE_B
	       : v->m.v       ? VALUE_M
	       : v->l.v       ? VALUE_L
	       : v->bool_.set ? VALUE_BOOL
	       : v->null.set  ? VALUE_NULL
	       : v->ss.v      ? VALUE_SS
	       : v->ns.v      ? VALUE_NS
	       : v->bs.v      ? VALUE_BS
			      : VALUE_NONE;
}

const char *value_type_name(enum value_type type)
{
	return type_names[type];
}

enum value_type value_type_of(struct str name)
{
	for (size_t i = 1; i < COUNT_OF(type_names); i++)
		if (str_is(name, type_names[i]))
			return (enum value_type)i;
	return VALUE_NONE;
}

static int members_set(const struct dynamodb_value *v)
{
	return !!v->s.p + !!v->n.p + !!v->b.p + !!v->ss.v + !!v->ns.v + !!v->bs.v + !!v->m.v +
	       !!v->l.v + v->null.set + v->bool_.set;
}

/* ---- checks ---- */

static int refuse(struct str *why, struct str text)
{
	*why = text;
	return -EINVAL;
}

static int check_number(struct arena *arena, struct str *text, struct str *why)
{
	struct number x;
	char room[256], normal[NUMBER_TEXT_MAX];
	enum number_error e = number_parse(*text, &x);
	if (e != NUMBER_OK)
		return refuse(
			why, arena_str(arena, number_error_text(e, room, sizeof room, *text)));
	struct str s = { normal, number_format(&x, normal) };
	if (!str_eq(s, *text))
		*text = arena_str(arena, s);
	return 0;
}

static int compare_texts(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Of texts that are numbers' normal ones. */
static int order_numbers(struct str a, struct str b)
{
	struct number x, y;
	if (number_parse(a, &x) != NUMBER_OK || number_parse(b, &y) != NUMBER_OK)
		return str_cmp(a, b);
	return number_compare(&x, &y);
}

static int compare_numbers(const void *a, const void *b)
{
	return order_numbers(*(const struct str *)a, *(const struct str *)b);
}

static struct str list_text(struct arena *arena, const struct str *v, size_t n)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < n; i++) {
		buf_cat(&b, i ? ", " : "");
		buf_str(&b, v[i]);
	}
	struct str text = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

static int check_set(
	struct arena *arena, struct str *v, size_t n, enum value_type type, struct str *why)
{
	const char *name = type == VALUE_SS ? "string" : type == VALUE_NS ? "number" : "binary";
	if (!n)
		return refuse(why,
			arena_printf(arena,
				"One or more parameter values were invalid: An %s set  may not be empty",
				name));
	for (size_t i = 0; i < n; i++) {
		if (type == VALUE_NS && check_number(arena, &v[i], why) < 0)
			return -EINVAL;
		if (!v[i].n)
			return refuse(why,
				arena_printf(arena,
					"One or more parameter values were invalid: An %s set may not "
					"have a empty %s as a member",
					name, name));
	}
	struct str as_given = list_text(arena, v, type == VALUE_SS && n <= 64 ? n : 0);
	qsort(v, n, sizeof *v, type == VALUE_NS ? compare_numbers : compare_texts);
	for (size_t i = 0; i + 1 < n; i++) {
		if (!str_eq(v[i], v[i + 1]))
			continue;
		if (type != VALUE_SS)
			return refuse(why, STR("Input collection contains duplicates"));
		return refuse(why,
			arena_printf(arena,
				"One or more parameter values were invalid: Input collection [%.*s] "
				"contains duplicates.",
				STR_ARG(as_given)));
	}
	return 0;
}

static int check_members(struct arena *arena, struct dynamodb_value *v, int depth, struct str *why)
{
	/* The attribute itself is the first of the levels, what stands in the innermost list or map
	 * the last. */
	if (depth + 1 >= DDB_DEPTH_MAX)
		return refuse(why,
			STR("Nesting Levels have exceeded supported limits: Attributes in the item "
			    "have nested levels beyond supported limit"));
	for (size_t i = 0; i < v->m.n; i++)
		if (value_check(arena, &v->m.v[i].value, depth + 1, why) < 0)
			return -EINVAL;
	for (size_t i = 0; i < v->l.n; i++)
		if (value_check(arena, &v->l.v[i], depth + 1, why) < 0)
			return -EINVAL;
	return 0;
}

int value_check(struct arena *arena, struct dynamodb_value *v, int depth, struct str *why)
{
	int set = members_set(v);
	if (set != 1)
		return refuse(why,
			set ? STR("Supplied AttributeValue has more than one datatypes set, must contain exactly one "
				  "of the supported datatypes")
			    : STR("Supplied AttributeValue is empty, must contain exactly one of the supported "
				  "datatypes"));
	switch (value_type(v)) {
	case VALUE_N:
		return check_number(arena, &v->n, why);
	case VALUE_SS:
		return check_set(arena, v->ss.v, v->ss.n, VALUE_SS, why);
	case VALUE_NS:
		return check_set(arena, v->ns.v, v->ns.n, VALUE_NS, why);
	case VALUE_BS:
		return check_set(arena, v->bs.v, v->bs.n, VALUE_BS, why);
	case VALUE_M:
	case VALUE_L:
		return check_members(arena, v, depth, why);
	case VALUE_NULL:
		if (!v->null.v)
			return refuse(why,
				STR("One or more parameter values were invalid: Null attribute value types must have "
				    "the value of true"));
		return 0;
	default:
		return 0;
	}
}

int attributes_check(struct arena *arena, const struct dynamodb_attributes *map, struct str *why)
{
	for (size_t i = 0; i < map->n; i++)
		if (value_check(arena, &map->v[i].value, 0, why) < 0)
			return -EINVAL;
	return 0;
}

/* ---- sizes ---- */

static size_t text_size(struct str text)
{
	struct number x;
	return number_parse(text, &x) == NUMBER_OK ? number_size(&x) : text.n;
}

size_t value_size(const struct dynamodb_value *v)
{
	enum { CONTAINER = 3 };
	size_t n = v->s.n + v->b.n;
	if (v->n.p)
		return text_size(v->n);
	if (v->null.set || v->bool_.set)
		return 1;
	if (v->m.v || v->l.v)
		n += CONTAINER;
	for (size_t i = 0; i < v->m.n; i++)
		n += v->m.v[i].key.n + value_size(&v->m.v[i].value) + 1;
	for (size_t i = 0; i < v->l.n; i++)
		n += value_size(&v->l.v[i]) + 1;
	for (size_t i = 0; i < v->ss.n; i++)
		n += v->ss.v[i].n;
	for (size_t i = 0; i < v->ns.n; i++)
		n += text_size(v->ns.v[i]);
	for (size_t i = 0; i < v->bs.n; i++)
		n += v->bs.v[i].n;
	return n;
}

size_t attributes_size(const struct dynamodb_attributes *map)
{
	size_t n = 0;
	for (size_t i = 0; i < map->n; i++)
		n += map->v[i].key.n + value_size(&map->v[i].value);
	return n;
}

/* ---- comparing ---- */

static bool texts_eq(const struct str *a, size_t n, const struct str *b, size_t m)
{
	bool same = n == m;
	for (size_t i = 0; same && i < n; i++)
		same = str_eq(a[i], b[i]);
	return same;
}

static int compare_entries(const void *a, const void *b)
{
	const struct dynamodb_attributes_entry *const *x = a, *const *y = b;
	return str_cmp((*x)->key, (*y)->key);
}

static const struct dynamodb_attributes_entry **sorted(const struct dynamodb_attributes *map)
{
	const struct dynamodb_attributes_entry **v = xcalloc(map->n + 1, sizeof *v);
	for (size_t i = 0; i < map->n; i++)
		v[i] = &map->v[i];
	qsort(v, map->n, sizeof *v, compare_entries);
	return v;
}

static bool maps_eq(const struct dynamodb_attributes *a, const struct dynamodb_attributes *b)
{
	if (a->n != b->n)
		return false;
	const struct dynamodb_attributes_entry **x = sorted(a), **y = sorted(b);
	bool same = true;
	for (size_t i = 0; same && i < a->n; i++)
		same = str_eq(x[i]->key, y[i]->key) && value_eq(&x[i]->value, &y[i]->value);
	free(x);
	free(y);
	return same;
}

bool value_eq(const struct dynamodb_value *a, const struct dynamodb_value *b)
{
	enum value_type type = value_type(a);
	bool same = true;
	if (type != value_type(b))
		return false;
	switch (type) {
	case VALUE_S:
		return str_eq(a->s, b->s);
	case VALUE_N:
		return str_eq(a->n, b->n);
	case VALUE_B:
		return str_eq(a->b, b->b);
	case VALUE_SS:
		return texts_eq(a->ss.v, a->ss.n, b->ss.v, b->ss.n);
	case VALUE_NS:
		return texts_eq(a->ns.v, a->ns.n, b->ns.v, b->ns.n);
	case VALUE_BS:
		return texts_eq(a->bs.v, a->bs.n, b->bs.v, b->bs.n);
	case VALUE_BOOL:
		return a->bool_.v == b->bool_.v;
	case VALUE_M:
		return maps_eq(&a->m, &b->m);
	case VALUE_L:
		same = a->l.n == b->l.n;
		for (size_t i = 0; same && i < a->l.n; i++)
			same = value_eq(&a->l.v[i], &b->l.v[i]);
		return same;
	default:
		return true;
	}
}

bool value_compare(const struct dynamodb_value *a, const struct dynamodb_value *b, int *order)
{
	enum value_type type = value_type(a);
	if (type != value_type(b) || type < VALUE_S || type > VALUE_B)
		return false;
	*order = type == VALUE_N   ? order_numbers(a->n, b->n)
		 : type == VALUE_S ? str_cmp(a->s, b->s)
				   : str_cmp(a->b, b->b);
	return true;
}

static bool any_eq(const struct str *v, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

bool value_contains(const struct dynamodb_value *whole, const struct dynamodb_value *part)
{
	enum value_type type = value_type(part);
	switch (value_type(whole)) {
	case VALUE_S:
		return type == VALUE_S && str_find(whole->s, part->s) >= 0;
	case VALUE_B:
		return type == VALUE_B && str_find(whole->b, part->b) >= 0;
	case VALUE_SS:
		return type == VALUE_S && any_eq(whole->ss.v, whole->ss.n, part->s);
	case VALUE_NS:
		return type == VALUE_N && any_eq(whole->ns.v, whole->ns.n, part->n);
	case VALUE_BS:
		return type == VALUE_B && any_eq(whole->bs.v, whole->bs.n, part->b);
	case VALUE_L:
		for (size_t i = 0; i < whole->l.n; i++)
			if (value_eq(&whole->l.v[i], part))
				return true;
		return false;
	default:
		return false;
	}
}

/* ---- copies and changes ---- */

void value_clone(struct arena *arena, const struct dynamodb_value *from, struct dynamodb_value *to)
{
	*to = *from;
	if (from->m.v)
		attributes_clone(arena, &from->m, &to->m);
	if (from->l.v) {
		to->l.v = ARENA_ARRAY(arena, struct dynamodb_value, from->l.n);
		for (size_t i = 0; i < from->l.n; i++)
			value_clone(arena, &from->l.v[i], &to->l.v[i]);
	}
}

void attributes_clone(
	struct arena *arena, const struct dynamodb_attributes *from, struct dynamodb_attributes *to)
{
	struct dynamodb_attributes_entry *v =
		ARENA_ARRAY(arena, struct dynamodb_attributes_entry, from->n);
	for (size_t i = 0; i < from->n; i++) {
		v[i].key = from->v[i].key;
		value_clone(arena, &from->v[i].value, &v[i].value);
	}
	*to = (struct dynamodb_attributes){ v, from->n };
}

struct dynamodb_value *attributes_get(const struct dynamodb_attributes *map, struct str name)
{
	for (size_t i = 0; i < map->n; i++)
		if (str_eq(map->v[i].key, name))
			return &map->v[i].value;
	return NULL;
}

struct dynamodb_value *attributes_put(
	struct arena *arena, struct dynamodb_attributes *map, struct str name)
{
	struct dynamodb_value *v = attributes_get(map, name);
	if (v)
		return v;
	/* The arena has no realloc, and a map that was decoded has no room beyond its end. */
	struct dynamodb_attributes_entry *grown =
		ARENA_ARRAY(arena, struct dynamodb_attributes_entry, map->n + 1);
	if (map->n)
		memcpy(grown, map->v, map->n * sizeof *grown);
	map->v = grown;
	map->v[map->n].key = name;
	return &map->v[map->n++].value;
}

void attributes_remove(struct dynamodb_attributes *map, struct str name)
{
	for (size_t i = 0; i < map->n; i++) {
		if (!str_eq(map->v[i].key, name))
			continue;
		memmove(&map->v[i], &map->v[i + 1], (map->n - i - 1) * sizeof *map->v);
		map->n--;
		return;
	}
}

static struct str *set_texts(const struct dynamodb_value *v, size_t *n)
{
	*n = v->ss.v ? v->ss.n : v->ns.v ? v->ns.n : v->bs.n;
	return v->ss.v ? v->ss.v : v->ns.v ? v->ns.v : v->bs.v;
}

static void set_of(enum value_type type, struct str *v, size_t n, struct dynamodb_value *out)
{
	*out = (struct dynamodb_value){ 0 };
	if (n && type == VALUE_SS)
		out->ss = (struct dynamodb_strings){ v, n };
	else if (n && type == VALUE_NS)
		out->ns = (struct dynamodb_strings){ v, n };
	else if (n)
		out->bs = (struct dynamodb_blobs){ v, n };
}

/* Both are sorted: one walk. keep_second says whether b's own elements are taken or a's without
 * them. */
static void merge(struct arena *arena, const struct dynamodb_value *a,
	const struct dynamodb_value *b, bool keep_second, struct dynamodb_value *out)
{
	enum value_type type = value_type(a);
	size_t n, m, i = 0, j = 0, count = 0;
	struct str *x = set_texts(a, &n), *y = set_texts(b, &m);
	struct str *v = ARENA_ARRAY(arena, struct str, n + m);
	while (i < n || j < m) {
		int order = i == n             ? 1
			    : j == m           ? -1
			    : type == VALUE_NS ? order_numbers(x[i], y[j])
					       : str_cmp(x[i], y[j]);
		if (order < 0 || (order == 0 && keep_second))
			v[count++] = x[i];
		else if (order > 0 && keep_second)
			v[count++] = y[j];
		i += order <= 0;
		j += order >= 0;
	}
	set_of(type, v, count, out);
}

void value_set_union(struct arena *arena, const struct dynamodb_value *a,
	const struct dynamodb_value *b, struct dynamodb_value *out)
{
	merge(arena, a, b, true, out);
}

void value_set_minus(struct arena *arena, const struct dynamodb_value *a,
	const struct dynamodb_value *b, struct dynamodb_value *out)
{
	merge(arena, a, b, false, out);
}

struct str value_key_bytes(struct arena *arena, const struct dynamodb_value *v)
{
	struct number x;
	if (v->s.p)
		return v->s;
	if (v->b.p)
		return v->b;
	if (number_parse(v->n, &x) != NUMBER_OK)
		return v->n;
	unsigned char *key = arena_alloc(arena, NUMBER_KEY_MAX);
	return (struct str){ (char *)key, number_key(&x, key) };
}

struct str value_text(struct arena *arena, const struct dynamodb_value *v)
{
	switch (value_type(v)) {
	case VALUE_S:
		return arena_printf(arena, "{S:%.*s}", STR_ARG(v->s));
	case VALUE_N:
		return arena_printf(arena, "{N:%.*s}", STR_ARG(v->n));
	case VALUE_B:
		return arena_printf(arena, "{B:%.*s}", STR_ARG(base64_encode(arena, v->b)));
	default:
		return arena_printf(arena, "{%s}", value_type_name(value_type(v)));
	}
}
