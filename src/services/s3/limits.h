/* Limits of S3 (S3 User Guide, "Bucket quotas, limitations, and restrictions", "Amazon S3 multipart
 * upload limits"). */
#ifndef SAMOVAR_SERVICES_S3_LIMITS_H
#define SAMOVAR_SERVICES_S3_LIMITS_H

#include "base/common.h"

enum {
	S3_KEY_BYTES_MAX = 1024,
	S3_METADATA_BYTES_MAX = 2048,
	S3_INLINE_BYTES_MAX = 16 * 1024, /* smaller objects stand in the store, not in a file */
	S3_PAGE_MAX = 1000,              /* keys, versions, parts or uploads in one answer */
	S3_DELETE_MAX = 1000,
	S3_PARTS_MAX = 10000,
	S3_BUCKETS_MAX = 10000,
	S3_BUCKETS_PAGE_MAX = 10000,
	S3_OBJECT_TAGS_MAX = 10,
	S3_BUCKET_TAGS_MAX = 50,
	S3_POLICY_BYTES_MAX = 20 * 1024,
	S3_LIFECYCLE_RULES_MAX = 1000,
	S3_CORS_RULES_MAX = 100,
	S3_NOTIFICATIONS_MAX = 100,
	S3_ROUTING_RULES_MAX = 50,
	S3_READ_TRIES = 5, /* of an object that is overwritten while it is looked up */
	S3_SWEEP_INTERVAL_MS = 60 * 1000,
	S3_SWEEP_INTERVAL_MIN_MS = 100, /* when days are shortened, for tests */
	S3_TRANSITION_BYTES_MIN = 128 * 1024,
	S3_SWEEP_BATCH = 500, /* keys looked at in one transaction */
	S3_FORM_FIELD_BYTES_MAX = 20 * 1024,
	S3_FORM_FIELDS_MAX = 100,
};

#define S3_PUT_BYTES_MAX (5 * GIB)
#define S3_OBJECT_BYTES_MAX (5 * 1024 * GIB)
#define S3_PART_BYTES_MIN (5 * MIB)

#endif
