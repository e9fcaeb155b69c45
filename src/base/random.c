/* Random bytes and the identifiers made of them. */
#include "base/random.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void kernel_random(void *p, size_t n)
{
	char *at = p;
	while (n) {
		ssize_t got = getrandom(at, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		at += got;
		n -= (size_t)got;
	}
}

void random_bytes(void *p, size_t n)
{
	static _Thread_local unsigned char pool[512];
	static _Thread_local size_t left;
	if (n > sizeof pool / 2) {
		kernel_random(p, n);
		return;
	}
	if (left < n) {
		kernel_random(pool, sizeof pool);
		left = sizeof pool;
	}
	unsigned char *from = pool + sizeof pool - left;
	memcpy(p, from, n);
	explicit_bzero(from, n);
	left -= n;
}

uint64_t random_u64(void)
{
	uint64_t value;
	random_bytes(&value, sizeof value);
	return value;
}

uint64_t random_below(uint64_t limit)
{
	assert(limit);
	uint64_t ceiling = UINT64_MAX - UINT64_MAX % limit, value;
	do {
		value = random_u64();
	} while (value >= ceiling);
	return value % limit;
}

void random_uuid(char out[UUID_LENGTH + 1])
{
	unsigned char b[16];
	random_bytes(b, sizeof b);
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	static const char hex[] = "0123456789abcdef";
	char *w = out;
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*w++ = '-';
		*w++ = hex[b[i] >> 4];
		*w++ = hex[b[i] & 15];
	}
	*w = 0;
}

void random_text(char *out, size_t n, struct str alphabet)
{
	for (size_t i = 0; i < n; i++)
		out[i] = alphabet.p[random_below(alphabet.n)];
	out[n] = 0;
}

uint64_t prng_next(struct prng *p)
{
	uint64_t z = (p->state += 0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}
