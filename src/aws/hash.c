/* SHA-256 and HMAC-SHA256 (FIPS 180-4, RFC 2104) over OpenSSL's digests. */
#include "aws/hash.h"
#include "base/encode.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

enum { SHA256_BLOCK = 64 };

/* One for each thread: handlers hash on the writer's thread too. They live as long as the thread.
 */
struct hashing {
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};
static _Thread_local struct hashing hashing;
static pthread_key_t at_thread_end;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void end(void *arg)
{
	struct hashing *h = arg;
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	*h = (struct hashing){ 0 };
}

static void make_key(void)
{
	int r = pthread_key_create(&at_thread_end, end);
	assert(r == 0);
}

static struct hashing *begin(void)
{
	if (!hashing.md) {
		pthread_once(&key_once, make_key);
		int r = pthread_setspecific(at_thread_end, &hashing);
		assert(r == 0);
		hashing.md = EVP_MD_fetch(NULL, "SHA256", NULL);
		hashing.ctx = EVP_MD_CTX_new();
		assert(hashing.md && hashing.ctx);
	}
	return &hashing;
}

static void check(int ok)
{
	assert(ok == 1);
}

void sha256(struct str data, unsigned char out[SHA256_BYTES])
{
	struct hashing *h = begin();
	check(EVP_DigestInit_ex2(h->ctx, h->md, NULL));
	check(EVP_DigestUpdate(h->ctx, data.p, data.n));
	check(EVP_DigestFinal_ex(h->ctx, out, NULL));
}

void sha256_hex(struct str data, char out[2 * SHA256_BYTES + 1])
{
	unsigned char digest[SHA256_BYTES];
	sha256(data, digest);
	hex_encode(digest, sizeof digest, out);
}

static EVP_MD_CTX *keyed(const unsigned char block[SHA256_BLOCK], unsigned char pad)
{
	unsigned char padded[SHA256_BLOCK];
	for (size_t i = 0; i < SHA256_BLOCK; i++)
		padded[i] = block[i] ^ pad;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	assert(ctx);
	check(EVP_DigestInit_ex2(ctx, begin()->md, NULL));
	check(EVP_DigestUpdate(ctx, padded, sizeof padded));
	OPENSSL_cleanse(padded, sizeof padded);
	return ctx;
}

void hmac_key_init(struct hmac_key *k, struct str key)
{
	unsigned char block[SHA256_BLOCK] = { 0 };
	if (key.n > SHA256_BLOCK)
		sha256(key, block);
	else if (key.n)
		memcpy(block, key.p, key.n);
	k->inner = keyed(block, 0x36);
	k->outer = keyed(block, 0x5c);
	OPENSSL_cleanse(block, sizeof block);
}

void hmac_key_fini(struct hmac_key *k)
{
	EVP_MD_CTX_free(k->inner);
	EVP_MD_CTX_free(k->outer);
	*k = (struct hmac_key){ 0 };
}

void hmac_key_sign(const struct hmac_key *k, struct str data, unsigned char out[SHA256_BYTES])
{
	EVP_MD_CTX *ctx = begin()->ctx;
	unsigned char digest[SHA256_BYTES];
	check(EVP_MD_CTX_copy_ex(ctx, k->inner));
	check(EVP_DigestUpdate(ctx, data.p, data.n));
	check(EVP_DigestFinal_ex(ctx, digest, NULL));
	check(EVP_MD_CTX_copy_ex(ctx, k->outer));
	check(EVP_DigestUpdate(ctx, digest, sizeof digest));
	check(EVP_DigestFinal_ex(ctx, out, NULL));
}

void hmac_sha256(struct str key, struct str data, unsigned char out[SHA256_BYTES])
{
	struct hmac_key k = { 0 };
	hmac_key_init(&k, key);
	hmac_key_sign(&k, data, out);
	hmac_key_fini(&k);
}

bool bytes_equal_secret(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
