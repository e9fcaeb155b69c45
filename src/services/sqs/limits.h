/* Limits of SQS (Amazon SQS Developer Guide, "Amazon SQS quotas"), and our own. */
#ifndef SAMOVAR_SERVICES_SQS_LIMITS_H
#define SAMOVAR_SERVICES_SQS_LIMITS_H

#include "base/common.h"

enum {
	SQS_NAME_BYTES_MAX = 80,
	SQS_BATCH_MAX = 10,
	SQS_BATCH_ID_BYTES_MAX = 80,
	SQS_MESSAGE_BYTES_MAX = 1024 * 1024,
	SQS_MESSAGE_BYTES_MIN = 1024, /* the least MaximumMessageSize */
	SQS_RECEIVE_MAX = 10,
	SQS_WAIT_SECONDS_MAX = 20,
	SQS_VISIBILITY_SECONDS_MAX = 43200,
	SQS_DELAY_SECONDS_MAX = 900,
	SQS_RETENTION_SECONDS_MIN = 60,
	SQS_RETENTION_SECONDS_MAX = 1209600,
	SQS_RECEIVES_MAX = 1000, /* maxReceiveCount */
	SQS_ATTRIBUTES_MAX = 10, /* of a message */
	SQS_ATTRIBUTE_NAME_BYTES_MAX = 256,
	SQS_GROUP_BYTES_MAX =
		128, /* MessageGroupId, MessageDeduplicationId, ReceiveRequestAttemptId */
	SQS_IN_FLIGHT_STANDARD_MAX = 120000,
	SQS_IN_FLIGHT_FIFO_MAX = 20000,
	SQS_LIST_MAX = 1000,
	SQS_TAGS_MAX = 50,
	SQS_TAG_KEY_BYTES_MAX = 128,
	SQS_TAG_VALUE_BYTES_MAX = 256,
	SQS_STATEMENTS_MAX = 20, /* of a policy, by AddPermission */
	SQS_ACTIONS_MAX = 7,     /* of a statement, by AddPermission */
	SQS_PERMISSION_LABEL_BYTES_MAX = 80,
	SQS_POLICY_BYTES_MAX = 8192,
	SQS_DEDUP_MS = 5 * 60 * 1000, /* ids are remembered as long */
	SQS_PURGE_MS = 60 * 1000,     /* between two purges */
	SQS_MOVES_LISTED_MAX = 10,
	SQS_MOVES_PER_SECOND_MAX = 500,
	SQS_MOVES_MAX = 100, /* at the same time in an account and region */

	SQS_INLINE_BYTES_MAX = 2048, /* a larger message's body has a key of its own, which receives
					don't rewrite */
	SQS_EXAMINED_MAX =
		200, /* messages that one receive looks at, the dead and expired among them */
	SQS_COUNT_CHUNK = 2000, /* messages that are counted in one transaction */
	SQS_SWEEP_CHUNK = 1000, /* messages that the sweeper looks at, or deletes, in one go */
	SQS_SWEEP_MS = 10 * 1000,
	SQS_RECEIVERS_MAX = 10000, /* that wait at the same time */
};

#endif
