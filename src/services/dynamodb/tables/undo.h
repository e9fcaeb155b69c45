/*
 * Undo records: what an item was before a change, kept while point-in-time recovery is on. They
 * stand as the items do, the times of an item's changes after its key:
 *   (dynamodb-undo, number, the item's key without its prefix..., time in ms): the item as it was
 *       before the first change of that millisecond; empty: there was none.
 *   (dynamodb-undo-age, number, time, the item's key...): the same in the order of time.
 * An item at the moment T is what its first record later than T says, or what it is now when there
 * is none. So the table at a moment is a merge of two walks in the same order, a bite at a time,
 * and what each bite reads is of one snapshot: later changes leave records later than T, and can't
 * tear the picture. (Undoing changes backwards out of a log by time would need a copy of the whole
 * table first, and one pass over all that has happened since.) The second entry costs a small
 * append, and lets the sweeper find what is too old without reading the rest.
 *
 * The times of a table's changes never go back, whatever the clock does: the table's counter knows
 * the last one.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TABLES_UNDO_H
#define SAMOVAR_SERVICES_DYNAMODB_TABLES_UNDO_H

#include "services/dynamodb/tables/tables.h"

/* An item at the walk's moment. */
struct undo_item {
	struct str key; /* without its prefix */
	struct str now; /* as it is stored; empty: there is none */
	/* Of a walk over changes: at the moment before the first of them, and when the last was. */
	struct str was;
	int64_t written_ms;
};

/* One bite of a walk over a table as it was, in a transaction. */
struct undo_walk {
	const struct table *source;
	int64_t moment_ms; /* changes at this time are done, later ones are not */
	bool is_changes;   /* only items that changed since the moment since_ms */
	int64_t since_ms;
	struct str from; /* the last key of the bite before; empty: none */
	/* The answer, in the arena. */
	struct undo_item *v;
	size_t n;
	bool more;
};
void ddb_undo_walk(struct call *call, struct undo_walk *w);

/* Before the change is written, in its transaction. after_bytes: the item as it will be stored. */
void ddb_undo_keep(struct call *call, const struct table *t, int64_t at_ms, struct str key,
	const struct dynamodb_attributes *before, struct str after_bytes);
/* All of them go bit by bit. */
void ddb_undo_drop(struct call *call, int64_t undo_number);
/* The record of a table's records. */
struct str ddb_undo_key(struct call *call, int64_t undo_number);
/* Both are call_fn with a struct trim: what is older than the table's days. */
int ddb_undo_trim_look(struct call *call, void *trim);
int ddb_undo_trim_run(struct call *call, void *trim);
/* The first moment of which the table is still known. */
int64_t ddb_undo_earliest_ms(struct call *call, const struct table *t);

#endif
