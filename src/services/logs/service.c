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

/* The text of the input's member, or p == NULL. */
static struct str text_of(const struct call *call, const void *in, const char *name)
{
	const struct member *m = shape_member(call->operation->input, str_c(name));
	return m ? *(const struct str *)member_value(m, in) : (struct str){ 0 };
}

/* A group that is named by logGroupIdentifier: by its name or its ARN, which may end with ":*". */
static int find_resource(struct call *call, const void *in, struct service_resource *out)
{
	struct str group = text_of(call, in, "logGroupIdentifier");
	struct str stream = text_of(call, in, "logStreamName");
	if (!group.p)
		return -1;
	if (str_ends(group, STR(":*")))
		group.n -= 2;
	if (!str_starts(group, STR("arn:")))
		group = call_arn(call, "logs", "log-group:%.*s", STR_ARG(group));
	out->arn =
		arena_printf(call->arena, "%.*s:log-stream:%.*s", STR_ARG(group), STR_ARG(stream));
	return 0;
}

const struct service logs_service = {
	.api = &logs_api,
	.start = start,
	.stop = stop,
	.serve = follow_serve,
	.find_resource = find_resource,
};
