/* ExecuteStatement, BatchExecuteStatement and ExecuteTransaction. */
#include "services/dynamodb/partiql/partiql.h"

static const struct dynamodb_prepared_statement_parameters no_parameters = { 0 };

/* ---- changes ---- */

/* where AND the item is there. */
static struct node *on_existing(struct call *call, const struct table *t, struct node *where)
{
	struct node *nodes = ARENA_ARRAY(call->arena, struct node, 3);
	struct path_step *step = ARENA_NEW(call->arena, struct path_step);
	step->name = t->r.key_schema.v[0].attribute_name;
	nodes[0] = (struct node){ .type = NODE_PATH, .path = { step, 1 } };
	nodes[1] = (struct node){ .type = where ? NODE_EXISTS : NODE_NOT_EXISTS,
		.args = ARENA_ARRAY(call->arena, struct node *, 1),
		.n = 1 };
	nodes[1].args[0] = &nodes[0];
	if (!where)
		return &nodes[1];
	nodes[2] = (struct node){
		.type = NODE_AND, .args = ARENA_ARRAY(call->arena, struct node *, 2), .n = 2
	};
	nodes[2].args[0] = &nodes[1];
	nodes[2].args[1] = where;
	return &nodes[2];
}

/* The change that a statement asks for, ready to be checked: 0 or -1. */
static int change_of(struct call *call, const struct statement *s, struct change_request *r)
{
	struct table t;
	*r = (struct change_request){
		.type = CHANGE_PUT, .table_name = s->table, .item = &s->item, .is_insert = true
	};
	if (ddb_table_find(call, s->table, false, &t) < 0)
		return -1;
	if (s->type == STATEMENT_INSERT) {
		r->node = on_existing(call, &t, NULL);
		return change_locate(call, r);
	}
	struct dynamodb_attributes *key = ARENA_NEW(call->arena, struct dynamodb_attributes);
	if (s->index.p || !partiql_key(call, s, &t, key))
		return fail(call, &aws_validation_exception,
			"Where clause does not contain a mandatory equality on all key attributes");
	r->type = s->type == STATEMENT_UPDATE   ? CHANGE_UPDATE
		  : s->type == STATEMENT_DELETE ? CHANGE_DELETE
						: CHANGE_CHECK;
	r->item = key;
	r->is_insert = false;
	r->may_be_missing = s->type == STATEMENT_DELETE;
	r->node = r->may_be_missing ? s->where : on_existing(call, &t, s->where);
	r->actions = s->actions;
	return change_locate(call, r);
}

/* What RETURNING asks for; n == 0: nothing. */
static struct dynamodb_attributes returned(
	struct call *call, const struct statement *s, const struct change_request *r)
{
	struct dynamodb_attributes item = { 0 };
	change_answer(call, r, s->returning, &item);
	return item;
}

static int change_run(struct call *call, const struct statement *s, struct str on_failure,
	struct change_request *r, struct usage *usage)
{
	return change_of(call, s, r) < 0 ? -1 : change_commit(call, r, on_failure, usage);
}

/* ---- ExecuteStatement ---- */

struct execution {
	const struct dynamodb_execute_statement_input *in;
	struct dynamodb_execute_statement_output *out;
	struct statement s;
};

static int read_statement(struct call *call, void *arg)
{
	struct execution *x = arg;
	struct statement_page page = { .is_consistent = x->in->consistent_read.v,
		.limit = x->in->limit.v,
		.token = x->in->next_token,
		.digest = x->in->statement };
	if (partiql_select(call, &x->s, &page) < 0)
		return -1;
	x->out->items = page.items;
	x->out->next_token = page.next_token;
	x->out->last_evaluated_key = page.last;
	x->out->consumed_capacity =
		capacity_answer(call, x->in->return_consumed_capacity, &page.table, &page.usage);
	return 0;
}

static int write_statement(struct call *call, void *arg)
{
	struct execution *x = arg;
	struct change_request r;
	struct usage usage;
	if (change_run(call, &x->s, x->in->return_values_on_condition_check_failure, &r, &usage) <
		0)
		return -1;
	struct dynamodb_attributes item = returned(call, &x->s, &r);
	x->out->items.v = ARENA_ARRAY(call->arena, struct dynamodb_attributes, 1);
	x->out->items.n = item.n > 0;
	x->out->items.v[0] = item;
	x->out->consumed_capacity =
		capacity_answer(call, x->in->return_consumed_capacity, &r.table, &usage);
	return 0;
}

static const struct dynamodb_prepared_statement_parameters *given(
	const struct dynamodb_prepared_statement_parameters *parameters)
{
	return parameters->v ? parameters : &no_parameters;
}

static int exists_alone(struct call *call)
{
	return fail(call, &aws_validation_exception,
		"EXISTS is only supported in statements of ExecuteTransaction");
}

int dynamodb_execute_statement(struct call *call, const struct dynamodb_execute_statement_input *in,
	struct dynamodb_execute_statement_output *out)
{
	struct execution x = { .in = in, .out = out };
	if (partiql_parse(call, in->statement, given(&in->parameters), &x.s) < 0)
		return -1;
	if (x.s.type == STATEMENT_EXISTS)
		return exists_alone(call);
	return statement_reads(&x.s) ? call_read(call, read_statement, &x)
				     : call_write(call, write_statement, &x);
}

/* ---- BatchExecuteStatement ---- */

struct batch {
	const struct dynamodb_batch_execute_statement_input *in;
	struct dynamodb_batch_execute_statement_output *out;
	struct statement *statements;
	struct dynamodb_batch_statement_error **parse_errors;
	struct tallies tallies;
};

/* The error that stands in call, as one of a statement's. */
static struct dynamodb_batch_statement_error *take_error(struct call *call)
{
	static const struct {
		const struct error_shape *shape;
		struct str code;
	} codes[] = {
		{ &dynamodb_conditional_check_failed_exception,
			STR_INIT("ConditionalCheckFailed") },
		{ &dynamodb_duplicate_item_exception, STR_INIT("DuplicateItem") },
		{ &dynamodb_resource_not_found_exception, STR_INIT("ResourceNotFound") },
		{ &dynamodb_item_collection_size_limit_exceeded_exception,
			STR_INIT("ItemCollectionSizeLimitExceeded") },
		{ &aws_validation_exception, STR_INIT("ValidationError") },
	};
	struct dynamodb_batch_statement_error *e =
		ARENA_NEW(call->arena, struct dynamodb_batch_statement_error);
	e->code = STR("InternalServerError");
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (call->error.shape == codes[i].shape)
			e->code = codes[i].code;
	e->message = call->error.message;
	if (call->error.shape == &dynamodb_conditional_check_failed_exception &&
		call->error.detail) {
		const struct dynamodb_conditional_check_failed_exception *detail =
			call->error.detail;
		e->item = detail->item;
	}
	call->error = (struct call_error){ 0 };
	return e;
}

static void add_usage(struct call *call, struct tallies *all, const struct table *t,
	const struct usage *usage, double times)
{
	struct tally *tally = tally_of(call, all, t);
	tally->usage.table += usage->table * times;
	for (size_t i = 0; i < t->r.indexes.n; i++)
		tally->usage.index[i] += usage->index[i] * times;
}

static int batch_one(struct call *call, struct batch *b, size_t i,
	struct dynamodb_batch_statement_response *answer)
{
	const struct dynamodb_batch_statement_request *in = &b->in->statements.v[i];
	const struct statement *s = &b->statements[i];
	struct change_request r;
	struct usage usage;
	if (s->type == STATEMENT_EXISTS)
		return exists_alone(call);
	if (statement_reads(s)) {
		struct statement_page page = { .is_consistent = in->consistent_read.v,
			.is_key_only = true,
			.digest = in->statement };
		if (partiql_select(call, s, &page) < 0)
			return -1;
		if (page.items.n)
			answer->item = page.items.v[0];
		add_usage(call, &b->tallies, &page.table, &page.usage, 1);
		return 0;
	}
	if (change_run(call, s, in->return_values_on_condition_check_failure, &r, &usage) < 0)
		return -1;
	answer->item = returned(call, s, &r);
	add_usage(call, &b->tallies, &r.table, &usage, 1);
	return 0;
}

static int batch_run(struct call *call, void *arg)
{
	struct batch *b = arg;
	size_t n = b->in->statements.n;
	b->tallies = tallies_new(call, n);
	b->out->responses.v = ARENA_ARRAY(call->arena, struct dynamodb_batch_statement_response, n);
	b->out->responses.n = n;
	for (size_t i = 0; i < n; i++) {
		struct dynamodb_batch_statement_response *answer = &b->out->responses.v[i];
		answer->error = b->parse_errors[i];
		answer->table_name = b->statements[i].table;
		if (!answer->error && batch_one(call, b, i, answer) < 0)
			answer->error = take_error(call);
	}
	b->out->consumed_capacity =
		tallies_answer(call, b->in->return_consumed_capacity, &b->tallies);
	return 0;
}

int dynamodb_batch_execute_statement(struct call *call,
	const struct dynamodb_batch_execute_statement_input *in,
	struct dynamodb_batch_execute_statement_output *out)
{
	size_t n = in->statements.n, reads = 0, writes = 0;
	struct batch b = { .in = in,
		.out = out,
		.statements = ARENA_ARRAY(call->arena, struct statement, n),
		.parse_errors =
			ARENA_ARRAY(call->arena, struct dynamodb_batch_statement_error *, n) };
	for (size_t i = 0; i < n; i++) {
		const struct dynamodb_batch_statement_request *one = &in->statements.v[i];
		if (partiql_parse(call, one->statement, given(&one->parameters), &b.statements[i]) <
			0)
			b.parse_errors[i] = take_error(call);
		else if (statement_reads(&b.statements[i]))
			reads++;
		else
			writes++;
	}
	if (reads && writes)
		return fail(call, &aws_validation_exception,
			"Batch statements must be either all read or all write statements");
	return writes ? call_write(call, batch_run, &b) : call_read(call, batch_run, &b);
}

/* ---- ExecuteTransaction ---- */

struct transaction {
	const struct dynamodb_execute_transaction_input *in;
	struct dynamodb_execute_transaction_output *out;
	struct statement *statements;
};

static int read_transaction(struct call *call, void *arg)
{
	struct transaction *t = arg;
	size_t n = t->in->transact_statements.n;
	struct tallies tallies = tallies_new(call, n);
	t->out->responses.v = ARENA_ARRAY(call->arena, struct dynamodb_item_response, n);
	t->out->responses.n = n;
	for (size_t i = 0; i < n; i++) {
		struct statement_page page = { .is_consistent = true,
			.is_key_only = true,
			.digest = t->in->transact_statements.v[i].statement };
		if (partiql_select(call, &t->statements[i], &page) < 0)
			return -1;
		if (page.items.n)
			t->out->responses.v[i].item = page.items.v[0];
		add_usage(call, &tallies, &page.table, &page.usage, 2);
	}
	t->out->consumed_capacity = tallies_split(
		tallies_answer(call, t->in->return_consumed_capacity, &tallies), false);
	return 0;
}

static int write_transaction(struct call *call, void *arg)
{
	struct transaction *t = arg;
	size_t n = t->in->transact_statements.n;
	struct transact_part *parts = ARENA_ARRAY(call->arena, struct transact_part, n);
	struct transact_token token;
	struct tallies tallies;
	for (size_t i = 0; i < n; i++) {
		if (change_of(call, &t->statements[i], &parts[i].r) < 0)
			return -1;
		parts[i].on_failure =
			t->in->transact_statements.v[i].return_values_on_condition_check_failure;
	}
	t->out->responses.v = ARENA_ARRAY(call->arena, struct dynamodb_item_response, n);
	t->out->responses.n = n;
	int done = transact_token(call, t->in->client_request_token,
		&dynamodb_execute_transaction_input_shape, t->in, &token);
	if (done) {
		if (done > 0)
			t->out->consumed_capacity = transact_token_answer(
				call, t->in->return_consumed_capacity, &token);
		return done < 0 ? -1 : 0;
	}
	if (transact_write(call, parts, n, (struct str){ 0 }, &tallies) < 0)
		return -1;
	transact_token_keep(call, &token, &tallies);
	t->out->consumed_capacity = tallies_split(
		tallies_answer(call, t->in->return_consumed_capacity, &tallies), true);
	return 0;
}

int dynamodb_execute_transaction(struct call *call,
	const struct dynamodb_execute_transaction_input *in,
	struct dynamodb_execute_transaction_output *out)
{
	size_t n = in->transact_statements.n, reads = 0;
	struct transaction t = { in, out, ARENA_ARRAY(call->arena, struct statement, n) };
	for (size_t i = 0; i < n; i++) {
		const struct dynamodb_parameterized_statement *one = &in->transact_statements.v[i];
		if (partiql_parse(call, one->statement, given(&one->parameters), &t.statements[i]) <
			0)
			return -1;
		reads += statement_reads(&t.statements[i]);
		if (t.statements[i].returning.p)
			return fail(call, &aws_validation_exception,
				"RETURNING is not supported in statements of ExecuteTransaction");
	}
	if (reads && reads < n)
		return fail(call, &aws_validation_exception,
			"Transaction statements must be either all read or all write statements");
	return reads ? call_read(call, read_transaction, &t)
		     : call_write(call, write_transaction, &t);
}
