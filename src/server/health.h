/* /_samovar/health: what runs, and what this machine does not allow. */
#ifndef SAMOVAR_SERVER_HEALTH_H
#define SAMOVAR_SERVER_HEALTH_H

#include "aws/aws.h"

struct http_exchange;

/* True when the path was its own and it has answered: 200, or 503 when a store takes no more
 * writes. */
bool health_serve(struct aws *aws, struct http_exchange *ex);

#endif
