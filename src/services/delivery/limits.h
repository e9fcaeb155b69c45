/* Limits of deliveries. The times are EventBridge's (User Guide, "Retrying event delivery"). */
#ifndef SAMOVAR_SERVICES_DELIVERY_LIMITS_H
#define SAMOVAR_SERVICES_DELIVERY_LIMITS_H

enum {
	DELIVERY_RUNNING_MAX = 256, /* at once */
	DELIVERY_RETRIES_MAX = 185, /* if nothing is said */
	DELIVERY_AGE_MAX_S = 24 * 3600,
	DELIVERY_WAIT_FIRST_MS = 1000, /* doubled with each try */
	DELIVERY_WAIT_LAST_MS = 300000,
};

#endif
