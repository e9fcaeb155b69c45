/* Every state that a table was in can be read again out of its undo records, with a clock of the
 * test's own. */
#include "services/dynamodb/tables/undo.h"
#include "services/dynamodb/testing/service.h"

enum { STATES = 200 };

static uint64_t seed = 20261201;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

static void restart(void)
{
	store_close(server.store);
	CHECK_INT(store_open(path, STORE_MEMORY, &server.store), 0);
}

/* ---- a table of binary keys with a number ---- */

static void make_table(const char *name)
{
	static struct dynamodb_key_schema_element keys[] = { { STR_INIT("pk"), STR_INIT("HASH") },
		{ STR_INIT("sk"), STR_INIT("RANGE") } };
	static struct dynamodb_attribute_definition attributes[] = {
		{ STR_INIT("pk"), STR_INIT("B") }, { STR_INIT("sk"), STR_INIT("N") }
	};
	struct dynamodb_create_table_input in = { .table_name = str_c(name),
		.key_schema = { keys, 2 },
		.attribute_definitions = { attributes, 2 },
		.billing_mode = STR("PAY_PER_REQUEST") };
	struct dynamodb_create_table_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_create_table_operation, &in, &out)), "");
}

static struct dynamodb_point_in_time_recovery_description *set_recovery(
	const char *name, bool is_on, int64_t days)
{
	struct dynamodb_point_in_time_recovery_specification s = { OPT_BOOL(is_on), { 0 } };
	struct dynamodb_update_continuous_backups_input in = { str_c(name), &s };
	struct dynamodb_update_continuous_backups_output out = { 0 };
	if (days)
		s.recovery_period_in_days = OPT_I64(days);
	CHECK_STR(str_c(ask(&dynamodb_update_continuous_backups_operation, &in, &out)), "");
	return out.continuous_backups_description->point_in_time_recovery_description;
}

/* Bytes that must be escaped in keys are among the first ones. */
static struct dynamodb_attributes item_of(int64_t key, int64_t value)
{
	struct dynamodb_attributes_entry *v =
		ARENA_ARRAY(&arena, struct dynamodb_attributes_entry, 3);
	char *bytes = arena_alloc(&arena, 3);
	size_t n = 0;
	for (int64_t k = key; n == 0 || (k && n < 3); k /= 3)
		bytes[n++] = (char)(k % 3 - 1);
	v[0] = (struct dynamodb_attributes_entry){ STR("pk"), { .b = { bytes, n } } };
	v[1] = (struct dynamodb_attributes_entry){ STR("sk"),
		{ .n = arena_printf(&arena, "%lld", (long long)(key / 27 - 1)) } };
	v[2] = (struct dynamodb_attributes_entry){ STR("v"),
		{ .n = arena_printf(&arena, "%lld", (long long)value) } };
	return (struct dynamodb_attributes){ v, value < 0 ? 2 : 3 };
}

static void put(const char *table, int64_t key, int64_t value)
{
	struct dynamodb_put_item_input in = { .table_name = str_c(table),
		.item = item_of(key, value) };
	struct dynamodb_put_item_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_put_item_operation, &in, &out)), "");
}

static void delete (const char *table, int64_t key)
{
	struct dynamodb_delete_item_input in = { .table_name = str_c(table),
		.key = item_of(key, -1) };
	struct dynamodb_delete_item_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_delete_item_operation, &in, &out)), "");
}

/* Two items at once. */
static void transact(const char *table, int64_t a, int64_t b, int64_t value)
{
	struct dynamodb_put one = { .table_name = str_c(table), .item = item_of(a, value) };
	struct dynamodb_delete two = { .table_name = str_c(table), .key = item_of(b, -1) };
	struct dynamodb_transact_write_item v[] = { { .put = &one }, { .delete = &two } };
	struct dynamodb_transact_write_items_input in = { .transact_items = { v, 2 } };
	struct dynamodb_transact_write_items_output out = { 0 };
	CHECK_STR(str_c(ask(&dynamodb_transact_write_items_operation, &in, &out)), "");
}

/* ---- states ---- */

struct look {
	const char *table;
	struct buf *out;
	struct undo_walk walk;
};

static struct table found;

static void find_table(struct call *call, const char *name)
{
	CHECK(ddb_table_get(call, caller.account, caller.region, str_c(name), &found));
}

static void add(struct buf *out, struct str key, struct str value)
{
	buf_printf(out, "%zu %zu ", key.n, value.n);
	buf_str(out, key);
	buf_str(out, value);
}

static int look_now(struct call *call, void *arg)
{
	struct look *l = arg;
	struct txn_cursor c;
	find_table(call, l->table);
	struct str all = items_prefix(call, &found, 0);
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c))
		add(l->out, str_from(c.key, all.n), c.value);
	txn_cursor_close(&c);
	return 0;
}

static struct str state_now(const char *table, struct buf *out)
{
	struct call call = new_call();
	struct look l = { table, out, { 0 } };
	out->n = 0;
	CHECK_INT(call_read(&call, look_now, &l), 0);
	return buf_view(out);
}

static int look_then(struct call *call, void *arg)
{
	struct look *l = arg;
	find_table(call, l->table);
	l->walk.source = &found;
	ddb_undo_walk(call, &l->walk);
	for (size_t i = 0; i < l->walk.n; i++) {
		CHECK(l->walk.v[i].now.n > 0);
		add(l->out, l->walk.v[i].key, l->walk.v[i].now);
	}
	return 0;
}

static struct str state_then(const char *table, int64_t ms, struct buf *out, void (*between)(void))
{
	struct look l = { table, out, { .moment_ms = ms } };
	out->n = 0;
	do {
		struct call call = new_call();
		CHECK_INT(call_read(&call, look_then, &l), 0);
		if (between)
			between();
	} while (l.walk.more);
	return buf_view(out);
}

struct remembered {
	int64_t ms;
	struct buf text;
};

static bool same(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static void change_something(const char *table)
{
	int64_t key = below(60);
	switch (below(4)) {
	case 0:
		delete (table, key);
		break;
	case 1:
		transact(table, key, (key + 1 + below(59)) % 60, below(1000));
		break;
	default:
		put(table, key, below(1000));
	}
}

static void test_every_state_comes_back(void)
{
	static struct remembered states[STATES];
	struct buf text = { 0 };
	size_t n = 0;
	make_table("states");
	for (int i = 0; i < 40; i++)
		put("states", below(60), i);
	set_recovery("states", true, 0);
	buf_str(&states[n].text, state_now("states", &text));
	states[n++].ms = now_ms;
	for (int64_t last = now_ms; n < STATES;) {
		/* Several changes of a millisecond, and a clock that goes back now and then. */
		now_ms += below(50) == 0 ? -3 : below(3);
		for (int64_t i = below(4); i >= 0; i--)
			change_something("states");
		/* The table's time stands still meanwhile: the moment is not over. */
		n -= now_ms < last;
		states[n].text.n = 0;
		last = MAX(last, now_ms++);
		states[n].ms = last;
		buf_str(&states[n++].text, state_now("states", &text));
		if (n == STATES / 2)
			restart();
	}
	for (size_t i = 0; i < n; i++)
		CHECK(same(buf_view(&states[i].text),
			state_then("states", states[i].ms, &text, NULL)));
	for (size_t i = 0; i < n; i++)
		buf_fini(&states[i].text);
	buf_fini(&text);
}

/* More items than a bite has, all of which change between two bites. */
static void change_all(void)
{
	static int64_t round = 5000;
	now_ms++;
	round++;
	for (int64_t i = 0; i < 60; i++)
		put("bites", below(1500), round);
	for (int64_t i = 0; i < 60; i++)
		delete ("bites", below(1500));
	for (int64_t i = 0; i < 20; i++)
		put("bites", 1500 + below(500), round);
}

static void test_bites_are_of_one_moment(void)
{
	struct buf before = { 0 }, text = { 0 };
	make_table("bites");
	for (int64_t i = 0; i < 1500; i++)
		put("bites", i, i);
	set_recovery("bites", true, 0);
	int64_t then = now_ms;
	state_now("bites", &before);
	CHECK(same(buf_view(&before), state_then("bites", then, &text, change_all)));
	CHECK(same(buf_view(&before), state_then("bites", then, &text, change_all)));
	CHECK(!same(buf_view(&before), state_now("bites", &text)));
	buf_fini(&before);
	buf_fini(&text);
}

/* ---- changes ---- */

static int look_at_changes(struct call *call, void *arg)
{
	struct look *l = arg;
	find_table(call, l->table);
	l->walk.source = &found;
	ddb_undo_walk(call, &l->walk);
	return 0;
}

static struct undo_walk changes(const char *table, int64_t since, int64_t until)
{
	struct call call = new_call();
	struct look l = { table, NULL,
		{ .moment_ms = until, .is_changes = true, .since_ms = since } };
	CHECK_INT(call_read(&call, look_at_changes, &l), 0);
	CHECK(!l.walk.more);
	return l.walk;
}

/* "Incremental exports": net changes, none of what came and went in between. */
static void test_changes_are_net(void)
{
	make_table("changes");
	put("changes", 1, 1);
	put("changes", 2, 1);
	put("changes", 3, 1);
	set_recovery("changes", true, 0);
	int64_t since = now_ms;
	now_ms += 10;
	put("changes", 1, 2);
	delete ("changes", 2);
	put("changes", 4, 1);
	now_ms += 10;
	put("changes", 1, 3);
	put("changes", 5, 1);
	delete ("changes", 5);
	int64_t until = now_ms, last = now_ms;
	now_ms += 10;
	put("changes", 3, 2);
	put("changes", 1, 4);
	put("changes", 4, 2);
	struct undo_walk w = changes("changes", since, until);
	size_t made = 0, changed = 0, gone = 0;
	for (size_t i = 0; i < w.n; i++) {
		made += !w.v[i].was.n;
		gone += !w.v[i].now.n;
		if (w.v[i].was.n && w.v[i].now.n) {
			struct call call = new_call();
			struct dynamodb_attributes was, now;
			changed++;
			CHECK_INT(w.v[i].written_ms, last);
			CHECK_INT(ddb_item_decode(&call, w.v[i].was, &was), 0);
			CHECK_INT(ddb_item_decode(&call, w.v[i].now, &now), 0);
			CHECK_STR(attributes_get(&was, STR("v"))->n, "1");
			CHECK_STR(attributes_get(&now, STR("v"))->n, "3");
		} else {
			CHECK_INT(w.v[i].written_ms, last - 10);
		}
	}
	CHECK_INT(made, 1);
	CHECK_INT(changed, 1);
	CHECK_INT(gone, 1);
	CHECK_INT(changes("changes", until, until).n, 0);
	CHECK_INT(changes("changes", until, now_ms).n, 3);
}

/* ---- what goes ---- */

static void sweep(void)
{
	for (bool more = true; more;) {
		struct call call = new_call();
		struct trim t = { 0 };
		CHECK_INT(call_read(&call, ddb_undo_trim_look, &t), 0);
		CHECK(!t.more);
		if (t.n)
			CHECK_INT(call_write(&call, ddb_undo_trim_run, &t), 0);
		more = t.n > 0;
	}
}

static int count_records(struct call *call, void *arg)
{
	struct str prefixes[] = { KEY(call->arena, KEY_LITERAL("dynamodb-undo")),
		KEY(call->arena, KEY_LITERAL("dynamodb-undo-age")) };
	int64_t *counts = arg;
	for (size_t i = 0; i < 2; i++) {
		struct str begin = prefixes[i];
		struct txn_cursor c;
		counts[i] = 0;
		txn_cursor_open(call->txn, begin, key_range_end(call->arena, begin), false, &c);
		while (txn_cursor_next(&c))
			counts[i]++;
		txn_cursor_close(&c);
	}
	return 0;
}

static int64_t records(void)
{
	struct call call = new_call();
	int64_t counts[2];
	CHECK_INT(call_read(&call, count_records, counts), 0);
	CHECK_INT(counts[0], counts[1]);
	return counts[0];
}

static void test_records_go_after_their_days(void)
{
	struct buf text = { 0 }, before = { 0 };
	make_table("days");
	put("days", 1, 1);
	int64_t others = records();
	set_recovery("days", true, 2);
	int64_t begun = now_ms;
	now_ms += 1000;
	put("days", 1, 2);
	put("days", 2, 2);
	now_ms += 86400000;
	put("days", 1, 3);
	CHECK_INT(records() - others, 3);
	CHECK_INT(set_recovery("days", true, 2)->earliest_restorable_date_time.ms, begun);
	state_now("days", &before);
	int64_t then = now_ms;
	/* The first two are two days old, and a millisecond less than that. */
	now_ms = begun + 1000 + 2 * 86400000 - 1;
	sweep();
	CHECK_INT(records() - others, 3);
	now_ms++;
	CHECK_INT(set_recovery("days", true, 2)->earliest_restorable_date_time.ms, begun + 1000);
	sweep();
	CHECK_INT(records() - others, 1);
	put("days", 1, 4);
	CHECK(same(buf_view(&before), state_then("days", then, &text, NULL)));
	/* As many days as it is told. */
	set_recovery("days", true, 1);
	now_ms = then + 86400000 - 1;
	sweep();
	CHECK_INT(records() - others, 2);
	now_ms++;
	sweep();
	CHECK_INT(records() - others, 1);
	buf_fini(&text);
	buf_fini(&before);
}

static void test_off_costs_nothing(void)
{
	make_table("off");
	int64_t before = records();
	put("off", 1, 1);
	delete ("off", 1);
	CHECK_INT(records(), before);
	CHECK(!set_recovery("off", false, 0)->earliest_restorable_date_time.set);
}

static const struct test tests[] = {
	{ "every state comes back", test_every_state_comes_back },
	{ "bites are of one moment", test_bites_are_of_one_moment },
	{ "changes are net", test_changes_are_net },
	{ "records go after their days", test_records_go_after_their_days },
	{ "off costs nothing", test_off_costs_nothing },
};

int main(int argc, char **argv)
{
	return run_tests(tests, COUNT_OF(tests), argc, argv);
}
