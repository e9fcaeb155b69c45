/* Running an operation's handler as its kind asks for. */
#ifndef SAMOVAR_AWS_RUN_H
#define SAMOVAR_AWS_RUN_H

#include "aws/call.h"

/*
 * Runs call->operation: inside call->txn when there is one, else in a transaction of its own, or
 * free (@waits). *out is zeroed first, as often as it runs. 0, or -1 with call->error set.
 */
int operation_run(struct call *call, const void *in, void *out) MUSTCHECK;

#endif
