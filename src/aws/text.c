/* Simple values as bare text: in headers, labels, query parameters, forms and XML. */
#include "aws/codec.h"
#include "base/clock.h"
#include "base/encode.h"
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Doubles whose every millisecond is exact, and years that the text forms can hold. */
#define EPOCH_SECONDS_MAX 253402300799.0
#define EPOCH_SECONDS_MIN -62135596800.0

int decode_fail(struct decode_error *error, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(error->text, sizeof error->text, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int integer_check(const struct shape *shape, int64_t value, struct decode_error *error)
{
	int64_t max = shape->bits >= 64 ? INT64_MAX : ((int64_t)1 << (shape->bits - 1)) - 1;
	if (value > max || value < -max - 1)
		return decode_fail(
			error, "%lld is out of the range of a %s", (long long)value, shape->name);
	return 0;
}

int epoch_to_ms(double seconds, int64_t *ms, struct decode_error *error)
{
	if (!(seconds >= EPOCH_SECONDS_MIN && seconds <= EPOCH_SECONDS_MAX))
		return decode_fail(error, "%g is no time", seconds);
	*ms = llround(seconds * 1000);
	return 0;
}

bool float_from_name(struct str text, double *out)
{
	if (str_is(text, "NaN"))
		*out = NAN;
	else if (str_is(text, "Infinity"))
		*out = INFINITY;
	else if (str_is(text, "-Infinity"))
		*out = -INFINITY;
	else
		return false;
	return true;
}

int time_decode(
	enum timestamp_format format, struct str text, int64_t *ms, struct decode_error *error)
{
	double seconds;
	int r = -EINVAL;
	switch (format) {
	case TIMESTAMP_EPOCH:
		if (str_to_f64(text, &seconds) == 0)
			return epoch_to_ms(seconds, ms, error);
		break;
	case TIMESTAMP_HTTP_DATE:
		r = clock_parse_http(text, ms);
		break;
	default:
		r = clock_parse_iso(text, ms);
	}
	return r == 0 ? 0
		      : decode_fail(
				error, "\"%.*s\" is no timestamp", (int)MIN(text.n, 64u), text.p);
}

static int float_decode(
	const struct shape *shape, struct str text, double *out, struct decode_error *error)
{
	if (!float_from_name(text, out) && str_to_f64(text, out) < 0)
		return decode_fail(
			error, "\"%.*s\" is no %s", (int)MIN(text.n, 64u), text.p, shape->name);
	return 0;
}

/* Bytes of the UTF-8 sequence that begins the text, or 0 if none does. */
static size_t utf8_first(struct str s)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++)
		if (str_is_utf8(str_sub(s, 0, n)))
			return n;
	return 0;
}

void utf8_repair(struct buf *b, struct str s)
{
	while (s.n) {
		size_t n = utf8_first(s);
		if (n)
			buf_append(b, s.p, n);
		else
			buf_cat(b, "\xef\xbf\xbd");
		s = str_from(s, n ? n : 1);
	}
}

static int string_decode(
	struct arena *arena, struct str text, struct str *out, struct decode_error *error)
{
	if (!str_is_utf8(text))
		return decode_fail(error, "the text is no UTF-8");
	char *p = arena_try(arena, text.n + 1);
	if (!p)
		return -ENOMEM;
	if (text.n)
		memcpy(p, text.p, text.n);
	p[text.n] = 0;
	*out = (struct str){ p, text.n };
	return 0;
}

int text_decode(struct arena *arena, const struct shape *shape, enum timestamp_format format,
	struct str text, void *out, struct decode_error *error)
{
	int64_t i64;
	double f64;
	int r;
	switch (shape->type) {
	case SHAPE_BOOLEAN:
		if (!str_is(text, "true") && !str_is(text, "false"))
			return decode_fail(
				error, "\"%.*s\" is no boolean", (int)MIN(text.n, 64u), text.p);
		*(struct opt_bool *)out = OPT_BOOL(text.p[0] == 't');
		return 0;
	case SHAPE_INTEGER:
		if (str_to_i64(text, &i64) < 0)
			return decode_fail(error, "\"%.*s\" is no %s", (int)MIN(text.n, 64u),
				text.p, shape->name);
		r = integer_check(shape, i64, error);
		if (r == 0)
			*(struct opt_i64 *)out = OPT_I64(i64);
		return r;
	case SHAPE_FLOAT:
		r = float_decode(shape, text, &f64, error);
		if (r == 0)
			*(struct opt_f64 *)out =
				OPT_F64(shape->bits == 32 ? (double)(float)f64 : f64);
		return r;
	case SHAPE_TIMESTAMP:
		r = time_decode(format, text, &i64, error);
		if (r == 0)
			*(struct opt_time *)out = OPT_TIME(i64);
		return r;
	case SHAPE_BLOB:
		r = base64_decode(arena, text, out);
		return r == -EINVAL ? decode_fail(error, "a blob is no base64") : r;
	case SHAPE_STRING:
	case SHAPE_ENUM:
		return string_decode(arena, text, out, error);
	default:
		return decode_fail(error, "%s is no simple value", shape->name);
	}
}

void float_encode(struct buf *b, double value, unsigned bits)
{
	if (isnan(value)) {
		buf_cat(b, "NaN");
	} else if (isinf(value)) {
		buf_cat(b, value > 0 ? "Infinity" : "-Infinity");
	} else if (fabs(value) < 1e15 && value == trunc(value) && !(value == 0 && signbit(value))) {
		buf_i64(b, (int64_t)value);
		buf_cat(b, ".0");
	} else {
		/* The fewest digits that read back as the same number. */
		int digits = bits == 32 ? FLT_DIG : DBL_DIG,
		    most = bits == 32 ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
		char text[32];
		for (; digits <= most; digits++) {
			snprintf(text, sizeof text, "%.*g", digits, value);
			double back = strtod(text, NULL);
			if (bits == 32 ? (float)back == (float)value : back == value)
				break;
		}
		buf_cat(b, text);
	}
}

void time_encode(struct buf *b, enum timestamp_format format, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];
	if (format == TIMESTAMP_HTTP_DATE) {
		buf_append(b, text, clock_format_http(ms, text));
	} else if (format == TIMESTAMP_DATE_TIME || format == TIMESTAMP_DEFAULT) {
		buf_append(b, text, clock_format_iso(ms, text));
	} else {
		uint64_t absolute = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
		unsigned fraction = (unsigned)(absolute % 1000);
		if (ms < 0)
			buf_char(b, '-');
		buf_i64(b, (int64_t)(absolute / 1000));
		if (fraction) {
			char digits[4] = { '.', (char)('0' + fraction / 100),
				(char)('0' + fraction / 10 % 10), (char)('0' + fraction % 10) };
			size_t n = sizeof digits;
			while (digits[n - 1] == '0')
				n--;
			buf_append(b, digits, n);
		}
	}
}

void text_encode(
	struct buf *b, const struct shape *shape, enum timestamp_format format, const void *value)
{
	switch (shape->type) {
	case SHAPE_BOOLEAN:
		buf_cat(b, ((const struct opt_bool *)value)->v ? "true" : "false");
		return;
	case SHAPE_INTEGER:
		buf_i64(b, ((const struct opt_i64 *)value)->v);
		return;
	case SHAPE_FLOAT:
		float_encode(b, ((const struct opt_f64 *)value)->v, shape->bits);
		return;
	case SHAPE_TIMESTAMP:
		time_encode(b, format, ((const struct opt_time *)value)->ms);
		return;
	case SHAPE_BLOB:
		base64_encode_to(b, *(const struct str *)value);
		return;
	case SHAPE_STRING:
	case SHAPE_ENUM:
	case SHAPE_DOCUMENT:
		buf_str(b, *(const struct str *)value);
		return;
	default:
		assert(!"a simple value");
	}
}
