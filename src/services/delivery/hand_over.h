/* Handing one delivery over to its target. */
#ifndef SAMOVAR_SERVICES_DELIVERY_HAND_OVER_H
#define SAMOVAR_SERVICES_DELIVERY_HAND_OVER_H

#include "api/delivery.h"
#include "aws/call.h"

enum handed {
	HANDED_OVER,  /* and its record, under the key, is deleted */
	HANDED_LATER, /* the target may take it another time; call->error says why not now */
	HANDED_NEVER, /* the target will never take it */
};

/* In a fiber, outside a transaction. A queue takes it in the transaction that deletes the record.
 */
enum handed hand_over(
	struct call *call, struct str key, const struct delivery_delivery_record *record);
/* When it is tried next, after `tries` of them; -1 when there is no further one. speed: waits are
 * divided by it. random: any number, for the jitter. */
int64_t hand_over_next(const struct delivery_delivery_record *record, int64_t now_ms, int64_t speed,
	uint64_t random);

#endif
