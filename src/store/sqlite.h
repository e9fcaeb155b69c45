/* One connection to the table (key, value) in SQLite: what a transaction does, in prepared
 * statements. */
#ifndef SAMOVAR_STORE_SQLITE_H
#define SAMOVAR_STORE_SQLITE_H

#include "base/buf.h"
#include "store/store.h"
#include <sqlite3.h>

enum statement {
	ST_BEGIN,
	ST_BEGIN_WRITE,
	ST_COMMIT,
	ST_ROLLBACK,
	ST_SAVEPOINT,
	ST_RELEASE,
	ST_ROLLBACK_TO,
	ST_GET,
	ST_PUT,
	ST_DELETE,
	ST_DELETE_RANGE,
	ST_WALK,
	ST_WALK_BACK,
	STATEMENT_COUNT,
};

struct cursor;

/* Belongs to one thread at a time. Its statements are prepared when first used. */
struct connection {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	struct cursor *idle_cursors[2]; /* by direction */
};

/* A transaction; it lives on the stack of who runs it. */
struct txn {
	struct connection *conn;
	int error;        /* sticks */
	int sqlite_error; /* what SQLite said, when it was an error of the disk or of the data */
	bool writable;
	bool full;            /* the disk is: puts are refused */
	bool wants_savepoint; /* others share the commit: the first write is preceded by one */
	bool has_savepoint, wrote;
	uint64_t touched;       /* bits: generation_slot() of the keys written */
	struct cursor *cursors; /* open ones */
	unsigned cursor_count;
};

/*
 * Opens the file with SQLite's VFS of that name (NULL: the default one), and makes the table when
 * it is new. What failed is written to why.
 */
int connection_open(struct connection *c, const char *path, const char *vfs,
	enum store_durability durability, struct buf *why) MUSTCHECK;
/* Leaves the log as it is: whoever closes the store checkpoints it first. */
void connection_close(struct connection *c);
/* One statement without parameters or rows: SQLite's result code, SQLITE_OK when done. */
int connection_run(struct connection *c, enum statement st) MUSTCHECK;
/* -ENOSPC, -ENOMEM, -EFBIG or -EIO. */
int errno_of_sqlite(int code);
/* Bytes of pages in the file that hold nothing. */
int64_t connection_free_bytes(struct connection *c);

/* Ends the walks that are still open. */
void txn_close_cursors(struct txn *txn);

/* The slot of the key's service among GENERATION_SLOTS. */
enum { GENERATION_SLOTS = 64 };
unsigned generation_slot(struct str service);

#endif
