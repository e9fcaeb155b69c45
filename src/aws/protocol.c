/* What the protocols share: choosing one, and errors as structures. */
#include "aws/wire.h"

const struct wire *wire_match(struct request *r)
{
	static const struct wire *const marked[] = { &wire_cbor, &wire_json, &wire_query };
	for (size_t i = 0; i < COUNT_OF(marked); i++)
		if (marked[i]->match(r))
			return marked[i];
	return NULL;
}

bool wire_is_s3(const struct request *r)
{
	return r->entry ? str_is(str_c(r->entry->api->signing_name), "s3")
			: str_is(r->service_name, "s3");
}

static const struct member *message_member(const struct shape *shape)
{
	const struct member *m = shape_member(shape, STR("message"));
	return m ? m : shape_member(shape, STR("Message"));
}

const char *wire_message_name(const struct error_shape *error)
{
	const struct member *m = error->shape ? message_member(error->shape) : NULL;
	return m ? m->json_name : "message";
}

static void set_text(void *structure, const struct member *m, struct str text)
{
	if (m && (m->shape->type == SHAPE_STRING || m->shape->type == SHAPE_ENUM) &&
		!member_is_set(m, structure))
		*(struct str *)((char *)structure + m->offset) = text;
}

static void clear_text(void *structure, const struct member *m)
{
	if (m && m->shape->type == SHAPE_STRING)
		*(struct str *)((char *)structure + m->offset) = (struct str){ 0 };
}

bool wire_error_value(struct request *r, const struct call_error *error, const void **value)
{
	const struct shape *shape = error->shape->shape;
	*value = NULL;
	if (!shape || shape->member_count == 0)
		return false;
	void *copy = arena_zalloc(r->arena, shape->size);
	if (error->detail)
		memcpy(copy, error->detail, shape->size);
	const struct member *message = message_member(shape);
	if (r->wire == &wire_query || r->wire == &wire_rest_xml)
		clear_text(copy, message);
	else
		set_text(copy, message, error->message);
	/* Lambda's errors say whose fault it is. */
	set_text(copy, shape_member(shape, STR("Type")),
		error->shape->is_server_fault ? STR("Service") : STR("User"));
	*value = copy;
	return message != NULL;
}

void reply_header(struct reply *reply, struct str name, struct str value)
{
	if (!reply->headers) {
		reply->headers = reply->few;
		reply->header_cap = REPLY_HEADERS_MIN;
	}
	if (reply->header_count == reply->header_cap) {
		struct http_header *more =
			arena_alloc(reply->arena, 2 * reply->header_cap * sizeof *more);
		memcpy(more, reply->headers, reply->header_count * sizeof *more);
		reply->headers = more;
		reply->header_cap *= 2;
	}
	reply->headers[reply->header_count++] = (struct http_header){ name, value };
}
