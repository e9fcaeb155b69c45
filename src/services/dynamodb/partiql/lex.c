/* PartiQL: tokens. */
#include "services/dynamodb/partiql/partiql.h"

/* Those of the statements and of the values that are served. */
static const char *const keywords[] = { "ALL", "AND", "AS", "ASC", "BETWEEN", "BY", "DELETE",
	"DESC", "EXISTS", "FALSE", "FROM", "IN", "INSERT", "INTO", "IS", "MISSING", "NOT", "NULL",
	"OR", "ORDER", "REMOVE", "RETURNING", "SELECT", "SET", "TRUE", "UPDATE", "VALUE", "WHERE" };

bool partiql_keyword(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(keywords); i++)
		if (str_eq_ci(word, str_c(keywords[i])))
			return true;
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Blanks, and comments from -- to the end of the line. */
static void skip_blanks(struct partiql_lexer *l)
{
	struct str s = l->text;
	while (l->at < s.n) {
		char c = s.p[l->at];
		if (c == '-' && l->at + 1 < s.n && s.p[l->at + 1] == '-') {
			while (l->at < s.n && s.p[l->at] != '\n')
				l->at++;
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			l->at++;
		} else {
			break;
		}
	}
}

/* Between quotes; two of them stand for one. */
static struct partiql_token read_quoted(
	struct partiql_lexer *l, char quote, enum partiql_token_type type)
{
	struct str s = l->text;
	size_t end = l->at + 1, n = 0;
	while (end < s.n && (s.p[end] != quote || (end + 1 < s.n && s.p[end + 1] == quote)))
		end += s.p[end] == quote ? 2 : 1;
	char *out = arena_alloc(l->arena, end - l->at + 1);
	for (l->at++; l->at < s.n; l->at++) {
		if (s.p[l->at] == quote) {
			if (l->at + 1 >= s.n || s.p[l->at + 1] != quote) {
				l->at++;
				return (struct partiql_token){ type, { out, n } };
			}
			l->at++;
		}
		out[n++] = s.p[l->at];
	}
	return (struct partiql_token){ PARTIQL_WRONG, { out, n } };
}

static size_t number_end(struct str s, size_t at)
{
	while (at < s.n && is_digit(s.p[at]))
		at++;
	if (at + 1 < s.n && s.p[at] == '.' && is_digit(s.p[at + 1]))
		for (at++; at < s.n && is_digit(s.p[at]);)
			at++;
	if (at + 1 < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		size_t digits = at + 1 + (s.p[at + 1] == '-' || s.p[at + 1] == '+');
		if (digits < s.n && is_digit(s.p[digits]))
			for (at = digits; at < s.n && is_digit(s.p[at]);)
				at++;
	}
	return at;
}

struct partiql_token partiql_next(struct partiql_lexer *l)
{
	static const char *const twins[] = { "<>", "!=", "<=", ">=", "<<", ">>" };
	struct str s = l->text;
	skip_blanks(l);
	size_t start = l->at, end = start + 1;
	enum partiql_token_type type = PARTIQL_WRONG;
	if (start >= s.n)
		return (struct partiql_token){ PARTIQL_END, { s.p + s.n, 0 } };
	char c = s.p[start];
	if (c == '"')
		return read_quoted(l, c, PARTIQL_QUOTED);
	if (c == '\'')
		return read_quoted(l, c, PARTIQL_STRING);
	if (is_letter(c)) {
		type = PARTIQL_WORD;
		while (end < s.n && (is_letter(s.p[end]) || is_digit(s.p[end])))
			end++;
	} else if (is_digit(c)) {
		type = PARTIQL_NUMBER;
		end = number_end(s, start);
	} else if (c && strchr("()[]{},.:*=<>+-?;", c)) {
		type = PARTIQL_SYMBOL;
	}
	for (size_t i = 0; i < COUNT_OF(twins); i++)
		if (str_starts(str_from(s, start), str_c(twins[i]))) {
			type = PARTIQL_SYMBOL;
			end = start + 2;
		}
	l->at = end;
	return (struct partiql_token){ type, str_sub(s, start, end - start) };
}
