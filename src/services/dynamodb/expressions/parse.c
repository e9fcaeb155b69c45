/* The expression language: conditions and projections. The words of the refusals are AWS's. */
#include "services/dynamodb/expressions/parser.h"

static int parse_primary(struct parser *p, struct node **out)
{
	return expr_at_symbol(p, "(") ? expr_parentheses(p, out) : expr_operand(p, out);
}

static int parse_in(struct parser *p, struct node *first, struct node **out)
{
	struct node *args[DDB_IN_MAX + 1] = { first }, *operand;
	size_t n = 0;
	expr_advance(p);
	if (!expr_at_symbol(p, "("))
		return expr_syntax_error(p);
	do {
		expr_advance(p);
		if (expr_operand(p, &operand) < 0)
			return -1;
		if (!node_is_operand(operand))
			return expr_syntax_error(p);
		/* The message tells how many there are in all. */
		if (++n < COUNT_OF(args))
			args[n] = operand;
	} while (expr_at_symbol(p, ","));
	if (n >= COUNT_OF(args))
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: The IN operator is provided with too many operands; number of operands: %zu",
			p->parameter, n);
	*out = expr_node(p, NODE_IN, n + 1);
	memcpy((*out)->args, args, (n + 1) * sizeof *args);
	return expr_expect(p, ")") < 0 || expr_check_distinct(p, *out) < 0 ? -1 : 0;
}

static int check_bounds(struct parser *p, const struct node *node)
{
	const struct node *low = node->args[1], *high = node->args[2];
	int order = 0;
	for (size_t i = 0; i < node->n; i++)
		if (!expr_is_scalar(node->args[i]))
			return expr_wrong_operand(p, NODE_BETWEEN, node->args[i]);
	if (low->type != NODE_VALUE || high->type != NODE_VALUE)
		return 0;
	if (value_type(low->value) != value_type(high->value))
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
			"AttributeValue: %.*s, upper bound operand: AttributeValue: %.*s",
			p->parameter, STR_ARG(value_text(p->arena, low->value)),
			STR_ARG(value_text(p->arena, high->value)));
	if (value_compare(low->value, high->value, &order) && order > 0)
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower "
			"bound operand: AttributeValue: %.*s, upper bound operand: AttributeValue: %.*s",
			p->parameter, STR_ARG(value_text(p->arena, low->value)),
			STR_ARG(value_text(p->arena, high->value)));
	return 0;
}

static int parse_between(struct parser *p, struct node *first, struct node **out)
{
	*out = expr_node(p, NODE_BETWEEN, 3);
	(*out)->args[0] = first;
	expr_advance(p);
	if (expr_operand(p, &(*out)->args[1]) < 0)
		return -1;
	if (!expr_at_word(p, "AND") || !node_is_operand((*out)->args[1]))
		return expr_syntax_error(p);
	expr_advance(p);
	if (expr_operand(p, &(*out)->args[2]) < 0)
		return -1;
	if (!node_is_operand((*out)->args[2]))
		return expr_syntax_error(p);
	return check_bounds(p, *out) < 0 || expr_check_distinct(p, *out) < 0 ? -1 : 0;
}

static int parse_comparison(struct parser *p, struct node **out)
{
	static const struct {
		const char *symbol;
		enum node_type type;
	} comparators[] = { { "=", NODE_EQ }, { "<>", NODE_NE }, { "<", NODE_LT },
		{ "<=", NODE_LE }, { ">", NODE_GT }, { ">=", NODE_GE } };
	struct node *left;
	if (parse_primary(p, &left) < 0)
		return -1;
	*out = left;
	if (!node_is_operand(left))
		return 0;
	if (expr_at_word(p, "BETWEEN"))
		return expr_count_operator(p) < 0 ? -1 : parse_between(p, left, out);
	if (expr_at_word(p, "IN"))
		return expr_count_operator(p) < 0 ? -1 : parse_in(p, left, out);
	for (size_t i = 0; i < COUNT_OF(comparators); i++) {
		if (!expr_at_symbol(p, comparators[i].symbol))
			continue;
		*out = expr_node(p, comparators[i].type, 2);
		expr_advance(p);
		(*out)->args[0] = left;
		if (expr_count_operator(p) < 0 || parse_primary(p, &(*out)->args[1]) < 0)
			return -1;
		if (!node_is_operand((*out)->args[1]))
			return expr_syntax_error(p);
		for (size_t k = 0; k < 2 && comparators[i].type >= NODE_LT; k++)
			if (!expr_is_scalar((*out)->args[k]))
				return expr_wrong_operand(p, comparators[i].type, (*out)->args[k]);
		return expr_check_distinct(p, *out);
	}
	return 0;
}

static int parse_not(struct parser *p, struct node **out)
{
	if (!expr_at_word(p, "NOT"))
		return parse_comparison(p, out);
	expr_advance(p);
	*out = expr_node(p, NODE_NOT, 1);
	if (expr_deeper(p) < 0 || expr_count_operator(p) < 0 || parse_not(p, &(*out)->args[0]) < 0)
		return -1;
	p->depth--;
	return node_is_operand((*out)->args[0]) ? expr_syntax_error(p) : 0;
}

static int parse_chain(struct parser *p, enum node_type type, const char *word,
	int (*next)(struct parser *, struct node **), struct node **out)
{
	if (next(p, out) < 0)
		return -1;
	while (expr_at_word(p, word)) {
		struct node *both = expr_node(p, type, 2);
		both->args[0] = *out;
		if (node_is_operand(*out))
			return expr_syntax_error(p);
		expr_advance(p);
		if (expr_count_operator(p) < 0 || next(p, &both->args[1]) < 0)
			return -1;
		if (node_is_operand(both->args[1]))
			return expr_syntax_error(p);
		*out = both;
	}
	return 0;
}

static int parse_and(struct parser *p, struct node **out)
{
	return parse_chain(p, NODE_AND, "AND", parse_not, out);
}

int expr_or(struct parser *p, struct node **out)
{
	return parse_chain(p, NODE_OR, "OR", parse_and, out);
}

int expr_condition(struct expr *e, const char *parameter, struct str text, struct node **out)
{
	struct parser p;
	*out = NULL;
	if (!text.p)
		return 0;
	if (expr_parser_begin(&p, e, parameter, text) < 0 || expr_or(&p, out) < 0)
		return -1;
	if (p.token.type == T_END && (*out)->type == NODE_SIZE)
		return fail(e->call, &aws_validation_exception,
			"Invalid %s: The function is not allowed to be used this way in an expression; function: size",
			parameter);
	return p.token.type != T_END || node_is_operand(*out) ? expr_syntax_error(&p) : 0;
}

/* ---- projections ---- */

int paths_check(struct call *call, const char *parameter, const struct path *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = i + 1; k < n; k++) {
			size_t at = 0, shared = MIN(v[i].n, v[k].n);
			const struct path_step *a = v[i].v, *b = v[k].v;
			while (at < shared && !a[at].name.p == !b[at].name.p &&
				str_eq(a[at].name, b[at].name) && a[at].index == b[at].index)
				at++;
			bool overlap = at == shared,
			     conflict = !overlap && !a[at].name.p != !b[at].name.p;
			if (overlap || conflict)
				return fail(call, &aws_validation_exception,
					"Invalid %s: Two document paths %s with each other; must remove or rewrite one of these paths; path "
					"one: %.*s, path two: %.*s",
					parameter, overlap ? "overlap" : "conflict",
					STR_ARG(expr_path_text(call->arena, &v[i])),
					STR_ARG(expr_path_text(call->arena, &v[k])));
		}
	}
	return 0;
}

int expr_projection(struct expr *e, struct str text, struct paths *out)
{
	struct parser p;
	struct path *v;
	size_t n = 0;
	*out = (struct paths){ 0 };
	if (!text.p)
		return 0;
	if (expr_parser_begin(&p, e, "ProjectionExpression", text) < 0)
		return -1;
	v = ARENA_ARRAY(p.arena, struct path, text.n / 2 + 1);
	do {
		if (n)
			expr_advance(&p);
		if (expr_path(&p, &v[n++]) < 0)
			return -1;
	} while (expr_at_symbol(&p, ","));
	if (p.token.type != T_END)
		return expr_syntax_error(&p);
	*out = (struct paths){ v, n };
	return paths_check(e->call, p.parameter, v, n);
}
