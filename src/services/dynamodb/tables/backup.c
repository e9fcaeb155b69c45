/*
 * Backups: a table's items as they were at one moment. The sweeper copies them bit by bit under a
 * number of the backup's own; meanwhile whoever changes an item first puts there what it was
 * (empty: there was none), so that the copy is of the moment at which the backup was asked for.
 * Restoring is the same walk the other way, into a new table with all its indexes.
 */
#include "base/random.h"
#include "services/dynamodb/tables/tables.h"

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
	struct table t = {
		.account = b->account, .region = b->region, .name = b->r.table, .r = *b->r.source
	};
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

static struct str type_of(const struct dynamodb_backup_record *r)
{
	return r->expires.set ? STR("SYSTEM") : STR("USER");
}

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
		.backup_type = type_of(&b->r),
		.backup_creation_date_time = b->r.created,
		.backup_expiry_date_time = b->r.expires,
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

/* Without its name and number: 0 or -1. */
static int backup_new(struct call *call, const struct table *t, struct backup *b)
{
	unsigned char bytes[4];
	if (is_full(call, t))
		return fail(call, &dynamodb_limit_exceeded_exception,
			"Too many backups: at most %d in a region", DDB_BACKUPS_MAX);
	random_bytes(bytes, sizeof bytes);
	*b = (struct backup){ .account = t->account, .region = t->region };
	b->r = (struct dynamodb_backup_record){
		.id = arena_printf(call->arena, "%014lld-%02x%02x%02x%02x", (long long)call->now_ms,
			bytes[0], bytes[1], bytes[2], bytes[3]),
		.created = OPT_TIME(call->now_ms),
		.table = t->name,
		.source = ARENA_NEW(call->arena, struct dynamodb_table_record),
	};
	*b->r.source = t->r;
	ddb_table_count(call, t, 0, &b->r.items, &b->r.bytes);
	return 0;
}

static void backup_delete(struct call *call, const struct backup *b)
{
	txn_delete(call->txn, backup_key(call, b));
	struct table copy = source_of(b, true);
	struct dynamodb_job_record job =
		job_under(call, "delete", items_prefix(call, &copy, 0), b->r.number, 0);
	job_put(call, &job);
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
	struct backup b;
	if (backup_new(call, &t, &b) < 0)
		return -1;
	b.r.name = in->backup_name;
	b.r.number = OPT_I64(ddb_next_number(call));
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
	backup_delete(call, &b);
	return 0;
}

static bool is_listed(const struct dynamodb_list_backups_input *in, struct str table,
	const struct dynamodb_backup_record *r)
{
	return (!table.p || str_eq(table, r->table)) &&
	       (!in->time_range_lower_bound.set ||
		       r->created.ms >= in->time_range_lower_bound.ms) &&
	       (!in->time_range_upper_bound.set || r->created.ms < in->time_range_upper_bound.ms) &&
	       (str_is(in->backup_type, "ALL") ||
		       str_eq(in->backup_type.p ? in->backup_type : STR("USER"), type_of(r)));
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
				.backup_expiry_date_time = d->backup_expiry_date_time,
				.backup_status = d->backup_status,
				.backup_type = d->backup_type,
				.backup_size_bytes = d->backup_size_bytes,
			};
	}
	txn_cursor_close(&c);
	return 0;
}

/* ---- RestoreTableFromBackup ---- */

int dynamodb_restore_table_from_backup(struct call *call,
	const struct dynamodb_restore_table_from_backup_input *in,
	struct dynamodb_restore_table_from_backup_output *out)
{
	struct backup b;
	struct restore restore = RESTORE_OF(in);
	if (find(call, in->backup_arn, &b) < 0)
		return -1;
	if (!b.r.is_ready.v)
		return fail(call, &dynamodb_backup_in_use_exception,
			"Backup is being created: %.*s", STR_ARG(in->backup_arn));
	struct table t = source_of(&b, false);
	if (ddb_restore_begin(call, &restore, in->target_table_name, &t) < 0)
		return -1;
	t.r.restored_from = in->backup_arn;
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
	if (!is_backup) {
		ddb_restore_end(call, job);
		return;
	}
	if (!ddb_table_get(call, job->account, job->region, job->table, &t) ||
		t.r.number.v != job->number.v)
		return;
	t.r.backup_number = (struct opt_i64){ 0 };
	ddb_table_put(call, &t);
}

/* ---- backups of deleted tables ---- */

/* When which of them goes. */
static struct str expiry_key(struct call *call, const struct backup *b)
{
	return KEY(call->arena, KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
		KEY_LITERAL("backup-expiry"), key_int(b->r.expires.ms), key_text(b->account),
		key_text(b->region), key_text(b->r.id));
}

/*
 * A table that is deleted while point-in-time recovery is on leaves a backup of the service's own
 * for 35 days (Developer Guide, "Enable point-in-time recovery", "Delete a table with PITR
 * enabled"): the items stay where they are, under the table's number, which is the backup's now.
 */
int ddb_backup_deleted(struct call *call, const struct table *t)
{
	struct backup b;
	if (backup_new(call, t, &b) < 0)
		return -1;
	b.r.name = arena_printf(call->arena, "%.*s$DeletedTableBackup", STR_ARG(t->name));
	b.r.number = t->r.number;
	b.r.is_ready = OPT_BOOL(true);
	b.r.expires = OPT_TIME(call->now_ms + DDB_UNDO_DAYS_MAX * INT64_C(86400000));
	backup_put(call, &b);
	txn_put(call->txn, expiry_key(call, &b), STR(""));
	return 0;
}

/* Of one that is being restored, later. */
static bool find_expired(struct call *call, struct str key, struct backup *out)
{
	struct key_part p[7];
	if (key_decode(call->arena, key, p, 7) != 7)
		return false;
	*out = (struct backup){ .account = p[4].text, .region = p[5].text, .r.id = p[6].text };
	return !backup_get(call, out) || !out->r.restores.v;
}

static bool is_expired(struct call *call, struct str key, struct str value)
{
	struct backup b;
	(void)value;
	return find_expired(call, key, &b);
}

int ddb_backup_trim_look(struct call *call, void *arg)
{
	struct key_part parts[] = { KEY_LITERAL("dynamodb-tables"), KEY_LITERAL(""),
		KEY_LITERAL("backup-expiry"), key_int(call->now_ms + 1) };
	ddb_trim_look(call, arg, key_encode(call->arena, parts, 3),
		key_encode(call->arena, parts, 4), is_expired);
	return 0;
}

int ddb_backup_trim_run(struct call *call, void *arg)
{
	struct trim *t = arg;
	struct backup b;
	for (size_t i = 0; i < t->n; i++)
		if (txn_exists(call->txn, t->due[i]) && find_expired(call, t->due[i], &b)) {
			txn_delete(call->txn, t->due[i]);
			if (b.r.created.set)
				backup_delete(call, &b);
		}
	t->more = false;
	return 0;
}
