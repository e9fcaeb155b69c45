/* Packages into their bucket. */
#ifndef SAMOVAR_CLI_UPLOAD_H
#define SAMOVAR_CLI_UPLOAD_H

#include "cli/client.h"
#include "deploy/deploy.h"

/* The bucket of packages, without its region; unless the service names one of its own. */
#define UPLOAD_BUCKET_PREFIX "samovar-deploys-"

/* Whether the object is there already; a bucket that isn't is made. 1, 0, or -errno as client_call.
 */
int upload_is_there(struct client *client, struct str bucket, struct str key) MUSTCHECK;
int upload_put(
	struct client *client, struct str bucket, struct str key, struct str bytes) MUSTCHECK;
/* Deletes all packages of the service, and the bucket if it is ours and empty then. */
int upload_remove(struct client *client, const struct deploy *d) MUSTCHECK;
/* Deletes the deployment's packages that it no longer uses. */
int upload_prune(struct client *client, const struct deploy *d) MUSTCHECK;

#endif
