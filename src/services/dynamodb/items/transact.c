/* TransactWriteItems and TransactGetItems. */
#include "aws/codec.h"
#include "aws/hash.h"
#include "services/dynamodb/items/items.h"

/* ---- writing ---- */

#define TAKE(from, what, keyed) \
	(struct transact_part) \
	{ \
		{ .type = (what), \
			.table_name = (from)->table_name, \
			.condition = (from)->condition_expression, \
			.item = &(from)->keyed, \
			.names = &(from)->expression_attribute_names, \
			.values = &(from)->expression_attribute_values }, \
			(from)->return_values_on_condition_check_failure \
	}

static int part_prepare(
	struct call *call, const struct dynamodb_transact_write_item *in, struct transact_part *p)
{
	if (!!in->put + !!in->update + !!in->delete + !!in->condition_check != 1)
		return fail(call, &aws_validation_exception,
			"TransactItems can only contain one of Check, Put, Update or Delete");
	if (in->put)
		*p = TAKE(in->put, CHANGE_PUT, item);
	else if (in->update)
		*p = TAKE(in->update, CHANGE_UPDATE, key);
	else if (in->delete)
		*p = TAKE(in->delete, CHANGE_DELETE, key);
	else
		*p = TAKE(in->condition_check, CHANGE_CHECK, key);
	if (in->update)
		p->r.update = in->update->update_expression;
	return change_prepare(call, &p->r);
}

static int prepare_all(struct call *call, const struct dynamodb_transact_write_items_input *in,
	struct transact_part *parts)
{
	for (size_t i = 0; i < in->transact_items.n; i++) {
		if (part_prepare(call, &in->transact_items.v[i], &parts[i]) < 0)
			return -1;
	}
	return 0;
}

static int check_distinct(struct call *call, const struct transact_part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(parts[k].r.key, parts[i].r.key))
				return fail(call, &aws_validation_exception,
					"Transaction request cannot include multiple operations on one item");
	return 0;
}

/* Why a part may not be done; Code is "None" when it may. */
static struct dynamodb_cancellation_reason check_part(struct call *call, struct transact_part *p)
{
	struct dynamodb_cancellation_reason reason = { .code = STR("None") };
	int may = change_check(call, &p->r);
	if (may == 0) {
		reason.code = p->r.is_insert ? STR("DuplicateItem") : STR("ConditionalCheckFailed");
		reason.message = p->r.is_insert ? STR("Duplicate primary key exists in table")
						: STR("The conditional request failed");
		if (str_is(p->on_failure, "ALL_OLD") && p->r.has_before)
			reason.item = p->r.before;
	} else if (may < 0 &&
		   (call->error.shape == &aws_validation_exception ||
			   call->error.shape ==
				   &dynamodb_item_collection_size_limit_exceeded_exception)) {
		reason.code = call->error.shape == &aws_validation_exception
				      ? STR("ValidationError")
				      : STR("ItemCollectionSizeLimitExceeded");
		reason.message = call->error.message;
		call->error = (struct call_error){ 0 };
	}
	return reason;
}

static int cancel(struct call *call, struct dynamodb_cancellation_reason *v, size_t n)
{
	struct dynamodb_transaction_canceled_exception detail = { .cancellation_reasons = {
									  v, n } };
	struct buf b = { 0 };
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(v[i].code));
	fail_with(call, &dynamodb_transaction_canceled_exception, &detail,
		"Transaction cancelled, please refer cancellation reasons for specific reasons [%.*s]",
		STR_ARG(buf_view(&b)));
	buf_fini(&b);
	return -1;
}

int transact_token(struct call *call, struct str token, const struct shape *shape, const void *in,
	struct transact_token *out)
{
	struct dynamodb_token_record r = { 0 };
	struct buf b = { 0 };
	unsigned char bytes[SHA256_BYTES];
	*out = (struct transact_token){ 0 };
	if (!token.p)
		return 0;
	out->key = KEY(call->arena, KEY_LITERAL("dynamodb-token"), key_text(call->identity.account),
		key_text(call->identity.region), key_text(token));
	cbor_encode(&b, shape, in);
	sha256(buf_view(&b), bytes);
	buf_fini(&b);
	struct str digest =
		arena_str(call->arena, (struct str){ (const char *)bytes, sizeof bytes });
	if (call_get_record(call, out->key, &dynamodb_token_record_shape, &r) &&
		call->now_ms - r.at.v < DDB_TOKEN_MS) {
		out->r = r;
		if (str_eq(r.digest, digest))
			return 1;
		return fail(call, &dynamodb_idempotent_parameter_mismatch_exception,
			"The request uses the same client token as a previous, but non-identical request.");
	}
	out->r = (struct dynamodb_token_record){ .digest = digest, .at = OPT_I64(call->now_ms) };
	return 0;
}

void transact_token_keep(struct call *call, struct transact_token *t, const struct tallies *tallies)
{
	if (!t->key.p)
		return;
	t->r.reads.v = ARENA_ARRAY(call->arena, struct dynamodb_token_read, tallies->n);
	for (size_t i = 0; i < tallies->n; i++)
		t->r.reads.v[t->r.reads.n++] =
			(struct dynamodb_token_read){ tallies->v[i].table.asked.p
							      ? tallies->v[i].table.asked
							      : tallies->v[i].table.name,
				OPT_F64(tallies->v[i].reads) };
	call_put_record(call, t->key, &dynamodb_token_record_shape, &t->r);
	txn_put(call->txn,
		KEY(call->arena, KEY_LITERAL("dynamodb-token-age"), key_int(call->now_ms),
			key_bytes(t->key)),
		STR(""));
}

struct dynamodb_consumed_capacities transact_token_answer(
	struct call *call, struct str mode, const struct transact_token *t)
{
	struct dynamodb_consumed_capacities list = { 0 };
	if (!mode.p || str_is(mode, "NONE"))
		return list;
	list.v = ARENA_ARRAY(call->arena, struct dynamodb_consumed_capacity, t->r.reads.n);
	for (; list.n < t->r.reads.n; list.n++) {
		struct dynamodb_consumed_capacity *c = &list.v[list.n];
		c->table_name = t->r.reads.v[list.n].table;
		c->capacity_units = t->r.reads.v[list.n].units;
		if (!str_is(mode, "INDEXES"))
			continue;
		c->table = ARENA_NEW(call->arena, struct dynamodb_capacity);
		c->table->capacity_units = c->capacity_units;
	}
	return tallies_split(list, false);
}

/* AWS bounds all the items of a transaction together. */
static int check_size(struct call *call, const struct transact_part *parts, size_t n)
{
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++) {
		const struct change_request *r = &parts[i].r;
		bytes += attributes_size(r->has_after ? &r->after : &r->before);
	}
	if (bytes <= DDB_TRANSACT_BYTES_MAX)
		return 0;
	return fail(call, &aws_validation_exception,
		"Collection size of items in the transaction request has exceeded the maximum "
		"allowed size of %d bytes",
		DDB_TRANSACT_BYTES_MAX);
}

int transact_write(struct call *call, struct transact_part *parts, size_t n, struct str metrics,
	struct tallies *tallies)
{
	struct dynamodb_cancellation_reason *reasons =
		ARENA_ARRAY(call->arena, struct dynamodb_cancellation_reason, n);
	bool is_cancelled = false;
	if (check_distinct(call, parts, n) < 0)
		return -1;
	*tallies = tallies_new(call, n);
	for (size_t i = 0; i < n; i++) {
		reasons[i] = check_part(call, &parts[i]);
		if (call->error.shape)
			return -1;
		is_cancelled |= !str_is(reasons[i].code, "None");
	}
	if (is_cancelled)
		return cancel(call, reasons, n);
	if (check_size(call, parts, n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct change_request *r = &parts[i].r;
		struct tally *tally = tally_of(call, tallies, &r->table);
		size_t before = r->has_before ? attributes_size(&r->before) : 0,
		       after = r->has_after ? attributes_size(&r->after) : 0;
		tally->reads += 2 * read_units(MAX(before, after), true);
		if (r->type == CHANGE_CHECK) {
			tally->usage.table += write_units(before);
			continue;
		}
		change_apply(call, r, &tally->usage);
		tally_metrics(call, tally, metrics, r->item, n);
	}
	/* A transaction's writes count twice, as they are prepared and committed; those of the
	 * indexes come after it and count once. */
	for (size_t i = 0; i < tallies->n; i++)
		tallies->v[i].usage.table *= 2;
	return 0;
}

int dynamodb_transact_write_items(struct call *call,
	const struct dynamodb_transact_write_items_input *in,
	struct dynamodb_transact_write_items_output *out)
{
	size_t n = in->transact_items.n;
	struct transact_part *parts = ARENA_ARRAY(call->arena, struct transact_part, n);
	struct transact_token token;
	struct tallies tallies;
	if (prepare_all(call, in, parts) < 0 || check_distinct(call, parts, n) < 0)
		return -1;
	/* The digest is of the values as prepare_all has made them normal: a second run then finds
	 * the same. */
	int done = transact_token(call, in->client_request_token,
		&dynamodb_transact_write_items_input_shape, in, &token);
	if (done) {
		if (done > 0)
			out->consumed_capacity =
				transact_token_answer(call, in->return_consumed_capacity, &token);
		return done < 0 ? -1 : 0;
	}
	if (transact_write(call, parts, n, in->return_item_collection_metrics, &tallies) < 0)
		return -1;
	transact_token_keep(call, &token, &tallies);
	out->item_collection_metrics = tallies_metrics(call, &tallies);
	out->consumed_capacity =
		tallies_split(tallies_answer(call, in->return_consumed_capacity, &tallies), true);
	return 0;
}

/* ---- reading ---- */

int dynamodb_transact_get_items(struct call *call,
	const struct dynamodb_transact_get_items_input *in,
	struct dynamodb_transact_get_items_output *out)
{
	static const char *const parameters[] = { "ProjectionExpression", NULL };
	size_t n = in->transact_items.n;
	struct tallies tallies = tallies_new(call, n);
	out->responses.v = ARENA_ARRAY(call->arena, struct dynamodb_item_response, n);
	for (size_t i = 0; i < n; i++) {
		const struct dynamodb_get *get = in->transact_items.v[i].get;
		struct dynamodb_attributes item;
		struct table t;
		struct paths paths;
		struct str key;
		struct expr e;
		if (expr_begin(&e, call, &get->expression_attribute_names, NULL,
			    &get->projection_expression, parameters) < 0 ||
			expr_projection(&e, get->projection_expression, &paths) < 0 ||
			expr_end(&e) < 0 || ddb_table_find(call, get->table_name, false, &t) < 0 ||
			ddb_item_key(call, &t, &get->key, true, &key) < 0)
			return -1;
		bool found = ddb_item_get(call, key, &item);
		if (call->error.shape)
			return -1;
		tally_of(call, &tallies, &t)->usage.table +=
			2 * read_units(found ? attributes_size(&item) : 0, true);
		if (found && paths.n)
			ddb_item_project(call->arena, &item, &paths, &out->responses.v[i].item);
		else if (found)
			out->responses.v[i].item = item;
		out->responses.n++;
	}
	out->consumed_capacity =
		tallies_split(tallies_answer(call, in->return_consumed_capacity, &tallies), false);
	return 0;
}
