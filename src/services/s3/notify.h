/* Telling queues, topics and functions what happens to objects. */
#ifndef SAMOVAR_SERVICES_S3_NOTIFY_H
#define SAMOVAR_SERVICES_S3_NOTIFY_H

#include "services/s3/internal.h"

/* One configuration of a bucket's, of whichever kind. */
struct notification {
	struct str *id, arn;
	const struct s3_event_list *events;
	const struct s3_notification_configuration_filter *filter;
};
/* All of them: *n in the arena. */
struct notification *notify_list(
	struct call *call, const struct s3_notification_configuration *c, size_t *n);
/* Whether "s3:ObjectCreated:*" or "s3:ObjectCreated:Put" is about "s3:ObjectCreated:Put". */
bool notify_covers(struct str wanted, struct str event);
struct str notify_filter_value(
	const struct s3_notification_configuration_filter *filter, const char *name);

/* In the transaction of the cause: owes it to all that asked for such events. event: without "s3:".
 * 0, or -1 after fail(). */
int notify_object(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str key, const struct s3_object_record *record, const char *event) MUSTCHECK;
/* The same for what a delete did, which object_delete has answered; how: "ObjectRemoved" or
 * "LifecycleExpiration". */
int notify_delete(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str key, struct str asked_version, const struct s3_delete_object_output *out,
	const char *how) MUSTCHECK;
/* Owes the target this text. */
int notify_owe(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str arn, struct str body) MUSTCHECK;

#endif
