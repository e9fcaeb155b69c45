/* Authorizers: JWT, and functions that decide by the request. */
#ifndef SAMOVAR_SERVICES_APIGATEWAYV2_AUTHORIZER_H
#define SAMOVAR_SERVICES_APIGATEWAYV2_AUTHORIZER_H

#include "services/apigatewayv2/exchange.h"

/*
 * Asks the route's authorizer: 0 when the request may go on, and x->authorizer_v1 and _v2 are set
 * for the event; else the status of the answer: 401, 403 or 500.
 */
int authorize(struct exchange *x) MUSTCHECK;
/* Frees what it remembered. */
void authorizer_forget(struct authorizer_view *a);

/* jwt.c: the token's claims as JSON if it is good; else the text for www-authenticate: 0 or
 * -EACCES. */
int jwt_check(struct exchange *x, const struct apigatewayv2_jwt_configuration *config,
	const struct apigatewayv2_text_list *scopes, struct str token, struct str *claims,
	struct str *granted, const char **why) MUSTCHECK;
void jwt_keys_fini(struct gateway *gateway);

#endif
