/* SendMessage and SendMessageBatch: checks, FIFO's deduplication, one or two records. */
#include "aws/hash.h"
#include "base/random.h"
#include "net/http_server.h"
#include "services/sqs/internal.h"

struct sent {
	struct str id, md5, attributes_md5, system_md5, sequence;
};

/* The parts whose rules depend on the queue's type. */
static int check_type(struct call *call, const struct queue *q, const struct message_input *in,
	struct refusal *why)
{
	const struct error_shape *invalid = &sqs_invalid_parameter_value_exception;
	bool is_fifo = q->r.is_fifo.v;
	if (in->group.p && !message_token_is_valid(in->group))
		return call_refuse(call, why, invalid,
			"Value %.*s for parameter MessageGroupId is invalid. Reason: MessageGroupId can "
			"only include alphanumeric "
			"and punctuation characters. 1 to 128 in length.",
			STR_ARG(in->group));
	if (in->dedup.p && !message_token_is_valid(in->dedup))
		return call_refuse(call, why, invalid,
			"Value %.*s for parameter MessageDeduplicationId is invalid. Reason: "
			"MessageDeduplicationId can only include "
			"alphanumeric and punctuation characters. 1 to 128 in length.",
			STR_ARG(in->dedup));
	if (!is_fifo && in->dedup.p)
		return call_refuse(call, why, invalid,
			"Value %.*s for parameter MessageDeduplicationId is invalid. Reason: The request "
			"includes a parameter that "
			"is not valid for this queue type.",
			STR_ARG(in->dedup));
	if (!is_fifo)
		return 0;
	if (in->delay_seconds.v)
		return call_refuse(call, why, invalid,
			"Value %lld for parameter DelaySeconds is invalid. Reason: The request include "
			"parameter that is not valid "
			"for this queue type.",
			(long long)in->delay_seconds.v);
	if (!in->group.p)
		return call_refuse(call, why, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter MessageGroupId.");
	if (!in->dedup.p && !q->r.content_dedup.v)
		return call_refuse(call, why, invalid,
			"The queue should either have ContentBasedDeduplication enabled or "
			"MessageDeduplicationId provided "
			"explicitly");
	return 0;
}

static int check(struct call *call, const struct queue *q, const struct message_input *in,
	struct refusal *why)
{
	if (message_check(call->arena, in, why) < 0 || check_type(call, q, in, why) < 0)
		return -1;
	if (message_bytes(in) > (size_t)q->r.size_max.v)
		return call_refuse(call, why, &sqs_invalid_parameter_value_exception,
			"One or more parameters are invalid. Reason: Message must be shorter than %lld "
			"bytes.",
			(long long)q->r.size_max.v);
	return 0;
}

/* ---- deduplication ---- */

static struct str dedup_key(
	struct call *call, const struct queue *q, int64_t period, struct str scope, struct str id)
{
	return KEY(call->arena, KEY_LITERAL("sqs.m"), key_int(q->r.id.v), key_int(KIND_DEDUP),
		key_int(period), key_text(scope), key_text(id));
}

/* Ids are kept by periods as long as the interval, so that two lookups find one and whole periods
 * are swept. */
static bool find_duplicate(struct call *call, const struct queue *q, struct str scope,
	struct str id, struct sqs_dedup_record *out)
{
	int64_t period = call->now_ms / SQS_DEDUP_MS;
	for (int64_t p = period; p >= period - 1; p--) {
		*out = (struct sqs_dedup_record){ 0 };
		if (call_get_record(
			    call, dedup_key(call, q, p, scope, id), &sqs_dedup_record_shape, out) &&
			out->sent.v + SQS_DEDUP_MS > call->now_ms)
			return true;
	}
	return false;
}

/* Whether the same was sent within five minutes; else it is remembered now. *dedup is its id. */
static bool is_duplicate(struct call *call, const struct queue *q, const struct message_input *in,
	struct str *dedup, struct message *m, struct str *id)
{
	struct sqs_dedup_record r;
	bool by_group = str_is(q->r.dedup_scope, "messageGroup");
	struct str scope = by_group ? in->group : STR("");
	*dedup = in->dedup;
	if (!dedup->p) {
		char *hex = arena_alloc(call->arena, 2 * SHA256_BYTES + 1);
		sha256_hex(in->body, hex);
		*dedup = (struct str){ hex, 2 * SHA256_BYTES };
	}
	if (find_duplicate(call, q, scope, *dedup, &r)) {
		m->sequence = r.sequence.v;
		*id = r.id;
		return true;
	}
	r = (struct sqs_dedup_record){ OPT_I64(call->now_ms), OPT_I64(m->sequence), *id };
	call_put_record(call, dedup_key(call, q, call->now_ms / SQS_DEDUP_MS, scope, *dedup),
		&sqs_dedup_record_shape, &r);
	return false;
}

/* ---- sending ---- */

static struct str trace_header(struct call *call, const struct message_input *in)
{
	for (size_t i = 0; i < in->system_attributes.n; i++)
		if (str_is(in->system_attributes.v[i].key, "AWSTraceHeader"))
			return in->system_attributes.v[i].value.string_value;
	return call->trace;
}

static struct str new_id(struct call *call)
{
	unsigned char *id = arena_alloc(call->arena, MESSAGE_ID_BYTES);
	random_bytes(id, MESSAGE_ID_BYTES);
	id[6] = (unsigned char)((id[6] & 0x0f) | 0x40); /* a version 4 UUID */
	id[8] = (unsigned char)((id[8] & 0x3f) | 0x80);
	return (struct str){ (const char *)id, MESSAGE_ID_BYTES };
}

static int send_one(struct call *call, const struct queue *q, struct changes *changes,
	const struct message_input *in, struct sent *out, struct refusal *why)
{
	unsigned char md5[MD5_BYTES];
	struct str id = new_id(call), dedup = { 0 };
	if (check(call, q, in, why) < 0)
		return -1;
	int64_t delay =
		in->delay_seconds.set && !q->r.is_fifo.v ? in->delay_seconds.v : q->r.delay.v;
	struct message m = { .group = in->group, .sequence = sequence_next(call) };
	m.head.sent_ms = call->now_ms;
	m.head.visible_ms = call->now_ms + delay * 1000;
	md5_of(in->body, md5);
	if (!q->r.is_fifo.v || !is_duplicate(call, q, in, &dedup, &m, &id)) {
		struct sqs_message_record r = {
			.id = id,
			.body = in->body,
			.md5 = { (const char *)md5, MD5_BYTES },
			.attributes = in->attributes,
			.sender = call->identity.principal_id.n ? call->identity.principal_id
								: call->identity.account,
			.trace = trace_header(call, in),
			.group = in->group,
			.dedup = dedup,
		};
		m.record = record_encode(call->arena, &sqs_message_record_shape, &r);
		message_add(call, q, changes, &m);
		changes->available++;
	}
	*out = (struct sent){
		.id = message_id_text(call->arena, id),
		.md5 = md5_hex(call->arena, md5),
		.attributes_md5 = message_attributes_md5(call->arena, &in->attributes),
		.system_md5 = message_attributes_md5(call->arena,
			&(struct sqs_message_body_attribute_map){
				(void *)in->system_attributes.v, in->system_attributes.n }),
	};
	if (q->r.is_fifo.v)
		out->sequence = arena_printf(call->arena, "%020lld", (long long)m.sequence);
	return 0;
}

int sqs_send_message(struct call *call, const struct sqs_send_message_input *in,
	struct sqs_send_message_output *out)
{
	struct message_input message = { in->message_body, in->delay_seconds,
		in->message_attributes, in->message_system_attributes, in->message_deduplication_id,
		in->message_group_id };
	struct queue q;
	struct sent sent;
	struct refusal why;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	struct changes *changes = changes_begin(call, &q);
	if (send_one(call, &q, changes, &message, &sent, &why) < 0)
		return fail(call, why.error, "%.*s", STR_ARG(why.message));
	*out = (struct sqs_send_message_output){ sent.md5, sent.attributes_md5, sent.system_md5,
		sent.id, sent.sequence };
	return 0;
}

static int check_batch(
	struct call *call, const struct sqs_send_message_batch_request_entry_list *entries)
{
	struct str ids[SQS_BATCH_MAX];
	size_t bytes = 0;
	for (size_t i = 0; i < MIN(entries->n, SQS_BATCH_MAX); i++)
		ids[i] = entries->v[i].id;
	if (batch_check(call, "SendMessageBatchRequestEntry", ids, entries->n) < 0)
		return -1;
	for (size_t i = 0; i < entries->n; i++)
		bytes += message_bytes(&(struct message_input){ .body = entries->v[i].message_body,
			.attributes = entries->v[i].message_attributes });
	if (bytes > SQS_MESSAGE_BYTES_MAX)
		return fail(call, &sqs_batch_request_too_long,
			"Batch requests cannot be longer than %d bytes. You have sent %zu bytes.",
			SQS_MESSAGE_BYTES_MAX, bytes);
	return 0;
}

int sqs_send_message_batch(struct call *call, const struct sqs_send_message_batch_input *in,
	struct sqs_send_message_batch_output *out)
{
	struct queue q;
	if (queue_find(call, in->queue_url, &q) < 0 || check_batch(call, &in->entries) < 0)
		return -1;
	struct changes *changes = changes_begin(call, &q);
	out->successful.v =
		ARENA_ARRAY(call->arena, struct sqs_send_message_batch_result_entry, SQS_BATCH_MAX);
	out->failed.v =
		ARENA_ARRAY(call->arena, struct sqs_batch_result_error_entry, SQS_BATCH_MAX);
	for (size_t i = 0; i < in->entries.n; i++) {
		const struct sqs_send_message_batch_request_entry *e = &in->entries.v[i];
		struct message_input message = { e->message_body, e->delay_seconds,
			e->message_attributes, e->message_system_attributes,
			e->message_deduplication_id, e->message_group_id };
		struct sent sent;
		struct refusal why;
		if (send_one(call, &q, changes, &message, &sent, &why) < 0)
			batch_fail(&out->failed, e->id, &why);
		else
			out->successful.v[out->successful.n++] =
				(struct sqs_send_message_batch_result_entry){ e->id, sent.id,
					sent.md5, sent.attributes_md5, sent.system_md5,
					sent.sequence };
	}
	return 0;
}
