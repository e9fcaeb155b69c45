/* The variables of serverless.yml: ${source(parameters):address, fallback, ...}. (Serverless
 * Framework documentation, "Variables".) */
#include "deploy/dotenv.h"
#include "deploy/internal.h"
#include "deploy/limits.h"
#include <errno.h>
#include <stdio.h>

/* The texts whose variables are being worked out, innermost first: one that is met again is a
 * cycle. */
struct open_text {
	const yyjson_mut_val *val;
	struct open_text *outer;
};

struct resolver {
	struct deploy *d;
	struct open_text *open;
	int depth;
	unsigned count;
};

/* One variable's parts. */
struct source {
	struct str whole; /* for messages */
	struct str name, parameter, address;
	bool has_parameter, has_address;
};

static int resolve_value(struct resolver *r, yyjson_mut_val *val);
static int evaluate(struct resolver *r, struct str inside, yyjson_mut_val **out);
static int resolve_text(struct resolver *r, struct str text, yyjson_mut_val **out);

/* The value in place of what stands there, its neighbours kept. */
static void overwrite(yyjson_mut_val *at, const yyjson_mut_val *with)
{
	at->tag = with->tag;
	at->uni = with->uni;
}

/* The end of the variable that begins at text[at] ("${"): the index of its brace, or -1. */
static ssize_t variable_end(struct str text, size_t at)
{
	int depth = 0;
	for (size_t i = at; i < text.n; i++) {
		if (text.p[i] == '$' && i + 1 < text.n && text.p[i + 1] == '{')
			depth++, i++;
		else if (text.p[i] == '}' && --depth == 0)
			return (ssize_t)i;
	}
	return -1;
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.';
}

/* Whether what stands between the braces is a variable, and no ${Name} or ${AWS::Region} of
 * Fn::Sub. */
static bool is_variable(struct str inside)
{
	size_t n = 0;
	while (n < inside.n && is_word_char(inside.p[n]))
		n++;
	if (n == 0 || n == inside.n)
		return false;
	if (inside.p[n] == ':')
		return n + 1 == inside.n || inside.p[n + 1] != ':';
	return inside.p[n] == '(' || inside.p[n] == ',';
}

/* The next variable in the text from *at on: its place and end. */
static bool find_variable(struct str text, size_t *at, size_t *end)
{
	for (size_t i = *at; i + 1 < text.n; i++) {
		ssize_t brace;
		if (text.p[i] != '$' || text.p[i + 1] != '{' || (brace = variable_end(text, i)) < 0)
			continue;
		if (is_variable(str_sub(text, i + 2, (size_t)brace - i - 2))) {
			*at = i;
			*end = (size_t)brace + 1;
			return true;
		}
	}
	return false;
}

/* Cuts the part before the next comma that stands outside of quotes, parentheses and inner
 * variables. */
static bool cut_candidate(struct str *rest, struct str *part)
{
	int depth = 0;
	char quote = 0;
	if (!rest->p)
		return false;
	for (size_t i = 0; i < rest->n; i++) {
		char c = rest->p[i];
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '\'' || c == '"')
			quote = c;
		else if (c == '(' || c == '{')
			depth++;
		else if (c == ')' || c == '}')
			depth--;
		else if (c == ',' && depth == 0) {
			*part = str_trim(str_sub(*rest, 0, i));
			*rest = str_from(*rest, i + 1);
			return true;
		}
	}
	*part = str_trim(*rest);
	rest->p = NULL;
	return true;
}

/* The node at the address a.b.0.c under root, resolved on the way; *out = NULL when it isn't there.
 */
static int walk(struct resolver *r, yyjson_mut_val *root, struct str address, yyjson_mut_val **out)
{
	struct str part;
	uint64_t index;
	yyjson_mut_val *at = root;
	while (at && address.p && address.n > 0 && str_cut(&address, '.', &part)) {
		/* A text on the way may become an object. */
		int code = yyjson_mut_is_str(at) ? resolve_value(r, at) : 0;
		if (code < 0)
			return code;
		if (yyjson_mut_is_arr(at))
			at = str_to_u64(part, &index) == 0 ? yyjson_mut_arr_get(at, index) : NULL;
		else
			at = tree_get(at, part);
	}
	*out = at;
	return at ? resolve_value(r, at) : 0;
}

static int from_self(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	if (s->address.n == 0)
		return deploy_fail(r->d,
			"${%.*s}: the whole configuration can't be put into itself",
			STR_ARG(s->whole));
	return walk(r, r->d->config, s->address, out);
}

static yyjson_mut_val *text_value(struct resolver *r, struct str text)
{
	return text.p ? yyjson_mut_strncpy(r->d->doc, text.p, text.n) : NULL;
}

static int from_option(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	if (str_is(s->address, "stage"))
		*out = text_value(r, r->d->option_stage);
	else if (str_is(s->address, "region"))
		*out = text_value(r, r->d->option_region);
	return 0;
}

static int from_environment(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	*out = text_value(r, dotenv_get(r->d, s->address));
	return 0;
}

static int from_framework(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	if (str_is(s->address, "stage"))
		*out = text_value(r, r->d->stage);
	else if (str_is(s->address, "instanceId"))
		*out = text_value(r, r->d->instance_id);
	else
		return deploy_fail(
			r->d, "${%.*s}: sls knows stage and instanceId", STR_ARG(s->whole));
	return 0;
}

/* --param, then those of the stage, then the default ones. */
static int from_params(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	struct deploy *d = r->d;
	struct str stages[] = { d->stage, STR("default") };
	for (size_t i = 0; i < d->param_count; i++)
		if (str_eq(d->params[i].key, s->address)) {
			*out = text_value(r, d->params[i].value);
			return 0;
		}
	for (size_t i = 0; i < COUNT_OF(stages); i++) {
		yyjson_mut_val *tables[] = { tree_get(
						     tree_get(d->config, STR("params")), stages[i]),
			tree_get(tree_get(tree_get(d->config, STR("stages")), stages[i]),
				STR("params")) };
		for (size_t k = 0; k < COUNT_OF(tables); k++) {
			int code = yyjson_mut_is_str(tables[k]) ? resolve_value(r, tables[k]) : 0;
			if (code < 0)
				return code;
			*out = tree_get(tables[k], s->address);
			if (*out)
				return resolve_value(r, *out);
		}
	}
	return 0;
}

/* ${file(path):address}: YAML and JSON as trees, anything else as text. */
static int from_file(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	static const char *const code_endings[] = { ".js", ".cjs", ".mjs", ".ts" };
	struct deploy *d = r->d;
	if (!s->has_parameter || s->parameter.n == 0)
		return deploy_fail(
			d, "${%.*s}: file needs a path: ${file(path)}", STR_ARG(s->whole));
	struct str path = deploy_path(d, s->parameter), text;
	yyjson_mut_val *root = map_get(&d->files, path);
	for (size_t i = 0; i < COUNT_OF(code_endings); i++)
		if (str_ends(s->parameter, str_c(code_endings[i])))
			return deploy_fail(d,
				"${%.*s}: variables out of programs are not supported (%.*s)",
				STR_ARG(s->whole), STR_ARG(s->parameter));
	if (!root) {
		bool is_tree = str_ends(path, STR(".yml")) || str_ends(path, STR(".yaml")) ||
			       str_ends(path, STR(".json"));
		int code = is_tree ? deploy_read_tree(d, path, &root)
				   : deploy_read_file(d, path, CONFIG_BYTES_MAX, &text);
		if (code == -ENOENT)
			return 0;
		if (code < 0)
			return d->why[0] ? code
					 : deploy_fail(d, "%.*s: %s", STR_ARG(s->parameter),
						   strerror(-code));
		if (!is_tree)
			root = text_value(r, str_trim(text));
		map_put(&d->files, path, root);
	}
	return walk(r, root, s->address, out);
}

static int from_lookup(struct resolver *r, const struct source *s, int code, struct str value,
	yyjson_mut_val **out)
{
	if (code == 0)
		*out = text_value(r, value);
	else if (code != -ENOENT && !r->d->why[0])
		return deploy_fail(r->d, "${%.*s}: %s", STR_ARG(s->whole), strerror(-code));
	return code == -ENOENT ? 0 : code;
}

static int from_ssm(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	struct deploy *d = r->d;
	struct str value = { 0 }, name = s->address, region = { 0 };
	/* "~true" asked older versions to decrypt; that is always done. */
	if (str_ends(name, STR("~true")) || str_ends(name, STR("~split")))
		name = str_sub(name, 0, (size_t)str_rindex(name, '~'));
	struct str rest = s->parameter, word;
	while (s->has_parameter && str_cut(&rest, ',', &word)) {
		word = str_trim(word);
		if (!str_is(word, "raw") && !str_is(word, "noDecrypt"))
			region = word;
	}
	if (!d->lookups.parameter)
		return deploy_fail(d, "${%.*s}: no server to ask", STR_ARG(s->whole));
	return from_lookup(r, s, d->lookups.parameter(d, name, region, &value), value, out);
}

static int from_stack(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	struct deploy *d = r->d;
	struct str value = { 0 }, region = s->has_parameter ? s->parameter : (struct str){ 0 };
	ssize_t point = str_index(s->address, '.');
	if (str_starts(s->name, STR("cf.")))
		region = str_from(s->name, 3);
	if (point <= 0)
		return deploy_fail(d, "${%.*s}: cf takes stack.output", STR_ARG(s->whole));
	if (!d->lookups.stack_output)
		return deploy_fail(d, "${%.*s}: no server to ask", STR_ARG(s->whole));
	int code = d->lookups.stack_output(d, str_sub(s->address, 0, (size_t)point),
		str_from(s->address, (size_t)point + 1), region, &value);
	return from_lookup(r, s, code, value, out);
}

static int from_aws(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	struct str value = r->d->region;
	int code = 0;
	if (str_is(s->address, "accountId")) {
		value = STR("000000000000");
		code = r->d->lookups.account ? r->d->lookups.account(r->d, &value) : 0;
	} else if (!str_is(s->address, "region")) {
		return deploy_fail(
			r->d, "${%.*s}: aws knows accountId and region", STR_ARG(s->whole));
	}
	return from_lookup(r, s, code, value, out);
}

static int to_bool(struct resolver *r, const struct source *s, yyjson_mut_val **out)
{
	struct str text = str_trim(s->parameter);
	if (str_eq_ci(text, STR("true")) || str_is(text, "1"))
		*out = yyjson_mut_true(r->d->doc);
	else if (str_eq_ci(text, STR("false")) || str_is(text, "0") || str_is(text, "null"))
		*out = yyjson_mut_false(r->d->doc);
	else
		return deploy_fail(r->d, "${%.*s}: \"%.*s\" is neither true nor false",
			STR_ARG(s->whole), STR_ARG(text));
	return 0;
}

static const struct {
	const char *name;
	int (*read)(struct resolver *r, const struct source *s, yyjson_mut_val **out);
} sources[] = {
	{ "self", from_self },
	{ "opt", from_option },
	{ "env", from_environment },
	{ "file", from_file },
	{ "sls", from_framework },
	{ "param", from_params },
	{ "ssm", from_ssm },
	{ "cf", from_stack },
	{ "aws", from_aws },
	{ "strToBool", to_bool },
};

/* Splits name(parameter):address. */
static bool parse_source(struct str text, struct source *s)
{
	size_t n = 0;
	*s = (struct source){ .whole = text };
	while (n < text.n && is_word_char(text.p[n]))
		n++;
	s->name = str_sub(text, 0, n);
	text = str_from(text, n);
	if (text.n > 0 && text.p[0] == '(') {
		ssize_t end = str_find(text, STR("):"));
		if (end < 0 && text.p[text.n - 1] == ')')
			end = (ssize_t)text.n - 1;
		if (end < 0)
			return false;
		s->has_parameter = true;
		s->parameter = str_trim(str_sub(text, 1, (size_t)end - 1));
		text = str_from(text, (size_t)end + 1);
	}
	if (text.n > 0 && text.p[0] == ':') {
		s->has_address = true;
		s->address = str_trim(str_from(text, 1));
		text.n = 0;
	}
	return s->name.n > 0 && text.n == 0 && (s->has_parameter || s->has_address);
}

/* The text with its inner variables put in. */
static int as_text(struct resolver *r, struct str text, struct str *out)
{
	yyjson_mut_val *val = NULL;
	int code = resolve_text(r, text, &val);
	if (code < 0)
		return code;
	*out = deploy_text(r->d, val);
	return out->p ? 0 : deploy_fail(r->d, "%.*s: not a text", STR_ARG(text));
}

/* A literal: 'text', a number, true, false, null. */
static yyjson_mut_val *literal(struct resolver *r, struct str text)
{
	int64_t number;
	if (text.n >= 2 && (text.p[0] == '\'' || text.p[0] == '"') &&
		text.p[text.n - 1] == text.p[0])
		return text_value(r, str_sub(text, 1, text.n - 2));
	if (str_is(text, "true") || str_is(text, "false"))
		return yyjson_mut_bool(r->d->doc, text.p[0] == 't');
	if (str_is(text, "null"))
		return yyjson_mut_null(r->d->doc);
	if (str_to_i64(text, &number) == 0)
		return yyjson_mut_sint(r->d->doc, number);
	return text_value(r, text);
}

static int read_source(struct resolver *r, struct str text, yyjson_mut_val **out)
{
	struct source s;
	struct str plain;
	int code = as_text(r, text, &plain);
	if (code < 0)
		return code;
	/* Quotes are kept for names with commas and colons in them only. */
	if (!parse_source(plain, &s)) {
		*out = literal(r, plain);
		return 0;
	}
	struct str name = str_starts(s.name, STR("cf.")) ? STR("cf") : s.name;
	for (size_t i = 0; i < COUNT_OF(sources); i++)
		if (str_is(name, sources[i].name))
			return sources[i].read(r, &s, out);
	return deploy_fail(r->d, "${%.*s}: variables of the source \"%.*s\" are not supported",
		STR_ARG(s.whole), STR_ARG(s.name));
}

/* One of a variable's candidates; *out stays NULL when it has no value. */
static int candidate(struct resolver *r, struct str text, yyjson_mut_val **out)
{
	size_t at = 0, end;
	if (find_variable(text, &at, &end) && at == 0 && end == text.n)
		return evaluate(r, str_sub(text, 2, text.n - 3), out);
	if (text.n > 0 && (text.p[0] == '\'' || text.p[0] == '"')) {
		struct str plain;
		int code = as_text(r, text, &plain);
		*out = code == 0 ? literal(r, plain) : NULL;
		return code;
	}
	return read_source(r, text, out);
}

/* What stands between the braces: the first of its candidates that has a value, or *out NULL. */
static int evaluate(struct resolver *r, struct str inside, yyjson_mut_val **out)
{
	struct str rest = inside, part;
	*out = NULL;
	if (++r->count > VARIABLES_MAX || r->depth > VARIABLE_DEPTH_MAX)
		return deploy_fail(r->d, "${%.*s}: too many variables, or too deep in each other",
			STR_ARG(inside));
	r->depth++;
	int code = 0;
	while (code == 0 && !*out && cut_candidate(&rest, &part)) {
		code = candidate(r, part, out);
		/* null means that there is none, unless it is the last word. */
		if (code == 0 && yyjson_mut_is_null(*out) && rest.p)
			*out = NULL;
	}
	r->depth--;
	return code;
}

/* A value for the whole text: of the variable that it is, or the text with its variables put in. */
static int resolve_text(struct resolver *r, struct str text, yyjson_mut_val **out)
{
	size_t at = 0, end, from = 0;
	struct buf b = { 0 };
	int code = 0;
	while (code == 0 && find_variable(text, &at, &end)) {
		struct str inside = str_sub(text, at + 2, end - at - 3);
		yyjson_mut_val *val = NULL;
		code = evaluate(r, inside, &val);
		if (code == 0 && !val)
			code = deploy_fail(
				r->d, "the variable ${%.*s} has no value", STR_ARG(inside));
		if (code == 0 && at == 0 && end == text.n) {
			*out = val;
			return 0;
		}
		struct str piece = code == 0 ? deploy_text(r->d, val) : (struct str){ 0 };
		if (code == 0 && !piece.p)
			code = deploy_fail(r->d,
				"the variable ${%.*s} is no text that can be part of another",
				STR_ARG(inside));
		buf_str(&b, str_sub(text, from, at - from));
		buf_str(&b, piece);
		if (code == 0 && b.n > VARIABLE_TEXT_BYTES_MAX)
			code = deploy_fail(r->d, "a text grows past %d bytes by its variables",
				VARIABLE_TEXT_BYTES_MAX);
		at = from = end;
	}
	buf_str(&b, str_from(text, from));
	if (code == 0)
		*out = yyjson_mut_strncpy(r->d->doc, buf_view(&b).p, b.n);
	buf_fini(&b);
	return code == 0 && !*out ? -ENOMEM : code;
}

static int resolve_one(struct resolver *r, yyjson_mut_val *val)
{
	struct open_text open = { val, r->open };
	yyjson_mut_val *with = NULL;
	size_t at = 0, end;
	struct str text = tree_str(val);
	if (!find_variable(text, &at, &end))
		return 0;
	for (const struct open_text *o = r->open; o; o = o->outer)
		if (o->val == val)
			return deploy_fail(r->d, "\"%.*s\" refers to itself", STR_ARG(text));
	r->open = &open;
	int code = resolve_text(r, text, &with);
	r->open = open.outer;
	if (code < 0)
		return code;
	with = yyjson_mut_val_mut_copy(r->d->doc, with);
	if (!with)
		return -ENOMEM;
	overwrite(val, with);
	return 0;
}

static int resolve_value(struct resolver *r, yyjson_mut_val *val)
{
	yyjson_mut_arr_iter items;
	yyjson_mut_obj_iter members;
	yyjson_mut_val *inner;
	int code = 0;
	if (yyjson_mut_is_str(val))
		return resolve_one(r, val);
	if (++r->depth > VARIABLE_DEPTH_MAX)
		return deploy_fail(r->d, "variables put values too deep in each other");
	if (yyjson_mut_is_arr(val)) {
		yyjson_mut_arr_iter_init(val, &items);
		while (code == 0 && (inner = yyjson_mut_arr_iter_next(&items)))
			code = resolve_value(r, inner);
	} else if (yyjson_mut_is_obj(val)) {
		yyjson_mut_obj_iter_init(val, &members);
		while (code == 0 && (inner = yyjson_mut_obj_iter_next(&members)))
			code = resolve_value(r, yyjson_mut_obj_iter_get_val(inner));
	}
	r->depth--;
	return code;
}

/* The text at provider.KEY before anything else is resolved, for the stage and the region. */
static int early(struct resolver *r, struct str key, struct str option, struct str otherwise,
	struct str *out)
{
	yyjson_mut_val *provider = tree_get(r->d->config, STR("provider")),
		       *val = tree_get(provider, key);
	*out = option.p ? option : otherwise;
	if (!val)
		return 0;
	int code = resolve_value(r, val);
	struct str text = code == 0 ? deploy_text(r->d, val) : (struct str){ 0 };
	if (code == 0 && !option.p && text.n > 0)
		*out = text;
	return code;
}

/* What names the stack and its packages. */
static int resolve_names(struct resolver *r)
{
	static const char *const paths[] = { "service.name", "provider.name", "provider.stackName",
		"provider.deploymentBucket.name", "provider.deploymentPrefix" };
	yyjson_mut_val *val;
	int code = 0;
	for (size_t i = 0; code == 0 && i < COUNT_OF(paths); i++)
		code = walk(r, r->d->config, str_c(paths[i]), &val);
	return code;
}

int variables_resolve(struct deploy *d)
{
	struct resolver r = { .d = d };
	struct str region = d->region.p ? d->region : STR("us-east-1");
	int code = dotenv_load(d);
	if (code == 0)
		code = early(&r, STR("stage"), d->option_stage, STR("dev"), &d->stage);
	if (code == 0)
		code = early(&r, STR("region"), d->option_region, region, &d->region);
	if (code < 0)
		return code;
	return d->names_only ? resolve_names(&r) : resolve_value(&r, d->config);
}
