/*
 * Whether the machine has processors to spare: one more instance then shortens a queue. Where more
 * wants to run than there are processors, it lengthens all that runs, which makes the durations
 * longer, which would ask for still more instances.
 */
#include "base/clock.h"
#include "services/lambda/engine/internal.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* The fourth field of /proc/loadavg: "running/all" (proc(5)). 0 when it can't be read. */
static unsigned count_running(void)
{
	char text[128];
	unsigned running = 0;
	int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	return sscanf(text, "%*s %*s %*s %u/", &running) == 1 ? running : 0;
}

bool engine_is_crowded(struct engine *engine)
{
	uint64_t now_ms = clock_mono_ms();
	if (!engine->crowd_ms || now_ms - engine->crowd_ms >= ENGINE_CROWD_LOOK_MS) {
		long processors = sysconf(_SC_NPROCESSORS_ONLN);
		engine->crowd_ms = now_ms;
		engine->is_crowded = count_running() > ENGINE_CROWD * (unsigned)MAX(processors, 1);
	}
	return engine->is_crowded;
}
