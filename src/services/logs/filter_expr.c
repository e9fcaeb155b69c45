/* Conditions inside a filter pattern: parsing "$.a.b >= 3 && (...)" and asking a value. */
#include "services/logs/filter_expr.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

int filter_complain(struct filter_parser *p, const char *fmt, ...)
{
	if (!p->why.p) {
		va_list ap;
		va_start(ap, fmt);
		p->why = arena_vprintf(p->arena, fmt, ap);
		va_end(ap);
	}
	return -1;
}

void filter_skip_blanks(struct filter_parser *p)
{
	while (p->rest.n && strchr(" \t\r\n", p->rest.p[0]))
		p->rest = str_from(p->rest, 1);
}

bool filter_accept(struct filter_parser *p, const char *text)
{
	struct str t = str_c(text);
	filter_skip_blanks(p);
	if (!str_starts(p->rest, t))
		return false;
	p->rest = str_from(p->rest, t.n);
	return true;
}

int filter_quoted(struct filter_parser *p, struct str *out)
{
	char *text = arena_alloc(p->arena, p->rest.n);
	size_t n = 0, i = 1;
	for (; i < p->rest.n && p->rest.p[i] != '"'; i++) {
		if (p->rest.p[i] == '\\' && i + 1 < p->rest.n && strchr("\"\\", p->rest.p[i + 1]))
			i++;
		text[n++] = p->rest.p[i];
	}
	if (i >= p->rest.n)
		return filter_complain(p, "Invalid filter pattern: a quotation mark is not closed");
	p->rest = str_from(p->rest, i + 1);
	*out = (struct str){ text, n };
	return 0;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

/* An unquoted value, up to a blank or what closes or continues the condition. */
static struct str bare_value(struct filter_parser *p)
{
	size_t n = 0;
	while (n < p->rest.n && !strchr(" \t\r\n(),}]\"", p->rest.p[n]) &&
		!str_starts(str_from(p->rest, n), STR("&&")) &&
		!str_starts(str_from(p->rest, n), STR("||")))
		n++;
	struct str value = str_sub(p->rest, 0, n);
	p->rest = str_from(p->rest, n);
	return value;
}

static int parse_property(struct filter_parser *p, struct step *s)
{
	size_t n = 0;
	while (n < p->rest.n && (is_word(p->rest.p[n]) || strchr("-/@:", p->rest.p[n])))
		n++;
	s->name = str_sub(p->rest, 0, n);
	p->rest = str_from(p->rest, n);
	return n ? 0 : filter_complain(p, "Invalid filter pattern: a property's name is missing");
}

/* After '[': an index, or a quoted name. */
static int parse_index(struct filter_parser *p, struct step *s)
{
	char quote = p->rest.n ? p->rest.p[0] : 0;
	if (quote == '\'' || quote == '"') {
		ssize_t end = str_index(str_from(p->rest, 1), quote);
		if (end < 0)
			return filter_complain(
				p, "Invalid filter pattern: a quotation mark is not closed");
		s->name = str_sub(p->rest, 1, (size_t)end);
		p->rest = str_from(p->rest, (size_t)end + 2);
	} else {
		while (p->rest.n && p->rest.p[0] >= '0' && p->rest.p[0] <= '9' &&
			s->index < 1000000) {
			s->index = s->index * 10 + (size_t)(p->rest.p[0] - '0');
			p->rest = str_from(p->rest, 1);
		}
	}
	if (!p->rest.n || p->rest.p[0] != ']')
		return filter_complain(p, "Invalid filter pattern: an array index is not closed");
	p->rest = str_from(p->rest, 1);
	return 0;
}

/* "$.a.b[0].c", "$['a b'].c": steps of the selector. */
static int parse_selector(struct filter_parser *p, struct expr *e)
{
	struct str begin = p->rest;
	e->steps = ARENA_ARRAY(p->arena, struct step, p->rest.n);
	if (!filter_accept(p, "$"))
		return filter_complain(
			p, "Invalid filter pattern: a property selector begins with $");
	while (p->rest.n && (p->rest.p[0] == '.' || p->rest.p[0] == '[')) {
		struct step *s = &e->steps[e->step_count++];
		bool dot = p->rest.p[0] == '.';
		p->rest = str_from(p->rest, 1);
		if (dot && p->rest.n && p->rest.p[0] == '[') {
			dot = false;
			p->rest = str_from(p->rest, 1);
		}
		if ((dot ? parse_property(p, s) : parse_index(p, s)) < 0)
			return -1;
	}
	e->selector = str_sub(begin, 0, (size_t)(p->rest.p - begin.p));
	return 0;
}

static bool accept_word(struct filter_parser *p, const char *word)
{
	struct str before = p->rest;
	if (filter_accept(p, word) && (!p->rest.n || !is_word(p->rest.p[0])))
		return true;
	p->rest = before;
	return false;
}

/* IS NULL, IS TRUE, IS FALSE, EXISTS, NOT EXISTS. */
static bool parse_state(struct filter_parser *p, struct expr *e)
{
	struct str before = p->rest;
	if (accept_word(p, "IS")) {
		if (accept_word(p, "NULL"))
			e->comparison = COMPARE_IS_NULL;
		else if (accept_word(p, "TRUE"))
			e->comparison = COMPARE_IS_TRUE;
		else if (accept_word(p, "FALSE"))
			e->comparison = COMPARE_IS_FALSE;
		else {
			filter_complain(
				p, "Invalid filter pattern: IS is followed by NULL, TRUE or FALSE");
			return false;
		}
		return true;
	}
	if (accept_word(p, "NOT")) {
		if (accept_word(p, "EXISTS")) {
			e->comparison = COMPARE_NOT_EXISTS;
			return true;
		}
		filter_complain(p, "Invalid filter pattern: NOT is followed by EXISTS");
		return false;
	}
	if (accept_word(p, "EXISTS")) {
		e->comparison = COMPARE_EXISTS;
		return true;
	}
	p->rest = before;
	return false;
}

static int parse_operand(struct filter_parser *p, struct expr *e)
{
	struct operand *o = &e->operand;
	filter_skip_blanks(p);
	bool ordered = e->comparison != COMPARE_EQ && e->comparison != COMPARE_NE;
	if (p->rest.n && p->rest.p[0] == '%') {
		if (ordered)
			return filter_complain(
				p, "Invalid filter pattern: a regular expression needs = or !=");
		return filter_regex(p, &o->regex);
	}
	if (p->rest.n && p->rest.p[0] == '"') {
		if (filter_quoted(p, &o->text) < 0)
			return -1;
	} else {
		o->text = bare_value(p);
		if (!o->text.n)
			return filter_complain(p, "Invalid filter pattern: a value is missing");
		o->is_number = str_to_f64(o->text, &o->number) == 0;
	}
	if (ordered && !o->is_number)
		return filter_complain(
			p, "Invalid filter pattern: %.*s is not a number", STR_ARG(o->text));
	o->has_star = str_index(o->text, '*') >= 0;
	return 0;
}

static struct expr *parse_test(struct filter_parser *p)
{
	static const struct {
		const char *text;
		enum comparison comparison;
	} operators[] = { { "!=", COMPARE_NE }, { "<=", COMPARE_LE }, { ">=", COMPARE_GE },
		{ "=", COMPARE_EQ }, { "<", COMPARE_LT }, { ">", COMPARE_GT } };
	struct expr *e = ARENA_NEW(p->arena, struct expr);
	e->type = EXPR_TEST;
	filter_skip_blanks(p);
	if (p->is_json) {
		if (parse_selector(p, e) < 0)
			return NULL;
		if (parse_state(p, e))
			return e;
		if (p->why.p)
			return NULL;
	} else {
		size_t n = 0;
		while (n < p->rest.n &&
			(is_word(p->rest.p[n]) || p->rest.p[n] == '-' || p->rest.p[n] == '.'))
			n++;
		e->selector = str_sub(p->rest, 0, n);
		p->rest = str_from(p->rest, n);
		if (!n) {
			filter_complain(p, "Invalid filter pattern: a field's name is missing");
			return NULL;
		}
	}
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		if (filter_accept(p, operators[i].text)) {
			e->comparison = operators[i].comparison;
			return parse_operand(p, e) < 0 ? NULL : e;
		}
	/* A field that is only named holds whatever stands there. */
	if (!p->is_json) {
		e->comparison = COMPARE_EXISTS;
		return e;
	}
	filter_complain(p, "Invalid filter pattern: an operator is missing after %.*s",
		STR_ARG(e->selector));
	return NULL;
}

static struct expr *parse_primary(struct filter_parser *p)
{
	if (!filter_accept(p, "("))
		return parse_test(p);
	if (++p->depth > FILTER_DEPTH_MAX) {
		filter_complain(p, "Invalid filter pattern: it is nested too deeply");
		return NULL;
	}
	struct expr *e = filter_expr(p);
	p->depth--;
	if (e && !filter_accept(p, ")")) {
		filter_complain(p, "Invalid filter pattern: a parenthesis is not closed");
		return NULL;
	}
	return e;
}

static struct expr *join(
	struct filter_parser *p, enum expr_type type, struct expr *left, struct expr *right)
{
	struct expr *e = ARENA_NEW(p->arena, struct expr);
	*e = (struct expr){ .type = type, .left = left, .right = right };
	return right ? e : NULL;
}

static struct expr *parse_and(struct filter_parser *p)
{
	struct expr *e = parse_primary(p);
	while (e && filter_accept(p, "&&"))
		e = join(p, EXPR_AND, e, parse_primary(p));
	return e;
}

struct expr *filter_expr(struct filter_parser *p)
{
	struct expr *e = parse_and(p);
	while (e && filter_accept(p, "||"))
		e = join(p, EXPR_OR, e, parse_and(p));
	return e;
}

/* ---- asking a value ---- */

/* With a NUL after the text: REG_STARTEND alone is not known to AddressSanitizer, which asks for
 * its end. */
bool filter_regex_matches(const regex_t *regex, struct str text)
{
	char small[512], *copy = text.n < sizeof small ? small : xmalloc(text.n + 1);
	if (text.n)
		memcpy(copy, text.p, text.n);
	copy[text.n] = 0;
	regmatch_t m = { 0, (regoff_t)text.n };
	bool matches = regexec(regex, copy, 1, &m, REG_STARTEND) == 0;
	if (copy != small)
		free(copy);
	return matches;
}

static bool operand_equals(const struct operand *o, struct str text)
{
	double number;
	if (o->regex)
		return filter_regex_matches(o->regex, text);
	if (o->has_star)
		return str_glob_star(o->text, text);
	if (str_eq(o->text, text))
		return true;
	return o->is_number && str_to_f64(text, &number) == 0 && number == o->number;
}

static bool compare_number(enum comparison c, double a, double b)
{
	switch (c) {
	case COMPARE_LT:
		return a < b;
	case COMPARE_LE:
		return a <= b;
	case COMPARE_GT:
		return a > b;
	case COMPARE_GE:
		return a >= b;
	default:
		return false;
	}
}

bool expr_matches_text(const struct expr *e, struct str text)
{
	double number;
	if (e->type == EXPR_AND)
		return expr_matches_text(e->left, text) && expr_matches_text(e->right, text);
	if (e->type == EXPR_OR)
		return expr_matches_text(e->left, text) || expr_matches_text(e->right, text);
	switch (e->comparison) {
	case COMPARE_EXISTS:
		return true;
	case COMPARE_EQ:
		return operand_equals(&e->operand, text);
	case COMPARE_NE:
		return !operand_equals(&e->operand, text);
	default:
		return str_to_f64(text, &number) == 0 &&
		       compare_number(e->comparison, number, e->operand.number);
	}
}

yyjson_val *expr_select(const struct expr *e, yyjson_val *at)
{
	for (size_t i = 0; i < e->step_count && at; i++) {
		const struct step *s = &e->steps[i];
		at = s->name.p ? yyjson_obj_getn(at, s->name.p, s->name.n)
			       : yyjson_arr_get(at, s->index);
	}
	return at;
}

static bool json_equals(const struct operand *o, yyjson_val *v)
{
	if (yyjson_is_str(v))
		return operand_equals(o, (struct str){ yyjson_get_str(v), yyjson_get_len(v) });
	if (yyjson_is_num(v)) {
		if (o->is_number)
			return yyjson_get_num(v) == o->number;
		size_t n;
		char *text = yyjson_val_write(v, 0, &n);
		bool equal = text && operand_equals(o, (struct str){ text, n });
		free(text);
		return equal;
	}
	if (yyjson_is_bool(v))
		return operand_equals(o, yyjson_get_bool(v) ? STR("true") : STR("false"));
	return false;
}

bool expr_matches_json(const struct expr *e, yyjson_val *root)
{
	if (e->type == EXPR_AND)
		return expr_matches_json(e->left, root) && expr_matches_json(e->right, root);
	if (e->type == EXPR_OR)
		return expr_matches_json(e->left, root) || expr_matches_json(e->right, root);
	yyjson_val *v = expr_select(e, root);
	switch (e->comparison) {
	case COMPARE_NOT_EXISTS:
		return !v;
	case COMPARE_EXISTS:
		return v;
	case COMPARE_IS_NULL:
		return yyjson_is_null(v);
	case COMPARE_IS_TRUE:
		return yyjson_is_true(v);
	case COMPARE_IS_FALSE:
		return yyjson_is_false(v);
	case COMPARE_EQ:
		return json_equals(&e->operand, v);
	case COMPARE_NE:
		/* Of a property that is not there nothing is said. */
		return v && !yyjson_is_ctn(v) && !json_equals(&e->operand, v);
	default:
		return yyjson_is_num(v) &&
		       compare_number(e->comparison, yyjson_get_num(v), e->operand.number);
	}
}
