/* The expression language: tokens. */
#include "services/dynamodb/expressions/parser.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

size_t expr_word_length(struct str s, size_t from)
{
	while (from < s.n && (is_letter(s.p[from]) || is_digit(s.p[from])))
		from++;
	return from;
}

struct token expr_token_next(struct parser *p)
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
		end = expr_word_length(s, start);
	} else if (c == '#' || c == ':') {
		end = expr_word_length(s, start + 1);
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

void expr_advance(struct parser *p)
{
	p->before = p->token;
	p->token = expr_token_next(p);
}

int expr_syntax_error(struct parser *p)
{
	struct token t = p->token;
	const char *start = p->before.text.p ? p->before.text.p : t.text.p;
	struct token next = t.type == T_END ? t : expr_token_next(p);
	const char *end = next.text.p + next.text.n;
	struct str near = { start, (size_t)(end - start) };
	if (t.type == T_END)
		t.text = STR("<EOF>");
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: Syntax error; token: \"%.*s\", near: \"%.*s\"", p->parameter,
		STR_ARG(t.text), STR_ARG(near));
}

bool expr_at_symbol(const struct parser *p, const char *symbol)
{
	return p->token.type == T_SYMBOL && str_is(p->token.text, symbol);
}

bool expr_at_word(const struct parser *p, const char *word)
{
	return p->token.type == T_WORD && str_eq_ci(p->token.text, str_c(word));
}

int expr_expect(struct parser *p, const char *symbol)
{
	if (!expr_at_symbol(p, symbol))
		return expr_syntax_error(p);
	expr_advance(p);
	return 0;
}

int expr_count_operator(struct parser *p)
{
	if (++p->operators <= DDB_OPERATORS_MAX)
		return 0;
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: The expression contains too many operators; operator count: %d",
		p->parameter, p->operators);
}

int expr_deeper(struct parser *p)
{
	if (++p->depth <= DDB_EXPRESSION_DEPTH_MAX)
		return 0;
	return fail(p->e->call, &aws_validation_exception,
		"Invalid %s: The expression is nested too deeply", p->parameter);
}

struct node *expr_node(struct parser *p, enum node_type type, size_t n)
{
	struct node *node = ARENA_NEW(p->arena, struct node);
	node->type = type;
	node->args = ARENA_ARRAY(p->arena, struct node *, n);
	node->n = n;
	return node;
}

int expr_parser_begin(struct parser *p, struct expr *e, const char *parameter, struct str text)
{
	*p = (struct parser){
		.e = e, .arena = e->call->arena, .parameter = parameter, .text = text
	};
	if (!str_trim(text).n)
		return fail(e->call, &aws_validation_exception,
			"Invalid %s: The expression can not be empty;", parameter);
	if (text.n > DDB_EXPRESSION_BYTES_MAX)
		return fail(e->call, &aws_validation_exception,
			"Invalid %s: Expression size has exceeded the maximum allowed size;",
			parameter);
	p->token = expr_token_next(p);
	return 0;
}
