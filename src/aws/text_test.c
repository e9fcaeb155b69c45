/* Tests of simple values as text (Smithy 2.0, "HTTP bindings": serialization of headers, labels and
 * queries).
 */
#include "aws/codec.h"
#include "tests/check.h"
#include <errno.h>

static struct arena arena;

static int read(
	const struct shape *shape, enum timestamp_format format, const char *text, void *out)
{
	struct decode_error error = { "" };
	int r = text_decode(&arena, shape, format, str_c(text), out, &error);
	CHECK((r == -EINVAL) == (error.text[0] != 0));
	return r;
}

static void numbers(void)
{
	struct opt_i64 i;
	struct opt_f64 f;
	static const char *const bad[] = { "", "1.0", "0x10", "1e3", "--1", "9223372036854775808" };
	for (size_t k = 0; k < COUNT_OF(bad); k++)
		CHECK_INT(read(&shape_long, 0, bad[k], &i), -EINVAL);
	CHECK_INT(read(&shape_long, 0, "-9223372036854775808", &i), 0);
	CHECK_INT(i.v, INT64_MIN);
	CHECK_INT(read(&shape_short, 0, "32768", &i), -EINVAL);
	CHECK_INT(read(&shape_double, 0, "5e-324", &f), 0);
	CHECK(f.set && f.v > 0);
	CHECK_INT(read(&shape_double, 0, "1e999", &f), -EINVAL);
	CHECK_INT(read(&shape_double, 0, "inf", &f), -EINVAL);
	CHECK_INT(read(&shape_double, 0, "nan", &f), -EINVAL);
	CHECK_INT(read(&shape_double, 0, "Infinity", &f), 0);
}

static void timestamps(void)
{
	static const struct {
		enum timestamp_format format;
		const char *text;
		int64_t ms;
	} good[] = {
		{ TIMESTAMP_DEFAULT, "2023-11-14T22:13:20Z", 1700000000000 },
		{ TIMESTAMP_DATE_TIME, "2023-11-14T23:13:20.5+01:00", 1700000000500 },
		{ TIMESTAMP_HTTP_DATE, "Tue, 14 Nov 2023 22:13:20 GMT", 1700000000000 },
		{ TIMESTAMP_EPOCH, "1700000000.25", 1700000000250 },
		{ TIMESTAMP_EPOCH, "-1.5", -1500 },
	};
	struct opt_time t;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		CHECK_INT(read(&shape_timestamp, good[i].format, good[i].text, &t), 0);
		CHECK_INT(t.ms, good[i].ms);
	}
	CHECK_INT(read(&shape_timestamp, TIMESTAMP_EPOCH, "1e15", &t), -EINVAL);
	CHECK_INT(read(&shape_timestamp, TIMESTAMP_HTTP_DATE, "2023-11-14T22:13:20Z", &t), -EINVAL);
	CHECK_INT(read(&shape_timestamp, TIMESTAMP_DEFAULT, "1700000000", &t), -EINVAL);
}

static void texts(void)
{
	struct str s;
	struct opt_bool b;
	CHECK_INT(read(&shape_string, 0, "", &s), 0);
	CHECK(s.p && s.n == 0);
	CHECK_INT(read(&shape_string, 0, "\xff", &s), -EINVAL);
	CHECK_INT(read(&shape_blob, 0, "AQI=", &s), 0);
	CHECK_STR(s, "\x01\x02");
	CHECK_INT(read(&shape_blob, 0, "AQI", &s), -EINVAL);
	CHECK_INT(read(&shape_boolean, 0, "True", &b), -EINVAL);
	CHECK_INT(read(&shape_document, 0, "{}", &s), -EINVAL);
	struct buf out = { 0 };
	utf8_repair(&out, STR("a\xf0\x9f\x98\x80\xf0\x9f!"));
	CHECK_STR(buf_view(&out), "a\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd!");
	buf_fini(&out);
}

static void floats_read_back(void)
{
	uint64_t state = 88172645463325252ull;
	for (int i = 0; i < 20000; i++) {
		struct buf b = { 0 };
		struct opt_f64 back;
		double value;
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		memcpy(&value, &state, sizeof value);
		float_encode(&b, value, 64);
		CHECK_INT(read(&shape_double, 0, buf_cstr(&b), &back), 0);
		CHECK(back.v == value || value != value);
		buf_fini(&b);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "text: numbers in their range, decimal alone", numbers },
		{ "text: timestamps in each format", timestamps },
		{ "text: strings, blobs and booleans", texts },
		{ "text: floats read back as they were", floats_read_back },
	};
	int failed = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return failed;
}
