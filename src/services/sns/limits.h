/* Limits of SNS (AWS General Reference, "Amazon SNS endpoints and quotas"), and our own. */
#ifndef SAMOVAR_SERVICES_SNS_LIMITS_H
#define SAMOVAR_SERVICES_SNS_LIMITS_H

#include "base/common.h"

enum {
	SNS_NAME_BYTES_MAX = 256,
	SNS_TOPICS_MAX = 100000,
	SNS_FIFO_TOPICS_MAX = 1000,
	SNS_SUBSCRIPTIONS_MAX = 10000, /* of a topic; AWS has 12.5 million */
	SNS_FIFO_SUBSCRIPTIONS_MAX = 100,
	SNS_TRANSACTION_OWED = 1000, /* deliveries after which a batch's next message waits for
					another transaction */
	SNS_PAGE = 100,
	SNS_DISPLAY_NAME_MAX = 100, /* characters */
	SNS_POLICY_BYTES_MAX = 30 * 1024,
	SNS_STATEMENTS_MAX = 100, /* of a policy, by AddPermission */
	SNS_LABEL_BYTES_MAX = 100,
	SNS_TAGS_MAX = 50,
	SNS_TAG_KEY_MAX = 128, /* characters, as below */
	SNS_TAG_VALUE_MAX = 256,
	SNS_ENDPOINT_BYTES_MAX = 2048,
	SNS_MESSAGE_BYTES_MAX = 256 * 1024, /* with its attributes; of a batch: all together */
	SNS_SUBJECT_MAX = 100,
	SNS_SMS_CHARACTERS_MAX = 1600,
	SNS_SANDBOX_MAX = 10, /* telephone numbers, verified and pending */
	SNS_SANDBOX_TRIES_MAX = 5,
	SNS_SANDBOX_MS = 24 * 3600 * 1000, /* a password is good, a number stays after a try */
	SNS_SANDBOX_PAGE = 100,
	SNS_ATTRIBUTE_NAME_BYTES_MAX = 256,
	SNS_RAW_ATTRIBUTES_MAX = 10, /* that a message delivered raw may have */
	SNS_TOKEN_BYTES_MAX = 128,   /* MessageGroupId, MessageDeduplicationId */
	SNS_BATCH_MAX = 10,
	SNS_BATCH_ID_BYTES_MAX = 80,
	SNS_DEDUP_MS = 5 * 60 * 1000,          /* ids are remembered as long */
	SNS_CONFIRM_MS = 2 * 24 * 3600 * 1000, /* a token is good as long */
	SNS_FILTERS_MAX = 200,                 /* of a topic */
	SNS_FILTER_BYTES_MAX = 256 * 1024,
	SNS_FILTER_KEYS_MAX = 5,
	SNS_FILTER_COMBINATIONS_MAX = 150,
	SNS_DELIVERY_POLICY_BYTES_MAX = 8 * 1024,
	SNS_DELIVERY_AGE_MAX_S =
		23 * 24 * 3600 + 20 * 3600, /* 100,000 retries 20 s apart, and a bit */
	SNS_MAILBOX_MAX = 1000,             /* mails and short messages kept */
	SNS_MAILBOX_BYTES_MAX = 32 * 1024 * 1024,
	SNS_HTTP_TIMEOUT_MS = 15 * 1000, /* an endpoint has as long to answer */
	SNS_HTTP_ANSWER_BYTES_MAX = 64 * 1024,
};

#endif
