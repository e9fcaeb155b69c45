/*
 * Form bodies of the Query protocol to structures: Name.Member=value, Names.member.N, Flat.N,
 * Map.entry.N.key and .value (Smithy, "AWS Query protocol"). The pairs are sorted so that what
 * belongs together stands together; the reader then goes down by parts of the keys.
 */
#include "aws/codec.h"
#include "aws/limits.h"
#include "base/encode.h"
#include <errno.h>
#include <stdlib.h>

struct pair {
	struct str key, value;
	size_t position; /* in the form */
};

struct reader {
	struct arena *arena;
	struct decode_error *error;
	int depth;
};

/* The pairs whose keys are alike up to their byte `from`. */
struct range {
	const struct pair *v;
	size_t n, from;
};

static bool is_number(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n <= 9;
}

static int compare_parts(struct str a, struct str b)
{
	bool a_is = is_number(a), b_is = is_number(b);
	if (a_is != b_is)
		return a_is ? -1 : 1;
	if (a_is) {
		long x = strtol(a.p, NULL, 10), y = strtol(b.p, NULL, 10);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return str_cmp(a, b);
}

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	struct str rest_x = x->key, rest_y = y->key, part_x, part_y;
	for (;;) {
		bool more_x = str_cut(&rest_x, '.', &part_x),
		     more_y = str_cut(&rest_y, '.', &part_y);
		if (!more_x || !more_y)
			return more_x ? 1 : more_y ? -1 : x->position < y->position ? -1 : 1;
		int c = compare_parts(part_x, part_y);
		if (c)
			return c;
	}
}

/* The part of the first key that begins at `from`; empty when the key ends there. */
static struct str part_of(const struct pair *pair, size_t from)
{
	if (pair->key.n <= from)
		return STR("");
	struct str rest = str_from(pair->key, from), part;
	str_cut(&rest, '.', &part);
	return part;
}

/* Takes the pairs with the same next part off the range: *part, and what is below it. */
static bool next_group(struct range *range, struct str *part, struct range *group)
{
	if (!range->n)
		return false;
	*part = part_of(range->v, range->from);
	size_t n = 1;
	while (n < range->n && str_eq(part_of(&range->v[n], range->from), *part))
		n++;
	*group = (struct range){ range->v, n, range->from + part->n + 1 };
	range->v += n;
	range->n -= n;
	return true;
}

/* The value of the key that ends here: "Names=" beside "Names.member.1". */
static bool own_value(const struct range *range, struct str *value)
{
	bool found = false;
	/* Shortest first, so those that end here stand in front; the last of them wins. */
	for (size_t i = 0; i < range->n && range->v[i].key.n < range->from; i++) {
		*value = range->v[i].value;
		found = true;
	}
	return found;
}

static int read_value(struct reader *r, const struct shape *shape, enum timestamp_format format,
	struct range range, void *out);

static int read_entry(struct reader *r, const struct shape *shape, struct range range, char *entry)
{
	struct str part;
	struct range group;
	bool has_key = false, has_value = false;
	while (next_group(&range, &part, &group)) {
		const struct member *m = &shape->members[0];
		int e = 0;
		if (str_is(part, m->xml_name)) {
			has_key = true;
			e = read_value(r, m->shape, TIMESTAMP_DEFAULT, group, entry);
		} else if (str_is(part, m[1].xml_name)) {
			has_value = true;
			e = read_value(r, m[1].shape, m[1].timestamp, group, entry + m[1].offset);
		}
		if (e < 0)
			return e;
	}
	if (!has_key || !has_value)
		return decode_fail(r->error, "an entry of %s needs %s and %s", shape->name,
			shape->members[0].xml_name, shape->members[1].xml_name);
	return 0;
}

/* The numbered parts of the range, gaps closed. */
static int read_elements(
	struct reader *r, const struct shape *shape, struct range range, struct any_list *out)
{
	struct any_list list = { 0 };
	struct range rest = range, group;
	struct str part;
	size_t n = 0;
	while (next_group(&rest, &part, &group))
		n += is_number(part);
	list.v = arena_try(r->arena, n * shape->element_size);
	if (!list.v)
		return -ENOMEM;
	memset(list.v, 0, n * shape->element_size);
	for (rest = range; next_group(&rest, &part, &group);) {
		char *place = (char *)list.v + list.n * shape->element_size;
		if (!is_number(part)) {
			if (part.n)
				return decode_fail(r->error, "%.*s is no number of a list",
					STR_ARG(group.v->key));
			continue;
		}
		int e = shape->type == SHAPE_MAP
				? read_entry(r, shape, group, place)
				: read_value(r, shape->members[0].shape,
					  shape->members[0].timestamp, group, place);
		if (e < 0)
			return e;
		list.n++;
	}
	if (shape->type == SHAPE_MAP)
		list.n = map_last_wins(list.v, list.n, shape->element_size);
	*out = list;
	return 0;
}

/* A list or map below its name: behind one more part, unless it is flattened. "Names=" is an empty
 * one. */
static int read_collection(struct reader *r, const struct shape *shape, struct range range,
	bool is_flattened, struct any_list *out)
{
	const char *wanted = shape->type == SHAPE_MAP ? "entry" : shape->members[0].xml_name;
	struct str part;
	struct range group, none = { 0 };
	if (is_flattened)
		return read_elements(r, shape, range, out);
	bool found = false;
	while (next_group(&range, &part, &group))
		if (str_is(part, wanted)) {
			int e = read_elements(r, shape, group, out);
			if (e < 0)
				return e;
			found = true;
		} else if (part.n) {
			return decode_fail(
				r->error, "%.*s: %s expected", STR_ARG(group.v->key), wanted);
		}
	return found ? 0 : read_elements(r, shape, none, out);
}

static int read_member(
	struct reader *r, const struct member *m, struct range range, void *structure)
{
	void *place = (char *)structure + m->offset;
	if (m->shape->type == SHAPE_LIST || m->shape->type == SHAPE_MAP)
		return read_collection(r, m->shape, range, m->flags & MEMBER_XML_FLATTENED, place);
	if (m->shape->type == SHAPE_STRUCTURE || m->shape->type == SHAPE_UNION) {
		void *nested = arena_try(r->arena, m->shape->size);
		if (!nested)
			return -ENOMEM;
		memset(nested, 0, m->shape->size);
		*(void **)place = nested;
		place = nested;
	}
	return read_value(r, m->shape, m->timestamp, range, place);
}

static int read_structure(
	struct reader *r, const struct shape *shape, struct range range, void *out)
{
	struct str part;
	struct range group;
	while (next_group(&range, &part, &group))
		for (uint32_t i = 0; i < shape->member_count; i++) {
			const struct member *m = &shape->members[i];
			if (!str_is(part, m->xml_name) || (m->flags & MEMBER_STREAMING))
				continue;
			int e = read_member(r, m, group, out);
			if (e < 0)
				return e;
			break;
		}
	return 0;
}

static int read_value(struct reader *r, const struct shape *shape, enum timestamp_format format,
	struct range range, void *out)
{
	struct str value;
	int e;
	if (shape->type < SHAPE_LIST) {
		if (!own_value(&range, &value))
			return decode_fail(
				r->error, "%.*s is below a simple value", STR_ARG(range.v->key));
		return text_decode(r->arena, shape, format, value, out, r->error);
	}
	if (++r->depth > CODEC_DEPTH_MAX)
		return decode_fail(r->error, "nested deeper than %d levels", CODEC_DEPTH_MAX);
	e = shape->type == SHAPE_LIST || shape->type == SHAPE_MAP
		    ? read_collection(r, shape, range, false, out)
		    : read_structure(r, shape, range, out);
	r->depth--;
	return e;
}

/* The pairs of the form, decoded. */
static int split(struct reader *r, struct str body, struct pair **out, size_t *n)
{
	size_t count = 1;
	struct str rest = body, part;
	for (size_t i = 0; i < body.n; i++)
		count += body.p[i] == '&';
	if (count > QUERY_PAIRS_MAX)
		return decode_fail(r->error, "more than %d parameters", QUERY_PAIRS_MAX);
	struct pair *pairs = arena_try(r->arena, count * sizeof *pairs);
	/* The texts are decoded into the arena, each no longer than it was. */
	if (!pairs || (r->arena->bytes_max && r->arena->used_bytes + body.n > r->arena->bytes_max))
		return -ENOMEM;
	*n = 0;
	while (str_cut(&rest, '&', &part)) {
		ssize_t equals = str_index(part, '=');
		struct str key = equals < 0 ? part : str_sub(part, 0, (size_t)equals);
		struct str value = equals < 0 ? STR("") : str_from(part, (size_t)equals + 1);
		struct pair *pair = &pairs[*n];
		if (!key.n)
			continue;
		if (percent_decode(r->arena, key, true, &pair->key) < 0 ||
			percent_decode(r->arena, value, true, &pair->value) < 0)
			return decode_fail(r->error, "a broken %% code in the form");
		pair->position = (*n)++;
	}
	*out = pairs;
	return 0;
}

int query_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error)
{
	struct reader r = { .arena = arena, .error = error };
	struct pair *pairs = NULL;
	size_t n = 0;
	if (body.n == 0)
		return 0;
	int e = split(&r, body, &pairs, &n);
	if (e < 0)
		return e;
	qsort(pairs, n, sizeof *pairs, compare_pairs);
	return read_structure(&r, shape, (struct range){ pairs, n, 0 }, out);
}
