/* Tests of numbers: what the Developer Guide says of the Number type, and order and sums against
 * long double. */
#include "services/dynamodb/values/number.h"
#include "base/random.h"
#include "tests/check.h"

static struct str normal(const char *text)
{
	static char out[4][NUMBER_TEXT_MAX];
	static unsigned at;
	struct number x;
	char *room = out[at++ % 4];
	if (number_parse(str_c(text), &x) != NUMBER_OK)
		return STR("refused");
	return (struct str){ room, number_format(&x, room) };
}

static enum number_error error_of(const char *text)
{
	struct number x;
	return number_parse(str_c(text), &x);
}

static void test_text(void)
{
	CHECK_STR(normal("0"), "0");
	CHECK_STR(normal("-0.000"), "0");
	CHECK_STR(normal("+007"), "7");
	CHECK_STR(normal("1.50"), "1.5");
	CHECK_STR(normal(".5"), "0.5");
	CHECK_STR(normal("5."), "5");
	CHECK_STR(normal("-12.0e1"), "-120");
	CHECK_STR(normal("1e-3"), "0.001");
	CHECK_STR(normal("123E-1"), "12.3");
	CHECK_STR(normal("99999999999999999999999999999999999999"),
		"99999999999999999999999999999999999999");
	CHECK_STR(normal("0.00000000000000000000000000000000000001"),
		"0.00000000000000000000000000000000000001");
	CHECK_INT(normal("1e125").n, 126);
}

static void test_limits(void)
{
	CHECK_INT(error_of("9.9999999999999999999999999999999999999E+125"), NUMBER_OK);
	CHECK_INT(error_of("1E-130"), NUMBER_OK);
	CHECK_INT(error_of("1E126"), NUMBER_OVERFLOW);
	CHECK_INT(error_of("-1E126"), NUMBER_OVERFLOW);
	CHECK_INT(error_of("1E-131"), NUMBER_UNDERFLOW);
	CHECK_INT(error_of("1E99999999999999999999"), NUMBER_OVERFLOW);
	CHECK_INT(error_of("123456789012345678901234567890123456789"), NUMBER_PRECISION);
	CHECK_INT(error_of("1234567890123456789012345678901234567800"), NUMBER_OK);
	const char *wrong[] = { "", "-", ".", "1e", "1e+", "abc", "1 ", " 1", "0x1", "1.2.3", "--1",
		"NaN", "Infinity" };
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		CHECK_INT(error_of(wrong[i]), NUMBER_SYNTAX);
}

static struct str sum(const char *a, const char *b, bool subtract)
{
	static char out[NUMBER_TEXT_MAX];
	struct number x, y, z;
	if (number_parse(str_c(a), &x) != NUMBER_OK || number_parse(str_c(b), &y) != NUMBER_OK ||
		number_add(&x, &y, subtract, &z) != NUMBER_OK)
		return STR("refused");
	return (struct str){ out, number_format(&z, out) };
}

static void test_sums(void)
{
	CHECK_STR(sum("0.1", "0.2", false), "0.3");
	CHECK_STR(sum("1", "1", true), "0");
	CHECK_STR(sum("1", "2", true), "-1");
	CHECK_STR(sum("-1", "2", true), "-3");
	CHECK_STR(sum("999", "1", false), "1000");
	CHECK_STR(sum("1000", "0.001", true), "999.999");
	CHECK_STR(sum("99999999999999999999999999999999999999", "1", false),
		"100000000000000000000000000000000000000");
	CHECK_STR(sum("1e37", "0.01", false), "refused"); /* 40 digits */
	CHECK_STR(sum("9.9999999999999999999999999999999999999E125", "1E90", false), "refused");
}

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

/* The keys' bytes sort as the numbers do, and sums are those of whole numbers. */
static void test_random(void)
{
	struct prng prng = { 7 };
	for (int i = 0; i < 20000; i++) {
		struct number x, y, z;
		char text[2][64];
		unsigned char key[2][NUMBER_KEY_MAX];
		long v[2], e[2];
		for (int k = 0; k < 2; k++) {
			v[k] = (long)(prng_next(&prng) % 2000000) - 1000000;
			if (prng_next(&prng) % 3 == 0)
				v[k] /= 100000;
			e[k] = prng_next(&prng) % 2 ? 0 : (long)(prng_next(&prng) % 240) - 125;
			snprintf(text[k], sizeof text[k], "%lde%ld", v[k], e[k]);
		}
		CHECK_INT(number_parse(str_c(text[0]), &x), NUMBER_OK);
		CHECK_INT(number_parse(str_c(text[1]), &y), NUMBER_OK);
		struct str a = { (char *)key[0], number_key(&x, key[0]) },
			   b = { (char *)key[1], number_key(&y, key[1]) };
		CHECK_INT(sign(str_cmp(a, b)), number_compare(&x, &y));
		long double p = v[0] * __builtin_powl(10, e[0]),
			    q = v[1] * __builtin_powl(10, e[1]);
		if (__builtin_fabsl(p - q) > 1e-9L * __builtin_fabsl(p))
			CHECK_INT(number_compare(&x, &y), p < q ? -1 : 1);
		if (!e[0] && !e[1]) {
			char want[64], got[NUMBER_TEXT_MAX];
			snprintf(want, sizeof want, "%ld", v[0] - v[1]);
			CHECK_INT(number_add(&x, &y, true, &z), NUMBER_OK);
			CHECK_STR(((struct str){ got, number_format(&z, got) }), want);
		}
	}
}

static const struct test tests[] = {
	{ "numbers have one normal text", test_text },
	{ "38 digits, 1E-130 to 1E126", test_limits },
	{ "sums are exact", test_sums },
	{ "keys sort as numbers", test_random },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
