/*
 * PartiQL: SELECT. Where the condition names partitions it is a query of each, in the order in
 * which they are named, else a scan; the whole condition is the filter.
 */
#include "aws/codec.h"
#include "base/encode.h"
#include "services/dynamodb/items/page.h"
#include "services/dynamodb/partiql/partiql.h"
#include <stdlib.h>

enum { PARTITIONS_MAX = DDB_IN_MAX };

static bool is_attribute(const struct node *node, struct str name)
{
	return node->type == NODE_PATH && node->path.n == 1 && str_eq(node->path.v[0].name, name);
}

/* name = value, written either way; or NULL. */
static const struct dynamodb_value *equal_to(const struct node *node, struct str name)
{
	if (node->type != NODE_EQ)
		return NULL;
	for (size_t i = 0; i < 2; i++)
		if (is_attribute(node->args[i], name) && node->args[1 - i]->type == NODE_VALUE)
			return node->args[1 - i]->value;
	return NULL;
}

/* The first of the conditions joined by AND that demands it. */
static const struct dynamodb_value *demanded(const struct node *where, struct str name)
{
	if (!where)
		return NULL;
	if (where->type != NODE_AND)
		return equal_to(where, name);
	const struct dynamodb_value *v = demanded(where->args[0], name);
	return v ? v : demanded(where->args[1], name);
}

bool partiql_key(struct call *call, const struct statement *s, const struct table *t,
	struct dynamodb_attributes *out)
{
	*out = (struct dynamodb_attributes){ 0 };
	for (size_t i = 0; i < t->r.key_schema.n; i++) {
		struct str name = t->r.key_schema.v[i].attribute_name;
		const struct dynamodb_value *v = demanded(s->where, name);
		if (!v)
			return false;
		*attributes_put(call->arena, out, name) = *v;
	}
	return true;
}

/* ---- partitions ---- */

struct partitions {
	const struct dynamodb_value *v[PARTITIONS_MAX];
	size_t n;
};

static bool add_partition(struct partitions *all, const struct dynamodb_value *v)
{
	for (size_t i = 0; i < all->n; i++)
		if (value_eq(all->v[i], v))
			return true;
	if (all->n == PARTITIONS_MAX)
		return false;
	all->v[all->n++] = v;
	return true;
}

/* Whether the condition is met in these partitions alone. */
static bool find_partitions(const struct node *node, struct str name, struct partitions *out)
{
	const struct dynamodb_value *v = equal_to(node, name);
	struct partitions tried = *out;
	bool found = false;
	if (v)
		return add_partition(out, v);
	if (node->type == NODE_IN && is_attribute(node->args[0], name)) {
		found = true;
		for (size_t i = 1; found && i < node->n; i++)
			found = add_partition(&tried, node->args[i]->value);
	} else if (node->type == NODE_OR) {
		found = find_partitions(node->args[0], name, &tried) &&
			find_partitions(node->args[1], name, &tried);
	} else if (node->type == NODE_AND) {
		found = find_partitions(node->args[0], name, &tried);
		if (!found) {
			tried = *out;
			found = find_partitions(node->args[1], name, &tried);
		}
	}
	if (found)
		*out = tried;
	return found;
}

/* A condition of those joined by AND that bounds the sort key; or NULL. */
static const struct node *find_bound(const struct node *node, const struct schema *s)
{
	bool fits = node->type == NODE_EQ ||
		    (node->type >= NODE_LT && node->type <= NODE_BETWEEN) ||
		    node->type == NODE_BEGINS_WITH;
	if (node->type == NODE_AND) {
		const struct node *found = find_bound(node->args[0], s);
		return found ? found : find_bound(node->args[1], s);
	}
	if (!fits || !s->range.p)
		return NULL;
	size_t path = is_attribute(node->args[0], s->range) ? 0 : 1;
	if (!is_attribute(node->args[path], s->range) || (path && node->n > 2) ||
		(path && node->type == NODE_BEGINS_WITH))
		return NULL;
	for (size_t i = 0; i < node->n; i++) {
		const struct node *a = node->args[i];
		if (i != path && (a->type != NODE_VALUE || value_type(a->value) != s->range_type))
			return NULL;
	}
	return node->type == NODE_BEGINS_WITH && s->range_type == VALUE_N ? NULL : node;
}

static struct node *equals(struct call *call, struct str name, const struct dynamodb_value *v)
{
	struct node *nodes = ARENA_ARRAY(call->arena, struct node, 3);
	struct path_step *step = ARENA_NEW(call->arena, struct path_step);
	step->name = name;
	nodes[0] = (struct node){
		.type = NODE_EQ, .args = ARENA_ARRAY(call->arena, struct node *, 2), .n = 2
	};
	nodes[1] = (struct node){ .type = NODE_PATH, .path = { step, 1 } };
	nodes[2] = (struct node){ .type = NODE_VALUE, .value = v };
	nodes[0].args[0] = &nodes[1];
	nodes[0].args[1] = &nodes[2];
	return nodes;
}

static int set_range(struct call *call, const struct statement *s, struct page *p,
	const struct dynamodb_value *partition)
{
	if (!partition) {
		p->begin = items_prefix(call, &p->table, ddb_page_index_number(p));
		p->end = key_range_end(call->arena, p->begin);
		return 0;
	}
	struct node *keys = equals(call, p->schema.hash, partition);
	const struct node *bound = find_bound(s->where, &p->schema);
	if (bound) {
		struct node *both = ARENA_NEW(call->arena, struct node);
		both->type = NODE_AND;
		both->args = ARENA_ARRAY(call->arena, struct node *, 2);
		both->args[0] = keys;
		both->args[1] = (struct node *)bound;
		both->n = 2;
		keys = both;
	}
	return key_condition_range(call, p, "KeyConditionExpression", keys);
}

/* ---- order ---- */

static int compare_partitions(const void *a, const void *b)
{
	int order = 0;
	if (!value_compare(*(const struct dynamodb_value *const *)a,
		    *(const struct dynamodb_value *const *)b, &order))
		return 0;
	return order;
}

static int check_order(
	struct call *call, const struct statement *s, struct page *p, struct partitions *all)
{
	if (!s->order_count)
		return 0;
	if (!s->where)
		return fail(call, &aws_validation_exception,
			"Must have WHERE clause in the statement when using ORDER BY clause.");
	if (!all->n)
		return fail(call, &aws_validation_exception,
			"Must have at least one non-optional hash key condition in WHERE clause when "
			"using ORDER BY clause.");
	for (size_t i = 0; i < s->order_count; i++) {
		const struct statement_order *o = &s->order[i];
		if (p->schema.range.p && str_eq(o->name, p->schema.range)) {
			p->is_reverse = o->descending;
			continue;
		}
		if (!str_eq(o->name, p->schema.hash))
			return fail(call, &aws_validation_exception,
				"Variable reference %.*s in ORDER BY clause must be part of the primary key",
				STR_ARG(o->name));
		qsort(all->v, all->n, sizeof *all->v, compare_partitions);
		for (size_t k = 0; o->descending && k < all->n / 2; k++) {
			const struct dynamodb_value *v = all->v[k];
			all->v[k] = all->v[all->n - 1 - k];
			all->v[all->n - 1 - k] = v;
		}
	}
	return 0;
}

/* ---- tokens ---- */

static int64_t digest_of(struct str text)
{
	return crc32_update(0, text.p, text.n);
}

static int read_token(struct call *call, const struct statement_page *page,
	const struct partitions *all, struct dynamodb_statement_token *out)
{
	struct str bytes;
	*out = (struct dynamodb_statement_token){ 0 };
	if (!page->token.p)
		return 0;
	if (base64_decode(call->arena, page->token, &bytes) < 0 ||
		record_decode(call->arena, &dynamodb_statement_token_shape, bytes, out) < 0 ||
		out->digest.v != digest_of(page->digest) || out->partition.v < 0 ||
		out->partition.v > (int64_t)all->n)
		return fail(call, &aws_validation_exception, "Invalid NextToken");
	return 0;
}

static void write_token(struct call *call, struct statement_page *page, size_t partition,
	const struct dynamodb_attributes *last)
{
	struct dynamodb_statement_token t = { OPT_I64(digest_of(page->digest)),
		OPT_I64((int64_t)partition), *last };
	page->last = *last;
	page->next_token = base64_encode(
		call->arena, record_encode(call->arena, &dynamodb_statement_token_shape, &t));
}

/* ---- items ---- */

/* The columns are named by the last names of their paths; one that ends in an index by its place.
 */
static void columns(struct call *call, const struct paths *paths,
	const struct dynamodb_attributes *item, struct dynamodb_attributes *out)
{
	*out = (struct dynamodb_attributes){
		ARENA_ARRAY(call->arena, struct dynamodb_attributes_entry, 1), 0
	};
	for (size_t i = 0; i < paths->n; i++) {
		const struct path *path = &paths->v[i];
		const struct dynamodb_value *v = path_get(item, path);
		struct str name = path->v[path->n - 1].name;
		if (!v)
			continue;
		if (!name.p)
			name = arena_printf(call->arena, "_%zu", i + 1);
		*attributes_put(call->arena, out, name) = *v;
	}
}

static void take_items(struct call *call, const struct statement *s, const struct page *p,
	struct statement_page *page)
{
	struct dynamodb_attributes *v = ARENA_ARRAY(
		call->arena, struct dynamodb_attributes, page->items.n + p->items.n + 1);
	if (page->items.n)
		memcpy(v, page->items.v, page->items.n * sizeof *v);
	for (size_t i = 0; i < p->items.n; i++) {
		struct dynamodb_attributes *to = &v[page->items.n++];
		*to = p->items.v[i];
		if (s->paths.n)
			columns(call, &s->paths, &p->items.v[i], to);
	}
	page->items.v = v;
	page->usage.table += p->usage.table;
	for (size_t i = 0; i < p->table.r.indexes.n; i++)
		page->usage.index[i] += p->usage.index[i];
}

/* The attributes that the paths begin with: what an index must project. */
static void set_paths(struct call *call, const struct statement *s, struct page *p)
{
	p->paths.v = ARENA_ARRAY(call->arena, struct path, s->paths.n);
	for (size_t i = 0; i < s->paths.n; i++) {
		bool is_known = false;
		for (size_t k = 0; k < p->paths.n; k++)
			is_known |= str_eq(p->paths.v[k].v[0].name, s->paths.v[i].v[0].name);
		if (!is_known)
			p->paths.v[p->paths.n++] = (struct path){ s->paths.v[i].v, 1 };
	}
}

static int read_pages(struct call *call, const struct statement *s, struct page *open,
	const struct partitions *all, struct statement_page *page)
{
	struct dynamodb_statement_token token;
	int64_t scanned = 0;
	size_t bytes = 0, n = MAX(all->n, 1);
	if (read_token(call, page, all, &token) < 0)
		return -1;
	for (size_t i = (size_t)token.partition.v; i < n; i++) {
		struct page p = *open;
		if (set_range(call, s, &p, all->n ? all->v[i] : NULL) < 0)
			return -1;
		p.start = i == (size_t)token.partition.v ? &token.last : NULL;
		p.limit = page->limit ? page->limit - scanned : 0;
		if (ddb_page_read(call, &p) < 0)
			return -1;
		take_items(call, s, &p, page);
		scanned += p.scanned;
		bytes += p.bytes;
		if (p.last.n) {
			write_token(call, page, i, &p.last);
			return 0;
		}
		if (i + 1 < n &&
			((page->limit && scanned >= page->limit) || bytes >= DDB_PAGE_BYTES_MAX)) {
			write_token(call, page, i + 1, &p.last);
			return 0;
		}
	}
	return 0;
}

int partiql_select(struct call *call, const struct statement *s, struct statement_page *page)
{
	struct page p = {
		.table_name = s->table,
		.index_name = s->index,
		.is_consistent = page->is_consistent,
		.is_query = true,
		.filter = s->where,
	};
	struct partitions all = { 0 };
	struct dynamodb_attributes key;
	set_paths(call, s, &p);
	/* The same refusal as a Query's, in other words. */
	p.is_consistent = false;
	if (ddb_page_open(call, &p) < 0)
		return -1;
	if (page->is_consistent && p.index && !p.index->is_local.v)
		return fail(call, &aws_validation_exception,
			"Strongly consistent read is not supported on Global Secondary Indexes");
	p.is_consistent = page->is_consistent;
	page->table = p.table;
	page->usage = usage_new(call, &p.table);
	page->items = (struct dynamodb_item_list){
		ARENA_ARRAY(call->arena, struct dynamodb_attributes, 1), 0
	};
	page->next_token = (struct str){ 0 };
	page->last = (struct dynamodb_attributes){ 0 };
	if (page->is_key_only && (s->index.p || !partiql_key(call, s, &p.table, &key)))
		return fail(call, &aws_validation_exception,
			"Select statements within BatchExecuteStatement must specify the primary key in "
			"the where clause.");
	if (s->where && !find_partitions(s->where, p.schema.hash, &all))
		all.n = 0;
	if (check_order(call, s, &p, &all) < 0)
		return -1;
	return read_pages(call, s, &p, &all, page);
}
