/* Query and Scan. */
#include "services/dynamodb/items/page.h"

/* A name in a filter that is part of the key; p == NULL: there is none. */
static struct str key_in_filter(const struct page *p, const struct node *node)
{
	struct str found = { 0 };
	if (node->type == NODE_PATH &&
		(str_eq(node->path.v[0].name, p->schema.hash) ||
			(p->schema.range.p && str_eq(node->path.v[0].name, p->schema.range))))
		return node->path.v[0].name;
	for (size_t i = 0; !found.p && i < node->n; i++)
		found = key_in_filter(p, node->args[i]);
	return found;
}

static int query_parse(struct call *call, const struct dynamodb_query_input *in, struct page *p,
	struct node **keys)
{
	static const char *const names[] = { "FilterExpression", "KeyConditionExpression",
		"ProjectionExpression", NULL };
	static const char *const old[] = { "AttributesToGet", "KeyConditions", "QueryFilter",
		"ConditionalOperator", NULL };
	struct str texts[] = { in->filter_expression, in->key_condition_expression,
		in->projection_expression };
	bool given[] = { texts[0].p != NULL, texts[1].p != NULL, texts[2].p != NULL };
	bool old_given[] = { in->attributes_to_get.v != NULL, in->key_conditions.v != NULL,
		in->query_filter.v != NULL, in->conditional_operator.p != NULL };
	struct expr e;
	if (legacy_mixed(call, old, old_given, names, given) < 0 ||
		expr_begin(&e, call, &in->expression_attribute_names,
			&in->expression_attribute_values, texts, names) < 0 ||
		expr_condition(&e, "KeyConditionExpression", texts[1], keys) < 0 ||
		expr_condition(&e, "FilterExpression", texts[0], &p->filter) < 0 ||
		expr_projection(&e, texts[2], &p->paths) < 0 || expr_end(&e) < 0)
		return -1;
	if (in->key_conditions.v &&
		legacy_conditions(call, &in->key_conditions, STR("AND"), keys) < 0)
		return -1;
	if (in->query_filter.v && legacy_conditions(call, &in->query_filter,
					  in->conditional_operator, &p->filter) < 0)
		return -1;
	if (in->attributes_to_get.v &&
		legacy_attributes(call, &in->attributes_to_get, &p->paths) < 0)
		return -1;
	if (!*keys)
		return fail(call, &aws_validation_exception,
			"Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
	return 0;
}

int dynamodb_query(
	struct call *call, const struct dynamodb_query_input *in, struct dynamodb_query_output *out)
{
	struct page p = {
		.table_name = in->table_name,
		.index_name = in->index_name,
		.select = in->select,
		.return_consumed_capacity = in->return_consumed_capacity,
		.limit = in->limit.v,
		.is_consistent = in->consistent_read.v,
		.is_reverse = in->scan_index_forward.set && !in->scan_index_forward.v,
		.is_query = true,
		.start = &in->exclusive_start_key,
	};
	struct node *keys = NULL;
	if (query_parse(call, in, &p, &keys) < 0 || ddb_page_open(call, &p) < 0)
		return -1;
	struct str forbidden = p.filter ? key_in_filter(&p, p.filter) : (struct str){ 0 };
	if (forbidden.p)
		return fail(call, &aws_validation_exception,
			"%s can only contain non-primary key attributes: Primary key "
			"attribute: %.*s",
			in->query_filter.v ? "QueryFilter" : "Filter Expression",
			STR_ARG(forbidden));
	if (key_condition_range(
		    call, &p, in->key_conditions.v ? NULL : "KeyConditionExpression", keys) < 0 ||
		ddb_page_read(call, &p) < 0)
		return -1;
	out->items = p.items;
	out->count = OPT_I64(p.count);
	out->scanned_count = OPT_I64(p.scanned);
	out->last_evaluated_key = p.last;
	out->consumed_capacity = p.capacity;
	return 0;
}

static int scan_parse(struct call *call, const struct dynamodb_scan_input *in, struct page *p)
{
	static const char *const names[] = { "FilterExpression", "ProjectionExpression", NULL };
	static const char *const old[] = { "AttributesToGet", "ScanFilter", "ConditionalOperator",
		NULL };
	struct str texts[] = { in->filter_expression, in->projection_expression };
	bool given[] = { texts[0].p != NULL, texts[1].p != NULL };
	bool old_given[] = { in->attributes_to_get.v != NULL, in->scan_filter.v != NULL,
		in->conditional_operator.p != NULL };
	struct expr e;
	if (legacy_mixed(call, old, old_given, names, given) < 0 ||
		expr_begin(&e, call, &in->expression_attribute_names,
			&in->expression_attribute_values, texts, names) < 0 ||
		expr_condition(&e, "FilterExpression", texts[0], &p->filter) < 0 ||
		expr_projection(&e, texts[1], &p->paths) < 0 || expr_end(&e) < 0)
		return -1;
	if (in->scan_filter.v &&
		legacy_conditions(call, &in->scan_filter, in->conditional_operator, &p->filter) < 0)
		return -1;
	return in->attributes_to_get.v ? legacy_attributes(call, &in->attributes_to_get, &p->paths)
				       : 0;
}

static int check_segment(struct call *call, const struct dynamodb_scan_input *in)
{
	if (in->segment.set && !in->total_segments.set)
		return fail(call, &aws_validation_exception,
			"The TotalSegments parameter is required but was not present in the "
			"request when Segment parameter is present");
	if (!in->segment.set && in->total_segments.set)
		return fail(call, &aws_validation_exception,
			"The Segment parameter is required but was not present in the request "
			"when parameter TotalSegments is present");
	if (in->segment.set && in->segment.v >= in->total_segments.v)
		return fail(call, &aws_validation_exception,
			"The Segment parameter is zero-based and must be less than parameter "
			"TotalSegments: Segment: %lld is not less than TotalSegments: %lld",
			(long long)in->segment.v, (long long)in->total_segments.v);
	return 0;
}

int dynamodb_scan(
	struct call *call, const struct dynamodb_scan_input *in, struct dynamodb_scan_output *out)
{
	struct page p = {
		.table_name = in->table_name,
		.index_name = in->index_name,
		.select = in->select,
		.return_consumed_capacity = in->return_consumed_capacity,
		.limit = in->limit.v,
		.is_consistent = in->consistent_read.v,
		.start = &in->exclusive_start_key,
		.segment = in->segment.v,
		.segments = in->total_segments.v,
	};
	if (check_segment(call, in) < 0 || scan_parse(call, in, &p) < 0 ||
		ddb_page_open(call, &p) < 0)
		return -1;
	p.begin = items_prefix(call, &p.table, ddb_page_index_number(&p));
	p.end = key_range_end(call->arena, p.begin);
	if (in->segment.set) {
		int64_t all = (int64_t)1 << DDB_HASH_BITS;
		struct key_part from = key_int(all * in->segment.v / in->total_segments.v);
		struct key_part to = key_int(all * (in->segment.v + 1) / in->total_segments.v);
		struct str low[] = { p.begin, key_encode(call->arena, &from, 1) };
		struct str high[] = { p.begin, key_encode(call->arena, &to, 1) };
		p.begin = arena_concat(call->arena, low, 2);
		p.end = arena_concat(call->arena, high, 2);
	}
	if (ddb_page_read(call, &p) < 0)
		return -1;
	out->items = p.items;
	out->count = OPT_I64(p.count);
	out->scanned_count = OPT_I64(p.scanned);
	out->last_evaluated_key = p.last;
	out->consumed_capacity = p.capacity;
	return 0;
}
