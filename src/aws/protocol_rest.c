/* REST-JSON and REST-XML (Smithy 2.0, "AWS restJson1 protocol", "AWS restXml protocol"). */
#include "aws/protocol_xml.h"
#include "aws/rest.h"
#include "aws/wire.h"

/* REST is what has no mark of its own. */
static bool match(struct request *r)
{
	(void)r;
	return true;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void write_json(struct request *r, struct buf *b, const struct shape *shape,
	const void *value, const char *name)
{
	(void)r;
	(void)name;
	json_encode(b, shape, value, true);
}

static const struct rest_format json_format = { STR_INIT("application/json"), json_decode,
	write_json };

static int read_json(struct request *r, void *in, struct decode_error *error)
{
	return rest_read(r, &json_format, in, error);
}

static void ok_json(struct request *r, struct reply *reply, const void *out)
{
	rest_write(r, reply, &json_format, out);
}

/* Members of an error that go in headers: "Retry-After". */
static void error_headers(
	struct request *r, struct reply *reply, const struct shape *shape, const void *value)
{
	for (uint32_t i = 0; value && i < shape->member_count; i++) {
		const struct member *m = &shape->members[i];
		if (m->location == IN_HEADER && m->shape->type != SHAPE_LIST &&
			member_is_set(m, value))
			reply_header(reply, str_c(m->location_name),
				rest_header_text(r->arena, m, (const char *)value + m->offset));
	}
}

static void fail_json(struct request *r, struct reply *reply, const struct call_error *error)
{
	struct buf *b = &reply->text;
	const void *value;
	bool has_message = wire_error_value(r, error, &value);
	reply->status = error->shape->status;
	reply_header(reply, STR("x-amzn-ErrorType"), str_c(error->shape->name));
	REPLY_HEADER(reply, "Content-Type", "application/json");
	error_headers(r, reply, error->shape->shape, value);
	if (value)
		json_encode(b, error->shape->shape, value, true);
	else
		buf_cat(b, "{}");
	if (!has_message && error->message.p) {
		b->n--;
		if (b->p[b->n - 1] != '{')
			buf_char(b, ',');
		buf_printf(b, "\"%s\":", wire_message_name(error->shape));
		json_quote(b, error->message);
		buf_char(b, '}');
	}
}

const struct wire wire_rest_json = { PROTOCOL_REST_JSON, match, rest_find, read_json, ok_json,
	fail_json };

/* ---- XML ------------------------------------------------------------------------------------- */

static void write_xml(struct request *r, struct buf *b, const struct shape *shape,
	const void *value, const char *name)
{
	const char *root = name ? name : shape->xml_name ? shape->xml_name : shape->name;
	const char *xmlns =
		shape->xml_namespace ? shape->xml_namespace : r->entry->api->xml_namespace;
	buf_cat(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	xml_encode(b, shape, value, root, xmlns);
}

static const struct rest_format xml_format = { STR_INIT("application/xml"), xml_decode, write_xml };

static int read_xml(struct request *r, void *in, struct decode_error *error)
{
	return rest_read(r, &xml_format, in, error);
}

static void ok_xml(struct request *r, struct reply *reply, const void *out)
{
	rest_write(r, reply, &xml_format, out);
}

const struct wire wire_rest_xml = { PROTOCOL_REST_XML, match, rest_find, read_xml, ok_xml,
	xml_error };
