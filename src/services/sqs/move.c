/*
 * Moves of messages out of a dead-letter queue (StartMessageMoveTask and kin): a record, and a
 * fiber that works on it in transactions of a few messages each. A stop or a crash interrupts the
 * fiber, not the move.
 */
#include "base/encode.h"
#include "base/random.h"
#include "services/sqs/internal.h"
#include <stdlib.h>
#include <yyjson.h>

enum { MOVE_CHUNK = 50, MOVE_PAUSE_MS = 1000 };

/* ---- records ---- */

/* Under the source, in the order of their beginnings. */
static struct str moves_prefix(struct call *call, const struct queue *q)
{
	return KEY(call->arena, KEY_LITERAL("sqs"), key_text(q->account), key_text(q->region),
		KEY_LITERAL("move"), key_text(q->name));
}

static struct str move_key(
	struct call *call, const struct queue *q, const struct sqs_move_record *r)
{
	return KEY(call->arena, KEY_LITERAL("sqs"), key_text(q->account), key_text(q->region),
		KEY_LITERAL("move"), key_text(q->name), key_int(r->started.v), key_text(r->id));
}

static bool is_running(const struct sqs_move_record *r)
{
	return str_is(r->status, "RUNNING") || str_is(r->status, "CANCELLING");
}

static struct str move_handle(struct call *call, const struct sqs_move_record *r)
{
	return base64_encode(call->arena,
		arena_printf(call->arena, "{\"taskId\":\"%.*s\",\"sourceArn\":\"%.*s\"}",
			STR_ARG(r->id), STR_ARG(r->source_arn)));
}

/* The newest first, n at most. */
static size_t move_list(
	struct call *call, const struct queue *q, struct sqs_move_record *v, size_t n)
{
	struct str begin = moves_prefix(call, q);
	struct txn_cursor c;
	size_t found = 0;
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, begin), true, &c);
	while (found < n && txn_cursor_next(&c)) {
		v[found] = (struct sqs_move_record){ 0 };
		found += record_decode(call->arena, &sqs_move_record_shape,
				 arena_str(call->arena, c.value), &v[found]) == 0;
	}
	txn_cursor_close(&c);
	return found;
}

/* ---- the fiber ---- */

struct move {
	struct sqs *sqs;
	char *source_arn;
	char *id;
	int64_t started;
	struct live *live;
	int64_t to_move;
	int64_t moved; /* by the last transaction */
	int64_t per_second;
	bool ended;
};

static bool move_get(
	struct call *call, struct move *m, struct queue *source, struct sqs_move_record *r)
{
	struct queue_name name;
	*r = (struct sqs_move_record){ .id = str_c(m->id), .started = OPT_I64(m->started) };
	if (arn_parse(str_c(m->source_arn), &name) < 0)
		return false;
	*source =
		(struct queue){ .account = name.account, .region = name.region, .name = name.name };
	return call_get_record(call, move_key(call, source, r), &sqs_move_record_shape, r);
}

static void move_put(struct call *call, const struct queue *source, const struct sqs_move_record *r)
{
	call_put_record(call, move_key(call, source, r), &sqs_move_record_shape, r);
}

struct destination {
	struct queue queue;
	struct changes *changes;
	struct str arn;
};

/* "Redriven messages are considered new messages with a new messageID and enqueueTime."
 * (StartMessageMoveTask) */
static bool move_one(struct call *call, const struct queue *source, struct take *t,
	struct message *m, const struct sqs_move_record *move, struct destination *to,
	const char **failure)
{
	struct sqs_message_record r = { 0 };
	if (!message_load(call, source, m) ||
		record_decode(call->arena, &sqs_message_record_shape, m->record, &r) < 0) {
		*failure = "A stored message can't be read.";
		return false;
	}
	struct str arn = move->destination_arn.n ? move->destination_arn : r.source;
	if (!arn.n) {
		*failure = "CouldNotDetermineMessageSource";
		return false;
	}
	if (!to->changes || !str_eq(arn, to->arn)) {
		if (!queue_find_arn(call, arn, &to->queue) ||
			to->queue.r.is_fifo.v != source->r.is_fifo.v) {
			*failure = "AWS.SimpleQueueService.NonExistentQueue";
			return false;
		}
		to->arn = arn;
		to->changes = changes_begin(call, &to->queue);
	}
	unsigned char *id = arena_alloc(call->arena, MESSAGE_ID_BYTES);
	random_bytes(id, MESSAGE_ID_BYTES);
	r.id = (struct str){ (const char *)id, MESSAGE_ID_BYTES };
	r.source = (struct str){ 0 };
	struct message moved = { .group = m->group, .sequence = sequence_next(call) };
	moved.head.sent_ms = moved.head.visible_ms = call->now_ms;
	moved.record = record_encode(call->arena, &sqs_message_record_shape, &r);
	message_add(call, &to->queue, to->changes, &moved);
	to->changes->available++;
	if (source->r.is_fifo.v)
		fifo_remove(call, source, t->changes, m);
	else
		standard_remove(call, source, t->changes, m);
	return true;
}

static int move_chunk(struct call *call, void *arg)
{
	struct move *move = arg;
	struct sqs_move_record r;
	struct queue named, source;
	struct destination to = { 0 };
	const char *failure = NULL;
	int64_t max = MOVE_CHUNK;
	bool empty = false;
	move->moved = 0;
	move->ended = true;
	if (!move_get(call, move, &named, &r) || !is_running(&r))
		return 0;
	if (r.per_second.set)
		max = MIN(max, r.per_second.v);
	move->per_second = r.per_second.v;
	if (move->to_move >= 0)
		r.to_move = OPT_I64(move->to_move);
	if (str_is(r.status, "CANCELLING")) {
		r.status = STR("CANCELLED");
	} else if (!queue_get(call, named.account, named.region, named.name, &source)) {
		r.status = STR("FAILED");
		r.failure = STR("AWS.SimpleQueueService.NonExistentQueue");
	} else {
		/* Taken as by a receive, without a dead-letter queue of its own. */
		source.r.dead_letter_arn = (struct str){ 0 };
		struct take t = { .queue = &source,
			.changes = changes_begin(call, &source),
			.visibility_ms = 60000 };
		while (!empty && !failure && move->moved < max) {
			t.max = (size_t)MIN(SQS_RECEIVE_MAX, max - move->moved);
			if (source.r.is_fifo.v)
				fifo_take(call, &t);
			else
				standard_take(call, &t);
			empty = t.n == 0 && !t.more;
			for (size_t i = 0; i < t.n && !failure; i++)
				move->moved +=
					move_one(call, &source, &t, &t.v[i], &r, &to, &failure);
		}
		r.moved = OPT_I64(r.moved.v + move->moved);
		if (failure) {
			r.status = STR("FAILED");
			r.failure = str_c(failure);
		} else if (empty) {
			r.status = STR("COMPLETED");
		}
	}
	move->ended = !is_running(&r);
	move_put(call, &named, &r);
	return 0;
}

static int find_source_run(struct call *call, void *arg)
{
	struct queue *q = arg;
	struct queue_name name = { q->account, q->region, q->name };
	if (!queue_get(call, name.account, name.region, name.name, q))
		return fail(call, &sqs_queue_does_not_exist, "The specified queue does not exist.");
	return 0;
}

/* How many there are at the start. */
static int64_t count_source(struct move *m, struct call *call)
{
	struct queue_name name;
	int64_t n = -1;
	if (arn_parse(str_c(m->source_arn), &name) < 0)
		return -1;
	struct queue q = { .account = name.account, .region = name.region, .name = name.name };
	if (call_read(call, find_source_run, &q) < 0)
		return -1;
	struct live *live = live_get(m->sqs, q.r.id.v, q.r.space.v);
	live_hold(live);
	if (live_count(live, call, &q) == 0)
		n = live->total;
	live_release(live);
	return n;
}

static void move_run(void *arg)
{
	struct move *m = arg;
	struct arena arena = { 0 };
	struct call call;
	call_init(&call, m->sqs->aws, &arena, NULL);
	call.api = &sqs_api;
	m->to_move = count_source(m, &call);
	while (!m->ended && !m->sqs->stopping) {
		arena_fini(&arena);
		call_init(&call, m->sqs->aws, &arena, NULL);
		call.api = &sqs_api;
		/* A full disk, say: tried again. */
		if (call_write(&call, move_chunk, m) < 0)
			fiber_sleep(MOVE_PAUSE_MS);
		else if (m->per_second && !m->ended)
			fiber_sleep(MAX((uint64_t)m->moved * 1000 / (uint64_t)m->per_second, 1));
		m->to_move = -1;
	}
	arena_fini(&arena);
	m->sqs->fibers--;
	waitq_wake_all(&m->sqs->ended);
	free(m->source_arn);
	free(m->id);
	free(m);
}

static void move_start(struct sqs *sqs, struct str source_arn, struct str id, int64_t started)
{
	struct move *m = xcalloc(1, sizeof *m);
	m->sqs = sqs;
	m->source_arn = xstrndup(source_arn.p, source_arn.n);
	m->id = xstrndup(id.p, id.n);
	m->started = started;
	sqs->fibers++;
	if (fiber_start(move_run, m) == 0)
		return;
	/* Too many fibers: it goes on at the next start of the server. */
	sqs->fibers--;
	free(m->source_arn);
	free(m->id);
	free(m);
}

struct found_moves {
	struct sqs_move_record v[SQS_MOVES_MAX];
	size_t n;
};

static int find_running(struct call *call, void *arg)
{
	struct found_moves *f = arg;
	struct str all = KEY(call->arena, KEY_LITERAL("sqs"));
	struct txn_cursor c;
	f->n = 0;
	txn_cursor_open(call->txn, all, key_range_end(call->arena, all), false, &c);
	while (f->n < SQS_MOVES_MAX && txn_cursor_next(&c)) {
		struct key_part p[7];
		struct sqs_move_record *r = &f->v[f->n];
		if (key_decode(call->arena, c.key, p, 7) != 7 || !str_is(p[3].text, "move"))
			continue;
		*r = (struct sqs_move_record){ 0 };
		if (record_decode(call->arena, &sqs_move_record_shape,
			    arena_str(call->arena, c.value), r) == 0)
			f->n += is_running(r);
	}
	txn_cursor_close(&c);
	return 0;
}

void moves_resume(void *arg)
{
	struct sqs *sqs = arg;
	struct arena arena = { 0 };
	struct call call;
	struct found_moves *f = xcalloc(1, sizeof *f);
	call_init(&call, sqs->aws, &arena, NULL);
	call.api = &sqs_api;
	if (call_read(&call, find_running, f) == 0)
		for (size_t i = 0; i < f->n && !sqs->stopping; i++)
			move_start(sqs, f->v[i].source_arn, f->v[i].id, f->v[i].started.v);
	free(f);
	arena_fini(&arena);
	sqs->fibers--;
	waitq_wake_all(&sqs->ended);
}

/* ---- operations ---- */

static int find_source(struct call *call, struct str arn, struct queue *out)
{
	struct queue_name name;
	if (!arn.n)
		return fail(call, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter SourceArn.");
	if (arn_parse(arn, &name) < 0)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"You must use this format to specify the SourceArn: "
			"arn:<partition>:<service>:<region>:<account-id>:"
			"<resource-id>");
	if (queue_get(call, name.account, name.region, name.name, out))
		return 0;
	return fail(call, &sqs_resource_not_found_exception,
		"The resource that you specified for the SourceArn parameter doesn't exist.");
}

static int check_destination(struct call *call, const struct queue *source, struct str arn)
{
	struct queue q;
	struct queue_name name;
	if (!arn.n)
		return 0;
	if (arn_parse(arn, &name) < 0)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"You must use this format to specify the DestinationArn: "
			"arn:<partition>:<service>:<region>:<account-id>:"
			"<resource-id>");
	if (!queue_find_arn(call, arn, &q))
		return fail(call, &sqs_resource_not_found_exception,
			"The resource that you specified for the DestinationArn parameter doesn't exist.");
	if (q.r.id.v == source->r.id.v)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Source queue arn and destination queue arn must not be "
			"the same.");
	if (q.r.is_fifo.v != source->r.is_fifo.v)
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Source and destination queue must be of the same type.");
	return 0;
}

struct start_note {
	struct sqs *sqs;
	struct sqs_move_record r;
};

static void on_started(void *arg)
{
	struct start_note *n = arg;
	move_start(n->sqs, n->r.source_arn, n->r.id, n->r.started.v);
}

int sqs_start_message_move_task(struct call *call,
	const struct sqs_start_message_move_task_input *in,
	struct sqs_start_message_move_task_output *out)
{
	struct sqs_move_record latest;
	struct queue q;
	struct opt_i64 rate = in->max_number_of_messages_per_second;
	if (find_source(call, in->source_arn, &q) < 0 ||
		check_destination(call, &q, in->destination_arn) < 0)
		return -1;
	if (rate.set && (rate.v < 1 || rate.v > SQS_MOVES_PER_SECOND_MAX))
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Value %lld for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must "
			"be between 1 and 500.",
			(long long)rate.v);
	if (!queue_has_sources(call, &q))
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Source queue must be configured as a Dead Letter Queue.");
	if (move_list(call, &q, &latest, 1) && is_running(&latest))
		return fail(call, &sqs_unsupported_operation,
			"There is already a task running. Only one active task is allowed "
			"for a source queue arn at a given time.");
	struct start_note *n = ARENA_NEW(call->arena, struct start_note);
	char *id = arena_alloc(call->arena, UUID_LENGTH + 1);
	random_uuid(id);
	n->sqs = sqs_state(call);
	n->r = (struct sqs_move_record){
		.id = { id, UUID_LENGTH },
		.status = STR("RUNNING"),
		.source_arn = in->source_arn,
		.destination_arn = in->destination_arn,
		.per_second = rate,
		.started = OPT_I64(call->now_ms),
		.moved = OPT_I64(0),
	};
	move_put(call, &q, &n->r);
	call_after(call, on_started, n);
	out->task_handle = move_handle(call, &n->r);
	return 0;
}

/* The source and id in a task handle. */
static bool read_handle(
	struct call *call, struct str handle, struct str *source_arn, struct str *id)
{
	struct str json;
	bool ok = false;
	if (base64_decode(call->arena, handle, &json) < 0)
		return false;
	yyjson_doc *doc = yyjson_read(json.p, json.n, 0);
	const char *task = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(doc), "taskId"));
	const char *source = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(doc), "sourceArn"));
	if (task && source) {
		*id = arena_str(call->arena, str_c(task));
		*source_arn = arena_str(call->arena, str_c(source));
		ok = true;
	}
	yyjson_doc_free(doc);
	return ok;
}

int sqs_cancel_message_move_task(struct call *call,
	const struct sqs_cancel_message_move_task_input *in,
	struct sqs_cancel_message_move_task_output *out)
{
	struct sqs_move_record v[SQS_MOVES_LISTED_MAX];
	struct str source_arn, id;
	struct queue q;
	if (!in->task_handle.n)
		return fail(call, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter TaskHandle.");
	if (!read_handle(call, in->task_handle, &source_arn, &id))
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Value for parameter TaskHandle is invalid.");
	if (find_source(call, source_arn, &q) < 0)
		return -1;
	size_t n = move_list(call, &q, v, SQS_MOVES_LISTED_MAX);
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(v[i].id, id))
			continue;
		if (!str_is(v[i].status, "RUNNING"))
			return fail(call, &sqs_unsupported_operation,
				"Only active tasks can be cancelled.");
		v[i].status = STR("CANCELLING");
		move_put(call, &q, &v[i]);
		out->approximate_number_of_messages_moved = OPT_I64(v[i].moved.v);
		return 0;
	}
	return fail(call, &sqs_resource_not_found_exception, "Task does not exist.");
}

int sqs_list_message_move_tasks(struct call *call,
	const struct sqs_list_message_move_tasks_input *in,
	struct sqs_list_message_move_tasks_output *out)
{
	struct sqs_move_record v[SQS_MOVES_LISTED_MAX];
	struct queue q;
	if (in->max_results.set &&
		(in->max_results.v < 1 || in->max_results.v > SQS_MOVES_LISTED_MAX))
		return fail(call, &sqs_invalid_parameter_value_exception,
			"Value %lld for parameter MaxResults is invalid. Reason: Must be between 1 and 10.",
			(long long)in->max_results.v);
	if (find_source(call, in->source_arn, &q) < 0)
		return -1;
	size_t n = move_list(call, &q, v, in->max_results.set ? (size_t)in->max_results.v : 1);
	out->results.v =
		ARENA_ARRAY(call->arena, struct sqs_list_message_move_tasks_result_entry, n + 1);
	for (size_t i = 0; i < n; i++)
		out->results.v[out->results.n++] =
			(struct sqs_list_message_move_tasks_result_entry){
				.task_handle = str_is(v[i].status, "RUNNING")
						       ? move_handle(call, &v[i])
						       : (struct str){ 0 },
				.status = v[i].status,
				.source_arn = v[i].source_arn,
				.destination_arn = v[i].destination_arn,
				.max_number_of_messages_per_second = v[i].per_second,
				.approximate_number_of_messages_moved = OPT_I64(v[i].moved.v),
				.approximate_number_of_messages_to_move = v[i].to_move,
				.failure_reason = v[i].failure,
				.started_timestamp = v[i].started,
			};
	return 0;
}
