/* What the calls for many items used, table by table. */
#include "services/dynamodb/items/items.h"

struct tallies tallies_new(struct call *call, size_t max)
{
	return (struct tallies){ ARENA_ARRAY(call->arena, struct tally, max), 0, max };
}

struct tally *tally_of(struct call *call, struct tallies *all, const struct table *t)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].table.r.number.v == t->r.number.v)
			return &all->v[i];
	assert(all->n < all->max);
	all->v[all->n] = (struct tally){ .table = *t, .usage = usage_new(call, t) };
	return &all->v[all->n++];
}

struct dynamodb_consumed_capacities tallies_answer(
	struct call *call, struct str mode, const struct tallies *all)
{
	struct dynamodb_consumed_capacities list = { 0 };
	if (!mode.p || str_is(mode, "NONE"))
		return list;
	list.v = ARENA_ARRAY(call->arena, struct dynamodb_consumed_capacity, all->n);
	for (; list.n < all->n; list.n++)
		list.v[list.n] =
			*capacity_answer(call, mode, &all->v[list.n].table, &all->v[list.n].usage);
	return list;
}

struct dynamodb_consumed_capacities tallies_split(
	struct dynamodb_consumed_capacities list, bool is_write)
{
	for (size_t i = 0; i < list.n; i++) {
		struct dynamodb_consumed_capacity *c = &list.v[i];
		*(is_write ? &c->write_capacity_units : &c->read_capacity_units) =
			c->capacity_units;
		if (c->table)
			*(is_write ? &c->table->write_capacity_units
				   : &c->table->read_capacity_units) = c->table->capacity_units;
	}
	return list;
}

void tally_metrics(struct call *call, struct tally *tally, struct str mode,
	const struct dynamodb_attributes *item, size_t max)
{
	struct dynamodb_item_collection_metrics *m =
		metrics_answer(call, mode, &tally->table, item);
	if (!m)
		return;
	if (!tally->metrics.v)
		tally->metrics.v =
			ARENA_ARRAY(call->arena, struct dynamodb_item_collection_metrics, max);
	tally->metrics.v[tally->metrics.n++] = *m;
}

struct dynamodb_item_collection_metrics_per_table tallies_metrics(
	struct call *call, const struct tallies *all)
{
	struct dynamodb_item_collection_metrics_per_table map = { 0 };
	for (size_t i = 0; i < all->n; i++) {
		if (!all->v[i].metrics.n)
			continue;
		if (!map.v)
			map.v = ARENA_ARRAY(call->arena,
				struct dynamodb_item_collection_metrics_per_table_entry, all->n);
		map.v[map.n].key = all->v[i].table.name;
		map.v[map.n++].value = all->v[i].metrics;
	}
	return map;
}
