/* Which policies are public (S3 User Guide, "The meaning of public"). */
#include "services/s3/policies.h"
#include <yyjson.h>

static struct str text_of(yyjson_val *v)
{
	return yyjson_is_str(v) ? (struct str){ yyjson_get_str(v), yyjson_get_len(v) }
				: (struct str){ 0 };
}

/* One text or a list of them: the first, and those after it. */
static yyjson_val *nth(yyjson_val *v, size_t i)
{
	return yyjson_is_arr(v) ? yyjson_arr_get(v, i) : i == 0 ? v : NULL;
}

static bool has_star(yyjson_val *v)
{
	for (size_t i = 0; nth(v, i); i++)
		if (str_index(text_of(nth(v, i)), '*') >= 0)
			return true;
	return false;
}

/* "*" or { "AWS": "*" }; and everyone but those who are named. */
static bool is_everyone(yyjson_val *statement)
{
	yyjson_val *principal = yyjson_obj_get(statement, "Principal");
	return yyjson_obj_get(statement, "NotPrincipal") || has_star(principal) ||
	       has_star(yyjson_obj_get(principal, "AWS"));
}

/* Neither wildcards nor variables; and of addresses, no more than a /8 or, of IPv6, a /32. */
static bool is_fixed(struct str value, bool is_address)
{
	int64_t bits;
	ssize_t slash = str_rindex(value, '/');
	if (!value.p || str_index(value, '*') >= 0 || str_index(value, '?') >= 0 ||
		str_find(value, STR("${")) >= 0)
		return false;
	if (!is_address || slash < 0)
		return true;
	return str_to_i64(str_from(value, (size_t)slash + 1), &bits) == 0 &&
	       bits >= (str_index(value, ':') >= 0 ? 32 : 8);
}

static bool key_restricts(struct str key, yyjson_val *values)
{
	static const char *const keys[] = { "aws:PrincipalAccount", "aws:PrincipalArn",
		"aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceAccount", "aws:SourceArn",
		"aws:SourceIp", "aws:SourceOwner", "aws:SourceVpc", "aws:SourceVpce", "aws:userid",
		"s3:DataAccessPointAccount", "s3:DataAccessPointArn" };
	bool is_known = false;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		is_known |= str_eq_ci(key, str_c(keys[i]));
	for (size_t i = 0; nth(values, i); i++)
		is_known &= is_fixed(text_of(nth(values, i)), str_eq_ci(key, STR("aws:SourceIp")));
	return is_known && nth(values, 0);
}

/* Whether a condition narrows everyone down to some, whoever sets the rest of the request. */
static bool is_restricted(yyjson_val *condition)
{
	static const char *const operators[] = { "StringEquals", "StringEqualsIgnoreCase",
		"StringLike", "ArnEquals", "ArnLike", "IpAddress" };
	yyjson_val *name, *key;
	yyjson_obj_iter names, keys;
	yyjson_obj_iter_init(condition, &names);
	while ((name = yyjson_obj_iter_next(&names))) {
		bool is_known = false;
		for (size_t i = 0; i < COUNT_OF(operators); i++)
			is_known |= str_is(text_of(name), operators[i]);
		yyjson_obj_iter_init(yyjson_obj_iter_get_val(name), &keys);
		while (is_known && (key = yyjson_obj_iter_next(&keys)))
			if (key_restricts(text_of(key), yyjson_obj_iter_get_val(key)))
				return true;
	}
	return false;
}

bool s3_policy_is_public(struct str document)
{
	yyjson_doc *doc = yyjson_read(document.p, document.n, 0);
	yyjson_val *statements = yyjson_obj_get(yyjson_doc_get_root(doc), "Statement");
	bool is_public = false;
	for (size_t i = 0; nth(statements, i); i++) {
		yyjson_val *s = nth(statements, i);
		is_public |= yyjson_is_obj(s) &&
			     str_is(text_of(yyjson_obj_get(s, "Effect")), "Allow") &&
			     is_everyone(s) && !is_restricted(yyjson_obj_get(s, "Condition"));
	}
	yyjson_doc_free(doc);
	return is_public;
}
