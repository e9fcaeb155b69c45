/*
 * The model's queries and scans, page by page. Included by the model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_WALK_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_WALK_H

#include "services/dynamodb/testing/model_read.h"

struct walk {
	struct mtable *t;
	struct mindex *x; /* or NULL */
	bool is_query, backward, only_count;
	size_t limit; /* 0: none */
	struct mval hash;
	int range_op; /* of comparators; 6 BETWEEN, 7 begins_with, -1 none */
	struct mval low, high;
	struct mcond *filter;
	struct str names[COUNT_OF(attributes_all)];
	size_t name_count;
	/* What is found. */
	struct mval found[M_ITEMS_MAX];
	size_t n, scanned, counted;
};

static const struct mkey *range_key(const struct walk *w)
{
	return w->x ? &w->x->range : &w->t->range;
}

static bool in_range(const struct walk *w, const struct mval *item)
{
	const char *hash = w->x ? w->x->hash.name : w->t->hash.name;
	if (!in_index(w->x, item))
		return false;
	if (!w->is_query)
		return true;
	if (!meq(mget(item, str_c(hash)), &w->hash))
		return false;
	if (w->range_op < 0)
		return true;
	const struct mval *v = mget(item, str_c(range_key(w)->name));
	if (w->range_op == 6)
		return morder(v, &w->low) >= 0 && morder(v, &w->high) <= 0;
	if (w->range_op == 7)
		return v->s.n >= w->low.s.n && !memcmp(v->s.p, w->low.s.p, w->low.s.n);
	return ordered((size_t)w->range_op, morder(v, &w->low));
}

static void emit_keys(struct walk *w, struct mrequest *q, struct buf *b)
{
	struct mpath hash = path_to(str_c(w->x ? w->x->hash.name : w->t->hash.name)), range;
	bool range_first = w->range_op >= 0 && chance(&rng, 4);
	for (int i = 0; i < 2; i++) {
		if ((i == 1) != range_first) {
			emit_path(q, b, &hash);
			buf_cat(b, " = ");
			emit_value(q, b, &w->hash);
		} else if (w->range_op >= 0) {
			range = path_to(str_c(range_key(w)->name));
			buf_cat(b, w->range_op == 7 ? "begins_with(" : "");
			emit_path(q, b, &range);
			buf_printf(b, " %s ",
				w->range_op == 7   ? ","
				: w->range_op == 6 ? "BETWEEN"
						   : comparators[w->range_op]);
			emit_value(q, b, &w->low);
			if (w->range_op == 6) {
				buf_cat(b, " AND ");
				emit_value(q, b, &w->high);
			}
			buf_cat(b, w->range_op == 7 ? ")" : "");
		}
		if (i == 0 && w->range_op >= 0)
			buf_cat(b, " AND ");
	}
}

static void random_range_condition(struct walk *w)
{
	const struct mkey *k = range_key(w);
	w->range_op = -1;
	if (!w->is_query || !k->name || chance(&rng, 3))
		return;
	do
		w->range_op = (int)below(&rng, 8);
	while (w->range_op == 1 || (w->range_op == 7 && k->type == M_N));
	w->low = random_range(&rng, k);
	w->high = random_range(&rng, k);
	if (morder(&w->low, &w->high) > 0) {
		struct mval t = w->low;
		w->low = w->high;
		w->high = t;
	}
}

static bool uses_key(const struct walk *w, const struct mcond *c)
{
	if (c->kind >= C_LEAVES)
		return uses_key(w, c->left) || (c->right && uses_key(w, c->right));
	const struct mkey *hash = w->x ? &w->x->hash : &w->t->hash, *range = range_key(w);
	struct str name = c->path.step[0].name;
	return str_is(name, hash->name) || (range->name && str_is(name, range->name));
}

static struct walk random_walk(struct buf *text)
{
	struct walk w = { .t = some_table(), .is_query = !chance(&rng, 4) };
	struct mindex *x = &w.t->index[below(&rng, M_INDEXES)];
	if (x->is_active && chance(&rng, 2))
		w.x = x;
	w.backward = w.is_query && chance(&rng, 2);
	w.limit = chance(&rng, 2) ? 0 : 1 + below(&rng, 7);
	const struct mkey *hash = w.x ? &w.x->hash : &w.t->hash;
	w.hash = !w.x || w.x->local ? random_hash(&rng, w.t) : random_range(&rng, hash);
	random_range_condition(&w);
	if (chance(&rng, 4))
		w.filter = random_condition(&rng, &scratch, 0, 1);
	if (w.filter && w.is_query && uses_key(&w, w.filter))
		w.filter = NULL;
	w.only_count = chance(&rng, 8);
	if (!w.only_count && chance(&rng, 4) && !(w.x && w.x->local))
		w.name_count = random_projection(w.t, w.x, w.names, text);
	return w;
}

static void emit_walk(struct walk *w, struct str projection, struct buf *b)
{
	struct mrequest q = { .r = &rng, .a = &scratch };
	struct buf text = { 0 };
	buf_printf(b, "{\"TableName\":\"%s\"", w->t->name);
	if (w->x)
		buf_printf(b, ",\"IndexName\":\"%s\"", w->x->name);
	if (w->limit)
		buf_printf(b, ",\"Limit\":%zu", w->limit);
	if (w->is_query) {
		buf_printf(b, ",\"ScanIndexForward\":%s", w->backward ? "false" : "true");
		emit_keys(w, &q, &text);
		buf_cat(b, ",\"KeyConditionExpression\":");
		json_quote(b, buf_view(&text));
		text.n = 0;
	}
	if (w->filter) {
		emit_condition(&q, &text, w->filter);
		buf_cat(b, ",\"FilterExpression\":");
		json_quote(b, buf_view(&text));
	}
	if (w->name_count)
		buf_printf(b, ",\"ProjectionExpression\":\"%.*s\"", STR_ARG(projection));
	if (w->only_count)
		buf_cat(b, ",\"Select\":\"COUNT\"");
	request_json(&q, b);
	buf_fini(&text);
	request_fini(&q);
}

static void take_page(struct walk *w, const struct answer *a)
{
	yyjson_val *items = yyjson_obj_get(a->root, "Items"), *one;
	size_t i, n, scanned = (size_t)yyjson_get_int(yyjson_obj_get(a->root, "ScannedCount")),
		     count = (size_t)yyjson_get_int(yyjson_obj_get(a->root, "Count"));
	SAME(w->only_count ? !items : yyjson_arr_size(items) == count);
	SAME(!w->limit || scanned <= w->limit);
	SAME(!w->limit || !yyjson_obj_get(a->root, "LastEvaluatedKey") || scanned == w->limit);
	w->scanned += scanned;
	w->counted += count;
	SAME(w->counted <= M_ITEMS_MAX);
	yyjson_arr_foreach(items, i, n, one) SAME(read_item(&scratch, one, &w->found[w->n++]));
}

static void walk_pages(struct walk *w, struct buf *body, const char *more)
{
	struct buf page = { 0 };
	char *start = NULL;
	do {
		page.n = 0;
		buf_str(&page, buf_view(body));
		if (start)
			buf_printf(&page, ",\"ExclusiveStartKey\":%s", start);
		buf_printf(&page, "%s}", more);
		struct answer a = ask(w->is_query ? "Query" : "Scan", buf_view(&page));
		free(start);
		must_be(&a, NULL, NULL);
		take_page(w, &a);
		yyjson_val *last = yyjson_obj_get(a.root, "LastEvaluatedKey");
		start = last ? yyjson_val_write(last, 0, NULL) : NULL;
	} while (start);
	buf_fini(&page);
}

static void same_order(const struct walk *w)
{
	const struct mkey *k = range_key(w);
	for (size_t i = 0; k->name && !w->name_count && i + 1 < w->n; i++) {
		const struct mval *a = mget(&w->found[i], str_c(k->name)),
				  *b = mget(&w->found[i + 1], str_c(k->name));
		SAME(a && b && (w->backward ? morder(a, b) >= 0 : morder(a, b) <= 0));
	}
}

/* The items found are those expected, in any order. */
static void same_items(const struct walk *w)
{
	size_t scanned = 0, count = 0;
	bool *used = ARENA_ARRAY(&scratch, bool, w->n);
	for (size_t i = 0; i < w->t->n; i++) {
		const struct mval *item = &w->t->items[i]->v;
		if (!in_range(w, item))
			continue;
		struct mval entry = entry_of(&scratch, w->t, w->x, item);
		scanned++;
		if (w->filter && !holds(w->filter, &entry))
			continue;
		count++;
		if (w->name_count)
			entry = projected(&entry, w->names, w->name_count);
		bool found = w->only_count;
		for (size_t k = 0; !found && k < w->n; k++) {
			found = !used[k] && meq(&w->found[k], &entry);
			used[k] |= found;
		}
		SAME(found);
	}
	SAME(scanned == w->scanned);
	SAME(count == w->counted);
}

static void step_walk(void)
{
	struct buf b = { 0 }, projection = { 0 };
	struct walk w = random_walk(&projection);
	char more[64] = "";
	emit_walk(&w, buf_view(&projection), &b);
	unsigned segments = w.is_query || chance(&rng, 2) ? 1 : 1 + (unsigned)below(&rng, 5);
	for (unsigned i = 0; i < segments; i++) {
		if (segments > 1)
			snprintf(more, sizeof more, ",\"Segment\":%u,\"TotalSegments\":%u", i,
				segments);
		walk_pages(&w, &b, more);
	}
	buf_fini(&b);
	buf_fini(&projection);
	if (w.is_query)
		same_order(&w);
	same_items(&w);
}

#endif
