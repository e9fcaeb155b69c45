/* The row of SQS in the server's table. */
#include "services/sqs/sqs.h"
#include "services/sqs/internal.h"
#include <stdlib.h>

static int start_fiber(struct sqs *sqs, fiber_fn *fn)
{
	sqs->fibers++;
	int r = fiber_start(fn, sqs);
	if (r < 0)
		sqs->fibers--;
	return r;
}

static int start(struct aws *aws, void **state)
{
	struct sqs *sqs = xcalloc(1, sizeof *sqs);
	sqs->aws = aws;
	waitq_init(&sqs->ended);
	waitq_init(&sqs->sweep);
	*state = sqs;
	int r = start_fiber(sqs, sqs_sweep_run);
	if (r == 0)
		r = start_fiber(sqs, moves_resume);
	if (r < 0 && !sqs->fibers)
		free(sqs);
	return r;
}

static void stop(struct aws *aws, void *state)
{
	struct sqs *sqs = state;
	size_t at = 0;
	struct map_entry *e;
	(void)aws;
	sqs->stopping = true;
	waitq_wake_all(&sqs->sweep);
	while (map_next(&sqs->lives, &at, &e))
		live_wake(e->value, SIZE_MAX);
	while (sqs->fibers || sqs->holds)
		waitq_wait(&sqs->ended, -1);
	lives_fini(sqs);
	free(sqs);
}

/* The queue that the input's QueueUrl means, and its policy; operations that name an ARN need no
 * help. */
static int resource_run(struct call *call, void *arg)
{
	struct queue *q = arg;
	queue_get(call, q->account, q->region, q->name, q);
	return 0;
}

static int find_resource(struct call *call, const void *in, struct service_resource *out)
{
	const struct member *m = shape_member(call->operation->input, STR("QueueUrl"));
	struct queue_name name;
	if (!m || url_parse(call, *(const struct str *)member_value(m, in), &name) < 0)
		return -1;
	struct queue q = { .account = name.account, .region = name.region, .name = name.name };
	if (call_look(call, resource_run, &q) < 0)
		return -1;
	*out = (struct service_resource){
		.arn = queue_arn(call, &q), .account = q.account, .policy = q.r.policy
	};
	return 0;
}

/* "Configuring queue permissions for dead-letter queue redrive" (Developer Guide): the messages are
 * taken from one queue and sent to the other. */
static int find_permissions(
	struct call *call, const void *in, struct service_permission **out, size_t *n)
{
	static const char *const actions[] = { "sqs:StartMessageMoveTask", "sqs:ReceiveMessage",
		"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage" };
	const struct sqs_start_message_move_task_input *move = in;
	struct service_permission *v;
	if (call->operation != &sqs_start_message_move_task_operation)
		return -1;
	*out = v = ARENA_ARRAY(call->arena, struct service_permission, COUNT_OF(actions));
	struct queue_name name;
	for (*n = 0; *n < COUNT_OF(actions); (*n)++) {
		bool is_target = *n == COUNT_OF(actions) - 1;
		struct str arn = is_target ? move->destination_arn : move->source_arn;
		if (is_target && !arn.n)
			break;
		v[*n] = (struct service_permission){ actions[*n], { .arn = arn } };
		v[*n].resource.account =
			arn_parse(arn, &name) == 0 ? name.account : call->identity.account;
	}
	return 0;
}

const struct service sqs_service = {
	.api = &sqs_api,
	.start = start,
	.stop = stop,
	.find_resource = find_resource,
	.find_permissions = find_permissions,
};
