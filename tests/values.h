/* Random values of any shape, and whether two values are alike: for tests that write and read back. */
#ifndef SAMOVAR_TESTS_VALUES_H
#define SAMOVAR_TESTS_VALUES_H

#include "aws/shape.h"
#include "base/mem.h"
#include <math.h>

struct values {
	struct arena *arena;
	uint64_t state;     /* of the generator: the test's seed */
	bool is_plain_text; /* no control characters, which XML has no form for */
	bool is_filled; /* no empty lists and maps in place of absent ones, as flattened XML can't tell them
			 */
};

static inline uint64_t values_next(struct values *v)
{
	v->state ^= v->state << 13;
	v->state ^= v->state >> 7;
	v->state ^= v->state << 17;
	return v->state * 0x2545f4914f6cdd1dull >> 8;
}

static inline struct str values_text(struct values *v, size_t max)
{
	static const char *const pieces[] = { "a", "Z", "9", " ", "\"", "\\", "<", ">", "&", "'", "=", "+",
		"%", ".", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "/", "~", "key", "\n", "\t", "\r",
		"\x01" };
	size_t n = values_next(v) % (max + 1);
	struct str parts[32];
	for (size_t i = 0; i < n && i < COUNT_OF(parts); i++)
		parts[i] = str_c(pieces[values_next(v) % (COUNT_OF(pieces) - (v->is_plain_text ? 4 : 0))]);
	return arena_concat(v->arena, parts, MIN(n, COUNT_OF(parts)));
}

static inline struct str values_blob(struct values *v)
{
	size_t n = values_next(v) % 20;
	char *p = arena_alloc(v->arena, n + 1);
	for (size_t i = 0; i < n; i++)
		p[i] = (char)values_next(v);
	return (struct str){ p, n };
}

static inline double values_real(struct values *v, unsigned bits)
{
	static const double special[] = { 0, -0.0, 1, 0.1, 1e300, 5e-324, -1.5, 123456789.123 };
	double d = values_next(v) % 2 ? special[values_next(v) % COUNT_OF(special)]
				      : (double)(int64_t)values_next(v) / 1e6;
	return bits == 32 ? (double)(float)fmin(d, 1e30) : d;
}

static inline void values_fill(
	struct values *v, const struct shape *s, const struct member *m, void *at, int depth);

static inline void values_fill_structure(struct values *v, const struct shape *s, void *at, int depth)
{
	uint64_t only = values_next(v) % (s->member_count + !s->member_count);
	for (uint32_t i = 0; i < s->member_count; i++) {
		const struct member *m = &s->members[i];
		void *place = (char *)at + m->offset;
		bool is_pointer = m->shape->type == SHAPE_STRUCTURE || m->shape->type == SHAPE_UNION;
		bool is_deep = depth > 5 && m->shape->type >= SHAPE_LIST;
		if (s->type == SHAPE_UNION ? i != (depth > 4 ? 0 : only) : is_deep || values_next(v) % 3 == 0)
			continue;
		if (is_pointer)
			place = *(void **)place = arena_zalloc(v->arena, m->shape->size);
		values_fill(v, m->shape, m, place, depth + 1);
	}
}

static inline void values_fill_list(struct values *v, const struct shape *s, struct any_list *list, int depth)
{
	list->n = values_next(v) % 4 + v->is_filled;
	list->v = arena_zalloc(v->arena, list->n * s->element_size + 1);
	for (size_t i = 0; i < list->n; i++) {
		char *place = (char *)list->v + i * s->element_size;
		struct str text = values_text(v, 3);
		if (s->type == SHAPE_MAP)
			*(struct str *)place = arena_printf(v->arena, "%zu%.*s", i, STR_ARG(text));
		const struct member *m = &s->members[s->type == SHAPE_MAP];
		values_fill(v, m->shape, m, place + m->offset, depth + 1);
	}
}

static inline void values_fill(
	struct values *v, const struct shape *s, const struct member *m, void *at, int depth)
{
	int64_t ms = (int64_t)(values_next(v) % 4102444800000ull) - 1000000000000;
	enum timestamp_format format = m ? m->timestamp : s->timestamp;
	switch (s->type) {
	case SHAPE_BOOLEAN:
		*(struct opt_bool *)at = OPT_BOOL(values_next(v) % 2);
		return;
	case SHAPE_INTEGER:
		*(struct opt_i64 *)at =
			OPT_I64((int64_t)(values_next(v) << 8) >> (64 - s->bits + values_next(v) % s->bits));
		return;
	case SHAPE_FLOAT:
		*(struct opt_f64 *)at = OPT_F64(values_real(v, s->bits));
		return;
	case SHAPE_TIMESTAMP:
		*(struct opt_time *)at = OPT_TIME(format == TIMESTAMP_HTTP_DATE ? ms / 1000 * 1000 : ms);
		return;
	case SHAPE_STRING:
		*(struct str *)at = values_text(v, 12);
		return;
	case SHAPE_ENUM:
		*(struct str *)at = str_c(s->values_known[0]);
		return;
	case SHAPE_BLOB:
		*(struct str *)at = values_blob(v);
		return;
	case SHAPE_DOCUMENT:
		*(struct str *)at = values_next(v) % 2 ? STR("{\"a\":[1,\"b\",null]}") : STR("\"text\"");
		return;
	case SHAPE_LIST:
	case SHAPE_MAP:
		values_fill_list(v, s, at, depth);
		return;
	case SHAPE_STRUCTURE:
	case SHAPE_UNION:
		values_fill_structure(v, s, at, depth);
	}
}

static inline bool values_equal(const struct shape *s, const void *a, const void *b);

static inline bool values_equal_lists(
	const struct shape *s, const struct any_list *a, const struct any_list *b)
{
	if (a->n != b->n || !a->v != !b->v)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const char *x = (const char *)a->v + i * s->element_size,
			   *y = (const char *)b->v + i * s->element_size;
		for (uint32_t j = 0; j < s->member_count; j++)
			if (!values_equal(
				    s->members[j].shape, x + s->members[j].offset, y + s->members[j].offset))
				return false;
	}
	return true;
}

static inline bool values_equal(const struct shape *s, const void *a, const void *b)
{
	const struct opt_i64 *i = a, *j = b;
	const struct opt_f64 *f = a, *g = b;
	const struct opt_bool *p = a, *q = b;
	const struct opt_time *t = a, *u = b;
	switch (s->type) {
	case SHAPE_BOOLEAN:
		return p->set == q->set && p->v == q->v;
	case SHAPE_INTEGER:
		return i->set == j->set && i->v == j->v;
	case SHAPE_FLOAT:
		return f->set == g->set && (f->v == g->v || (isnan(f->v) && isnan(g->v)));
	case SHAPE_TIMESTAMP:
		return t->set == u->set && t->ms == u->ms;
	case SHAPE_LIST:
	case SHAPE_MAP:
		return values_equal_lists(s, a, b);
	case SHAPE_STRUCTURE:
	case SHAPE_UNION:
		for (uint32_t k = 0; k < s->member_count; k++) {
			const struct member *m = &s->members[k];
			if (member_is_set(m, a) != member_is_set(m, b))
				return false;
			if (member_is_set(m, a) &&
				!values_equal(m->shape, member_value(m, a), member_value(m, b)))
				return false;
		}
		return true;
	default:
		return !((const struct str *)a)->p == !((const struct str *)b)->p &&
		       str_eq(*(const struct str *)a, *(const struct str *)b);
	}
}

#endif
