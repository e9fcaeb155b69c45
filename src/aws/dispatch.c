/*
 * The way of an AWS API request: admitted, resolved to an operation, its body read, its caller
 * known, decoded, authorised, validated, run, answered.
 */
#include "aws/limits.h"
#include "aws/auth.h"
#include "aws/authorize.h"
#include "aws/error.h"
#include "aws/guard.h"
#include "aws/resolve.h"
#include "aws/run.h"
#include "aws/stream.h"
#include "aws/validate.h"
#include "aws/wire.h"
#include "base/log.h"
#include <errno.h>

/* Operations whose bodies carry archives. */
static const struct {
	const char *api, *operation;
	size_t body_bytes_max;
} large_bodies[] = {
	{ "lambda", "CreateFunction", AWS_CODE_BODY_BYTES_MAX },
	{ "lambda", "UpdateFunctionCode", AWS_CODE_BODY_BYTES_MAX },
	{ "lambda", "PublishLayerVersion", AWS_CODE_BODY_BYTES_MAX },
};

static size_t body_bytes_max(const struct request *r)
{
	for (size_t i = 0; i < COUNT_OF(large_bodies); i++)
		if (str_is(str_c(large_bodies[i].operation), r->operation->name) &&
			str_is(str_c(large_bodies[i].api), r->entry->api->name))
			return large_bodies[i].body_bytes_max;
	return AWS_BODY_BYTES_MAX;
}

int request_read_body(struct request *r, size_t bytes_max)
{
	if (r->body_is_read)
		return 0;
	int result = http_body(r->ex, bytes_max, &r->body);
	r->body_is_read = result == 0;
	switch (result) {
	case 0:
		return 0;
	case -EMSGSIZE:
		return fail(&r->call, &aws_request_too_large,
			"Request must be smaller than %zu bytes for the %.*s operation", bytes_max,
			STR_ARG(r->operation_name.p ? r->operation_name : STR("requested")));
	case -EBADMSG:
		return fail(
			&r->call, &aws_serialization, "The request body's framing is ill-formed.");
	default:
		return fail(&r->call, &aws_serialization, "The request body could not be read: %s.",
			strerror(-result));
	}
}

/* An error that names what was asked for, never a silent success. */
static int refuse_unknown(struct request *r)
{
	struct str name = r->operation_name;
	if (!r->entry && !r->service_name.n)
		return fail(&r->call, &aws_unknown_service,
			"The request names no AWS service that this server knows: it is "
			"unsigned and \"%.*s\" is no operation of the services that are served.",
			STR_ARG(name));
	if (!r->entry)
		return fail(&r->call, &aws_unknown_service,
			"The service \"%.*s\" is not served by this server (operation: "
			"%.*s).",
			STR_ARG(r->service_name), STR_ARG(name.n ? name : STR("none named")));
	bool is_rest = r->wire == &wire_rest_json || r->wire == &wire_rest_xml;
	return fail(&r->call, is_rest ? &aws_unknown_service : &aws_unknown_operation,
		"The operation \"%.*s\" of %s is not served by this server.",
		STR_ARG(name.n ? name : STR("none named")),
		r->entry->api->sdk_id ? r->entry->api->sdk_id : r->entry->api->name);
}

/* Lambda has a name of its own for what can't be parsed. */
static const struct error_shape *serialization_error(const struct operation *op)
{
	for (size_t i = 0; op->errors && op->errors[i]; i++)
		if (str_is(str_c(op->errors[i]->name), "InvalidRequestContentException"))
			return op->errors[i];
	return &aws_serialization;
}

static int decode(struct request *r, void *in)
{
	struct decode_error error = { "" };
	int result = r->wire->read(r, in, &error);
	if (result == 0)
		return 0;
	if (r->call.error.shape)
		return -1;
	if (result == -ENOMEM)
		return fail(&r->call, &aws_request_too_large,
			"The request is too large to be decoded.");
	if (wire_is_s3(r))
		return fail(&r->call, &aws_s3_malformed_xml,
			"The XML you provided was not well-formed or did not validate against our published schema");
	const struct error_shape *shape = serialization_error(r->operation);
	if (shape != &aws_serialization)
		return fail(
			&r->call, shape, "Could not parse request body into json: %s", error.text);
	return fail(&r->call, shape, "%s", error.text);
}

/* What a service calls an input that breaks a constraint, as far as its interface shows it. */
static const struct error_shape *validation_error(const struct operation *op)
{
	static const char *const names[] = { "InvalidParameterException", "BadRequestException" };
	for (size_t n = 0; n < COUNT_OF(names); n++)
		for (const struct error_shape *const *e = op->errors; *e; e++)
			if (strcmp((*e)->name, names[n]) == 0)
				return *e;
	return &aws_validation_exception;
}

/* The trace that the client names, or that of the invocation whose function calls. */
static struct str trace_of(struct request *r)
{
	struct str trace = http_header_get(&r->http->headers, STR("x-amzn-trace-id"));
	if (trace.n && trace.n <= TRACE_BYTES_MAX)
		return trace;
	if (r->call.identity.instance.n && r->aws->hooks.find_trace)
		return r->aws->hooks.find_trace(r->aws, r->arena, r->call.identity.instance);
	return STR("");
}

/* All up to the answer: 0 with *out set, or -1 with call.error set. */
static int serve(struct request *r, void **out)
{
	struct call *call = &r->call;
	sigv4_parse(r->arena, &r->signed_part, &r->claim);
	if (resolve(r) < 0)
		return -1;
	if (!r->operation)
		return refuse_unknown(r);
	call->api = r->entry->api;
	call->operation = r->operation;
	bool streams_in = stream_takes_body(r);
	if (!streams_in && request_read_body(r, body_bytes_max(r)) < 0)
		return -1;
	if (auth_identify(r) < 0)
		return -1;
	call->trace = trace_of(r);
	if (streams_in)
		stream_begin(r);
	void *in = arena_zalloc(r->arena, r->operation->input->size + 1);
	*out = arena_zalloc(r->arena, r->operation->output->size + 1);
	if (decode(r, in) < 0 || authorize_operation(call, in) < 0)
		return -1;
	struct str message;
	bool is_valid = validate(r->arena, r->operation->input, in, &message) == 0;
	if (!is_valid && wire_is_s3(r))
		return fail(call, &aws_s3_malformed_xml,
			"The XML you provided was not well-formed or did not validate against our published "
			"schema: %.*s",
			STR_ARG(message));
	if (!is_valid)
		return fail(call, validation_error(r->operation), "%.*s", STR_ARG(message));
	return operation_run(call, in, *out);
}

static void write_error(struct request *r, struct reply *reply)
{
	const struct call_error *error = &r->call.error;
	if (!r->wire)
		r->wire = &wire_rest_json;
	r->wire->error(r, reply, error);
	log_debug("%s %.*s: %d %s: %.*s", r->entry ? r->entry->api->name : "?",
		STR_ARG(r->operation_name), reply->status, error->shape->name,
		STR_ARG(error->message));
}

static void send_reply(struct request *r, struct reply *reply)
{
	struct str body = reply->payload.p ? reply->payload : buf_view(&reply->text);
	if (wire_is_s3(r)) {
		reply_header(reply, STR("x-amz-request-id"), r->call.request_id);
		reply_header(reply, STR("x-amz-id-2"), r->call.request_id);
	} else {
		reply_header(reply, STR("x-amzn-RequestId"), r->call.request_id);
	}
	for (const struct call_header *h = r->call.headers; h; h = h->next)
		reply_header(reply, h->name, h->value);
	if (r->call.answer && !r->call.error.shape)
		stream_send(r, reply);
	else
		http_respond(r->ex, reply->status, reply->headers, reply->header_count, body);
}

static void request_init(struct request *r, struct aws *aws, struct http_exchange *ex)
{
	const struct http_request *http = http_request(ex);
	*r = (struct request){
		.aws = aws, .ex = ex, .http = http, .arena = http_arena(ex), .path = http->path
	};
	r->signed_part =
		(struct sigv4_request){ http->method, http->path, http->query, &http->headers };
	call_init(&r->call, aws, r->arena, NULL);
	r->call.http = ex;
	r->call.source_ip = http->peer;
	r->call.user_agent = http_header_get(&http->headers, STR("user-agent"));
}

void aws_dispatch(struct aws *aws, struct http_exchange *ex)
{
	struct request r;
	struct reply reply = { .arena = http_arena(ex) };
	void *out = NULL;
	request_init(&r, aws, ex);
	if (guard_admit(&r, &reply) == 0 && guard_preflight(&r, &reply)) {
		http_respond(
			ex, reply.status, reply.headers, reply.header_count, (struct str){ 0 });
		return;
	}
	int result = r.call.error.shape ? -1 : serve(&r, &out);
	/* A handler that streams has answered itself. */
	if (!http_responded(ex)) {
		if (result < 0)
			write_error(&r, &reply);
		else
			r.wire->ok(&r, &reply, out);
		if (result == 0 && r.call.answer_status)
			reply.status = r.call.answer_status;
		send_reply(&r, &reply);
	}
	call_answer_drop(&r.call);
	stream_end(&r);
	buf_fini(&reply.text);
}
