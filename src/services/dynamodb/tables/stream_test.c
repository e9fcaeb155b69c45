/* Streams and their day, with a clock of the test's own. */
#include "services/dynamodb/tables/stream.h"
#include "services/dynamodb/testing/service.h"

static struct str make_table(const char *name)
{
	static struct dynamodb_key_schema_element keys = { STR_INIT("pk"), STR_INIT("HASH") };
	static struct dynamodb_attribute_definition attribute = { STR_INIT("pk"), STR_INIT("S") };
	struct dynamodb_stream_specification stream = { OPT_BOOL(true), STR("NEW_IMAGE") };
	struct dynamodb_create_table_input in = { .table_name = str_c(name),
		.key_schema = { &keys, 1 },
		.attribute_definitions = { &attribute, 1 },
		.billing_mode = STR("PAY_PER_REQUEST"),
		.stream_specification = &stream };
	struct dynamodb_create_table_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_create_table_operation, &in, &out)), "");
	return out.table_description->latest_stream_arn;
}

static void put(const char *table, const char *key)
{
	struct dynamodb_attributes_entry entry = { STR("pk"), { .s = str_c(key) } };
	struct dynamodb_put_item_input in = { .table_name = str_c(table), .item = { &entry, 1 } };
	struct dynamodb_put_item_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_put_item_operation, &in, &out)), "");
}

static const char *get_iterator(
	struct str arn, const char *type, const char *sequence, struct str *iterator)
{
	struct dynamodbstreams_describe_stream_input of = { .stream_arn = arn };
	struct dynamodbstreams_describe_stream_output stream = { 0 };
	struct dynamodbstreams_get_shard_iterator_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodbstreams_describe_stream_operation, &of, &stream)), "");
	struct dynamodbstreams_get_shard_iterator_input in = { .stream_arn = arn,
		.shard_id = stream.stream_description->shards.v[0].shard_id,
		.shard_iterator_type = str_c(type),
		.sequence_number = str_c(sequence) };
	const char *error = ask(&dynamodbstreams_get_shard_iterator_operation, &in, &out);
	*iterator = out.shard_iterator;
	return error;
}

static const char *get_records(struct str iterator, struct dynamodbstreams_record_list *records)
{
	struct dynamodbstreams_get_records_input in = { .shard_iterator = iterator };
	struct dynamodbstreams_get_records_output out = { 0 };
	const char *error = ask(&dynamodbstreams_get_records_operation, &in, &out);
	*records = out.records;
	return error;
}

static struct str key_of(const struct dynamodbstreams_record *r)
{
	return r->dynamodb->keys.v[0].value.s;
}

static void sweep(void)
{
	struct trim t = { .more = true };
	while (t.more) {
		struct call call = new_call();
		CHECK_INT(call_read(&call, ddb_stream_trim_look, &t), 0);
		struct trim due = t;
		for (due.more = due.n > 0; due.more;)
			CHECK_INT(call_write(&call, ddb_stream_trim_run, &due), 0);
	}
}

/* "All data in DynamoDB Streams is subject to a 24-hour lifetime." */
static void test_records_go_after_a_day(void)
{
	struct dynamodbstreams_record_list records;
	struct str arn = make_table("day"), iterator, old;
	put("day", "first");
	put("day", "second");
	now_ms += DDB_STREAM_AGE_MS - 1000;
	put("day", "third");
	sweep();
	CHECK_STR(str_c(get_iterator(arn, "TRIM_HORIZON", NULL, &old)), "");
	CHECK_STR(str_c(get_records(old, &records)), "");
	CHECK_INT(records.n, 3);
	struct str second = records.v[1].dynamodb->sequence_number;
	struct str first = records.v[0].dynamodb->sequence_number;

	now_ms += 1000;
	sweep();
	CHECK_STR(str_c(get_iterator(arn, "TRIM_HORIZON", NULL, &iterator)), "");
	CHECK_STR(str_c(get_records(iterator, &records)), "");
	CHECK_INT(records.n, 1);
	CHECK_STR(key_of(&records.v[0]), "third");
	/* An iterator from before, and numbers of what is gone. */
	CHECK_STR(str_c(get_records(old, &records)), "TrimmedDataAccessException");
	CHECK_STR(str_c(get_iterator(arn, "AT_SEQUENCE_NUMBER", second.p, &iterator)),
		"TrimmedDataAccessException");
	CHECK_STR(str_c(get_iterator(arn, "AFTER_SEQUENCE_NUMBER", first.p, &iterator)),
		"TrimmedDataAccessException");
	/* After the last that is gone stands the first that is there. */
	CHECK_STR(str_c(get_iterator(arn, "AFTER_SEQUENCE_NUMBER", second.p, &iterator)), "");
	CHECK_STR(str_c(get_records(iterator, &records)), "");
	CHECK_INT(records.n, 1);
	/* "Shard iterators expire 15 minutes after they are returned to the requester." */
	now_ms += DDB_STREAM_ITERATOR_MS + 1;
	CHECK_STR(str_c(get_records(iterator, &records)), "ExpiredIteratorException");
}

/* Numbers go on where they were when all records are gone. */
static void test_an_empty_stream_goes_on(void)
{
	struct dynamodbstreams_record_list records;
	struct str arn = make_table("empty"), iterator;
	put("empty", "a");
	now_ms += DDB_STREAM_AGE_MS;
	sweep();
	CHECK_STR(str_c(get_iterator(arn, "TRIM_HORIZON", NULL, &iterator)), "");
	put("empty", "b");
	CHECK_STR(str_c(get_records(iterator, &records)), "");
	CHECK_INT(records.n, 1);
	CHECK_STR(records.v[0].dynamodb->sequence_number, "100000000000000000002");
}

static void test_a_closed_stream_goes_after_a_day(void)
{
	struct dynamodb_stream_specification off = { OPT_BOOL(false), { 0 } };
	struct dynamodb_update_table_input in = { .table_name = STR("closed"),
		.stream_specification = &off };
	struct dynamodb_update_table_output out = { 0 };
	struct dynamodb_describe_table_input table_in = { STR("closed") };
	struct dynamodb_describe_table_output table = { 0 };
	struct dynamodbstreams_describe_stream_output stream = { 0 };
	struct str arn = make_table("closed");
	struct dynamodbstreams_describe_stream_input of = { .stream_arn = arn };
	put("closed", "a");
	CHECK_STR(str_c(ask(&dynamodb_update_table_operation, &in, &out)), "");
	now_ms += DDB_STREAM_AGE_MS - 1;
	sweep();
	CHECK_STR(str_c(ask(&dynamodbstreams_describe_stream_operation, &of, &stream)), "");
	CHECK_STR(str_c(ask(&dynamodb_describe_table_operation, &table_in, &table)), "");
	CHECK_STR(table.table->latest_stream_arn, arn.p);
	now_ms += 1;
	sweep();
	CHECK_STR(str_c(ask(&dynamodbstreams_describe_stream_operation, &of, &stream)),
		"ResourceNotFoundException");
	CHECK_STR(str_c(ask(&dynamodb_describe_table_operation, &table_in, &table)), "");
	CHECK(table.table->latest_stream_arn.p == NULL);
}

static void test_at_a_time(void)
{
	struct dynamodbstreams_record_list records;
	struct str arn = make_table("time"), iterator;
	for (int i = 0; i < 9; i++, now_ms += 1000)
		put("time", (const char[]){ (char)('a' + i), 0 });
	struct dynamodbstreams_describe_stream_input of = { .stream_arn = arn };
	struct dynamodbstreams_describe_stream_output stream = { 0 };
	struct dynamodbstreams_get_shard_iterator_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodbstreams_describe_stream_operation, &of, &stream)), "");
	struct dynamodbstreams_get_shard_iterator_input in = { .stream_arn = arn,
		.shard_id = stream.stream_description->shards.v[0].shard_id,
		.shard_iterator_type = STR("AT_TIMESTAMP"),
		.timestamp = OPT_TIME(now_ms - 3500) };
	CHECK_STR(str_c(ask(&dynamodbstreams_get_shard_iterator_operation, &in, &out)), "");
	iterator = out.shard_iterator;
	CHECK_STR(str_c(get_records(iterator, &records)), "");
	CHECK_INT(records.n, 3);
	CHECK_STR(key_of(&records.v[0]), "g");
}

static const struct test tests[] = {
	{ "records go after a day", test_records_go_after_a_day },
	{ "an empty stream goes on", test_an_empty_stream_goes_on },
	{ "a closed stream goes after a day", test_a_closed_stream_goes_after_a_day },
	{ "at a time", test_at_a_time },
};

int main(int argc, char **argv)
{
	return run_tests(tests, COUNT_OF(tests), argc, argv);
}
