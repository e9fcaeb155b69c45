/* Requests of the REST protocols: the input's members out of path, query, headers and payload. */
#include "aws/limits.h"
#include "aws/rest.h"
#include "base/encode.h"

/* What a list and a map look like in C (shape.h). */
struct list_value {
	char *v;
	size_t n;
};

static int bad(struct decode_error *error, const struct member *m, const char *what)
{
	return decode_fail(error, "%s: %s", m->name, what);
}

static void *slot(const struct member *m, void *structure)
{
	return (char *)structure + m->offset;
}

/* ---- lists in headers and queries ------------------------------------------------------------ */

struct texts {
	struct str *v;
	size_t n;
};

/* "a, "b,c", d": quoted items keep their commas. Dates of HTTP hold one comma each. */
static void split_header(struct arena *arena, struct str value, bool is_date, struct texts *out)
{
	size_t at = 0, max = 1;
	for (size_t i = 0; i < value.n; i++)
		max += value.p[i] == ',';
	max = MIN(max, (size_t)REST_LIST_ITEMS_MAX);
	out->v = arena_alloc(arena, max * sizeof *out->v);
	out->n = 0;
	while (at < value.n && out->n < max) {
		size_t end = at;
		bool quoted = false, comma_passed = !is_date;
		for (; end < value.n; end++) {
			if (value.p[end] == '"')
				quoted = !quoted;
			if (value.p[end] != ',' || quoted)
				continue;
			if (comma_passed)
				break;
			comma_passed = true;
		}
		struct str item = str_trim(str_sub(value, at, end - at));
		if (item.n >= 2 && item.p[0] == '"' && item.p[item.n - 1] == '"')
			item = str_sub(item, 1, item.n - 2);
		out->v[out->n++] = item;
		at = end + 1;
	}
}

static int set_list(struct arena *arena, const struct member *m, enum timestamp_format where,
	const struct texts *texts, void *structure, struct decode_error *error)
{
	const struct member *item = &m->shape->members[0];
	struct list_value *list = slot(m, structure);
	list->v = arena_zalloc(arena, texts->n * m->shape->element_size + 1);
	list->n = texts->n;
	for (size_t i = 0; i < texts->n; i++)
		if (text_decode(arena, item->shape, rest_format_of(item, where), texts->v[i],
			    list->v + i * m->shape->element_size, error) < 0)
			return bad(error, m, "an item of the list can't be read");
	return 0;
}

static int set_one(struct arena *arena, const struct member *m, enum timestamp_format where,
	struct str text, void *structure, struct decode_error *error)
{
	struct decode_error why;
	if (text_decode(arena, m->shape, rest_format_of(m, where), text, slot(m, structure), &why) <
		0)
		return bad(error, m, why.text);
	return 0;
}

/* ---- one member ------------------------------------------------------------------------------ */

static int read_label(
	struct request *r, const struct member *m, void *in, struct decode_error *error)
{
	struct str name = str_c(m->location_name ? m->location_name : m->name), text;
	for (size_t i = 0; i < r->route.label_count; i++) {
		if (!str_eq(r->route.labels[i].name, name))
			continue;
		if (percent_decode(r->arena, r->route.labels[i].value, false, &text) < 0)
			return bad(error, m, "bad percent encoding in the path");
		return set_one(r->arena, m, TIMESTAMP_DATE_TIME, text, in, error);
	}
	return 0;
}

static int read_header(
	struct request *r, const struct member *m, void *in, struct decode_error *error)
{
	struct str value = http_header_get(&r->http->headers, str_c(m->location_name));
	if (!value.p)
		return 0;
	if (m->shape->type != SHAPE_LIST)
		return set_one(r->arena, m, TIMESTAMP_HTTP_DATE, str_trim(value), in, error);
	const struct member *item = &m->shape->members[0];
	bool is_date = item->shape->type == SHAPE_TIMESTAMP &&
		       item->timestamp != TIMESTAMP_DATE_TIME && item->timestamp != TIMESTAMP_EPOCH;
	struct texts texts;
	split_header(r->arena, value, is_date, &texts);
	return set_list(r->arena, m, TIMESTAMP_HTTP_DATE, &texts, in, error);
}

static int read_query(
	struct request *r, const struct member *m, void *in, struct decode_error *error)
{
	struct str query = r->http->query, name, value;
	struct texts texts = { 0 };
	if (query.n == 0)
		return 0;
	if (m->shape->type != SHAPE_LIST) {
		value = http_query_get(r->arena, query, str_c(m->location_name));
		return value.p ? set_one(r->arena, m, TIMESTAMP_DATE_TIME, value, in, error) : 0;
	}
	while (texts.n < REST_LIST_ITEMS_MAX && http_query_next(r->arena, &query, &name, &value)) {
		if (!str_is(name, m->location_name))
			continue;
		if (!texts.v)
			texts.v = arena_alloc(r->arena, REST_LIST_ITEMS_MAX * sizeof *texts.v);
		texts.v[texts.n++] = value;
	}
	return texts.n ? set_list(r->arena, m, TIMESTAMP_DATE_TIME, &texts, in, error) : 0;
}

/* Adds name and value to a map of text (to text, or to lists of text) that gets at most so many
 * entries. */
static void map_add(struct request *r, const struct member *m, void *in, size_t entries_max,
	struct str name, struct str value)
{
	struct list_value *map = slot(m, in);
	const struct member *values = &m->shape->members[1];
	size_t entry_bytes = m->shape->element_size;
	if (!map->v)
		map->v = arena_zalloc(r->arena, entries_max * entry_bytes);
	if (map->n == entries_max)
		return;
	char *entry = map->v + map->n * entry_bytes;
	for (size_t i = 0; i < map->n; i++)
		if (str_eq(*(struct str *)(map->v + i * entry_bytes), name))
			entry = map->v + i * entry_bytes;
	bool is_new = entry == map->v + map->n * entry_bytes;
	*(struct str *)entry = name;
	map->n += is_new;
	if (values->shape->type != SHAPE_LIST) {
		if (is_new)
			*(struct str *)(entry + values->offset) = value;
		return;
	}
	struct list_value *list = (struct list_value *)(entry + values->offset);
	struct str *grown = arena_alloc(r->arena, (list->n + 1) * sizeof *grown);
	if (list->n)
		memcpy(grown, list->v, list->n * sizeof *grown);
	grown[list->n] = value;
	*list = (struct list_value){ (char *)grown, list->n + 1 };
}

static int read_prefix_headers(struct request *r, const struct member *m, void *in)
{
	struct str prefix = str_c(m->location_name ? m->location_name : "");
	const struct http_headers *headers = &r->http->headers;
	for (size_t i = 0; i < headers->n; i++) {
		struct str name = headers->v[i].name;
		if (!str_starts_ci(name, prefix))
			continue;
		char *key = arena_cstr(r->arena, str_from(name, prefix.n));
		for (char *c = key; *c; c++)
			if (*c >= 'A' && *c <= 'Z')
				*c |= 0x20;
		map_add(r, m, in, headers->n, str_c(key), headers->v[i].value);
	}
	return 0;
}

/* All parameters that no other member has taken. */
static int read_query_params(struct request *r, const struct member *m, void *in)
{
	const struct shape *shape = r->operation->input;
	struct str query = r->http->query, name, value;
	size_t entries_max = 1;
	for (size_t i = 0; i < query.n; i++)
		entries_max += query.p[i] == '&';
	entries_max = MIN(entries_max, (size_t)REST_MAP_ITEMS_MAX);
	while (query.n && http_query_next(r->arena, &query, &name, &value)) {
		bool taken = false;
		for (uint32_t i = 0; i < shape->member_count && !taken; i++)
			taken = shape->members[i].location == IN_QUERY &&
				str_is(name, shape->members[i].location_name);
		if (!taken)
			map_add(r, m, in, entries_max, name, value);
	}
	return 0;
}

static int read_payload(struct request *r, const struct rest_format *format, const struct member *m,
	void *in, struct decode_error *error)
{
	if (m->flags & MEMBER_STREAMING || r->body.n == 0)
		return 0;
	switch (m->shape->type) {
	case SHAPE_BLOB:
	case SHAPE_DOCUMENT:
		*(struct str *)slot(m, in) = r->body;
		return 0;
	case SHAPE_STRING:
	case SHAPE_ENUM:
		if (!str_is_utf8(r->body))
			return bad(error, m, "the body is not UTF-8");
		*(struct str *)slot(m, in) = r->body;
		return 0;
	case SHAPE_STRUCTURE:
	case SHAPE_UNION:
		*(void **)slot(m, in) = arena_zalloc(r->arena, m->shape->size);
		return format->read(r->arena, m->shape, r->body, *(void **)slot(m, in), error);
	default:
		return format->read(r->arena, m->shape, r->body, slot(m, in), error);
	}
}

static int read_member(struct request *r, const struct rest_format *format, const struct member *m,
	void *in, struct decode_error *error)
{
	switch (m->location) {
	case IN_LABEL:
		return read_label(r, m, in, error);
	case IN_HEADER:
		return read_header(r, m, in, error);
	case IN_QUERY:
		return read_query(r, m, in, error);
	case IN_PREFIX_HEADERS:
		return read_prefix_headers(r, m, in);
	case IN_QUERY_PARAMS:
		return read_query_params(r, m, in);
	case IN_PAYLOAD:
		return read_payload(r, format, m, in, error);
	case IN_BODY:
	case IN_STATUS:
		break;
	}
	return 0;
}

int rest_read(
	struct request *r, const struct rest_format *format, void *in, struct decode_error *error)
{
	const struct shape *shape = r->operation->input;
	bool has_body_members = false;
	for (uint32_t i = 0; i < shape->member_count; i++)
		has_body_members |= shape->members[i].location == IN_BODY;
	/* The document first: a member of the path or the query is not taken from it. */
	if (has_body_members && str_trim(r->body).n) {
		int result = format->read(r->arena, shape, r->body, in, error);
		if (result < 0)
			return result;
	}
	for (uint32_t i = 0; i < shape->member_count; i++) {
		int result = read_member(r, format, &shape->members[i], in, error);
		if (result < 0)
			return result;
	}
	return 0;
}

bool rest_is_streaming(const struct shape *shape)
{
	for (uint32_t i = 0; i < shape->member_count; i++)
		if (shape->members[i].flags & MEMBER_STREAMING)
			return true;
	return false;
}

static bool has_header(const void *arg, const char *name)
{
	const struct request *r = arg;
	return http_header_get(&r->http->headers, str_c(name)).p != NULL;
}

void rest_find(struct request *r)
{
	struct route_request wanted = { r->http->method, r->path, r->http->query, has_header, r };
	r->operation_name =
		arena_concat(r->arena, (struct str[]){ r->http->method, STR(" "), r->path }, 3);
	if (r->entry && routes_find(&r->entry->routes, &wanted, &r->route) == 0) {
		r->operation = r->route.operation;
		r->operation_name = str_c(r->operation->name);
	}
}
