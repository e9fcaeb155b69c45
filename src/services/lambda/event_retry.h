/*
 * When an event is tried again: errors of the function after 1 and 2 minutes, as often as its
 * configuration says; throttles and failures of the server with a back-off from 1 second to 5
 * minutes, until the event is too old. (Lambda Developer Guide, "Asynchronous invocation: error
 * handling")
 */
#ifndef SAMOVAR_SERVICES_LAMBDA_EVENT_RETRY_H
#define SAMOVAR_SERVICES_LAMBDA_EVENT_RETRY_H

#include "base/common.h"

struct event_retry {
	int64_t accepted_ms;
	int64_t errors, throttles; /* so far; event_retry_next counts on */
	int64_t retries_max, age_max_ms;
	int64_t speed; /* waits are divided by it */
};

/* The time of the next try, or -1 when there is none. */
int64_t event_retry_next(struct event_retry *retry, bool is_error, int64_t now_ms);

#endif
