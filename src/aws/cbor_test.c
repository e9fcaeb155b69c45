/* Tests of the CBOR reader and writer (RFC 8949, its appendix A; Smithy RPC v2 CBOR). */
#include "aws/codec.h"
#include "aws/limits.h"
#include "api/all_types.h"
#include "api/all_types.c"
#include "base/encode.h"
#include "tests/check.h"
#include "tests/values.h"
#include <errno.h>

static struct arena arena;
static struct decode_error error;

static int decode(const char *hex, struct all_types_all_types *out)
{
	size_t n = strlen(hex) / 2;
	char *bytes = arena_alloc(&arena, n + 1);
	if (hex_decode(str_c(hex), bytes, n) < 0)
		abort();
	*out = (struct all_types_all_types){ 0 };
	error.text[0] = 0;
	return cbor_decode(
		&arena, &all_types_all_types_shape, (struct str){ bytes, n }, out, &error);
}

static struct str encode_hex(const struct all_types_all_types *value)
{
	struct buf b = { 0 };
	cbor_encode(&b, &all_types_all_types_shape, value);
	char *hex = arena_alloc(&arena, 2 * b.n + 1);
	hex_encode(b.p, b.n, hex);
	buf_fini(&b);
	return str_c(hex);
}

#define TEXT_KEY "6454657874"
#define REAL_KEY "645265616c"
#define NUMBER_KEY "664e756d626572"
#define MOMENT_KEY "664d6f6d656e74"
#define STRINGS_KEY "67537472696e6773"
#define BYTES_KEY "654279746573"
#define CHILD_KEY "654368696c64"

static void reads_definite_and_indefinite(void)
{
	struct all_types_all_types v;
	CHECK_INT(decode("a1" TEXT_KEY "6161", &v), 0);
	CHECK_STR(v.text, "a");
	CHECK_INT(decode("bf" TEXT_KEY "7f616161626163ff"
			 "ff",
			  &v),
		0);
	CHECK_STR(v.text, "abc");
	CHECK_INT(decode("a1" BYTES_KEY "5f42010243030405ff", &v), 0);
	CHECK_STR(v.bytes, "\x01\x02\x03\x04\x05");
	CHECK_INT(decode("bf" STRINGS_KEY "9f61616162ff"
			 "ff",
			  &v),
		0);
	CHECK_INT(v.strings.n, 2);
	CHECK_STR(v.strings.v[1], "b");
	CHECK_INT(decode("a1" CHILD_KEY "a0", &v), 0);
	CHECK(v.child);
	CHECK_INT(decode("a1" CHILD_KEY "f6", &v), 0);
	CHECK(!v.child);
	CHECK_INT(decode("a1"
			 "7f625465627874ff"
			 "6161",
			  &v),
		0); /* the key in chunks */
	CHECK_STR(v.text, "a");
}

static void reads_floats_of_all_widths(void)
{
	static const struct {
		const char *hex;
		double value;
	} cases[] = {
		{ "f90000", 0 },
		{ "f93c00", 1 },
		{ "f93e00", 1.5 },
		{ "f97bff", 65504 },
		{ "f90001", 5.960464477539063e-8 },
		{ "f9c400", -4 },
		{ "f97c00", INFINITY },
		{ "f9fc00", -INFINITY },
		{ "fa47c35000", 100000 },
		{ "fb3ff199999999999a", 1.1 },
		{ "fbc010666666666666", -4.1 },
		{ "1864", 100 },
		{ "3863", -100 },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char hex[64];
		struct all_types_all_types v;
		snprintf(hex, sizeof hex, "a1" REAL_KEY "%s", cases[i].hex);
		CHECK_INT(decode(hex, &v), 0);
		CHECK(v.real.set && v.real.v == cases[i].value);
	}
	struct all_types_all_types v;
	CHECK_INT(decode("a1" REAL_KEY "f97e00", &v), 0);
	CHECK(isnan(v.real.v));
}

static void reads_integers_and_times(void)
{
	struct all_types_all_types v;
	CHECK_INT(decode("a1" NUMBER_KEY "1a7fffffff", &v), 0);
	CHECK_INT(v.number.v, INT32_MAX);
	CHECK_INT(decode("a1" NUMBER_KEY "3a7fffffff", &v), 0);
	CHECK_INT(v.number.v, INT32_MIN);
	CHECK_INT(decode("a1" NUMBER_KEY "1a80000000", &v), -EINVAL);
	CHECK_INT(decode("a1" NUMBER_KEY "1bffffffffffffffff", &v), -EINVAL);
	CHECK_INT(decode("a1" NUMBER_KEY "f93e00", &v), -EINVAL);
	CHECK_INT(decode("a1" MOMENT_KEY "c11a514b67b0", &v), 0);
	CHECK_INT(v.moment.ms, 1363896240000);
	CHECK_INT(decode("a1" MOMENT_KEY "c1fb41d452d9ec200000", &v), 0);
	CHECK_INT(v.moment.ms, 1363896240500);
	CHECK_INT(decode("a1" MOMENT_KEY "c21a514b67b0", &v), -EINVAL);
}

static void skips_unknown_members(void)
{
	struct all_types_all_types v;
	/* {"x": [1, {"y": h'00'}, _ "a", 2("..")], "Text": "a"} */
	CHECK_INT(decode("a26178"
			 "8401a16179410"
			 "07f6161ffc2420102" TEXT_KEY "6161",
			  &v),
		0);
	CHECK_STR(v.text, "a");
}

static void refuses_what_is_broken(void)
{
	static const char *const cases[] = { "a1", "a1" TEXT_KEY,
		"a1" TEXT_KEY "62"
		"61",
		"a1" TEXT_KEY "61ff", "a1" TEXT_KEY "5161", "a1" TEXT_KEY "01",
		"a1" STRINGS_KEY "9bffffffffffffffff", "a1" STRINGS_KEY "81f6",
		"a1" STRINGS_KEY "9f6161", "1c", "ff", "a1" TEXT_KEY "7f4161ff", "a0a0",
		"a1"
		"01"
		"02",
		"bb8000000000000000", "a16178bb8000000000000000",
		"a16178"
		"ff",
		"80", "a1" TEXT_KEY "7f7f6161ffff" };
	struct all_types_all_types v;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(decode(cases[i], &v), -EINVAL);
		CHECK(error.text[0]);
	}
}

static void depth_and_memory_have_limits(void)
{
	char hex[4096] = "a16178";
	size_t n = 6;
	struct all_types_all_types v;
	for (int i = 0; i <= CODEC_DEPTH_MAX; i++, n += 2)
		memcpy(hex + n, "81", 2);
	memcpy(hex + n, "01", 3);
	CHECK_INT(decode(hex, &v), -EINVAL);
	struct arena small;
	struct buf b = { 0 };
	arena_init(&small, 64 * 1024);
	buf_append(&b,
		"\xa1\x68"
		"Children\x9f",
		11);
	for (int i = 0; i < 10000; i++)
		buf_append(&b, "\xa0", 1);
	buf_append(&b, "\xff", 1);
	v = (struct all_types_all_types){ 0 };
	CHECK_INT(
		cbor_decode(&small, &all_types_all_types_shape, buf_view(&b), &v, &error), -ENOMEM);
	arena_fini(&small);
	buf_fini(&b);
}

static void stored_text_is_not_checked(void)
{
	struct all_types_all_types v = { 0 };
	struct str bytes = STR("\xa1\x64Text\x61\xff");
	CHECK_INT(cbor_decode_stored(&arena, &all_types_all_types_shape, bytes, &v, &error), 0);
	CHECK_STR(v.text, "\xff");
	CHECK_INT(cbor_decode(&arena, &all_types_all_types_shape, bytes, &v, &error), -EINVAL);
}

static void writes_the_shortest_forms(void)
{
	CHECK_STR(encode_hex(&(struct all_types_all_types){ .number = OPT_I64(23) }),
		"a1" NUMBER_KEY "17");
	CHECK_STR(encode_hex(&(struct all_types_all_types){ .number = OPT_I64(24) }),
		"a1" NUMBER_KEY "1818");
	CHECK_STR(encode_hex(&(struct all_types_all_types){ .number = OPT_I64(-1000) }),
		"a1" NUMBER_KEY "3903e7");
	CHECK_STR(encode_hex(&(struct all_types_all_types){ .real = OPT_F64(1.5) }),
		"a1" REAL_KEY "fa3fc00000");
	CHECK_STR(encode_hex(&(struct all_types_all_types){ .real = OPT_F64(1.1) }),
		"a1" REAL_KEY "fb3ff199999999999a");
	CHECK_STR(encode_hex(&(struct all_types_all_types){ .moment = OPT_TIME(1363896240000) }),
		"a1" MOMENT_KEY "c11a514b67b0");
	CHECK_STR(encode_hex(&(struct all_types_all_types){ .moment = OPT_TIME(1363896240500) }),
		"a1" MOMENT_KEY "c1fb41d452d9ec200000");
	CHECK_STR(encode_hex(&(struct all_types_all_types){ .bytes = STR("\x01") }),
		"a1" BYTES_KEY "4101");
}

static void random_values_come_back(void)
{
	struct arena values_arena = { 0 };
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct values g = { .arena = &values_arena, .state = seed * 0x9e3779b97f4a7c15ull };
		struct all_types_all_types v = { 0 }, back = { 0 };
		struct buf b = { 0 };
		values_fill(&g, &all_types_all_types_shape, NULL, &v, 0);
		cbor_encode(&b, &all_types_all_types_shape, &v);
		int r = cbor_decode_stored(
			&arena, &all_types_all_types_shape, buf_view(&b), &back, &error);
		buf_fini(&b);
		if (r < 0 || !values_equal(&all_types_all_types_shape, &v, &back)) {
			printf("# seed %llu: %d %s\n", (unsigned long long)seed, r, error.text);
			CHECK(!"the value comes back");
			break;
		}
		arena_reset(&values_arena);
		arena_reset(&arena);
	}
	arena_fini(&values_arena);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "cbor: reads definite and indefinite lengths", reads_definite_and_indefinite },
		{ "cbor: reads floats of all widths", reads_floats_of_all_widths },
		{ "cbor: reads integers in their range, and times", reads_integers_and_times },
		{ "cbor: skips unknown members", skips_unknown_members },
		{ "cbor: refuses what is broken", refuses_what_is_broken },
		{ "cbor: depth and memory have limits", depth_and_memory_have_limits },
		{ "cbor: stored text is not checked", stored_text_is_not_checked },
		{ "cbor: writes the shortest forms", writes_the_shortest_forms },
		{ "cbor: random values come back", random_values_come_back },
	};
	int failed = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return failed;
}
