/*
 * What DescribeTable says of the model's tables, and their indexes that come and go. Included by
 * the model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_DEFINITION_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_DEFINITION_H

#include "services/dynamodb/testing/model_state.h"

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

#endif
