/* AWS Query (Smithy 2.0, "AWS Query protocol"): a form with Action and Version; answers in XML. */
#include "aws/protocol_xml.h"
#include "aws/wire.h"

static struct str parameters(const struct request *r)
{
	return r->body.n ? r->body : r->http->query;
}

static bool is_form(const struct request *r)
{
	return str_starts_ci(http_header_get(&r->http->headers, STR("content-type")),
		STR("application/x-www-form-urlencoded"));
}

static bool has_action(struct str form)
{
	return str_starts(form, STR("Action=")) || str_find(form, STR("&Action=")) >= 0;
}

/* The content type alone does not tell: curl sends it with any body. */
static bool match(struct request *r)
{
	if (has_action(r->http->query))
		return true;
	return str_is(r->http->method, "POST") && is_form(r) &&
	       request_read_body(r, AWS_BODY_BYTES_MAX) == 0 && has_action(r->body);
}

static void find(struct request *r)
{
	r->operation_name = http_query_get(r->arena, parameters(r), STR("Action"));
	if (!r->operation_name.p)
		r->operation_name = http_query_get(r->arena, r->http->query, STR("Action"));
	if (r->entry && r->operation_name.p)
		r->operation = map_get(&r->entry->operations, r->operation_name);
}

static int read_body(struct request *r, void *in, struct decode_error *error)
{
	return query_decode(r->arena, r->operation->input, parameters(r), in, error);
}

static void ok(struct request *r, struct reply *reply, const void *out)
{
	struct buf *b = &reply->text;
	const char *name = r->operation->name;
	const char *xmlns = r->entry->api->xml_namespace;
	reply->status = 200;
	REPLY_HEADER(reply, "Content-Type", "text/xml");
	buf_printf(b, "<%sResponse", name);
	if (xmlns)
		buf_printf(b, " xmlns=\"%s\"", xmlns);
	buf_char(b, '>');
	/* An operation without output has an empty result, which some clients look for and none
	 * minds. */
	xml_encode(b, r->operation->output, out, arena_printf(r->arena, "%sResult", name).p, NULL);
	buf_printf(b,
		"<ResponseMetadata><RequestId>%.*s</RequestId></ResponseMetadata></%sResponse>",
		STR_ARG(r->call.request_id), name);
}

const struct wire wire_query = { PROTOCOL_QUERY, match, find, read_body, ok, xml_error };
