/* CORS of function URLs: the server answers preflights and adds the headers, as the configuration
 * says. */
#include "services/lambda/urls.h"

static bool has(const struct str *v, size_t n, struct str wanted, bool globs)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(v[i], "*") || str_eq_ci(v[i], wanted) ||
			(globs && str_glob(v[i], wanted)))
			return true;
	return false;
}

static struct str join(struct arena *arena, const struct str *v, size_t n)
{
	struct str all = STR("");
	for (size_t i = 0; i < n; i++)
		all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), i ? "," : "", STR_ARG(v[i]));
	return all;
}

/* The origin as it is to be answered; p == NULL when it is not allowed. */
static struct str allowed_origin(struct http_exchange *ex, const struct lambda_cors *cors)
{
	struct str origin = http_header_get(&http_request(ex)->headers, STR("origin"));
	if (!origin.p || !has(cors->allow_origins.v, cors->allow_origins.n, origin, true))
		return (struct str){ 0 };
	return cors->allow_origins.n == 1 && str_is(cors->allow_origins.v[0], "*") &&
			       !cors->allow_credentials.v
		       ? STR("*")
		       : origin;
}

bool url_cors_preflight(struct http_exchange *ex, const struct lambda_cors *cors)
{
	const struct http_request *http = http_request(ex);
	struct arena *arena = http_arena(ex);
	struct http_header headers[6];
	size_t n = 0;
	if (!cors || !str_is(http->method, "OPTIONS") ||
		!http_header_get(&http->headers, STR("origin")).p ||
		!http_header_get(&http->headers, STR("access-control-request-method")).p)
		return false;
	struct str origin = allowed_origin(ex, cors);
	if (origin.p) {
		headers[n++] = (struct http_header){ STR("Access-Control-Allow-Origin"), origin };
		headers[n++] = (struct http_header){ STR("Vary"), STR("Origin") };
		headers[n++] = (struct http_header){ STR("Access-Control-Allow-Methods"),
			cors->allow_methods.n
				? join(arena, cors->allow_methods.v, cors->allow_methods.n)
				: STR("*") };
		if (cors->allow_headers.n)
			headers[n++] = (struct http_header){ STR("Access-Control-Allow-Headers"),
				join(arena, cors->allow_headers.v, cors->allow_headers.n) };
		if (cors->allow_credentials.v)
			headers[n++] =
				(struct http_header){ STR("Access-Control-Allow-Credentials"),
					STR("true") };
		if (cors->max_age.set)
			headers[n++] = (struct http_header){ STR("Access-Control-Max-Age"),
				arena_printf(arena, "%lld", (long long)cors->max_age.v) };
	}
	http_respond(ex, 200, headers, n, STR(""));
	return true;
}

void url_cors_apply(
	struct http_exchange *ex, const struct lambda_cors *cors, struct url_answer *answer)
{
	if (!cors)
		return;
	struct str origin = allowed_origin(ex, cors);
	struct http_header *v =
		ARENA_ARRAY(http_arena(ex), struct http_header, answer->header_count + 4);
	size_t n = 0;
	for (size_t i = 0; i < answer->header_count; i++)
		if (!str_starts_ci(answer->headers[i].name, STR("access-control-")))
			v[n++] = answer->headers[i];
	if (origin.p) {
		v[n++] = (struct http_header){ STR("Access-Control-Allow-Origin"), origin };
		v[n++] = (struct http_header){ STR("Vary"), STR("Origin") };
		if (cors->allow_credentials.v)
			v[n++] = (struct http_header){ STR("Access-Control-Allow-Credentials"),
				STR("true") };
		if (cors->expose_headers.n)
			v[n++] = (struct http_header){ STR("Access-Control-Expose-Headers"),
				join(http_arena(ex), cors->expose_headers.v,
					cors->expose_headers.n) };
	}
	answer->headers = v;
	answer->header_count = n;
}
