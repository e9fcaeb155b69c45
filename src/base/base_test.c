/* The bottom floor: text, buffers, maps, arenas, clocks and encodings. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "tests/check.h"
#include <errno.h>

static void test_numbers(void)
{
	int64_t i;
	uint64_t u;
	double d;
	CHECK_INT(str_to_i64(STR("-9223372036854775808"), &i), 0);
	CHECK(i == INT64_MIN);
	CHECK_INT(str_to_i64(STR("9223372036854775808"), &i), -ERANGE);
	CHECK_INT(str_to_u64(STR("18446744073709551615"), &u), 0);
	CHECK_INT(str_to_u64(STR("18446744073709551616"), &u), -ERANGE);
	CHECK_INT(str_to_i64(STR(""), &i), -EINVAL);
	CHECK_INT(str_to_i64(STR(" 1"), &i), -EINVAL);
	CHECK_INT(str_to_i64(STR("1 "), &i), -EINVAL);
	CHECK_INT(str_to_f64(STR("1.5e3"), &d), 0);
	CHECK(d == 1500);
	CHECK_INT(str_to_f64(STR("1.5x"), &d), -EINVAL);
}

static void test_cut_and_glob(void)
{
	struct str rest = STR("a,,b"), part;
	CHECK(str_cut(&rest, ',', &part));
	CHECK_STR(part, "a");
	CHECK(str_cut(&rest, ',', &part));
	CHECK_STR(part, "");
	CHECK(str_cut(&rest, ',', &part));
	CHECK_STR(part, "b");
	CHECK(!str_cut(&rest, ',', &part));
	CHECK(str_glob(STR("arn:*:lambda:*"), STR("arn:aws:lambda:us-east-1")));
	CHECK(str_glob(STR("a?c*"), STR("abc")));
	CHECK(!str_glob(STR("a?c"), STR("ac")));
	CHECK(str_glob(STR("*"), STR("")));
	CHECK(!str_glob(STR("*b"), STR("abc")));
}

static void test_plain_names(void)
{
	CHECK(str_is_plain_name(STR("Orders_2-a")));
	CHECK(!str_is_plain_name(STR("")));
	CHECK(!str_is_plain_name(STR("a.b")));
	CHECK(!str_is_plain_name(STR("\xc3\xa4")));
}

static void test_utf8(void)
{
	CHECK(str_is_utf8(STR("Самовар \xf0\x9f\xab\x96")));
	CHECK_INT(str_utf8_length(STR("Самовар")), 7);
	CHECK(!str_is_utf8(STR("\xc0\xaf")));
	CHECK(!str_is_utf8(STR("\xed\xa0\x80")));
	CHECK(!str_is_utf8(STR("\xf4\x90\x80\x80")));
	CHECK(!str_is_utf8(STR("ab\xe2\x82")));
}

static void test_map_keeps_what_is_put(void)
{
	struct map m = { 0 };
	static int values[2000];
	char key[16];
	for (int i = 0; i < 2000; i++) {
		snprintf(key, sizeof key, "key%d", i);
		CHECK(!map_put(&m, str_c(key), &values[i]));
	}
	for (int i = 0; i < 2000; i += 2) {
		snprintf(key, sizeof key, "key%d", i);
		CHECK(map_remove(&m, str_c(key)) == &values[i]);
	}
	for (int i = 0; i < 2000; i++) {
		snprintf(key, sizeof key, "key%d", i);
		CHECK(map_get(&m, str_c(key)) == (i % 2 ? &values[i] : NULL));
	}
	size_t at = 0, seen = 0;
	struct map_entry *e;
	while (map_next(&m, &at, &e))
		seen++;
	CHECK_INT(seen, 1000);
	CHECK_INT(m.count, 1000);
	map_fini(&m);
}

static void test_arena_limits_what_clients_ask(void)
{
	struct arena a;
	arena_init(&a, 1000);
	CHECK(arena_try(&a, 900) != NULL);
	CHECK(arena_try(&a, 200) == NULL);
	CHECK_STR(arena_printf(&a, "%s-%d", "x", 7), "x-7");
	arena_reset(&a);
	CHECK(arena_try(&a, 900) != NULL);
	arena_fini(&a);
}

static void test_times(void)
{
	char text[CLOCK_TEXT_MAX];
	int64_t ms;
	clock_format_iso(1763928013000, text);
	CHECK_STR(str_c(text), "2025-11-23T20:00:13Z");
	clock_format_iso(1763928013007, text);
	CHECK_STR(str_c(text), "2025-11-23T20:00:13.007Z");
	clock_format_http(784111777000, text);
	CHECK_STR(str_c(text), "Sun, 06 Nov 1994 08:49:37 GMT");
	CHECK_INT(clock_parse_http(str_c(text), &ms), 0);
	CHECK_INT(ms, 784111777000);
	CHECK_INT(clock_parse_iso(STR("2025-11-23T22:00:13.25+02:00"), &ms), 0);
	CHECK_INT(ms, 1763928013250);
	CHECK_INT(clock_parse_iso(STR("2025-02-29T00:00:00Z"), &ms), -EINVAL);
	CHECK_INT(clock_parse_amz(STR("20251123T200013Z"), &ms), 0);
	CHECK_INT(ms, 1763928013000);
}

static void test_encodings(void)
{
	struct arena a = { 0 };
	struct str out;
	CHECK_STR(base64_encode(&a, STR("any carnal pleas")), "YW55IGNhcm5hbCBwbGVhcw==");
	CHECK_INT(base64_decode(&a, STR("YW55IGNhcm5hbCBwbGVhcw=="), &out), 0);
	CHECK_STR(out, "any carnal pleas");
	CHECK_INT(base64_decode(&a, STR("YQ="), &out), -EINVAL);
	CHECK_INT(base64_decode(&a, STR("Y=Q="), &out), -EINVAL);
	CHECK_STR(percent_encode(&a, STR("a b/ü~"), true), "a%20b/%C3%BC~");
	CHECK_INT(percent_decode(&a, STR("a%20b+c"), true, &out), 0);
	CHECK_STR(out, "a b c");
	CHECK_INT(percent_decode(&a, STR("%4"), false, &out), -EINVAL);
	CHECK_INT(percent_decode(&a, STR("%41"), false, &out), 0);
	CHECK_STR(out, "A");
	CHECK_INT(crc32_update(0, "123456789", 9), 0xcbf43926);
	CHECK_INT(crc32c_update(0, "123456789", 9), 0xe3069283);
	/* Longer texts, in two parts of any length, against one byte at a time. */
	unsigned char text[67];
	uint32_t whole = 0;
	for (size_t i = 0; i < sizeof text; i++) {
		text[i] = (unsigned char)(i * 37 + 11);
		whole = crc32_update(whole, &text[i], 1);
	}
	for (size_t i = 0; i <= sizeof text; i++)
		CHECK_INT(crc32_update(crc32_update(0, text, i), text + i, sizeof text - i), whole);
	arena_fini(&a);
}

static const struct test tests[] = {
	{ "numbers in text", test_numbers },
	{ "cut and glob", test_cut_and_glob },
	{ "plain names", test_plain_names },
	{ "UTF-8", test_utf8 },
	{ "a map keeps what is put", test_map_keeps_what_is_put },
	{ "an arena limits what clients ask", test_arena_limits_what_clients_ask },
	{ "times", test_times },
	{ "encodings", test_encodings },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
