/* idlc IN.smithy OUT.h OUT.c: compiles an interface to C. idlc --json IN.smithy: prints it as JSON.
 */
#include "idlc.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_BYTES_MAX = 8 * 1024 * 1024, ERRORS_MAX = 20 };

void model_error(struct model *m, int line, const char *fmt, ...)
{
	va_list ap;
	if (m->errors++ >= ERRORS_MAX)
		return;
	fprintf(stderr, "%s:%d: ", m->path, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

struct shape *model_add(struct model *m, enum kind kind, struct str name, int line)
{
	struct shape *shape = ARENA_NEW(&m->arena, struct shape);
	shape->kind = kind;
	shape->name = name;
	shape->line = line;
	*m->shapes_end = shape;
	m->shapes_end = &shape->next;
	return shape;
}

struct shape *model_shape(const struct model *m, struct str name)
{
	for (struct shape *s = m->shapes; s; s = s->next)
		if (str_eq(s->name, name))
			return s;
	return NULL;
}

const struct trait *trait_find(const struct trait *t, const char *name)
{
	for (; t; t = t->next)
		if (str_is(t->name, name))
			return t;
	return NULL;
}

const struct value *trait_arg(const struct trait *trait, const char *name)
{
	for (const struct field *f = trait ? trait->args : NULL; f; f = f->next)
		if (name ? f->name.p && str_is(f->name, name) : !f->name.p)
			return &f->value;
	return NULL;
}

struct str trait_text(const struct trait *traits, const char *name)
{
	const struct value *v = trait_arg(trait_find(traits, name), NULL);
	return v ? v->text : (struct str){ 0 };
}

/* The prelude's shapes stand first, with line 0; shape.c has their tables. */
static void add_prelude(struct model *m)
{
	static const struct {
		const char *name;
		enum kind kind;
	} prelude[] = {
		{ "String", KIND_STRING },
		{ "Boolean", KIND_BOOLEAN },
		{ "Byte", KIND_BYTE },
		{ "Short", KIND_SHORT },
		{ "Integer", KIND_INTEGER },
		{ "Long", KIND_LONG },
		{ "Float", KIND_FLOAT },
		{ "Double", KIND_DOUBLE },
		{ "Timestamp", KIND_TIMESTAMP },
		{ "Blob", KIND_BLOB },
		{ "Document", KIND_DOCUMENT },
	};
	for (size_t i = 0; i < COUNT_OF(prelude); i++)
		model_add(m, prelude[i].kind, str_c(prelude[i].name), 0);
}

static int read_file(const char *path, struct buf *text)
{
	FILE *in = fopen(path, "re");
	size_t n;
	if (!in)
		return -errno;
	while ((n = fread(buf_reserve(text, 65536), 1, 65536, in)) > 0 && text->n < FILE_BYTES_MAX)
		text->n += n;
	int failed = ferror(in) ? -EIO : text->n >= FILE_BYTES_MAX ? -EFBIG : 0;
	fclose(in);
	return failed;
}

static int write_file(const char *path, struct str text)
{
	FILE *out = fopen(path, "we");
	if (!out)
		return -errno;
	bool failed = fwrite(text.p, 1, text.n, out) != text.n;
	failed |= fclose(out) != 0;
	return failed ? -EIO : 0;
}

static struct str prefix_of(struct arena *a, const char *path)
{
	struct str s = str_c(path);
	ssize_t slash = str_rindex(s, '/');
	if (slash >= 0)
		s = str_from(s, (size_t)slash + 1);
	if (str_ends(s, STR(".smithy")))
		s.n -= 7;
	return arena_str(a, s);
}

static int complain(const char *path, int error)
{
	fprintf(stderr, "%s: %s\n", path, strerror(-error));
	return error;
}

static int compile(struct model *m, char **out, struct buf *b)
{
	int r = 0;
	if (!out) {
		model_write_json(m, b);
		return fwrite(b->p, 1, b->n, stdout) == b->n && fflush(stdout) == 0 ? 0 : -EIO;
	}
	void (*const writers[])(
		struct model *, struct buf *) = { model_write_header, model_write_source };
	for (size_t i = 0; i < 2 && r == 0; i++) {
		b->n = 0;
		writers[i](m, b);
		r = write_file(out[i], buf_view(b));
		if (r < 0)
			complain(out[i], r);
	}
	return r;
}

int main(int argc, char **argv)
{
	bool is_json = argc == 3 && strcmp(argv[1], "--json") == 0;
	if (!is_json && argc != 4) {
		fprintf(stderr, "usage: idlc IN.smithy OUT.h OUT.c | idlc --json IN.smithy\n");
		return 2;
	}
	struct model m = { .path = argv[is_json ? 2 : 1] };
	struct buf text = { 0 }, out = { 0 };
	m.shapes_end = &m.shapes;
	m.operations_end = &m.operations;
	m.prefix = prefix_of(&m.arena, m.path);
	add_prelude(&m);
	int r = read_file(m.path, &text);
	if (r < 0) {
		complain(m.path, r);
	} else if (model_parse(&m, buf_view(&text))) {
		model_check_traits(&m);
		if (!m.errors)
			model_check(&m);
		if (!m.errors)
			model_check_bindings(&m);
		if (!m.errors)
			r = compile(&m, is_json ? NULL : argv + 2, &out);
	}
	bool failed = r < 0 || m.errors;
	buf_fini(&text);
	buf_fini(&out);
	arena_fini(&m.arena);
	return failed;
}
