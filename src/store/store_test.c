/* The store: transactions, walks, snapshots, group commit, and clear refusals. */
#include "store/store.h"
#include "base/random.h"
#include "loop/loop.h"
#include "store/internal.h"
#include "store/key.h"
#include "store/limits.h"
#include "tests/check.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];
static struct store *store;

static int remove_entry(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

static void make_folder(void)
{
	snprintf(folder, sizeof folder, "/tmp/samovar-store-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/store.db", folder);
}

static void remove_folder(void)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void set_up(void)
{
	make_folder();
	CHECK_INT(store_open(path, STORE_DURABLE, &store), 0);
}

static void tear_down(void)
{
	store_close(store);
	remove_folder();
}

static void reopen(void)
{
	store_close(store);
	CHECK_INT(store_open(path, STORE_DURABLE, &store), 0);
}

/* One step of a transaction, for bodies that are data. */
struct step {
	char what; /* p put, d delete, r delete range, f fail with value.n, e fail with this number
		    */
	const char *key, *value;
	int number;
};

static int run_steps(struct txn *txn, void *arg)
{
	for (const struct step *s = arg; s->what; s++) {
		if (s->what == 'p')
			txn_put(txn, str_c(s->key), str_c(s->value));
		else if (s->what == 'd')
			txn_delete(txn, str_c(s->key));
		else if (s->what == 'r')
			txn_delete_range(txn, str_c(s->key), str_c(s->value));
		else
			return s->number;
	}
	return 0;
}

static int do_steps(const struct step *steps)
{
	return store_write(store, run_steps, (void *)steps);
}

#define WRITE(...) do_steps((const struct step[]){ __VA_ARGS__, { 0 } })

struct listing {
	const char *begin, *end;
	bool reverse;
	char text[512];
};

static int list(struct txn *txn, void *arg)
{
	struct listing *l = arg;
	struct txn_cursor c;
	size_t n = 0;
	l->text[0] = 0;
	txn_cursor_open(txn, str_c(l->begin), str_c(l->end), l->reverse, &c);
	while (txn_cursor_next(&c))
		n += (size_t)snprintf(l->text + n, sizeof l->text - n, "%.*s=%.*s ", STR_ARG(c.key),
			STR_ARG(c.value));
	CHECK(!txn_cursor_next(&c)); /* the end stays the end */
	txn_cursor_close(&c);
	return 0;
}

/* "a=1 b=2 " of all keys in the range. */
static const char *keys_in(const char *begin, const char *end, bool reverse)
{
	static struct listing l;
	l.begin = begin;
	l.end = end;
	l.reverse = reverse;
	CHECK_INT(store_read(store, list, &l), 0);
	return l.text;
}

static const char *all(void)
{
	return keys_in("", "\xff", false);
}

static void test_basics(void)
{
	set_up();
	CHECK_INT(WRITE({ 'p', "b", "2", 0 }, { 'p', "a", "1", 0 }, { 'p', "c", "3", 0 },
			  { 'p', "d", "", 0 }),
		0);
	CHECK_STR(str_c(all()), "a=1 b=2 c=3 d= ");
	CHECK_STR(str_c(keys_in("b", "d", false)), "b=2 c=3 ");
	CHECK_STR(str_c(keys_in("b", "d", true)), "c=3 b=2 ");
	CHECK_STR(str_c(keys_in("x", "z", true)), "");
	CHECK_INT(WRITE({ 'p', "b", "two", 0 }, { 'd', "c", "", 0 }, { 'd', "no such key", "", 0 }),
		0);
	CHECK_STR(str_c(all()), "a=1 b=two d= ");
	reopen();
	CHECK_STR(str_c(all()), "a=1 b=two d= ");
	struct stat st;
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK_INT(WRITE({ 'r', "a", "d", 0 }), 0);
	CHECK_STR(str_c(all()), "d= ");
	tear_down();
}

static int get_and_check(struct txn *txn, void *arg)
{
	struct arena *a = arg;
	struct str value = STR("untouched");
	CHECK(txn_get(txn, (struct str){ "\0k\xff", 3 }, a, &value));
	CHECK(str_eq(value, (struct str){ "\xff\0v", 3 }));
	CHECK(txn_get(txn, STR("empty"), a, &value));
	CHECK(value.p && value.n == 0);
	value = STR("untouched");
	CHECK(!txn_get(txn, STR("missing"), a, &value));
	CHECK_STR(value, "untouched");
	CHECK(txn_exists(txn, STR("empty")) && !txn_exists(txn, STR("missing")));
	CHECK(txn_get(txn, STR("large"), a, &value));
	CHECK_INT(value.n, 3 * MIB);
	CHECK(value.p[0] == 'x' && value.p[3 * MIB - 1] == 'x');
	return 7;
}

static int put_odd(struct txn *txn, void *arg)
{
	txn_put(txn, (struct str){ "\0k\xff", 3 }, (struct str){ "\xff\0v", 3 });
	txn_put(txn, STR("empty"), STR(""));
	txn_put(txn, STR("large"), (struct str){ arg, 3 * MIB });
	struct arena a = { 0 };
	int r = get_and_check(txn, &a) == 7 ? 5 : -1; /* sees its own writes */
	arena_fini(&a);
	return r;
}

static void test_any_bytes(void)
{
	struct arena a = { 0 };
	char *large = xmalloc(3 * MIB);
	memset(large, 'x', 3 * MIB);
	set_up();
	/* A positive answer is an answer, and commits. */
	CHECK_INT(store_write(store, put_odd, large), 5);
	CHECK_INT(store_read(store, get_and_check, &a), 7);
	arena_fini(&a);
	free(large);
	tear_down();
}

static int put_too_long(struct txn *txn, void *arg)
{
	struct str *key = arg;
	txn_put(txn, STR("before"), STR("1"));
	txn_put(txn, *key, STR("1"));
	CHECK(!txn_exists(txn, STR("before"))); /* nothing works any more */
	return 0;
}

static void test_failures_roll_back(void)
{
	char long_key[STORE_KEY_BYTES_MAX + 1] = { 0 };
	set_up();
	CHECK_INT(WRITE({ 'p', "a", "1", 0 }), 0);
	CHECK_INT(WRITE({ 'p', "a", "2", 0 }, { 'p', "b", "2", 0 }, { 'e', "", "", -77 }), -77);
	CHECK_INT(WRITE({ 'e', "", "", -1 }), -1);
	CHECK_STR(str_c(all()), "a=1 ");
	CHECK_INT(store_write(store, put_too_long, &(struct str){ long_key, sizeof long_key }),
		-EFBIG);
	CHECK_STR(str_c(all()), "a=1 ");
	CHECK(store_failure(store) == NULL);
	tear_down();
}

static int walk_and_write(struct txn *txn, void *arg)
{
	struct arena a = { 0 };
	struct txn_cursor c, inner;
	int seen = 0, *deleted = arg;
	txn_cursor_open(txn, STR("k"), STR("l"), false, &c);
	while (txn_cursor_next(&c)) {
		struct str key = arena_str(&a, c.key);
		txn_delete(txn, key);
		txn_put(txn, arena_printf(&a, "m%.*s", STR_ARG(key)), c.value);
		txn_cursor_open(txn, STR("m"), STR("n"), true, &inner);
		CHECK(txn_cursor_next(&inner));
		CHECK_INT(inner.key.n, key.n + 1);
		if (seen % 2)
			txn_cursor_close(&inner); /* the others are closed with the transaction */
		seen++;
		if (seen % 2 == 0)
			(*deleted)++;
		if (seen == 100)
			break;
	}
	arena_fini(&a);
	CHECK_INT(seen, 100);
	return 0;
}

static int put_hundred(struct txn *txn, void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++) {
		char key[16];
		snprintf(key, sizeof key, "k%03d", i);
		txn_put(txn, str_c(key), STR("v"));
	}
	return 0;
}

static int count(struct txn *txn, void *arg)
{
	struct txn_cursor c;
	int n = 0;
	txn_cursor_open(txn, str_c(arg), STR("\xff"), false, &c);
	while (txn_cursor_next(&c))
		n++;
	txn_cursor_close(&c);
	return n;
}

static void test_cursors_survive_writes(void)
{
	int deleted = 0;
	set_up();
	CHECK_INT(store_write(store, put_hundred, NULL), 0);
	CHECK_INT(store_write(store, walk_and_write, &deleted), 0);
	CHECK_INT(store_read(store, count, "k"), 100);
	CHECK_INT(store_read(store, count, "m"), 100);
	tear_down();
}

static void *write_from_thread(void *arg)
{
	(void)arg;
	CHECK_INT(WRITE({ 'p', "a", "new", 0 }, { 'p', "b", "new", 0 }), 0);
	return NULL;
}

static int read_twice(struct txn *txn, void *arg)
{
	struct arena *a = arg;
	struct str before, after;
	pthread_t thread;
	CHECK(txn_get(txn, STR("a"), a, &before));
	pthread_create(&thread, NULL, write_from_thread, NULL);
	pthread_join(thread, NULL);
	CHECK(txn_get(txn, STR("a"), a, &after));
	CHECK_STR(before, "old");
	CHECK_STR(after, "old");
	CHECK(!txn_exists(txn, STR("b")));
	CHECK_STR(str_c(all()), "a=old "); /* a read in a read has the same snapshot */
	return 0;
}

static void test_snapshot(void)
{
	struct arena a = { 0 };
	set_up();
	CHECK_INT(WRITE({ 'p', "a", "old", 0 }), 0);
	CHECK_INT(store_read(store, read_twice, &a), 0);
	CHECK_STR(str_c(all()), "a=new b=new ");
	arena_fini(&a);
	tear_down();
}

static int put_key(struct txn *txn, void *arg)
{
	txn_put(txn, *(struct str *)arg, STR("1"));
	return 0;
}

static int put_key_and_fail(struct txn *txn, void *arg)
{
	txn_put(txn, *(struct str *)arg, STR("1"));
	return -1;
}

static int delete_tuples(struct txn *txn, void *arg)
{
	struct arena a = { 0 };
	txn_delete_range(txn, *(struct str *)arg, key_range_end(&a, *(struct str *)arg));
	arena_fini(&a);
	return 0;
}

static void test_generations(void)
{
	struct arena a = { 0 };
	set_up();
	struct str key = KEY(&a, KEY_LITERAL("iam"), KEY_LITERAL("role")),
		   prefix = KEY(&a, KEY_LITERAL("iam"));
	uint64_t sqs = store_generation(store, STR("sqs")),
		 iam = store_generation(store, STR("iam"));
	CHECK_INT(store_write(store, put_key, &key), 0);
	CHECK(store_generation(store, STR("iam")) != iam);
	iam = store_generation(store, STR("iam"));
	CHECK_INT(store_write(store, put_key_and_fail, &key), -1);
	CHECK_INT(store_read(store, count, ""), 1);
	CHECK(store_generation(store, STR("iam")) == iam);
	CHECK_INT(store_write(store, delete_tuples, &prefix), 0);
	CHECK(store_generation(store, STR("iam")) != iam);
	CHECK_INT(store_read(store, count, ""), 0);
	CHECK(store_generation(store, STR("sqs")) == sqs);
	arena_fini(&a);
	tear_down();
}

static void test_one_server_only(void)
{
	struct store *second;
	int status = 0;
	set_up();
	CHECK_INT(store_open(path, STORE_DURABLE, &second), -EBUSY);
	pid_t child = fork();
	if (child == 0)
		_exit(store_open(path, STORE_DURABLE, &second) == -EBUSY ? 0 : 1);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK_INT(WRITE({ 'p', "a", "1", 0 }), 0);
	tear_down();
}

static void run_sql(const char *sql)
{
	sqlite3 *db;
	CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
	CHECK_INT(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_refusals(void)
{
	char missing[128];
	make_folder();
	snprintf(missing, sizeof missing, "%s/no/such/folder", folder);
	CHECK_INT(store_open(missing, STORE_DURABLE, &store), -ENOENT);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	for (int i = 0; i < 100; i++)
		CHECK(write(fd, "this is no database at all, but some notes\n", 43) == 43);
	close(fd);
	CHECK_INT(store_open(path, STORE_DURABLE, &store), -EINVAL);
	unlink(path);
	run_sql("CREATE TABLE recipes (name TEXT)");
	CHECK_INT(store_open(path, STORE_DURABLE, &store), -EINVAL);
	unlink(path);
	CHECK_INT(store_open(path, STORE_DURABLE, &store), 0);
	store_close(store);
	run_sql("PRAGMA user_version = 99");
	CHECK_INT(store_open(path, STORE_DURABLE, &store), -EINVAL);
	run_sql("PRAGMA user_version = 1");
	CHECK_INT(store_open(path, STORE_DURABLE, &store), 0);
	tear_down();
}

static void test_two_stores(void)
{
	struct store *first;
	char other[96];
	set_up();
	first = store;
	snprintf(other, sizeof other, "%s/telemetry.db", folder);
	CHECK_INT(store_open(other, STORE_RELAXED, &store), 0);
	CHECK_INT(WRITE({ 'p', "t", "1", 0 }), 0);
	CHECK_STR(str_c(all()), "t=1 ");
	store_close(store);
	CHECK_INT(store_open(other, STORE_MEMORY, &store), 0);
	CHECK_STR(str_c(all()), "t=1 ");
	store_close(store);
	store = first;
	CHECK_STR(str_c(all()), "");
	tear_down();
}

static int64_t free_bytes;
static int64_t fake_free(const char *name)
{
	(void)name;
	return free_bytes;
}

static void test_disk_full(void)
{
	int64_t (*real)(const char *) = store_disk_free;
	set_up();
	store_disk_free = fake_free;
	free_bytes = STORE_RESERVE_BYTES;
	CHECK_INT(WRITE({ 'p', "a", "1", 0 }, { 'p', "b", "1", 0 }), 0);
	free_bytes = STORE_RESERVE_BYTES - 1;
	CHECK_INT(WRITE({ 'd', "a", "", 0 }, { 'p', "c", "1", 0 }), -ENOSPC);
	CHECK_STR(str_c(all()), "a=1 b=1 ");
	CHECK_INT(WRITE({ 'd', "a", "", 0 }), 0); /* what makes room goes on */
	CHECK_STR(str_c(all()), "b=1 ");
	free_bytes = STORE_RESERVE_BYTES;
	CHECK_INT(WRITE({ 'p', "c", "1", 0 }), 0);
	CHECK_STR(str_c(all()), "b=1 c=1 ");
	store_disk_free = real;
	tear_down();
}

static int move_row(struct txn *txn, void *arg)
{
	(void)arg;
	txn_use_reserve(txn);
	txn_delete(txn, STR("a"));
	txn_put(txn, STR("moved"), STR("1"));
	return 0;
}

static void test_reserve(void)
{
	int64_t (*real)(const char *) = store_disk_free;
	set_up();
	store_disk_free = fake_free;
	free_bytes = STORE_RESERVE_BYTES;
	CHECK_INT(WRITE({ 'p', "a", "1", 0 }), 0);
	free_bytes = STORE_RESERVE_BYTES - 1;
	CHECK_INT(store_write(store, move_row, NULL), 0);
	CHECK_STR(str_c(all()), "moved=1 ");
	CHECK_INT(WRITE({ 'p', "c", "1", 0 }), -ENOSPC);
	store_disk_free = real;
	tear_down();
}

enum { FIBERS = 64, ROUNDS = 30 };
static struct loop *loop;
static int running;

/* Adds one to a counter that all share; every third time it then fails. */
static int increment(struct txn *txn, void *arg)
{
	struct arena a = { 0 };
	struct str value = STR("0");
	int64_t n;
	txn_get(txn, STR("counter"), &a, &value);
	CHECK_INT(str_to_i64(value, &n), 0);
	txn_put(txn, STR("counter"), arena_printf(&a, "%lld", (long long)n + 1));
	txn_put(txn, arena_printf(&a, "row%lld", (long long)n), STR("x"));
	arena_fini(&a);
	return *(int *)arg % 3 == 2 ? -99 : 0;
}

static void increment_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++)
		CHECK_INT(store_write(store, increment, &i), i % 3 == 2 ? -99 : 0);
	if (--running == 0)
		loop_stop(loop);
}

static void test_fibers(void)
{
	set_up();
	CHECK_INT(loop_create(&loop), 0);
	running = FIBERS;
	for (int i = 0; i < FIBERS; i++)
		CHECK_INT(fiber_start(increment_often, NULL), 0);
	loop_run(loop);
	loop_destroy(loop);
	CHECK_INT(store_read(store, count, "row"), FIBERS * ROUNDS * 2 / 3);
	char expected[32];
	snprintf(expected, sizeof expected, "counter=%d ", FIBERS * ROUNDS * 2 / 3);
	CHECK_STR(str_c(keys_in("counter", "counter0", false)), expected);
	tear_down();
}

static int put_block(struct txn *txn, void *arg)
{
	struct arena a = { 0 };
	static char block[64 * 1024];
	txn_put(txn, arena_printf(&a, "block%d", *(int *)arg), (struct str){ block, sizeof block });
	arena_fini(&a);
	return 0;
}

/* 64 MiB through the log: it is emptied on the way, and the next opening has little to read. */
static void test_log_is_bounded(void)
{
	char log[112];
	struct stat st;
	set_up();
	snprintf(log, sizeof log, "%s-wal", path);
	for (int i = 0; i < 1024; i++)
		CHECK_INT(store_write(store, put_block, &i), 0);
	CHECK_INT(stat(log, &st), 0);
	CHECK(st.st_size < 24 << 20);
	reopen();
	CHECK_INT(stat(log, &st), 0);
	CHECK_INT(st.st_size, 0);
	CHECK_INT(store_read(store, count, "block"), 1024);
	tear_down();
}

static const struct test tests[] = {
	{ "store: put, get, delete, walk, open again", test_basics },
	{ "store: keys and values of any bytes", test_any_bytes },
	{ "store: a failed body leaves nothing", test_failures_roll_back },
	{ "store: walks survive writes", test_cursors_survive_writes },
	{ "store: a read sees one moment", test_snapshot },
	{ "store: generations tell of changes", test_generations },
	{ "store: one server at a time", test_one_server_only },
	{ "store: what is no store is refused", test_refusals },
	{ "store: two stores in one process", test_two_stores },
	{ "store: a full disk refuses puts, not deletes, and recovers", test_disk_full },
	{ "store: what only moves rows goes on with a full disk", test_reserve },
	{ "store: fibers commit in groups, failures among them", test_fibers },
	{ "store: the log stays short", test_log_is_bounded },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
