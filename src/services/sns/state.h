/* What the service keeps while the server runs. */
#ifndef SAMOVAR_SERVICES_SNS_STATE_H
#define SAMOVAR_SERVICES_SNS_STATE_H

#include "loop/fiber.h"
#include "services/sns/internal.h"

struct evp_pkey_st;

struct sns {
	struct aws *aws;
	/* The signing key: made at the first need, then never changed. */
	struct evp_pkey_st *key;
	struct str certificate; /* PEM; heap */
	char certificate_name[64];
	bool is_making;
	struct waitq made;
};

static inline struct sns *sns_state(const struct aws *aws)
{
	return aws_state(aws, &sns_api);
}

#endif
