/*
 * The fiber that writes exports: of each in turn one data file, whose objects are put before the
 * record says so. A file's name comes of its number and what is in it of the export's moment, so
 * that a file that is written again, after a crash or by another process, is the same.
 */
#include "services/dynamodb/transfers/export.h"
#include "api/s3.h"
#include "aws/codec.h"
#include <stdlib.h>

enum outcome { WENT_ON, WAITS, STOPPED };

struct exporter {
	struct dynamodb *d;
	struct arena arena; /* of one step */
	struct call call;
	struct export export;
	struct buf at;   /* the job that was looked at last */
	struct str list; /* manifest-files.json */
	bool found;
};

static void renew(struct exporter *x)
{
	arena_fini(&x->arena);
	call_init(&x->call, x->d->aws, &x->arena, NULL);
	x->call.api = &dynamodb_api;
}

static struct str file_key(struct call *call, const struct export *e, int64_t file)
{
	struct key_part parts[] = { KEY_LITERAL("dynamodb"), KEY_LITERAL(""),
		KEY_LITERAL("export-file"), key_text(e->r.id), key_int(file) };
	return key_encode(call->arena, parts, file < 0 ? 4 : 5);
}

/* ---- what it is to do ---- */

static int next_job(struct call *call, void *arg)
{
	struct exporter *x = arg;
	struct str all = KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
			   KEY_LITERAL("export-job")),
		   begin = x->at.n ? key_after(call->arena, buf_view(&x->at)) : all;
	struct key_part p[6];
	struct txn_cursor c;
	struct str key = { 0 };
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	if (txn_cursor_next(&c))
		key = arena_str(call->arena, c.key);
	txn_cursor_close(&c);
	x->found = key.p && key_decode(call->arena, key, p, 6) == 6;
	if (!x->found)
		return 0;
	x->at.n = 0;
	buf_str(&x->at, key);
	x->export = (struct export){ p[3].text, p[4].text, { .id = p[5].text } };
	/* No export without its record; a record without an export is nothing to do. */
	if (!ddb_export_get(call, &x->export))
		x->export.r.status = STR("");
	return 0;
}

/* ---- the ends ---- */

/* Whether it is as the step found it. */
static bool is_still_there(struct call *call, const struct export *e)
{
	struct export now = *e;
	return ddb_export_get(call, &now) && str_is(now.r.status, "IN_PROGRESS") &&
	       now.r.files.v == e->r.files.v;
}

static int end(struct call *call, void *arg)
{
	struct exporter *x = arg;
	struct str files = file_key(call, &x->export, -1);
	if (!is_still_there(call, &x->export))
		return 0;
	ddb_export_put(call, &x->export);
	txn_delete(call->txn, ddb_export_job_key(call, &x->export));
	txn_delete_range(call->txn, files, key_range_end(call->arena, files));
	ddb_recovery_done(call, x->export.r.source->undo_number.v);
	return 0;
}

/* What S3 refuses ends the export; what the server can't do now is tried again, for a day. */
static enum outcome fail_export(struct exporter *x)
{
	struct call_error error = x->call.error;
	struct dynamodb_export_record *r = &x->export.r;
	x->call.error = (struct call_error){ 0 };
	if (x->d->stopping)
		return STOPPED;
	if (error.shape && error.shape->is_server_fault &&
		x->call.now_ms - r->started.ms < DDB_EXPORT_TRY_MS)
		return WAITS;
	r->status = STR("FAILED");
	if (!error.shape || error.shape->is_server_fault)
		r->failure_code = STR("InternalServerError");
	else
		r->failure_code = arena_printf(x->call.arena, "S3%s",
			error.shape == &aws_access_denied ? "AccessDenied"
							  : error.shape->query_code);
	r->failure_message = error.message;
	r->ended = OPT_TIME(x->call.now_ms);
	return call_write(&x->call, end, x) < 0 ? WAITS : WENT_ON;
}

/* ---- objects ---- */

/* 0, with its ETag, or -1. */
static int put(struct exporter *x, struct str key, struct str data, struct str *e_tag)
{
	const struct dynamodb_export_record *r = &x->export.r;
	struct identity as = { .account = x->export.account,
		.region = x->export.region,
		.principal_id = STR("dynamodb.amazonaws.com"),
		.service = STR("dynamodb.amazonaws.com") };
	struct s3_store_object_input in = {
		.bucket = r->bucket,
		.key = key,
		.data = data,
		.server_side_encryption = str_is(r->sse, "KMS") ? STR("aws:kms") : STR("AES256"),
		.ssekms_key_id = r->kms_key,
		/* Whose bucket it is must be said when it is another account's. */
		.expected_bucket_owner = r->owner.p ? r->owner : x->export.account,
	};
	struct s3_store_object_output out = { 0 };
	if (call_inner(&x->call, &s3_store_object_operation, &as, &in, &out) < 0)
		return -1;
	if (e_tag)
		*e_tag = out.e_tag;
	return 0;
}

/* manifest-x.json and the MD5 of it. */
static int put_with_md5(struct exporter *x, const char *name, const char *md5_name, struct str text)
{
	struct str e_tag;
	if (put(x, export_path(&x->call, &x->export, name), text, &e_tag) < 0)
		return -1;
	return put(
		x, export_path(&x->call, &x->export, md5_name), export_md5(&x->call, e_tag), NULL);
}

/* ---- a data file ---- */

struct bite {
	struct undo_walk walk;
	struct table source;
};

static int read_bite(struct call *call, void *arg)
{
	struct bite *b = arg;
	b->walk.source = &b->source;
	ddb_undo_walk(call, &b->walk);
	return 0;
}

/* One bite's lines; from is where it goes on. */
static int add_bite(struct exporter *x, struct gzip *z, struct buf *from, bool *more)
{
	struct dynamodb_export_record *r = &x->export.r;
	struct arena arena = { 0 };
	struct buf lines = { 0 };
	struct call call;
	struct bite b = { .source = ddb_export_source(&x->export) };
	b.walk = (struct undo_walk){ .moment_ms = r->moment.v,
		.is_changes = !ddb_export_is_full(&x->export),
		.since_ms = r->since.v,
		.from = buf_view(from) };
	call_init(&call, x->d->aws, &arena, NULL);
	call.api = &dynamodb_api;
	int result = call_read(&call, read_bite, &b);
	if (result == 0)
		result = export_lines(&call, &x->export, &b.walk, &lines, &r->items.v, &r->bytes.v);
	if (result < 0 && call.error.shape)
		result = fail(&x->call, call.error.shape, "%.*s", STR_ARG(call.error.message));
	if (result == 0) {
		gzip_add(z, buf_view(&lines));
		struct buf next = { 0 };
		buf_str(&next, b.walk.from);
		buf_fini(from);
		*from = next;
		*more = b.walk.more;
	}
	buf_fini(&lines);
	arena_fini(&arena);
	return result;
}

struct file {
	struct exporter *x;
	struct export before; /* as the step found it */
	struct dynamodb_exported_file line;
};

static int commit_file(struct call *call, void *arg)
{
	struct file *f = arg;
	if (!is_still_there(call, &f->before))
		return 0;
	call_put_record(call, file_key(call, &f->before, f->before.r.files.v),
		&dynamodb_exported_file_shape, &f->line);
	ddb_export_put(call, &f->x->export);
	return 0;
}

static enum outcome write_file(struct exporter *x)
{
	struct dynamodb_export_record *r = &x->export.r;
	struct file f = { .x = x, .before = x->export };
	struct buf data = { 0 }, from = { 0 };
	struct gzip z;
	int result = 0;
	bool more = true;
	buf_str(&from, r->from);
	gzip_begin(&z, &data);
	while (result == 0 && more && data.n < DDB_EXPORT_FILE_BYTES && !x->d->stopping) {
		result = add_bite(x, &z, &from, &more);
		fiber_yield();
	}
	if (gzip_end(&z) < 0)
		result = -1;
	f.line.data_file_s3_key = export_data_path(&x->call, &x->export, r->files.v);
	if (result == 0 && !x->d->stopping)
		result = put(x, f.line.data_file_s3_key, buf_view(&data), &f.line.etag);
	if (result == 0 && !x->d->stopping) {
		f.line.item_count = OPT_I64(r->items.v - f.before.r.items.v);
		f.line.md5_checksum = export_md5(&x->call, f.line.etag);
		r->from = arena_str(&x->arena, buf_view(&from));
		r->files = OPT_I64(r->files.v + 1);
		r->is_whole = OPT_BOOL(!more);
		result = call_write(&x->call, commit_file, &f);
	}
	buf_fini(&data);
	buf_fini(&from);
	if (result == 0)
		return x->d->stopping ? STOPPED : WENT_ON;
	x->export = f.before;
	return fail_export(x);
}

/* ---- the manifests ---- */

static int list_files(struct call *call, void *arg)
{
	struct exporter *x = arg;
	struct str all = file_key(call, &x->export, -1);
	struct buf out = { 0 };
	struct txn_cursor c;
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		struct dynamodb_exported_file line = { 0 };
		if (record_decode(call->arena, &dynamodb_exported_file_shape, c.value, &line) < 0)
			continue;
		json_encode(&out, &dynamodb_exported_file_shape, &line, false);
		buf_char(&out, '\n');
	}
	txn_cursor_close(&c);
	x->list = arena_str(call->arena, buf_view(&out));
	buf_fini(&out);
	return 0;
}

static enum outcome finish(struct exporter *x)
{
	struct export before = x->export;
	x->export.r.ended = OPT_TIME(x->call.now_ms);
	if (call_read(&x->call, list_files, x) < 0 ||
		put_with_md5(x, "manifest-files.json", "manifest-files.md5", x->list) < 0 ||
		put_with_md5(x, "manifest-summary.json", "manifest-summary.md5",
			export_summary(&x->call, &x->export)) < 0) {
		x->export = before;
		return fail_export(x);
	}
	x->export.r.status = STR("COMPLETED");
	return call_write(&x->call, end, x) < 0 ? WAITS : WENT_ON;
}

/* ---- the fiber ---- */

static int drop_job(struct call *call, void *arg)
{
	struct exporter *x = arg;
	txn_delete(call->txn, buf_view(&x->at));
	return 0;
}

static enum outcome step(struct exporter *x)
{
	const struct dynamodb_export_record *r = &x->export.r;
	if (!str_is(r->status, "IN_PROGRESS"))
		return call_write(&x->call, drop_job, x) < 0 ? WAITS : WENT_ON;
	if (r->is_whole.v)
		return finish(x);
	if (!r->files.v && put(x, export_path(&x->call, &x->export, "_started"), STR(""), NULL) < 0)
		return fail_export(x);
	return write_file(x);
}

void ddb_export_wake(void *arg)
{
	struct dynamodb *d = arg;
	waitq_wake_all(&d->exports);
}

void ddb_export_run(void *arg)
{
	struct exporter *x = xcalloc(1, sizeof *x);
	x->d = arg;
	while (!x->d->stopping) {
		bool went_on = false;
		x->at.n = 0;
		do {
			renew(x);
			x->found = false;
			if (call_read(&x->call, next_job, x) == 0 && x->found)
				went_on |= step(x) == WENT_ON;
			fiber_yield();
		} while (x->found && !x->d->stopping);
		if (!went_on && !x->d->stopping)
			waitq_wait(&x->d->exports, DDB_SWEEP_MS);
	}
	buf_fini(&x->at);
	arena_fini(&x->arena);
	x->d->running--;
	waitq_wake_all(&x->d->ended);
	free(x);
}
