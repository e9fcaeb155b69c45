/* Condition blocks (IAM User Guide, "IAM JSON policy elements: Condition operators"). */
#include "aws/policy_internal.h"
#include "base/clock.h"
#include <arpa/inet.h>
#include <stdio.h>

/* One value of the request against one of the policy; both are texts by now. */
typedef bool compare_fn(const struct evaluation *e, struct str wanted, struct str actual);

static bool string_equals(const struct evaluation *e, struct str wanted, struct str actual)
{
	return policy_matches(e, wanted, actual, PATTERN_NO_WILDCARDS);
}

static bool string_equals_ci(const struct evaluation *e, struct str wanted, struct str actual)
{
	return policy_matches(e, wanted, actual, PATTERN_NO_WILDCARDS | PATTERN_IGNORE_CASE);
}

static bool string_like(const struct evaluation *e, struct str wanted, struct str actual)
{
	return policy_matches(e, wanted, actual, PATTERN_CASE);
}

/* -1, 0, 1; or 2 when one of them is no number. */
static int compare_numbers(struct str actual, struct str wanted)
{
	double a, w;
	if (str_to_f64(actual, &a) < 0 || str_to_f64(wanted, &w) < 0)
		return 2;
	return a < w ? -1 : a > w;
}

/* Dates are in a form of ISO 8601 or in seconds since 1970. */
static bool date_of(struct str text, int64_t *ms)
{
	double seconds;
	char full[32];
	if (clock_parse_iso(text, ms) == 0)
		return true;
	if (text.n == 10 && text.p[4] == '-') {
		int n = snprintf(full, sizeof full, "%.10sT00:00:00Z", text.p);
		return clock_parse_iso((struct str){ full, (size_t)n }, ms) == 0;
	}
	if (str_to_f64(text, &seconds) < 0 || !(seconds > -1e12 && seconds < 1e12))
		return false;
	*ms = (int64_t)(seconds * 1000);
	return true;
}

static int compare_dates(struct str actual, struct str wanted)
{
	int64_t a, w;
	if (!date_of(actual, &a) || !date_of(wanted, &w))
		return 2;
	return a < w ? -1 : a > w;
}

#define COMPARISON(kind, name, condition) \
	static bool kind##_##name( \
		const struct evaluation *e, struct str wanted, struct str actual) \
	{ \
		(void)e; \
		int order = compare_##kind##s(actual, wanted); \
		return condition; \
	}
COMPARISON(number, equals, order == 0)
COMPARISON(number, less, order == -1)
COMPARISON(number, at_most, order == -1 || order == 0)
COMPARISON(number, greater, order == 1)
COMPARISON(number, at_least, order == 1 || order == 0)
COMPARISON(date, equals, order == 0)
COMPARISON(date, less, order == -1)
COMPARISON(date, at_most, order == -1 || order == 0)
COMPARISON(date, greater, order == 1)
COMPARISON(date, at_least, order == 1 || order == 0)

static bool bool_equals(const struct evaluation *e, struct str wanted, struct str actual)
{
	(void)e;
	return str_eq_ci(wanted, actual);
}

/* Both are in base64. */
static bool binary_equals(const struct evaluation *e, struct str wanted, struct str actual)
{
	(void)e;
	return str_eq(wanted, actual);
}

static bool parse_address(struct str text, unsigned char out[16], size_t *bytes)
{
	char copy[INET6_ADDRSTRLEN + 1];
	if (text.n >= sizeof copy)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = 0;
	*bytes = 4;
	if (inet_pton(AF_INET, copy, out) == 1)
		return true;
	*bytes = 16;
	return inet_pton(AF_INET6, copy, out) == 1;
}

static bool ip_address(const struct evaluation *e, struct str wanted, struct str actual)
{
	unsigned char network[16], address[16];
	size_t network_bytes, address_bytes;
	ssize_t slash = str_index(wanted, '/');
	uint64_t bits;
	(void)e;
	if (!parse_address(slash < 0 ? wanted : str_sub(wanted, 0, (size_t)slash), network,
		    &network_bytes) ||
		!parse_address(actual, address, &address_bytes) || network_bytes != address_bytes)
		return false;
	if (slash < 0)
		bits = network_bytes * 8;
	else if (str_to_u64(str_from(wanted, (size_t)slash + 1), &bits) < 0 ||
		 bits > network_bytes * 8)
		return false;
	for (size_t i = 0; i < network_bytes && bits > 0; i++) {
		unsigned take = bits >= 8 ? 8 : (unsigned)bits;
		unsigned char mask = (unsigned char)(0xff << (8 - take));
		if ((network[i] ^ address[i]) & mask)
			return false;
		bits -= take;
	}
	return true;
}

/* Each of the six parts is matched by itself, so that a wildcard can't pass over a colon. */
static bool arn_like(const struct evaluation *e, struct str wanted, struct str actual)
{
	for (int i = 0; i < 5; i++) {
		struct str w, a;
		if (!str_cut(&wanted, ':', &w) || !str_cut(&actual, ':', &a) || !wanted.p ||
			!actual.p || !policy_matches(e, w, a, PATTERN_CASE))
			return false;
	}
	return policy_matches(e, wanted, actual, PATTERN_CASE);
}

static const struct condition_operator {
	const char *name;
	compare_fn *compare; /* NULL: the Null operator */
	bool negated;
} operators[] = {
	{ "StringEquals", string_equals, false },
	{ "StringNotEquals", string_equals, true },
	{ "StringEqualsIgnoreCase", string_equals_ci, false },
	{ "StringNotEqualsIgnoreCase", string_equals_ci, true },
	{ "StringLike", string_like, false },
	{ "StringNotLike", string_like, true },
	{ "NumericEquals", number_equals, false },
	{ "NumericNotEquals", number_equals, true },
	{ "NumericLessThan", number_less, false },
	{ "NumericLessThanEquals", number_at_most, false },
	{ "NumericGreaterThan", number_greater, false },
	{ "NumericGreaterThanEquals", number_at_least, false },
	{ "DateEquals", date_equals, false },
	{ "DateNotEquals", date_equals, true },
	{ "DateLessThan", date_less, false },
	{ "DateLessThanEquals", date_at_most, false },
	{ "DateGreaterThan", date_greater, false },
	{ "DateGreaterThanEquals", date_at_least, false },
	{ "Bool", bool_equals, false },
	{ "BinaryEquals", binary_equals, false },
	{ "IpAddress", ip_address, false },
	{ "NotIpAddress", ip_address, true },
	{ "ArnEquals", arn_like, false },
	{ "ArnLike", arn_like, false },
	{ "ArnNotEquals", arn_like, true },
	{ "ArnNotLike", arn_like, true },
	{ "Null", NULL, false },
};

enum quantifier { PLAIN, FOR_ALL, FOR_ANY };

struct parsed_operator {
	const struct condition_operator *op;
	enum quantifier quantifier;
	bool if_exists;
};

static bool parse_operator(struct str name, struct parsed_operator *out)
{
	struct str all = STR("ForAllValues:"), any = STR("ForAnyValue:"), suffix = STR("IfExists");
	*out = (struct parsed_operator){ 0 };
	if (str_starts_ci(name, all)) {
		out->quantifier = FOR_ALL;
		name = str_from(name, all.n);
	} else if (str_starts_ci(name, any)) {
		out->quantifier = FOR_ANY;
		name = str_from(name, any.n);
	}
	if (str_ends_ci(name, suffix)) {
		out->if_exists = true;
		name.n -= suffix.n;
	}
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		if (str_eq_ci(name, str_c(operators[i].name)))
			out->op = &operators[i];
	return out->op && !(out->if_exists && !out->op->compare);
}

bool policy_operator_exists(struct str name)
{
	struct parsed_operator o;
	return parse_operator(name, &o);
}

struct comparison {
	const struct evaluation *e;
	const struct condition_operator *op;
	struct str actual;
};

/* A policy's value as text: JSON numbers and booleans count as their text. */
static bool value_matches(yyjson_val *v, void *arg)
{
	const struct comparison *c = arg;
	char number[40];
	if (yyjson_is_str(v))
		return c->op->compare(c->e, json_text(v), c->actual);
	if (yyjson_is_bool(v))
		return c->op->compare(
			c->e, yyjson_get_bool(v) ? STR("true") : STR("false"), c->actual);
	if (!yyjson_is_num(v))
		return false;
	int n = yyjson_is_int(v)
			? snprintf(number, sizeof number, "%lld", (long long)yyjson_get_sint(v))
			: snprintf(number, sizeof number, "%.17g", yyjson_get_num(v));
	return c->op->compare(c->e, (struct str){ number, (size_t)n }, c->actual);
}

static bool is_true(yyjson_val *v, void *arg)
{
	(void)arg;
	return yyjson_is_true(v) || str_eq_ci(json_text(v), STR("true"));
}

/* One key of one operator, over the set of the request's values for it. */
static bool key_holds(const struct evaluation *e, const struct parsed_operator *o, struct str key,
	yyjson_val *values)
{
	const struct policy_request *r = e->request;
	size_t present = 0, matched = 0;
	for (size_t i = 0; i < r->context_count; i++) {
		if (!str_eq_ci(r->context[i].name, key))
			continue;
		present++;
		if (!o->op->compare)
			continue;
		struct comparison c = { e, o->op, r->context[i].value };
		bool match = policy_any(values, value_matches, &c);
		matched += o->op->negated ? !match : match;
	}
	if (!o->op->compare)
		return policy_any(values, is_true, NULL) == (present == 0);
	if (present == 0)
		return o->quantifier == FOR_ALL || o->if_exists ||
		       (o->op->negated && o->quantifier == PLAIN);
	/* Without a quantifier a negated operator must hold for all of the values, another for one.
	 */
	if (o->quantifier == FOR_ALL || (o->quantifier == PLAIN && o->op->negated))
		return matched == present;
	return matched > 0;
}

bool policy_conditions_hold(const struct evaluation *e, yyjson_val *block)
{
	size_t i, n, j, m;
	yyjson_val *name, *keys, *key, *values;
	if (!block)
		return true;
	yyjson_obj_foreach(block, i, n, name, keys)
	{
		struct parsed_operator o;
		if (!parse_operator(json_text(name), &o))
			return false;
		yyjson_obj_foreach(keys, j, m, key, values)
		{
			if (!key_holds(e, &o, json_text(key), values))
				return false;
		}
	}
	return true;
}
