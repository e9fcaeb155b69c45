/*
 * The sweeper: a fiber that takes expired items away, deletes what deleted tables, indexes and
 * backups left, and brings the items of a table into a new index or into the order of expiry; a bit
 * at a time, so that nobody waits for it.
 */
#include "base/clock.h"
#include "services/dynamodb/undo.h"
#include <stdlib.h>

struct sweep {
	struct dynamodb *d;
	struct call call;
	struct arena arena;
	bool found, more;
	uint64_t trimmed_ms; /* when what is too old was last looked for, by the monotonic clock */
};

static void renew(struct sweep *s)
{
	arena_fini(&s->arena);
	call_init(&s->call, s->d->aws, &s->arena, NULL);
	s->call.api = &dynamodb_api;
}

/* Keys of [begin, end), at most DDB_SWEEP_CHUNK, and their values; more: there may be some. */
static size_t read_chunk(struct call *call, struct str begin, struct str end, struct str *keys,
	struct str *values, bool *more)
{
	struct txn_cursor c;
	size_t n = 0, bytes = 0;
	txn_cursor_open(call->txn, begin, end, false, &c);
	while (n < DDB_SWEEP_CHUNK && bytes < DDB_SWEEP_BYTES && txn_cursor_next(&c)) {
		keys[n] = arena_str(call->arena, c.key);
		if (values)
			values[n] = arena_str(call->arena, c.value);
		bytes += values ? c.value.n : 0;
		n++;
	}
	*more = n == DDB_SWEEP_CHUNK || bytes >= DDB_SWEEP_BYTES;
	txn_cursor_close(&c);
	return n;
}

/* ---- jobs ---- */

static void job_end(struct call *call, struct str key, const struct dynamodb_job_record *job)
{
	struct table t;
	txn_delete(call->txn, key);
	if (job->backup.p)
		ddb_backup_end(call, job);
	if (job->undo.v)
		ddb_recovery_job_end(call, job);
	if (!str_is(job->kind, "fill") ||
		!ddb_table_get(call, job->account, job->region, job->table, &t) ||
		t.r.number.v != job->number.v)
		return;
	for (size_t i = 0; i < t.r.indexes.n; i++)
		if (t.r.indexes.v[i].number.v == job->index.v)
			t.r.indexes.v[i].is_building = OPT_BOOL(false);
	ddb_table_put(call, &t);
}

/* false: the table or the index is no more. */
static bool bring(struct call *call, const struct dynamodb_job_record *job, const struct str *keys,
	const struct str *values, size_t n)
{
	struct table t;
	struct dynamodb_index_record *index = NULL;
	if (job->backup.p)
		return ddb_backup_run(call, job, keys, values, n);
	if (!ddb_table_get(call, job->account, job->region, job->table, &t) ||
		t.r.number.v != job->number.v)
		return false;
	for (size_t i = 0; i < t.r.indexes.n; i++)
		if (t.r.indexes.v[i].number.v == job->index.v)
			index = &t.r.indexes.v[i];
	bool is_fill = str_is(job->kind, "fill");
	if (is_fill && !index)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct dynamodb_attributes item;
		if (ddb_item_decode(call, values[i], &item) < 0)
			continue;
		if (is_fill)
			index_put(call, &t, index, &item);
		else
			expiry_put(call, &t, keys[i], &item);
	}
	return true;
}

static int job_run(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct str all = KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
			   KEY_LITERAL("job")),
		   key;
	struct dynamodb_job_record job = { 0 };
	struct txn_cursor c;
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	s->found = txn_cursor_next(&c);
	if (s->found) {
		key = arena_str(call->arena, c.key);
		s->found =
			record_decode(call->arena, &dynamodb_job_record_shape, c.value, &job) == 0;
	}
	txn_cursor_close(&c);
	if (!s->found)
		return 0;
	if (job.undo.v) {
		if (ddb_recovery_run(call, &job, &s->more) && s->more)
			call_put_record(call, key, &dynamodb_job_record_shape, &job);
		else
			job_end(call, key, &job);
		return 0;
	}
	struct str *keys = ARENA_ARRAY(call->arena, struct str, DDB_SWEEP_CHUNK);
	struct str *values = ARENA_ARRAY(call->arena, struct str, DDB_SWEEP_CHUNK);
	bool is_delete = str_is(job.kind, "delete");
	size_t n = read_chunk(call, job.begin, job.end, keys, is_delete ? NULL : values, &s->more);
	for (size_t i = 0; is_delete && i < n; i++)
		txn_delete(call->txn, keys[i]);
	if ((!is_delete && !bring(call, &job, keys, values, n)) || !s->more) {
		job_end(call, key, &job);
		return 0;
	}
	if (!is_delete) {
		job.begin = key_after(call->arena, keys[n - 1]);
		call_put_record(call, key, &dynamodb_job_record_shape, &job);
	}
	return 0;
}

static int any_job(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct str all = KEY(
		call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""), KEY_LITERAL("job"));
	struct txn_cursor c;
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	s->found = txn_cursor_next(&c);
	txn_cursor_close(&c);
	return 0;
}

static void run_jobs(struct sweep *s)
{
	while (!s->d->stopping) {
		renew(s);
		if (call_read(&s->call, any_job, s) < 0 || !s->found ||
			call_write(&s->call, job_run, s) < 0 || !s->found)
			return;
		fiber_yield();
	}
}

/* ---- expiry ---- */

static struct str expiry_begin(struct call *call)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-expiry"));
}

static struct str expiry_end(struct call *call)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-expiry"), key_int(call->now_ms / 1000 + 1));
}

/* The entry may be older than the item or the table's setting: these say whether it goes. */
static void expire(struct call *call, const struct key_part *p)
{
	struct table t;
	struct dynamodb_attributes item;
	int64_t seconds, now = call->now_ms / 1000;
	if (!ddb_table_get(call, p[2].text, p[3].text, p[4].text, &t) ||
		!str_starts(p[5].text, items_prefix(call, &t, 0)) ||
		!ddb_item_get(call, p[5].text, &item) || !expiry_of(&t, &item, &seconds) ||
		seconds > now || now - seconds > DDB_TTL_AGE_SECONDS_MAX)
		return;
	ddb_item_expire(call, &t, p[5].text, &item);
}

static int expire_run(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct str *keys = ARENA_ARRAY(call->arena, struct str, DDB_SWEEP_CHUNK);
	size_t n = read_chunk(call, expiry_begin(call), expiry_end(call), keys, NULL, &s->more);
	for (size_t i = 0; i < n; i++) {
		struct key_part p[6];
		if (key_decode(call->arena, keys[i], p, 6) == 6)
			expire(call, p);
		txn_delete(call->txn, keys[i]);
	}
	return 0;
}

static int any_expired(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct txn_cursor c;
	txn_cursor_open(call->txn, expiry_begin(call), expiry_end(call), false, &c);
	s->found = txn_cursor_next(&c);
	txn_cursor_close(&c);
	return 0;
}

static void run_expiry(struct sweep *s)
{
	for (s->more = true; s->more && !s->d->stopping; fiber_yield()) {
		renew(s);
		if (call_read(&s->call, any_expired, s) < 0 || !s->found ||
			call_write(&s->call, expire_run, s) < 0)
			return;
	}
}

/* ---- tokens of transactions ---- */

static struct str tokens_begin(struct call *call)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-token-age"));
}

static struct str tokens_end(struct call *call)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-token-age"),
		key_int(call->now_ms - DDB_TOKEN_MS));
}

static int tokens_run(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct str *keys = ARENA_ARRAY(call->arena, struct str, DDB_SWEEP_CHUNK);
	size_t n = read_chunk(call, tokens_begin(call), tokens_end(call), keys, NULL, &s->more);
	for (size_t i = 0; i < n; i++) {
		struct key_part p[3];
		struct dynamodb_token_record r = { 0 };
		/* The token may have been used anew meanwhile. */
		if (key_decode(call->arena, keys[i], p, 3) == 3 &&
			call_get_record(call, p[2].text, &dynamodb_token_record_shape, &r) &&
			r.at.v <= p[1].integer)
			txn_delete(call->txn, p[2].text);
		txn_delete(call->txn, keys[i]);
	}
	return 0;
}

static int any_token(struct call *call, void *arg)
{
	struct sweep *s = arg;
	struct txn_cursor c;
	txn_cursor_open(call->txn, tokens_begin(call), tokens_end(call), false, &c);
	s->found = txn_cursor_next(&c);
	txn_cursor_close(&c);
	return 0;
}

static void run_tokens(struct sweep *s)
{
	for (s->more = true; s->more && !s->d->stopping; fiber_yield()) {
		renew(s);
		if (call_read(&s->call, any_token, s) < 0 || !s->found ||
			call_write(&s->call, tokens_run, s) < 0)
			return;
	}
}

/* ---- what is too old: records of streams, undo records, backups of deleted tables ---- */

/* A page of them, and as many bites of it as it takes. */
static void run_trim(struct sweep *s, call_fn *look, call_fn *run)
{
	struct buf from = { 0 };
	for (bool more = true; more && !s->d->stopping; fiber_yield()) {
		renew(s);
		struct trim page = { .from = buf_view(&from) };
		if (call_read(&s->call, look, &page) < 0)
			break;
		struct trim due = page;
		due.more = false;
		if (due.n && call_write(&s->call, run, &due) < 0)
			break;
		more = due.more || page.more;
		if (due.more)
			continue;
		from.n = 0;
		buf_str(&from, page.from);
	}
	buf_fini(&from);
}

static void run_trims(struct sweep *s)
{
	uint64_t now = clock_mono_ms();
	if (s->trimmed_ms && now - s->trimmed_ms < DDB_STREAM_SWEEP_MS)
		return;
	s->trimmed_ms = now;
	run_trim(s, ddb_stream_trim_look, ddb_stream_trim_run);
	run_trim(s, ddb_undo_trim_look, ddb_undo_trim_run);
	run_trim(s, ddb_backup_trim_look, ddb_backup_trim_run);
}

void ddb_sweep_wake(void *arg)
{
	struct dynamodb *d = arg;
	waitq_wake_all(&d->sweep);
}

void ddb_sweep_run(void *arg)
{
	struct sweep *s = xcalloc(1, sizeof *s);
	s->d = arg;
	while (!s->d->stopping) {
		run_jobs(s);
		run_expiry(s);
		run_tokens(s);
		run_trims(s);
		if (!s->d->stopping)
			waitq_wait(&s->d->sweep, DDB_SWEEP_MS);
	}
	arena_fini(&s->arena);
	s->d->running = false;
	waitq_wake_all(&s->d->ended);
	free(s);
}
