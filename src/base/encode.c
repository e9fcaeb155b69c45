/* Hexadecimal, base64, percent encoding and CRCs. */
#include "base/encode.h"
#include <errno.h>
#include <pthread.h>

static const char hex_lower[] = "0123456789abcdef", hex_upper[] = "0123456789ABCDEF";
static const char base64_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hex_encode(const void *p, size_t n, char *out)
{
	const unsigned char *b = p;
	for (size_t i = 0; i < n; i++) {
		*out++ = hex_lower[b[i] >> 4];
		*out++ = hex_lower[b[i] & 15];
	}
	*out = 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_decode(struct str text, void *out, size_t n)
{
	unsigned char *b = out;
	if (text.n != 2 * n)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		int high = hex_value(text.p[2 * i]), low = hex_value(text.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return -EINVAL;
		b[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

void base64_encode_to(struct buf *b, struct str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	char *w = buf_reserve(b, (bytes.n + 2) / 3 * 4), *start = w;
	size_t i = 0;
	for (; i + 3 <= bytes.n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2];
		*w++ = base64_alphabet[v >> 18];
		*w++ = base64_alphabet[v >> 12 & 63];
		*w++ = base64_alphabet[v >> 6 & 63];
		*w++ = base64_alphabet[v & 63];
	}
	if (i < bytes.n) {
		bool two = bytes.n - i == 2;
		uint32_t v = (uint32_t)p[i] << 16 | (two ? (uint32_t)p[i + 1] << 8 : 0);
		*w++ = base64_alphabet[v >> 18];
		*w++ = base64_alphabet[v >> 12 & 63];
		*w++ = two ? base64_alphabet[v >> 6 & 63] : '=';
		*w++ = '=';
	}
	b->n += (size_t)(w - start);
}

struct str base64_encode(struct arena *a, struct str bytes)
{
	size_t n = (bytes.n + 2) / 3 * 4;
	struct buf b = { arena_alloc(a, n + 1), 0, n + 1 };
	base64_encode_to(&b, bytes);
	b.p[b.n] = 0;
	return (struct str){ b.p, b.n };
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int base64_decode(struct arena *a, struct str text, struct str *bytes)
{
	if (text.n % 4)
		return -EINVAL;
	size_t padding = 0;
	while (padding < 2 && padding < text.n && text.p[text.n - 1 - padding] == '=')
		padding++;
	char *out = arena_try(a, text.n / 4 * 3 + 1), *w = out;
	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < text.n; i += 4) {
		size_t filled = i + 4 == text.n ? 4 - padding : 4;
		uint32_t v = 0;
		for (size_t j = 0; j < 4; j++) {
			int digit = j < filled ? base64_value(text.p[i + j]) : 0;
			if (digit < 0)
				return -EINVAL;
			v = v << 6 | (uint32_t)digit;
		}
		for (size_t j = 0; j + 1 < filled; j++)
			*w++ = (char)(v >> (16 - 8 * j));
	}
	*w = 0;
	*bytes = (struct str){ out, (size_t)(w - out) };
	return 0;
}

static bool is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void percent_encode_to(struct buf *b, struct str s, bool keep_slash)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (is_unreserved(s.p[i]) || (c == '/' && keep_slash)) {
			buf_char(b, s.p[i]);
		} else {
			char code[3] = { '%', hex_upper[c >> 4], hex_upper[c & 15] };
			buf_append(b, code, 3);
		}
	}
}

struct str percent_encode(struct arena *a, struct str s, bool keep_slash)
{
	struct buf b = { arena_alloc(a, 3 * s.n + 1), 0, 3 * s.n + 1 };
	if (s.n)
		percent_encode_to(&b, s, keep_slash);
	b.p[b.n] = 0;
	return (struct str){ b.p, b.n };
}

int percent_decode(struct arena *a, struct str s, bool plus_is_space, struct str *out)
{
	char *p = arena_alloc(a, s.n + 1), *w = p;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%') {
			int high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return -EINVAL;
			*w++ = (char)(high << 4 | low);
			i += 2;
		} else {
			*w++ = plus_is_space && s.p[i] == '+' ? ' ' : s.p[i];
		}
	}
	*w = 0;
	*out = (struct str){ p, (size_t)(w - p) };
	return 0;
}

/* Eight bytes at a step ("slicing by 8"): table k is the CRC of a byte that k zero bytes follow. */
static uint32_t crc_table[2][8][256];
static pthread_once_t crc_once = PTHREAD_ONCE_INIT;

static void crc_make(void)
{
	static const uint32_t polynomial[2] = { 0xedb88320, 0x82f63b78 };
	for (int kind = 0; kind < 2; kind++)
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t v = i;
			for (int bit = 0; bit < 8; bit++)
				v = v & 1 ? v >> 1 ^ polynomial[kind] : v >> 1;
			crc_table[kind][0][i] = v;
		}
	for (int kind = 0; kind < 2; kind++)
		for (int k = 1; k < 8; k++)
			for (uint32_t i = 0; i < 256; i++) {
				uint32_t v = crc_table[kind][k - 1][i];
				crc_table[kind][k][i] = crc_table[kind][0][v & 0xff] ^ v >> 8;
			}
}

static uint32_t crc_update(int kind, uint32_t crc, const unsigned char *p, size_t n)
{
	pthread_once(&crc_once, crc_make);
	const uint32_t(*t)[256] = crc_table[kind];
	crc = ~crc;
	for (; n >= 8; p += 8, n -= 8) {
		uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
					     (uint32_t)p[3] << 24);
		crc = t[7][low & 0xff] ^ t[6][low >> 8 & 0xff] ^ t[5][low >> 16 & 0xff] ^
		      t[4][low >> 24] ^ t[3][p[4]] ^ t[2][p[5]] ^ t[1][p[6]] ^ t[0][p[7]];
	}
	for (size_t i = 0; i < n; i++)
		crc = t[0][(crc ^ p[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

uint32_t crc32_update(uint32_t crc, const void *p, size_t n)
{
	return crc_update(0, crc, p, n);
}

uint32_t crc32c_update(uint32_t crc, const void *p, size_t n)
{
	return crc_update(1, crc, p, n);
}
