/* Reads the text of a .smithy file into the model (Smithy 2.0 specification, "Smithy IDL"). */
#include "idlc.h"
#include <setjmp.h>
#include <stdlib.h>

enum { DEPTH_MAX = 32 };

struct reader {
	struct model *m;
	const char *p, *end;
	int line, depth;
	struct buf doc;  /* the "///" lines before what comes next */
	struct buf text; /* the string being read */
	jmp_buf failed;
};

static const struct {
	const char *word;
	enum kind kind;
} kinds[] = {
	{ "boolean", KIND_BOOLEAN },
	{ "byte", KIND_BYTE },
	{ "short", KIND_SHORT },
	{ "integer", KIND_INTEGER },
	{ "long", KIND_LONG },
	{ "float", KIND_FLOAT },
	{ "double", KIND_DOUBLE },
	{ "string", KIND_STRING },
	{ "enum", KIND_ENUM },
	{ "intEnum", KIND_INT_ENUM },
	{ "blob", KIND_BLOB },
	{ "timestamp", KIND_TIMESTAMP },
	{ "document", KIND_DOCUMENT },
	{ "list", KIND_LIST },
	{ "map", KIND_MAP },
	{ "structure", KIND_STRUCTURE },
	{ "union", KIND_UNION },
};

const char *kind_name(enum kind kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (kinds[i].kind == kind)
			return kinds[i].word;
	return kind == ON_SERVICE ? "service" : kind == ON_OPERATION ? "operation" : "member";
}

static NORETURN void syntax_error(struct reader *r, const char *what)
{
	if (r->p < r->end && (unsigned char)*r->p > ' ')
		model_error(r->m, r->line, "%s expected at '%c'", what, *r->p);
	else
		model_error(r->m, r->line, "%s expected at the end of the %s", what,
			r->p < r->end ? "line" : "file");
	longjmp(r->failed, 1);
}

static void skip_line(struct reader *r, bool is_doc)
{
	const char *start = r->p;
	while (r->p < r->end && *r->p != '\n')
		r->p++;
	if (!is_doc)
		return;
	struct str line = str_trim((struct str){ start, (size_t)(r->p - start) });
	if (r->doc.n)
		buf_char(&r->doc, ' ');
	buf_str(&r->doc, line);
}

/* Over blanks, commas and comments; documentation comments are kept. */
static void skip(struct reader *r)
{
	for (; r->p < r->end; r->p++) {
		if (*r->p == '\n') {
			r->line++;
		} else if (r->end - r->p >= 3 && memcmp(r->p, "///", 3) == 0) {
			r->p += 3;
			skip_line(r, true);
			r->p--;
		} else if (r->end - r->p >= 2 && memcmp(r->p, "//", 2) == 0) {
			skip_line(r, false);
			r->p--;
		} else if (*r->p != ' ' && *r->p != '\t' && *r->p != '\r' && *r->p != ',') {
			return;
		}
	}
}

static struct str take_doc(struct reader *r)
{
	struct str doc = arena_str(&r->m->arena, buf_view(&r->doc));
	r->doc.n = 0;
	return doc;
}

static bool at(struct reader *r, const char *token)
{
	size_t n = strlen(token);
	skip(r);
	return (size_t)(r->end - r->p) >= n && memcmp(r->p, token, n) == 0;
}

static bool accept(struct reader *r, const char *token)
{
	if (!at(r, token))
		return false;
	r->p += strlen(token);
	return true;
}

static void expect(struct reader *r, const char *token)
{
	if (!accept(r, token))
		syntax_error(r, token);
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_byte(char c)
{
	return is_name_start(c) || (c >= '0' && c <= '9');
}

/* A name; the namespace before a '#' is dropped. */
static struct str name(struct reader *r, const char *what)
{
	skip(r);
	if (r->p == r->end || !is_name_start(*r->p))
		syntax_error(r, what);
	const char *start = r->p;
	while (r->p < r->end && (is_name_byte(*r->p) || *r->p == '.' || *r->p == '#')) {
		if (*r->p == '#')
			start = r->p + 1;
		r->p++;
	}
	return arena_str(&r->m->arena, (struct str){ start, (size_t)(r->p - start) });
}

static void escape(struct reader *r, struct buf *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (r->p == r->end)
		syntax_error(r, "the string's end");
	const char *at_escape = strchr(from, *r->p);
	if (*r->p == '\n') {
		r->line++;
	} else if (*r->p == 'u' && r->end - r->p > 4) {
		char digits[5] = { r->p[1], r->p[2], r->p[3], r->p[4] }, *rest;
		unsigned long code = strtoul(digits, &rest, 16);
		if (*rest || code == 0 || code > 0x7f)
			syntax_error(r, "an ASCII \\u escape");
		buf_char(b, (char)code);
		r->p += 4;
	} else if (*r->p && at_escape) {
		buf_char(b, to[at_escape - from]);
	} else {
		syntax_error(r, "an escape");
	}
	r->p++;
}

static struct str string(struct reader *r)
{
	struct buf *b = &r->text;
	b->n = 0;
	bool is_block = accept(r, "\"\"\"");
	if (!is_block)
		expect(r, "\"");
	for (;;) {
		if (r->p == r->end || (*r->p == '\n' && !is_block))
			syntax_error(r, "the string's end");
		if (*r->p == '"' &&
			(!is_block || (r->end - r->p >= 3 && memcmp(r->p, "\"\"\"", 3) == 0)))
			break;
		if (*r->p == '\\') {
			r->p++;
			escape(r, b);
			continue;
		}
		r->line += *r->p == '\n';
		buf_char(b, *r->p++);
	}
	r->p += is_block ? 3 : 1;
	return arena_str(&r->m->arena, is_block ? str_trim(buf_view(b)) : buf_view(b));
}

static struct value value(struct reader *r);

static struct field *fields(struct reader *r, const char *close, bool named)
{
	struct field *first = NULL, **last = &first;
	if (++r->depth > DEPTH_MAX)
		syntax_error(r, "less nesting");
	while (!accept(r, close)) {
		struct field *f = ARENA_NEW(&r->m->arena, struct field);
		f->line = r->line;
		if (named) {
			f->name = at(r, "\"") ? string(r) : name(r, "a name");
			expect(r, ":");
		}
		f->value = value(r);
		*last = f;
		last = &f->next;
	}
	r->depth--;
	return first;
}

static struct value number(struct reader *r)
{
	const char *start = r->p;
	while (r->p < r->end && (is_name_byte(*r->p) || strchr("+-.", *r->p)))
		r->p++;
	struct value v = { .type = VALUE_NUMBER };
	v.text = arena_str(&r->m->arena, (struct str){ start, (size_t)(r->p - start) });
	if (str_to_f64(v.text, &v.number) < 0)
		syntax_error(r, "a number");
	return v;
}

static struct value value(struct reader *r)
{
	struct value v = { .type = VALUE_STRING };
	skip(r);
	if (r->p == r->end)
		syntax_error(r, "a value");
	if (*r->p == '"') {
		v.text = string(r);
	} else if (*r->p == '[') {
		r->p++;
		v.type = VALUE_LIST;
		v.fields = fields(r, "]", false);
	} else if (*r->p == '{') {
		r->p++;
		v.type = VALUE_OBJECT;
		v.fields = fields(r, "}", true);
	} else if (*r->p == '-' || (*r->p >= '0' && *r->p <= '9')) {
		v = number(r);
	} else {
		v.text = name(r, "a value");
		if (str_is(v.text, "true") || str_is(v.text, "false"))
			v.type = VALUE_BOOL;
		else if (str_is(v.text, "null"))
			v.type = VALUE_NULL;
	}
	return v;
}

/* Whether "name :" comes next, as in named arguments. */
static bool at_named(struct reader *r)
{
	skip(r);
	const char *p = r->p;
	if (p == r->end || !is_name_start(*p))
		return false;
	while (p < r->end && is_name_byte(*p))
		p++;
	while (p < r->end && (*p == ' ' || *p == '\t'))
		p++;
	return p < r->end && *p == ':';
}

static struct trait *traits(struct reader *r)
{
	struct trait *first = NULL, **last = &first;
	while (accept(r, "@")) {
		struct trait *t = ARENA_NEW(&r->m->arena, struct trait);
		t->line = r->line;
		t->name = name(r, "a trait's name");
		if (r->p < r->end && *r->p == '(') {
			r->p++;
			if (at_named(r)) {
				t->args = fields(r, ")", true);
			} else if (!accept(r, ")")) {
				t->args = ARENA_NEW(&r->m->arena, struct field);
				t->args->line = r->line;
				t->args->value = value(r);
				expect(r, ")");
			}
		}
		*last = t;
		last = &t->next;
	}
	return first;
}

static struct str documented(struct reader *r, const struct trait *list)
{
	struct str doc = take_doc(r), text = trait_text(list, "documentation");
	return text.p ? text : doc;
}

static void members(struct reader *r, struct shape *shape)
{
	struct member **last = &shape->members;
	bool is_enum = shape->kind & (KIND_ENUM | KIND_INT_ENUM);
	expect(r, "{");
	r->doc.n = 0;
	while (!accept(r, "}")) {
		struct member *m = ARENA_NEW(&r->m->arena, struct member);
		m->traits = traits(r);
		skip(r);
		m->line = r->line;
		m->doc = documented(r, m->traits);
		m->name = name(r, "a member's name");
		if (!is_enum) {
			expect(r, ":");
			m->target_name = name(r, "a shape's name");
		}
		m->value = (struct value){ .type = VALUE_NULL };
		if (accept(r, "="))
			m->value = value(r);
		else if (shape->kind == KIND_ENUM)
			m->value = (struct value){ .type = VALUE_STRING, .text = m->name };
		*last = m;
		last = &m->next;
		shape->member_count++;
	}
	r->doc.n = 0;
}

static void shape_body(struct reader *r, struct shape *shape)
{
	if (at(r, "with") && r->end - r->p > 4 && !is_name_byte(r->p[4])) {
		r->p += 4;
		expect(r, "[");
		shape->mixins = fields(r, "]", false);
	}
	if (shape->kind &
		(KIND_STRUCTURE | KIND_UNION | KIND_LIST | KIND_MAP | KIND_ENUM | KIND_INT_ENUM))
		members(r, shape);
}

/* "input: Shape" or "input := { ... }". */
static struct str in_or_out(struct reader *r, struct operation *op, const char *suffix)
{
	if (!accept(r, ":=")) {
		expect(r, ":");
		return name(r, "a shape's name");
	}
	const struct str parts[] = { op->name, str_c(suffix) };
	struct trait *list = traits(r);
	struct shape *shape =
		model_add(r->m, KIND_STRUCTURE, arena_concat(&r->m->arena, parts, 2), r->line);
	shape->traits = list;
	shape_body(r, shape);
	return shape->name;
}

static void operation(struct reader *r, struct trait *list, struct str doc)
{
	struct operation *op = ARENA_NEW(&r->m->arena, struct operation);
	op->traits = list;
	op->doc = doc;
	op->name = name(r, "the operation's name");
	op->line = r->line;
	expect(r, "{");
	while (!accept(r, "}")) {
		struct str key = name(r, "input, output or errors");
		if (str_is(key, "input")) {
			op->input_name = in_or_out(r, op, "Input");
		} else if (str_is(key, "output")) {
			op->output_name = in_or_out(r, op, "Output");
		} else if (str_is(key, "errors")) {
			expect(r, ":");
			expect(r, "[");
			op->errors = fields(r, "]", false);
		} else {
			syntax_error(r, "input, output or errors");
		}
	}
	r->doc.n = 0;
	*r->m->operations_end = op;
	r->m->operations_end = &op->next;
	r->m->operation_count++;
}

static void service(struct reader *r, struct trait *list, struct str doc)
{
	struct service *s = &r->m->service;
	if (s->line)
		model_error(
			r->m, r->line, "a second service; the file's is %.*s", STR_ARG(s->name));
	*s = (struct service){ .traits = list, .doc = doc };
	s->name = name(r, "the service's name");
	s->line = r->line;
	expect(r, "{");
	for (struct field *f = fields(r, "}", true); f; f = f->next) {
		if (!str_is(f->name, "version"))
			model_error(r->m, f->line, "unknown property %.*s of the service",
				STR_ARG(f->name));
		s->version = f->value.text;
	}
}

static void statement(struct reader *r)
{
	struct trait *list = traits(r);
	skip(r);
	struct str doc = documented(r, list);
	int line = r->line;
	struct str word = name(r, "a statement");
	if (str_is(word, "namespace") || str_is(word, "use")) {
		name(r, "a namespace");
		return;
	}
	if (str_is(word, "service")) {
		service(r, list, doc);
		return;
	}
	if (str_is(word, "operation")) {
		operation(r, list, doc);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_is(word, kinds[i].word)) {
			struct shape *shape =
				model_add(r->m, kinds[i].kind, name(r, "the shape's name"), line);
			shape->traits = list;
			shape->doc = doc;
			shape_body(r, shape);
			return;
		}
	model_error(r->m, line, "unknown statement %.*s", STR_ARG(word));
	longjmp(r->failed, 1);
}

static void version(struct reader *r)
{
	while (accept(r, "$")) {
		struct str key = name(r, "version");
		expect(r, ":");
		struct value v = value(r);
		if (!str_is(key, "version") || (!str_is(v.text, "2") && !str_is(v.text, "2.0"))) {
			model_error(r->m, r->line, "only $version: \"2\" is understood");
			longjmp(r->failed, 1);
		}
	}
}

bool model_parse(struct model *m, struct str text)
{
	struct reader r = { .m = m, .p = text.p, .end = text.p + text.n, .line = 1 };
	volatile bool ok = false;
	if (setjmp(r.failed) == 0) {
		version(&r);
		r.doc.n = 0;
		for (skip(&r); r.p < r.end; skip(&r))
			statement(&r);
		ok = true;
	}
	buf_fini(&r.doc);
	buf_fini(&r.text);
	return ok && !m->errors;
}
