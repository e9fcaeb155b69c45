/* A store's opening and closing, its snapshots and generations. */
#include "store/store.h"
#include "base/log.h"
#include "store/internal.h"
#include "store/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

/*
 * SQLite's VFS for one process alone: the log's index is in the process's memory and its locks cost
 * no system call. (sqlite.org/vfs.html, "unix-excl")
 */
static const char vfs_default[] = "unix-excl";

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int set_up_result;

static void set_up_sqlite(void)
{
	/* Each connection stays with one thread at a time, and nobody asks for the statistics. */
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	set_up_result = sqlite3_initialize();
}

/* The folder of the path, on the heap. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return xstrdup(".");
	return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* Only one store in the world has the file open: the lock dies with its process. */
static int take_lock(struct store *store, struct buf *why)
{
	char *name = xasprintf("%s.lock", store->path);
	int r = 0;
	store->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (store->lock_fd < 0) {
		r = -errno;
		buf_printf(why, "%s: %s", name, strerror(-r));
	} else if (flock(store->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		r = errno == EWOULDBLOCK ? -EBUSY : -errno;
		buf_cat(why, r == -EBUSY ? "another server is using it" : strerror(-r));
	}
	free(name);
	return r;
}

static struct store *store_new(const char *path, enum store_durability durability)
{
	pthread_mutexattr_t recursive;
	pthread_condattr_t monotonic;
	struct store *store = xcalloc(1, sizeof *store);
	store->path = xstrdup(path);
	store->folder = folder_of(path);
	store->durability = durability;
	store->wal_pages_max = STORE_WAL_PAGES_MAX;
	store->lock_fd = -1;
	store->last = &store->first;
	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&store->read_mutex, &recursive);
	pthread_mutexattr_destroy(&recursive);
	pthread_mutex_init(&store->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&store->wake_writer, &monotonic);
	pthread_cond_init(&store->wake_keeper, &monotonic);
	pthread_cond_init(&store->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	for (size_t i = 0; i < GENERATION_SLOTS; i++)
		store->generations[i] = 1;
	return store;
}

static void store_free(struct store *store)
{
	connection_close(&store->keeper);
	connection_close(&store->reader);
	connection_close(&store->writer);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	pthread_mutex_destroy(&store->read_mutex);
	pthread_mutex_destroy(&store->mutex);
	pthread_cond_destroy(&store->wake_writer);
	pthread_cond_destroy(&store->wake_keeper);
	pthread_cond_destroy(&store->done);
	free((char *)store->failure);
	free(store->folder);
	free(store->path);
	free(store);
}

/* What is stored is nobody else's to read; SQLite's other files take the mode of this one. */
static int make_file(struct store *store, struct buf *why)
{
	int fd = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		int r = -errno;
		buf_cat(why, strerror(-r));
		return r;
	}
	close(fd);
	return 0;
}

static int open_connections(struct store *store, const char *vfs, struct buf *why)
{
	struct connection *const connections[] = { &store->writer, &store->reader, &store->keeper };
	int r = 0;
	for (size_t i = 0; i < COUNT_OF(connections) && r == 0; i++)
		r = connection_open(connections[i], store->path, vfs, store->durability, why);
	/* The names of the files, and that the journal of their making is gone: before anything is
	 * acknowledged. */
	if (r == 0 && store->durability != STORE_MEMORY)
		r = sync_folder(store->folder);
	return r;
}

int store_open_vfs(
	const char *path, enum store_durability durability, const char *vfs, struct store **out)
{
	struct buf why = { 0 };
	pthread_once(&once, set_up_sqlite);
	if (set_up_result != SQLITE_OK)
		return errno_of_sqlite(set_up_result);
	struct store *store = store_new(path, durability);
	int r = take_lock(store, &why);
	if (r == 0)
		r = make_file(store, &why);
	if (r == 0)
		r = open_connections(store, vfs, &why);
	if (r == 0)
		r = writer_start(store);
	if (r < 0) {
		/* The number alone can't tell which file and what is wrong with it: said here,
		 * once. */
		log_error(
			"can't open the store %s: %s", path, why.n ? buf_cstr(&why) : strerror(-r));
		store_free(store);
	} else {
		*out = store;
	}
	buf_fini(&why);
	return r;
}

int store_open(const char *path, enum store_durability durability, struct store **out)
{
	return store_open_vfs(path, durability, vfs_default, out);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	writer_stop(store);
	assert(store->read_depth == 0 && "a read is still running");
	if (!store_failure(store)) {
		/* Nobody reads, so this empties the log; if it can't, the next opening reads it. */
		int code = sqlite3_wal_checkpoint_v2(
			store->writer.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
		if (code != SQLITE_OK)
			log_debug("%s: no checkpoint at the end: %s", store->path,
				sqlite3_errstr(code));
	}
	store_free(store);
}

void store_fail(struct store *store, const char *doing, int sqlite_error)
{
	char *text = xasprintf("%s failed (%s): nothing more is written until a restart", doing,
		sqlite3_errstr(sqlite_error));
	const char *none = NULL;
	if (atomic_compare_exchange_strong(&store->failure, &none, text))
		log_error("%s: %s", store->path, text);
	else
		free(text);
}

const char *store_failure(struct store *store)
{
	return atomic_load(&store->failure);
}

uint64_t store_generation(struct store *store, struct str service)
{
	return atomic_load_explicit(
		&store->generations[generation_slot(service)], memory_order_acquire);
}

int store_read(struct store *store, store_fn *fn, void *arg)
{
	struct txn txn = { .conn = &store->reader };
	int code = SQLITE_OK, r;
	pthread_mutex_lock(&store->read_mutex);
	/* A read inside a read sees the same snapshot. */
	if (store->read_depth++ == 0)
		code = connection_run(&store->reader, ST_BEGIN);
	if (code == SQLITE_OK) {
		r = fn(&txn, arg);
		txn_close_cursors(&txn);
		if (txn.error)
			r = txn.error;
	} else {
		r = errno_of_sqlite(code);
	}
	if (--store->read_depth == 0 && !sqlite3_get_autocommit(store->reader.db)) {
		code = connection_run(&store->reader, ST_COMMIT);
		assert(code == SQLITE_OK || r < 0);
	}
	pthread_mutex_unlock(&store->read_mutex);
	if (txn.sqlite_error)
		log_error("%s: a read failed: %s", store->path, sqlite3_errstr(txn.sqlite_error));
	return r;
}
