/* A command's event loop: its work runs in a fiber, and Ctrl-C is something to wait for. */
#include "cli/program.h"
#include "base/log.h"
#include "cli/command.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct program {
	struct loop *loop;
	uv_signal_t signals[2];
	struct waitq events;
	bool is_ending;
	int (*fn)(void *arg);
	void *arg;
	int exit_code;
} program;

static void on_signal(uv_signal_t *handle, int number)
{
	(void)handle;
	log_debug("signal %d: stopping", number);
	program.is_ending = true;
	waitq_wake_all(&program.events);
}

static void program_main(void *arg)
{
	(void)arg;
	program.exit_code = program.fn(program.arg);
	for (size_t i = 0; i < COUNT_OF(program.signals); i++)
		uv_close((uv_handle_t *)&program.signals[i], NULL);
	loop_stop(program.loop);
}

int program_run(int (*fn)(void *arg), void *arg)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	signal(SIGPIPE, SIG_IGN);
	int r = loop_create(&program.loop);
	if (r < 0) {
		fprintf(stderr, "samovar: the event loop can't be made: %s\n", strerror(-r));
		return EXIT_FAILED;
	}
	program.fn = fn;
	program.arg = arg;
	waitq_init(&program.events);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		uv_signal_init(loop_uv(program.loop), &program.signals[i]);
		uv_signal_start(&program.signals[i], on_signal, numbers[i]);
	}
	r = fiber_start(program_main, NULL);
	assert(r == 0);
	loop_run(program.loop);
	loop_destroy(program.loop);
	return program.exit_code;
}

void program_wait_for_signal(void)
{
	while (!program.is_ending)
		waitq_wait(&program.events, -1);
}

bool program_is_ending(void)
{
	return program.is_ending;
}

struct waitq *program_events(void)
{
	return &program.events;
}
