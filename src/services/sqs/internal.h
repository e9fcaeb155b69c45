/* What the files of this service share: queues, the places of messages in the store, live state. */
#ifndef SAMOVAR_SERVICES_SQS_INTERNAL_H
#define SAMOVAR_SERVICES_SQS_INTERNAL_H

#include "services/sqs/live.h"
#include "services/sqs/message.h"
#include "store/key.h"
#include "store/store.h"
#include <stdatomic.h>

struct sqs {
	struct aws *aws;
	struct map lives; /* struct live by queue id, this map's own */
	size_t receivers; /* that wait, in all queues */
	size_t holds;     /* of lives, by fibers */
	bool stopping;
	size_t fibers; /* of ours: the sweeper and moves */
	struct waitq ended, sweep;
	int64_t last_sequence;    /* the writer's thread's */
	_Atomic int64_t reserved; /* no sequence beyond was given before the store says so */
};

static inline struct sqs *sqs_state(const struct call *call)
{
	return aws_state(call->aws, &sqs_api);
}

/* ---- queue.c: in a transaction ---- */

struct queue {
	struct str account, region, name;
	struct sqs_queue_record r;
};

struct str queue_key(struct call *call, struct str account, struct str region, struct str name);
/* false: there is none. */
bool queue_get(struct call *call, struct str account, struct str region, struct str name,
	struct queue *out);
void queue_put(struct call *call, const struct queue *q);
struct str queue_arn(struct call *call, const struct queue *q);
/* A number that no queue or space of messages had before. */
int64_t queue_next_number(struct call *call);
/* Whether any queue of its account and region names it as its dead-letter queue. */
bool queue_has_sources(struct call *call, const struct queue *q);
/* The messages of this number are deleted bit by bit. */
void garbage_put(struct call *call, int64_t number);

/* ---- url.c ---- */

struct queue_name {
	struct str account, region, name;
};
/* The parts of a queue URL in any of its forms, or of an ARN: 0 or -1 with an error. */
int url_parse(struct call *call, struct str url, struct queue_name *out) MUSTCHECK;
/* Likewise for an ARN: 0 or -EINVAL. */
int arn_parse(struct str arn, struct queue_name *out) MUSTCHECK;
struct str url_of(struct call *call, struct str account, struct str name);
/* The queue that an input's QueueUrl means, in a transaction: 0 or -1. */
int queue_find(struct call *call, struct str url, struct queue *out) MUSTCHECK;
/* The same by ARN; false when there is none. */
bool queue_find_arn(struct call *call, struct str arn, struct queue *out);

/* ---- attributes.c ---- */

/* Puts the attributes into the record: 0 or -1 with an error. */
int attributes_apply(struct call *call, struct queue *q,
	const struct sqs_queue_attribute_map *attributes, bool is_new) MUSTCHECK;
/* The first attribute of those given that the queue has another value for; p == NULL: none. */
struct str attributes_differ(
	struct call *call, const struct queue *q, const struct sqs_queue_attribute_map *attributes);
/* Whether the source may use this queue for its dead letters. */
bool redrive_is_allowed(struct call *call, const struct queue *dead, struct str source_arn);

/* ---- place.c: where messages stand ---- */

enum kind {
	KIND_ENTRY = 1, /* (visible_ms, sequence): a message of a standard queue */
	KIND_PLACE =
		2, /* (sequence): where a message is whose visibility was changed: its visible_ms */
	KIND_BODY = 3,    /* (sequence): the record of a large message */
	KIND_FIFO = 4,    /* (group, sequence): a message of a FIFO queue */
	KIND_GROUP = 5,   /* (group): its state */
	KIND_HEAD = 6,    /* (ready_ms, order, group): groups by when they may be received from */
	KIND_DEDUP = 7,   /* (period, scope, id), under the queue's own number */
	KIND_ATTEMPT = 8, /* (period, id), likewise */
};

/* A message in a transaction. */
struct message {
	struct message_head head;
	int64_t sequence;
	struct str group; /* FIFO */
	struct str key;
	struct str record; /* encoded; empty while it is external and not loaded */
};

struct str place_prefix(struct arena *arena, int64_t number);
struct str place_kind(struct arena *arena, int64_t space, enum kind kind);
struct str place_standard(struct arena *arena, int64_t space, int64_t visible_ms, int64_t sequence);
struct str place_fifo(struct arena *arena, int64_t space, struct str group, int64_t sequence);
/* A new sequence number: greater than all before. In a write transaction. */
int64_t sequence_next(struct call *call);
/* Loads an external record; false when it is not there. */
bool message_load(struct call *call, const struct queue *q, struct message *m);
/* Writes a new message's record, or marks it external; m->head and m->record are set. */
void message_store(struct call *call, const struct queue *q, struct message *m);
/* Its key, and what belongs to it. */
void message_erase(struct call *call, const struct queue *q, const struct message *m);
bool message_is_expired(const struct queue *q, const struct message_head *head, int64_t now_ms);

/* A new message: sequence, head.visible_ms, head.sent_ms and record are set; group for FIFO. */
void message_add(
	struct call *call, const struct queue *q, struct changes *changes, struct message *m);

/* What a receive takes. */
struct take {
	const struct queue *queue;
	struct changes *changes;
	size_t max;
	int64_t visibility_ms;
	struct message v[SQS_RECEIVE_MAX];
	size_t n;
	bool more;         /* there is more to be received now */
	int64_t next_ms;   /* else when the next one will be; INT64_MAX: not without a change */
	struct queue dead; /* where dead letters go */
	struct changes *dead_changes;
	bool dead_known;
};
void standard_add(
	struct call *call, const struct queue *q, struct changes *changes, struct message *m);
void standard_take(struct call *call, struct take *t);
void fifo_add(struct call *call, const struct queue *q, struct changes *changes, struct message *m);
void fifo_take(struct call *call, struct take *t);
/* Moves a message that was received too often; false when there is no dead-letter queue to take it.
 */
bool dead_letter_move(struct call *call, struct take *t, struct message *m);
/* The same record with another source. */
struct str record_with_source(struct call *call, struct str record, struct str source_arn);

/* A message taken out of the queue or changed, by FIFO's rules. */
void fifo_remove(
	struct call *call, const struct queue *q, struct changes *changes, struct message *m);
void fifo_set_visible(struct call *call, const struct queue *q, struct changes *changes,
	struct message *m, int64_t visible_ms);
void standard_remove(
	struct call *call, const struct queue *q, struct changes *changes, struct message *m);
void standard_set_visible(struct call *call, const struct queue *q, struct changes *changes,
	struct message *m, int64_t visible_ms);

/* ---- handle.c ---- */

struct handle {
	int64_t queue, space, visible_ms, sequence;
	uint64_t nonce;
	struct str group;
};
struct str handle_encode(struct arena *arena, const struct handle *h);
int handle_decode(struct arena *arena, struct str text, struct handle *out) MUSTCHECK;

enum found {
	FOUND_NONE,    /* deleted, or received again by someone */
	FOUND_VISIBLE, /* its timeout has passed */
	FOUND_IN_FLIGHT,
};
enum found handle_find(
	struct call *call, const struct queue *q, const struct handle *h, struct message *m);

/* ---- batch.c ---- */

/* The ids of a batch's entries, n of them, by its rules: 0 or -1. operation is the entry's type,
 * for the words. */
int batch_check(struct call *call, const char *entry, const struct str *ids, size_t n) MUSTCHECK;
void batch_fail(
	struct sqs_batch_result_error_entry_list *list, struct str id, const struct refusal *why);

/* ---- receive.c ---- */

/* The messages that a take got, in the form of the answer. */
int receive_answer(struct call *call, const struct queue *q,
	const struct sqs_receive_message_input *in, struct message *v, size_t n,
	struct sqs_receive_message_output *out) MUSTCHECK;

/* ---- sweep.c, move.c: fibers ---- */

void sqs_sweep_run(void *sqs);
/* Goes on with the moves that a stop or a crash interrupted. */
void moves_resume(void *sqs);

#endif
