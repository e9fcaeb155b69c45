/*
 * PartiQL (Developer Guide, "PartiQL - a SQL-compatible query language for Amazon DynamoDB"): texts
 * to statements, whose conditions and updates are those of the expression language.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_PARTIQL_PARTIQL_H
#define SAMOVAR_SERVICES_DYNAMODB_PARTIQL_PARTIQL_H

#include "services/dynamodb/items/items.h"

enum statement_type {
	STATEMENT_SELECT,
	STATEMENT_INSERT,
	STATEMENT_UPDATE,
	STATEMENT_DELETE,
	STATEMENT_EXISTS, /* of transactions alone */
};

struct statement_order {
	struct str name;
	bool descending;
};

struct statement {
	enum statement_type type;
	struct str table, index;         /* index.p == NULL: none */
	struct paths paths;              /* of SELECT; none: all */
	struct node *where;              /* or NULL */
	struct statement_order order[2]; /* of SELECT */
	size_t order_count;
	struct dynamodb_attributes item; /* of INSERT */
	struct update actions;           /* of UPDATE */
	struct str returning;            /* "ALL_OLD" and the like, or p == NULL */
};

static inline bool statement_reads(const struct statement *s)
{
	return s->type == STATEMENT_SELECT;
}

/* 0 or -1. The parameters are checked, and made normal in place. */
int partiql_parse(struct call *call, struct str text,
	const struct dynamodb_prepared_statement_parameters *parameters,
	struct statement *out) MUSTCHECK;

/* ---- select.c ---- */

struct statement_page {
	bool is_consistent, is_key_only; /* the whole primary key must be given */
	int64_t limit;                   /* 0: none */
	struct str token;                /* p == NULL: from the start */
	struct str digest;               /* of the statement's text, which a token is bound to */
	/* The answer. */
	struct table table;
	struct usage usage;
	struct dynamodb_item_list items;
	struct str next_token;
	struct dynamodb_attributes last;
};

/* A page of a SELECT, in a transaction: 0 or -1. */
int partiql_select(
	struct call *call, const struct statement *s, struct statement_page *page) MUSTCHECK;
/* The values that the condition demands of all the key's attributes: false: it does not. */
bool partiql_key(struct call *call, const struct statement *s, const struct table *t,
	struct dynamodb_attributes *out);

/* ---- lex.c ---- */

enum partiql_token_type {
	PARTIQL_END,
	PARTIQL_WORD,   /* a name or a keyword */
	PARTIQL_QUOTED, /* "a name" */
	PARTIQL_STRING,
	PARTIQL_NUMBER,
	PARTIQL_SYMBOL,
	PARTIQL_WRONG,
};

struct partiql_token {
	enum partiql_token_type type;
	struct str text; /* without quotes */
};

struct partiql_lexer {
	struct arena *arena;
	struct str text;
	size_t at;
};

struct partiql_token partiql_next(struct partiql_lexer *l);
/* Whether the word is one of the language's own, which names a thing only in double quotes. */
bool partiql_keyword(struct str word);

/* ---- where.c ---- */

struct partiql {
	struct call *call;
	struct partiql_lexer lexer;
	struct partiql_token token, ahead; /* the next two */
	const struct dynamodb_prepared_statement_parameters *parameters;
	size_t parameters_used;
	int depth, operators;
};

void partiql_advance(struct partiql *p);
bool partiql_at(const struct partiql *p, const char *symbol);
bool partiql_at_word(const struct partiql *p, const char *word);
/* Takes the word or the symbol; false: it is not there. */
bool partiql_take(struct partiql *p, const char *symbol);
bool partiql_take_word(struct partiql *p, const char *word);
/* "Statement wasn't well formed": -1. */
int partiql_error(struct partiql *p, const char *what);
int partiql_deeper(struct partiql *p) MUSTCHECK;
int partiql_name(struct partiql *p, struct str *out) MUSTCHECK;
int partiql_path(struct partiql *p, struct path *out) MUSTCHECK;
/* A literal or a parameter, or a list, set or map of them. */
int partiql_value(struct partiql *p, struct dynamodb_value *out) MUSTCHECK;
bool partiql_at_value(const struct partiql *p);
struct node *partiql_node(struct partiql *p, enum node_type type, size_t n);
/* A path, a value or a function of them. */
int partiql_operand(struct partiql *p, struct node **out) MUSTCHECK;
int partiql_condition(struct partiql *p, struct node **out) MUSTCHECK;

#endif
