/* Event source mappings: their records, and the pollers that drain their queues. */
#ifndef SAMOVAR_SERVICES_LAMBDA_MAPPING_H
#define SAMOVAR_SERVICES_LAMBDA_MAPPING_H

#include "api/sqs.h"
#include "aws/pattern.h"
#include "base/list.h"
#include "services/lambda/resolve.h"

struct mapping;
struct mappings;

/* ---- mappings.c ---- */

/* The prefix of all records; and one's key. */
struct str mapping_prefix(struct arena *arena);
struct str mapping_key(struct arena *arena, struct str account, struct str region, struct str uuid);
/* In a transaction. The first raises ResourceNotFoundException; the second keeps the pollers as
 * they are. */
int mapping_read(struct call *call, struct str uuid, struct lambda_mapping_record *out) MUSTCHECK;
void mapping_write(struct call *call, const struct lambda_mapping_record *record);
/* In a transaction: the mappings of a function that is deleted are switched off. */
void mapping_function_deleted(struct call *call, const struct function_name *name);
/* Outside of one: switches it off, unless it was changed meanwhile. */
void mapping_disable(
	struct call *call, const struct lambda_mapping_record *record, const char *reason);

/* Whether its source is a stream of a table; else it is a queue. */
bool mapping_is_stream(const struct lambda_event_source_mapping_configuration *c);
/* In a transaction: the position of a mapping of a stream is where its starting position says. */
int mapping_position_begin(struct call *call, const struct lambda_mapping_record *r) MUSTCHECK;
void mapping_position_delete(struct call *call, const struct lambda_mapping_record *r);
/* LastProcessingResult of such a mapping. */
void mapping_position_tell(struct call *call, const struct lambda_mapping_record *r,
	struct lambda_event_source_mapping_configuration *out);

/* ---- mapping_stream_check.c ---- */

/* Where a source's records begin, and what only other sources have. */
int mapping_check_start(
	struct call *call, const struct lambda_create_event_source_mapping_input *in) MUSTCHECK;
/* What a mapping of a stream has when nothing is said. */
void mapping_stream_defaults(
	struct call *call, struct lambda_event_source_mapping_configuration *c);
/* Puts those settings into it that only streams have: 0 or -1. */
int mapping_stream_apply(struct call *call, struct lambda_event_source_mapping_configuration *c,
	const struct lambda_update_event_source_mapping_input *in) MUSTCHECK;
/* The stream and the function as they are now. */
int mapping_stream_check(struct call *call, const struct lambda_mapping_record *r) MUSTCHECK;

/* ---- mapping_stream.c ---- */

/* Begins its lanes: fibers that read the stream, each the records of its share of the items. */
void mapping_stream_begin(struct mapping *m);

/* ---- pollers.c ---- */

/* A mapping that is polled; of its struct mappings, on the loop's thread, until its last poller has
 * ended. */
struct mapping {
	struct list link;
	struct mappings *owner;
	struct arena arena;
	struct lambda_mapping_record record;
	struct pattern **patterns;
	size_t pattern_count;
	size_t pollers, idle;               /* fibers, and those of them that have no messages */
	size_t limit;                       /* of pollers, at this time */
	uint64_t grown_ms, paused_until_ms; /* by the monotonic clock */
	size_t running;                     /* pollers whose function runs */
	bool gathering; /* a poller fills its batch: others leave it what comes */
	bool stopping, seen, complained;
	struct waitq wake;
};

int mappings_start(struct lambda *lambda, struct mappings **out) MUSTCHECK;
/* No more messages are received; those under way may still be handled. */
void mappings_halt(struct mappings *mappings);
/* After the engine's end. In a fiber. */
void mappings_stop(struct mappings *mappings);
/* For call_after, with the struct aws: a record has changed. */
void mappings_changed(void *aws);

struct lambda *mapping_lambda(const struct mapping *m);
/* Another poller, if the mapping may have one and none waits. */
void mapping_scale_up(struct mapping *m);
/* Until no earlier one of the same mapping runs: it may be at the records that this one begins
 * with.
 */
void mapping_wait_earlier(struct mapping *m);
/* After m->pollers has lost one: the last of a mapping that stops frees it. */
void mapping_poller_ended(struct mapping *m);
/* No poller receives for that long. */
void mapping_pause(struct mapping *m, int64_t ms);
/* Waits out the mapping's pause. */
void mapping_wait_pause(struct mapping *m);
/* Logs the call's error, the first time since all was well. */
void mapping_complain(struct mapping *m, struct call *call, const char *what);
/* A poller's call goes on: at this time, without an error; and as another request. */
void mapping_renew_time(struct call *call);
void mapping_renew_request(struct call *call);

/* ---- mapping_poll.c ---- */

/* One batch, from receiving to deleting; false when this poller is not needed any more. In a fiber.
 */
bool mapping_poll(struct mapping *m);

/* ---- mapping_event.c ---- */

/* The record of one message, as functions get it; without a comma. */
void mapping_event_record(
	struct buf *b, const struct sqs_message *message, struct str queue_arn, struct str region);
/* Whether one of the patterns matches the message; without patterns each does. */
bool mapping_wants(struct arena *arena, struct pattern *const *patterns, size_t n,
	const struct sqs_message *message, struct str queue_arn, struct str region);
/*
 * What a function with ReportBatchItemFailures answered: failed[i] for each item, by its
 * identifier, that it did not handle. -EINVAL when the answer says nothing that can be relied on:
 * then the whole batch has failed.
 */
int mapping_failures(struct arena *arena, struct str answer, const struct str *ids, size_t n,
	bool *failed) MUSTCHECK;
/*
 * headers: X-Ray's of n items, empty where there is none. The invocation goes on with their trace
 * if they are of one, else it is linked to each.
 */
void mapping_trace(struct arena *arena, struct engine_invocation *invocation,
	const struct str *headers, size_t n);

#endif
