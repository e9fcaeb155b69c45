/* The expression language: paths, values and functions. The words of the refusals are AWS's. */
#include "services/dynamodb/expressions/parser.h"

static const struct function {
	const char *name;
	enum node_type type;
	size_t operands;
	bool of_update, path_first;
} functions[] = {
	{ "attribute_exists", NODE_EXISTS, 1, false, true },
	{ "attribute_not_exists", NODE_NOT_EXISTS, 1, false, true },
	{ "attribute_type", NODE_IS_TYPE, 2, false, true },
	{ "begins_with", NODE_BEGINS_WITH, 2, false, false },
	{ "contains", NODE_CONTAINS, 2, false, false },
	{ "size", NODE_SIZE, 1, false, false },
	{ "if_not_exists", NODE_IF_NOT_EXISTS, 2, true, true },
	{ "list_append", NODE_LIST_APPEND, 2, true, false },
};

const char *node_name(enum node_type type)
{
	static const char *const names[] = { [NODE_PLUS] = "+",
		[NODE_MINUS] = "-",
		[NODE_AND] = "AND",
		[NODE_OR] = "OR",
		[NODE_NOT] = "NOT",
		[NODE_EQ] = "=",
		[NODE_NE] = "<>",
		[NODE_LT] = "<",
		[NODE_LE] = "<=",
		[NODE_GT] = ">",
		[NODE_GE] = ">=",
		[NODE_BETWEEN] = "BETWEEN",
		[NODE_IN] = "IN",
		[NODE_CONTAINS] = "contains" };
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (functions[i].type == type)
			return functions[i].name;
	return type < COUNT_OF(names) && names[type] ? names[type] : "";
}

static int read_name(struct parser *p, struct str *out)
{
	const struct dynamodb_names *names = p->e->names;
	if (p->token.type == T_NAME) {
		for (size_t i = 0; i < names->n; i++) {
			if (!str_eq(names->v[i].key, p->token.text))
				continue;
			p->e->names_used[i] = true;
			*out = names->v[i].value;
			expr_advance(p);
			return 0;
		}
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: An expression attribute name used in the document path is not defined; attribute name: %.*s",
			p->parameter, STR_ARG(p->token.text));
	}
	if (p->token.type != T_WORD || p->token.text.p[0] == '_')
		return expr_syntax_error(p);
	if (reserved_word(p->token.text))
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: Attribute name is a reserved keyword; reserved keyword: %.*s",
			p->parameter, STR_ARG(p->token.text));
	*out = p->token.text;
	expr_advance(p);
	return 0;
}

int expr_path(struct parser *p, struct path *out)
{
	struct path_step steps[DDB_DEPTH_MAX + 1];
	size_t n = 0;
	bool more = true;
	while (more) {
		struct path_step step = { 0 };
		if (n == COUNT_OF(steps))
			return fail(p->e->call, &aws_validation_exception,
				"Invalid %s: The document path has too many nesting elements; nesting levels: %zu",
				p->parameter, n);
		if (n && expr_at_symbol(p, "[")) {
			int64_t index = 0;
			expr_advance(p);
			if (p->token.type != T_NUMBER || str_to_i64(p->token.text, &index) < 0)
				return expr_syntax_error(p);
			step.index = (size_t)index;
			expr_advance(p);
			if (expr_expect(p, "]") < 0)
				return -1;
		} else {
			if (n)
				expr_advance(p); /* the point */
			if (read_name(p, &step.name) < 0)
				return -1;
		}
		steps[n++] = step;
		more = expr_at_symbol(p, ".") || expr_at_symbol(p, "[");
	}
	out->v = ARENA_ARRAY(p->arena, struct path_step, n);
	memcpy(out->v, steps, n * sizeof *steps);
	out->n = n;
	return 0;
}

int expr_value(struct parser *p, struct node **out)
{
	const struct dynamodb_attributes *values = p->e->values;
	for (size_t i = 0; i < values->n; i++) {
		if (!str_eq(values->v[i].key, p->token.text))
			continue;
		p->e->values_used[i] = true;
		*out = expr_node(p, NODE_VALUE, 0);
		(*out)->value = &values->v[i].value;
		(*out)->value_name = p->token.text;
		expr_advance(p);
		return 0;
	}
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: An expression attribute value used in expression is not defined; attribute value: %.*s",
		p->parameter, STR_ARG(p->token.text));
}

int expr_wrong_operand(struct parser *p, enum node_type type, const struct node *operand)
{
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: Incorrect operand type for operator or function; operator or function: %s, operand type: %s",
		p->parameter, node_name(type), value_type_name(value_type(operand->value)));
}

bool expr_is_scalar(const struct node *node)
{
	enum value_type t = node->type == NODE_VALUE ? value_type(node->value) : VALUE_S;
	return t == VALUE_S || t == VALUE_N || t == VALUE_B;
}

static bool paths_eq(const struct node *a, const struct node *b)
{
	bool same = a->type == NODE_PATH && b->type == NODE_PATH && a->path.n == b->path.n;
	for (size_t i = 0; same && i < a->path.n; i++)
		same = !a->path.v[i].name.p == !b->path.v[i].name.p &&
		       str_eq(a->path.v[i].name, b->path.v[i].name) &&
		       a->path.v[i].index == b->path.v[i].index;
	return same;
}

struct str expr_path_text(struct arena *arena, const struct path *path)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < path->n; i++) {
		buf_cat(&b, i ? ", " : "[");
		if (path->v[i].name.p)
			buf_str(&b, path->v[i].name);
		else
			buf_printf(&b, "[%zu]", path->v[i].index);
	}
	buf_char(&b, ']');
	struct str text = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

/* The first operand may not be the same path as another. */
int expr_check_distinct(struct parser *p, const struct node *node)
{
	for (size_t i = 1; i < node->n; i++)
		if (paths_eq(node->args[0], node->args[i]))
			return fail(p->e->call, &aws_validation_exception,
				"Invalid %s: The first operand must be distinct from the remaining operands for this operator or "
				"function; operator: %s, first operand: %.*s",
				p->parameter, node_name(node->type),
				STR_ARG(expr_path_text(p->arena, &node->args[0]->path)));
	return 0;
}

static int check_type_name(struct parser *p, const struct node *operand)
{
	if (operand->type != NODE_VALUE || value_type(operand->value) != VALUE_S)
		return operand->type == NODE_VALUE ? expr_wrong_operand(p, NODE_IS_TYPE, operand)
						   : expr_syntax_error(p);
	if (value_type_of(operand->value->s) != VALUE_NONE)
		return 0;
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: Invalid attribute type name found in an expression; type: %.*s, valid types: "
		"{B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
		p->parameter, STR_ARG(operand->value->s));
}

static int check_function(struct parser *p, const struct function *f, struct node *node)
{
	if (node->n != f->operands)
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: Incorrect number of operands for operator or function; operator or function: %s, number of "
			"operands: %zu",
			p->parameter, f->name, node->n);
	if (f->path_first && node->args[0]->type != NODE_PATH)
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: Operator or function requires a document path; operator or function: %s",
			p->parameter, f->name);
	if (f->type == NODE_IS_TYPE)
		return check_type_name(p, node->args[1]);
	for (size_t i = 0; i < node->n; i++) {
		const struct node *a = node->args[i];
		enum value_type t = a->type == NODE_VALUE ? value_type(a->value) : VALUE_NONE;
		bool bad = false;
		if (f->type == NODE_BEGINS_WITH)
			bad = t != VALUE_NONE && t != VALUE_S && t != VALUE_B;
		else if (f->type == NODE_LIST_APPEND)
			bad = t != VALUE_NONE && t != VALUE_L;
		else if (f->type == NODE_SIZE)
			bad = t == VALUE_N || t == VALUE_BOOL || t == VALUE_NULL;
		if (bad)
			return expr_wrong_operand(p, f->type, a);
	}
	return f->type == NODE_BEGINS_WITH || f->type == NODE_CONTAINS
		       ? expr_check_distinct(p, node)
		       : 0;
}

/* The name has been read and '(' is ahead. */
static int parse_function(struct parser *p, struct str name, struct node **out)
{
	const struct function *f = NULL;
	struct node *args[DDB_IN_MAX];
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (str_is(name, functions[i].name))
			f = &functions[i];
	if (!f)
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: Invalid function name; function: %.*s", p->parameter,
			STR_ARG(name));
	if (f->of_update != p->is_update)
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: The function is not allowed in %s expression; "
			"function: %s",
			p->parameter, p->is_update ? "an update" : "a condition", f->name);
	expr_advance(p);
	do {
		if (n)
			expr_advance(p);
		if (n == COUNT_OF(args))
			return expr_syntax_error(p);
		if ((p->is_update ? expr_set_value(p, &args[n]) : expr_or(p, &args[n])) < 0)
			return -1;
		if (!node_is_operand(args[n]) || args[n]->type == NODE_PLUS ||
			args[n]->type == NODE_MINUS)
			return expr_syntax_error(p);
		if (args[n]->type == NODE_SIZE && f->type == NODE_SIZE)
			return fail(p->e->call, &aws_validation_exception,
				"Invalid %s: Incorrect operand type for operator or function; operator or function: size, operand type: N",
				p->parameter);
		if (args[n]->type == NODE_SIZE)
			return fail(p->e->call, &aws_validation_exception,
				"Invalid %s: The function is not allowed to be used this way in an expression; function: size",
				p->parameter);
		n++;
	} while (expr_at_symbol(p, ","));
	if (expr_expect(p, ")") < 0 || expr_count_operator(p) < 0)
		return -1;
	*out = expr_node(p, f->type, n);
	memcpy((*out)->args, args, n * sizeof *args);
	return check_function(p, f, *out);
}

int expr_operand(struct parser *p, struct node **out)
{
	if (p->token.type == T_VALUE)
		return expr_value(p, out);
	if (p->token.type == T_WORD) {
		struct parser ahead = *p;
		expr_advance(&ahead);
		if (expr_at_symbol(&ahead, "(")) {
			struct str name = p->token.text;
			expr_advance(p);
			if (expr_deeper(p) < 0 || parse_function(p, name, out) < 0)
				return -1;
			p->depth--;
			return 0;
		}
	}
	*out = expr_node(p, NODE_PATH, 0);
	return expr_path(p, &(*out)->path);
}

int expr_parentheses(struct parser *p, struct node **out)
{
	expr_advance(p);
	if (expr_deeper(p) < 0 || (p->is_update ? expr_set_value(p, out) : expr_or(p, out)) < 0 ||
		expr_expect(p, ")") < 0)
		return -1;
	p->depth--;
	if ((*out)->in_parentheses)
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: The expression has redundant parentheses;", p->parameter);
	(*out)->in_parentheses = true;
	return 0;
}
