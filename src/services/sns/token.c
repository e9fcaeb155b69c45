/* Tokens that confirm subscriptions. */
#include "aws/hash.h"
#include "base/encode.h"
#include "base/random.h"
#include "services/sns/internal.h"

enum { EXPIRY_BYTES = 8, TOKEN_BYTES = EXPIRY_BYTES + SHA256_BYTES + UUID_LENGTH };

static void sign(struct call *call, const struct topic_name *t, struct str id,
	const unsigned char expiry[EXPIRY_BYTES], unsigned char out[SHA256_BYTES])
{
	struct str secret = { (const char *)call->aws->secret, sizeof call->aws->secret };
	struct str parts[] = { STR("samovar/sns/confirm/1:"), subscription_arn(call->arena, t, id),
		{ (const char *)expiry, EXPIRY_BYTES } };
	hmac_sha256(secret, arena_concat(call->arena, parts, COUNT_OF(parts)), out);
}

struct str token_make(struct call *call, const struct topic_name *t, struct str id)
{
	unsigned char token[TOKEN_BYTES];
	char *text = arena_alloc(call->arena, 2 * TOKEN_BYTES + 1);
	int64_t expiry = call->now_ms + SNS_CONFIRM_MS;
	assert(id.n == UUID_LENGTH);
	memcpy(token, &expiry, EXPIRY_BYTES);
	sign(call, t, id, token, token + EXPIRY_BYTES);
	memcpy(token + EXPIRY_BYTES + SHA256_BYTES, id.p, UUID_LENGTH);
	hex_encode(token, sizeof token, text);
	return (struct str){ text, 2 * TOKEN_BYTES };
}

struct str token_open(struct call *call, const struct topic_name *t, struct str token)
{
	unsigned char *bytes = arena_alloc(call->arena, TOKEN_BYTES), mac[SHA256_BYTES];
	int64_t expiry;
	if (token.n != 2 * TOKEN_BYTES || hex_decode(token, bytes, TOKEN_BYTES) < 0)
		return (struct str){ 0 };
	struct str id = { (const char *)bytes + EXPIRY_BYTES + SHA256_BYTES, UUID_LENGTH };
	memcpy(&expiry, bytes, EXPIRY_BYTES);
	sign(call, t, id, bytes, mac);
	if (!bytes_equal_secret(mac, bytes + EXPIRY_BYTES, SHA256_BYTES) || expiry < call->now_ms)
		return (struct str){ 0 };
	return id;
}
