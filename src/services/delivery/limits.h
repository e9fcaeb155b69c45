/* Limits of deliveries. The times are EventBridge's (User Guide, "Retrying event delivery"). */
#ifndef SAMOVAR_SERVICES_DELIVERY_LIMITS_H
#define SAMOVAR_SERVICES_DELIVERY_LIMITS_H

enum {
	/* Under way at once: to what is of this server, to endpoints outside. */
	DELIVERY_INSIDE_MAX = 128,
	DELIVERY_OUTSIDE_MAX = 512,
	/* One target takes another place while it holds less than this part of those that are free.
	 */
	DELIVERY_INSIDE_SHARE = 2,
	DELIVERY_OUTSIDE_SHARE = 16,
	DELIVERY_ADOPTED_MAX = 250, /* old records moved in one transaction */
	DELIVERY_RETRIES_MAX = 185, /* if nothing is said */
	DELIVERY_AGE_MAX_S = 24 * 3600,
	DELIVERY_WAIT_FIRST_MS = 1000, /* doubled with each try */
	DELIVERY_WAIT_LAST_MS = 300000,
};

#endif
