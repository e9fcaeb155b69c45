/* Log groups: making, finding, listing, retention. */
#include "services/logs/events.h"
#include "store/key.h"

/* ---- records ---- */

static struct str owner_key(struct call *call, int64_t id)
{
	return KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("owner"), key_int(id));
}

bool group_get(struct call *call, struct str name, struct logs_group_record *out)
{
	*out = (struct logs_group_record){ 0 };
	return call_get_record(call, call_key(call, "group", name), &logs_group_record_shape, out);
}

void group_put(struct call *call, struct str name, const struct logs_group_record *record)
{
	call_put_record(call, call_key(call, "group", name), &logs_group_record_shape, record);
}

int group_require(struct call *call, struct str name, struct logs_group_record *out)
{
	if (group_get(call, name, out))
		return 0;
	return fail(call, &logs_resource_not_found_exception,
		"The specified log group does not exist.");
}

int64_t logs_next_id(struct call *call)
{
	struct str key = KEY(call->arena, KEY_LITERAL("logs"), KEY_LITERAL("last id")), value;
	int64_t last = 0;
	if (txn_get(call->txn, key, call->arena, &value) && str_to_i64(value, &last) < 0)
		last = 0;
	txn_put(call->txn, key, arena_printf(call->arena, "%lld", (long long)last + 1));
	return last + 1;
}

void group_create(struct call *call, struct str name, struct logs_group_record *record)
{
	record->id = OPT_I64(logs_next_id(call));
	record->created = OPT_I64(call->now_ms);
	group_put(call, name, record);
	struct logs_owner_record owner = { call->identity.account, call->identity.region, name };
	call_put_record(call, owner_key(call, record->id.v), &logs_owner_record_shape, &owner);
}

struct find_group {
	struct str name;
	struct logs_group_record *out;
};

static int find_group_run(struct call *call, void *arg)
{
	struct find_group *f = arg;
	return group_require(call, f->name, f->out);
}

int group_find(struct call *call, struct str name, struct logs_group_record *out)
{
	struct find_group f = { name, out };
	return call_read(call, find_group_run, &f);
}

struct str group_arn(struct call *call, struct str name)
{
	return call_arn(call, "logs", "log-group:%.*s", STR_ARG(name));
}

int64_t group_oldest_ms(const struct logs_group_record *record, int64_t now_ms)
{
	return record->retention_in_days.set
		       ? MAX(now_ms - record->retention_in_days.v * LOGS_DAY_MS, 0)
		       : 0;
}

int group_named(struct call *call, struct str name, struct str identifier, struct str *out)
{
	if (!name.p == !identifier.p)
		return fail(call, &logs_invalid_parameter_exception,
			"Exactly one of logGroupName and logGroupIdentifier must be given.");
	struct str group = name.p ? name : identifier;
	if (str_starts(group, STR("arn:"))) {
		struct str prefix = group_arn(call, STR(""));
		if (!str_starts(group, prefix))
			return fail(call, &logs_resource_not_found_exception,
				"The specified log group does not exist.");
		group = str_from(group, prefix.n);
		if (str_ends(group, STR(":*")))
			group.n -= 2;
	}
	*out = group;
	return 0;
}

void logs_sweep_soon(void *state)
{
	struct logs *logs = state;
	logs->sweep_due = true;
	waitq_wake_all(&logs->sweep);
}

/* ---- operations ---- */

int logs_create_log_group(struct call *call, const struct logs_create_log_group_input *in,
	struct logs_create_log_group_output *out)
{
	(void)out;
	struct logs_group_record record;
	if (str_starts_ci(in->log_group_name, STR("aws/")))
		return fail(call, &logs_invalid_parameter_exception,
			"Log groups starting with AWS/ are reserved for AWS.");
	if (group_get(call, in->log_group_name, &record))
		return fail(call, &logs_resource_already_exists_exception,
			"The specified log group already exists");
	record = (struct logs_group_record){
		.kms_key_id = in->kms_key_id,
		.log_group_class = in->log_group_class,
		.deletion_protected = in->deletion_protection_enabled,
		.tags = in->tags,
	};
	group_create(call, in->log_group_name, &record);
	return 0;
}

int logs_delete_log_group(struct call *call, const struct logs_delete_log_group_input *in,
	struct logs_delete_log_group_output *out)
{
	(void)out;
	struct logs_group_record record;
	if (group_require(call, in->log_group_name, &record) < 0)
		return -1;
	if (record.deletion_protected.v)
		return fail(call, &logs_validation_exception,
			"The log group %.*s is protected against deletion.",
			STR_ARG(in->log_group_name));
	txn_delete(call->txn, call_key(call, "group", in->log_group_name));
	txn_delete(call->txn, owner_key(call, record.id.v));
	struct str streams = KEY(call->arena, KEY_LITERAL("logs"), key_text(call->identity.account),
		key_text(call->identity.region), KEY_LITERAL("stream"), key_int(record.id.v));
	txn_delete_range(call->txn, streams, key_range_end(call->arena, streams));
	/* The sweeper deletes the events of groups that have no owner. */
	call_after(call, logs_sweep_soon, logs_state(call));
	return 0;
}

static bool is_retention(int64_t days)
{
	static const int allowed[] = { 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545,
		731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 };
	for (size_t i = 0; i < COUNT_OF(allowed); i++)
		if (allowed[i] == days)
			return true;
	return false;
}

int logs_put_retention_policy(struct call *call, const struct logs_put_retention_policy_input *in,
	struct logs_put_retention_policy_output *out)
{
	(void)out;
	struct logs_group_record record;
	if (!is_retention(in->retention_in_days.v))
		return fail(call, &logs_invalid_parameter_exception,
			"1 validation error detected: Value '%lld' at 'retentionInDays' failed to satisfy constraint: "
			"Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, "
			"180, 365, 400, 545, 731, "
			"1096, 1827, 2192, 2557, 2922, 3288, 3653]",
			(long long)in->retention_in_days.v);
	if (group_require(call, in->log_group_name, &record) < 0)
		return -1;
	record.retention_in_days = in->retention_in_days;
	group_put(call, in->log_group_name, &record);
	call_after(call, logs_sweep_soon, logs_state(call));
	return 0;
}

int logs_delete_retention_policy(struct call *call,
	const struct logs_delete_retention_policy_input *in,
	struct logs_delete_retention_policy_output *out)
{
	(void)out;
	struct logs_group_record record;
	if (group_require(call, in->log_group_name, &record) < 0)
		return -1;
	record.retention_in_days = (struct opt_i64){ 0 };
	group_put(call, in->log_group_name, &record);
	return 0;
}

/* ---- listing ---- */

struct listing {
	const struct logs_describe_log_groups_input *in;
	struct logs_log_group *groups;
	int64_t *ids;
	size_t n, max;
	bool more;
};

static bool identifier_names(
	struct call *call, const struct logs_describe_log_groups_input *in, struct str name)
{
	for (size_t i = 0; i < in->log_group_identifiers.n; i++) {
		struct str wanted = in->log_group_identifiers.v[i];
		if (str_eq(wanted, name) || str_eq(wanted, group_arn(call, name)))
			return true;
	}
	return false;
}

static bool is_wanted(struct call *call, const struct logs_describe_log_groups_input *in,
	struct str name, const struct logs_group_record *record)
{
	if (in->log_group_name_pattern.n && str_find(name, in->log_group_name_pattern) < 0)
		return false;
	if (in->log_group_identifiers.v && !identifier_names(call, in, name))
		return false;
	struct str class = record->log_group_class.p ? record->log_group_class : STR("STANDARD");
	return !in->log_group_class.p || str_eq(in->log_group_class, class);
}

static void describe_group(struct call *call, struct str name,
	const struct logs_group_record *record, struct logs_log_group *out)
{
	struct str arn = group_arn(call, name);
	*out = (struct logs_log_group){
		.log_group_name = name,
		.creation_time = record->created,
		.retention_in_days = record->retention_in_days,
		.metric_filter_count = OPT_I64(0),
		.arn = arena_printf(call->arena, "%.*s:*", STR_ARG(arn)),
		.stored_bytes = OPT_I64(0),
		.kms_key_id = record->kms_key_id,
		.log_group_class =
			record->log_group_class.p ? record->log_group_class : STR("STANDARD"),
		.log_group_arn = arn,
		.deletion_protection_enabled = OPT_BOOL(record->deletion_protected.v),
	};
}

static int list_run(struct call *call, void *arg)
{
	struct listing *l = arg;
	struct str prefix = l->in->log_group_name_prefix;
	struct str all = KEY(call->arena, KEY_LITERAL("logs"), key_text(call->identity.account),
		key_text(call->identity.region), KEY_LITERAL("group"));
	struct str begin = prefix.n ? call_key(call, "group", prefix) : all;
	if (l->in->next_token.p)
		begin = key_after(call->arena, call_key(call, "group", l->in->next_token));
	struct txn_cursor c;
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part name;
		struct logs_group_record record = { 0 };
		if (key_decode(call->arena, str_from(c.key, all.n), &name, 1) != 1)
			continue;
		if (prefix.n && !str_starts(name.text, prefix))
			break;
		if (record_decode(call->arena, &logs_group_record_shape,
			    arena_str(call->arena, c.value), &record) < 0 ||
			!is_wanted(call, l->in, name.text, &record))
			continue;
		if (l->n == l->max) {
			l->more = true;
			break;
		}
		l->ids[l->n] = record.id.v;
		describe_group(call, name.text, &record, &l->groups[l->n++]);
	}
	txn_cursor_close(&c);
	return 0;
}

static int sizes_run(struct call *call, void *arg)
{
	struct listing *l = arg;
	for (size_t i = 0; i < l->n; i++) {
		struct logs_group_stat stat;
		events_group_stat(call, l->ids[i], &stat);
		l->groups[i].stored_bytes = OPT_I64(stat.bytes.v);
	}
	return 0;
}

static bool asks_own_account(struct call *call, const struct logs_describe_log_groups_input *in)
{
	for (size_t i = 0; i < in->account_identifiers.n; i++)
		if (str_eq(in->account_identifiers.v[i], call->identity.account))
			return true;
	return in->account_identifiers.n == 0;
}

int logs_describe_log_groups(struct call *call, const struct logs_describe_log_groups_input *in,
	struct logs_describe_log_groups_output *out)
{
	if (in->log_group_name_prefix.p && in->log_group_name_pattern.p)
		return fail(call, &logs_invalid_parameter_exception,
			"LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
	struct listing l = { .in = in,
		.max = (size_t)(in->limit.set ? in->limit.v : LOGS_DESCRIBE_DEFAULT) };
	l.groups = ARENA_ARRAY(call->arena, struct logs_log_group, l.max);
	l.ids = ARENA_ARRAY(call->arena, int64_t, l.max);
	if (asks_own_account(call, in) &&
		(call_read(call, list_run, &l) < 0 ||
			call_read_from(call, call->aws->telemetry, sizes_run, &l) < 0))
		return -1;
	out->log_groups = (struct logs_log_groups){ l.groups, l.n };
	if (l.more)
		out->next_token = l.groups[l.n - 1].log_group_name;
	return 0;
}
