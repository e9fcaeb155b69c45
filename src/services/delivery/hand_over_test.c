/* When deliveries are tried again. */
#include "services/delivery/hand_over.h"
#include "services/delivery/limits.h"
#include "tests/check.h"

static struct delivery_delivery_record owed(int64_t tries)
{
	return (struct delivery_delivery_record){ .owed_ms = OPT_I64(1000000),
		.tries = OPT_I64(tries),
		.retries_max = OPT_I64(DELIVERY_RETRIES_MAX),
		.age_max_ms = OPT_I64(DELIVERY_AGE_MAX_S * INT64_C(1000)) };
}

static void test_back_off(void)
{
	struct delivery_delivery_record r = owed(1);
	CHECK_INT(hand_over_next(&r, 1000000, 1), 1001000);
	r = owed(4);
	CHECK_INT(hand_over_next(&r, 1000000, 1), 1008000);
	r = owed(100);
	CHECK_INT(hand_over_next(&r, 1000000, 1), 1300000);
	CHECK_INT(hand_over_next(&r, 1000000, 100), 1003000);
}

static void test_end(void)
{
	struct delivery_delivery_record r = owed(185);
	CHECK(hand_over_next(&r, 1000000, 1) > 0);
	r = owed(186);
	CHECK_INT(hand_over_next(&r, 1000000, 1), -1);
	r = owed(1);
	r.age_max_ms.v = 5000;
	CHECK(hand_over_next(&r, 1004000, 1) > 0);
	CHECK_INT(hand_over_next(&r, 1004001, 1), -1);
	r.retries_max.v = 0;
	CHECK_INT(hand_over_next(&r, 1000000, 1), -1);
}

static const struct test tests[] = {
	{ "back-off", test_back_off },
	{ "end", test_end },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
