/* JSON to structures and back (AWS JSON 1.0 and 1.1, REST-JSON), by the tables of shape.h. Parsed
 * by yyjson.
 */
#include "aws/codec.h"
#include "aws/limits.h"
#include "aws/tree.h"
#include "base/encode.h"
#include <errno.h>
#include <math.h>

struct reader {
	struct arena *arena;
	struct decode_error *error;
	const char *at; /* the member being read, for messages */
	int depth;
};

/* The words in which AWS's services refuse a value of the wrong type. */
static int wrong_type(struct reader *r, yyjson_val *val, const char *wanted)
{
	if (yyjson_is_obj(val) || yyjson_is_arr(val))
		return decode_fail(r->error, "Start of %s found where not expected (%s)",
			yyjson_is_obj(val) ? "structure or map" : "list", r->at);
	return decode_fail(r->error, "%s can not be converted to %s (%s)",
		yyjson_is_str(val)     ? "STRING_VALUE"
		: yyjson_is_num(val)   ? "NUMBER_VALUE"
		: yyjson_is_true(val)  ? "TRUE_VALUE"
		: yyjson_is_false(val) ? "FALSE_VALUE"
				       : "NULL_VALUE",
		wanted, r->at);
}

static struct str text_of(yyjson_val *val)
{
	return (struct str){ yyjson_get_str(val), yyjson_get_len(val) };
}

static int read_integer(
	struct reader *r, const struct shape *shape, yyjson_val *val, struct opt_i64 *out)
{
	int64_t value;
	if (yyjson_is_sint(val)) {
		value = yyjson_get_sint(val);
	} else if (yyjson_is_uint(val) && yyjson_get_uint(val) <= INT64_MAX) {
		value = (int64_t)yyjson_get_uint(val);
	} else if (yyjson_is_num(val)) {
		double real = yyjson_get_num(val);
		if (real != trunc(real) || fabs(real) > 9007199254740992.0)
			return decode_fail(r->error, "%g is no %s (%s)", real, shape->name, r->at);
		value = (int64_t)real;
	} else {
		return wrong_type(r, val, "an Integer");
	}
	int e = integer_check(shape, value, r->error);
	if (e == 0)
		*out = OPT_I64(value);
	return e;
}

static int read_float(
	struct reader *r, const struct shape *shape, yyjson_val *val, struct opt_f64 *out)
{
	double value;
	if (yyjson_is_num(val))
		value = yyjson_get_num(val);
	else if (!yyjson_is_str(val) || !float_from_name(text_of(val), &value))
		return wrong_type(r, val, "a Double");
	*out = OPT_F64(shape->bits == 32 ? (double)(float)value : value);
	return 0;
}

static int read_time(
	struct reader *r, enum timestamp_format format, yyjson_val *val, struct opt_time *out)
{
	int64_t ms = 0;
	int e;
	if (format == TIMESTAMP_DEFAULT || format == TIMESTAMP_EPOCH) {
		if (!yyjson_is_num(val))
			return wrong_type(r, val, "a Timestamp");
		e = epoch_to_ms(yyjson_get_num(val), &ms, r->error);
	} else {
		if (!yyjson_is_str(val))
			return wrong_type(r, val, "a Timestamp");
		e = time_decode(format, text_of(val), &ms, r->error);
	}
	if (e == 0)
		*out = OPT_TIME(ms);
	return e;
}

static int read_document(struct reader *r, yyjson_val *val, struct str *out)
{
	yyjson_alc alc = tree_alc(r->arena);
	size_t n;
	char *text = yyjson_val_write_opts(val, YYJSON_WRITE_ALLOW_INF_AND_NAN, &alc, &n, NULL);
	if (!text)
		return -ENOMEM;
	*out = (struct str){ text, n };
	return 0;
}

static int read_structure(struct reader *r, const struct shape *shape, yyjson_val *val, void *out);

static int read_value(struct reader *r, const struct shape *shape, enum timestamp_format format,
	yyjson_val *val, void *out);

/* Room for the elements; they are zeroed. */
static int open_list(struct reader *r, const struct shape *shape, size_t n, struct any_list *list)
{
	if (n > CODEC_ELEMENTS_MAX)
		return decode_fail(
			r->error, "more than %d elements (%s)", CODEC_ELEMENTS_MAX, r->at);
	size_t bytes = n * shape->element_size;
	list->v = arena_try(r->arena, bytes);
	if (!list->v)
		return -ENOMEM;
	memset(list->v, 0, bytes);
	list->n = n;
	return 0;
}

static int read_list(
	struct reader *r, const struct shape *shape, yyjson_val *val, struct any_list *out)
{
	const struct member *m = &shape->members[0];
	struct any_list list;
	size_t i, n;
	yyjson_val *element;
	if (!yyjson_is_arr(val))
		return wrong_type(r, val, "a list");
	int e = open_list(r, shape, yyjson_arr_size(val), &list);
	char *place = list.v;
	if (e < 0)
		return e;
	yyjson_arr_foreach(val, i, n, element)
	{
		if (yyjson_is_null(element))
			return decode_fail(r->error, "null in a list (%s)", r->at);
		e = read_value(r, m->shape, m->timestamp, element, place);
		if (e < 0)
			return e;
		place += shape->element_size;
	}
	*out = list;
	return 0;
}

static int read_map(
	struct reader *r, const struct shape *shape, yyjson_val *val, struct any_list *out)
{
	const struct member *m = &shape->members[1];
	struct any_list list;
	size_t i, n;
	yyjson_val *key, *value;
	if (!yyjson_is_obj(val))
		return wrong_type(r, val, "a map");
	int e = open_list(r, shape, yyjson_obj_size(val), &list);
	char *place = list.v;
	if (e < 0)
		return e;
	yyjson_obj_foreach(val, i, n, key, value)
	{
		if (yyjson_is_null(value))
			return decode_fail(r->error, "null in a map (%s)", r->at);
		*(struct str *)place = text_of(key);
		e = read_value(r, m->shape, m->timestamp, value, place + m->offset);
		if (e < 0)
			return e;
		place += shape->element_size;
	}
	list.n = map_last_wins(list.v, list.n, shape->element_size);
	*out = list;
	return 0;
}

static int read_value(struct reader *r, const struct shape *shape, enum timestamp_format format,
	yyjson_val *val, void *out)
{
	int e;
	switch (shape->type) {
	case SHAPE_BOOLEAN:
		if (!yyjson_is_bool(val))
			return wrong_type(r, val, "a Boolean");
		*(struct opt_bool *)out = OPT_BOOL(yyjson_get_bool(val));
		return 0;
	case SHAPE_INTEGER:
		return read_integer(r, shape, val, out);
	case SHAPE_FLOAT:
		return read_float(r, shape, val, out);
	case SHAPE_TIMESTAMP:
		return read_time(r, format, val, out);
	case SHAPE_STRING:
	case SHAPE_ENUM:
		if (!yyjson_is_str(val))
			return wrong_type(r, val, "a String");
		*(struct str *)out = text_of(val);
		return 0;
	case SHAPE_BLOB:
		if (!yyjson_is_str(val))
			return wrong_type(r, val, "a Blob");
		e = base64_decode(r->arena, text_of(val), out);
		return e == -EINVAL ? decode_fail(r->error, "no base64 (%s)", r->at) : e;
	case SHAPE_DOCUMENT:
		return read_document(r, val, out);
	default:
		break;
	}
	if (++r->depth > CODEC_DEPTH_MAX)
		return decode_fail(r->error, "nested deeper than %d levels", CODEC_DEPTH_MAX);
	e = shape->type == SHAPE_LIST  ? read_list(r, shape, val, out)
	    : shape->type == SHAPE_MAP ? read_map(r, shape, val, out)
				       : read_structure(r, shape, val, out);
	r->depth--;
	return e;
}

static bool is_named(const struct member *m, struct str name)
{
	return (m->json_name_bytes == name.n && memcmp(m->json_name, name.p, name.n) == 0) ||
	       (m->name_bytes == name.n && memcmp(m->name, name.p, name.n) == 0);
}

/* The member of that name. Clients mostly keep to the interface's order, so the search begins at
 * *next. */
static const struct member *find_member(const struct shape *shape, struct str name, uint32_t *next)
{
	for (uint32_t i = 0, at = *next; i < shape->member_count; i++, at++) {
		if (at >= shape->member_count)
			at = 0;
		if (is_named(&shape->members[at], name)) {
			*next = at + 1;
			return &shape->members[at];
		}
	}
	return NULL;
}

static int read_member(struct reader *r, const struct member *m, yyjson_val *val, void *structure)
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
	return read_value(r, m->shape, m->timestamp, val, place);
}

static int read_structure(struct reader *r, const struct shape *shape, yyjson_val *val, void *out)
{
	size_t i, n;
	uint32_t next = 0;
	yyjson_val *key, *value;
	if (!yyjson_is_obj(val))
		return wrong_type(r, val, "a structure");
	yyjson_obj_foreach(val, i, n, key, value)
	{
		const struct member *m = find_member(shape, text_of(key), &next);
		if (!m || yyjson_is_null(value) || (m->flags & MEMBER_STREAMING))
			continue;
		int e = read_member(r, m, value, out);
		if (e < 0)
			return e;
	}
	return 0;
}

int json_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error)
{
	struct reader r = { .arena = arena, .error = error, .at = shape->name };
	yyjson_alc alc = tree_alc(arena);
	yyjson_read_err why;
	if (body.n == 0)
		return 0;
	/* Without YYJSON_READ_INSITU the text is only read, whatever the prototype says. */
	yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)body.p, body.n, 0, &alc, &why);
	if (!doc && why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
		return -ENOMEM;
	if (!doc)
		return decode_fail(error, "no JSON: %s at byte %zu", why.msg, why.pos);
	return read_value(&r, shape, shape->timestamp, yyjson_doc_get_root(doc), out);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* 0: as it is; 'u': \u00xx; 1: part of a sequence that must be UTF-8; else the letter after the
 * backslash. */
static const char escapes[256] = {
	[0 ... 7] = 'u',
	['\b'] = 'b',
	['\t'] = 't',
	['\n'] = 'n',
	[11] = 'u',
	['\f'] = 'f',
	['\r'] = 'r',
	[14 ... 31] = 'u',
	['"'] = '"',
	['\\'] = '\\',
	[128 ... 255] = 1,
};

/* The rest of a text that is no UTF-8, and the closing quote. */
static void quote_repaired(struct buf *b, struct str s)
{
	struct buf repaired = { 0 };
	utf8_repair(&repaired, s);
	size_t at = b->n;
	json_quote(b, buf_view(&repaired));
	memmove(b->p + at, b->p + at + 1, b->n - at - 1);
	b->n--;
	buf_fini(&repaired);
}

void json_quote(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789abcdef";
	size_t start = 0;
	bool is_checked = false;
	/* Room for the text and its quotes at once; an escape that needs more asks for it. */
	buf_reserve(b, s.n + 2);
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (!escapes[c] || (escapes[c] == 1 && is_checked))
			continue;
		if (escapes[c] == 1) {
			is_checked = true;
			if (str_is_utf8(str_from(s, i)))
				continue;
			buf_append(b, s.p + start, i - start);
			quote_repaired(b, str_from(s, i));
			return;
		}
		buf_append(b, s.p + start, i - start);
		char code[6] = { '\\', escapes[c], '0', '0', hex[c >> 4], hex[c & 15] };
		buf_append(b, code, escapes[c] == 'u' ? 6 : 2);
		start = i + 1;
	}
	buf_append(b, s.p + start, s.n - start);
	buf_char(b, '"');
}

static void write_value(struct buf *b, const struct shape *shape, enum timestamp_format format,
	const void *at, bool use_json_name);

static void write_structure(struct buf *b, const struct shape *shape, const void *structure,
	bool use_json_name, bool is_top)
{
	char separator = '{';
	for (uint32_t i = 0; i < shape->member_count; i++) {
		const struct member *m = &shape->members[i];
		if (!member_is_set(m, structure) || (m->flags & MEMBER_STREAMING) ||
			(is_top && use_json_name && m->location != IN_BODY))
			continue;
		const char *name = use_json_name ? m->json_name : m->name;
		size_t n = use_json_name ? m->json_name_bytes : m->name_bytes;
		char *p = buf_reserve(b, n + 4);
		p[0] = separator;
		p[1] = '"';
		memcpy(p + 2, name, n);
		p[n + 2] = '"';
		p[n + 3] = ':';
		b->n += n + 4;
		separator = ',';
		write_value(b, m->shape, m->timestamp, member_value(m, structure), use_json_name);
	}
	if (separator == '{')
		buf_char(b, '{');
	buf_char(b, '}');
}

static void write_list(
	struct buf *b, const struct shape *shape, const struct any_list *list, bool use_json_name)
{
	const struct member *m = &shape->members[0];
	const char *element = list->v;
	buf_char(b, '[');
	for (size_t i = 0; i < list->n; i++, element += shape->element_size) {
		if (i)
			buf_char(b, ',');
		write_value(b, m->shape, m->timestamp, element, use_json_name);
	}
	buf_char(b, ']');
}

static void write_map(
	struct buf *b, const struct shape *shape, const struct any_list *map, bool use_json_name)
{
	const struct member *m = &shape->members[1];
	const char *entry = map->v;
	buf_char(b, '{');
	for (size_t i = 0; i < map->n; i++, entry += shape->element_size) {
		if (i)
			buf_char(b, ',');
		json_quote(b, *(const struct str *)entry);
		buf_char(b, ':');
		write_value(b, m->shape, m->timestamp, entry + m->offset, use_json_name);
	}
	buf_char(b, '}');
}

static void write_quoted(
	struct buf *b, const struct shape *shape, enum timestamp_format format, const void *at)
{
	buf_char(b, '"');
	text_encode(b, shape, format, at);
	buf_char(b, '"');
}

static void write_value(struct buf *b, const struct shape *shape, enum timestamp_format format,
	const void *at, bool use_json_name)
{
	if (!value_is_set(shape, at, false)) {
		buf_cat(b, "null"); /* only in a list or a map */
		return;
	}
	switch (shape->type) {
	case SHAPE_BOOLEAN:
	case SHAPE_INTEGER:
	case SHAPE_DOCUMENT:
		text_encode(b, shape, format, at);
		return;
	case SHAPE_FLOAT:
		if (isfinite(((const struct opt_f64 *)at)->v))
			text_encode(b, shape, format, at);
		else
			write_quoted(b, shape, format, at);
		return;
	case SHAPE_TIMESTAMP:
		if (format == TIMESTAMP_DEFAULT || format == TIMESTAMP_EPOCH)
			text_encode(b, shape, TIMESTAMP_EPOCH, at);
		else
			write_quoted(b, shape, format, at);
		return;
	case SHAPE_STRING:
	case SHAPE_ENUM:
		json_quote(b, *(const struct str *)at);
		return;
	case SHAPE_BLOB:
		write_quoted(b, shape, format, at);
		return;
	case SHAPE_LIST:
		write_list(b, shape, at, use_json_name);
		return;
	case SHAPE_MAP:
		write_map(b, shape, at, use_json_name);
		return;
	case SHAPE_STRUCTURE:
	case SHAPE_UNION:
		write_structure(b, shape, at, use_json_name, false);
	}
}

void json_encode(struct buf *b, const struct shape *shape, const void *value, bool use_json_name)
{
	if (shape->type == SHAPE_STRUCTURE)
		write_structure(b, shape, value, use_json_name, true);
	else
		write_value(b, shape, shape->timestamp, value, use_json_name);
}
