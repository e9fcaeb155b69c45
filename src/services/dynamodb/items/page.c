/* Query and Scan: a page of items out of a range of keys. */
#include "services/dynamodb/items/page.h"

#define INVALID "One or more parameter values were invalid: "

int64_t ddb_page_index_number(const struct page *p)
{
	return p->index ? p->index->number.v : 0;
}

static bool is_projected(const struct page *p, struct str name)
{
	const struct dynamodb_projection *projection = p->index->projection;
	bool found = str_is(projection->projection_type, "ALL");
	for (size_t i = 0; i < p->table.r.key_schema.n; i++)
		found |= str_eq(p->table.r.key_schema.v[i].attribute_name, name);
	for (size_t i = 0; i < p->index->key_schema.n; i++)
		found |= str_eq(p->index->key_schema.v[i].attribute_name, name);
	for (size_t i = 0; i < projection->non_key_attributes.n; i++)
		found |= str_eq(projection->non_key_attributes.v[i], name);
	return found;
}

static int check_select(struct call *call, const struct page *p)
{
	if (p->paths.n && p->select.p && !str_is(p->select, "SPECIFIC_ATTRIBUTES"))
		return fail(call, &aws_validation_exception,
			"Cannot specify the AttributesToGet or ProjectionExpression when "
			"choosing to get %s",
			str_is(p->select, "COUNT")            ? "only the Count"
			: str_is(p->select, "ALL_ATTRIBUTES") ? "ALL_ATTRIBUTES"
							      : "ALL_PROJECTED_ATTRIBUTES");
	/* Query alone puts it in an envelope. */
	if (!p->paths.n && str_is(p->select, "SPECIFIC_ATTRIBUTES"))
		return fail(call, &aws_validation_exception,
			"%sMust specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
			p->is_query ? "1 validation error detected: " : "");
	if (!p->index_name.p && str_is(p->select, "ALL_PROJECTED_ATTRIBUTES"))
		return fail(call, &aws_validation_exception,
			"ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
	return 0;
}

int ddb_page_open(struct call *call, struct page *p)
{
	if (check_select(call, p) < 0 || ddb_table_find(call, p->table_name, false, &p->table) < 0)
		return -1;
	p->schema = ddb_table_schema(&p->table, &p->table.r.key_schema);
	if (!p->index_name.p)
		return 0;
	p->index = ddb_table_index(&p->table, p->index_name);
	if (!p->index)
		return fail(call, &aws_validation_exception,
			"The table does not have the specified index: %.*s",
			STR_ARG(p->index_name));
	p->schema = ddb_table_schema(&p->table, &p->index->key_schema);
	if (p->index->is_local.v)
		return 0;
	if (p->index->is_building.v)
		return fail(call, &aws_validation_exception,
			"Cannot read from backfilling global secondary index: %.*s",
			STR_ARG(p->index_name));
	if (p->is_consistent)
		return fail(call, &aws_validation_exception,
			"Consistent reads are not supported on global secondary indexes");
	if (str_is(p->select, "ALL_ATTRIBUTES") &&
		!str_is(p->index->projection->projection_type, "ALL"))
		return fail(call, &aws_validation_exception,
			INVALID "Select type ALL_ATTRIBUTES is not supported for global "
				"secondary index %.*s because its projection type is not ALL",
			STR_ARG(p->index_name));
	for (size_t i = 0; i < p->paths.n; i++)
		if (!is_projected(p, p->paths.v[i].v[0].name))
			return fail(call, &aws_validation_exception,
				INVALID "Global secondary index %.*s does not project [%.*s]",
				STR_ARG(p->index_name), STR_ARG(p->paths.v[i].v[0].name));
	return 0;
}

/* A local index that holds too little for what is asked leads to the item itself. */
static bool needs_item(const struct page *p)
{
	bool needs = p->index && str_is(p->select, "ALL_ATTRIBUTES") &&
		     !str_is(p->index->projection->projection_type, "ALL");
	for (size_t i = 0; p->index && i < p->paths.n; i++)
		needs |= !is_projected(p, p->paths.v[i].v[0].name);
	return needs;
}

static int start_after(struct call *call, struct page *p)
{
	struct str key, why;
	size_t n = p->table.r.key_schema.n;
	if (!p->start || !p->start->v)
		return 0;
	if (attributes_check(call->arena, p->start, &why) < 0)
		return fail(call, &aws_validation_exception, "%.*s", STR_ARG(why));
	for (size_t i = 0; p->index && i < p->index->key_schema.n; i++) {
		bool shared = false;
		for (size_t k = 0; k < p->table.r.key_schema.n; k++)
			shared |= str_eq(p->table.r.key_schema.v[k].attribute_name,
				p->index->key_schema.v[i].attribute_name);
		n += !shared;
	}
	bool good = p->start->n == n;
	for (size_t i = 0; good && i < p->table.r.key_schema.n; i++)
		good = attributes_get(p->start, p->table.r.key_schema.v[i].attribute_name) != NULL;
	if (good && p->index)
		good = index_key(call, &p->table, p->index, p->start, &key);
	if (good && !p->index && ddb_item_key(call, &p->table, p->start, true, &key) < 0) {
		struct str reason = call->error.message;
		return fail(call, &aws_validation_exception,
			"The provided starting key is invalid: %.*s", STR_ARG(reason));
	}
	if (!good)
		return fail(call, &aws_validation_exception,
			"The provided starting key is invalid%s",
			p->is_query ? "" : ": The provided key element does not match the schema");
	bool is_inside = str_cmp(key, p->begin) >= 0 && str_cmp(key, p->end) < 0;
	if (!is_inside && p->is_query)
		return fail(call, &aws_validation_exception,
			"The provided starting key is outside query boundaries based on provided conditions");
	if (!is_inside)
		return fail(call, &aws_validation_exception,
			"The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with "
			"correct Segment. TotalSegments: %lld Segment: %lld",
			(long long)p->segments, (long long)p->segment);
	if (p->is_reverse)
		p->end = key;
	else
		p->begin = key_after(call->arena, key);
	return 0;
}

static void set_last(struct call *call, struct page *p, const struct dynamodb_attributes *item)
{
	const struct dynamodb_key_schema *lists[] = { &p->table.r.key_schema,
		p->index ? &p->index->key_schema : NULL };
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; lists[i] && k < lists[i]->n; k++) {
			struct str name = lists[i]->v[k].attribute_name;
			*attributes_put(call->arena, &p->last, name) = *attributes_get(item, name);
		}
}

static void keep(
	struct call *call, struct page *p, size_t *room, const struct dynamodb_attributes *item)
{
	p->count++;
	if (str_is(p->select, "COUNT"))
		return;
	if (p->items.n == *room) {
		*room = *room ? *room * 2 : 16;
		struct dynamodb_attributes *v =
			ARENA_ARRAY(call->arena, struct dynamodb_attributes, *room);
		if (p->items.n)
			memcpy(v, p->items.v, p->items.n * sizeof *v);
		p->items.v = v;
	}
	struct dynamodb_attributes *place = &p->items.v[p->items.n++];
	*place = *item;
	if (p->paths.n)
		ddb_item_project(call->arena, item, &p->paths, place);
	if (!place->v)
		place->v = ARENA_ARRAY(call->arena, struct dynamodb_attributes_entry, 1);
}

int ddb_page_read(struct call *call, struct page *p)
{
	struct txn_cursor c;
	struct usage *usage = &p->usage;
	bool whole = needs_item(p);
	size_t bytes = 0, room = 0;
	int r = 0;
	*usage = usage_new(call, &p->table);
	if (start_after(call, p) < 0)
		return -1;
	if (!str_is(p->select, "COUNT"))
		p->items.v = ARENA_ARRAY(call->arena, struct dynamodb_attributes, 1);
	txn_cursor_open(call->txn, p->begin, p->end, p->is_reverse, &c);
	while (r == 0 && str_cmp(p->begin, p->end) < 0 && txn_cursor_next(&c)) {
		struct dynamodb_attributes item;
		struct str key;
		r = ddb_item_decode(call, c.value, &item);
		if (r < 0)
			break;
		size_t size = attributes_size(&item);
		struct dynamodb_attributes entry = item;
		if (whole && (r = ddb_item_key(call, &p->table, &item, false, &key)) == 0 &&
			ddb_item_get(call, key, &item))
			usage->table += read_units(attributes_size(&item), p->is_consistent);
		bytes += size;
		p->scanned++;
		if (r == 0 && (!p->filter || condition_is_true(call->arena, p->filter, &item)))
			keep(call, p, &room, &item);
		if ((p->limit && p->scanned == p->limit) || bytes >= DDB_PAGE_BYTES_MAX) {
			set_last(call, p, &entry);
			break;
		}
	}
	txn_cursor_close(&c);
	p->bytes = bytes;
	if (p->index)
		usage->index[p->index - p->table.r.indexes.v] = read_units(bytes, p->is_consistent);
	else
		usage->table = read_units(bytes, p->is_consistent);
	p->capacity = capacity_answer(call, p->return_consumed_capacity, &p->table, usage);
	return r;
}
