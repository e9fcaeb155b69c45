/* When an event is tried again. */
#include "services/lambda/event_retry.h"

int64_t event_retry_next(struct event_retry *retry, bool is_error, int64_t now_ms)
{
	static const int64_t error_wait_ms[] = { 60000, 120000 };
	int64_t wait_ms;
	if (is_error) {
		if (retry->errors >= retry->retries_max)
			return -1;
		wait_ms = error_wait_ms[MIN((size_t)retry->errors, COUNT_OF(error_wait_ms) - 1)];
		retry->errors++;
	} else {
		int64_t doublings = MIN(retry->throttles, 9);
		wait_ms = MIN((int64_t)1000 << doublings, 300000);
		retry->throttles++;
	}
	wait_ms /= MAX(retry->speed, 1);
	return now_ms + wait_ms > retry->accepted_ms + retry->age_max_ms ? -1 : now_ms + wait_ms;
}
