/* The texts that Signature Version 4 hashes. */
#ifndef SAMOVAR_AWS_SIGV4_CANONICAL_H
#define SAMOVAR_AWS_SIGV4_CANONICAL_H

#include "aws/sigv4.h"
#include "base/buf.h"

/* Appends the canonical request. payload_hash is the last line, as it is. */
void sigv4_canonical_request(struct buf *b, struct arena *arena,
	const struct sigv4_request *request, struct str signed_headers, struct str payload_hash,
	enum sigv4_rules rules);
/* Appends the string to sign of that canonical request. */
void sigv4_string_to_sign(struct buf *b, const struct sigv4_claim *claim, struct str canonical);

#endif
