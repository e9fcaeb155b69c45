/* Deleting files that no version refers to any more, beside the requests. */
#include "services/s3/internal.h"
#include <stdlib.h>

struct garbage {
	struct list link;
	struct s3 *s3;
	char id[BLOB_ID_LENGTH];
};

static void on_commit(void *arg)
{
	struct garbage *g = arg, *copy = xmalloc(sizeof *copy);
	*copy = *g;
	list_init(&copy->link);
	list_append(&g->s3->garbage, &copy->link);
	waitq_wake_all(&g->s3->collect);
}

void collect_soon(struct call *call, struct str blob)
{
	struct garbage *g = ARENA_NEW(call->arena, struct garbage);
	g->s3 = aws_state(call->aws, &s3_api);
	memcpy(g->id, blob.p, BLOB_ID_LENGTH);
	call_after(call, on_commit, g);
}

void collect_run(void *arg)
{
	struct s3 *s3 = arg;
	while (!s3->stopping || !list_empty(&s3->garbage)) {
		if (list_empty(&s3->garbage)) {
			waitq_wait(&s3->collect, -1);
			continue;
		}
		struct garbage *g = LIST_FIRST(&s3->garbage, struct garbage, link);
		list_remove(&g->link);
		blob_collect(s3->aws->blobs, (struct str){ g->id, BLOB_ID_LENGTH });
		free(g);
	}
	s3->collecting = false;
	waitq_wake_all(&s3->ended);
}
