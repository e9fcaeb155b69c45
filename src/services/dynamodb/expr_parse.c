/* The expression language: lexer and parser. The words of the refusals are AWS's. */
#include "services/dynamodb/expr.h"

enum token_type { T_END, T_WORD, T_NAME, T_VALUE, T_NUMBER, T_SYMBOL, T_WRONG };

struct token {
	enum token_type type;
	struct str text;
};

struct parser {
	struct expr *e;
	struct arena *arena;
	const char *parameter;
	bool is_update;
	struct str text;
	size_t at;          /* behind the token ahead */
	struct token token; /* ahead */
	struct token before;
	int depth, operators;
};

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

/* ---- tokens ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t word_length(struct str s, size_t from)
{
	while (from < s.n && (is_letter(s.p[from]) || is_digit(s.p[from])))
		from++;
	return from;
}

static struct token token_next(struct parser *p)
{
	struct str s = p->text;
	while (p->at < s.n && strchr(" \t\r\n", s.p[p->at]) && s.p[p->at])
		p->at++;
	size_t start = p->at, end = start + 1;
	enum token_type type = T_WRONG;
	if (start >= s.n)
		return (struct token){ T_END, { s.p + s.n, 0 } };
	char c = s.p[start], following = start + 1 < s.n ? s.p[start + 1] : 0;
	if (is_letter(c)) {
		type = T_WORD;
		end = word_length(s, start);
	} else if (c == '#' || c == ':') {
		end = word_length(s, start + 1);
		type = end == start + 1 ? T_WRONG : c == '#' ? T_NAME : T_VALUE;
	} else if (is_digit(c)) {
		type = T_NUMBER;
		while (end < s.n && is_digit(s.p[end]))
			end++;
	} else if ((c == '<' && (following == '>' || following == '=')) ||
		   (c == '>' && following == '=')) {
		type = T_SYMBOL;
		end = start + 2;
	} else if (strchr("()[],.=<>+-", c) && c) {
		type = T_SYMBOL;
	}
	p->at = end;
	return (struct token){ type, str_sub(s, start, end - start) };
}

static void advance(struct parser *p)
{
	p->before = p->token;
	p->token = token_next(p);
}

static int syntax_error(struct parser *p)
{
	struct token t = p->token;
	const char *start = p->before.text.p ? p->before.text.p : t.text.p;
	struct token next = t.type == T_END ? t : token_next(p);
	const char *end = next.text.p + next.text.n;
	struct str near = { start, (size_t)(end - start) };
	if (t.type == T_END)
		t.text = STR("<EOF>");
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: Syntax error; token: \"%.*s\", near: \"%.*s\"", p->parameter,
		STR_ARG(t.text), STR_ARG(near));
}

static bool at_symbol(const struct parser *p, const char *symbol)
{
	return p->token.type == T_SYMBOL && str_is(p->token.text, symbol);
}

static bool at_word(const struct parser *p, const char *word)
{
	return p->token.type == T_WORD && str_eq_ci(p->token.text, str_c(word));
}

static int expect(struct parser *p, const char *symbol)
{
	if (!at_symbol(p, symbol))
		return syntax_error(p);
	advance(p);
	return 0;
}

static int count_operator(struct parser *p)
{
	if (++p->operators <= DDB_OPERATORS_MAX)
		return 0;
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: The expression contains too many operators; the maximum is %d",
		p->parameter, DDB_OPERATORS_MAX);
}

static int deeper(struct parser *p)
{
	if (++p->depth <= DDB_EXPRESSION_DEPTH_MAX)
		return 0;
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: The expression is nested too deeply", p->parameter);
}

static struct node *node_new(struct parser *p, enum node_type type, size_t n)
{
	struct node *node = ARENA_NEW(p->arena, struct node);
	node->type = type;
	node->args = ARENA_ARRAY(p->arena, struct node *, n);
	node->n = n;
	return node;
}

/* ---- operands ---- */

static int read_name(struct parser *p, struct str *out)
{
	const struct dynamodb_names *names = p->e->names;
	if (p->token.type == T_NAME) {
		for (size_t i = 0; i < names->n; i++) {
			if (!str_eq(names->v[i].key, p->token.text))
				continue;
			p->e->names_used[i] = true;
			*out = names->v[i].value;
			advance(p);
			return 0;
		}
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: An expression attribute name used in the document path is not defined; attribute name: %.*s",
			p->parameter, STR_ARG(p->token.text));
	}
	if (p->token.type != T_WORD || p->token.text.p[0] == '_')
		return syntax_error(p);
	if (reserved_word(p->token.text))
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: Attribute name is a reserved keyword; reserved keyword: %.*s",
			p->parameter, STR_ARG(p->token.text));
	*out = p->token.text;
	advance(p);
	return 0;
}

static int read_path(struct parser *p, struct path *out)
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
		if (n && at_symbol(p, "[")) {
			int64_t index = 0;
			advance(p);
			if (p->token.type != T_NUMBER || str_to_i64(p->token.text, &index) < 0)
				return syntax_error(p);
			step.index = (size_t)index;
			advance(p);
			if (expect(p, "]") < 0)
				return -1;
		} else {
			if (n)
				advance(p); /* the point */
			if (read_name(p, &step.name) < 0)
				return -1;
		}
		steps[n++] = step;
		more = at_symbol(p, ".") || at_symbol(p, "[");
	}
	out->v = ARENA_ARRAY(p->arena, struct path_step, n);
	memcpy(out->v, steps, n * sizeof *steps);
	out->n = n;
	return 0;
}

static int read_value(struct parser *p, struct node **out)
{
	const struct dynamodb_attributes *values = p->e->values;
	for (size_t i = 0; i < values->n; i++) {
		if (!str_eq(values->v[i].key, p->token.text))
			continue;
		p->e->values_used[i] = true;
		*out = node_new(p, NODE_VALUE, 0);
		(*out)->value = &values->v[i].value;
		(*out)->value_name = p->token.text;
		advance(p);
		return 0;
	}
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: An expression attribute value used in expression is not defined; attribute value: %.*s",
		p->parameter, STR_ARG(p->token.text));
}

static int parse_or(struct parser *p, struct node **out);

static int wrong_operand(struct parser *p, enum node_type type, const struct node *operand)
{
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: Incorrect operand type for operator or function; operator or function: %s, operand type: %s",
		p->parameter, node_name(type), value_type_name(value_type(operand->value)));
}

static bool is_scalar(const struct node *node)
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

static struct str path_text(struct arena *arena, const struct path *path)
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
static int check_distinct(struct parser *p, const struct node *node)
{
	for (size_t i = 1; i < node->n; i++)
		if (paths_eq(node->args[0], node->args[i]))
			return fail(p->e->call, &aws_validation_exception,
				"Invalid %s: The first operand must be distinct from the remaining operands for this operator or "
				"function; operator: %s, first operand: %.*s",
				p->parameter, node_name(node->type),
				STR_ARG(path_text(p->arena, &node->args[0]->path)));
	return 0;
}

static int check_type_name(struct parser *p, const struct node *operand)
{
	if (operand->type != NODE_VALUE || value_type(operand->value) != VALUE_S)
		return operand->type == NODE_VALUE ? wrong_operand(p, NODE_IS_TYPE, operand)
						   : syntax_error(p);
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
			return wrong_operand(p, f->type, a);
	}
	return f->type == NODE_BEGINS_WITH || f->type == NODE_CONTAINS ? check_distinct(p, node)
								       : 0;
}

static int parse_set_value(struct parser *p, struct node **out);

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
	advance(p);
	do {
		if (n)
			advance(p);
		if (n == COUNT_OF(args))
			return syntax_error(p);
		if ((p->is_update ? parse_set_value(p, &args[n]) : parse_or(p, &args[n])) < 0)
			return -1;
		if (!node_is_operand(args[n]) || args[n]->type == NODE_PLUS ||
			args[n]->type == NODE_MINUS)
			return syntax_error(p);
		if (args[n]->type == NODE_SIZE)
			return fail(p->e->call, &aws_validation_exception,
				"Invalid %s: The function is not allowed to be used this way in an expression; function: size",
				p->parameter);
		n++;
	} while (at_symbol(p, ","));
	if (expect(p, ")") < 0 || count_operator(p) < 0)
		return -1;
	*out = node_new(p, f->type, n);
	memcpy((*out)->args, args, n * sizeof *args);
	return check_function(p, f, *out);
}

static int parse_operand(struct parser *p, struct node **out)
{
	if (p->token.type == T_VALUE)
		return read_value(p, out);
	if (p->token.type == T_WORD) {
		struct parser ahead = *p;
		advance(&ahead);
		if (at_symbol(&ahead, "(")) {
			struct str name = p->token.text;
			advance(p);
			if (deeper(p) < 0 || parse_function(p, name, out) < 0)
				return -1;
			p->depth--;
			return 0;
		}
	}
	*out = node_new(p, NODE_PATH, 0);
	return read_path(p, &(*out)->path);
}

/* ---- conditions ---- */

static int parse_primary(struct parser *p, struct node **out)
{
	if (!at_symbol(p, "("))
		return parse_operand(p, out);
	advance(p);
	if (deeper(p) < 0 || parse_or(p, out) < 0 || expect(p, ")") < 0)
		return -1;
	p->depth--;
	if ((*out)->in_parentheses)
		return fail(p->e->call, &aws_validation_exception,
			"Invalid %s: The expression has redundant parentheses;", p->parameter);
	(*out)->in_parentheses = true;
	return 0;
}

static int parse_in(struct parser *p, struct node *first, struct node **out)
{
	struct node *args[DDB_IN_MAX + 1] = { first };
	size_t n = 1;
	advance(p);
	if (!at_symbol(p, "("))
		return syntax_error(p);
	do {
		advance(p);
		if (n == COUNT_OF(args))
			return fail(p->e->call, &aws_validation_exception,
				"Invalid %s: The IN operator is provided with too many operands; number of operands: %zu",
				p->parameter, n);
		if (parse_operand(p, &args[n]) < 0)
			return -1;
		if (!node_is_operand(args[n++]))
			return syntax_error(p);
	} while (at_symbol(p, ","));
	*out = node_new(p, NODE_IN, n);
	memcpy((*out)->args, args, n * sizeof *args);
	return expect(p, ")") < 0 || check_distinct(p, *out) < 0 ? -1 : 0;
}

static int check_bounds(struct parser *p, const struct node *node)
{
	const struct node *low = node->args[1], *high = node->args[2];
	int order = 0;
	for (size_t i = 0; i < node->n; i++)
		if (!is_scalar(node->args[i]))
			return wrong_operand(p, NODE_BETWEEN, node->args[i]);
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
	*out = node_new(p, NODE_BETWEEN, 3);
	(*out)->args[0] = first;
	advance(p);
	if (parse_operand(p, &(*out)->args[1]) < 0)
		return -1;
	if (!at_word(p, "AND") || !node_is_operand((*out)->args[1]))
		return syntax_error(p);
	advance(p);
	if (parse_operand(p, &(*out)->args[2]) < 0)
		return -1;
	if (!node_is_operand((*out)->args[2]))
		return syntax_error(p);
	return check_bounds(p, *out) < 0 || check_distinct(p, *out) < 0 ? -1 : 0;
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
	if (at_word(p, "BETWEEN"))
		return count_operator(p) < 0 ? -1 : parse_between(p, left, out);
	if (at_word(p, "IN"))
		return count_operator(p) < 0 ? -1 : parse_in(p, left, out);
	for (size_t i = 0; i < COUNT_OF(comparators); i++) {
		if (!at_symbol(p, comparators[i].symbol))
			continue;
		*out = node_new(p, comparators[i].type, 2);
		advance(p);
		(*out)->args[0] = left;
		if (count_operator(p) < 0 || parse_primary(p, &(*out)->args[1]) < 0)
			return -1;
		if (!node_is_operand((*out)->args[1]))
			return syntax_error(p);
		for (size_t k = 0; k < 2 && comparators[i].type >= NODE_LT; k++)
			if (!is_scalar((*out)->args[k]))
				return wrong_operand(p, comparators[i].type, (*out)->args[k]);
		return check_distinct(p, *out);
	}
	return 0;
}

static int parse_not(struct parser *p, struct node **out)
{
	if (!at_word(p, "NOT"))
		return parse_comparison(p, out);
	advance(p);
	*out = node_new(p, NODE_NOT, 1);
	if (deeper(p) < 0 || count_operator(p) < 0 || parse_not(p, &(*out)->args[0]) < 0)
		return -1;
	p->depth--;
	return node_is_operand((*out)->args[0]) ? syntax_error(p) : 0;
}

static int parse_chain(struct parser *p, enum node_type type, const char *word,
	int (*next)(struct parser *, struct node **), struct node **out)
{
	if (next(p, out) < 0)
		return -1;
	while (at_word(p, word)) {
		struct node *both = node_new(p, type, 2);
		both->args[0] = *out;
		if (node_is_operand(*out))
			return syntax_error(p);
		advance(p);
		if (count_operator(p) < 0 || next(p, &both->args[1]) < 0)
			return -1;
		if (node_is_operand(both->args[1]))
			return syntax_error(p);
		*out = both;
	}
	return 0;
}

static int parse_and(struct parser *p, struct node **out)
{
	return parse_chain(p, NODE_AND, "AND", parse_not, out);
}

static int parse_or(struct parser *p, struct node **out)
{
	return parse_chain(p, NODE_OR, "OR", parse_and, out);
}

static int parser_begin(struct parser *p, struct expr *e, const char *parameter, struct str text)
{
	*p = (struct parser){
		.e = e, .arena = e->call->arena, .parameter = parameter, .text = text
	};
	if (!str_trim(text).n)
		return fail(e->call, &aws_validation_exception,
			"Invalid %s: The expression can not be empty;", parameter);
	if (text.n > DDB_EXPRESSION_BYTES_MAX)
		return fail(e->call, &aws_validation_exception,
			"Invalid %s: Expression size has exceeded the maximum allowed size; expression size: %zu",
			parameter, text.n);
	p->token = token_next(p);
	return 0;
}

int expr_condition(struct expr *e, const char *parameter, struct str text, struct node **out)
{
	struct parser p;
	*out = NULL;
	if (!text.p)
		return 0;
	if (parser_begin(&p, e, parameter, text) < 0 || parse_or(&p, out) < 0)
		return -1;
	if (p.token.type == T_END && (*out)->type == NODE_SIZE)
		return fail(e->call, &aws_validation_exception,
			"Invalid %s: The function is not allowed to be used this way in an expression; function: size",
			parameter);
	return p.token.type != T_END || node_is_operand(*out) ? syntax_error(&p) : 0;
}

/* ---- projections and updates ---- */

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
					STR_ARG(path_text(call->arena, &v[i])),
					STR_ARG(path_text(call->arena, &v[k])));
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
	if (parser_begin(&p, e, "ProjectionExpression", text) < 0)
		return -1;
	v = ARENA_ARRAY(p.arena, struct path, text.n / 2 + 1);
	do {
		if (n)
			advance(&p);
		if (read_path(&p, &v[n++]) < 0)
			return -1;
	} while (at_symbol(&p, ","));
	if (p.token.type != T_END)
		return syntax_error(&p);
	*out = (struct paths){ v, n };
	return paths_check(e->call, p.parameter, v, n);
}

static int parse_set_value(struct parser *p, struct node **out)
{
	struct node *left;
	if (parse_operand(p, &left) < 0)
		return -1;
	*out = left;
	if (!at_symbol(p, "+") && !at_symbol(p, "-"))
		return 0;
	*out = node_new(p, at_symbol(p, "+") ? NODE_PLUS : NODE_MINUS, 2);
	(*out)->args[0] = left;
	advance(p);
	if (count_operator(p) < 0 || parse_operand(p, &(*out)->args[1]) < 0)
		return -1;
	for (size_t i = 0; i < 2; i++)
		if ((*out)->args[i]->type == NODE_VALUE &&
			value_type((*out)->args[i]->value) != VALUE_N)
			return wrong_operand(p, (*out)->type, (*out)->args[i]);
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
	if (read_path(p, &a->path) < 0 || count_operator(p) < 0)
		return -1;
	if (a->type == ACTION_REMOVE)
		return 0;
	if (a->type == ACTION_SET)
		return expect(p, "=") < 0 ? -1 : parse_set_value(p, &a->value);
	if (p->token.type != T_VALUE)
		return syntax_error(p);
	return read_value(p, &a->value) < 0 ? -1 : check_action(p, a);
}

int expr_update(struct expr *e, struct str text, struct update *out)
{
	static const char *const sections[] = { "SET", "REMOVE", "ADD", "DELETE" };
	struct parser p;
	bool seen[COUNT_OF(sections)] = { 0 };
	*out = (struct update){ 0 };
	if (!text.p)
		return 0;
	if (parser_begin(&p, e, "UpdateExpression", text) < 0)
		return -1;
	p.is_update = true;
	out->v = ARENA_ARRAY(p.arena, struct action, text.n / 2 + 1);
	while (p.token.type != T_END) {
		size_t type = 0;
		while (type < COUNT_OF(sections) && !at_word(&p, sections[type]))
			type++;
		if (type == COUNT_OF(sections))
			return syntax_error(&p);
		if (seen[type])
			return fail(e->call, &aws_validation_exception,
				"Invalid UpdateExpression: The \"%s\" section can only be used once in an update expression;",
				sections[type]);
		seen[type] = true;
		do {
			advance(&p);
			out->v[out->n].type = (enum action_type)type;
			if (parse_action(&p, &out->v[out->n]) < 0)
				return -1;
			out->n++;
		} while (at_symbol(&p, ","));
	}
	struct path *paths = ARENA_ARRAY(p.arena, struct path, out->n);
	for (size_t i = 0; i < out->n; i++)
		paths[i] = out->v[i].path;
	return paths_check(e->call, p.parameter, paths, out->n);
}

/* ---- names and values ---- */

static bool is_placeholder(struct str key, char first)
{
	return key.n > 1 && key.p[0] == first && word_length(key, 1) == key.n;
}

static int check_use(struct expr *e, const struct str *texts, const char *const *parameters)
{
	struct buf missing = { 0 };
	size_t n = 0, given = 0;
	for (; parameters[n]; n++) {
		given += texts[n].p != NULL;
		buf_printf(&missing, "%s%s", n ? " and " : "", parameters[n]);
	}
	struct str all = arena_str(e->call->arena, buf_view(&missing));
	buf_fini(&missing);
	if (given)
		return 0;
	if (e->names->v)
		return fail(e->call, &aws_validation_exception,
			"ExpressionAttributeNames can only be specified when using "
			"expressions");
	if (e->values->v)
		return fail(e->call, &aws_validation_exception,
			"ExpressionAttributeValues can only be specified when using "
			"expressions: %.*s %s null",
			STR_ARG(all), n > 1 ? "are" : "is");
	return 0;
}

int expr_begin(struct expr *e, struct call *call, const struct dynamodb_names *names,
	const struct dynamodb_attributes *values, const struct str *texts,
	const char *const *parameters)
{
	static const struct dynamodb_attributes none = { 0 };
	static const struct dynamodb_names no_names = { 0 };
	struct str why;
	*e = (struct expr){
		.call = call, .names = names ? names : &no_names, .values = values ? values : &none
	};
	if (check_use(e, texts, parameters) < 0)
		return -1;
	if (e->names->v && !e->names->n)
		return fail(call, &aws_validation_exception,
			"ExpressionAttributeNames must not be empty");
	if (e->values->v && !e->values->n)
		return fail(call, &aws_validation_exception,
			"ExpressionAttributeValues must not be empty");
	e->names_used = ARENA_ARRAY(call->arena, bool, e->names->n);
	e->values_used = ARENA_ARRAY(call->arena, bool, e->values->n);
	for (size_t i = 0; i < e->names->n; i++)
		if (!is_placeholder(e->names->v[i].key, '#'))
			return fail(call, &aws_validation_exception,
				"ExpressionAttributeNames contains invalid key: Syntax error; key: \"%.*s\"",
				STR_ARG(e->names->v[i].key));
	for (size_t i = 0; i < e->values->n; i++) {
		if (!is_placeholder(e->values->v[i].key, ':'))
			return fail(call, &aws_validation_exception,
				"ExpressionAttributeValues contains invalid key: Syntax error; key: \"%.*s\"",
				STR_ARG(e->values->v[i].key));
		if (value_check(call->arena, &e->values->v[i].value, 0, &why) < 0)
			return fail(call, &aws_validation_exception,
				"ExpressionAttributeValues contains invalid value: %.*s for key %.*s",
				STR_ARG(why), STR_ARG(e->values->v[i].key));
	}
	return 0;
}

int expr_end(struct expr *e)
{
	struct buf names = { 0 }, values = { 0 };
	for (size_t i = 0; i < e->names->n; i++)
		if (!e->names_used[i])
			buf_printf(
				&names, "%s%.*s", names.n ? ", " : "", STR_ARG(e->names->v[i].key));
	for (size_t i = 0; i < e->values->n; i++)
		if (!e->values_used[i])
			buf_printf(&values, "%s%.*s", values.n ? ", " : "",
				STR_ARG(e->values->v[i].key));
	struct str unused = names.n ? buf_view(&names) : buf_view(&values);
	int r = 0;
	if (unused.n)
		r = fail(e->call, &aws_validation_exception,
			"Value provided in ExpressionAttribute%s unused in expressions: "
			"keys: {%.*s}",
			names.n ? "Names" : "Values", STR_ARG(unused));
	buf_fini(&names);
	buf_fini(&values);
	return r;
}
