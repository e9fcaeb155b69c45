/* The policies of buckets, for those who enforce them. */
#ifndef SAMOVAR_SERVICES_S3_POLICIES_H
#define SAMOVAR_SERVICES_S3_POLICIES_H

#include "aws/call.h"

/* In a transaction: the bucket's policy document. */
bool s3_policy_find(struct call *call, struct str bucket, struct str *out);
/* struct service's find_resource: what the input's Bucket and Key are, whose, and with which
 * policy. */
int s3_find_resource(struct call *call, const void *in, struct service_resource *out);

#endif
