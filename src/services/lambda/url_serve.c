/* Requests to function URLs: found by host or path, run, answered; whole or as they are made. */
#include "base/encode.h"
#include "base/log.h"
#include "services/lambda/urls.h"
#include <errno.h>

static const struct str path_prefix = STR_INIT("/_aws/lambda-url/");

/* The id of the address, and the path behind it; false when it is none of ours. */
static bool find_id(const struct http_request *http, struct str *id, struct str *path)
{
	struct str label = STR(".lambda-url.");
	*path = http->path;
	if (str_starts(http->path, path_prefix)) {
		struct str rest = str_from(http->path, path_prefix.n);
		str_cut(&rest, '/', id);
		*path = rest.p ? (struct str){ rest.p - 1, rest.n + 1 } : STR("/");
		return true;
	}
	ssize_t at = str_find(http->host, label);
	if (at <= 0)
		return false;
	*id = str_sub(http->host, 0, (size_t)at);
	return str_index(*id, '.') < 0;
}

static void respond_json(struct http_exchange *ex, int status, const char *json)
{
	struct http_header type = { STR_INIT("Content-Type"), STR_INIT("application/json") };
	http_respond(ex, status, &type, 1, str_c(json));
}

static void respond_failure(struct call *call)
{
	struct http_exchange *ex = call->http;
	if (http_responded(ex)) {
		http_respond_end(ex);
		return;
	}
	if (call->error.shape == &aws_access_denied)
		respond_json(ex, 403, "{\"Message\":\"Forbidden\"}");
	else if (call->error.shape == &lambda_too_many_requests_exception)
		respond_json(ex, 429, "{\"Message\":\"Rate Exceeded.\"}");
	else if (call->error.shape == &lambda_request_too_large_exception)
		respond_json(ex, 413, "{\"Message\":\"Request Entity Too Large\"}");
	else
		http_respond(ex, 502, NULL, 0, STR("Internal Server Error"));
}

struct lookup {
	struct str id;
	struct function_name name;
	struct lambda_url_record url;
};

static int find_url(struct call *call, void *arg)
{
	struct lookup *l = arg;
	struct lambda_url_owner_record owner = { 0 };
	l->url = (struct lambda_url_record){ 0 };
	if (!call_get_record(call, url_owner_key(call->arena, l->id),
		    &lambda_url_owner_record_shape, &owner))
		return fail(
			call, &lambda_resource_not_found_exception, "There is no such address.");
	l->name = (struct function_name){ owner.account, owner.region, owner.function,
		owner.qualifier };
	if (!call_get_record(
		    call, url_key(call->arena, &l->name), &lambda_url_record_shape, &l->url))
		return fail(
			call, &lambda_resource_not_found_exception, "There is no such address.");
	return 0;
}

/* ---- streamed answers ---- */

/* The head of the answer comes first, as JSON that 8 NULs end, if the function gave one. */
struct streaming {
	struct http_exchange *ex;
	const struct lambda_cors *cors;
	struct buf head;
	bool started;
	size_t bytes;
};

static int begin(struct streaming *s, struct url_answer *answer)
{
	url_cors_apply(s->ex, s->cors, answer);
	s->started = true;
	return http_respond_start(s->ex, answer->status, answer->headers, answer->header_count, -1);
}

static int take_head(struct streaming *s, struct str part, struct str *rest)
{
	static const char nuls[8];
	struct url_answer answer;
	buf_str(&s->head, part);
	ssize_t at = str_find(buf_view(&s->head), (struct str){ nuls, sizeof nuls });
	*rest = (struct str){ 0 };
	if (at < 0)
		return s->head.n > LAMBDA_STREAM_PRELUDE_BYTES_MAX ? -EBADMSG : 0;
	struct str json = arena_str(http_arena(s->ex), str_sub(buf_view(&s->head), 0, (size_t)at));
	*rest = str_from(buf_view(&s->head), (size_t)at + sizeof nuls);
	if (url_answer_parse(http_arena(s->ex), json, false, &answer) < 0)
		return -EBADMSG;
	return begin(s, &answer);
}

static int on_part(void *arg, struct str content_type, struct str part)
{
	struct streaming *s = arg;
	int r = 0;
	s->bytes += part.n;
	if (s->bytes > LAMBDA_STREAM_BYTES_MAX)
		return -EFBIG;
	if (!s->started && str_starts_ci(content_type,
				   STR("application/vnd.awslambda.http-integration-response"))) {
		r = take_head(s, part, &part);
	} else if (!s->started) {
		struct http_header type = { STR("Content-Type"),
			content_type.n ? arena_str(http_arena(s->ex), content_type)
				       : STR("application/octet-stream") };
		struct url_answer answer = { .status = 200, .headers = &type, .header_count = 1 };
		r = begin(s, &answer);
	}
	if (r == 0 && part.n)
		r = http_respond_write(s->ex, part);
	return r;
}

/* ---- one request ---- */

static int answer_whole(struct call *call, const struct lambda_cors *cors, struct str json)
{
	struct url_answer answer;
	if (url_answer_parse(call->arena, json, true, &answer) < 0)
		return fail(call, &lambda_service_exception,
			"The function's answer is no HTTP answer.");
	url_cors_apply(call->http, cors, &answer);
	http_respond(call->http, answer.status, answer.headers, answer.header_count, answer.body);
	return 0;
}

static int run(struct call *call, struct lookup *l, struct resolved *resolved, struct str event)
{
	struct streaming s = { .ex = call->http, .cors = l->url.cors };
	struct engine_invocation invocation = {
		.payload = event,
		.client_context = STR(""),
		.cognito_identity = STR(""),
		.trace_id = lambda_trace_id_of(call),
	};
	struct target *target;
	if (str_is(l->url.invoke_mode, "RESPONSE_STREAM")) {
		invocation.on_part = on_part;
		invocation.arg = &s;
	}
	int r = lambda_invoke_resolved(call, resolved, &invocation, &target);
	if (r == 0 && invocation.outcome == ENGINE_THROTTLED)
		r = lambda_fail_throttled(call, resolved);
	else if (r == 0 && invocation.outcome != ENGINE_OK)
		r = fail(call, &lambda_service_exception, "The function failed.");
	else if (r == 0 && s.started)
		http_respond_end(call->http);
	else if (r == 0)
		r = answer_whole(call, l->url.cors, invocation.answer);
	buf_fini(&s.head);
	return r;
}

static int serve(struct call *call, struct lookup *l, struct str path)
{
	struct url_request request = { .ex = call->http, .call = call, .id = l->id };
	struct resolved *resolved;
	int r = http_body(call->http, LAMBDA_URL_BODY_BYTES_MAX, &request.body);
	if (r < 0)
		return fail(call,
			r == -EMSGSIZE ? &lambda_request_too_large_exception
				       : &lambda_service_exception,
			"The request's body can't be read.");
	if (percent_decode(call->arena, path, false, &request.path) < 0)
		request.path = path;
	if (url_authorize(call, &l->name, l->url.auth_type, request.body) < 0)
		return -1;
	request.is_iam = str_is(l->url.auth_type, "AWS_IAM");
	struct str event = url_event(&request);
	if (lambda_resolve(call, &l->name, &resolved) < 0)
		return -1;
	r = run(call, l, resolved, event);
	resolved_unref(resolved);
	return r;
}

bool url_serve(struct lambda *lambda, struct http_exchange *ex)
{
	const struct http_request *http = http_request(ex);
	struct lookup l = { 0 };
	struct call call;
	struct str path;
	if (!find_id(http, &l.id, &path) || !aws_host_is_allowed(lambda->aws, http->host))
		return false;
	call_init(&call, lambda->aws, http_arena(ex), NULL);
	call.api = &lambda_api;
	call.http = ex;
	call.source_ip = http->peer;
	call.user_agent = http_header_get(&http->headers, STR("user-agent"));
	if (call_read(&call, find_url, &l) < 0) {
		respond_json(
			ex, 404, "{\"Message\":\"There is no function behind this address.\"}");
		return true;
	}
	call.identity.account = l.name.account;
	call.identity.region = l.name.region;
	if (url_cors_preflight(ex, l.url.cors))
		return true;
	if (serve(&call, &l, path) < 0) {
		log_debug("lambda url: %.*s", STR_ARG(call.error.message));
		respond_failure(&call);
	}
	return true;
}
