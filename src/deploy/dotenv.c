/* The files that useDotenv reads: NAME=value, a line each. (Serverless Framework documentation,
 * "Resolution of environment variables".) */
#include "deploy/dotenv.h"
#include "deploy/internal.h"
#include "deploy/limits.h"
#include <errno.h>
#include <stdlib.h>

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

struct str dotenv_get(struct deploy *d, struct str name)
{
	const char *value = getenv(arena_cstr(&d->arena, name));
	if (!value)
		value = map_get(&d->dotenv, name);
	return value ? str_c(value) : (struct str){ 0 };
}

/* $NAME and ${NAME} put in; a backslash before the $ keeps it. */
static struct str expand(struct deploy *d, struct str text)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < text.n; i++) {
		size_t at = i + 1 < text.n && text.p[i + 1] == '{' ? i + 2 : i + 1, n = 0;
		if (text.p[i] == '\\' && i + 1 < text.n && text.p[i + 1] == '$') {
			buf_char(&b, text.p[++i]);
			continue;
		}
		while (text.p[i] == '$' && at + n < text.n && is_name_char(text.p[at + n]))
			n++;
		bool is_braced = at == i + 2;
		if (n == 0 || (is_braced && (at + n == text.n || text.p[at + n] != '}'))) {
			buf_char(&b, text.p[i]);
			continue;
		}
		buf_str(&b, dotenv_get(d, str_sub(text, at, n)));
		i = at + n - 1 + is_braced;
	}
	struct str out = arena_str(&d->arena, buf_view(&b));
	buf_fini(&b);
	return out;
}

/* The value after the sign: quoted, or up to a comment. */
static struct str value_of(struct deploy *d, struct str text)
{
	char quote = text.n > 0 ? text.p[0] : 0;
	if (quote == '"' || quote == '\'' || quote == '`') {
		ssize_t end = str_index(str_from(text, 1), quote);
		if (end >= 0)
			text = str_sub(text, 1, (size_t)end);
		if (quote != '"')
			return text;
		struct buf b = { 0 };
		for (size_t i = 0; i < text.n; i++)
			if (text.p[i] == '\\' && i + 1 < text.n && text.p[i + 1] == 'n')
				buf_char(&b, '\n'), i++;
			else
				buf_char(&b, text.p[i]);
		text = arena_str(&d->arena, buf_view(&b));
		buf_fini(&b);
		return expand(d, text);
	}
	ssize_t comment = str_find(text, STR(" #"));
	return expand(d, str_trim(comment < 0 ? text : str_sub(text, 0, (size_t)comment)));
}

static void read_line(struct deploy *d, struct str line)
{
	line = str_trim(line);
	if (str_starts(line, STR("export ")))
		line = str_trim(str_from(line, 7));
	ssize_t equals = str_index(line, '=');
	if (equals <= 0 || line.p[0] == '#')
		return;
	struct str name = str_trim(str_sub(line, 0, (size_t)equals)),
		   value = value_of(d, str_trim(str_from(line, (size_t)equals + 1)));
	map_put(&d->dotenv, name, arena_cstr(&d->arena, value));
}

int dotenv_load(struct deploy *d)
{
	yyjson_mut_val *set = tree_get(d->config, STR("useDotenv"));
	struct str stage = tree_str(deploy_at(d->config, "provider.stage")), text, line;
	if (!yyjson_mut_is_true(set))
		return 0;
	if (d->option_stage.p)
		stage = d->option_stage;
	else if (!stage.p || str_index(stage, '$') >= 0)
		stage = STR("dev");
	struct str names[] = { arena_printf(&d->arena, ".env.%.*s", STR_ARG(stage)), STR(".env") };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		int r = deploy_read_file(d, deploy_path(d, names[i]), CONFIG_BYTES_MAX, &text);
		if (r == -ENOENT)
			continue;
		if (r < 0) {
			deploy_fail(d, "%.*s: %s", STR_ARG(names[i]), strerror(-r));
			return r;
		}
		while (str_cut(&text, '\n', &line))
			read_line(d, line);
		return 0;
	}
	return 0;
}
