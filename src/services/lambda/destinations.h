/* Where events end: destinations and dead-letter queues. */
#ifndef SAMOVAR_SERVICES_LAMBDA_DESTINATIONS_H
#define SAMOVAR_SERVICES_LAMBDA_DESTINATIONS_H

#include "services/lambda/internal.h"

/* The end of an event. */
struct event_end {
	const struct lambda_event_record *record;
	const char *condition;   /* "Success", "RetriesExhausted", "EventAgeExceeded" */
	struct str function_arn; /* with its qualifier */
	struct str on_success, on_failure, dead_letter; /* ARNs, or empty */
	int64_t tries;
	bool has_answer; /* of the last try: */
	struct str executed_version, function_error, answer;
};

/* In the transaction that ends the event: its destination and its dead-letter queue are owed what
 * AWS sends them. */
int destinations_owe(struct call *call, const struct event_end *end) MUSTCHECK;

#endif
