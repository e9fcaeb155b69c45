/* API Gateway v2: HTTP APIs, their control plane and the data plane that serves them. */
#ifndef SAMOVAR_SERVICES_APIGATEWAYV2_APIGATEWAYV2_H
#define SAMOVAR_SERVICES_APIGATEWAYV2_APIGATEWAYV2_H

#include "aws/service.h"

extern const struct service apigatewayv2_service;

#endif
