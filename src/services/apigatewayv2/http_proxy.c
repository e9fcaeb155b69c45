/* HTTP_PROXY integrations: the request goes on to a web server, with parameter mapping. */
#include "base/encode.h"
#include "net/http_client.h"
#include "services/apigatewayv2/exchange.h"
#include <errno.h>

struct outgoing {
	struct exchange *x;
	struct http_header *headers;
	size_t header_count, header_cap;
	struct path_param *query;
	size_t query_count, query_cap;
	struct str path; /* of "overwrite:path"; else p == NULL */
};

/* ---- values of mappings ---- */

static struct str param_value(const struct exchange *x, struct str name)
{
	for (size_t i = 0; i < x->found.param_count; i++)
		if (str_eq(x->found.params[i].name, name))
			return x->found.params[i].value;
	return STR("");
}

static struct str stage_variable(const struct exchange *x, struct str name)
{
	const struct apigatewayv2_stage_variables *v = &x->stage->record->stage_variables;
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->v[i].key, name))
			return v->v[i].value;
	return STR("");
}

struct str context_value(const struct exchange *x, struct str name)
{
	const struct {
		const char *name;
		struct str value;
	} values[] = {
		{ "requestId", x->request_id },
		{ "extendedRequestId", x->request_id },
		{ "identity.sourceIp", x->source_ip },
		{ "identity.userAgent", x->user_agent },
		{ "stage", x->stage->name },
		{ "apiId", x->table->api.api_id },
		{ "accountId", x->table->account },
		{ "awsAccountId", x->table->account },
		{ "httpMethod", x->request->method },
		{ "path", x->raw_path },
		{ "protocol", STR("HTTP/1.1") },
		{ "routeKey", x->found.route ? x->found.route->key : STR("") },
		{ "resourceId", x->found.route ? x->found.route->key : STR("") },
		{ "domainName", x->domain },
	};
	for (size_t i = 0; i < COUNT_OF(values); i++)
		if (str_is(name, values[i].name))
			return values[i].value;
	return STR("");
}

/* "request.header.x", "context.requestId", "stageVariables.x", without the dollar. */
static struct str selector_value(const struct exchange *x, struct str s)
{
	static const struct str header = STR_INIT("request.header."),
				query = STR_INIT("request.querystring."),
				path = STR_INIT("request.path."),
				variable = STR_INIT("stageVariables.");
	if (str_starts(s, header)) {
		struct str v = http_header_get(&x->request->headers, str_from(s, header.n));
		return v.p ? v : STR("");
	}
	if (str_starts(s, query)) {
		struct str v = http_query_get(x->arena, x->request->query, str_from(s, query.n));
		return v.p ? v : STR("");
	}
	if (str_starts(s, path))
		return param_value(x, str_from(s, path.n));
	if (str_starts(s, variable))
		return stage_variable(x, str_from(s, variable.n));
	static const struct str response = STR_INIT("response.header.");
	if (x->answer && str_starts(s, response)) {
		struct http_headers headers = { x->answer->headers, x->answer->count };
		struct str v = http_header_get(&headers, str_from(s, response.n));
		return v.p ? v : STR("");
	}
	if (x->answer && str_is(s, "response.body"))
		return x->answer->body;
	if (str_is(s, "request.path"))
		return x->raw_path;
	if (str_is(s, "request.body"))
		return x->body;
	if (str_starts(s, STR("context.")))
		return context_value(x, str_from(s, 8));
	return STR("");
}

static bool is_selector_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || strchr("._-", c);
}

/* A mapping's value: text with $selector and ${selector} in it. */
static struct str mapping_value(const struct exchange *x, struct str text)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < text.n;) {
		if (text.p[i] != '$') {
			buf_char(&b, text.p[i++]);
			continue;
		}
		bool braces = i + 1 < text.n && text.p[i + 1] == '{';
		size_t start = i + 1 + braces, end = start;
		while (end < text.n &&
			(braces ? text.p[end] != '}' : is_selector_char(text.p[end])))
			end++;
		buf_str(&b, selector_value(x, str_sub(text, start, end - start)));
		i = end + (braces && end < text.n);
	}
	struct str out = arena_str(x->arena, buf_view(&b));
	buf_fini(&b);
	return out;
}

/* "overwrite:header.x", "append:header.x", "remove:header.x", "overwrite:statuscode". */
static void map_answer(struct exchange *x, struct answer *a, struct str key, struct str expression)
{
	struct str verb, value = mapping_value(x, expression);
	int64_t status;
	str_cut(&key, ':', &verb);
	if (str_is(key, "statuscode")) {
		if (str_to_i64(value, &status) == 0 && status >= 100 && status <= 599)
			a->status = (int)status;
		return;
	}
	struct str name = str_from(key, 7);
	size_t kept = 0;
	for (size_t i = 0; i < a->count; i++)
		if (str_is(verb, "append") || !str_eq_ci(a->headers[i].name, name))
			a->headers[kept++] = a->headers[i];
	a->count = kept;
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < 32)
			return;
	if (!str_is(verb, "remove"))
		answer_header(x->arena, a, name, value);
}

void map_response(struct exchange *x, const struct integration_view *integration, struct answer *a)
{
	const struct apigatewayv2_response_parameters *all =
		&integration->record->response_parameters;
	int64_t status;
	x->answer = a;
	for (size_t i = 0, n = all->n; i < n; i++) {
		if (str_to_i64(all->v[i].key, &status) < 0 || status != a->status)
			continue;
		for (size_t k = 0; k < all->v[i].value.n; k++)
			map_answer(x, a, all->v[i].value.v[k].key, all->v[i].value.v[k].value);
		break;
	}
	x->answer = NULL;
}

struct str stage_substitute(const struct exchange *x, struct str text)
{
	struct str marker = STR("${stageVariables.");
	struct buf b = { 0 };
	if (str_find(text, marker) < 0)
		return text;
	for (ssize_t at; (at = str_find(text, marker)) >= 0;) {
		buf_append(&b, text.p, (size_t)at);
		text = str_from(text, (size_t)at + marker.n);
		ssize_t end = str_index(text, '}');
		if (end < 0)
			break;
		buf_str(&b, stage_variable(x, str_sub(text, 0, (size_t)end)));
		text = str_from(text, (size_t)end + 1);
	}
	buf_str(&b, text);
	struct str out = arena_str(x->arena, buf_view(&b));
	buf_fini(&b);
	return out;
}

/* ---- the request that goes out ---- */

static void put_header(struct outgoing *o, struct str name, struct str value)
{
	if (o->header_count < o->header_cap)
		o->headers[o->header_count++] = (struct http_header){ name, value };
}

static void drop_header(struct outgoing *o, struct str name)
{
	size_t kept = 0;
	for (size_t i = 0; i < o->header_count; i++)
		if (!str_eq_ci(o->headers[i].name, name))
			o->headers[kept++] = o->headers[i];
	o->header_count = kept;
}

static void drop_query(struct outgoing *o, struct str name)
{
	size_t kept = 0;
	for (size_t i = 0; i < o->query_count; i++)
		if (!str_eq(o->query[i].name, name))
			o->query[kept++] = o->query[i];
	o->query_count = kept;
}

static bool stays_here(struct str name)
{
	static const char *const names[] = { "host", "connection", "keep-alive",
		"transfer-encoding", "te", "upgrade", "content-length", "expect",
		"proxy-authorization", "proxy-connection", "trailer" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq_ci(name, str_c(names[i])))
			return true;
	return false;
}

static void map_one(struct outgoing *o, struct str key, struct str expression)
{
	struct str verb, value = mapping_value(o->x, expression);
	str_cut(&key, ':', &verb);
	bool remove = str_is(verb, "remove"), overwrite = str_is(verb, "overwrite");
	if (str_is(key, "path")) {
		o->path = value;
	} else if (str_starts(key, STR("header."))) {
		struct str name = str_from(key, 7);
		if (remove || overwrite)
			drop_header(o, name);
		for (size_t i = 0; i < value.n; i++)
			if ((unsigned char)value.p[i] < 32)
				return;
		if (!remove)
			put_header(o, name, value);
	} else if (str_starts(key, STR("querystring."))) {
		struct str name = str_from(key, 12);
		if (remove || overwrite)
			drop_query(o, name);
		if (!remove && o->query_count < o->query_cap)
			o->query[o->query_count++] = (struct path_param){ name, value };
	}
}

static void prepare(struct outgoing *o, const struct integration_view *integration)
{
	const struct http_request *r = o->x->request;
	const struct apigatewayv2_text_map *mappings = &integration->record->request_parameters;
	struct str query = r->query, name, value;
	o->header_cap = r->headers.n + mappings->n + 4;
	o->headers = ARENA_ARRAY(o->x->arena, struct http_header, o->header_cap);
	for (size_t i = 0; i < r->headers.n; i++)
		if (!stays_here(r->headers.v[i].name))
			put_header(o, r->headers.v[i].name, r->headers.v[i].value);
	put_header(o, STR("Forwarded"),
		arena_printf(o->x->arena, "for=%.*s;host=%.*s;proto=http", STR_ARG(r->peer),
			STR_ARG(r->host)));
	o->query_cap = 512;
	o->query = ARENA_ARRAY(o->x->arena, struct path_param, o->query_cap);
	while (query.n && o->query_count < o->query_cap &&
		http_query_next(o->x->arena, &query, &name, &value))
		o->query[o->query_count++] = (struct path_param){ name, value };
	for (size_t i = 0; i < mappings->n; i++)
		map_one(o, mappings->v[i].key, mappings->v[i].value);
}

/* The integration's URI with its {parameters}, the mapped path and the query. */
static struct str target_url(struct outgoing *o, struct str uri)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < uri.n;) {
		ssize_t end = uri.p[i] == '{' ? str_index(str_from(uri, i), '}') : -1;
		if (end < 0) {
			buf_char(&b, uri.p[i++]);
			continue;
		}
		struct str name = str_sub(uri, i + 1, (size_t)end - 1);
		percent_encode_to(&b, param_value(o->x, name), true);
		i += (size_t)end + 1;
	}
	if (o->path.p) {
		/* "https://host/..." up to its path, then the new one */
		struct str url = buf_view(&b);
		ssize_t scheme = str_find(url, STR("://"));
		ssize_t slash = str_index(str_from(url, (size_t)scheme + 3), '/');
		if (slash >= 0)
			b.n = (size_t)(scheme + 3 + slash);
		if (!o->path.n || o->path.p[0] != '/')
			buf_char(&b, '/');
		percent_encode_to(&b, o->path, true);
	}
	char separator = str_index(buf_view(&b), '?') >= 0 ? '&' : '?';
	for (size_t i = 0; i < o->query_count; i++) {
		buf_char(&b, separator);
		separator = '&';
		percent_encode_to(&b, o->query[i].name, false);
		buf_char(&b, '=');
		percent_encode_to(&b, o->query[i].value, false);
	}
	struct str out = arena_str(o->x->arena, buf_view(&b));
	buf_fini(&b);
	return out;
}

void http_proxy(struct exchange *x, const struct integration_view *integration, struct answer *out)
{
	struct outgoing o = { .x = x };
	struct http_client_response response;
	struct str method = integration->record->integration_method;
	prepare(&o, integration);
	struct http_client_request request = {
		.method = str_is(method, "ANY") ? x->request->method : method,
		.url = target_url(&o, stage_substitute(x, integration->record->integration_uri)),
		.headers = o.headers,
		.header_count = o.header_count,
		.body = x->body,
		.timeout_ms = integration->timeout_ms,
		.body_bytes_max = GATEWAY_BODY_BYTES_MAX,
		.public_only = x->gateway->aws->auth == AWS_AUTH_STRICT,
	};
	int r = http_client_send(x->arena, &request, &response);
	if (r == -ETIMEDOUT || r == -ECONNREFUSED || r == -EHOSTUNREACH) {
		answer_message(x->arena, out, 503, "Service Unavailable");
		return;
	}
	if (r < 0) {
		answer_message(x->arena, out, 500, "Internal Server Error");
		return;
	}
	*out = (struct answer){ .status = response.status, .body = response.body };
	for (size_t i = 0; i < response.headers.n; i++)
		if (!stays_here(response.headers.v[i].name) &&
			!str_eq_ci(response.headers.v[i].name, STR("date")))
			answer_header(x->arena, out, response.headers.v[i].name,
				response.headers.v[i].value);
}
