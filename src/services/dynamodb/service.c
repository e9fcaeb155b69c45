/* The row of DynamoDB in the server's table. */
#include "services/dynamodb/dynamodb.h"
#include "services/dynamodb/transfers/export.h"
#include "services/dynamodb/transfers/import.h"
#include "services/dynamodb/tables/stream.h"
#include <stdlib.h>

static void stop(struct aws *aws, void *state)
{
	struct dynamodb *d = state;
	(void)aws;
	d->stopping = true;
	waitq_wake_all(&d->sweep);
	waitq_wake_all(&d->exports);
	waitq_wake_all(&d->imports);
	ddb_stream_release_all(d);
	while (d->running || d->readers || !list_empty(&d->importers))
		waitq_wait(&d->ended, -1);
	map_fini(&d->watches);
	free(d);
}

static int start(struct aws *aws, void **state)
{
	static fiber_fn *const fibers[] = { ddb_sweep_run, ddb_export_run, ddb_import_run };
	struct dynamodb *d = xcalloc(1, sizeof *d);
	d->aws = aws;
	waitq_init(&d->ended);
	waitq_init(&d->sweep);
	waitq_init(&d->exports);
	waitq_init(&d->imports);
	list_init(&d->importers);
	for (size_t i = 0; i < COUNT_OF(fibers); i++, d->running++) {
		int r = fiber_start(fibers[i], d);
		if (r < 0) {
			stop(aws, d);
			return r;
		}
	}
	*state = d;
	return 0;
}

const struct service dynamodbstreams_service = {
	.api = &dynamodbstreams_api,
	.find_resource = ddb_streams_find_resource,
};

const struct service dynamodb_service = {
	.api = &dynamodb_api,
	.start = start,
	.stop = stop,
	.find_permissions = ddb_find_permissions,
};
