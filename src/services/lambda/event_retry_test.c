/* The clock of asynchronous invocations (Lambda Developer Guide, "Asynchronous invocation: error
 * handling"). */
#include "services/lambda/event_retry.h"
#include "tests/check.h"

enum { HOURS_6_MS = 6 * 3600 * 1000 };

static void errors(void)
{
	struct event_retry r = { .accepted_ms = 1000, .retries_max = 2, .age_max_ms = HOURS_6_MS };
	CHECK_INT(event_retry_next(&r, true, 2000), 62000);
	CHECK_INT(event_retry_next(&r, true, 62000), 182000);
	CHECK_INT(event_retry_next(&r, true, 182000), -1);
	struct event_retry none = {
		.accepted_ms = 1000, .retries_max = 0, .age_max_ms = HOURS_6_MS
	};
	CHECK_INT(event_retry_next(&none, true, 2000), -1);
}

static void throttles(void)
{
	struct event_retry r = { .accepted_ms = 0, .retries_max = 2, .age_max_ms = HOURS_6_MS };
	int64_t now_ms = 0, last_wait = 0, tries = 0;
	for (int64_t next; (next = event_retry_next(&r, false, now_ms)) >= 0;
		now_ms = next, tries++) {
		CHECK(next - now_ms >= 1000 && next - now_ms <= 300000);
		CHECK(next - now_ms >= last_wait);
		last_wait = next - now_ms;
	}
	CHECK_INT(last_wait, 300000);
	CHECK(now_ms > HOURS_6_MS - 300000 && now_ms <= HOURS_6_MS);
	CHECK_INT(r.errors, 0);
}

static void age(void)
{
	struct event_retry r = { .accepted_ms = 0, .retries_max = 2, .age_max_ms = 60000 };
	CHECK_INT(event_retry_next(&r, true, 1), -1);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "function errors are retried after 1 and 2 minutes", errors },
		{ "throttles back off from 1 second to 5 minutes for 6 hours", throttles },
		{ "no try after the maximum age", age },
	};
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
