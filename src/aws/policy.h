/* IAM policies: parsing, checking and evaluating them (IAM User Guide, "Policy evaluation logic").
 */
#ifndef SAMOVAR_AWS_POLICY_H
#define SAMOVAR_AWS_POLICY_H

#include "base/mem.h"
#include "base/str.h"

struct policies {
	struct str *documents; /* JSON texts */
	size_t n;
	struct str boundary; /* a document that must allow it too (a permissions boundary), or p ==
				NULL */
};

struct policy_context_key {
	struct str name,
		value; /* "aws:SourceIp", "127.0.0.1"; several of one name are its set of values */
};

struct policy_request {
	struct str action;        /* "lambda:InvokeFunction" */
	struct str resource;      /* an ARN, or "*" */
	struct str principal_arn; /* for resource policies; and the account: */
	struct str principal_account;
	struct str principal_service; /* "s3.amazonaws.com", or p == NULL */
	const struct policy_context_key *context;
	size_t context_count;
};

enum policy_effect { POLICY_NO_MATCH, POLICY_ALLOW, POLICY_DENY };

/* One document against the request: an explicit deny wins. Principal is looked at when
 * is_resource_policy. */
enum policy_effect policy_evaluate(struct arena *arena, struct str document,
	const struct policy_request *request, bool is_resource_policy);
/* All of them together, inside their boundary. */
enum policy_effect policies_evaluate(
	struct arena *arena, const struct policies *policies, const struct policy_request *request);
/* Whether the document is a policy: 0, or -EINVAL with what is wrong, in IAM's words. */
int policy_check(struct arena *arena, struct str document, bool is_resource_policy,
	struct str *why) MUSTCHECK;

#endif
