/* The row of CloudWatch Logs in the server's table. */
#include "services/logs/logs.h"
#include "services/logs/state.h"
#include <stdlib.h>

static int start(struct aws *aws, void **state)
{
	struct logs *logs = xcalloc(1, sizeof *logs);
	logs->aws = aws;
	list_init(&logs->followers);
	waitq_init(&logs->sweep);
	waitq_init(&logs->ended);
	int r = fiber_start(logs_sweep_run, logs);
	if (r < 0) {
		free(logs);
		return r;
	}
	logs->sweeping = true;
	*state = logs;
	return 0;
}

static void stop(struct aws *aws, void *state)
{
	struct logs *logs = state;
	(void)aws;
	logs->stopping = true;
	waitq_wake_all(&logs->sweep);
	followers_wake(logs);
	while (logs->sweeping || logs->follower_count)
		waitq_wait(&logs->ended, -1);
	stream_cache_fini(logs);
	free(logs);
}

const struct service logs_service = {
	.api = &logs_api,
	.start = start,
	.stop = stop,
	.serve = follow_serve,
};
