/* The template functions that make texts and lists: Sub, Join, Split, Select, Base64, Cidr, Length,
 * ToJsonString. */
#include "base/encode.h"
#include "services/cloudformation/eval.h"
#include "services/cloudformation/limits.h"
#include <arpa/inet.h>

#define FAIL(e, ...) (cfn_eval_fail((e), __VA_ARGS__), (value *)NULL)

static value *item_at(value *list, size_t i)
{
	return yyjson_mut_is_arr(list) ? yyjson_mut_arr_get(list, i) : NULL;
}

bool cfn_sub_next(struct str *rest, struct str *before, struct str *name, bool *is_literal)
{
	ssize_t open = str_find(*rest, STR("${"));
	if (open < 0)
		return false;
	struct str inside = str_from(*rest, (size_t)open + 2);
	ssize_t close = str_index(inside, '}');
	if (close < 0)
		return false;
	*before = str_sub(*rest, 0, (size_t)open);
	*name = str_sub(inside, 0, (size_t)close);
	*is_literal = name->n && name->p[0] == '!';
	if (*is_literal)
		*name = str_from(*name, 1);
	else
		*name = str_trim(*name);
	*rest = str_from(inside, (size_t)close + 1);
	return true;
}

/* What stands for ${name}: a variable of the map, a reference or an attribute. */
static struct str sub_one(struct cfn_eval *e, value *map, struct str name)
{
	value *variable = cfn_get_str(map, name);
	if (variable)
		return cfn_evaluate_text(e, variable, "Fn::Sub");
	ssize_t dot = str_index(name, '.');
	value *got;
	if (dot < 0) {
		got = cfn_fn_ref(e, name);
	} else {
		value *call = yyjson_mut_obj(e->doc);
		cfn_set(e->doc, call, "Fn::GetAtt", cfn_string(e->doc, name));
		got = cfn_evaluate(e, call);
	}
	struct str s = got && got != &cfn_no_value ? cfn_scalar(e->arena, got) : (struct str){ 0 };
	if (got && !s.p)
		cfn_eval_fail(e,
			"Template error: variable %.*s in Fn::Sub expression does not resolve to a string",
			STR_ARG(name));
	return s;
}

value *cfn_fn_sub(struct cfn_eval *e, value *argument)
{
	value *map = item_at(argument, 1);
	struct str text = cfn_text(yyjson_mut_is_arr(argument) ? item_at(argument, 0) : argument),
		   before, name;
	struct buf b = { 0 };
	bool is_literal;
	if (!text.p || (yyjson_mut_is_arr(argument) &&
			       (yyjson_mut_arr_size(argument) != 2 || !yyjson_mut_is_obj(map))))
		return FAIL(e,
			"Template error: One or more Fn::Sub intrinsic functions don't specify "
			"expected arguments. "
			"Specify a string as first argument, and an optional second argument to "
			"specify a mapping "
			"of values to replace in the string");
	while (cfn_sub_next(&text, &before, &name, &is_literal)) {
		buf_str(&b, before);
		if (is_literal) {
			buf_printf(&b, "${%.*s}", STR_ARG(name));
			continue;
		}
		struct str s = sub_one(e, map, name);
		if (!s.p || b.n + s.n > CFN_EVALUATED_BYTES_MAX) {
			buf_fini(&b);
			return FAIL(e, "Template error: Fn::Sub makes too long a text");
		}
		buf_str(&b, s);
	}
	buf_str(&b, text);
	value *out = cfn_string(e->doc, buf_view(&b));
	buf_fini(&b);
	return out;
}

value *cfn_fn_join(struct cfn_eval *e, value *argument)
{
	struct str delimiter = cfn_text(item_at(argument, 0));
	value *item;
	struct buf b = { 0 };
	size_t n = 0;
	if (yyjson_mut_arr_size(argument) != 2 || !delimiter.p)
		return FAIL(e,
			"Template error: every Fn::Join object requires two parameters, (1) a "
			"string delimiter and (2) "
			"a list of strings to be joined or a function that returns a list of "
			"strings (such as "
			"Fn::GetAZs) to be joined.");
	value *list = cfn_evaluate(e, item_at(argument, 1));
	if (list && !yyjson_mut_is_arr(list))
		return FAIL(e,
			"Template error: every Fn::Join object requires two parameters, (1) a "
			"string delimiter and (2) "
			"a list of strings to be joined or a function that returns a list of "
			"strings (such as "
			"Fn::GetAZs) to be joined.");
	CFN_ARRAY_FOR(item, list)
	{
		struct str s = cfn_scalar(e->arena, item);
		if (!s.p || b.n + s.n + delimiter.n > CFN_EVALUATED_BYTES_MAX) {
			buf_fini(&b);
			return FAIL(e,
				"Template error: every Fn::Join object requires a list of strings "
				"to be joined.");
		}
		if (n++)
			buf_str(&b, delimiter);
		buf_str(&b, s);
	}
	value *out = list ? cfn_string(e->doc, buf_view(&b)) : NULL;
	buf_fini(&b);
	return out;
}

value *cfn_fn_split(struct cfn_eval *e, value *argument)
{
	struct str delimiter = cfn_text(item_at(argument, 0));
	if (yyjson_mut_arr_size(argument) != 2 || !delimiter.n)
		return FAIL(e,
			"Template error: every Fn::Split object requires two parameters, (1) a "
			"string delimiter and "
			"(2) a string to be split or a function that returns a string to be split.");
	struct str rest = cfn_evaluate_text(e, item_at(argument, 1), "Fn::Split");
	value *list = yyjson_mut_arr(e->doc);
	ssize_t at;
	if (!rest.p)
		return NULL;
	for (; (at = str_find(rest, delimiter)) >= 0;
		rest = str_from(rest, (size_t)at + delimiter.n))
		yyjson_mut_arr_append(list, cfn_string(e->doc, str_sub(rest, 0, (size_t)at)));
	yyjson_mut_arr_append(list, cfn_string(e->doc, rest));
	return list;
}

value *cfn_fn_select(struct cfn_eval *e, value *argument)
{
	int64_t index;
	if (!yyjson_mut_is_arr(argument) || yyjson_mut_arr_size(argument) != 2)
		return FAIL(e,
			"Template error: Fn::Select requires a list argument with two elements: "
			"an integer index and a "
			"list");
	struct str at = cfn_evaluate_text(e, item_at(argument, 0), "Fn::Select");
	value *list = at.p ? cfn_evaluate(e, item_at(argument, 1)) : NULL;
	if (!list)
		return NULL;
	if (str_to_i64(at, &index) < 0 || !yyjson_mut_is_arr(list))
		return FAIL(e,
			"Template error: Fn::Select requires a list argument with two elements: "
			"an integer index and a "
			"list");
	value *item = index < 0 ? NULL : item_at(list, (size_t)index);
	return item ? cfn_copy(e->doc, item)
		    : FAIL(e, "Template error: Fn::Select cannot select nonexistent value at index %lld",
			      (long long)index);
}

value *cfn_fn_base64(struct cfn_eval *e, value *argument)
{
	struct str s = cfn_evaluate_text(e, argument, "Fn::Base64");
	return s.p ? cfn_string(e->doc, base64_encode(e->arena, s)) : NULL;
}

value *cfn_fn_length(struct cfn_eval *e, value *argument)
{
	value *list = cfn_evaluate(e, argument);
	if (!list)
		return NULL;
	return yyjson_mut_is_arr(list) ? yyjson_mut_sint(e->doc, (int64_t)yyjson_mut_arr_size(list))
				       : FAIL(e, "Template error: Fn::Length requires a list");
}

value *cfn_fn_to_json(struct cfn_eval *e, value *argument)
{
	value *v = cfn_evaluate(e, argument);
	return v && v != &cfn_no_value ? cfn_string(e->doc, cfn_json_write(e->arena, v)) : v;
}

/* IPv4 blocks of 2^bits addresses, one after another from the start of the block. */
value *cfn_fn_cidr(struct cfn_eval *e, value *argument)
{
	struct in_addr address;
	int64_t count, bits = 8, mask;
	size_t n = yyjson_mut_arr_size(argument);
	if (!yyjson_mut_is_arr(argument) || n < 2 || n > 3)
		return FAIL(e,
			"Template error: every Fn::Cidr object requires two or three parameters");
	struct str block = cfn_evaluate_text(e, item_at(argument, 0), "Fn::Cidr");
	struct str wanted =
		block.p ? cfn_evaluate_text(e, item_at(argument, 1), "Fn::Cidr") : block;
	struct str width = wanted.p && n == 3
				   ? cfn_evaluate_text(e, item_at(argument, 2), "Fn::Cidr")
				   : STR("8");
	if (!block.p || !wanted.p || !width.p)
		return NULL;
	ssize_t slash = str_index(block, '/');
	if (slash < 0 ||
		inet_pton(AF_INET, arena_cstr(e->arena, str_sub(block, 0, (size_t)slash)),
			&address) != 1 ||
		str_to_i64(str_from(block, (size_t)slash + 1), &mask) < 0 || mask < 0 || mask > 32)
		return FAIL(
			e, "Template error: %.*s is not a valid IPv4 CIDR block", STR_ARG(block));
	if (str_to_i64(wanted, &count) < 0 || count < 1 || count > 256 ||
		str_to_i64(width, &bits) < 0 || bits < 1 || bits > 32 - mask ||
		(uint64_t)count << bits > UINT64_C(1) << (32 - mask))
		return FAIL(e,
			"Template error: Fn::Cidr can't make %.*s blocks of %.*s bits out of %.*s",
			STR_ARG(wanted), STR_ARG(width), STR_ARG(block));
	uint32_t base = ntohl(address.s_addr) & (mask ? UINT32_MAX << (32 - mask) : 0);
	value *list = yyjson_mut_arr(e->doc);
	for (int64_t i = 0; i < count; i++) {
		uint32_t at = base + (uint32_t)((uint64_t)i << bits);
		yyjson_mut_arr_append(list,
			cfn_string(e->doc,
				arena_printf(e->arena, "%u.%u.%u.%u/%lld", at >> 24, at >> 16 & 255,
					at >> 8 & 255, at & 255, (long long)(32 - bits))));
	}
	return list;
}
