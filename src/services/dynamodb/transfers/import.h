/* What the files of imports share: their records, the fibers that do them, the objects' text. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TRANSFERS_IMPORT_H
#define SAMOVAR_SERVICES_DYNAMODB_TRANSFERS_IMPORT_H

#include "api/s3.h"
#include "services/dynamodb/tables/tables.h"
#include "services/dynamodb/transfers/limits.h"

struct import {
	struct str account, region;
	struct dynamodb_import_record r;
};

/* ---- import.c: in a transaction ---- */

/* By its account, region and r.id. */
bool ddb_import_get(struct call *call, struct import *i);
void ddb_import_put(struct call *call, const struct import *i);
struct str ddb_import_arn(struct call *call, const struct import *i);
/* That it is to be done: (dynamodb-tables, "", import-job, account, region, id). */
struct str ddb_import_job_key(struct call *call, const struct import *i);
/* The table's parameters as CreateTable takes them. */
struct dynamodb_create_table_input ddb_import_table(const struct import *i);

/* ---- import_run.c ---- */

/* The service's fiber: it starts one for each import. */
void ddb_import_run(void *dynamodb);
/* For call_after: there is an import. */
void ddb_import_wake(void *dynamodb);

/* ---- import_object.c: an object's text, record by record ---- */

enum import_compression { IMPORT_PLAIN, IMPORT_GZIP, IMPORT_ZSTD };

struct import_object;
/*
 * The object's parts are pinned until it is closed; located must outlive it. Records end at a
 * newline, of CSV (RFC 4180) at one outside of quotes.
 */
struct import_object *import_object_open(struct aws *aws,
	const struct s3_locate_object_output *located, enum import_compression compression,
	bool is_csv);
/*
 * In a fiber: the next record without its newline, valid until the next call, and how many bytes of
 * the text it took: 1; 0 at the end; -EINVAL: the text can't be read on (it is not compressed so,
 * or a record is too long).
 */
int import_object_next(struct import_object *o, struct str *record, size_t *bytes);
void import_object_close(struct import_object *o);

/* ---- import_item.c: items out of records ---- */

/* The fields of a CSV record: their number, or -EINVAL for quotes out of place. */
ssize_t import_csv_fields(
	struct arena *arena, struct str record, char delimiter, struct str **fields) MUSTCHECK;
/* The item in a record: 0, or -EINVAL: the record is none. */
int import_item(struct call *call, const struct import *i, struct str record,
	struct dynamodb_attributes *out) MUSTCHECK;
/* 0, or -1 after fail(): the table's rules refuse it. */
int import_write(
	struct call *call, const struct table *t, const struct dynamodb_attributes *item) MUSTCHECK;

#endif
