/* Secrets at rest, sealed by OpenSSL. */
#include "aws/seal.h"
#include "aws/aws.h"
#include "aws/hash.h"
#include "base/random.h"
#include <assert.h>
#include <errno.h>
#include <openssl/evp.h>

enum { NONCE_BYTES = 12, TAG_BYTES = 16 };

static void derive_key(const struct aws *aws, const char *label, unsigned char key[SHA256_BYTES])
{
	struct str secret = { (const char *)aws->secret, sizeof aws->secret };
	hmac_sha256(secret, str_c(label), key);
}

struct str seal_text(const struct aws *aws, struct arena *arena, const char *label,
	struct str context, struct str text)
{
	unsigned char key[SHA256_BYTES],
		*out = arena_alloc(arena, NONCE_BYTES + TAG_BYTES + text.n + 1);
	unsigned char *tag = out + NONCE_BYTES, *body = tag + TAG_BYTES;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, last = 0;
	derive_key(aws, label, key);
	random_bytes(out, NONCE_BYTES);
	int ok =
		ctx && EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out) == 1 &&
		EVP_EncryptUpdate(
			ctx, NULL, &n, (const unsigned char *)context.p, (int)context.n) == 1 &&
		EVP_EncryptUpdate(ctx, body, &n, (const unsigned char *)text.p, (int)text.n) == 1 &&
		EVP_EncryptFinal_ex(ctx, body + n, &last) == 1 &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1;
	EVP_CIPHER_CTX_free(ctx);
	OPENSSL_cleanse(key, sizeof key);
	assert(ok && (size_t)(n + last) == text.n);
	return (struct str){ (const char *)out, NONCE_BYTES + TAG_BYTES + text.n };
}

int seal_open(const struct aws *aws, struct arena *arena, const char *label, struct str context,
	struct str sealed, struct str *text)
{
	unsigned char key[SHA256_BYTES];
	if (sealed.n < NONCE_BYTES + TAG_BYTES)
		return -EBADMSG;
	size_t bytes = sealed.n - NONCE_BYTES - TAG_BYTES;
	unsigned char *out = arena_alloc(arena, bytes + 1), tag[TAG_BYTES];
	const unsigned char *nonce = (const unsigned char *)sealed.p;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, last = 0;
	derive_key(aws, label, key);
	memcpy(tag, nonce + NONCE_BYTES, TAG_BYTES);
	int ok =
		ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
		EVP_DecryptUpdate(
			ctx, NULL, &n, (const unsigned char *)context.p, (int)context.n) == 1 &&
		EVP_DecryptUpdate(ctx, out, &n, nonce + NONCE_BYTES + TAG_BYTES, (int)bytes) == 1 &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
		EVP_DecryptFinal_ex(ctx, out + n, &last) == 1;
	EVP_CIPHER_CTX_free(ctx);
	OPENSSL_cleanse(key, sizeof key);
	if (!ok)
		return -EBADMSG;
	*text = (struct str){ (const char *)out, bytes };
	return 0;
}
