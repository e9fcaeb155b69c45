/* Fuzz target: any pattern against any message; the first line is the pattern. */
#include "services/logs/filter.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena arena = { 0 };
	struct str rest = { (const char *)data, n }, pattern, why;
	struct filter *filter;
	struct filter_value values[4];
	if (!n || !str_cut(&rest, '\n', &pattern))
		return 0;
	/* libFuzzer's own memory is not NUL-terminated: neither are the messages of a batch. */
	struct str message = rest.p ? rest : STR("");
	if (filter_parse(&arena, pattern, &filter, &why) == 0) {
		if (filter_matches(filter, message))
			filter_extract(filter, &arena, message, values, COUNT_OF(values));
		filter_fini(filter);
	} else if (!why.n) {
		abort();
	}
	arena_fini(&arena);
	return 0;
}
