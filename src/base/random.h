/* Random bytes and the identifiers made of them; and a seeded generator for tests. */
#ifndef SAMOVAR_BASE_RANDOM_H
#define SAMOVAR_BASE_RANDOM_H

#include "base/common.h"
#include "base/str.h"

/* From the kernel, buffered per thread; good for keys. */
void random_bytes(void *p, size_t n);
uint64_t random_u64(void);
/* Below limit (> 0), without bias. */
uint64_t random_below(uint64_t limit);

enum { UUID_LENGTH = 36 };
/* A version 4 UUID (RFC 9562) in lower case, with a NUL. */
void random_uuid(char out[UUID_LENGTH + 1]);
/* n characters out of the alphabet, and a NUL. */
void random_text(char *out, size_t n, struct str alphabet);

/* A seeded generator for tests (splitmix64): the same seed gives the same numbers. */
struct prng {
	uint64_t state;
};
uint64_t prng_next(struct prng *p);

#endif
