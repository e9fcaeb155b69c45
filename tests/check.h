/* Unit tests in C: a table of functions, CHECK inside them, one line for each test. */
#ifndef SAMOVAR_TESTS_CHECK_H
#define SAMOVAR_TESTS_CHECK_H

#include "base/str.h"
#include <stdio.h>
#include <stdlib.h>

struct test {
	const char *name;
	void (*run)(void);
};

static int check_failures;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #condition);         \
			check_failures++;                                                          \
		}                                                                                  \
	} while (0)

#define CHECK_INT(actual, expected)                                                                \
	do {                                                                                       \
		long long actual_ = (long long)(actual), expected_ = (long long)(expected);        \
		if (actual_ != expected_) {                                                        \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #actual,     \
				actual_, expected_);                                               \
			check_failures++;                                                          \
		}                                                                                  \
	} while (0)

#define CHECK_STR(actual, expected)                                                                \
	do {                                                                                       \
		struct str actual_ = (actual);                                                     \
		if (!str_is(actual_, (expected))) {                                                \
			printf("# %s:%d: %s is \"%.*s\", not \"%s\"\n", __FILE__, __LINE__,        \
				#actual, STR_ARG(actual_), (expected));                            \
			check_failures++;                                                          \
		}                                                                                  \
	} while (0)

/* int main(int argc, char **argv) { return check_main(tests, COUNT_OF(tests), argc, argv); } */
static inline int check_main(const struct test *tests, size_t n, int argc, char **argv)
{
	int failed = 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < n; i++) {
		if (argc > 1 && !strstr(tests[i].name, argv[1]))
			continue;
		check_failures = 0;
		tests[i].run();
		printf("%s %s\n", check_failures ? "not ok" : "ok", tests[i].name);
		failed += check_failures > 0;
	}
	return failed > 0;
}

#endif
