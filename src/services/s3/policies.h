/* The policies of buckets, for those who enforce them. */
#ifndef SAMOVAR_SERVICES_S3_POLICIES_H
#define SAMOVAR_SERVICES_S3_POLICIES_H

#include "aws/call.h"

/* In a transaction: the bucket's policy document. */
bool s3_policy_find(struct call *call, struct str bucket, struct str *out);
/* Whether it gives something to everyone, as Block Public Access sees it. */
bool s3_policy_is_public(struct str document);
/* struct service's find_resource: what the input's Bucket and Key are, whose, and with which
 * policy. */
int s3_find_resource(struct call *call, const void *in, struct service_resource *out);

/* A bucket whose objects are asked for one by one. */
struct s3_access {
	struct service_resource bucket; /* without its arn */
	struct str name;
};
void s3_access_begin(struct call *call, struct str bucket, struct s3_access *out);
/* Whether the caller may do this to the object, or to the bucket if key.p == NULL: 0, or -1 after
 * AccessDenied. */
int s3_access_check(struct call *call, const struct s3_access *access, const char *action,
	struct str key) MUSTCHECK;

#endif
