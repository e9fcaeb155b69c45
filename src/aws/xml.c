/*
 * XML to structures and back (REST-XML; the answers of Query), by the tables of shape.h. Parsed by
 * expat into a small tree in the arena. Document types are refused, and with them all entities but
 * XML's own five.
 */
#include "aws/codec.h"
#include "aws/limits.h"
#include <errno.h>
#include <expat.h>

struct node {
	struct node *next, *first, *last;
	struct node *parent;
	struct str name; /* without its prefix; an attribute's whole name */
	struct str text; /* of an element without children, and of an attribute */
	struct node *attributes;
};

struct builder {
	struct arena *arena;
	struct decode_error *error;
	XML_Parser parser;
	struct node *root, *current;
	struct buf text;
	int depth;
	int result;
};

static void stop(struct builder *x, int result)
{
	if (x->result == 0)
		x->result = result;
	XML_StopParser(x->parser, XML_FALSE);
}

static bool copy(struct builder *x, struct str s, struct str *out)
{
	char *p = arena_try(x->arena, s.n + 1);
	if (!p)
		return false;
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = 0;
	*out = (struct str){ p, s.n };
	return true;
}

static struct node *add_node(struct builder *x, struct str name)
{
	struct node *node = arena_try(x->arena, sizeof *node);
	if (!node)
		return NULL;
	*node = (struct node){ .text = STR("") };
	return copy(x, name, &node->name) ? node : NULL;
}

static bool add_attributes(struct builder *x, struct node *node, const XML_Char **list)
{
	for (; list[0]; list += 2) {
		struct node *attribute = add_node(x, str_c(list[0]));
		if (!attribute || !copy(x, str_c(list[1]), &attribute->text))
			return false;
		attribute->next = node->attributes;
		node->attributes = attribute;
	}
	return true;
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct builder *x = arg;
	struct str local = str_c(name);
	ssize_t colon = str_rindex(local, ':');
	if (x->result)
		return;
	if (++x->depth > CODEC_DEPTH_MAX) {
		stop(x, decode_fail(x->error, "nested deeper than %d levels", CODEC_DEPTH_MAX));
		return;
	}
	struct node *node = add_node(x, colon < 0 ? local : str_from(local, (size_t)colon + 1));
	if (!node || !add_attributes(x, node, attributes)) {
		stop(x, -ENOMEM);
		return;
	}
	node->parent = x->current;
	if (!x->current)
		x->root = node;
	else if (x->current->last)
		x->current->last = x->current->last->next = node;
	else
		x->current->first = x->current->last = node;
	x->current = node;
	x->text.n = 0;
}

static void on_end(void *arg, const XML_Char *name UNUSED)
{
	struct builder *x = arg;
	if (x->result || !x->current)
		return;
	if (!x->current->first && !copy(x, buf_view(&x->text), &x->current->text)) {
		stop(x, -ENOMEM);
		return;
	}
	x->text.n = 0;
	x->current = x->current->parent;
	x->depth--;
}

static void on_text(void *arg, const XML_Char *p, int n)
{
	struct builder *x = arg;
	if (!x->result)
		buf_append(&x->text, p, (size_t)n);
}

static void on_doctype(void *arg, const XML_Char *name UNUSED, const XML_Char *system UNUSED,
	const XML_Char *public UNUSED, int has_subset UNUSED)
{
	struct builder *x = arg;
	stop(x, decode_fail(x->error, "a document type is not allowed"));
}

static int build(struct builder *x, struct str body)
{
	if (body.n > INT32_MAX)
		return decode_fail(x->error, "too much XML");
	x->parser = XML_ParserCreate(NULL);
	if (!x->parser)
		return -ENOMEM;
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	if (XML_Parse(x->parser, body.p, (int)body.n, 1) != XML_STATUS_OK && x->result == 0)
		x->result = decode_fail(
			x->error, "no XML: %s", XML_ErrorString(XML_GetErrorCode(x->parser)));
	XML_ParserFree(x->parser);
	buf_fini(&x->text);
	return x->result;
}

/* ---- the tree to structures ------------------------------------------------------------------ */

static int read_value(struct builder *x, const struct shape *shape, enum timestamp_format format,
	const struct node *node, void *out);

static bool is_named(const struct node *node, const char *name)
{
	return str_is(node->name, name);
}

/* Room for n elements, zeroed. */
static int open_list(struct builder *x, const struct shape *shape, size_t n, struct any_list *list)
{
	if (n > CODEC_ELEMENTS_MAX)
		return decode_fail(x->error, "more than %d elements", CODEC_ELEMENTS_MAX);
	list->v = arena_try(x->arena, n * shape->element_size);
	if (!list->v)
		return -ENOMEM;
	memset(list->v, 0, n * shape->element_size);
	list->n = n;
	return 0;
}

static const struct node *child(const struct node *node, const char *name)
{
	for (const struct node *n = node->first; n; n = n->next)
		if (is_named(n, name))
			return n;
	return NULL;
}

static int read_entry(
	struct builder *x, const struct shape *shape, const struct node *node, char *entry)
{
	const struct member *key = &shape->members[0], *value = &shape->members[1];
	const struct node *k = child(node, key->xml_name), *v = child(node, value->xml_name);
	if (!k || !v)
		return decode_fail(x->error, "an entry of <%s> without %s", shape->name,
			k ? value->xml_name : key->xml_name);
	*(struct str *)entry = k->text;
	return read_value(x, value->shape, value->timestamp, v, entry + value->offset);
}

/* The elements of that name among the siblings from first on are the list's or the map's. */
static int read_elements(struct builder *x, const struct shape *shape, const struct node *first,
	const char *name, struct any_list *out)
{
	struct any_list list;
	size_t n = 0;
	for (const struct node *node = first; node; node = node->next)
		n += is_named(node, name);
	int e = open_list(x, shape, n, &list);
	char *place = list.v;
	for (const struct node *node = first; node && e == 0; node = node->next) {
		if (!is_named(node, name))
			continue;
		e = shape->type == SHAPE_MAP ? read_entry(x, shape, node, place)
					     : read_value(x, shape->members[0].shape,
						       shape->members[0].timestamp, node, place);
		place += shape->element_size;
	}
	if (e < 0)
		return e;
	if (shape->type == SHAPE_MAP)
		list.n = map_last_wins(list.v, list.n, shape->element_size);
	*out = list;
	return 0;
}

static int read_member(
	struct builder *x, const struct member *m, const struct node *node, void *structure)
{
	void *place = (char *)structure + m->offset;
	if (m->shape->type == SHAPE_STRUCTURE || m->shape->type == SHAPE_UNION) {
		void *nested = arena_try(x->arena, m->shape->size);
		if (!nested)
			return -ENOMEM;
		memset(nested, 0, m->shape->size);
		*(void **)place = nested;
		place = nested;
	}
	/* Its elements stand in the structure itself, this one first. */
	if (m->flags & MEMBER_XML_FLATTENED)
		return member_is_set(m, structure)
			       ? 0
			       : read_elements(x, m->shape, node, m->xml_name, place);
	return read_value(x, m->shape, m->timestamp, node, place);
}

static int read_structure(
	struct builder *x, const struct shape *shape, const struct node *node, void *out)
{
	int e = 0;
	for (const struct node *n = node->first; n && e == 0; n = n->next)
		for (uint32_t i = 0; i < shape->member_count && e == 0; i++) {
			const struct member *m = &shape->members[i];
			if ((m->flags & (MEMBER_XML_ATTRIBUTE | MEMBER_STREAMING)) ||
				!is_named(n, m->xml_name))
				continue;
			e = read_member(x, m, n, out);
			break;
		}
	for (const struct node *n = node->attributes; n && e == 0; n = n->next)
		for (uint32_t i = 0; i < shape->member_count && e == 0; i++)
			if ((shape->members[i].flags & MEMBER_XML_ATTRIBUTE) &&
				is_named(n, shape->members[i].xml_name))
				e = read_member(x, &shape->members[i], n, out);
	return e;
}

static int read_value(struct builder *x, const struct shape *shape, enum timestamp_format format,
	const struct node *node, void *out)
{
	switch (shape->type) {
	case SHAPE_LIST:
		return read_elements(x, shape, node->first, shape->members[0].xml_name, out);
	case SHAPE_MAP:
		return read_elements(x, shape, node->first, "entry", out);
	case SHAPE_STRUCTURE:
	case SHAPE_UNION:
		return read_structure(x, shape, node, out);
	case SHAPE_STRING:
	case SHAPE_ENUM:
		*(struct str *)out = node->text;
		return 0;
	default:
		break;
	}
	if (node->first)
		return decode_fail(x->error, "<%.*s> has elements in it", STR_ARG(node->name));
	return text_decode(x->arena, shape, format, str_trim(node->text), out, x->error);
}

int xml_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error)
{
	struct builder x = { .arena = arena, .error = error };
	if (body.n == 0)
		return 0;
	int e = build(&x, body);
	if (e < 0)
		return e;
	return x.root ? read_value(&x, shape, shape->timestamp, x.root, out)
		      : decode_fail(error, "no XML");
}

/* ---- writing --------------------------------------------------------------------------------- */

static void escape(struct buf *b, struct str s, bool is_attribute)
{
	size_t start = 0;
	if (!str_is_utf8(s)) {
		struct buf repaired = { 0 };
		utf8_repair(&repaired, s);
		escape(b, buf_view(&repaired), is_attribute);
		buf_fini(&repaired);
		return;
	}
	buf_reserve(b, s.n);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool is_blank = (c == '\t' || c == '\n') && !is_attribute;
		if (c > '>' || is_blank ||
			(c >= ' ' && c != '&' && c != '<' && c != '>' && c != '"'))
			continue;
		buf_append(b, s.p + start, i - start);
		start = i + 1;
		if (c < ' ')
			buf_printf(b, "&#x%X;",
				c); /* as S3 does, though XML 1.0 has no form for most of them */
		else
			buf_cat(b, c == '&'   ? "&amp;"
				   : c == '<' ? "&lt;"
				   : c == '>' ? "&gt;"
					      : "&quot;");
	}
	buf_append(b, s.p + start, s.n - start);
}

void xml_escape(struct buf *b, struct str s)
{
	escape(b, s, false);
}

static void write_element(struct buf *b, const struct shape *shape, enum timestamp_format format,
	const void *at, const char *name, const char *xmlns, bool is_top);

static void write_escaped(struct buf *b, const struct shape *shape, enum timestamp_format format,
	const void *at, bool is_attribute)
{
	if (shape->type == SHAPE_STRING || shape->type == SHAPE_ENUM ||
		shape->type == SHAPE_DOCUMENT)
		escape(b, *(const struct str *)at, is_attribute);
	else
		text_encode(b, shape, format, at);
}

static void write_entries(
	struct buf *b, const struct shape *shape, const struct any_list *map, const char *name)
{
	const struct member *key = &shape->members[0], *value = &shape->members[1];
	const char *entry = map->v;
	for (size_t i = 0; i < map->n; i++, entry += shape->element_size) {
		buf_printf(b, "<%s>", name);
		write_element(b, key->shape, TIMESTAMP_DEFAULT, entry, key->xml_name,
			key->xml_namespace, false);
		write_element(b, value->shape, value->timestamp, entry + value->offset,
			value->xml_name, value->xml_namespace, false);
		buf_printf(b, "</%s>", name);
	}
}

static void write_elements(
	struct buf *b, const struct shape *shape, const struct any_list *list, const char *name)
{
	const struct member *m = &shape->members[0];
	const char *element = list->v;
	for (size_t i = 0; i < list->n; i++, element += shape->element_size)
		write_element(b, m->shape, m->timestamp, element, name, m->xml_namespace, false);
}

static void write_member(struct buf *b, const struct member *m, const void *structure)
{
	const void *at = member_value(m, structure);
	if ((m->flags & MEMBER_XML_FLATTENED) && m->shape->type == SHAPE_MAP)
		write_entries(b, m->shape, at, m->xml_name);
	else if (m->flags & MEMBER_XML_FLATTENED)
		write_elements(b, m->shape, at, m->xml_name);
	else
		write_element(b, m->shape, m->timestamp, at, m->xml_name,
			m->xml_namespace ? m->xml_namespace : m->shape->xml_namespace, false);
}

static void write_attributes(struct buf *b, const struct shape *shape, const void *structure)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		const struct member *m = &shape->members[i];
		if (!(m->flags & MEMBER_XML_ATTRIBUTE) || !member_is_set(m, structure))
			continue;
		if (str_starts(str_c(m->xml_name), STR("xsi:")))
			buf_cat(b, " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
		buf_printf(b, " %s=\"", m->xml_name);
		write_escaped(b, m->shape, m->timestamp, member_value(m, structure), true);
		buf_char(b, '"');
	}
}

static void write_members(
	struct buf *b, const struct shape *shape, const void *structure, bool is_top)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		const struct member *m = &shape->members[i];
		if (member_is_set(m, structure) &&
			!(m->flags & (MEMBER_XML_ATTRIBUTE | MEMBER_STREAMING)) &&
			(!is_top || m->location == IN_BODY))
			write_member(b, m, structure);
	}
}

static void write_element(struct buf *b, const struct shape *shape, enum timestamp_format format,
	const void *at, const char *name, const char *xmlns, bool is_top)
{
	bool is_structure = shape->type == SHAPE_STRUCTURE || shape->type == SHAPE_UNION;
	if (!value_is_set(shape, at, false))
		return;
	buf_char(b, '<');
	buf_cat(b, name);
	if (xmlns)
		buf_printf(b, " xmlns=\"%s\"", xmlns);
	if (is_structure)
		write_attributes(b, shape, at);
	buf_char(b, '>');
	if (is_structure)
		write_members(b, shape, at, is_top);
	else if (shape->type == SHAPE_LIST)
		write_elements(b, shape, at, shape->members[0].xml_name);
	else if (shape->type == SHAPE_MAP)
		write_entries(b, shape, at, "entry");
	else
		write_escaped(b, shape, format, at, false);
	buf_cat(b, "</");
	buf_cat(b, name);
	buf_char(b, '>');
}

void xml_encode(struct buf *b, const struct shape *shape, const void *value, const char *root,
	const char *xmlns)
{
	write_element(b, shape, shape->timestamp, value, root, xmlns, true);
}
