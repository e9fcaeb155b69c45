/* Invoke and InvokeAsync. */
#include "services/lambda/invoke.h"
#include "base/encode.h"
#include "net/http_server.h"
#include "services/lambda/lambda.h"
#include <yyjson.h>

struct str lambda_trace_id_of(const struct call *call)
{
	if (call->trace.n || !call->http)
		return call->trace.n ? call->trace : STR("");
	struct str id = http_header_get(&http_request(call->http)->headers, STR("x-amzn-trace-id"));
	return id.p && id.n <= 1024 ? id : STR("");
}

struct str lambda_find_trace(struct aws *aws, struct arena *arena, struct str instance)
{
	struct lambda *lambda = lambda_of(aws);
	return lambda ? arena_str(arena, engine_trace_of(lambda->engine, instance)) : STR("");
}

static bool is_json(struct str text, yyjson_read_err *error)
{
	yyjson_doc *doc = yyjson_read_opts((char *)text.p, text.n, 0, NULL, error);
	yyjson_doc_free(doc);
	return doc != NULL;
}

int lambda_check_payload(struct call *call, struct str *payload, size_t bytes_max)
{
	yyjson_read_err error;
	if (payload->n > bytes_max)
		return fail(call, &lambda_request_too_large_exception,
			"Request must be smaller than %zu bytes for the InvokeFunction operation",
			bytes_max);
	if (payload->n == 0)
		*payload = STR("{}");
	else if (!is_json(*payload, &error))
		return fail(call, &lambda_invalid_request_content_exception,
			"Could not parse request body into json: Could not parse payload into json: %s (at byte %zu)",
			error.msg, error.pos);
	return 0;
}

int lambda_check_client_context(struct call *call, struct str text, struct str *json)
{
	yyjson_read_err error;
	*json = STR("");
	if (!text.n)
		return 0;
	if (text.n > LAMBDA_CLIENT_CONTEXT_BYTES_MAX ||
		base64_decode(call->arena, text, json) < 0 || !is_json(*json, &error))
		return fail(call, &lambda_invalid_request_content_exception,
			"Client context must be a valid Base64-encoded JSON object.");
	return 0;
}

struct str lambda_invoke_error(const struct engine_invocation *invocation)
{
	bool is_error =
		invocation->outcome == ENGINE_HANDLED || invocation->outcome == ENGINE_UNHANDLED;
	return is_error ? STR("Unhandled") : (struct str){ 0 };
}

int lambda_fail_throttled(struct call *call, const struct resolved *resolved)
{
	struct lambda_too_many_requests_exception *detail =
		ARENA_NEW(call->arena, struct lambda_too_many_requests_exception);
	detail->type = STR("User");
	detail->reason = resolved->reserved >= 0
				 ? STR("ReservedFunctionConcurrentInvocationLimitExceeded")
				 : STR("ConcurrentInvocationLimitExceeded");
	return fail_with(call, &lambda_too_many_requests_exception, detail, "Rate Exceeded.");
}

int lambda_invoke_resolved(struct call *call, struct resolved *resolved,
	struct engine_invocation *invocation, struct target **target)
{
	struct lambda *lambda = lambda_of(call->aws);
	if (resolved_target(call, resolved, target) < 0)
		return -1;
	invocation->request_id = call->request_id;
	invocation->invoked_arn = resolved->arn;
	if (resolved->reserved == 0) {
		invocation->outcome = ENGINE_THROTTLED;
		return 0;
	}
	engine_invoke(lambda->engine, call, &(*target)->function, invocation);
	if (invocation->outcome == ENGINE_FAILED)
		return fail(call, &lambda_service_exception, "The function could not be run: %.*s",
			STR_ARG(invocation->answer));
	if (invocation->answer.n > LAMBDA_ANSWER_BYTES_MAX) {
		invocation->outcome = ENGINE_UNHANDLED;
		invocation->answer = arena_printf(call->arena,
			"{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size "
			"(%d bytes).\","
			"\"errorType\":\"Function.ResponseSizeTooLarge\"}",
			LAMBDA_ANSWER_BYTES_MAX);
	}
	return 0;
}

static int invoke_now(struct call *call, struct resolved *resolved,
	const struct lambda_invoke_input *in, struct str client_context,
	struct lambda_invoke_output *out)
{
	struct engine_invocation invocation = {
		.payload = in->payload,
		.client_context = client_context,
		.cognito_identity = STR(""),
		.trace_id = lambda_trace_id_of(call),
		.want_log_tail = str_is(in->log_type, "Tail"),
	};
	struct target *target;
	if (lambda_check_payload(call, &invocation.payload, LAMBDA_PAYLOAD_BYTES_MAX) < 0 ||
		lambda_invoke_resolved(call, resolved, &invocation, &target) < 0)
		return -1;
	if (invocation.outcome == ENGINE_THROTTLED)
		return lambda_fail_throttled(call, resolved);
	out->status_code = OPT_I64(200);
	out->function_error = lambda_invoke_error(&invocation);
	out->payload = invocation.answer.p ? invocation.answer : STR("");
	out->executed_version = arena_str(call->arena, target->function.version);
	if (invocation.want_log_tail)
		out->log_result = base64_encode(call->arena, invocation.log_tail);
	return 0;
}

static int invoke_later(struct call *call, const struct function_name *name,
	const struct lambda_invoke_input *in, struct str client_context,
	struct lambda_invoke_output *out)
{
	struct str payload = in->payload;
	if (lambda_check_payload(call, &payload, LAMBDA_EVENT_BYTES_MAX) < 0 ||
		async_accept(call, name, payload, client_context) < 0)
		return -1;
	out->status_code = OPT_I64(202);
	out->payload = STR("");
	return 0;
}

int lambda_invoke(
	struct call *call, const struct lambda_invoke_input *in, struct lambda_invoke_output *out)
{
	struct function_name name;
	struct resolved *resolved;
	struct str client_context;
	if (lambda_name_of_any_account(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_check_client_context(call, in->client_context, &client_context) < 0 ||
		lambda_resolve(call, &name, &resolved) < 0)
		return -1;
	int r = lambda_check_policy(call, &name, "lambda:InvokeFunction", false, NULL, 0);
	if (r == 0 && str_is(in->invocation_type, "Event")) {
		r = invoke_later(call, &name, in, client_context, out);
	} else if (r == 0 && str_is(in->invocation_type, "DryRun")) {
		out->status_code = OPT_I64(204);
		out->payload = STR("");
	} else if (r == 0) {
		r = invoke_now(call, resolved, in, client_context, out);
	}
	resolved_unref(resolved);
	return r;
}

int lambda_invoke_async(struct call *call, const struct lambda_invoke_async_input *in,
	struct lambda_invoke_async_output *out)
{
	struct function_name name;
	struct resolved *resolved;
	struct str payload = in->invoke_args;
	if (lambda_name_of_any_account(call, in->function_name, (struct str){ 0 }, &name) < 0 ||
		lambda_check_payload(call, &payload, LAMBDA_EVENT_BYTES_MAX) < 0 ||
		lambda_resolve(call, &name, &resolved) < 0)
		return -1;
	resolved_unref(resolved);
	if (lambda_check_policy(call, &name, "lambda:InvokeFunction", false, NULL, 0) < 0 ||
		async_accept(call, &name, payload, STR("")) < 0)
		return -1;
	out->status = OPT_I64(202);
	return 0;
}
