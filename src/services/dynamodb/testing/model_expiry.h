/*
 * Time to live: it is turned on and off, time goes on, and what has expired goes. Included by the
 * model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_EXPIRY_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_EXPIRY_H

#include "services/dynamodb/tables/tables.h"
#include "services/dynamodb/testing/model_definition.h"

enum { SWEEPS_MAX = 20000 };

static uint64_t expired;

static int64_t model_now(void)
{
	return model_now_ms;
}

static void same_setting(struct mtable *t)
{
	struct buf b = { 0 };
	buf_printf(&b, "{\"TableName\":\"%s\"}", t->name);
	struct answer a = ask("DescribeTimeToLive", buf_view(&b));
	buf_fini(&b);
	must_be(&a, NULL, NULL);
	yyjson_val *d = yyjson_obj_get(a.root, "TimeToLiveDescription");
	SAME(str_is(json_text(yyjson_obj_get(d, "TimeToLiveStatus")),
		t->expires ? "ENABLED" : "DISABLED"));
	SAME(!yyjson_obj_get(d, "AttributeName") == !t->expires);
}

static void set_expiry(struct mtable *t, bool enabled)
{
	struct buf b = { 0 };
	bool is_same = enabled == t->expires;
	buf_printf(&b,
		"{\"TableName\":\"%s\",\"TimeToLiveSpecification\":{\"Enabled\":%s,"
		"\"AttributeName\":\"until\"}}",
		t->name, enabled ? "true" : "false");
	struct answer a = ask("UpdateTimeToLive", buf_view(&b));
	buf_fini(&b);
	must_be(&a, is_same ? "ValidationException" : NULL,
		!is_same  ? NULL
		: enabled ? "TimeToLive is already enabled"
			  : "TimeToLive is already disabled");
	t->expires = enabled;
}

static int64_t item_count(const struct mtable *t)
{
	struct buf b = { 0 };
	buf_printf(&b, "{\"TableName\":\"%s\"}", t->name);
	struct answer a = ask("DescribeTable", buf_view(&b));
	buf_fini(&b);
	must_be(&a, NULL, NULL);
	return yyjson_get_int(yyjson_obj_get(yyjson_obj_get(a.root, "Table"), "ItemCount"));
}

/* The sweeper takes what has expired, and nothing else. */
static void sweep(struct mtable *t)
{
	for (size_t i = t->n; i-- > 0;)
		if (is_expired(t, &t->items[i]->v)) {
			item_free(t->items[i]);
			t->items[i] = t->items[--t->n];
			expired++;
		}
	int tries = 0;
	while (item_count(t) != (int64_t)t->n) {
		SAME(tries++ < SWEEPS_MAX);
		ddb_sweep_wake(states[0]);
		fiber_yield();
	}
}

static void step_expiry(void)
{
	if (chance(&rng, 2))
		set_expiry(some_table(), chance(&rng, 3) ? false : true);
	else
		model_now_ms += 1000 * (int64_t)below(&rng, 30);
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		sweep(&tables[i]);
	same_setting(some_table());
}

#endif
