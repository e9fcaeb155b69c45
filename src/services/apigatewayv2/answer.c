/* What a function answered, as HTTP (API Gateway Developer Guide, "Lambda function response
 * format"). */
#include "base/encode.h"
#include "services/apigatewayv2/exchange.h"
#include <errno.h>
#include <stdlib.h>
#include <yyjson.h>

void answer_header(struct arena *arena, struct answer *a, struct str name, struct str value)
{
	if (a->count == a->cap) {
		size_t cap = a->cap ? a->cap * 2 : 16;
		struct http_header *headers = ARENA_ARRAY(arena, struct http_header, cap);
		if (a->count)
			memcpy(headers, a->headers, a->count * sizeof *headers);
		a->headers = headers;
		a->cap = cap;
	}
	a->headers[a->count++] = (struct http_header){ name, value };
}

void answer_message(struct arena *arena, struct answer *a, int status, const char *message)
{
	*a = (struct answer){ .status = status };
	a->body = arena_printf(arena, "{\"message\":\"%s\"}", message);
	answer_header(arena, a, STR("Content-Type"), STR("application/json"));
}

/* Headers and values are the function's: no line may begin in them. */
static bool is_clean(struct str s, bool is_name)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 32 ? s.p[i] != '\t' || is_name
					       : is_name && strchr(" :,;\"(){}", s.p[i]))
			return false;
	return !is_name || s.n > 0;
}

/* The server writes these itself. */
static bool is_framing(struct str name)
{
	return str_eq_ci(name, STR("content-length")) ||
	       str_eq_ci(name, STR("transfer-encoding")) || str_eq_ci(name, STR("connection")) ||
	       str_eq_ci(name, STR("keep-alive")) || str_eq_ci(name, STR("upgrade")) ||
	       str_eq_ci(name, STR("date"));
}

static struct str text_of(struct arena *arena, yyjson_val *v)
{
	if (yyjson_is_str(v))
		return arena_str(arena, (struct str){ yyjson_get_str(v), yyjson_get_len(v) });
	size_t n = 0;
	char *text = yyjson_val_write(v, 0, &n);
	struct str out = arena_str(arena, (struct str){ text ? text : "", n });
	free(text);
	return out;
}

static void add_header(struct arena *arena, struct answer *a, struct str name, yyjson_val *value)
{
	struct str text = text_of(arena, value);
	if (!yyjson_is_null(value) && is_clean(name, true) && is_clean(text, false) &&
		!is_framing(name))
		answer_header(arena, a, arena_str(arena, name), text);
}

static bool has_many(yyjson_val *many, struct str name)
{
	yyjson_val *key;
	yyjson_obj_iter it = yyjson_obj_iter_with(many);
	while ((key = yyjson_obj_iter_next(&it)))
		if (str_eq_ci((struct str){ yyjson_get_str(key), yyjson_get_len(key) }, name))
			return true;
	return false;
}

static void add_headers(struct arena *arena, struct answer *a, yyjson_val *root, bool is_v2)
{
	yyjson_val *many = is_v2 ? NULL : yyjson_obj_get(root, "multiValueHeaders"), *key, *item;
	yyjson_obj_iter it = yyjson_obj_iter_with(yyjson_obj_get(root, "headers"));
	size_t i, max;
	while ((key = yyjson_obj_iter_next(&it))) {
		struct str name = { yyjson_get_str(key), yyjson_get_len(key) };
		if (!has_many(many, name))
			add_header(arena, a, name, yyjson_obj_iter_get_val(key));
	}
	it = yyjson_obj_iter_with(many);
	while ((key = yyjson_obj_iter_next(&it)))
		yyjson_arr_foreach(yyjson_obj_iter_get_val(key), i, max, item) add_header(
			arena, a, (struct str){ yyjson_get_str(key), yyjson_get_len(key) }, item);
	if (is_v2)
		yyjson_arr_foreach(yyjson_obj_get(root, "cookies"), i, max, item)
			add_header(arena, a, STR("set-cookie"), item);
}

static int add_body(struct arena *arena, struct answer *a, yyjson_val *root, bool is_v2)
{
	yyjson_val *body = yyjson_obj_get(root, "body");
	if (!body || yyjson_is_null(body))
		return 0;
	if (!yyjson_is_str(body) && !is_v2)
		return -EINVAL;
	a->body = text_of(arena, body);
	if (!yyjson_is_true(yyjson_obj_get(root, "isBase64Encoded")))
		return 0;
	struct str bytes;
	if (base64_decode(arena, a->body, &bytes) < 0)
		return -EINVAL;
	a->body = bytes;
	return 0;
}

static int parse_status(yyjson_val *v, int *out)
{
	int64_t status = yyjson_is_int(v) ? yyjson_get_sint(v) : 0;
	if (yyjson_is_str(v) &&
		str_to_i64((struct str){ yyjson_get_str(v), yyjson_get_len(v) }, &status) < 0)
		return -EINVAL;
	if (status < 100 || status > 599)
		return -EINVAL;
	*out = (int)status;
	return 0;
}

static int parse_root(
	struct arena *arena, yyjson_val *root, struct str payload, bool is_v2, struct answer *out)
{
	yyjson_val *status = yyjson_obj_get(root, "statusCode");
	if (!status) {
		/* Format 2.0 infers an answer; 1.0 needs one. */
		if (!is_v2)
			return -EINVAL;
		out->status = 200;
		out->body = yyjson_is_str(root) ? text_of(arena, root) : arena_str(arena, payload);
		answer_header(arena, out, STR("Content-Type"), STR("application/json"));
		return 0;
	}
	if (parse_status(status, &out->status) < 0 || add_body(arena, out, root, is_v2) < 0)
		return -EINVAL;
	add_headers(arena, out, root, is_v2);
	for (size_t i = 0; i < out->count; i++)
		if (str_eq_ci(out->headers[i].name, STR("content-type")))
			return 0;
	answer_header(arena, out, STR("Content-Type"), STR("text/plain; charset=utf-8"));
	return 0;
}

int answer_parse(struct arena *arena, struct str payload, bool is_v2, struct answer *out)
{
	*out = (struct answer){ 0 };
	yyjson_doc *doc = yyjson_read(payload.p ? payload.p : "", payload.n, 0);
	int r = doc ? parse_root(arena, yyjson_doc_get_root(doc), payload, is_v2, out) : -EINVAL;
	yyjson_doc_free(doc);
	return r;
}
