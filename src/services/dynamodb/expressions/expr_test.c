/* Tests of the expression language (Developer Guide, "Using expressions in DynamoDB"), without a
 * server. */
#include "services/dynamodb/expressions/expr.h"
#include "base/random.h"
#include "tests/check.h"

static struct arena arena;
static struct call call;

static struct dynamodb_attributes_entry item_entries[] = {
	{ STR_INIT("n"), { .n = STR_INIT("5") } },
	{ STR_INIT("s"), { .s = STR_INIT("hello") } },
};
static const struct dynamodb_attributes item = { item_entries, 2 };
static struct dynamodb_attributes_entry value_entries[] = {
	{ STR_INIT(":n"), { .n = STR_INIT("5") } },
	{ STR_INIT(":s"), { .s = STR_INIT("he") } },
};
static const struct dynamodb_attributes values = { value_entries, 2 };

static void begin(struct expr *e, struct str text)
{
	static const char *const parameters[] = { "ConditionExpression", NULL };
	arena_reset(&arena);
	call = (struct call){ .arena = &arena };
	CHECK_INT(expr_begin(e, &call, NULL, &values, &text, parameters), 0);
}

/* 1 or 0; -1: refused. */
static int truth(struct str text)
{
	struct node *node;
	struct expr e;
	begin(&e, text);
	return expr_condition(&e, "ConditionExpression", text, &node) < 0
		       ? -1
		       : condition_is_true(&arena, node, &item);
}

static void test_precedence(void)
{
	CHECK_INT(truth(STR("n = :n")), 1);
	CHECK_INT(truth(STR("NOT n = :n OR n = :n")), 1);
	CHECK_INT(truth(STR("NOT (n = :n OR n = :n)")), 0);
	CHECK_INT(truth(STR("n = :n OR n = :s AND n = :s")), 1);
	CHECK_INT(truth(STR("n BETWEEN :n AND :n AND begins_with(s, :s)")), 1);
	CHECK_INT(truth(STR("(n) = :n")), 1);
}

static void test_refused(void)
{
	const char *texts[] = { "n", "n =", "= n", "n = :n AND", "AND n = :n", "(n = :n", "n = :n)",
		"n == :n", "n IN :n", "n IN ()", "NOT n", "size(n)", "n = :n n = :n",
		"n BETWEEN :n", "a.[0] = :n", "a[x] = :n", "a[-1] = :n", ":n",
		"attribute_exists(size(n))", "if_not_exists(n, :n) = :n", "#", "n = ?" };
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		CHECK_INT(truth(str_c(texts[i])), -1);
		CHECK(call.error.shape == &aws_validation_exception && call.error.message.n > 0);
	}
}

static void test_reserved(void)
{
	CHECK(reserved_word(STR("Name")));
	CHECK(reserved_word(STR("ABORT")));
	CHECK(reserved_word(STR("zone")));
	CHECK(!reserved_word(STR("named")));
	CHECK(!reserved_word(STR("")));
	CHECK_INT(truth(STR("status = :n")), -1);
	CHECK_STR(call.error.message,
		"Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: "
		"status");
}

/* However deep the parentheses, the stack of a fiber must do. */
static void test_depth(void)
{
	char text[DDB_EXPRESSION_BYTES_MAX];
	memset(text, '(', sizeof text);
	CHECK_INT(truth((struct str){ text, sizeof text }), -1);
	for (size_t i = 0; i + 4 <= sizeof text; i += 4)
		memcpy(text + i, "NOT ", 4);
	CHECK_INT(truth((struct str){ text, sizeof text }), -1);
}

/* Any list of words is parsed or refused, never more. */
static void test_random(void)
{
	static const char *const words[] = { "n", "s", ":n", ":s", "(", ")", "[", "0", "]", ".",
		",", "=", "<>", "AND", "OR", "NOT", "IN", "BETWEEN", "size", "contains", "SET",
		"REMOVE", "ADD", "DELETE", "+", "-", "list_append" };
	struct prng prng = { 42 };
	for (int i = 0; i < 20000; i++) {
		struct buf b = { 0 };
		struct dynamodb_attributes out;
		struct update update;
		struct paths paths;
		struct expr e;
		for (size_t k = prng_next(&prng) % 12; k-- > 0;)
			buf_printf(&b, "%s ", words[prng_next(&prng) % COUNT_OF(words)]);
		struct str text = buf_view(&b);
		truth(text);
		begin(&e, text);
		if (expr_update(&e, text, &update) == 0 &&
			update_apply(&call, &update, &item, &out) == 0)
			CHECK(out.n <= 4);
		begin(&e, text);
		if (expr_projection(&e, text, &paths) == 0) {
			ddb_item_project(&arena, &item, &paths, &out);
			CHECK(out.n <= item.n);
		}
		buf_fini(&b);
	}
	CHECK_INT(item_entries[0].value.n.p[0], '5');
}

static const struct test tests[] = {
	{ "AND binds before OR, NOT before AND", test_precedence },
	{ "what is no condition is refused", test_refused },
	{ "reserved words in any case", test_reserved },
	{ "depth is limited", test_depth },
	{ "random words", test_random },
};

int main(int argc, char **argv)
{
	int r = check_main(tests, COUNT_OF(tests), argc, argv);
	arena_fini(&arena);
	return r;
}
