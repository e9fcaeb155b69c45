/* One connection to the table (key, value) in SQLite: what a transaction does, in prepared
 * statements. */
#include "store/sqlite.h"
#include "store/limits.h"
#include <errno.h>
#include <stdlib.h>

/*
 * A table with rowids and an index of the keys: a row of a WITHOUT ROWID table stands in the inner
 * pages too, and was measured to make both gets and puts half as fast again with 400-byte values.
 */
static const char schema[] =
	"CREATE TABLE IF NOT EXISTS kv (key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL)";

enum { APPLICATION_ID = 0x53616d6f, /* "Samo" */ FORMAT_VERSION = 1 };

static const char *const texts[STATEMENT_COUNT] = {
	[ST_BEGIN] = "BEGIN",
	[ST_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[ST_COMMIT] = "COMMIT",
	[ST_ROLLBACK] = "ROLLBACK",
	[ST_SAVEPOINT] = "SAVEPOINT body",
	[ST_RELEASE] = "RELEASE body",
	[ST_ROLLBACK_TO] = "ROLLBACK TO body",
	[ST_GET] = "SELECT value FROM kv WHERE key = ?1",
	[ST_PUT] =
		"INSERT INTO kv VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
	[ST_DELETE] = "DELETE FROM kv WHERE key = ?1",
	[ST_DELETE_RANGE] = "DELETE FROM kv WHERE key >= ?1 AND key < ?2",
	[ST_WALK] = "SELECT key, value FROM kv WHERE key >= ?1 AND key < ?2 ORDER BY key",
	[ST_WALK_BACK] = "SELECT key, value FROM kv WHERE key >= ?1 AND key < ?2 ORDER BY key DESC",
};

struct cursor {
	struct cursor *next;
	sqlite3_stmt *stmt;
	struct txn *txn;
	struct str begin, end; /* copies: the statement reads them while it steps */
	struct buf bounds;
	bool reverse, ended;
};

int errno_of_sqlite(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_TOOBIG:
		return -EFBIG;
	case SQLITE_IOERR:
		return code == SQLITE_IOERR_NOMEM ? -ENOMEM : -EIO;
	default:
		return -EIO;
	}
}

static void txn_fail(struct txn *txn, int code)
{
	int r = errno_of_sqlite(code);
	if (r == -EIO && !txn->sqlite_error)
		txn->sqlite_error = code;
	if (!txn->error || r == -EIO)
		txn->error = r;
}

static int prepare(struct connection *c, enum statement st, sqlite3_stmt **out)
{
	return sqlite3_prepare_v3(c->db, texts[st], -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
}

/* The prepared statement; NULL (and the code) when it can't be had. */
static sqlite3_stmt *statement(struct connection *c, enum statement st, int *code)
{
	if (!c->statements[st])
		*code = prepare(c, st, &c->statements[st]);
	return c->statements[st];
}

int connection_run(struct connection *c, enum statement st)
{
	int code = SQLITE_OK;
	sqlite3_stmt *s = statement(c, st, &code);
	if (!s)
		return code;
	code = sqlite3_step(s);
	sqlite3_reset(s);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int exec(struct connection *c, const char *sql)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL);
}

/* The one number that the query answers. */
static int query_number(struct connection *c, const char *sql, int64_t *out)
{
	sqlite3_stmt *s;
	int code = sqlite3_prepare_v2(c->db, sql, -1, &s, NULL);
	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(s);
	if (code == SQLITE_ROW) {
		*out = sqlite3_column_int64(s, 0);
		code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return code;
}

int64_t connection_free_bytes(struct connection *c)
{
	int64_t pages = 0;
	return query_number(c, "PRAGMA freelist_count", &pages) == SQLITE_OK
		       ? pages * STORE_PAGE_BYTES
		       : 0;
}

/* Whether the file is a store of ours, or empty and becomes one: 0 or a code, and the words. */
static int check_format(struct connection *c, struct buf *why)
{
	int64_t id = 0, version = 0, objects = 0;
	int code = query_number(c, "PRAGMA application_id", &id);
	if (code == SQLITE_OK)
		code = query_number(c, "PRAGMA user_version", &version);
	if (code == SQLITE_OK)
		code = query_number(c, "SELECT count(*) FROM sqlite_schema", &objects);
	if (code != SQLITE_OK)
		return code;
	if (objects && id != APPLICATION_ID) {
		buf_cat(why, "it is another program's database");
		return SQLITE_NOTADB;
	}
	if (version > FORMAT_VERSION) {
		buf_printf(why,
			"it was written by a newer version (format %d; this version knows %d)",
			(int)version, FORMAT_VERSION);
		return SQLITE_NOTADB;
	}
	if (id == APPLICATION_ID && objects)
		return SQLITE_OK;
	char *sql = sqlite3_mprintf(
		"BEGIN IMMEDIATE; PRAGMA application_id = %d; PRAGMA user_version = %d; %s; COMMIT",
		APPLICATION_ID, FORMAT_VERSION, schema);
	code = sql ? exec(c, sql) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return code;
}

static int set_up(struct connection *c, enum store_durability durability, struct buf *why)
{
	static const char *const synchronous[] = {
		[STORE_DURABLE] = "PRAGMA synchronous = FULL",
		[STORE_RELAXED] = "PRAGMA synchronous = NORMAL",
		[STORE_MEMORY] = "PRAGMA synchronous = OFF",
	};
	char *sql = sqlite3_mprintf(
		"PRAGMA page_size = %d; PRAGMA cache_size = -%d; PRAGMA journal_mode = WAL;"
		"PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = %d; PRAGMA temp_store = MEMORY;"
		/* Debian's SQLite overwrites all that is deleted: a full disk could not be emptied.
		 */
		"PRAGMA secure_delete = FAST",
		STORE_PAGE_BYTES, STORE_CACHE_KIB, STORE_WAL_KEEP_BYTES);
	sqlite3_busy_timeout(c->db, STORE_BUSY_TIMEOUT_MS);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(c->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 0, 0);
	int code = sql ? exec(c, sql) : SQLITE_NOMEM;
	sqlite3_free(sql);
	if (code == SQLITE_OK)
		code = exec(c, synchronous[durability]);
	return code == SQLITE_OK ? check_format(c, why) : code;
}

static int errno_of_open(int code, int system_error)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
		return -EBUSY;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return -EINVAL;
	case SQLITE_CANTOPEN:
		return system_error ? -system_error : -EIO;
	case SQLITE_READONLY:
		return -EROFS;
	default:
		return errno_of_sqlite(code);
	}
}

int connection_open(struct connection *c, const char *path, const char *vfs,
	enum store_durability durability, struct buf *why)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_PRIVATECACHE;
	*c = (struct connection){ 0 };
	int code = sqlite3_open_v2(path, &c->db, flags, vfs);
	if (code == SQLITE_OK)
		code = set_up(c, durability, why);
	if (code == SQLITE_OK)
		return 0;
	int r = errno_of_open(code, c->db ? sqlite3_system_errno(c->db) : 0);
	if (!why->n)
		buf_cat(why, c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(code));
	connection_close(c);
	return r;
}

static void cursor_free(struct cursor *cur)
{
	sqlite3_finalize(cur->stmt);
	buf_fini(&cur->bounds);
	free(cur);
}

void connection_close(struct connection *c)
{
	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(c->statements[i]);
	for (int i = 0; i < 2; i++) {
		while (c->idle_cursors[i]) {
			struct cursor *cur = c->idle_cursors[i];
			c->idle_cursors[i] = cur->next;
			cursor_free(cur);
		}
	}
	int code = sqlite3_close(c->db);
	assert(code == SQLITE_OK && "a statement was left open");
	*c = (struct connection){ 0 };
}

unsigned generation_slot(struct str service)
{
	uint32_t h = 2166136261u; /* FNV-1a: the same for every process, and names are ours */
	for (size_t i = 0; i < service.n; i++)
		h = (h ^ (unsigned char)service.p[i]) * 16777619u;
	return (h ^ h >> 16) % GENERATION_SLOTS;
}

/* The first part of an encoded tuple, when it is a text. */
static struct str first_part(struct str key)
{
	if (key.n < 2 || key.p[0] != 0x02)
		return (struct str){ "", 0 };
	const char *end = memchr(key.p + 1, 0, key.n - 1);
	return end ? (struct str){ key.p + 1, (size_t)(end - key.p) - 1 } : (struct str){ "", 0 };
}

static void touch(struct txn *txn, struct str key)
{
	txn->touched |= UINT64_C(1) << generation_slot(first_part(key));
}

/* A NULL pointer would be SQL's NULL; an empty blob is not. */
static void bind(sqlite3_stmt *s, int at, struct str bytes)
{
	sqlite3_bind_blob64(s, at, bytes.n ? bytes.p : "", bytes.n, SQLITE_STATIC);
}

static struct str column(sqlite3_stmt *s, int at)
{
	const void *p = sqlite3_column_blob(s, at);
	return (struct str){ p ? p : "", (size_t)sqlite3_column_bytes(s, at) };
}

/* Steps a bound statement: whether it has a row. The caller resets it. */
static bool step(struct txn *txn, sqlite3_stmt *s)
{
	int code = sqlite3_step(s);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		txn_fail(txn, code);
	return code == SQLITE_ROW;
}

static sqlite3_stmt *txn_statement(struct txn *txn, enum statement st)
{
	int code = SQLITE_OK;
	if (txn->error)
		return NULL;
	sqlite3_stmt *s = statement(txn->conn, st, &code);
	if (!s)
		txn_fail(txn, code);
	return s;
}

bool txn_get(struct txn *txn, struct str key, struct arena *arena, struct str *value)
{
	sqlite3_stmt *s = txn_statement(txn, ST_GET);
	if (!s)
		return false;
	bind(s, 1, key);
	bool found = step(txn, s);
	if (found)
		*value = arena_str(arena, column(s, 0));
	sqlite3_reset(s);
	return found;
}

bool txn_exists(struct txn *txn, struct str key)
{
	sqlite3_stmt *s = txn_statement(txn, ST_GET);
	if (!s)
		return false;
	bind(s, 1, key);
	bool found = step(txn, s);
	sqlite3_reset(s);
	return found;
}

/* The statement of a write, behind the savepoint that undoes this transaction alone. */
static sqlite3_stmt *write_statement(struct txn *txn, enum statement st)
{
	assert(txn->writable && "a write in store_read");
	if (!txn->error && txn->wants_savepoint && !txn->has_savepoint) {
		int code = connection_run(txn->conn, ST_SAVEPOINT);
		if (code != SQLITE_OK)
			txn_fail(txn, code);
		txn->has_savepoint = code == SQLITE_OK;
	}
	sqlite3_stmt *s = txn_statement(txn, st);
	txn->wrote |= s != NULL;
	return s;
}

void txn_use_reserve(struct txn *txn)
{
	txn->full = false;
}

void txn_put(struct txn *txn, struct str key, struct str value)
{
	if (!txn->error && txn->full)
		txn->error = -ENOSPC;
	if (!txn->error && (key.n > STORE_KEY_BYTES_MAX || value.n > STORE_VALUE_BYTES_MAX))
		txn->error = -EFBIG;
	sqlite3_stmt *s = write_statement(txn, ST_PUT);
	if (!s)
		return;
	bind(s, 1, key);
	bind(s, 2, value);
	step(txn, s);
	sqlite3_reset(s);
	touch(txn, key);
}

void txn_delete(struct txn *txn, struct str key)
{
	sqlite3_stmt *s = write_statement(txn, ST_DELETE);
	if (!s)
		return;
	bind(s, 1, key);
	step(txn, s);
	sqlite3_reset(s);
	touch(txn, key);
}

void txn_delete_range(struct txn *txn, struct str begin, struct str end)
{
	sqlite3_stmt *s = write_statement(txn, ST_DELETE_RANGE);
	if (!s)
		return;
	bind(s, 1, begin);
	bind(s, 2, end);
	step(txn, s);
	sqlite3_reset(s);
	if (first_part(begin).n && str_eq(first_part(begin), first_part(end)))
		touch(txn, begin);
	else
		txn->touched = UINT64_MAX;
}

static struct cursor *cursor_take(struct txn *txn, bool reverse)
{
	struct cursor *cur = txn->conn->idle_cursors[reverse];
	if (cur) {
		txn->conn->idle_cursors[reverse] = cur->next;
		return cur;
	}
	cur = xcalloc(1, sizeof *cur);
	int code = prepare(txn->conn, reverse ? ST_WALK_BACK : ST_WALK, &cur->stmt);
	if (code == SQLITE_OK)
		return cur;
	txn_fail(txn, code);
	free(cur);
	return NULL;
}

void txn_cursor_open(
	struct txn *txn, struct str begin, struct str end, bool reverse, struct txn_cursor *c)
{
	*c = (struct txn_cursor){ 0 };
	if (txn->error)
		return;
	assert(txn->cursor_count < STORE_CURSORS_MAX && "cursors are not closed");
	struct cursor *cur = cursor_take(txn, reverse);
	if (!cur)
		return;
	cur->bounds.n = 0;
	buf_str(&cur->bounds, begin);
	buf_str(&cur->bounds, end);
	cur->txn = txn;
	cur->reverse = reverse;
	cur->ended = false;
	bind(cur->stmt, 1, str_sub(buf_view(&cur->bounds), 0, begin.n));
	bind(cur->stmt, 2, str_from(buf_view(&cur->bounds), begin.n));
	cur->next = txn->cursors;
	txn->cursors = cur;
	txn->cursor_count++;
	c->impl = cur;
}

bool txn_cursor_next(struct txn_cursor *c)
{
	struct cursor *cur = c->impl;
	c->key = c->value = (struct str){ 0 };
	if (!cur || cur->ended || cur->txn->error)
		return false;
	if (!step(cur->txn, cur->stmt)) {
		cur->ended = true;
		sqlite3_reset(cur->stmt);
		return false;
	}
	c->key = column(cur->stmt, 0);
	c->value = column(cur->stmt, 1);
	return true;
}

static void cursor_close(struct cursor *cur)
{
	struct txn *txn = cur->txn;
	struct cursor **at = &txn->cursors;
	while (*at != cur)
		at = &(*at)->next;
	*at = cur->next;
	txn->cursor_count--;
	sqlite3_reset(cur->stmt);
	sqlite3_clear_bindings(cur->stmt);
	cur->next = txn->conn->idle_cursors[cur->reverse];
	txn->conn->idle_cursors[cur->reverse] = cur;
}

void txn_cursor_close(struct txn_cursor *c)
{
	if (c->impl)
		cursor_close(c->impl);
	*c = (struct txn_cursor){ 0 };
}

void txn_close_cursors(struct txn *txn)
{
	while (txn->cursors)
		cursor_close(txn->cursors);
}
