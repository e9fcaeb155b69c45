/* Limits of HTTP APIs (AWS, "Quotas for configuring and running an HTTP API"), and this service's
 * own. */
#ifndef SAMOVAR_SERVICES_APIGATEWAYV2_LIMITS_H
#define SAMOVAR_SERVICES_APIGATEWAYV2_LIMITS_H

#include "base/common.h"

#define GATEWAY_BODY_BYTES_MAX (10 * MIB)

enum {
	GATEWAY_ROUTES_MAX = 300,
	GATEWAY_INTEGRATIONS_MAX = 300,
	GATEWAY_STAGES_MAX = 10,
	GATEWAY_AUTHORIZERS_MAX = 10,
	GATEWAY_DEPLOYMENTS_MAX = 1000,
	GATEWAY_APIS_MAX = 600,
	GATEWAY_PAGE_MAX = 500,
	GATEWAY_TAGS_MAX = 50,
	GATEWAY_TARGET_BYTES_MAX = 10240, /* request line and headers together, on AWS */
	GATEWAY_PATH_PARTS_MAX = 64,
	GATEWAY_TABLES_MAX = 1024, /* resolved APIs kept */
	GATEWAY_TIMEOUT_MS = 30000,
	GATEWAY_AUTHORIZER_TIMEOUT_MS = 10000,
	GATEWAY_AUTHORIZATIONS_MAX = 1024, /* answers of one authorizer that are remembered */
	GATEWAY_KEYS_TTL_MS = 7200000,     /* a JWT issuer's keys */
	GATEWAY_KEYS_MAX = 32,
	GATEWAY_ACCESS_LINES_MAX = 10000, /* of access logs, waiting to be written */
	GATEWAY_TOKEN_BYTES_MAX = 16384,
};

#endif
