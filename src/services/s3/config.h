/* A bucket's configuration, part by part: each is a record under ("s3", "config", bucket, kind). */
#ifndef SAMOVAR_SERVICES_S3_CONFIG_H
#define SAMOVAR_SERVICES_S3_CONFIG_H

#include "services/s3/internal.h"

/* Each in a transaction: 0, or -1 with AWS's error. */
/* The bucket is there, and the body is what its checksums say. */
int s3_config_begin(struct call *call, struct str bucket, struct str owner,
	struct s3_bucket_record *out) MUSTCHECK;
void s3_config_put(struct call *call, struct str bucket, const char *kind,
	const struct shape *shape, const void *value);
/* The record, or the error if it is not set. */
int s3_config_get(struct call *call, struct str bucket, struct str owner, const char *kind,
	const struct shape *shape, void *out, const struct error_shape *error,
	const char *message) MUSTCHECK;
/* For those who look whether it is set. */
bool s3_config_find(struct call *call, struct str bucket, const char *kind,
	const struct shape *shape, void *out);
int s3_config_delete(
	struct call *call, struct str bucket, struct str owner, const char *kind) MUSTCHECK;
int s3_malformed(struct call *call);

/* Whether the bucket's ownership lets lists of access be used (they are off unless asked for). */
bool s3_allows_acls(struct call *call, struct str bucket);
/* The canned list of a new object: 0, or -1 when the bucket has none. In a transaction. */
int s3_check_canned_acl(struct call *call, struct str bucket, struct str acl) MUSTCHECK;

#endif
