/*
 * The durable ordered key space: byte keys and values, in transactions that are closures.
 * The idea is FoundationDB's; the engine is SQLite in WAL mode (sqlite.c), one table (key, value).
 */
#ifndef SAMOVAR_STORE_STORE_H
#define SAMOVAR_STORE_STORE_H

#include "base/mem.h"
#include "base/str.h"

struct store;
struct txn;

enum store_durability {
	STORE_DURABLE, /* store_write returns after the commit is synced to disk */
	STORE_RELAXED, /* a sync every 50 ms: a power cut may lose that much, kill -9 of the server
			  nothing */
	STORE_MEMORY,  /* no sync at all, for CI */
};

/* Opens or makes the store in the file path; its folder exists. Starts the writer's thread. */
int store_open(const char *path, enum store_durability durability, struct store **out) MUSTCHECK;
/* Waits for what was begun, checkpoints, closes. NULL is allowed. */
void store_close(struct store *store);

/*
 * A transaction's body: 0 commits, anything negative rolls back and is returned to the caller.
 * The store may run it again from the start, so it changes nothing but the transaction and its own
 * results.
 */
typedef int store_fn(struct txn *txn, void *arg);

/*
 * Runs fn on the writer's thread, among others in one commit; the calling fiber waits until the
 * commit is on disk (see durability). Without a fiber it blocks the thread. Answers what fn
 * answered, or -ENOSPC (no room; later calls may succeed), or -EIO (the store has failed and takes
 * no more writes).
 */
int store_write(struct store *store, store_fn *fn, void *arg) MUSTCHECK;
/* Runs fn at once, on this thread (the loop's), over a snapshot. fn must not wait and can't write.
 */
int store_read(struct store *store, store_fn *fn, void *arg) MUSTCHECK;

/*
 * A number that changes whenever a committed transaction wrote a key whose first tuple part is this
 * service (see key.h). Cheap: for caches of what was read from the store. Thread-safe.
 */
uint64_t store_generation(struct store *store, struct str service);

/* Why the store takes no writes, or NULL when it does. */
const char *store_failure(struct store *store);

/*
 * Errors of the four below stick to the transaction: it will not commit, and store_write or
 * store_read answers the error; so a body need not check each call.
 */
/* Whether the key exists; *value is a copy in the arena. */
bool txn_get(struct txn *txn, struct str key, struct arena *arena, struct str *value);
bool txn_exists(struct txn *txn, struct str key);
void txn_put(struct txn *txn, struct str key, struct str value);
void txn_delete(struct txn *txn, struct str key);
/* All keys in [begin, end). */
void txn_delete_range(struct txn *txn, struct str begin, struct str end);

/*
 * Before its puts: this transaction only rewrites or moves what is there (marks a message received,
 * say), so it goes on while a full disk has nothing but the room that is kept for deleting.
 */
void txn_use_reserve(struct txn *txn);

/* A walk over [begin, end) in order, or against it. Writes made during the walk may or may not be
 * seen. */
struct txn_cursor {
	struct str key, value; /* of the current entry, until the next step */
	void *impl;
};
void txn_cursor_open(
	struct txn *txn, struct str begin, struct str end, bool reverse, struct txn_cursor *c);
/* To the first or next entry; false at the end or on an error (which sticks to the transaction). */
bool txn_cursor_next(struct txn_cursor *c);
/* Always close it, also after the end. */
void txn_cursor_close(struct txn_cursor *c);

#endif
