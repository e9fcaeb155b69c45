/* Secrets at rest: what was sealed comes back where it belongs, under its label and key, and
 * nowhere else; plain records of older programs are read. */
#include "aws/seal.h"
#include "aws/call.h"
#include "api/all_types.h"
#include "api/all_types.c"
#include "tests/check.h"
#include <errno.h>

static struct aws server = { .secret = { 1, 2, 3 } }, other = { .secret = { 1, 2, 4 } };

static void test_sealed(void)
{
	struct arena arena = { 0 };
	struct str context = STR("stack/parameter"), text = STR("a secret"), out = { 0 };
	struct str sealed = seal_text(&server, &arena, "l", context, text);
	struct str again = seal_text(&server, &arena, "l", context, text);
	CHECK(str_find(sealed, text) < 0);
	CHECK(!str_eq(sealed, again));
	CHECK_INT(seal_open(&server, &arena, "l", context, sealed, &out), 0);
	CHECK_STR(out, "a secret");
	CHECK_INT(seal_open(&server, &arena, "m", context, sealed, &out), -EBADMSG);
	CHECK_INT(seal_open(&server, &arena, "l", STR("stack/paramete"), sealed, &out), -EBADMSG);
	CHECK_INT(seal_open(&other, &arena, "l", context, sealed, &out), -EBADMSG);
	for (size_t i = 0; i < sealed.n; i++) {
		struct str changed = arena_str(&arena, sealed);
		((char *)(uintptr_t)changed.p)[i] ^= 1;
		CHECK_INT(seal_open(&server, &arena, "l", context, changed, &out), -EBADMSG);
		CHECK_INT(seal_open(&server, &arena, "l", context, str_sub(sealed, 0, i), &out),
			-EBADMSG);
	}
	CHECK_INT(seal_open(&server, &arena, "l", context,
			  seal_text(&server, &arena, "l", context, STR("")), &out),
		0);
	CHECK_INT(out.n, 0);
	arena_fini(&arena);
}

static void test_records(void)
{
	struct arena arena = { 0 };
	struct all_types_child kept = { .name = STR("a secret"), .count = OPT_I64(3) };
	struct str key = STR("key"), plain = record_encode(&arena, &all_types_child_shape, &kept);
	struct str sealed = record_seal(&server, &arena, &all_types_child_shape, key, &kept);
	CHECK(str_find(plain, kept.name) >= 0);
	CHECK(str_find(sealed, kept.name) < 0);
	for (int i = 0; i < 2; i++) {
		struct all_types_child out = { 0 };
		CHECK_INT(record_open(&server, &arena, &all_types_child_shape, key,
				  i ? sealed : plain, &out),
			0);
		CHECK_STR(out.name, "a secret");
		CHECK_INT(out.count.v, 3);
	}
	struct all_types_child out = { 0 };
	CHECK_INT(record_open(&server, &arena, &all_types_child_shape, STR("kez"), sealed, &out),
		-EINVAL);
	CHECK_INT(record_open(&other, &arena, &all_types_child_shape, key, sealed, &out), -EINVAL);
	arena_fini(&arena);
}

static const struct test tests[] = {
	{ "sealed", test_sealed },
	{ "records", test_records },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
