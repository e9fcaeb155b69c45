/* What loop.c and fiber.c share. */
#ifndef SAMOVAR_LOOP_INTERNAL_H
#define SAMOVAR_LOOP_INTERNAL_H

#include "loop/loop.h"
#include <pthread.h>
#include <setjmp.h>

struct message {
	struct message *next;
	loop_fn *fn;
	void *arg;
};

struct message_queue {
	struct message *first, **last;
};

/* The fibers of a loop; fiber.c's. */
struct fibers {
	struct list ready; /* to run at the next turn */
	struct list pool;  /* ended, their stacks kept */
	size_t pool_count, count;
	struct fiber *running;
	jmp_buf env;      /* where the loop's own stack goes on */
	void *fake_stack; /* AddressSanitizer's */
	const void *stack_bottom;
	size_t stack_bytes;
	void *tsan; /* ThreadSanitizer's */
};

struct loop {
	uv_loop_t uv;
	uv_async_t async;
	uv_prepare_t prepare;
	uv_check_t check;
	uv_idle_t idle;
	bool stopping;
	pthread_mutex_t mutex;
	struct message_queue posted;   /* from other threads, under mutex */
	struct message_queue deferred; /* from this thread */
	struct fibers fibers;
};

void fibers_init(struct fibers *f);
/* Before the last turns of libuv's loop, which closes the fibers' timers. */
void fibers_fini(struct fibers *f);
/* Runs each fiber that is ready now, once. */
void fibers_run_ready(struct loop *loop);
bool fibers_any_ready(const struct fibers *f);

#endif
