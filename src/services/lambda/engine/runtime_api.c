/* The Runtime API, version 2018-06-01 (AWS Lambda Developer Guide, "Using the Lambda runtime API").
 */
#include "base/encode.h"
#include "base/log.h"
#include "services/lambda/engine/internal.h"
#include <errno.h>
#include <stdio.h>

static const struct http_header json_type[] = { { STR_INIT("Content-Type"),
	STR_INIT("application/json") } };

static void answer(struct http_exchange *ex, int status, struct str body)
{
	http_respond(ex, status, json_type, COUNT_OF(json_type), body);
}

static void accept_it(struct http_exchange *ex)
{
	answer(ex, 202, STR("{\"status\":\"OK\"}\n"));
}

static void refuse(struct http_exchange *ex, int status, const char *type, const char *message)
{
	answer(ex, status,
		arena_printf(http_arena(ex), "{\"errorMessage\":\"%s\",\"errorType\":\"%s\"}",
			message, type));
}

static void refuse_state(struct http_exchange *ex, const char *from, const char *to)
{
	refuse(ex, 403, "InvalidStateTransition",
		arena_printf(http_arena(ex), "Transition from %s to %s is not allowed.", from, to)
			.p);
}

/* ---- GET /invocation/next ---- */

static void send_invocation(struct http_exchange *ex, struct instance *instance)
{
	struct request *request = instance->request;
	const struct engine_invocation *in = request->invocation;
	struct http_header headers[8] = {
		{ STR("Content-Type"), STR("application/json") },
		{ STR("Lambda-Runtime-Aws-Request-Id"), in->request_id },
		{ STR("Lambda-Runtime-Deadline-Ms"),
			arena_printf(http_arena(ex), "%lld", (long long)request->deadline_ms) },
		{ STR("Lambda-Runtime-Invoked-Function-Arn"), in->invoked_arn },
		{ STR("Lambda-Runtime-Trace-Id"), in->trace_id },
	};
	size_t n = 5;
	if (in->client_context.n > 0)
		headers[n++] = (struct http_header){ STR("Lambda-Runtime-Client-Context"),
			in->client_context };
	if (in->cognito_identity.n > 0)
		headers[n++] = (struct http_header){ STR("Lambda-Runtime-Cognito-Identity"),
			in->cognito_identity };
	instance->sent = true;
	request->sending = true;
	http_respond(ex, 200, headers, n, in->payload);
	request->sending = false;
	waitq_wake_all(&request->changed);
}

static void serve_next(struct http_exchange *ex, struct instance *instance)
{
	if (instance->request && instance->sent) {
		refuse_state(ex, "InvocationRunning", "Ready");
		return;
	}
	if (!instance->pool || instance->init_failed) {
		refuse_state(ex, "InitError", "Ready");
		return;
	}
	if (!instance->init_done)
		instance_init_succeeded(instance);
	else if (instance->state == INSTANCE_FINISHING)
		pool_offer(instance->pool, instance);
	http_wake_on_close(ex, &instance->poll);
	while (!(instance->request && !instance->sent) && instance->state != INSTANCE_ENDING &&
		!http_client_gone(ex))
		waitq_wait(&instance->poll, -1);
	http_wake_on_close(ex, NULL);
	if (instance->request && !instance->sent && !http_client_gone(ex))
		send_invocation(ex, instance);
	else
		refuse(ex, 410, "InstanceEnds", "The instance ends.");
}

/* ---- POST /invocation/{id}/response ---- */

/* Whether the invocation that this answer began for is still the one under way. */
static bool is_current(const struct instance *instance, uint64_t serial)
{
	return instance->request && instance->serial == serial;
}

static void fail_too_large(
	struct http_exchange *ex, struct instance *instance, uint64_t serial, long long n)
{
	char size[32] = "";
	if (n > 0)
		snprintf(size, sizeof size, " (%lld bytes)", n);
	if (is_current(instance, serial)) {
		struct request *request = instance->request;
		request_fail(request, "error", STR("Function.ResponseSizeTooLarge"),
			arena_printf(http_arena(ex),
				"{\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":"
				"\"Response payload size%s exceeded maximum allowed payload size (%d bytes).\"}",
				size, ENGINE_ANSWER_BYTES_MAX));
	}
	refuse(ex, 413, "RequestEntityTooLarge",
		arena_printf(http_arena(ex), "Exceeded maximum allowed payload size (%d bytes).",
			ENGINE_ANSWER_BYTES_MAX)
			.p);
}

static void serve_buffered(struct http_exchange *ex, struct instance *instance)
{
	uint64_t serial = instance->serial;
	struct str body;
	int r = http_body(ex, ENGINE_ANSWER_BYTES_MAX, &body);
	if (r == -EMSGSIZE) {
		fail_too_large(ex, instance, serial, (long long)http_request(ex)->content_length);
		return;
	}
	if (r < 0) {
		refuse(ex, 400, "InvalidRequest", "The body could not be read.");
		return;
	}
	if (is_current(instance, serial))
		request_answer(instance->request, body);
	accept_it(ex);
}

/* Hands a part to the caller and waits until it is done with it. */
static void pass_part(struct instance *instance, uint64_t serial, struct str part)
{
	instance->part = part;
	instance->part_ready = true;
	waitq_wake_all(&instance->request->changed);
	while (instance->handing || (instance->part_ready && is_current(instance, serial)))
		waitq_wait(&instance->consumed, -1);
}

/* The trailers say how a stream ended, when it did not end well. */
static void end_stream(
	struct http_exchange *ex, struct instance *instance, int r, const struct buf *gathered)
{
	const struct http_headers *trailers = http_trailers(ex);
	struct str type = http_header_get(trailers, STR("Lambda-Runtime-Function-Error-Type"));
	struct str encoded = http_header_get(trailers, STR("Lambda-Runtime-Function-Error-Body"));
	struct str payload = STR("");
	if (r < 0) {
		request_fail(instance->request, "error", STR("Runtime.TruncatedResponse"),
			STR("{\"errorType\":\"Runtime.TruncatedResponse\","
			    "\"errorMessage\":\"Response was truncated\"}"));
	} else if (type.p) {
		if (base64_decode(http_arena(ex), encoded.p ? encoded : STR(""), &payload) < 0)
			payload = encoded;
		request_fail(instance->request, "error", type, payload);
	} else {
		request_answer(instance->request, buf_view(gathered));
	}
}

static void serve_streamed(struct http_exchange *ex, struct instance *instance)
{
	uint64_t serial = instance->serial;
	struct buf gathered = { 0 };
	struct str part;
	size_t total = 0;
	int r;
	struct str type = http_header_get(&http_request(ex)->headers, STR("Content-Type"));
	instance->request->content_type =
		arena_str(instance->request->call->arena, type.p ? type : STR(""));
	while ((r = http_body_next(ex, &part)) > 0 && is_current(instance, serial)) {
		bool is_passed_on = instance->request->invocation->on_part != NULL;
		total += part.n;
		if (total > (is_passed_on ? ENGINE_STREAM_BYTES_MAX : ENGINE_ANSWER_BYTES_MAX)) {
			buf_fini(&gathered);
			fail_too_large(ex, instance, serial, 0);
			return;
		}
		if (is_passed_on)
			pass_part(instance, serial, part);
		else
			buf_str(&gathered, part);
	}
	if (is_current(instance, serial))
		end_stream(ex, instance, r, &gathered);
	buf_fini(&gathered);
	accept_it(ex);
}

static void serve_response(struct http_exchange *ex, struct instance *instance)
{
	struct str mode = http_header_get(
		&http_request(ex)->headers, STR("Lambda-Runtime-Function-Response-Mode"));
	if (mode.p && str_eq_ci(mode, STR("streaming")))
		serve_streamed(ex, instance);
	else
		serve_buffered(ex, instance);
}

/* ---- errors ---- */

/* The body that a runtime sends about an error, and its type; -1 after an answer. */
static int read_error(struct http_exchange *ex, struct str *type, struct str *payload)
{
	*type = http_header_get(
		&http_request(ex)->headers, STR("Lambda-Runtime-Function-Error-Type"));
	if (!type->p)
		*type = STR("Runtime.Unknown");
	int r = http_body(ex, ENGINE_ERROR_BYTES_MAX, payload);
	if (r == 0)
		return 0;
	if (r == -EMSGSIZE)
		refuse(ex, 413, "RequestEntityTooLarge", "The error's body is too large.");
	else
		refuse(ex, 400, "InvalidRequest", "The body could not be read.");
	return -1;
}

static void serve_error(struct http_exchange *ex, struct instance *instance)
{
	uint64_t serial = instance->serial;
	struct str type, payload;
	if (read_error(ex, &type, &payload) < 0)
		return;
	if (is_current(instance, serial))
		request_fail(instance->request, "error", type, payload);
	accept_it(ex);
}

static void serve_init_error(struct http_exchange *ex, struct instance *instance)
{
	struct str type, payload;
	if (!instance->pool || instance->init_done) {
		refuse_state(ex, "Ready", "InitError");
		return;
	}
	if (read_error(ex, &type, &payload) < 0)
		return;
	accept_it(ex);
	if (!instance->init_done)
		instance_init_error(instance, type, payload);
}

/* /invocation/{id}/response and /invocation/{id}/error */
static void serve_invocation(struct http_exchange *ex, struct instance *instance, struct str rest)
{
	ssize_t slash = str_index(rest, '/');
	struct str id = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
	struct str what = slash < 0 ? STR("") : str_from(rest, (size_t)slash + 1);
	if (!str_is(what, "response") && !str_is(what, "error")) {
		refuse(ex, 404, "NotFound", "There is no such path.");
		return;
	}
	if (!instance->request || !instance->sent ||
		!str_eq(id, instance->request->invocation->request_id)) {
		refuse(ex, 400, "InvalidRequestID", "Invalid request ID");
		return;
	}
	if (str_is(what, "response"))
		serve_response(ex, instance);
	else
		serve_error(ex, instance);
}

void runtime_api_serve(struct http_exchange *ex, void *arg)
{
	const struct http_request *request = http_request(ex);
	struct instance *instance = http_context(ex);
	struct str prefix = STR("/2018-06-01/runtime/");
	struct str invocation = STR("invocation/");
	(void)arg;
	struct str path =
		str_starts(request->path, prefix) ? str_from(request->path, prefix.n) : STR("");
	bool is_get = str_is(request->method, "GET"), is_post = str_is(request->method, "POST");
	if (is_get && str_is(path, "invocation/next"))
		serve_next(ex, instance);
	else if (is_post && str_is(path, "init/error"))
		serve_init_error(ex, instance);
	else if (is_post && str_starts(path, invocation))
		serve_invocation(ex, instance, str_from(path, invocation.n));
	else
		refuse(ex, 404, "NotFound", "There is no such path.");
}
