/*
 * The tables against a plain model of them: random operations from a seed through the dispatcher,
 * every answer compared, with restarts of the store in between.
 *
 * model_test [STEPS [SEED [RUNS]]]; MODEL_STEPS in the environment says the same as STEPS.
 */
#include "services/dynamodb/testing/model_server.h"
#include "services/dynamodb/testing/model_table.h"
#include <unistd.h>

enum { STEPS = 100000, STEPS_OF_A_RUN = 25000, RESTART_ONE_IN = 4000 };

static struct prng rng;
static struct arena scratch; /* of a step */

static const char failed_condition[] = "The conditional request failed";
static const char too_large[] = "Item size has exceeded the maximum allowed size";

static struct mtable *some_table(void)
{
	return &tables[below(&rng, COUNT_OF(tables))];
}

static const struct mval *mitem_of(struct mtable *t, const struct mval *key)
{
	struct mitem **place = find_item(t, key);
	return place ? &(*place)->v : NULL;
}

static void same_item(yyjson_val *j, const struct mval *expected)
{
	struct mval got;
	if (!expected || !expected->count) {
		SAME(!j || yyjson_obj_size(j) == 0);
		return;
	}
	SAME(read_item(&scratch, j, &got));
	SAME(meq(&got, expected));
}

/* ---- one change ---- */

enum change_kind { PUT, UPDATE, DELETE, CHECK_ONLY };

struct change {
	enum change_kind kind;
	struct mtable *t;
	struct mval item; /* of PUT; else the key */
	struct mupdate update;
	struct mcond *condition;
	bool wants_old; /* when the condition fails */
	/* By predict(). */
	const char *code, *message;
	const struct mval *before;
	struct mval after; /* of PUT and UPDATE */
};

static struct change random_change(enum change_kind kind)
{
	struct change c = { .kind = kind, .t = some_table() };
	c.item = kind == PUT ? random_item(&rng, &scratch, c.t) : some_key(&rng, &scratch, c.t);
	if (kind == PUT && chance(&rng, 300))
		mput(&scratch, &c.item, STR("d"), big_text(&rng, &scratch));
	if (kind == UPDATE)
		c.update = random_update(&rng, &scratch);
	if (kind == CHECK_ONLY || chance(&rng, 3))
		c.condition = random_condition(&rng, &scratch, 0, 0);
	c.wants_old = c.condition && chance(&rng, 2);
	return c;
}

/* An update may not name a key, which random_update takes care of where the key is h and r. */
static void predict(struct change *c)
{
	static const char *const errors[] = {
		[UPDATE_NO_ATTRIBUTE] =
			"The provided expression refers to an attribute that does not exist "
			"in the item",
		[UPDATE_TYPE] = "An operand in the update expression has an incorrect data type",
		[UPDATE_PATH] = "The document path provided in the update expression is invalid "
				"for update"
	};
	static const struct mval nothing = { .type = M_M };
	c->before = mitem_of(c->t, &c->item);
	if (c->kind == PUT && (is_too_large(&c->item) || !fits_indexes(c->t, &c->item))) {
		if (fits_indexes(c->t, &c->item))
			c->message = too_large;
		c->code = "ValidationException";
		return;
	}
	if (c->condition && !holds(c->condition, c->before ? c->before : &nothing)) {
		c->code = "ConditionalCheckFailedException";
		c->message = failed_condition;
		return;
	}
	c->after = c->item;
	if (c->kind != UPDATE)
		return;
	int r = update_model(&scratch, &c->update, c->before ? c->before : &c->item, &c->after);
	if (r != UPDATE_OK)
		c->message = c->update.n == 1 ? errors[r] : NULL;
	if (r != UPDATE_OK || is_too_large(&c->after) || !fits_indexes(c->t, &c->after))
		c->code = "ValidationException";
}

static void change_model(struct change *c)
{
	if (c->kind == PUT || c->kind == UPDATE)
		model_put(c->t, &c->after);
	else if (c->kind == DELETE)
		model_delete(c->t, &c->item);
}

/* The members of the request, or of a part of a transaction, without its braces. */
static void emit_change(struct change *c, struct buf *b)
{
	struct mrequest q = { .r = &rng, .a = &scratch };
	struct buf text = { 0 };
	buf_printf(b, "\"TableName\":\"%s\",\"%s\":", c->t->name, c->kind == PUT ? "Item" : "Key");
	fields_json(b, &c->item);
	if (c->kind == UPDATE) {
		emit_update(&q, &text, &c->update);
		buf_cat(b, ",\"UpdateExpression\":");
		json_quote(b, buf_view(&text));
		text.n = 0;
	}
	if (c->condition) {
		emit_condition(&q, &text, c->condition);
		buf_cat(b, ",\"ConditionExpression\":");
		json_quote(b, buf_view(&text));
		if (c->wants_old)
			buf_cat(b, ",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"");
	}
	request_json(&q, b);
	buf_fini(&text);
	request_fini(&q);
}

static struct mval updated(const struct mupdate *u, const struct mval *item)
{
	struct mval out = { .type = M_M };
	for (size_t i = 0; i < u->n; i++) {
		const struct mval *x = item ? mfind(item, &u->v[i].path) : NULL;
		if (x)
			*madd(&scratch, &out, u->v[i].path.step[0].name) = *x;
	}
	return out;
}

static bool only_top_level(const struct mupdate *u)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->v[i].path.n > 1)
			return false;
	return true;
}

static void step_change(enum change_kind kind)
{
	static const char *const names[] = { "PutItem", "UpdateItem", "DeleteItem" };
	static const char *const returns[] = { "NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD",
		"UPDATED_NEW" };
	struct change c = random_change(kind);
	size_t wanted = below(&rng, kind == UPDATE ? only_top_level(&c.update) ? 5 : 3 : 2);
	struct buf b = { 0 };
	struct mval part, before = { .type = M_M };
	buf_printf(&b, "{\"ReturnValues\":\"%s\",", returns[wanted]);
	emit_change(&c, &b);
	buf_char(&b, '}');
	predict(&c);
	struct answer a = ask(names[kind], buf_view(&b));
	buf_fini(&b);
	must_be(&a, c.code, c.message);
	if (c.code) {
		bool has_old = c.message == failed_condition && c.wants_old;
		same_item(yyjson_obj_get(a.root, "Item"), has_old ? c.before : NULL);
		return;
	}
	if (c.before)
		before = mcopy(&scratch, c.before);
	yyjson_val *got = yyjson_obj_get(a.root, "Attributes");
	const struct mval *expected = wanted == 1 ? &before : wanted == 2 ? &c.after : NULL;
	if (wanted >= 3) {
		part = updated(&c.update, wanted == 3 ? &before : &c.after);
		expected = &part;
	}
	same_item(got, expected);
	change_model(&c);
}

/* ---- transactions and batches ---- */

enum { PARTS_MAX = 6 };

static void emit_transaction(struct change *parts, size_t n, struct buf *b)
{
	static const char *const names[] = { "Put", "Update", "Delete", "ConditionCheck" };
	buf_cat(b, "{\"TransactItems\":[");
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "%s{\"%s\":{", i ? "," : "", names[parts[i].kind]);
		emit_change(&parts[i], b);
		buf_cat(b, "}}");
	}
	buf_char(b, ']');
}

static void same_reasons(const struct answer *a, const struct change *parts, size_t n)
{
	yyjson_val *reasons = yyjson_obj_get(a->root, "CancellationReasons"), *reason;
	size_t i, count;
	SAME(yyjson_arr_size(reasons) == n);
	yyjson_arr_foreach(reasons, i, count, reason)
	{
		const struct change *c = &parts[i];
		bool is_condition = c->message == failed_condition;
		SAME(str_is(json_text(yyjson_obj_get(reason, "Code")),
			!c->code       ? "None"
			: is_condition ? "ConditionalCheckFailed"
				       : "ValidationError"));
		if (c->message)
			SAME(str_is(json_text(yyjson_obj_get(reason, "Message")), c->message));
		same_item(yyjson_obj_get(reason, "Item"),
			is_condition && c->wants_old ? c->before : NULL);
	}
}

/* With a token: the same again changes nothing, another request by the same token is refused. */
static void repeat_transaction(struct buf *b)
{
	struct answer a = ask("TransactWriteItems", buf_view(b));
	must_be(&a, NULL, NULL);
	buf_consume(b, 1);
	struct buf other = { 0 };
	buf_printf(&other,
		"{\"TransactItems\":[{\"Delete\":{\"TableName\":\"second\",\"Key\":{\"h\":{\"N\":\"1000\"}}}}],%s",
		strstr(buf_cstr(b), "\"ClientRequestToken\""));
	a = ask("TransactWriteItems", buf_view(&other));
	buf_fini(&other);
	must_be(&a, "IdempotentParameterMismatchException", NULL);
}

static void step_transaction(void)
{
	struct change parts[PARTS_MAX];
	size_t n = 1 + below(&rng, PARTS_MAX);
	bool twice = false, bad_put = false, fails = false, has_token = chance(&rng, 4);
	struct buf b = { 0 };
	for (size_t i = 0; i < n; i++) {
		parts[i] = random_change((enum change_kind)below(&rng, CHECK_ONLY + 1));
		for (size_t k = 0; k < i; k++)
			twice |= parts[k].t == parts[i].t &&
				 same_key(parts[i].t, &parts[k].item, &parts[i].item);
		predict(&parts[i]);
		fails |= parts[i].code != NULL;
		bad_put |= parts[i].kind == PUT && parts[i].code &&
			   parts[i].message != failed_condition;
	}
	emit_transaction(parts, n, &b);
	if (has_token)
		buf_printf(&b, ",\"ClientRequestToken\":\"t-%llu-%llu\"", (unsigned long long)seed,
			(unsigned long long)step);
	buf_char(&b, '}');
	struct answer a = ask("TransactWriteItems", buf_view(&b));
	if (twice && !bad_put)
		must_be(&a, "ValidationException",
			"Transaction request cannot include multiple operations on one item");
	else if (twice || bad_put)
		SAME(a.status == 400);
	else
		must_be(&a, fails ? "TransactionCanceledException" : NULL, NULL);
	if (!twice && !bad_put && fails)
		same_reasons(&a, parts, n);
	if (a.status == 200) {
		for (size_t i = 0; i < n; i++)
			change_model(&parts[i]);
		if (has_token)
			repeat_transaction(&b);
	}
	buf_fini(&b);
}

static void step_batch_write(void)
{
	struct mtable *t = some_table();
	struct mval items[5];
	bool puts[5], twice = false, bad = false;
	size_t n = 1 + below(&rng, COUNT_OF(items));
	struct buf b = { 0 };
	buf_printf(&b, "{\"RequestItems\":{\"%s\":[", t->name);
	for (size_t i = 0; i < n; i++) {
		puts[i] = chance(&rng, 2);
		items[i] = puts[i] ? random_item(&rng, &scratch, t) : some_key(&rng, &scratch, t);
		for (size_t k = 0; k < i; k++)
			twice |= same_key(t, &items[i], &items[k]);
		bad |= puts[i] && !fits_indexes(t, &items[i]);
		buf_printf(&b, "%s{\"%s\":", i ? "," : "",
			puts[i] ? "PutRequest\":{\"Item" : "DeleteRequest\":{\"Key");
		fields_json(&b, &items[i]);
		buf_cat(&b, "}}");
	}
	buf_cat(&b, "]}}");
	struct answer a = ask("BatchWriteItem", buf_view(&b));
	buf_fini(&b);
	must_be(&a, twice || bad ? "ValidationException" : NULL,
		twice && !bad ? "Provided list of item keys contains duplicates" : NULL);
	if (a.status != 200)
		return;
	SAME(yyjson_obj_size(yyjson_obj_get(a.root, "UnprocessedItems")) == 0);
	for (size_t i = 0; i < n; i++) {
		if (puts[i])
			model_put(t, &items[i]);
		else
			model_delete(t, &items[i]);
	}
}

/* ---- reads of items ---- */

/* Some attributes to ask for; their names are written as a projection. */
static size_t random_projection(
	const struct mtable *t, const struct mindex *x, struct str *names, struct buf *text)
{
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(attributes_all); i++) {
		if (!chance(&rng, 3) || (x && !x->local && !is_kept(t, x, attributes_all[i])))
			continue;
		buf_cat(text, n ? "," : "");
		buf_str(text, attributes_all[i]);
		names[n++] = attributes_all[i];
	}
	return n;
}

static struct mval projected(const struct mval *item, const struct str *names, size_t n)
{
	struct mval out = { .type = M_M };
	for (size_t i = 0; i < n; i++)
		if (mget(item, names[i]))
			*madd(&scratch, &out, names[i]) = *mget(item, names[i]);
	return out;
}

static void step_get(void)
{
	struct mtable *t = some_table();
	struct mval key = some_key(&rng, &scratch, t), part;
	const struct mval *item = mitem_of(t, &key);
	struct str names[COUNT_OF(attributes_all)];
	struct buf b = { 0 }, text = { 0 };
	size_t n = chance(&rng, 3) ? random_projection(t, NULL, names, &text) : 0;
	buf_printf(&b, "{\"TableName\":\"%s\",\"Key\":", t->name);
	fields_json(&b, &key);
	if (n)
		buf_printf(&b, ",\"ProjectionExpression\":\"%.*s\"", STR_ARG(buf_view(&text)));
	buf_char(&b, '}');
	struct answer a = ask("GetItem", buf_view(&b));
	buf_fini(&b);
	buf_fini(&text);
	must_be(&a, NULL, NULL);
	SAME((yyjson_obj_get(a.root, "Item") != NULL) == (item != NULL));
	if (item && n)
		part = projected(item, names, n);
	same_item(yyjson_obj_get(a.root, "Item"), item && n ? &part : item);
}

static void step_batch_get(bool is_transaction)
{
	struct mtable *t = some_table();
	struct mval keys[5];
	size_t n = 0, there = 0, i, count;
	struct buf b = { 0 };
	buf_cat(&b, is_transaction ? "{\"TransactItems\":[" : "{\"RequestItems\":{\"");
	if (!is_transaction)
		buf_printf(&b, "%s\":{\"Keys\":[", t->name);
	for (size_t tries = 0; tries < COUNT_OF(keys); tries++) {
		bool twice = false;
		keys[n] = some_key(&rng, &scratch, t);
		for (size_t k = 0; k < n; k++)
			twice |= same_key(t, &keys[k], &keys[n]);
		if (twice)
			continue;
		there += mitem_of(t, &keys[n]) != NULL;
		buf_cat(&b, n ? "," : "");
		if (is_transaction)
			buf_printf(&b, "{\"Get\":{\"TableName\":\"%s\",\"Key\":", t->name);
		fields_json(&b, &keys[n++]);
		buf_cat(&b, is_transaction ? "}}" : "");
	}
	buf_cat(&b, is_transaction ? "]}" : "]}}}");
	struct answer a = ask(is_transaction ? "TransactGetItems" : "BatchGetItem", buf_view(&b));
	buf_fini(&b);
	must_be(&a, NULL, NULL);
	yyjson_val *all = yyjson_obj_get(a.root, "Responses"), *one;
	if (is_transaction) {
		SAME(yyjson_arr_size(all) == n);
		yyjson_arr_foreach(all, i, count, one)
			same_item(yyjson_obj_get(one, "Item"), mitem_of(t, &keys[i]));
		return;
	}
	all = yyjson_obj_get(all, t->name);
	SAME(yyjson_arr_size(all) == there);
	yyjson_arr_foreach(all, i, count, one)
	{
		struct mval got;
		SAME(read_item(&scratch, one, &got) && mitem_of(t, &got));
		SAME(meq(&got, mitem_of(t, &got)));
	}
}

/* ---- queries and scans ---- */

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

/* ---- tables ---- */

static void same_description(struct mtable *t)
{
	static const char *const lists[] = { "GlobalSecondaryIndexes", "LocalSecondaryIndexes" };
	struct buf b = { 0 };
	buf_printf(&b, "{\"TableName\":\"%s\"}", t->name);
	struct answer a = ask("DescribeTable", buf_view(&b));
	buf_fini(&b);
	must_be(&a, NULL, NULL);
	yyjson_val *d = yyjson_obj_get(a.root, "Table"), *one;
	SAME(yyjson_get_int(yyjson_obj_get(d, "ItemCount")) == (int64_t)t->n);
	size_t i, n, there = 0, described = 0;
	for (size_t k = 0; k < M_INDEXES; k++)
		there += t->index[k].is_there;
	for (size_t list = 0; list < 2; list++)
		yyjson_arr_foreach(yyjson_obj_get(d, lists[list]), i, n, one)
		{
			struct str name = json_text(yyjson_obj_get(one, "IndexName"));
			struct mindex *x = NULL;
			for (size_t k = 0; k < M_INDEXES; k++)
				if (t->index[k].is_there && str_is(name, t->index[k].name))
					x = &t->index[k];
			SAME(x);
			described++;
			if (list == 0 && !x->is_active)
				x->is_active = str_is(
					json_text(yyjson_obj_get(one, "IndexStatus")), "ACTIVE");
			if (x->is_active)
				SAME(yyjson_get_int(yyjson_obj_get(one, "ItemCount")) ==
					(int64_t)index_count(t, x));
		}
	SAME(described == there);
}

/* An item that does not fit an index which is added later stands outside of it. */
static void step_index(void)
{
	struct mtable *t = some_table();
	struct mindex *x = &t->index[below(&rng, M_INDEXES)];
	struct buf b = { 0 };
	if (!x->comes_and_goes)
		return;
	buf_printf(&b, "{\"TableName\":\"%s\",\"GlobalSecondaryIndexUpdates\":[", t->name);
	if (x->is_there) {
		buf_printf(&b, "{\"Delete\":{\"IndexName\":\"%s\"}}]", x->name);
	} else {
		buf_cat(&b, "{\"Create\":");
		index_json(&b, x);
		buf_cat(&b, "}],");
		attributes_json(&b, t, x);
	}
	buf_char(&b, '}');
	struct answer a = ask("UpdateTable", buf_view(&b));
	buf_fini(&b);
	must_be(&a, NULL, NULL);
	x->is_there = !x->is_there;
	x->is_active = false;
}

/* ---- requests that are refused ---- */

static void step_refused(void)
{
	static const struct {
		const char *operation, *body, *code, *message;
	} v[] = {
		{ "GetItem", "{\"TableName\":\"nothing\",\"Key\":{\"h\":{\"S\":\"k\"}}}",
			"ResourceNotFoundException", "Requested resource not found" },
		{ "GetItem", "{\"TableName\":\"first\",\"Key\":{\"h\":{\"S\":\"k\"}}}",
			"ValidationException",
			"The provided key element does not match the schema" },
		{ "PutItem", "{\"TableName\":\"second\",\"Item\":{\"r\":{\"S\":\"k\"}}}",
			"ValidationException",
			"One or more parameter values were invalid: Missing the key h in the item" },
		{ "PutItem", "{\"TableName\":\"second\",\"Item\":{\"h\":{\"S\":\"k\"}}}",
			"ValidationException",
			"One or more parameter values were invalid: Type mismatch for key h expected: N "
			"actual: S" },
		{ "UpdateItem",
			"{\"TableName\":\"second\",\"Key\":{\"h\":{\"N\":\"1\"}},\"UpdateExpression\":"
			"\"SET h = :x\",\"ExpressionAttributeValues\":{\":x\":{\"N\":\"2\"}}}",
			"ValidationException",
			"One or more parameter values were invalid: Cannot update attribute h. This "
			"attribute is part of the key" },
		{ "DeleteItem",
			"{\"TableName\":\"second\",\"Key\":{\"h\":{\"N\":\"1\"}},\"ConditionExpression\":"
			"\"a = :x\"}",
			"ValidationException",
			"Invalid ConditionExpression: An expression attribute value used in expression is "
			"not defined; attribute value: :x" },
		{ "Query",
			"{\"TableName\":\"second\",\"KeyConditionExpression\":\"a = :x\","
			"\"ExpressionAttributeValues\":{\":x\":{\"N\":\"2\"}}}",
			"ValidationException", "Query condition missed key schema element: h" },
		{ "PutItem", "{\"TableName\":\"second\",\"Item\":{\"h\":{\"N\":\"1e126\"}}}",
			"ValidationException",
			"Number overflow. Attempting to store a number with magnitude larger than "
			"supported range" },
	};
	size_t i = below(&rng, COUNT_OF(v));
	struct answer a = ask(v[i].operation, str_c(v[i].body));
	must_be(&a, v[i].code, v[i].message);
}

/* ---- the run ---- */

static void one_step(void)
{
	uint64_t what = below(&rng, 100);
	if (what < 20)
		step_change(PUT);
	else if (what < 42)
		step_change(UPDATE);
	else if (what < 52)
		step_change(DELETE);
	else if (what < 60)
		step_get();
	else if (what < 78)
		step_walk();
	else if (what < 86)
		step_transaction();
	else if (what < 90)
		step_batch_write();
	else if (what < 94)
		step_batch_get(chance(&rng, 2));
	else if (what < 96)
		step_refused();
	else if (what < 99)
		same_description(some_table());
	else if (chance(&rng, 8))
		step_index();
	arena_reset(&scratch);
}

static void begin_run(void)
{
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		struct buf b = { 0 };
		table_json(&b, &tables[i]);
		struct answer a = ask("CreateTable", buf_view(&b));
		buf_fini(&b);
		must_be(&a, NULL, NULL);
	}
}

static void end_run(void)
{
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		struct buf b = { 0 };
		same_description(&tables[i]);
		buf_printf(&b, "{\"TableName\":\"%s\"}", tables[i].name);
		struct answer a = ask("DeleteTable", buf_view(&b));
		buf_fini(&b);
		must_be(&a, NULL, NULL);
		while (tables[i].n)
			item_free(tables[i].items[--tables[i].n]);
	}
}

static uint64_t steps_wanted, restarts;

static void run(void *arg)
{
	static struct mtable as_new[COUNT_OF(tables)];
	uint64_t done = 0, begun = clock_mono_ms(), first = seed;
	(void)arg;
	memcpy(as_new, tables, sizeof tables);
	server_open();
	for (; done < steps_wanted; seed++) {
		rng.state = seed;
		memcpy(tables, as_new, sizeof tables);
		begin_run();
		for (step = 0; step < STEPS_OF_A_RUN && done < steps_wanted; step++, done++) {
			one_step();
			if (chance(&rng, RESTART_ONE_IN)) {
				server_close();
				server_open();
				restarts++;
			}
		}
		end_run();
	}
	server_close();
	printf("# seeds %llu to %llu, %llu steps, %llu restarts, %llu ms\nok what the model says\n",
		(unsigned long long)first, (unsigned long long)seed - 1, (unsigned long long)done,
		(unsigned long long)restarts, (unsigned long long)(clock_mono_ms() - begun));
	loop_stop(loop_self());
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/dynamodb-model.XXXXXX";
	const char *steps = argc > 1 ? argv[1] : getenv("MODEL_STEPS");
	struct loop *loop;
	if (!mkdtemp(folder) || loop_create(&loop) < 0)
		return 1;
	char *path = xasprintf("%s/store", folder), *clean = xasprintf("rm -rf %s", folder);
	store_path = path;
	steps_wanted = steps ? strtoull(steps, NULL, 10) : STEPS;
	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)clock_now_ms() % 1000000000;
	server = (struct aws){
		.loop = loop,
		.data_dir = folder,
		.address = STR("127.0.0.1"),
		.port = 4566,
		.services = services,
		.states = states,
		.now_ms = clock_now_ms,
	};
	if (fiber_start(run, NULL) < 0)
		return 1;
	loop_run(loop);
	loop_destroy(loop);
	aws_fini(&server);
	arena_fini(&scratch);
	int r = system(clean);
	free(path);
	free(clean);
	return r != 0;
}
