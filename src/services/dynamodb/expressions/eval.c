/* Conditions and projections of an item. */
#include "services/dynamodb/expressions/expr.h"

struct dynamodb_value *path_get(const struct dynamodb_attributes *item, const struct path *path)
{
	struct dynamodb_value *at = attributes_get(item, path->v[0].name);
	for (size_t i = 1; at && i < path->n; i++) {
		const struct path_step *step = &path->v[i];
		if (step->name.p)
			at = attributes_get(&at->m, step->name);
		else
			at = step->index < at->l.n ? &at->l.v[step->index] : NULL;
	}
	return at;
}

static bool size_of(const struct dynamodb_value *v, size_t *out)
{
	switch (value_type(v)) {
	case VALUE_S:
		*out = v->s.n;
		return true;
	case VALUE_B:
		*out = v->b.n;
		return true;
	case VALUE_SS:
	case VALUE_NS:
	case VALUE_BS:
	case VALUE_M:
	case VALUE_L:
		*out = v->ss.n + v->ns.n + v->bs.n + v->m.n + v->l.n;
		return true;
	default:
		return false;
	}
}

/* NULL: it has no value. */
static const struct dynamodb_value *operand(
	struct arena *arena, const struct node *node, const struct dynamodb_attributes *item)
{
	if (node->type == NODE_VALUE)
		return node->value;
	if (node->type == NODE_PATH)
		return path_get(item, &node->path);
	assert(node->type == NODE_SIZE);
	const struct dynamodb_value *v = operand(arena, node->args[0], item);
	size_t size;
	if (!v || !size_of(v, &size))
		return NULL;
	struct dynamodb_value *n = ARENA_NEW(arena, struct dynamodb_value);
	n->n = arena_printf(arena, "%zu", size);
	return n;
}

static bool compare(
	enum node_type type, const struct dynamodb_value *a, const struct dynamodb_value *b)
{
	int order;
	if (!a || !b)
		return type == NODE_NE && a != b;
	if (type == NODE_EQ || type == NODE_NE)
		return value_eq(a, b) == (type == NODE_EQ);
	if (!value_compare(a, b, &order))
		return false;
	return type == NODE_LT   ? order < 0
	       : type == NODE_LE ? order <= 0
	       : type == NODE_GT ? order > 0
				 : order >= 0;
}

static bool begins_with(const struct dynamodb_value *v, const struct dynamodb_value *prefix)
{
	return (v->s.p && prefix->s.p && str_starts(v->s, prefix->s)) ||
	       (v->b.p && prefix->b.p && str_starts(v->b, prefix->b));
}

static bool is_in(
	struct arena *arena, const struct node *node, const struct dynamodb_attributes *item)
{
	const struct dynamodb_value *v = operand(arena, node->args[0], item);
	for (size_t i = 1; v && i < node->n; i++) {
		const struct dynamodb_value *other = operand(arena, node->args[i], item);
		if (other && value_eq(v, other))
			return true;
	}
	return false;
}

bool condition_is_true(
	struct arena *arena, const struct node *node, const struct dynamodb_attributes *item)
{
	const struct dynamodb_value *a = NULL, *b = NULL;
	switch (node->type) {
	case NODE_AND:
		return condition_is_true(arena, node->args[0], item) &&
		       condition_is_true(arena, node->args[1], item);
	case NODE_OR:
		return condition_is_true(arena, node->args[0], item) ||
		       condition_is_true(arena, node->args[1], item);
	case NODE_NOT:
		return !condition_is_true(arena, node->args[0], item);
	case NODE_IN:
		return is_in(arena, node, item);
	default:
		break;
	}
	a = operand(arena, node->args[0], item);
	if (node->n > 1)
		b = operand(arena, node->args[1], item);
	switch (node->type) {
	case NODE_EXISTS:
		return a != NULL;
	case NODE_NOT_EXISTS:
		return a == NULL;
	case NODE_IS_TYPE:
		return a && value_type(a) == value_type_of(b->s);
	case NODE_BEGINS_WITH:
		return a && b && begins_with(a, b);
	case NODE_CONTAINS:
		return a && b && value_contains(a, b);
	case NODE_NOT_CONTAINS:
		return a && b && !value_contains(a, b);
	case NODE_BETWEEN:
		return compare(NODE_GE, a, b) &&
		       compare(NODE_LE, a, operand(arena, node->args[2], item));
	default:
		return compare(node->type, a, b);
	}
}

/* ---- projections ---- */

/* The paths of v[0..n) whose step number `depth` is this one; 1: one of them ends with it. */
static bool narrow(const struct path *const *v, size_t n, size_t depth, struct str name,
	size_t index, const struct path **out, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < n; i++) {
		const struct path_step *step = &v[i]->v[depth];
		if (name.p ? !step->name.p || !str_eq(step->name, name)
			   : step->name.p || step->index != index)
			continue;
		if (v[i]->n == depth + 1)
			return true;
		out[(*count)++] = v[i];
	}
	return false;
}

static bool project(struct arena *arena, const struct dynamodb_value *from,
	const struct path *const *v, size_t n, size_t depth, struct dynamodb_value *out)
{
	const struct path **part = ARENA_ARRAY(arena, const struct path *, n);
	size_t count, kept = 0;
	*out = (struct dynamodb_value){ 0 };
	if (from->m.v)
		out->m.v = ARENA_ARRAY(arena, struct dynamodb_attributes_entry, MIN(from->m.n, n));
	else if (from->l.v)
		out->l.v = ARENA_ARRAY(arena, struct dynamodb_value, MIN(from->l.n, n));
	for (size_t i = 0; i < from->m.n; i++) {
		const struct dynamodb_attributes_entry *e = &from->m.v[i];
		bool whole = narrow(v, n, depth, e->key, 0, part, &count);
		if (!whole && (!count || !project(arena, &e->value, part, count, depth + 1,
						 &out->m.v[kept].value)))
			continue;
		if (whole)
			out->m.v[kept].value = e->value;
		out->m.v[kept++].key = e->key;
	}
	out->m.n = kept;
	for (size_t i = 0; i < from->l.n; i++) {
		bool whole = narrow(v, n, depth, (struct str){ 0 }, i, part, &count);
		if (!whole && (!count || !project(arena, &from->l.v[i], part, count, depth + 1,
						 &out->l.v[out->l.n])))
			continue;
		if (whole)
			out->l.v[out->l.n] = from->l.v[i];
		out->l.n++;
	}
	return out->m.n + out->l.n > 0;
}

void ddb_item_project(struct arena *arena, const struct dynamodb_attributes *item,
	const struct paths *paths, struct dynamodb_attributes *out)
{
	const struct path **v = ARENA_ARRAY(arena, const struct path *, paths->n);
	struct dynamodb_value from = { .m = *item }, to;
	for (size_t i = 0; i < paths->n; i++)
		v[i] = &paths->v[i];
	from.m.v = item->v;
	project(arena, &from, v, paths->n, 0, &to);
	*out = to.m;
}
