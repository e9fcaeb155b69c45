/* What the files of exports share: their records, the fiber that writes them, their objects. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TRANSFERS_EXPORT_H
#define SAMOVAR_SERVICES_DYNAMODB_TRANSFERS_EXPORT_H

#include "services/dynamodb/tables/undo.h"
#include "services/dynamodb/transfers/limits.h"

struct export
{
	struct str account, region;
	struct dynamodb_export_record r;
};

/* ---- export.c: in a transaction ---- */

/* By its account, region and r.id. */
bool ddb_export_get(struct call *call, struct export *e);
void ddb_export_put(struct call *call, const struct export *e);
struct str ddb_export_arn(struct call *call, const struct export *e);
/* The table that is exported. */
struct table ddb_export_source(const struct export *e);
/* That it is to be written: (dynamodb-tables, "", export-job, account, region, id). */
struct str ddb_export_job_key(struct call *call, const struct export *e);
bool ddb_export_is_full(const struct export *e);

/* ---- export_run.c ---- */

/* The service's fiber. */
void ddb_export_run(void *dynamodb);
/* For call_after: there is an export. */
void ddb_export_wake(void *dynamodb);

/* ---- export_text.c: what the objects say ---- */

/* Keys of objects, in the arena: prefix/AWSDynamoDB/id/name. */
struct str export_path(struct call *call, const struct export *e, const char *name);
/* The same file's in every try. */
struct str export_data_path(struct call *call, const struct export *e, int64_t file);
/* What a walk's bite has found, one line of JSON for each item: 0, or -1 when one can't be read. */
int export_lines(struct call *call, const struct export *e, const struct undo_walk *w,
	struct buf *out, int64_t *items, int64_t *bytes) MUSTCHECK;
struct str export_summary(struct call *call, const struct export *e);
/* The base64 of an MD5 that is an ETag. */
struct str export_md5(struct call *call, struct str e_tag);

/* Compresses by gzip into out, on the pool of threads. */
struct gzip {
	struct archive *archive;
	struct buf *out;
	struct str part;
	bool is_bad;
};
void gzip_begin(struct gzip *z, struct buf *out);
void gzip_add(struct gzip *z, struct str part);
/* 0 or -ENOMEM. */
int gzip_end(struct gzip *z) MUSTCHECK;

#endif
