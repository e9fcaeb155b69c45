/* Fuzz target: any text as a condition, an update and a projection, over one item. */
#include "services/dynamodb/expressions/expr.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena arena = { 0 };
	struct call call = { .arena = &arena };
	struct str text = arena_str(&arena, (struct str){ (const char *)data, n });
	struct dynamodb_value elements[] = { { .n = STR("1") }, { .s = STR("x") } };
	struct dynamodb_attributes_entry attributes[] = { { STR("a"), { .s = STR("abc") } },
		{ STR("n"), { .n = STR("5") } }, { STR("l"), { .l = { elements, 2 } } } };
	struct dynamodb_attributes item = { attributes, 3 }, out;
	struct dynamodb_attributes_entry values[] = { { STR(":a"), { .s = STR("b") } },
		{ STR(":n"), { .n = STR("2") } } };
	struct dynamodb_attributes given = { values, 2 };
	struct dynamodb_names_entry name[] = { { STR("#a"), STR("a") } };
	struct dynamodb_names names = { name, 1 };
	static const char *const parameters[] = { "ConditionExpression", NULL };
	struct node *node;
	struct update update;
	struct paths paths;
	struct expr e;
	if (expr_begin(&e, &call, &names, &given, &text, parameters) < 0)
		abort();
	if (expr_condition(&e, "ConditionExpression", text, &node) == 0)
		condition_is_true(&arena, node, &item);
	if (expr_update(&e, text, &update) == 0 && update_apply(&call, &update, &item, &out) == 0)
		attributes_size(&out);
	if (expr_projection(&e, text, &paths) == 0)
		ddb_item_project(&arena, &item, &paths, &out);
	arena_fini(&arena);
	return 0;
}
