/* Simple values as text: in headers, labels and query parameters. */
#include "aws/rest.h"
#include "base/clock.h"
#include "base/encode.h"
#include <errno.h>
#include <math.h>

static int parse_time(enum timestamp_format format, struct str text, struct opt_time *out)
{
	double seconds;
	int r;
	out->set = true;
	switch (format) {
	case TIMESTAMP_EPOCH:
		r = str_to_f64(text, &seconds);
		if (r == 0 && !(fabs(seconds) < 1e12))
			return -EINVAL;
		if (r == 0)
			out->ms = llround(seconds * 1000);
		return r;
	case TIMESTAMP_HTTP_DATE:
		return clock_parse_http(text, &out->ms);
	default:
		return clock_parse_iso(text, &out->ms);
	}
}

static enum timestamp_format format_of(const struct member *m, enum timestamp_format where)
{
	return m->timestamp ? m->timestamp : m->shape->timestamp ? m->shape->timestamp : where;
}

int rest_value_parse(struct arena *arena, const struct member *m, enum timestamp_format where, struct str text,
	void *value)
{
	struct opt_bool *flag = value;
	struct opt_i64 *whole = value;
	struct opt_f64 *number = value;
	switch (m->shape->type) {
	case SHAPE_STRING:
	case SHAPE_ENUM:
	case SHAPE_DOCUMENT:
		if (!str_is_utf8(text))
			return -EINVAL;
		*(struct str *)value = arena_str(arena, text);
		return 0;
	case SHAPE_BLOB:
		return base64_decode(arena, text, value);
	case SHAPE_BOOLEAN:
		if (!str_eq_ci(text, STR("true")) && !str_eq_ci(text, STR("false")))
			return -EINVAL;
		*flag = OPT_BOOL(text.n == 4);
		return 0;
	case SHAPE_INTEGER:
		whole->set = true;
		return str_to_i64(text, &whole->v);
	case SHAPE_FLOAT:
		number->set = true;
		return str_to_f64(text, &number->v);
	case SHAPE_TIMESTAMP:
		return parse_time(format_of(m, where), text, value);
	default:
		return -EINVAL;
	}
}

static struct str time_text(struct arena *arena, enum timestamp_format format, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];
	size_t n;
	if (format == TIMESTAMP_EPOCH) {
		if (ms % 1000 == 0)
			return arena_printf(arena, "%lld", (long long)(ms / 1000));
		return arena_printf(arena, "%.3f", (double)ms / 1000);
	}
	n = format == TIMESTAMP_HTTP_DATE ? clock_format_http(ms, text) : clock_format_iso(ms, text);
	return arena_str(arena, (struct str){ text, n });
}

struct str rest_value_text(struct arena *arena, const struct member *m, enum timestamp_format where, const void *value)
{
	switch (m->shape->type) {
	case SHAPE_STRING:
	case SHAPE_ENUM:
	case SHAPE_DOCUMENT:
		return *(const struct str *)value;
	case SHAPE_BLOB:
		return base64_encode(arena, *(const struct str *)value);
	case SHAPE_BOOLEAN:
		return ((const struct opt_bool *)value)->v ? STR("true") : STR("false");
	case SHAPE_INTEGER:
		return arena_printf(arena, "%lld", (long long)((const struct opt_i64 *)value)->v);
	case SHAPE_FLOAT:
		return arena_printf(arena, "%.17g", ((const struct opt_f64 *)value)->v);
	case SHAPE_TIMESTAMP:
		return time_text(arena, format_of(m, where), ((const struct opt_time *)value)->ms);
	default:
		assert(!"a shape that a header can hold");
		return (struct str){ 0 };
	}
}
