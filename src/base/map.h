/* A hash map from text to pointers. */
#ifndef SAMOVAR_BASE_MAP_H
#define SAMOVAR_BASE_MAP_H

#include "base/str.h"

struct map_entry {
	struct str key; /* the map's own copy */
	void *value;
	uint64_t hash;
};

/* Zero it to begin; map_fini frees its keys, not its values. The hash is seeded per process. */
struct map {
	struct map_entry *slots;
	size_t count, used, cap; /* used counts removed slots too */
};

void map_fini(struct map *m);
/* The value, or NULL. */
void *map_get(const struct map *m, struct str key);
/* Puts the value (not NULL) and returns the one that it replaces, or NULL. */
void *map_put(struct map *m, struct str key, void *value);
/* Removes the key and returns its value, or NULL. */
void *map_remove(struct map *m, struct str key);
/* Walks in no order: start with *at = 0; false at the end. Removing the current entry is allowed.
 */
bool map_next(const struct map *m, size_t *at, struct map_entry **entry);

/* The map's hash: keyed, so that a client can't choose collisions (SipHash-1-3). */
uint64_t str_hash(struct str s);

#endif
