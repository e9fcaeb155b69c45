/* Messages that were received: deleting them, and changing how long they stay hidden. */
#include "services/sqs/internal.h"

static int read_handle(struct call *call, const struct queue *q, struct str text, struct handle *h,
	struct refusal *why)
{
	if (!text.n)
		return call_refuse(call, why, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter ReceiptHandle.");
	if (handle_decode(call->arena, text, h) < 0 || h->queue != q->r.id.v)
		return call_refuse(call, why, &sqs_receipt_handle_is_invalid,
			"The input receipt handle \"%.*s\" is not a valid receipt handle.",
			(int)MIN(text.n, 1024), text.p);
	return 0;
}

/*
 * A handle that is no longer the message's latest deletes nothing and is no error; but a FIFO
 * queue's message can't be deleted once its timeout has passed (DeleteMessage; Developer Guide,
 * "FIFO delivery logic").
 */
static int delete_one(struct call *call, const struct queue *q, struct changes *changes,
	struct str text, struct refusal *why)
{
	struct handle h;
	struct message m;
	if (read_handle(call, q, text, &h, why) < 0)
		return -1;
	txn_use_reserve(call->txn); /* of a FIFO queue: its group's record */
	enum found found = handle_find(call, q, &h, &m);
	if (q->r.is_fifo.v && found == FOUND_VISIBLE)
		return call_refuse(call, why, &sqs_invalid_parameter_value_exception,
			"Value %.*s for parameter ReceiptHandle is invalid. Reason: The receipt handle "
			"has expired.",
			STR_ARG(text));
	if (found == FOUND_NONE)
		return 0;
	if (q->r.is_fifo.v) {
		fifo_remove(call, q, changes, &m);
		changes->available++; /* its group may be ready for the next one */
	} else {
		standard_remove(call, q, changes, &m);
	}
	return 0;
}

int sqs_delete_message(struct call *call, const struct sqs_delete_message_input *in,
	struct sqs_delete_message_output *out)
{
	struct queue q;
	struct refusal why;
	(void)out;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	if (delete_one(call, &q, changes_begin(call, &q), in->receipt_handle, &why) < 0)
		return fail(call, why.error, "%.*s", STR_ARG(why.message));
	return 0;
}

int sqs_delete_message_batch(struct call *call, const struct sqs_delete_message_batch_input *in,
	struct sqs_delete_message_batch_output *out)
{
	struct queue q;
	struct str ids[SQS_BATCH_MAX];
	for (size_t i = 0; i < MIN(in->entries.n, SQS_BATCH_MAX); i++)
		ids[i] = in->entries.v[i].id;
	if (queue_find(call, in->queue_url, &q) < 0 ||
		batch_check(call, "DeleteMessageBatchRequestEntry", ids, in->entries.n) < 0)
		return -1;
	struct changes *changes = changes_begin(call, &q);
	out->successful.v = ARENA_ARRAY(
		call->arena, struct sqs_delete_message_batch_result_entry, SQS_BATCH_MAX);
	out->failed.v =
		ARENA_ARRAY(call->arena, struct sqs_batch_result_error_entry, SQS_BATCH_MAX);
	for (size_t i = 0; i < in->entries.n; i++) {
		struct refusal why;
		if (delete_one(call, &q, changes, in->entries.v[i].receipt_handle, &why) < 0)
			batch_fail(&out->failed, ids[i], &why);
		else
			out->successful.v[out->successful.n++].id = ids[i];
	}
	return 0;
}

/* ---- visibility ---- */

static int change_one(struct call *call, const struct queue *q, struct changes *changes,
	struct str text, struct opt_i64 seconds, struct refusal *why)
{
	struct handle h;
	struct message m;
	if (!seconds.set)
		return call_refuse(call, why, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter VisibilityTimeout.");
	if (seconds.v < 0 || seconds.v > SQS_VISIBILITY_SECONDS_MAX)
		return call_refuse(call, why, &sqs_invalid_parameter_value_exception,
			"Value %lld for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout "
			"must be an integer between "
			"0 and 43200.",
			(long long)seconds.v);
	if (read_handle(call, q, text, &h, why) < 0)
		return -1;
	switch (handle_find(call, q, &h, &m)) {
	case FOUND_NONE:
		return call_refuse(call, why, &sqs_invalid_parameter_value_exception,
			"Value %.*s for parameter ReceiptHandle is invalid. Reason: Message does not "
			"exist or is not available for "
			"visibility timeout change.",
			STR_ARG(text));
	case FOUND_VISIBLE:
		return call_refuse(call, why, &sqs_message_not_inflight,
			"The message referred to is not in flight.");
	case FOUND_IN_FLIGHT:
		break;
	}
	txn_use_reserve(call->txn);
	int64_t visible_ms = call->now_ms + seconds.v * 1000;
	/* "within the 12-hour maximum, from the time of the receive" (ChangeMessageVisibility) */
	if (visible_ms - m.head.taken_ms > SQS_VISIBILITY_SECONDS_MAX * INT64_C(1000))
		return call_refuse(call, why, &sqs_invalid_parameter_value_exception,
			"Value %lld for parameter VisibilityTimeout is invalid. Reason: Total "
			"VisibilityTimeout for the message is "
			"beyond the limit [43200 seconds].",
			(long long)seconds.v);
	if (q->r.is_fifo.v)
		fifo_set_visible(call, q, changes, &m, visible_ms);
	else
		standard_set_visible(call, q, changes, &m, visible_ms);
	/* Those who wait learn that the time of the next message is another. */
	changes->available++;
	return 0;
}

int sqs_change_message_visibility(struct call *call,
	const struct sqs_change_message_visibility_input *in,
	struct sqs_change_message_visibility_output *out)
{
	struct queue q;
	struct refusal why;
	(void)out;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	if (change_one(call, &q, changes_begin(call, &q), in->receipt_handle,
		    in->visibility_timeout, &why) < 0)
		return fail(call, why.error, "%.*s", STR_ARG(why.message));
	return 0;
}

int sqs_change_message_visibility_batch(struct call *call,
	const struct sqs_change_message_visibility_batch_input *in,
	struct sqs_change_message_visibility_batch_output *out)
{
	struct queue q;
	struct str ids[SQS_BATCH_MAX];
	for (size_t i = 0; i < MIN(in->entries.n, SQS_BATCH_MAX); i++)
		ids[i] = in->entries.v[i].id;
	if (queue_find(call, in->queue_url, &q) < 0 ||
		batch_check(call, "ChangeMessageVisibilityBatchRequestEntry", ids, in->entries.n) <
			0)
		return -1;
	struct changes *changes = changes_begin(call, &q);
	out->successful.v = ARENA_ARRAY(call->arena,
		struct sqs_change_message_visibility_batch_result_entry, SQS_BATCH_MAX);
	out->failed.v =
		ARENA_ARRAY(call->arena, struct sqs_batch_result_error_entry, SQS_BATCH_MAX);
	for (size_t i = 0; i < in->entries.n; i++) {
		const struct sqs_change_message_visibility_batch_request_entry *e =
			&in->entries.v[i];
		struct refusal why;
		if (change_one(call, &q, changes, e->receipt_handle, e->visibility_timeout, &why) <
			0)
			batch_fail(&out->failed, e->id, &why);
		else
			out->successful.v[out->successful.n++].id = e->id;
	}
	return 0;
}
