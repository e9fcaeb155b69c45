/* PartiQL: statements. */
#include "services/dynamodb/partiql/partiql.h"

static int parse_where(struct partiql *p, struct statement *out)
{
	return partiql_take_word(p, "WHERE") ? partiql_condition(p, &out->where) : 0;
}

/* ---- SELECT ---- */

static int parse_projection(struct partiql *p, struct statement *out)
{
	size_t room = 0;
	if (partiql_take(p, "*"))
		return 0;
	do {
		if (out->paths.n >= room) {
			struct path *v = out->paths.v;
			room = room ? room * 2 : 8;
			out->paths.v = ARENA_ARRAY(p->call->arena, struct path, room);
			if (v)
				memcpy(out->paths.v, v, out->paths.n * sizeof *v);
		}
		if (partiql_path(p, &out->paths.v[out->paths.n]) < 0)
			return -1;
		out->paths.n++;
	} while (partiql_take(p, ","));
	return 0;
}

static int parse_order(struct partiql *p, struct statement *out)
{
	if (!partiql_take_word(p, "ORDER"))
		return 0;
	if (!partiql_take_word(p, "BY"))
		return partiql_error(p, "Expected BY");
	do {
		struct statement_order *o = &out->order[out->order_count];
		if (out->order_count == COUNT_OF(out->order))
			return fail(p->call, &aws_validation_exception,
				"ORDER BY takes the attributes of the primary key");
		if (partiql_name(p, &o->name) < 0)
			return -1;
		o->descending = partiql_take_word(p, "DESC");
		if (!o->descending)
			partiql_take_word(p, "ASC");
		out->order_count++;
	} while (partiql_take(p, ","));
	return 0;
}

/* Behind SELECT. */
static int parse_select(struct partiql *p, struct statement *out)
{
	out->type = STATEMENT_SELECT;
	if (parse_projection(p, out) < 0)
		return -1;
	if (!partiql_take_word(p, "FROM"))
		return partiql_error(p, "Expected FROM");
	if (partiql_name(p, &out->table) < 0)
		return -1;
	if (partiql_take(p, ".") && partiql_name(p, &out->index) < 0)
		return -1;
	return parse_where(p, out) < 0 ? -1 : parse_order(p, out);
}

/* EXISTS(SELECT * FROM table WHERE ...), behind EXISTS. */
static int parse_exists(struct partiql *p, struct statement *out)
{
	if (!partiql_take(p, "(") || !partiql_take_word(p, "SELECT"))
		return partiql_error(p, "Expected SELECT in EXISTS");
	if (parse_select(p, out) < 0)
		return -1;
	out->type = STATEMENT_EXISTS;
	return partiql_take(p, ")") ? 0 : partiql_error(p, "Expected closing parenthesis");
}

/* ---- INSERT ---- */

static int parse_insert(struct partiql *p, struct statement *out)
{
	struct dynamodb_value item;
	struct str why;
	out->type = STATEMENT_INSERT;
	if (!partiql_take_word(p, "INTO"))
		return partiql_error(p, "Expected INTO");
	if (partiql_name(p, &out->table) < 0)
		return -1;
	if (!partiql_take_word(p, "VALUE"))
		return partiql_error(p, "Expected VALUE");
	if (partiql_value(p, &item) < 0)
		return -1;
	if (!item.m.v)
		return partiql_error(p, "Expected an item after VALUE");
	out->item = item.m;
	if (attributes_check(p->call->arena, &out->item, &why) < 0)
		return fail(p->call, &aws_validation_exception, "%.*s", STR_ARG(why));
	return 0;
}

/* ---- UPDATE and DELETE ---- */

static bool paths_are_same(const struct path *a, const struct path *b)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = !a->v[i].name.p == !b->v[i].name.p && str_eq(a->v[i].name, b->v[i].name) &&
		       a->v[i].index == b->v[i].index;
	return same;
}

/* set_add(path, value) and set_delete(path, value) change the path that they are given to. */
static int parse_set_change(struct partiql *p, struct action *a, enum action_type type)
{
	struct path from;
	partiql_advance(p);
	partiql_advance(p);
	if (partiql_path(p, &from) < 0)
		return -1;
	if (!partiql_take(p, ","))
		return partiql_error(p, "Expected comma");
	if (partiql_operand(p, &a->value) < 0)
		return -1;
	if (!partiql_take(p, ")"))
		return partiql_error(p, "Expected closing parenthesis");
	a->type = type;
	enum value_type t = a->value->type == NODE_VALUE ? value_type(a->value->value) : VALUE_NONE;
	if (t != VALUE_SS && t != VALUE_NS && t != VALUE_BS)
		return fail(p->call, &aws_validation_exception,
			"An operand in the update expression has an incorrect data type");
	if (paths_are_same(&from, &a->path))
		return 0;
	return fail(p->call, &aws_validation_exception,
		"set_add and set_delete change the attribute that they are assigned to");
}

/* list_append(a, b) or if_not_exists(path, b) */
static int parse_function(struct partiql *p, enum node_type type, struct node **out)
{
	partiql_advance(p);
	partiql_advance(p);
	*out = partiql_node(p, type, 2);
	if (partiql_operand(p, &(*out)->args[0]) < 0)
		return -1;
	if (!partiql_take(p, ","))
		return partiql_error(p, "Expected comma");
	if (partiql_operand(p, &(*out)->args[1]) < 0)
		return -1;
	if (type == NODE_IF_NOT_EXISTS && (*out)->args[0]->type != NODE_PATH)
		return partiql_error(p, "if_not_exists takes a path");
	return partiql_take(p, ")") ? 0 : partiql_error(p, "Expected closing parenthesis");
}

static bool at_function(const struct partiql *p, const char *name)
{
	return partiql_at_word(p, name) && p->ahead.type == PARTIQL_SYMBOL &&
	       str_is(p->ahead.text, "(");
}

static int parse_data_operand(struct partiql *p, struct node **out)
{
	if (at_function(p, "list_append"))
		return parse_function(p, NODE_LIST_APPEND, out);
	if (at_function(p, "if_not_exists"))
		return parse_function(p, NODE_IF_NOT_EXISTS, out);
	return partiql_operand(p, out);
}

static bool has_size(const struct node *node)
{
	bool has = node->type == NODE_SIZE;
	for (size_t i = 0; !has && i < node->n; i++)
		has = has_size(node->args[i]);
	return has;
}

/* Behind the '='. */
static int parse_data(struct partiql *p, struct action *a)
{
	if (at_function(p, "set_add"))
		return parse_set_change(p, a, ACTION_ADD);
	if (at_function(p, "set_delete"))
		return parse_set_change(p, a, ACTION_DELETE);
	if (parse_data_operand(p, &a->value) < 0)
		return -1;
	if (partiql_at(p, "+") || partiql_at(p, "-")) {
		struct node *both = partiql_node(p, partiql_at(p, "+") ? NODE_PLUS : NODE_MINUS, 2);
		partiql_advance(p);
		both->args[0] = a->value;
		if (parse_data_operand(p, &both->args[1]) < 0)
			return -1;
		a->value = both;
	}
	if (has_size(a->value))
		return partiql_error(p, "size can't be assigned");
	return 0;
}

static struct action *action_new(struct partiql *p, struct update *u)
{
	/* Room for twice as many at each power of two. */
	if ((u->n & (u->n - 1)) == 0 || !u->n) {
		struct action *v = ARENA_ARRAY(p->call->arena, struct action, u->n * 2 + 1);
		if (u->n)
			memcpy(v, u->v, u->n * sizeof *v);
		u->v = v;
	}
	return &u->v[u->n++];
}

static int parse_actions(struct partiql *p, struct update *out)
{
	while (partiql_at_word(p, "SET") || partiql_at_word(p, "REMOVE")) {
		enum action_type type = partiql_at_word(p, "SET") ? ACTION_SET : ACTION_REMOVE;
		partiql_advance(p);
		do {
			struct action *a = action_new(p, out);
			a->type = type;
			if (out->n > DDB_OPERATORS_MAX)
				return partiql_error(p, "Number of operators exceeded");
			if (partiql_path(p, &a->path) < 0)
				return -1;
			if (type == ACTION_SET && !partiql_take(p, "="))
				return partiql_error(p, "Expected =");
			if (type == ACTION_SET && parse_data(p, a) < 0)
				return -1;
		} while (partiql_take(p, ","));
	}
	if (!out->n)
		return partiql_error(p, "Expected data manipulation");
	struct path *paths = ARENA_ARRAY(p->call->arena, struct path, out->n);
	for (size_t i = 0; i < out->n; i++)
		paths[i] = out->v[i].path;
	return paths_check(p->call, "UpdateExpression", paths, out->n);
}

/* RETURNING ALL | MODIFIED, OLD | NEW, * */
static int parse_returning(struct partiql *p, struct statement *out)
{
	if (!partiql_take_word(p, "RETURNING"))
		return 0;
	bool all = partiql_take_word(p, "ALL");
	if (!all && !partiql_take_word(p, "MODIFIED"))
		return partiql_error(p, "Expected ALL or MODIFIED");
	bool old = partiql_take_word(p, "OLD");
	if (!old && !partiql_take_word(p, "NEW"))
		return partiql_error(p, "Expected OLD or NEW");
	if (!partiql_take(p, "*"))
		return partiql_error(p, "Expected *");
	if (out->type == STATEMENT_DELETE && !(all && old))
		return fail(p->call, &aws_validation_exception, "DELETE returns ALL OLD * alone");
	out->returning = all ? (old ? STR("ALL_OLD") : STR("ALL_NEW"))
			     : (old ? STR("UPDATED_OLD") : STR("UPDATED_NEW"));
	return 0;
}

static int parse_update(struct partiql *p, struct statement *out)
{
	out->type = STATEMENT_UPDATE;
	if (partiql_name(p, &out->table) < 0 || parse_actions(p, &out->actions) < 0 ||
		parse_where(p, out) < 0)
		return -1;
	return parse_returning(p, out);
}

static int parse_delete(struct partiql *p, struct statement *out)
{
	out->type = STATEMENT_DELETE;
	if (!partiql_take_word(p, "FROM"))
		return partiql_error(p, "Expected FROM");
	if (partiql_name(p, &out->table) < 0 || parse_where(p, out) < 0)
		return -1;
	return parse_returning(p, out);
}

/* ---- any ---- */

static int parse_statement(struct partiql *p, struct statement *out)
{
	if (partiql_take_word(p, "SELECT"))
		return parse_select(p, out);
	if (partiql_take_word(p, "INSERT"))
		return parse_insert(p, out);
	if (partiql_take_word(p, "UPDATE"))
		return parse_update(p, out);
	if (partiql_take_word(p, "DELETE"))
		return parse_delete(p, out);
	if (partiql_take_word(p, "EXISTS"))
		return parse_exists(p, out);
	return partiql_error(p, "Expected data manipulation");
}

int partiql_parse(struct call *call, struct str text,
	const struct dynamodb_prepared_statement_parameters *parameters, struct statement *out)
{
	struct partiql p = {
		.call = call,
		.lexer = { .arena = call->arena, .text = text },
		.parameters = parameters,
	};
	struct str why;
	*out = (struct statement){ 0 };
	for (size_t i = 0; i < parameters->n; i++)
		if (value_check(call->arena, &parameters->v[i], 0, &why) < 0)
			return fail(call, &aws_validation_exception, "%.*s", STR_ARG(why));
	partiql_advance(&p);
	partiql_advance(&p);
	if (parse_statement(&p, out) < 0)
		return -1;
	partiql_take(&p, ";");
	if (p.token.type != PARTIQL_END)
		return partiql_error(&p, "Unexpected term");
	if (p.parameters_used != parameters->n)
		return fail(call, &aws_validation_exception,
			"Number of parameters in request and statement don't match.");
	return 0;
}
