/* JSON trees whose memory is an arena's. */
#include "aws/tree.h"

static void *alc_malloc(void *arena, size_t n)
{
	return arena_try(arena, n);
}

static void *alc_realloc(void *arena, void *old, size_t old_n, size_t n)
{
	void *p = arena_try(arena, n);
	if (p && old)
		memcpy(p, old, MIN(old_n, n));
	return p;
}

static void alc_free(void *arena UNUSED, void *p UNUSED)
{
}

yyjson_alc tree_alc(struct arena *arena)
{
	return (yyjson_alc){ alc_malloc, alc_realloc, alc_free, arena };
}

yyjson_mut_doc *tree_new(struct arena *arena)
{
	yyjson_alc alc = tree_alc(arena);
	return yyjson_mut_doc_new(&alc);
}
