/* Fuzz target: any text as a statement with two parameters; its condition and update over one item.
 */
#include "services/dynamodb/partiql/partiql.h"
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
	struct dynamodb_value values[] = { { .s = STR("b") }, { .n = STR("2") } };
	struct dynamodb_prepared_statement_parameters none = { 0 }, two = { values, 2 };
	for (int i = 0; i < 2; i++) {
		struct statement s;
		if (partiql_parse(&call, text, i ? &two : &none, &s) < 0) {
			if (!call.error.shape)
				abort();
			continue;
		}
		if (!s.table.n)
			abort();
		if (s.where)
			condition_is_true(&arena, s.where, &item);
		if (s.actions.n && update_apply(&call, &s.actions, &item, &out) == 0)
			attributes_size(&out);
	}
	arena_fini(&arena);
	return 0;
}
