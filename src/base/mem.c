/* Heap memory whose failure ends the program, and arenas. */
#include "base/mem.h"
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES_MIN = 8 * 1024 - 64, CHUNK_BYTES_MAX = 256 * 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
	alignas(max_align_t) char data[];
};

static NORETURN void die_of_memory(size_t n)
{
	fprintf(stderr, "samovar: out of memory (%zu bytes)\n", n);
	abort();
}

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);
	if (!p)
		die_of_memory(n);
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);
	if (!p)
		die_of_memory(count * size);
	return p;
}

void *xrealloc(void *old, size_t n)
{
	void *p = realloc(old, n ? n : 1);
	if (!p)
		die_of_memory(n);
	return p;
}

char *xstrndup(const char *s, size_t n)
{
	char *p = xmalloc(n + 1);
	if (n)
		memcpy(p, s, n);
	p[n] = 0;
	return p;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	va_start(ap, fmt);
	if (vasprintf(&p, fmt, ap) < 0)
		die_of_memory(0);
	va_end(ap);
	return p;
}

void arena_init(struct arena *a, size_t bytes_max)
{
	*a = (struct arena){ .bytes_max = bytes_max };
}

void arena_fini(struct arena *a)
{
	while (a->chunk) {
		struct arena_chunk *next = a->chunk->next;
		free(a->chunk);
		a->chunk = next;
	}
	a->used_bytes = 0;
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *keep = NULL;
	while (a->chunk) {
		struct arena_chunk *c = a->chunk;
		a->chunk = c->next;
		if (!keep && c->size <= CHUNK_BYTES_MIN)
			keep = c;
		else
			free(c);
	}
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
	a->chunk = keep;
	a->used_bytes = 0;
}

static struct arena_chunk *chunk_add(struct arena *a, size_t n)
{
	size_t size = a->chunk ? MIN(a->chunk->size * 2, (size_t)CHUNK_BYTES_MAX) : CHUNK_BYTES_MIN;
	size = MAX(size, n);
	struct arena_chunk *c = malloc(sizeof *c + size);
	if (!c)
		return NULL;
	c->size = size;
	c->used = 0;
	c->next = a->chunk;
	a->chunk = c;
	return c;
}

static void *take(struct arena *a, size_t n)
{
	size_t aligned = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct arena_chunk *c = a->chunk;
	if (aligned < n)
		return NULL;
	if (!c || c->size - c->used < aligned) {
		c = chunk_add(a, aligned);
		if (!c)
			return NULL;
	}
	void *p = c->data + c->used;
	c->used += aligned;
	a->used_bytes += aligned;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	void *p = take(a, n);
	if (!p)
		die_of_memory(n);
	return p;
}

void *arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

void *arena_try(struct arena *a, size_t n)
{
	if (a->bytes_max && (n > a->bytes_max || a->used_bytes > a->bytes_max - n))
		return NULL;
	return take(a, n);
}

struct str arena_str(struct arena *a, struct str s)
{
	if (!s.p)
		return s;
	return (struct str){ arena_cstr(a, s), s.n };
}

char *arena_cstr(struct arena *a, struct str s)
{
	if (!s.p)
		return NULL;
	char *p = arena_alloc(a, s.n + 1);
	memcpy(p, s.p, s.n);
	p[s.n] = 0;
	return p;
}

struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	assert(fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	assert(n >= 0);
	char *p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct str s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

struct str arena_concat(struct arena *a, const struct str *parts, size_t n)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += parts[i].n;
	char *p = arena_alloc(a, total + 1), *w = p;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n)
			memcpy(w, parts[i].p, parts[i].n);
		w += parts[i].n;
	}
	*w = 0;
	return (struct str){ p, total };
}
