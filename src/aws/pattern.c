/* Event patterns: a tree of fields whose leaves are lists of tests; one of a leaf's tests must
 * hold. */
#include "aws/pattern.h"
#include "aws/limits.h"
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <yyjson.h>

enum test_kind {
	TEST_STRING,
	TEST_NUMBER,
	TEST_TRUE,
	TEST_FALSE,
	TEST_NULL,
	TEST_PREFIX,
	TEST_PREFIX_CI,
	TEST_SUFFIX,
	TEST_SUFFIX_CI,
	TEST_EQUAL_CI,
	TEST_WILDCARD,
	TEST_RANGE,
	TEST_CIDR,
	TEST_EXISTS,
	TEST_ABSENT,
	TEST_BUT, /* present, and none of its tests holds */
};

struct test_list {
	struct leaf_test *v;
	size_t n;
};

struct range {
	double low, high;
	bool low_open, high_open;
};

struct cidr {
	int family;
	unsigned bits;
	unsigned char address[16];
};

struct leaf_test {
	enum test_kind kind;
	struct str text;
	double number;
	union {
		struct range range;
		struct cidr cidr;
		struct test_list but;
		struct {
			struct str *v; /* what stands between the stars: n - 1 of these */
			size_t n;
		} parts;
	};
};

/* One of $or's lists: a member of it must match. */
struct choice {
	struct pattern **v;
	size_t n;
};

struct field {
	struct str name;
	struct pattern *nested; /* or the tests of a leaf */
	struct test_list tests;
};

struct pattern {
	struct field *fields;
	size_t field_count;
	struct choice *choices;
	size_t choice_count;
};

/* ---- compiling ---- */

struct compiler {
	struct arena *arena;
	struct str *why;
	int depth;
	size_t combinations; /* that the $ors multiply to */
};

static int bad(struct compiler *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

static int bad(struct compiler *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	*c->why = arena_vprintf(c->arena, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static struct str text_of(yyjson_val *v)
{
	return (struct str){ yyjson_get_str(v), yyjson_get_len(v) };
}

static int compile_test(struct compiler *c, yyjson_val *v, struct leaf_test *out);

/* "a*b": the parts between the stars; a backslash takes its meaning from a star or a backslash. */
static int compile_wildcard(struct compiler *c, struct str s, struct leaf_test *out)
{
	struct str *parts = arena_alloc(c->arena, (s.n + 1) * sizeof *parts);
	char *p = arena_alloc(c->arena, s.n + 1);
	size_t n = 0, used = 0, start = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\') {
			if (i + 1 == s.n || (s.p[i + 1] != '*' && s.p[i + 1] != '\\'))
				return bad(c, "Invalid escape character at pos %zu", i);
			p[used++] = s.p[++i];
		} else if (s.p[i] == '*') {
			if (i + 1 < s.n && s.p[i + 1] == '*')
				return bad(c, "Consecutive wildcard characters at pos %zu", i);
			parts[n++] = (struct str){ p + start, used - start };
			start = used;
		} else {
			p[used++] = s.p[i];
		}
	}
	parts[n++] = (struct str){ p + start, used - start };
	out->kind = TEST_WILDCARD;
	out->parts.v = parts;
	out->parts.n = n;
	return 0;
}

static int compile_cidr(struct compiler *c, struct str s, struct leaf_test *out)
{
	char address[INET6_ADDRSTRLEN];
	ssize_t slash = str_index(s, '/');
	uint64_t bits;
	out->kind = TEST_CIDR;
	out->cidr.family = str_index(s, ':') >= 0 ? AF_INET6 : AF_INET;
	if (slash < 0 || (size_t)slash >= sizeof address ||
		str_to_u64(str_from(s, (size_t)slash + 1), &bits) < 0 ||
		bits > (out->cidr.family == AF_INET ? 32 : 128))
		return bad(c, "Malformed CIDR, one '/' required");
	memcpy(address, s.p, (size_t)slash);
	address[slash] = 0;
	out->cidr.bits = (unsigned)bits;
	if (inet_pton(out->cidr.family, address, out->cidr.address) != 1)
		return bad(c, "Malformed IP address: %s", address);
	return 0;
}

/* One comparison of "numeric": which bound it sets. */
static int compile_bound(struct compiler *c, struct str op, double value, struct range *r)
{
	if (str_is(op, "=")) {
		r->low = r->high = value;
		return 0;
	}
	bool is_open = op.n == 1;
	if (str_is(op, ">") || str_is(op, ">=")) {
		r->low = value;
		r->low_open = is_open;
		return 0;
	}
	if (str_is(op, "<") || str_is(op, "<=")) {
		r->high = value;
		r->high_open = is_open;
		return 0;
	}
	return bad(c, "Unrecognized numeric range operator: %.*s", STR_ARG(op));
}

static int compile_numeric(struct compiler *c, yyjson_val *v, struct leaf_test *out)
{
	size_t n = yyjson_arr_size(v);
	out->kind = TEST_RANGE;
	out->range = (struct range){ .low = -INFINITY, .high = INFINITY };
	if (!yyjson_is_arr(v) || (n != 2 && n != 4))
		return bad(c, "Value of numeric must be an array of one or two comparisons.");
	for (size_t i = 0; i < n; i += 2) {
		yyjson_val *op = yyjson_arr_get(v, i), *value = yyjson_arr_get(v, i + 1);
		if (!yyjson_is_str(op) || !yyjson_is_num(value))
			return bad(c, "Value of numeric must be a comparison and a number.");
		if (n == 4 && text_of(op).p[0] != (i ? '<' : '>'))
			return bad(c,
				"A numeric range is given as its lower and then its upper bound.");
		int r = compile_bound(c, text_of(op), yyjson_get_num(value), &out->range);
		if (r < 0)
			return r;
	}
	if (out->range.low > out->range.high)
		return bad(c, "Bottom must be less than top");
	return 0;
}

/* A scalar, or a list of scalars, or an object with one operator over one or several texts. */
static int compile_but(struct compiler *c, yyjson_val *v, struct leaf_test *out)
{
	static const char *const operators[] = { "prefix", "suffix", "equals-ignore-case",
		"wildcard" };
	yyjson_val *values = v;
	const char *operator= NULL;
	if (yyjson_is_obj(v)) {
		yyjson_obj_iter it = yyjson_obj_iter_with(v);
		yyjson_val *key = yyjson_obj_iter_next(&it);
		for (size_t i = 0; key && i < COUNT_OF(operators); i++)
			if (yyjson_obj_size(v) == 1 && yyjson_equals_str(key, operators[i]))
				operator= operators[i];
		if (!operator)
			return bad(c, "Unsupported anything-but pattern.");
		values = yyjson_obj_iter_get_val(key);
	}
	size_t n = yyjson_is_arr(values) ? yyjson_arr_size(values) : 1;
	out->kind = TEST_BUT;
	out->but.v = ARENA_ARRAY(c->arena, struct leaf_test, n);
	if (n == 0)
		return bad(c, "Empty arrays are not allowed");
	for (size_t i = 0; i < n; i++) {
		yyjson_val *one = yyjson_is_arr(values) ? yyjson_arr_get(values, i) : values;
		struct leaf_test *t = &out->but.v[out->but.n++];
		int r = 0;
		if (operator? !yyjson_is_str(one) : yyjson_is_ctn(one))
			return bad(c, "Inside anything but list, values must be %s.",
				      operator? "strings" : "strings or numbers");
		if (!operator) {
			r = compile_test(c, one, t);
		} else if (operator== operators[3]) {
			r = compile_wildcard(c, text_of(one), t);
		} else {
			t->text = arena_str(c->arena, text_of(one));
			t->kind = operator== operators[0] ? TEST_PREFIX :
				  operator== operators[1] ? TEST_SUFFIX
							  : TEST_EQUAL_CI;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* prefix and suffix: a text, or {"equals-ignore-case": text}. */
static int compile_affix(struct compiler *c, yyjson_val *v, enum test_kind kind,
	enum test_kind kind_ci, struct leaf_test *out)
{
	yyjson_val *ci = yyjson_obj_get(v, "equals-ignore-case");
	out->kind = ci ? kind_ci : kind;
	if (ci && yyjson_obj_size(v) == 1)
		v = ci;
	if (!yyjson_is_str(v))
		return bad(c, "%s match pattern must be a string",
			kind == TEST_PREFIX ? "prefix" : "suffix");
	out->text = arena_str(c->arena, text_of(v));
	return 0;
}

static int compile_operator(struct compiler *c, yyjson_val *v, struct leaf_test *out)
{
	yyjson_obj_iter it = yyjson_obj_iter_with(v);
	yyjson_val *key = yyjson_obj_iter_next(&it),
		   *value = key ? yyjson_obj_iter_get_val(key) : NULL;
	if (!key || yyjson_obj_size(v) != 1)
		return bad(c, "Only one key allowed in match expression");
	struct str name = text_of(key);
	if (str_is(name, "prefix"))
		return compile_affix(c, value, TEST_PREFIX, TEST_PREFIX_CI, out);
	if (str_is(name, "suffix"))
		return compile_affix(c, value, TEST_SUFFIX, TEST_SUFFIX_CI, out);
	if (str_is(name, "numeric"))
		return compile_numeric(c, value, out);
	if (str_is(name, "anything-but"))
		return compile_but(c, value, out);
	if (str_is(name, "exists")) {
		if (!yyjson_is_bool(value))
			return bad(c, "exists match pattern must be either true or false.");
		out->kind = yyjson_get_bool(value) ? TEST_EXISTS : TEST_ABSENT;
		return 0;
	}
	if (!str_is(name, "cidr") && !str_is(name, "equals-ignore-case") &&
		!str_is(name, "wildcard"))
		return bad(c, "Unrecognized match type %.*s", STR_ARG(name));
	if (!yyjson_is_str(value))
		return bad(c, "%.*s match pattern must be a string", STR_ARG(name));
	if (str_is(name, "cidr"))
		return compile_cidr(c, text_of(value), out);
	if (str_is(name, "wildcard"))
		return compile_wildcard(c, text_of(value), out);
	out->kind = TEST_EQUAL_CI;
	out->text = arena_str(c->arena, text_of(value));
	return 0;
}

static int compile_test(struct compiler *c, yyjson_val *v, struct leaf_test *out)
{
	*out = (struct leaf_test){ .kind = TEST_NULL };
	if (yyjson_is_obj(v))
		return compile_operator(c, v, out);
	if (yyjson_is_arr(v))
		return bad(c, "Match value must be String, number, true, false, or null");
	if (yyjson_is_str(v)) {
		out->kind = TEST_STRING;
		out->text = arena_str(c->arena, text_of(v));
	} else if (yyjson_is_num(v)) {
		out->kind = TEST_NUMBER;
		out->number = yyjson_get_num(v);
	} else if (yyjson_is_bool(v)) {
		out->kind = yyjson_get_bool(v) ? TEST_TRUE : TEST_FALSE;
	}
	return 0;
}

static int compile_leaf(
	struct compiler *c, struct str name, yyjson_val *list, struct test_list *out)
{
	size_t n = yyjson_arr_size(list), i, max;
	yyjson_val *v;
	if (n == 0)
		return bad(c, "Empty arrays are not allowed: \"%.*s\"", STR_ARG(name));
	out->v = ARENA_ARRAY(c->arena, struct leaf_test, n);
	yyjson_arr_foreach(list, i, max, v)
	{
		int r = compile_test(c, v, &out->v[out->n++]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compile_object(struct compiler *c, yyjson_val *v, struct pattern **out);

bool pattern_is_choice(yyjson_val *key, yyjson_val *v)
{
	yyjson_val *one;
	size_t i, n;
	if (!yyjson_equals_str(key, "$or") || !yyjson_is_arr(v) || yyjson_arr_size(v) < 2)
		return false;
	yyjson_arr_foreach(v, i, n, one) if (!yyjson_is_obj(one)) return false;
	return true;
}

static int compile_choice(struct compiler *c, yyjson_val *list, struct choice *out)
{
	size_t i, n;
	yyjson_val *one;
	out->v = ARENA_ARRAY(c->arena, struct pattern *, yyjson_arr_size(list));
	c->combinations *= yyjson_arr_size(list);
	if (c->combinations > EVENT_PATTERN_COMBINATIONS_MAX)
		return bad(c, "Rule is too complex - try using fewer $or");
	yyjson_arr_foreach(list, i, n, one)
	{
		int r = compile_object(c, one, &out->v[out->n++]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compile_fields(struct compiler *c, yyjson_val *v, struct pattern *p)
{
	size_t i, n;
	yyjson_val *key, *value;
	yyjson_obj_foreach(v, i, n, key, value)
	{
		struct str name = arena_str(c->arena, text_of(key));
		int r;
		if (pattern_is_choice(key, value)) {
			r = compile_choice(c, value, &p->choices[p->choice_count++]);
		} else {
			struct field *f = &p->fields[p->field_count++];
			f->name = name;
			if (yyjson_is_obj(value))
				r = compile_object(c, value, &f->nested);
			else if (yyjson_is_arr(value))
				r = compile_leaf(c, name, value, &f->tests);
			else
				r = bad(c, "\"%.*s\" must be an object or an array", STR_ARG(name));
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int compile_object(struct compiler *c, yyjson_val *v, struct pattern **out)
{
	size_t n = yyjson_obj_size(v);
	struct pattern *p = ARENA_NEW(c->arena, struct pattern);
	if (n == 0)
		return bad(c, "Empty objects are not allowed");
	if (++c->depth > EVENT_PATTERN_DEPTH_MAX)
		return bad(
			c, "The pattern is nested deeper than %d levels", EVENT_PATTERN_DEPTH_MAX);
	p->fields = ARENA_ARRAY(c->arena, struct field, n);
	p->choices = ARENA_ARRAY(c->arena, struct choice, n);
	int r = compile_fields(c, v, p);
	c->depth--;
	*out = p;
	return r;
}

int pattern_compile(struct arena *arena, struct str json, struct pattern **out, struct str *why)
{
	struct compiler c = { .arena = arena, .why = why, .combinations = 1 };
	yyjson_read_err error;
	yyjson_doc *doc = yyjson_read_opts((char *)json.p, json.n, 0, NULL, &error);
	yyjson_val *root = yyjson_doc_get_root(doc);
	int r;
	if (!doc)
		r = bad(&c, "%s at position %zu", error.msg ? error.msg : "no JSON", error.pos);
	else if (!yyjson_is_obj(root))
		r = bad(&c, "Filter is not an object");
	else
		r = compile_object(&c, root, out);
	yyjson_doc_free(doc);
	return r;
}

/* ---- matching ---- */

static bool in_cidr(const struct cidr *c, struct str s)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char address[16];
	if (s.n >= sizeof text)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	if (inet_pton(c->family, text, address) != 1 ||
		memcmp(address, c->address, c->bits / 8) != 0)
		return false;
	unsigned rest = c->bits % 8;
	return !rest || (address[c->bits / 8] ^ c->address[c->bits / 8]) >> (8 - rest) == 0;
}

/* The first part stands at the start, the last at the end, the others between them: the leftmost
 * place of each will do. */
static bool wildcard_matches(const struct leaf_test *t, struct str s)
{
	const struct str *parts = t->parts.v;
	size_t n = t->parts.n;
	if (n == 1)
		return str_eq(parts[0], s);
	if (!str_starts(s, parts[0]))
		return false;
	s = str_from(s, parts[0].n);
	if (!str_ends(s, parts[n - 1]))
		return false;
	s.n -= parts[n - 1].n;
	for (size_t i = 1; i + 1 < n; i++) {
		ssize_t at = parts[i].n ? str_find(s, parts[i]) : 0;
		if (at < 0)
			return false;
		s = str_from(s, (size_t)at + parts[i].n);
	}
	return true;
}

static bool text_matches(const struct leaf_test *t, struct str s)
{
	switch (t->kind) {
	case TEST_STRING:
		return str_eq(t->text, s);
	case TEST_PREFIX:
		return str_starts(s, t->text);
	case TEST_PREFIX_CI:
		return str_starts_ci(s, t->text);
	case TEST_SUFFIX:
		return str_ends(s, t->text);
	case TEST_SUFFIX_CI:
		return str_ends_ci(s, t->text);
	case TEST_EQUAL_CI:
		return str_eq_ci(s, t->text);
	case TEST_WILDCARD:
		return wildcard_matches(t, s);
	case TEST_CIDR:
		return in_cidr(&t->cidr, s);
	default:
		return false;
	}
}

static bool number_matches(const struct leaf_test *t, double x)
{
	const struct range *r = &t->range;
	if (t->kind == TEST_NUMBER)
		return t->number == x;
	return t->kind == TEST_RANGE && (r->low_open ? x > r->low : x >= r->low) &&
	       (r->high_open ? x < r->high : x <= r->high);
}

/* A value that is no list. */
static bool value_matches(const struct leaf_test *t, yyjson_val *v)
{
	if (t->kind == TEST_EXISTS)
		return true;
	if (t->kind == TEST_BUT) {
		for (size_t i = 0; i < t->but.n; i++)
			if (value_matches(&t->but.v[i], v))
				return false;
		return !yyjson_is_ctn(v);
	}
	if (yyjson_is_str(v))
		return text_matches(t, text_of(v));
	if (yyjson_is_num(v))
		return number_matches(t, yyjson_get_num(v));
	if (yyjson_is_bool(v))
		return t->kind == (yyjson_get_bool(v) ? TEST_TRUE : TEST_FALSE);
	return yyjson_is_null(v) && t->kind == TEST_NULL;
}

/* Of a list in the event, one element must match: "the intersection is not empty". */
static bool leaf_matches(const struct test_list *tests, yyjson_val *v)
{
	for (size_t i = 0; i < tests->n; i++) {
		const struct leaf_test *t = &tests->v[i];
		yyjson_val *one;
		size_t k, n;
		/* "Exists matching only works on leaf nodes." An object in the event is none. */
		if (!v || yyjson_is_obj(v)) {
			if (t->kind == TEST_ABSENT)
				return true;
			continue;
		}
		if (!yyjson_is_arr(v)) {
			if (value_matches(t, v))
				return true;
			continue;
		}
		if (t->kind == TEST_ABSENT && yyjson_arr_size(v) == 0)
			return true;
		yyjson_arr_foreach(v, k, n, one) if (value_matches(t, one)) return true;
	}
	return false;
}

/* An object that isn't there: all below is absent, which some patterns ask for. */
static bool nested_matches(const struct pattern *p, yyjson_val *v)
{
	yyjson_val *one;
	size_t i, n;
	if (!yyjson_is_arr(v))
		return pattern_matches(p, v);
	yyjson_arr_foreach(
		v, i, n, one) if (yyjson_is_obj(one) && pattern_matches(p, one)) return true;
	return false;
}

bool pattern_matches(const struct pattern *p, yyjson_val *event)
{
	for (size_t i = 0; i < p->field_count; i++) {
		const struct field *f = &p->fields[i];
		yyjson_val *v =
			yyjson_is_obj(event) ? yyjson_obj_getn(event, f->name.p, f->name.n) : NULL;
		if (f->nested ? !nested_matches(f->nested, v) : !leaf_matches(&f->tests, v))
			return false;
	}
	for (size_t i = 0; i < p->choice_count; i++) {
		bool any = false;
		for (size_t k = 0; k < p->choices[i].n && !any; k++)
			any = pattern_matches(p->choices[i].v[k], event);
		if (!any)
			return false;
	}
	return true;
}

bool pattern_matches_text(const struct pattern *p, struct str json)
{
	yyjson_doc *doc = yyjson_read(json.p, json.n, 0);
	bool matches = doc && pattern_matches(p, yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
	return matches;
}
