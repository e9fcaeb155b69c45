/* The data plane: a request to an API's host or path, from its stage and route to the integration's
 * answer. */
#include "base/clock.h"
#include "base/encode.h"
#include "base/random.h"
#include "services/apigatewayv2/access_log.h"
#include "services/apigatewayv2/apigatewayv2.h"
#include "services/apigatewayv2/authorizer.h"
#include "services/apigatewayv2/exchange.h"
#include <errno.h>
#include <stdlib.h>

/* ---- which API ---- */

struct address {
	struct str api, stage, path; /* stage: named by the path form; else p == NULL */
};

static bool is_api_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'z')))
			return false;
	return s.n > 0 && s.n <= 64;
}

/* {api-id}.execute-api.{region}.(localhost|localhost.localstack.cloud|amazonaws.com)[:port] */
static bool host_address(const struct http_request *r, struct address *out)
{
	struct str rest = r->host, id;
	if (str_find(rest, STR(".execute-api.")) < 0 || !str_cut(&rest, '.', &id) ||
		!is_api_id(id) || !str_starts(rest, STR("execute-api.")))
		return false;
	*out = (struct address){ id, { 0 }, r->path };
	return true;
}

/* /_aws/execute-api/{api-id}/{stage}/... */
static bool path_address(const struct http_request *r, struct address *out)
{
	struct str prefix = STR("/_aws/execute-api/"), id, stage;
	if (!str_starts(r->path, prefix))
		return false;
	struct str rest = str_from(r->path, prefix.n);
	str_cut(&rest, '/', &id);
	if (!rest.p)
		rest = str_from(id, id.n);
	str_cut(&rest, '/', &stage);
	struct str path = rest.p ? (struct str){ rest.p - 1, rest.n + 1 } : STR("/");
	if (str_is(stage, "%24default") || !stage.n)
		stage = STR("$default");
	*out = (struct address){ id, stage, path };
	return true;
}

static struct stage_view *stage_named(const struct table *t, struct str name)
{
	for (size_t i = 0; i < t->stage_count; i++)
		if (str_eq(t->stages[i].name, name))
			return &t->stages[i];
	return NULL;
}

/* The stage, and the path that is left for its routes. A first part that names a stage is that
 * stage. */
static struct stage_view *find_stage(
	const struct table *t, const struct address *a, struct str *path)
{
	*path = a->path.n ? a->path : STR("/");
	if (a->stage.p)
		return stage_named(t, a->stage);
	struct str rest = str_from(*path, 1), first;
	str_cut(&rest, '/', &first);
	struct stage_view *s = first.n && !str_is(first, "$default") ? stage_named(t, first) : NULL;
	if (!s)
		return stage_named(t, STR("$default"));
	*path = rest.p ? (struct str){ rest.p - 1, rest.n + 1 } : STR("/");
	return s;
}

/* ---- CORS ---- */

static bool has_item(const struct apigatewayv2_text_list *list, struct str item)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_is(list->v[i], "*") || str_eq_ci(list->v[i], item))
			return true;
	return false;
}

static bool origin_is_allowed(const struct apigatewayv2_cors *cors, struct str origin)
{
	for (size_t i = 0; i < cors->allow_origins.n; i++) {
		struct str allowed = cors->allow_origins.v[i];
		if (str_is(allowed, "*") || str_eq_ci(allowed, origin) ||
			(str_ends(allowed, STR("*")) &&
				str_starts_ci(origin, str_sub(allowed, 0, allowed.n - 1))))
			return true;
	}
	return false;
}

static struct str list_text(struct arena *arena, const struct apigatewayv2_text_list *list)
{
	struct str text = STR("");
	for (size_t i = 0; i < list->n; i++)
		text = arena_printf(
			arena, "%.*s%s%.*s", STR_ARG(text), i ? "," : "", STR_ARG(list->v[i]));
	return text;
}

/* What every answer to that origin carries. */
static void put_cors(struct exchange *x, struct answer *a, const struct apigatewayv2_cors *cors,
	struct str origin)
{
	bool any = has_item(&cors->allow_origins, STR("*")) && !cors->allow_credentials.v;
	answer_header(x->arena, a, STR("access-control-allow-origin"), any ? STR("*") : origin);
	if (!any)
		answer_header(x->arena, a, STR("vary"), STR("origin"));
	if (cors->allow_credentials.v)
		answer_header(x->arena, a, STR("access-control-allow-credentials"), STR("true"));
	if (cors->expose_headers.n)
		answer_header(x->arena, a, STR("access-control-expose-headers"),
			list_text(x->arena, &cors->expose_headers));
}

/* Answers a preflight request by the API's configuration, whatever its routes say. */
static bool preflight(struct exchange *x, struct answer *a)
{
	const struct apigatewayv2_cors *cors = x->table->api.cors_configuration;
	struct str origin = http_header_get(&x->request->headers, STR("origin"));
	struct str method =
		http_header_get(&x->request->headers, STR("access-control-request-method"));
	if (!cors || !origin.n || !method.n || !str_is(x->request->method, "OPTIONS"))
		return false;
	*a = (struct answer){ .status = 204 };
	if (!origin_is_allowed(cors, origin) || !has_item(&cors->allow_methods, method))
		return true;
	put_cors(x, a, cors, origin);
	answer_header(x->arena, a, STR("access-control-allow-methods"),
		has_item(&cors->allow_methods, STR("*"))
			? STR("DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT")
			: list_text(x->arena, &cors->allow_methods));
	struct str wanted =
		http_header_get(&x->request->headers, STR("access-control-request-headers"));
	if (has_item(&cors->allow_headers, STR("*")) && wanted.n)
		answer_header(x->arena, a, STR("access-control-allow-headers"), wanted);
	else if (cors->allow_headers.n)
		answer_header(x->arena, a, STR("access-control-allow-headers"),
			list_text(x->arena, &cors->allow_headers));
	if (cors->max_age.set && cors->max_age.v >= 0)
		answer_header(x->arena, a, STR("access-control-max-age"),
			arena_printf(x->arena, "%lld", (long long)cors->max_age.v));
	return true;
}

/* With CORS configured, what the integration says of it does not count. */
static void apply_cors(struct exchange *x, struct answer *a)
{
	const struct apigatewayv2_cors *cors = x->table->api.cors_configuration;
	struct str origin = http_header_get(&x->request->headers, STR("origin"));
	size_t kept = 0;
	if (!cors)
		return;
	for (size_t i = 0; i < a->count; i++)
		if (!str_starts_ci(a->headers[i].name, STR("access-control-")))
			a->headers[kept++] = a->headers[i];
	a->count = kept;
	if (origin.n && origin_is_allowed(cors, origin))
		put_cors(x, a, cors, origin);
}

/* ---- one request ---- */

static bool take_token(struct bucket *b)
{
	uint64_t now = clock_mono_ns();
	if (b->burst <= 0)
		return true;
	if (b->filled_ns)
		b->tokens = MIN(b->burst, b->tokens + (double)(now - b->filled_ns) / 1e9 * b->rate);
	b->filled_ns = now;
	if (b->tokens < 1)
		return false;
	b->tokens -= 1;
	return true;
}

static void call_function(
	struct exchange *x, const struct integration_view *integration, struct answer *a)
{
	struct buf event = { 0 };
	struct str payload;
	(integration->is_v2 ? event_v2 : event_v1)(&event, x);
	int r = invoke_function(x, stage_substitute(x, integration->function), route_source(x),
		buf_view(&event), integration->timeout_ms, &payload);
	buf_fini(&event);
	if (r == -ETIMEDOUT)
		answer_message(x->arena, a, 503, "Service Unavailable");
	else if (r < 0 || answer_parse(x->arena, payload, integration->is_v2, a) < 0)
		answer_message(x->arena, a, 500, "Internal Server Error");
}

static void refuse(struct exchange *x, struct answer *a, int status)
{
	answer_message(x->arena, a, status,
		status == 401   ? "Unauthorized"
		: status == 403 ? "Forbidden"
				: "Internal Server Error");
	if (x->www_authenticate)
		answer_header(x->arena, a, STR("www-authenticate"), str_c(x->www_authenticate));
}

static void run(struct exchange *x, struct str path, struct answer *a)
{
	struct request_path split;
	if (!take_token(&x->stage->bucket)) {
		answer_message(x->arena, a, 429, "Too Many Requests");
		return;
	}
	request_path_split(path, &split);
	if (!table_route(x->stage, x->arena, x->request->method, &split, &x->found)) {
		answer_message(x->arena, a, 404, "Not Found");
		return;
	}
	const struct integration_view *integration = x->found.route->integration;
	int r = http_body(x->http, GATEWAY_BODY_BYTES_MAX, &x->body);
	if (r < 0) {
		answer_message(x->arena, a, r == -EMSGSIZE ? 413 : 400,
			r == -EMSGSIZE ? "Request Entity Too Large" : "Bad Request");
		return;
	}
	int status = x->found.route->authorizer ? authorize(x) : 0;
	if (status) {
		refuse(x, a, status);
		return;
	}
	uint64_t begun = clock_mono_ns();
	if (!integration)
		answer_message(x->arena, a, 500, "Internal Server Error");
	else if (integration->function.p)
		call_function(x, integration, a);
	else
		http_proxy(x, integration, a);
	if (integration && integration->record->response_parameters.n)
		map_response(x, integration, a);
	x->integration_ns = clock_mono_ns() - begun;
}

static void begin(struct exchange *x, struct str path)
{
	const struct http_request *r = x->request;
	unsigned char id[11];
	random_bytes(id, sizeof id);
	x->request_id = base64_encode(x->arena, (struct str){ (const char *)id, sizeof id });
	x->now_ms = x->gateway->aws->now_ms ? x->gateway->aws->now_ms() : clock_now_ms();
	x->source_ip = r->peer;
	x->user_agent = http_header_get(&r->headers, STR("user-agent"));
	if (!x->user_agent.p)
		x->user_agent = STR("");
	ssize_t colon = str_rindex(r->host, ':');
	x->domain = colon > 0 ? str_sub(r->host, 0, (size_t)colon) : r->host;
	x->trace_header = http_header_get(&r->headers, STR("x-amzn-trace-id"));
	if (!x->trace_header.n)
		x->trace_header = arena_printf(x->arena, "Root=1-%08llx-%08llx%016llx",
			(unsigned long long)(x->now_ms / 1000),
			(unsigned long long)random_u64() & 0xffffffff,
			(unsigned long long)random_u64());
	struct str decoded = path;
	if (str_index(path, '%') >= 0 && percent_decode(x->arena, path, false, &decoded) < 0)
		decoded = path;
	/* A named stage stands in front of the path; $default does not. */
	x->raw_path = str_is(x->stage->name, "$default")
			      ? decoded
			      : arena_printf(x->arena, "/%.*s%.*s", STR_ARG(x->stage->name),
					STR_ARG(decoded));
}

static void respond(struct exchange *x, struct answer *a)
{
	if (x->request_id.n)
		answer_header(x->arena, a, STR("apigw-requestid"), x->request_id);
	http_respond(x->http, a->status, a->headers, a->count, a->body);
}

static void serve(struct exchange *x, const struct address *address)
{
	struct answer a = { 0 };
	struct str path;
	struct table *t = table_get(x->gateway, address->api);
	x->table = t;
	x->stage = t && !(t->api.disable_execute_api_endpoint.v && !address->stage.p)
			   ? find_stage(t, address, &path)
			   : NULL;
	if (!x->stage) {
		answer_message(x->arena, &a, 404, "Not Found");
	} else if (x->request->target.n > GATEWAY_TARGET_BYTES_MAX) {
		answer_message(x->arena, &a, 414, "Request URI too long");
	} else {
		begin(x, path);
		if (!preflight(x, &a)) {
			run(x, path, &a);
			apply_cors(x, &a);
		}
	}
	respond(x, &a);
	if (x->stage && x->request_id.n)
		access_log_add(x->gateway->access_log, x, &a);
	table_unref(t);
}

bool proxy_serve(struct aws *aws, void *state, struct http_exchange *ex)
{
	struct address address;
	const struct http_request *request = http_request(ex);
	if (!host_address(request, &address) && !path_address(request, &address))
		return false;
	struct exchange *x = ARENA_NEW(http_arena(ex), struct exchange);
	x->gateway = state;
	x->http = ex;
	x->request = request;
	x->arena = http_arena(ex);
	if (aws_host_is_allowed(aws, request->host)) {
		serve(x, &address);
	} else {
		struct answer a;
		answer_message(x->arena, &a, 403, "Forbidden");
		respond(x, &a);
	}
	return true;
}

/* ---- the service ---- */

static int start(struct aws *aws, void **state)
{
	struct gateway *gateway = xcalloc(1, sizeof *gateway);
	gateway->aws = aws;
	gateway->access_log = access_log_create(aws);
	*state = gateway;
	return 0;
}

static void stop(struct aws *aws, void *state)
{
	struct gateway *gateway = state;
	(void)aws;
	access_log_destroy(gateway->access_log);
	tables_fini(gateway);
	jwt_keys_fini(gateway);
	free(gateway);
}

const struct service apigatewayv2_service = {
	.api = &apigatewayv2_api,
	.start = start,
	.stop = stop,
	.serve = proxy_serve,
};
