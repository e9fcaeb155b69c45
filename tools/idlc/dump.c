/* Prints the model as JSON, for the tests against AWS's models and for the reference pages. */
#include "idlc.h"

static void quoted(struct buf *b, struct str s)
{
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c < ' ')
			buf_printf(b, "\\u%04x", c);
		else
			buf_char(b, (char)c);
	}
	buf_char(b, '"');
}

static void text(struct buf *b, const char *key, struct str s)
{
	buf_printf(b, "\"%s\":", key);
	quoted(b, s);
}

static void write_value(struct buf *b, const struct value *v)
{
	bool is_object = v->type == VALUE_OBJECT;
	switch (v->type) {
	case VALUE_STRING:
		quoted(b, v->text);
		return;
	case VALUE_LIST:
	case VALUE_OBJECT:
		buf_char(b, is_object ? '{' : '[');
		for (const struct field *f = v->fields; f; f = f->next) {
			if (is_object) {
				quoted(b, f->name);
				buf_char(b, ':');
			}
			write_value(b, &f->value);
			if (f->next)
				buf_char(b, ',');
		}
		buf_char(b, is_object ? '}' : ']');
		return;
	default:
		buf_str(b, v->text);
	}
}

/* A trait's value: true without arguments, the positional one's value, or an object of the named
 * ones. */
static void write_traits(struct buf *b, const struct trait *traits)
{
	buf_cat(b, "\"traits\":{");
	for (const struct trait *t = traits; t; t = t->next) {
		const struct value *one = trait_arg(t, NULL);
		const struct value all = { .type = VALUE_OBJECT, .fields = t->args };
		quoted(b, t->name);
		buf_char(b, ':');
		if (t->args)
			write_value(b, one ? one : &all);
		else
			buf_cat(b, "true");
		if (t->next)
			buf_char(b, ',');
	}
	buf_char(b, '}');
}

static void write_shape(struct buf *b, const struct shape *s)
{
	quoted(b, s->name);
	buf_printf(b, ":{\"type\":\"%s\",", kind_name(s->kind));
	text(b, "doc", s->doc);
	buf_char(b, ',');
	write_traits(b, s->traits);
	buf_cat(b, ",\"members\":{");
	for (const struct member *member = s->members; member; member = member->next) {
		quoted(b, member->name);
		buf_cat(b, ":{");
		if (member->target)
			text(b, "target", member->target_name);
		else
			text(b, "value", member->value.text);
		buf_char(b, ',');
		text(b, "doc", member->doc);
		buf_char(b, ',');
		write_traits(b, member->traits);
		buf_printf(b, "}%s", member->next ? "," : "");
	}
	buf_cat(b, "}}");
}

static void write_operation(struct buf *b, const struct operation *op)
{
	quoted(b, op->name);
	buf_cat(b, ":{");
	text(b, "doc", op->doc);
	buf_char(b, ',');
	text(b, "input", op->input->name);
	buf_char(b, ',');
	text(b, "output", op->output->name);
	buf_cat(b, ",\"errors\":[");
	for (const struct field *f = op->errors; f; f = f->next) {
		quoted(b, f->value.text);
		if (f->next)
			buf_char(b, ',');
	}
	buf_cat(b, "],");
	write_traits(b, op->traits);
	buf_char(b, '}');
}

void model_write_json(struct model *m, struct buf *b)
{
	buf_cat(b, "{");
	text(b, "name", m->prefix);
	buf_cat(b, ",\"service\":{");
	text(b, "name", m->service.name);
	buf_char(b, ',');
	text(b, "version", m->service.version);
	buf_char(b, ',');
	text(b, "doc", m->service.doc);
	buf_char(b, ',');
	write_traits(b, m->service.traits);
	buf_cat(b, "},\n\"operations\":{");
	for (const struct operation *op = m->operations; op; op = op->next) {
		buf_char(b, '\n');
		write_operation(b, op);
		if (op->next)
			buf_char(b, ',');
	}
	buf_cat(b, "},\n\"shapes\":{");
	const char *separator = "\n";
	for (const struct shape *s = m->shapes; s; s = s->next) {
		if (!s->line)
			continue;
		buf_cat(b, separator);
		write_shape(b, s);
		separator = ",\n";
	}
	buf_cat(b, "}}\n");
}
