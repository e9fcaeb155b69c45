/*
 * CBOR to structures and back (RFC 8949; Smithy RPC v2 CBOR), by the tables of shape.h. docs/adr
 * says why this reader is our own.
 */
#include "aws/codec.h"
#include "aws/limits.h"
#include <errno.h>
#include <math.h>

enum major { UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };
enum { FALSE_VALUE = 20, TRUE_VALUE, NULL_VALUE, UNDEFINED, HALF = 25, SINGLE, DOUBLE, BREAK = 31 };
enum { TAG_EPOCH = 1 };
enum { LIST_START = 8 };

struct reader {
	struct arena *arena;
	struct decode_error *error;
	const unsigned char *p, *end;
	const char *at;
	int depth;
	bool is_stored; /* by us: text is not checked */
};

/* The first byte of an item and its argument. */
struct head {
	enum major major;
	unsigned info;
	bool is_indefinite;
	uint64_t value;
};

static int read_head(struct reader *r, struct head *h)
{
	if (r->p == r->end)
		return decode_fail(r->error, "the CBOR ends too early (%s)", r->at);
	unsigned char first = *r->p++;
	*h = (struct head){ .major = first >> 5, .info = first & 31, .value = first & 31 };
	if (h->info < 24)
		return 0;
	if (h->info == 31) {
		h->is_indefinite = true;
		bool allowed = (h->major >= BYTES && h->major <= MAP) || h->major == SIMPLE;
		return allowed ? 0 : decode_fail(r->error, "no CBOR (%s)", r->at);
	}
	if (h->info > 27)
		return decode_fail(r->error, "no CBOR (%s)", r->at);
	size_t n = (size_t)1 << (h->info - 24);
	if ((size_t)(r->end - r->p) < n)
		return decode_fail(r->error, "the CBOR ends too early (%s)", r->at);
	h->value = 0;
	while (n--)
		h->value = h->value << 8 | *r->p++;
	return 0;
}

static bool at_break(struct reader *r)
{
	if (r->p == r->end || *r->p != 0xff)
		return false;
	r->p++;
	return true;
}

static int wrong_type(struct reader *r, const struct head *h, const char *wanted)
{
	static const char *const names[] = { "an integer", "an integer", "a byte string",
		"a text string", "an array", "a map", "a tag", "a simple value" };
	return decode_fail(
		r->error, "%s can not be converted to %s (%s)", names[h->major], wanted, r->at);
}

static int enter(struct reader *r)
{
	if (++r->depth > CODEC_DEPTH_MAX)
		return decode_fail(r->error, "nested deeper than %d levels", CODEC_DEPTH_MAX);
	return 0;
}

/* Over a whole item whose head was read. */
static int skip_rest(struct reader *r, const struct head *h)
{
	struct head inner;
	uint64_t left = h->major == MAP ? 2 * h->value : h->value;
	int e;
	if (h->major == UINT || h->major == NEGATIVE || h->major == SIMPLE)
		return h->is_indefinite
			       ? decode_fail(r->error, "a break outside of a list (%s)", r->at)
			       : 0;
	if ((h->major == BYTES || h->major == TEXT) && !h->is_indefinite) {
		if (h->value > (uint64_t)(r->end - r->p))
			return decode_fail(r->error, "the CBOR ends too early (%s)", r->at);
		r->p += h->value;
		return 0;
	}
	if (h->major == MAP && h->value > UINT64_MAX / 2)
		return decode_fail(r->error, "no CBOR (%s)", r->at);
	e = enter(r);
	if (h->major == TAG)
		left = 1;
	while (e == 0 && (h->is_indefinite ? !at_break(r) : left-- > 0)) {
		e = read_head(r, &inner);
		if (e == 0)
			e = skip_rest(r, &inner);
	}
	r->depth--;
	return e;
}

/* The head of the next value, behind its tags; *tag is the innermost one, or 0. */
static int read_tagged(struct reader *r, struct head *h, uint64_t *tag)
{
	int e;
	*tag = 0;
	while ((e = read_head(r, h)) == 0 && h->major == TAG)
		*tag = h->value;
	return e;
}

static int read_chunks(struct reader *r, enum major major, struct str *out)
{
	struct buf b = { 0 };
	struct head h;
	int e = 0;
	while (e == 0 && !at_break(r)) {
		e = read_head(r, &h);
		if (e == 0 && (h.major != major || h.is_indefinite ||
				      h.value > (uint64_t)(r->end - r->p)))
			e = decode_fail(r->error, "a broken string (%s)", r->at);
		if (e == 0) {
			buf_append(&b, r->p, h.value);
			r->p += h.value;
		}
	}
	if (e == 0) {
		char *copy = arena_try(r->arena, b.n);
		if (copy && b.n)
			memcpy(copy, b.p, b.n);
		*out = (struct str){ copy, b.n };
		e = copy ? 0 : -ENOMEM;
	}
	buf_fini(&b);
	return e;
}

/* A string whose head was read: it points into the body's copy, or is put together from its chunks.
 */
static int read_string(struct reader *r, const struct head *h, struct str *out)
{
	struct str s;
	if (h->is_indefinite) {
		int e = read_chunks(r, h->major, &s);
		if (e < 0)
			return e;
	} else {
		if (h->value > (uint64_t)(r->end - r->p))
			return decode_fail(r->error, "the CBOR ends too early (%s)", r->at);
		s = (struct str){ (const char *)r->p, h->value };
		r->p += h->value;
	}
	if (h->major == TEXT && !r->is_stored && !str_is_utf8(s))
		return decode_fail(r->error, "the text is no UTF-8 (%s)", r->at);
	*out = s;
	return 0;
}

static double half_to_double(uint64_t bits)
{
	int exponent = (int)(bits >> 10 & 31), mantissa = (int)(bits & 1023);
	double value = exponent == 0    ? ldexp(mantissa, -24)
		       : exponent == 31 ? (mantissa ? NAN : INFINITY)
					: ldexp(mantissa + 1024, exponent - 25);
	return bits & 0x8000 ? -value : value;
}

static bool number_of(const struct head *h, double *out)
{
	uint32_t bits32 = (uint32_t)h->value;
	float single;
	if (h->major == UINT) {
		*out = (double)h->value;
	} else if (h->major == NEGATIVE) {
		*out = -1.0 - (double)h->value;
	} else if (h->major == SIMPLE && h->info == HALF) {
		*out = half_to_double(h->value);
	} else if (h->major == SIMPLE && h->info == SINGLE) {
		memcpy(&single, &bits32, sizeof single);
		*out = single;
	} else if (h->major == SIMPLE && h->info == DOUBLE) {
		memcpy(out, &h->value, sizeof *out);
	} else {
		return false;
	}
	return true;
}

static int read_integer(
	struct reader *r, const struct shape *shape, const struct head *h, struct opt_i64 *out)
{
	int64_t value;
	double real;
	if (h->major == UINT || h->major == NEGATIVE) {
		if (h->value > INT64_MAX)
			return decode_fail(r->error, "a number is out of the range of a %s (%s)",
				shape->name, r->at);
		value = h->major == UINT ? (int64_t)h->value : -1 - (int64_t)h->value;
	} else if (number_of(h, &real) && real == trunc(real) && fabs(real) <= 9007199254740992.0) {
		value = (int64_t)real;
	} else {
		return wrong_type(r, h, "an Integer");
	}
	int e = integer_check(shape, value, r->error);
	if (e == 0)
		*out = OPT_I64(value);
	return e;
}

static int read_value(struct reader *r, const struct shape *shape, void *out);
static int read_collection(
	struct reader *r, const struct shape *shape, const struct head *h, struct any_list *out);
static int read_structure(
	struct reader *r, const struct shape *shape, const struct head *h, void *out);

static int read_simple(
	struct reader *r, const struct shape *shape, const struct head *h, uint64_t tag, void *out)
{
	double number;
	int64_t ms = 0;
	int e;
	switch (shape->type) {
	case SHAPE_BOOLEAN:
		if (h->major != SIMPLE || (h->info != TRUE_VALUE && h->info != FALSE_VALUE))
			return wrong_type(r, h, "a Boolean");
		*(struct opt_bool *)out = OPT_BOOL(h->info == TRUE_VALUE);
		return 0;
	case SHAPE_INTEGER:
		return read_integer(r, shape, h, out);
	case SHAPE_FLOAT:
		if (!number_of(h, &number))
			return wrong_type(r, h, "a Double");
		*(struct opt_f64 *)out =
			OPT_F64(shape->bits == 32 ? (double)(float)number : number);
		return 0;
	case SHAPE_TIMESTAMP:
		if (!number_of(h, &number) || (tag && tag != TAG_EPOCH))
			return wrong_type(r, h, "a Timestamp");
		e = epoch_to_ms(number, &ms, r->error);
		if (e == 0)
			*(struct opt_time *)out = OPT_TIME(ms);
		return e;
	default:
		if (shape->type == SHAPE_DOCUMENT && !r->is_stored)
			return decode_fail(r->error, "documents have no form in CBOR (%s)", r->at);
		if (h->major != (shape->type == SHAPE_BLOB ? BYTES : TEXT))
			return wrong_type(r, h, shape->type == SHAPE_BLOB ? "a Blob" : "a String");
		return read_string(r, h, out);
	}
}

static int read_value(struct reader *r, const struct shape *shape, void *out)
{
	struct head h;
	uint64_t tag;
	int e = read_tagged(r, &h, &tag);
	if (e < 0)
		return e;
	if (shape->type < SHAPE_LIST)
		return read_simple(r, shape, &h, tag, out);
	if (h.major != (shape->type == SHAPE_LIST ? ARRAY : MAP))
		return wrong_type(r, &h,
			shape->type == SHAPE_LIST  ? "a list"
			: shape->type == SHAPE_MAP ? "a map"
						   : "a structure");
	e = enter(r);
	if (e == 0)
		e = shape->type == SHAPE_LIST || shape->type == SHAPE_MAP
			    ? read_collection(r, shape, &h, out)
			    : read_structure(r, shape, &h, out);
	r->depth--;
	return e;
}

static bool at_null(struct reader *r)
{
	if (r->p == r->end || (*r->p != 0xf6 && *r->p != 0xf7))
		return false;
	r->p++;
	return true;
}

/* Room for one more element, zeroed. */
static void *list_grow(
	struct reader *r, const struct shape *shape, struct any_list *list, size_t *cap)
{
	if (list->n == *cap) {
		size_t more = *cap ? *cap * 2 : LIST_START;
		void *grown = arena_try(r->arena, more * shape->element_size);
		if (!grown)
			return NULL;
		if (list->n)
			memcpy(grown, list->v, list->n * shape->element_size);
		list->v = grown;
		*cap = more;
	}
	void *place = (char *)list->v + list->n * shape->element_size;
	memset(place, 0, shape->element_size);
	return place;
}

static int read_key(struct reader *r, struct str *key)
{
	struct head h;
	uint64_t tag;
	int e = read_tagged(r, &h, &tag);
	if (e < 0)
		return e;
	return h.major == TEXT ? read_string(r, &h, key) : wrong_type(r, &h, "a map's key");
}

/* A list or a map whose head was read. */
static int read_collection(
	struct reader *r, const struct shape *shape, const struct head *h, struct any_list *out)
{
	bool is_map = shape->type == SHAPE_MAP;
	const struct member *m = &shape->members[is_map];
	struct any_list list = { 0 };
	size_t cap = 0;
	/* Each element has a byte at least. */
	if (!h->is_indefinite &&
		(h->value > (uint64_t)(r->end - r->p) || h->value > CODEC_ELEMENTS_MAX))
		return decode_fail(r->error, "more elements than there can be (%s)", r->at);
	cap = h->is_indefinite ? 0 : h->value;
	list.v = arena_try(r->arena, cap * shape->element_size);
	if (!list.v)
		return -ENOMEM;
	while (h->is_indefinite ? !at_break(r) : list.n < h->value) {
		char *place = list_grow(r, shape, &list, &cap);
		int e = !place ? -ENOMEM : is_map ? read_key(r, (struct str *)place) : 0;
		if (e == 0 && at_null(r))
			e = decode_fail(r->error, "null in a list or map (%s)", r->at);
		if (e == 0)
			e = read_value(r, m->shape, place + m->offset);
		if (e < 0)
			return e;
		if (++list.n > CODEC_ELEMENTS_MAX)
			return decode_fail(
				r->error, "more than %d elements (%s)", CODEC_ELEMENTS_MAX, r->at);
	}
	if (is_map)
		list.n = map_last_wins(list.v, list.n, shape->element_size);
	*out = list;
	return 0;
}

static const struct member *find_member(const struct shape *shape, struct str name, uint32_t *next)
{
	for (uint32_t i = 0, at = *next; i < shape->member_count; i++, at++) {
		const struct member *m = &shape->members[at < shape->member_count ? at : (at = 0)];
		if (m->name_bytes == name.n && memcmp(m->name, name.p, name.n) == 0) {
			*next = at + 1;
			return m;
		}
	}
	return NULL;
}

static int read_member(struct reader *r, const struct member *m, void *structure)
{
	void *place = (char *)structure + m->offset;
	r->at = m->name;
	if (m->shape->type == SHAPE_STRUCTURE || m->shape->type == SHAPE_UNION) {
		void *nested = arena_try(r->arena, m->shape->size);
		if (!nested)
			return -ENOMEM;
		memset(nested, 0, m->shape->size);
		*(void **)place = nested;
		place = nested;
	}
	return read_value(r, m->shape, place);
}

static int read_structure(
	struct reader *r, const struct shape *shape, const struct head *h, void *out)
{
	uint32_t next = 0;
	for (uint64_t i = 0; h->is_indefinite ? !at_break(r) : i < h->value; i++) {
		struct str key;
		int e = read_key(r, &key);
		if (e < 0)
			return e;
		const struct member *m = find_member(shape, key, &next);
		struct head unknown;
		if (at_null(r))
			continue;
		if (m && !(m->flags & MEMBER_STREAMING)) {
			e = read_member(r, m, out);
		} else {
			e = read_head(r, &unknown);
			e = e < 0 ? e : skip_rest(r, &unknown);
		}
		if (e < 0)
			return e;
	}
	return 0;
}

static int decode(struct reader *r, const struct shape *shape, struct str body, void *out)
{
	if (body.n == 0)
		return 0;
	char *copy = arena_try(r->arena, body.n);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, body.p, body.n);
	r->p = (const unsigned char *)copy;
	r->end = r->p + body.n;
	r->at = shape->name;
	int e = read_value(r, shape, out);
	if (e == 0 && r->p != r->end)
		return decode_fail(r->error, "%zu bytes after the value", (size_t)(r->end - r->p));
	return e;
}

int cbor_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error)
{
	struct reader r = { .arena = arena, .error = error };
	return decode(&r, shape, body, out);
}

int cbor_decode_stored(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error)
{
	struct reader r = { .arena = arena, .error = error, .is_stored = true };
	return decode(&r, shape, body, out);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void write_bits(struct buf *b, unsigned char first, uint64_t value, size_t n)
{
	char *p = buf_reserve(b, 9);
	*p++ = (char)first;
	for (size_t i = n; i-- > 0;)
		*p++ = (char)(value >> 8 * i);
	b->n += n + 1;
}

static void write_head(struct buf *b, enum major major, uint64_t value)
{
	unsigned char first = (unsigned char)(major << 5);
	if (value < 24)
		write_bits(b, (unsigned char)(first | value), 0, 0);
	else if (value <= UINT8_MAX)
		write_bits(b, first | 24, value, 1);
	else if (value <= UINT16_MAX)
		write_bits(b, first | 25, value, 2);
	else if (value <= UINT32_MAX)
		write_bits(b, first | 26, value, 4);
	else
		write_bits(b, first | 27, value, 8);
}

static void write_string(struct buf *b, enum major major, struct str s)
{
	write_head(b, major, s.n);
	buf_str(b, s);
}

static void write_i64(struct buf *b, int64_t value)
{
	if (value < 0)
		write_head(b, NEGATIVE, (uint64_t)(-1 - value));
	else
		write_head(b, UINT, (uint64_t)value);
}

static void write_f64(struct buf *b, double value)
{
	float single = (float)value;
	uint32_t bits32;
	uint64_t bits64;
	memcpy(&bits32, &single, sizeof bits32);
	memcpy(&bits64, &value, sizeof bits64);
	if (single == value)
		write_bits(b, SIMPLE << 5 | SINGLE, bits32, 4);
	else
		write_bits(b, SIMPLE << 5 | DOUBLE, bits64, 8);
}

static void write_time(struct buf *b, int64_t ms)
{
	write_head(b, TAG, TAG_EPOCH);
	if (ms % 1000)
		write_f64(b, (double)ms / 1000);
	else
		write_i64(b, ms / 1000);
}

static void write_structure(struct buf *b, const struct shape *shape, const void *structure)
{
	uint64_t n = 0;
	for (uint32_t i = 0; i < shape->member_count; i++)
		n += member_is_set(&shape->members[i], structure) &&
		     !(shape->members[i].flags & MEMBER_STREAMING);
	write_head(b, MAP, n);
	for (uint32_t i = 0; i < shape->member_count; i++) {
		const struct member *m = &shape->members[i];
		if (!member_is_set(m, structure) || (m->flags & MEMBER_STREAMING))
			continue;
		write_string(b, TEXT, (struct str){ m->name, m->name_bytes });
		cbor_encode(b, m->shape, member_value(m, structure));
	}
}

static void write_list(struct buf *b, const struct shape *shape, const struct any_list *list)
{
	bool is_map = shape->type == SHAPE_MAP;
	const struct member *m = &shape->members[is_map];
	const char *element = list->v;
	write_head(b, is_map ? MAP : ARRAY, list->n);
	for (size_t i = 0; i < list->n; i++, element += shape->element_size) {
		if (is_map)
			write_string(b, TEXT, *(const struct str *)element);
		cbor_encode(b, m->shape, element + m->offset);
	}
}

void cbor_encode(struct buf *b, const struct shape *shape, const void *value)
{
	if (!value_is_set(shape, value, false)) {
		write_bits(b, SIMPLE << 5 | NULL_VALUE, 0, 0);
		return;
	}
	switch (shape->type) {
	case SHAPE_BOOLEAN:
		write_bits(b,
			SIMPLE << 5 |
				(((const struct opt_bool *)value)->v ? TRUE_VALUE : FALSE_VALUE),
			0, 0);
		return;
	case SHAPE_INTEGER:
		write_i64(b, ((const struct opt_i64 *)value)->v);
		return;
	case SHAPE_FLOAT:
		write_f64(b, ((const struct opt_f64 *)value)->v);
		return;
	case SHAPE_TIMESTAMP:
		write_time(b, ((const struct opt_time *)value)->ms);
		return;
	case SHAPE_STRING:
	case SHAPE_ENUM:
	case SHAPE_DOCUMENT:
	case SHAPE_BLOB:
		write_string(
			b, shape->type == SHAPE_BLOB ? BYTES : TEXT, *(const struct str *)value);
		return;
	case SHAPE_LIST:
	case SHAPE_MAP:
		write_list(b, shape, value);
		return;
	case SHAPE_STRUCTURE:
	case SHAPE_UNION:
		write_structure(b, shape, value);
	}
}
