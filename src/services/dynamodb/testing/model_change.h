/*
 * The model's single changes: PutItem, UpdateItem, DeleteItem, and what they must answer. Included
 * by the model test's one file.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_CHANGE_H
#define SAMOVAR_SERVICES_DYNAMODB_TESTING_MODEL_CHANGE_H

#include "services/dynamodb/testing/model_state.h"

static const char failed_condition[] = "The conditional request failed";
static const char too_large[] = "Item size has exceeded the maximum allowed size";

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
	bool fits = c->kind != PUT || fits_indexes(c->t, &c->item, NULL);
	if (c->kind == PUT && (is_too_large(&c->item) || !fits)) {
		if (fits)
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
	if (r != UPDATE_OK || is_too_large(&c->after) || !fits_indexes(c->t, &c->after, c->before))
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

#endif
