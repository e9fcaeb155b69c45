/* What a handler file is: the runtime by its ending, the handler by its export. */
#include "deploy/handler.h"
#include "base/buf.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOURCE_BYTES_MAX = 4 * 1024 * 1024 };

static const struct language {
	const char *ending, *runtime;
	struct str (*find_export)(struct str source);
} languages[] = {
	{ ".js", "nodejs22.x", handler_export_javascript },
	{ ".mjs", "nodejs22.x", handler_export_javascript },
	{ ".cjs", "nodejs22.x", handler_export_javascript },
	{ ".py", "python3.12", handler_export_python },
};

/* The files that are looked for in a folder, the likeliest first. */
static const char *const usual_files[] = { "index.mjs", "index.js", "index.cjs", "handler.mjs",
	"handler.js", "app.mjs", "app.js", "main.mjs", "main.js", "lambda_function.py",
	"handler.py", "app.py", "main.py", "index.py", "bootstrap" };

static bool is_word(char c)
{
	return c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static struct str take_word(struct str s)
{
	size_t n = 0;
	while (n < s.n && is_word(s.p[n]))
		n++;
	return str_sub(s, 0, n);
}

static struct str after(struct str line, struct str prefix)
{
	return str_starts(line, prefix) ? str_trim(str_from(line, prefix.n)) : (struct str){ 0 };
}

/* The name that this line exports, or n == 0. */
static struct str javascript_export(struct str line)
{
	static const struct str keywords[] = { STR_INIT("async "), STR_INIT("function"),
		STR_INIT("const "), STR_INIT("let "), STR_INIT("var "), STR_INIT("*"),
		STR_INIT(" ") };
	struct str rest = after(line, STR("module.exports."));
	if (rest.n == 0 && !str_starts(line, STR("exports.__")))
		rest = after(line, STR("exports."));
	if (rest.n > 0) {
		struct str word = take_word(rest);
		struct str behind = str_trim(str_from(rest, word.n));
		return behind.n > 0 && behind.p[0] == '=' ? word : (struct str){ 0 };
	}
	rest = after(line, STR("export "));
	if (rest.n == 0 || str_starts(rest, STR("default")))
		return (struct str){ 0 };
	for (size_t i = 0; i < COUNT_OF(keywords); i++)
		if (str_starts(rest, keywords[i]))
			rest = str_trim(str_from(rest, keywords[i].n));
	return take_word(rest);
}

struct str handler_export_javascript(struct str source)
{
	struct str first = { 0 }, line;
	while (str_cut(&source, '\n', &line)) {
		struct str list = after(str_trim(line), STR("module.exports = {"));
		struct str name = list.n > 0 ? take_word(list) : javascript_export(str_trim(line));
		if (str_is(name, "handler"))
			return name;
		if (!first.p && name.n > 0)
			first = name;
	}
	return first;
}

struct str handler_export_python(struct str source)
{
	struct str first = { 0 }, line;
	while (str_cut(&source, '\n', &line)) {
		struct str rest = after(line, STR("def "));
		if (rest.n == 0)
			rest = after(line, STR("async def "));
		struct str name = take_word(rest);
		struct str arguments = name.n < rest.n ? str_from(rest, name.n) : STR("");
		if (str_is(name, "handler") || str_is(name, "lambda_handler"))
			return name;
		if (!first.p && name.n > 0 && name.p[0] != '_' &&
			str_starts(arguments, STR("(event")))
			first = name;
	}
	return first;
}

static int read_source(struct arena *arena, const char *path, struct str *out)
{
	struct buf b = { 0 };
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf_reserve(&b, 65536), 65536)) > 0 && b.n < SOURCE_BYTES_MAX)
		b.n += (size_t)n;
	if (n < 0)
		r = -errno;
	close(fd);
	*out = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return r;
}

/* A name that Lambda takes: letters, digits, - and _. */
static struct str function_name(struct arena *arena, struct str s)
{
	char *name = arena_cstr(arena, s);
	for (size_t i = 0; i < s.n; i++)
		if (!is_word(name[i]) || name[i] == '$')
			name[i] = '-';
	return (struct str){ name, MIN(s.n, (size_t)64) };
}

static struct str last_part(struct str path)
{
	return str_from(path, (size_t)(str_rindex(path, '/') + 1));
}

static int find_in_folder(
	struct arena *arena, const char *folder, struct str *file, char *why, size_t why_bytes)
{
	for (size_t i = 0; i < COUNT_OF(usual_files); i++) {
		struct str path = arena_printf(arena, "%s/%s", folder, usual_files[i]);
		if (access(path.p, R_OK) == 0) {
			*file = path;
			return 0;
		}
	}
	snprintf(why, why_bytes,
		"%s: no handler file in it (looked for index.mjs, index.js, app.py, main.py, "
		"bootstrap and the like); name the file",
		folder);
	return -ENOENT;
}

/* Fills what follows from the file's ending and its text. */
static int describe(
	struct arena *arena, struct str path, struct handler *out, char *why, size_t why_bytes)
{
	struct str source, export;
	for (size_t i = 0; i < COUNT_OF(languages); i++) {
		const struct language *l = &languages[i];
		if (!str_ends(out->file, str_c(l->ending)))
			continue;
		int r = read_source(arena, path.p, &source);
		if (r < 0) {
			snprintf(why, why_bytes, "%s: %s", path.p, strerror(-r));
			return r;
		}
		export = l->find_export(source);
		if (export.n == 0) {
			snprintf(why, why_bytes,
				"%s: it exports no function that could be the handler (%s)", path.p,
				l->find_export == handler_export_python
					? "def handler(event, context)"
					: "exports.handler = async (event) => ...");
			return -EINVAL;
		}
		struct str stem = str_sub(out->file, 0, out->file.n - strlen(l->ending));
		out->runtime = str_c(l->runtime);
		out->handler = arena_printf(arena, "%.*s.%.*s", STR_ARG(stem), STR_ARG(export));
		return 0;
	}
	if (str_is(out->file, "bootstrap")) {
		out->runtime = STR("provided.al2023");
		out->handler = STR("bootstrap");
		return 0;
	}
	snprintf(why, why_bytes,
		"%s: no runtime for this kind of file (.js .mjs .cjs .py, or an executable named bootstrap)",
		path.p);
	return -EINVAL;
}

int handler_find(
	struct arena *arena, const char *path, struct handler *out, char *why, size_t why_bytes)
{
	char real[PATH_MAX];
	struct stat st;
	if (!realpath(path, real) || stat(real, &st) < 0) {
		int error = -errno;
		snprintf(why, why_bytes, "%s: %s", path, strerror(-error));
		return error;
	}
	struct str file = arena_str(arena, str_c(real));
	int r = S_ISDIR(st.st_mode) ? find_in_folder(arena, real, &file, why, why_bytes) : 0;
	if (r < 0)
		return r;
	ssize_t slash = str_rindex(file, '/');
	*out = (struct handler){ .folder = arena_str(arena, str_sub(file, 0, (size_t)slash)),
		.file = last_part(file) };
	bool is_usual = S_ISDIR(st.st_mode);
	for (size_t i = 0; i < COUNT_OF(usual_files); i++)
		is_usual |= str_is(out->file, usual_files[i]);
	ssize_t dot = str_rindex(out->file, '.');
	out->name = is_usual ? last_part(out->folder)
			     : str_sub(out->file, 0, dot > 0 ? (size_t)dot : out->file.n);
	out->name = function_name(arena, out->name);
	return describe(arena, file, out, why, why_bytes);
}
