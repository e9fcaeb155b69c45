/* Limits of Lambda (Developer Guide, "Lambda quotas"), and our own. */
#ifndef SAMOVAR_SERVICES_LAMBDA_LIMITS_H
#define SAMOVAR_SERVICES_LAMBDA_LIMITS_H

#include "base/common.h"

#define LAMBDA_CODE_STORAGE_BYTES_MAX ((int64_t)75 * 1024 * 1024 * 1024)

enum {
	LAMBDA_ZIP_BYTES_MAX = 50 << 20,       /* an archive in a request */
	LAMBDA_UNZIPPED_BYTES_MAX = 262144000, /* of a function with its layers */
	LAMBDA_ZIP_ENTRIES_MAX = 200000,
	LAMBDA_ZIP_NAME_BYTES_MAX = 1024,
	LAMBDA_ZIP_DEPTH_MAX = 64,   /* folders in folders */
	LAMBDA_ENV_BYTES_MAX = 4096, /* names and values of a function's environment */
	LAMBDA_LAYERS_MAX = 5,
	LAMBDA_PAYLOAD_BYTES_MAX = 6 << 20, /* of a synchronous invocation, and of its answer */
	LAMBDA_ANSWER_BYTES_MAX = (6 << 20) + 100,
	LAMBDA_EVENT_BYTES_MAX = 1 << 20, /* of an asynchronous one */
	LAMBDA_CLIENT_CONTEXT_BYTES_MAX = 3583,
	LAMBDA_POLICY_BYTES_MAX = 20 << 10,
	LAMBDA_TAGS_MAX = 50,
	LAMBDA_NAME_LENGTH_MAX = 64,
	LAMBDA_LAYER_NAME_LENGTH_MAX = 140,
	LAMBDA_CONCURRENCY = 1000,      /* of an account in a region */
	LAMBDA_UNRESERVED_MIN = 100,    /* of it that stays free for all */
	LAMBDA_PAGE = 50,               /* items in an answer of a list */
	LAMBDA_CODE_LINK_SECONDS = 600, /* GetFunction's Code.Location lives that long */

	LAMBDA_EVENTS_RUNNING_MAX = 512, /* asynchronous invocations at once */
	LAMBDA_EVENTS_MAX = 1000000,     /* accepted and not yet handled */
	LAMBDA_EVENT_AGE_MAX_S = 6 * 3600,
	LAMBDA_EVENT_RETRIES = 2,

	LAMBDA_POLLERS_FIRST = 5,   /* of a mapping; as many more each second under backlog */
	LAMBDA_PROVISIONED_MIN = 2, /* MinimumPollers and MaximumPollers of a queue's mapping */
	LAMBDA_PROVISIONED_MAX = 2000,
	LAMBDA_PROVISIONED_DEFAULT = 200, /* MaximumPollers */
	LAMBDA_PROVISIONED_BATCHES = 10,  /* that one of AWS's pollers has under way at once */
	LAMBDA_FILTERS_MAX = 10,          /* of a mapping */
	LAMBDA_MAPPINGS_MAX = 10000,      /* of an account in a region */
	LAMBDA_MAPPINGS_PAGE = 100,
	LAMBDA_BATCH_BYTES_MAX = 6 << 20, /* of an event of messages */

	LAMBDA_URL_ID_LENGTH = 32,
	LAMBDA_URL_BODY_BYTES_MAX = 6 << 20,
	LAMBDA_STREAM_BYTES_MAX = 200 << 20, /* of a streamed answer */
	LAMBDA_STREAM_PRELUDE_BYTES_MAX = 64 << 10,
};

#endif
