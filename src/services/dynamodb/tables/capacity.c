/* Consumed capacity, by AWS's rules (Developer Guide, "Read and write capacity"). */
#include "services/dynamodb/tables/tables.h"

double read_units(size_t bytes, bool is_consistent)
{
	size_t units = bytes ? (bytes + 4095) / 4096 : 1;
	return is_consistent ? (double)units : (double)units / 2;
}

double write_units(size_t bytes)
{
	return bytes ? (double)((bytes + 1023) / 1024) : 1;
}

struct usage usage_new(struct call *call, const struct table *t)
{
	return (struct usage){ 0, ARENA_ARRAY(call->arena, double, t->r.indexes.n) };
}

struct dynamodb_consumed_capacity *capacity_answer(
	struct call *call, struct str mode, const struct table *t, const struct usage *usage)
{
	if (!mode.p || str_is(mode, "NONE"))
		return NULL;
	struct dynamodb_consumed_capacity *c =
		ARENA_NEW(call->arena, struct dynamodb_consumed_capacity);
	size_t n = t->r.indexes.n;
	double sum = usage->table;
	for (size_t i = 0; i < n; i++)
		sum += usage->index[i];
	c->table_name = t->asked.p ? t->asked : t->name;
	c->capacity_units = OPT_F64(sum);
	if (!str_is(mode, "INDEXES"))
		return c;
	c->table = ARENA_NEW(call->arena, struct dynamodb_capacity);
	c->table->capacity_units = OPT_F64(usage->table);
	for (size_t i = 0; i < n; i++) {
		const struct dynamodb_index_record *x = &t->r.indexes.v[i];
		struct dynamodb_index_capacities *list =
			x->is_local.v ? &c->local_secondary_indexes : &c->global_secondary_indexes;
		if (usage->index[i] <= 0)
			continue;
		if (!list->v)
			list->v =
				ARENA_ARRAY(call->arena, struct dynamodb_index_capacities_entry, n);
		list->v[list->n].key = x->name;
		list->v[list->n++].value.capacity_units = OPT_F64(usage->index[i]);
	}
	return c;
}

struct dynamodb_item_collection_metrics *metrics_answer(struct call *call, struct str mode,
	const struct table *t, const struct dynamodb_attributes *item)
{
	if (!ddb_collection_is_kept(t) || !str_is(mode, "SIZE"))
		return NULL;
	struct dynamodb_item_collection_metrics *m =
		ARENA_NEW(call->arena, struct dynamodb_item_collection_metrics);
	struct str hash = t->r.key_schema.v[0].attribute_name;
	const struct dynamodb_value *v = attributes_get(item, hash);
	int64_t gigabytes = ddb_collection_bytes(call, t, v) >> 30;
	*attributes_put(call->arena, &m->item_collection_key, hash) = *v;
	m->size_estimate_range_gb.v = ARENA_ARRAY(call->arena, struct opt_f64, 2);
	m->size_estimate_range_gb.n = 2;
	m->size_estimate_range_gb.v[0] = OPT_F64((double)gigabytes);
	m->size_estimate_range_gb.v[1] = OPT_F64((double)gigabytes + 1);
	return m;
}
