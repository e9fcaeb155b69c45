/*
 * Jobs: what a change of a table, an index or a backup leaves to be done over many items. Each is a
 * record that says what is left of it; the sweeper does a bite of each in turn, so that a large one
 * doesn't hold up the others.
 */
#include "services/dynamodb/tables/jobs.h"
#include "base/log.h"

/* A kind of job: a bite of it, in a transaction. */
struct job_kind {
	const char *name;
	/* false: there is nothing to do any more. more: there is some; the job says from where. */
	bool (*bite)(struct call *call, struct dynamodb_job_record *job, bool *more);
	void (*end)(struct call *call, const struct dynamodb_job_record *job); /* or NULL */
};

size_t job_read(struct call *call, struct str begin, struct str end, struct str *keys,
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

/* ---- the kinds ---- */

static bool bite_delete(struct call *call, struct dynamodb_job_record *job, bool *more)
{
	struct str *keys = ARENA_ARRAY(call->arena, struct str, DDB_SWEEP_CHUNK);
	size_t n = job_read(call, job->begin, job->end, keys, NULL, more);
	for (size_t i = 0; i < n; i++)
		txn_delete(call->txn, keys[i]);
	return true;
}

/* Items and where they stand; the job goes on after them. */
struct bite {
	struct str *keys, *values;
	size_t n;
};

static struct bite take(struct call *call, struct dynamodb_job_record *job, bool *more)
{
	struct bite b = { ARENA_ARRAY(call->arena, struct str, DDB_SWEEP_CHUNK),
		ARENA_ARRAY(call->arena, struct str, DDB_SWEEP_CHUNK), 0 };
	b.n = job_read(call, job->begin, job->end, b.keys, b.values, more);
	if (b.n)
		job->begin = key_after(call->arena, b.keys[b.n - 1]);
	return b;
}

static bool find_table(struct call *call, const struct dynamodb_job_record *job, struct table *t)
{
	return ddb_table_get(call, job->account, job->region, job->table, t) &&
	       t->r.number.v == job->number.v;
}

static struct dynamodb_index_record *find_index(
	const struct table *t, const struct dynamodb_job_record *job)
{
	for (size_t i = 0; i < t->r.indexes.n; i++)
		if (t->r.indexes.v[i].number.v == job->index.v)
			return &t->r.indexes.v[i];
	return NULL;
}

static bool bite_fill(struct call *call, struct dynamodb_job_record *job, bool *more)
{
	struct table t;
	struct dynamodb_attributes item;
	if (!find_table(call, job, &t) || !find_index(&t, job))
		return false;
	struct bite b = take(call, job, more);
	for (size_t i = 0; i < b.n; i++)
		if (ddb_item_decode(call, b.values[i], &item) == 0)
			index_put(call, &t, find_index(&t, job), &item);
	return true;
}

static void end_fill(struct call *call, const struct dynamodb_job_record *job)
{
	struct table t;
	if (!find_table(call, job, &t))
		return;
	struct dynamodb_index_record *index = find_index(&t, job);
	if (index)
		index->is_building = OPT_BOOL(false);
	ddb_table_put(call, &t);
}

static bool bite_expire(struct call *call, struct dynamodb_job_record *job, bool *more)
{
	struct table t;
	struct dynamodb_attributes item;
	if (!find_table(call, job, &t))
		return false;
	struct bite b = take(call, job, more);
	for (size_t i = 0; i < b.n; i++)
		if (ddb_item_decode(call, b.values[i], &item) == 0)
			expiry_put(call, &t, b.keys[i], &item);
	return true;
}

/* Of a backup that is made, and of one that is restored. */
static bool bite_backup(struct call *call, struct dynamodb_job_record *job, bool *more)
{
	struct bite b = take(call, job, more);
	return ddb_backup_run(call, job, b.keys, b.values, b.n);
}

static const struct job_kind kinds[] = {
	{ "backup", bite_backup, ddb_backup_end },
	{ "delete", bite_delete, NULL },
	{ "expire", bite_expire, NULL },
	{ "fill", bite_fill, end_fill },
	{ "recover", ddb_recovery_run, ddb_recovery_job_end },
	{ "restore", bite_backup, ddb_backup_end },
};

/* ---- in turn ---- */

static struct str jobs_begin(struct call *call)
{
	return KEY(
		call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""), KEY_LITERAL("job"));
}

void job_put(struct call *call, struct dynamodb_job_record *job)
{
	struct str key = KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
		KEY_LITERAL("job"), key_int(job->number.v), key_int(job->index.v),
		key_text(job->kind));
	call_put_record(call, key, &dynamodb_job_record_shape, job);
	call_after(call, ddb_sweep_wake, dynamodb_state(call));
}

/* The first job of [begin, end). */
static bool find_job(
	struct call *call, struct str begin, struct str end, struct str *key, struct str *record)
{
	struct txn_cursor c;
	txn_cursor_open(call->txn, begin, end, false, &c);
	bool found = txn_cursor_next(&c);
	if (found) {
		*key = arena_str(call->arena, c.key);
		*record = arena_str(call->arena, c.value);
	}
	txn_cursor_close(&c);
	return found;
}

int job_look(struct call *call, void *arg)
{
	struct job_turn *turn = arg;
	struct str begin = jobs_begin(call), end = key_range_end(call->arena, begin), record;
	turn->found = (turn->last.n && find_job(call, key_after(call->arena, turn->last), end,
					       &turn->key, &record)) ||
		      find_job(call, begin, end, &turn->key, &record);
	return 0;
}

static const struct job_kind *find_kind(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_is(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}

int job_run(struct call *call, void *arg)
{
	struct job_turn *turn = arg;
	struct dynamodb_job_record job = { 0 };
	turn->done = call_get_record(call, turn->key, &dynamodb_job_record_shape, &job);
	const struct job_kind *kind = turn->done ? find_kind(job.kind) : NULL;
	if (!kind) {
		/* One of a later version: it stays, for that version to do. */
		log_debug("dynamodb: no job is a %.*s", STR_ARG(job.kind));
		turn->done = false;
		return 0;
	}
	bool more = false;
	if (kind->bite(call, &job, &more) && more) {
		call_put_record(call, turn->key, &dynamodb_job_record_shape, &job);
		return 0;
	}
	txn_delete(call->txn, turn->key);
	if (kind->end)
		kind->end(call, &job);
	return 0;
}
