/*
 * The writer: a thread that takes all the transactions that wait, runs them one after another,
 * commits once, and then wakes their fibers. And the keeper, a second thread that copies the log
 * back into the file beside it.
 */
#include "base/log.h"
#include "store/internal.h"
#include "store/limits.h"
#include <errno.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <time.h>

enum { LOOPS_MAX = 8 };

static _Thread_local const struct store
	*writing; /* the store whose transactions this thread runs */

static int64_t statvfs_free(const char *folder)
{
	struct statvfs s;
	if (statvfs(folder, &s) < 0)
		return -1;
	return (int64_t)s.f_bavail * (int64_t)s.f_frsize;
}

int64_t (*store_disk_free)(const char *folder) = statvfs_free;

/* ---- a group of transactions in one commit ---- */

struct group {
	struct store *store;
	struct request *first;
	size_t n;
	bool wrote, full;
	uint64_t touched;
};

/* Rows that were deleted leave room in the file, which the next ones take. */
static bool disk_is_full(struct store *store)
{
	int64_t free_bytes = store_disk_free(store->folder);
	return free_bytes >= 0 && free_bytes < STORE_RESERVE_BYTES &&
	       free_bytes + connection_free_bytes(&store->writer) < STORE_RESERVE_BYTES;
}

/* One body: its result goes to the request; what is returned is SQLite's, of what concerns the
 * whole group. */
static int run_body(struct group *group, struct request *request)
{
	struct connection *conn = &group->store->writer;
	struct txn txn = {
		.conn = conn, .writable = true, .full = group->full, .wants_savepoint = group->n > 1
	};
	int r = request->fn(&txn, request->arg), code = SQLITE_OK;
	txn_close_cursors(&txn);
	if (txn.error)
		r = txn.error;
	request->result = r;
	if (txn.sqlite_error)
		return txn.sqlite_error;
	if (sqlite3_get_autocommit(conn->db)) /* SQLite rolled everything back
						 (sqlite.org/lang_transaction.html) */
		return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_FULL;
	if (r < 0 && txn.wrote && !txn.has_savepoint)
		return connection_run(conn, ST_ROLLBACK);
	if (r < 0 && txn.has_savepoint)
		code = connection_run(conn, ST_ROLLBACK_TO);
	if (code == SQLITE_OK && txn.has_savepoint)
		code = connection_run(conn, ST_RELEASE);
	if (r >= 0 && txn.wrote) {
		group->wrote = true;
		group->touched |= txn.touched;
	}
	return code;
}

/* Runs and commits the group: SQLITE_OK, or why none of it is committed. */
static int group_try(struct group *group)
{
	struct connection *conn = &group->store->writer;
	group->wrote = false;
	group->touched = 0;
	int code = connection_run(conn, ST_BEGIN_WRITE);
	size_t i = 0;
	for (struct request *r = group->first; i < group->n && code == SQLITE_OK; r = r->next, i++)
		code = run_body(group, r);
	if (code == SQLITE_OK && group->wrote)
		code = connection_run(conn, ST_COMMIT);
	if (!sqlite3_get_autocommit(conn->db)) {
		int undone = connection_run(conn, ST_ROLLBACK);
		if (code == SQLITE_OK)
			code = undone;
	}
	return code;
}

static void group_fail(struct group *group, int result)
{
	size_t i = 0;
	for (struct request *r = group->first; i < group->n; r = r->next, i++)
		r->result = result;
}

static void group_run(struct group *group)
{
	struct store *store = group->store;
	if (store_failure(store)) {
		group_fail(group, -EIO);
		return;
	}
	group->full = disk_is_full(store);
	int code = group_try(group);
	if (code == SQLITE_OK) {
		for (unsigned i = 0; i < GENERATION_SLOTS; i++)
			if (group->touched >> i & 1)
				atomic_fetch_add_explicit(
					&store->generations[i], 1, memory_order_release);
		return;
	}
	int r = errno_of_sqlite(code);
	if (r == -EIO) {
		store_fail(store, "writing", code);
		group_fail(group, r);
	} else if (group->n == 1) {
		group->first->result = r;
	} else {
		/* One of them was too large: each alone, so that the others do not suffer. */
		struct request *request = group->first;
		for (size_t i = 0; i < group->n; i++, request = request->next)
			group_run(&(struct group){ .store = store, .first = request, .n = 1 });
	}
}

/* ---- handing the results over ---- */

static void on_done(void *arg)
{
	struct request *r = arg;
	while (r) {
		struct request *next = r->next;
		r->done = true;
		waitq_wake_all(&r->waiters);
		r = next;
	}
}

/* One message for each loop, not one for each fiber. */
static void wake_loops(struct request *first)
{
	struct {
		struct loop *loop;
		struct request *first, **last;
	} lists[LOOPS_MAX];
	size_t n = 0;
	for (struct request *r = first, *next; r; r = next) {
		size_t i = 0;
		next = r->next;
		while (i < n && lists[i].loop != r->loop)
			i++;
		if (i == LOOPS_MAX) {
			r->next = NULL;
			loop_post(r->loop, on_done, r);
			continue;
		}
		if (i == n) {
			lists[n].loop = r->loop;
			lists[n++].last = &lists[i].first;
		}
		*lists[i].last = r;
		lists[i].last = &r->next;
	}
	for (size_t i = 0; i < n; i++) {
		*lists[i].last = NULL;
		loop_post(lists[i].loop, on_done, lists[i].first);
	}
}

static void group_finish(struct group *group)
{
	struct store *store = group->store;
	struct request *fibers = NULL, **last = &fibers, *r = group->first, *next;
	bool any_thread = false;
	pthread_mutex_lock(&store->mutex);
	for (size_t i = 0; i < group->n; i++, r = next) {
		next = r->next;
		if (r->loop) {
			*last = r;
			last = &r->next;
		} else {
			r->done = any_thread =
				true; /* and its memory may be gone once the mutex is */
		}
	}
	*last = NULL;
	if (any_thread)
		pthread_cond_broadcast(&store->done);
	pthread_mutex_unlock(&store->mutex);
	wake_loops(fibers);
}

/* ---- the threads ---- */

/* Takes up to STORE_GROUP_MAX requests off the queue, which is not empty. Under the mutex. */
static struct group group_take(struct store *store)
{
	struct group group = { .store = store, .first = store->first };
	struct request *r = store->first;
	for (; r && group.n < STORE_GROUP_MAX; r = r->next)
		group.n++;
	store->first = r;
	if (!r)
		store->last = &store->first;
	return group;
}

/* A checkpoint's result: only an error of the disk or of the data matters, the rest is tried again.
 */
static void checkpoint(struct store *store, struct connection *conn)
{
	if (store_failure(store))
		return;
	int code = sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
		return;
	if (errno_of_sqlite(code) == -EIO)
		store_fail(store, "a checkpoint", code);
	else
		log_debug("%s: checkpoint: %s", store->path, sqlite3_errstr(code));
}

/* After each commit, on the writer's thread. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int wal_pages)
{
	struct store *store = arg;
	(void)db;
	(void)name;
	bool relaxed = store->durability == STORE_RELAXED;
	if (!relaxed && wal_pages < store->wal_pages_max)
		return SQLITE_OK;
	pthread_mutex_lock(&store->mutex);
	bool wake = false;
	if (wal_pages >= store->wal_pages_max && !store->restart_due && !store->checkpoint_due)
		wake = store->checkpoint_due = true;
	if (relaxed && !store->sync_due)
		wake = store->sync_due = true;
	if (wake)
		pthread_cond_signal(&store->wake_keeper);
	pthread_mutex_unlock(&store->mutex);
	return SQLITE_OK;
}

static void *writer_main(void *arg)
{
	struct store *store = arg;
	writing = store;
	pthread_mutex_lock(&store->mutex);
	for (;;) {
		while (!store->first && !store->stopping && !store->restart_due)
			pthread_cond_wait(&store->wake_writer, &store->mutex);
		if (store->restart_due) {
			/*
			 * The keeper has copied nearly all of the log; what came since is little.
			 * With all of it copied the next commit starts the log anew, if no reader
			 * is in it at that moment.
			 */
			store->restart_due = false;
			pthread_mutex_unlock(&store->mutex);
			checkpoint(store, &store->writer);
			pthread_mutex_lock(&store->mutex);
			continue;
		}
		if (!store->first)
			break;
		struct group group = group_take(store);
		pthread_mutex_unlock(&store->mutex);
		group_run(&group);
		group_finish(&group);
		pthread_mutex_lock(&store->mutex);
	}
	pthread_mutex_unlock(&store->mutex);
	return NULL;
}

/* Syncs the log through the keeper's own descriptor of it. */
static void sync_log(struct store *store)
{
	sqlite3_file *log = NULL;
	int code =
		sqlite3_file_control(store->keeper.db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (code == SQLITE_OK && log && log->pMethods)
		code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
	if (code != SQLITE_OK)
		store_fail(store, "a sync", code);
}

static void wait_interval(struct store *store)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += STORE_SYNC_INTERVAL_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!store->stopping && !store->checkpoint_due &&
		pthread_cond_timedwait(&store->wake_keeper, &store->mutex, &until) != ETIMEDOUT)
		;
}

static void *keeper_main(void *arg)
{
	struct store *store = arg;
	pthread_mutex_lock(&store->mutex);
	for (;;) {
		while (!store->checkpoint_due && !store->sync_due && !store->stopping)
			pthread_cond_wait(&store->wake_keeper, &store->mutex);
		if (store->sync_due)
			wait_interval(store);
		if (store->sync_due && !store_failure(store)) {
			store->sync_due =
				false; /* before the sync: a commit during it asks for the next */
			pthread_mutex_unlock(&store->mutex);
			sync_log(store);
			pthread_mutex_lock(&store->mutex);
		}
		if (store->stopping)
			break;
		if (store->checkpoint_due) {
			pthread_mutex_unlock(&store->mutex);
			checkpoint(store, &store->keeper);
			pthread_mutex_lock(&store->mutex);
			store->checkpoint_due = false;
			store->restart_due = true;
			pthread_cond_signal(&store->wake_writer);
		}
	}
	pthread_mutex_unlock(&store->mutex);
	return NULL;
}

int writer_start(struct store *store)
{
	sigset_t all, before;
	/* The log's file must be open in the keeper's connection before its first sync. */
	int r = errno_of_sqlite(SQLITE_NOMEM);
	if (connection_run(&store->keeper, ST_BEGIN) != SQLITE_OK)
		return r;
	if (sqlite3_exec(store->keeper.db, "SELECT 1 FROM kv LIMIT 1; COMMIT", NULL, NULL, NULL) !=
		SQLITE_OK)
		return r;
	sqlite3_wal_hook(store->writer.db, on_commit, store);
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&store->writer_thread, NULL, writer_main, store);
	if (r == 0) {
		r = -pthread_create(&store->keeper_thread, NULL, keeper_main, store);
		if (r < 0) {
			pthread_mutex_lock(&store->mutex);
			store->stopping = true;
			pthread_cond_signal(&store->wake_writer);
			pthread_mutex_unlock(&store->mutex);
			pthread_join(store->writer_thread, NULL);
		}
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

void writer_stop(struct store *store)
{
	pthread_mutex_lock(&store->mutex);
	store->stopping = true;
	pthread_cond_signal(&store->wake_writer);
	pthread_mutex_unlock(&store->mutex);
	pthread_join(store->writer_thread, NULL);
	pthread_mutex_lock(&store->mutex);
	pthread_cond_signal(&store->wake_keeper);
	pthread_mutex_unlock(&store->mutex);
	pthread_join(store->keeper_thread, NULL);
}

int store_write(struct store *store, store_fn *fn, void *arg)
{
	struct request request = { .fn = fn, .arg = arg };
	assert(writing != store && "store_write inside a transaction of the same store");
	if (store_failure(store))
		return -EIO;
	if (fiber_self())
		request.loop = loop_self();
	waitq_init(&request.waiters);
	pthread_mutex_lock(&store->mutex);
	assert(!store->stopping);
	bool was_empty = !store->first;
	*store->last = &request;
	store->last = &request.next;
	if (was_empty)
		pthread_cond_signal(&store->wake_writer);
	while (!request.loop && !request.done)
		pthread_cond_wait(&store->done, &store->mutex);
	pthread_mutex_unlock(&store->mutex);
	while (request.loop && !request.done)
		waitq_wait(&request.waiters, -1);
	return request.result;
}
