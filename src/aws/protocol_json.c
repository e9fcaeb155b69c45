/* AWS JSON 1.0 and 1.1 (Smithy 2.0, "AWS JSON 1.0 protocol"): POST / with X-Amz-Target. */
#include "aws/wire.h"
#include "base/encode.h"

static bool is_version_1_1(const struct request *r)
{
	struct str type = http_header_get(&r->http->headers, STR("content-type"));
	if (str_starts_ci(type, STR("application/x-amz-json-1.")) && type.n > 25)
		return type.p[25] == '1';
	return r->entry && !(r->entry->api->protocols & PROTOCOL_JSON_1_0);
}

static bool match(struct request *r)
{
	return http_header_get(&r->http->headers, STR("x-amz-target")).p != NULL;
}

static void find(struct request *r)
{
	struct str target = http_header_get(&r->http->headers, STR("x-amz-target"));
	ssize_t dot = str_rindex(target, '.');
	r->operation_name = dot < 0 ? target : str_from(target, (size_t)dot + 1);
	if (r->entry)
		r->operation = map_get(&r->entry->operations, r->operation_name);
}

static int read_body(struct request *r, void *in, struct decode_error *error)
{
	struct str body = str_trim(r->body);
	if (body.n == 0)
		return 0;
	return json_decode(r->arena, r->operation->input, body, in, error);
}

static void finish(struct request *r, struct reply *reply)
{
	if (is_version_1_1(r))
		REPLY_HEADER(reply, "Content-Type", "application/x-amz-json-1.1");
	else
		REPLY_HEADER(reply, "Content-Type", "application/x-amz-json-1.0");
	/* DynamoDB's clients check it. */
	if (r->entry && str_is(str_c(r->entry->api->signing_name), "dynamodb"))
		reply_header(reply, STR("x-amz-crc32"),
			arena_printf(
				r->arena, "%u", crc32_update(0, reply->text.p, reply->text.n)));
}

static void ok(struct request *r, struct reply *reply, const void *out)
{
	reply->status = 200;
	json_encode(&reply->text, r->operation->output, out, false);
	finish(r, reply);
}

/* Version 1.0 writes the error's absolute name, version 1.1 the name alone. */
static void append_type(struct request *r, struct buf *b, const struct error_shape *shape)
{
	buf_cat(b, "{\"__type\":\"");
	if (!is_version_1_1(r) && r->entry)
		buf_printf(b, "com.amazonaws.%s#", r->entry->api->name);
	buf_printf(b, "%s\"", shape->name);
}

static void fail_json(struct request *r, struct reply *reply, const struct call_error *error)
{
	struct buf *b = &reply->text;
	const void *value;
	bool has_message = wire_error_value(r, error, &value);
	/* These services answer 400 where REST ones answer 403. */
	reply->status = error->shape->status == 403 ? 400 : error->shape->status;
	append_type(r, b, error->shape);
	if (value) {
		size_t at = b->n;
		json_encode(b, error->shape->shape, value, false);
		/* The members go on where the type stands. */
		if (b->n - at <= 2)
			b->n = at;
		else
			b->p[at] = ',';
		if (b->n != at)
			b->n--;
	}
	if (!has_message && error->message.p) {
		buf_printf(b, ",\"%s\":", wire_message_name(error->shape));
		json_quote(b, error->message);
	}
	buf_char(b, '}');
	if (r->entry && r->entry->api->protocols & PROTOCOL_QUERY)
		reply_header(reply, STR("x-amzn-query-error"),
			arena_printf(r->arena, "%s;%s", error->shape->query_code,
				error->shape->is_server_fault ? "Receiver" : "Sender"));
	finish(r, reply);
}

const struct wire wire_json = { PROTOCOL_JSON_1_0 | PROTOCOL_JSON_1_1, match, find, read_body, ok,
	fail_json };
