/* Function URLs: what the configuration and the serving of them share. */
#ifndef SAMOVAR_SERVICES_LAMBDA_URLS_H
#define SAMOVAR_SERVICES_LAMBDA_URLS_H

#include "net/http_server.h"
#include "services/lambda/invoke.h"

/* The key of an address's owner, and of its settings. */
struct str url_owner_key(struct arena *arena, struct str id);
struct str url_key(struct arena *arena, const struct function_name *name);

/* ---- url_event.c: payload format 2.0 (Developer Guide, "Request and response payloads") ---- */

struct url_request {
	struct http_exchange *ex;
	struct call *call;
	struct str id, path; /* the path that the function sees, decoded */
	struct str body;
	bool is_iam; /* requestContext carries who signed */
};
struct str url_event(const struct url_request *request);

struct url_answer {
	int status;
	struct http_header *headers;
	size_t header_count;
	struct str body;
};
/* -EINVAL for an answer that is no such thing: 502. with_body false: only the head, of a streamed
 * answer. */
int url_answer_parse(
	struct arena *arena, struct str json, bool with_body, struct url_answer *out) MUSTCHECK;

/* ---- url_cors.c ---- */

/* Whether it was a preflight, which is answered now. */
bool url_cors_preflight(struct http_exchange *ex, const struct lambda_cors *cors);
/* The answer's headers with those of CORS in place of the function's own. */
void url_cors_apply(
	struct http_exchange *ex, const struct lambda_cors *cors, struct url_answer *answer);

/* ---- url_auth.c ---- */

/* Who signed the request, into call->identity, and whether they may: 0 or fail(). In strict mode
 * signatures count. */
int url_authorize(struct call *call, const struct function_name *name, struct str auth_type,
	struct str body) MUSTCHECK;

#endif
