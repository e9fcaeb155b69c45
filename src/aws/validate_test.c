/* Tests of validation: the constraint traits of Smithy 2.0, and the messages that AWS's services
 * answer. */
#include "aws/validate.h"
#include "api/all_types.h"
#include "api/all_types.c"
#include "tests/check.h"
#include <errno.h>

static struct arena arena;

/* The message, or "" for a valid value; a value without a name gets one. */
static struct str message(struct all_types_checked v)
{
	struct str text = STR("");
	if (!v.function_name.p)
		v.function_name = STR("name");
	if (validate(&arena, &all_types_checked_shape, &v, &text) == 0)
		return STR("");
	return text;
}

#define ONE "1 validation error detected: "
#define FAILED " failed to satisfy constraint: "

static void required(void)
{
	struct str text;
	CHECK_INT(
		validate(&arena, &all_types_checked_shape, &(struct all_types_checked){ 0 }, &text),
		-EINVAL);
	CHECK_STR(text, ONE "Value null at 'functionName'" FAILED "Member must not be null");
	CHECK_STR(message((struct all_types_checked){
			  .vpc_config = &(struct all_types_small){ { 0 } } }),
		ONE "Value null at 'vPCConfig.id'" FAILED "Member must not be null");
}

static void length_and_pattern(void)
{
	CHECK_STR(message((struct all_types_checked){ .function_name = STR("good-1_a") }), "");
	CHECK_STR(message((struct all_types_checked){ .function_name = STR("a b") }),
		ONE "Value 'a b' at 'functionName'" FAILED
		    "Member must satisfy regular expression pattern: ^[a-zA-Z0-9-_]+$");
	CHECK_STR(message((struct all_types_checked){ .function_name = STR("123456789") }),
		ONE "Value '123456789' at 'functionName'" FAILED
		    "Member must have length less than or equal to 8");
	CHECK_STR(message((struct all_types_checked){ .function_name = STR("") }),
		"2 validation errors detected: "
		"Value '' at 'functionName'" FAILED
		"Member must have length greater than or equal to 1; "
		"Value '' at 'functionName'" FAILED
		"Member must satisfy regular expression pattern: ^[a-zA-Z0-9-_]+$");
	/* A trailing newline is part of the value. */
	CHECK(message((struct all_types_checked){ .function_name = STR("a\n") }).n > 0);
	/* Code points, not bytes; blobs are counted in bytes and not shown. */
	struct all_types_variable_map_entry e = { STR("a"), STR("\xc3\xa9\xc3\xa9\xc3\xa9") };
	CHECK_STR(message((struct all_types_checked){ .variables = { &e, 1 } }), "");
	CHECK_STR(message((struct all_types_checked){ .bytes = STR("\xc3\xa9\xc3\xa9\xc3\xa9") }),
		ONE "Value at 'bytes'" FAILED "Member must have length less than or equal to 4");
}

static void range(void)
{
	CHECK_STR(message((struct all_types_checked){
			  .timeout = OPT_I64(900), .rate = OPT_F64(0.5) }),
		"");
	CHECK_STR(message((struct all_types_checked){ .timeout = OPT_I64(901) }),
		ONE "Value '901' at 'timeout'" FAILED
		    "Member must have value less than or equal to 900");
	CHECK_STR(message((struct all_types_checked){ .timeout = OPT_I64(0) }),
		ONE "Value '0' at 'timeout'" FAILED
		    "Member must have value greater than or equal to 1");
	CHECK_STR(message((struct all_types_checked){ .rate = OPT_F64(0.25) }),
		ONE "Value '0.25' at 'rate'" FAILED
		    "Member must have value greater than or equal to 0.5");
}

static void enums(void)
{
	CHECK_STR(
		message((struct all_types_checked){ .runtime = STR("red"), .level = OPT_I64(10) }),
		"");
	CHECK_STR(message((struct all_types_checked){ .runtime = STR("cobol") }),
		ONE "Value 'cobol' at 'runtime'" FAILED
		    "Member must satisfy enum value set: [red, green, blue]");
	CHECK_STR(message((struct all_types_checked){ .level = OPT_I64(2) }),
		ONE "Value '2' at 'level'" FAILED "Member must satisfy enum value set: [1, 10]");
}

static void lists_and_maps(void)
{
	struct all_types_tag tags[] = { { .key = STR("k") }, { .key = STR("") },
		{ .value = STR("v") } };
	CHECK_STR(message((struct all_types_checked){ .tags = { tags, 1 } }), "");
	CHECK_STR(message((struct all_types_checked){ .tags = { tags, 2 } }),
		ONE "Value '' at 'tags.2.member.key'" FAILED
		    "Member must have length greater than or equal to 1");
	CHECK_STR(message((struct all_types_checked){ .tags = { tags, 3 } }),
		"3 validation errors detected: "
		"Value '[Tag(key=k), Tag(key=), Tag(value=v)]' at 'tags'" FAILED
		"Member must have length less than or equal to 2; "
		"Value '' at 'tags.2.member.key'" FAILED
		"Member must have length greater than or equal to 1; "
		"Value null at 'tags.3.member.key'" FAILED "Member must not be null");
	struct str names[] = { STR("a"), STR("b"), STR("a") };
	CHECK_STR(message((struct all_types_checked){ .names = { names, 2 } }), "");
	CHECK_STR(message((struct all_types_checked){ .names = { names, 3 } }),
		ONE "Value '[a, b, a]' at 'names'" FAILED "Member must have unique values");
	struct all_types_variable_map_entry keys[] = { { STR("KEY"), STR("v") } };
	CHECK_STR(message((struct all_types_checked){ .variables = { keys, 1 } }), ONE
		"Value '{KEY=v}' at 'variables'" FAILED
		"Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-z]+]");
	struct all_types_variable_map_entry values[] = { { STR("k"), STR("long") } };
	CHECK_STR(message((struct all_types_checked){ .variables = { values, 1 } }), ONE
		"Value '{k=long}' at 'variables'" FAILED
		"Map value must satisfy constraint: [Member must have length less than or equal to 3]");
}

static void unions(void)
{
	CHECK_STR(message((struct all_types_checked){
			  .choice = &(struct all_types_choice){ .s = STR("x") } }),
		"");
	CHECK(message((struct all_types_checked){
			      .choice = &(
				      struct all_types_choice){ .s = STR("x"), .n = OPT_I64(1) } })
			.n > 0);
	CHECK_STR(message((struct all_types_checked){
			  .choice = &(struct all_types_choice){ .s = { 0 } } }),
		ONE "Value at 'choice'" FAILED "Exactly one member must be set");
}

static void nested_and_alternatives(void)
{
	struct all_types_checked inner = { .function_name = STR("n"), .kms_key = STR("nonsense") };
	CHECK_STR(message((struct all_types_checked){ .kms_key = STR("") }), "");
	CHECK_STR(message((struct all_types_checked){
			  .kms_key = STR("arn:aws:kms:us-east-1:1:key/x") }),
		"");
	CHECK_STR(message((struct all_types_checked){ .nested = &inner }), ONE
		"Value 'nonsense' at 'nested.kmsKey'" FAILED
		"Member must satisfy regular expression pattern: ^(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()$");
}

static void answers_are_bounded(void)
{
	struct all_types_tag *tags = ARENA_ARRAY(&arena, struct all_types_tag, 10000);
	struct str text = message((struct all_types_checked){ .tags = { tags, 10000 } });
	CHECK(str_starts(text, STR("32 validation errors detected: ")));
	CHECK(text.n < 16384);
	char *longest = arena_zalloc(&arena, 100000);
	memset(longest, 'a', 100000);
	CHECK(message((struct all_types_checked){ .function_name = { longest, 100000 } }).n < 2000);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "validate: @required", required },
		{ "validate: @length and @pattern", length_and_pattern },
		{ "validate: @range", range },
		{ "validate: enums", enums },
		{ "validate: lists and maps", lists_and_maps },
		{ "validate: unions", unions },
		{ "validate: nested structures, patterns with alternatives",
			nested_and_alternatives },
		{ "validate: answers are bounded", answers_are_bounded },
	};
	int failed = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return failed;
}
