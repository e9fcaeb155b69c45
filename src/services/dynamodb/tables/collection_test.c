/* Item collections: their sizes follow their items, and none grows beyond its limit. */
#include "services/dynamodb/testing/service.h"

#define TABLE "collections"

static void create_table(void)
{
	static struct dynamodb_key_schema_element keys[] = { { STR_INIT("pk"), STR_INIT("HASH") },
		{ STR_INIT("sk"), STR_INIT("RANGE") } };
	static struct dynamodb_key_schema_element of_index[] = {
		{ STR_INIT("pk"), STR_INIT("HASH") }, { STR_INIT("l"), STR_INIT("RANGE") }
	};
	static struct dynamodb_attribute_definition attributes[] = { { STR_INIT("pk"),
									     STR_INIT("S") },
		{ STR_INIT("sk"), STR_INIT("S") }, { STR_INIT("l"), STR_INIT("S") } };
	static struct dynamodb_projection all = { .projection_type = STR_INIT("ALL") };
	static struct dynamodb_local_secondary_index local = { STR_INIT("local"), { of_index, 2 },
		&all };
	struct dynamodb_create_table_input in = { .table_name = STR(TABLE),
		.key_schema = { keys, 2 },
		.attribute_definitions = { attributes, 3 },
		.local_secondary_indexes = { &local, 1 },
		.billing_mode = STR("PAY_PER_REQUEST") };
	struct dynamodb_create_table_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_create_table_operation, &in, &out)), "");
}

static const char *put(const char *sort, const char *l)
{
	struct dynamodb_attributes_entry v[] = { { STR("pk"), { .s = STR("p") } },
		{ STR("sk"), { .s = str_c(sort) } }, { STR("l"), { .s = str_c(l) } } };
	struct dynamodb_put_item_input in = { .table_name = STR(TABLE), .item = { v, *l ? 3 : 2 } };
	struct dynamodb_put_item_output out = { 0 };
	return ask(&dynamodb_put_item_operation, &in, &out);
}

static const char *delete (const char *sort)
{
	struct dynamodb_attributes_entry v[] = { { STR("pk"), { .s = STR("p") } },
		{ STR("sk"), { .s = str_c(sort) } } };
	struct dynamodb_delete_item_input in = { .table_name = STR(TABLE), .key = { v, 2 } };
	struct dynamodb_delete_item_output out = { 0 };
	return ask(&dynamodb_delete_item_operation, &in, &out);
}

struct look {
	int64_t bytes, pretended; /* pretended: 0, or what the collection is to have */
};

static int look(struct call *call, void *arg)
{
	struct look *l = arg;
	struct dynamodb_value hash = { .s = STR("p") };
	struct table t;
	CHECK(ddb_table_get(call, caller.account, caller.region, STR(TABLE), &t));
	l->bytes = ddb_collection_bytes(call, &t, &hash);
	if (!l->pretended)
		return 0;
	struct key_part part = value_part(call->arena, &hash);
	struct str both[] = { items_prefix(call, &t, DDB_COLLECTIONS_INDEX),
		key_encode(call->arena, &part, 1) };
	struct dynamodb_counter_record counter = { .bytes = OPT_I64(l->pretended) };
	call_put_record(
		call, arena_concat(call->arena, both, 2), &dynamodb_counter_record_shape, &counter);
	return 0;
}

static int64_t bytes(int64_t pretended)
{
	struct look l = { 0, pretended };
	struct call call = new_call();
	CHECK_INT(call_write(&call, look, &l), 0);
	return l.bytes;
}

static void follow_their_items(void)
{
	create_table();
	CHECK_INT(bytes(0), 0);
	CHECK_STR(str_c(put("1", "")), "");
	CHECK_INT(bytes(0), 2 + 1 + 2 + 1);
	CHECK_STR(str_c(put("1", "abc")), "");
	CHECK_INT(bytes(0), 2 * (2 + 1 + 2 + 1 + 1 + 3)); /* the index holds it too */
	CHECK_STR(str_c(put("2", "")), "");
	CHECK_INT(bytes(0), 20 + 6);
	CHECK_STR(str_c(delete ("1")), "");
	CHECK_INT(bytes(0), 6);
	CHECK_STR(str_c(delete ("2")), "");
	CHECK_INT(bytes(0), 0);
}

static void have_a_limit(void)
{
	static struct dynamodb_attributes_entry v[] = { { STR_INIT("pk"), { .s = STR_INIT("p") } },
		{ STR_INIT("sk"), { .s = STR_INIT("4") } } };
	CHECK_STR(str_c(put("1", "")), "");
	bytes(DDB_COLLECTION_BYTES_MAX - 6);
	CHECK_STR(str_c(put("2", "")), "");
	CHECK_STR(str_c(put("3", "")), "ItemCollectionSizeLimitExceededException");
	CHECK_STR(str_c(put("1", "")), "");
	CHECK_INT(bytes(0), DDB_COLLECTION_BYTES_MAX);
	struct dynamodb_put part = { .table_name = STR(TABLE), .item = { v, 2 } };
	struct dynamodb_transact_write_item item = { .put = &part };
	struct dynamodb_transact_write_items_input in = { .transact_items = { &item, 1 } };
	struct dynamodb_transact_write_items_output out = { 0 };
	struct call call = new_call();
	CHECK_INT(call_inner(&call, &dynamodb_transact_write_items_operation, NULL, &in, &out), -1);
	const struct dynamodb_transaction_canceled_exception *detail = call.error.detail;
	CHECK_STR(detail->cancellation_reasons.v[0].code, "ItemCollectionSizeLimitExceeded");
	CHECK_STR(detail->cancellation_reasons.v[0].message, "Collection size exceeded.");
	CHECK_STR(str_c(delete ("2")), "");
	CHECK_STR(str_c(put("3", "")), "");
}

int main(int argc, char **argv)
{
	static const struct test tests[] = { { "follow_their_items", follow_their_items },
		{ "have_a_limit", have_a_limit } };
	return run_tests(tests, COUNT_OF(tests), argc, argv);
}
