/*
 * What every step of the model test uses: its randomness, its memory, a table and an item. Included
 * by the model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_STATE_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_STATE_H

#include "services/dynamodb/testing/model_server.h"
#include "services/dynamodb/testing/model_table.h"

static struct prng rng;
static struct arena scratch; /* of a step */

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

#endif
