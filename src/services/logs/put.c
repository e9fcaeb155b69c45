/* Appending events: PutLogEvents with AWS's rules for a batch, and Append for the other services.
 */
#include "services/logs/events.h"

struct batch {
	size_t begin, end; /* the events that are taken */
	struct logs_rejected_log_events_info rejected;
};

/* Sizes and order (CloudWatch Logs API Reference, PutLogEvents). */
static int check_batch(struct call *call, const struct logs_input_log_events *events)
{
	size_t bytes = 0;
	for (size_t i = 0; i < events->n; i++) {
		size_t n = events->v[i].message.n + LOGS_EVENT_OVERHEAD;
		if (n > LOGS_EVENT_BYTES_MAX)
			return fail(call, &logs_invalid_parameter_exception,
				"Log event too large: %zu bytes exceeds limit of %d", n,
				LOGS_EVENT_BYTES_MAX);
		if (i && events->v[i].timestamp.v < events->v[i - 1].timestamp.v)
			return fail(call, &logs_invalid_parameter_exception,
				"Log events in a single PutLogEvents request must be in chronological order.");
		bytes += n;
	}
	if (bytes > LOGS_BATCH_BYTES_MAX)
		return fail(call, &logs_invalid_parameter_exception,
			"Upload too large: %zu bytes exceeds limit of %d", bytes,
			LOGS_BATCH_BYTES_MAX);
	return 0;
}

/* Leaves out what is too old, expired or too new; the events are in order. */
static void cut_batch(struct call *call, const struct logs_input_log_events *events,
	int64_t retention_days, struct batch *b)
{
	size_t old = 0, expired = 0, end = events->n;
	int64_t oldest = call->now_ms - retention_days * LOGS_DAY_MS;
	while (old < events->n && events->v[old].timestamp.v < call->now_ms - LOGS_TOO_OLD_MS)
		old++;
	while (retention_days && expired < events->n && events->v[expired].timestamp.v < oldest)
		expired++;
	while (end > 0 && events->v[end - 1].timestamp.v > call->now_ms + LOGS_TOO_NEW_MS)
		end--;
	if (old)
		b->rejected.too_old_log_event_end_index = OPT_I64((int64_t)old);
	if (expired)
		b->rejected.expired_log_event_end_index = OPT_I64((int64_t)expired);
	if (end < events->n)
		b->rejected.too_new_log_event_start_index = OPT_I64((int64_t)end);
	b->begin = MAX(old, expired);
	b->end = MAX(end, b->begin);
}

static int append(struct call *call, const struct stream_ref *ref, struct str group,
	struct str stream, const struct logs_input_log_event *events, size_t n, call_fn *with,
	void *arg, int64_t *sequence)
{
	if (!n)
		return 0;
	if (events_append(call, ref, stream, events, n, with, arg, sequence) < 0)
		return -1;
	followers_push(logs_state(call), call, group, stream, events, n, *sequence);
	return 0;
}

int logs_put_log_events(struct call *call, const struct logs_put_log_events_input *in,
	struct logs_put_log_events_output *out)
{
	struct stream_ref ref;
	struct batch b = { 0 };
	int64_t sequence = 0;
	if (check_batch(call, &in->log_events) < 0 ||
		stream_find(call, in->log_group_name, in->log_stream_name, false, &ref) < 0)
		return -1;
	cut_batch(call, &in->log_events, ref.retention_days, &b);
	const struct logs_input_log_event *events = in->log_events.v + b.begin;
	size_t n = b.end - b.begin;
	if (n && events[n - 1].timestamp.v - events[0].timestamp.v > LOGS_DAY_MS)
		return fail(call, &logs_invalid_parameter_exception,
			"The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
	if (append(call, &ref, in->log_group_name, in->log_stream_name, events, n, NULL, NULL,
		    &sequence) < 0)
		return -1;
	out->next_sequence_token = arena_printf(call->arena, "%038lld%018lld",
		(long long)ref.stream, (long long)(sequence + (int64_t)n));
	if (n < in->log_events.n) {
		out->rejected_log_events_info =
			ARENA_NEW(call->arena, struct logs_rejected_log_events_info);
		*out->rejected_log_events_info = b.rejected;
	}
	return 0;
}

int logs_append(
	struct call *call, const struct logs_append_input *in, struct logs_append_output *out)
{
	(void)out;
	struct stream_ref ref;
	int64_t sequence;
	if (stream_find(call, in->log_group_name, in->log_stream_name, true, &ref) < 0)
		return -1;
	for (size_t i = 0; i < in->log_events.n; i++) {
		struct logs_input_log_event *e = &in->log_events.v[i];
		e->message.n =
			MIN(e->message.n, (size_t)(LOGS_EVENT_BYTES_MAX - LOGS_EVENT_OVERHEAD));
	}
	return append(call, &ref, in->log_group_name, in->log_stream_name, in->log_events.v,
		in->log_events.n, trace_append, (void *)in, &sequence);
}
