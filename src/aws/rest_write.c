/* Answers of the REST protocols: the output's members into status, headers and payload. */
#include "aws/rest.h"

struct list_value {
	const char *v;
	size_t n;
};

struct str rest_header_text(struct arena *arena, const struct member *m, const void *value)
{
	if (m->shape->type == SHAPE_STRING || m->shape->type == SHAPE_ENUM)
		return *(const struct str *)value;
	struct buf b = { 0 };
	text_encode(&b, m->shape, rest_format_of(m, TIMESTAMP_HTTP_DATE), value);
	struct str text = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

static struct str list_text(struct arena *arena, const struct member *m, const void *value)
{
	const struct list_value *list = value;
	const struct member *item = &m->shape->members[0];
	struct buf b = { 0 };
	for (size_t i = 0; i < list->n; i++) {
		struct str s = rest_header_text(arena, item, list->v + i * m->shape->element_size);
		bool quoted = item->shape->type == SHAPE_STRING &&
			      (str_index(s, ',') >= 0 || str_index(s, '"') >= 0);
		if (i)
			buf_cat(&b, ", ");
		if (quoted)
			buf_char(&b, '"');
		for (size_t j = 0; j < s.n; j++) {
			if (quoted && (s.p[j] == '"' || s.p[j] == '\\'))
				buf_char(&b, '\\');
			buf_char(&b, s.p[j]);
		}
		if (quoted)
			buf_char(&b, '"');
	}
	struct str text = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

/* A header's value holds no line break, whatever a client stored. */
static struct str one_line(struct arena *arena, struct str s)
{
	if (str_index(s, '\r') < 0 && str_index(s, '\n') < 0)
		return s;
	char *copy = arena_cstr(arena, s);
	for (size_t i = 0; i < s.n; i++)
		if (copy[i] == '\r' || copy[i] == '\n')
			copy[i] = ' ';
	return (struct str){ copy, s.n };
}

static void write_header(
	struct request *r, struct reply *reply, const struct member *m, const void *out)
{
	const void *value = (const char *)out + m->offset;
	struct str text = m->shape->type == SHAPE_LIST ? list_text(r->arena, m, value)
						       : rest_header_text(r->arena, m, value);
	if (text.n || m->shape->type != SHAPE_LIST)
		reply_header(reply, str_c(m->location_name), one_line(r->arena, text));
}

static void write_prefix_headers(
	struct request *r, struct reply *reply, const struct member *m, const void *out)
{
	const struct list_value *map = (const void *)((const char *)out + m->offset);
	const struct member *values = &m->shape->members[1];
	struct str prefix = str_c(m->location_name ? m->location_name : "");
	for (size_t i = 0; i < map->n; i++) {
		const char *entry = map->v + i * m->shape->element_size;
		struct str name = arena_concat(
			r->arena, (struct str[]){ prefix, *(const struct str *)entry }, 2);
		reply_header(reply, one_line(r->arena, name),
			one_line(r->arena, *(const struct str *)(entry + values->offset)));
	}
}

static void content_type(struct reply *reply, struct str value)
{
	for (size_t i = 0; i < reply->header_count; i++)
		if (str_eq_ci(reply->headers[i].name, STR("content-type")))
			return;
	reply_header(reply, STR("Content-Type"), value);
}

static void write_payload(struct request *r, struct reply *reply, const struct rest_format *format,
	const struct member *m, const void *out)
{
	const void *value = (const char *)out + m->offset;
	/* An element's name of the member's own, else its shape's. */
	const char *name = str_is(str_c(m->xml_name), m->name) ? NULL : m->xml_name;
	switch (m->shape->type) {
	case SHAPE_BLOB:
	case SHAPE_DOCUMENT:
		reply->payload = *(const struct str *)value;
		content_type(reply, format->content_type);
		break;
	case SHAPE_STRING:
	case SHAPE_ENUM:
		reply->payload = *(const struct str *)value;
		content_type(reply, STR("text/plain"));
		break;
	case SHAPE_STRUCTURE:
	case SHAPE_UNION:
		value = *(const void *const *)value;
		format->write(r, &reply->text, m->shape, value, name);
		content_type(reply, format->content_type);
		break;
	default:
		format->write(r, &reply->text, m->shape, value, name);
		content_type(reply, format->content_type);
		break;
	}
}

void rest_write(
	struct request *r, struct reply *reply, const struct rest_format *format, const void *out)
{
	const struct shape *shape = r->operation->output;
	const struct member *payload = NULL;
	bool has_body = false;
	reply->status = r->operation->http_status ? r->operation->http_status : 200;
	for (uint32_t i = 0; i < shape->member_count; i++) {
		const struct member *m = &shape->members[i];
		has_body |= m->location == IN_BODY;
		if (m->location == IN_PAYLOAD)
			payload = m;
		if (!member_is_set(m, out))
			continue;
		if (m->location == IN_HEADER)
			write_header(r, reply, m, out);
		else if (m->location == IN_PREFIX_HEADERS)
			write_prefix_headers(r, reply, m, out);
		else if (m->location == IN_STATUS)
			reply->status =
				(int)((const struct opt_i64 *)((const char *)out + m->offset))->v;
	}
	if (reply->status == 204 || reply->status == 304)
		return;
	if (payload && member_is_set(payload, out)) {
		write_payload(r, reply, format, payload, out);
	} else if (has_body && !payload) {
		format->write(r, &reply->text, shape, out, NULL);
		content_type(reply, format->content_type);
	} else {
		content_type(reply, format->content_type);
	}
}
