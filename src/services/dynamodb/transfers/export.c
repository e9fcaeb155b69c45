/*
 * Exports of tables to S3 (Developer Guide, "DynamoDB data export to Amazon S3: how it works"):
 * begun, described and listed. An export is a record and an entry that says it is to be written;
 * export_run.c writes it.
 */
#include "services/dynamodb/transfers/export.h"
#include "api/s3.h"
#include "base/random.h"
#include "services/dynamodb/transfers/transfer.h"

/* ---- records ---- */

static bool read_token(struct call *call, struct transfer *t)
{
	struct export e = { t->account, t->region, { .id = t->id } };
	bool found = ddb_export_get(call, &e);
	t->token = e.r.token;
	return found;
}

static const struct transfer_kind exports = {
	.name = "export",
	.conflict = &dynamodb_export_conflict_exception,
	.conflict_text = "The request uses the same client token as a previous, but "
			 "non-identical export request.",
	.at_once_max = DDB_EXPORTS_AT_ONCE_MAX,
	.read_token = read_token,
};

static struct transfer transfer_of(const struct export *e)
{
	return (struct transfer){ &exports, e->account, e->region, e->r.id, e->r.token };
}

static struct str export_key(struct call *call, const struct export *e)
{
	struct transfer t = transfer_of(e);
	return transfer_key(call, &t);
}

struct str ddb_export_job_key(struct call *call, const struct export *e)
{
	struct transfer t = transfer_of(e);
	return transfer_job_key(call, &t);
}

bool ddb_export_get(struct call *call, struct export *e)
{
	struct str key = export_key(call, e);
	e->r = (struct dynamodb_export_record){ 0 };
	return call_get_record(call, key, &dynamodb_export_record_shape, &e->r);
}

void ddb_export_put(struct call *call, const struct export *e)
{
	call_put_record(call, export_key(call, e), &dynamodb_export_record_shape, &e->r);
}

struct table ddb_export_source(const struct export *e)
{
	return (struct table){
		.account = e->account, .region = e->region, .name = e->r.table, .r = *e->r.source
	};
}

struct str ddb_export_arn(struct call *call, const struct export *e)
{
	struct table t = ddb_export_source(e);
	return arena_printf(call->arena, "%.*s/export/%.*s", STR_ARG(ddb_table_arn(call, &t)),
		STR_ARG(e->r.id));
}

bool ddb_export_is_full(const struct export *e)
{
	return str_is(e->r.type, "FULL_EXPORT");
}

static struct dynamodb_export_description *describe(struct call *call, const struct export *e)
{
	struct dynamodb_export_description *d =
		ARENA_NEW(call->arena, struct dynamodb_export_description);
	struct table t = ddb_export_source(e);
	bool is_done = str_is(e->r.status, "COMPLETED");
	*d = (struct dynamodb_export_description){
		.export_arn = ddb_export_arn(call, e),
		.export_status = e->r.status,
		.start_time = e->r.started,
		.end_time = e->r.ended,
		.table_arn = ddb_table_arn(call, &t),
		.table_id = t.r.id,
		.client_token = e->r.token,
		.s3_bucket = e->r.bucket,
		.s3_bucket_owner = e->r.owner,
		.s3_prefix = e->r.prefix,
		.s3_sse_algorithm = e->r.sse,
		.s3_sse_kms_key_id = e->r.kms_key,
		.failure_code = e->r.failure_code,
		.failure_message = e->r.failure_message,
		.export_format = STR("DYNAMODB_JSON"),
		.export_type = e->r.type,
		.incremental_export_specification = e->r.increment,
	};
	if (ddb_export_is_full(e))
		d->export_time = OPT_TIME(e->r.moment.v);
	if (is_done) {
		d->export_manifest = export_path(call, e, "manifest-summary.json");
		d->billed_size_bytes = e->r.bytes;
		d->item_count = e->r.items;
	}
	return d;
}

/* ---- ExportTableToPointInTime ---- */

static int invalid(struct call *call, const char *why)
{
	return fail(call, &aws_validation_exception,
		"One or more parameter values were invalid: %s", why);
}

static int check_span(struct call *call, const struct dynamodb_incremental_export_specification *s)
{
	int64_t speed = MAX(call->aws->retry_speed, 1);
	if (!s->export_from_time.set)
		return invalid(call, "ExportFromTime must be given for an incremental export");
	int64_t to = s->export_to_time.set ? s->export_to_time.ms : call->now_ms;
	if (to - s->export_from_time.ms < DDB_EXPORT_SPAN_MIN_MS / speed)
		return invalid(call, "ExportToTime must be 15 minutes after ExportFromTime, or "
				     "later");
	if (to - s->export_from_time.ms > DDB_EXPORT_SPAN_MAX_MS)
		return invalid(call, "ExportToTime must be no more than 24 hours after "
				     "ExportFromTime");
	return 0;
}

static int check_input(
	struct call *call, const struct dynamodb_export_table_to_point_in_time_input *in)
{
	bool is_full = !str_is(in->export_type, "INCREMENTAL_EXPORT");
	if (str_is(in->export_format, "ION"))
		return invalid(call, "ExportFormat ION is not served here");
	if (in->filter_specification)
		return invalid(call, "FilterSpecification is not served here");
	if (in->s3_sse_kms_key_id.p && !str_is(in->s3_sse_algorithm, "KMS"))
		return invalid(call, "S3SseKmsKeyId is only allowed when S3SseAlgorithm is KMS");
	if (is_full && in->incremental_export_specification)
		return invalid(call, "IncrementalExportSpecification is only allowed when "
				     "ExportType is INCREMENTAL_EXPORT");
	if (is_full)
		return 0;
	if (in->export_time.set)
		return invalid(call, "ExportTime is not allowed for an incremental export");
	if (!in->incremental_export_specification)
		return invalid(call, "IncrementalExportSpecification must be given for an "
				     "incremental export");
	return check_span(call, in->incremental_export_specification);
}

/* The caller must be allowed to put objects there (ibid., "Requesting a table export"); whether the
 * bucket is there, the export finds out. */
static int check_bucket(
	struct call *call, const struct dynamodb_export_table_to_point_in_time_input *in)
{
	struct export e = { .r = { .id = STR("*"), .prefix = in->s3_prefix } };
	struct s3_check_put_object_input ask = { .bucket = in->s3_bucket,
		.key = export_path(call, &e, "*") };
	struct s3_check_put_object_output out;
	if (call_inner(call, &s3_check_put_object_operation, NULL, &ask, &out) == 0)
		return 0;
	if (call->error.shape != &aws_access_denied)
		return -1;
	call->error = (struct call_error){ 0 };
	return fail(call, &aws_access_denied,
		"User: %.*s is not authorized to perform: s3:PutObject on resource: "
		"arn:aws:s3:::%.*s/%.*s",
		STR_ARG(call->identity.principal_arn), STR_ARG(ask.bucket), STR_ARG(ask.key));
}

/* The moments of an incremental export: "inclusive start", "exclusive end". */
static int begin_span(struct call *call, const struct table *t, struct export *e,
	const struct dynamodb_incremental_export_specification *asked)
{
	struct dynamodb_incremental_export_specification *s =
		ARENA_NEW(call->arena, struct dynamodb_incremental_export_specification);
	struct opt_time last = { 0 };
	int64_t moment_ms, earliest = ddb_undo_earliest_ms(call, t);
	if (asked->export_to_time.set)
		last = OPT_TIME(asked->export_to_time.ms - 1);
	if (ddb_recovery_begin(
		    call, t, &last, &dynamodb_invalid_export_time_exception, &moment_ms) < 0)
		return -1;
	*s = *asked;
	if (!s->export_view_type.p)
		s->export_view_type = STR("NEW_AND_OLD_IMAGES");
	s->export_to_time = OPT_TIME(moment_ms + 1);
	if (s->export_from_time.ms < earliest && s->export_from_time.ms / 1000 == earliest / 1000)
		s->export_from_time = OPT_TIME(earliest);
	if (s->export_from_time.ms < earliest)
		return fail(call, &dynamodb_invalid_export_time_exception,
			"ExportFromTime must not be before EarliestRestorableDateTime "
			"(%lld.%03d) of the table",
			(long long)earliest / 1000, (int)(earliest % 1000));
	e->r.increment = s;
	e->r.since = OPT_I64(s->export_from_time.ms - 1);
	e->r.moment = OPT_I64(moment_ms);
	return 0;
}

static int begin_moment(struct call *call, const struct table *t, struct export *e,
	const struct dynamodb_export_table_to_point_in_time_input *in)
{
	int64_t moment_ms;
	if (!ddb_export_is_full(e))
		return begin_span(call, t, e, in->incremental_export_specification);
	if (ddb_recovery_begin(call, t, &in->export_time, &dynamodb_invalid_export_time_exception,
		    &moment_ms) < 0)
		return -1;
	e->r.moment = OPT_I64(moment_ms);
	return 0;
}

static struct export new_export(
	struct call *call, const struct dynamodb_export_table_to_point_in_time_input *in)
{
	struct export e = { .account = call->identity.account, .region = call->identity.region };
	char *token = arena_alloc(call->arena, UUID_LENGTH + 1);
	random_uuid(token);
	e.r = (struct dynamodb_export_record){
		.id = transfer_new_id(call),
		.started = OPT_TIME(call->now_ms),
		.status = STR("IN_PROGRESS"),
		.type = in->export_type.p ? in->export_type : STR("FULL_EXPORT"),
		.token = in->client_token.p ? in->client_token : (struct str){ token, UUID_LENGTH },
		.bucket = in->s3_bucket,
		.owner = in->s3_bucket_owner,
		.prefix = in->s3_prefix,
		.sse = in->s3_sse_algorithm.p ? in->s3_sse_algorithm : STR("AES256"),
		.kms_key = in->s3_sse_kms_key_id,
		.files = OPT_I64(0),
		.items = OPT_I64(0),
		.bytes = OPT_I64(0),
	};
	return e;
}

struct begin {
	const struct dynamodb_export_table_to_point_in_time_input *in;
	struct dynamodb_export_table_to_point_in_time_output *out;
};

static int begin(struct call *call, void *arg)
{
	struct begin *b = arg;
	struct export e = new_export(call, b->in);
	struct table t;
	struct transfer transfer = transfer_of(&e);
	int done = transfer_find(
		call, &transfer, &dynamodb_export_table_to_point_in_time_input_shape, b->in);
	if (done < 0)
		return -1;
	if (done) {
		e.r.id = transfer.id;
		if (!ddb_export_get(call, &e))
			assert(!"it was found");
		b->out->export_description = describe(call, &e);
		return 0;
	}
	/* A table of another account is not found: its items would be shown to the caller's. */
	bool is_there = ddb_table_find(call, b->in->table_arn, true, &t) == 0 &&
			str_eq(t.account, e.account) && str_eq(t.region, e.region);
	call->error = (struct call_error){ 0 };
	if (!is_there)
		return fail(call, &dynamodb_table_not_found_exception, "Table not found: %.*s",
			STR_ARG(b->in->table_arn));
	if (transfer_make_room(call, &transfer) < 0 || begin_moment(call, &t, &e, b->in) < 0)
		return -1;
	e.r.table = t.name;
	e.r.source = &t.r;
	ddb_export_put(call, &e);
	txn_put(call->txn, ddb_export_job_key(call, &e), STR(""));
	call_after(call, ddb_export_wake, dynamodb_state(call));
	b->out->export_description = describe(call, &e);
	return 0;
}

int dynamodb_export_table_to_point_in_time(struct call *call,
	const struct dynamodb_export_table_to_point_in_time_input *in,
	struct dynamodb_export_table_to_point_in_time_output *out)
{
	struct begin b = { in, out };
	if (check_input(call, in) < 0 || check_bucket(call, in) < 0)
		return -1;
	return call_write(call, begin, &b);
}

/* ---- DescribeExport, ListExports ---- */

int dynamodb_describe_export(struct call *call, const struct dynamodb_describe_export_input *in,
	struct dynamodb_describe_export_output *out)
{
	struct export e = { call->identity.account, call->identity.region,
		{ .id = transfer_id_of(in->export_arn) } };
	bool is_old = str_cmp(e.r.id, transfer_oldest_id(call)) < 0;
	if (is_old || !ddb_export_get(call, &e) ||
		!str_eq(ddb_export_arn(call, &e), in->export_arn))
		return fail(call, &dynamodb_export_not_found_exception, "Export not found: %.*s",
			STR_ARG(in->export_arn));
	out->export_description = describe(call, &e);
	return 0;
}

int dynamodb_list_exports(struct call *call, const struct dynamodb_list_exports_input *in,
	struct dynamodb_list_exports_output *out)
{
	size_t limit = in->max_results.set ? (size_t)in->max_results.v : DDB_TRANSFER_LIST_MAX;
	struct export e = { call->identity.account, call->identity.region,
		{ .id = transfer_oldest_id(call) } };
	struct transfer first = transfer_of(&e);
	struct str all = transfer_prefix(call, &first), begin_key = export_key(call, &e),
		   table = transfer_id_of(in->table_arn);
	struct txn_cursor c;
	if (in->next_token.p && str_cmp(in->next_token, e.r.id) > 0) {
		e.r.id = in->next_token;
		begin_key = key_after(call->arena, export_key(call, &e));
	}
	out->export_summaries.v = ARENA_ARRAY(call->arena, struct dynamodb_export_summary, limit);
	txn_cursor_open(call->txn, begin_key, key_range_end(call->arena, all), false, &c);
	for (struct str last = { 0 }; txn_cursor_next(&c);) {
		e.r = (struct dynamodb_export_record){ 0 };
		if (record_decode(call->arena, &dynamodb_export_record_shape, c.value, &e.r) < 0 ||
			(table.n && !str_eq(table, e.r.table)))
			continue;
		if (out->export_summaries.n == limit) {
			out->next_token = last;
			break;
		}
		last = e.r.id;
		out->export_summaries.v[out->export_summaries.n++] =
			(struct dynamodb_export_summary){ ddb_export_arn(call, &e), e.r.status,
				e.r.type };
	}
	txn_cursor_close(&c);
	return 0;
}
