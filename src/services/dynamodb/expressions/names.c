/* The names and values that the expressions of a request share. */
#include "services/dynamodb/expressions/parser.h"

static bool is_placeholder(struct str key, char first)
{
	return key.n > 1 && key.p[0] == first && expr_word_length(key, 1) == key.n;
}

static int check_use(struct expr *e, const struct str *texts, const char *const *parameters)
{
	struct buf missing = { 0 };
	size_t n = 0, given = 0;
	for (; parameters[n]; n++) {
		given += texts[n].p != NULL;
		buf_printf(&missing, "%s%s", n ? " and " : "", parameters[n]);
	}
	struct str all = arena_str(e->call->arena, buf_view(&missing));
	buf_fini(&missing);
	if (given)
		return 0;
	if (e->names->v)
		return fail(e->call, &aws_validation_exception,
			"ExpressionAttributeNames can only be specified when using "
			"expressions");
	if (e->values->v)
		return fail(e->call, &aws_validation_exception,
			"ExpressionAttributeValues can only be specified when using "
			"expressions: %.*s %s null",
			STR_ARG(all), n > 1 ? "are" : "is");
	return 0;
}

int expr_begin(struct expr *e, struct call *call, const struct dynamodb_names *names,
	const struct dynamodb_attributes *values, const struct str *texts,
	const char *const *parameters)
{
	static const struct dynamodb_attributes none = { 0 };
	static const struct dynamodb_names no_names = { 0 };
	struct str why;
	*e = (struct expr){
		.call = call, .names = names ? names : &no_names, .values = values ? values : &none
	};
	if (check_use(e, texts, parameters) < 0)
		return -1;
	if (e->names->v && !e->names->n)
		return fail(call, &aws_validation_exception,
			"ExpressionAttributeNames must not be empty");
	if (e->values->v && !e->values->n)
		return fail(call, &aws_validation_exception,
			"ExpressionAttributeValues must not be empty");
	e->names_used = ARENA_ARRAY(call->arena, bool, e->names->n);
	e->values_used = ARENA_ARRAY(call->arena, bool, e->values->n);
	for (size_t i = 0; i < e->names->n; i++)
		if (!is_placeholder(e->names->v[i].key, '#'))
			return fail(call, &aws_validation_exception,
				"ExpressionAttributeNames contains invalid key: Syntax error; key: \"%.*s\"",
				STR_ARG(e->names->v[i].key));
	for (size_t i = 0; i < e->values->n; i++) {
		if (!is_placeholder(e->values->v[i].key, ':'))
			return fail(call, &aws_validation_exception,
				"ExpressionAttributeValues contains invalid key: Syntax error; key: \"%.*s\"",
				STR_ARG(e->values->v[i].key));
		if (value_check(call->arena, &e->values->v[i].value, 0, &why) < 0)
			return fail(call, &aws_validation_exception,
				"ExpressionAttributeValues contains invalid value: %.*s for key %.*s",
				STR_ARG(why), STR_ARG(e->values->v[i].key));
	}
	return 0;
}

int expr_end(struct expr *e)
{
	struct buf names = { 0 }, values = { 0 };
	for (size_t i = 0; i < e->names->n; i++)
		if (!e->names_used[i])
			buf_printf(
				&names, "%s%.*s", names.n ? ", " : "", STR_ARG(e->names->v[i].key));
	for (size_t i = 0; i < e->values->n; i++)
		if (!e->values_used[i])
			buf_printf(&values, "%s%.*s", values.n ? ", " : "",
				STR_ARG(e->values->v[i].key));
	struct str unused = names.n ? buf_view(&names) : buf_view(&values);
	int r = 0;
	if (unused.n)
		r = fail(e->call, &aws_validation_exception,
			"Value provided in ExpressionAttribute%s unused in expressions: "
			"keys: {%.*s}",
			names.n ? "Names" : "Values", STR_ARG(unused));
	buf_fini(&names);
	buf_fini(&values);
	return r;
}
