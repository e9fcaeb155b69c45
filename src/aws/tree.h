/* JSON trees whose memory is an arena's: yyjson's documents that nobody frees. */
#ifndef SAMOVAR_AWS_TREE_H
#define SAMOVAR_AWS_TREE_H

#include "base/mem.h"
#include <yyjson.h>

/* yyjson's allocator over the arena: an allocation past the arena's limit fails, nothing is given
 * back. */
yyjson_alc tree_alc(struct arena *arena);
/* An empty document in the arena; NULL when there is no memory. */
yyjson_mut_doc *tree_new(struct arena *arena);

/* The text of a string value; p == NULL for anything else. */
static inline struct str tree_str(yyjson_mut_val *val)
{
	return yyjson_mut_is_str(val)
		       ? (struct str){ yyjson_mut_get_str(val), yyjson_mut_get_len(val) }
		       : (struct str){ 0 };
}

/* A member of an object by a key that need not end in NUL; NULL when it isn't there or val is no
 * object. */
static inline yyjson_mut_val *tree_get(yyjson_mut_val *val, struct str key)
{
	return yyjson_mut_obj_getn(val, key.p, key.n);
}

#endif
