/* One request through the gateway: what its steps share. */
#ifndef SAMOVAR_SERVICES_APIGATEWAYV2_EXCHANGE_H
#define SAMOVAR_SERVICES_APIGATEWAYV2_EXCHANGE_H

#include "base/buf.h"
#include "net/http_server.h"
#include "services/apigatewayv2/table.h"

struct answer;

struct exchange {
	struct gateway *gateway;
	struct http_exchange *http;
	const struct http_request *request;
	struct arena *arena;
	const struct table *table;
	struct stage_view *stage;
	struct route_found found;
	struct str raw_path; /* decoded, with the stage's name in front when the request had it */
	struct str body, source_ip, user_agent, request_id, trace_header, domain;
	int64_t now_ms;
	struct str authorizer_v1, authorizer_v2; /* JSON of requestContext.authorizer, or empty */
	const struct answer *answer;             /* while its mappings are worked out */
	uint64_t integration_ns;      /* how long the integration took; 0: it was not asked */
	const char *www_authenticate; /* why a token was refused */
};

/* An answer on its way to the client; the header array has room for HEADERS_EXTRA more. */
struct answer {
	int status;
	struct http_header *headers;
	size_t count, cap;
	struct str body;
};
void answer_header(struct arena *arena, struct answer *a, struct str name, struct str value);
/* {"message": "..."} */
void answer_message(struct arena *arena, struct answer *a, int status, const char *message);
/* A function's answer as the payload format says: 0, or -EINVAL for what is none. */
int answer_parse(struct arena *arena, struct str payload, bool is_v2, struct answer *out) MUSTCHECK;

/* The event of the payload format 2.0 or 1.0, appended. */
void event_v2(struct buf *b, const struct exchange *x);
void event_v1(struct buf *b, const struct exchange *x);
/* Their common parts, for authorizers: a REQUEST authorizer's event is the same without a body. */
void event_authorizer(struct buf *b, const struct exchange *x, bool is_v2, struct str route_arn,
	const struct str *identity, size_t identity_count);
/* "${stageVariables.x}" in a URI. */
struct str stage_substitute(const struct exchange *x, struct str text);

/* A context variable's value, "identity.sourceIp", or empty. */
struct str context_value(const struct exchange *x, struct str name);

/* What the function's policy knows the route by: API/STAGE/METHOD/PATH, or API/STAGE/$default. */
struct str route_source(const struct exchange *x);
/*
 * Runs the function for what the source names behind "arn:aws:execute-api:REGION:ACCOUNT:": 0 with
 * its payload (in x->arena), -ETIMEDOUT, or -EIO when it failed.
 */
int invoke_function(struct exchange *x, struct str function, struct str source, struct str event,
	uint64_t timeout_ms, struct str *payload) MUSTCHECK;
/* An HTTP_PROXY integration, into the answer. */
void http_proxy(struct exchange *x, const struct integration_view *integration, struct answer *out);

/* What the integration's ResponseParameters make of an answer with their status. */
void map_response(struct exchange *x, const struct integration_view *integration, struct answer *a);

bool proxy_serve(struct aws *aws, void *state, struct http_exchange *ex);

#endif
