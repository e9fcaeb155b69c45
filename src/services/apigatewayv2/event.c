/*
 * The events that functions get: payload formats 2.0 and 1.0 (API Gateway Developer Guide, "Create
 * AWS Lambda proxy integrations for HTTP APIs").
 */
#include "aws/codec.h"
#include "base/clock.h"
#include "base/encode.h"
#include "services/apigatewayv2/exchange.h"

static void put_member(struct buf *b, const char *name, struct str value)
{
	buf_char(b, '"');
	buf_cat(b, name);
	buf_cat(b, "\":");
	json_quote(b, value);
}

static void put_lower(struct buf *b, struct str s)
{
	char *p = buf_reserve(b, s.n);
	p = b->p + b->n;
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 32 : s.p[i]);
	b->n += s.n;
}

/* A header's name is a token: no character in it needs an escape in JSON. */
static void put_name(struct buf *b, struct str name)
{
	buf_char(b, '"');
	put_lower(b, name);
	buf_cat(b, "\":");
}

static bool is_own_header(struct str name)
{
	return (name.n == 15 && str_eq_ci(name, STR("x-forwarded-for"))) ||
	       (name.n == 16 && str_eq_ci(name, STR("x-forwarded-port"))) ||
	       (name.n == 17 && str_eq_ci(name, STR("x-forwarded-proto"))) ||
	       (name.n == 15 && str_eq_ci(name, STR("x-amzn-trace-id"))) ||
	       (name.n == 17 && str_eq_ci(name, STR("transfer-encoding"))) ||
	       (name.n == 10 && str_eq_ci(name, STR("connection")));
}

static bool came_before(const struct http_headers *h, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (h->v[k].name.n == h->v[i].name.n && str_eq_ci(h->v[k].name, h->v[i].name))
			return true;
	return false;
}

/* All values of a header, joined by commas. */
static struct str joined(const struct exchange *x, size_t i)
{
	const struct http_headers *h = &x->request->headers;
	struct str value = h->v[i].value;
	for (size_t k = i + 1; k < h->n; k++)
		if (h->v[k].name.n == h->v[i].name.n && str_eq_ci(h->v[k].name, h->v[i].name))
			value = arena_printf(
				x->arena, "%.*s,%.*s", STR_ARG(value), STR_ARG(h->v[k].value));
	return value;
}

static struct str forwarded_for(const struct exchange *x)
{
	struct str before = http_header_get(&x->request->headers, STR("x-forwarded-for"));
	return before.n ? arena_printf(x->arena, "%.*s, %.*s", STR_ARG(before),
				  STR_ARG(x->request->peer))
			: x->request->peer;
}

static struct str forwarded_port(const struct exchange *x)
{
	struct str own = http_header_get(&x->request->headers, STR("x-forwarded-port"));
	return own.n ? own : arena_printf(x->arena, "%u", (unsigned)x->request->local_port);
}

static struct str forwarded_proto(const struct exchange *x)
{
	struct str own = http_header_get(&x->request->headers, STR("x-forwarded-proto"));
	return own.n ? own : STR("http");
}

static void put_headers(struct buf *b, const struct exchange *x, bool with_cookie)
{
	const struct http_headers *h = &x->request->headers;
	buf_cat(b, "\"headers\":{");
	for (size_t i = 0; i < h->n; i++) {
		if (is_own_header(h->v[i].name) || came_before(h, i) ||
			(!with_cookie && str_eq_ci(h->v[i].name, STR("cookie"))))
			continue;
		put_name(b, h->v[i].name);
		json_quote(b, joined(x, i));
		buf_char(b, ',');
	}
	put_member(b, "x-amzn-trace-id", x->trace_header);
	buf_char(b, ',');
	put_member(b, "x-forwarded-for", forwarded_for(x));
	buf_char(b, ',');
	put_member(b, "x-forwarded-port", forwarded_port(x));
	buf_char(b, ',');
	put_member(b, "x-forwarded-proto", forwarded_proto(x));
	buf_char(b, '}');
}

static void put_cookies(struct buf *b, const struct exchange *x)
{
	struct str value = http_header_get(&x->request->headers, STR("cookie")), one;
	bool first = true;
	if (!value.n)
		return;
	buf_cat(b, "\"cookies\":[");
	while (str_cut(&value, ';', &one)) {
		one = str_trim(one);
		if (!one.n)
			continue;
		if (!first)
			buf_char(b, ',');
		json_quote(b, one);
		first = false;
	}
	buf_cat(b, "],");
}

/* ---- query ---- */

enum { QUERY_PARAMS_MAX = 512 };

struct query {
	struct path_param *v; /* in order; names may repeat */
	size_t n;
};

static struct query parse_query(const struct exchange *x)
{
	struct str rest = x->request->query, name, value;
	struct query q = { 0 };
	if (!rest.n)
		return q;
	q.v = ARENA_ARRAY(x->arena, struct path_param, QUERY_PARAMS_MAX);
	while (q.n < QUERY_PARAMS_MAX && http_query_next(x->arena, &rest, &name, &value))
		q.v[q.n++] = (struct path_param){ name, value };
	return q;
}

static bool name_came_before(const struct query *q, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(q->v[k].name, q->v[i].name))
			return true;
	return false;
}

enum many { MANY_JOINED, MANY_LAST, MANY_LIST };

static void put_query(
	struct buf *b, const struct exchange *x, const struct query *q, enum many many)
{
	bool first = true;
	buf_char(b, '{');
	for (size_t i = 0; i < q->n; i++) {
		if (name_came_before(q, i))
			continue;
		if (!first)
			buf_char(b, ',');
		first = false;
		json_quote(b, q->v[i].name);
		buf_char(b, ':');
		struct str value = q->v[i].value;
		if (many == MANY_LIST) {
			buf_char(b, '[');
			json_quote(b, value);
		}
		for (size_t k = i + 1; k < q->n; k++) {
			if (!str_eq(q->v[k].name, q->v[i].name))
				continue;
			if (many == MANY_LIST) {
				buf_char(b, ',');
				json_quote(b, q->v[k].value);
			} else if (many == MANY_LAST) {
				value = q->v[k].value;
			} else {
				value = arena_printf(x->arena, "%.*s,%.*s", STR_ARG(value),
					STR_ARG(q->v[k].value));
			}
		}
		if (many == MANY_LIST)
			buf_char(b, ']');
		else
			json_quote(b, value);
	}
	buf_char(b, '}');
}

static void put_params(struct buf *b, const struct exchange *x)
{
	for (size_t i = 0; i < x->found.param_count; i++) {
		buf_char(b, i ? ',' : '{');
		json_quote(b, x->found.params[i].name);
		buf_char(b, ':');
		json_quote(b, x->found.params[i].value);
	}
	buf_char(b, '}');
}

/* ---- body ---- */

static bool is_text_type(struct str type)
{
	ssize_t end = str_index(type, ';');
	type = str_trim(end >= 0 ? str_sub(type, 0, (size_t)end) : type);
	return !type.n || str_starts_ci(type, STR("text/")) ||
	       str_eq_ci(type, STR("application/json")) ||
	       str_eq_ci(type, STR("application/xml")) ||
	       str_eq_ci(type, STR("application/javascript")) || str_ends_ci(type, STR("+json")) ||
	       str_ends_ci(type, STR("+xml"));
}

static bool put_body(struct buf *b, const struct exchange *x)
{
	struct str type = http_header_get(&x->request->headers, STR("content-type"));
	if (is_text_type(type) && str_is_utf8(x->body)) {
		json_quote(b, x->body);
		return false;
	}
	buf_char(b, '"');
	base64_encode_to(b, x->body);
	buf_char(b, '"');
	return true;
}

static struct str domain_prefix(const struct exchange *x)
{
	ssize_t dot = str_index(x->domain, '.');
	return dot > 0 ? str_sub(x->domain, 0, (size_t)dot) : x->domain;
}

/* What both payload formats begin their context with. */
static void put_context_begin(struct buf *b, const struct exchange *x)
{
	buf_cat(b, "\"requestContext\":{");
	put_member(b, "accountId", x->table->account);
	buf_char(b, ',');
	put_member(b, "apiId", x->table->api.api_id);
}

/* ---- 2.0 ---- */

static void put_context_v2(struct buf *b, const struct exchange *x)
{
	char time[CLOCK_TEXT_MAX];
	size_t n = clock_format_clf(x->now_ms, time);
	put_context_begin(b, x);
	buf_char(b, ',');
	if (x->authorizer_v2.n) {
		buf_cat(b, "\"authorizer\":");
		buf_str(b, x->authorizer_v2);
		buf_char(b, ',');
	}
	put_member(b, "domainName", x->domain);
	buf_char(b, ',');
	put_member(b, "domainPrefix", domain_prefix(x));
	buf_cat(b, ",\"http\":{");
	put_member(b, "method", x->request->method);
	buf_char(b, ',');
	put_member(b, "path", x->raw_path);
	buf_cat(b, ",\"protocol\":\"HTTP/1.1\",");
	put_member(b, "sourceIp", x->source_ip);
	buf_char(b, ',');
	put_member(b, "userAgent", x->user_agent);
	buf_cat(b, "},");
	put_member(b, "requestId", x->request_id);
	buf_char(b, ',');
	put_member(b, "routeKey", x->found.route->key);
	buf_char(b, ',');
	put_member(b, "stage", x->stage->name);
	buf_char(b, ',');
	put_member(b, "time", (struct str){ time, n });
	buf_cat(b, ",\"timeEpoch\":");
	buf_i64(b, x->now_ms);
	buf_char(b, '}');
}

static void put_optional(struct buf *b, const struct exchange *x)
{
	if (x->found.param_count) {
		buf_cat(b, ",\"pathParameters\":");
		put_params(b, x);
	}
	if (x->stage->variables_json.n) {
		buf_cat(b, ",\"stageVariables\":");
		buf_str(b, x->stage->variables_json);
	}
}

static void put_head_v2(struct buf *b, const struct exchange *x)
{
	put_member(b, "routeKey", x->found.route->key);
	buf_char(b, ',');
	put_member(b, "rawPath", x->raw_path);
	buf_char(b, ',');
	put_member(b, "rawQueryString", x->request->query);
	buf_char(b, ',');
	put_cookies(b, x);
	put_headers(b, x, false);
	buf_char(b, ',');
	struct query q = parse_query(x);
	if (q.n) {
		buf_cat(b, "\"queryStringParameters\":");
		put_query(b, x, &q, MANY_JOINED);
		buf_char(b, ',');
	}
	put_context_v2(b, x);
	put_optional(b, x);
}

void event_v2(struct buf *b, const struct exchange *x)
{
	bool is_base64 = false;
	buf_reserve(b, 2048 + x->body.n);
	buf_cat(b, "{\"version\":\"2.0\",");
	put_head_v2(b, x);
	if (x->body.n) {
		buf_cat(b, ",\"body\":");
		is_base64 = put_body(b, x);
	}
	buf_cat(b, is_base64 ? ",\"isBase64Encoded\":true}" : ",\"isBase64Encoded\":false}");
}

/* ---- 1.0 ---- */

static void put_many_headers(struct buf *b, const struct exchange *x)
{
	const struct http_headers *h = &x->request->headers;
	buf_cat(b, "\"multiValueHeaders\":{");
	for (size_t i = 0; i < h->n; i++) {
		if (is_own_header(h->v[i].name) || came_before(h, i))
			continue;
		put_name(b, h->v[i].name);
		for (size_t k = i; k < h->n; k++) {
			if (!str_eq_ci(h->v[k].name, h->v[i].name))
				continue;
			buf_char(b, k == i ? '[' : ',');
			json_quote(b, h->v[k].value);
		}
		buf_cat(b, "],");
	}
	buf_cat(b, "\"x-amzn-trace-id\":[");
	json_quote(b, x->trace_header);
	buf_cat(b, "],\"x-forwarded-for\":[");
	json_quote(b, forwarded_for(x));
	buf_cat(b, "],\"x-forwarded-port\":[");
	json_quote(b, forwarded_port(x));
	buf_cat(b, "],\"x-forwarded-proto\":[");
	json_quote(b, forwarded_proto(x));
	buf_cat(b, "]}");
}

static void put_context_v1(struct buf *b, const struct exchange *x)
{
	char time[CLOCK_TEXT_MAX];
	size_t n = clock_format_clf(x->now_ms, time);
	put_context_begin(b, x);
	buf_cat(b, ",\"authorizer\":");
	buf_str(b,
		x->authorizer_v1.n ? x->authorizer_v1 : STR("{\"claims\":null,\"scopes\":null}"));
	buf_char(b, ',');
	put_member(b, "domainName", x->domain);
	buf_char(b, ',');
	put_member(b, "domainPrefix", domain_prefix(x));
	buf_char(b, ',');
	put_member(b, "extendedRequestId", x->request_id);
	buf_char(b, ',');
	put_member(b, "httpMethod", x->request->method);
	buf_cat(b,
		",\"identity\":{\"accessKey\":null,\"accountId\":null,\"caller\":null,\"cognitoAmr\":null,"
		"\"cognitoAuthenticationProvider\":null,\"cognitoAuthenticationType\":null,"
		"\"cognitoIdentityId\":null,\"cognitoIdentityPoolId\":null,\"principalOrgId\":null,");
	put_member(b, "sourceIp", x->source_ip);
	buf_cat(b, ",\"user\":null,");
	put_member(b, "userAgent", x->user_agent);
	buf_cat(b, ",\"userArn\":null},");
	put_member(b, "path", x->raw_path);
	buf_cat(b, ",\"protocol\":\"HTTP/1.1\",");
	put_member(b, "requestId", x->request_id);
	buf_char(b, ',');
	put_member(b, "requestTime", (struct str){ time, n });
	buf_cat(b, ",\"requestTimeEpoch\":");
	buf_i64(b, x->now_ms);
	buf_char(b, ',');
	put_member(b, "resourceId", x->found.route->key);
	buf_char(b, ',');
	put_member(b, "resourcePath", x->found.route->path);
	buf_char(b, ',');
	put_member(b, "stage", x->stage->name);
	buf_char(b, '}');
}

static void put_head_v1(struct buf *b, const struct exchange *x)
{
	put_member(b, "resource", x->found.route->path);
	buf_char(b, ',');
	put_member(b, "path", x->raw_path);
	buf_char(b, ',');
	put_member(b, "httpMethod", x->request->method);
	buf_char(b, ',');
	put_headers(b, x, true);
	buf_char(b, ',');
	put_many_headers(b, x);
	struct query q = parse_query(x);
	buf_cat(b, ",\"queryStringParameters\":");
	if (q.n)
		put_query(b, x, &q, MANY_LAST);
	else
		buf_cat(b, "null");
	buf_cat(b, ",\"multiValueQueryStringParameters\":");
	if (q.n)
		put_query(b, x, &q, MANY_LIST);
	else
		buf_cat(b, "null");
	buf_char(b, ',');
	put_context_v1(b, x);
	buf_cat(b, ",\"pathParameters\":");
	if (x->found.param_count)
		put_params(b, x);
	else
		buf_cat(b, "null");
	buf_cat(b, ",\"stageVariables\":");
	buf_str(b, x->stage->variables_json.n ? x->stage->variables_json : STR("null"));
}

void event_v1(struct buf *b, const struct exchange *x)
{
	bool is_base64 = false;
	buf_reserve(b, 4096 + x->body.n);
	buf_cat(b, "{\"version\":\"1.0\",");
	put_head_v1(b, x);
	buf_cat(b, ",\"body\":");
	if (x->body.n)
		is_base64 = put_body(b, x);
	else
		buf_cat(b, "null");
	buf_cat(b, is_base64 ? ",\"isBase64Encoded\":true}" : ",\"isBase64Encoded\":false}");
}

void event_authorizer(struct buf *b, const struct exchange *x, bool is_v2, struct str route_arn,
	const struct str *identity, size_t identity_count)
{
	buf_cat(b, is_v2 ? "{\"version\":\"2.0\",\"type\":\"REQUEST\","
			 : "{\"version\":\"1.0\",\"type\":\"REQUEST\",");
	put_member(b, is_v2 ? "routeArn" : "methodArn", route_arn);
	buf_cat(b, is_v2 ? ",\"identitySource\":[" : ",\"identitySource\":\"");
	for (size_t i = 0; i < identity_count && is_v2; i++) {
		if (i)
			buf_char(b, ',');
		json_quote(b, identity[i]);
	}
	if (!is_v2) {
		struct buf all = { 0 };
		for (size_t i = 0; i < identity_count; i++) {
			if (i)
				buf_char(&all, ',');
			buf_str(&all, identity[i]);
		}
		b->n--;
		json_quote(b, buf_view(&all));
		buf_cat(b, ",\"authorizationToken\":");
		json_quote(b, buf_view(&all));
		buf_char(b, ',');
		buf_fini(&all);
		put_head_v1(b, x);
	} else {
		buf_cat(b, "],");
		put_head_v2(b, x);
	}
	buf_char(b, '}');
}
