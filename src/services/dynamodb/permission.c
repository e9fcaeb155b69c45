/*
 * What a caller must be allowed (Service Authorization Reference, "Actions, resources, and
 * condition keys for Amazon DynamoDB"): of a batch each table, of a transaction each change of a
 * table, of PartiQL what each statement does; and a table named by its ARN belongs to the account
 * in it.
 */
#include "services/dynamodb/partiql/partiql.h"

struct needs {
	struct call *call;
	struct service_permission *v;
	size_t n, room;
};

static struct service_resource resource_of(struct call *call, struct str table, struct str index)
{
	struct service_resource r = { .arn = table, .account = call->identity.account };
	struct str rest = table, part;
	if (!str_starts(table, STR("arn:")))
		r.arn = call_arn(call, "dynamodb", "table/%.*s", STR_ARG(table));
	for (int i = 0; r.arn.p == table.p && i < 5 && str_cut(&rest, ':', &part); i++)
		if (i == 4)
			r.account = part;
	if (index.p)
		r.arn = arena_printf(
			call->arena, "%.*s/index/%.*s", STR_ARG(r.arn), STR_ARG(index));
	return r;
}

/* Once each. */
static void need(struct needs *list, const char *action, struct str table, struct str index)
{
	struct service_resource r = resource_of(list->call, table, index);
	for (size_t i = 0; i < list->n; i++)
		if (str_is(str_c(action), list->v[i].action) &&
			str_eq(list->v[i].resource.arn, r.arn))
			return;
	if (list->n == list->room) {
		struct service_permission *v = list->v;
		list->room = list->room ? list->room * 2 : 8;
		list->v = ARENA_ARRAY(list->call->arena, struct service_permission, list->room);
		if (v)
			memcpy(list->v, v, list->n * sizeof *v);
	}
	list->v[list->n++] = (struct service_permission){ action, r };
}

/* A text that can't be read is refused by the handler. */
static void need_statement(struct needs *list, struct str text,
	const struct dynamodb_prepared_statement_parameters *parameters)
{
	static const char *const actions[] = { [STATEMENT_SELECT] = "dynamodb:PartiQLSelect",
		[STATEMENT_INSERT] = "dynamodb:PartiQLInsert",
		[STATEMENT_UPDATE] = "dynamodb:PartiQLUpdate",
		[STATEMENT_DELETE] = "dynamodb:PartiQLDelete",
		[STATEMENT_EXISTS] = "dynamodb:PartiQLSelect" };
	struct statement s;
	if (text.p && partiql_parse(list->call, text, parameters, &s) == 0)
		need(list, actions[s.type], s.table, s.index);
	list->call->error = (struct call_error){ 0 };
}

static void need_batch_statements(
	struct needs *list, const struct dynamodb_batch_execute_statement_input *in)
{
	for (size_t i = 0; i < in->statements.n; i++)
		need_statement(
			list, in->statements.v[i].statement, &in->statements.v[i].parameters);
}

static void need_transaction_statements(
	struct needs *list, const struct dynamodb_execute_transaction_input *in)
{
	for (size_t i = 0; i < in->transact_statements.n; i++)
		need_statement(list, in->transact_statements.v[i].statement,
			&in->transact_statements.v[i].parameters);
}

static void need_changes(struct needs *list, const struct dynamodb_transact_write_items_input *in)
{
	static const struct str none = { 0 };
	for (size_t i = 0; i < in->transact_items.n; i++) {
		const struct dynamodb_transact_write_item *x = &in->transact_items.v[i];
		if (x->put)
			need(list, "dynamodb:PutItem", x->put->table_name, none);
		if (x->update)
			need(list, "dynamodb:UpdateItem", x->update->table_name, none);
		if (x->delete)
			need(list, "dynamodb:DeleteItem", x->delete->table_name, none);
		if (x->condition_check)
			need(list, "dynamodb:ConditionCheckItem", x->condition_check->table_name,
				none);
	}
}

/* Of any other operation, when it is about a table, or names one by the ARN. */
static void need_table(struct needs *list, const void *in)
{
	static const char *const names[] = { "TableName", "ResourceArn", "TableArn" };
	const struct operation *op = list->call->operation;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct member *m = shape_member(op->input, str_c(names[i]));
		struct str text = m ? *(const struct str *)member_value(m, in) : (struct str){ 0 };
		if (str_starts(text, STR("arn:")) ||
			(text.n && i == 0 && op->resource && strstr(op->resource, "{TableName}")))
			need(list, op->action, text, (struct str){ 0 });
	}
}

/* A table that is made with a policy (Developer Guide, "Create a table with a resource-based
 * policy"). */
static void need_policy(struct needs *list, const void *in)
{
	const struct dynamodb_create_table_input *x = in;
	if (list->call->operation == &dynamodb_create_table_operation && x->resource_policy.p &&
		x->table_name.n)
		need(list, "dynamodb:PutResourcePolicy", x->table_name, (struct str){ 0 });
}

int ddb_find_permissions(
	struct call *call, const void *in, struct service_permission **out, size_t *n)
{
	static const struct str none = { 0 };
	const struct operation *op = call->operation;
	struct needs list = { .call = call };
	if (op == &dynamodb_execute_statement_operation) {
		const struct dynamodb_execute_statement_input *x = in;
		need_statement(&list, x->statement, &x->parameters);
	} else if (op == &dynamodb_batch_execute_statement_operation) {
		need_batch_statements(&list, in);
	} else if (op == &dynamodb_execute_transaction_operation) {
		need_transaction_statements(&list, in);
	} else if (op == &dynamodb_transact_write_items_operation) {
		need_changes(&list, in);
	} else if (op == &dynamodb_transact_get_items_operation) {
		const struct dynamodb_transact_get_items_input *x = in;
		for (size_t i = 0; i < x->transact_items.n; i++)
			if (x->transact_items.v[i].get)
				need(&list, "dynamodb:GetItem",
					x->transact_items.v[i].get->table_name, none);
	} else if (op == &dynamodb_batch_get_item_operation) {
		const struct dynamodb_batch_get_item_input *x = in;
		for (size_t i = 0; i < x->request_items.n; i++)
			need(&list, op->action, x->request_items.v[i].key, none);
	} else if (op == &dynamodb_batch_write_item_operation) {
		const struct dynamodb_batch_write_item_input *x = in;
		for (size_t i = 0; i < x->request_items.n; i++)
			need(&list, op->action, x->request_items.v[i].key, none);
	} else if (op == &dynamodb_restore_table_from_backup_operation) {
		const struct dynamodb_restore_table_from_backup_input *x = in;
		need(&list, op->action, x->backup_arn, none);
		need(&list, op->action, x->target_table_name, none);
	} else if (op == &dynamodb_import_table_operation) {
		const struct dynamodb_import_table_input *x = in;
		need(&list, op->action, x->table_creation_parameters->table_name, none);
	} else if (op == &dynamodb_restore_table_to_point_in_time_operation) {
		const struct dynamodb_restore_table_to_point_in_time_input *x = in;
		need(&list, op->action,
			x->source_table_arn.p ? x->source_table_arn : x->source_table_name, none);
		need(&list, op->action, x->target_table_name, none);
	} else if (op == &dynamodb_query_operation) {
		const struct dynamodb_query_input *x = in;
		need(&list, op->action, x->table_name, x->index_name);
	} else if (op == &dynamodb_scan_operation) {
		const struct dynamodb_scan_input *x = in;
		need(&list, op->action, x->table_name, x->index_name);
	} else {
		need_table(&list, in);
		need_policy(&list, in);
	}
	if (ddb_policies_of(call, list.v, list.n) < 0)
		return -1;
	*out = list.v;
	*n = list.n;
	return list.n ? 0 : -1;
}
