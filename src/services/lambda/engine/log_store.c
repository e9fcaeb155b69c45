/* Where the functions' logs go: the Logs service's own operation for them. */
#include "api/logs.h"
#include "base/log.h"
#include "services/lambda/engine/internal.h"
#include <stdlib.h>

int log_store_append(void *arg, struct aws *aws, const struct log_batch *batch)
{
	struct arena arena = { 0 };
	struct identity identity = { .account = batch->account,
		.region = batch->region,
		.service = STR("lambda.amazonaws.com"),
		.principal_arn = STR("lambda.amazonaws.com") };
	struct logs_append_input in = { .log_group_name = batch->group,
		.log_stream_name = batch->stream };
	struct logs_append_output out;
	struct call call;
	(void)arg;
	memset(&out, 0, sizeof out);
	call_init(&call, aws, &arena, &identity);
	in.log_events.n = batch->n;
	in.log_events.v = arena_zalloc(&arena, batch->n * sizeof *in.log_events.v);
	for (size_t i = 0; i < batch->n; i++) {
		in.log_events.v[i].timestamp = OPT_I64(batch->v[i].ms);
		in.log_events.v[i].message = batch->v[i].text;
	}
	in.invocations.n = batch->trace_count;
	in.invocations.v = arena_zalloc(&arena, batch->trace_count * sizeof *in.invocations.v + 1);
	for (size_t i = 0; i < batch->trace_count; i++) {
		const struct log_trace *t = &batch->traces[i];
		in.invocations.v[i] = (struct logs_invocation){
			.trace = { t->trace, sizeof t->trace },
			.own_trace = { t->own, sizeof t->own },
			.request_id = { t->request_id, sizeof t->request_id },
			.begun = OPT_I64(t->begun_ms),
			.ended = OPT_I64(t->ended_ms),
		};
	}
	int r = call_inner(&call, &logs_append_operation, NULL, &in, &out);
	if (r < 0)
		log_warn("the log of %.*s could not be written: %.*s", STR_ARG(batch->group),
			STR_ARG(call.error.message));
	arena_fini(&arena);
	return r;
}
