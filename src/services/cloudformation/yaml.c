/*
 * YAML to template values, by libyaml's events (YAML 1.1): the short forms of functions (!Ref, !Sub
 * ...), scalars as CloudFormation takes them, anchors and aliases with a limit to what they may
 * grow to.
 */
#include "base/map.h"
#include "services/cloudformation/limits.h"
#include "services/cloudformation/value.h"
#include <errno.h>
#include <stdlib.h>
#include <yaml.h>

struct reader {
	struct arena *arena;
	value_doc *doc;
	yaml_parser_t parser;
	yaml_event_t event;
	struct map anchors; /* to values */
	size_t nodes;
	int depth;
	struct str *why;
};

static int wrong(struct reader *r, const char *what)
{
	if (!r->why->p)
		*r->why = arena_printf(r->arena,
			"Template format error: YAML not well-formed. (line %zu, column %zu): %s",
			r->event.start_mark.line + 1, r->event.start_mark.column + 1, what);
	return -EINVAL;
}

static int next_event(struct reader *r)
{
	yaml_event_delete(&r->event);
	if (yaml_parser_parse(&r->parser, &r->event))
		return 0;
	*r->why = arena_printf(r->arena,
		"Template format error: YAML not well-formed. (line %zu, column %zu)",
		r->parser.problem_mark.line + 1, r->parser.problem_mark.column + 1);
	return -EINVAL;
}

static struct str utf8(const yaml_char_t *p, size_t n)
{
	return (struct str){ (const char *)p, n };
}

static bool is_word(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_is(s, *words))
			return true;
	return false;
}

/* -?digits without leading zeros, or a decimal: what keeps its text when written again. */
static bool is_number(struct str s)
{
	size_t i = s.n && s.p[0] == '-', digits = 0, dots = 0;
	if (i + 1 < s.n && s.p[i] == '0' && s.p[i + 1] != '.')
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] == '.' && digits && i + 1 < s.n && !dots++)
			continue;
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		digits++;
	}
	return digits > 0 && digits <= 15;
}

static value *plain_scalar(struct reader *r, struct str s)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const yes[] = { "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On",
		"ON", NULL };
	static const char *const no[] = { "false", "False", "FALSE", "no", "No", "NO", "off", "Off",
		"OFF", NULL };
	int64_t i;
	double f;
	if (is_word(s, nulls))
		return yyjson_mut_null(r->doc);
	if (is_word(s, yes))
		return yyjson_mut_true(r->doc);
	if (is_word(s, no))
		return yyjson_mut_false(r->doc);
	if (is_number(s) && str_index(s, '.') < 0 && str_to_i64(s, &i) == 0)
		return yyjson_mut_sint(r->doc, i);
	/* A decimal that would not be written as it was read stays a text: "1.0", "2.10". */
	if (is_number(s) && s.p[s.n - 1] != '0' && str_to_f64(s, &f) == 0)
		return yyjson_mut_real(r->doc, f);
	return cfn_string(r->doc, s);
}

/* The function of a tag like !Sub, or p == NULL. */
static struct str function_of(struct reader *r, struct str tag)
{
	static const char *const functions[] = { "Base64", "Cidr", "FindInMap", "GetAtt", "GetAZs",
		"ImportValue", "Join", "Select", "Split", "Sub", "And", "Equals", "If", "Not", "Or",
		"Transform", "Length", "ToJsonString", "ForEach", NULL };
	if (!str_starts(tag, STR("!")) || tag.n < 2)
		return (struct str){ 0 };
	tag = str_from(tag, 1);
	if (str_is(tag, "Ref") || str_is(tag, "Condition"))
		return arena_str(r->arena, tag);
	if (is_word(tag, functions))
		return arena_printf(r->arena, "Fn::%.*s", STR_ARG(tag));
	return (struct str){ 0 };
}

/* !GetAtt a.b is the list of both. */
static value *getatt_list(struct reader *r, value *v)
{
	struct str s = cfn_text(v);
	ssize_t dot = str_index(s, '.');
	if (dot < 0)
		return v;
	value *list = yyjson_mut_arr(r->doc);
	yyjson_mut_arr_append(list, cfn_string(r->doc, str_sub(s, 0, (size_t)dot)));
	yyjson_mut_arr_append(list, cfn_string(r->doc, str_from(s, (size_t)dot + 1)));
	return list;
}

static int read_node(struct reader *r, value **out);

static int count_nodes(struct reader *r, value *v, int depth)
{
	value *key, *member;
	if (++r->nodes > CFN_NODES_MAX || depth > CFN_DEPTH_MAX)
		return wrong(r, "aliases make it too large");
	if (yyjson_mut_is_obj(v)) {
		CFN_OBJECT_FOR(key, member, v)
		if (count_nodes(r, member, depth + 1) < 0)
			return -EINVAL;
	} else if (yyjson_mut_is_arr(v)) {
		CFN_ARRAY_FOR(member, v)
		if (count_nodes(r, member, depth + 1) < 0)
			return -EINVAL;
	}
	return 0;
}

static int read_alias(struct reader *r, value **out)
{
	value *v = map_get(&r->anchors, str_c((const char *)r->event.data.alias.anchor));
	if (!v)
		return wrong(r, "an alias without its anchor");
	if (count_nodes(r, v, r->depth) < 0)
		return -EINVAL;
	*out = cfn_copy(r->doc, v);
	return 0;
}

static int read_sequence(struct reader *r, value **out)
{
	value *list = yyjson_mut_arr(r->doc), *item;
	for (;;) {
		if (next_event(r) < 0)
			return -EINVAL;
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		if (read_node(r, &item) < 0)
			return -EINVAL;
		yyjson_mut_arr_append(list, item);
	}
	*out = list;
	return 0;
}

/* What "<<" brings in, where the mapping has no such key itself. */
static int merge(struct reader *r, value *object, value *from)
{
	value *key, *member;
	if (yyjson_mut_is_arr(from)) {
		CFN_ARRAY_FOR(member, from)
		if (merge(r, object, yyjson_mut_is_obj(member) ? member : NULL) < 0)
			return -EINVAL;
		return 0;
	}
	if (!yyjson_mut_is_obj(from))
		return wrong(r, "<< needs a mapping");
	CFN_OBJECT_FOR(key, member, from)
	if (!cfn_get_str(object, cfn_text(key)))
		cfn_set_str(r->doc, object, cfn_text(key), cfn_copy(r->doc, member));
	return 0;
}

static int read_mapping(struct reader *r, value **out)
{
	value *object = yyjson_mut_obj(r->doc), *item, *merged = NULL;
	for (;;) {
		if (next_event(r) < 0)
			return -EINVAL;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			break;
		if (r->event.type != YAML_SCALAR_EVENT)
			return wrong(r, "a key that is no text");
		struct str key = arena_str(
			r->arena, utf8(r->event.data.scalar.value, r->event.data.scalar.length));
		bool is_merge = str_is(key, "<<") && r->event.data.scalar.plain_implicit;
		if (!is_merge && cfn_get_str(object, key))
			return wrong(r, arena_cstr(r->arena,
						arena_printf(r->arena, "the key %.*s comes twice",
							STR_ARG(key))));
		if (next_event(r) < 0 || read_node(r, &item) < 0)
			return -EINVAL;
		if (is_merge)
			merged = item;
		else
			yyjson_mut_obj_add(object, cfn_string(r->doc, key), item);
	}
	*out = object;
	return merged ? merge(r, object, merged) : 0;
}

static int read_scalar(struct reader *r, struct str function, value **out)
{
	struct str s = utf8(r->event.data.scalar.value, r->event.data.scalar.length);
	struct str tag = str_c((const char *)r->event.data.scalar.tag);
	bool is_text = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE || function.p ||
		       str_ends(tag, STR(":str"));
	if (!str_is_utf8(s))
		return wrong(r, "no UTF-8");
	*out = is_text ? cfn_string(r->doc, s) : plain_scalar(r, s);
	return 0;
}

/* One value; its first event is at hand. */
static int read_node(struct reader *r, value **out)
{
	const yaml_char_t *tag = NULL, *anchor = NULL;
	yaml_event_type_t type = r->event.type;
	int e = -EINVAL;
	if (type == YAML_ALIAS_EVENT)
		return read_alias(r, out);
	if (type == YAML_SCALAR_EVENT) {
		tag = r->event.data.scalar.tag;
		anchor = r->event.data.scalar.anchor;
	} else if (type == YAML_SEQUENCE_START_EVENT) {
		tag = r->event.data.sequence_start.tag;
		anchor = r->event.data.sequence_start.anchor;
	} else if (type == YAML_MAPPING_START_EVENT) {
		tag = r->event.data.mapping_start.tag;
		anchor = r->event.data.mapping_start.anchor;
	} else {
		return wrong(r, "no value");
	}
	struct str name = arena_str(r->arena, str_c((const char *)anchor));
	struct str tag_text = arena_str(r->arena, str_c((const char *)tag));
	struct str function = function_of(r, tag_text);
	if (str_starts(tag_text, STR("!")) && !function.p && tag_text.n > 1)
		return wrong(
			r, arena_cstr(r->arena, arena_printf(r->arena, "the tag %.*s is not known",
							STR_ARG(tag_text))));
	if (++r->nodes > CFN_NODES_MAX || ++r->depth > CFN_DEPTH_MAX)
		return wrong(r, "it is too large or nested too deeply");
	if (type == YAML_SCALAR_EVENT)
		e = read_scalar(r, function, out);
	else
		e = type == YAML_SEQUENCE_START_EVENT ? read_sequence(r, out)
						      : read_mapping(r, out);
	r->depth--;
	if (e < 0)
		return e;
	if (function.p) {
		value *call = yyjson_mut_obj(r->doc);
		if (str_is(function, "Fn::GetAtt"))
			*out = getatt_list(r, *out);
		yyjson_mut_obj_add(call, cfn_string(r->doc, function), *out);
		*out = call;
	}
	if (name.p)
		map_put(&r->anchors, name, *out);
	return 0;
}

static int read_document(struct reader *r, value **out)
{
	if (next_event(r) < 0 || next_event(r) < 0)
		return -EINVAL;
	if (r->event.type != YAML_DOCUMENT_START_EVENT)
		return wrong(r, "it is empty");
	if (next_event(r) < 0 || read_node(r, out) < 0 || next_event(r) < 0 || next_event(r) < 0)
		return -EINVAL;
	return r->event.type == YAML_STREAM_END_EVENT ? 0 : wrong(r, "more than one document");
}

int cfn_yaml_read(
	struct arena *arena, value_doc *doc, struct str text, value **out, struct str *why)
{
	struct reader r = { .arena = arena, .doc = doc, .why = why };
	*why = (struct str){ 0 };
	if (!yaml_parser_initialize(&r.parser))
		abort();
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.n);
	int e = read_document(&r, out);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	map_fini(&r.anchors);
	return e;
}
