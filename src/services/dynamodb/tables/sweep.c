/*
 * The sweeper: a fiber that does the jobs, takes expired items away and lets go what is too old. It
 * does a bite of each in turn, so that none waits for another, and nobody for it.
 */
#include "base/clock.h"
#include "services/dynamodb/tables/jobs.h"
#include "services/dynamodb/tables/undo.h"
#include <stdlib.h>

/* What is too old: records of streams, undo records, backups of deleted tables. */
static const struct trimmer {
	call_fn *look, *run; /* with a struct trim */
} trimmers[] = {
	{ ddb_stream_trim_look, ddb_stream_trim_run },
	{ ddb_undo_trim_look, ddb_undo_trim_run },
	{ ddb_backup_trim_look, ddb_backup_trim_run },
};

struct sweep {
	struct dynamodb *d;
	struct call call;
	struct arena arena;
	bool found, more;
	struct buf last_job;
	/* Of each trimmer: whether it is at work, and from which key on. */
	bool trims[COUNT_OF(trimmers)];
	struct buf from[COUNT_OF(trimmers)];
	uint64_t trimmed_ms; /* when they began last, by the monotonic clock */
};

static void renew(struct sweep *s)
{
	arena_fini(&s->arena);
	call_init(&s->call, s->d->aws, &s->arena, NULL);
	s->call.api = &dynamodb_api;
}

static void set(struct buf *b, struct str value)
{
	b->n = 0;
	buf_str(b, value);
}

/* Each of the following does a bite: whether there may be more to do. */

/* ---- jobs ---- */

static bool sweep_jobs(struct sweep *s)
{
	struct job_turn turn = { .last = buf_view(&s->last_job) };
	renew(s);
	if (call_read(&s->call, job_look, &turn) < 0 || !turn.found ||
		call_write(&s->call, job_run, &turn) < 0)
		return false;
	set(&s->last_job, turn.key);
	return turn.done;
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
	size_t n = job_read(call, expiry_begin(call), expiry_end(call), keys, NULL, &s->more);
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

static bool sweep_expiry(struct sweep *s)
{
	renew(s);
	return call_read(&s->call, any_expired, s) == 0 && s->found &&
	       call_write(&s->call, expire_run, s) == 0 && s->more;
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
	size_t n = job_read(call, tokens_begin(call), tokens_end(call), keys, NULL, &s->more);
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

static bool sweep_tokens(struct sweep *s)
{
	renew(s);
	return call_read(&s->call, any_token, s) == 0 && s->found &&
	       call_write(&s->call, tokens_run, s) == 0 && s->more;
}

/* ---- what is too old ---- */

static bool trim(struct sweep *s, size_t i)
{
	renew(s);
	struct trim page = { .from = buf_view(&s->from[i]) };
	if (call_read(&s->call, trimmers[i].look, &page) < 0)
		return false;
	struct trim due = page;
	due.more = false;
	if (due.n && call_write(&s->call, trimmers[i].run, &due) < 0)
		return false;
	if (!due.more)
		set(&s->from[i], page.from);
	return due.more || page.more;
}

static bool sweep_old(struct sweep *s)
{
	uint64_t now = clock_mono_ms();
	bool is_due = !s->trimmed_ms || now - s->trimmed_ms >= DDB_STREAM_SWEEP_MS, more = false;
	if (is_due)
		s->trimmed_ms = now;
	for (size_t i = 0; i < COUNT_OF(trimmers) && !s->d->stopping; i++) {
		if (is_due && !s->trims[i]) {
			s->trims[i] = true;
			s->from[i].n = 0;
		}
		s->trims[i] = s->trims[i] && trim(s, i);
		more |= s->trims[i];
	}
	return more;
}

void ddb_sweep_wake(void *arg)
{
	struct dynamodb *d = arg;
	d->is_woken = true;
	waitq_wake_all(&d->sweep);
}

static const struct chore {
	bool (*bite)(struct sweep *s);
} chores[] = { { sweep_jobs }, { sweep_expiry }, { sweep_tokens }, { sweep_old } };

void ddb_sweep_run(void *arg)
{
	struct sweep *s = xcalloc(1, sizeof *s);
	s->d = arg;
	while (!s->d->stopping) {
		bool more = false;
		s->d->is_woken = false;
		for (size_t i = 0; i < COUNT_OF(chores) && !s->d->stopping; i++) {
			more |= chores[i].bite(s);
			fiber_yield();
		}
		if (!more && !s->d->is_woken && !s->d->stopping)
			waitq_wait(&s->d->sweep, DDB_SWEEP_MS);
	}
	arena_fini(&s->arena);
	buf_fini(&s->last_job);
	for (size_t i = 0; i < COUNT_OF(s->from); i++)
		buf_fini(&s->from[i]);
	s->d->running--;
	waitq_wake_all(&s->d->ended);
	free(s);
}
