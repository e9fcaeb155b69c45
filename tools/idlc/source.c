/* Writes X.c: the constant tables, and a trampoline of the right type for each operation. */
#include "idlc.h"

static const char *shape_type(enum kind kind)
{
	switch (kind) {
	case KIND_BOOLEAN:
		return "SHAPE_BOOLEAN";
	case KIND_FLOAT:
	case KIND_DOUBLE:
		return "SHAPE_FLOAT";
	case KIND_STRING:
		return "SHAPE_STRING";
	case KIND_ENUM:
		return "SHAPE_ENUM";
	case KIND_BLOB:
		return "SHAPE_BLOB";
	case KIND_TIMESTAMP:
		return "SHAPE_TIMESTAMP";
	case KIND_DOCUMENT:
		return "SHAPE_DOCUMENT";
	case KIND_LIST:
		return "SHAPE_LIST";
	case KIND_MAP:
		return "SHAPE_MAP";
	case KIND_STRUCTURE:
		return "SHAPE_STRUCTURE";
	case KIND_UNION:
		return "SHAPE_UNION";
	default:
		return "SHAPE_INTEGER";
	}
}

static int integer_bits(enum kind kind)
{
	return kind == KIND_BYTE                       ? 8
	       : kind == KIND_SHORT                    ? 16
	       : kind == KIND_LONG                     ? 64
	       : kind & (KIND_INTEGER | KIND_INT_ENUM) ? 32
	       : kind == KIND_FLOAT                    ? 32
	       : kind == KIND_DOUBLE                   ? 64
						       : 0;
}

static struct str shape_symbol(struct model *m, const struct shape *s)
{
	if (!s->line)
		return arena_printf(
			&m->arena, "shape_%.*s", STR_ARG(snake_case(&m->arena, s->name)));
	return arena_printf(&m->arena, "%.*s_shape", STR_ARG(s->c_name));
}

static void text_field(struct buf *b, const char *name, struct str text)
{
	if (!text.p)
		return;
	buf_printf(b, ", .%s = ", name);
	write_literal(b, text);
}

static void bound(struct buf *b, const char *name, const struct value *v)
{
	if (v)
		buf_printf(b, ".has_%s = true, .%s = %.*s, ", name, name, STR_ARG(v->text));
}

/* The constraints as a compound literal, whose address is constant outside of functions. */
static void constraints(struct buf *b, const struct trait *traits)
{
	const struct trait *length = trait_find(traits, "length"),
			   *range = trait_find(traits, "range");
	struct str pattern = trait_text(traits, "pattern");
	bool unique = trait_find(traits, "uniqueItems");
	if (!length && !range && !pattern.p && !unique)
		return;
	buf_cat(b, ",\n\t\t.constraints = &(const struct constraints){ ");
	bound(b, "min", trait_arg(length ? length : range, "min"));
	bound(b, "max", trait_arg(length ? length : range, "max"));
	if (unique)
		buf_cat(b, ".unique = true, ");
	buf_cat(b, ".pattern = ");
	write_literal(b, pattern);
	buf_cat(b, pattern.p ? ", .compiled = &(void *){ NULL } }" : " }");
}

static void timestamp_format(
	struct buf *b, const struct trait *on_member, const struct trait *on_shape)
{
	struct str format = trait_text(on_member, "timestampFormat");
	if (!format.p)
		format = trait_text(on_shape, "timestampFormat");
	if (format.p)
		buf_printf(b, ", .timestamp = %s",
			str_is(format, "epoch-seconds") ? "TIMESTAMP_EPOCH"
			: str_is(format, "date-time")   ? "TIMESTAMP_DATE_TIME"
							: "TIMESTAMP_HTTP_DATE");
}

static void flags(struct buf *b, const struct member *member)
{
	static const struct {
		const char *trait, *flag;
		bool on_target;
	} table[] = {
		{ "required", "MEMBER_REQUIRED", false },
		{ "xmlFlattened", "MEMBER_XML_FLATTENED", false },
		{ "xmlAttribute", "MEMBER_XML_ATTRIBUTE", false },
		{ "streaming", "MEMBER_STREAMING", true },
		{ "idempotencyToken", "MEMBER_IDEMPOTENCY_TOKEN", false },
		{ "sensitive", "MEMBER_SENSITIVE", true },
		{ "hostLabel", "MEMBER_HOST_LABEL", false },
	};
	const char *separator = ", .flags = ";
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (trait_find(member->traits, table[i].trait) ||
			(table[i].on_target &&
				trait_find(member->target->traits, table[i].trait))) {
			buf_printf(b, "%s%s", separator, table[i].flag);
			separator = " | ";
		}
}

static void location(struct buf *b, const struct member *member)
{
	static const struct {
		const char *trait, *location;
	} table[] = {
		{ "httpHeader", "IN_HEADER" },
		{ "httpPrefixHeaders", "IN_PREFIX_HEADERS" },
		{ "httpQuery", "IN_QUERY" },
		{ "httpQueryParams", "IN_QUERY_PARAMS" },
		{ "httpLabel", "IN_LABEL" },
		{ "httpPayload", "IN_PAYLOAD" },
		{ "httpResponseCode", "IN_STATUS" },
	};
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (trait_find(member->traits, table[i].trait)) {
			struct str name = trait_text(member->traits, table[i].trait);
			buf_printf(b, ", .location = %s", table[i].location);
			text_field(b, "location_name", name.p ? name : member->name);
		}
}

static void write_member(
	struct model *m, struct buf *b, const struct shape *s, const struct member *member)
{
	struct str json = trait_text(member->traits, "jsonName"),
		   xml = trait_text(member->traits, "xmlName");
	json = json.p ? json : member->name;
	xml = xml.p ? xml : member->name;
	buf_cat(b, "\t{ .name = ");
	write_literal(b, member->name);
	text_field(b, "json_name", json);
	text_field(b, "xml_name", xml);
	buf_printf(b, ", .name_bytes = %zu, .json_name_bytes = %zu,\n\t\t.shape = &%.*s",
		member->name.n, json.n, STR_ARG(shape_symbol(m, member->target)));
	if (s->kind != KIND_LIST)
		buf_printf(b, ", .offset = offsetof(struct %.*s%s, %.*s)", STR_ARG(s->c_name),
			s->kind == KIND_MAP ? "_entry" : "", STR_ARG(member->c_name));
	flags(b, member);
	location(b, member);
	timestamp_format(b, member->traits, member->target->traits);
	text_field(b, "xml_namespace",
		trait_find(member->traits, "xmlNamespace")
			? trait_arg(trait_find(member->traits, "xmlNamespace"), "uri")->text
			: (struct str){ 0 });
	constraints(b, member->traits);
	buf_cat(b, " },\n");
}

static void write_values(struct buf *b, const struct shape *s)
{
	buf_cat(b, ",\n\t.values_known = (const char *const[]){ ");
	for (const struct member *e = s->members; e; e = e->next) {
		write_literal(b, e->value.text);
		buf_cat(b, ", ");
	}
	buf_cat(b, "NULL }");
}

static void write_shape(struct model *m, struct buf *b, const struct shape *s)
{
	bool has_members = s->member_count && !(s->kind & (KIND_ENUM | KIND_INT_ENUM));
	const struct trait *ns = trait_find(s->traits, "xmlNamespace");
	if (has_members) {
		buf_printf(
			b, "\nstatic const struct member %.*s_members[] = {\n", STR_ARG(s->c_name));
		for (const struct member *member = s->members; member; member = member->next)
			write_member(m, b, s, member);
		buf_cat(b, "};");
	}
	buf_printf(b,
		"\nconst struct shape %.*s_shape = { .name = \"%.*s\", .type = %s, .bits = %d, .size = sizeof(%.*s)",
		STR_ARG(s->c_name), STR_ARG(s->name), shape_type(s->kind), integer_bits(s->kind),
		STR_ARG(c_type(m, s)));
	if (has_members)
		buf_printf(b, ",\n\t.member_count = %zu, .members = %.*s_members", s->member_count,
			STR_ARG(s->c_name));
	if (s->kind & (KIND_LIST | KIND_MAP))
		buf_printf(
			b, ", .element_size = sizeof(*((struct %.*s *)0)->v)", STR_ARG(s->c_name));
	if (s->has_constraints)
		buf_cat(b, ", .has_constraints = true");
	timestamp_format(b, s->traits, NULL);
	text_field(b, "xml_name", trait_text(s->traits, "xmlName"));
	if (ns)
		text_field(b, "xml_namespace", trait_arg(ns, "uri")->text);
	constraints(b, s->traits);
	if (s->kind & (KIND_ENUM | KIND_INT_ENUM))
		write_values(b, s);
	buf_cat(b, " };\n");
}

static void write_error(struct buf *b, const struct shape *s)
{
	const struct trait *query = trait_find(s->traits, "awsQueryError");
	bool is_server = str_is(trait_text(s->traits, "error"), "server");
	struct str status = trait_text(s->traits, "httpError");
	if (!status.p && query)
		status = trait_arg(query, "httpResponseCode")->text;
	if (!status.p)
		status = is_server ? STR("500") : STR("400");
	buf_printf(b, "const struct error_shape %.*s = { .name = \"%.*s\", .query_code = ",
		STR_ARG(s->c_name), STR_ARG(s->name));
	write_literal(b, query ? trait_arg(query, "code")->text : s->name);
	buf_printf(b,
		",\n\t.status = %.*s, .query_status = %.*s, .is_server_fault = %s, .shape = &%.*s_shape };\n",
		STR_ARG(status),
		STR_ARG(query ? trait_arg(query, "httpResponseCode")->text : status),
		is_server ? "true" : "false", STR_ARG(s->c_name));
}

static bool is_public(const struct operation *op)
{
	const struct value *auth = trait_arg(trait_find(op->traits, "auth"), NULL);
	return trait_find(op->traits, "optionalAuth") || (auth && !auth->fields);
}

static void write_operation(struct model *m, struct buf *b, const struct operation *op)
{
	const struct trait *http = trait_find(op->traits, "http");
	struct str action = trait_text(op->traits, "action");
	if (!action.p)
		action = arena_printf(&m->arena, "%.*s:%.*s",
			STR_ARG(trait_arg(trait_find(m->service.traits, "sigv4"), "name")->text),
			STR_ARG(op->name));
	buf_printf(b,
		"\nstatic int run_%.*s(struct call *call, const void *in, void *out)\n{\n"
		"\treturn %.*s(call, in, out);\n}\n",
		STR_ARG(op->c_name), STR_ARG(op->c_name));
	buf_printf(b, "const struct operation %.*s_operation = { .name = \"%.*s\"",
		STR_ARG(op->c_name), STR_ARG(op->name));
	text_field(b, "doc", op->doc);
	buf_printf(b,
		",\n\t.input = &%.*s_shape, .output = &%.*s_shape,\n\t.errors = (const struct error_shape *const[]){ ",
		STR_ARG(op->input->c_name), STR_ARG(op->output->c_name));
	for (const struct field *f = op->errors; f; f = f->next)
		buf_printf(b, "&%.*s, ", STR_ARG(model_shape(m, f->value.text)->c_name));
	buf_printf(b, "NULL },\n\t.kind = %s, .is_internal = %s, .is_public = %s",
		trait_find(op->traits, "readonly") ? "OPERATION_READONLY"
		: trait_find(op->traits, "waits")  ? "OPERATION_WAITS"
						   : "OPERATION_WRITES",
		trait_find(op->traits, "internal") ? "true" : "false",
		is_public(op) ? "true" : "false");
	if (http) {
		const struct value *code = trait_arg(http, "code");
		text_field(b, "http_method", trait_arg(http, "method")->text);
		text_field(b, "http_uri", trait_arg(http, "uri")->text);
		buf_printf(b, ", .http_status = %.*s", STR_ARG(code ? code->text : STR("200")));
	} else {
		buf_cat(b, ", .http_status = 200");
	}
	text_field(b, "action", action);
	text_field(b, "resource", trait_text(op->traits, "resource"));
	buf_printf(b, ", .run = run_%.*s };\n", STR_ARG(op->c_name));
}

static void write_api(struct model *m, struct buf *b)
{
	static const struct {
		const char *trait, *protocol;
	} table[] = {
		{ "awsJson1_0", "PROTOCOL_JSON_1_0" },
		{ "awsJson1_1", "PROTOCOL_JSON_1_1" },
		{ "awsQuery", "PROTOCOL_QUERY" },
		{ "restJson1", "PROTOCOL_REST_JSON" },
		{ "restXml", "PROTOCOL_REST_XML" },
		{ "rpcv2Cbor", "PROTOCOL_CBOR" },
	};
	const struct service *s = &m->service;
	const struct trait *about = trait_find(s->traits, "service"),
			   *ns = trait_find(s->traits, "xmlNamespace");
	struct str signing = trait_arg(trait_find(s->traits, "sigv4"), "name")->text;
	const struct value *endpoint = trait_arg(about, "endpointPrefix");
	buf_printf(b, "\nconst struct api %.*s_api = { .name = ", STR_ARG(m->prefix));
	write_literal(b, m->prefix);
	text_field(b, "sdk_id", trait_arg(about, "sdkId")->text);
	text_field(b, "signing_name", signing);
	text_field(b, "target_prefix", s->name);
	text_field(b, "endpoint_prefix", endpoint ? endpoint->text : signing);
	text_field(b, "version", s->version);
	if (ns)
		text_field(b, "xml_namespace", trait_arg(ns, "uri")->text);
	text_field(b, "doc", s->doc);
	buf_cat(b, ",\n\t.protocols = 0");
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (trait_find(s->traits, table[i].trait))
			buf_printf(b, " | %s", table[i].protocol);
	buf_printf(b,
		", .is_query_compatible = %s,\n\t.operation_count = %zu,\n"
		"\t.operations = (const struct operation *const[]){\n",
		trait_find(s->traits, "awsQueryCompatible") ? "true" : "false", m->operation_count);
	for (const struct operation *op = m->operations; op; op = op->next)
		buf_printf(b, "\t\t&%.*s_operation,\n", STR_ARG(op->c_name));
	buf_cat(b, "\t\tNULL } };\n");
}

void model_write_source(struct model *m, struct buf *b)
{
	buf_printf(b, "/* Made by tools/idlc from %.*s.smithy. */\n#include \"api/%.*s.h\"\n",
		STR_ARG(m->prefix), STR_ARG(m->prefix));
	for (struct shape *s = m->shapes; s; s = s->next)
		if (s->line && !trait_find(s->traits, "mixin"))
			write_shape(m, b, s);
	buf_char(b, '\n');
	for (struct shape *s = m->shapes; s; s = s->next)
		if (trait_find(s->traits, "error"))
			write_error(b, s);
	for (const struct operation *op = m->operations; op; op = op->next)
		write_operation(m, b, op);
	if (m->service.line)
		write_api(m, b);
}
