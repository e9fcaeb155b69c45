/* Fibers and the loop: waiting, waking, timeouts, messages and work from other threads. */
#include "loop/loop.h"
#include "tests/check.h"
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

static char trace[64];
static size_t traced;

static void note(char c)
{
	if (traced < sizeof trace - 1)
		trace[traced++] = c;
	trace[traced] = 0;
}

static struct waitq queue;

static void waiter(void *arg)
{
	note(*(char *)arg);
	CHECK_INT(waitq_wait(&queue, -1), 0);
	note((char)(*(char *)arg - 'a' + 'A'));
}

static void waker(void *arg)
{
	fiber_yield();
	note('1');
	CHECK(waitq_wake_one(&queue));
	fiber_yield();
	waitq_wake_all(&queue);
	CHECK(!waitq_wake_one(&queue));
	fiber_yield();
	loop_stop(arg);
}

static struct loop *begin(void)
{
	struct loop *loop;
	traced = 0;
	CHECK_INT(loop_create(&loop), 0);
	waitq_init(&queue);
	return loop;
}

static void test_fibers_wait_in_order(void)
{
	struct loop *loop = begin();
	CHECK_INT(fiber_start(waiter, "a"), 0);
	CHECK_INT(fiber_start(waiter, "b"), 0);
	CHECK_INT(fiber_start(waiter, "c"), 0);
	CHECK_INT(fiber_start(waker, loop), 0);
	CHECK_INT(fiber_count(), 4);
	loop_run(loop);
	CHECK_STR(str_c(trace), "abc1ABC");
	loop_destroy(loop);
}

static void sleeper(void *arg)
{
	struct waitq nobody;
	waitq_init(&nobody);
	CHECK_INT(waitq_wait(&nobody, 5), -ETIMEDOUT);
	fiber_sleep(1);
	note('t');
	loop_stop(arg);
}

static void test_waits_time_out(void)
{
	struct loop *loop = begin();
	CHECK_INT(fiber_start(sleeper, loop), 0);
	loop_run(loop);
	CHECK_STR(str_c(trace), "t");
	loop_destroy(loop);
}

static pthread_t loop_thread;

static void on_pool(void *arg)
{
	CHECK(!pthread_equal(pthread_self(), loop_thread));
	*(int *)arg = 42;
}

static void worker(void *arg)
{
	int result = 0;
	loop_work(on_pool, &result);
	CHECK_INT(result, 42);
	loop_stop(arg);
}

static void test_work_runs_on_another_thread(void)
{
	struct loop *loop = begin();
	loop_thread = pthread_self();
	CHECK_INT(fiber_start(worker, loop), 0);
	loop_run(loop);
	loop_destroy(loop);
}

static struct loop *posted_to;
static int posted_sum;

static void on_post(void *arg)
{
	posted_sum += *(int *)arg;
	if (posted_sum == 1000)
		loop_stop(posted_to);
}

static void *poster(void *arg)
{
	static int one = 1;
	(void)arg;
	for (int i = 0; i < 1000; i++)
		loop_post(posted_to, on_post, &one);
	return NULL;
}

static void test_other_threads_post(void)
{
	pthread_t thread;
	posted_to = begin();
	posted_sum = 0;
	pthread_create(&thread, NULL, poster, NULL);
	loop_run(posted_to);
	pthread_join(thread, NULL);
	CHECK_INT(posted_sum, 1000);
	loop_destroy(posted_to);
}

static int ran;

static void one_of_many(void *arg)
{
	char stack[4096];
	memset(stack, 1, sizeof stack);
	fiber_yield();
	ran += stack[17];
	if (ran == 500)
		loop_stop(arg);
}

static void test_many_fibers(void)
{
	struct loop *loop = begin();
	ran = 0;
	for (int i = 0; i < 500; i++)
		CHECK_INT(fiber_start(one_of_many, loop), 0);
	loop_run(loop);
	CHECK_INT(ran, 500);
	loop_destroy(loop);
}

static const struct test tests[] = {
	{ "fibers wait and wake in order", test_fibers_wait_in_order },
	{ "waits time out", test_waits_time_out },
	{ "work runs on another thread", test_work_runs_on_another_thread },
	{ "other threads post", test_other_threads_post },
	{ "many fibers", test_many_fibers },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
