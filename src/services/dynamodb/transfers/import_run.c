/*
 * The fibers that do imports, one each: the table is made, the objects under the prefix are read in
 * the order of their keys, and each batch of items is written in one transaction with how far the
 * import is. So a crash, or another process, finds it as it was after the last batch.
 */
#include "services/dynamodb/transfers/import.h"
#include "api/logs.h"
#include "aws/codec.h"
#include "base/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum outcome { WENT_ON, WAITS, ENDED };

struct importer {
	struct dynamodb *d;
	struct list link; /* in d->importers */
	char *account, *region, *id;
	struct arena arena; /* of one step */
	struct call call;
	struct import import;
	bool found;
};

static void renew(struct importer *x)
{
	arena_fini(&x->arena);
	call_init(&x->call, x->d->aws, &x->arena, NULL);
	x->call.api = &dynamodb_api;
	x->call.identity =
		(struct identity){ .account = str_c(x->account), .region = str_c(x->region) };
}

/* The import as it is, and who began it. */
static int load(struct call *call, void *arg)
{
	struct importer *x = arg;
	x->import = (struct import){ str_c(x->account), str_c(x->region), { .id = str_c(x->id) } };
	x->found = ddb_import_get(call, &x->import) && str_is(x->import.r.status, "IN_PROGRESS");
	return 0;
}

static void become_beginner(struct importer *x)
{
	const struct dynamodb_import_record *r = &x->import.r;
	x->call.identity.principal_arn = r->principal_arn;
	x->call.identity.principal_id = r->principal_id;
	x->call.identity.role_arn = r->principal_role;
	x->call.identity.session_policy = r->session_policy;
	x->call.identity.is_root = r->is_root.v;
}

/* ---- changes of its record ---- */

/* Whether it is where the step found it. */
static bool is_as_found(struct call *call, const struct import *i)
{
	struct import now = *i;
	return ddb_import_get(call, &now) && str_is(now.r.status, "IN_PROGRESS") &&
	       now.r.number.v == i->r.number.v && now.r.offset.v == i->r.offset.v &&
	       str_eq(now.r.object, i->r.object) && str_eq(now.r.key, i->r.key);
}

struct change {
	const struct import *found;
	struct import next;
};

static int end(struct call *call, void *arg)
{
	struct change *c = arg;
	struct table t;
	if (!is_as_found(call, c->found))
		return 0;
	if (c->next.r.number.v &&
		ddb_table_get(call, c->next.account, c->next.region,
			c->next.r.parameters->table_name, &t) &&
		t.r.number.v == c->next.r.number.v) {
		t.r.is_restoring = OPT_BOOL(false);
		ddb_table_put(call, &t);
	}
	ddb_import_put(call, &c->next);
	txn_delete(call->txn, ddb_import_job_key(call, &c->next));
	return 0;
}

/* code p == NULL: as well as it could. */
static enum outcome end_import(struct importer *x, struct str code, struct str message)
{
	struct change c = { &x->import, x->import };
	struct dynamodb_import_record *r = &c.next.r;
	x->call.error = (struct call_error){ 0 };
	if (!code.p && r->errors.v) {
		code = STR("ItemValidationError");
		message = STR("Some of the items failed validation checks and were not imported. "
			      "Please check CloudWatch error logs for more details.");
	}
	r->status = code.p ? STR("FAILED") : STR("COMPLETED");
	r->failure_code = code;
	r->failure_message = message;
	r->ended = OPT_TIME(x->call.now_ms);
	return call_write(&x->call, end, &c) < 0 ? WAITS : ENDED;
}

/* What S3 refuses ends the import; what the server can't do now is tried again, for a day. */
static enum outcome fail_import(struct importer *x)
{
	const struct error_shape *shape = x->call.error.shape;
	bool is_fault = !shape || shape->is_server_fault;
	const char *code = !shape                        ? "InternalFailure"
			   : shape == &aws_access_denied ? "AccessDenied"
							 : shape->query_code;
	if (is_fault && x->call.now_ms - x->import.r.started.ms < DDB_IMPORT_TRY_MS)
		return WAITS;
	struct str message = arena_printf(&x->arena,
		"%.*s (Service: Amazon S3; Status Code: %d; Error Code: %s; Request ID: %.*s)",
		STR_ARG(x->call.error.message), shape ? shape->status : 500, code,
		STR_ARG(x->call.request_id));
	return end_import(x, arena_printf(&x->arena, "S3%s", code), message);
}

/* ---- the table, and which object is next ---- */

/* 0, and the key of the next object, p == NULL after the last; or -1. */
static int find_object(struct importer *x, struct str *key)
{
	const struct dynamodb_import_record *r = &x->import.r;
	struct s3_find_objects_input in = { .bucket = r->source->s3_bucket,
		.prefix = r->source->s3_key_prefix,
		.start_after = r->key,
		.max_keys = OPT_I64(1),
		.expected_bucket_owner = r->source->s3_bucket_owner };
	struct s3_find_objects_output out = { 0 };
	if (call_inner(&x->call, &s3_find_objects_operation, NULL, &in, &out) < 0)
		return -1;
	*key = out.keys.n ? out.keys.v[0] : (struct str){ 0 };
	return 0;
}

static int make_table(struct call *call, void *arg)
{
	struct change *c = arg;
	struct dynamodb_create_table_input in = ddb_import_table(&c->next);
	struct table t;
	if (!is_as_found(call, c->found))
		return 0;
	if (ddb_table_get(call, c->next.account, c->next.region, in.table_name, &t))
		return fail(call, &dynamodb_resource_in_use_exception, "Table already exists: %.*s",
			STR_ARG(in.table_name));
	t = ddb_table_new(call, &in, c->next.r.table_id);
	t.r.is_restoring = OPT_BOOL(true);
	ddb_table_put(call, &t);
	c->next.r.number = t.r.number;
	ddb_import_put(call, &c->next);
	return 0;
}

/* A bucket that can't be read leaves no table. */
static enum outcome begin(struct importer *x)
{
	struct change c = { &x->import, x->import };
	struct str key;
	if (find_object(x, &key) < 0)
		return fail_import(x);
	if (call_write(&x->call, make_table, &c) == 0)
		return WENT_ON;
	if (x->call.error.shape == &dynamodb_resource_in_use_exception)
		return end_import(x, STR("TableAlreadyExists"), x->call.error.message);
	return WAITS;
}

static int put_next(struct call *call, void *arg)
{
	struct change *c = arg;
	if (is_as_found(call, c->found))
		ddb_import_put(call, &c->next);
	return 0;
}

static enum outcome next_object(struct importer *x)
{
	struct change c = { &x->import, x->import };
	struct str key;
	if (find_object(x, &key) < 0)
		return fail_import(x);
	if (!key.p)
		return end_import(x, (struct str){ 0 }, (struct str){ 0 });
	if (x->import.r.objects.v == DDB_IMPORT_OBJECTS_MAX)
		return end_import(x, STR("ImportLimitExceeded"),
			arena_printf(&x->arena, "The import has more than %d objects",
				DDB_IMPORT_OBJECTS_MAX));
	c.next.r.object = key;
	c.next.r.objects.v++;
	c.next.r.offset = c.next.r.index = OPT_I64(0);
	return call_write(&x->call, put_next, &c) < 0 ? WAITS : WENT_ON;
}

/* ---- batches of an object's items ---- */

struct item_error {
	int64_t index;
	struct str message;
};

struct batch {
	struct importer *x;
	struct import found;            /* with the object's own header */
	struct dynamodb_strings header; /* the record's */
	struct arena arena;             /* of the records */
	struct str *records;
	size_t n, bytes, skip;
	bool is_last, is_bad; /* the object ends after it; or can't be read on */
	/* What the transaction did. */
	struct import next;
	struct item_error *errors;
	size_t error_count;
	bool is_stale;
};

static void note_error(struct call *call, struct batch *b, struct str message)
{
	struct dynamodb_import_record *r = &b->next.r;
	message.n = MIN(message.n, (size_t)DDB_IMPORT_ERROR_BYTES);
	b->errors[b->error_count++] =
		(struct item_error){ r->index.v, arena_str(&b->arena, message) };
	r->errors.v++;
	r->items.v++;
	r->index.v++;
	call->error = (struct call_error){ 0 };
}

static bool is_blank(struct str record)
{
	return str_trim(record).n == 0;
}

/* What can't become an item ends the reading of its object ("we may skip processing the remaining
 * portion of the object"); what the table's rules refuse doesn't. */
static int write_items(struct call *call, struct batch *b, const struct table *t)
{
	struct dynamodb_import_record *r = &b->next.r;
	for (size_t i = 0; i < b->n; i++) {
		struct dynamodb_attributes item;
		if (is_blank(b->records[i]))
			continue;
		if (import_item(call, &b->found, b->records[i], &item) < 0) {
			note_error(call, b, STR("The record can't be read as an item."));
			b->next.r.object = STR("");
			return 0;
		}
		if (import_write(call, t, &item) < 0) {
			if (call->error.shape->is_server_fault)
				return -1;
			note_error(call, b, call->error.message);
			continue;
		}
		r->imported.v++;
		r->items.v++;
		r->index.v++;
	}
	if (b->is_bad)
		note_error(call, b,
			STR("The object can't be read: it is not compressed as the "
			    "import says, or a record is too long."));
	return 0;
}

static int write_batch(struct call *call, void *arg)
{
	struct batch *b = arg;
	struct dynamodb_import_record *r = &b->next.r;
	struct table t;
	b->next = b->found;
	b->error_count = 0;
	b->is_stale = !is_as_found(call, &b->found) ||
		      !ddb_table_get(call, b->found.account, b->found.region,
			      b->found.r.parameters->table_name, &t) ||
		      t.r.number.v != b->found.r.number.v;
	if (b->is_stale)
		return 0;
	if (write_items(call, b, &t) < 0)
		return -1;
	r->offset.v += (int64_t)b->bytes;
	r->bytes = OPT_I64(r->bytes.v + (int64_t)b->bytes);
	if (b->is_last || b->is_bad || !r->object.n) {
		r->key = b->found.r.object;
		r->object = STR("");
		r->offset = r->index = OPT_I64(0);
	}
	r->header = b->header;
	ddb_import_put(call, &b->next);
	return 0;
}

/* Records until there are enough, or the object ends. */
static void fill_batch(struct batch *b, struct import_object *o)
{
	b->records = ARENA_ARRAY(&b->arena, struct str, DDB_IMPORT_BATCH);
	b->errors = ARENA_ARRAY(&b->arena, struct item_error, DDB_IMPORT_BATCH + 1);
	while (b->n < DDB_IMPORT_BATCH && b->bytes < DDB_IMPORT_BATCH_BYTES) {
		struct str record;
		size_t bytes;
		int r = import_object_next(o, &record, &bytes);
		b->is_last = r == 0;
		b->is_bad = r < 0;
		if (r <= 0)
			return;
		if (b->skip) {
			b->skip -= MIN(b->skip, bytes);
			continue;
		}
		b->records[b->n++] = arena_str(&b->arena, record);
		b->bytes += bytes;
	}
}

/* The log of errors is not a part of what is sure to be kept. */
static void log_errors(struct batch *b)
{
	struct importer *x = b->x;
	const struct import *i = &b->found;
	struct identity as = {
		.account = i->account, .region = i->region, .service = STR("dynamodb.amazonaws.com")
	};
	struct logs_input_log_event *events =
		ARENA_ARRAY(&b->arena, struct logs_input_log_event, b->error_count + 1);
	struct logs_append_input in = { .log_group_name = STR("/aws-dynamodb/imports"),
		.log_stream_name = arena_printf(&b->arena, "%.*s/error", STR_ARG(i->r.id)),
		.log_events = { events, 0 } };
	struct logs_append_output out;
	for (size_t k = 0; k < b->error_count; k++) {
		struct dynamodb_import_pointer pointer = { i->r.source->s3_bucket, i->r.object,
			OPT_I64(b->errors[k].index) };
		struct dynamodb_import_error_line line = { &pointer, ddb_import_arn(&x->call, i),
			{ &b->errors[k].message, 1 } };
		struct buf text = { 0 };
		json_encode(&text, &dynamodb_import_error_line_shape, &line, false);
		events[in.log_events.n++] = (struct logs_input_log_event){ OPT_I64(x->call.now_ms),
			arena_str(&b->arena, buf_view(&text)) };
		buf_fini(&text);
	}
	if (in.log_events.n && call_inner(&x->call, &logs_append_operation, &as, &in, &out) < 0)
		log_warn("dynamodb: errors of import %s are not logged: %.*s", x->id,
			STR_ARG(x->call.error.message));
	x->call.error = (struct call_error){ 0 };
}

static enum outcome run_batch(struct batch *b)
{
	enum outcome outcome = WENT_ON;
	if (call_write(&b->x->call, write_batch, b) < 0 || b->is_stale)
		outcome = WAITS;
	else
		log_errors(b);
	return outcome;
}

/* ---- an object ---- */

/* The first record names the columns, unless the import does. */
static int read_header(struct importer *x, struct import_object *o, struct arena *arena)
{
	struct dynamodb_import_record *r = &x->import.r;
	struct str record, *fields;
	size_t bytes;
	if (!str_is(r->format, "CSV") || r->header.n)
		return 0;
	int found = import_object_next(o, &record, &bytes);
	if (found <= 0)
		return found;
	ssize_t n = import_csv_fields(arena, arena_str(arena, record), r->delimiter.p[0], &fields);
	for (ssize_t i = 0; i < n; i++)
		for (ssize_t k = 0; k <= i; k++)
			if (!fields[i].n || (k < i && str_eq(fields[i], fields[k])))
				return -EINVAL;
	if (n < 0)
		return -EINVAL;
	r->header = (struct dynamodb_strings){ fields, (size_t)n };
	/* Its bytes are of the object's text too. */
	if (!r->offset.v)
		r->bytes = OPT_I64(r->bytes.v + (int64_t)bytes);
	return 0;
}

static enum import_compression compression_of(const struct import *i)
{
	return str_is(i->r.compression, "GZIP")   ? IMPORT_GZIP
	       : str_is(i->r.compression, "ZSTD") ? IMPORT_ZSTD
						  : IMPORT_PLAIN;
}

/* Batch after batch; the import's record is renewed by each. */
static enum outcome read_batches(struct importer *x, struct import_object *o)
{
	struct dynamodb_strings own = x->import.r.header;
	size_t skip = (size_t)x->import.r.offset.v;
	struct arena arena = { 0 };
	bool is_bad = read_header(x, o, &arena) < 0;
	struct dynamodb_strings header = x->import.r.header;
	enum outcome outcome = WENT_ON;
	for (bool done = false; !done && outcome == WENT_ON && !x->d->stopping;) {
		struct batch b = { .x = x, .found = x->import, .header = own, .skip = skip };
		b.found.r.header = header;
		if (is_bad) {
			b.is_bad = true;
			b.errors = ARENA_ARRAY(&b.arena, struct item_error, 1);
		} else {
			fill_batch(&b, o);
		}
		outcome = run_batch(&b);
		done = outcome != WENT_ON || !b.next.r.object.n;
		skip = b.skip;
		x->import.r.offset = b.next.r.offset;
		x->import.r.index = b.next.r.index;
		x->import.r.bytes = b.next.r.bytes;
		x->import.r.items = b.next.r.items;
		x->import.r.imported = b.next.r.imported;
		x->import.r.errors = b.next.r.errors;
		arena_fini(&b.arena);
		fiber_yield();
	}
	arena_fini(&arena);
	return outcome;
}

/* An object that went after it was listed is one error. */
static enum outcome skip_object(struct importer *x)
{
	struct batch b = { .x = x, .found = x->import, .header = x->import.r.header };
	b.is_bad = true;
	b.errors = ARENA_ARRAY(&b.arena, struct item_error, 1);
	enum outcome outcome = run_batch(&b);
	arena_fini(&b.arena);
	return outcome;
}

static enum outcome read_object(struct importer *x)
{
	const struct dynamodb_import_record *r = &x->import.r;
	struct s3_locate_object_input in = { .bucket = r->source->s3_bucket, .key = r->object };
	struct s3_locate_object_output located = { 0 };
	if (call_inner(&x->call, &s3_locate_object_operation, NULL, &in, &located) < 0) {
		bool is_gone = x->call.error.shape &&
			       str_is(str_c(x->call.error.shape->query_code), "NoSuchKey");
		x->call.error = is_gone ? (struct call_error){ 0 } : x->call.error;
		return is_gone ? skip_object(x) : fail_import(x);
	}
	struct import_object *o = import_object_open(
		x->d->aws, &located, compression_of(&x->import), str_is(r->format, "CSV"));
	enum outcome outcome = read_batches(x, o);
	import_object_close(o);
	return outcome;
}

/* ---- the fibers ---- */

static enum outcome step(struct importer *x)
{
	if (!x->import.r.number.v)
		return begin(x);
	return x->import.r.object.n ? read_object(x) : next_object(x);
}

static void run_import(void *arg)
{
	struct importer *x = arg;
	enum outcome outcome = WENT_ON;
	while (outcome != ENDED && !x->d->stopping) {
		renew(x);
		outcome = WAITS;
		if (call_read(&x->call, load, x) == 0) {
			become_beginner(x);
			outcome = x->found ? step(x) : ENDED;
		}
		if (outcome == WAITS && !x->d->stopping)
			waitq_wait(&x->d->imports, DDB_SWEEP_MS);
		fiber_yield();
	}
	arena_fini(&x->arena);
	list_remove(&x->link);
	waitq_wake_all(&x->d->ended);
	free(x->account);
	free(x->region);
	free(x->id);
	free(x);
}

static char *copy(struct str s)
{
	char *text = xcalloc(1, s.n + 1);
	memcpy(text, s.p, s.n);
	return text;
}

static bool is_running(struct dynamodb *d, const struct key_part *p)
{
	struct importer *x;
	LIST_FOR(x, &d->importers, struct importer, link)
	if (str_is(p[3].text, x->account) && str_is(p[4].text, x->region) &&
		str_is(p[5].text, x->id))
		return true;
	return false;
}

static void start_import(struct dynamodb *d, const struct key_part *p)
{
	struct importer *x = xcalloc(1, sizeof *x);
	*x = (struct importer){
		.d = d, .account = copy(p[3].text), .region = copy(p[4].text), .id = copy(p[5].text)
	};
	list_append(&d->importers, &x->link);
	if (fiber_start(run_import, x) == 0)
		return;
	list_remove(&x->link);
	free(x->account);
	free(x->region);
	free(x->id);
	free(x);
}

struct jobs {
	struct key_part (*v)[6];
	size_t n;
};

static int list_jobs(struct call *call, void *arg)
{
	enum { JOBS_MAX = 1000 };
	struct jobs *jobs = arg;
	struct str all = KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
		KEY_LITERAL("import-job"));
	struct txn_cursor c;
	jobs->v = arena_alloc(call->arena, JOBS_MAX * sizeof *jobs->v);
	jobs->n = 0;
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	while (jobs->n < JOBS_MAX && txn_cursor_next(&c))
		if (key_decode(call->arena, c.key, jobs->v[jobs->n], 6) == 6)
			jobs->n++;
	txn_cursor_close(&c);
	return 0;
}

void ddb_import_wake(void *arg)
{
	struct dynamodb *d = arg;
	waitq_wake_all(&d->imports);
}

void ddb_import_run(void *arg)
{
	struct dynamodb *d = arg;
	while (!d->stopping) {
		struct arena arena = { 0 };
		struct jobs jobs = { 0 };
		struct call call;
		call_init(&call, d->aws, &arena, NULL);
		call.api = &dynamodb_api;
		if (call_read(&call, list_jobs, &jobs) == 0)
			for (size_t i = 0; i < jobs.n && !d->stopping; i++)
				if (!is_running(d, jobs.v[i]))
					start_import(d, jobs.v[i]);
		arena_fini(&arena);
		if (!d->stopping)
			waitq_wait(&d->imports, DDB_SWEEP_MS);
	}
	d->running--;
	waitq_wake_all(&d->ended);
}
