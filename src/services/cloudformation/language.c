/* The AWS::LanguageExtensions transform: Fn::ForEach, and functions in policies (CloudFormation
 * Template Reference). */
#include "services/cloudformation/internal.h"
#include <ctype.h>
#include <errno.h>

struct variable {
	const struct variable *outer;
	struct str name, text;
};

struct expansion {
	struct cfn_eval *e; /* parameters, maps and conditions; no resources */
	size_t nodes;
	int depth;
};

static value *expand(struct expansion *x, value *v, const struct variable *vars);

#define FAIL(x, ...) (cfn_eval_fail((x)->e, __VA_ARGS__), (value *)NULL)

/* &{x}: only letters and digits, so that it may stand in a logical id. */
static struct str plain(struct arena *arena, struct str s)
{
	char *p = arena_alloc(arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (isalnum((unsigned char)s.p[i]))
			p[n++] = s.p[i];
	return (struct str){ p, n };
}

static struct str substitute(struct expansion *x, struct str text, const struct variable *vars)
{
	for (const struct variable *v = vars; v; v = v->outer) {
		struct str forms[2] = { arena_printf(x->e->arena, "${%.*s}", STR_ARG(v->name)),
			arena_printf(x->e->arena, "&{%.*s}", STR_ARG(v->name)) };
		for (size_t i = 0; i < 2; i++) {
			struct buf b = { 0 };
			struct str rest = text, by = i ? plain(x->e->arena, v->text) : v->text;
			ssize_t at = str_find(rest, forms[i]);
			if (at < 0)
				continue;
			for (; at >= 0; at = str_find(rest, forms[i])) {
				buf_append(&b, rest.p, (size_t)at);
				buf_str(&b, by);
				rest = str_from(rest, (size_t)at + forms[i].n);
			}
			buf_str(&b, rest);
			text = arena_str(x->e->arena, buf_view(&b));
			buf_fini(&b);
		}
	}
	return text;
}

static const struct variable *find(const struct variable *vars, struct str name)
{
	for (; vars; vars = vars->outer)
		if (str_eq(vars->name, name))
			return vars;
	return NULL;
}

static int add(struct expansion *x, value *to, struct str key, value *v)
{
	if (!v)
		return -EINVAL;
	if (cfn_get_str(to, key))
		return cfn_eval_fail(x->e, "Fn::ForEach makes the key %.*s twice", STR_ARG(key));
	cfn_set_str(x->e->doc, to, key, v);
	return 0;
}

/* [Identifier, Collection, {OutputKey: OutputValue}] into the object around it. */
static int loop(struct expansion *x, value *definition, const struct variable *vars, value *to)
{
	struct str name = cfn_text(yyjson_mut_arr_get(definition, 0));
	value *fragment = yyjson_mut_arr_get(definition, 2), *item, *key, *member;
	if (!yyjson_mut_is_arr(definition) || yyjson_mut_arr_size(definition) != 3 || !name.n ||
		!yyjson_mut_is_obj(fragment))
		return cfn_eval_fail(x->e, "Fn::ForEach layout is incorrect");
	if (find(vars, name))
		return cfn_eval_fail(
			x->e, "Fn::ForEach uses the identifier %.*s twice", STR_ARG(name));
	value *collection = expand(x, yyjson_mut_arr_get(definition, 1), vars);
	if (collection)
		collection = cfn_evaluate(x->e, collection);
	if (!collection)
		return -EINVAL;
	if (!yyjson_mut_is_arr(collection))
		return cfn_eval_fail(x->e, "Fn::ForEach needs a list to go through");
	CFN_ARRAY_FOR(item, collection)
	{
		struct variable v = { vars, name, cfn_scalar(x->e->arena, item) };
		if (!v.text.p)
			return cfn_eval_fail(
				x->e, "Fn::ForEach needs a list of texts to go through");
		CFN_OBJECT_FOR(key, member, fragment)
		{
			struct str made = substitute(x, cfn_text(key), &v);
			int r = str_starts(made, STR("Fn::ForEach::"))
					? loop(x, member, &v, to)
					: add(x, to, made, expand(x, member, &v));
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static value *expand_object(struct expansion *x, value *v, const struct variable *vars)
{
	value *key, *member, *out = yyjson_mut_obj(x->e->doc);
	const struct variable *variable =
		cfn_is_call(v, "Ref") ? find(vars, cfn_text(cfn_get(v, "Ref"))) : NULL;
	if (variable)
		return cfn_string(x->e->doc, variable->text);
	CFN_OBJECT_FOR(key, member, v)
	{
		struct str name = substitute(x, cfn_text(key), vars);
		int r = str_starts(name, STR("Fn::ForEach::"))
				? loop(x, member, vars, out)
				: add(x, out, name, expand(x, member, vars));
		if (r < 0)
			return NULL;
	}
	return out;
}

static value *expand(struct expansion *x, value *v, const struct variable *vars)
{
	value *out = NULL, *item;
	if (++x->nodes > CFN_NODES_MAX || x->depth > CFN_DEPTH_MAX)
		return FAIL(x, "Fn::ForEach makes too large a template");
	x->depth++;
	if (yyjson_mut_is_obj(v)) {
		out = expand_object(x, v, vars);
	} else if (yyjson_mut_is_arr(v)) {
		out = yyjson_mut_arr(x->e->doc);
		CFN_ARRAY_FOR(item, v)
		{
			value *got = expand(x, item, vars);
			if (!got)
				return NULL;
			yyjson_mut_arr_append(out, got);
		}
	} else if (yyjson_mut_is_str(v)) {
		out = cfn_string(x->e->doc, substitute(x, cfn_text(v), vars));
	} else {
		out = cfn_copy(x->e->doc, v);
	}
	x->depth--;
	return out;
}

/* DeletionPolicy and UpdateReplacePolicy may be functions here. */
static int settle_policies(struct cfn_eval *e, value *resources)
{
	static const char *const policies[] = { "DeletionPolicy", "UpdateReplacePolicy" };
	value *key, *r;
	CFN_OBJECT_FOR(key, r, resources)
	for (size_t i = 0; i < COUNT_OF(policies); i++) {
		value *policy = cfn_get(r, policies[i]), *got;
		if (!yyjson_mut_is_obj(policy))
			continue;
		if (!(got = cfn_evaluate(e, policy)))
			return -EINVAL;
		yyjson_mut_obj_remove_key(r, policies[i]);
		if (got != &cfn_no_value)
			cfn_set(e->doc, r, policies[i], got);
	}
	return 0;
}

int cfn_language_transform(struct cfn_eval *e)
{
	static const char *const sections[] = { "Conditions", "Resources", "Outputs" };
	struct expansion x = { .e = e };
	for (size_t i = 0; i < COUNT_OF(sections); i++) {
		value *section = cfn_get(e->root, sections[i]), *got;
		if (!yyjson_mut_is_obj(section))
			continue;
		if (!(got = expand(&x, section, NULL)))
			return -EINVAL;
		cfn_set(e->doc, e->root, sections[i], got);
	}
	return settle_policies(e, cfn_get(e->root, "Resources"));
}
