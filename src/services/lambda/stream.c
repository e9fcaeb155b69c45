/*
 * InvokeWithResponseStream: the answer as it is made, in frames of AWS's event stream encoding
 * (Smithy 2.0, "Amazon Event Stream": prelude with its CRC, headers, payload, CRC of all).
 */
#include "aws/codec.h"
#include "base/encode.h"
#include "net/http_server.h"
#include "services/lambda/invoke.h"
#include <errno.h>

enum { HEADER_TEXT = 7, FRAME_OVERHEAD = 16 };

static void put_u32(struct buf *b, uint32_t v)
{
	char bytes[] = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v };
	buf_append(b, bytes, sizeof bytes);
}

static void put_header(struct buf *b, const char *name, const char *value)
{
	size_t n = strlen(value);
	buf_char(b, (char)strlen(name));
	buf_cat(b, name);
	buf_char(b, HEADER_TEXT);
	buf_char(b, (char)(n >> 8));
	buf_char(b, (char)n);
	buf_cat(b, value);
}

static void put_frame(
	struct buf *b, const char *event, const char *content_type, struct str payload)
{
	struct buf headers = { 0 };
	size_t start = b->n;
	put_header(&headers, ":event-type", event);
	put_header(&headers, ":content-type", content_type);
	put_header(&headers, ":message-type", "event");
	put_u32(b, (uint32_t)(FRAME_OVERHEAD + headers.n + payload.n));
	put_u32(b, (uint32_t)headers.n);
	put_u32(b, crc32_update(0, b->p + start, 8));
	buf_str(b, buf_view(&headers));
	buf_str(b, payload);
	put_u32(b, crc32_update(0, b->p + start, b->n - start));
	buf_fini(&headers);
}

struct streaming {
	struct call *call;
	struct target *target; /* chosen before the first part comes */
	bool started;
	size_t bytes;
};

static int begin(struct streaming *s, struct str content_type)
{
	struct http_header headers[] = {
		{ STR("Content-Type"), STR("application/vnd.amazon.eventstream") },
		{ STR("x-amzn-RequestId"), s->call->request_id },
		{ STR("X-Amz-Executed-Version"), s->target->function.version },
		{ STR("X-Amzn-Remapped-Content-Type"),
			content_type.n ? content_type : STR("application/octet-stream") },
	};
	s->started = true;
	return http_respond_start(s->call->http, 200, headers, COUNT_OF(headers), -1);
}

static int send_frame(
	struct streaming *s, const char *event, const char *content_type, struct str payload)
{
	struct buf frame = { 0 };
	put_frame(&frame, event, content_type, payload);
	int r = http_respond_write(s->call->http, buf_view(&frame));
	buf_fini(&frame);
	return r;
}

static int on_part(void *arg, struct str content_type, struct str part)
{
	struct streaming *s = arg;
	int r = s->started ? 0 : begin(s, content_type);
	s->bytes += part.n;
	if (s->bytes > LAMBDA_STREAM_BYTES_MAX)
		return -EFBIG;
	if (r == 0 && part.n)
		r = send_frame(s, "PayloadChunk", "application/octet-stream", part);
	return r;
}

static int complete(struct streaming *s, const struct engine_invocation *invocation)
{
	struct lambda_invoke_with_response_stream_complete_event event = { 0 };
	struct buf json = { 0 };
	if (lambda_invoke_error(invocation).p) {
		event.error_code = STR("Unhandled");
		event.error_details = invocation->answer;
	}
	if (invocation->want_log_tail)
		event.log_result = base64_encode(s->call->arena, invocation->log_tail);
	json_encode(&json, &lambda_invoke_with_response_stream_complete_event_shape, &event, true);
	int r = send_frame(s, "InvokeComplete", "application/json", buf_view(&json));
	buf_fini(&json);
	return r < 0 ? r : http_respond_end(s->call->http);
}

static int invoke_streamed(struct call *call, struct resolved *resolved,
	const struct lambda_invoke_with_response_stream_input *in, struct str client_context)
{
	struct streaming s = { .call = call };
	struct engine_invocation invocation = {
		.payload = in->payload,
		.client_context = client_context,
		.cognito_identity = STR(""),
		.trace_id = lambda_trace_id_of(call),
		.want_log_tail = str_is(in->log_type, "Tail"),
		.on_part = on_part,
		.arg = &s,
	};
	if (lambda_check_payload(call, &invocation.payload, LAMBDA_PAYLOAD_BYTES_MAX) < 0)
		return -1;
	int r = lambda_invoke_resolved(call, resolved, &invocation, &s.target);
	if (r < 0 || invocation.outcome == ENGINE_THROTTLED) {
		if (!s.started)
			return r < 0 ? -1 : lambda_fail_throttled(call, resolved);
		return http_respond_end(call->http);
	}
	/* A function that does not stream has answered whole. */
	bool is_whole = invocation.outcome == ENGINE_OK && !s.started;
	r = s.started ? 0 : begin(&s, STR("application/json"));
	if (r == 0 && is_whole && invocation.answer.n)
		r = on_part(&s, STR(""), invocation.answer);
	/* A client that has gone can be told nothing. */
	if (r == 0)
		r = complete(&s, &invocation);
	return 0;
}

int lambda_invoke_with_response_stream(struct call *call,
	const struct lambda_invoke_with_response_stream_input *in,
	struct lambda_invoke_with_response_stream_output *out)
{
	struct function_name name;
	struct resolved *resolved;
	struct str client_context;
	if (!call->http)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"An answer can only be streamed to a client of its own.");
	if (lambda_name_of_any_account(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_check_client_context(call, in->client_context, &client_context) < 0 ||
		lambda_resolve(call, &name, &resolved) < 0)
		return -1;
	int r = lambda_check_policy(call, &name, "lambda:InvokeFunction", false, NULL, 0);
	if (r == 0 && str_is(in->invocation_type, "DryRun"))
		out->status_code = OPT_I64(204);
	else if (r == 0)
		r = invoke_streamed(call, resolved, in, client_context);
	resolved_unref(resolved);
	return r;
}
