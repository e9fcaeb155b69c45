/*
 * Events in the telemetry store. The event stands under ("logs", "e", group, time, sequence); an
 * index
 * ("logs", "s", group, stream, time, sequence) orders those of one stream. sequence counts a
 * group's events.
 */
#ifndef SAMOVAR_SERVICES_LOGS_EVENTS_H
#define SAMOVAR_SERVICES_LOGS_EVENTS_H

#include "services/logs/state.h"

/* A place between events: before the event of this time and sequence. */
struct position {
	int64_t time, sequence;
};
#define POSITION_TIME_MAX (INT64_C(1) << 53)

static inline int position_cmp(struct position a, struct position b)
{
	if (a.time != b.time)
		return a.time < b.time ? -1 : 1;
	return (a.sequence > b.sequence) - (a.sequence < b.sequence);
}

struct log_event {
	struct position at;
	int64_t ingested, stream;
	struct str message; /* until the next event */
};

/* Stores a batch in one transaction, with what `with` (or NULL) adds; *sequence is the first
 * event's. 0 or -1. */
int events_append(struct call *call, const struct stream_ref *ref, struct str stream,
	const struct logs_input_log_event *events, size_t count, call_fn *with, void *arg,
	int64_t *sequence) MUSTCHECK;

struct event_walk {
	int64_t group, stream;    /* stream 0: all of the group */
	struct position from, to; /* [from, to); from or to moves on as the walk does */
	bool reverse;
	/* false ends the walk before this event */
	bool (*visit)(void *arg, const struct log_event *e);
	void *arg;
	/* out */
	size_t seen;
	bool ended; /* nothing is left between from and to */
};
/* One slice of the walk, over a snapshot; again until ended, or until visit said no. 0 or -1. */
int events_walk(struct call *call, struct event_walk *walk) MUSTCHECK;

/* The stream's name, by what is kept beside its events; empty when it is gone. */
struct str events_stream_name(struct call *call, int64_t group, int64_t stream);
/* In a transaction of the telemetry store: a group's or stream's figures, zeros when it has no
 * events. */
void events_group_stat(struct call *call, int64_t group, struct logs_group_stat *out);
void events_stream_stat(
	struct call *call, int64_t group, int64_t stream, struct logs_stream_stat *out);

/* Deletes events before that time, of the stream or (0) of the whole group, slice by slice. 0 or
 * -1. */
int events_delete(struct call *call, int64_t group, int64_t stream, int64_t before_ms) MUSTCHECK;
/* After events_delete of everything: the figures, too. */
int events_forget(struct call *call, int64_t group, int64_t stream) MUSTCHECK;
/* Ids of all groups that have figures. */
int events_groups(struct call *call, int64_t **ids, size_t *n) MUSTCHECK;

#endif
