/* Handing one delivery over: to queues by SendMessage, to functions by Invoke, to topics by
 * Publish. */
#include "services/delivery/hand_over.h"
#include "api/lambda.h"
#include "api/sns.h"
#include "api/sqs.h"
#include "services/delivery/limits.h"
#include "services/delivery/owed.h"
#include <math.h>

struct sending {
	struct str key;
	const struct delivery_delivery_record *record;
};

static struct str account_of(struct str arn)
{
	struct str part = { 0 };
	for (int i = 0; i < 5 && arn.p; i++)
		str_cut(&arn, ':', &part);
	return part;
}

/* Lambda reaches what is of its account with the function's role, which it has asked itself. */
static bool is_by_role(const struct delivery_delivery_record *r)
{
	return str_is(r->source_service, "lambda.amazonaws.com") &&
	       str_eq(account_of(r->target_arn), r->account);
}

/* In strict mode a queue takes what its policy lets it be sent, also of its own account: a service
 * is no one's user. */
static int check_policy(struct call *call, const struct delivery_delivery_record *r)
{
	struct sqs_describe_queue_input in = { r->target_arn };
	struct sqs_describe_queue_output out = { 0 };
	struct service_source source = { r->source_service, r->account, r->source_arn };
	if (call->aws->auth != AWS_AUTH_STRICT || is_by_role(r))
		return 0;
	if (call_inner(call, &sqs_describe_queue_operation, NULL, &in, &out) < 0)
		return -1;
	if (call_service_may(call, &source, "sqs:SendMessage", r->target_arn, out.policy))
		return 0;
	return fail(call, &aws_access_denied,
		"The policy of the queue does not let %.*s send to it.",
		STR_ARG(r->source_service));
}

static int send_run(struct call *call, void *arg)
{
	const struct sending *s = arg;
	const struct delivery_delivery_record *r = s->record;
	size_t n = r->message_attributes.n;
	struct sqs_message_body_attribute_map_entry *attributes =
		ARENA_ARRAY(call->arena, struct sqs_message_body_attribute_map_entry, n + 1);
	struct sqs_message_body_system_attribute_map_entry trace = { .key = STR("AWSTraceHeader"),
		.value = { .data_type = STR("String"), .string_value = r->trace_header } };
	for (size_t i = 0; i < n; i++) {
		const struct delivery_attribute *a = &r->message_attributes.v[i];
		attributes[i].key = a->name;
		attributes[i].value =
			(struct sqs_message_attribute_value){ .data_type = a->data_type,
				.string_value = a->string_value,
				.binary_value = a->binary_value };
	}
	struct sqs_send_message_input in = {
		.queue_url = r->target_arn,
		.message_body = r->body,
		.message_attributes = { n ? attributes : NULL, n },
		.message_group_id = r->message_group_id,
		.message_deduplication_id = r->message_deduplication_id,
	};
	if (r->trace_header.n)
		in.message_system_attributes =
			(struct sqs_message_body_system_attribute_map){ &trace, 1 };
	struct sqs_send_message_output out = { 0 };
	txn_use_reserve(call->txn); /* what is owed becomes a message */
	if (check_policy(call, r) < 0 ||
		call_inner(call, &sqs_send_message_operation, NULL, &in, &out) < 0)
		return -1;
	owed_remove(call, s->key);
	return 0;
}

static int remove_run(struct call *call, void *arg)
{
	const struct sending *s = arg;
	owed_remove(call, s->key);
	return 0;
}

/* The event is on disk when Invoke answers; a crash before the record's end leaves it twice. */
static int invoke(struct call *call, struct sending *s)
{
	const struct delivery_delivery_record *r = s->record;
	struct identity as = call->identity;
	as.service = is_by_role(r) ? (struct str){ 0 } : r->source_service;
	as.principal_arn = r->source_arn;
	struct lambda_invoke_input in = {
		.function_name = r->target_arn, .invocation_type = STR("Event"), .payload = r->body
	};
	struct lambda_invoke_output out = { 0 };
	if (call_inner(call, &lambda_invoke_operation, &as, &in, &out) < 0)
		return -1;
	return call_write(call, remove_run, s);
}

/* A topic, or one of its subscriptions: its ARN has a part more. */
static int notify(struct call *call, struct sending *s)
{
	const struct delivery_delivery_record *r = s->record;
	struct identity as = call->identity;
	as.service = r->source_service;
	as.principal_arn = r->source_arn;
	size_t colons = 0;
	for (size_t i = 0; i < r->target_arn.n; i++)
		colons += r->target_arn.p[i] == ':';
	if (colons > 5) {
		struct sns_hand_over_input in = {
			.subscription_arn = r->target_arn, .body = r->body, .context = r->context
		};
		struct sns_hand_over_output out;
		if (call_inner(call, &sns_hand_over_operation, &as, &in, &out) < 0)
			return -1;
		return call_write(call, remove_run, s);
	}
	struct sns_publish_input in = { .topic_arn = r->target_arn, .message = r->body };
	struct sns_publish_output out = { 0 };
	if (str_ends(r->target_arn, STR(".fifo"))) {
		in.message_group_id = r->message_group_id;
		in.message_deduplication_id = r->message_deduplication_id;
	}
	size_t n = r->message_attributes.n;
	in.message_attributes.v =
		ARENA_ARRAY(call->arena, struct sns_message_attribute_map_entry, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct delivery_attribute *a = &r->message_attributes.v[i];
		in.message_attributes.v[in.message_attributes.n++] =
			(struct sns_message_attribute_map_entry){ .key = a->name,
				.value = { .data_type = a->data_type,
					.string_value = a->string_value,
					.binary_value = a->binary_value } };
	}
	if (call_inner(call, &sns_publish_operation, &as, &in, &out) < 0)
		return -1;
	return call_write(call, remove_run, s);
}

static bool passes_by(const struct error_shape *error)
{
	return error->is_server_fault || error->status >= 500 || error->status == 429 ||
	       error == &aws_throttling_exception || error == &sqs_request_throttled;
}

enum handed hand_over(
	struct call *call, struct str key, const struct delivery_delivery_record *record)
{
	struct sending s = { key, record };
	int r;
	call->trace = record->trace_header;
	if (str_starts(record->target_arn, STR("arn:aws:sqs:")))
		r = call_write(call, send_run, &s);
	else if (str_starts(record->target_arn, STR("arn:aws:lambda:")))
		r = invoke(call, &s);
	else if (str_starts(record->target_arn, STR("arn:aws:sns:")))
		r = notify(call, &s);
	else
		r = fail(call, &delivery_validation_exception,
			"Targets of this service are not served here.");
	if (r == 0)
		return HANDED_OVER;
	return passes_by(call->error.shape) ? HANDED_LATER : HANDED_NEVER;
}

/* The wait before the i-th of n retries, from first to last. */
static int64_t phase_wait(const struct delivery_retry_phase *p, int64_t i)
{
	int64_t first = p->first_ms.v, last = p->last_ms.v, n = MAX(p->retries.v - 1, 1);
	if (str_is(p->function, "exponential"))
		return MIN(last, first << MIN(i, 30));
	if (str_is(p->function, "geometric") && first > 0)
		return (int64_t)((double)first *
				 pow((double)last / (double)first, (double)i / (double)n));
	if (str_is(p->function, "arithmetic"))
		return first + (last - first) * (i * (i + 1)) / (n * (n + 1));
	return first + (last - first) * i / n;
}

/* The wait before the next try when tries have failed, or -1. */
static int64_t phases_wait(const struct delivery_retry_phases *phases, int64_t tries)
{
	int64_t retry = tries - 1;
	for (size_t i = 0; i < phases->n; i++) {
		if (retry < phases->v[i].retries.v)
			return phase_wait(&phases->v[i], retry);
		retry -= phases->v[i].retries.v;
	}
	return -1;
}

/*
 * "EventBridge retries with exponential back off and jitter, or randomized delay": from half of the
 * wait to all of it, so that what failed together does not come back together.
 */
static int64_t back_off(int64_t tries, uint64_t random)
{
	int64_t doublings = MIN(MAX(tries - 1, 0), 20);
	int64_t wait_ms =
		MIN((int64_t)DELIVERY_WAIT_FIRST_MS << doublings, (int64_t)DELIVERY_WAIT_LAST_MS);
	return wait_ms - (int64_t)(random % (uint64_t)(wait_ms / 2 + 1));
}

int64_t hand_over_next(
	const struct delivery_delivery_record *r, int64_t now_ms, int64_t speed, uint64_t random)
{
	int64_t wait_ms = back_off(r->tries.v, random);
	/* Delivery policies say their waits to the second. */
	if (r->retry_phases.n)
		wait_ms = phases_wait(&r->retry_phases, r->tries.v);
	else if (r->tries.v > r->retries_max.v)
		return -1;
	if (wait_ms < 0 || now_ms + wait_ms / speed > r->owed_ms.v + r->age_max_ms.v)
		return -1;
	return now_ms + wait_ms / speed;
}
