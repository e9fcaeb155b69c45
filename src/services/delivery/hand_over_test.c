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
	CHECK_INT(hand_over_next(&r, 1000000, 1, 0), 1001000);
	r = owed(4);
	CHECK_INT(hand_over_next(&r, 1000000, 1, 0), 1008000);
	r = owed(100);
	CHECK_INT(hand_over_next(&r, 1000000, 1, 0), 1300000);
	CHECK_INT(hand_over_next(&r, 1000000, 100, 0), 1003000);
}

/* What failed together comes back apart, within half of the wait; delivery policies are exact. */
static void test_jitter(void)
{
	struct delivery_retry_phase phase = { OPT_I64(3), OPT_I64(8000), OPT_I64(8000),
		STR("linear") };
	struct delivery_delivery_record r = owed(4);
	int64_t first = hand_over_next(&r, 1000000, 1, 0), least = first, most = first;
	for (uint64_t random = 1; random < 10000; random++) {
		int64_t next = hand_over_next(&r, 1000000, 1, random);
		least = MIN(least, next);
		most = MAX(most, next);
	}
	CHECK_INT(least, 1004000);
	CHECK_INT(most, 1008000);
	r.tries = OPT_I64(1);
	r.retry_phases = (struct delivery_retry_phases){ &phase, 1 };
	CHECK_INT(hand_over_next(&r, 1000000, 1, 0), 1008000);
	CHECK_INT(hand_over_next(&r, 1000000, 1, 12345), 1008000);
}

static void test_end(void)
{
	struct delivery_delivery_record r = owed(185);
	CHECK(hand_over_next(&r, 1000000, 1, 0) > 0);
	r = owed(186);
	CHECK_INT(hand_over_next(&r, 1000000, 1, 0), -1);
	r = owed(1);
	r.age_max_ms.v = 5000;
	CHECK(hand_over_next(&r, 1004000, 1, 0) > 0);
	CHECK_INT(hand_over_next(&r, 1004001, 1, 0), -1);
	r.retries_max.v = 0;
	CHECK_INT(hand_over_next(&r, 1000000, 1, 0), -1);
}

/* SNS Developer Guide, "Amazon SNS message delivery retries": AWS's own endpoints. */
static void test_phases(void)
{
	struct delivery_retry_phase phases[] = {
		{ OPT_I64(3), OPT_I64(0), OPT_I64(0), STR("linear") },
		{ OPT_I64(2), OPT_I64(1000), OPT_I64(1000), STR("linear") },
		{ OPT_I64(10), OPT_I64(1000), OPT_I64(20000), STR("exponential") },
	};
	static const int64_t waits[] = { 0, 0, 0, 1000, 1000, 1000, 2000, 4000, 8000, 16000, 20000,
		20000, 20000, 20000, 20000 };
	struct delivery_delivery_record r = owed(0);
	r.retry_phases = (struct delivery_retry_phases){ phases, COUNT_OF(phases) };
	for (size_t i = 0; i < COUNT_OF(waits); i++) {
		r.tries = OPT_I64((int64_t)i + 1);
		CHECK_INT(hand_over_next(&r, 1000000, 1, 0), 1000000 + waits[i]);
	}
	r.tries.v++;
	CHECK_INT(hand_over_next(&r, 1000000, 1, 0), -1);
}

static void test_functions(void)
{
	struct delivery_retry_phase phase = { OPT_I64(5), OPT_I64(1000), OPT_I64(16000), { 0 } };
	struct delivery_delivery_record r = owed(0);
	static const struct {
		const char *name;
		int64_t third;
	} functions[] = { { "linear", 8500 }, { "arithmetic", 5500 }, { "geometric", 4000 },
		{ "exponential", 4000 } };
	r.retry_phases = (struct delivery_retry_phases){ &phase, 1 };
	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		phase.function = str_c(functions[i].name);
		r.tries = OPT_I64(1);
		CHECK_INT(hand_over_next(&r, 1000000, 1, 0), 1001000);
		r.tries = OPT_I64(3);
		CHECK_INT(hand_over_next(&r, 1000000, 1, 0), 1000000 + functions[i].third);
		r.tries = OPT_I64(5);
		CHECK_INT(hand_over_next(&r, 1000000, 1, 0), 1016000);
	}
}

static const struct test tests[] = {
	{ "phases", test_phases },
	{ "functions of back-off", test_functions },
	{ "back-off", test_back_off },
	{ "jitter", test_jitter },
	{ "end", test_end },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
