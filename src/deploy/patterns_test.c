/* Patterns of packages. */
#include "deploy/patterns.h"
#include "tests/check.h"

static void test_one(void)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} cases[] = {
		{ "a.js", "a.js", true },
		{ "a.js", "b/a.js", false },
		{ "*.js", "a.js", true },
		{ "*.js", "b/a.js", false },
		{ "**/*.js", "b/c/a.js", true },
		{ "**/*.js", "a.js", true },
		{ "b/**", "b/c/a.js", true },
		{ "b/**", "bc/a.js", false },
		{ "b", "b/c/a.js", true },
		{ "./b/*.js", "b/a.js", true },
		{ "**", ".hidden/x", true },
		{ "{a,b}/x", "b/x", true },
		{ "{a,b}/x", "c/x", false },
		{ "[a-c]?.js", "bz.js", true },
		{ "[!a-c].js", "b.js", false },
		{ "a/**/z", "a/z", true },
		{ "a/**/z", "a/b/c/z", true },
		{ "node_modules/x/**", "node_modules/xy/i.js", false },
		{ "{a,b", "{a,b", true },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (patterns_match_one(str_c(cases[i].pattern), str_c(cases[i].path)) !=
			cases[i].matches) {
			printf("# %s %s\n", cases[i].pattern, cases[i].path);
			CHECK(!"as expected");
		}
}

static void test_order(void)
{
	static struct patterns p = {
		.v = { STR_INIT("!**/*.md"), STR_INIT("keep.md"), STR_INIT("!tests/**") }, .n = 3
	};
	CHECK(patterns_want(&p, STR("index.js")));
	CHECK(!patterns_want(&p, STR("a/b.md")));
	CHECK(patterns_want(&p, STR("keep.md")));
	CHECK(!patterns_want(&p, STR("tests/keep.md")));
}

/* Ends soon, whatever the pattern. */
static void test_stars(void)
{
	char path[200];
	memset(path, 'a', sizeof path);
	CHECK(!patterns_match_one(
		STR("*a*a*a*a*a*a*a*a*a*a*a*a*a*ab"), (struct str){ path, sizeof path }));
}

static const struct test tests[] = {
	{ "one pattern", test_one },
	{ "the last that fits wins", test_order },
	{ "many stars", test_stars },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
