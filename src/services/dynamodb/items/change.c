/* A change of one item under a condition: what Put, Update, Delete and the transactions share. */
#include "services/dynamodb/items/items.h"

static int check_updates_keys(struct call *call, const struct change_request *r)
{
	const struct dynamodb_key_schema *keys = &r->table.r.key_schema;
	for (size_t i = 0; i < r->actions.n; i++)
		for (size_t k = 0; k < keys->n; k++)
			if (str_eq(r->actions.v[i].path.v[0].name, keys->v[k].attribute_name))
				return fail(call, &aws_validation_exception,
					"One or more parameter values were invalid: Cannot update "
					"attribute %.*s. This attribute is part of the key",
					STR_ARG(keys->v[k].attribute_name));
	return 0;
}

static int check_mixed(struct call *call, const struct change_request *r)
{
	static const char *const old[] = { "AttributeUpdates", "Expected", "ConditionalOperator",
		NULL };
	static const char *const new[] = { "UpdateExpression", "ConditionExpression", NULL };
	bool old_given[] = { r->updates && r->updates->v, r->expected && r->expected->v,
		r->conditional_operator.p != NULL };
	bool given[] = { r->update.p != NULL, r->condition.p != NULL };
	return legacy_mixed(call, old, old_given, new, given);
}

static int prepare_expressions(struct call *call, struct change_request *r)
{
	static const char *const both[] = { "UpdateExpression", "ConditionExpression", NULL };
	struct str texts[] = { r->update, r->condition };
	bool is_update = r->type == CHANGE_UPDATE;
	struct expr e;
	if (check_mixed(call, r) < 0)
		return -1;
	if (expr_begin(&e, call, r->names, r->values, is_update ? texts : texts + 1,
		    is_update ? both : both + 1) < 0 ||
		expr_update(&e, r->update, &r->actions) < 0 ||
		expr_condition(&e, "ConditionExpression", r->condition, &r->node) < 0 ||
		expr_end(&e) < 0)
		return -1;
	if (r->expected && r->expected->v &&
		legacy_expected(call, r->expected, r->conditional_operator, &r->node) < 0)
		return -1;
	if (r->updates && r->updates->v && legacy_updates(call, r->updates, &r->actions) < 0)
		return -1;
	return 0;
}

int change_prepare(struct call *call, struct change_request *r)
{
	struct str why;
	if (r->type == CHANGE_PUT && attributes_check(call->arena, r->item, &why) < 0)
		return fail(call, &aws_validation_exception, "%.*s", STR_ARG(why));
	return prepare_expressions(call, r) < 0 ? -1 : change_locate(call, r);
}

int change_locate(struct call *call, struct change_request *r)
{
	if (ddb_table_find(call, r->table_name, false, &r->table) < 0 ||
		ddb_item_key(call, &r->table, r->item, r->type != CHANGE_PUT, &r->key) < 0)
		return -1;
	if (r->type == CHANGE_PUT)
		return ddb_item_check(call, &r->table, r->item, NULL, false);
	return check_updates_keys(call, r);
}

/* What an update makes of the item: 0 or -1. */
static int update_item(struct call *call, struct change_request *r)
{
	struct str why;
	if (update_apply(call, &r->actions, r->has_before ? &r->before : r->item, &r->after) < 0)
		return -1;
	if (attributes_check(call->arena, &r->after, &why) < 0)
		return fail(call, &aws_validation_exception, "%.*s", STR_ARG(why));
	return ddb_item_check(call, &r->table, &r->after, &r->before, r->actions.is_legacy);
}

int change_check(struct call *call, struct change_request *r)
{
	static const struct dynamodb_attributes nothing = { 0 };
	r->has_before = ddb_item_get(call, r->key, &r->before);
	if (call->error.shape)
		return -1;
	if (!r->has_before)
		r->before = nothing;
	bool is_asked = r->node && (r->has_before || !r->may_be_missing);
	if (is_asked && !condition_is_true(call->arena, r->node, &r->before))
		return 0;
	r->has_after = r->type == CHANGE_PUT || r->type == CHANGE_UPDATE ||
		       (r->type == CHANGE_CHECK && r->has_before);
	r->after = r->type == CHANGE_PUT ? *r->item : r->before;
	if (r->type == CHANGE_UPDATE && update_item(call, r) < 0)
		return -1;
	return ddb_collection_check(call, &r->table, r->has_before ? &r->before : NULL,
		       r->has_after ? &r->after : NULL) < 0
		       ? -1
		       : 1;
}

void change_apply(struct call *call, struct change_request *r, struct usage *usage)
{
	ddb_item_write(call, &r->table, r->key, r->has_before ? &r->before : NULL,
		r->has_after ? &r->after : NULL, usage);
}

/* ---- operations ---- */

static int refused(struct call *call, const struct change_request *r, struct str on_failure)
{
	struct dynamodb_conditional_check_failed_exception detail = { 0 };
	if (str_is(on_failure, "ALL_OLD") && r->has_before)
		detail.item = r->before;
	if (r->is_insert)
		return fail(call, &dynamodb_duplicate_item_exception,
			"Duplicate primary key exists in table");
	return fail_with(call, &dynamodb_conditional_check_failed_exception, &detail,
		"The conditional request failed");
}

int change_commit(
	struct call *call, struct change_request *r, struct str on_failure, struct usage *usage)
{
	int may = change_check(call, r);
	if (may <= 0)
		return may < 0 ? -1 : refused(call, r, on_failure);
	*usage = usage_new(call, &r->table);
	change_apply(call, r, usage);
	return 0;
}

static int change_run(
	struct call *call, struct change_request *r, struct str on_failure, struct usage *usage)
{
	return change_prepare(call, r) < 0 ? -1 : change_commit(call, r, on_failure, usage);
}

static int check_return(struct call *call, struct str value)
{
	if (!value.p || str_is(value, "NONE") || str_is(value, "ALL_OLD"))
		return 0;
	return fail(call, &aws_validation_exception, "Return values set to invalid value");
}

int dynamodb_put_item(struct call *call, const struct dynamodb_put_item_input *in,
	struct dynamodb_put_item_output *out)
{
	struct change_request r = {
		.type = CHANGE_PUT,
		.table_name = in->table_name,
		.condition = in->condition_expression,
		.item = &in->item,
		.names = &in->expression_attribute_names,
		.values = &in->expression_attribute_values,
		.expected = &in->expected,
		.conditional_operator = in->conditional_operator,
	};
	struct usage usage;
	if (check_return(call, in->return_values) < 0 ||
		change_run(call, &r, in->return_values_on_condition_check_failure, &usage) < 0)
		return -1;
	if (str_is(in->return_values, "ALL_OLD") && r.has_before)
		out->attributes = r.before;
	out->consumed_capacity =
		capacity_answer(call, in->return_consumed_capacity, &r.table, &usage);
	out->item_collection_metrics =
		metrics_answer(call, in->return_item_collection_metrics, &r.table, r.item);
	return 0;
}

int dynamodb_delete_item(struct call *call, const struct dynamodb_delete_item_input *in,
	struct dynamodb_delete_item_output *out)
{
	struct change_request r = {
		.type = CHANGE_DELETE,
		.table_name = in->table_name,
		.condition = in->condition_expression,
		.item = &in->key,
		.names = &in->expression_attribute_names,
		.values = &in->expression_attribute_values,
		.expected = &in->expected,
		.conditional_operator = in->conditional_operator,
	};
	struct usage usage;
	if (check_return(call, in->return_values) < 0 ||
		change_run(call, &r, in->return_values_on_condition_check_failure, &usage) < 0)
		return -1;
	if (str_is(in->return_values, "ALL_OLD") && r.has_before)
		out->attributes = r.before;
	out->consumed_capacity =
		capacity_answer(call, in->return_consumed_capacity, &r.table, &usage);
	out->item_collection_metrics =
		metrics_answer(call, in->return_item_collection_metrics, &r.table, r.item);
	return 0;
}

void change_answer(struct call *call, const struct change_request *r, struct str wanted,
	struct dynamodb_attributes *out)
{
	bool is_old = str_ends(wanted, STR("_OLD"));
	const struct dynamodb_attributes *from = is_old ? &r->before : &r->after;
	struct paths paths = { ARENA_ARRAY(call->arena, struct path, r->actions.n), r->actions.n };
	if (!wanted.p || str_is(wanted, "NONE") || (is_old && !r->has_before))
		return;
	if (str_starts(wanted, STR("ALL"))) {
		*out = *from;
		return;
	}
	for (size_t i = 0; i < paths.n; i++)
		paths.v[i] = r->actions.v[i].path;
	ddb_item_project(call->arena, from, &paths, out);
	if (!out->n)
		out->v = NULL;
}

int dynamodb_update_item(struct call *call, const struct dynamodb_update_item_input *in,
	struct dynamodb_update_item_output *out)
{
	struct change_request r = {
		.type = CHANGE_UPDATE,
		.table_name = in->table_name,
		.condition = in->condition_expression,
		.update = in->update_expression,
		.item = &in->key,
		.names = &in->expression_attribute_names,
		.values = &in->expression_attribute_values,
		.expected = &in->expected,
		.conditional_operator = in->conditional_operator,
		.updates = &in->attribute_updates,
	};
	struct usage usage;
	if (change_run(call, &r, in->return_values_on_condition_check_failure, &usage) < 0)
		return -1;
	change_answer(call, &r, in->return_values, &out->attributes);
	out->consumed_capacity =
		capacity_answer(call, in->return_consumed_capacity, &r.table, &usage);
	out->item_collection_metrics =
		metrics_answer(call, in->return_item_collection_metrics, &r.table, r.item);
	return 0;
}

int dynamodb_get_item(struct call *call, const struct dynamodb_get_item_input *in,
	struct dynamodb_get_item_output *out)
{
	static const char *const parameters[] = { "ProjectionExpression", NULL }, *const old[] = {
		"AttributesToGet", NULL
	};
	bool old_given[] = { in->attributes_to_get.v != NULL },
	     given[] = { in->projection_expression.p != NULL };
	struct dynamodb_attributes item;
	struct paths paths;
	struct table t;
	struct str key;
	struct expr e;
	if (legacy_mixed(call, old, old_given, parameters, given) < 0 ||
		expr_begin(&e, call, &in->expression_attribute_names, NULL,
			&in->projection_expression, parameters) < 0 ||
		expr_projection(&e, in->projection_expression, &paths) < 0 || expr_end(&e) < 0 ||
		(in->attributes_to_get.v &&
			legacy_attributes(call, &in->attributes_to_get, &paths) < 0) ||
		ddb_table_find(call, in->table_name, false, &t) < 0 ||
		ddb_item_key(call, &t, &in->key, true, &key) < 0)
		return -1;
	struct usage usage = usage_new(call, &t);
	bool found = ddb_item_get(call, key, &item);
	usage.table = read_units(found ? attributes_size(&item) : 0, in->consistent_read.v);
	if (found && paths.n)
		ddb_item_project(call->arena, &item, &paths, &out->item);
	else if (found)
		out->item = item;
	out->consumed_capacity = capacity_answer(call, in->return_consumed_capacity, &t, &usage);
	return call->error.shape ? -1 : 0;
}
