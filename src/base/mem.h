/* Heap memory whose failure ends the program, and arenas: memory that is freed all at once. */
#ifndef SAMOVAR_BASE_MEM_H
#define SAMOVAR_BASE_MEM_H

#include "base/common.h"
#include "base/str.h"
#include <stdarg.h>

/* malloc, zeroed calloc, realloc and copies that abort when there is no memory; free with free().
 */
void *xmalloc(size_t n);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t n);
/* A NUL-terminated copy of s on the heap. */
char *xstrdup(const char *s);
char *xstrndup(const char *p, size_t n);
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2);

struct arena_chunk;

/*
 * An arena: allocations are cheap, none is freed alone, all end together. One owner, one thread at
 * a time (a request's arena goes with its fiber to the writer thread and back). Zero it or
 * arena_init it.
 */
struct arena {
	struct arena_chunk *chunk; /* newest first */
	size_t used_bytes;         /* handed out so far */
	size_t bytes_max;          /* arena_try answers NULL past it; 0 means no limit */
};

void arena_init(struct arena *a, size_t bytes_max);
/* Frees everything. The arena may be used again afterwards. */
void arena_fini(struct arena *a);
/* Forgets everything but keeps one small chunk, for the next request. */
void arena_reset(struct arena *a);

/* n bytes, aligned for any type, uninitialised; aborts when there is no memory. n may be 0. */
void *arena_alloc(struct arena *a, size_t n);
/* The same, zeroed. */
void *arena_zalloc(struct arena *a, size_t n);
/* For sizes that a client chose: NULL past bytes_max or when there is no memory. */
void *arena_try(struct arena *a, size_t n);
#define ARENA_NEW(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (n)))

/* Copies, each followed by a NUL that its length does not count. A NULL s stays NULL. */
struct str arena_str(struct arena *a, struct str s);
char *arena_cstr(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
/* The n parts one after another. */
struct str arena_concat(struct arena *a, const struct str *parts, size_t n);

#endif
