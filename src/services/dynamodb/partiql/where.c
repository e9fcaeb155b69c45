/* PartiQL: names, values and conditions. */
#include "services/dynamodb/partiql/partiql.h"

void partiql_advance(struct partiql *p)
{
	p->token = p->ahead;
	p->ahead = partiql_next(&p->lexer);
}

static bool is_symbol(const struct partiql_token *t, const char *symbol)
{
	return t->type == PARTIQL_SYMBOL && str_is(t->text, symbol);
}

bool partiql_at(const struct partiql *p, const char *symbol)
{
	return is_symbol(&p->token, symbol);
}

bool partiql_at_word(const struct partiql *p, const char *word)
{
	return p->token.type == PARTIQL_WORD && str_eq_ci(p->token.text, str_c(word));
}

bool partiql_take(struct partiql *p, const char *symbol)
{
	bool is = partiql_at(p, symbol);
	if (is)
		partiql_advance(p);
	return is;
}

bool partiql_take_word(struct partiql *p, const char *word)
{
	bool is = partiql_at_word(p, word);
	if (is)
		partiql_advance(p);
	return is;
}

int partiql_error(struct partiql *p, const char *what)
{
	return fail(p->call, &aws_validation_exception,
		"Statement wasn't well formed, can't be processed: %s", what);
}

int partiql_deeper(struct partiql *p)
{
	if (++p->depth <= DDB_EXPRESSION_DEPTH_MAX)
		return 0;
	return partiql_error(p, "Nesting levels exceeded");
}

static int count_operator(struct partiql *p)
{
	if (++p->operators <= DDB_OPERATORS_MAX)
		return 0;
	return partiql_error(p, "Number of operators exceeded");
}

struct node *partiql_node(struct partiql *p, enum node_type type, size_t n)
{
	struct node *node = ARENA_NEW(p->call->arena, struct node);
	node->type = type;
	node->args = ARENA_ARRAY(p->call->arena, struct node *, n);
	node->n = n;
	return node;
}

/* ---- names ---- */

int partiql_name(struct partiql *p, struct str *out)
{
	if (p->token.type == PARTIQL_WORD && partiql_keyword(p->token.text))
		return partiql_error(p, "Unexpected keyword");
	if (p->token.type != PARTIQL_QUOTED && p->token.type != PARTIQL_WORD)
		return partiql_error(p, p->token.type == PARTIQL_END ? "Unexpected end of statement"
								     : "Unexpected term");
	if (!p->token.text.n)
		return partiql_error(p, "Empty name");
	*out = p->token.text;
	partiql_advance(p);
	return 0;
}

int partiql_path(struct partiql *p, struct path *out)
{
	struct path_step steps[DDB_DEPTH_MAX + 1];
	size_t n = 1;
	*steps = (struct path_step){ 0 };
	if (partiql_name(p, &steps[0].name) < 0)
		return -1;
	while (partiql_at(p, ".") || partiql_at(p, "[")) {
		struct path_step step = { 0 };
		int64_t index = 0;
		if (n == COUNT_OF(steps))
			return partiql_error(p, "Nesting levels exceeded");
		if (partiql_take(p, ".")) {
			if (partiql_name(p, &step.name) < 0)
				return -1;
		} else {
			partiql_advance(p);
			if (p->token.type == PARTIQL_STRING && p->token.text.n)
				step.name = p->token.text;
			else if (p->token.type != PARTIQL_NUMBER ||
				 str_to_i64(p->token.text, &index) < 0)
				return partiql_error(p, "Unexpected path component");
			step.index = (size_t)index;
			partiql_advance(p);
			if (!partiql_take(p, "]"))
				return partiql_error(p, "Expected closing bracket");
		}
		steps[n++] = step;
	}
	out->v = ARENA_ARRAY(p->call->arena, struct path_step, n);
	memcpy(out->v, steps, n * sizeof *steps);
	out->n = n;
	return 0;
}

/* ---- values ---- */

bool partiql_at_value(const struct partiql *p)
{
	static const char *const symbols[] = { "?", "[", "{", "<<", "-", "+" };
	for (size_t i = 0; i < COUNT_OF(symbols); i++)
		if (partiql_at(p, symbols[i]))
			return true;
	return p->token.type == PARTIQL_STRING || p->token.type == PARTIQL_NUMBER ||
	       partiql_at_word(p, "TRUE") || partiql_at_word(p, "FALSE") ||
	       partiql_at_word(p, "NULL");
}

/* Values up to the closing symbol; of a list, the opening one is behind. */
static int read_values(struct partiql *p, const char *closing, struct dynamodb_values *out)
{
	size_t room = 0;
	*out = (struct dynamodb_values){ ARENA_ARRAY(p->call->arena, struct dynamodb_value, 1), 0 };
	while (!partiql_take(p, closing)) {
		if (out->n && !partiql_take(p, ","))
			return partiql_error(p, "Expected comma");
		if (out->n >= room) {
			struct dynamodb_value *v = out->v;
			room = room ? room * 2 : 4;
			out->v = ARENA_ARRAY(p->call->arena, struct dynamodb_value, room);
			memcpy(out->v, v, out->n * sizeof *v);
		}
		if (partiql_value(p, &out->v[out->n]) < 0)
			return -1;
		out->n++;
	}
	return 0;
}

static int read_set(struct partiql *p, struct dynamodb_value *out)
{
	struct dynamodb_values list;
	if (read_values(p, ">>", &list) < 0)
		return -1;
	enum value_type type = list.n ? value_type(&list.v[0]) : VALUE_NONE;
	struct str *v = ARENA_ARRAY(p->call->arena, struct str, list.n);
	for (size_t i = 0; i < list.n; i++) {
		const struct dynamodb_value *x = &list.v[i];
		if (value_type(x) != type || type < VALUE_S || type > VALUE_B)
			return partiql_error(
				p, "A set holds strings, numbers or binaries of one type");
		v[i] = type == VALUE_S ? x->s : type == VALUE_N ? x->n : x->b;
	}
	if (type == VALUE_B)
		out->bs = (struct dynamodb_blobs){ v, list.n };
	else if (type == VALUE_N)
		out->ns = (struct dynamodb_strings){ v, list.n };
	else
		out->ss = (struct dynamodb_strings){ v, list.n };
	return 0;
}

static int read_map(struct partiql *p, struct dynamodb_attributes *out)
{
	*out = (struct dynamodb_attributes){
		ARENA_ARRAY(p->call->arena, struct dynamodb_attributes_entry, 1), 0
	};
	while (!partiql_take(p, "}")) {
		struct dynamodb_value value;
		if (out->n && !partiql_take(p, ","))
			return partiql_error(p, "Expected comma");
		struct str name = p->token.text;
		if (p->token.type != PARTIQL_STRING && p->token.type != PARTIQL_QUOTED)
			return partiql_error(p, "Expected the name of an attribute in quotes");
		partiql_advance(p);
		if (!partiql_take(p, ":"))
			return partiql_error(p, "Expected colon");
		if (partiql_value(p, &value) < 0)
			return -1;
		if (attributes_get(out, name))
			return partiql_error(p, "An attribute is given twice");
		*attributes_put(p->call->arena, out, name) = value;
	}
	return 0;
}

static int read_number(struct partiql *p, struct dynamodb_value *out)
{
	bool minus = partiql_at(p, "-");
	if (minus || partiql_at(p, "+"))
		partiql_advance(p);
	if (p->token.type != PARTIQL_NUMBER)
		return partiql_error(p, "Expected number");
	struct str parts[] = { minus ? STR("-") : STR(""), p->token.text };
	out->n = arena_concat(p->call->arena, parts, 2);
	partiql_advance(p);
	return 0;
}

static int read_parameter(struct partiql *p, struct dynamodb_value *out)
{
	partiql_advance(p);
	if (p->parameters_used >= p->parameters->n)
		return fail(p->call, &aws_validation_exception,
			"Number of parameters in request and statement don't match.");
	*out = p->parameters->v[p->parameters_used++];
	return 0;
}

static int read_value(struct partiql *p, struct dynamodb_value *out)
{
	struct partiql_token t = p->token;
	if (partiql_at(p, "?"))
		return read_parameter(p, out);
	if (t.type == PARTIQL_NUMBER || partiql_at(p, "-") || partiql_at(p, "+"))
		return read_number(p, out);
	partiql_advance(p);
	if (is_symbol(&t, "["))
		return read_values(p, "]", &out->l);
	if (is_symbol(&t, "{"))
		return read_map(p, &out->m);
	if (is_symbol(&t, "<<"))
		return read_set(p, out);
	if (t.type == PARTIQL_STRING)
		out->s = t.text;
	else if (t.type == PARTIQL_WORD && str_eq_ci(t.text, STR("NULL")))
		out->null = OPT_BOOL(true);
	else if (t.type == PARTIQL_WORD && str_eq_ci(t.text, STR("TRUE")))
		out->bool_ = OPT_BOOL(true);
	else if (t.type == PARTIQL_WORD && str_eq_ci(t.text, STR("FALSE")))
		out->bool_ = OPT_BOOL(false);
	else
		return partiql_error(p, "Unexpected term");
	return 0;
}

int partiql_value(struct partiql *p, struct dynamodb_value *out)
{
	*out = (struct dynamodb_value){ 0 };
	if (partiql_deeper(p) < 0 || read_value(p, out) < 0)
		return -1;
	p->depth--;
	return 0;
}

static int value_node(struct partiql *p, struct node **out)
{
	struct dynamodb_value *v = ARENA_NEW(p->call->arena, struct dynamodb_value);
	struct str why;
	if (partiql_value(p, v) < 0)
		return -1;
	if (value_check(p->call->arena, v, 0, &why) < 0)
		return fail(p->call, &aws_validation_exception, "%.*s", STR_ARG(why));
	*out = partiql_node(p, NODE_VALUE, 0);
	(*out)->value = v;
	return 0;
}

/* ---- operands ---- */

static bool at_function(const struct partiql *p, const char *name)
{
	return partiql_at_word(p, name) && is_symbol(&p->ahead, "(");
}

static int path_node(struct partiql *p, struct node **out)
{
	*out = partiql_node(p, NODE_PATH, 0);
	return partiql_path(p, &(*out)->path);
}

int partiql_operand(struct partiql *p, struct node **out)
{
	if (!at_function(p, "size"))
		return partiql_at_value(p) ? value_node(p, out) : path_node(p, out);
	partiql_advance(p);
	partiql_advance(p);
	*out = partiql_node(p, NODE_SIZE, 1);
	if (path_node(p, &(*out)->args[0]) < 0)
		return -1;
	return partiql_take(p, ")") ? 0 : partiql_error(p, "Expected closing parenthesis");
}

/* ---- conditions ---- */

/* name(path, operand) */
static int parse_function(struct partiql *p, enum node_type type, struct node **out)
{
	partiql_advance(p);
	partiql_advance(p);
	*out = partiql_node(p, type, 2);
	if (path_node(p, &(*out)->args[0]) < 0)
		return -1;
	if (!partiql_take(p, ","))
		return partiql_error(p, "Expected comma");
	if (partiql_operand(p, &(*out)->args[1]) < 0)
		return -1;
	const struct node *second = (*out)->args[1];
	if (type == NODE_IS_TYPE && (second->type != NODE_VALUE || !second->value->s.p ||
					    value_type_of(second->value->s) == VALUE_NONE))
		return fail(p->call, &aws_validation_exception,
			"Invalid attribute type name found in an expression; valid types: "
			"{B,NULL,SS,BOOL,L,BS,N,NS,S,M}");
	return partiql_take(p, ")") ? 0 : partiql_error(p, "Expected closing parenthesis");
}

/* Behind IS: [NOT] MISSING or NULL. */
static int parse_is(struct partiql *p, struct node *operand, struct node **out)
{
	static const struct dynamodb_value null_type = { .s = STR_INIT("NULL") };
	bool negated = partiql_take_word(p, "NOT");
	if (partiql_take_word(p, "MISSING")) {
		*out = partiql_node(p, negated ? NODE_EXISTS : NODE_NOT_EXISTS, 1);
		(*out)->args[0] = operand;
		return 0;
	}
	if (!partiql_take_word(p, "NULL"))
		return partiql_error(p, "Expected MISSING or NULL");
	struct node *is = partiql_node(p, NODE_IS_TYPE, 2);
	is->args[0] = operand;
	is->args[1] = partiql_node(p, NODE_VALUE, 0);
	is->args[1]->value = &null_type;
	*out = negated ? partiql_node(p, NODE_NOT, 1) : is;
	if (negated)
		(*out)->args[0] = is;
	return 0;
}

static int parse_in(struct partiql *p, struct node *operand, struct node **out)
{
	bool is_list = partiql_at(p, "[");
	struct dynamodb_values list;
	struct str why;
	if (!is_list && !partiql_at(p, "("))
		return partiql_error(p, "Expected list");
	partiql_advance(p);
	if (read_values(p, is_list ? "]" : ")", &list) < 0)
		return -1;
	if (!list.n || list.n > DDB_IN_MAX)
		return fail(p->call, &aws_validation_exception,
			"The IN operator takes 1 to %d operands; number of operands: %zu",
			DDB_IN_MAX, list.n);
	*out = partiql_node(p, NODE_IN, list.n + 1);
	(*out)->args[0] = operand;
	for (size_t i = 0; i < list.n; i++) {
		if (value_check(p->call->arena, &list.v[i], 0, &why) < 0)
			return fail(p->call, &aws_validation_exception, "%.*s", STR_ARG(why));
		(*out)->args[i + 1] = partiql_node(p, NODE_VALUE, 0);
		(*out)->args[i + 1]->value = &list.v[i];
	}
	return 0;
}

static int parse_between(struct partiql *p, struct node *operand, struct node **out)
{
	*out = partiql_node(p, NODE_BETWEEN, 3);
	(*out)->args[0] = operand;
	if (partiql_operand(p, &(*out)->args[1]) < 0)
		return -1;
	if (!partiql_take_word(p, "AND"))
		return partiql_error(p, "Expected AND");
	return partiql_operand(p, &(*out)->args[2]);
}

/* = MISSING and <> MISSING say what IS does. */
static int parse_compared(
	struct partiql *p, enum node_type type, struct node *left, struct node **out)
{
	if (partiql_at_word(p, "MISSING") && (type == NODE_EQ || type == NODE_NE)) {
		partiql_advance(p);
		*out = partiql_node(p, type == NODE_EQ ? NODE_NOT_EXISTS : NODE_EXISTS, 1);
		(*out)->args[0] = left;
		return 0;
	}
	*out = partiql_node(p, type, 2);
	(*out)->args[0] = left;
	return partiql_operand(p, &(*out)->args[1]);
}

static int parse_comparison(struct partiql *p, struct node **out)
{
	static const struct {
		const char *symbol;
		enum node_type type;
	} comparators[] = { { "=", NODE_EQ }, { "<>", NODE_NE }, { "!=", NODE_NE },
		{ "<", NODE_LT }, { "<=", NODE_LE }, { ">", NODE_GT }, { ">=", NODE_GE } };
	struct node *left;
	if (count_operator(p) < 0)
		return -1;
	if (at_function(p, "begins_with"))
		return parse_function(p, NODE_BEGINS_WITH, out);
	if (at_function(p, "contains"))
		return parse_function(p, NODE_CONTAINS, out);
	if (at_function(p, "attribute_type"))
		return parse_function(p, NODE_IS_TYPE, out);
	if (p->token.type == PARTIQL_WORD && is_symbol(&p->ahead, "(") && !at_function(p, "size") &&
		!partiql_keyword(p->token.text))
		return fail(p->call, &aws_validation_exception, "Unsupported function: %.*s",
			STR_ARG(p->token.text));
	if (partiql_operand(p, &left) < 0)
		return -1;
	if (partiql_take_word(p, "BETWEEN"))
		return parse_between(p, left, out);
	if (partiql_take_word(p, "IN"))
		return parse_in(p, left, out);
	if (partiql_take_word(p, "IS"))
		return parse_is(p, left, out);
	for (size_t i = 0; i < COUNT_OF(comparators); i++)
		if (partiql_take(p, comparators[i].symbol))
			return parse_compared(p, comparators[i].type, left, out);
	return partiql_error(p, "Expected condition");
}

static int parse_primary(struct partiql *p, struct node **out)
{
	if (partiql_deeper(p) < 0)
		return -1;
	if (partiql_take_word(p, "NOT")) {
		*out = partiql_node(p, NODE_NOT, 1);
		if (count_operator(p) < 0 || parse_primary(p, &(*out)->args[0]) < 0)
			return -1;
	} else if (partiql_take(p, "(")) {
		if (partiql_condition(p, out) < 0)
			return -1;
		if (!partiql_take(p, ")"))
			return partiql_error(p, "Expected closing parenthesis");
	} else if (parse_comparison(p, out) < 0) {
		return -1;
	}
	p->depth--;
	return 0;
}

static int parse_and(struct partiql *p, struct node **out)
{
	if (parse_primary(p, out) < 0)
		return -1;
	while (partiql_take_word(p, "AND")) {
		struct node *both = partiql_node(p, NODE_AND, 2);
		both->args[0] = *out;
		if (count_operator(p) < 0 || parse_primary(p, &both->args[1]) < 0)
			return -1;
		*out = both;
	}
	return 0;
}

int partiql_condition(struct partiql *p, struct node **out)
{
	if (parse_and(p, out) < 0)
		return -1;
	while (partiql_take_word(p, "OR")) {
		struct node *both = partiql_node(p, NODE_OR, 2);
		both->args[0] = *out;
		if (count_operator(p) < 0 || parse_and(p, &both->args[1]) < 0)
			return -1;
		*out = both;
	}
	return 0;
}
