/* What the kinds of events share, and the kinds that have a file of their own. */
#ifndef SAMOVAR_DEPLOY_EVENTS_H
#define SAMOVAR_DEPLOY_EVENTS_H

#include "deploy/internal.h"

/* The event's own settings, or the value that stands for one of them: {key: value}. */
yyjson_mut_val *event_settings(struct deploy *d, yyjson_mut_val *event, const char *key);
bool event_is_enabled(yyjson_mut_val *settings);
/* The last part of an ARN, or the logical id of what an expression refers to. */
struct str event_source_name(struct deploy *d, yyjson_mut_val *arn);
/* The function's ARN, as an expression. */
yyjson_mut_val *event_target(struct deploy *d, const struct function *f);
/* Lets the service call the function, for the source (or NULL). */
int event_permission(struct deploy *d, struct function *f, struct str id, const char *principal,
	yyjson_mut_val *source) MUSTCHECK;

int sqs_event(struct deploy *d, struct function *f, yyjson_mut_val *event) MUSTCHECK;
int stream_event(struct deploy *d, struct function *f, yyjson_mut_val *event) MUSTCHECK;
int sns_event(struct deploy *d, struct function *f, yyjson_mut_val *event) MUSTCHECK;

#endif
