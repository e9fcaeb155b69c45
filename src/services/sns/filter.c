/*
 * Filter policies: the patterns of aws/pattern.h within SNS's limits, over a message's attributes
 * or its body (SNS Developer Guide, "Filter policy constraints in Amazon SNS").
 */
#include "aws/pattern.h"
#include "aws/tree.h"
#include "services/sns/publication.h"

struct check {
	struct call *call;
	bool is_body;
	size_t keys;
	double combinations;
};

static struct str text_of(yyjson_val *v)
{
	return (struct str){ yyjson_get_str(v), yyjson_get_len(v) };
}

static int check_number(struct call *call, yyjson_val *v)
{
	if (yyjson_is_num(v) && (yyjson_get_num(v) < -1e9 || yyjson_get_num(v) > 1e9))
		return invalid(call, "FilterPolicy: Numbers must be between -10^9 and 10^9");
	return 0;
}

/* What SNS does not have among the operators, and its range of numbers. */
static int check_test(struct call *call, yyjson_val *v)
{
	yyjson_val *key, *value, *one;
	size_t i, n, k, m;
	if (!yyjson_is_obj(v))
		return check_number(call, v);
	yyjson_obj_foreach(v, i, n, key, value)
	{
		if (yyjson_equals_str(key, "wildcard") || yyjson_obj_get(value, "wildcard"))
			return invalid(call, "FilterPolicy: Unrecognized match type wildcard");
		if (!yyjson_is_arr(value))
			continue;
		yyjson_arr_foreach(value, k, m, one) if (check_number(call, one) < 0) return -1;
	}
	return 0;
}

static int check_object(struct check *c, yyjson_val *v, int depth);

/* One of the alternatives holds: their combinations are added, not multiplied. */
static int check_choice(struct check *c, yyjson_val *list, int depth)
{
	double before = c->combinations, sum = 0;
	yyjson_val *one;
	size_t i, n;
	yyjson_arr_foreach(list, i, n, one)
	{
		c->combinations = 1;
		if (check_object(c, one, depth) < 0)
			return -1;
		sum += c->combinations;
	}
	c->combinations = before * sum;
	return 0;
}

static int check_field(struct check *c, struct str name, yyjson_val *v, int depth)
{
	yyjson_val *one;
	size_t i, n;
	if (depth == 1)
		c->keys++;
	if (yyjson_is_obj(v)) {
		if (!c->is_body)
			return invalid(c->call, "FilterPolicy: Filter policy scope "
						"MessageAttributes does not support nested filter "
						"policy");
		return check_object(c, v, depth + 1);
	}
	if (!yyjson_is_arr(v))
		return invalid(c->call, "FilterPolicy: \"%.*s\" must be an object or an array",
			STR_ARG(name));
	yyjson_arr_foreach(v, i, n, one) if (check_test(c->call, one) < 0) return -1;
	/* Of a body: the values times the levels. */
	c->combinations *= (double)yyjson_arr_size(v) * (c->is_body ? depth : 1);
	return 0;
}

static int check_object(struct check *c, yyjson_val *v, int depth)
{
	yyjson_val *key, *value;
	size_t i, n;
	yyjson_obj_foreach(v, i, n, key, value)
	{
		int r = pattern_is_choice(key, value) ? check_choice(c, value, depth)
						      : check_field(c, text_of(key), value, depth);
		if (r < 0)
			return -1;
	}
	return 0;
}

int filter_check(struct call *call, struct str policy, bool is_body)
{
	struct check c = { .call = call, .is_body = is_body, .combinations = 1 };
	struct pattern *pattern;
	struct str why;
	if (policy.n > SNS_FILTER_BYTES_MAX)
		return invalid(call, "FilterPolicy: Filter policy is too big");
	if (pattern_compile(call->arena, policy, &pattern, &why) < 0)
		return invalid(call, "FilterPolicy: %.*s", STR_ARG(why));
	yyjson_alc alc = tree_alc(call->arena);
	yyjson_doc *doc = yyjson_read_opts((char *)policy.p, policy.n, 0, &alc, NULL);
	if (check_object(&c, yyjson_doc_get_root(doc), 1) < 0)
		return -1;
	if (c.keys > SNS_FILTER_KEYS_MAX)
		return invalid(call, "FilterPolicy: Filter policy can not have more than %d keys",
			SNS_FILTER_KEYS_MAX);
	if (c.combinations > SNS_FILTER_COMBINATIONS_MAX)
		return invalid(call, "FilterPolicy: Filter policy is too complex");
	return 0;
}

/* ---- matching ---- */

/* The attributes as an object; those of binary type are not looked at. */
static yyjson_val *attributes_tree(struct call *call, const struct publication *p)
{
	yyjson_alc alc = tree_alc(call->arena);
	yyjson_mut_doc *doc = tree_new(call->arena);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	for (size_t i = 0; i < p->in.attributes.n; i++) {
		const struct sns_message_attribute_map_entry *a = &p->in.attributes.v[i];
		struct str type = a->value.data_type, text = a->value.string_value;
		yyjson_mut_val *value = NULL;
		double number;
		if (str_starts(type, STR("String.Array"))) {
			yyjson_doc *list = yyjson_read_opts((char *)text.p, text.n, 0, &alc, NULL);
			value = yyjson_val_mut_copy(doc, yyjson_doc_get_root(list));
		} else if (str_starts(type, STR("Number")) && str_to_f64(text, &number) == 0) {
			value = yyjson_mut_real(doc, number);
		} else if (str_starts(type, STR("String"))) {
			value = yyjson_mut_strn(doc, text.p, text.n);
		}
		if (value)
			yyjson_mut_obj_add(root, yyjson_mut_strn(doc, a->key.p, a->key.n), value);
	}
	yyjson_mut_doc_set_root(doc, root);
	yyjson_doc *read = yyjson_mut_doc_imut_copy(doc, &alc);
	return yyjson_doc_get_root(read);
}

bool filter_passes(struct call *call, const struct subscription *s, struct publication *p)
{
	struct pattern *pattern;
	struct str why;
	if (!s->r.filter_policy.n)
		return true;
	if (pattern_compile(call->arena, s->r.filter_policy, &pattern, &why) < 0)
		return false;
	if (!str_is(s->r.filter_scope, "MessageBody")) {
		if (!p->attributes_tree)
			p->attributes_tree = attributes_tree(call, p);
		return pattern_matches(pattern, p->attributes_tree);
	}
	if (!p->is_body_read) {
		yyjson_alc alc = tree_alc(call->arena);
		yyjson_doc *doc =
			yyjson_read_opts((char *)p->in.message.p, p->in.message.n, 0, &alc, NULL);
		p->body_tree = yyjson_doc_get_root(doc);
		p->is_body_read = true;
	}
	return yyjson_is_obj(p->body_tree) && pattern_matches(pattern, p->body_tree);
}
