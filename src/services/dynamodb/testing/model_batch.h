/*
 * The model's changes of many items: transactions with their tokens, and batches. Included by the
 * model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_BATCH_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_BATCH_H

#include "services/dynamodb/testing/model_change.h"

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
		bad |= puts[i] && !fits_indexes(t, &items[i], NULL);
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

#endif
