/* Who calls: the access key, the session token and the signature. */
#include "aws/auth.h"
#include "aws/error.h"
#include "aws/resolve.h"
#include "aws/session.h"
#include "aws/wire.h"
#include "base/encode.h"
#include <errno.h>

static const char SECURITY_TOKEN_TEXT[] = "The security token included in the request is %s.";

enum auth_failure {
	AUTH_MISSING,
	AUTH_INCOMPLETE,
	AUTH_UNKNOWN_KEY,
	AUTH_MISMATCH,
	AUTH_SKEWED,
	AUTH_EXPIRED,
	AUTH_BAD_EXPIRES,
	AUTH_BODY_CHANGED,
	AUTH_TOKEN_EXPIRED,
	AUTH_TOKEN_INVALID,
};

/* S3 has names of its own, and texts where that is not NULL. */
static const struct {
	const struct error_shape *common, *s3;
	const char *s3_text;
} failures[] = {
	[AUTH_MISSING] = { &aws_missing_authentication, &aws_s3_missing_authentication,
		"Access Denied" },
	[AUTH_INCOMPLETE] = { &aws_incomplete_signature, &aws_s3_incomplete_signature, NULL },
	[AUTH_UNKNOWN_KEY] = { &aws_invalid_client_token, &aws_s3_invalid_key,
		"The AWS Access Key Id you provided does not exist in our records." },
	[AUTH_MISMATCH] = { &aws_invalid_signature, &aws_invalid_signature, NULL },
	[AUTH_SKEWED] = { &aws_invalid_signature, &aws_s3_skewed,
		"The difference between the request time and the current time is too large." },
	[AUTH_EXPIRED] = { &aws_invalid_signature, &aws_s3_expired, "Request has expired" },
	[AUTH_BAD_EXPIRES] = { &aws_incomplete_signature, &aws_s3_bad_query, NULL },
	[AUTH_BODY_CHANGED] = { &aws_invalid_signature, &aws_s3_body_changed, NULL },
	[AUTH_TOKEN_EXPIRED] = { &aws_expired_token, &aws_s3_expired_token,
		"The provided token has expired." },
	[AUTH_TOKEN_INVALID] = { &aws_invalid_client_token, &aws_s3_invalid_token,
		"The provided token is malformed or otherwise invalid." },
};

static int refuse(struct request *r, enum auth_failure failure, struct str message)
{
	if (!wire_is_s3(r))
		return fail(&r->call, failures[failure].common, "%.*s", STR_ARG(message));
	if (failures[failure].s3_text)
		message = str_c(failures[failure].s3_text);
	return fail(&r->call, failures[failure].s3, "%.*s", STR_ARG(message));
}

static int refuse_token(struct request *r, enum auth_failure failure, const char *what)
{
	return refuse(r, failure, arena_printf(r->arena, SECURITY_TOKEN_TEXT, what));
}

static bool is_account_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == 12;
}

static bool is_region(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
			    s.p[i] == '-'))
			return false;
	return s.n > 0 && s.n <= 32 && !str_is(s, "aws-global");
}

static void set_region(struct request *r)
{
	struct str region = r->claim.region;
	if (!is_region(region))
		region = resolve_host_region(r);
	r->call.identity.region = is_region(region) ? region : STR("us-east-1");
}

static void set_root(struct request *r, struct str account)
{
	struct identity *id = &r->call.identity;
	id->account = account;
	id->principal_arn = arena_concat(
		r->arena, (struct str[]){ STR("arn:aws:iam::"), account, STR(":root") }, 3);
	id->principal_id = account;
	id->is_root = true;
}

static void set_session(struct request *r, const struct session *s)
{
	struct identity *id = &r->call.identity;
	ssize_t slash = str_rindex(s->role_arn, '/');
	id->account = s->account;
	id->session_name = s->session_name;
	if (s->instance.n)
		id->instance = s->instance;
	id->session_policy = s->policy;
	/* A session of a user or of the account itself (GetSessionToken) goes on as that. */
	if (str_find(s->role_arn, STR(":role/")) < 0 || slash < 0) {
		id->principal_arn = s->role_arn;
		id->principal_id = s->role_id;
		id->is_root = str_ends(s->role_arn, STR(":root"));
		return;
	}
	id->role_arn = s->role_arn;
	id->principal_arn = arena_concat(r->arena,
		(struct str[]){ STR("arn:aws:sts::"), s->account, STR(":assumed-role"),
			str_from(s->role_arn, (size_t)slash), STR("/"), s->session_name },
		6);
	id->principal_id =
		arena_concat(r->arena, (struct str[]){ s->role_id, STR(":"), s->session_name }, 3);
}

static void set_key(struct request *r, const struct access_key *key)
{
	struct identity *id = &r->call.identity;
	id->account = key->account;
	id->principal_arn = key->principal_arn;
	id->principal_id = key->principal_id;
	id->is_root = str_ends(key->principal_arn, STR(":root"));
}

static int find_key(struct request *r, struct access_key *key)
{
	const struct aws_hooks *hooks = &r->aws->hooks;
	int found =
		hooks->find_key ? hooks->find_key(&r->call, r->claim.access_key_id, key) : -ENOENT;
	/* What a read of the store may have left there is not the operation's error. */
	r->call.error = (struct call_error){ 0 };
	return found;
}

/* Any credentials pass; those that we know say more than those that we don't. */
static void identify_any(struct request *r)
{
	struct str id = r->claim.access_key_id, secret;
	struct session session;
	struct access_key key;
	if (r->claim.token.n) {
		int found = session_verify(
			r->aws, r->arena, id, r->claim.token, r->call.now_ms, &session, &secret);
		if (found == 0 || found == -ETIMEDOUT) {
			set_session(r, &session);
			return;
		}
	}
	if (id.n == 20 && str_starts(id, STR("AKIA")) && find_key(r, &key) == 0)
		set_key(r, &key);
	else
		set_root(r, is_account_id(id) ? id : STR("000000000000"));
}

/* The secret of the claim's key, and the identity that it stands for. */
static int find_secret(struct request *r, struct str *secret)
{
	struct aws *aws = r->aws;
	struct str id = r->claim.access_key_id;
	struct session session;
	struct access_key key;
	if (r->claim.token.n) {
		int found = session_verify(
			aws, r->arena, id, r->claim.token, r->call.now_ms, &session, secret);
		if (found == -ETIMEDOUT)
			return refuse_token(r, AUTH_TOKEN_EXPIRED, "expired");
		if (found < 0)
			return refuse_token(r, AUTH_TOKEN_INVALID, "invalid");
		set_session(r, &session);
		return 0;
	}
	if (aws->root_access_key_id.n && str_eq(id, aws->root_access_key_id)) {
		*secret = aws->root_secret;
		set_root(r, STR("000000000000"));
		return 0;
	}
	if (find_key(r, &key) < 0)
		return refuse_token(r, AUTH_UNKNOWN_KEY, "invalid");
	*secret = key.secret;
	set_key(r, &key);
	return 0;
}

static int verify(struct request *r, struct str secret)
{
	static const enum auth_failure failure_of[] = {
		[SIGV4_INCOMPLETE] = AUTH_INCOMPLETE,
		[SIGV4_MISMATCH] = AUTH_MISMATCH,
		[SIGV4_SKEWED] = AUTH_SKEWED,
		[SIGV4_EXPIRED] = AUTH_EXPIRED,
		[SIGV4_BAD_EXPIRES] = AUTH_BAD_EXPIRES,
		[SIGV4_BODY_CHANGED] = AUTH_BODY_CHANGED,
	};
	enum sigv4_rules rules = wire_is_s3(r) ? SIGV4_RULES_S3 : SIGV4_RULES_COMMON;
	struct sigv4_error error;
	if (sigv4_verify(r->arena, &r->signed_part, &r->claim, secret, r->body, rules,
		    r->call.now_ms, &error) < 0)
		return refuse(r, failure_of[error.failure], error.message);
	const char *service = r->entry->api->signing_name;
	if (r->claim.service.n && !str_is(r->claim.service, service))
		return refuse(r, AUTH_MISMATCH,
			arena_printf(r->arena,
				"Credential should be scoped to correct service: '%s'. ", service));
	return 0;
}

int auth_identify(struct request *r)
{
	struct str secret;
	set_region(r);
	r->call.identity.access_key_id =
		r->claim.access_key_id.p ? r->claim.access_key_id : STR("");
	if (r->aws->auth == AWS_AUTH_ANY) {
		identify_any(r);
		return 0;
	}
	if (r->claim.form == SIGV4_NONE) {
		if (!r->operation->is_public)
			return refuse(r, AUTH_MISSING,
				r->wire == &wire_query
					? STR("Request is missing Authentication Token")
					: STR("Missing Authentication Token"));
		r->call.identity.account = STR("000000000000");
		r->call.identity.principal_arn = r->call.identity.principal_id = STR("anonymous");
		r->call.identity.is_anonymous = true;
		return 0;
	}
	/* What is incomplete is said before the key is looked up. */
	if (!r->claim.access_key_id.n)
		return verify(r, STR(""));
	if (find_secret(r, &secret) < 0 || verify(r, secret) < 0)
		return -1;
	r->secret = secret;
	return 0;
}

/* AWS4-HMAC-SHA256 of a text, which is not a request's. */
static bool signs(const struct sigv4_claim *claim, struct str secret, struct str text)
{
	unsigned char digest[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	struct hmac_key key;
	sigv4_derive_key(claim, secret, &key);
	hmac_key_sign(&key, text, digest);
	hmac_key_fini(&key);
	hex_encode(digest, sizeof digest, hex);
	return claim->signature.n == 2 * SHA256_BYTES &&
	       bytes_equal_secret(claim->signature.p, hex, 2 * SHA256_BYTES);
}

int call_identify(struct call *call, const struct sigv4_claim *claim, struct str text)
{
	struct api_entry entry = { .api = call->api };
	struct request r = { .aws = call->aws,
		.arena = call->arena,
		.wire = &wire_rest_xml,
		.entry = &entry,
		.operation = call->operation,
		.claim = *claim,
		.call = *call };
	struct str secret;
	r.call.identity = (struct identity){ .region = call->identity.region,
		.access_key_id = claim->access_key_id };
	if (is_region(claim->region))
		r.call.identity.region = claim->region;
	if (call->aws->auth == AWS_AUTH_ANY) {
		identify_any(&r);
	} else if (find_secret(&r, &secret) < 0) {
		call->error = r.call.error;
		return -1;
	} else if (!signs(claim, secret, text) ||
		   !str_is(claim->service, call->api->signing_name) ||
		   !str_is(claim->term, "aws4_request")) {
		return fail(call, &aws_invalid_signature,
			"The request signature we calculated does not match the signature you provided. "
			"Check your key and signing method.");
	}
	call->identity = r.call.identity;
	call->policies = NULL; /* they were those of whoever it was before */
	return 0;
}
