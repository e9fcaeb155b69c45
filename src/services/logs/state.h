/* What the files of this service share: the server-long state, and lookups of groups and streams.
 */
#ifndef SAMOVAR_SERVICES_LOGS_STATE_H
#define SAMOVAR_SERVICES_LOGS_STATE_H

#include "api/logs.h"
#include "aws/call.h"
#include "base/map.h"
#include "loop/fiber.h"
#include "services/logs/limits.h"

struct logs {
	struct aws *aws;
	struct map
		streams; /* "account\0region\0group\0stream": struct stream_ref, this map's own */
	struct list followers; /* follow.c's */
	size_t follower_count;
	struct waitq sweep; /* wakes the sweeper before its time */
	struct waitq ended; /* woken when the sweeper or a follower has ended */
	bool sweep_due, stopping, sweeping;
};

static inline struct logs *logs_state(const struct call *call)
{
	return aws_state(call->aws, &logs_api);
}

/* ---- group.c ---- */

/* In a transaction: the group's record; false when there is none. */
bool group_get(struct call *call, struct str name, struct logs_group_record *out);
void group_put(struct call *call, struct str name, const struct logs_group_record *record);
/* The same with the error of AWS: 0 or -1. */
int group_require(struct call *call, struct str name, struct logs_group_record *out) MUSTCHECK;
/* In a write transaction: a new group without a check of the name. */
void group_create(struct call *call, struct str name, struct logs_group_record *record);
/* A number that no other group or stream has. */
int64_t logs_next_id(struct call *call);
/* The group that an input means by logGroupName or logGroupIdentifier (a name or an ARN): 0 or -1.
 */
int group_named(
	struct call *call, struct str name, struct str identifier, struct str *out) MUSTCHECK;
/* group_require in a read of its own, for @waits handlers. */
int group_find(struct call *call, struct str name, struct logs_group_record *out) MUSTCHECK;
struct str group_arn(struct call *call, struct str name);
/* The oldest time that the group's retention keeps, or 0. */
int64_t group_oldest_ms(const struct logs_group_record *record, int64_t now_ms);
/* call_after's: the sweeper looks at once. */
void logs_sweep_soon(void *state);

/* ---- stream.c ---- */

struct str stream_key(struct call *call, int64_t group, struct str name);
bool stream_get(struct call *call, int64_t group, struct str name, struct logs_stream_record *out);
void stream_create(
	struct call *call, int64_t group, struct str name, struct logs_stream_record *record);

/* Where a stream's events go; retention as the group had it. */
struct stream_ref {
	int64_t group, stream, retention_days;
	uint64_t generation; /* of the store when it was read */
};
/* Cached. With create, what is missing is made; else 0 or -1 with AWS's error. */
int stream_find(struct call *call, struct str group, struct str stream, bool create,
	struct stream_ref *out) MUSTCHECK;
void stream_cache_fini(struct logs *logs);

/* ---- follow.c ---- */

/* Hands a batch that was just stored to those who follow the group: count events from sequence on.
 */
void followers_push(struct logs *logs, const struct call *call, struct str group, struct str stream,
	const struct logs_input_log_event *events, size_t count, int64_t sequence);
/* All of them look whether the service stops. */
void followers_wake(struct logs *logs);
bool follow_serve(struct aws *aws, void *state, struct http_exchange *ex);

/* ---- trace.c ---- */

/* "1-5759e988-bd862e3fe1be46a994272793": what stands after Root= in X-Ray's header. */
bool trace_is_id(struct str id);
/* In a transaction of the telemetry store; arg is a struct logs_append_input: its invocations are
 * found by their traces from now on. */
int trace_append(struct call *call, void *arg);
/* Forgets traces that are older than X-Ray keeps them. 0 or -1. */
int trace_sweep(struct call *call) MUSTCHECK;

/* ---- sweep.c ---- */

/* The fiber that deletes what retention and deletions leave behind. */
void logs_sweep_run(void *logs);

#endif
