/* Who may speak to this server from a browser, and by which names. */
#ifndef SAMOVAR_AWS_GUARD_H
#define SAMOVAR_AWS_GUARD_H

#include "aws/request.h"

/*
 * Refuses hosts and origins that are not this machine's (see aws_host_is_allowed): -1 with
 * call.error set. Adds the CORS headers for a local page.
 */
int guard_admit(struct request *r, struct reply *reply) MUSTCHECK;
/* Whether it is a browser's question before a request (Fetch standard, "CORS preflight"), then
 * answered in *reply. */
bool guard_preflight(struct request *r, struct reply *reply);

#endif
