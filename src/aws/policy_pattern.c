/* Patterns of policies: wildcards and variables (IAM User Guide, "IAM policy elements: Variables
 * and tags"). */
#include "aws/limits.h"
#include "aws/policy_internal.h"

/* Wildcards in a pattern whose other bytes are all literal. */
enum { ANY_RUN = 1, ANY_ONE = 2 };

struct expanded {
	unsigned char v[POLICY_PATTERN_BYTES_MAX];
	size_t n;
};

static bool put(struct expanded *out, struct str s)
{
	if (out->n + s.n > sizeof out->v)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		/* No value may bring in a wildcard of ours. */
		if (s.p[i] == ANY_RUN || s.p[i] == ANY_ONE)
			return false;
		out->v[out->n++] = (unsigned char)s.p[i];
	}
	return true;
}

static struct str context_value(const struct policy_request *r, struct str name)
{
	for (size_t i = 0; i < r->context_count; i++)
		if (str_eq_ci(r->context[i].name, name))
			return r->context[i].value;
	return (struct str){ 0 };
}

/* ${name}, ${name, 'default'}, and ${*} ${?} ${$} for the characters themselves. */
static bool put_variable(const struct evaluation *e, struct expanded *out, struct str inside)
{
	if (inside.n == 1 && (inside.p[0] == '*' || inside.p[0] == '?' || inside.p[0] == '$'))
		return put(out, inside);
	struct str fallback = { 0 };
	ssize_t comma = str_index(inside, ',');
	if (comma >= 0) {
		fallback = str_trim(str_from(inside, (size_t)comma + 1));
		inside = str_trim(str_sub(inside, 0, (size_t)comma));
		if (fallback.n < 2 || fallback.p[0] != '\'' || fallback.p[fallback.n - 1] != '\'')
			return false;
		fallback = str_sub(fallback, 1, fallback.n - 2);
	}
	struct str value = context_value(e->request, inside);
	if (!value.p)
		value = fallback;
	return value.p && put(out, value);
}

static bool expand(const struct evaluation *e, struct str pattern, enum pattern_rules rules,
	struct expanded *out)
{
	bool wildcards = !(rules & PATTERN_NO_WILDCARDS);
	out->n = 0;
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];
		if (e->has_variables && c == '$' && i + 1 < pattern.n && pattern.p[i + 1] == '{') {
			struct str rest = str_from(pattern, i + 2);
			ssize_t end = str_index(rest, '}');
			if (end < 0 || !put_variable(e, out, str_sub(rest, 0, (size_t)end)))
				return false;
			i += 2 + (size_t)end;
		} else if (wildcards && (c == '*' || c == '?')) {
			if (out->n == sizeof out->v)
				return false;
			out->v[out->n++] = c == '*' ? ANY_RUN : ANY_ONE;
		} else if (!put(out, str_sub(pattern, i, 1))) {
			return false;
		}
	}
	return true;
}

static unsigned char folded(unsigned char c, bool ignore_case)
{
	return ignore_case && c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* The last run tries one byte more on each failure: at most pattern times text steps. */
static bool match(const unsigned char *p, size_t pn, struct str s, bool ignore_case)
{
	size_t i = 0, j = 0, run = SIZE_MAX, tried = 0;
	while (j < s.n) {
		if (i < pn && p[i] == ANY_RUN) {
			run = i++;
			tried = j;
		} else if (i < pn && (p[i] == ANY_ONE ||
					     folded(p[i], ignore_case) ==
						     folded((unsigned char)s.p[j], ignore_case))) {
			i++;
			j++;
		} else if (run != SIZE_MAX) {
			i = run + 1;
			j = ++tried;
		} else {
			return false;
		}
	}
	while (i < pn && p[i] == ANY_RUN)
		i++;
	return i == pn;
}

bool policy_matches(
	const struct evaluation *e, struct str pattern, struct str text, enum pattern_rules rules)
{
	struct expanded expanded;
	return expand(e, pattern, rules, &expanded) &&
	       match(expanded.v, expanded.n, text, (rules & PATTERN_IGNORE_CASE) != 0);
}

bool policy_any(yyjson_val *one_or_many, policy_value_fn *fn, void *arg)
{
	size_t i, n;
	yyjson_val *v;
	if (!yyjson_is_arr(one_or_many))
		return one_or_many && fn(one_or_many, arg);
	yyjson_arr_foreach(one_or_many, i, n, v)
	{
		if (fn(v, arg))
			return true;
	}
	return false;
}
