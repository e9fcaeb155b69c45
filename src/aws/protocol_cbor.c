/* Smithy RPC v2 CBOR: POST /service/{Service}/operation/{Operation} with smithy-protocol:
 * rpc-v2-cbor. */
#include "aws/error.h"
#include "aws/wire.h"

static bool match(struct request *r)
{
	return str_is(http_header_get(&r->http->headers, STR("smithy-protocol")), "rpc-v2-cbor");
}

static void find(struct request *r)
{
	/* A path may stand before it: the last four segments count. */
	ssize_t slash = str_rindex(r->http->path, '/');
	r->operation_name = slash < 0 ? r->http->path : str_from(r->http->path, (size_t)slash + 1);
	if (r->entry)
		r->operation = map_get(&r->entry->operations, r->operation_name);
}

static int read_body(struct request *r, void *in, struct decode_error *error)
{
	struct str type = http_header_get(&r->http->headers, STR("content-type"));
	if (r->body.n == 0)
		return 0;
	if (type.p && !str_starts_ci(type, STR("application/cbor"))) {
		fail(&r->call, &aws_unsupported_media_type,
			"The content type %.*s is not application/cbor.", STR_ARG(type));
		return decode_fail(error, "not application/cbor");
	}
	return cbor_decode(r->arena, r->operation->input, r->body, in, error);
}

static void finish(struct reply *reply)
{
	REPLY_HEADER(reply, "smithy-protocol", "rpc-v2-cbor");
	REPLY_HEADER(reply, "Content-Type", "application/cbor");
}

static void ok(struct request *r, struct reply *reply, const void *out)
{
	reply->status = 200;
	cbor_encode(&reply->text, r->operation->output, out);
	finish(reply);
}

/* A text string (RFC 8949 section 3.1). */
static void append_text(struct buf *b, struct str s)
{
	if (s.n < 24) {
		buf_char(b, (char)(0x60 | s.n));
	} else if (s.n < 256) {
		buf_char(b, 0x78);
		buf_char(b, (char)s.n);
	} else {
		s.n = MIN(s.n, (size_t)UINT16_MAX);
		buf_char(b, 0x79);
		buf_char(b, (char)(s.n >> 8));
		buf_char(b, (char)s.n);
	}
	buf_str(b, s);
}

/* Where the entries of an encoded map begin, and whether they end with a break. */
static size_t map_head(struct str bytes, bool *has_break)
{
	unsigned char first = bytes.n ? (unsigned char)bytes.p[0] : 0xa0;
	*has_break = first == 0xbf;
	return first == 0xb8 ? 2 : first == 0xb9 ? 3 : 1;
}

static void fail_cbor(struct request *r, struct reply *reply, const struct call_error *error)
{
	struct buf *b = &reply->text, members = { 0 };
	const void *value;
	bool has_message = wire_error_value(r, error, &value);
	reply->status = error->shape->status;
	/* A map of unknown length: the type, the members, a break. */
	buf_char(b, (char)0xbf);
	append_text(b, STR("__type"));
	append_text(b, arena_printf(r->arena, "com.amazonaws.%s#%s",
			       r->entry ? r->entry->api->name : "samovar", error->shape->name));
	if (value) {
		bool has_break;
		cbor_encode(&members, error->shape->shape, value);
		size_t head = map_head(buf_view(&members), &has_break);
		if (members.n > head + has_break)
			buf_append(b, members.p + head, members.n - head - has_break);
		buf_fini(&members);
	}
	if (!has_message && error->message.p) {
		append_text(b, str_c(wire_message_name(error->shape)));
		append_text(b, error->message);
	}
	buf_char(b, (char)0xff);
	if (r->entry && r->entry->api->protocols & PROTOCOL_QUERY)
		reply_header(reply, STR("x-amzn-query-error"),
			arena_printf(r->arena, "%s;%s", error->shape->query_code,
				error->shape->is_server_fault ? "Receiver" : "Sender"));
	finish(reply);
}

const struct wire wire_cbor = { PROTOCOL_CBOR, match, find, read_body, ok, fail_cbor };
