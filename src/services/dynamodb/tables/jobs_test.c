/* The sweeper's jobs take turns: a large one holds up nothing. */
#include "services/dynamodb/tables/jobs.h"
#include "services/dynamodb/testing/service.h"

enum { MANY = 4 * DDB_SWEEP_CHUNK };

static char last_key[512];
static size_t last_bytes;

/* A bite of the job whose turn it is; false: there is none. */
static bool turn(void)
{
	struct call call = new_call();
	struct job_turn t = { .last = { last_key, last_bytes } };
	CHECK_INT(call_read(&call, job_look, &t), 0);
	if (!t.found)
		return false;
	call = new_call();
	CHECK_INT(call_write(&call, job_run, &t), 0);
	CHECK(t.key.n < sizeof last_key);
	memcpy(last_key, t.key.p, t.key.n);
	last_bytes = t.key.n;
	return t.done;
}

static void fill(const char *table, int items)
{
	static struct dynamodb_key_schema_element keys = { STR_INIT("pk"), STR_INIT("HASH") };
	static struct dynamodb_attribute_definition attribute = { STR_INIT("pk"), STR_INIT("N") };
	struct dynamodb_create_table_input in = { .table_name = str_c(table),
		.key_schema = { &keys, 1 },
		.attribute_definitions = { &attribute, 1 },
		.billing_mode = STR("PAY_PER_REQUEST") };
	struct dynamodb_create_table_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_create_table_operation, &in, &out)), "");
	for (int i = 0; i < items; i++) {
		struct dynamodb_attributes_entry v[] = {
			{ STR("pk"), { .n = arena_printf(&arena, "%d", i) } },
			{ STR("v"), { .n = STR("7") } },
		};
		struct dynamodb_put_item_input put = { .table_name = str_c(table),
			.item = { v, 2 } };
		struct dynamodb_put_item_output done = { 0 };
		CHECK_STR(str_c(ask(&dynamodb_put_item_operation, &put, &done)), "");
	}
}

static void add_index(const char *table)
{
	static struct dynamodb_key_schema_element key = { STR_INIT("v"), STR_INIT("HASH") };
	static struct dynamodb_attribute_definition attributes[] = {
		{ STR_INIT("pk"), STR_INIT("N") }, { STR_INIT("v"), STR_INIT("N") }
	};
	static struct dynamodb_projection all = { .projection_type = STR_INIT("ALL") };
	struct dynamodb_create_index create = {
		.index_name = STR("by-v"), .key_schema = { &key, 1 }, .projection = &all
	};
	struct dynamodb_global_secondary_index_update update = { .create = &create };
	struct dynamodb_update_table_input in = { .table_name = str_c(table),
		.attribute_definitions = { attributes, 2 },
		.global_secondary_index_updates = { &update, 1 } };
	struct dynamodb_update_table_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_update_table_operation, &in, &out)), "");
}

static struct str index_status(const char *table)
{
	struct dynamodb_describe_table_input in = { str_c(table) };
	struct dynamodb_describe_table_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_describe_table_operation, &in, &out)), "");
	return out.table->global_secondary_indexes.v[0].index_status;
}

static struct str begin_backup(const char *table)
{
	struct dynamodb_create_backup_input in = { str_c(table), STR("backup") };
	struct dynamodb_create_backup_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_create_backup_operation, &in, &out)), "");
	return out.backup_details->backup_arn;
}

static struct str backup_status(struct str arn)
{
	struct dynamodb_describe_backup_input in = { arn };
	struct dynamodb_describe_backup_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_describe_backup_operation, &in, &out)), "");
	return out.backup_description->backup_details->backup_status;
}

static void test_a_large_job_holds_up_nothing(void)
{
	fill("large", MANY);
	fill("small", 3);
	struct str backup = begin_backup("large");
	add_index("small");
	CHECK_STR(index_status("small"), "CREATING");
	/* A bite of each: the small one is done, the large one is under way. */
	CHECK(turn() && turn());
	CHECK_STR(index_status("small"), "ACTIVE");
	CHECK_STR(backup_status(backup), "CREATING");
	int turns = 0;
	while (turn())
		turns++;
	CHECK_INT(turns, MANY / DDB_SWEEP_CHUNK);
	CHECK_STR(backup_status(backup), "AVAILABLE");
}

static int put_strange(struct call *call, void *arg)
{
	(void)arg;
	struct dynamodb_job_record job =
		job_under(call, "of a later version", STR("x"), OPT_I64(1), 0);
	job_put(call, &job);
	return 0;
}

static void test_a_kind_that_is_not_known_stays_and_holds_up_nothing(void)
{
	fill("known", 3);
	struct call call = new_call();
	CHECK_INT(call_write(&call, put_strange, NULL), 0);
	add_index("known");
	turn();
	turn();
	CHECK_STR(index_status("known"), "ACTIVE");
	struct job_turn t = { 0 };
	call = new_call();
	CHECK_INT(call_read(&call, job_look, &t), 0);
	CHECK(t.found && !turn());
}

static const struct test tests[] = {
	{ "a large job holds up nothing", test_a_large_job_holds_up_nothing },
	{ "a kind that is not known stays and holds up nothing",
		test_a_kind_that_is_not_known_stays_and_holds_up_nothing },
};

int main(int argc, char **argv)
{
	return run_tests(tests, COUNT_OF(tests), argc, argv);
}
