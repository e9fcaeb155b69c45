/*
 * Point-in-time recovery: turned on and off, and tables made of another as it was (Developer Guide,
 * "Point-in-time backups for DynamoDB"). The latest moment is now: AWS's is some five minutes
 * behind, as its log is shipped elsewhere; here it is the table's own store. undo.h says how it is
 * kept.
 */
#include "services/dynamodb/tables/undo.h"

static int find(struct call *call, struct str name, struct table *t)
{
	if (ddb_table_find(call, name, true, t) == 0)
		return 0;
	call->error = (struct call_error){ 0 };
	return fail(
		call, &dynamodb_table_not_found_exception, "Table not found: %.*s", STR_ARG(name));
}

/* ---- on and off ---- */

/* AWS says ENABLED of the first for every table; the second is what a table may turn on. */
static struct dynamodb_continuous_backups_description *describe(
	struct call *call, const struct table *t)
{
	struct dynamodb_continuous_backups_description *d =
		ARENA_NEW(call->arena, struct dynamodb_continuous_backups_description);
	struct dynamodb_point_in_time_recovery_description *p =
		ARENA_NEW(call->arena, struct dynamodb_point_in_time_recovery_description);
	d->continuous_backups_status = STR("ENABLED");
	d->point_in_time_recovery_description = p;
	p->point_in_time_recovery_status = STR("DISABLED");
	if (!t->r.undo_number.v)
		return d;
	p->point_in_time_recovery_status = STR("ENABLED");
	p->recovery_period_in_days = t->r.undo_days;
	p->earliest_restorable_date_time = OPT_TIME(ddb_undo_earliest_ms(call, t));
	p->latest_restorable_date_time = OPT_TIME(call->now_ms);
	return d;
}

int dynamodb_describe_continuous_backups(struct call *call,
	const struct dynamodb_describe_continuous_backups_input *in,
	struct dynamodb_describe_continuous_backups_output *out)
{
	struct table t;
	if (find(call, in->table_name, &t) < 0)
		return -1;
	out->continuous_backups_description = describe(call, &t);
	return 0;
}

/* No change that is committed from here on is of this moment or an earlier one; *moment_ms becomes
 * the last that was, if that is later and the caller asks for the latest. */
static void close_moment(
	struct call *call, const struct table *t, bool is_latest, int64_t *moment_ms)
{
	struct dynamodb_counter_record counter = { 0 };
	struct str key = ddb_table_counter_key(call, t, 0);
	call_get_record(call, key, &dynamodb_counter_record_shape, &counter);
	if (is_latest)
		*moment_ms = MAX(*moment_ms, counter.at.v);
	if (counter.at.v > *moment_ms)
		return;
	counter.count = OPT_I64(counter.count.v);
	counter.bytes = OPT_I64(counter.bytes.v);
	counter.at = OPT_I64(*moment_ms + 1);
	call_put_record(call, key, &dynamodb_counter_record_shape, &counter);
}

static void begin_keeping(struct call *call, struct table *t)
{
	struct dynamodb_undo_record r = {
		.account = t->account,
		.region = t->region,
		.table = t->name,
		.readers = OPT_I64(0),
	};
	int64_t since = call->now_ms;
	close_moment(call, t, true, &since);
	t->r.undo_number = OPT_I64(ddb_next_number(call));
	t->r.undo_since = OPT_TIME(since);
	call_put_record(
		call, ddb_undo_key(call, t->r.undo_number.v), &dynamodb_undo_record_shape, &r);
}

static bool get_readers(struct call *call, int64_t number, struct dynamodb_undo_record *r)
{
	*r = (struct dynamodb_undo_record){ 0 };
	return number &&
	       call_get_record(call, ddb_undo_key(call, number), &dynamodb_undo_record_shape, r);
}

bool ddb_recovery_is_read(struct call *call, const struct table *t)
{
	struct dynamodb_undo_record r;
	return get_readers(call, t->r.undo_number.v, &r) && r.readers.v > 0;
}

void ddb_recovery_end(struct call *call, struct table *t)
{
	if (!t->r.undo_number.v)
		return;
	ddb_undo_drop(call, t->r.undo_number.v);
	t->r.undo_number = t->r.undo_days = (struct opt_i64){ 0 };
	t->r.undo_since = (struct opt_time){ 0 };
}

int dynamodb_update_continuous_backups(struct call *call,
	const struct dynamodb_update_continuous_backups_input *in,
	struct dynamodb_update_continuous_backups_output *out)
{
	const struct dynamodb_point_in_time_recovery_specification *s =
		in->point_in_time_recovery_specification;
	bool is_on = s->point_in_time_recovery_enabled.v;
	struct table t;
	if (find(call, in->table_name, &t) < 0)
		return -1;
	if (!is_on && s->recovery_period_in_days.set)
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: RecoveryPeriodInDays is only "
			"allowed when PointInTimeRecoveryEnabled is true");
	if (is_on && t.r.is_restoring.v)
		return fail(call, &dynamodb_continuous_backups_unavailable_exception,
			"Backups are being enabled for the table: %.*s. Please retry later",
			STR_ARG(t.name));
	if (!is_on && ddb_recovery_is_read(call, &t))
		return fail(call, &dynamodb_continuous_backups_unavailable_exception,
			"The table is being restored or exported: %.*s. Please retry later",
			STR_ARG(t.name));
	if (is_on && !t.r.undo_number.v)
		begin_keeping(call, &t);
	if (is_on)
		t.r.undo_days = s->recovery_period_in_days.set ? s->recovery_period_in_days
							       : OPT_I64(DDB_UNDO_DAYS_MAX);
	else
		ddb_recovery_end(call, &t);
	ddb_table_put(call, &t);
	out->continuous_backups_description = describe(call, &t);
	return 0;
}

/* ---- a moment ---- */

int ddb_recovery_begin(struct call *call, const struct table *t, const struct opt_time *asked,
	const struct error_shape *error, int64_t *moment_ms)
{
	struct dynamodb_undo_record r;
	if (!get_readers(call, t->r.undo_number.v, &r))
		return fail(call, &dynamodb_point_in_time_recovery_unavailable_exception,
			"Point in time recovery is not enabled for table '%.*s'", STR_ARG(t->name));
	int64_t earliest = ddb_undo_earliest_ms(call, t);
	*moment_ms = asked->set ? asked->ms : call->now_ms;
	/* SDKs cut the milliseconds off: the earliest moment as they say it is the earliest. */
	if (asked->set && *moment_ms < earliest && *moment_ms / 1000 == earliest / 1000)
		*moment_ms = earliest;
	if (*moment_ms < earliest || *moment_ms > MAX(earliest, call->now_ms))
		return fail(call, error,
			"The time must be between EarliestRestorableDateTime (%lld.%03d) and "
			"LatestRestorableDateTime (%lld.%03d) of the table",
			(long long)earliest / 1000, (int)(earliest % 1000),
			(long long)call->now_ms / 1000, (int)(call->now_ms % 1000));
	if (r.readers.v >= DDB_UNDO_READERS_MAX)
		return fail(call, &dynamodb_limit_exceeded_exception,
			"Too many restores and exports of the table at once: at most %d",
			DDB_UNDO_READERS_MAX);
	close_moment(call, t, !asked->set, moment_ms);
	r.readers = OPT_I64(r.readers.v + 1);
	call_put_record(
		call, ddb_undo_key(call, t->r.undo_number.v), &dynamodb_undo_record_shape, &r);
	return 0;
}

void ddb_recovery_done(struct call *call, int64_t undo_number)
{
	struct dynamodb_undo_record r;
	if (!get_readers(call, undo_number, &r))
		return;
	assert(r.readers.v > 0);
	r.readers = OPT_I64(r.readers.v - 1);
	call_put_record(call, ddb_undo_key(call, undo_number), &dynamodb_undo_record_shape, &r);
}

/* ---- RestoreTableToPointInTime ---- */

static int find_source(struct call *call,
	const struct dynamodb_restore_table_to_point_in_time_input *in, struct table *t)
{
	struct str name = in->source_table_arn.p ? in->source_table_arn : in->source_table_name;
	if (!name.p || (in->source_table_arn.p && in->source_table_name.p))
		return fail(call, &aws_validation_exception,
			"One of SourceTableArn and SourceTableName must be given");
	if (in->use_latest_restorable_time.v == in->restore_date_time.set)
		return fail(call, &aws_validation_exception,
			"One of RestoreDateTime and UseLatestRestorableTime must be given");
	if (find(call, name, t) < 0)
		return -1;
	/* A table of another account is not found: the new one would be that account's, too. */
	if (!str_eq(t->account, call->identity.account) ||
		!str_eq(t->region, call->identity.region))
		return fail(call, &dynamodb_table_not_found_exception, "Table not found: %.*s",
			STR_ARG(name));
	if (t->r.is_restoring.v)
		return fail(call, &dynamodb_table_in_use_exception, "Table is being created: %.*s",
			STR_ARG(t->name));
	return 0;
}

int dynamodb_restore_table_to_point_in_time(struct call *call,
	const struct dynamodb_restore_table_to_point_in_time_input *in,
	struct dynamodb_restore_table_to_point_in_time_output *out)
{
	struct restore restore = RESTORE_OF(in);
	struct table source, t;
	int64_t moment_ms;
	if (find_source(call, in, &source) < 0 ||
		ddb_recovery_begin(call, &source, &in->restore_date_time,
			&dynamodb_invalid_restore_time_exception, &moment_ms) < 0)
		return -1;
	t = source;
	if (ddb_restore_begin(call, &restore, in->target_table_name, &t) < 0)
		return -1;
	t.r.restored_at = OPT_TIME(moment_ms);
	ddb_table_put(call, &t);
	struct dynamodb_job_record job = job_of(call, "recover", &t, STR(""), 0);
	job.end = (struct str){ 0 };
	job.source = source.r.number;
	job.undo = source.r.undo_number;
	job.moment = OPT_I64(moment_ms);
	job_put(call, &job);
	out->table_description = ddb_table_describe(call, &t, "CREATING");
	return 0;
}

bool ddb_recovery_run(struct call *call, struct dynamodb_job_record *job, bool *more)
{
	struct table t, source;
	if (!ddb_table_get(call, job->account, job->region, job->table, &t) ||
		t.r.number.v != job->number.v)
		return false;
	source = t;
	source.r.number = job->source;
	source.r.undo_number = job->undo;
	struct undo_walk walk = {
		.source = &source, .moment_ms = job->moment.v, .from = job->begin
	};
	ddb_undo_walk(call, &walk);
	struct usage usage = usage_new(call, &t);
	struct str prefix = items_prefix(call, &t, 0);
	for (size_t i = 0; i < walk.n; i++) {
		struct str parts[] = { prefix, walk.v[i].key };
		struct dynamodb_attributes item;
		if (ddb_item_decode(call, walk.v[i].now, &item) == 0)
			ddb_item_write(call, &t, arena_concat(call->arena, parts, COUNT_OF(parts)),
				NULL, &item, &usage);
	}
	job->begin = walk.from;
	*more = walk.more;
	return true;
}

void ddb_recovery_job_end(struct call *call, const struct dynamodb_job_record *job)
{
	ddb_recovery_done(call, job->undo.v);
	ddb_restore_end(call, job);
}
