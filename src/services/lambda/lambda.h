/*
 * AWS Lambda. Other services run functions by call_inner(call, &lambda_invoke_operation, &as, ...).
 * With as.service ("apigateway.amazonaws.com") set, the function's resource policy is asked in
 * strict mode, where as.account is aws:SourceAccount and as.principal_arn aws:SourceArn.
 */
#ifndef SAMOVAR_SERVICES_LAMBDA_LAMBDA_H
#define SAMOVAR_SERVICES_LAMBDA_LAMBDA_H

#include "aws/service.h"

struct arena;
struct aws;

extern const struct service lambda_service;

/* aws_hooks.find_trace: what the instance of that name is at. */
struct str lambda_find_trace(struct aws *aws, struct arena *arena, struct str instance);

#endif
