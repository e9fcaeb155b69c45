/* Tests of the XML reader and writer (Smithy 2.0, "XML bindings" and the REST-XML protocol). */
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
	return xml_decode(&arena, &all_types_all_types_shape, str_c(text), out, &error);
}

static struct str encode(const struct all_types_all_types *value)
{
	struct buf b = { 0 };
	xml_encode(&b, &all_types_all_types_shape, value, "R", NULL);
	struct str text = arena_str(&arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

static void reads_every_form(void)
{
	struct all_types_all_types v;
	CHECK_INT(
		decode("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R xmlns=\"http://x/\" xmlns:p='urn:p'>"
		       "<Text>a &amp;&#233;<![CDATA[<b>]]></Text><p:Flag> true </p:Flag><Number>5</Number>"
		       "<Moment>2023-11-14T22:13:20.250Z</Moment><Bytes>AQI=</Bytes><Real>-Infinity</Real>"
		       "<Strings><member>a</member><member/></Strings><Renamed><item>x</item></Renamed>"
		       "<StringMap><entry><key>k</key><value>v</value></entry></StringMap>"
		       "<RenamedMap><entry><Name>n</Name><Setting>s</Setting></entry></RenamedMap>"
		       "<Flat>1</Flat><Unknown><Flat>no</Flat></Unknown><Flat>2</Flat>"
		       "<FlatEntry><key>a</key><value>b</value></FlatEntry>"
		       "<Child Id=\"i&quot;d\"><Name>n</Name><Child/></Child><XmlName>other</XmlName>"
		       "<Matrix/></R>",
			&v),
		0);
	CHECK_STR(v.text, "a &\xc3\xa9<b>");
	CHECK(v.flag.v);
	CHECK_INT(v.moment.ms, 1700000000250);
	CHECK_STR(v.bytes, "\x01\x02");
	CHECK(v.real.v < 0 && isinf(v.real.v));
	CHECK_INT(v.strings.n, 2);
	CHECK(v.strings.v[1].p && v.strings.v[1].n == 0);
	CHECK_STR(v.renamed.v[0], "x");
	CHECK_STR(v.string_map.v[0].value, "v");
	CHECK_STR(v.renamed_map.v[0].value, "s");
	CHECK_INT(v.flat_strings.n, 2);
	CHECK_STR(v.flat_strings.v[1], "2");
	CHECK_STR(v.flat_map.v[0].value, "b");
	CHECK_STR(v.child->id, "i\"d");
	CHECK(v.child->child && !v.child->child->name.p);
	CHECK_STR(v.other, "other");
	CHECK(v.matrix.v && v.matrix.n == 0);
}

static void refuses_doctypes_and_entities(void)
{
	struct all_types_all_types v;
	CHECK_INT(
		decode("<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r><Text>&b;</Text></r>",
			&v),
		-EINVAL);
	CHECK_STR(str_c(error.text), "a document type is not allowed");
	CHECK_INT(decode("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>", &v), -EINVAL);
	CHECK_INT(decode("<r><Text>&nbsp;</Text></r>", &v), -EINVAL);
}

static void refuses_what_is_broken(void)
{
	static const char *const cases[] = { "<r>", "<r></s>", "text", "<r><Text>\xff</Text></r>",
		"<r/><r/>", "<r><Number>five</Number></r>", "<r><Number>1<a/></Number></r>",
		"<r><Bytes>*</Bytes></r>", "<r><Flag>yes</Flag></r>", "<r><Tiny>200</Tiny></r>",
		"<r><Moment>yesterday</Moment></r>",
		"<r><StringMap><entry><key>k</key></entry></StringMap></r>", "<r a='1' a='2'/>" };
	struct all_types_all_types v;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		CHECK_INT(decode(cases[i], &v), -EINVAL);
		CHECK(error.text[0]);
	}
}

static void depth_and_memory_have_limits(void)
{
	struct buf b = { 0 };
	struct arena small;
	struct all_types_all_types v = { 0 };
	for (int i = 0; i <= CODEC_DEPTH_MAX; i++)
		buf_cat(&b, "<a>");
	CHECK_INT(decode(buf_cstr(&b), &v), -EINVAL);
	CHECK(strstr(error.text, "nested deeper"));
	b.n = 0;
	buf_cat(&b, "<r>");
	for (int i = 0; i < 10000; i++)
		buf_cat(&b, "<a/>");
	buf_cat(&b, "</r>");
	arena_init(&small, 64 * 1024);
	CHECK_INT(
		xml_decode(&small, &all_types_all_types_shape, buf_view(&b), &v, &error), -ENOMEM);
	arena_fini(&small);
	buf_fini(&b);
}

static void writes_every_form(void)
{
	struct str texts[] = { STR("a<b"), STR("") };
	struct all_types_string_map_entry entry = { STR("k"), STR("v") };
	struct all_types_renamed_map_entry setting = { STR("n"), STR("s") };
	struct all_types_child child = { .id = STR("a\"&\n"), .name = STR("n") };
	struct all_types_all_types v = { .text = STR("<&>\"\r\n\x01"),
		.flag = OPT_BOOL(true),
		.bytes = STR("\x01\x02"),
		.moment = OPT_TIME(1700000000250),
		.epoch_moment = OPT_TIME(1500),
		.strings = { texts, 2 },
		.numbers = { (struct opt_i64[1]){ { 0 } }, 0 },
		.string_map = { &entry, 1 },
		.flat_strings = { texts, 2 },
		.flat_map = { &entry, 1 },
		.renamed = { texts, 1 },
		.renamed_map = { &setting, 1 },
		.child = &child,
		.other = STR("o"),
		.spaced = &(struct all_types_spaced){ STR("t") } };
	CHECK_STR(encode(&v),
		"<R><Text>&lt;&amp;&gt;&quot;&#xD;\n&#x1;</Text><Flag>true</Flag><Bytes>AQI=</Bytes>"
		"<Moment>2023-11-14T22:13:20.250Z</Moment><EpochMoment>1.5</EpochMoment>"
		"<Strings><member>a&lt;b</member><member></member></Strings><Numbers></Numbers>"
		"<StringMap><entry><key>k</key><value>v</value></entry></StringMap>"
		"<Flat>a&lt;b</Flat><Flat></Flat>"
		"<FlatEntry><key>k</key><value>v</value></FlatEntry><Renamed><item>a&lt;b</item></Renamed>"
		"<RenamedMap><entry><Name>n</Name><Setting>s</Setting></entry></RenamedMap>"
		"<Child Id=\"a&quot;&amp;&#xA;\"><Name>n</Name></Child><XmlName>o</XmlName>"
		"<Spaced xmlns=\"http://example.com/ns\"><Text>t</Text></Spaced></R>");
	struct buf b = { 0 };
	xml_encode(&b, &all_types_spaced_shape, &(struct all_types_spaced){ .text = STR("t") },
		"Root", "http://r/");
	CHECK_STR(buf_view(&b), "<Root xmlns=\"http://r/\"><Text>t</Text></Root>");
	buf_fini(&b);
}

static void random_values_come_back(void)
{
	struct arena values_arena = { 0 };
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct values g = { .arena = &values_arena,
			.state = seed * 0x9e3779b97f4a7c15ull,
			.is_plain_text = true,
			.is_filled = true };
		struct all_types_all_types v = { 0 }, back;
		values_fill(&g, &all_types_all_types_shape, NULL, &v, 0);
		v.tree = (struct str){ 0 }; /* documents are JSON's alone */
		struct str text = encode(&v);
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
		{ "xml: reads every form", reads_every_form },
		{ "xml: refuses document types and entities", refuses_doctypes_and_entities },
		{ "xml: refuses what is broken", refuses_what_is_broken },
		{ "xml: depth and memory have limits", depth_and_memory_have_limits },
		{ "xml: writes every form", writes_every_form },
		{ "xml: random values come back", random_values_come_back },
	};
	int failed = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return failed;
}
