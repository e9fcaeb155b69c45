/* The expression language: updates. The words of the refusals are AWS's. */
#include "services/dynamodb/expressions/parser.h"

int expr_set_value(struct parser *p, struct node **out)
{
	struct node *left;
	if (expr_at_symbol(p, "("))
		return expr_parentheses(
			p, out); /* AWS takes (a - :b), which its grammar does not show */
	if (expr_operand(p, &left) < 0)
		return -1;
	*out = left;
	if (!expr_at_symbol(p, "+") && !expr_at_symbol(p, "-"))
		return 0;
	*out = expr_node(p, expr_at_symbol(p, "+") ? NODE_PLUS : NODE_MINUS, 2);
	(*out)->args[0] = left;
	expr_advance(p);
	if (expr_count_operator(p) < 0 || expr_operand(p, &(*out)->args[1]) < 0)
		return -1;
	for (size_t i = 0; i < 2; i++)
		if ((*out)->args[i]->type == NODE_VALUE &&
			value_type((*out)->args[i]->value) != VALUE_N)
			return expr_wrong_operand(p, (*out)->type, (*out)->args[i]);
	return 0;
}

/* ADD takes a number or a set, DELETE a set. */
static int check_action(struct parser *p, const struct action *a)
{
	static const char *const long_names[] = { "", "STRING", "NUMBER", "BINARY", "STRING_SET",
		"NUMBER_SET", "BINARY_SET", "MAP", "LIST", "NULL", "BOOLEAN" };
	enum value_type t = value_type(a->value->value);
	bool good = t == VALUE_SS || t == VALUE_NS || t == VALUE_BS ||
		    (t == VALUE_N && a->type == ACTION_ADD);
	if (good)
		return 0;
	return fail(p->e->call, &aws_validation_exception,
		"Invalid UpdateExpression: Incorrect operand type for operator or function; operator: %s, operand type: %s, "
		"typeset: ALLOWED_FOR_%s_OPERAND",
		a->type == ACTION_ADD ? "ADD" : "DELETE", long_names[t],
		a->type == ACTION_ADD ? "ADD" : "DELETE");
}

static int parse_action(struct parser *p, struct action *a)
{
	if (expr_path(p, &a->path) < 0 || expr_count_operator(p) < 0)
		return -1;
	if (a->type == ACTION_REMOVE)
		return 0;
	if (a->type == ACTION_SET)
		return expr_expect(p, "=") < 0 ? -1 : expr_set_value(p, &a->value);
	if (p->token.type != T_VALUE)
		return expr_syntax_error(p);
	return expr_value(p, &a->value) < 0 ? -1 : check_action(p, a);
}

int expr_update(struct expr *e, struct str text, struct update *out)
{
	static const char *const sections[] = { "SET", "REMOVE", "ADD", "DELETE" };
	struct parser p;
	bool seen[COUNT_OF(sections)] = { 0 };
	*out = (struct update){ 0 };
	if (!text.p)
		return 0;
	if (expr_parser_begin(&p, e, "UpdateExpression", text) < 0)
		return -1;
	p.is_update = true;
	out->v = ARENA_ARRAY(p.arena, struct action, text.n / 2 + 1);
	while (p.token.type != T_END) {
		size_t type = 0;
		while (type < COUNT_OF(sections) && !expr_at_word(&p, sections[type]))
			type++;
		if (type == COUNT_OF(sections))
			return expr_syntax_error(&p);
		if (seen[type])
			return fail(e->call, &aws_validation_exception,
				"Invalid UpdateExpression: The \"%s\" section can only be used once in an update expression;",
				sections[type]);
		seen[type] = true;
		do {
			expr_advance(&p);
			out->v[out->n].type = (enum action_type)type;
			if (parse_action(&p, &out->v[out->n]) < 0)
				return -1;
			out->n++;
		} while (expr_at_symbol(&p, ","));
	}
	struct path *paths = ARENA_ARRAY(p.arena, struct path, out->n);
	for (size_t i = 0; i < out->n; i++)
		paths[i] = out->v[i].path;
	return paths_check(e->call, p.parameter, paths, out->n);
}
