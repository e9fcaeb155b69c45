/* BatchGetItem and BatchWriteItem. */
#include "services/dynamodb/items/items.h"

static bool is_among(const struct str *keys, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(keys[i], key))
			return true;
	return false;
}

/* ---- BatchGetItem ---- */

struct batch_get {
	struct call *call;
	struct dynamodb_batch_get_item_output *out;
	struct tallies tallies;
	size_t bytes; /* of the answer so far */
};

static int get_prepare(struct call *call, const struct dynamodb_batch_get_request_map_entry *e,
	struct table *t, struct paths *paths, struct str *keys)
{
	static const char *const parameters[] = { "ProjectionExpression", NULL };
	const struct dynamodb_keys_and_attributes *in = &e->value;
	struct expr x;
	if (expr_begin(&x, call, &in->expression_attribute_names, NULL, &in->projection_expression,
		    parameters) < 0 ||
		expr_projection(&x, in->projection_expression, paths) < 0 || expr_end(&x) < 0 ||
		(in->attributes_to_get.v &&
			legacy_attributes(call, &in->attributes_to_get, paths) < 0) ||
		ddb_table_find(call, e->key, false, t) < 0)
		return -1;
	for (size_t i = 0; i < in->keys.n; i++) {
		if (ddb_item_key(call, t, &in->keys.v[i], true, &keys[i]) < 0)
			return -1;
		if (is_among(keys, i, keys[i]))
			return fail(call, &aws_validation_exception,
				"Provided list of item keys contains duplicates");
	}
	return 0;
}

/* The keys that the answer has no room for. */
static void leave(
	struct batch_get *b, const struct dynamodb_batch_get_request_map_entry *e, size_t from)
{
	struct dynamodb_batch_get_request_map *rest = &b->out->unprocessed_keys;
	struct dynamodb_batch_get_request_map_entry *place = &rest->v[rest->n++];
	*place = *e;
	place->value.keys.v = e->value.keys.v + from;
	place->value.keys.n = e->value.keys.n - from;
}

static int get_table(struct batch_get *b, const struct dynamodb_batch_get_request_map_entry *e)
{
	struct call *call = b->call;
	struct str *keys = ARENA_ARRAY(call->arena, struct str, e->value.keys.n);
	struct table t;
	struct paths paths;
	if (get_prepare(call, e, &t, &paths, keys) < 0)
		return -1;
	struct tally *tally = tally_of(call, &b->tallies, &t);
	struct dynamodb_batch_get_response_map_entry *to =
		&b->out->responses.v[b->out->responses.n++];
	to->key = e->key;
	to->value.v = ARENA_ARRAY(call->arena, struct dynamodb_attributes, e->value.keys.n);
	for (size_t i = 0; i < e->value.keys.n; i++) {
		struct dynamodb_attributes item;
		if (b->bytes >= DDB_BATCH_GET_BYTES_MAX) {
			leave(b, e, i);
			break;
		}
		bool found = ddb_item_get(call, keys[i], &item);
		size_t size = found ? attributes_size(&item) : 0;
		b->bytes += size;
		tally->usage.table += read_units(size, e->value.consistent_read.v);
		if (found && paths.n)
			ddb_item_project(call->arena, &item, &paths, &to->value.v[to->value.n++]);
		else if (found)
			to->value.v[to->value.n++] = item;
	}
	return call->error.shape ? -1 : 0;
}

/* What the whole request may be: its tables together have one limit, and one kind of parameters. */
static int check_request(struct call *call, const struct dynamodb_batch_get_request_map *request)
{
	static const char *const parameters[] = { "ProjectionExpression", NULL }, *const old[] = {
		"AttributesToGet", NULL
	};
	bool given[] = { false }, old_given[] = { false };
	size_t n = 0;
	for (size_t i = 0; i < request->n; i++) {
		const struct dynamodb_batch_get_request_map_entry *e = &request->v[i];
		*given |= e->value.projection_expression.p != NULL;
		*old_given |= e->value.attributes_to_get.v != NULL;
		n += e->value.keys.n;
		if (e->value.keys.n > DDB_BATCH_GET_MAX)
			return fail(call, &aws_validation_exception,
				"1 validation error detected: Value at 'RequestItems.%.*s.member.Keys' failed to satisfy "
				"constraint: Member must have length less than or equal to %d",
				STR_ARG(e->key), DDB_BATCH_GET_MAX);
	}
	if (n > DDB_BATCH_GET_MAX)
		return fail(call, &aws_validation_exception,
			"Too many items requested for the BatchGetItem call");
	return legacy_mixed(call, old, old_given, parameters, given);
}

int dynamodb_batch_get_item(struct call *call, const struct dynamodb_batch_get_item_input *in,
	struct dynamodb_batch_get_item_output *out)
{
	struct batch_get b = {
		.call = call, .out = out, .tallies = tallies_new(call, in->request_items.n)
	};
	if (check_request(call, &in->request_items) < 0)
		return -1;
	out->responses.v = ARENA_ARRAY(
		call->arena, struct dynamodb_batch_get_response_map_entry, in->request_items.n);
	out->unprocessed_keys.v = ARENA_ARRAY(
		call->arena, struct dynamodb_batch_get_request_map_entry, in->request_items.n);
	for (size_t i = 0; i < in->request_items.n; i++)
		if (get_table(&b, &in->request_items.v[i]) < 0)
			return -1;
	out->consumed_capacity = tallies_answer(call, in->return_consumed_capacity, &b.tallies);
	return 0;
}

/* ---- BatchWriteItem ---- */

static int write_prepare(struct call *call, struct str table_name,
	const struct dynamodb_write_request *w, struct change_request *r)
{
	if (!w->put_request == !w->delete_request)
		return fail(call, &aws_validation_exception,
			w->put_request
				? "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
				: "Supplied WriteRequest is empty, must contain exactly one of PutRequest and DeleteRequest");
	r->type = w->put_request ? CHANGE_PUT : CHANGE_DELETE;
	r->table_name = table_name;
	r->item = w->put_request ? &w->put_request->item : &w->delete_request->key;
	return change_prepare(call, r);
}

int dynamodb_batch_write_item(struct call *call, const struct dynamodb_batch_write_item_input *in,
	struct dynamodb_batch_write_item_output *out)
{
	struct tallies tallies = tallies_new(call, in->request_items.n);
	size_t n = 0;
	for (size_t i = 0; i < in->request_items.n; i++)
		n += in->request_items.v[i].value.n;
	if (n > DDB_BATCH_WRITE_MAX)
		return fail(call, &aws_validation_exception,
			"Too many items requested for the BatchWriteItem call");
	struct change_request *r = ARENA_ARRAY(call->arena, struct change_request, n);
	struct str keys[DDB_BATCH_WRITE_MAX];
	n = 0;
	for (size_t i = 0; i < in->request_items.n; i++) {
		const struct dynamodb_batch_write_request_map_entry *e = &in->request_items.v[i];
		for (size_t k = 0; k < e->value.n; k++) {
			if (write_prepare(call, e->key, &e->value.v[k], &r[n]) < 0)
				return -1;
			if (is_among(keys, n, r[n].key))
				return fail(call, &aws_validation_exception,
					"Provided list of item keys contains duplicates");
			keys[n] = r[n].key;
			n++;
		}
	}
	for (size_t i = 0; i < n; i++) {
		struct tally *tally = tally_of(call, &tallies, &r[i].table);
		if (change_check(call, &r[i]) < 0)
			return -1;
		change_apply(call, &r[i], &tally->usage);
		tally_metrics(call, tally, in->return_item_collection_metrics, r[i].item, n);
	}
	out->unprocessed_items.v =
		ARENA_ARRAY(call->arena, struct dynamodb_batch_write_request_map_entry, 1);
	out->item_collection_metrics = tallies_metrics(call, &tallies);
	out->consumed_capacity = tallies_answer(call, in->return_consumed_capacity, &tallies);
	return 0;
}
