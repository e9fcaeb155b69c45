/* Filter patterns: terms, space-delimited fields and JSON conditions. */
#include "services/logs/filter.h"
#include "base/buf.h"
#include "services/logs/filter_expr.h"
#include <errno.h>

enum filter_kind { FILTER_ALL, FILTER_TERMS, FILTER_SPACE, FILTER_JSON };
enum term_kind { TERM_REQUIRED, TERM_OPTIONAL, TERM_EXCLUDED };

struct term {
	enum term_kind kind;
	struct str text;
	regex_t *regex;
};

/* One place of a space-delimited pattern. */
struct place {
	struct str name;
	struct expr *expr;
	bool is_ellipsis;
};

struct filter {
	enum filter_kind kind;
	struct term *terms;
	size_t term_count;
	bool only_optional;
	struct place *places;
	size_t place_count;
	struct expr *expr;
	regex_t *regexes[FILTER_TERMS_MAX];
	size_t regex_count;
};

/* ---- regular expressions ---- */

static bool regex_char_is_allowed(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	       (c > 0 && strchr("_#=@/;,-:^$?[]{}|\\*+. ", c));
}

/* AWS's \d, \D and \xHH in the words of POSIX; what both know stays. */
static int translate_escape(
	struct filter_parser *p, struct str body, size_t *i, bool in_class, struct buf *b)
{
	char c = body.p[++*i];
	if (in_class && c == ']')
		return filter_complain(p, "Invalid regular expression: \\] inside of []");
	if (c == 'd')
		buf_cat(b, in_class ? "0-9" : "[0-9]");
	else if (c == 'D' && !in_class)
		buf_cat(b, "[^0-9]");
	else if (c == 's' && in_class)
		buf_cat(b, " \t\r\n\f\v");
	else if (c == 'w' && in_class)
		buf_cat(b, "A-Za-z0-9_");
	else if ((c == 's' || c == 'S' || c == 'w' || c == 'W') && !in_class)
		buf_printf(b, "\\%c", c);
	else if (c == 'x' && *i + 2 < body.n) {
		char digits[3] = { body.p[*i + 1], body.p[*i + 2], 0 }, *end;
		long code = strtol(digits, &end, 16);
		if (*end || code < 32 || code > 126)
			return filter_complain(p, "Invalid regular expression: \\x%s", digits);
		buf_printf(b, in_class ? "%c" : "[%c]", (int)code);
		*i += 2;
	} else if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z')) {
		return filter_complain(p, "Invalid regular expression: \\%c is not supported", c);
	} else {
		buf_printf(b, in_class ? "%c" : "\\%c", c);
	}
	return 0;
}

/* The greater number of "2,5}": regcomp makes as many copies of what stands before it, and they
 * multiply. */
static size_t repetitions(struct str s)
{
	size_t most = 1, n = 0;
	for (size_t i = 0; i < s.n && s.p[i] != '}'; i++) {
		n = s.p[i] >= '0' && s.p[i] <= '9' ? MIN(n * 10 + (size_t)(s.p[i] - '0'), 100000)
						   : 0;
		most = MAX(most, n);
	}
	return most;
}

static int translate_regex(struct filter_parser *p, struct str body, struct buf *b)
{
	bool in_class = false;
	size_t copies = 1;
	char before = 0;
	for (size_t i = 0; i < body.n; i++) {
		char c = body.p[i];
		if (!regex_char_is_allowed(c))
			return filter_complain(
				p, "Invalid character in regular expression: '%c'", c);
		if (c == '\\' && i + 1 < body.n) {
			before = 0;
			if (translate_escape(p, body, &i, in_class, b) < 0)
				return -1;
			continue;
		}
		/* Each of them doubles what stands before it when regcomp takes "a++++". */
		if (!in_class && strchr("*+?{", c) && before && strchr("*+?}", before))
			return filter_complain(
				p, "Invalid regular expression: a repetition of a repetition");
		before = in_class ? 0 : c;
		if (c == '[' && !in_class)
			in_class = true;
		else if (c == ']')
			in_class = false;
		if (c == '{' && !in_class &&
			(copies *= repetitions(str_from(body, i + 1))) > FILTER_COPIES_MAX)
			return filter_complain(
				p, "Invalid regular expression: too many repetitions");
		buf_char(b, c);
	}
	return 0;
}

int filter_regex(struct filter_parser *p, regex_t **out)
{
	size_t end = 1;
	while (end < p->rest.n && p->rest.p[end] != '%')
		end += p->rest.p[end] == '\\' && end + 1 < p->rest.n ? 2 : 1;
	if (end >= p->rest.n || end == 1)
		return filter_complain(p, "Invalid regular expression: it has no end");
	size_t regexes_max = p->filter->kind == FILTER_TERMS ? FILTER_TERMS_MAX : FILTER_REGEX_MAX;
	if (p->filter->regex_count >= regexes_max)
		return filter_complain(p,
			"Invalid filter pattern: it has more than %zu regular expressions",
			regexes_max);
	/* NUL-terminated, so that a number at its end has one. */
	struct str body = arena_str(p->arena, str_sub(p->rest, 1, end - 1));
	p->rest = str_from(p->rest, end + 1);
	struct buf b = { 0 };
	int r = translate_regex(p, body, &b);
	if (r == 0) {
		regex_t *regex = ARENA_NEW(p->arena, regex_t);
		int code = regcomp(regex, buf_cstr(&b), REG_EXTENDED);
		if (code) {
			char text[128];
			regerror(code, regex, text, sizeof text);
			r = filter_complain(p, "Invalid regular expression: %s", text);
		} else {
			p->filter->regexes[p->filter->regex_count++] = regex;
			*out = regex;
		}
	}
	buf_fini(&b);
	return r;
}

/* ---- parsing ---- */

static bool term_char_is_allowed(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
	       c == '.' || c < 0;
}

static int parse_term(struct filter_parser *p, struct term *t)
{
	if (p->rest.p[0] == '-' || p->rest.p[0] == '?') {
		t->kind = p->rest.p[0] == '-' ? TERM_EXCLUDED : TERM_OPTIONAL;
		p->rest = str_from(p->rest, 1);
	}
	if (p->rest.n && p->rest.p[0] == '"')
		return filter_quoted(p, &t->text);
	if (p->rest.n && p->rest.p[0] == '%')
		return filter_regex(p, &t->regex);
	size_t n = 0;
	bool is_allowed = true;
	for (; n < p->rest.n && !strchr(" \t\r\n", p->rest.p[n]); n++)
		is_allowed = is_allowed && term_char_is_allowed(p->rest.p[n]);
	t->text = str_sub(p->rest, 0, n);
	p->rest = str_from(p->rest, n);
	if (!n)
		return filter_complain(p, "Invalid filter pattern: a term is missing");
	if (!is_allowed)
		return filter_complain(p, "Invalid character(s) in term '%.*s'", STR_ARG(t->text));
	return 0;
}

static int parse_terms(struct filter_parser *p)
{
	struct filter *f = p->filter;
	f->terms = ARENA_ARRAY(p->arena, struct term, FILTER_TERMS_MAX);
	f->only_optional = true;
	while (p->rest.n) {
		if (f->term_count == FILTER_TERMS_MAX)
			return filter_complain(p, "Invalid filter pattern: it has too many terms");
		struct term *t = &f->terms[f->term_count++];
		if (parse_term(p, t) < 0)
			return -1;
		f->only_optional = f->only_optional && t->kind == TERM_OPTIONAL;
		filter_skip_blanks(p);
	}
	return 0;
}

/* The name that every test of a place gives its field. */
static struct str expr_name(const struct expr *e)
{
	while (e->type != EXPR_TEST)
		e = e->left;
	return e->selector;
}

static bool expr_has_name(const struct expr *e, struct str name)
{
	if (e->type == EXPR_TEST)
		return str_eq(e->selector, name);
	return expr_has_name(e->left, name) && expr_has_name(e->right, name);
}

static int parse_space(struct filter_parser *p)
{
	struct filter *f = p->filter;
	bool has_ellipsis = false;
	f->places = ARENA_ARRAY(p->arena, struct place, FILTER_FIELDS_MAX);
	do {
		if (f->place_count == FILTER_FIELDS_MAX)
			return filter_complain(p, "Invalid filter pattern: it has too many fields");
		struct place *place = &f->places[f->place_count++];
		if (filter_accept(p, "...")) {
			if (has_ellipsis)
				return filter_complain(
					p, "Invalid filter pattern: it has more than one ellipsis");
			place->is_ellipsis = has_ellipsis = true;
			continue;
		}
		place->expr = filter_expr(p);
		if (!place->expr)
			return -1;
		place->name = expr_name(place->expr);
		if (!expr_has_name(place->expr, place->name))
			return filter_complain(
				p, "Invalid filter pattern: a condition on more than one field");
	} while (filter_accept(p, ","));
	return filter_accept(p, "]")
		       ? 0
		       : filter_complain(p, "Invalid filter pattern: the bracket is not closed");
}

int filter_parse(struct arena *arena, struct str pattern, struct filter **out, struct str *why)
{
	struct filter *f = ARENA_NEW(arena, struct filter);
	struct filter_parser p = { .arena = arena, .rest = pattern, .filter = f };
	int r = 0;
	if (pattern.n > FILTER_BYTES_MAX)
		r = filter_complain(&p, "Invalid filter pattern: it is longer than %d characters",
			FILTER_BYTES_MAX);
	filter_skip_blanks(&p);
	if (r == 0 && p.rest.n) {
		f->kind = p.rest.p[0] == '{'   ? FILTER_JSON
			  : p.rest.p[0] == '[' ? FILTER_SPACE
					       : FILTER_TERMS;
		if (f->kind == FILTER_TERMS) {
			r = parse_terms(&p);
		} else if (f->kind == FILTER_SPACE) {
			p.rest = str_from(p.rest, 1);
			r = parse_space(&p);
		} else {
			p.rest = str_from(p.rest, 1);
			p.is_json = true;
			f->expr = filter_expr(&p);
			r = !f->expr ? -1
			    : filter_accept(&p, "}")
				    ? 0
				    : filter_complain(&p,
					      "Invalid filter pattern: the brace is not closed");
		}
		filter_skip_blanks(&p);
		if (r == 0 && p.rest.n)
			r = filter_complain(&p, "Invalid filter pattern: text after its end");
	}
	if (r < 0) {
		filter_fini(f);
		*why = p.why;
		return -EINVAL;
	}
	*out = f;
	return 0;
}

void filter_fini(struct filter *f)
{
	for (size_t i = 0; f && i < f->regex_count; i++)
		regfree(f->regexes[i]);
	if (f)
		f->regex_count = 0;
}

/* ---- matching ---- */

static bool term_matches(const struct term *t, struct str message)
{
	if (t->regex)
		return filter_regex_matches(t->regex, message);
	return str_find(message, t->text) >= 0;
}

/* Optional terms count only when there are no others. */
static bool terms_match(const struct filter *f, struct str message)
{
	for (size_t i = 0; i < f->term_count; i++) {
		const struct term *t = &f->terms[i];
		if (f->only_optional && term_matches(t, message))
			return true;
		if (t->kind != TERM_OPTIONAL &&
			term_matches(t, message) == (t->kind == TERM_EXCLUDED))
			return false;
	}
	return !f->only_optional;
}

/* The event's next field; what stands in [] or "" is one. */
static bool next_field(struct str *rest, struct str *field)
{
	while (rest->n && strchr(" \t\r\n", rest->p[0]))
		*rest = str_from(*rest, 1);
	if (!rest->n)
		return false;
	char close = rest->p[0] == '[' ? ']' : rest->p[0] == '"' ? '"' : 0;
	ssize_t end = close ? str_index(str_from(*rest, 1), close) : -1;
	if (end >= 0) {
		*field = str_sub(*rest, 1, (size_t)end);
		*rest = str_from(*rest, (size_t)end + 2);
		return true;
	}
	size_t n = 0;
	while (n < rest->n && !strchr(" \t\r\n", rest->p[n]))
		n++;
	*field = str_sub(*rest, 0, n);
	*rest = str_from(*rest, n);
	return true;
}

static size_t count_fields(struct str message)
{
	struct str field;
	size_t n = 0;
	while (next_field(&message, &field))
		n++;
	return n;
}

/* Calls each place with its field; false when the number of fields or a condition does not fit. */
static bool walk_places(const struct filter *f, struct str message, struct filter_value *values,
	size_t *n, size_t values_max)
{
	size_t fields = count_fields(message), fixed = f->place_count;
	bool has_ellipsis = false;
	for (size_t i = 0; i < f->place_count; i++)
		has_ellipsis |= f->places[i].is_ellipsis;
	fixed -= has_ellipsis;
	if (has_ellipsis ? fields < fixed : fields != fixed)
		return false;
	for (size_t i = 0; i < f->place_count; i++) {
		const struct place *place = &f->places[i];
		struct str field = { 0 };
		if (place->is_ellipsis) {
			for (size_t skip = fields - fixed; skip > 0; skip--)
				if (!next_field(&message, &field))
					return false;
			continue;
		}
		if (!next_field(&message, &field) || !expr_matches_text(place->expr, field))
			return false;
		if (values && *n < values_max)
			values[(*n)++] = (struct filter_value){ place->name, field };
	}
	return true;
}

static yyjson_doc *parse_json(struct str message)
{
	struct str text = str_trim(message);
	if (!text.n || text.n > FILTER_JSON_BYTES_MAX || (text.p[0] != '{' && text.p[0] != '['))
		return NULL;
	return yyjson_read(text.p, text.n, 0);
}

bool filter_matches(const struct filter *f, struct str message)
{
	switch (f->kind) {
	case FILTER_ALL:
		return true;
	case FILTER_TERMS:
		return terms_match(f, message);
	case FILTER_SPACE:
		return walk_places(f, message, NULL, NULL, 0);
	case FILTER_JSON:
		break;
	}
	yyjson_doc *doc = parse_json(message);
	bool matches = doc && expr_matches_json(f->expr, yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
	return matches;
}

static void extract_json(const struct expr *e, struct arena *arena, yyjson_val *root,
	struct filter_value *out, size_t *n, size_t max)
{
	if (e->type != EXPR_TEST) {
		extract_json(e->left, arena, root, out, n, max);
		extract_json(e->right, arena, root, out, n, max);
		return;
	}
	yyjson_val *v = expr_select(e, root);
	if (!v || *n == max)
		return;
	struct str value;
	if (yyjson_is_str(v)) {
		value = arena_str(arena, (struct str){ yyjson_get_str(v), yyjson_get_len(v) });
	} else {
		size_t bytes;
		char *text = yyjson_val_write(v, 0, &bytes);
		value = arena_str(arena, (struct str){ text ? text : "", text ? bytes : 0 });
		free(text);
	}
	out[(*n)++] = (struct filter_value){ e->selector, value };
}

size_t filter_extract(const struct filter *f, struct arena *arena, struct str message,
	struct filter_value *out, size_t n)
{
	size_t count = 0;
	if (f->kind == FILTER_SPACE) {
		if (!walk_places(f, message, out, &count, n))
			return 0;
		for (size_t i = 0; i < count; i++)
			out[i].name = arena_printf(arena, "$%.*s", STR_ARG(out[i].name));
	} else if (f->kind == FILTER_JSON) {
		yyjson_doc *doc = parse_json(message);
		if (doc)
			extract_json(f->expr, arena, yyjson_doc_get_root(doc), out, &count, n);
		yyjson_doc_free(doc);
	}
	return count;
}
