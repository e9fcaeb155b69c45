/* Running a function for the gateway, which waits no longer than the integration's time. */
#include "api/lambda.h"
#include "base/clock.h"
#include "base/log.h"
#include "loop/fiber.h"
#include "services/apigatewayv2/exchange.h"
#include <errno.h>
#include <stdlib.h>

/* Of the gateway's fiber and the invocation's: whoever ends last frees it. */
struct invocation {
	unsigned refs;
	bool done;
	int result;
	struct waitq ended;
	struct arena arena;
	struct call call;
	struct lambda_invoke_input in;
	struct lambda_invoke_output out;
};

static void invocation_unref(struct invocation *v)
{
	if (--v->refs)
		return;
	arena_fini(&v->arena);
	free(v);
}

static void invocation_run(void *arg)
{
	struct invocation *v = arg;
	v->result = call_inner(&v->call, &lambda_invoke_operation, NULL, &v->in, &v->out);
	v->done = true;
	waitq_wake_all(&v->ended);
	invocation_unref(v);
}

struct str route_source(const struct exchange *x)
{
	const struct route_view *r = x->found.route;
	const struct str start = arena_printf(
		x->arena, "%.*s/%.*s/", STR_ARG(x->table->api.api_id), STR_ARG(x->stage->name));
	if (r->is_default)
		return arena_printf(x->arena, "%.*s$default", STR_ARG(start));
	return arena_printf(x->arena, "%.*s%.*s%.*s", STR_ARG(start), STR_ARG(x->request->method),
		STR_ARG(r->path));
}

static int invocation_start(struct exchange *x, struct str function, struct str source,
	struct str event, struct invocation **out)
{
	struct invocation *v = xcalloc(1, sizeof *v);
	struct identity identity = {
		.account = arena_str(&v->arena, x->table->account),
		.region = arena_str(&v->arena, x->table->region),
		.service = STR("apigateway.amazonaws.com"),
	};
	identity.principal_arn = arena_printf(&v->arena, "arn:aws:execute-api:%.*s:%.*s:%.*s",
		STR_ARG(identity.region), STR_ARG(identity.account), STR_ARG(source));
	call_init(&v->call, x->gateway->aws, &v->arena, &identity);
	v->call.trace = arena_str(&v->arena, x->trace_header);
	v->call.source_ip = arena_str(&v->arena, x->source_ip);
	v->call.user_agent = arena_str(&v->arena, x->user_agent);
	v->in.function_name = arena_str(&v->arena, function);
	v->in.invocation_type = STR("RequestResponse");
	v->in.payload = arena_str(&v->arena, event);
	v->refs = 2;
	waitq_init(&v->ended);
	int r = fiber_start(invocation_run, v);
	if (r < 0) {
		v->refs = 1;
		invocation_unref(v);
		return r;
	}
	*out = v;
	return 0;
}

int invoke_function(struct exchange *x, struct str function, struct str source, struct str event,
	uint64_t timeout_ms, struct str *payload)
{
	struct invocation *v;
	int r = invocation_start(x, function, source, event, &v);
	if (r < 0)
		return -EIO;
	uint64_t end_ms = clock_mono_ms() + timeout_ms;
	while (!v->done && clock_mono_ms() < end_ms)
		waitq_wait(&v->ended, (int64_t)(end_ms - clock_mono_ms()));
	if (!v->done) {
		r = -ETIMEDOUT;
	} else if (v->result < 0) {
		log_debug("gateway: %.*s: %.*s", STR_ARG(function), STR_ARG(v->call.error.message));
		r = -EIO;
	} else if (v->out.function_error.n) {
		r = -EIO;
	} else {
		*payload = arena_str(x->arena, v->out.payload);
	}
	invocation_unref(v);
	return r;
}
