/*
 * Imports of tables from S3 (Developer Guide, "DynamoDB data import from Amazon S3: how it works"):
 * begun, described and listed. An import is a record and an entry that says it is to be done;
 * import_run.c does it, and makes the table once the bucket could be read.
 */
#include "services/dynamodb/transfers/import.h"
#include "base/encode.h"
#include "base/random.h"
#include "services/dynamodb/transfers/transfer.h"
#include <stdio.h>

/* ---- records ---- */

static bool read_token(struct call *call, struct transfer *t)
{
	struct import i = { t->account, t->region, { .id = t->id } };
	bool found = ddb_import_get(call, &i);
	t->token = i.r.token;
	return found;
}

static const struct transfer_kind imports = {
	.name = "import",
	.conflict = &dynamodb_import_conflict_exception,
	.conflict_text = "Import conflict: Duplicate request detected with conflicting parameters",
	.at_once_max = DDB_IMPORTS_AT_ONCE_MAX,
	.read_token = read_token,
};

static struct transfer transfer_of(const struct import *i)
{
	return (struct transfer){ &imports, i->account, i->region, i->r.id, i->r.token };
}

static struct str import_key(struct call *call, const struct import *i)
{
	struct transfer t = transfer_of(i);
	return transfer_key(call, &t);
}

struct str ddb_import_job_key(struct call *call, const struct import *i)
{
	struct transfer t = transfer_of(i);
	return transfer_job_key(call, &t);
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
	char *token = arena_alloc(call->arena, UUID_LENGTH + 1),
	     *table_id = arena_alloc(call->arena, UUID_LENGTH + 1);
	random_uuid(token);
	random_uuid(table_id);
	i.r = (struct dynamodb_import_record){
		.id = transfer_new_id(call),
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

int dynamodb_import_table(struct call *call, const struct dynamodb_import_table_input *in,
	struct dynamodb_import_table_output *out)
{
	struct str name = in->table_creation_parameters->table_name;
	struct table t;
	if (check_input(call, in) < 0)
		return -1;
	struct import i = new_import(call, in);
	struct transfer transfer = transfer_of(&i);
	int done = transfer_find(call, &transfer, &dynamodb_import_table_input_shape, in);
	if (done < 0)
		return -1;
	if (done) {
		i.r.id = transfer.id;
		if (!ddb_import_get(call, &i))
			assert(!"it was found");
	} else {
		if (ddb_table_get(call, i.account, i.region, name, &t))
			return fail(call, &dynamodb_resource_in_use_exception,
				"Table already exists: %.*s", STR_ARG(name));
		if (transfer_make_room(call, &transfer) < 0)
			return -1;
		ddb_import_put(call, &i);
		txn_put(call->txn, ddb_import_job_key(call, &i), STR(""));
		call_after(call, ddb_import_wake, dynamodb_state(call));
	}
	out->import_table_description = describe(call, &i);
	return 0;
}

/* ---- DescribeImport, ListImports ---- */

int dynamodb_describe_import(struct call *call, const struct dynamodb_describe_import_input *in,
	struct dynamodb_describe_import_output *out)
{
	struct import i = { call->identity.account, call->identity.region,
		{ .id = transfer_id_of(in->import_arn) } };
	if (str_find(in->import_arn, STR("/import/")) < 0)
		return fail(call, &aws_validation_exception, "Invalid Import ARN");
	bool is_old = str_cmp(i.r.id, transfer_oldest_id(call)) < 0;
	if (is_old || !ddb_import_get(call, &i) ||
		!str_eq(ddb_import_arn(call, &i), in->import_arn))
		return fail(call, &dynamodb_import_not_found_exception, "Import not found: %.*s",
			STR_ARG(in->import_arn));
	out->import_table_description = describe(call, &i);
	return 0;
}

/* The token is the last id in hexadecimal, filled up with spaces to the length that AWS's have. */
static struct str page_token(struct call *call, struct str id)
{
	enum { BYTES = 56 };
	char text[BYTES + 1], *token = arena_alloc(call->arena, 2 * BYTES + 1);
	snprintf(text, sizeof text, "%-*.*s", BYTES, STR_ARG(id));
	hex_encode(text, BYTES, token);
	return (struct str){ token, 2 * BYTES };
}

static int read_page_token(struct call *call, struct str token, struct str *id)
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
	size_t limit = in->page_size.set ? (size_t)in->page_size.v : DDB_TRANSFER_LIST_MAX;
	struct import i = { call->identity.account, call->identity.region,
		{ .id = transfer_oldest_id(call) } };
	struct transfer first = transfer_of(&i);
	struct str all = transfer_prefix(call, &first), begin = import_key(call, &i),
		   end = key_range_end(call->arena, all), last = { 0 };
	struct txn_cursor c;
	if (in->next_token.p) {
		if (read_page_token(call, in->next_token, &i.r.id) < 0)
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
			out->next_token = page_token(call, last);
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
