/* Tables: their records, finding and describing them. */
#include "services/dynamodb/tables/tables.h"

struct str ddb_table_key(struct call *call, struct str account, struct str region, struct str name)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), key_text(account), key_text(region),
		KEY_LITERAL("table"), key_text(name));
}

bool ddb_table_get(struct call *call, struct str account, struct str region, struct str name,
	struct table *out)
{
	*out = (struct table){ .account = account, .region = region, .name = name };
	return call_get_record(call, ddb_table_key(call, account, region, name),
		&dynamodb_table_record_shape, &out->r);
}

void ddb_table_put(struct call *call, const struct table *t)
{
	call_put_record(call, ddb_table_key(call, t->account, t->region, t->name),
		&dynamodb_table_record_shape, &t->r);
}

/* arn:aws:dynamodb:region:account:table/Name, or the name. */
static void name_parse(struct call *call, struct str text, struct table *out)
{
	struct str part, rest = text;
	*out = (struct table){
		.account = call->identity.account, .region = call->identity.region, .name = text
	};
	if (!str_starts(text, STR("arn:")))
		return;
	for (int i = 0; i < 5 && str_cut(&rest, ':', &part); i++) {
		if (i == 3)
			out->region = part;
		else if (i == 4)
			out->account = part;
	}
	if (rest.p && str_starts(rest, STR("table/"))) {
		rest = str_from(rest, 6);
		str_cut(&rest, '/', &out->name);
	}
}

int ddb_table_find(struct call *call, struct str name, bool with_name, struct table *out)
{
	struct table t;
	name_parse(call, name, &t);
	if (ddb_table_get(call, t.account, t.region, t.name, out) &&
		(with_name || !out->r.is_restoring.v)) {
		out->asked = str_eq(name, t.name) ? (struct str){ 0 } : name;
		return 0;
	}
	if (!with_name)
		return fail(call, &dynamodb_resource_not_found_exception,
			"Requested resource not found");
	return fail(call, &dynamodb_resource_not_found_exception,
		"Requested resource not found: Table: %.*s not found", STR_ARG(t.name));
}

struct str ddb_table_arn(struct call *call, const struct table *t)
{
	struct str parts[] = { STR("arn:aws:dynamodb:"), t->region, STR(":"), t->account,
		STR(":table/"), t->name };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

struct str items_prefix(struct call *call, const struct table *t, int64_t index)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb"), key_text(t->account), key_text(t->region),
		key_int(t->r.number.v), key_int(index));
}

static enum value_type type_of(const struct table *t, struct str name)
{
	for (size_t i = 0; i < t->r.attributes.n; i++)
		if (str_eq(t->r.attributes.v[i].attribute_name, name))
			return value_type_of(t->r.attributes.v[i].attribute_type);
	return VALUE_NONE;
}

struct schema ddb_table_schema(const struct table *t, const struct dynamodb_key_schema *keys)
{
	struct schema s = { .hash = keys->v[0].attribute_name };
	s.hash_type = type_of(t, s.hash);
	if (keys->n > 1) {
		s.range = keys->v[1].attribute_name;
		s.range_type = type_of(t, s.range);
	}
	return s;
}

struct dynamodb_index_record *ddb_table_index(const struct table *t, struct str name)
{
	for (size_t i = 0; i < t->r.indexes.n; i++)
		if (str_eq(t->r.indexes.v[i].name, name))
			return &t->r.indexes.v[i];
	return NULL;
}

struct dynamodb_job_record job_under(struct call *call, const char *kind, struct str prefix,
	struct opt_i64 number, int64_t index)
{
	return (struct dynamodb_job_record){ .kind = str_c(kind),
		.begin = prefix,
		.end = key_range_end(call->arena, prefix),
		.number = number,
		.index = OPT_I64(index) };
}

struct dynamodb_job_record job_of(struct call *call, const char *kind, const struct table *t,
	struct str prefix, int64_t index)
{
	struct dynamodb_job_record job = job_under(call, kind, prefix, t->r.number, index);
	job.account = t->account;
	job.region = t->region;
	job.table = t->name;
	return job;
}

/* ---- describing ---- */

static struct dynamodb_throughput_description *throughput(
	struct call *call, const struct dynamodb_provisioned_throughput *from)
{
	struct dynamodb_throughput_description *d =
		ARENA_NEW(call->arena, struct dynamodb_throughput_description);
	d->number_of_decreases_today = OPT_I64(0);
	d->read_capacity_units = OPT_I64(from ? from->read_capacity_units.v : 0);
	d->write_capacity_units = OPT_I64(from ? from->write_capacity_units.v : 0);
	return d;
}

static struct dynamodb_projection *projection_of(struct dynamodb_projection *p)
{
	/* Empty when there are none: the answer leaves it out. */
	if (p && !p->non_key_attributes.n)
		p->non_key_attributes.v = NULL;
	return p;
}

struct str ddb_table_counter_key(struct call *call, const struct table *t, int64_t index)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb"), KEY_LITERAL(""), KEY_LITERAL("count"),
		key_int(t->r.number.v), key_int(index));
}

void ddb_table_count(struct call *call, const struct table *t, int64_t index, struct opt_i64 *items,
	struct opt_i64 *bytes)
{
	struct dynamodb_counter_record counter = { 0 };
	struct str key = ddb_table_counter_key(call, t, index);
	call_get_record(call, key, &dynamodb_counter_record_shape, &counter);
	*items = OPT_I64(counter.count.v);
	*bytes = OPT_I64(counter.bytes.v);
}

static void describe_index(struct call *call, const struct table *t,
	struct dynamodb_index_record *index, struct dynamodb_table_description *d)
{
	struct str arn = arena_printf(call->arena, "%.*s/index/%.*s",
		STR_ARG(ddb_table_arn(call, t)), STR_ARG(index->name));
	struct opt_i64 items, bytes;
	ddb_table_count(call, t, index->number.v, &items, &bytes);
	if (index->is_local.v) {
		d->local_secondary_indexes.v[d->local_secondary_indexes.n++] =
			(struct dynamodb_local_index_description){ index->name, index->key_schema,
				projection_of(index->projection), bytes, items, arn };
		return;
	}
	struct dynamodb_global_index_description *g =
		&d->global_secondary_indexes.v[d->global_secondary_indexes.n++];
	*g = (struct dynamodb_global_index_description){
		.index_name = index->name,
		.key_schema = index->key_schema,
		.projection = projection_of(index->projection),
		.index_status = index->is_building.v ? STR("CREATING") : STR("ACTIVE"),
		.provisioned_throughput = throughput(call, index->throughput),
		.index_size_bytes = bytes,
		.item_count = items,
		.index_arn = arn,
		.on_demand_throughput = index->on_demand,
	};
	if (index->is_building.v)
		g->backfilling = OPT_BOOL(true);
}

struct dynamodb_table_description *ddb_table_describe(
	struct call *call, const struct table *t, const char *status)
{
	struct dynamodb_table_description *d =
		ARENA_NEW(call->arena, struct dynamodb_table_description);
	size_t n = t->r.indexes.n;
	*d = (struct dynamodb_table_description){
		.attribute_definitions = t->r.attributes,
		.table_name = t->name,
		.key_schema = t->r.key_schema,
		.table_status = str_c(status),
		.creation_date_time = t->r.created,
		.provisioned_throughput = throughput(call, t->r.throughput),
		.table_arn = ddb_table_arn(call, t),
		.table_id = t->r.id,
		.deletion_protection_enabled = OPT_BOOL(t->r.is_protected.v),
		.on_demand_throughput = t->r.on_demand,
	};
	ddb_table_count(call, t, 0, &d->item_count, &d->table_size_bytes);
	if (str_is(t->r.billing, "PAY_PER_REQUEST") || t->r.to_on_demand.set) {
		d->billing_mode_summary =
			ARENA_NEW(call->arena, struct dynamodb_billing_mode_summary);
		d->billing_mode_summary->billing_mode = t->r.billing;
		d->billing_mode_summary->last_update_to_pay_per_request_date_time =
			t->r.to_on_demand;
	}
	if (t->r.restored_table.p) {
		d->restore_summary = ARENA_NEW(call->arena, struct dynamodb_restore_summary);
		*d->restore_summary = (struct dynamodb_restore_summary){ t->r.restored_from,
			t->r.restored_table, t->r.restored_at.set ? t->r.restored_at : t->r.created,
			OPT_BOOL(t->r.is_restoring.v) };
	}
	if (t->r.table_class.p) {
		d->table_class_summary =
			ARENA_NEW(call->arena, struct dynamodb_table_class_summary);
		d->table_class_summary->table_class = t->r.table_class;
	}
	if (t->r.sse && t->r.sse->enabled.v) {
		d->sse_description = ARENA_NEW(call->arena, struct dynamodb_sse_description);
		*d->sse_description = (struct dynamodb_sse_description){ STR("ENABLED"),
			t->r.sse->sse_type.p ? t->r.sse->sse_type : STR("KMS"),
			t->r.sse->kms_master_key_id };
	}
	if (t->r.stream_label.p) {
		d->latest_stream_label = t->r.stream_label;
		d->latest_stream_arn = ddb_stream_arn(call, t);
	}
	if (t->r.stream_view.p) {
		d->stream_specification =
			ARENA_NEW(call->arena, struct dynamodb_stream_specification);
		d->stream_specification->stream_enabled = OPT_BOOL(true);
		d->stream_specification->stream_view_type = t->r.stream_view;
	}
	struct dynamodb_local_index_description *local =
		ARENA_ARRAY(call->arena, struct dynamodb_local_index_description, n);
	struct dynamodb_global_index_description *global =
		ARENA_ARRAY(call->arena, struct dynamodb_global_index_description, n);
	d->local_secondary_indexes.v = local;
	d->global_secondary_indexes.v = global;
	for (size_t i = 0; i < n; i++)
		describe_index(call, t, &t->r.indexes.v[i], d);
	if (!d->local_secondary_indexes.n)
		d->local_secondary_indexes.v = NULL;
	if (!d->global_secondary_indexes.n)
		d->global_secondary_indexes.v = NULL;
	return d;
}

/* ---- operations ---- */

int dynamodb_describe_table(struct call *call, const struct dynamodb_describe_table_input *in,
	struct dynamodb_describe_table_output *out)
{
	struct table t;
	if (ddb_table_find(call, in->table_name, true, &t) < 0)
		return -1;
	out->table = ddb_table_describe(call, &t, t.r.is_restoring.v ? "CREATING" : "ACTIVE");
	return 0;
}

int dynamodb_list_tables(struct call *call, const struct dynamodb_list_tables_input *in,
	struct dynamodb_list_tables_output *out)
{
	size_t limit = in->limit.set ? (size_t)in->limit.v : DDB_LIST_MAX;
	struct str all =
		KEY(call->arena, KEY_LITERAL("dynamodb-tables"), key_text(call->identity.account),
			key_text(call->identity.region), KEY_LITERAL("table"));
	struct str begin = all;
	struct txn_cursor c;
	if (in->exclusive_start_table_name.p)
		begin = key_after(call->arena,
			ddb_table_key(call, call->identity.account, call->identity.region,
				in->exclusive_start_table_name));
	out->table_names.v = ARENA_ARRAY(call->arena, struct str, limit);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part part;
		if (out->table_names.n == limit) {
			out->last_evaluated_table_name = out->table_names.v[limit - 1];
			break;
		}
		if (key_decode(call->arena, str_from(c.key, all.n), &part, 1) == 1)
			out->table_names.v[out->table_names.n++] = part.text;
	}
	txn_cursor_close(&c);
	return 0;
}

int dynamodb_describe_limits(struct call *call, const struct dynamodb_describe_limits_input *in,
	struct dynamodb_describe_limits_output *out)
{
	(void)call, (void)in;
	out->account_max_read_capacity_units = OPT_I64(80000);
	out->account_max_write_capacity_units = OPT_I64(80000);
	out->table_max_read_capacity_units = OPT_I64(40000);
	out->table_max_write_capacity_units = OPT_I64(40000);
	return 0;
}

int dynamodb_describe_endpoints(struct call *call,
	const struct dynamodb_describe_endpoints_input *in,
	struct dynamodb_describe_endpoints_output *out)
{
	struct str url = call_base_url(call);
	ssize_t host = str_find(url, STR("://"));
	(void)in;
	out->endpoints.v = ARENA_NEW(call->arena, struct dynamodb_endpoint);
	out->endpoints.n = 1;
	out->endpoints.v[0].address = host >= 0 ? str_from(url, (size_t)host + 3) : url;
	out->endpoints.v[0].cache_period_in_minutes = OPT_I64(1440);
	return 0;
}
