/*
 * Validation: @required, @length, @range, @pattern, @uniqueItems, enums and unions, all the way
 * down. The messages are those that AWS's services answer; they are not specified, so they follow
 * what the services are seen to say.
 */
#include "aws/validate.h"
#include "aws/codec.h"
#include "aws/limits.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* What a simple value, or a list's or map's own size, can break. */
enum violation { OVER_MAX = 1, UNDER_MIN = 2, NO_MATCH = 4, NOT_IN_ENUM = 8, NOT_UNIQUE = 16 };

/* The way to a value: 'tags.1.member.key'. */
struct step {
	const struct step *up;
	const char *name; /* a member's, or NULL */
	struct str key;   /* a map's, or p == NULL */
	size_t index;     /* a list's, from 1 */
};

struct validation {
	struct buf text;
	unsigned count;
};

/* ---- single checks --------------------------------------------------------------------------- */

static pcre2_code *compiled(const struct constraints *c)
{
	pcre2_code *code = __atomic_load_n(c->compiled, __ATOMIC_ACQUIRE);
	int error;
	PCRE2_SIZE at;
	if (code)
		return code;
	code = pcre2_compile((PCRE2_SPTR)c->pattern, PCRE2_ZERO_TERMINATED,
		PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
			PCRE2_DOLLAR_ENDONLY,
		&error, &at, NULL);
	assert(code); /* idlc has compiled it */
	void *expected = NULL;
	if (__atomic_compare_exchange_n(
		    c->compiled, &expected, code, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return code;
	pcre2_code_free(code);
	return expected;
}

static bool matches(const struct constraints *c, struct str s)
{
	pcre2_code *code = compiled(c);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int r = PCRE2_ERROR_NOMEMORY;
	if (context && data) {
		pcre2_set_match_limit(context, PATTERN_MATCH_MAX);
		pcre2_set_heap_limit(context, PATTERN_HEAP_KIB_MAX);
		r = pcre2_match(code, (PCRE2_SPTR)s.p, s.n, 0, 0, data, context);
	}
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	return r >= 0;
}

/* Code points, counted only where bytes alone don't tell. */
static double text_length(struct str s, const struct constraints *c)
{
	bool bytes_do = (!c->has_max || (double)s.n <= c->max) &&
			(!c->has_min || (double)s.n >= 4 * c->min);
	return (double)(bytes_do || !str_is_utf8(s) ? s.n : str_utf8_length(s));
}

static unsigned check_bounds(const struct constraints *c, double v)
{
	return (c->has_max && !(v <= c->max) ? OVER_MAX : 0) |
	       (c->has_min && !(v >= c->min) ? UNDER_MIN : 0);
}

static int compare_texts(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The elements as CBOR, sorted: equal ones stand side by side. */
static bool is_unique(const struct shape *shape, const struct any_list *list)
{
	const struct member *m = &shape->members[0];
	struct buf b = { 0 };
	struct str *texts = xcalloc(list->n, sizeof *texts);
	bool unique = true;
	for (size_t i = 0; i < list->n; i++) {
		size_t start = b.n;
		cbor_encode(&b, m->shape, (const char *)list->v + i * shape->element_size);
		texts[i].n = b.n - start;
	}
	const char *p = b.p;
	for (size_t i = 0; i < list->n; p += texts[i++].n)
		texts[i].p = p;
	qsort(texts, list->n, sizeof *texts, compare_texts);
	for (size_t i = 0; i + 1 < list->n; i++)
		unique &= !str_eq(texts[i], texts[i + 1]);
	free(texts);
	buf_fini(&b);
	return unique;
}

static unsigned check_constraints(
	const struct shape *shape, const struct constraints *c, const void *at)
{
	if (!c)
		return 0;
	struct str s;
	switch (shape->type) {
	case SHAPE_INTEGER:
		return check_bounds(c, (double)((const struct opt_i64 *)at)->v);
	case SHAPE_FLOAT:
		return check_bounds(c, ((const struct opt_f64 *)at)->v);
	case SHAPE_BLOB:
		return check_bounds(c, (double)((const struct str *)at)->n);
	case SHAPE_LIST:
	case SHAPE_MAP:
		return check_bounds(c, (double)((const struct any_list *)at)->n) |
		       (c->unique && !is_unique(shape, at) ? NOT_UNIQUE : 0);
	case SHAPE_STRING:
	case SHAPE_ENUM:
		s = *(const struct str *)at;
		unsigned broken = check_bounds(c, text_length(s, c));
		/* A text that is too long already is not matched. */
		return broken |
		       (c->pattern && !(broken & OVER_MAX) && !matches(c, s) ? NO_MATCH : 0);
	default:
		return 0;
	}
}

static unsigned check_enum(const struct shape *shape, const void *at)
{
	char digits[24];
	struct str s;
	if (!shape->values_known)
		return 0;
	if (shape->type == SHAPE_INTEGER) {
		int n = snprintf(
			digits, sizeof digits, "%lld", (long long)((const struct opt_i64 *)at)->v);
		s = (struct str){ digits, (size_t)n };
	} else {
		s = *(const struct str *)at;
	}
	for (const char *const *v = shape->values_known; *v; v++)
		if (str_is(s, *v))
			return 0;
	return NOT_IN_ENUM;
}

/* ---- messages -------------------------------------------------------------------------------- */

static void write_bound(struct buf *b, const struct shape *shape, const char *words, double bound)
{
	bool is_number = shape->type == SHAPE_INTEGER || shape->type == SHAPE_FLOAT;
	buf_printf(b, "Member must have %s %s than or equal to ", is_number ? "value" : "length",
		words);
	if (bound == trunc(bound) && fabs(bound) < 1e18)
		buf_i64(b, (int64_t)bound);
	else
		float_encode(b, bound, 64);
}

static void write_violation(
	struct buf *b, const struct shape *shape, const struct constraints *c, enum violation what)
{
	const char *separator = "";
	switch (what) {
	case OVER_MAX:
		write_bound(b, shape, "less", c->max);
		return;
	case UNDER_MIN:
		write_bound(b, shape, "greater", c->min);
		return;
	case NO_MATCH:
		buf_printf(b, "Member must satisfy regular expression pattern: %s", c->pattern);
		return;
	case NOT_UNIQUE:
		buf_cat(b, "Member must have unique values");
		return;
	case NOT_IN_ENUM:
		buf_cat(b, "Member must satisfy enum value set: [");
		for (const char *const *v = shape->values_known; *v; v++, separator = ", ")
			buf_printf(b, "%s%s", separator, *v);
		buf_char(b, ']');
	}
}

static void write_path(struct buf *b, const struct step *step)
{
	if (step->up) {
		write_path(b, step->up);
		buf_char(b, '.');
	}
	if (step->name) {
		char first = step->name[0];
		buf_char(b, first >= 'A' && first <= 'Z' ? (char)(first | 0x20) : first);
		buf_cat(b, step->name + 1);
	} else if (step->key.p) {
		buf_str(b, step->key);
		buf_cat(b, ".member");
	} else {
		buf_printf(b, "%zu.member", step->index);
	}
}

static void write_value(struct buf *b, const struct shape *shape, const void *at);

static void write_members(struct buf *b, const struct shape *shape, const void *at)
{
	const char *separator = "";
	buf_printf(b, "%s(", shape->name);
	for (uint32_t i = 0; i < shape->member_count && b->n < VALIDATION_VALUE_BYTES_MAX; i++) {
		const struct member *m = &shape->members[i];
		if (!member_is_set(m, at))
			continue;
		const struct step name = { .name = m->name };
		buf_cat(b, separator);
		write_path(b, &name);
		buf_char(b, '=');
		if (m->flags & MEMBER_SENSITIVE)
			buf_cat(b, "***");
		else
			write_value(b, m->shape, member_value(m, at));
		separator = ", ";
	}
	buf_char(b, ')');
}

/* As Java prints it: [a, b], {a=b}, Tag(key=a, value=b). */
static void write_value(struct buf *b, const struct shape *shape, const void *at)
{
	const struct any_list *list = at;
	bool is_map = shape->type == SHAPE_MAP;
	if (shape->type == SHAPE_STRUCTURE || shape->type == SHAPE_UNION) {
		write_members(b, shape, at);
	} else if (shape->type == SHAPE_LIST || is_map) {
		const struct member *m = &shape->members[is_map];
		buf_char(b, is_map ? '{' : '[');
		for (size_t i = 0; i < list->n && b->n < VALIDATION_VALUE_BYTES_MAX; i++) {
			const char *element = (const char *)list->v + i * shape->element_size;
			if (i)
				buf_cat(b, ", ");
			if (is_map) {
				buf_str(b, *(const struct str *)element);
				buf_char(b, '=');
			}
			if (m->flags & MEMBER_SENSITIVE)
				buf_cat(b, "***");
			else
				write_value(b, m->shape, element + m->offset);
		}
		buf_char(b, is_map ? '}' : ']');
	} else if (shape->type == SHAPE_BLOB) {
		buf_cat(b, "***");
	} else {
		text_encode(b, shape, shape->timestamp, at);
	}
}

/* Cut at a character's end, so that the answer stays UTF-8. */
static void write_quoted_value(struct buf *b, const struct shape *shape, const void *at)
{
	struct buf value = { 0 };
	write_value(&value, shape, at);
	size_t n = value.n;
	if (n > VALIDATION_VALUE_BYTES_MAX) {
		n = VALIDATION_VALUE_BYTES_MAX;
		while (n && ((unsigned char)value.p[n] & 0xc0) == 0x80)
			n--;
	}
	buf_cat(b, "'");
	buf_append(b, value.p, n);
	buf_cat(b, n < value.n ? "...' " : "' ");
	buf_fini(&value);
}

/* "Value 'x' at 'path' failed to satisfy constraint: "; the constraint itself follows. at NULL: the
 * value is missing. */
static struct buf *begin_error(struct validation *v, const struct shape *shape,
	const struct step *step, bool is_hidden, const void *at)
{
	struct buf *b = &v->text;
	if (v->count++)
		buf_cat(b, "; ");
	buf_cat(b, "Value ");
	if (!at)
		buf_cat(b, "null ");
	else if (!is_hidden && shape->type != SHAPE_BLOB)
		write_quoted_value(b, shape, at);
	buf_cat(b, "at '");
	if (step)
		write_path(b, step);
	buf_cat(b, "' failed to satisfy constraint: ");
	return b;
}

/* ---- the walk -------------------------------------------------------------------------------- */

static void check_value(struct validation *v, const struct shape *shape,
	const struct constraints *more, const struct step *step, bool is_hidden, const void *at);

static void report(struct validation *v, const struct shape *shape, const struct constraints *c,
	unsigned broken, const struct step *step, bool is_hidden, const void *at)
{
	for (unsigned what = OVER_MAX; what <= NOT_UNIQUE; what <<= 1)
		if (broken & what)
			write_violation(begin_error(v, shape, step, is_hidden, at), shape, c, what);
}

/* The constraints of a list's elements or a map's keys or values, all of them, as one. */
static void report_elements(struct validation *v, const struct shape *shape, const struct member *m,
	const char *words, const struct step *step, bool is_hidden, const void *at)
{
	const struct constraints *both[] = { m->shape->constraints, m->constraints };
	const char *separator = "";
	struct buf *b = begin_error(v, shape, step, is_hidden || (m->flags & MEMBER_SENSITIVE), at);
	buf_printf(b, "%s must satisfy constraint: [", words);
	for (size_t i = 0; i < COUNT_OF(both); i++) {
		const struct constraints *c = both[i];
		unsigned has = !c ? 0
				  : (c->has_max ? OVER_MAX : 0) | (c->has_min ? UNDER_MIN : 0) |
					       (c->pattern ? NO_MATCH : 0);
		for (unsigned what = OVER_MAX; what <= NO_MATCH; what <<= 1)
			if (has & what) {
				buf_cat(b, separator);
				write_violation(b, m->shape, c, what);
				separator = ", ";
			}
	}
	if (m->shape->values_known) {
		buf_cat(b, separator);
		write_violation(b, m->shape, NULL, NOT_IN_ENUM);
		separator = ", ";
	}
	if (shape->type == SHAPE_LIST)
		buf_printf(b, "%sMember must not be null", separator);
	buf_char(b, ']');
}

static bool is_simple_and_broken(const struct member *m, const void *at)
{
	return m->shape->type < SHAPE_LIST &&
	       (check_constraints(m->shape, m->shape->constraints, at) |
		       check_constraints(m->shape, m->constraints, at) | check_enum(m->shape, at));
}

/* A list or map, as a map's value: its length is reported as the values' constraint. */
static bool has_wrong_length(const struct member *m, const void *at)
{
	bool is_list = m->shape->type == SHAPE_LIST || m->shape->type == SHAPE_MAP;
	return is_list && ((check_constraints(m->shape, m->shape->constraints, at) |
				   check_constraints(m->shape, m->constraints, at)) &
				  (OVER_MAX | UNDER_MIN));
}

static void check_elements(struct validation *v, const struct shape *shape, const struct step *step,
	bool is_hidden, const void *at)
{
	const struct any_list *list = at;
	bool is_map = shape->type == SHAPE_MAP, keys_broken = false, values_broken = false;
	const struct member *m = &shape->members[is_map];
	is_hidden |= (m->flags & MEMBER_SENSITIVE) != 0;
	for (size_t i = 0; i < list->n && v->count < VALIDATION_ERRORS_MAX; i++) {
		const char *element = (const char *)list->v + i * shape->element_size;
		struct step inner = { .up = step, .index = i + 1 };
		if (is_map) {
			inner.key = *(const struct str *)element;
			keys_broken |= is_simple_and_broken(&shape->members[0], element);
		}
		if (m->shape->type < SHAPE_LIST)
			values_broken |= is_simple_and_broken(m, element + m->offset);
		else if (is_map && has_wrong_length(m, element + m->offset))
			values_broken = true;
		else
			check_value(v, m->shape, m->constraints, &inner, is_hidden,
				element + m->offset);
	}
	if (keys_broken)
		report_elements(v, shape, &shape->members[0], "Map keys", step, is_hidden, at);
	if (values_broken)
		report_elements(v, shape, m, is_map ? "Map value" : "Member", step, is_hidden, at);
}

static void check_members(struct validation *v, const struct shape *shape, const struct step *step,
	bool is_hidden, const void *structure)
{
	unsigned set = 0;
	for (uint32_t i = 0; i < shape->member_count && v->count < VALIDATION_ERRORS_MAX; i++) {
		const struct member *m = &shape->members[i];
		const struct step inner = { .up = step, .name = m->name };
		if (!member_is_set(m, structure)) {
			if ((m->flags & MEMBER_REQUIRED) && !(m->flags & MEMBER_STREAMING))
				buf_cat(begin_error(v, m->shape, &inner, false, NULL),
					"Member must not be null");
			continue;
		}
		set++;
		check_value(v, m->shape, m->constraints, &inner,
			is_hidden || (m->flags & MEMBER_SENSITIVE), member_value(m, structure));
	}
	if (shape->type == SHAPE_UNION && set != 1)
		buf_cat(begin_error(v, shape, step, true, structure),
			"Exactly one member must be set");
}

static void check_value(struct validation *v, const struct shape *shape,
	const struct constraints *more, const struct step *step, bool is_hidden, const void *at)
{
	if (!shape->has_constraints && !more)
		return;
	report(v, shape, shape->constraints, check_constraints(shape, shape->constraints, at), step,
		is_hidden, at);
	report(v, shape, more, check_constraints(shape, more, at), step, is_hidden, at);
	report(v, shape, NULL, check_enum(shape, at), step, is_hidden, at);
	if (!shape->has_constraints)
		return;
	if (shape->type == SHAPE_LIST || shape->type == SHAPE_MAP)
		check_elements(v, shape, step, is_hidden, at);
	else if (shape->type == SHAPE_STRUCTURE || shape->type == SHAPE_UNION)
		check_members(v, shape, step, is_hidden, at);
}

int validate(struct arena *arena, const struct shape *shape, const void *value, struct str *message)
{
	struct validation v = { 0 };
	if (!shape->has_constraints)
		return 0;
	check_value(&v, shape, NULL, NULL, false, value);
	if (v.count)
		*message = arena_printf(arena, "%u validation error%s detected: %.*s", v.count,
			v.count > 1 ? "s" : "", STR_ARG(buf_view(&v.text)));
	buf_fini(&v.text);
	return v.count ? -EINVAL : 0;
}
