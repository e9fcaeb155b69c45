/*
 * Secrets at rest: AES-256-GCM (NIST SP 800-38D) with a fresh nonce for each, under keys that are
 * derived from the server's own. That stands in the same store: who has the store whole has them.
 */
#ifndef SAMOVAR_AWS_SEAL_H
#define SAMOVAR_AWS_SEAL_H

#include "base/mem.h"
#include "base/str.h"

struct aws;

/*
 * The nonce, the tag and the encrypted text, in the arena. The label tells purposes apart
 * ("samovar/ssm/secure-string/1": each has a key of its own); the context is where it belongs.
 */
struct str seal_text(const struct aws *aws, struct arena *arena, const char *label,
	struct str context, struct str text);
/* 0, or -EBADMSG for what was changed, moved, or sealed by another server. */
int seal_open(const struct aws *aws, struct arena *arena, const char *label, struct str context,
	struct str sealed, struct str *text) MUSTCHECK;

#endif
