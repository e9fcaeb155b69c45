/* Tests of the JSON reader and writer: AWS JSON 1.0/1.1 and REST-JSON (Smithy specification, "AWS
 * protocols"). */
#include "aws/codec.h"
#include "aws/limits.h"
#include "api/all_types.h"
#include "api/all_types.c"
#include "tests/check.h"
#include "tests/values.h"
#include <errno.h>

static struct arena arena;
static struct decode_error error;

static int decode(const char *text, struct all_types_all_types *out)
{
	*out = (struct all_types_all_types){ 0 };
	error.text[0] = 0;
	return json_decode(&arena, &all_types_all_types_shape, str_c(text), out, &error);
}

static struct str encode(const struct all_types_all_types *value, bool use_json_name)
{
	struct buf b = { 0 };
	json_encode(&b, &all_types_all_types_shape, value, use_json_name);
	struct str text = arena_str(&arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

static void reads_every_type(void)
{
	struct all_types_all_types v;
	CHECK_INT(
		decode("{\"Text\":\"a\\u00e9\",\"Flag\":true,\"Tiny\":-128,\"Small\":32767,\"Number\":60.0,"
		       "\"Large\":9223372036854775807,\"Single\":1.5,\"Real\":\"NaN\",\"Bytes\":\"AQID\","
		       "\"Tree\":{\"a\": [1, null]},\"Moment\":1700000000.25,\"IsoMoment\":\"2023-11-14T22:13:20Z\","
		       "\"HttpMoment\":\"Tue, 14 Nov 2023 22:13:20 GMT\",\"Color\":\"red\",\"Level\":1,"
		       "\"Matrix\":[[1,2],[]],\"NestedMap\":{\"a\":[1]},\"Child\":{\"Child\":{\"Name\":\"deep\"}},"
		       "\"Choice\":{\"L\":[{\"S\":\"x\"},{\"N\":5}]},\"json-name\":\"o\",\"default\":\"d\"}",
			&v),
		0);
	CHECK_STR(v.text, "a\xc3\xa9");
	CHECK(v.flag.set && v.flag.v);
	CHECK_INT(v.tiny.v, -128);
	CHECK_INT(v.number.v, 60);
	CHECK_INT(v.large.v, INT64_MAX);
	CHECK(v.real.set && isnan(v.real.v));
	CHECK_STR(v.bytes, "\x01\x02\x03");
	CHECK_STR(v.tree, "{\"a\":[1,null]}");
	CHECK_INT(v.moment.ms, 1700000000250);
	CHECK_INT(v.iso_moment.ms, 1700000000000);
	CHECK_INT(v.http_moment.ms, 1700000000000);
	CHECK_INT(v.matrix.n, 2);
	CHECK(v.matrix.v[1].v && v.matrix.v[1].n == 0);
	CHECK_STR(v.child->child->name, "deep");
	CHECK_INT(v.choice->l.v[1].n.v, 5);
	CHECK_STR(v.other, "o");
	CHECK_STR(v.default_, "d");
}

static void unknown_and_null_are_absent(void)
{
	struct all_types_all_types v;
	CHECK_INT(
		decode("{\"Text\":null,\"Nothing\":{\"a\":[1]},\"Child\":null,\"Strings\":[]}", &v),
		0);
	CHECK(!v.text.p && !v.child);
	CHECK(v.strings.v && v.strings.n == 0);
	CHECK_INT(decode("", &v), 0);
}

static void last_of_duplicates_wins(void)
{
	struct all_types_all_types v;
	CHECK_INT(
		decode("{\"Text\":\"a\",\"Text\":\"b\",\"StringMap\":{\"k\":\"1\",\"l\":\"2\",\"k\":\"3\"}}",
			&v),
		0);
	CHECK_STR(v.text, "b");
	CHECK_INT(v.string_map.n, 2);
	CHECK_STR(v.string_map.v[0].key, "l");
	CHECK_STR(v.string_map.v[1].value, "3");
}

static void refuses_wrong_types(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "{\"Text\":5}", "NUMBER_VALUE can not be converted to a String (Text)" },
		{ "{\"Number\":\"5\"}",
			"STRING_VALUE can not be converted to an Integer (Number)" },
		{ "{\"Text\":{}}", "Start of structure or map found where not expected (Text)" },
		{ "{\"Text\":[]}", "Start of list found where not expected (Text)" },
		{ "{\"Child\":true}", "TRUE_VALUE can not be converted to a structure (Child)" },
		{ "{\"Strings\":[null]}", "null in a list (Strings)" },
		{ "{\"StringMap\":{\"a\":null}}", "null in a map (StringMap)" },
		{ "{\"Tiny\":128}", "128 is out of the range of a Byte" },
		{ "{\"Number\":2147483648}", "2147483648 is out of the range of a Integer" },
		{ "{\"Number\":1.5}", "1.5 is no Integer (Number)" },
		{ "{\"Bytes\":\"*\"}", "no base64 (Bytes)" },
		{ "{\"Moment\":\"2023\"}",
			"STRING_VALUE can not be converted to a Timestamp (Moment)" },
		{ "{\"IsoMoment\":\"2023\"}", "\"2023\" is no timestamp" },
		{ "{\"Moment\":1e300}", "1e+300 is no time" },
		{ "[]", "Start of list found where not expected (AllTypes)" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct all_types_all_types v;
		CHECK_INT(decode(cases[i].text, &v), -EINVAL);
		CHECK_STR(str_c(error.text), cases[i].message);
	}
}

static void refuses_what_is_no_json(void)
{
	static const char *const cases[] = { "{", "{\"Text\":}", "{\"Text\":\"\xff\"}",
		"{\"Text\":\"\xc0\x80\"}", "{}x", "{\"Text\":\"a\nb\"}", "nul",
		"{\"Text\":\"\\ud800\"}", "{'a':1}", "\xef\xbb\xbf{" };
	struct all_types_all_types v;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		CHECK_INT(decode(cases[i], &v), -EINVAL);
}

static void depth_and_memory_have_limits(void)
{
	struct buf b = { 0 };
	struct all_types_all_types v = { 0 };
	for (int i = 0; i < CODEC_DEPTH_MAX; i++)
		buf_cat(&b, "{\"Child\":");
	buf_cat(&b, "{}");
	for (int i = 0; i < CODEC_DEPTH_MAX; i++)
		buf_char(&b, '}');
	CHECK_INT(decode(buf_cstr(&b), &v), -EINVAL);
	b.n = 0;
	buf_cat(&b, "{\"Children\":[{}");
	for (int i = 0; i < 10000; i++)
		buf_cat(&b, ",{}");
	buf_cat(&b, "]}");
	struct arena small;
	arena_init(&small, 256 * 1024);
	CHECK_INT(
		json_decode(&small, &all_types_all_types_shape, buf_view(&b), &v, &error), -ENOMEM);
	arena_fini(&small);
	buf_fini(&b);
}

static void writes_every_type(void)
{
	struct all_types_choice_map_entry entry = { STR("k"), { .n = OPT_I64(7) } };
	struct all_types_choice choice = { .m = { &entry, 1 } };
	struct opt_time times[] = { OPT_TIME(1500), OPT_TIME(-1500) };
	struct all_types_all_types v = { .text = STR("a\"\\\n\x01/\xc3\xa9"),
		.flag = OPT_BOOL(false),
		.large = OPT_I64(INT64_MIN),
		.single = OPT_F64(0.1f),
		.real = OPT_F64(INFINITY),
		.bytes = STR("\x01\x02"),
		.tree = STR("[1]"),
		.moment = OPT_TIME(1700000000250),
		.iso_moment = OPT_TIME(1700000000000),
		.http_moment = OPT_TIME(1700000000000),
		.strings = { (struct str[1]){ { 0 } }, 0 },
		.moments = { times, 2 },
		.choice = &choice,
		.other = STR("o") };
	CHECK_STR(encode(&v, false),
		"{\"Text\":\"a\\\"\\\\\\n\\u0001/\xc3\xa9\",\"Flag\":false,"
		"\"Large\":-9223372036854775808,\"Single\":0.1,\"Real\":\"Infinity\","
		"\"Bytes\":\"AQI=\",\"Tree\":[1],\"Moment\":1700000000.25,"
		"\"IsoMoment\":\"2023-11-14T22:13:20Z\","
		"\"HttpMoment\":\"Tue, 14 Nov 2023 22:13:20 GMT\",\"Strings\":[],"
		"\"Moments\":[1.5,-1.5],\"Choice\":{\"M\":{\"k\":{\"N\":7}}},\"Other\":\"o\"}");
	CHECK_STR(encode(&(struct all_types_all_types){ .other = STR("o") }, true),
		"{\"json-name\":\"o\"}");
	CHECK_STR(encode(&(struct all_types_all_types){ 0 }, false), "{}");
}

static void broken_utf8_is_repaired(void)
{
	CHECK_STR(encode(&(struct all_types_all_types){ .text = STR("a\xc3\xa9\xff"
								    "b\x01\xe2\x82") },
			  false),
		"{\"Text\":\"a\xc3\xa9\xef\xbf\xbd"
		"b\\u0001\xef\xbf\xbd\xef\xbf\xbd\"}");
}

static void doubles_are_shortest(void)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{ 0.1, "0.1" },
		{ 1, "1.0" },
		{ -0.0, "-0" },
		{ 1e22, "1e+22" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ 5e-324, "4.94065645841247e-324" },
		{ 123456789.125, "123456789.125" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b = { 0 };
		float_encode(&b, cases[i].value, 64);
		CHECK_STR(buf_view(&b), cases[i].text);
		buf_fini(&b);
	}
}

static void random_values_come_back(void)
{
	struct arena values_arena = { 0 };
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct values g = { .arena = &values_arena, .state = seed * 0x9e3779b97f4a7c15ull };
		struct all_types_all_types v = { 0 }, back;
		values_fill(&g, &all_types_all_types_shape, NULL, &v, 0);
		struct str text = encode(&v, seed % 2);
		int r = decode(text.p, &back);
		if (r < 0 || !values_equal(&all_types_all_types_shape, &v, &back)) {
			printf("# seed %llu: %d %s\n# %.*s\n", (unsigned long long)seed, r,
				error.text, STR_ARG(str_sub(text, 0, MIN(text.n, 500u))));
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
		{ "json: reads every type", reads_every_type },
		{ "json: unknown members are ignored, null is absent",
			unknown_and_null_are_absent },
		{ "json: the last of duplicate keys wins", last_of_duplicates_wins },
		{ "json: refuses wrong types in AWS's words", refuses_wrong_types },
		{ "json: refuses what is no JSON", refuses_what_is_no_json },
		{ "json: depth and memory have limits", depth_and_memory_have_limits },
		{ "json: writes every type", writes_every_type },
		{ "json: broken UTF-8 is repaired on the way out", broken_utf8_is_repaired },
		{ "json: doubles are written shortest", doubles_are_shortest },
		{ "json: random values come back", random_values_come_back },
	};
	int failed = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return failed;
}
