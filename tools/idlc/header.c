/* Writes X.h: the structures, the handlers' prototypes and the names of the tables. */
#include "idlc.h"

static void comment(struct buf *b, const char *indent, struct str doc)
{
	if (!doc.n)
		return;
	buf_printf(b, "%s/* ", indent);
	for (size_t i = 0; i < doc.n; i++) {
		buf_char(b, doc.p[i]);
		if (i + 1 < doc.n && doc.p[i] == '*' && doc.p[i + 1] == '/')
			buf_char(b, ' ');
	}
	buf_cat(b, " */\n");
}

/*
 * No order of dependency is needed: lists and maps are pointers to what they hold, structures hold
 * lists, maps and pointers, and the entries of maps, which hold structures, come last.
 */
static void write_lists(struct model *m, struct buf *b)
{
	for (struct shape *s = m->shapes; s; s = s->next) {
		if (!s->line || !(s->kind & (KIND_LIST | KIND_MAP)))
			continue;
		struct str type = c_type(m, s->members->target);
		comment(b, "", s->doc);
		if (s->kind == KIND_LIST)
			buf_printf(b, "struct %.*s {\n\t%.*s *v;\n\tsize_t n;\n};\n",
				STR_ARG(s->c_name), STR_ARG(type));
		else
			buf_printf(b, "struct %.*s {\n\tstruct %.*s_entry *v;\n\tsize_t n;\n};\n",
				STR_ARG(s->c_name), STR_ARG(s->c_name));
	}
}

static void write_structure(struct model *m, struct buf *b, const struct shape *s)
{
	comment(b, "", s->doc);
	buf_printf(b, "struct %.*s {\n", STR_ARG(s->c_name));
	for (const struct member *member = s->members; member; member = member->next) {
		struct str type = c_type(m, member->target);
		bool is_pointer = member->target->kind & KINDS_AGGREGATE;
		comment(b, "\t", member->doc);
		buf_printf(b, "\t%.*s %s%.*s;", STR_ARG(type), is_pointer ? "*" : "",
			STR_ARG(member->c_name));
		if (trait_find(member->traits, "required"))
			buf_cat(b, " /* required */");
		buf_char(b, '\n');
	}
	buf_cat(b, "};\n");
}

static void write_entries(struct model *m, struct buf *b)
{
	for (struct shape *s = m->shapes; s; s = s->next)
		if (s->kind == KIND_MAP)
			buf_printf(b, "struct %.*s_entry {\n\tstruct str key;\n\t%.*s value;\n};\n",
				STR_ARG(s->c_name), STR_ARG(c_type(m, s->members->next->target)));
}

static void write_upper(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_';
		buf_char(b, c >= 'a' && c <= 'z' ? (char)(c - 32) : is_word ? c : '_');
	}
}

/* LAMBDA_STATE_ACTIVE "Active". The value's own name is used as it stands. */
static void write_enum(struct buf *b, const struct shape *s)
{
	comment(b, "", s->doc);
	for (const struct member *e = s->members; e; e = e->next) {
		buf_cat(b, "#define ");
		write_upper(b, s->c_name);
		buf_char(b, '_');
		write_upper(b, e->name);
		buf_char(b, ' ');
		if (s->kind == KIND_ENUM)
			write_literal(b, e->value.text);
		else
			buf_str(b, e->value.text);
		buf_char(b, '\n');
	}
}

static void write_operations(struct model *m, struct buf *b)
{
	for (const struct operation *op = m->operations; op; op = op->next) {
		buf_char(b, '\n');
		comment(b, "", op->doc);
		buf_printf(b,
			"int %.*s(struct call *call, const struct %.*s *in, struct %.*s *out);\n",
			STR_ARG(op->c_name), STR_ARG(op->input->c_name),
			STR_ARG(op->output->c_name));
		buf_printf(
			b, "extern const struct operation %.*s_operation;\n", STR_ARG(op->c_name));
	}
}

void model_write_header(struct model *m, struct buf *b)
{
	struct buf guard = { 0 };
	write_upper(&guard, m->prefix);
	struct str upper = buf_view(&guard);
	buf_printf(b, "/* Made by tools/idlc from %.*s.smithy. */\n", STR_ARG(m->prefix));
	buf_printf(b,
		"#ifndef SAMOVAR_API_%.*s_H\n#define SAMOVAR_API_%.*s_H\n\n#include \"aws/service.h\"\n\n",
		STR_ARG(upper), STR_ARG(upper));
	buf_fini(&guard);
	for (struct shape *s = m->shapes; s; s = s->next)
		if (s->line && (s->kind & (KIND_ENUM | KIND_INT_ENUM)))
			write_enum(b, s);
	for (struct shape *s = m->shapes; s; s = s->next) {
		if (s->kind & KINDS_AGGREGATE && !trait_find(s->traits, "mixin"))
			buf_printf(b, "struct %.*s;\n", STR_ARG(s->c_name));
		if (s->kind == KIND_MAP)
			buf_printf(b, "struct %.*s_entry;\n", STR_ARG(s->c_name));
	}
	write_lists(m, b);
	for (struct shape *s = m->shapes; s; s = s->next)
		if (s->kind & KINDS_AGGREGATE && !trait_find(s->traits, "mixin"))
			write_structure(m, b, s);
	write_entries(m, b);
	buf_char(b, '\n');
	for (struct shape *s = m->shapes; s; s = s->next)
		if (s->line && !trait_find(s->traits, "mixin"))
			buf_printf(
				b, "extern const struct shape %.*s_shape;\n", STR_ARG(s->c_name));
	for (struct shape *s = m->shapes; s; s = s->next)
		if (trait_find(s->traits, "error"))
			buf_printf(
				b, "extern const struct error_shape %.*s;\n", STR_ARG(s->c_name));
	write_operations(m, b);
	if (m->service.line)
		buf_printf(b, "\nextern const struct api %.*s_api;\n", STR_ARG(m->prefix));
	buf_cat(b, "\n#endif\n");
}
