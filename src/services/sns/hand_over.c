/* Handing letters over to endpoints outside: by HTTP, to queues of others, by mail, by text. */
#include "api/sqs.h"
#include "net/http_client.h"
#include "services/sns/letter.h"
#include <errno.h>

/* ---- HTTP ---- */

struct post {
	struct http_header v[8];
	size_t n;
};

static void add(struct post *p, const char *name, struct str value)
{
	assert(p->n < COUNT_OF(p->v));
	p->v[p->n++] = (struct http_header){ str_c(name), value };
}

/* The endpoint without the password that it may have: errors go to logs and dead letters. */
static struct str shown_endpoint(struct call *call, const struct sns_letter_record *l)
{
	struct str rest = l->endpoint;
	ssize_t start = str_find(rest, STR("://")), at = str_rindex(rest, '@');
	if (start < 0 || at < start)
		return rest;
	return arena_printf(call->arena, "%.*s****%.*s",
		STR_ARG(str_sub(rest, 0, (size_t)start + 3)), STR_ARG(str_from(rest, (size_t)at)));
}

/* "5xx and 429 (too many requests) are retried; all other errors are permanent." */
static int judge(struct call *call, const struct sns_letter_record *l, int status)
{
	if (status >= 200 && status < 400)
		return 0;
	if (status >= 500 || status == 429 || status < 200)
		return fail(call, &aws_service_unavailable, "%.*s answered %d.",
			STR_ARG(shown_endpoint(call, l)), status);
	return invalid(call, "Endpoint Reason: %.*s answered %d", STR_ARG(shown_endpoint(call, l)),
		status);
}

static int post_letter(
	struct call *call, const struct sns_letter_record *l, struct str arn, struct str body)
{
	bool is_confirmation = str_is(l->type, "SubscriptionConfirmation");
	struct post p = { 0 };
	struct http_client_response answer;
	add(&p, "x-amz-sns-message-type", l->type);
	add(&p, "x-amz-sns-message-id", l->message_id);
	add(&p, "x-amz-sns-topic-arn", l->topic_arn);
	if (!is_confirmation)
		add(&p, "x-amz-sns-subscription-arn", arn);
	if (l->is_raw.v)
		add(&p, "x-amz-sns-rawdelivery", STR("true"));
	add(&p, "Content-Type", l->content_type);
	add(&p, "User-Agent", STR("Amazon Simple Notification Service Agent"));
	struct http_client_request request = {
		.method = STR("POST"),
		.url = l->endpoint,
		.headers = p.v,
		.header_count = p.n,
		.body = body,
		.timeout_ms = SNS_HTTP_TIMEOUT_MS,
		.body_bytes_max = SNS_HTTP_ANSWER_BYTES_MAX,
		.public_only = call->aws->auth == AWS_AUTH_STRICT,
		.gives_way = true,
	};
	int r = http_client_send(call->arena, &request, &answer);
	if (r == -EINVAL)
		return invalid(
			call, "Endpoint Reason: %.*s is no URL", STR_ARG(shown_endpoint(call, l)));
	if (r == -EMSGSIZE)
		return 0; /* it answered, at length */
	if (r == -EACCES)
		return invalid(call, "Endpoint Reason: %.*s is no public address",
			STR_ARG(shown_endpoint(call, l)));
	if (r < 0)
		return fail(call, &aws_service_unavailable, "%.*s can't be reached: %s.",
			STR_ARG(shown_endpoint(call, l)), strerror(-r));
	return judge(call, l, answer.status);
}

/* ---- queues ---- */

static int send_letter(struct call *call, const struct sns_letter_record *l, struct str body)
{
	struct identity as = call->identity;
	struct sqs_send_message_input in = { .queue_url = l->endpoint, .message_body = body };
	struct sqs_send_message_output out = { 0 };
	as.service = STR("sns.amazonaws.com");
	if (str_ends(l->endpoint, STR(".fifo"))) {
		in.message_group_id = l->message_id;
		in.message_deduplication_id = l->message_id;
	}
	if (sns_check_queue(call, l->topic_arn, l->endpoint) < 0)
		return -1;
	return call_inner(call, &sqs_send_message_operation, &as, &in, &out);
}

/* ---- all ---- */

int sns_hand_over(
	struct call *call, const struct sns_hand_over_input *in, struct sns_hand_over_output *out)
{
	struct sns_letter_record l = { 0 };
	struct str body = in->body;
	(void)out;
	if (record_open(call->aws, call->arena, &sns_letter_record_shape, in->subscription_arn,
		    in->context, &l) < 0)
		return invalid(call, "Context");
	if (!str_is(l.type, "Notification") && !str_is(l.protocol, "email")) {
		if (signer_ready(call) < 0)
			return -1;
		body = letter_body(call, &l);
	}
	if (str_starts(l.protocol, STR("http")))
		return post_letter(call, &l, in->subscription_arn, body);
	if (str_is(l.protocol, "sqs"))
		return send_letter(call, &l, body);
	struct mail_mail mail = letter_mail(call, &l, in->subscription_arn, body);
	struct mail_send_mail_output sent;
	return call_inner(call, &mail_send_mail_operation, NULL, &mail, &sent);
}
