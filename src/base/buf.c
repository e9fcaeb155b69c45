/* Bytes that grow. */
#include "base/buf.h"
#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>

void buf_fini(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

char *buf_reserve(struct buf *b, size_t n)
{
	assert(n <= SIZE_MAX / 4 && b->n <= b->cap);
	if (b->cap - b->n < n) {
		size_t cap = MAX(b->cap * 2, (size_t)256);
		while (cap - b->n < n)
			cap *= 2;
		b->p = xrealloc(b->p, cap);
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_append(struct buf *b, const void *p, size_t n)
{
	if (!n)
		return;
	memcpy(buf_reserve(b, n), p, n);
	b->n += n;
}

void buf_str(struct buf *b, struct str s)
{
	buf_append(b, s.p, s.n);
}

void buf_cat(struct buf *b, const char *s)
{
	buf_append(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->n++;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	size_t room = b->cap - b->n;
	int n = vsnprintf(b->p ? b->p + b->n : NULL, room, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if ((size_t)n >= room)
		vsnprintf(buf_reserve(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
	va_end(again);
	b->n += (size_t)n;
}

void buf_i64(struct buf *b, int64_t value)
{
	char digits[24], *p = digits + sizeof digits;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--p = '-';
	buf_append(b, p, (size_t)(digits + sizeof digits - p));
}

void buf_consume(struct buf *b, size_t n)
{
	assert(n <= b->n);
	if (n)
		memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

char *buf_cstr(struct buf *b)
{
	*buf_reserve(b, 1) = 0;
	return b->p;
}
