/* Finding which service, protocol and operation a request means. */
#ifndef SAMOVAR_AWS_RESOLVE_H
#define SAMOVAR_AWS_RESOLVE_H

#include "aws/request.h"

/*
 * Sets wire, and entry and operation when there are such; service_name and operation_name in any
 * case, for the error that names them. -1 with call.error set when the body, which may tell, can't
 * be read.
 */
int resolve(struct request *r) MUSTCHECK;
/* The region in the host's name ("lambda.eu-west-1.amazonaws.com"), or p == NULL. */
struct str resolve_host_region(const struct request *r);

#endif
