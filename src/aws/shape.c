/* Shapes: the prelude, and access to members of structures by the tables. */
#include "aws/shape.h"
#include "base/mem.h"
#include <stdlib.h>

const struct shape shape_string = {
	.name = "String", .type = SHAPE_STRING, .size = sizeof(struct str)
};
const struct shape shape_boolean = {
	.name = "Boolean", .type = SHAPE_BOOLEAN, .size = sizeof(struct opt_bool)
};
const struct shape shape_byte = {
	.name = "Byte", .type = SHAPE_INTEGER, .bits = 8, .size = sizeof(struct opt_i64)
};
const struct shape shape_short = {
	.name = "Short", .type = SHAPE_INTEGER, .bits = 16, .size = sizeof(struct opt_i64)
};
const struct shape shape_integer = {
	.name = "Integer", .type = SHAPE_INTEGER, .bits = 32, .size = sizeof(struct opt_i64)
};
const struct shape shape_long = {
	.name = "Long", .type = SHAPE_INTEGER, .bits = 64, .size = sizeof(struct opt_i64)
};
const struct shape shape_float = {
	.name = "Float", .type = SHAPE_FLOAT, .bits = 32, .size = sizeof(struct opt_f64)
};
const struct shape shape_double = {
	.name = "Double", .type = SHAPE_FLOAT, .bits = 64, .size = sizeof(struct opt_f64)
};
const struct shape shape_timestamp = {
	.name = "Timestamp", .type = SHAPE_TIMESTAMP, .size = sizeof(struct opt_time)
};
const struct shape shape_blob = { .name = "Blob", .type = SHAPE_BLOB, .size = sizeof(struct str) };
const struct shape shape_document = {
	.name = "Document", .type = SHAPE_DOCUMENT, .size = sizeof(struct str)
};

static void *place_of(const struct member *m, const void *structure)
{
	return (char *)(uintptr_t)structure + m->offset;
}

bool member_is_set(const struct member *m, const void *structure)
{
	return value_is_set(m->shape, place_of(m, structure), true);
}

bool value_is_set(const struct shape *shape, const void *at, bool is_member)
{
	switch (shape->type) {
	case SHAPE_BOOLEAN:
		return ((const struct opt_bool *)at)->set;
	case SHAPE_INTEGER:
		return ((const struct opt_i64 *)at)->set;
	case SHAPE_FLOAT:
		return ((const struct opt_f64 *)at)->set;
	case SHAPE_TIMESTAMP:
		return ((const struct opt_time *)at)->set;
	case SHAPE_STRING:
	case SHAPE_ENUM:
	case SHAPE_BLOB:
	case SHAPE_DOCUMENT:
		return ((const struct str *)at)->p != NULL;
	case SHAPE_LIST:
	case SHAPE_MAP:
		return ((const struct any_list *)at)->v != NULL;
	case SHAPE_STRUCTURE:
	case SHAPE_UNION:
		return !is_member || *(void *const *)at != NULL;
	}
	return false;
}

void *member_value(const struct member *m, const void *structure)
{
	void *at = place_of(m, structure);
	if (m->shape->type == SHAPE_STRUCTURE || m->shape->type == SHAPE_UNION)
		return *(void **)at;
	return at;
}

const struct member *shape_member(const struct shape *shape, struct str name)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		const struct member *m = &shape->members[i];
		if (m->name_bytes == name.n && memcmp(m->name, name.p, name.n) == 0)
			return m;
	}
	return NULL;
}

static int compare_keys(const void *a, const void *b)
{
	const struct str *const *x = a, *const *y = b;
	int c = str_cmp(**x, **y);
	return c ? c : *x < *y ? -1 : 1;
}

/* The entries whose key comes again later lose their key. */
static bool find_duplicates(char *entries, size_t n, size_t element_size)
{
	struct str **keys = xmalloc(n * sizeof *keys);
	bool found = false;
	for (size_t i = 0; i < n; i++)
		keys[i] = (struct str *)(entries + i * element_size);
	qsort(keys, n, sizeof(struct str *), compare_keys);
	for (size_t i = 0; i + 1 < n; i++)
		if (str_eq(*keys[i], *keys[i + 1])) {
			keys[i]->p = NULL;
			found = true;
		}
	free(keys);
	return found;
}

size_t map_last_wins(void *entries, size_t n, size_t element_size)
{
	char *from = entries, *to = entries;
	if (n < 2 || !find_duplicates(entries, n, element_size))
		return n;
	for (size_t i = 0; i < n; i++, from += element_size) {
		if (!((const struct str *)from)->p)
			continue;
		memmove(to, from, element_size);
		to += element_size;
	}
	return (size_t)(to - (char *)entries) / element_size;
}
