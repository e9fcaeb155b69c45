/*
 * Backups: a table's items as they were at one moment. The sweeper copies them bit by bit under a
 * number of the backup's own; meanwhile whoever changes an item first puts there what it was
 * (empty: there was none), so that the copy is of the moment at which the backup was asked for.
 * Restoring is the same walk the other way, into a new table with all its indexes.
 */
#include "base/random.h"
#include "services/dynamodb/internal.h"

struct backup {
	struct str account, region;
	struct dynamodb_backup_record r;
};

static struct str backups_prefix(struct call *call, struct str account, struct str region)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), key_text(account), key_text(region),
		KEY_LITERAL("backup"));
}

static struct str backup_key(struct call *call, const struct backup *b)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), key_text(b->account),
		key_text(b->region), KEY_LITERAL("backup"), key_text(b->r.id));
}

static bool backup_get(struct call *call, struct backup *b)
{
	struct str id = b->r.id;
	if (!call_get_record(call, backup_key(call, b), &dynamodb_backup_record_shape, &b->r))
		return false;
	b->r.id = id;
	return true;
}

static void backup_put(struct call *call, const struct backup *b)
{
	call_put_record(call, backup_key(call, b), &dynamodb_backup_record_shape, &b->r);
}

/* The table as it was; its number is the backup's when the copied items are meant. */
static struct table source_of(const struct backup *b, bool is_copy)
{
	struct table t = { b->account, b->region, b->r.table, *b->r.source };
	if (is_copy)
		t.r.number = b->r.number;
	return t;
}

static struct str arn_of(struct call *call, const struct backup *b)
{
	struct table t = source_of(b, false);
	return arena_printf(call->arena, "%.*s/backup/%.*s", STR_ARG(ddb_table_arn(call, &t)),
		STR_ARG(b->r.id));
}

static struct str id_of(struct str arn)
{
	size_t at = arn.n;
	while (at && arn.p[at - 1] != '/')
		at--;
	return str_from(arn, at);
}

static int find(struct call *call, struct str arn, struct backup *out)
{
	*out = (struct backup){ .account = call->identity.account,
		.region = call->identity.region };
	out->r.id = id_of(arn);
	if (!backup_get(call, out) || !str_eq(arn_of(call, out), arn))
		return fail(call, &dynamodb_backup_not_found_exception, "Backup not found: %.*s",
			STR_ARG(arn));
	return 0;
}

/* ---- describing ---- */

static struct dynamodb_backup_details *details(
	struct call *call, const struct backup *b, const char *status)
{
	struct dynamodb_backup_details *d = ARENA_NEW(call->arena, struct dynamodb_backup_details);
	*d = (struct dynamodb_backup_details){
		.backup_arn = arn_of(call, b),
		.backup_name = b->r.name,
		.backup_size_bytes = b->r.bytes,
		.backup_status = status            ? str_c(status)
				 : b->r.is_ready.v ? STR("AVAILABLE")
						   : STR("CREATING"),
		.backup_type = STR("USER"),
		.backup_creation_date_time = b->r.created,
	};
	return d;
}

static struct dynamodb_source_table_feature_details *features(
	struct call *call, const struct table *t)
{
	struct dynamodb_source_table_feature_details *f =
		ARENA_NEW(call->arena, struct dynamodb_source_table_feature_details);
	struct dynamodb_table_description *d = ddb_table_describe(call, t, "ACTIVE");
	size_t n = t->r.indexes.n;
	f->local_secondary_indexes.v =
		ARENA_ARRAY(call->arena, struct dynamodb_local_secondary_index_info, n + 1);
	f->global_secondary_indexes.v =
		ARENA_ARRAY(call->arena, struct dynamodb_global_secondary_index_info, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct dynamodb_index_record *x = &t->r.indexes.v[i];
		if (x->is_local.v)
			f->local_secondary_indexes.v[f->local_secondary_indexes.n++] =
				(struct dynamodb_local_secondary_index_info){ x->name,
					x->key_schema, x->projection };
		else
			f->global_secondary_indexes.v[f->global_secondary_indexes.n++] =
				(struct dynamodb_global_secondary_index_info){ x->name,
					x->key_schema, x->projection, x->throughput, x->on_demand };
	}
	if (!f->local_secondary_indexes.n)
		f->local_secondary_indexes.v = NULL;
	if (!f->global_secondary_indexes.n)
		f->global_secondary_indexes.v = NULL;
	f->stream_description = d->stream_specification;
	f->sse_description = d->sse_description;
	if (t->r.ttl_attribute.p) {
		f->time_to_live_description =
			ARENA_NEW(call->arena, struct dynamodb_time_to_live_description);
		*f->time_to_live_description =
			(struct dynamodb_time_to_live_description){ STR("ENABLED"),
				t->r.ttl_attribute };
	}
	return f;
}

static struct dynamodb_backup_description *describe(
	struct call *call, const struct backup *b, const char *status)
{
	struct dynamodb_backup_description *d =
		ARENA_NEW(call->arena, struct dynamodb_backup_description);
	struct dynamodb_source_table_details *s =
		ARENA_NEW(call->arena, struct dynamodb_source_table_details);
	struct table t = source_of(b, false);
	*s = (struct dynamodb_source_table_details){
		.table_name = t.name,
		.table_id = t.r.id,
		.table_arn = ddb_table_arn(call, &t),
		.table_size_bytes = b->r.bytes,
		.key_schema = t.r.key_schema,
		.table_creation_date_time = t.r.created,
		.provisioned_throughput = t.r.throughput,
		.on_demand_throughput = t.r.on_demand,
		.item_count = b->r.items,
		.billing_mode = t.r.billing,
	};
	if (!s->provisioned_throughput) {
		s->provisioned_throughput =
			ARENA_NEW(call->arena, struct dynamodb_provisioned_throughput);
		s->provisioned_throughput->read_capacity_units = OPT_I64(0);
		s->provisioned_throughput->write_capacity_units = OPT_I64(0);
	}
	d->backup_details = details(call, b, status);
	d->source_table_details = s;
	d->source_table_feature_details = features(call, &t);
	return d;
}

/* ---- operations ---- */

static bool is_full(struct call *call, const struct table *t)
{
	struct str all = backups_prefix(call, t->account, t->region);
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	while (n < DDB_BACKUPS_MAX && txn_cursor_next(&c))
		n++;
	txn_cursor_close(&c);
	return n == DDB_BACKUPS_MAX;
}

int dynamodb_create_backup(struct call *call, const struct dynamodb_create_backup_input *in,
	struct dynamodb_create_backup_output *out)
{
	struct table t;
	if (ddb_table_find(call, in->table_name, true, &t) < 0) {
		call->error = (struct call_error){ 0 };
		return fail(call, &dynamodb_table_not_found_exception, "Table not found: %.*s",
			STR_ARG(in->table_name));
	}
	if (t.r.is_restoring.v)
		return fail(call, &dynamodb_table_in_use_exception, "Table is being created: %.*s",
			STR_ARG(t.name));
	if (t.r.backup_number.v)
		return fail(call, &dynamodb_backup_in_use_exception,
			"There is another ongoing conflicting backup control plane operation on the table: %.*s",
			STR_ARG(t.name));
	if (is_full(call, &t))
		return fail(call, &dynamodb_limit_exceeded_exception,
			"Too many backups: at most %d in a region", DDB_BACKUPS_MAX);
	unsigned char bytes[4];
	random_bytes(bytes, sizeof bytes);
	struct backup b = { .account = t.account, .region = t.region };
	b.r = (struct dynamodb_backup_record){
		.id = arena_printf(call->arena, "%014lld-%02x%02x%02x%02x", (long long)call->now_ms,
			bytes[0], bytes[1], bytes[2], bytes[3]),
		.name = in->backup_name,
		.created = OPT_TIME(call->now_ms),
		.table = t.name,
		.source = ARENA_NEW(call->arena, struct dynamodb_table_record),
		.number = OPT_I64(ddb_next_number(call)),
	};
	*b.r.source = t.r;
	ddb_table_count(call, &t, 0, &b.r.items, &b.r.bytes);
	backup_put(call, &b);
	t.r.backup_number = b.r.number;
	ddb_table_put(call, &t);
	struct dynamodb_job_record job = job_of(call, "backup", &t, items_prefix(call, &t, 0), 0);
	job.backup = b.r.id;
	job_put(call, &job);
	out->backup_details = details(call, &b, NULL);
	return 0;
}

int dynamodb_describe_backup(struct call *call, const struct dynamodb_describe_backup_input *in,
	struct dynamodb_describe_backup_output *out)
{
	struct backup b;
	if (find(call, in->backup_arn, &b) < 0)
		return -1;
	out->backup_description = describe(call, &b, NULL);
	return 0;
}

int dynamodb_delete_backup(struct call *call, const struct dynamodb_delete_backup_input *in,
	struct dynamodb_delete_backup_output *out)
{
	struct backup b;
	if (find(call, in->backup_arn, &b) < 0)
		return -1;
	if (!b.r.is_ready.v || b.r.restores.v)
		return fail(call, &dynamodb_backup_in_use_exception,
			"There is another ongoing conflicting backup control plane operation on the backup: %.*s",
			STR_ARG(in->backup_arn));
	out->backup_description = describe(call, &b, "DELETED");
	txn_delete(call->txn, backup_key(call, &b));
	struct table copy = source_of(&b, true);
	struct dynamodb_job_record job =
		job_under(call, "delete", items_prefix(call, &copy, 0), b.r.number, 0);
	job_put(call, &job);
	return 0;
}

static bool is_listed(const struct dynamodb_list_backups_input *in, struct str table,
	const struct dynamodb_backup_record *r)
{
	return (!table.p || str_eq(table, r->table)) &&
	       (!in->time_range_lower_bound.set ||
		       r->created.ms >= in->time_range_lower_bound.ms) &&
	       (!in->time_range_upper_bound.set || r->created.ms < in->time_range_upper_bound.ms) &&
	       (!in->backup_type.p || str_is(in->backup_type, "USER") ||
		       str_is(in->backup_type, "ALL"));
}

int dynamodb_list_backups(struct call *call, const struct dynamodb_list_backups_input *in,
	struct dynamodb_list_backups_output *out)
{
	size_t limit = in->limit.set ? (size_t)in->limit.v : DDB_LIST_MAX;
	struct backup b = { .account = call->identity.account, .region = call->identity.region };
	struct str all = backups_prefix(call, b.account, b.region), begin = all, table = { 0 };
	struct txn_cursor c;
	if (in->table_name.p)
		table = str_starts(in->table_name, STR("arn:")) ? id_of(in->table_name)
								: in->table_name;
	if (in->exclusive_start_backup_arn.p) {
		b.r.id = id_of(in->exclusive_start_backup_arn);
		begin = key_after(call->arena, backup_key(call, &b));
	}
	out->backup_summaries.v = ARENA_ARRAY(call->arena, struct dynamodb_backup_summary, limit);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		b.r = (struct dynamodb_backup_record){ 0 };
		if (record_decode(call->arena, &dynamodb_backup_record_shape, c.value, &b.r) < 0 ||
			!is_listed(in, table, &b.r))
			continue;
		if (out->backup_summaries.n == limit) {
			out->last_evaluated_backup_arn =
				out->backup_summaries.v[limit - 1].backup_arn;
			break;
		}
		struct table t = source_of(&b, false);
		struct dynamodb_backup_details *d = details(call, &b, NULL);
		out->backup_summaries.v[out->backup_summaries.n++] =
			(struct dynamodb_backup_summary){
				.table_name = t.name,
				.table_id = t.r.id,
				.table_arn = ddb_table_arn(call, &t),
				.backup_arn = d->backup_arn,
				.backup_name = d->backup_name,
				.backup_creation_date_time = d->backup_creation_date_time,
				.backup_status = d->backup_status,
				.backup_type = d->backup_type,
				.backup_size_bytes = d->backup_size_bytes,
			};
	}
	txn_cursor_close(&c);
	return 0;
}

/* ---- RestoreTableFromBackup ---- */

static int no_index(struct call *call, struct str name)
{
	return fail(call, &aws_validation_exception,
		"One or more parameter values were invalid: the backup has no such index: %.*s",
		STR_ARG(name));
}

/* The indexes that the overrides name stay, all of a kind that has none. */
static int choose_indexes(struct call *call, struct table *t,
	const struct dynamodb_restore_table_from_backup_input *in)
{
	const struct dynamodb_global_secondary_index_list *global =
		&in->global_secondary_index_override;
	const struct dynamodb_local_secondary_index_list *local =
		&in->local_secondary_index_override;
	size_t kept = 0, found = 0;
	for (size_t i = 0; i < t->r.indexes.n; i++) {
		struct dynamodb_index_record x = t->r.indexes.v[i];
		bool stays = x.is_local.v ? !local->v : !global->v;
		for (size_t k = 0; !stays && x.is_local.v && k < local->n; k++)
			stays = str_eq(local->v[k].index_name, x.name);
		for (size_t k = 0; !stays && !x.is_local.v && k < global->n; k++)
			if (str_eq(global->v[k].index_name, x.name)) {
				x.throughput = global->v[k].provisioned_throughput;
				x.on_demand = global->v[k].on_demand_throughput;
				stays = true;
			}
		found += stays && (x.is_local.v ? local->v != NULL : global->v != NULL);
		x.is_building = OPT_BOOL(false);
		if (stays)
			t->r.indexes.v[kept++] = x;
	}
	t->r.indexes.n = kept;
	for (size_t k = 0; k < global->n; k++)
		if (!ddb_table_index(t, global->v[k].index_name))
			return no_index(call, global->v[k].index_name);
	for (size_t k = 0; k < local->n; k++)
		if (!ddb_table_index(t, local->v[k].index_name))
			return no_index(call, local->v[k].index_name);
	if (found != global->n + local->n)
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: an index is named twice");
	return 0;
}

static int choose_billing(struct call *call, struct table *t,
	const struct dynamodb_restore_table_from_backup_input *in)
{
	if (in->billing_mode_override.p) {
		t->r.billing = in->billing_mode_override;
		t->r.throughput = NULL;
		if (str_is(t->r.billing, "PAY_PER_REQUEST"))
			t->r.to_on_demand = OPT_TIME(call->now_ms);
	}
	if (in->provisioned_throughput_override)
		t->r.throughput = in->provisioned_throughput_override;
	if (in->on_demand_throughput_override)
		t->r.on_demand = in->on_demand_throughput_override;
	if (in->sse_specification_override)
		t->r.sse = in->sse_specification_override;
	for (size_t i = 0; i < t->r.indexes.n; i++)
		if (str_is(t->r.billing, "PAY_PER_REQUEST") && in->billing_mode_override.p)
			t->r.indexes.v[i].throughput = NULL;
	return check_throughput(call, t->r.billing, t->r.throughput != NULL, (struct str){ 0 });
}

int dynamodb_restore_table_from_backup(struct call *call,
	const struct dynamodb_restore_table_from_backup_input *in,
	struct dynamodb_restore_table_from_backup_output *out)
{
	struct backup b;
	struct table t;
	char *id = arena_alloc(call->arena, UUID_LENGTH + 1);
	if (find(call, in->backup_arn, &b) < 0)
		return -1;
	if (in->vector_index_override.v)
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: VectorIndexOverride is not served here");
	if (!b.r.is_ready.v)
		return fail(call, &dynamodb_backup_in_use_exception,
			"Backup is being created: %.*s", STR_ARG(in->backup_arn));
	if (ddb_table_get(call, b.account, b.region, in->target_table_name, &t))
		return fail(call, &dynamodb_table_already_exists_exception,
			"Table already exists: %.*s", STR_ARG(in->target_table_name));
	t = source_of(&b, false);
	struct str source_arn = ddb_table_arn(call, &t);
	t.name = in->target_table_name;
	if (choose_indexes(call, &t, in) < 0 || choose_billing(call, &t, in) < 0)
		return -1;
	ddb_table_drop_unused_attributes(&t);
	random_uuid(id);
	t.r.id = (struct str){ id, UUID_LENGTH };
	t.r.number = OPT_I64(ddb_next_number(call));
	t.r.created = OPT_TIME(call->now_ms);
	/* Not restored (Developer Guide, "Backup and restore for DynamoDB: how it works"). */
	t.r.is_protected = OPT_BOOL(false);
	t.r.tags = (struct dynamodb_tag_list){ 0 };
	t.r.ttl_attribute = t.r.stream_label = t.r.stream_view = (struct str){ 0 };
	t.r.ttl_changed = (struct opt_time){ 0 };
	t.r.stream_number = t.r.backup_number = (struct opt_i64){ 0 };
	t.r.restored_from = in->backup_arn;
	t.r.restored_table = source_arn;
	t.r.is_restoring = OPT_BOOL(true);
	ddb_table_put(call, &t);
	b.r.restores = OPT_I64(b.r.restores.v + 1);
	backup_put(call, &b);
	struct table copy = source_of(&b, true);
	struct dynamodb_job_record job =
		job_of(call, "restore", &t, items_prefix(call, &copy, 0), 0);
	job.backup = b.r.id;
	job_put(call, &job);
	out->table_description = ddb_table_describe(call, &t, "CREATING");
	return 0;
}

/* ---- the sweeper's part, and the writers' ---- */

static struct str moved_key(
	struct call *call, const struct table *from, const struct table *to, struct str key)
{
	struct str parts[] = { items_prefix(call, to, 0),
		str_from(key, items_prefix(call, from, 0).n) };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

void ddb_backup_keep(struct call *call, const struct table *t, struct str key,
	const struct dynamodb_attributes *before)
{
	struct table copy = *t;
	copy.r.number = t->r.backup_number;
	struct str kept = moved_key(call, t, &copy, key);
	if (!txn_exists(call->txn, kept))
		txn_put(call->txn, kept, before ? item_encode(call, before) : STR(""));
}

bool ddb_backup_run(struct call *call, const struct dynamodb_job_record *job,
	const struct str *keys, const struct str *values, size_t n)
{
	struct backup b = { job->account, job->region, { .id = job->backup } };
	struct table t;
	if (!backup_get(call, &b) ||
		!ddb_table_get(call, job->account, job->region, job->table, &t) ||
		t.r.number.v != job->number.v)
		return false;
	struct table copy = source_of(&b, true);
	bool is_backup = str_is(job->kind, "backup");
	struct usage usage = usage_new(call, &t);
	for (size_t i = 0; i < n; i++) {
		struct dynamodb_attributes item;
		struct str key = is_backup ? moved_key(call, &t, &copy, keys[i])
					   : moved_key(call, &copy, &t, keys[i]);
		if (is_backup && !txn_exists(call->txn, key))
			txn_put(call->txn, key, values[i]);
		if (!is_backup && values[i].n && ddb_item_decode(call, values[i], &item) == 0)
			ddb_item_write(call, &t, key, NULL, &item, &usage);
	}
	return true;
}

void ddb_backup_end(struct call *call, const struct dynamodb_job_record *job)
{
	struct backup b = { job->account, job->region, { .id = job->backup } };
	struct table t;
	bool is_backup = str_is(job->kind, "backup");
	if (backup_get(call, &b)) {
		if (is_backup)
			b.r.is_ready = OPT_BOOL(true);
		else
			b.r.restores = OPT_I64(b.r.restores.v - 1);
		backup_put(call, &b);
	}
	if (!ddb_table_get(call, job->account, job->region, job->table, &t) ||
		t.r.number.v != job->number.v)
		return;
	if (is_backup)
		t.r.backup_number = (struct opt_i64){ 0 };
	else
		t.r.is_restoring = OPT_BOOL(false);
	ddb_table_put(call, &t);
}
