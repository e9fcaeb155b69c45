/* What the files of this service share: tables, and all that goes with a change of one of their
 * items in its transaction: indexes, streams, undo records, backups. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TABLES_TABLES_H
#define SAMOVAR_SERVICES_DYNAMODB_TABLES_TABLES_H

#include "base/list.h"
#include "aws/aws.h"
#include "aws/call.h"
#include "base/map.h"
#include "loop/fiber.h"
#include "services/dynamodb/tables/limits.h"
#include "services/dynamodb/values/value.h"
#include "store/key.h"
#include "store/store.h"

struct dynamodb {
	struct aws *aws;
	bool stopping;
	bool is_woken;  /* there is new work for the sweeper */
	size_t running; /* the service's own fibers: of the sweeper, of exports, of imports */
	struct waitq ended, sweep, exports, imports;
	struct list importers; /* fibers, one for each import (import_run.c) */
	struct map watches;    /* streams that are waited for (stream_wait.c) */
	size_t readers;        /* fibers that wait for them */
};

static inline struct dynamodb *dynamodb_state(const struct call *call)
{
	return aws_state(call->aws, &dynamodb_api);
}

/* ---- table.c: in a transaction ---- */

struct table {
	struct str account, region, name;
	struct dynamodb_table_record r;
	struct str asked; /* the ARN, where the request names it so; or p == NULL */
};

/* The names of a key's attributes, and their types. range.p == NULL: there is none. */
struct schema {
	struct str hash, range;
	enum value_type hash_type, range_type;
};

/* The table that an input's TableName or ARN means: 0 or -1. with_name: the message says which. */
int ddb_table_find(struct call *call, struct str name, bool with_name, struct table *out) MUSTCHECK;
bool ddb_table_get(struct call *call, struct str account, struct str region, struct str name,
	struct table *out);
struct str ddb_table_key(struct call *call, struct str account, struct str region, struct str name);
void ddb_table_put(struct call *call, const struct table *t);
struct str ddb_table_arn(struct call *call, const struct table *t);
struct schema ddb_table_schema(const struct table *t, const struct dynamodb_key_schema *keys);
struct dynamodb_table_description *ddb_table_describe(
	struct call *call, const struct table *t, const char *status);
struct dynamodb_index_record *ddb_table_index(const struct table *t, struct str name);
/* How many items, and of which size, the table (index 0) or the index has. */
void ddb_table_count(struct call *call, const struct table *t, int64_t index, struct opt_i64 *items,
	struct opt_i64 *bytes);
struct str ddb_table_counter_key(struct call *call, const struct table *t, int64_t index);
/* Work for the sweeper, of that kind, over all keys under the prefix; index 0: the table itself. */
struct dynamodb_job_record job_under(struct call *call, const char *kind, struct str prefix,
	struct opt_i64 number, int64_t index);
/* The same, for a table that is looked up by its name. */
struct dynamodb_job_record job_of(struct call *call, const char *kind, const struct table *t,
	struct str prefix, int64_t index);
/* The prefix of a table's items; number 0, or of an index's entries. */
struct str items_prefix(struct call *call, const struct table *t, int64_t index);

/* ---- table_change.c ---- */

/* A table of the caller's that the input, which has been checked, asks for; it is not put yet. */
struct table ddb_table_new(
	struct call *call, const struct dynamodb_create_table_input *in, struct str id);
/* A number that no table and no stream has had. */
int64_t ddb_next_number(struct call *call);
/* Definitions that no key uses go. */
void ddb_table_drop_unused_attributes(struct table *t);

/* ---- table_check.c ---- */

int check_create(struct call *call, const struct dynamodb_create_table_input *in) MUSTCHECK;
int check_index(struct call *call, struct str name, const struct dynamodb_key_schema *keys,
	const struct dynamodb_projection *projection,
	const struct dynamodb_attribute_definitions *attributes) MUSTCHECK;
int check_throughput(struct call *call, struct str billing, bool given, struct str index) MUSTCHECK;

/* ---- table_options.c ---- */

/* What is not served is refused by its name: 0 or -1. */
int check_create_options(struct call *call, const struct dynamodb_create_table_input *in) MUSTCHECK;
int check_update_options(struct call *call, const struct dynamodb_update_table_input *in) MUSTCHECK;

/* ---- permission.c ---- */

int ddb_find_permissions(
	struct call *call, const void *in, struct service_permission **out, size_t *n) MUSTCHECK;

/* ---- resource_policy.c ---- */

/* The policies of the resources that are asked for: 0, or -1 when the store can't say. */
int ddb_policies_of(struct call *call, struct service_permission *v, size_t n) MUSTCHECK;
/* In a transaction: of a new table (its number), and of a table or stream that goes. */
int ddb_policy_create(struct call *call, int64_t number, struct str policy) MUSTCHECK;
void ddb_policy_drop(struct call *call, int64_t number);

/* ---- item.c ---- */

/* Units of capacity that a call used. index: as the table's indexes. */
struct usage {
	double table;
	double *index;
};

/* The store's key of the item with these attributes, which must be the key's alone if is_exact: 0
 * or -1. */
int ddb_item_key(struct call *call, const struct table *t,
	const struct dynamodb_attributes *attributes, bool is_exact, struct str *out) MUSTCHECK;
/* The same of an index's entry; false: the item has none. */
bool index_key(struct call *call, const struct table *t, const struct dynamodb_index_record *index,
	const struct dynamodb_attributes *item, struct str *out);
/* A partition's number: partitions stand in its order. */
int64_t partition_number(struct str hash_bytes);
struct key_part value_part(struct arena *arena, const struct dynamodb_value *v);
bool ddb_item_get(struct call *call, struct str key, struct dynamodb_attributes *out);
/* 0 or -1. */
int ddb_item_decode(struct call *call, struct str bytes, struct dynamodb_attributes *out) MUSTCHECK;
/* Checks an item that is to be written; before: what an update has made it of, or NULL; is_legacy:
 * by AttributeUpdates. 0 or -1. */
int ddb_item_check(struct call *call, const struct table *t, const struct dynamodb_attributes *item,
	const struct dynamodb_attributes *before, bool is_legacy) MUSTCHECK;
/* The change of one item, in the table, its indexes and all that goes with it; NULL: there is none
 * before or after. */
void ddb_item_write(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *before, const struct dynamodb_attributes *after,
	struct usage *usage);
/* The same for an item whose time is over. */
void ddb_item_expire(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *item);
/* An item as it is stored. */
struct str item_encode(struct call *call, const struct dynamodb_attributes *item);
/* The attributes of the table's key alone. */
struct dynamodb_attributes ddb_item_keys(
	struct call *call, const struct table *t, const struct dynamodb_attributes *item);
/* What the index holds of the item. */
void index_project(struct call *call, const struct table *t,
	const struct dynamodb_index_record *index, const struct dynamodb_attributes *item,
	struct dynamodb_attributes *out);
void index_put(struct call *call, const struct table *t, const struct dynamodb_index_record *index,
	const struct dynamodb_attributes *item);
/* The order of expiry. */
void expiry_put(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *item);
bool expiry_of(const struct table *t, const struct dynamodb_attributes *item, int64_t *seconds);

/* ---- capacity.c ---- */

double read_units(size_t bytes, bool is_consistent);
double write_units(size_t bytes);
struct usage usage_new(struct call *call, const struct table *t);
/* NULL when the mode asks for none. */
struct dynamodb_consumed_capacity *capacity_answer(
	struct call *call, struct str mode, const struct table *t, const struct usage *usage);
struct dynamodb_item_collection_metrics *metrics_answer(struct call *call, struct str mode,
	const struct table *t, const struct dynamodb_attributes *item);

/* ---- collection.c ---- */

/* Whether the table has item collections: those of its local indexes. */
bool ddb_collection_is_kept(const struct table *t);
int64_t ddb_collection_bytes(
	struct call *call, const struct table *t, const struct dynamodb_value *hash);
/* Whether the change leaves its collection within its limit: 0 or -1. */
int ddb_collection_check(struct call *call, const struct table *t,
	const struct dynamodb_attributes *before,
	const struct dynamodb_attributes *after) MUSTCHECK;
void ddb_collection_count(struct call *call, const struct table *t,
	const struct dynamodb_attributes *before, const struct dynamodb_attributes *after);

/* ---- stream.c: in a transaction ---- */

/* The table's stream as the specification says: 0 or -1. A table that is made has none yet. */
int ddb_stream_specify(struct call *call, struct table *t,
	const struct dynamodb_stream_specification *specification, bool is_new) MUSTCHECK;
/* Of a table that goes: its records stay readable for a day. */
void ddb_stream_close(struct call *call, struct table *t);
struct str ddb_stream_arn(struct call *call, const struct table *t);
/* The record of a change, in the item's own transaction; none if nothing has changed. after_bytes:
 * the item as it is stored. */
void ddb_stream_record(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *before, const struct dynamodb_attributes *after,
	struct str after_bytes, bool is_expiry);

/* ---- stream_trim.c ---- */

/* A look at some streams, tables or backups: those of which something is to go. */
struct trim {
	struct str from; /* the key of the first to look at; empty: the first of all */
	struct str *due; /* keys */
	size_t n;
	bool more; /* of a look: streams; of a trimming: records */
};
/* Walks the keys of [begin, end), a chunk of them from t->from on; due says which. */
void ddb_trim_look(struct call *call, struct trim *t, struct str begin, struct str end,
	bool (*due)(struct call *call, struct str key, struct str value));
/* Both are call_fn with a struct trim. */
int ddb_stream_trim_look(struct call *call, void *trim);
int ddb_stream_trim_run(struct call *call, void *trim);

/* ---- stream_wait.c: on the loop's thread ---- */

/* For call_after: the readers of the stream look again. */
struct stream_wake {
	struct dynamodb *d;
	int64_t number;
};
void ddb_stream_wake(void *stream_wake);
/* In a fiber: until there may be more, ms have passed or the readers are released: 0, -ETIMEDOUT,
 * -ECANCELED. -EAGAIN: too many wait. */
int ddb_stream_wait(struct dynamodb *d, int64_t number, int64_t ms);
void ddb_stream_release(struct dynamodb *d, int64_t number);
void ddb_stream_release_all(struct dynamodb *d);

/* ---- restore.c: what restores from a backup and to a moment share ---- */

/* How the new table is to differ from the one that it is made of. */
struct restore {
	struct str billing;
	const struct dynamodb_global_secondary_index_list *global;
	const struct dynamodb_local_secondary_index_list *local;
	struct dynamodb_provisioned_throughput *throughput;
	struct dynamodb_on_demand_throughput *on_demand;
	struct dynamodb_sse_specification *sse;
	bool has_vectors;
};
/* Of the input of either operation. */
#define RESTORE_OF(in) \
	((struct restore){ (in)->billing_mode_override, &(in)->global_secondary_index_override, \
		&(in)->local_secondary_index_override, (in)->provisioned_throughput_override, \
		(in)->on_demand_throughput_override, (in)->sse_specification_override, \
		(in)->vector_index_override.v != NULL })
/* *t is the source as it is to be restored; then the new table of that name, which is being
 * restored and has no items yet: 0 or -1. The caller puts it. */
int ddb_restore_begin(
	struct call *call, const struct restore *r, struct str name, struct table *t) MUSTCHECK;
void ddb_restore_end(struct call *call, const struct dynamodb_job_record *job);

/* ---- recovery.c ---- */

/* Stops keeping undo records, which go bit by bit. The caller puts the table. */
void ddb_recovery_end(struct call *call, struct table *t);
/* Whether restores or exports walk the table. */
bool ddb_recovery_is_read(struct call *call, const struct table *t);
/* The moment of a restore or export, or the latest: 0, or -1 with one of these errors. From then on
 * the table's undo records are not trimmed, until ddb_recovery_done(). No change that comes after
 * is of that moment. */
int ddb_recovery_begin(struct call *call, const struct table *t, const struct opt_time *asked,
	const struct error_shape *error, int64_t *moment_ms) MUSTCHECK;
void ddb_recovery_done(struct call *call, int64_t undo_number);
/* A part of a job that restores; false: there is nothing to do any more. more: there is some. */
bool ddb_recovery_run(struct call *call, struct dynamodb_job_record *job, bool *more);
void ddb_recovery_job_end(struct call *call, const struct dynamodb_job_record *job);

/* ---- backup.c ---- */

/* Before an item is changed while its table's backup is being made: what it was; NULL: none. */
void ddb_backup_keep(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *before);
/* A part of a job that backs up or restores; false: there is nothing to do any more. */
bool ddb_backup_run(struct call *call, const struct dynamodb_job_record *job,
	const struct str *keys, const struct str *values, size_t n);
void ddb_backup_end(struct call *call, const struct dynamodb_job_record *job);
/* The items of a table that goes become a backup: 0 or -1. */
int ddb_backup_deleted(struct call *call, const struct table *t) MUSTCHECK;
/* Both are call_fn with a struct trim: backups whose days are over. */
int ddb_backup_trim_look(struct call *call, void *trim);
int ddb_backup_trim_run(struct call *call, void *trim);

/* ---- jobs.c ---- */

/* The job is begun after the commit. */
void job_put(struct call *call, struct dynamodb_job_record *job);

/* ---- sweep.c ---- */

void ddb_sweep_run(void *dynamodb);
/* For call_after: there is a job. */
void ddb_sweep_wake(void *dynamodb);

#endif
