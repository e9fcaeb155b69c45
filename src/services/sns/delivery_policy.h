/* How endpoints are tried again. */
#ifndef SAMOVAR_SERVICES_SNS_DELIVERY_POLICY_H
#define SAMOVAR_SERVICES_SNS_DELIVERY_POLICY_H

#include "api/delivery.h"
#include "services/sns/internal.h"

struct retry_policy {
	int64_t min_s, max_s;
	int64_t retries; /* in all, of which: */
	int64_t no_delay, min_delay, max_delay;
	struct str function, content_type;
	bool no_overrides; /* a topic's: subscriptions' own are not asked */
};

/* What holds for HTTP/S: the defaults, the topic's, the subscription's (or NULL). */
struct retry_policy delivery_policy_of(
	struct call *call, const struct topic *t, const struct subscription *s);
/* The phases of retries for a subscription's protocol. */
struct delivery_retry_phases retry_phases(
	struct call *call, const struct topic *t, const struct subscription *s);

#endif
