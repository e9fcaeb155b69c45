/* What the files of a stream's mapping share: its lanes, and the batches that they read. */
#ifndef SAMOVAR_SERVICES_LAMBDA_MAPPING_STREAM_H
#define SAMOVAR_SERVICES_LAMBDA_MAPPING_STREAM_H

#include "api/dynamodbstreams.h"
#include "services/lambda/invoke.h"
#include "services/lambda/mapping.h"

/*
 * A lane: a fiber that takes the records of its share of the item keys in their order, one batch
 * after another, so that no item's changes overtake each other. ParallelizationFactor says how many
 * there are.
 */
struct lane {
	struct mapping *m;
	size_t index;
	struct arena arena; /* of the batch */
	struct call call;
	struct arena try_arena; /* of one try to run the function */
	int64_t next;           /* the record to go on with */
	int64_t saved;          /* the same in the store */
	struct str shard_id;    /* of the mapping's arena */
	bool has_failed;        /* LastProcessingResult says so */
};

/* A record that the function gets. Texts are of the lane's arena. */
struct stream_item {
	int64_t number, at_ms;
	struct str sequence, json, trace;
};

struct stream_batch {
	struct stream_item *v;
	size_t n, cap, bytes;
	bool is_full;  /* what comes next would make the event too large */
	int64_t after; /* the record to go on with after the batch */
};

/* What is told of records that are given up. */
struct stream_ending {
	const char *condition; /* "RetryAttemptsExhausted", "RecordAgeExceeded" */
	int64_t tries;
	struct str request_id, function_arn;
	bool has_answer;
	struct str executed_version;
};

/* ---- mapping_stream.c ---- */

/* Stores where the lane is and how the last batch went; with an ending, its destination is owed
 * the records [from, to) of the batch in the same transaction. False when the mapping ends first.
 */
bool lane_save(struct lane *lane, int64_t next, bool has_failed, const struct stream_batch *batch,
	size_t from, size_t to, const struct stream_ending *ending);
/* A call of the lane's own, in that arena. */
void lane_call_init(struct lane *lane, struct call *call, struct arena *arena);
/* Waits that long, or until the mapping stops: false then. */
bool lane_wait(struct lane *lane, int64_t ms);

/* ---- mapping_stream_run.c ---- */

/* Gives the batch to the function until it is handled or given up; false when the mapping stops
 * before. */
bool lane_run(struct lane *lane, const struct stream_batch *batch);

/* ---- mapping_stream_event.c ---- */

/* The record as functions get it. */
void stream_event_record(
	struct buf *b, const struct dynamodbstreams_record *r, struct str stream_arn);
bool stream_event_wanted(
	struct arena *arena, struct pattern *const *patterns, size_t n, struct str record);
/* In a transaction: what is given up goes to the mapping's destination, if it has one. */
int stream_event_discard(struct call *call, const struct lane *lane,
	const struct stream_item *items, size_t n, const struct stream_ending *ending) MUSTCHECK;

#endif
