/* A function URL's request as the event that the function gets, and its answer as an HTTP answer.
 */
#include "aws/codec.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/map.h"
#include "services/lambda/urls.h"
#include <errno.h>
#include <stdlib.h>
#include <yyjson.h>

/* ---- the event ---- */

static void field(struct buf *b, const char *name, struct str value)
{
	if (b->n && b->p[b->n - 1] != '{' && b->p[b->n - 1] != '[')
		buf_char(b, ',');
	buf_printf(b, "\"%s\":", name);
	json_quote(b, value);
}

static bool is_before(const struct http_headers *h, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (str_eq_ci(h->v[j].name, h->v[i].name))
			return true;
	return false;
}

static void lower_quoted(struct buf *b, struct str name)
{
	struct buf lower = { 0 };
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		buf_char(&lower, c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c);
	}
	json_quote(b, buf_view(&lower));
	buf_fini(&lower);
}

/* Names in lower case; the values of one name joined by commas; cookies apart. */
static void put_headers(struct buf *b, const struct url_request *r)
{
	const struct http_request *http = http_request(r->ex);
	buf_cat(b, ",\"headers\":{");
	for (size_t i = 0; i < http->headers.n; i++) {
		const struct http_header *h = &http->headers.v[i];
		struct buf value = { 0 };
		if (str_eq_ci(h->name, STR("cookie")) || is_before(&http->headers, i))
			continue;
		buf_str(&value, h->value);
		for (size_t j = i + 1; j < http->headers.n; j++)
			if (str_eq_ci(http->headers.v[j].name, h->name)) {
				buf_char(&value, ',');
				buf_str(&value, http->headers.v[j].value);
			}
		if (b->p[b->n - 1] != '{')
			buf_char(b, ',');
		lower_quoted(b, h->name);
		buf_char(b, ':');
		json_quote(b, buf_view(&value));
		buf_fini(&value);
	}
	if (!http_header_get(&http->headers, STR("x-forwarded-for")).p)
		field(b, "x-forwarded-for", http->peer);
	if (!http_header_get(&http->headers, STR("x-forwarded-proto")).p)
		field(b, "x-forwarded-proto", STR("http"));
	if (!http_header_get(&http->headers, STR("x-forwarded-port")).p)
		field(b, "x-forwarded-port",
			arena_printf(r->call->arena, "%u", (unsigned)http->local_port));
	buf_char(b, '}');
}

static void put_cookies(struct buf *b, const struct http_headers *headers)
{
	bool any = false;
	for (size_t i = 0; i < headers->n; i++) {
		struct str rest = headers->v[i].value, cookie;
		if (!str_eq_ci(headers->v[i].name, STR("cookie")))
			continue;
		while (str_cut(&rest, ';', &cookie)) {
			cookie = str_trim(cookie);
			if (!cookie.n)
				continue;
			buf_cat(b, any ? "," : ",\"cookies\":[");
			json_quote(b, cookie);
			any = true;
		}
	}
	if (any)
		buf_char(b, ']');
}

/* Values of one name are joined by commas, at the place of the first. */
static void put_query(struct buf *b, struct arena *arena, struct str query)
{
	struct map seen = { 0 };
	struct str rest = query, name, value;
	bool any = false;
	while (http_query_next(arena, &rest, &name, &value)) {
		struct buf joined = { 0 };
		struct str later = rest, other, more;
		if (map_put(&seen, name, b))
			continue;
		buf_str(&joined, value);
		while (http_query_next(arena, &later, &other, &more))
			if (str_eq(other, name)) {
				buf_char(&joined, ',');
				buf_str(&joined, more);
			}
		buf_cat(b, any ? "," : ",\"queryStringParameters\":{");
		json_quote(b, name);
		buf_char(b, ':');
		json_quote(b, buf_view(&joined));
		buf_fini(&joined);
		any = true;
	}
	if (any)
		buf_char(b, '}');
	map_fini(&seen);
}

static void put_authorizer(struct buf *b, const struct identity *id)
{
	buf_cat(b, ",\"authorizer\":{\"iam\":{");
	field(b, "accessKey", id->access_key_id);
	field(b, "accountId", id->account);
	field(b, "callerId", id->principal_id);
	buf_cat(b, ",\"cognitoIdentity\":null,\"principalOrgId\":null");
	field(b, "userArn", id->principal_arn);
	field(b, "userId", id->principal_id);
	buf_cat(b, "}}");
}

static void put_context(struct buf *b, const struct url_request *r)
{
	const struct http_request *http = http_request(r->ex);
	const struct call *call = r->call;
	char time[CLOCK_TEXT_MAX];
	struct str host = http->host;
	ssize_t colon = str_rindex(host, ':');
	if (colon >= 0 && str_index(host, ']') < colon)
		host.n = (size_t)colon;
	buf_cat(b, ",\"requestContext\":{");
	field(b, "accountId", r->is_iam ? call->identity.account : STR("anonymous"));
	field(b, "apiId", r->id);
	if (r->is_iam)
		put_authorizer(b, &call->identity);
	field(b, "domainName", host);
	field(b, "domainPrefix", r->id);
	buf_cat(b, ",\"http\":{");
	field(b, "method", http->method);
	field(b, "path", r->path);
	field(b, "protocol", STR("HTTP/1.1"));
	field(b, "sourceIp", http->peer);
	field(b, "userAgent", call->user_agent.p ? call->user_agent : STR(""));
	buf_char(b, '}');
	field(b, "requestId", call->request_id);
	field(b, "routeKey", STR("$default"));
	field(b, "stage", STR("$default"));
	field(b, "time", (struct str){ time, clock_format_clf(call->now_ms, time) });
	buf_printf(b, ",\"timeEpoch\":%lld}", (long long)call->now_ms);
}

/* Bodies of these types are given as text, all others in base64. */
static bool is_text(struct str type, struct str body)
{
	static const char *const types[] = { "application/json", "application/xml",
		"application/javascript" };
	ssize_t semicolon = str_index(type, ';');
	if (semicolon >= 0)
		type.n = (size_t)semicolon;
	type = str_trim(type);
	bool text = !type.n || str_starts_ci(type, STR("text/")) ||
		    str_ends_ci(type, STR("+json")) || str_ends_ci(type, STR("+xml"));
	for (size_t i = 0; i < COUNT_OF(types) && !text; i++)
		text = str_eq_ci(type, str_c(types[i]));
	return text && str_is_utf8(body);
}

struct str url_event(const struct url_request *r)
{
	const struct http_request *http = http_request(r->ex);
	struct arena *arena = r->call->arena;
	struct buf b = { 0 };
	bool text = is_text(http_header_get(&http->headers, STR("content-type")), r->body);
	buf_cat(&b, "{\"version\":\"2.0\",\"routeKey\":\"$default\"");
	field(&b, "rawPath", r->path);
	field(&b, "rawQueryString", http->query);
	put_cookies(&b, &http->headers);
	put_headers(&b, r);
	put_query(&b, arena, http->query);
	put_context(&b, r);
	if (r->body.n && text) {
		field(&b, "body", r->body);
	} else if (r->body.n) {
		buf_cat(&b, ",\"body\":\"");
		base64_encode_to(&b, r->body);
		buf_char(&b, '"');
	}
	buf_printf(&b, ",\"isBase64Encoded\":%s}", r->body.n && !text ? "true" : "false");
	struct str event = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return event;
}

/* ---- the answer ---- */

static struct str text_of(struct arena *arena, yyjson_val *v)
{
	if (yyjson_is_str(v))
		return arena_str(arena, (struct str){ yyjson_get_str(v), yyjson_get_len(v) });
	size_t n;
	char *json = yyjson_val_write(v, 0, &n);
	struct str text = arena_str(arena, (struct str){ json, json ? n : 0 });
	free(json);
	return text;
}

static bool is_header_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 127 ||
			strchr("()<>@,;:\\\"/[]?={}", s.p[i]))
			return false;
	return s.n > 0;
}

static bool is_header_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == 0)
			return false;
	return true;
}

static int add_header(struct url_answer *out, struct str name, struct str value)
{
	static const char *const ours[] = { "content-length", "transfer-encoding", "connection",
		"date" };
	if (!is_header_name(name) || !is_header_value(value))
		return -EINVAL;
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (str_eq_ci(name, str_c(ours[i])))
			return 0;
	out->headers[out->header_count++] = (struct http_header){ name, value };
	return 0;
}

static int take_headers(struct arena *arena, yyjson_val *root, struct url_answer *out)
{
	yyjson_val *headers = yyjson_obj_get(root, "headers"),
		   *cookies = yyjson_obj_get(root, "cookies"), *key, *value;
	size_t i, n, count = yyjson_obj_size(headers) + yyjson_arr_size(cookies) + 1;
	bool has_type = false;
	out->headers = ARENA_ARRAY(arena, struct http_header, count);
	if ((headers && !yyjson_is_obj(headers) && !yyjson_is_null(headers)) ||
		(cookies && !yyjson_is_arr(cookies) && !yyjson_is_null(cookies)))
		return -EINVAL;
	yyjson_obj_foreach(headers, i, n, key, value)
	{
		struct str name = text_of(arena, key);
		if (yyjson_is_null(value))
			continue;
		if (yyjson_is_ctn(value) || add_header(out, name, text_of(arena, value)) < 0)
			return -EINVAL;
		has_type = has_type || str_eq_ci(name, STR("content-type"));
	}
	yyjson_arr_foreach(cookies, i, n, value)
	{
		if (!yyjson_is_str(value) ||
			add_header(out, STR("Set-Cookie"), text_of(arena, value)) < 0)
			return -EINVAL;
	}
	if (!has_type)
		out->headers[out->header_count++] =
			(struct http_header){ STR("Content-Type"), STR("application/json") };
	return 0;
}

static int take_body(struct arena *arena, yyjson_val *root, struct url_answer *out)
{
	yyjson_val *body = yyjson_obj_get(root, "body");
	out->body = STR("");
	if (!body || yyjson_is_null(body))
		return 0;
	out->body = text_of(arena, body);
	if (!yyjson_is_true(yyjson_obj_get(root, "isBase64Encoded")))
		return 0;
	struct str bytes;
	if (base64_decode(arena, out->body, &bytes) < 0)
		return -EINVAL;
	out->body = bytes;
	return 0;
}

int url_answer_parse(struct arena *arena, struct str json, bool with_body, struct url_answer *out)
{
	yyjson_doc *doc = yyjson_read(json.p, json.n, 0);
	yyjson_val *root = yyjson_doc_get_root(doc), *status = yyjson_obj_get(root, "statusCode");
	*out = (struct url_answer){ .status = 200 };
	int r = 0;
	if (!doc)
		return -EINVAL;
	if (!status && with_body) {
		/* Whatever it is, it is the body. */
		out->headers = ARENA_ARRAY(arena, struct http_header, 1);
		out->headers[0] =
			(struct http_header){ STR("Content-Type"), STR("application/json") };
		out->header_count = 1;
		out->body = json;
	} else {
		int64_t code = yyjson_is_int(status) ? yyjson_get_sint(status) : status ? -1 : 200;
		if (yyjson_is_str(status) && str_to_i64(text_of(arena, status), &code) < 0)
			code = -1;
		out->status = (int)code;
		r = code < 100 || code > 599 ? -EINVAL : take_headers(arena, root, out);
		if (r == 0 && with_body)
			r = take_body(arena, root, out);
	}
	yyjson_doc_free(doc);
	return r;
}
