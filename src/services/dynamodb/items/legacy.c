/* The parameters from before the expressions (Developer Guide, "Legacy conditional parameters"), as
 * the same trees. */
#include "services/dynamodb/items/items.h"

#define INVALID "One or more parameter values were invalid: "

static const struct comparison {
	const char *name;
	enum node_type type;
	size_t min, max;   /* values */
	const char *types; /* of them, by their first letters; NULL: any */
} comparisons[] = {
	{ "EQ", NODE_EQ, 1, 1, NULL },
	{ "NE", NODE_NE, 1, 1, NULL },
	{ "LT", NODE_LT, 1, 1, "SNB" },
	{ "LE", NODE_LE, 1, 1, "SNB" },
	{ "GT", NODE_GT, 1, 1, "SNB" },
	{ "GE", NODE_GE, 1, 1, "SNB" },
	{ "IN", NODE_IN, 1, DDB_IN_MAX, "SNB" },
	{ "BETWEEN", NODE_BETWEEN, 2, 2, "SNB" },
	{ "NOT_NULL", NODE_EXISTS, 0, 0, NULL },
	{ "NULL", NODE_NOT_EXISTS, 0, 0, NULL },
	{ "CONTAINS", NODE_CONTAINS, 1, 1, "SNB" },
	{ "NOT_CONTAINS", NODE_NOT_CONTAINS, 1, 1, "SNB" },
	{ "BEGINS_WITH", NODE_BEGINS_WITH, 1, 1, "SB" },
};

static struct path path_of(struct call *call, struct str name)
{
	struct path_step *step = ARENA_NEW(call->arena, struct path_step);
	step->name = name;
	return (struct path){ step, 1 };
}

static struct node *comparison_node(struct call *call, enum node_type type, struct str name,
	const struct dynamodb_value *values, size_t n)
{
	struct node *node = ARENA_NEW(call->arena, struct node);
	struct node *parts = ARENA_ARRAY(call->arena, struct node, n + 1);
	*node = (struct node){
		.type = type, .args = ARENA_ARRAY(call->arena, struct node *, n + 1), .n = n + 1
	};
	parts[0] = (struct node){ .type = NODE_PATH, .path = path_of(call, name) };
	for (size_t i = 0; i <= n; i++) {
		if (i)
			parts[i] = (struct node){ .type = NODE_VALUE, .value = &values[i - 1] };
		node->args[i] = &parts[i];
	}
	return node;
}

static int compare(struct call *call, struct str name, struct str operator,
	const struct dynamodb_values * values, struct node **out)
{
	const struct comparison *c = NULL;
	struct str why;
	for (size_t i = 0; i < COUNT_OF(comparisons); i++)
		if (str_is(operator, comparisons[i].name))
			c = &comparisons[i];
	if (!c)
		return fail(
			call, &aws_validation_exception, INVALID "ComparisonOperator is not valid");
	if (values->n < c->min || values->n > c->max)
		return fail(call, &aws_validation_exception,
			INVALID "Invalid number of argument(s) for the %s ComparisonOperator",
			c->name);
	for (size_t i = 0; i < values->n; i++) {
		if (value_check(call->arena, &values->v[i], 0, &why) < 0)
			return fail(call, &aws_validation_exception, "%.*s", STR_ARG(why));
		enum value_type t = value_type(&values->v[i]);
		const char *type = value_type_name(t);
		if (c->types && (type[1] || !strchr(c->types, type[0])))
			return fail(call, &aws_validation_exception,
				INVALID
				"ComparisonOperator %s is not valid for %s AttributeValue type",
				c->name, type);
	}
	int order = 0;
	if (c->type == NODE_BETWEEN && value_compare(&values->v[0], &values->v[1], &order) &&
		order > 0)
		return fail(call, &aws_validation_exception,
			"The BETWEEN condition was provided a range where the lower bound is "
			"greater than the upper bound");
	*out = comparison_node(call, c->type, name, values->v, values->n);
	return 0;
}

static struct node *join(
	struct call *call, struct str conditional_operator, struct node *a, struct node *b)
{
	struct node *both = ARENA_NEW(call->arena, struct node);
	if (!a)
		return b;
	*both = (struct node){ .type = str_is(conditional_operator, "OR") ? NODE_OR : NODE_AND,
		.args = ARENA_ARRAY(call->arena, struct node *, 2),
		.n = 2 };
	both->args[0] = a;
	both->args[1] = b;
	return both;
}

static int expect_wrong(struct call *call, struct str name, const char *what)
{
	return fail(call, &aws_validation_exception,
		"1 validation error detected: " INVALID "%s for Attribute: %.*s", what,
		STR_ARG(name));
}

/* Value stands for a list of it: AWS takes it together with ComparisonOperator, though its pages
 * call that an error. */
static int expect_compared(struct call *call, struct str name,
	const struct dynamodb_expected_value *x, struct node **out)
{
	struct dynamodb_values list = x->attribute_value_list;
	if (x->exists.set)
		return expect_wrong(
			call, name, "Exists and ComparisonOperator cannot be used together");
	if (x->value && list.v)
		return expect_wrong(
			call, name, "Value and AttributeValueList cannot be used together");
	if (x->value)
		list = (struct dynamodb_values){ x->value, 1 };
	return compare(call, name, x->comparison_operator, &list, out);
}

static int expect_one(struct call *call, struct str name, const struct dynamodb_expected_value *x,
	struct node **out)
{
	struct str why;
	if (x->comparison_operator.p)
		return expect_compared(call, name, x, out);
	if (x->attribute_value_list.v)
		return expect_wrong(call, name,
			"AttributeValueList can only be used with a ComparisonOperator");
	if (x->exists.set && !x->exists.v) {
		if (x->value)
			return expect_wrong(
				call, name, "Value cannot be used when Exists is false");
		*out = comparison_node(call, NODE_NOT_EXISTS, name, NULL, 0);
		return 0;
	}
	if (!x->value)
		return expect_wrong(call, name,
			x->exists.set ? "Value must be provided when Exists is true"
				      : "Value must be provided when Exists is null");
	if (value_check(call->arena, x->value, 0, &why) < 0)
		return fail(call, &aws_validation_exception, "%.*s", STR_ARG(why));
	*out = comparison_node(call, NODE_EQ, name, x->value, 1);
	return 0;
}

int legacy_expected(struct call *call, const struct dynamodb_expected_map *expected,
	struct str conditional_operator, struct node **out)
{
	struct node *all = NULL, *one;
	for (size_t i = 0; i < expected->n; i++) {
		if (expect_one(call, expected->v[i].key, &expected->v[i].value, &one) < 0)
			return -1;
		all = join(call, conditional_operator, all, one);
	}
	*out = all;
	return 0;
}

int legacy_conditions(struct call *call, const struct dynamodb_condition_map *conditions,
	struct str conditional_operator, struct node **out)
{
	struct node *all = NULL, *one;
	for (size_t i = 0; i < conditions->n; i++) {
		const struct dynamodb_condition *c = &conditions->v[i].value;
		if (compare(call, conditions->v[i].key, c->comparison_operator,
			    &c->attribute_value_list, &one) < 0)
			return -1;
		all = join(call, conditional_operator, all, one);
	}
	*out = all;
	return 0;
}

static int update_one(struct call *call, struct str name,
	const struct dynamodb_attribute_value_update *u, struct action *out)
{
	struct str action = u->action.p ? u->action : STR("PUT"), why;
	bool is_add = str_is(action, "ADD"), is_delete = str_is(action, "DELETE");
	out->path = path_of(call, name);
	if (!u->value && !is_delete)
		return fail(call, &aws_validation_exception,
			INVALID
			"Only DELETE action is allowed when no attribute value is specified");
	out->type = is_add       ? ACTION_ADD
		    : !is_delete ? ACTION_SET
		    : u->value   ? ACTION_DELETE
				 : ACTION_REMOVE;
	if (!u->value)
		return 0;
	if (value_check(call->arena, u->value, 0, &why) < 0)
		return fail(call, &aws_validation_exception, "%.*s", STR_ARG(why));
	enum value_type t = value_type(u->value);
	bool is_set = t == VALUE_SS || t == VALUE_NS || t == VALUE_BS;
	if ((is_delete && !is_set) || (is_add && !is_set && t != VALUE_N))
		return fail(call, &aws_validation_exception,
			INVALID "%.*s action is not supported for the type %s", STR_ARG(action),
			value_type_name(t));
	out->value = ARENA_NEW(call->arena, struct node);
	out->value->type = NODE_VALUE;
	out->value->value = u->value;
	return 0;
}

int legacy_updates(
	struct call *call, const struct dynamodb_attribute_updates *updates, struct update *out)
{
	*out = (struct update){ ARENA_ARRAY(call->arena, struct action, updates->n), updates->n,
		true };
	for (size_t i = 0; i < updates->n; i++)
		if (update_one(call, updates->v[i].key, &updates->v[i].value, &out->v[i]) < 0)
			return -1;
	return 0;
}

int legacy_attributes(
	struct call *call, const struct dynamodb_attribute_name_list *names, struct paths *out)
{
	*out = (struct paths){ ARENA_ARRAY(call->arena, struct path, names->n), names->n };
	for (size_t i = 0; i < names->n; i++) {
		for (size_t k = 0; k < i; k++)
			if (str_eq(names->v[i], names->v[k]))
				return fail(call, &aws_validation_exception,
					INVALID "Duplicate value in attribute name: %.*s",
					STR_ARG(names->v[i]));
		out->v[i] = path_of(call, names->v[i]);
	}
	return 0;
}

static struct str given_text(struct call *call, const char *const *names, const bool *given)
{
	struct buf b = { 0 };
	for (size_t i = 0; names[i]; i++)
		if (given[i])
			buf_printf(&b, "%s%s", b.n ? ", " : "", names[i]);
	struct str text = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

int legacy_mixed(struct call *call, const char *const *old, const bool *old_given,
	const char *const *expressions, const bool *given)
{
	bool any_old = false, any_new = false;
	for (size_t i = 0; old[i]; i++)
		any_old |= old_given[i];
	for (size_t i = 0; expressions[i]; i++)
		any_new |= given[i];
	if (!any_old || !any_new)
		return 0;
	return fail(call, &aws_validation_exception,
		"Can not use both expression and non-expression parameters in the same "
		"request: Non-expression parameters: {%.*s} Expression parameters: {%.*s}",
		STR_ARG(given_text(call, old, old_given)),
		STR_ARG(given_text(call, expressions, given)));
}
