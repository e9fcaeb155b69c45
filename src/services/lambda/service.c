/* The service: what it makes at start, ends at stop, and serves besides its API. */
#include "net/http_server.h"
#include "services/lambda/code_cache.h"
#include "services/lambda/invoke.h"
#include "services/lambda/lambda.h"
#include "services/lambda/mapping.h"
#include <stdlib.h>

static void stop(struct aws *aws, void *state)
{
	struct lambda *lambda = state;
	(void)aws;
	lambda->stopping = true;
	waitq_wake_all(&lambda->retire_wake);
	while (lambda->retiring > 0)
		waitq_wait(&lambda->retire_wake, -1);
	/* Events under way end with their instances, and stay in the store. */
	async_halt(lambda->async);
	mappings_halt(lambda->mappings);
	engine_destroy(lambda->engine);
	mappings_stop(lambda->mappings);
	async_stop(lambda->async);
	resolver_destroy(lambda->resolver);
	code_cache_close(lambda->code);
	free(lambda);
}

static int start(struct aws *aws, void **state)
{
	struct lambda *lambda = xcalloc(1, sizeof *lambda);
	lambda->aws = aws;
	waitq_init(&lambda->retire_wake);
	int r = resolver_create(&lambda->resolver);
	if (r == 0)
		r = code_cache_open(aws, &lambda->code);
	if (r == 0)
		r = engine_create(aws, &lambda->engine);
	/* The worker asks for the state: it begins at the loop's next turn, when it is known. */
	*state = lambda;
	if (r == 0)
		r = mappings_start(lambda, &lambda->mappings);
	if (r == 0)
		r = async_start(lambda, &lambda->async);
	if (r < 0) {
		if (lambda->mappings) {
			mappings_halt(lambda->mappings);
			mappings_stop(lambda->mappings);
		}
		if (lambda->engine)
			engine_destroy(lambda->engine);
		code_cache_close(lambda->code);
		resolver_destroy(lambda->resolver);
		free(lambda);
		*state = NULL;
	}
	return r;
}

static bool serve(struct aws *aws, void *state, struct http_exchange *ex)
{
	return code_serve(aws, ex) || url_serve(state, ex);
}

/* Functions of other accounts are run by whom their policy lets, and so are layers read. */
static int find_resource(struct call *call, const void *in, struct service_resource *out)
{
	const struct member *m = shape_member(call->operation->input, STR("FunctionName"));
	const struct member *q = shape_member(call->operation->input, STR("Qualifier"));
	bool is_invoke = call->operation == &lambda_invoke_operation ||
			 call->operation == &lambda_invoke_async_operation ||
			 call->operation == &lambda_invoke_with_response_stream_operation;
	struct function_name name;
	/* By lambda_layer_may_read. */
	out->by_handler = call->operation == &lambda_get_layer_version_operation ||
			  call->operation == &lambda_get_layer_version_by_arn_operation;
	if (out->by_handler)
		return 0;
	if (!is_invoke || !m ||
		lambda_name_of_any_account(call, *(const struct str *)member_value(m, in),
			q ? *(const struct str *)member_value(q, in) : (struct str){ 0 },
			&name) < 0)
		return -1;
	if (str_eq(name.account, call->identity.account))
		return -1;
	out->arn = function_arn(call->arena, &name);
	out->account = name.account;
	return lambda_read_policy(call, &name, &out->policy);
}

const struct service lambda_service = {
	.api = &lambda_api,
	.start = start,
	.stop = stop,
	.serve = serve,
	.find_resource = find_resource,
};
