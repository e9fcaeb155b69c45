/*
 * Imports of tables from S3 (Developer Guide, "DynamoDB data import from Amazon S3: how it works"):
 * begun, described and listed. An import is a record and an entry that says it is to be done;
 * import_run.c does it, and makes the table once the bucket could be read.
 */
#include "services/dynamodb/import.h"
#include "aws/codec.h"
#include "aws/hash.h"
#include "base/encode.h"
#include "base/random.h"
#include <stdio.h>

#define DAY_MS INT64_C(86400000)

/* ---- records ---- */

static struct str imports_prefix(struct call *call, struct str account, struct str region)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), key_text(account), key_text(region),
		KEY_LITERAL("import"));
}

static struct str import_key(struct call *call, const struct import *i)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), key_text(i->account),
		key_text(i->region), KEY_LITERAL("import"), key_text(i->r.id));
}

static struct str token_key(struct call *call, const struct import *i)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), key_text(i->account),
		key_text(i->region), KEY_LITERAL("import-token"), key_text(i->r.token));
}

struct str ddb_import_job_key(struct call *call, const struct import *i)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
		KEY_LITERAL("import-job"), key_text(i->account), key_text(i->region),
		key_text(i->r.id));
}

bool ddb_import_get(struct call *call, struct import *i)
{
	struct str key = import_key(call, i);
	i->r = (struct dynamodb_import_record){ 0 };
	return call_get_record(call, key, &dynamodb_import_record_shape, &i->r);
}

void ddb_import_put(struct call *call, const struct import *i)
{
	call_put_record(call, import_key(call, i), &dynamodb_import_record_shape, &i->r);
}

static struct str table_arn(struct call *call, const struct import *i)
{
	struct table t = {
		.account = i->account, .region = i->region, .name = i->r.parameters->table_name
	};
	return ddb_table_arn(call, &t);
}

struct str ddb_import_arn(struct call *call, const struct import *i)
{
	return arena_printf(
		call->arena, "%.*s/import/%.*s", STR_ARG(table_arn(call, i)), STR_ARG(i->r.id));
}

struct dynamodb_create_table_input ddb_import_table(const struct import *i)
{
	const struct dynamodb_table_creation_parameters *p = i->r.parameters;
	return (struct dynamodb_create_table_input){
		.table_name = p->table_name,
		.attribute_definitions = p->attribute_definitions,
		.key_schema = p->key_schema,
		.billing_mode = p->billing_mode,
		.provisioned_throughput = p->provisioned_throughput,
		.on_demand_throughput = p->on_demand_throughput,
		.sse_specification = p->sse_specification,
		.global_secondary_indexes = p->global_secondary_indexes,
		.vector_indexes = p->vector_indexes,
	};
}

/* The first id that is still listed: ids begin with their time. */
static struct str oldest_id(struct call *call)
{
	return arena_printf(
		call->arena, "%014lld", (long long)(call->now_ms - DDB_IMPORT_DAYS * DAY_MS));
}

static struct str log_group_arn(struct call *call, const struct import *i)
{
	return arena_printf(call->arena, "arn:aws:logs:%.*s:%.*s:log-group:/aws-dynamodb/imports:*",
		STR_ARG(i->region), STR_ARG(i->account));
}

static struct dynamodb_import_table_description *describe(struct call *call, const struct import *i)
{
	struct dynamodb_import_table_description *d =
		ARENA_NEW(call->arena, struct dynamodb_import_table_description);
	const struct dynamodb_import_record *r = &i->r;
	*d = (struct dynamodb_import_table_description){
		.import_arn = ddb_import_arn(call, i),
		.import_status = r->status,
		.table_arn = table_arn(call, i),
		.table_id = r->table_id,
		.client_token = r->token,
		.s3_bucket_source = r->source,
		.error_count = r->errors,
		.cloud_watch_log_group_arn = log_group_arn(call, i),
		.input_format = r->format,
		.input_format_options = r->options,
		.input_compression_type = r->compression,
		.table_creation_parameters = r->parameters,
		.start_time = r->started,
		.end_time = r->ended,
		.processed_size_bytes = r->bytes,
		.processed_item_count = r->items,
		.imported_item_count = r->imported,
		.failure_code = r->failure_code,
		.failure_message = r->failure_message,
	};
	return d;
}

/* ---- ImportTable ---- */

static int check_input(struct call *call, const struct dynamodb_import_table_input *in)
{
	struct import i = { .r.parameters = in->table_creation_parameters };
	struct dynamodb_create_table_input table = ddb_import_table(&i);
	if (str_is(in->input_format, "ION"))
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: InputFormat ION is not served here");
	if (in->input_format_options && in->input_format_options->csv &&
		!str_is(in->input_format, "CSV"))
		return fail(call, &aws_validation_exception,
			"Invalid Request: Unsupported InputFormatOptions for the given input "
			"format: %.*s.",
			STR_ARG(in->input_format));
	return check_create(call, &table) < 0 ? -1 : check_create_options(call, &table);
}

static struct dynamodb_s3_bucket_source *source_of(
	struct call *call, const struct dynamodb_s3_bucket_source *asked)
{
	struct dynamodb_s3_bucket_source *s =
		ARENA_NEW(call->arena, struct dynamodb_s3_bucket_source);
	*s = *asked;
	if (!s->s3_bucket_owner.p)
		s->s3_bucket_owner = call->identity.account;
	return s;
}

static struct import new_import(struct call *call, const struct dynamodb_import_table_input *in)
{
	struct import i = { .account = call->identity.account, .region = call->identity.region };
	const struct dynamodb_csv_options *csv =
		in->input_format_options ? in->input_format_options->csv : NULL;
	unsigned char bytes[4];
	char *token = arena_alloc(call->arena, UUID_LENGTH + 1),
	     *table_id = arena_alloc(call->arena, UUID_LENGTH + 1);
	random_bytes(bytes, sizeof bytes);
	random_uuid(token);
	random_uuid(table_id);
	i.r = (struct dynamodb_import_record){
		.id = arena_printf(call->arena, "%014lld-%02x%02x%02x%02x", (long long)call->now_ms,
			bytes[0], bytes[1], bytes[2], bytes[3]),
		.table_id = { table_id, UUID_LENGTH },
		.token = in->client_token.p ? in->client_token : (struct str){ token, UUID_LENGTH },
		.started = OPT_TIME(call->now_ms),
		.status = STR("IN_PROGRESS"),
		.source = source_of(call, in->s3_bucket_source),
		.format = in->input_format,
		.options = in->input_format_options,
		.compression =
			in->input_compression_type.p ? in->input_compression_type : STR("NONE"),
		.parameters = in->table_creation_parameters,
		.delimiter = csv && csv->delimiter.p ? csv->delimiter : STR(","),
		.objects = OPT_I64(0),
		.items = OPT_I64(0),
		.imported = OPT_I64(0),
		.errors = OPT_I64(0),
		.principal_arn = call->identity.principal_arn,
		.principal_id = call->identity.principal_id,
		.principal_role = call->identity.role_arn,
		.session_policy = call->identity.session_policy,
		.is_root = OPT_BOOL(call->identity.is_root),
	};
	if (csv)
		i.r.header = (struct dynamodb_strings){ csv->header_list.v, csv->header_list.n };
	return i;
}

/* 1: the same request has been made under this token, and *i is its import; 0: it is new; -1: it
 * was another. */
static int find_token(
	struct call *call, const struct dynamodb_import_table_input *in, struct import *i)
{
	struct dynamodb_import_token_record r = { 0 };
	struct str key = token_key(call, i);
	struct buf b = { 0 };
	unsigned char bytes[SHA256_BYTES];
	cbor_encode(&b, &dynamodb_import_table_input_shape, in);
	sha256(buf_view(&b), bytes);
	buf_fini(&b);
	struct str digest =
		arena_str(call->arena, (struct str){ (const char *)bytes, sizeof bytes });
	if (call_get_record(call, key, &dynamodb_import_token_record_shape, &r) &&
		call->now_ms - r.at.v < DDB_IMPORT_TOKEN_MS) {
		if (!str_eq(r.digest, digest))
			return fail(call, &dynamodb_import_conflict_exception,
				"Import conflict: Duplicate request detected with conflicting "
				"parameters");
		struct import old = { i->account, i->region, { .id = r.id } };
		if (ddb_import_get(call, &old)) {
			*i = old;
			return 1;
		}
	}
	r = (struct dynamodb_import_token_record){ digest, OPT_I64(call->now_ms), i->r.id };
	call_put_record(call, key, &dynamodb_import_token_record_shape, &r);
	return 0;
}

/* Those that are no longer listed go; how many are left, and how many go on. */
static int make_room(struct call *call, const struct import *i)
{
	enum { OLD_MAX = 100 };
	struct str all = imports_prefix(call, i->account, i->region),
		   jobs = KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
			   KEY_LITERAL("import-job"), key_text(i->account), key_text(i->region)),
		   oldest = oldest_id(call);
	struct str *old = ARENA_ARRAY(call->arena, struct str, OLD_MAX);
	size_t n = 0, kept = 0, running = 0;
	struct txn_cursor c;
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	while (kept < DDB_IMPORTS_MAX && txn_cursor_next(&c)) {
		struct key_part p;
		if (n < OLD_MAX && !kept &&
			key_decode(call->arena, str_from(c.key, all.n), &p, 1) == 1 &&
			str_cmp(p.text, oldest) < 0)
			old[n++] = p.text;
		else
			kept++;
	}
	txn_cursor_close(&c);
	for (size_t k = 0; k < n; k++) {
		struct import gone = { i->account, i->region, { .id = old[k] } };
		struct str key = import_key(call, &gone);
		if (!ddb_import_get(call, &gone) || str_is(gone.r.status, "IN_PROGRESS"))
			continue;
		txn_delete(call->txn, token_key(call, &gone));
		txn_delete(call->txn, key);
	}
	txn_cursor_open(call->txn, jobs, key_range_end(call->arena, jobs), false, &c);
	while (running < DDB_IMPORTS_AT_ONCE_MAX && txn_cursor_next(&c))
		running++;
	txn_cursor_close(&c);
	if (kept == DDB_IMPORTS_MAX || running == DDB_IMPORTS_AT_ONCE_MAX)
		return fail(call, &dynamodb_limit_exceeded_exception,
			"Too many imports: at most %d at once, and %d in %d days",
			DDB_IMPORTS_AT_ONCE_MAX, DDB_IMPORTS_MAX, DDB_IMPORT_DAYS);
	return 0;
}

int dynamodb_import_table(struct call *call, const struct dynamodb_import_table_input *in,
	struct dynamodb_import_table_output *out)
{
	struct str name = in->table_creation_parameters->table_name;
	struct table t;
	if (check_input(call, in) < 0)
		return -1;
	struct import i = new_import(call, in);
	int done = find_token(call, in, &i);
	if (done < 0)
		return -1;
	if (!done) {
		if (ddb_table_get(call, i.account, i.region, name, &t))
			return fail(call, &dynamodb_resource_in_use_exception,
				"Table already exists: %.*s", STR_ARG(name));
		if (make_room(call, &i) < 0)
			return -1;
		ddb_import_put(call, &i);
		txn_put(call->txn, ddb_import_job_key(call, &i), STR(""));
		call_after(call, ddb_import_wake, dynamodb_state(call));
	}
	out->import_table_description = describe(call, &i);
	return 0;
}

/* ---- DescribeImport, ListImports ---- */

static struct str after_last(struct str text, char c)
{
	ssize_t at = str_rindex(text, c);
	return at < 0 ? text : str_from(text, (size_t)at + 1);
}

int dynamodb_describe_import(struct call *call, const struct dynamodb_describe_import_input *in,
	struct dynamodb_describe_import_output *out)
{
	struct import i = { call->identity.account, call->identity.region,
		{ .id = after_last(in->import_arn, '/') } };
	if (str_find(in->import_arn, STR("/import/")) < 0)
		return fail(call, &aws_validation_exception, "Invalid Import ARN");
	bool is_old = str_cmp(i.r.id, oldest_id(call)) < 0;
	if (is_old || !ddb_import_get(call, &i) ||
		!str_eq(ddb_import_arn(call, &i), in->import_arn))
		return fail(call, &dynamodb_import_not_found_exception, "Import not found: %.*s",
			STR_ARG(in->import_arn));
	out->import_table_description = describe(call, &i);
	return 0;
}

/* The token is the last id in hexadecimal, filled up with spaces to the length that AWS's have. */
static struct str token_of(struct call *call, struct str id)
{
	enum { BYTES = 56 };
	char text[BYTES + 1], *token = arena_alloc(call->arena, 2 * BYTES + 1);
	snprintf(text, sizeof text, "%-*.*s", BYTES, STR_ARG(id));
	hex_encode(text, BYTES, token);
	return (struct str){ token, 2 * BYTES };
}

static int read_token(struct call *call, struct str token, struct str *id)
{
	unsigned char *bytes = arena_alloc(call->arena, token.n / 2 + 1);
	if (hex_decode(token, bytes, token.n / 2) < 0)
		return fail(call, &aws_validation_exception, "Invalid NextToken");
	*id = str_trim((struct str){ (const char *)bytes, token.n / 2 });
	return 0;
}

int dynamodb_list_imports(struct call *call, const struct dynamodb_list_imports_input *in,
	struct dynamodb_list_imports_output *out)
{
	size_t limit = in->page_size.set ? (size_t)in->page_size.v : DDB_IMPORT_LIST_MAX;
	struct import i = { call->identity.account, call->identity.region,
		{ .id = oldest_id(call) } };
	struct str all = imports_prefix(call, i.account, i.region), begin = import_key(call, &i),
		   end = key_range_end(call->arena, all), last = { 0 };
	struct txn_cursor c;
	if (in->next_token.p) {
		if (read_token(call, in->next_token, &i.r.id) < 0)
			return -1;
		end = import_key(call, &i);
	}
	out->import_summary_list.v =
		ARENA_ARRAY(call->arena, struct dynamodb_import_summary, limit);
	txn_cursor_open(call->txn, begin, end, true, &c);
	while (txn_cursor_next(&c)) {
		i.r = (struct dynamodb_import_record){ 0 };
		if (record_decode(call->arena, &dynamodb_import_record_shape, c.value, &i.r) < 0 ||
			(in->table_arn.p && !str_eq(in->table_arn, table_arn(call, &i))))
			continue;
		if (out->import_summary_list.n == limit) {
			out->next_token = token_of(call, last);
			break;
		}
		last = i.r.id;
		out->import_summary_list.v[out->import_summary_list.n++] =
			(struct dynamodb_import_summary){ ddb_import_arn(call, &i), i.r.status,
				table_arn(call, &i), i.r.source, log_group_arn(call, &i),
				i.r.format, i.r.started, i.r.ended };
	}
	txn_cursor_close(&c);
	return 0;
}
