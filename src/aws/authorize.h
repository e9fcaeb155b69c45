/* Whether the caller may. */
#ifndef SAMOVAR_AWS_AUTHORIZE_H
#define SAMOVAR_AWS_AUTHORIZE_H

#include "aws/call.h"

/*
 * Whether the identity's policies, and those of the resource, allow call->operation on what the
 * input names; always, unless the server is strict. 0, or -1 with call->error set.
 */
int authorize_operation(struct call *call, const void *in) MUSTCHECK;

#endif
