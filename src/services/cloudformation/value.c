/* Template values: reading JSON, walking, comparing, writing. */
#include "services/cloudformation/value.h"
#include "aws/tree.h"
#include "aws/yaml.h"
#include "services/cloudformation/limits.h"
#include <errno.h>
#include <stdlib.h>

value_doc *cfn_doc_new(struct arena *arena)
{
	value_doc *doc = tree_new(arena);
	assert(doc);
	return doc;
}

/* The depth, counted before anything walks it recursively. */
static size_t depth_of(struct str text)
{
	size_t depth = 0, max = 0;
	bool quoted = false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			max = MAX(max, depth + 1), depth++;
		else if (!quoted && (c == '}' || c == ']') && depth)
			depth--;
	}
	return max;
}

int cfn_template_read(
	struct arena *arena, value_doc *doc, struct str text, value **out, struct str *why)
{
	struct yaml_error error;
	value *root = NULL;
	int e = yaml_read(doc, text, YAML_TEMPLATE, &root, &error);
	if (e == 0 && !yyjson_mut_is_null(root)) {
		*out = root;
		return 0;
	}
	if (e == 0 || !error.line)
		*why = arena_printf(arena, "Template format error: %s not well-formed. (%s)",
			error.is_json ? "JSON" : "YAML", e == 0 ? "it is empty" : error.text);
	else
		*why = arena_printf(arena,
			"Template format error: %s not well-formed. (line %u, column %u)",
			error.is_json ? "JSON" : "YAML", error.line, error.column);
	return -EINVAL;
}

value *cfn_json_read(struct arena *arena, value_doc *doc, struct str text)
{
	yyjson_alc alc = tree_alc(arena);
	if (!text.p || depth_of(text) > 2 * CFN_DEPTH_MAX)
		return NULL;
	yyjson_doc *read = yyjson_read_opts((char *)(uintptr_t)text.p, text.n, 0, &alc, NULL);
	return read ? yyjson_val_mut_copy(doc, yyjson_doc_get_root(read)) : NULL;
}

struct str cfn_json_write(struct arena *arena, value *v)
{
	yyjson_alc alc = tree_alc(arena);
	size_t n = 0;
	char *p =
		v ? yyjson_mut_val_write_opts(v, YYJSON_WRITE_ALLOW_INVALID_UNICODE, &alc, &n, NULL)
		  : NULL;
	return (struct str){ p, n };
}

value *cfn_get_str(value *v, struct str name)
{
	return yyjson_mut_is_obj(v) ? yyjson_mut_obj_getn(v, name.p, name.n) : NULL;
}

value *cfn_get(value *v, const char *name)
{
	return cfn_get_str(v, str_c(name));
}

struct str cfn_text(value *v)
{
	return yyjson_mut_is_str(v) ? (struct str){ yyjson_mut_get_str(v), yyjson_mut_get_len(v) }
				    : (struct str){ 0 };
}

struct str cfn_scalar(struct arena *arena, value *v)
{
	if (yyjson_mut_is_str(v))
		return cfn_text(v);
	if (yyjson_mut_is_bool(v))
		return yyjson_mut_get_bool(v) ? STR("true") : STR("false");
	if (yyjson_mut_is_num(v))
		return cfn_json_write(arena, v);
	return (struct str){ 0 };
}

value *cfn_string(value_doc *doc, struct str s)
{
	value *v = yyjson_mut_strncpy(doc, s.p ? s.p : "", s.n);
	assert(v);
	return v;
}

void cfn_set_str(value_doc *doc, value *object, struct str name, value *v)
{
	/* One member of a name: a put replaces. */
	if (v)
		yyjson_mut_obj_put(object, cfn_string(doc, name), v);
}

void cfn_set(value_doc *doc, value *object, const char *name, value *v)
{
	cfn_set_str(doc, object, str_c(name), v);
}

value *cfn_copy(value_doc *doc, value *v)
{
	return v ? yyjson_mut_val_mut_copy(doc, v) : NULL;
}

bool cfn_equal(value *a, value *b)
{
	value *key, *member, *at;
	if (!a || !b)
		return a == b;
	if (yyjson_mut_is_obj(a) && yyjson_mut_is_obj(b)) {
		if (yyjson_mut_obj_size(a) != yyjson_mut_obj_size(b))
			return false;
		CFN_OBJECT_FOR(key, member, a)
		if (!cfn_equal(member, cfn_get_str(b, cfn_text(key))))
			return false;
		return true;
	}
	if (yyjson_mut_is_arr(a) && yyjson_mut_is_arr(b)) {
		if (yyjson_mut_arr_size(a) != yyjson_mut_arr_size(b))
			return false;
		yyjson_mut_arr_iter other = yyjson_mut_arr_iter_with(b);
		CFN_ARRAY_FOR(at, a)
		{
			if (!cfn_equal(at, yyjson_mut_arr_iter_next(&other)))
				return false;
		}
		return true;
	}
	return yyjson_mut_equals(a, b);
}

bool cfn_is_call(value *v, const char *function)
{
	return yyjson_mut_is_obj(v) && yyjson_mut_obj_size(v) == 1 && cfn_get(v, function);
}
