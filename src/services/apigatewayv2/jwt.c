/*
 * JSON Web Tokens signed with RSA (RFC 7519, RFC 7518 section 3.3), checked as API Gateway's JWT
 * authorizers do (API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers").
 */
#include "aws/codec.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "net/http_client.h"
#include "services/apigatewayv2/authorizer.h"
#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <yyjson.h>

#define INVALID(text) "Bearer scope=\"\" error=\"invalid_token\" error_description=\"" text "\""
enum { REFETCH_AFTER_MS = 60000 };

struct issuer_keys {
	size_t n;
	uint64_t fetched_ms;
	struct {
		char *id;
		EVP_PKEY *key;
	} v[GATEWAY_KEYS_MAX];
};

static void keys_free(struct issuer_keys *k)
{
	for (size_t i = 0; k && i < k->n; i++) {
		free(k->v[i].id);
		EVP_PKEY_free(k->v[i].key);
	}
	free(k);
}

void jwt_keys_fini(struct gateway *gateway)
{
	struct map_entry *e;
	for (size_t at = 0; map_next(&gateway->keys, &at, &e);)
		keys_free(e->value);
	map_fini(&gateway->keys);
}

/* base64url without padding (RFC 7515 section 2). */
static int decode_url(struct arena *arena, struct str text, struct str *out)
{
	size_t padding = (4 - text.n % 4) % 4;
	char *s = arena_alloc(arena, text.n + padding);
	for (size_t i = 0; i < text.n; i++)
		s[i] = text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i];
	memset(s + text.n, '=', padding);
	return base64_decode(arena, (struct str){ s, text.n + padding }, out);
}

static struct str json_text(yyjson_val *object, const char *name)
{
	yyjson_val *v = yyjson_obj_get(object, name);
	return yyjson_is_str(v) ? (struct str){ yyjson_get_str(v), yyjson_get_len(v) }
				: (struct str){ 0 };
}

/* ---- keys ---- */

static EVP_PKEY *rsa_key(struct arena *arena, struct str modulus, struct str exponent)
{
	struct str n, e;
	EVP_PKEY *key = NULL;
	if (decode_url(arena, modulus, &n) < 0 || decode_url(arena, exponent, &e) < 0 ||
		n.n < 128 || n.n > 1024)
		return NULL;
	BIGNUM *bn = BN_bin2bn((const unsigned char *)n.p, (int)n.n, NULL);
	BIGNUM *be = BN_bin2bn((const unsigned char *)e.p, (int)e.n, NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, bn);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, be);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (EVP_PKEY_fromdata_init(ctx) <= 0 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(bn);
	BN_free(be);
	return key;
}

static int get_json(struct exchange *x, struct str url, yyjson_doc **out)
{
	struct http_client_response response;
	struct http_client_request request = { .method = STR("GET"),
		.url = url,
		.timeout_ms = 5000,
		.body_bytes_max = 256 * KIB,
		.public_only = x->gateway->aws->auth == AWS_AUTH_STRICT };
	int r = http_client_send(x->arena, &request, &response);
	if (r < 0 || response.status != 200) {
		log_warn("gateway: the keys of a token's issuer can't be read from %.*s",
			STR_ARG(url));
		return -EIO;
	}
	*out = yyjson_read(response.body.p, response.body.n, 0);
	return *out ? 0 : -EIO;
}

static struct issuer_keys *fetch_keys(struct exchange *x, struct str issuer)
{
	yyjson_doc *doc;
	yyjson_val *key;
	size_t i, max;
	struct str base = str_ends(issuer, STR("/")) ? str_sub(issuer, 0, issuer.n - 1) : issuer;
	if (get_json(x,
		    arena_printf(x->arena, "%.*s/.well-known/openid-configuration", STR_ARG(base)),
		    &doc) < 0)
		return NULL;
	struct str url = arena_str(x->arena, json_text(yyjson_doc_get_root(doc), "jwks_uri"));
	yyjson_doc_free(doc);
	if (!url.n || get_json(x, url, &doc) < 0)
		return NULL;
	struct issuer_keys *keys = xcalloc(1, sizeof *keys);
	keys->fetched_ms = clock_mono_ms();
	yyjson_arr_foreach(yyjson_obj_get(yyjson_doc_get_root(doc), "keys"), i, max, key)
	{
		struct str id = json_text(key, "kid");
		EVP_PKEY *pkey =
			keys->n < GATEWAY_KEYS_MAX && str_is(json_text(key, "kty"), "RSA")
				? rsa_key(x->arena, json_text(key, "n"), json_text(key, "e"))
				: NULL;
		if (!pkey)
			continue;
		keys->v[keys->n].id = xstrndup(id.p ? id.p : "", id.n);
		keys->v[keys->n++].key = pkey;
	}
	yyjson_doc_free(doc);
	return keys;
}

static EVP_PKEY *key_named(const struct issuer_keys *k, struct str id)
{
	for (size_t i = 0; k && i < k->n; i++)
		if (!id.n || str_is(id, k->v[i].id))
			return k->v[i].key;
	return NULL;
}

/* A reference of one's own: the cache may change while another token waits for its issuer. */
static EVP_PKEY *find_key(struct exchange *x, struct str issuer, struct str id)
{
	struct issuer_keys *keys = map_get(&x->gateway->keys, issuer);
	EVP_PKEY *key = key_named(keys, id);
	uint64_t age = keys ? clock_mono_ms() - keys->fetched_ms : UINT64_MAX;
	if (!keys || age > GATEWAY_KEYS_TTL_MS || (!key && age > REFETCH_AFTER_MS)) {
		keys = fetch_keys(x, issuer);
		if (keys)
			keys_free(map_put(&x->gateway->keys, issuer, keys));
		else
			keys = map_get(&x->gateway->keys, issuer);
		key = key_named(keys, id);
	}
	if (key)
		EVP_PKEY_up_ref(key);
	return key;
}

static bool signature_is_good(
	EVP_PKEY *key, struct str algorithm, struct str text, struct str signature)
{
	const EVP_MD *digest = str_is(algorithm, "RS256")   ? EVP_sha256()
			       : str_is(algorithm, "RS384") ? EVP_sha384()
			       : str_is(algorithm, "RS512") ? EVP_sha512()
							    : NULL;
	EVP_MD_CTX *ctx = digest ? EVP_MD_CTX_new() : NULL;
	bool good = ctx && EVP_DigestVerifyInit(ctx, NULL, digest, NULL, key) > 0 &&
		    EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
			    (const unsigned char *)text.p, text.n) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

/* ---- claims ---- */

static bool audience_has(const struct apigatewayv2_text_list *wanted, struct str one)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (one.n && str_eq(wanted->v[i], one))
			return true;
	return false;
}

static bool audience_is_good(const struct apigatewayv2_text_list *wanted, yyjson_val *claims)
{
	yyjson_val *aud = yyjson_obj_get(claims, "aud"), *item;
	size_t i, max;
	if (!aud)
		return audience_has(wanted, json_text(claims, "client_id"));
	yyjson_arr_foreach(aud, i, max,
		item) if (yyjson_is_str(item) &&
			  audience_has(wanted, (struct str){ yyjson_get_str(item),
						       yyjson_get_len(item) })) return true;
	return audience_has(wanted, json_text(claims, "aud"));
}

/* Claims reach the function as texts; arrays as "[a b]". */
static void put_claims(struct buf *b, yyjson_val *claims)
{
	yyjson_val *key, *item;
	size_t i, max;
	bool first = true;
	yyjson_obj_iter it = yyjson_obj_iter_with(claims);
	buf_char(b, '{');
	while ((key = yyjson_obj_iter_next(&it))) {
		yyjson_val *v = yyjson_obj_iter_get_val(key);
		struct buf text = { 0 };
		if (yyjson_is_str(v)) {
			buf_append(&text, yyjson_get_str(v), yyjson_get_len(v));
		} else if (yyjson_is_arr(v)) {
			buf_char(&text, '[');
			yyjson_arr_foreach(v, i, max, item)
			{
				if (i)
					buf_char(&text, ' ');
				if (yyjson_is_str(item))
					buf_append(
						&text, yyjson_get_str(item), yyjson_get_len(item));
			}
			buf_char(&text, ']');
		} else {
			char *json = yyjson_val_write(v, 0, NULL);
			buf_cat(&text, json ? json : "");
			free(json);
		}
		if (!first)
			buf_char(b, ',');
		first = false;
		json_quote(b, (struct str){ yyjson_get_str(key), yyjson_get_len(key) });
		buf_char(b, ':');
		json_quote(b, buf_view(&text));
		buf_fini(&text);
	}
	buf_char(b, '}');
}

/* The token's scopes that the route asks for, as a JSON list; false when it has none of them. */
static bool put_scopes(
	struct buf *b, yyjson_val *claims, const struct apigatewayv2_text_list *wanted)
{
	bool found = false;
	if (!wanted->n) {
		buf_cat(b, "null");
		return true;
	}
	for (size_t i = 0; i < wanted->n; i++) {
		struct str rest = json_text(claims, "scope"), one;
		yyjson_val *list = yyjson_obj_get(claims, "scp"), *item;
		size_t k, max;
		bool has = false;
		if (!rest.p)
			rest = json_text(claims, "scp");
		while (rest.p && !has && str_cut(&rest, ' ', &one))
			has = str_eq(one, wanted->v[i]);
		yyjson_arr_foreach(list, k, max, item) has =
			has || (yyjson_is_str(item) && str_is(wanted->v[i], yyjson_get_str(item)));
		if (!has)
			continue;
		buf_char(b, found ? ',' : '[');
		json_quote(b, wanted->v[i]);
		found = true;
	}
	if (found)
		buf_char(b, ']');
	return found;
}

static int check_claims(struct exchange *x, const struct apigatewayv2_jwt_configuration *config,
	yyjson_val *claims, const char **why)
{
	double now = (double)x->now_ms / 1000;
	yyjson_val *exp = yyjson_obj_get(claims, "exp"), *nbf = yyjson_obj_get(claims, "nbf"),
		   *iat = yyjson_obj_get(claims, "iat");
	if (!str_eq(json_text(claims, "iss"), config->issuer))
		*why = INVALID("the token has an invalid issuer");
	else if (!audience_is_good(&config->audience, claims))
		*why = INVALID("the token has an invalid audience");
	else if (!yyjson_is_num(exp) || yyjson_get_num(exp) <= now)
		*why = INVALID("the token has expired");
	else if (nbf && (!yyjson_is_num(nbf) || yyjson_get_num(nbf) > now))
		*why = INVALID("the token is not valid yet");
	else if (iat && (!yyjson_is_num(iat) || yyjson_get_num(iat) > now + 1))
		*why = INVALID("the token was issued in the future");
	else
		return 0;
	return -EACCES;
}

static int check_parsed(struct exchange *x, const struct apigatewayv2_jwt_configuration *config,
	const struct apigatewayv2_text_list *scopes, yyjson_val *claims, struct str *out,
	struct str *granted, const char **why)
{
	struct buf b = { 0 };
	if (check_claims(x, config, claims, why) < 0)
		return -EACCES;
	int r = 0;
	if (put_scopes(&b, claims, scopes)) {
		*granted = arena_str(x->arena, buf_view(&b));
		b.n = 0;
		put_claims(&b, claims);
		*out = arena_str(x->arena, buf_view(&b));
	} else {
		*why = "Bearer error=\"insufficient_scope\"";
		r = -EPERM;
	}
	buf_fini(&b);
	return r;
}

int jwt_check(struct exchange *x, const struct apigatewayv2_jwt_configuration *config,
	const struct apigatewayv2_text_list *scopes, struct str token, struct str *claims,
	struct str *granted, const char **why)
{
	struct str rest = token, head, body, signature, json;
	*why = INVALID("the token is malformed");
	if (token.n > GATEWAY_TOKEN_BYTES_MAX || !str_cut(&rest, '.', &head) || !rest.p ||
		!str_cut(&rest, '.', &body) || !rest.p ||
		decode_url(x->arena, rest, &signature) < 0 || decode_url(x->arena, head, &json) < 0)
		return -EACCES;
	struct str signed_text = str_sub(token, 0, head.n + 1 + body.n);
	yyjson_doc *doc = yyjson_read(json.p, json.n, 0);
	struct str algorithm = arena_str(x->arena, json_text(yyjson_doc_get_root(doc), "alg"));
	struct str id = arena_str(x->arena, json_text(yyjson_doc_get_root(doc), "kid"));
	yyjson_doc_free(doc);
	EVP_PKEY *key = algorithm.n == 5 && str_starts(algorithm, STR("RS"))
				? find_key(x, config->issuer, id)
				: NULL;
	bool good = key && signature_is_good(key, algorithm, signed_text, signature);
	EVP_PKEY_free(key);
	if (!good) {
		*why = INVALID("signature is invalid or the key is unknown");
		return -EACCES;
	}
	if (decode_url(x->arena, body, &json) < 0)
		return -EACCES;
	doc = yyjson_read(json.p, json.n, 0);
	int r = check_parsed(x, config, scopes, yyjson_doc_get_root(doc), claims, granted, why);
	yyjson_doc_free(doc);
	return r;
}
