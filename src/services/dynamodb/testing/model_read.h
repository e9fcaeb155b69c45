/*
 * The model's reads of items by their keys, alone and in batches. Included by the model test's one
 * file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_READ_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_READ_H

#include "services/dynamodb/testing/model_state.h"

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

#endif
