/* The row of S3 in the server's table. */
#include "services/s3/lifecycle.h"
#include "services/s3/policies.h"
#include "services/s3/s3.h"
#include "services/s3/web.h"
#include <stdlib.h>

static int start(struct aws *aws, void **state)
{
	struct s3 *s3 = xcalloc(1, sizeof *s3);
	s3->aws = aws;
	list_init(&s3->garbage);
	waitq_init(&s3->collect);
	waitq_init(&s3->sweep);
	waitq_init(&s3->ended);
	int r = fiber_start(collect_run, s3);
	if (r < 0) {
		free(s3);
		return r;
	}
	s3->collecting = true;
	s3->sweeping = fiber_start(lifecycle_run, s3) == 0;
	*state = s3;
	return 0;
}

static void stop(struct aws *aws, void *state)
{
	struct s3 *s3 = state;
	(void)aws;
	s3->stopping = true;
	waitq_wake_all(&s3->collect);
	waitq_wake_all(&s3->sweep);
	while (s3->collecting || s3->sweeping)
		waitq_wait(&s3->ended, -1);
	free(s3);
}

const struct service s3_service = {
	.api = &s3_api,
	.start = start,
	.stop = stop,
	.serve = s3_serve,
	.find_resource = s3_find_resource,
};
