/*
 * Temporary credentials without a record in the store: the session token carries who it is for and
 * until when, signed with the server's own key; the secret is derived from the access key id the
 * same way. So a function instance gets keys of its own for the price of two HMACs.
 */
#ifndef SAMOVAR_AWS_SESSION_H
#define SAMOVAR_AWS_SESSION_H

#include "aws/aws.h"
#include "base/mem.h"

struct session {
	struct str account;
	struct str role_arn; /* the role that was assumed */
	struct str role_id;  /* AROA... */
	struct str session_name;
	int64_t expires_ms;
	struct str instance; /* the function instance that it was given to, or empty */
	struct str policy;   /* a session policy that narrows the role's, or empty */
};

struct session_credentials {
	struct str access_key_id, secret_access_key, session_token; /* in the arena */
};

void session_issue(const struct aws *aws, struct arena *arena, const struct session *session,
	struct session_credentials *out);
/*
 * 0, or -EINVAL for a token that is not ours or not of this access key, -ETIMEDOUT for one that has
 * expired
 * (*out and *secret are set then too).
 */
int session_verify(const struct aws *aws, struct arena *arena, struct str access_key_id,
	struct str session_token, int64_t now_ms, struct session *out,
	struct str *secret) MUSTCHECK;

#endif
