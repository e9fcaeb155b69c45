/* The mailbox by plain HTTP, for people and tests on this machine. */
#include "aws/codec.h"
#include "net/http_server.h"
#include "services/mail/internal.h"

static void answer(struct http_exchange *ex, int status, const char *type, struct str body)
{
	struct http_header headers[] = { { STR("Content-Type"), str_c(type) },
		{ STR("Cache-Control"), STR("no-store") } };
	http_respond(ex, status, headers, COUNT_OF(headers), body);
}

static void refuse(struct http_exchange *ex, int status, struct str message)
{
	struct buf b = { 0 };
	buf_cat(&b, "{\"message\":");
	json_quote(&b, message);
	buf_cat(&b, "}\n");
	answer(ex, status, "application/json", buf_view(&b));
	buf_fini(&b);
}

static void answer_list(struct call *call, struct http_exchange *ex)
{
	struct str query = http_request(ex)->query;
	struct mail_list_mail_input in = { .to = http_query_get(call->arena, query, STR("to")),
		.kind = http_query_get(call->arena, query, STR("kind")) };
	struct mail_list_mail_output out = { 0 };
	struct str max = http_query_get(call->arena, query, STR("max"));
	struct buf b = { 0 };
	int64_t n;
	if (max.n && str_to_i64(max, &n) == 0)
		in.max_results = OPT_I64(n);
	if (call_inner(call, &mail_list_mail_operation, NULL, &in, &out) < 0) {
		refuse(ex, 400, call->error.message);
		return;
	}
	json_encode(&b, mail_list_mail_operation.output, &out, false);
	buf_char(&b, '\n');
	answer(ex, 200, "application/json", buf_view(&b));
	buf_fini(&b);
}

static void answer_one(struct call *call, struct http_exchange *ex, struct str number)
{
	struct mail_get_mail_input in = { .number.set = true };
	struct mail_get_mail_output out = { 0 };
	if (str_to_i64(number, &in.number.v) < 0 ||
		call_inner(call, &mail_get_mail_operation, NULL, &in, &out) < 0)
		refuse(ex, 404, STR("There is no mail of this number."));
	else
		answer(ex, 200, "text/plain; charset=UTF-8", out.mail->body);
}

static void empty(struct call *call, struct http_exchange *ex)
{
	struct mail_delete_all_mail_input in;
	struct mail_delete_all_mail_output out;
	if (call_inner(call, &mail_delete_all_mail_operation, NULL, &in, &out) < 0)
		refuse(ex, 500, call->error.message);
	else
		http_respond(ex, 204, NULL, 0, STR(""));
}

bool mail_serve(struct aws *aws, struct http_exchange *ex)
{
	const struct http_request *request = http_request(ex);
	struct str path = request->path, origin = http_header_get(&request->headers, STR("origin"));
	struct identity nobody = { .account = STR("000000000000"), .region = STR("us-east-1") };
	struct call call;
	bool is_one = str_starts(path, STR("/_samovar/mail/"));
	if (!is_one && !str_is(path, "/_samovar/mail"))
		return false;
	call_init(&call, aws, http_arena(ex), &nobody);
	call.api = &mail_api;
	if (origin.n && !aws_origin_is_local(origin))
		refuse(ex, 403, STR("Pages of other machines don't read mail."));
	else if (aws->auth == AWS_AUTH_STRICT)
		refuse(ex, 403, STR("Mail is not shown without signatures; use samovar mail."));
	else if (str_is(request->method, "GET") && is_one)
		answer_one(&call, ex, str_from(path, STR("/_samovar/mail/").n));
	else if (str_is(request->method, "GET"))
		answer_list(&call, ex);
	else if (str_is(request->method, "DELETE") && !is_one)
		empty(&call, ex);
	else
		refuse(ex, 405, STR("Use GET, or DELETE to empty the mailbox."));
	return true;
}
