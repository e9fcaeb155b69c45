/* The order of resources: what each refers to and DependsOn, and cycles. */
#include "services/cloudformation/internal.h"
#include <errno.h>
#include <stdlib.h>

struct cfn_node *cfn_graph_find(const struct cfn_graph *g, struct str logical)
{
	for (size_t i = 0; i < g->n; i++)
		if (str_eq(g->nodes[i].logical, logical))
			return &g->nodes[i];
	return NULL;
}

struct needs {
	struct cfn_graph *graph;
	struct cfn_node *node;
};

static void need(void *arg, struct str name, struct str attribute)
{
	struct needs *n = arg;
	struct cfn_node *other = cfn_graph_find(n->graph, name);
	(void)attribute;
	if (!other)
		return;
	size_t at = (size_t)(other - n->graph->nodes);
	for (size_t i = 0; i < n->node->need_count; i++)
		if (n->node->needs[i] == at)
			return;
	n->node->needs[n->node->need_count++] = at;
}

static void need_depends_on(struct needs *n, value *depends)
{
	value *item;
	if (yyjson_mut_is_str(depends))
		need(n, cfn_text(depends), (struct str){ 0 });
	if (yyjson_mut_is_arr(depends))
		CFN_ARRAY_FOR(item, depends)
	need(n, cfn_text(item), (struct str){ 0 });
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Takes away what needs nothing that is left, again and again; what remains is in a cycle or behind
 * one. */
static int check_cycles(struct cfn_eval *e, const struct cfn_graph *g)
{
	bool *gone = ARENA_ARRAY(e->arena, bool, g->n + 1), progress = true;
	size_t left = g->n;
	while (progress) {
		progress = false;
		for (size_t i = 0; i < g->n; i++) {
			bool free = !gone[i];
			for (size_t k = 0; free && k < g->nodes[i].need_count; k++)
				free = gone[g->nodes[i].needs[k]];
			if (free) {
				gone[i] = progress = true;
				left--;
			}
		}
	}
	if (!left)
		return 0;
	struct str *names = ARENA_ARRAY(e->arena, struct str, left);
	struct buf b = { 0 };
	size_t n = 0;
	for (size_t i = 0; i < g->n; i++)
		if (!gone[i])
			names[n++] = g->nodes[i].logical;
	qsort(names, n, sizeof *names, by_name);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(names[i]));
	cfn_eval_fail(e, "Circular dependency between resources: [%.*s]", STR_ARG(buf_view(&b)));
	buf_fini(&b);
	return -EINVAL;
}

int cfn_graph_make(struct cfn_eval *e, value *resources, struct cfn_graph *out)
{
	size_t n = yyjson_mut_obj_size(resources);
	value *key, *definition;
	*out = (struct cfn_graph){ ARENA_ARRAY(e->arena, struct cfn_node, n + 1), 0 };
	CFN_OBJECT_FOR(key, definition, resources)
	{
		struct str condition = cfn_text(cfn_get(definition, "Condition"));
		int r = condition.p ? cfn_condition(e, condition) : 1;
		if (r < 0)
			return r;
		if (r)
			out->nodes[out->n++] = (struct cfn_node){ .logical = cfn_text(key),
				.type = cfn_text(cfn_get(definition, "Type")),
				.definition = definition };
	}
	for (size_t i = 0; i < out->n; i++) {
		struct needs needs = { out, &out->nodes[i] };
		out->nodes[i].needs = ARENA_ARRAY(e->arena, size_t, out->n);
		cfn_refs(e, cfn_get(out->nodes[i].definition, "Properties"), need, &needs);
		need_depends_on(&needs, cfn_get(out->nodes[i].definition, "DependsOn"));
	}
	return e->error.p ? -EINVAL : check_cycles(e, out);
}
