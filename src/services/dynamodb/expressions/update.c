/* Updates of an item: all values are computed from the old item, then the changes are made. */
#include "services/dynamodb/expressions/expr.h"
#include "services/dynamodb/values/number.h"
#include <stdlib.h>

static int wrong_type(struct call *call, bool is_legacy)
{
	return fail(call, &aws_validation_exception,
		is_legacy ? "Type mismatch for attribute to update"
			  : "An operand in the update expression has an incorrect data type");
}

static int wrong_path(struct call *call)
{
	return fail(call, &aws_validation_exception,
		"The document path provided in the update expression is invalid for update");
}

static int add(
	struct call *call, struct str a, struct str b, bool subtract, struct dynamodb_value *out)
{
	struct number x, y, z;
	char room[256], text[NUMBER_TEXT_MAX];
	enum number_error e = number_parse(a, &x);
	if (e == NUMBER_OK)
		e = number_parse(b, &y);
	if (e == NUMBER_OK)
		e = number_add(&x, &y, subtract, &z);
	if (e != NUMBER_OK)
		return fail(call, &aws_validation_exception, "%.*s",
			STR_ARG(number_error_text(e, room, sizeof room, a)));
	*out = (struct dynamodb_value){ .n = arena_str(call->arena,
						(struct str){ text, number_format(&z, text) }) };
	return 0;
}

static int evaluate(struct call *call, const struct node *node,
	const struct dynamodb_attributes *item, struct dynamodb_value *out);

static int append(struct call *call, const struct dynamodb_value *a, const struct dynamodb_value *b,
	struct dynamodb_value *out)
{
	if (!a->l.v || !b->l.v)
		return wrong_type(call, false);
	*out = (struct dynamodb_value){ 0 };
	out->l.v = ARENA_ARRAY(call->arena, struct dynamodb_value, a->l.n + b->l.n);
	if (a->l.n)
		memcpy(out->l.v, a->l.v, a->l.n * sizeof *a->l.v);
	if (b->l.n)
		memcpy(out->l.v + a->l.n, b->l.v, b->l.n * sizeof *b->l.v);
	out->l.n = a->l.n + b->l.n;
	return 0;
}

static int evaluate(struct call *call, const struct node *node,
	const struct dynamodb_attributes *item, struct dynamodb_value *out)
{
	struct dynamodb_value a, b;
	if (node->type == NODE_VALUE) {
		*out = *node->value;
		return 0;
	}
	if (node->type == NODE_PATH) {
		const struct dynamodb_value *v = path_get(item, &node->path);
		if (!v)
			return fail(call, &aws_validation_exception,
				"The provided expression refers to an attribute that does not exist in the item");
		*out = *v;
		return 0;
	}
	if (node->type == NODE_IF_NOT_EXISTS) {
		const struct dynamodb_value *v = path_get(item, &node->args[0]->path);
		if (!v)
			return evaluate(call, node->args[1], item, out);
		*out = *v;
		return 0;
	}
	if (evaluate(call, node->args[0], item, &a) < 0 ||
		evaluate(call, node->args[1], item, &b) < 0)
		return -1;
	if (node->type == NODE_LIST_APPEND)
		return append(call, &a, &b, out);
	if (!a.n.p || !b.n.p)
		return wrong_type(call, false);
	return add(call, a.n, b.n, node->type == NODE_MINUS, out);
}

/* What ADD and DELETE make of the old value; VALUE_NONE: nothing is left. */
static int combine(struct call *call, const struct action *action, bool is_legacy,
	const struct dynamodb_value *old, struct dynamodb_value *out)
{
	const struct dynamodb_value *v = action->value->value;
	*out = (struct dynamodb_value){ 0 };
	if (!old) {
		if (action->type == ACTION_ADD)
			*out = *v;
		return 0;
	}
	if (value_type(old) != value_type(v))
		return wrong_type(call, is_legacy);
	if (v->n.p)
		return add(call, old->n, v->n, false, out);
	if (action->type == ACTION_ADD)
		value_set_union(call->arena, old, v, out);
	else
		value_set_minus(call->arena, old, v, out);
	return 0;
}

/* The place that all but the path's last step lead to; NULL: there is none. */
static struct dynamodb_value *parent_of(struct dynamodb_value *root, const struct path *path)
{
	struct dynamodb_value *at = root;
	for (size_t i = 0; at && i + 1 < path->n; i++) {
		const struct path_step *step = &path->v[i];
		if (step->name.p)
			at = attributes_get(&at->m, step->name);
		else
			at = step->index < at->l.n ? &at->l.v[step->index] : NULL;
	}
	return at;
}

static void list_put(struct arena *arena, struct dynamodb_values *list, size_t index,
	const struct dynamodb_value *v)
{
	if (index < list->n) {
		list->v[index] = *v;
		return;
	}
	struct dynamodb_value *grown = ARENA_ARRAY(arena, struct dynamodb_value, list->n + 1);
	if (list->n)
		memcpy(grown, list->v, list->n * sizeof *grown);
	grown[list->n] = *v;
	list->v = grown;
	list->n++;
}

static int put(struct call *call, struct dynamodb_value *root, const struct path *path,
	const struct dynamodb_value *v)
{
	const struct path_step *last = &path->v[path->n - 1];
	struct dynamodb_value *parent = parent_of(root, path);
	if (!parent || (last->name.p ? !parent->m.v : !parent->l.v))
		return wrong_path(call);
	if (last->name.p)
		*attributes_put(call->arena, &parent->m, last->name) = *v;
	else
		list_put(call->arena, &parent->l, last->index, v);
	return 0;
}

/* An element of a list is only emptied, so that the other indexes stay true; compact() takes it
 * out. */
static int take_out(
	struct call *call, struct dynamodb_value *root, const struct path *path, bool must_exist)
{
	const struct path_step *last = &path->v[path->n - 1];
	struct dynamodb_value *parent = parent_of(root, path);
	if (!parent || (last->name.p ? !parent->m.v : !parent->l.v))
		return must_exist ? wrong_path(call) : 0;
	if (last->name.p)
		attributes_remove(&parent->m, last->name);
	else if (last->index < parent->l.n)
		parent->l.v[last->index] = (struct dynamodb_value){ 0 };
	return 0;
}

static void compact(struct dynamodb_value *v)
{
	size_t kept = 0;
	for (size_t i = 0; i < v->m.n; i++)
		compact(&v->m.v[i].value);
	for (size_t i = 0; i < v->l.n; i++) {
		compact(&v->l.v[i]);
		if (value_type(&v->l.v[i]) != VALUE_NONE)
			v->l.v[kept++] = v->l.v[i];
	}
	v->l.n = kept;
}

struct change {
	const struct action *action;
	struct dynamodb_value value;
	size_t order;
};

/* By index where paths end in one, so that elements beyond a list's end are added in order. */
static int compare_changes(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	const struct path *p = &x->action->path, *q = &y->action->path;
	size_t i = p->v[p->n - 1].index, k = q->v[q->n - 1].index;
	return i != k ? (i < k ? -1 : 1) : (x->order > y->order) - (x->order < y->order);
}

int update_apply(struct call *call, const struct update *update,
	const struct dynamodb_attributes *item, struct dynamodb_attributes *out)
{
	struct change *changes = ARENA_ARRAY(call->arena, struct change, update->n);
	struct dynamodb_value root = { 0 };
	bool has_holes = false;
	attributes_clone(call->arena, item, &root.m);
	for (size_t i = 0; i < update->n; i++) {
		const struct action *a = &update->v[i];
		changes[i] = (struct change){ .action = a, .order = i };
		int r = a->type == ACTION_REMOVE ? 0
			: a->type == ACTION_SET
				? evaluate(call, a->value, item, &changes[i].value)
				: combine(call, a, update->is_legacy, path_get(item, &a->path),
					  &changes[i].value);
		if (r < 0)
			return -1;
		/* What it refers to may be changed itself. */
		struct dynamodb_value copy;
		value_clone(call->arena, &changes[i].value, &copy);
		changes[i].value = copy;
	}
	qsort(changes, update->n, sizeof *changes, compare_changes);
	for (size_t i = 0; i < update->n; i++) {
		const struct action *a = changes[i].action;
		bool is_gone = value_type(&changes[i].value) == VALUE_NONE;
		has_holes |= is_gone && !a->path.v[a->path.n - 1].name.p;
		if ((is_gone ? take_out(call, &root, &a->path, a->type == ACTION_REMOVE)
			     : put(call, &root, &a->path, &changes[i].value)) < 0)
			return -1;
	}
	if (has_holes)
		compact(&root);
	*out = root.m;
	return 0;
}
