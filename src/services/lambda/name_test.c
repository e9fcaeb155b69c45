/* Function names: the forms in the API Reference's description of FunctionName, and those that are
 * none. */
#include "services/lambda/name.h"
#include "tests/check.h"

static struct function_name parse(const char *text)
{
	struct function_name n;
	CHECK_INT(function_name_parse(str_c(text), &n), 0);
	return n;
}

static void forms(void)
{
	struct function_name n = parse("my-function");
	CHECK_STR(n.name, "my-function");
	CHECK(!n.qualifier.p && !n.account.p && !n.region.p);
	n = parse("my-function:v1");
	CHECK_STR(n.name, "my-function");
	CHECK_STR(n.qualifier, "v1");
	n = parse("123456789012:function:my-function");
	CHECK_STR(n.account, "123456789012");
	CHECK_STR(n.name, "my-function");
	n = parse("123456789012:function:my-function:$LATEST");
	CHECK_STR(n.qualifier, "$LATEST");
	n = parse("arn:aws:lambda:us-west-2:123456789012:function:my-function");
	CHECK_STR(n.region, "us-west-2");
	CHECK_STR(n.account, "123456789012");
	CHECK(!n.qualifier.p);
	n = parse("arn:aws:lambda:us-west-2:123456789012:function:my-function:42");
	CHECK_STR(n.qualifier, "42");
	CHECK(qualifier_is_version(n.qualifier));
}

static void refused(void)
{
	static const char *const bad[] = { "", ":", "a b", "a:", ":a", "a:b:c",
		"arn:aws:lambda:us-west-2", "arn:aws:s3:us-west-2:123456789012:function:f",
		"arn:aws:lambda:us-west-2:12345:function:f",
		"arn:aws:lambda:us-west-2:123456789012:layer:f", "f:$OLDEST", "a/b", "\xc3\xa4",
		"arn:aws:lambda:us-west-2:123456789012:function:f:1:2", "a:b:c:d:e:f:g:h:i",
		"a123456789012345678901234567890123456789012345678901234567890123456789" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct function_name n;
		CHECK(function_name_parse(str_c(bad[i]), &n) < 0);
	}
}

static void arns(void)
{
	struct arena a = { 0 };
	struct function_name n = parse("arn:aws:lambda:eu-west-1:123456789012:function:f:live");
	CHECK_STR(function_arn(&a, &n), "arn:aws:lambda:eu-west-1:123456789012:function:f:live");
	n.qualifier = (struct str){ 0 };
	CHECK_STR(function_arn(&a, &n), "arn:aws:lambda:eu-west-1:123456789012:function:f");
	CHECK_INT(
		layer_name_parse(STR("arn:aws:lambda:eu-west-1:123456789012:layer:l:3"), true, &n),
		0);
	CHECK_STR(layer_arn(&a, &n), "arn:aws:lambda:eu-west-1:123456789012:layer:l:3");
	CHECK(layer_name_parse(STR("l"), true, &n) < 0);
	CHECK(layer_name_parse(STR("l:x"), true, &n) < 0);
	CHECK_INT(layer_name_parse(STR("l"), false, &n), 0);
	arena_fini(&a);
}

static void aliases(void)
{
	CHECK(alias_name_is_valid(STR("live")));
	CHECK(alias_name_is_valid(STR("1a")));
	CHECK(!alias_name_is_valid(STR("12")));
	CHECK(!alias_name_is_valid(STR("$LATEST")));
	CHECK(!alias_name_is_valid(STR("")));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "names in all forms", forms },
		{ "names that are none", refused },
		{ "ARNs of functions and layers", arns },
		{ "alias names", aliases },
	};
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
