/* Keys are tuples, encoded so that bytes sort as the tuples do (FoundationDB, design/tuple.md). */
#include "store/key.h"
#include <errno.h>

enum {
	CODE_BYTES = 0x01,
	CODE_TEXT = 0x02,
	CODE_ZERO = 0x14, /* integers: CODE_ZERO + n for n bytes of magnitude, CODE_ZERO - n below
			     zero */
	INTEGER_BYTES_MAX = 8,
	ESCAPE = 0xff, /* after a 0x00 that is part of the text */
};

static size_t nul_count(struct str s)
{
	size_t n = 0;
	for (const char *p = s.p, *end = s.p + s.n; s.n && (p = memchr(p, 0, (size_t)(end - p)));
		p++)
		n++;
	return n;
}

static size_t part_bytes_max(const struct key_part *part)
{
	if (part->type == KEY_INTEGER)
		return 1 + INTEGER_BYTES_MAX;
	return 2 + part->text.n + nul_count(part->text);
}

static unsigned char *put_text(unsigned char *p, unsigned char code, struct str s)
{
	*p++ = code;
	for (size_t start = 0; start < s.n;) {
		const char *nul = memchr(s.p + start, 0, s.n - start);
		size_t n = nul ? (size_t)(nul - s.p) - start + 1 : s.n - start;
		memcpy(p, s.p + start, n);
		p += n;
		start += n;
		if (nul)
			*p++ = ESCAPE;
	}
	*p++ = 0;
	return p;
}

static unsigned char *put_integer(unsigned char *p, int64_t i)
{
	uint64_t magnitude = i < 0 ? -(uint64_t)i : (uint64_t)i;
	int n = 0;
	while (n < INTEGER_BYTES_MAX && magnitude >> (8 * n))
		n++;
	/* A negative number is stored as its magnitude's complement, so that greater bytes are
	 * greater. */
	uint64_t bits = i < 0 ? ~magnitude : magnitude;
	*p++ = (unsigned char)(i < 0 ? CODE_ZERO - n : CODE_ZERO + n);
	while (n-- > 0)
		*p++ = (unsigned char)(bits >> (8 * n));
	return p;
}

struct str key_encode(struct arena *arena, const struct key_part *parts, size_t n)
{
	size_t bytes_max = 0;
	for (size_t i = 0; i < n; i++)
		bytes_max += part_bytes_max(&parts[i]);
	unsigned char *key = arena_alloc(arena, bytes_max + 1), *p = key;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].type == KEY_INTEGER)
			p = put_integer(p, parts[i].integer);
		else
			p = put_text(p, parts[i].type == KEY_TEXT ? CODE_TEXT : CODE_BYTES,
				parts[i].text);
	}
	assert((size_t)(p - key) <= bytes_max);
	return (struct str){ (char *)key, (size_t)(p - key) };
}

/* Reads a text's content at *at, which it moves past the closing 0x00. */
static int take_text(struct arena *arena, struct str key, size_t *at, struct str *out)
{
	char *text = arena_alloc(arena, key.n - *at + 1);
	size_t n = 0;
	for (size_t i = *at; i < key.n; i++) {
		if (key.p[i] == 0) {
			if (i + 1 == key.n || (unsigned char)key.p[i + 1] != ESCAPE) {
				text[n] = 0;
				*out = (struct str){ text, n };
				*at = i + 1;
				return 0;
			}
			text[n++] = 0;
			i++;
		} else {
			text[n++] = key.p[i];
		}
	}
	return -EINVAL;
}

static int take_integer(struct str key, unsigned char code, size_t *at, int64_t *out)
{
	bool negative = code < CODE_ZERO;
	size_t n = negative ? CODE_ZERO - code : code - CODE_ZERO;
	if (key.n - *at < n)
		return -EINVAL;
	uint64_t bits = negative ? UINT64_MAX : 0;
	for (size_t i = 0; i < n; i++)
		bits = bits << 8 | (unsigned char)key.p[*at + i];
	*at += n;
	uint64_t magnitude = negative ? ~bits : bits;
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return -EINVAL;
	*out = negative ? (int64_t)-magnitude : (int64_t)magnitude;
	return 0;
}

int key_decode(struct arena *arena, struct str key, struct key_part *parts, size_t n)
{
	size_t count = 0, at = 0;
	while (at < key.n) {
		struct key_part part = { 0 };
		unsigned char code = (unsigned char)key.p[at++];
		int r;
		if (count == n)
			return -EINVAL;
		if (code == CODE_TEXT || code == CODE_BYTES) {
			part.type = code == CODE_TEXT ? KEY_TEXT : KEY_BYTES;
			r = take_text(arena, key, &at, &part.text);
		} else if (code >= CODE_ZERO - INTEGER_BYTES_MAX &&
			   code <= CODE_ZERO + INTEGER_BYTES_MAX) {
			part.type = KEY_INTEGER;
			r = take_integer(key, code, &at, &part.integer);
		} else {
			return -EINVAL;
		}
		if (r < 0)
			return r;
		parts[count++] = part;
	}
	return (int)count;
}

static struct str with_byte(struct arena *arena, struct str s, char last)
{
	char *p = arena_alloc(arena, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = last;
	return (struct str){ p, s.n + 1 };
}

struct str key_range_end(struct arena *arena, struct str prefix)
{
	/* No part begins with 0xff; a text that only looks like the prefix goes on with it (its
	 * escape). */
	return with_byte(arena, prefix, (char)0xff);
}

struct str key_after(struct arena *arena, struct str key)
{
	return with_byte(arena, key, 0);
}
