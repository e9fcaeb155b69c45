/*
 * AWS Signature Version 4: what a request claims about who signed it, whether that is true, and
 * signing one's own. (IAM User Guide, "AWS Signature Version 4 for API requests"; S3 API Reference,
 * "Authenticating requests")
 */
#ifndef SAMOVAR_AWS_SIGV4_H
#define SAMOVAR_AWS_SIGV4_H

#include "aws/hash.h"
#include "base/mem.h"
#include "net/http.h"

enum sigv4_form {
	SIGV4_NONE,   /* the request is not signed */
	SIGV4_HEADER, /* Authorization: AWS4-HMAC-SHA256 Credential=... */
	SIGV4_QUERY,  /* ?X-Amz-Algorithm=AWS4-HMAC-SHA256&... */
};

struct sigv4_request {
	struct str method, path, query; /* path and query as sent */
	const struct http_headers *headers;
};

/* What the request says; texts are views of it, or in the arena. Absent parts have p == NULL. */
struct sigv4_claim {
	enum sigv4_form form;
	struct str credential; /* the five below with slashes */
	struct str access_key_id, date, region, service, term;
	struct str signed_headers, signature, amz_date;
	struct str token;   /* X-Amz-Security-Token */
	struct str expires; /* X-Amz-Expires, of the query form */
};

enum sigv4_failure {
	SIGV4_INCOMPLETE,   /* a part is missing or ill-formed */
	SIGV4_MISMATCH,     /* signed by another key, or changed since */
	SIGV4_SKEWED,       /* more than 15 minutes from the server's time */
	SIGV4_EXPIRED,      /* a pre-signed request whose time is over */
	SIGV4_BAD_EXPIRES,  /* X-Amz-Expires is no number of seconds up to a week */
	SIGV4_BODY_CHANGED, /* x-amz-content-sha256 is not the body's */
};

struct sigv4_error {
	enum sigv4_failure failure;
	struct str message; /* in AWS's words */
};

/* What S3 does otherwise: paths are encoded once and not normalised, a pre-signed body is not
 * hashed. */
enum sigv4_rules { SIGV4_RULES_COMMON, SIGV4_RULES_S3 };

/* Takes the claim apart, as far as it goes; never fails: sigv4_verify judges it. */
void sigv4_parse(struct arena *arena, const struct sigv4_request *request, struct sigv4_claim *out);

/* Whether the claim's body is signed by its hash: false for UNSIGNED-PAYLOAD and the STREAMING-
 * forms. */
bool sigv4_hashes_body(const struct sigv4_request *request, const struct sigv4_claim *claim,
	enum sigv4_rules rules);

/*
 * 0, or -EACCES with the reason. body is looked at if sigv4_hashes_body; p == NULL: whoever reads
 * it checks the hash that the request names.
 */
int sigv4_verify(struct arena *arena, const struct sigv4_request *request,
	const struct sigv4_claim *claim, struct str secret, struct str body, enum sigv4_rules rules,
	int64_t now_ms, struct sigv4_error *error) MUSTCHECK;

struct sigv4_signer {
	struct str access_key_id, secret_access_key, session_token; /* token: p == NULL for none */
	struct str region, service;
	int64_t now_ms;
};

enum { SIGV4_SIGN_HEADERS_MAX = 4 };
/* The key that the claim's signatures are made with; hmac_key_fini it. For the chunks of a body. */
void sigv4_derive_key(const struct sigv4_claim *claim, struct str secret, struct hmac_key *out);

/*
 * The headers to add to the request (at most SIGV4_SIGN_HEADERS_MAX; texts in the arena) and their
 * number. All of the request's headers are signed; Host must be among them.
 */
size_t sigv4_sign(struct arena *arena, const struct sigv4_signer *signer,
	const struct sigv4_request *request, struct str body,
	struct http_header out[SIGV4_SIGN_HEADERS_MAX]);

#endif
