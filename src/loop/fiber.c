/* Fibers: ucontext makes a stack's first frame, setjmp and longjmp switch without a system call. */
#undef _FORTIFY_SOURCE /* its longjmp takes a switch of stacks for an attack */
#include "loop/fiber.h"
#include "base/mem.h"
#include "loop/internal.h"
#include "loop/limits.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
enum { STACK_BYTES = 4 * FIBER_STACK_BYTES }; /* red zones need room */
#else
enum { STACK_BYTES = FIBER_STACK_BYTES };
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

struct fiber {
	struct list ready;   /* in fibers.ready, or fibers.pool */
	struct list waiting; /* in a waitq */
	struct loop *loop;
	fiber_fn *fn;
	void *arg;
	bool begun, timed_out, timer_ready;
	uv_timer_t timer;
	jmp_buf env;
	ucontext_t context;
	char *stack; /* above its guard page */
	void *fake_stack, *tsan;
};

void fibers_init(struct fibers *f)
{
	list_init(&f->ready);
	list_init(&f->pool);
#ifdef WITH_TSAN
	f->tsan = __tsan_get_current_fiber();
#endif
}

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void fiber_free(struct fiber *f)
{
#ifdef WITH_TSAN
	__tsan_destroy_fiber(f->tsan);
#endif
#ifdef WITH_ASAN
	ASAN_UNPOISON_MEMORY_REGION(f->stack, STACK_BYTES);
#endif
	munmap(f->stack - page_bytes(), STACK_BYTES + page_bytes());
	free(f);
}

static void on_fiber_closed(uv_handle_t *handle)
{
	fiber_free(handle->data);
}

void fibers_fini(struct fibers *f)
{
	struct fiber *fiber;
	assert(f->count == 0 && "a fiber is still waiting");
	LIST_FOR(fiber, &f->pool, struct fiber, ready)
	{
		if (fiber->timer_ready)
			uv_close((uv_handle_t *)&fiber->timer, on_fiber_closed);
		else
			fiber_free(fiber);
	}
}

bool fibers_any_ready(const struct fibers *f)
{
	return !list_empty(&f->ready);
}

struct fiber *fiber_self(void)
{
	struct loop *loop = loop_self();
	return loop ? loop->fibers.running : NULL;
}

size_t fiber_count(void)
{
	return loop_self()->fibers.count;
}

/* Both directions tell the sanitizers which stack comes next, and which one they arrived from. */
static void switch_out(struct fibers *loop, struct fiber *f, bool into_fiber)
{
#ifdef WITH_ASAN
	if (into_fiber)
		__sanitizer_start_switch_fiber(&loop->fake_stack, f->stack, STACK_BYTES);
	else
		__sanitizer_start_switch_fiber(
			&f->fake_stack, loop->stack_bottom, loop->stack_bytes);
#endif
#ifdef WITH_TSAN
	__tsan_switch_to_fiber(into_fiber ? f->tsan : loop->tsan, 0);
#endif
	(void)loop, (void)f, (void)into_fiber;
}

static void switched_in(struct fibers *loop, struct fiber *f, bool into_fiber)
{
#ifdef WITH_ASAN
	if (into_fiber)
		__sanitizer_finish_switch_fiber(
			f->fake_stack, &loop->stack_bottom, &loop->stack_bytes);
	else
		__sanitizer_finish_switch_fiber(loop->fake_stack, NULL, NULL);
#endif
	(void)loop, (void)f, (void)into_fiber;
}

static void leave(struct fiber *f)
{
	struct fibers *loop = &f->loop->fibers;
	if (_setjmp(f->env) == 0) {
		switch_out(loop, f, false);
		_longjmp(loop->env, 1);
	}
	switched_in(&f->loop->fibers, f, true);
}

/* The first frame on a fiber's stack; it serves one function after another. */
static void fiber_main(unsigned high, unsigned low)
{
	struct fiber *f = (struct fiber *)((uintptr_t)high << 32 | low);
	switched_in(&f->loop->fibers, f, true);
	for (;;) {
		f->fn(f->arg);
		f->fn = NULL;
		leave(f);
	}
}

static void fiber_resume(struct fiber *f)
{
	struct fibers *loop = &f->loop->fibers;
	loop->running = f;
	if (_setjmp(loop->env) == 0) {
		switch_out(loop, f, true);
		if (f->begun)
			_longjmp(f->env, 1);
		f->begun = true;
		setcontext(&f->context);
		abort();
	}
	switched_in(loop, f, false);
	loop->running = NULL;
}

static struct fiber *fiber_create(struct loop *loop)
{
	size_t page = page_bytes();
	char *map = mmap(NULL, STACK_BYTES + page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (map == MAP_FAILED)
		return NULL;
	mprotect(map, page, PROT_NONE);
	struct fiber *f = xcalloc(1, sizeof *f);
	f->loop = loop;
	f->stack = map + page;
	list_init(&f->ready);
	list_init(&f->waiting);
	getcontext(&f->context);
	f->context.uc_stack.ss_sp = f->stack;
	f->context.uc_stack.ss_size = STACK_BYTES;
	uintptr_t p = (uintptr_t)f;
	makecontext(&f->context, (void (*)(void))(void *)fiber_main, 2, (unsigned)(p >> 32),
		(unsigned)p);
#ifdef WITH_TSAN
	f->tsan = __tsan_create_fiber(0);
#endif
	return f;
}

/* The fiber's function has returned: its stack goes to the pool, or is given back. */
static void fiber_retire(struct fiber *f)
{
	struct fibers *loop = &f->loop->fibers;
	loop->count--;
	if (loop->pool_count < FIBER_POOL_MAX) {
		if (f->timer_ready)
			uv_timer_stop(&f->timer);
		list_prepend(&loop->pool, &f->ready);
		loop->pool_count++;
	} else if (f->timer_ready) {
		uv_close((uv_handle_t *)&f->timer, on_fiber_closed);
	} else {
		fiber_free(f);
	}
}

void fibers_run_ready(struct loop *loop)
{
	struct list now;
	if (list_empty(&loop->fibers.ready))
		return;
	now = loop->fibers.ready;
	now.next->prev = &now;
	now.prev->next = &now;
	list_init(&loop->fibers.ready);
	while (!list_empty(&now)) {
		struct fiber *f = LIST_FIRST(&now, struct fiber, ready);
		list_remove(&f->ready);
		fiber_resume(f);
		if (!f->fn)
			fiber_retire(f);
	}
}

static void make_ready(struct fiber *f)
{
	list_append(&f->loop->fibers.ready, &f->ready);
}

int fiber_start(fiber_fn *fn, void *arg)
{
	struct loop *loop = loop_self();
	struct fibers *fibers = &loop->fibers;
	struct fiber *f;
	if (fibers->count >= FIBERS_MAX)
		return -EAGAIN;
	if (!list_empty(&fibers->pool)) {
		f = LIST_FIRST(&fibers->pool, struct fiber, ready);
		list_remove(&f->ready);
		fibers->pool_count--;
	} else {
		f = fiber_create(loop);
		if (!f)
			return -EAGAIN;
	}
	f->fn = fn;
	f->arg = arg;
	fibers->count++;
	make_ready(f);
	return 0;
}

void waitq_init(struct waitq *q)
{
	list_init(&q->waiters);
}

static void wake(struct fiber *f)
{
	list_remove(&f->waiting);
	if (f->timer_ready)
		uv_timer_stop(&f->timer);
	make_ready(f);
}

static void on_timeout(uv_timer_t *timer)
{
	struct fiber *f = timer->data;
	f->timed_out = true;
	wake(f);
}

int waitq_wait(struct waitq *q, int64_t timeout_ms)
{
	struct fiber *f = fiber_self();
	assert(f && "only a fiber can wait");
	f->timed_out = false;
	if (timeout_ms >= 0) {
		if (!f->timer_ready) {
			uv_timer_init(loop_uv(f->loop), &f->timer);
			f->timer.data = f;
			f->timer_ready = true;
		}
		uv_update_time(loop_uv(f->loop));
		uv_timer_start(&f->timer, on_timeout, (uint64_t)timeout_ms, 0);
	}
	list_append(&q->waiters, &f->waiting);
	leave(f);
	return f->timed_out ? -ETIMEDOUT : 0;
}

bool waitq_wake_one(struct waitq *q)
{
	if (list_empty(&q->waiters))
		return false;
	wake(LIST_FIRST(&q->waiters, struct fiber, waiting));
	return true;
}

void waitq_wake_all(struct waitq *q)
{
	while (waitq_wake_one(q))
		;
}

void fiber_sleep(uint64_t ms)
{
	struct waitq q;
	waitq_init(&q);
	waitq_wait(&q, (int64_t)ms);
}

void fiber_yield(void)
{
	struct fiber *f = fiber_self();
	make_ready(f);
	leave(f);
}
