/* Keys: that they decode to what was encoded, and that their bytes sort as the tuples do. */
#include "store/key.h"
#include "base/random.h"
#include "tests/check.h"
#include <errno.h>

enum { PARTS_MAX = 4 };

static void check_bytes(struct str key, const char *expected, size_t n)
{
	CHECK(str_eq(key, (struct str){ expected, n }));
}

/* The examples of FoundationDB's design/tuple.md and of its test suites. */
static void test_known_encodings(void)
{
	struct arena a = { 0 };
	check_bytes(KEY(&a, key_bytes((struct str){ "foo\0bar", 7 })),
		"\x01"
		"foo\0\xff"
		"bar\0",
		10);
	check_bytes(KEY(&a, key_text((struct str){ "F\xc3\x94O\0bar", 8 })),
		"\x02"
		"F\xc3\x94O\0\xff"
		"bar\0",
		11);
	check_bytes(KEY(&a, key_int(0)), "\x14", 1);
	check_bytes(KEY(&a, key_int(1)), "\x15\x01", 2);
	check_bytes(KEY(&a, key_int(-1)), "\x13\xfe", 2);
	check_bytes(KEY(&a, key_int(255)), "\x15\xff", 2);
	check_bytes(KEY(&a, key_int(256)), "\x16\x01\0", 3);
	check_bytes(KEY(&a, key_int(-255)), "\x13\0", 2);
	check_bytes(KEY(&a, key_int(-256)), "\x12\xfe\xff", 3);
	check_bytes(KEY(&a, key_int(-5551212)), "\x11\xab\x4b\x93", 4);
	check_bytes(KEY(&a, key_int(INT64_MAX)), "\x1c\x7f\xff\xff\xff\xff\xff\xff\xff", 9);
	check_bytes(KEY(&a, key_int(INT64_MIN)), "\x0c\x7f\xff\xff\xff\xff\xff\xff\xff", 9);
	check_bytes(KEY(&a, KEY_LITERAL("sqs"), key_int(7)), "\x02sqs\0\x15\x07", 7);
	arena_fini(&a);
}

static struct key_part random_part(struct arena *a, struct prng *p)
{
	static const char bytes[] = { 0, 0, 1, 'a', 'b', (char)0xfe, (char)0xff };
	uint64_t kind = prng_next(p) % 3;
	if (kind == 2) {
		int64_t i = (int64_t)(prng_next(p) >> (prng_next(p) % 64));
		return key_int(prng_next(p) & 1 ? i : (int64_t) - (uint64_t)i);
	}
	size_t n = prng_next(p) % 4;
	char *text = arena_alloc(a, n);
	for (size_t i = 0; i < n; i++)
		text[i] = bytes[prng_next(p) % sizeof bytes];
	struct str s = { text, n };
	return kind == 0 ? key_text(s) : key_bytes(s);
}

static int sign(int64_t i)
{
	return i < 0 ? -1 : i > 0;
}

/* Bytes sort before texts, and texts before integers: the order of their codes. */
static int part_rank(const struct key_part *part)
{
	return part->type == KEY_BYTES ? 0 : part->type == KEY_TEXT ? 1 : 2;
}

static int part_compare(const struct key_part *a, const struct key_part *b)
{
	if (part_rank(a) != part_rank(b))
		return sign(part_rank(a) - part_rank(b));
	if (a->type == KEY_INTEGER)
		return a->integer < b->integer ? -1 : a->integer > b->integer;
	return sign(str_cmp(a->text, b->text));
}

static int tuple_compare(const struct key_part *a, size_t an, const struct key_part *b, size_t bn)
{
	for (size_t i = 0; i < an && i < bn; i++) {
		int r = part_compare(&a[i], &b[i]);
		if (r)
			return r;
	}
	return sign((int64_t)an - (int64_t)bn);
}

static bool continues(
	const struct key_part *t, size_t n, const struct key_part *prefix, size_t prefix_n)
{
	return n >= prefix_n && tuple_compare(t, prefix_n, prefix, prefix_n) == 0;
}

static void check_pair(struct arena *a, struct prng *p)
{
	struct key_part x[PARTS_MAX], y[PARTS_MAX], back[PARTS_MAX];
	size_t xn = prng_next(p) % (PARTS_MAX + 1), yn = prng_next(p) % (PARTS_MAX + 1);
	for (size_t i = 0; i < xn; i++)
		x[i] = random_part(a, p);
	for (size_t i = 0; i < yn; i++)
		y[i] = i < xn && prng_next(p) % 3 ? x[i] : random_part(a, p);
	struct str kx = key_encode(a, x, xn), ky = key_encode(a, y, yn);
	CHECK_INT(sign(str_cmp(kx, ky)), tuple_compare(x, xn, y, yn));
	CHECK_INT(key_decode(a, kx, back, PARTS_MAX), (long long)xn);
	CHECK_INT(tuple_compare(x, xn, back, xn), 0);
	bool in_range = str_cmp(ky, kx) >= 0 && str_cmp(ky, key_range_end(a, kx)) < 0;
	CHECK_INT(in_range, continues(y, yn, x, xn));
	bool after = str_cmp(ky, key_after(a, kx)) >= 0;
	CHECK_INT(after, str_cmp(ky, kx) > 0);
}

static void test_order(void)
{
	struct arena a = { 0 };
	struct prng p = { 20261124 };
	for (int i = 0; i < 200000 && !check_failures; i++) {
		check_pair(&a, &p);
		arena_reset(&a);
	}
	arena_fini(&a);
}

static void test_garbage(void)
{
	struct arena a = { 0 };
	struct key_part parts[PARTS_MAX];
	static const struct str bad[] = {
		STR_INIT("x"),                                    /* no such code */
		STR_INIT("\x02open"),                             /* text without an end */
		STR_INIT("\x02open\0\xff"), STR_INIT("\x16\x01"), /* an integer cut short */
		STR_INIT("\x1c\xff\xff\xff\xff\xff\xff\xff\xff"), /* beyond 64 bits with a sign */
		STR_INIT("\x0c\x00\xff\xff\xff\xff\xff\xff\xff"),
		STR_INIT("\x14\x14\x14\x14\x14"), /* more parts than there is room for */
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		CHECK_INT(key_decode(&a, bad[i], parts, PARTS_MAX), -EINVAL);
	CHECK_INT(key_decode(&a, STR(""), parts, PARTS_MAX), 0);
	struct prng p = { 7 };
	for (int i = 0; i < 100000; i++) {
		char bytes[12];
		size_t n = prng_next(&p) % sizeof bytes;
		for (size_t k = 0; k < n; k++)
			bytes[k] = (char)(prng_next(&p) % 0x1e);
		(void)!key_decode(&a, (struct str){ bytes, n }, parts, PARTS_MAX);
		arena_reset(&a);
	}
	arena_fini(&a);
}

static const struct test tests[] = {
	{ "key: the published encodings", test_known_encodings },
	{ "key: bytes sort as the tuples, and decode to them", test_order },
	{ "key: what is no key is refused", test_garbage },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
