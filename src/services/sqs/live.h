/*
 * What is known of a queue in memory, on the loop's thread: who waits for its messages, when there
 * can be one, and approximately how many there are. Nothing of it is needed to find a message; all
 * of it can be made again.
 */
#ifndef SAMOVAR_SERVICES_SQS_LIVE_H
#define SAMOVAR_SERVICES_SQS_LIVE_H

#include "aws/call.h"
#include "base/list.h"
#include "base/map.h"
#include "loop/loop.h"
#include "services/sqs/limits.h"
#include "services/sqs/message.h"

struct sqs;
struct queue;

/* A fiber that waits for messages; on its stack. */
struct receiver {
	struct list link;
	struct waitq wake;
	bool called, released, is_inner;
};

/* Messages that become visible within one slot of time. */
struct slot {
	int64_t at;
	uint32_t in_flight, delayed;
};

enum counting { COUNT_UNKNOWN, COUNT_RUNNING, COUNT_KNOWN };

struct live {
	struct sqs *sqs;
	int64_t id, space;
	size_t users; /* fibers that hold it */
	bool dead;    /* its queue was deleted */
	struct list receivers;
	struct loop_timer timer;
	int64_t empty_until_ms; /* nothing can be received before; 0: there may be something */

	struct buf swept_to; /* sweep.c's: a key */

	enum counting counting;
	struct buf counted_to; /* a key: what is below it has been counted */
	struct waitq counted;
	int64_t total, in_flight, delayed;
	struct slot *slots; /* by time, from first on */
	size_t slot_first, slot_count, slot_cap;
};

/* Made when it is not there. */
struct live *live_get(struct sqs *sqs, int64_t id, int64_t space);
void live_hold(struct live *live);
void live_release(struct live *live);
void lives_fini(struct sqs *sqs);

/* Up to n of the receivers that wait. */
void live_wake(struct live *live, size_t n);
/* Something may be received now. */
void live_changed(struct live *live, size_t n);
/* A receive found nothing, and the next message becomes visible then. */
void live_set_empty(struct live *live, int64_t until_ms);
bool live_is_empty(const struct live *live, int64_t now_ms);
/*
 * Waits until called, until the client has gone or for timeout_ms. When it was called, the caller
 * looks for messages, or calls another.
 */
enum waited { WAITED_IN_VAIN, WAITED_CALLED };
enum waited live_wait(struct live *live, struct call *call, int64_t timeout_ms);
/* The waits that calls of other services began end in vain. */
void live_release_inner(struct live *live);

/* Number of messages in flight as far as it is known. */
int64_t live_in_flight(struct live *live, int64_t now_ms);
/* Counts the queue's messages if that wasn't done since the start: 0 or -1. In a fiber, without a
 * transaction. */
int live_count(struct live *live, struct call *call, const struct queue *q) MUSTCHECK;

/* ---- changes: what a transaction does to a queue, told to its live state once it is on disk ----
 */

struct place {
	struct str key; /* p == NULL: none */
	int64_t visible_ms;
	bool received;
};

struct change {
	struct place before, after;
};

struct changes {
	struct sqs *sqs;
	int64_t id, space, now_ms;
	size_t available; /* receivers to wake */
	struct arena *arena;
	struct change *v;
	size_t n, cap;
};

struct changes *changes_begin(struct call *call, const struct queue *q);
void changes_add(struct changes *c, const struct place *before, const struct place *after);
/* In a transaction: the queue is new, so its messages are counted; or it was purged; or it was
 * deleted. */
void live_note_created(struct call *call, int64_t id, int64_t space);
void live_note_purged(struct call *call, int64_t id, int64_t space);
void live_note_deleted(struct call *call, int64_t id, int64_t space);

#endif
