/* Names and literals of C. */
#include "idlc.h"

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* KMSKeyArn -> kms_key_arn, MD5OfMessageBody -> md5_of_message_body. */
struct str snake_case(struct arena *a, struct str name)
{
	char *out = arena_alloc(a, 2 * name.n + 2), *w = out;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i], before = i ? name.p[i - 1] : '_',
		     after = i + 1 < name.n ? name.p[i + 1] : 0;
		bool starts_word = is_lower(before) || (before >= '0' && before <= '9') ||
				   (is_upper(before) && is_lower(after));
		if (is_upper(c) && starts_word)
			*w++ = '_';
		*w++ = is_upper(c) ? (char)(c | 0x20) : c;
	}
	*w = 0;
	return (struct str){ out, (size_t)(w - out) };
}

void write_literal(struct buf *b, struct str s)
{
	if (!s.p) {
		buf_cat(b, "NULL");
		return;
	}
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c < ' ' || c > '~')
			buf_printf(b, "\\%03o", c);
		else
			buf_char(b, (char)c);
	}
	buf_char(b, '"');
}

struct str c_type(struct model *m, const struct shape *shape)
{
	switch (shape->kind) {
	case KIND_BOOLEAN:
		return STR("struct opt_bool");
	case KIND_BYTE:
	case KIND_SHORT:
	case KIND_INTEGER:
	case KIND_LONG:
	case KIND_INT_ENUM:
		return STR("struct opt_i64");
	case KIND_FLOAT:
	case KIND_DOUBLE:
		return STR("struct opt_f64");
	case KIND_TIMESTAMP:
		return STR("struct opt_time");
	case KIND_STRING:
	case KIND_ENUM:
	case KIND_BLOB:
	case KIND_DOCUMENT:
		return STR("struct str");
	default:
		return arena_printf(&m->arena, "struct %.*s", STR_ARG(shape->c_name));
	}
}
