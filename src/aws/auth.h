/* Who calls, and whether they may. */
#ifndef SAMOVAR_AWS_AUTH_H
#define SAMOVAR_AWS_AUTH_H

#include "aws/request.h"

/* Sets call.identity; verifies the signature when the server is strict. 0, or -1 with call.error
 * set. */
int auth_identify(struct request *r) MUSTCHECK;
/* Whether the identity's policies allow the operation on what the input names. 0, or -1 with
 * call.error set. */
int auth_authorize(struct request *r, const void *in) MUSTCHECK;
/* The operation's resource with the input's members put in, for policies. */
struct str auth_resource(struct request *r, const void *in);

#endif
