/*
 * Session tokens: the session's fields as length-prefixed bytes and their HMAC under the server's
 * key, in base64. The secret is an HMAC of the access key id under the same key, with a label of
 * its own.
 */
#include "aws/session.h"
#include "aws/hash.h"
#include "aws/limits.h"
#include "base/encode.h"
#include "base/random.h"
#include <errno.h>

enum { TOKEN_VERSION = 1, MAC_BYTES = SHA256_BYTES, SECRET_BYTES = 30, KEY_ID_RANDOM = 16 };

static struct str mac_of(
	const struct aws *aws, struct arena *arena, const char *label, struct str data)
{
	struct str text = arena_concat(arena, (struct str[]){ str_c(label), STR(":"), data }, 3);
	unsigned char *mac = arena_alloc(arena, MAC_BYTES);
	hmac_sha256((struct str){ (const char *)aws->secret, sizeof aws->secret }, text, mac);
	return (struct str){ (const char *)mac, MAC_BYTES };
}

static struct str secret_of(const struct aws *aws, struct arena *arena, struct str access_key_id)
{
	return base64_encode(arena,
		str_sub(mac_of(aws, arena, "session-secret", access_key_id), 0, SECRET_BYTES));
}

static void put_text(struct buf *b, struct str s)
{
	assert(s.n <= UINT16_MAX);
	buf_char(b, (char)(s.n >> 8));
	buf_char(b, (char)s.n);
	buf_append(b, s.p, s.n);
}

static bool take_text(struct str *rest, struct str *out)
{
	if (rest->n < 2)
		return false;
	size_t n = (size_t)(unsigned char)rest->p[0] << 8 | (unsigned char)rest->p[1];
	if (rest->n - 2 < n)
		return false;
	*out = str_sub(*rest, 2, n);
	*rest = str_from(*rest, 2 + n);
	return true;
}

void session_issue(const struct aws *aws, struct arena *arena, const struct session *session,
	struct session_credentials *out)
{
	char id[4 + KEY_ID_RANDOM + 1] = "ASIA";
	struct buf b = { 0 };
	random_text(id + 4, KEY_ID_RANDOM, STR("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
	out->access_key_id = arena_str(arena, str_c(id));
	out->secret_access_key = secret_of(aws, arena, out->access_key_id);
	buf_char(&b, TOKEN_VERSION);
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_char(&b, (char)((uint64_t)session->expires_ms >> shift));
	put_text(&b, out->access_key_id);
	put_text(&b, session->account);
	put_text(&b, session->role_arn);
	put_text(&b, session->role_id);
	put_text(&b, session->session_name);
	put_text(&b, session->instance);
	put_text(&b, session->policy);
	buf_str(&b, mac_of(aws, arena, "session-token", buf_view(&b)));
	out->session_token = base64_encode(arena, buf_view(&b));
	buf_fini(&b);
	assert(out->session_token.n <= SESSION_TOKEN_BYTES_MAX);
}

int session_verify(const struct aws *aws, struct arena *arena, struct str access_key_id,
	struct str session_token, int64_t now_ms, struct session *out, struct str *secret)
{
	struct str bytes, key_id;
	struct session s = { 0 };
	if (session_token.n > SESSION_TOKEN_BYTES_MAX ||
		base64_decode(arena, session_token, &bytes) < 0)
		return -EINVAL;
	if (bytes.n < 1 + 8 + MAC_BYTES || bytes.p[0] != TOKEN_VERSION)
		return -EINVAL;
	struct str signed_part = str_sub(bytes, 0, bytes.n - MAC_BYTES);
	struct str mac = mac_of(aws, arena, "session-token", signed_part);
	if (!bytes_equal_secret(mac.p, bytes.p + signed_part.n, MAC_BYTES))
		return -EINVAL;
	uint64_t expires = 0;
	for (int i = 1; i <= 8; i++)
		expires = expires << 8 | (unsigned char)bytes.p[i];
	struct str rest = str_from(signed_part, 9);
	if (!take_text(&rest, &key_id) || !take_text(&rest, &s.account) ||
		!take_text(&rest, &s.role_arn) || !take_text(&rest, &s.role_id) ||
		!take_text(&rest, &s.session_name) || !take_text(&rest, &s.instance) ||
		!take_text(&rest, &s.policy) || rest.n || !str_eq(key_id, access_key_id))
		return -EINVAL;
	s.expires_ms = (int64_t)expires;
	*out = s;
	*secret = secret_of(aws, arena, access_key_id);
	return s.expires_ms <= now_ms ? -ETIMEDOUT : 0;
}
