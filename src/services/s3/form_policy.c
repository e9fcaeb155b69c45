/* The policies of forms (S3 API Reference, "POST policy"). */
#include "base/clock.h"
#include "services/s3/form.h"
#include <yyjson.h>

static struct str text_of(yyjson_val *v)
{
	return yyjson_is_str(v) ? (struct str){ yyjson_get_str(v), yyjson_get_len(v) }
				: (struct str){ 0 };
}

static int invalid(struct form *f, const char *why)
{
	return fail(f->call, &s3_invalid_policy_document, "Invalid Policy: %s", why);
}

static int denied(struct form *f, const char *operator, struct str name, struct str value)
{
	return fail(f->call, &s3_access_denied,
		"Invalid according to Policy: Policy Condition failed: [\"%s\", \"$%.*s\", \"%.*s\"]",
		operator, STR_ARG(name), STR_ARG(value));
}

static bool holds(struct str name, struct str value, bool is_prefix, struct str wanted)
{
	struct str item;
	if (!is_prefix)
		return str_eq(value, wanted);
	if (!str_eq_ci(name, STR("Content-Type")) || str_index(value, ',') < 0)
		return str_starts(value, wanted);
	/* "values for a starts-with condition that include commas are interpreted as lists" */
	while (str_cut(&value, ',', &item))
		if (!str_starts(str_trim(item), wanted))
			return false;
	return true;
}

/* A field is as the condition says; every condition must find its own. */
static int check(
	struct form *f, struct str bucket, bool is_prefix, struct str name, struct str wanted)
{
	struct str value = { 0 };
	if (str_eq_ci(name, STR("bucket")))
		value = bucket;
	for (size_t i = 0; i < f->n; i++)
		if (str_eq_ci(f->fields[i].name, name)) {
			f->fields[i].is_allowed = true;
			if (!value.p)
				value = f->fields[i].value;
		}
	if (value.p && holds(name, value, is_prefix, wanted))
		return 0;
	return denied(f, is_prefix ? "starts-with" : "eq", name, wanted);
}

static int check_range(struct form *f, yyjson_val *low, yyjson_val *high, struct form_limits *out)
{
	if (!yyjson_is_uint(low) || !yyjson_is_uint(high))
		return invalid(f, "Invalid content-length-range.");
	out->bytes_min = MAX(out->bytes_min, yyjson_get_uint(low));
	out->bytes_max = MIN(out->bytes_max, yyjson_get_uint(high));
	return 0;
}

static int check_condition(
	struct form *f, struct str bucket, yyjson_val *condition, struct form_limits *out)
{
	yyjson_obj_iter members;
	yyjson_val *key;
	if (yyjson_is_arr(condition) && yyjson_arr_size(condition) == 3) {
		struct str operator= text_of(yyjson_arr_get(condition, 0)),
			   name = text_of(yyjson_arr_get(condition, 1)),
			   wanted = text_of(yyjson_arr_get(condition, 2));
		if (str_eq_ci(operator, STR("content-length-range")))
			return check_range(
				f, yyjson_arr_get(condition, 1), yyjson_arr_get(condition, 2), out);
		bool is_prefix = str_eq_ci(operator, STR("starts-with"));
		if ((!is_prefix && !str_eq_ci(operator, STR("eq"))) ||
			!str_starts(name, STR("$")) || !wanted.p)
			return invalid(f, "Invalid Condition.");
		return check(f, bucket, is_prefix, str_from(name, 1), wanted);
	}
	if (!yyjson_is_obj(condition) || yyjson_obj_size(condition) != 1)
		return invalid(f, "Invalid Condition.");
	yyjson_obj_iter_init(condition, &members);
	key = yyjson_obj_iter_next(&members);
	struct str wanted = text_of(yyjson_obj_iter_get_val(key));
	return wanted.p ? check(f, bucket, false, text_of(key), wanted)
			: invalid(f, "Invalid Simple-Condition: value must be a string.");
}

/* Fields that the policy need not speak of. */
static bool is_free(struct str name)
{
	return str_eq_ci(name, STR("x-amz-signature")) || str_eq_ci(name, STR("policy")) ||
	       str_eq_ci(name, STR("bucket")) || str_eq_ci(name, STR("AWSAccessKeyId")) ||
	       str_eq_ci(name, STR("signature")) || str_starts_ci(name, STR("x-ignore-"));
}

static int check_document(
	struct form *f, struct str bucket, yyjson_val *root, struct form_limits *out)
{
	struct str expiration = text_of(yyjson_obj_get(root, "expiration"));
	yyjson_val *conditions = yyjson_obj_get(root, "conditions"), *condition;
	size_t i, n;
	int64_t until;
	if (!expiration.p)
		return invalid(f, "Policy missing expiration.");
	if (clock_parse_iso(expiration, &until) < 0)
		return invalid(f, "Invalid 'expiration' value.");
	if (!yyjson_is_arr(conditions))
		return invalid(f, "Policy missing conditions.");
	if (until <= f->call->now_ms)
		return fail(
			f->call, &s3_access_denied, "Invalid according to Policy: Policy expired.");
	yyjson_arr_foreach(conditions, i, n,
		condition) if (check_condition(f, bucket, condition, out) < 0) return -1;
	for (i = 0; i < f->n; i++)
		if (!f->fields[i].is_allowed && !is_free(f->fields[i].name))
			return fail(f->call, &s3_access_denied,
				"Invalid according to Policy: Extra input fields: %.*s",
				STR_ARG(f->fields[i].name));
	return 0;
}

int form_check_policy(
	struct form *f, struct str bucket, struct str document, struct form_limits *out)
{
	yyjson_doc *doc = yyjson_read(document.p, document.n, 0);
	int r = doc && yyjson_is_obj(yyjson_doc_get_root(doc))
			? check_document(f, bucket, yyjson_doc_get_root(doc), out)
			: invalid(f, "Invalid JSON.");
	yyjson_doc_free(doc);
	return r;
}
