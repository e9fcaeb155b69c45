/* The row of DynamoDB in the server's table. */
#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/internal.h"
#include <stdlib.h>

static int start(struct aws *aws, void **state)
{
	struct dynamodb *d = xcalloc(1, sizeof *d);
	d->aws = aws;
	waitq_init(&d->ended);
	waitq_init(&d->sweep);
	int r = fiber_start(ddb_sweep_run, d);
	if (r < 0) {
		free(d);
		return r;
	}
	d->running = true;
	*state = d;
	return 0;
}

static void stop(struct aws *aws, void *state)
{
	struct dynamodb *d = state;
	(void)aws;
	d->stopping = true;
	waitq_wake_all(&d->sweep);
	while (d->running)
		waitq_wait(&d->ended, -1);
	free(d);
}

const struct service dynamodb_service = {
	.api = &dynamodb_api,
	.start = start,
	.stop = stop,
};
