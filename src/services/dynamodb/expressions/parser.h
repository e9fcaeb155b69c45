/* The parser of the expression language, as its files share it. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_EXPRESSIONS_PARSER_H
#define SAMOVAR_SERVICES_DYNAMODB_EXPRESSIONS_PARSER_H

#include "services/dynamodb/expressions/expr.h"

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

/* ---- token.c ---- */

/* The end of the letters, digits and underscores that begin there. */
size_t expr_word_length(struct str s, size_t from);
struct token expr_token_next(struct parser *p);
int expr_parser_begin(
	struct parser *p, struct expr *e, const char *parameter, struct str text) MUSTCHECK;
void expr_advance(struct parser *p);
bool expr_at_symbol(const struct parser *p, const char *symbol);
bool expr_at_word(const struct parser *p, const char *word);
int expr_expect(struct parser *p, const char *symbol) MUSTCHECK;
int expr_syntax_error(struct parser *p);
int expr_count_operator(struct parser *p) MUSTCHECK;
int expr_deeper(struct parser *p) MUSTCHECK;
struct node *expr_node(struct parser *p, enum node_type type, size_t n);

/* ---- operand.c ---- */

int expr_path(struct parser *p, struct path *out) MUSTCHECK;
int expr_value(struct parser *p, struct node **out) MUSTCHECK;
int expr_operand(struct parser *p, struct node **out) MUSTCHECK;
struct str expr_path_text(struct arena *arena, const struct path *path);
int expr_wrong_operand(struct parser *p, enum node_type type, const struct node *operand);
bool expr_is_scalar(const struct node *node);
int expr_check_distinct(struct parser *p, const struct node *node) MUSTCHECK;

/* ---- parse.c and parse_update.c ---- */

int expr_or(struct parser *p, struct node **out) MUSTCHECK;
int expr_set_value(struct parser *p, struct node **out) MUSTCHECK;
/* Either, in parentheses: at the first of them. */
int expr_parentheses(struct parser *p, struct node **out) MUSTCHECK;

#endif
