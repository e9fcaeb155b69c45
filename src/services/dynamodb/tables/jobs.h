/* Jobs: work over all items of a table, an index or a backup, of which the sweeper does a bite at a
 * time. A new kind is a row of the table in jobs.c. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TABLES_JOBS_H
#define SAMOVAR_SERVICES_DYNAMODB_TABLES_JOBS_H

#include "services/dynamodb/tables/tables.h"

/* The job whose turn it is. */
struct job_turn {
	struct str last;  /* the key of the job that had the turn before; empty: none */
	struct str key;   /* in the arena */
	bool found, done; /* there is a job; a bite of it was done */
};
/* Both are call_fn with a struct job_turn: the next job, in a circle; and a bite of it. */
int job_look(struct call *call, void *turn);
int job_run(struct call *call, void *turn);

/*
 * Keys of [begin, end) and, unless values is NULL, what stands there: at most DDB_SWEEP_CHUNK of
 * them, and about DDB_SWEEP_BYTES; the number. more: there may be others.
 */
size_t job_read(struct call *call, struct str begin, struct str end, struct str *keys,
	struct str *values, bool *more);

#endif
