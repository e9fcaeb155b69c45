/* Who calls. */
#ifndef SAMOVAR_AWS_AUTH_H
#define SAMOVAR_AWS_AUTH_H

#include "aws/request.h"

/* Sets call.identity; verifies the signature when the server is strict. 0, or -1 with call.error
 * set. */
int auth_identify(struct request *r) MUSTCHECK;

#endif
