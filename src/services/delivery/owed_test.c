/* Lanes: who gets a place, what is looked at to find it, and records of the form before lanes. */
#include "services/delivery/owed.h"
#include "services/delivery/delivery.h"
#include "store/key.h"
#include "store/store.h"
#include "tests/check.h"
#include <ftw.h>
#include <unistd.h>

static struct arena arena;
static struct aws server;
static struct map under_way, lanes;
static struct owed_search search;
static size_t running[OWED_KINDS];

static const char queue_arn[] = "arn:aws:sqs:us-east-1:000000000001:q";
static const char endpoint_arn[] = "arn:aws:sns:us-east-1:000000000001:t:0";

static struct call call_of(void)
{
	struct identity nobody = { 0 };
	struct call call;
	call_init(&call, &server, &arena, &nobody);
	call.api = &delivery_api;
	return call;
}

static void write_it(call_fn *fn, void *arg)
{
	struct call call = call_of();
	CHECK_INT(call_write(&call, fn, arg), 0);
}

/* ---- what the service does ---- */

struct putting {
	const char *target, *lane;
	int64_t due_ms;
	int n;
};

static int put_run(struct call *call, void *arg)
{
	const struct putting *p = arg;
	struct delivery_delivery_record r = { .target_arn = str_c(p->target), .body = STR("b") };
	if (p->lane)
		r.lane = str_c(p->lane);
	for (int i = 0; i < p->n; i++)
		owed_put(call, &r, p->due_ms + i);
	return 0;
}

static void put(const char *target, const char *lane, int64_t due_ms, int n)
{
	write_it(put_run, &(struct putting){ target, lane, due_ms, n });
}

static int find_run(struct txn *txn, void *arg)
{
	owed_find(txn, arg);
	return 0;
}

/* How many places were given, and to which lane: they are taken. */
static size_t find(int64_t now_ms)
{
	search.now_ms = now_ms;
	search.under_way = &under_way;
	search.lanes = &lanes;
	search.n = 0;
	memcpy(search.running, running, sizeof running);
	CHECK_INT(store_read(server.store, find_run, &search), 0);
	for (size_t i = 0; i < search.n; i++) {
		struct owed *owed = search.found[i];
		struct owed_lane *lane = map_get(&lanes, owed->lane);
		if (!lane)
			map_put(&lanes, owed->lane, lane = ARENA_NEW(&arena, struct owed_lane));
		lane->running++;
		running[owed->kind]++;
		CHECK(map_put(&under_way, owed->key, owed) == NULL);
	}
	return search.n;
}

static int remove_run(struct call *call, void *arg)
{
	owed_remove(call, ((struct owed *)arg)->key);
	return 0;
}

static void finish(struct owed *owed)
{
	struct owed_lane *lane = map_get(&lanes, owed->lane);
	write_it(remove_run, owed);
	map_remove(&under_way, owed->key);
	lane->running--;
	running[owed->kind]--;
	owed_free(owed);
}

static void finish_all(void)
{
	struct map_entry *entry;
	for (size_t at = 0; map_next(&under_way, &at, &entry); at = 0)
		finish(entry->value);
}

static int count_run(struct txn *txn, void *arg)
{
	struct str prefix = KEY(&arena, KEY_LITERAL("delivery"));
	struct txn_cursor c;
	txn_cursor_open(txn, prefix, key_range_end(&arena, prefix), false, &c);
	while (txn_cursor_next(&c))
		++*(int *)arg;
	txn_cursor_close(&c);
	return 0;
}

/* Keys in the store. */
static int count(void)
{
	int n = 0;
	CHECK_INT(store_read(server.store, count_run, &n), 0);
	return n;
}

/* ---- tests ---- */

static void test_a_lane_in_order(void)
{
	put(queue_arn, NULL, 300, 1);
	put(queue_arn, NULL, 100, 1);
	put(queue_arn, NULL, 200, 1);
	CHECK_INT(count(), 3 + 1);
	CHECK_INT(find(99), 0);
	CHECK_INT(search.next_ms, 100);
	CHECK_INT(find(200), 2);
	CHECK_INT(search.next_ms, 300);
	/* The later of both ends first. */
	finish(search.found[1]);
	CHECK_INT(find(250), 0);
	CHECK_INT(search.next_ms, 300);
	finish_all();
	CHECK_INT(find(299), 0);
	CHECK_INT(search.next_ms, 300);
	CHECK_INT(find(300), 1);
	CHECK_INT(search.next_ms, -1);
	finish_all();
	CHECK_INT(count(), 0);
}

static void test_shares(void)
{
	put(endpoint_arn, "http://slow", 0, 1000);
	size_t alone = find(5000);
	CHECK(alone > 10 && alone <= DELIVERY_OUTSIDE_MAX / 16);
	CHECK_INT(find(5000), 0);
	/* However many are slow, each that comes gets a place at once. */
	for (int i = 1; i < 70; i++) {
		char lane[32];
		snprintf(lane, sizeof lane, "http://slow%d", i);
		put(endpoint_arn, lane, 1000, 100);
		CHECK(find(5000) >= 1);
		CHECK_INT(find(5000), 0);
	}
	CHECK(running[OWED_OUTSIDE] < DELIVERY_OUTSIDE_MAX);
	/* What is of this server does not wait for them. */
	put(queue_arn, NULL, 4000, 1);
	CHECK_INT(find(5000), 1);
	CHECK_STR(search.found[0]->record.target_arn, queue_arn);
	CHECK_INT(search.found[0]->kind, OWED_INSIDE);
	finish_all();
}

/* A long lane of a slow target costs the others one step. */
static void test_a_long_lane_is_not_walked(void)
{
	put(endpoint_arn, "http://slow", 0, 5000);
	CHECK(find(9000) > 10);
	put(endpoint_arn, "http://quick", 8000, 1);
	put(queue_arn, NULL, 8000, 1);
	CHECK_INT(find(9000), 2);
	CHECK(search.looked_at <= 2 * 2 + 1);
	size_t before = running[OWED_OUTSIDE];
	struct map_entry *entry;
	size_t at = 0;
	while (map_next(&under_way, &at, &entry))
		if (str_ends(((struct owed *)entry->value)->record.lane, STR("slow")))
			break;
	finish(entry->value);
	CHECK_INT(running[OWED_OUTSIDE], before - 1);
	CHECK_INT(find(9000), 1);
	CHECK(search.looked_at <= before + 4);
	finish_all();
}

struct old {
	struct str id;
	int64_t due_ms;
	int n;
	bool more;
};

static int put_old_run(struct call *call, void *arg)
{
	const struct old *o = arg;
	struct delivery_delivery_record r = { .target_arn = str_c(queue_arn), .body = STR("old") };
	for (int i = 0; i < o->n; i++)
		call_put_record(call,
			KEY(call->arena, KEY_LITERAL("delivery"), key_int(o->due_ms + i),
				key_text(o->id)),
			&delivery_delivery_record_shape, &r);
	return 0;
}

static int adopt_run(struct call *call, void *arg)
{
	((struct old *)arg)->more = owed_adopt(call);
	return 0;
}

static void test_old_records(void)
{
	struct old old = { STR("id"), 1795000000000, DELIVERY_ADOPTED_MAX + 1, false };
	put(queue_arn, NULL, old.due_ms - 1, 1);
	write_it(put_old_run, &old);
	CHECK_INT(find(old.due_ms + 1), 1);
	write_it(adopt_run, &old);
	CHECK(old.more);
	write_it(adopt_run, &old);
	CHECK(!old.more);
	CHECK_INT(count(), 1 + 1 + old.n);
	CHECK_INT(find(old.due_ms + 1), 2);
	CHECK_STR(search.found[0]->record.body, "old");
	CHECK_INT(search.next_ms, old.due_ms + 2);
	finish_all();
}

/* ---- each with a store of its own ---- */

static int remove_entry(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

static void with_store(void (*body)(void))
{
	char folder[] = "/tmp/samovar-owed-XXXXXX", path[96];
	server = (struct aws){ 0 };
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/store.db", folder);
	CHECK_INT(store_open(path, STORE_MEMORY, &server.store), 0);
	body();
	store_close(server.store);
	CHECK_INT(nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
	map_fini(&under_way);
	map_fini(&lanes);
	under_way = lanes = (struct map){ 0 };
	memset(running, 0, sizeof running);
	arena_fini(&arena);
}

#define WITH_STORE(name) \
	static void name##_(void) \
	{ \
		with_store(name); \
	}

WITH_STORE(test_a_lane_in_order)
WITH_STORE(test_shares)
WITH_STORE(test_a_long_lane_is_not_walked)
WITH_STORE(test_old_records)

static const struct test tests[] = {
	{ "a lane in order", test_a_lane_in_order_ },
	{ "shares", test_shares_ },
	{ "a long lane is not walked", test_a_long_lane_is_not_walked_ },
	{ "old records", test_old_records_ },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
