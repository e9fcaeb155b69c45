/* Errors in XML (Smithy 2.0, "AWS Query protocol"; S3 API Reference, "Error responses"). */
#include "aws/protocol_xml.h"

/* The error's members as elements; the message stands there already. */
static void append_members(struct request *r, struct buf *b, const struct call_error *error)
{
	const void *value;
	struct buf text = { 0 };
	wire_error_value(r, error, &value);
	if (!value)
		return;
	xml_encode(&text, error->shape->shape, value, "E", NULL);
	struct str s = buf_view(&text);
	if (str_starts(s, STR("<E>")) && str_ends(s, STR("</E>")))
		buf_str(b, str_sub(s, 3, s.n - 7));
	buf_fini(&text);
}

static void append_element(struct buf *b, const char *name, struct str text)
{
	buf_printf(b, "<%s>", name);
	xml_escape(b, text);
	buf_printf(b, "</%s>", name);
}

static void append_error(struct request *r, struct buf *b, const struct call_error *error)
{
	/* Clients look for Message, whatever the shape calls it. */
	if (error->message.p)
		append_element(b, "Message", error->message);
	append_members(r, b, error);
}

static void s3_error(struct request *r, struct reply *reply, const struct call_error *error)
{
	struct buf *b = &reply->text;
	REPLY_HEADER(reply, "Content-Type", "application/xml");
	if (reply->status == 304)
		return;
	buf_cat(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
	append_element(b, "Code", str_c(error->shape->query_code));
	append_error(r, b, error);
	append_element(b, "Resource", r->path);
	append_element(b, "RequestId", r->call.request_id);
	append_element(b, "HostId", r->call.request_id);
	buf_cat(b, "</Error>");
}

void xml_error(struct request *r, struct reply *reply, const struct call_error *error)
{
	struct buf *b = &reply->text;
	const char *xmlns = r->entry ? r->entry->api->xml_namespace : NULL;
	reply->status = error->shape->status;
	if (wire_is_s3(r)) {
		s3_error(r, reply, error);
		return;
	}
	REPLY_HEADER(reply, "Content-Type", "text/xml");
	buf_cat(b, "<ErrorResponse");
	if (xmlns)
		buf_printf(b, " xmlns=\"%s\"", xmlns);
	buf_cat(b, "><Error>");
	append_element(b, "Type", error->shape->is_server_fault ? STR("Receiver") : STR("Sender"));
	append_element(b, "Code", str_c(error->shape->query_code));
	append_error(r, b, error);
	buf_cat(b, "</Error>");
	append_element(b, "RequestId", r->call.request_id);
	buf_cat(b, "</ErrorResponse>");
}
