/* IAM: users, access keys, roles and policies; and what the dispatcher asks of them. */
#ifndef SAMOVAR_SERVICES_IAM_IAM_H
#define SAMOVAR_SERVICES_IAM_IAM_H

#include "aws/call.h"

extern const struct service iam_service;

/* For struct aws_hooks (see aws.h). Answers are kept until something of IAM changes. On the loop's
 * thread. */
int iam_find_key(struct call *call, struct str access_key_id, struct access_key *out) MUSTCHECK;
int iam_find_policies(
	struct call *call, const struct identity *identity, struct policies *out) MUSTCHECK;

#endif
