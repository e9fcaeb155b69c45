/* Tables made, changed and deleted. */
#include "base/random.h"
#include "services/dynamodb/tables/tables.h"

int64_t ddb_next_number(struct call *call)
{
	struct str key = KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
			   KEY_LITERAL("last")),
		   value;
	int64_t last = 0;
	if (txn_get(call->txn, key, call->arena, &value) && str_to_i64(value, &last) < 0)
		last = 0;
	txn_put(call->txn, key, arena_printf(call->arena, "%lld", (long long)last + 1));
	return last + 1;
}

static void add_index(struct table *t, struct str name, bool is_local,
	const struct dynamodb_key_schema *keys, struct dynamodb_projection *projection,
	struct dynamodb_provisioned_throughput *throughput,
	struct dynamodb_on_demand_throughput *on_demand)
{
	/* Number 0 is the table itself. */
	int64_t number = t->r.next_index.v + 1;
	t->r.next_index = OPT_I64(number);
	t->r.indexes.v[t->r.indexes.n++] = (struct dynamodb_index_record){
		.name = name,
		.number = OPT_I64(number),
		.is_local = OPT_BOOL(is_local),
		.key_schema = *keys,
		.projection = projection,
		.throughput = throughput,
		.on_demand = on_demand,
	};
}

struct table ddb_table_new(
	struct call *call, const struct dynamodb_create_table_input *in, struct str id)
{
	struct table t = { .account = call->identity.account,
		.region = call->identity.region,
		.name = in->table_name };
	size_t n = in->local_secondary_indexes.n + in->global_secondary_indexes.n;
	t.r = (struct dynamodb_table_record){
		.number = OPT_I64(ddb_next_number(call)),
		.id = id,
		.created = OPT_TIME(call->now_ms),
		.attributes = in->attribute_definitions,
		.key_schema = in->key_schema,
		.billing = in->billing_mode.p ? in->billing_mode : STR("PROVISIONED"),
		.throughput = in->provisioned_throughput,
		.is_protected = OPT_BOOL(in->deletion_protection_enabled.v),
		.table_class = in->table_class,
		.sse = in->sse_specification,
		.on_demand = in->on_demand_throughput,
		.tags = in->tags,
		.next_index = OPT_I64(0),
	};
	if (str_is(t.r.billing, "PAY_PER_REQUEST"))
		t.r.to_on_demand = OPT_TIME(call->now_ms);
	t.r.indexes.v = ARENA_ARRAY(call->arena, struct dynamodb_index_record, n);
	for (size_t i = 0; i < in->local_secondary_indexes.n; i++) {
		const struct dynamodb_local_secondary_index *x = &in->local_secondary_indexes.v[i];
		add_index(&t, x->index_name, true, &x->key_schema, x->projection, NULL, NULL);
	}
	for (size_t i = 0; i < in->global_secondary_indexes.n; i++) {
		const struct dynamodb_global_secondary_index *x =
			&in->global_secondary_indexes.v[i];
		add_index(&t, x->index_name, false, &x->key_schema, x->projection,
			x->provisioned_throughput, x->on_demand_throughput);
	}
	return t;
}

int dynamodb_create_table(struct call *call, const struct dynamodb_create_table_input *in,
	struct dynamodb_create_table_output *out)
{
	struct table t;
	char *id = arena_alloc(call->arena, UUID_LENGTH + 1);
	if (check_create(call, in) < 0 || check_create_options(call, in) < 0)
		return -1;
	if (in->tags.n > DDB_TAGS_MAX)
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: Too many tags: %zu",
			in->tags.n);
	if (ddb_table_get(call, call->identity.account, call->identity.region, in->table_name, &t))
		return fail(call, &dynamodb_resource_in_use_exception, "Table already exists: %.*s",
			STR_ARG(in->table_name));
	random_uuid(id);
	t = ddb_table_new(call, in, (struct str){ id, UUID_LENGTH });
	if (ddb_stream_specify(call, &t, in->stream_specification, true) < 0 ||
		(in->resource_policy.p &&
			ddb_policy_create(call, t.r.number.v, in->resource_policy) < 0))
		return -1;
	ddb_table_put(call, &t);
	out->table_description = ddb_table_describe(call, &t, "CREATING");
	return 0;
}

/* A table that is being restored or backed up. */
static int refuse_busy(struct call *call, const struct table *t)
{
	if (t->r.is_restoring.v)
		return fail(call, &dynamodb_resource_in_use_exception,
			"Attempt to change a resource which is still in use: Table is being created: %.*s",
			STR_ARG(t->name));
	if (t->r.backup_number.v)
		return fail(call, &dynamodb_resource_in_use_exception,
			"Attempt to change a resource which is still in use: Table is being backed up: %.*s",
			STR_ARG(t->name));
	return 0;
}

/* What stands under the prefix goes bit by bit. */
static void discard(struct call *call, const struct table *t, int64_t index, bool whole)
{
	struct str begin = items_prefix(call, t, index);
	if (whole)
		begin = KEY(call->arena, KEY_LITERAL("dynamodb"), key_text(t->account),
			key_text(t->region), key_int(t->r.number.v));
	struct dynamodb_job_record job = job_under(call, "delete", begin, t->r.number, index);
	job_put(call, &job);
}

int dynamodb_delete_table(struct call *call, const struct dynamodb_delete_table_input *in,
	struct dynamodb_delete_table_output *out)
{
	struct table t;
	if (ddb_table_find(call, in->table_name, true, &t) < 0 || refuse_busy(call, &t) < 0)
		return -1;
	if (ddb_recovery_is_read(call, &t))
		return fail(call, &dynamodb_resource_in_use_exception,
			"Attempt to change a resource which is still in use: Table is being restored or exported: %.*s",
			STR_ARG(t.name));
	if (t.r.is_protected.v)
		return fail(call, &aws_validation_exception,
			"Resource cannot be deleted as it is currently protected against "
			"deletion. Disable deletion protection first.");
	out->table_description = ddb_table_describe(call, &t, "DELETING");
	ddb_stream_close(call, &t);
	txn_delete(call->txn, ddb_table_key(call, t.account, t.region, t.name));
	ddb_policy_drop(call, t.r.number.v);
	struct str counts = KEY(call->arena, KEY_LITERAL("dynamodb"), KEY_LITERAL(""),
		KEY_LITERAL("count"), key_int(t.r.number.v));
	bool is_kept = t.r.undo_number.v != 0;
	if (is_kept && ddb_backup_deleted(call, &t) < 0)
		return -1;
	ddb_recovery_end(call, &t);
	txn_delete_range(call->txn, counts, key_range_end(call->arena, counts));
	if (is_kept && ddb_collection_is_kept(&t))
		discard(call, &t, DDB_COLLECTIONS_INDEX, false);
	for (size_t i = 0; is_kept && i < t.r.indexes.n; i++)
		discard(call, &t, t.r.indexes.v[i].number.v, false);
	if (!is_kept)
		discard(call, &t, 0, true);
	return 0;
}

/* ---- UpdateTable ---- */

static int create_index(struct call *call, struct table *t, const struct dynamodb_create_index *x,
	const struct dynamodb_attribute_definitions *attributes)
{
	size_t global = 0;
	if (ddb_table_index(t, x->index_name))
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: Duplicate index name: %.*s",
			STR_ARG(x->index_name));
	for (size_t i = 0; i < t->r.indexes.n; i++)
		global += !t->r.indexes.v[i].is_local.v;
	if (global >= DDB_GLOBAL_INDEXES_MAX)
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: GlobalSecondaryIndex "
			"count exceeds the per-table limit of %d",
			DDB_GLOBAL_INDEXES_MAX);
	if (check_index(call, x->index_name, &x->key_schema, x->projection, attributes) < 0)
		return -1;
	if (!x->provisioned_throughput && !str_is(t->r.billing, "PAY_PER_REQUEST"))
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: Both ReadCapacityUnits and "
			"WriteCapacityUnits must be specified for index: %.*s",
			STR_ARG(x->index_name));
	if (check_throughput(call, t->r.billing, x->provisioned_throughput != NULL, x->index_name) <
		0)
		return -1;
	struct dynamodb_index_record *v =
		ARENA_ARRAY(call->arena, struct dynamodb_index_record, t->r.indexes.n + 1);
	if (t->r.indexes.n)
		memcpy(v, t->r.indexes.v, t->r.indexes.n * sizeof *v);
	t->r.indexes.v = v;
	add_index(t, x->index_name, false, &x->key_schema, x->projection, x->provisioned_throughput,
		x->on_demand_throughput);
	v[t->r.indexes.n - 1].is_building = OPT_BOOL(true);
	struct dynamodb_job_record job =
		job_of(call, "fill", t, items_prefix(call, t, 0), v[t->r.indexes.n - 1].number.v);
	job_put(call, &job);
	return 0;
}

static int no_index(struct call *call, struct str name)
{
	return fail(call, &dynamodb_resource_not_found_exception,
		"Requested resource not found: Index: %.*s not found", STR_ARG(name));
}

static int change_indexes(
	struct call *call, struct table *t, const struct dynamodb_update_table_input *in)
{
	size_t made = 0;
	for (size_t i = 0; i < in->global_secondary_index_updates.n; i++) {
		const struct dynamodb_global_secondary_index_update *u =
			&in->global_secondary_index_updates.v[i];
		struct str name = u->create   ? u->create->index_name
				  : u->delete ? u->delete->index_name
				  : u->update ? u->update->index_name
					      : STR("");
		struct dynamodb_index_record *x = ddb_table_index(t, name);
		if (!u->create + !u->delete + !u->update != 2)
			return fail(call, &aws_validation_exception,
				"One or more parameter values were invalid: One of "
				"GlobalSecondaryIndexUpdate's Update, Create, Delete must be given");
		if ((u->create || u->delete) && made++)
			return fail(call, &dynamodb_limit_exceeded_exception,
				"Subscriber limit exceeded: Only 1 online index can be "
				"created or deleted simultaneously per table");
		if (!u->create && (!x || x->is_local.v))
			return no_index(call, name);
		if (u->create && create_index(call, t, u->create, &t->r.attributes) < 0)
			return -1;
		if (u->update && u->update->provisioned_throughput)
			x->throughput = u->update->provisioned_throughput;
		if (u->update && u->update->on_demand_throughput)
			x->on_demand = u->update->on_demand_throughput;
		if (u->delete) {
			discard(call, t, x->number.v, false);
			size_t at = (size_t)(x - t->r.indexes.v);
			memmove(x, x + 1, (--t->r.indexes.n - at) * sizeof *x);
		}
	}
	return 0;
}

/* New definitions join the old ones; those that no key uses any more go. */
static void change_attributes(
	struct call *call, struct table *t, const struct dynamodb_attribute_definitions *given)
{
	struct dynamodb_attribute_definition *v = ARENA_ARRAY(
		call->arena, struct dynamodb_attribute_definition, t->r.attributes.n + given->n);
	size_t n = t->r.attributes.n;
	if (n)
		memcpy(v, t->r.attributes.v, n * sizeof *v);
	for (size_t i = 0; i < given->n; i++) {
		bool is_known = false;
		for (size_t k = 0; k < n; k++)
			is_known |= str_eq(v[k].attribute_name, given->v[i].attribute_name);
		if (!is_known)
			v[n++] = given->v[i];
	}
	t->r.attributes = (struct dynamodb_attribute_definitions){ v, n };
}

static bool schema_has(const struct dynamodb_key_schema *keys, struct str name)
{
	for (size_t i = 0; i < keys->n; i++)
		if (str_eq(keys->v[i].attribute_name, name))
			return true;
	return false;
}

void ddb_table_drop_unused_attributes(struct table *t)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->r.attributes.n; i++) {
		struct str name = t->r.attributes.v[i].attribute_name;
		bool used = schema_has(&t->r.key_schema, name);
		for (size_t k = 0; k < t->r.indexes.n; k++)
			used |= schema_has(&t->r.indexes.v[k].key_schema, name);
		if (used)
			t->r.attributes.v[kept++] = t->r.attributes.v[i];
	}
	t->r.attributes.n = kept;
}

static int change_billing(
	struct call *call, struct table *t, const struct dynamodb_update_table_input *in)
{
	if (in->billing_mode.p && !str_eq(in->billing_mode, t->r.billing)) {
		if (check_throughput(call, in->billing_mode, in->provisioned_throughput != NULL,
			    (struct str){ 0 }) < 0)
			return -1;
		t->r.billing = in->billing_mode;
		if (str_is(in->billing_mode, "PAY_PER_REQUEST"))
			t->r.to_on_demand = OPT_TIME(call->now_ms);
		t->r.throughput = NULL;
	}
	if (!in->provisioned_throughput)
		return 0;
	if (check_throughput(call, t->r.billing, true, (struct str){ 0 }) < 0)
		return -1;
	if (t->r.throughput &&
		t->r.throughput->read_capacity_units.v ==
			in->provisioned_throughput->read_capacity_units.v &&
		t->r.throughput->write_capacity_units.v ==
			in->provisioned_throughput->write_capacity_units.v)
		return fail(call, &aws_validation_exception,
			"The provisioned throughput for the table will not change. The "
			"requested value equals the current value. Current ReadCapacityUnits provisioned for the table: %lld. "
			"Requested ReadCapacityUnits: %lld. Current WriteCapacityUnits provisioned for the table: %lld. Requested "
			"WriteCapacityUnits: %lld. Refer to the Amazon DynamoDB Developer Guide for current limits and how to "
			"request higher limits.",
			(long long)t->r.throughput->read_capacity_units.v,
			(long long)in->provisioned_throughput->read_capacity_units.v,
			(long long)t->r.throughput->write_capacity_units.v,
			(long long)in->provisioned_throughput->write_capacity_units.v);
	t->r.throughput = in->provisioned_throughput;
	return 0;
}

int dynamodb_update_table(struct call *call, const struct dynamodb_update_table_input *in,
	struct dynamodb_update_table_output *out)
{
	struct table t;
	if (check_update_options(call, in) < 0 ||
		ddb_table_find(call, in->table_name, true, &t) < 0 || refuse_busy(call, &t) < 0)
		return -1;
	if (!in->billing_mode.p && !in->provisioned_throughput &&
		!in->global_secondary_index_updates.n && !in->table_class.p &&
		!in->on_demand_throughput && !in->deletion_protection_enabled.set &&
		!in->sse_specification && !in->stream_specification)
		return fail(call, &aws_validation_exception,
			"At least one of ProvisionedThroughput, BillingMode, "
			"UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
	if (change_billing(call, &t, in) < 0 ||
		ddb_stream_specify(call, &t, in->stream_specification, false) < 0)
		return -1;
	change_attributes(call, &t, &in->attribute_definitions);
	if (change_indexes(call, &t, in) < 0)
		return -1;
	ddb_table_drop_unused_attributes(&t);
	if (in->on_demand_throughput)
		t.r.on_demand = in->on_demand_throughput;
	if (in->table_class.p)
		t.r.table_class = in->table_class;
	if (in->sse_specification)
		t.r.sse = in->sse_specification;
	if (in->deletion_protection_enabled.set)
		t.r.is_protected = in->deletion_protection_enabled;
	ddb_table_put(call, &t);
	out->table_description = ddb_table_describe(call, &t, "UPDATING");
	return 0;
}
