/* What store.c and writer.c share: a store's connections, threads and state. */
#ifndef SAMOVAR_STORE_INTERNAL_H
#define SAMOVAR_STORE_INTERNAL_H

#include "loop/loop.h"
#include "store/sqlite.h"
#include <pthread.h>
#include <stdatomic.h>

/* One store_write; on its caller's stack until it is done. */
struct request {
	struct request *next;
	store_fn *fn;
	void *arg;
	int result;
	struct loop *loop; /* of the fiber that waits, or NULL: a thread does, for done under the
			      mutex */
	struct waitq waiters;
	bool done;
};

struct store {
	char *path, *folder;
	enum store_durability durability;
	int wal_pages_max; /* STORE_WAL_PAGES_MAX; less in tests, before the first write */
	int lock_fd;
	_Atomic(const char *) failure; /* set once; the text is the store's */
	_Atomic uint64_t generations[GENERATION_SLOTS];

	/* Readers: the loop's thread, one at a time. */
	struct connection reader;
	pthread_mutex_t read_mutex; /* recursive */
	unsigned read_depth;

	/* The writer's thread: takes what waits in the queue, commits it at once. */
	struct connection writer;
	pthread_t writer_thread;
	pthread_mutex_t mutex; /* guards all below */
	pthread_cond_t wake_writer, wake_keeper, done;
	struct request *first, **last;
	bool stopping;

	/* The keeper's thread: checkpoints beside the writer, and syncs for STORE_RELAXED. */
	struct connection keeper;
	pthread_t keeper_thread;
	bool checkpoint_due; /* for the keeper: the log is long */
	bool restart_due; /* for the writer: little is left, it can finish and start the log anew */
	bool sync_due;    /* for the keeper: there are commits that no sync followed */
};

/* store_open over the SQLite VFS of that name. */
int store_open_vfs(const char *path, enum store_durability durability, const char *vfs,
	struct store **out) MUSTCHECK;
/* Writes no more: says why, once. */
void store_fail(struct store *store, const char *doing, int sqlite_error);
/* Starts and ends both threads. */
int writer_start(struct store *store) MUSTCHECK;
void writer_stop(struct store *store);
/* Free bytes of the folder's file system, or negative; tests put their own disk here. */
extern int64_t (*store_disk_free)(const char *folder);

#endif
