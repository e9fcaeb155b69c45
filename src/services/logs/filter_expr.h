/* Conditions inside a filter pattern: what JSON and space-delimited patterns share. */
#ifndef SAMOVAR_SERVICES_LOGS_FILTER_EXPR_H
#define SAMOVAR_SERVICES_LOGS_FILTER_EXPR_H

#include "base/mem.h"
#include "services/logs/limits.h"
#include <regex.h>
#include <yyjson.h>

enum comparison {
	COMPARE_EQ,
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_GT,
	COMPARE_GE,
	COMPARE_IS_NULL,
	COMPARE_IS_TRUE,
	COMPARE_IS_FALSE,
	COMPARE_EXISTS,
	COMPARE_NOT_EXISTS,
};

/* What a value is compared with. */
struct operand {
	struct str text;
	bool is_number, has_star;
	double number;
	regex_t *regex; /* %...%, or NULL */
};

/* One step of a selector: a property's name, or an array's index when name.p is NULL. */
struct step {
	struct str name;
	size_t index;
};

enum expr_type { EXPR_AND, EXPR_OR, EXPR_TEST };

struct expr {
	enum expr_type type;
	struct expr *left, *right;
	/* EXPR_TEST: of a JSON selector, or of the field that it stands in */
	struct str selector;
	struct step *steps;
	size_t step_count;
	enum comparison comparison;
	struct operand operand;
};

/* Reads a pattern from left to right. */
struct filter_parser {
	struct arena *arena;
	struct str rest;
	struct str why;
	struct filter *filter;
	unsigned depth;
	bool is_json;
};

/* Appends to the parser's complaint, once, and answers -1. */
int filter_complain(struct filter_parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void filter_skip_blanks(struct filter_parser *p);
/* Takes the text off the front if it is there. */
bool filter_accept(struct filter_parser *p, const char *text);
/* A quoted text or %regex%, its first character not yet taken; with a backslash before a quote. */
int filter_quoted(struct filter_parser *p, struct str *out) MUSTCHECK;
int filter_regex(struct filter_parser *p, regex_t **out) MUSTCHECK;
/* Alternatives of conjunctions of tests; NULL after filter_complain. */
struct expr *filter_expr(struct filter_parser *p);

bool filter_regex_matches(const regex_t *regex, struct str text);
/* The text of a field of a space-delimited event. */
bool expr_matches_text(const struct expr *e, struct str text);
bool expr_matches_json(const struct expr *e, yyjson_val *root);
yyjson_val *expr_select(const struct expr *e, yyjson_val *root);

#endif
