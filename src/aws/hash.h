/* SHA-256 and HMAC-SHA256 by OpenSSL, without a lookup or an allocation for each use. */
#ifndef SAMOVAR_AWS_HASH_H
#define SAMOVAR_AWS_HASH_H

#include "base/str.h"

enum { SHA256_BYTES = 32 };

void sha256(struct str data, unsigned char out[SHA256_BYTES]);
/* In lower-case hexadecimal, with a NUL. */
void sha256_hex(struct str data, char out[2 * SHA256_BYTES + 1]);

/* A key with its first block already hashed: two copies for each use. Zero it to begin. */
struct hmac_key {
	struct evp_md_ctx_st *inner, *outer;
};
void hmac_key_init(struct hmac_key *k, struct str key);
void hmac_key_fini(struct hmac_key *k);
void hmac_key_sign(const struct hmac_key *k, struct str data, unsigned char out[SHA256_BYTES]);
/* For a key that is used once. */
void hmac_sha256(struct str key, struct str data, unsigned char out[SHA256_BYTES]);

/* Compares in a time that does not depend on where they differ. */
bool bytes_equal_secret(const void *a, const void *b, size_t n);

#endif
