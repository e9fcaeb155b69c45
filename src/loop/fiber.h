/* Fibers: functions that wait without blocking their thread. One loop a thread; a fiber stays on
 * its loop. */
#ifndef SAMOVAR_LOOP_FIBER_H
#define SAMOVAR_LOOP_FIBER_H

#include "base/common.h"
#include "base/list.h"

struct loop;
struct fiber;

typedef void fiber_fn(void *arg);

enum { FIBER_STACK_BYTES = 256 * 1024 }; /* virtual; a guard page stands below it */

/*
 * Runs fn(arg) in a fiber of this thread's loop, from the pool. It starts at the loop's next turn.
 * -EAGAIN when FIBERS_MAX are running already.
 */
int fiber_start(fiber_fn *fn, void *arg) MUSTCHECK;
/* The running fiber, or NULL on the loop's own stack. */
struct fiber *fiber_self(void);
/* Number of fibers that have started and not ended. */
size_t fiber_count(void);

/*
 * A queue of waiting fibers, the one primitive of waiting. Zero-initialised is not enough:
 * waitq_init. All three belong to the loop's thread. What is waited for is checked in a loop, as
 * with a condition variable:   while (!queue->ready) r = waitq_wait(&queue->waiters, timeout_ms);
 */
struct waitq {
	struct list waiters;
};
void waitq_init(struct waitq *q);
/* Parks the fiber until woken: 0, or -ETIMEDOUT after timeout_ms (negative: no limit). */
int waitq_wait(struct waitq *q, int64_t timeout_ms);
/* Wakes the one that waits longest; false when none waits. The fiber runs at the loop's next turn.
 */
bool waitq_wake_one(struct waitq *q);
void waitq_wake_all(struct waitq *q);

void fiber_sleep(uint64_t ms);
/* Lets the other fibers and the sockets have a turn. */
void fiber_yield(void);

#endif
