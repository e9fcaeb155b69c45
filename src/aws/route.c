/* The routes of an API: a tree of path segments whose leaves hold the operations of each method. */
#include "aws/route.h"
#include <errno.h>
#include <stdlib.h>

struct leaf {
	struct str method;
	const struct operation *operation;
	struct str query; /* the pattern's literal parameters: "list-type=2&x" */
	struct str label_names[ROUTE_LABELS_MAX];
	size_t label_count;
};

struct route_node {
	struct str literal; /* the segment; unused for label nodes */
	struct route_node **literals;
	size_t literal_count;
	struct route_node *label,
		*greedy; /* below: any one segment; all that is left (and what follows it) */
	struct leaf *leaves;
	size_t leaf_count;
};

static struct route_node *node_literal(struct route_node *n, struct str segment)
{
	for (size_t i = 0; i < n->literal_count; i++)
		if (str_eq(n->literals[i]->literal, segment))
			return n->literals[i];
	struct route_node *child = xcalloc(1, sizeof *child);
	child->literal = segment;
	n->literals = xrealloc(n->literals, (n->literal_count + 1) * sizeof *n->literals);
	n->literals[n->literal_count++] = child;
	return child;
}

static struct route_node *node_label(struct route_node **slot)
{
	if (!*slot)
		*slot = xcalloc(1, sizeof **slot);
	return *slot;
}

static void leaf_add(struct route_node *n, const struct leaf *leaf)
{
	n->leaves = xrealloc(n->leaves, (n->leaf_count + 1) * sizeof *n->leaves);
	n->leaves[n->leaf_count++] = *leaf;
}

void routes_add(struct routes *routes, const struct operation *op)
{
	struct str path = str_c(op->http_uri), segment;
	struct leaf leaf = { .method = str_c(op->http_method), .operation = op };
	ssize_t question = str_index(path, '?');
	if (question >= 0) {
		leaf.query = str_from(path, (size_t)question + 1);
		path.n = (size_t)question;
	}
	struct route_node *n = node_label(&routes->root);
	while (str_cut(&path, '/', &segment)) {
		if (segment.n == 0)
			continue;
		if (segment.p[0] != '{') {
			n = node_literal(n, segment);
			continue;
		}
		struct str name = str_sub(segment, 1, segment.n - 2);
		bool greedy = str_ends(name, STR("+"));
		assert(leaf.label_count < ROUTE_LABELS_MAX);
		leaf.label_names[leaf.label_count++] = greedy ? str_sub(name, 0, name.n - 1) : name;
		n = node_label(greedy ? &n->greedy : &n->label);
	}
	leaf_add(n, &leaf);
	routes->count++;
}

static int compare_nodes(const void *a, const void *b)
{
	const struct route_node *const *x = a, *const *y = b;
	return str_cmp((*x)->literal, (*y)->literal);
}

static void node_sort(struct route_node *n)
{
	if (n->literal_count)
		qsort(n->literals, n->literal_count, sizeof *n->literals, compare_nodes);
	for (size_t i = 0; i < n->literal_count; i++)
		node_sort(n->literals[i]);
	if (n->label)
		node_sort(n->label);
	if (n->greedy)
		node_sort(n->greedy);
}

void routes_finish(struct routes *routes)
{
	if (routes->root)
		node_sort(routes->root);
}

static void node_destroy(struct route_node *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->literal_count; i++)
		node_destroy(n->literals[i]);
	node_destroy(n->label);
	node_destroy(n->greedy);
	free(n->literals);
	free(n->leaves);
	free(n);
}

void routes_fini(struct routes *routes)
{
	node_destroy(routes->root);
	*routes = (struct routes){ 0 };
}

/* The raw value of a query parameter: p == NULL when it is absent, empty without "=". */
static struct str query_value(struct str query, struct str name)
{
	struct str pair;
	while (query.p && str_cut(&query, '&', &pair)) {
		if (!str_starts(pair, name))
			continue;
		if (pair.n == name.n)
			return STR("");
		if (pair.p[name.n] == '=')
			return str_from(pair, name.n + 1);
	}
	return (struct str){ 0 };
}

/* How well the leaf fits: negative when its literal query says no, else higher is better. */
static int leaf_score(const struct leaf *leaf, const struct route_request *r)
{
	int score = 1000;
	struct str literals = leaf->query, pair, name;
	while (literals.p && str_cut(&literals, '&', &pair)) {
		str_cut(&pair, '=', &name);
		struct str wanted = pair, found = query_value(r->query, name);
		/* x-id names the operation for logs; not every client sends it. */
		if (!found.p && str_is(name, "x-id"))
			continue;
		if (!found.p || (wanted.p && !str_eq(found, wanted)))
			return -1;
		score += 100;
	}
	const struct shape *input = leaf->operation->input;
	for (uint32_t i = 0; i < input->member_count; i++) {
		const struct member *m = &input->members[i];
		if (!(m->flags & MEMBER_REQUIRED))
			continue;
		bool there;
		if (m->location == IN_QUERY)
			there = query_value(r->query, str_c(m->location_name)).p != NULL;
		else if (m->location == IN_HEADER && r->has_header)
			there = r->has_header(r->arg, m->location_name);
		else
			continue;
		score += there ? 1 : -200;
	}
	return MAX(score, 0);
}

static const struct leaf *best_leaf(const struct route_node *n, const struct route_request *r)
{
	const struct leaf *best = NULL;
	int best_score = -1;
	for (size_t i = 0; i < n->leaf_count; i++) {
		const struct leaf *leaf = &n->leaves[i];
		if (!str_eq(leaf->method, r->method))
			continue;
		if (n->leaf_count == 1 && !leaf->query.p)
			return leaf;
		int score = leaf_score(leaf, r);
		if (score > best_score) {
			best = leaf;
			best_score = score;
		}
	}
	return best;
}

struct walk {
	const struct route_request *request;
	struct str values[ROUTE_LABELS_MAX];
	size_t value_count;
	const struct leaf *leaf;
	bool path_known;
	int steps; /* left: a client can't make the walk long */
};

static bool walk_leaf(struct walk *w, const struct route_node *n)
{
	w->path_known |= n->leaf_count > 0;
	w->leaf = best_leaf(n, w->request);
	return w->leaf != NULL;
}

static const struct route_node *find_literal(const struct route_node *n, struct str segment)
{
	size_t low = 0, high = n->literal_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = str_cmp(n->literals[middle]->literal, segment);
		if (order == 0)
			return n->literals[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool walk_node(struct walk *w, const struct route_node *n, struct str rest);

/* A greedy label takes all that is left, or all but the literal segments that its pattern ends
 * with. */
static bool walk_greedy(struct walk *w, const struct route_node *n, struct str rest)
{
	for (size_t i = rest.n; n->literal_count && i > 1; i--) {
		if (rest.p[i - 1] != '/')
			continue;
		w->values[w->value_count++] = str_sub(rest, 0, i - 1);
		if (walk_node(w, n, str_from(rest, i)))
			return true;
		w->value_count--;
	}
	w->values[w->value_count++] = rest;
	if (walk_leaf(w, n))
		return true;
	w->value_count--;
	return false;
}

/* rest is what follows the slash after the node's segment. */
static bool walk_node(struct walk *w, const struct route_node *n, struct str rest)
{
	if (w->steps-- <= 0)
		return false;
	if (rest.n == 0)
		return walk_leaf(w, n);
	ssize_t slash = str_index(rest, '/');
	struct str segment = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
	struct str below = slash < 0 ? str_from(rest, rest.n) : str_from(rest, (size_t)slash + 1);
	const struct route_node *literal = find_literal(n, segment);
	if (literal && walk_node(w, literal, below))
		return true;
	assert(w->value_count < ROUTE_LABELS_MAX);
	if (n->label && segment.n > 0) {
		w->values[w->value_count++] = segment;
		if (walk_node(w, n->label, below))
			return true;
		w->value_count--;
	}
	return n->greedy && walk_greedy(w, n->greedy, rest);
}

int routes_find(
	const struct routes *routes, const struct route_request *request, struct route_match *out)
{
	struct walk w = { .request = request, .steps = 4 * ROUTE_DEPTH_MAX };
	struct str path = request->path;
	if (!routes->root)
		return -ENOENT;
	if (str_starts(path, STR("/")))
		path = str_from(path, 1);
	if (!walk_node(&w, routes->root, path))
		return w.path_known ? -ENOTSUP : -ENOENT;
	assert(w.leaf->label_count == w.value_count);
	out->operation = w.leaf->operation;
	out->label_count = w.value_count;
	for (size_t i = 0; i < w.value_count; i++)
		out->labels[i] = (struct route_label){ w.leaf->label_names[i], w.values[i] };
	return 0;
}
