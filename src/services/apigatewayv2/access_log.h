/* Access logs of stages: one line for each request, to a log group. */
#ifndef SAMOVAR_SERVICES_APIGATEWAYV2_ACCESS_LOG_H
#define SAMOVAR_SERVICES_APIGATEWAYV2_ACCESS_LOG_H

#include "services/apigatewayv2/exchange.h"

struct access_log;

struct access_log *access_log_create(struct aws *aws);
/* Writes what waits, in a fiber. */
void access_log_destroy(struct access_log *log);
/* If the stage has access logs: the answered request's line. Returns at once. */
void access_log_add(struct access_log *log, const struct exchange *x, const struct answer *a);
/* The log group's name in "arn:aws:logs:region:account:log-group:NAME[:*]", or p == NULL. */
struct str access_log_group(struct str arn);

#endif
