/* YAML or JSON text as a JSON tree, with limits and CloudFormation's short tags. */
#include "aws/yaml.h"
#include "aws/limits.h"
#include "base/map.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

struct reader {
	yaml_parser_t parser;
	yyjson_mut_doc *doc;
	struct map anchors; /* to values; to unfinished while their node is being read */
	unsigned flags, depth, nodes;
	struct yaml_error *error;
};

static char unfinished;

static int fail_at(struct reader *r, const yaml_mark_t *mark, int code, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
static int fail_at(struct reader *r, const yaml_mark_t *mark, int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(r->error->text, sizeof r->error->text, fmt, ap);
	va_end(ap);
	r->error->line = (unsigned)mark->line + 1;
	r->error->column = (unsigned)mark->column + 1;
	return code;
}

static int next_event(struct reader *r, yaml_event_t *event)
{
	yaml_parser_t *p = &r->parser;
	if (yaml_parser_parse(p, event))
		return 0;
	if (p->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	/* A reader's error has an offset instead of a mark. */
	const yaml_mark_t *mark = p->error == YAML_READER_ERROR ? &p->mark : &p->problem_mark;
	return fail_at(r, mark, -EINVAL, "%s%s%s", p->context ? p->context : "",
		p->context ? ", " : "", p->problem ? p->problem : "not YAML");
}

/* One more node, for the limit. */
static int count_node(struct reader *r, const yaml_mark_t *mark)
{
	if (++r->nodes > YAML_NODES_MAX)
		return fail_at(
			r, mark, -E2BIG, "more than %d values, aliases included", YAML_NODES_MAX);
	return 0;
}

static bool one_of(struct str s, const char *a, const char *b, const char *c)
{
	return str_is(s, a) || str_is(s, b) || str_is(s, c);
}

/* [-+]?[0-9]+ without a leading zero, that fits; hexadecimal and octal as 0x1f and 0o17. */
static yyjson_mut_val *as_integer(struct reader *r, struct str s)
{
	uint64_t u;
	int64_t i;
	char prefix = s.n > 2 && s.p[0] == '0' ? s.p[1] : 0;
	if (prefix == 'x' || prefix == 'o') {
		const char *digits = prefix == 'x' ? "0123456789abcdefABCDEF" : "01234567";
		char text[24], *end;
		snprintf(text, sizeof text, "%.*s", (int)MIN(s.n - 2, sizeof text - 1), s.p + 2);
		if (s.n - 2 > 15 || strspn(text, digits) != s.n - 2)
			return NULL;
		u = strtoull(text, &end, prefix == 'x' ? 16 : 8);
		return yyjson_mut_uint(r->doc, u);
	}
	struct str digits = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+') ? str_from(s, 1) : s;
	if (digits.n == 0 || digits.n > 19 || (digits.n > 1 && digits.p[0] == '0'))
		return NULL;
	for (size_t k = 0; k < digits.n; k++)
		if (digits.p[k] < '0' || digits.p[k] > '9')
			return NULL;
	if (s.p[0] == '-')
		return str_to_i64(s, &i) == 0 ? yyjson_mut_sint(r->doc, i) : NULL;
	return str_to_u64(digits, &u) == 0 ? yyjson_mut_uint(r->doc, u) : NULL;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?, with a point or an exponent. */
static yyjson_mut_val *as_float(struct reader *r, struct str s)
{
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'), digits = 0, exponent_digits = 1;
	bool has_point = false, has_exponent = false;
	size_t first = i;
	for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] == '.' && !has_point));
		i++) {
		has_point |= s.p[i] == '.';
		digits += s.p[i] != '.';
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		has_exponent = true;
		i += i + 1 < s.n && (s.p[i + 1] == '-' || s.p[i + 1] == '+') ? 2 : 1;
		for (exponent_digits = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
			exponent_digits++;
	}
	bool leads = first + 1 < s.n && s.p[first] == '0' && s.p[first + 1] >= '0' &&
		     s.p[first + 1] <= '9';
	if (i < s.n || digits == 0 || exponent_digits == 0 || (!has_point && !has_exponent) ||
		leads || s.n > 40)
		return NULL;
	char text[48];
	snprintf(text, sizeof text, "%.*s", STR_ARG(s));
	double value = strtod(text, NULL);
	return value - value == 0 ? yyjson_mut_real(r->doc, value) : NULL;
}

/* -?digits without leading zeros, or a decimal that does not end in one. */
static bool keeps_its_text(struct str s)
{
	size_t i = s.n && s.p[0] == '-', digits = 0, points = 0;
	if (i + 1 < s.n && s.p[i] == '0' && s.p[i + 1] != '.')
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] == '.' && digits && i + 1 < s.n && !points++)
			continue;
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		digits++;
	}
	return digits > 0 && digits <= 15 && (!points || s.p[s.n - 1] != '0');
}

static yyjson_mut_val *plain_scalar(struct reader *r, struct str s)
{
	yyjson_mut_val *number;
	bool is_template = r->flags & YAML_TEMPLATE;
	if (s.n == 0 || str_is(s, "~") || one_of(s, "null", "Null", "NULL"))
		return yyjson_mut_null(r->doc);
	if (one_of(s, "true", "True", "TRUE"))
		return yyjson_mut_true(r->doc);
	if (one_of(s, "false", "False", "FALSE"))
		return yyjson_mut_false(r->doc);
	if (is_template && (one_of(s, "yes", "Yes", "YES") || one_of(s, "on", "On", "ON")))
		return yyjson_mut_true(r->doc);
	if (is_template && (one_of(s, "no", "No", "NO") || one_of(s, "off", "Off", "OFF")))
		return yyjson_mut_false(r->doc);
	if (strchr("0123456789+-.", s.p[0]) && (!is_template || keeps_its_text(s)) &&
		((number = as_integer(r, s)) || (number = as_float(r, s))))
		return number;
	return yyjson_mut_strncpy(r->doc, s.p, s.n);
}

/* The long forms of CloudFormation's functions (User Guide, "Intrinsic function reference"). */
static const char *const function_tags[] = { "And", "Base64", "Cidr", "Contains",
	"EachMemberEquals", "EachMemberIn", "Equals", "FindInMap", "GetAtt", "GetAZs", "If",
	"ImportValue", "Join", "Length", "Not", "Or", "RefAll", "Select", "Split", "Sub",
	"ToJsonString", "Transform", "ValueOf", "ValueOfAll" };

static yyjson_mut_val *wrap(struct reader *r, const char *name, yyjson_mut_val *val)
{
	yyjson_mut_val *o = yyjson_mut_obj(r->doc);
	return o && yyjson_mut_obj_add(o, yyjson_mut_strcpy(r->doc, name), val) ? o : NULL;
}

/* "Queue.Arn" is ["Queue", "Arn"]; what follows the first point is one attribute's name. */
static yyjson_mut_val *attribute_pair(struct reader *r, yyjson_mut_val *val)
{
	struct str s = tree_str(val);
	ssize_t point = s.p ? str_index(s, '.') : -1;
	if (point < 0)
		return val;
	yyjson_mut_val *pair = yyjson_mut_arr(r->doc);
	struct str behind = str_from(s, (size_t)point + 1);
	return pair && yyjson_mut_arr_add_strncpy(r->doc, pair, s.p, (size_t)point) &&
			       yyjson_mut_arr_add_strncpy(r->doc, pair, behind.p, behind.n)
		       ? pair
		       : NULL;
}

/* What a local tag makes of the value; *out is NULL when memory ran out. */
static int apply_tag(
	struct reader *r, struct str tag, const yaml_mark_t *mark, yyjson_mut_val **out)
{
	char name[40];
	struct str function = str_from(tag, 1);
	if (str_is(function, "Ref") || str_is(function, "Condition")) {
		*out = wrap(r, str_is(function, "Ref") ? "Ref" : "Condition", *out);
		return *out ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < COUNT_OF(function_tags); i++) {
		if (!str_is(function, function_tags[i]))
			continue;
		if (str_is(function, "GetAtt"))
			*out = attribute_pair(r, *out);
		snprintf(name, sizeof name, "Fn::%s", function_tags[i]);
		*out = *out ? wrap(r, name, *out) : NULL;
		return *out ? 0 : -ENOMEM;
	}
	return fail_at(r, mark, -EINVAL, "unknown tag !%.*s", (int)MIN(function.n, (size_t)60),
		function.p);
}

/* The part of a standard tag behind "tag:yaml.org,2002:", or p == NULL for a tag of another kind or
 * none. */
static struct str standard_tag(struct str tag)
{
	struct str prefix = STR("tag:yaml.org,2002:");
	return str_starts(tag, prefix) ? str_from(tag, prefix.n) : (struct str){ 0 };
}

static int read_scalar(
	struct reader *r, const yaml_event_t *e, struct str tag, yyjson_mut_val **out)
{
	struct str s = { (const char *)e->data.scalar.value, e->data.scalar.length },
		   standard = standard_tag(tag);
	bool is_plain =
		e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && e->data.scalar.plain_implicit;
	/* What a function's tag stands before is text: !Ref 0123, !Sub 1.10. */
	if (standard.p && one_of(standard, "int", "float", "bool"))
		is_plain = true;
	else if (standard.p && str_is(standard, "null"))
		is_plain = true, s.n = 0;
	else if (standard.p && !one_of(standard, "str", "binary", "timestamp"))
		return fail_at(r, &e->start_mark, -EINVAL, "unknown tag !!%.*s",
			(int)MIN(standard.n, (size_t)60), standard.p);
	*out = is_plain ? plain_scalar(r, s) : yyjson_mut_strncpy(r->doc, s.p, s.n);
	return *out ? 0 : -ENOMEM;
}

static int read_node(struct reader *r, yaml_event_t *event, yyjson_mut_val **out);

static int read_sequence(struct reader *r, yyjson_mut_val **out)
{
	yaml_event_t event;
	yyjson_mut_val *array = yyjson_mut_arr(r->doc), *item;
	int code;
	while ((code = next_event(r, &event)) == 0 && event.type != YAML_SEQUENCE_END_EVENT) {
		code = read_node(r, &event, &item);
		yaml_event_delete(&event);
		if (code < 0)
			return code;
		if (!yyjson_mut_arr_append(array, item))
			return -ENOMEM;
	}
	if (code == 0)
		yaml_event_delete(&event);
	*out = array;
	return array ? code : -ENOMEM;
}

/* The keys of a merge key's mapping that the mapping has not itself. */
static int merge_one(
	struct reader *r, const yaml_mark_t *mark, yyjson_mut_val *into, yyjson_mut_val *from)
{
	yyjson_mut_obj_iter it;
	yyjson_mut_val *key;
	if (!yyjson_mut_is_obj(from))
		return fail_at(r, mark, -EINVAL, "<< takes a mapping or a list of mappings");
	yyjson_mut_obj_iter_init(from, &it);
	while ((key = yyjson_mut_obj_iter_next(&it))) {
		if (tree_get(into, tree_str(key)))
			continue;
		yyjson_mut_val *k = yyjson_mut_val_mut_copy(r->doc, key);
		yyjson_mut_val *v =
			yyjson_mut_val_mut_copy(r->doc, yyjson_mut_obj_iter_get_val(key));
		if (!k || !v || !yyjson_mut_obj_add(into, k, v))
			return -ENOMEM;
	}
	return 0;
}

static int merge(
	struct reader *r, const yaml_mark_t *mark, yyjson_mut_val *into, yyjson_mut_val *from)
{
	if (!yyjson_mut_is_arr(from))
		return merge_one(r, mark, into, from);
	yyjson_mut_arr_iter it;
	yyjson_mut_val *item;
	int code = 0;
	yyjson_mut_arr_iter_init(from, &it);
	while (code == 0 && (item = yyjson_mut_arr_iter_next(&it)))
		code = merge_one(r, mark, into, item);
	return code;
}

/* The value after the key, put into the object; a merge key's value is kept for the end. */
static int read_pair(struct reader *r, const yaml_event_t *key, yyjson_mut_val *object,
	struct map *seen, yyjson_mut_val **merged)
{
	yaml_event_t event;
	yyjson_mut_val *val;
	if (key->type != YAML_SCALAR_EVENT)
		return fail_at(r, &key->start_mark, -EINVAL, "a key must be a simple text");
	struct str name = { (const char *)key->data.scalar.value, key->data.scalar.length };
	bool is_merge = str_is(name, "<<") && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (map_put(seen, name, &unfinished))
		return fail_at(r, &key->start_mark, -EINVAL, "the key %.*s is there twice",
			(int)MIN(name.n, (size_t)100), name.p);
	int code = next_event(r, &event);
	if (code < 0)
		return code;
	code = read_node(r, &event, &val);
	yaml_event_delete(&event);
	if (code < 0)
		return code;
	if (is_merge) {
		*merged = val;
		return 0;
	}
	yyjson_mut_val *k = yyjson_mut_strncpy(r->doc, name.p, name.n);
	return k && yyjson_mut_obj_add(object, k, val) ? 0 : -ENOMEM;
}

static int read_mapping(struct reader *r, const yaml_mark_t *mark, yyjson_mut_val **out)
{
	yaml_event_t event;
	struct map seen = { 0 };
	yyjson_mut_val *object = yyjson_mut_obj(r->doc), *merged = NULL;
	int code;
	while ((code = next_event(r, &event)) == 0) {
		bool is_end = event.type == YAML_MAPPING_END_EVENT;
		code = is_end ? 0 : read_pair(r, &event, object, &seen, &merged);
		yaml_event_delete(&event);
		if (is_end || code < 0)
			break;
	}
	map_fini(&seen);
	if (code == 0 && merged)
		code = merge(r, mark, object, merged);
	*out = object;
	return object ? code : -ENOMEM;
}

/* Counts the values of what an alias copies. The tree is no deeper than YAML_DEPTH_MAX and a few
 * tags. */
static int count_copy(struct reader *r, const yaml_mark_t *mark, yyjson_mut_val *val)
{
	yyjson_mut_arr_iter items;
	yyjson_mut_obj_iter members;
	yyjson_mut_val *inner;
	int code = count_node(r, mark);
	if (yyjson_mut_is_arr(val)) {
		yyjson_mut_arr_iter_init(val, &items);
		while (code == 0 && (inner = yyjson_mut_arr_iter_next(&items)))
			code = count_copy(r, mark, inner);
	} else if (yyjson_mut_is_obj(val)) {
		yyjson_mut_obj_iter_init(val, &members);
		while (code == 0 && (inner = yyjson_mut_obj_iter_next(&members)))
			code = count_copy(r, mark, yyjson_mut_obj_iter_get_val(inner));
	}
	return code;
}

static unsigned depth_of(yyjson_mut_val *val)
{
	yyjson_mut_arr_iter items;
	yyjson_mut_obj_iter members;
	yyjson_mut_val *inner;
	unsigned deepest = 0, depth;
	if (yyjson_mut_is_arr(val)) {
		yyjson_mut_arr_iter_init(val, &items);
		while ((inner = yyjson_mut_arr_iter_next(&items)))
			if ((depth = depth_of(inner)) > deepest)
				deepest = depth;
	} else if (yyjson_mut_is_obj(val)) {
		yyjson_mut_obj_iter_init(val, &members);
		while ((inner = yyjson_mut_obj_iter_next(&members)))
			if ((depth = depth_of(yyjson_mut_obj_iter_get_val(inner))) > deepest)
				deepest = depth;
	}
	return deepest + 1;
}

static int read_alias(struct reader *r, const yaml_event_t *e, yyjson_mut_val **out)
{
	const char *name = (const char *)e->data.alias.anchor;
	void *found = map_get(&r->anchors, str_c(name));
	if (!found)
		return fail_at(r, &e->start_mark, -EINVAL,
			"there is no anchor &%.60s before *%.60s", name, name);
	if (found == &unfinished)
		return fail_at(
			r, &e->start_mark, -EINVAL, "*%.60s stands inside its own anchor", name);
	int code = count_copy(r, &e->start_mark, found);
	if (code < 0)
		return code;
	if (r->depth + depth_of(found) > YAML_DEPTH_MAX)
		return fail_at(r, &e->start_mark, -E2BIG, "more than %d levels, aliases included",
			YAML_DEPTH_MAX);
	*out = yyjson_mut_val_mut_copy(r->doc, found);
	return *out ? 0 : -ENOMEM;
}

/* What an event carries besides its value. */
static void node_names(const yaml_event_t *e, struct str *tag, const char **anchor)
{
	const yaml_char_t *t = NULL, *a = NULL;
	if (e->type == YAML_SCALAR_EVENT)
		t = e->data.scalar.tag, a = e->data.scalar.anchor;
	else if (e->type == YAML_SEQUENCE_START_EVENT)
		t = e->data.sequence_start.tag, a = e->data.sequence_start.anchor;
	else if (e->type == YAML_MAPPING_START_EVENT)
		t = e->data.mapping_start.tag, a = e->data.mapping_start.anchor;
	*tag = str_c((const char *)t);
	*anchor = (const char *)a;
}

static int read_value(struct reader *r, const yaml_event_t *e, struct str tag, yyjson_mut_val **out)
{
	struct str standard = standard_tag(tag);
	if (e->type == YAML_SCALAR_EVENT)
		return read_scalar(r, e, tag, out);
	if (r->depth >= YAML_DEPTH_MAX)
		return fail_at(r, &e->start_mark, -E2BIG, "more than %d levels", YAML_DEPTH_MAX);
	if (standard.p && !one_of(standard, "map", "seq", "omap"))
		return fail_at(r, &e->start_mark, -EINVAL, "unknown tag !!%.*s",
			(int)MIN(standard.n, (size_t)60), standard.p);
	r->depth++;
	int code = e->type == YAML_SEQUENCE_START_EVENT ? read_sequence(r, out)
							: read_mapping(r, &e->start_mark, out);
	r->depth--;
	return code;
}

static int read_node(struct reader *r, yaml_event_t *e, yyjson_mut_val **out)
{
	struct str tag;
	const char *anchor;
	if (e->type == YAML_ALIAS_EVENT)
		return read_alias(r, e, out);
	node_names(e, &tag, &anchor);
	if (anchor)
		map_put(&r->anchors, str_c(anchor), &unfinished);
	int code = count_node(r, &e->start_mark);
	if (code == 0)
		code = read_value(r, e, tag, out);
	/* "!" alone only says that the scalar is text. */
	if (code == 0 && tag.n > 1 && !standard_tag(tag).p) {
		code = tag.p[0] == '!' ? apply_tag(r, tag, &e->start_mark, out)
				       : fail_at(r, &e->start_mark, -EINVAL, "unknown tag %.*s",
						 (int)MIN(tag.n, (size_t)60), tag.p);
	}
	if (code == 0 && anchor)
		map_put(&r->anchors, str_c(anchor), *out);
	return code;
}

/* The document's root; a second document is refused. */
static int read_stream(struct reader *r, yyjson_mut_val **root)
{
	yaml_event_t event;
	bool has_root = false, ended = false;
	int code = 0;
	*root = NULL;
	while (code == 0 && !ended && (code = next_event(r, &event)) == 0) {
		switch (event.type) {
		case YAML_STREAM_START_EVENT:
		case YAML_DOCUMENT_END_EVENT:
			break;
		case YAML_DOCUMENT_START_EVENT:
			if (has_root)
				code = fail_at(r, &event.start_mark, -EINVAL,
					"a second document (---) begins here");
			break;
		case YAML_STREAM_END_EVENT:
			ended = true;
			break;
		default:
			has_root = true;
			code = read_node(r, &event, root);
		}
		yaml_event_delete(&event);
	}
	if (code == 0 && !has_root)
		*root = yyjson_mut_null(r->doc);
	return code == 0 && !*root ? -ENOMEM : code;
}

static int read_json(
	yyjson_mut_doc *doc, struct str text, yyjson_mut_val **root, struct yaml_error *error)
{
	yyjson_read_err why;
	/* Without YYJSON_READ_INSITU the text is only read, whatever the prototype says. */
	yyjson_doc *json = yyjson_read_opts((char *)(uintptr_t)text.p, text.n, 0, &doc->alc, &why);
	if (!json) {
		size_t line = 1, column = 1;
		for (size_t i = 0; i < why.pos && i < text.n; i++) {
			line += text.p[i] == '\n';
			column = text.p[i] == '\n' ? 1 : column + 1;
		}
		*error = (struct yaml_error){
			.line = (unsigned)line, .column = (unsigned)column, .is_json = true
		};
		snprintf(error->text, sizeof error->text, "%s", why.msg);
		return why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION ? -ENOMEM : -EINVAL;
	}
	*root = yyjson_val_mut_copy(doc, yyjson_doc_get_root(json));
	size_t values = json->val_read;
	yyjson_doc_free(json);
	if (!*root)
		return -ENOMEM;
	if (values <= 2 * YAML_NODES_MAX)
		return 0;
	snprintf(error->text, sizeof error->text, "more than %d values", YAML_NODES_MAX);
	return -E2BIG;
}

/* Deep JSON is refused before anything walks it: brackets outside of texts are counted. */
static bool json_is_too_deep(struct str text)
{
	unsigned depth = 0;
	bool in_text = false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (in_text && c == '\\')
			i++;
		else if (c == '"')
			in_text = !in_text;
		else if (!in_text && (c == '{' || c == '['))
			depth++;
		else if (!in_text && (c == '}' || c == ']') && depth > 0)
			depth--;
		if (depth > YAML_DEPTH_MAX)
			return true;
	}
	return false;
}

static int read_yaml(yyjson_mut_doc *doc, struct str text, unsigned flags, yyjson_mut_val **root,
	struct yaml_error *error)
{
	struct reader r = { .doc = doc, .flags = flags, .error = error };
	if (!yaml_parser_initialize(&r.parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.n);
	int code = read_stream(&r, root);
	yaml_parser_delete(&r.parser);
	map_fini(&r.anchors);
	return code;
}

int yaml_read(yyjson_mut_doc *doc, struct str text, unsigned flags, yyjson_mut_val **root,
	struct yaml_error *error)
{
	struct yaml_error json_error;
	*error = (struct yaml_error){ 0 };
	if (!doc)
		return -ENOMEM;
	if (text.n > YAML_BYTES_MAX) {
		snprintf(error->text, sizeof error->text, "longer than %zu bytes", YAML_BYTES_MAX);
		return -E2BIG;
	}
	if (str_trim(text).n == 0 || str_trim(text).p[0] != '{')
		return read_yaml(doc, text, flags, root, error);
	if (json_is_too_deep(text)) {
		error->is_json = true;
		snprintf(error->text, sizeof error->text, "more than %d levels", YAML_DEPTH_MAX);
		return -E2BIG;
	}
	int code = read_json(doc, str_trim(text), root, &json_error);
	if (code != -EINVAL) {
		*error = json_error;
		return code;
	}
	/* A mapping in YAML's flow style begins like JSON. */
	code = read_yaml(doc, text, flags, root, error);
	if (code == -EINVAL)
		*error = json_error;
	return code;
}
