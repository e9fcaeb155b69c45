/* Running a function, for each of the ways that ask for it: Invoke, addresses, events. */
#ifndef SAMOVAR_SERVICES_LAMBDA_INVOKE_H
#define SAMOVAR_SERVICES_LAMBDA_INVOKE_H

#include "services/lambda/resolve.h"

/*
 * Chooses the version and runs it; the caller has filled the invocation's payload. *target tells
 * which version it was. 0 whatever the function answered (see invocation->outcome); -1 after fail()
 * when it could not be run at all. Throttled is the caller's to tell.
 */
int lambda_invoke_resolved(struct call *call, struct resolved *resolved,
	struct engine_invocation *invocation, struct target **target) MUSTCHECK;
/* The function's own error, in AWS's word for X-Amz-Function-Error; p == NULL for none. */
struct str lambda_invoke_error(const struct engine_invocation *invocation);
int lambda_fail_throttled(struct call *call, const struct resolved *resolved);
/* Raises InvalidRequestContentException for what is no JSON. An empty payload becomes {}. */
int lambda_check_payload(struct call *call, struct str *payload, size_t bytes_max) MUSTCHECK;
/* ClientContext is JSON in base64. */
int lambda_check_client_context(struct call *call, struct str text, struct str *json) MUSTCHECK;
/* The trace of the call, or the X-Amzn-Trace-Id of its request; or empty. */
struct str lambda_trace_id_of(const struct call *call);

/* async.c: accepts the event; it is on disk when this returns. Outside a transaction. */
int async_accept(struct call *call, const struct function_name *name, struct str payload,
	struct str client_context) MUSTCHECK;
int async_start(struct lambda *lambda, struct async **out) MUSTCHECK;
/* No more events are begun. */
void async_halt(struct async *async);
/* After the engine's end, which ends those under way: the next start handles them again. In a
 * fiber. */
void async_stop(struct async *async);

#endif
