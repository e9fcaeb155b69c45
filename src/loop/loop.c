/* The event loop of a thread. */
#include "loop/loop.h"
#include "base/mem.h"
#include "loop/internal.h"
#include <errno.h>
#include <stdlib.h>

static _Thread_local struct loop *current;

struct loop *loop_self(void)
{
	return current;
}

uv_loop_t *loop_uv(struct loop *loop)
{
	return &loop->uv;
}

static void queue_init(struct message_queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void queue_add(struct message_queue *q, loop_fn *fn, void *arg)
{
	struct message *m = xmalloc(sizeof *m);
	*m = (struct message){ NULL, fn, arg };
	*q->last = m;
	q->last = &m->next;
}

static struct message *queue_take(struct message_queue *q)
{
	struct message *first = q->first;
	queue_init(q);
	return first;
}

static void messages_run(struct message *m)
{
	while (m) {
		struct message *next = m->next;
		m->fn(m->arg);
		free(m);
		m = next;
	}
}

/* An active idle handle keeps libuv from sleeping; it does nothing itself. */
static void on_idle(uv_idle_t *idle)
{
	(void)idle;
}

/* Runs what is due: deferred calls and ready fibers. What those make ready waits for the next turn.
 */
static void turn(struct loop *loop)
{
	messages_run(queue_take(&loop->deferred));
	fibers_run_ready(loop);
	if (loop->deferred.first || fibers_any_ready(&loop->fibers))
		uv_idle_start(&loop->idle, on_idle);
	else
		uv_idle_stop(&loop->idle);
}

static void on_prepare(uv_prepare_t *handle)
{
	turn(handle->data);
}

static void on_check(uv_check_t *handle)
{
	turn(handle->data);
}

static void on_async(uv_async_t *handle)
{
	struct loop *loop = handle->data;
	pthread_mutex_lock(&loop->mutex);
	struct message *posted = queue_take(&loop->posted);
	pthread_mutex_unlock(&loop->mutex);
	messages_run(posted);
}

int loop_create(struct loop **out)
{
	assert(!current);
	struct loop *loop = xcalloc(1, sizeof *loop);
	int r = uv_loop_init(&loop->uv);
	if (r < 0) {
		free(loop);
		return r;
	}
	r = uv_async_init(&loop->uv, &loop->async, on_async);
	if (r < 0) {
		uv_loop_close(&loop->uv);
		free(loop);
		return r;
	}
	uv_prepare_init(&loop->uv, &loop->prepare);
	uv_check_init(&loop->uv, &loop->check);
	uv_idle_init(&loop->uv, &loop->idle);
	loop->async.data = loop->prepare.data = loop->check.data = loop;
	uv_prepare_start(&loop->prepare, on_prepare);
	uv_check_start(&loop->check, on_check);
	pthread_mutex_init(&loop->mutex, NULL);
	queue_init(&loop->posted);
	queue_init(&loop->deferred);
	fibers_init(&loop->fibers);
	current = loop;
	*out = loop;
	return 0;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	assert(loop == current);
	uv_close((uv_handle_t *)&loop->async, NULL);
	uv_close((uv_handle_t *)&loop->prepare, NULL);
	uv_close((uv_handle_t *)&loop->check, NULL);
	uv_close((uv_handle_t *)&loop->idle, NULL);
	fibers_fini(&loop->fibers);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	int r = uv_loop_close(&loop->uv);
	assert(r == 0 && "a handle was left open");
	pthread_mutex_destroy(&loop->mutex);
	current = NULL;
	free(loop);
}

void loop_run(struct loop *loop)
{
	loop->stopping = false;
	while (!loop->stopping)
		uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
	loop->stopping = true;
	uv_stop(&loop->uv);
}

void loop_post(struct loop *loop, loop_fn *fn, void *arg)
{
	pthread_mutex_lock(&loop->mutex);
	bool first = !loop->posted.first;
	queue_add(&loop->posted, fn, arg);
	pthread_mutex_unlock(&loop->mutex);
	if (first)
		uv_async_send(&loop->async);
}

void loop_defer(struct loop *loop, loop_fn *fn, void *arg)
{
	assert(loop == current);
	queue_add(&loop->deferred, fn, arg);
	uv_idle_start(&loop->idle, on_idle);
}

struct work {
	uv_work_t uv;
	loop_fn *fn;
	void *arg;
	bool done;
	struct waitq waiters;
};

static void on_work(uv_work_t *req)
{
	struct work *w = req->data;
	w->fn(w->arg);
}

static void on_work_done(uv_work_t *req, int status)
{
	struct work *w = req->data;
	(void)status;
	w->done = true;
	waitq_wake_all(&w->waiters);
}

void loop_work(loop_fn *fn, void *arg)
{
	struct work w = { .fn = fn, .arg = arg };
	if (!fiber_self()) {
		fn(arg);
		return;
	}
	w.uv.data = &w;
	waitq_init(&w.waiters);
	int r = uv_queue_work(&current->uv, &w.uv, on_work, on_work_done);
	assert(r == 0);
	while (!w.done)
		waitq_wait(&w.waiters, -1);
}

static void on_timer(uv_timer_t *handle)
{
	struct loop_timer *t = handle->data;
	t->fn(t->arg);
}

void loop_timer_start(
	struct loop_timer *t, uint64_t after_ms, uint64_t every_ms, loop_fn *fn, void *arg)
{
	if (!t->ready) {
		uv_timer_init(&current->uv, &t->uv);
		t->uv.data = t;
		t->ready = true;
	}
	t->fn = fn;
	t->arg = arg;
	uv_update_time(&current->uv);
	uv_timer_start(&t->uv, on_timer, after_ms, every_ms);
}

void loop_timer_stop(struct loop_timer *t)
{
	if (t->ready)
		uv_timer_stop(&t->uv);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct loop_timer *t = handle->data;
	t->ready = false;
	if (t->fn)
		t->fn(t->arg);
}

void loop_timer_close(struct loop_timer *t, loop_fn *closed, void *arg)
{
	t->fn = closed;
	t->arg = arg;
	if (t->ready) {
		uv_timer_stop(&t->uv);
		uv_close((uv_handle_t *)&t->uv, on_timer_closed);
	} else if (closed) {
		loop_defer(current, closed, arg);
	}
}
