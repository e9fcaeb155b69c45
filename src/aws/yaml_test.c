/* YAML and JSON as trees: scalars, short tags, aliases, limits, and what is refused. */
#include "aws/yaml.h"
#include "base/buf.h"
#include "tests/check.h"
#include <errno.h>

static struct arena arena;
static struct yaml_error error;

/* The text's tree as JSON, or "error LINE: REASON". */
static struct str tree_of(const char *text, unsigned flags)
{
	yyjson_mut_val *root;
	size_t n;
	arena_fini(&arena);
	yyjson_alc alc = tree_alc(&arena);
	int r = yaml_read(tree_new(&arena), str_c(text), flags, &root, &error);
	if (r < 0)
		return arena_printf(&arena, "error %u: %s", error.line, error.text);
	char *json = yyjson_mut_val_write_opts(root, 0, &alc, &n, NULL);
	return (struct str){ json, n };
}

static void test_scalars(void)
{
	CHECK_STR(tree_of("[1, -2, 0x1f, 0o17, 1.5, 1e3, .5, 0]", 0),
		"[1,-2,31,15,1.5,1000.0,0.5,0]");
	CHECK_STR(tree_of("[true, False, NULL, ~, ]", 0), "[true,false,null,null]");
	CHECK_STR(tree_of("[yes, on, 012345678901, 2012-10-17, 1.2.3, -, 1_000, .inf, 12:30]", 0),
		"[\"yes\",\"on\",\"012345678901\",\"2012-10-17\",\"1.2.3\",\"-\",\"1_000\",\".inf\",\"12:30\"]");
	CHECK_STR(tree_of("['1', \"true\", !!str 5, !!int '7']", 0), "[\"1\",\"true\",\"5\",7]");
	CHECK_STR(tree_of("99999999999999999999", 0), "\"99999999999999999999\"");
	CHECK_STR(tree_of("a: |\n  x\n  y\nb: >\n  x\n  y\n404: z\n", 0),
		"{\"a\":\"x\\ny\\n\",\"b\":\"x y\\n\",\"404\":\"z\"}");
	CHECK_STR(tree_of("", 0), "null");
	CHECK_STR(tree_of("# nothing\n", 0), "null");
}

static void test_tags(void)
{
	CHECK_STR(tree_of("!Ref Queue", 0), "{\"Ref\":\"Queue\"}");
	CHECK_STR(tree_of("!GetAtt Queue.Arn", 0), "{\"Fn::GetAtt\":[\"Queue\",\"Arn\"]}");
	CHECK_STR(tree_of("!GetAtt Nested.Outputs.Name", 0),
		"{\"Fn::GetAtt\":[\"Nested\",\"Outputs.Name\"]}");
	CHECK_STR(tree_of("!GetAtt [Queue, Arn]", 0), "{\"Fn::GetAtt\":[\"Queue\",\"Arn\"]}");
	CHECK_STR(tree_of("!Sub '${A}-x'", 0), "{\"Fn::Sub\":\"${A}-x\"}");
	CHECK_STR(tree_of("!Join ['-', [!Ref A, !Sub 'b']]", 0),
		"{\"Fn::Join\":[\"-\",[{\"Ref\":\"A\"},{\"Fn::Sub\":\"b\"}]]}");
	CHECK_STR(tree_of("!Not [!Condition Prod]", 0), "{\"Fn::Not\":[{\"Condition\":\"Prod\"}]}");
	CHECK_STR(tree_of("a: !Base64\n  Fn::Sub: x", 0),
		"{\"a\":{\"Fn::Base64\":{\"Fn::Sub\":\"x\"}}}");
	CHECK_STR(tree_of("a:\n  - !Foo x", 0), "error 2: unknown tag !Foo");
	CHECK_STR(tree_of("!!python/object:os.system x", 0),
		"error 1: unknown tag !!python/object:os.system");
}

static void test_aliases(void)
{
	CHECK_STR(tree_of("a: &x {b: 1}\nc: *x", 0), "{\"a\":{\"b\":1},\"c\":{\"b\":1}}");
	CHECK_STR(tree_of("a: &x {b: 1, d: 2}\nc: {<<: *x, d: 3}", 0),
		"{\"a\":{\"b\":1,\"d\":2},\"c\":{\"d\":3,\"b\":1}}");
	CHECK_STR(tree_of("- &x {b: 1}\n- &y {b: 2, c: 2}\n- <<: [*x, *y]", 0),
		"[{\"b\":1},{\"b\":2,\"c\":2},{\"b\":1,\"c\":2}]");
	CHECK_STR(tree_of("a: *x", 0), "error 1: there is no anchor &x before *x");
	CHECK_STR(tree_of("a: &x [*x]", 0), "error 1: *x stands inside its own anchor");
	CHECK_STR(tree_of("[yes, Off, 1.10, 007, 0x1f, -3, 0.5, 1e3]", YAML_TEMPLATE),
		"[true,false,\"1.10\",\"007\",\"0x1f\",-3,0.5,\"1e3\"]");
}

static void test_refused(void)
{
	CHECK_STR(tree_of("a: 1\nb: 2\na: 3", 0), "error 3: the key a is there twice");
	CHECK_STR(tree_of("? [a]\n: 1", 0), "error 1: a key must be a simple text");
	CHECK_STR(tree_of("a: 1\n---\nb: 1", 0), "error 2: a second document (---) begins here");
	CHECK(str_starts(tree_of("a: [1", 0), STR("error ")));
	CHECK(str_starts(tree_of("a: 'x", 0), STR("error ")));
	CHECK(str_starts(tree_of("a:\n\t- b", 0), STR("error 2: ")));
}

static void test_json(void)
{
	CHECK_STR(
		tree_of(" {\"a\": [1, null, \"\\u00e9\"]}\n", 0), "{\"a\":[1,null,\"\xc3\xa9\"]}");
	CHECK_STR(tree_of("{\"a\":\t1}", 0), "{\"a\":1}");
	CHECK_STR(tree_of("{a: 1, b: [x]}", 0), "{\"a\":1,\"b\":[\"x\"]}");
	tree_of("{\n  \"a\": [1,,]\n", 0);
	CHECK(error.is_json);
	CHECK_INT(error.line, 2);
}

/* "Billion laughs": nine aliases in each of nine levels. */
static void test_limits(void)
{
	struct buf b = { 0 };
	buf_cat(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 10; i++) {
		buf_printf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			buf_printf(&b, "%s*a%d", k ? "," : "", i - 1);
		buf_cat(&b, "]\n");
	}
	CHECK(str_find(tree_of(buf_cstr(&b), 0), STR("more than 200000 values, aliases included")) >
		0);
	b.n = 0;
	for (int i = 0; i < 100000; i++)
		buf_char(&b, '[');
	CHECK_STR(tree_of(buf_cstr(&b), 0), "error 1: more than 64 levels");
	b.n = 0;
	for (int i = 0; i < 100; i++)
		buf_cat(&b, "{\"a\":");
	CHECK_STR(tree_of(buf_cstr(&b), 0), "error 0: more than 64 levels");
	b.n = 0;
	buf_cat(&b, "a0: &a0 [x]\n");
	for (int i = 1; i < 70; i++)
		buf_printf(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	CHECK(str_find(tree_of(buf_cstr(&b), 0), STR("more than 64 levels, aliases included")) > 0);
	b.n = 0;
	while (b.n <= 4 * MIB)
		buf_cat(&b, "# a long comment that says nothing at all, again and again\n");
	CHECK_STR(tree_of(buf_cstr(&b), 0), "error 0: longer than 4194304 bytes");
	buf_fini(&b);
	arena_fini(&arena);
}

static const struct test tests[] = {
	{ "scalars by the core schema", test_scalars },
	{ "short tags of CloudFormation", test_tags },
	{ "aliases and merge keys", test_aliases },
	{ "what is refused, with its line", test_refused },
	{ "JSON", test_json },
	{ "depth, size and exploding aliases", test_limits },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
