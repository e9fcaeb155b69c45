/* Boxes: that they hold, by probes that must fail inside, and that they start, limit, freeze and end as promised. */
#include "sandbox/box.h"
#include "base/clock.h"
#include "loop/loop.h"
#include "tests/check.h"
#include <errno.h>
#include <unistd.h>

static struct loop *loop;
static char run_dir[128];

struct seen {
	struct waitq q;
	char out[65536];
	size_t n;
	bool exited, out_of_memory;
	int code, signal;
};

static void on_output(void *arg, int stream, struct str bytes)
{
	struct seen *s = arg;
	(void)stream;
	size_t n = MIN(bytes.n, sizeof s->out - 1 - s->n);
	memcpy(s->out + s->n, bytes.p, n);
	s->n += n;
	s->out[s->n] = 0;
	waitq_wake_all(&s->q);
}

static void on_exit_of_box(void *arg, int code, int sig, bool out_of_memory)
{
	struct seen *s = arg;
	s->exited = true;
	s->code = code;
	s->signal = sig;
	s->out_of_memory = out_of_memory;
	waitq_wake_all(&s->q);
}

static void main_fiber(void *arg)
{
	struct sandbox *s = arg;
	CHECK_INT(sandbox_wait(s), 0);
	printf("# %s\n", sandbox_summary(s));
	struct box_limits limits = { .memory_bytes = 128 * MIB, .tmp_bytes = 16 * MIB, .pids_max = 100, .cpu_millis = 0 };
	for (int i = 0; i < 20; i++) {
		if (i == 0) fiber_sleep(300);
		if (i == 0) printf("# %s\n", sandbox_summary(s));
		struct seen *seen = calloc(1, sizeof *seen);
		waitq_init(&seen->q);
		struct box_spec spec = { .limits = &limits, .events = { on_output, on_exit_of_box, seen } };
		struct box *box;
		uint64_t t0 = clock_mono_ns();
		int r = box_create(s, &spec, &box);
		uint64_t t1 = clock_mono_ns();
		CHECK_INT(r, 0);
		if (r < 0)
			break;
		const char *argv[] = { "/bin/sh", "-c", "id; pwd; echo $X; ls -la / /var/task /opt /dev /proc/self/fd | head -100; cat /proc/1/cmdline /proc/self/mountinfo /etc/passwd; ps", NULL };
		if (i) argv[2] = "exit 3";
		if (i == 5) argv[2] = "sleep 0.3; cat /proc/net/route /etc/resolv.conf; cat /proc/net/tcp; curl -m 3 -s -o /dev/null -w '%{http_code} lo\n' http://127.0.0.1:18999/; curl -m 3 -sS http://169.254.169.254/; curl -m 3 -s -o /dev/null -w '%{http_code} hostip\n' http://192.0.2.2:18998/ 2>&1";
		const char *env[] = { "PATH=/bin:/usr/bin", "X=127.0.0.1:9001:/var/task", NULL };
		struct box_start start = { .code_dir = "/work/wt/box/src/loop", .layers_dir = "/work/wt/box/tests", .argv = argv, .env = env, .limits = limits };
		r = box_start(box, &start);
		uint64_t t2 = clock_mono_ns();
		CHECK_INT(r, 0);
		while (!seen->exited)
			if (waitq_wait(&seen->q, 3000) < 0)
				break;
		printf("create %.2f start %.2f end %.2f code %d sig %d exited %d\n%s", (t1 - t0) / 1e6, (t2 - t1) / 1e6, (clock_mono_ns() - t2) / 1e6, seen->code, seen->signal, seen->exited, seen->out);
		box_destroy(box);
		free(seen);
	}
	sandbox_close(s);
	loop_stop(loop);
}

static void test_quick(void)
{
	struct sandbox *s;
	CHECK_INT(loop_create(&loop), 0);
	snprintf(run_dir, sizeof run_dir, "/tmp/boxtest-%d", (int)getpid());
	uint64_t t0 = clock_mono_ns();
	CHECK_INT(sandbox_open(run_dir, SANDBOX_AUTO, &s), 0);
	printf("open %.2f ms\n", (clock_mono_ns() - t0) / 1e6);
	CHECK_INT(fiber_start(main_fiber, s), 0);
	loop_run(loop);
	loop_destroy(loop);
}

static const struct test tests[] = { { "quick", test_quick } };

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
