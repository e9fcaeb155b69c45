/* A table made of a backup, or of another table as it was: its settings, which the overrides
 * change. */
#include "base/random.h"
#include "services/dynamodb/tables/tables.h"

static int no_index(struct call *call, struct str name)
{
	return fail(call, &aws_validation_exception,
		"One or more parameter values were invalid: the source has no such index: %.*s",
		STR_ARG(name));
}

/* The indexes that the overrides name stay, all of a kind that has none. */
static int choose_indexes(struct call *call, struct table *t, const struct restore *r)
{
	const struct dynamodb_global_secondary_index_list *global = r->global;
	const struct dynamodb_local_secondary_index_list *local = r->local;
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

static int choose_billing(struct call *call, struct table *t, const struct restore *r)
{
	if (r->billing.p) {
		t->r.billing = r->billing;
		t->r.throughput = NULL;
		if (str_is(t->r.billing, "PAY_PER_REQUEST"))
			t->r.to_on_demand = OPT_TIME(call->now_ms);
	}
	if (r->throughput)
		t->r.throughput = r->throughput;
	if (r->on_demand)
		t->r.on_demand = r->on_demand;
	if (r->sse)
		t->r.sse = r->sse;
	for (size_t i = 0; i < t->r.indexes.n; i++)
		if (r->billing.p && str_is(t->r.billing, "PAY_PER_REQUEST"))
			t->r.indexes.v[i].throughput = NULL;
	return check_throughput(call, t->r.billing, t->r.throughput != NULL, (struct str){ 0 });
}

int ddb_restore_begin(struct call *call, const struct restore *r, struct str name, struct table *t)
{
	struct table other;
	char *id = arena_alloc(call->arena, UUID_LENGTH + 1);
	if (ddb_table_get(call, t->account, t->region, name, &other))
		return fail(call, &dynamodb_table_already_exists_exception,
			"Table already exists: %.*s", STR_ARG(name));
	if (r->has_vectors)
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: VectorIndexOverride is not served here");
	t->r.restored_table = ddb_table_arn(call, t);
	t->name = name;
	if (choose_indexes(call, t, r) < 0 || choose_billing(call, t, r) < 0)
		return -1;
	ddb_table_drop_unused_attributes(t);
	random_uuid(id);
	t->r.id = (struct str){ id, UUID_LENGTH };
	t->r.number = OPT_I64(ddb_next_number(call));
	t->r.created = OPT_TIME(call->now_ms);
	/* Not restored (Developer Guide, "Backup and restore for DynamoDB: how it works", and
	 * "Point-in-time recovery: how it works"). */
	t->r.is_protected = OPT_BOOL(false);
	t->r.tags = (struct dynamodb_tag_list){ 0 };
	t->r.ttl_attribute = t->r.stream_label = t->r.stream_view = (struct str){ 0 };
	t->r.ttl_changed = t->r.undo_since = t->r.restored_at = (struct opt_time){ 0 };
	t->r.stream_number = t->r.backup_number = (struct opt_i64){ 0 };
	t->r.undo_number = t->r.undo_days = (struct opt_i64){ 0 };
	t->r.restored_from = (struct str){ 0 };
	t->r.is_restoring = OPT_BOOL(true);
	return 0;
}

void ddb_restore_end(struct call *call, const struct dynamodb_job_record *job)
{
	struct table t;
	if (!ddb_table_get(call, job->account, job->region, job->table, &t) ||
		t.r.number.v != job->number.v)
		return;
	t.r.is_restoring = OPT_BOOL(false);
	ddb_table_put(call, &t);
}
