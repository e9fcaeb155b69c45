/* What the parts of a deployment share: failing, reading files, building trees, naming. */
#include "aws/limits.h"
#include "aws/yaml.h"
#include "deploy/internal.h"
#include "deploy/limits.h"
#include "deploy/lines.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int deploy_fail(struct deploy *d, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(d->why, sizeof d->why, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int deploy_fail_at(struct deploy *d, const char *path, const char *fmt, ...)
{
	struct str text;
	unsigned line = 0;
	va_list ap;
	size_t n = 0;
	if (deploy_read_file(d, deploy_path(d, d->config_name), CONFIG_BYTES_MAX, &text) == 0)
		line = lines_find(text, path);
	if (line > 0)
		n = (size_t)snprintf(
			d->why, sizeof d->why, "%.*s:%u: ", STR_ARG(d->config_name), line);
	va_start(ap, fmt);
	if (n < sizeof d->why)
		vsnprintf(d->why + n, sizeof d->why - n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

void deploy_warn(struct deploy *d, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	buf_printf(&d->warnings, "%s\n", text);
}

struct str deploy_path(struct deploy *d, struct str path)
{
	if (path.n > 0 && path.p[0] == '/')
		return arena_str(&d->arena, path);
	while (str_starts(path, STR("./")))
		path = str_from(path, 2);
	return arena_printf(&d->arena, "%.*s/%.*s", STR_ARG(d->folder), STR_ARG(path));
}

int deploy_read_file(struct deploy *d, struct str path, size_t bytes_max, struct str *out)
{
	struct buf b = { 0 };
	ssize_t n;
	int fd = open(arena_cstr(&d->arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK), r = 0;
	struct stat st;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	while (b.n <= bytes_max && (n = read(fd, buf_reserve(&b, 65536), 65536)) != 0) {
		if (n < 0 && errno != EINTR) {
			r = -errno;
			break;
		}
		b.n += (size_t)MAX(n, 0);
	}
	close(fd);
	if (r == 0 && b.n > bytes_max)
		r = -E2BIG;
	if (r == 0)
		*out = arena_str(&d->arena, buf_view(&b));
	buf_fini(&b);
	return r;
}

int deploy_read_tree(struct deploy *d, struct str path, yyjson_mut_val **root)
{
	struct str text;
	struct yaml_error error;
	int r = deploy_read_file(d, path, YAML_BYTES_MAX, &text);
	if (r == -ENOENT)
		return r;
	if (r < 0) {
		deploy_fail(d, "%.*s: %s", STR_ARG(path), strerror(-r));
		return r;
	}
	r = yaml_read(d->doc, text, 0, root, &error);
	if (r < 0) {
		deploy_fail(d, "%.*s:%u:%u: %s", STR_ARG(path), error.line, error.column,
			error.text[0] ? error.text : strerror(-r));
		return r;
	}
	return 0;
}

struct str deploy_text(struct deploy *d, yyjson_mut_val *val)
{
	if (yyjson_mut_is_str(val))
		return tree_str(val);
	if (yyjson_mut_is_bool(val))
		return yyjson_mut_get_bool(val) ? STR("true") : STR("false");
	if (!yyjson_mut_is_num(val))
		return (struct str){ 0 };
	yyjson_alc alc = tree_alc(&d->arena);
	size_t n;
	char *text = yyjson_mut_val_write_opts(val, 0, &alc, &n, NULL);
	/* 1.0 is 1 to the framework, which is JavaScript. */
	struct str s = { text, text ? n : 0 };
	return str_ends(s, STR(".0")) ? str_sub(s, 0, s.n - 2) : s;
}

/* The format of deploy_tree being read. */
struct builder {
	struct deploy *d;
	const char *at;
	va_list args;
};

static void skip_blanks(struct builder *b)
{
	while (*b->at == ' ' || *b->at == '\n' || *b->at == '\t' || *b->at == ',' || *b->at == ':')
		b->at++;
}

static yyjson_mut_val *build_value(struct builder *b);

static yyjson_mut_val *build_object(struct builder *b)
{
	yyjson_mut_val *object = yyjson_mut_obj(b->d->doc);
	for (b->at++, skip_blanks(b); *b->at != '}'; skip_blanks(b)) {
		yyjson_mut_val *key = build_value(b);
		skip_blanks(b);
		yyjson_mut_val *val = build_value(b);
		if (key && val)
			yyjson_mut_obj_add(object, key, val);
	}
	b->at++;
	return object;
}

static yyjson_mut_val *build_array(struct builder *b)
{
	yyjson_mut_val *array = yyjson_mut_arr(b->d->doc);
	for (b->at++, skip_blanks(b); *b->at != ']'; skip_blanks(b)) {
		yyjson_mut_val *val = build_value(b);
		if (val)
			yyjson_mut_arr_append(array, val);
	}
	b->at++;
	return array;
}

static yyjson_mut_val *build_argument(struct builder *b)
{
	yyjson_mut_val *val;
	struct str s;
	b->at += 2;
	switch (b->at[-1]) {
	case 's':
		s = va_arg(b->args, struct str);
		return s.p ? yyjson_mut_strncpy(b->d->doc, s.p, s.n) : NULL;
	case 'c':
		return yyjson_mut_strcpy(b->d->doc, va_arg(b->args, const char *));
	case 'd':
		return yyjson_mut_sint(b->d->doc, va_arg(b->args, int));
	case 'v':
		val = va_arg(b->args, yyjson_mut_val *);
		return val ? yyjson_mut_val_mut_copy(b->d->doc, val) : NULL;
	}
	assert(!"a format of deploy_tree");
	return NULL;
}

static yyjson_mut_val *build_value(struct builder *b)
{
	const char *begin = b->at + 1;
	switch (*b->at) {
	case '{':
		return build_object(b);
	case '[':
		return build_array(b);
	case '%':
		return build_argument(b);
	case '\'':
		for (b->at++; *b->at != '\''; b->at++)
			assert(*b->at);
		return yyjson_mut_strncpy(b->d->doc, begin, (size_t)(b->at++ - begin));
	case 't':
		b->at += 4;
		return yyjson_mut_true(b->d->doc);
	case 'f':
		b->at += 5;
		return yyjson_mut_false(b->d->doc);
	}
	assert(*b->at >= '0' && *b->at <= '9');
	char *end;
	long number = strtol(b->at, &end, 10);
	b->at = end;
	return yyjson_mut_sint(b->d->doc, number);
}

yyjson_mut_val *deploy_tree(struct deploy *d, const char *format, ...)
{
	struct builder b = { .d = d, .at = format };
	va_start(b.args, format);
	skip_blanks(&b);
	yyjson_mut_val *val = build_value(&b);
	va_end(b.args);
	return val;
}

yyjson_mut_val *deploy_merged(struct deploy *d, yyjson_mut_val *first, yyjson_mut_val *second)
{
	yyjson_mut_val *tables[] = { first, second }, *key, *out = deploy_tree(d, "{}");
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		yyjson_mut_obj_iter it;
		if (!yyjson_mut_is_obj(tables[i]))
			continue;
		yyjson_mut_obj_iter_init(tables[i], &it);
		while ((key = yyjson_mut_obj_iter_next(&it)))
			yyjson_mut_obj_put(out, deploy_tree(d, "%v", key),
				deploy_tree(d, "%v", yyjson_mut_obj_iter_get_val(key)));
	}
	return yyjson_mut_obj_size(out) > 0 ? out : NULL;
}

yyjson_mut_val *deploy_tags(struct deploy *d, yyjson_mut_val *first, yyjson_mut_val *second)
{
	yyjson_mut_val *key, *list = deploy_tree(d, "[]"), *tags = deploy_merged(d, first, second);
	yyjson_mut_obj_iter it;
	if (!tags)
		return NULL;
	yyjson_mut_obj_iter_init(tags, &it);
	while ((key = yyjson_mut_obj_iter_next(&it)))
		yyjson_mut_arr_append(
			list, deploy_tree(d, "{'Key': %v, 'Value': %s}", key,
				      deploy_text(d, yyjson_mut_obj_iter_get_val(key))));
	return list;
}

yyjson_mut_val *deploy_at(yyjson_mut_val *root, const char *path)
{
	struct str rest = str_c(path), part;
	while (root && str_cut(&rest, '.', &part))
		root = tree_get(root, part);
	return root;
}

int deploy_check_keys(
	struct deploy *d, yyjson_mut_val *object, const char *path, const char *const *known)
{
	yyjson_mut_obj_iter it;
	yyjson_mut_val *key;
	if (!yyjson_mut_is_obj(object))
		return 0;
	yyjson_mut_obj_iter_init(object, &it);
	while ((key = yyjson_mut_obj_iter_next(&it))) {
		size_t i = 0;
		while (known[i] && !str_is(tree_str(key), known[i]))
			i++;
		if (known[i])
			continue;
		const char *at = arena_printf(&d->arena, "%s.%.*s", path, STR_ARG(tree_str(key))).p;
		return deploy_fail_at(d, at, "%s is not supported", at);
	}
	return 0;
}

int deploy_add(struct deploy *d, struct str id, yyjson_mut_val *resource)
{
	if (tree_get(d->resources, id))
		return deploy_fail(d, "two resources have the logical id %.*s", STR_ARG(id));
	yyjson_mut_val *key = yyjson_mut_strncpy(d->doc, id.p, id.n);
	return key && resource && yyjson_mut_obj_add(d->resources, key, resource) ? 0 : -ENOMEM;
}

void deploy_output(
	struct deploy *d, struct str name, const char *description, yyjson_mut_val *value)
{
	deploy_output_if(d, name, description, value, NULL);
}

void deploy_output_if(struct deploy *d, struct str name, const char *description,
	yyjson_mut_val *value, yyjson_mut_val *condition)
{
	struct str export = arena_printf(&d->arena, "sls-%.*s-%.*s-%.*s", STR_ARG(d->service),
		STR_ARG(d->stage), STR_ARG(name));
	yyjson_mut_obj_put(d->outputs, deploy_tree(d, "%s", name),
		deploy_tree(d,
			"{'Description': %v, 'Value': %v, 'Export': {'Name': %s}, 'Condition': %v}",
			description ? deploy_tree(d, "%c", description) : NULL, value, export,
			condition));
}

struct str deploy_alnum(struct deploy *d, struct str name)
{
	char *p = arena_alloc(&d->arena, name.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			p[n++] = c;
	}
	p[n] = 0;
	return (struct str){ p, n };
}

struct str deploy_dashes(struct deploy *d, struct str name)
{
	struct str part, out = STR("");
	for (bool is_first = true; str_cut(&name, '-', &part); is_first = false)
		out = arena_printf(&d->arena, "%.*s%s%.*s", STR_ARG(out), is_first ? "" : "Dash",
			STR_ARG(part));
	return out;
}

struct str deploy_capital(struct deploy *d, struct str name)
{
	char *p = arena_cstr(&d->arena, name);
	if (name.n > 0 && p[0] >= 'a' && p[0] <= 'z')
		p[0] = (char)(p[0] - 32);
	return (struct str){ p, name.n };
}

struct str deploy_normal(struct deploy *d, struct str name)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (c == '-')
			buf_cat(&b, "Dash");
		else if (c == '_')
			buf_cat(&b, "Underscore");
		else
			buf_char(&b, i == 0 && c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
	}
	struct str normal = arena_str(&d->arena, buf_view(&b));
	buf_fini(&b);
	return normal;
}

struct str function_name(struct deploy *d, struct str key)
{
	struct str name = tree_str(
		tree_get(tree_get(tree_get(d->config, STR("functions")), key), STR("name")));
	return name.p ? name
		      : arena_printf(&d->arena, "%.*s-%.*s-%.*s", STR_ARG(d->service),
				STR_ARG(d->stage), STR_ARG(key));
}

bool deploy_serves(struct deploy *d, const char *type, const char *property)
{
	return !d->lookups.serves || d->lookups.serves(str_c(type), property);
}

void deploy_fini(struct deploy *d)
{
	for (struct deploy_package *p = d->packages; p; p = p->next)
		free((char *)(uintptr_t)p->zip.p);
	map_fini(&d->files);
	map_fini(&d->dotenv);
	map_fini(&d->grouped);
	map_fini(&d->kept_layers);
	buf_fini(&d->warnings);
	arena_fini(&d->arena);
}
