/*
 * Nothing acknowledged is lost: power cuts, failing disks and kill -9 under load.
 * SAMOVAR_POWER_CUTS, SAMOVAR_KILLS and SAMOVAR_SEED change how many and which.
 */
#include "store/fault.h"
#include "loop/loop.h"
#include "store/internal.h"
#include "store/limits.h"
#include "tests/check.h"
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, TXNS_MAX = 20000, POWER_CUT_TXNS = 60, ERROR_TXNS = 40 };

static char folder[64], path[96];

/* Each thread writes its own numbered transactions; what it was told of them stands here. */
struct writer {
	struct store *store;
	pthread_t thread;
	int id, txns;
	int tried;            /* the last one that was begun */
	int refused;          /* so many were */
	bool stops;           /* at the first refusal */
	int report;           /* a pipe, or -1 */
	unsigned char *acked; /* by number */
	size_t *moments;      /* fault_now() at the acknowledgement */
};

static long setting(const char *name, long otherwise)
{
	const char *text = getenv(name);
	return text && *text ? atol(text) : otherwise;
}

static int remove_entry(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(name);
}

static void make_folder(void)
{
	snprintf(folder, sizeof folder, "/tmp/samovar-fault-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/store.db", folder);
}

static void remove_folder(void)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* The size of a transaction's row: small, of a page, or of several. */
static size_t row_bytes(int id, int i)
{
	struct prng p = { (uint64_t)id << 32 | (uint64_t)(unsigned)i };
	uint64_t r = prng_next(&p);
	return r % 8 == 0 ? r / 8 % 20000 : r / 8 % 400;
}

static struct str row(struct arena *a, int id, int i)
{
	size_t n = row_bytes(id, i);
	char *p = arena_alloc(a, n + 1);
	struct prng random = { (uint64_t)id << 32 | (uint64_t)(unsigned)i };
	for (size_t k = 0; k < n; k++)
		p[k] = (char)prng_next(&random);
	return (struct str){ p, n };
}

/* Transaction i of a thread: its row, and its number in two places that must agree. */
static int put_txn(struct txn *txn, void *arg)
{
	struct writer *w = arg;
	struct arena a = { 0 };
	struct str number = arena_printf(&a, "%d", w->tried);
	txn_put(txn, arena_printf(&a, "a%d", w->id), number);
	txn_put(txn, arena_printf(&a, "row%d/%06d", w->id, w->tried), row(&a, w->id, w->tried));
	txn_put(txn, arena_printf(&a, "z%d", w->id), number);
	arena_fini(&a);
	return 0;
}

static void *writer_run(void *arg)
{
	struct writer *w = arg;
	for (w->tried = 0; w->tried < w->txns; w->tried++) {
		int r = store_write(w->store, put_txn, w);
		if (r == 0) {
			w->acked[w->tried] = 1;
			w->moments[w->tried] = fault_now();
			unsigned message[2] = { (unsigned)w->id, (unsigned)w->tried };
			if (w->report >= 0 && write(w->report, message, sizeof message) < 0)
				break;
		} else {
			CHECK(r == -EIO || r == -ENOSPC);
			w->refused++;
			if (w->stops)
				break;
		}
	}
	return NULL;
}

static void writers_run(struct writer *w, struct store *store, int txns, bool stops, int report)
{
	for (int i = 0; i < THREADS; i++) {
		w[i] = (struct writer){
			.store = store, .id = i, .txns = txns, .stops = stops, .report = report
		};
		w[i].acked = xcalloc((size_t)txns, 1);
		w[i].moments = xcalloc((size_t)txns, sizeof(size_t));
		CHECK_INT(pthread_create(&w[i].thread, NULL, writer_run, &w[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(w[i].thread, NULL);
}

static void writers_free(struct writer *w)
{
	for (int i = 0; i < THREADS; i++) {
		free(w[i].acked);
		free(w[i].moments);
	}
}

/* What a thread left behind, and whether it is whole. */
struct found {
	struct writer *writer;
	int last;          /* the number in both places, or -1 */
	bool whole;        /* every row has its bytes, none is beyond the number */
	bool gaps_allowed; /* refused ones left none */
};

static int64_t number_at(struct txn *txn, struct arena *a, char kind, int id)
{
	struct str value;
	int64_t n = -1;
	if (txn_get(txn, arena_printf(a, "%c%d", kind, id), a, &value) && str_to_i64(value, &n) < 0)
		return -2;
	return n;
}

static int look(struct txn *txn, void *arg)
{
	struct found *f = arg;
	struct arena a = { 0 };
	int id = f->writer->id;
	f->last = (int)number_at(txn, &a, 'a', id);
	f->whole = f->last == number_at(txn, &a, 'z', id);
	struct txn_cursor c;
	struct str prefix = arena_printf(&a, "row%d/", id);
	int expected = 0;
	txn_cursor_open(txn, prefix, arena_printf(&a, "row%d0", id), false, &c);
	while (txn_cursor_next(&c)) {
		int64_t i = -1;
		f->whole &= str_to_i64(str_from(c.key, prefix.n), &i) == 0 &&
			    str_eq(c.value, row(&a, id, (int)i));
		if (f->gaps_allowed)
			f->whole &= i >= 0 && i < f->writer->txns && f->writer->acked[i];
		else
			f->whole &= i == expected;
		expected++;
	}
	txn_cursor_close(&c);
	if (!f->gaps_allowed)
		f->whole &= expected == f->last + 1;
	arena_fini(&a);
	return 0;
}

/* ---- power cuts ---- */

/* The store after a cut: every acknowledged transaction of before, and no half of any other. */
static bool state_is_good(struct writer *writers, size_t moment, const char *copy)
{
	struct store *store;
	bool good = true;
	if (store_open(copy, STORE_MEMORY, &store) < 0)
		return false;
	for (int i = 0; i < THREADS && good; i++) {
		struct writer *w = &writers[i];
		struct found f = { .writer = w };
		int acked = -1;
		for (int k = 0; k < w->txns; k++)
			if (w->acked[k] && w->moments[k] <= moment)
				acked = k;
		int r = store_read(store, look, &f);
		good = r == 0 && f.whole && f.last >= acked;
		if (!good)
			printf("# thread %d: %d, last %d, acknowledged %d%s\n", i, r, f.last, acked,
				f.whole ? "" : ", not whole");
	}
	store_close(store);
	return good;
}

static void test_power_cuts(void)
{
	struct writer writers[THREADS];
	struct store *store;
	long cuts = setting("SAMOVAR_POWER_CUTS", 300);
	struct prng random = { (uint64_t)setting("SAMOVAR_SEED", 1) };
	make_folder();
	fault_install();
	fault_record();
	CHECK_INT(store_open_vfs(path, STORE_DURABLE, fault_vfs, &store), 0);
	size_t opened = fault_now();
	store->wal_pages_max = 50; /* so that there are many checkpoints */
	writers_run(writers, store, POWER_CUT_TXNS, true, -1);
	size_t end = fault_now();
	CHECK(end - opened > POWER_CUT_TXNS * 2);
	char copy[128], copy_folder[96];
	snprintf(copy_folder, sizeof copy_folder, "%s/copy", folder);
	snprintf(copy, sizeof copy, "%s/store.db", copy_folder);
	for (long i = 0; i < cuts && !check_failures; i++) {
		/* One in ten while the first opening makes the files. */
		size_t moment = i % 10 ? opened + prng_next(&random) % (end - opened + 1)
				       : prng_next(&random) % opened;
		uint64_t state = random.state;
		CHECK_INT(mkdir(copy_folder, 0700), 0);
		CHECK_INT(fault_replay(moment, &random, copy_folder), 0);
		bool good = state_is_good(writers, moment, copy);
		CHECK(good);
		if (!good)
			printf("# cut %ld at event %zu of %zu, random state %llu\n", i, moment, end,
				(unsigned long long)state);
		nftw(copy_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	}
	store_close(store);
	writers_free(writers);
	fault_install();
	remove_folder();
}

/* In the relaxed mode a power cut takes what is younger than the last sync, and that is soon old.
 */
static void test_relaxed(void)
{
	struct writer writers[THREADS];
	struct store *store;
	struct prng random = { 5 };
	char copy[128], copy_folder[96];
	make_folder();
	fault_install();
	fault_record();
	CHECK_INT(store_open_vfs(path, STORE_RELAXED, fault_vfs, &store), 0);
	writers_run(writers, store, 5, true, -1);
	usleep(20 * STORE_SYNC_INTERVAL_MS * 1000);
	size_t end = fault_now();
	snprintf(copy_folder, sizeof copy_folder, "%s/copy", folder);
	snprintf(copy, sizeof copy, "%s/store.db", copy_folder);
	for (int i = 0; i < 20; i++) {
		CHECK_INT(mkdir(copy_folder, 0700), 0);
		CHECK_INT(fault_replay(end, &random, copy_folder), 0);
		CHECK(state_is_good(writers, end, copy));
		nftw(copy_folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	}
	store_close(store);
	writers_free(writers);
	fault_install();
	remove_folder();
}

/* ---- failing disks ---- */

/* Opens the real file again and compares it with what the writers were told. */
static void check_reopened(struct writer *writers, bool gaps_allowed)
{
	struct store *store;
	CHECK_INT(store_open(path, STORE_MEMORY, &store), 0);
	for (int i = 0; i < THREADS; i++) {
		struct writer *w = &writers[i];
		struct found f = { .writer = w, .gaps_allowed = gaps_allowed };
		int acked = -1;
		for (int k = 0; k < w->txns; k++)
			if (w->acked[k])
				acked = k;
		CHECK_INT(store_read(store, look, &f), 0);
		CHECK(f.whole);
		CHECK(f.last >= acked);
		if (gaps_allowed)
			CHECK_INT(f.last, acked);
	}
	store_close(store);
}

static void run_with_errors(unsigned kinds, int code, double probability, uint64_t seed)
{
	struct writer writers[THREADS];
	struct store *store;
	bool fatal = code != SQLITE_FULL;
	make_folder();
	fault_install();
	CHECK_INT(store_open_vfs(path, STORE_DURABLE, fault_vfs, &store), 0);
	store->wal_pages_max = 50;
	fault_fail(kinds, code, probability, seed);
	writers_run(writers, store, ERROR_TXNS, false, -1);
	bool failed = fault_failures() > 0;
	fault_fail_never();
	if (fatal)
		CHECK_INT(store_failure(store) != NULL, failed);
	else
		CHECK(store_failure(store) == NULL);
	/* Afterwards: a failed disk stays failed, a full one recovers. */
	struct writer more = { .store = store, .id = 9, .tried = 0 };
	CHECK_INT(store_write(store, put_txn, &more), fatal && failed ? -EIO : 0);
	struct found f = { .writer = &writers[0], .gaps_allowed = !fatal };
	CHECK_INT(store_read(store, look, &f), 0);
	store_close(store);
	check_reopened(writers, !fatal);
	writers_free(writers);
	remove_folder();
}

static const double probabilities[] = { 0.003, 0.01, 0.03, 0.1, 1 };

static void test_sync_errors(void)
{
	for (size_t i = 0; i < COUNT_OF(probabilities); i++)
		run_with_errors(FAULT_SYNC, SQLITE_IOERR_FSYNC, probabilities[i], 100 + i);
}

static void test_write_errors(void)
{
	for (size_t i = 0; i < COUNT_OF(probabilities); i++) {
		run_with_errors(FAULT_WRITE, SQLITE_IOERR_WRITE, probabilities[i], 200 + i);
		run_with_errors(FAULT_SHORT_WRITE, SQLITE_IOERR_WRITE, probabilities[i], 300 + i);
	}
}

static void test_disk_full(void)
{
	for (size_t i = 0; i < COUNT_OF(probabilities); i++) {
		run_with_errors(FAULT_WRITE, SQLITE_FULL, probabilities[i], 400 + i);
		run_with_errors(FAULT_SHORT_WRITE, SQLITE_FULL, probabilities[i], 500 + i);
	}
}

/* ---- kill -9 ---- */

static NORETURN void child_main(enum store_durability durability, int report)
{
	struct writer writers[THREADS];
	struct store *store;
	if (store_open(path, durability, &store) < 0)
		_exit(1);
	store->wal_pages_max = 100;
	writers_run(writers, store, TXNS_MAX, true, report);
	_exit(2);
}

static void kill_once(enum store_durability durability, struct prng *random)
{
	int ends[2];
	struct writer writers[THREADS] = { 0 };
	unsigned message[2];
	make_folder();
	CHECK_INT(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		child_main(durability, ends[1]);
	}
	close(ends[1]);
	for (int i = 0; i < THREADS; i++)
		writers[i] =
			(struct writer){ .id = i, .txns = TXNS_MAX, .acked = xcalloc(TXNS_MAX, 1) };
	/* The first word says that it is under way. */
	ssize_t n = read(ends[0], message, sizeof message);
	usleep((useconds_t)(prng_next(random) % 60000));
	kill(child, SIGKILL);
	for (; n == sizeof message; n = read(ends[0], message, sizeof message))
		writers[message[0]].acked[message[1]] = 1;
	int status = 0;
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status));
	close(ends[0]);
	check_reopened(writers, false);
	writers_free(writers);
	remove_folder();
}

static void test_kill(void)
{
	long seed = setting("SAMOVAR_SEED", (long)random_below(1000000)),
	     kills = setting("SAMOVAR_KILLS", 12);
	struct prng random = { (uint64_t)seed };
	for (long i = 0; i < kills && !check_failures; i++)
		kill_once((enum store_durability)(i % 3), &random);
	if (check_failures)
		printf("# SAMOVAR_SEED=%ld\n", seed);
}

static const struct test tests[] = {
	{ "store: power cuts lose nothing acknowledged", test_power_cuts },
	{ "store: relaxed, all is on disk a moment later", test_relaxed },
	{ "store: the first failed sync ends all acknowledgements", test_sync_errors },
	{ "store: the first failed write does too", test_write_errors },
	{ "store: a full disk rolls back and recovers", test_disk_full },
	{ "store: kill -9 loses nothing acknowledged", test_kill },
};

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
