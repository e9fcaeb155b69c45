/* The row of CloudFormation in the server's table: what was in progress goes on at start. */
#include "services/cloudformation/cloudformation.h"
#include "services/cloudformation/internal.h"
#include <stdlib.h>

struct resume {
	struct aws *aws;
	struct arena arena;
	struct key_part (*found)[5];
	size_t n, cap;
};

static int collect(struct txn *txn, void *arg)
{
	struct resume *r = arg;
	struct str prefix = KEY(&r->arena, KEY_LITERAL("cloudformation"), KEY_LITERAL("active"));
	struct txn_cursor c;
	txn_cursor_open(txn, prefix, key_range_end(&r->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		if (r->n == r->cap) {
			r->cap = r->cap ? r->cap * 2 : 16;
			r->found = xrealloc(r->found, r->cap * sizeof *r->found);
		}
		if (key_decode(&r->arena, c.key, r->found[r->n], 5) == 5)
			r->n++;
	}
	txn_cursor_close(&c);
	return 0;
}

/* Once every service has started, and the port is known. */
static void resume_all(void *arg)
{
	struct resume *r = arg;
	struct cfn *cfn = cfn_of(r->aws);
	if (store_read(r->aws->store, collect, r) == 0)
		for (size_t i = 0; i < r->n && !cfn->stopping; i++)
			cfn_operation_start(r->aws, r->found[i][2].text, r->found[i][3].text,
				r->found[i][4].text);
	free(r->found);
	arena_fini(&r->arena);
	free(r);
	cfn->running--;
	waitq_wake_all(&cfn->changed);
}

static int start(struct aws *aws, void **state)
{
	struct cfn *cfn = xcalloc(1, sizeof *cfn);
	struct resume *r = xcalloc(1, sizeof *r);
	cfn->aws = aws;
	waitq_init(&cfn->changed);
	r->aws = aws;
	cfn->running = 1;
	*state = cfn;
	int e = fiber_start(resume_all, r);
	if (e == 0)
		return 0;
	free(r);
	free(cfn);
	return e;
}

static void stop(struct aws *aws, void *state)
{
	struct cfn *cfn = state;
	(void)aws;
	cfn->stopping = true;
	cfn_custom_stop(cfn);
	while (cfn->running)
		waitq_wait(&cfn->changed, -1);
	map_fini(&cfn->active);
	map_fini(&cfn->answers);
	free(cfn);
}

const struct service cloudformation_service = {
	.api = &cloudformation_api,
	.start = start,
	.stop = stop,
	.serve = cfn_serve,
};
