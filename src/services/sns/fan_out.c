/*
 * Handing a message to the subscriptions, in the transaction that accepts it: queues get it at
 * once, so each has it exactly once and FIFO topics keep their order; the rest is owed.
 */
#include "api/sqs.h"
#include "base/log.h"
#include "services/sns/letter.h"

/* ---- queues ---- */

int sns_check_queue(struct call *call, struct str topic, struct str queue)
{
	struct sqs_describe_queue_input in = { queue };
	struct sqs_describe_queue_output out = { 0 };
	struct service_source source = { STR("sns.amazonaws.com"), arn_part(topic, 4), topic };
	if (call_inner(call, &sqs_describe_queue_operation, NULL, &in, &out) < 0)
		return -1;
	if (call_service_may(call, &source, "sqs:SendMessage", queue, out.policy))
		return 0;
	return fail(call, &aws_access_denied,
		"The policy of the queue does not let sns.amazonaws.com send to it.");
}

static void set_attributes(
	struct call *call, const struct publication *p, struct sqs_send_message_input *in)
{
	size_t n = p->in.attributes.n;
	struct sqs_message_body_attribute_map_entry *v =
		ARENA_ARRAY(call->arena, struct sqs_message_body_attribute_map_entry, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct sns_message_attribute_map_entry *a = &p->in.attributes.v[i];
		v[i].key = a->key;
		v[i].value = (struct sqs_message_attribute_value){
			.data_type = a->value.data_type,
			.string_value = a->value.string_value,
			.binary_value = a->value.binary_value,
		};
	}
	in->message_attributes = (struct sqs_message_body_attribute_map){ n ? v : NULL, n };
}

static int send_to(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s, struct str queue, struct str body)
{
	struct identity as = { .account = t->n.account,
		.region = arn_part(queue, 3),
		.service = STR("sns.amazonaws.com"),
		.principal_arn = topic_arn(call->arena, &t->n) };
	struct sqs_send_message_input in = {
		.queue_url = queue, .message_body = body, .message_group_id = p->in.group
	};
	struct sqs_send_message_output out = { 0 };
	if (str_ends(queue, STR(".fifo")))
		in.message_deduplication_id = p->in.dedup;
	if (s->r.is_raw.v)
		set_attributes(call, p, &in);
	if (s->r.is_raw.v && p->in.attributes.n > SNS_RAW_ATTRIBUTES_MAX)
		return fail(call, &sns_invalid_parameter_exception,
			"A message delivered raw has at most %d attributes.",
			SNS_RAW_ATTRIBUTES_MAX);
	if (call->aws->auth == AWS_AUTH_STRICT &&
		sns_check_queue(call, as.principal_arn, queue) < 0)
		return -1;
	return call_inner(call, &sqs_send_message_operation, &as, &in, &out);
}

/* A queue that does not take it now or never: tried again, or to the dead-letter queue. */
static int give_to_queue(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s)
{
	struct str body =
		s->r.is_raw.v ? publication_text(p, s->r.protocol) : envelope_json(call, t, p, s);
	if (send_to(call, t, p, s, s->r.endpoint, body) == 0)
		return 0;
	struct call_error why = call->error;
	/* What waited would be overtaken by the next of its group: it is not accepted at all. */
	if (why.shape->is_server_fault && t->r.is_fifo.v)
		return -1;
	call->error = (struct call_error){ 0 };
	if (why.shape->is_server_fault)
		return delivery_owe(call, t, p, s, s->r.endpoint, body, NULL);
	if (s->r.dead_letter_arn.n && send_to(call, t, p, s, s->r.dead_letter_arn, body) == 0)
		return 0;
	call->error = (struct call_error){ 0 };
	log_warn("sns: a message of %.*s for %.*s is dropped: %s: %.*s", STR_ARG(t->n.name),
		STR_ARG(s->r.endpoint), why.shape->name, STR_ARG(why.message));
	return 0;
}

/* ---- FIFO topics ---- */

static struct str count_key(struct call *call, const struct topic *t)
{
	return KEY(call->arena, KEY_LITERAL("sns.d"), key_text(t->r.id));
}

static struct str dedup_key(
	struct call *call, const struct topic *t, int64_t period, const struct publication *p)
{
	struct str scope = str_is(t->r.scope, "MessageGroup") ? p->in.group : STR("");
	return KEY(call->arena, KEY_LITERAL("sns.d"), key_text(t->r.id), key_int(period),
		key_text(scope), key_text(p->in.dedup));
}

/* Ids are kept by periods as long as the interval: two lookups find one, whole periods are
 * forgotten. */
static bool is_duplicate(struct call *call, const struct topic *t, struct publication *p)
{
	int64_t period = call->now_ms / SNS_DEDUP_MS;
	for (int64_t i = period; i >= period - 1; i--) {
		struct sns_dedup_record r = { 0 };
		if (!call_get_record(call, dedup_key(call, t, i, p), &sns_dedup_record_shape, &r) ||
			r.sent.v + SNS_DEDUP_MS <= call->now_ms)
			continue;
		p->id = r.message_id;
		p->sequence = r.sequence;
		return true;
	}
	return false;
}

static void count(struct call *call, const struct topic *t, struct publication *p)
{
	int64_t period = call->now_ms / SNS_DEDUP_MS;
	struct sns_sequence_record r = { 0 };
	struct str key = count_key(call, t);
	call_get_record(call, key, &sns_sequence_record_shape, &r);
	if (r.period.v != period)
		txn_delete_range(call->txn, key_after(call->arena, key),
			KEY(call->arena, KEY_LITERAL("sns.d"), key_text(t->r.id),
				key_int(period - 1)));
	r.last = OPT_I64(r.last.v + 1);
	r.period = OPT_I64(period);
	call_put_record(call, key, &sns_sequence_record_shape, &r);
	/* 20 digits, as AWS's are. */
	p->sequence = arena_printf(call->arena, "1%019lld", (long long)r.last.v);
	struct sns_dedup_record sent = { OPT_I64(call->now_ms), p->id, p->sequence };
	call_put_record(call, dedup_key(call, t, period, p), &sns_dedup_record_shape, &sent);
}

/* ---- all ---- */

static int give(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s)
{
	if (str_is(s->r.protocol, "sqs"))
		return give_to_queue(call, t, p, s);
	if (str_is(s->r.protocol, "lambda"))
		return delivery_owe(
			call, t, p, s, s->r.endpoint, envelope_event(call, t, p, s), NULL);
	return letter_owe_notification(call, t, p, s);
}

int fan_out(struct call *call, const struct topic *t, struct publication *p)
{
	if (t->r.is_fifo.v) {
		if (is_duplicate(call, t, p))
			return 0;
		count(call, t, p);
	}
	for (size_t i = 0; i < p->to_count; i++)
		if (give(call, t, p, p->to[i]) < 0)
			return -1;
	return 0;
}
