/* The event loop of a thread: libuv's, with fibers, timers, messages from other threads and work on
 * them. */
#ifndef SAMOVAR_LOOP_LOOP_H
#define SAMOVAR_LOOP_LOOP_H

#include "base/common.h"
#include "loop/fiber.h"
#include <uv.h>

struct loop;

/* Makes this thread's loop; there is one at most. */
int loop_create(struct loop **out) MUSTCHECK;
/* After loop_run has returned. Frees the fibers' stacks. */
void loop_destroy(struct loop *loop);
/* This thread's loop. */
struct loop *loop_self(void);
/* libuv's loop, for handles of one's own. */
uv_loop_t *loop_uv(struct loop *loop);

/* Runs until loop_stop, and then the callbacks that are due. */
void loop_run(struct loop *loop);
/* Ends loop_run; from the loop's thread. */
void loop_stop(struct loop *loop);

typedef void loop_fn(void *arg);
/* From any thread: fn(arg) on the loop's own stack, in the order of the calls. fn must not wait. */
void loop_post(struct loop *loop, loop_fn *fn, void *arg);
/* From the loop's thread: fn(arg) on the loop's own stack before the loop next sleeps. */
void loop_defer(struct loop *loop, loop_fn *fn, void *arg);

/*
 * Runs fn(arg) on libuv's thread pool (files, slow hashing) while the calling fiber waits. On the
 * loop's own stack, or without a loop, fn runs at once.
 */
void loop_work(loop_fn *fn, void *arg);

/* A timer that calls back on the loop's own stack. Zero it before the first use; its memory is the
 * caller's. */
struct loop_timer {
	uv_timer_t uv;
	loop_fn *fn;
	void *arg;
	bool ready;
};
/* After after_ms, and then every every_ms if that is not 0. Started again, it begins anew. */
void loop_timer_start(
	struct loop_timer *t, uint64_t after_ms, uint64_t every_ms, loop_fn *fn, void *arg);
void loop_timer_stop(struct loop_timer *t);
/* Before its memory is freed: closes it and calls closed(arg) at a later turn, when the memory may
 * go. */
void loop_timer_close(struct loop_timer *t, loop_fn *closed, void *arg);

#endif
