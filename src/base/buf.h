/* Bytes that grow: a heap buffer to build text in. */
#ifndef SAMOVAR_BASE_BUF_H
#define SAMOVAR_BASE_BUF_H

#include "base/str.h"
#include <stdarg.h>

/* Zero it to begin; buf_fini when done. p is not NUL-terminated unless buf_cstr was called. */
struct buf {
	char *p;
	size_t n, cap;
};

void buf_fini(struct buf *b);
/* Room for n more bytes at b->p + b->n; returns that place. Add to b->n what was used. */
char *buf_reserve(struct buf *b, size_t n);
void buf_append(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_cat(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Decimal digits, faster than printf. */
void buf_i64(struct buf *b, int64_t value);
/* Removes the first n bytes. */
void buf_consume(struct buf *b, size_t n);
/* Puts a NUL after the text, which the length does not count. */
char *buf_cstr(struct buf *b);

static inline struct str buf_view(const struct buf *b)
{
	return (struct str){ b->p ? b->p : "", b->n };
}

#endif
