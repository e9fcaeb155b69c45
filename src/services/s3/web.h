/* Buckets as browsers see them: websites, and questions before requests of other origins. */
#ifndef SAMOVAR_SERVICES_S3_WEB_H
#define SAMOVAR_SERVICES_S3_WEB_H

#include "services/s3/internal.h"

/* struct service's serve. */
bool s3_serve(struct aws *aws, void *state, struct http_exchange *ex);
/* Answers a preflight for a bucket that has rules (S3 User Guide, "Using cross-origin resource
 * sharing"). */
bool cors_serve(struct aws *aws, struct http_exchange *ex);
/* In a transaction, of a request with an Origin: the headers that the bucket's rules give the
 * answer. */
void cors_add_headers(struct call *call, struct str bucket);

#endif
