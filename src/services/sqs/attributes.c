/* Attributes of queues: their checks, setting and answering (SetQueueAttributes,
 * GetQueueAttributes). */
#include "aws/policy.h"
#include "base/clock.h"
#include "services/sqs/internal.h"
#include <yyjson.h>

/* ---- values ---- */

static int invalid(struct call *call, struct str name)
{
	return fail(call, &sqs_invalid_attribute_value, "Invalid value for the parameter %.*s.",
		STR_ARG(name));
}

static int unknown(struct call *call, struct str name)
{
	return fail(call, &sqs_invalid_attribute_name, "Unknown Attribute %.*s.", STR_ARG(name));
}

struct number_attribute {
	const char *name;
	size_t offset;
	int64_t min, max;
};

static const struct number_attribute numbers[] = {
	{ "DelaySeconds", offsetof(struct sqs_queue_record, delay), 0, SQS_DELAY_SECONDS_MAX },
	{ "MaximumMessageSize", offsetof(struct sqs_queue_record, size_max), SQS_MESSAGE_BYTES_MIN,
		SQS_MESSAGE_BYTES_MAX },
	{ "MessageRetentionPeriod", offsetof(struct sqs_queue_record, retention),
		SQS_RETENTION_SECONDS_MIN, SQS_RETENTION_SECONDS_MAX },
	{ "ReceiveMessageWaitTimeSeconds", offsetof(struct sqs_queue_record, wait), 0,
		SQS_WAIT_SECONDS_MAX },
	{ "VisibilityTimeout", offsetof(struct sqs_queue_record, visibility), 0,
		SQS_VISIBILITY_SECONDS_MAX },
	{ "KmsDataKeyReusePeriodSeconds", offsetof(struct sqs_queue_record, kms_reuse), 60, 86400 },
};

static struct opt_i64 *number_at(struct sqs_queue_record *r, const struct number_attribute *a)
{
	return (struct opt_i64 *)((char *)r + a->offset);
}

static const struct number_attribute *number_find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (str_is(name, numbers[i].name))
			return &numbers[i];
	return NULL;
}

static int read_bool(struct call *call, struct str name, struct str value, struct opt_bool *out)
{
	bool is_true = str_eq_ci(value, STR("true"));
	if (!is_true && !str_eq_ci(value, STR("false")))
		return invalid(call, name);
	*out = OPT_BOOL(is_true);
	return 0;
}

/* ---- redrive ---- */

static int bad_redrive(struct call *call, struct str value, const char *reason)
{
	return fail(call, &sqs_invalid_parameter_value_exception,
		"Value %.*s for parameter RedrivePolicy is invalid. Reason: %s", STR_ARG(value),
		reason);
}

static bool read_count(yyjson_val *v, int64_t *out)
{
	if (yyjson_is_int(v)) {
		*out = yyjson_get_sint(v);
		return true;
	}
	return yyjson_is_str(v) &&
	       str_to_i64((struct str){ yyjson_get_str(v), yyjson_get_len(v) }, out) == 0;
}

static int check_dead_letter(
	struct call *call, const struct queue *q, struct str value, struct str arn)
{
	struct queue dead;
	struct queue_name name;
	if (arn_parse(arn, &name) < 0)
		return bad_redrive(call, value, "Invalid value for deadLetterTargetArn.");
	if (!str_eq(name.account, q->account) || !str_eq(name.region, q->region))
		return bad_redrive(call, value,
			"Dead-letter target must be owned by the same account and in the same region.");
	if (!queue_find_arn(call, arn, &dead))
		return bad_redrive(call, value, "Dead letter target does not exist.");
	if (dead.r.is_fifo.v != q->r.is_fifo.v)
		return bad_redrive(call, value,
			q->r.is_fifo.v
				? "Dead-letter queue must be same type of queue as the source."
				: "Dead-letter queue must be same type of queue as the source.");
	if (!redrive_is_allowed(call, &dead, queue_arn(call, q)))
		return bad_redrive(call, value,
			"The dead-letter queue's RedriveAllowPolicy does not allow this source queue.");
	return 0;
}

static int apply_redrive(struct call *call, struct queue *q, struct str value)
{
	int64_t count;
	if (!value.n) {
		q->r.dead_letter_arn = (struct str){ 0 };
		q->r.receive_max = (struct opt_i64){ 0 };
		return 0;
	}
	yyjson_doc *doc = yyjson_read(value.p, value.n, 0);
	yyjson_val *root = yyjson_doc_get_root(doc),
		   *arn = yyjson_obj_get(root, "deadLetterTargetArn");
	yyjson_val *max = yyjson_obj_get(root, "maxReceiveCount");
	int r;
	if (!yyjson_is_obj(root))
		r = bad_redrive(call, value, "Redrive policy is not a valid JSON map.");
	else if (!yyjson_is_str(arn))
		r = bad_redrive(call, value,
			"Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
	else if (!max)
		r = bad_redrive(call, value,
			"Redrive policy does not contain mandatory attribute: maxReceiveCount.");
	else if (yyjson_obj_size(root) > 2)
		r = bad_redrive(call, value,
			"Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].");
	else if (!read_count(max, &count) || count < 1 || count > SQS_RECEIVES_MAX)
		r = bad_redrive(call, value,
			"Invalid value for maxReceiveCount: it must be an integer from 1 to 1000.");
	else {
		struct str target = arena_str(
			call->arena, (struct str){ yyjson_get_str(arn), yyjson_get_len(arn) });
		r = check_dead_letter(call, q, value, target);
		q->r.dead_letter_arn = target;
		q->r.receive_max = OPT_I64(count);
	}
	yyjson_doc_free(doc);
	return r;
}

/* A JSON map with redrivePermission, and up to ten source ARNs when that is byQueue. */
static bool allow_is_valid(yyjson_val *root)
{
	const char *permission = yyjson_get_str(yyjson_obj_get(root, "redrivePermission"));
	yyjson_val *sources = yyjson_obj_get(root, "sourceQueueArns"), *source;
	struct queue_name name;
	size_t i, n;
	if (!permission)
		return false;
	if (str_is(STR("allowAll"), permission) || str_is(STR("denyAll"), permission))
		return !sources;
	if (!str_is(STR("byQueue"), permission) || !yyjson_is_arr(sources) ||
		yyjson_arr_size(sources) < 1 || yyjson_arr_size(sources) > 10)
		return false;
	yyjson_arr_foreach(sources, i, n,
		source) if (!yyjson_is_str(source) ||
			    arn_parse(
				    (struct str){ yyjson_get_str(source), yyjson_get_len(source) },
				    &name) < 0) return false;
	return true;
}

static int apply_redrive_allow(struct call *call, struct queue *q, struct str value)
{
	if (value.n) {
		yyjson_doc *doc = yyjson_read(value.p, value.n, 0);
		bool ok = allow_is_valid(yyjson_doc_get_root(doc));
		yyjson_doc_free(doc);
		if (!ok)
			return fail(call, &sqs_invalid_parameter_value_exception,
				"Value %.*s for parameter RedriveAllowPolicy is invalid. Reason: Amazon "
				"SQS can't create the redrive allow "
				"policy, as it’s in an unsupported format.",
				STR_ARG(value));
	}
	q->r.redrive_allow = value.n ? value : (struct str){ 0 };
	return 0;
}

bool redrive_is_allowed(struct call *call, const struct queue *dead, struct str source_arn)
{
	bool allowed = true;
	(void)call;
	if (!dead->r.redrive_allow.n)
		return true;
	yyjson_doc *doc = yyjson_read(dead->r.redrive_allow.p, dead->r.redrive_allow.n, 0);
	yyjson_val *root = yyjson_doc_get_root(doc), *source;
	struct str permission = str_c(yyjson_get_str(yyjson_obj_get(root, "redrivePermission")));
	size_t i, n;
	if (str_is(permission, "denyAll"))
		allowed = false;
	if (str_is(permission, "byQueue")) {
		allowed = false;
		yyjson_arr_foreach(yyjson_obj_get(root, "sourceQueueArns"), i, n, source) allowed |=
			str_eq((struct str){ yyjson_get_str(source), yyjson_get_len(source) },
				source_arn);
	}
	yyjson_doc_free(doc);
	return allowed;
}

/* ---- applying ---- */

static int apply_policy(struct call *call, struct queue *q, struct str name, struct str value)
{
	struct str why;
	if (value.n > SQS_POLICY_BYTES_MAX ||
		(value.n && policy_check(call->arena, value, true, &why) < 0))
		return invalid(call, name);
	q->r.policy = value.n ? value : (struct str){ 0 };
	return 0;
}

/* FIFO's own. */
static int apply_fifo(
	struct call *call, struct queue *q, struct str name, struct str value, bool is_new)
{
	bool is_fifo = q->r.is_fifo.v;
	struct opt_bool b;
	if (str_is(name, "FifoQueue")) {
		if (read_bool(call, name, value, &b) < 0)
			return -1;
		if (is_new && !b.v)
			return unknown(call, name);
		if (!is_new && b.v != is_fifo)
			return fail(call, &sqs_invalid_attribute_value,
				"Invalid value for the parameter FifoQueue. Reason: Modifying queue type "
				"is not supported.");
		return 0;
	}
	if (!is_fifo)
		return unknown(call, name);
	if (str_is(name, "ContentBasedDeduplication"))
		return read_bool(call, name, value, &q->r.content_dedup);
	if (str_is(name, "DeduplicationScope")) {
		if (!str_is(value, "queue") && !str_is(value, "messageGroup"))
			return invalid(call, name);
		q->r.dedup_scope = value;
		return 0;
	}
	if (!str_is(value, "perQueue") && !str_is(value, "perMessageGroupId"))
		return invalid(call, name);
	q->r.throughput_limit = value;
	return 0;
}

static bool is_fifo_attribute(struct str name)
{
	return str_is(name, "FifoQueue") || str_is(name, "ContentBasedDeduplication") ||
	       str_is(name, "DeduplicationScope") || str_is(name, "FifoThroughputLimit");
}

static int apply(struct call *call, struct queue *q, struct str name, struct str value, bool is_new)
{
	const struct number_attribute *number = number_find(name);
	int64_t n;
	if (number) {
		if (str_to_i64(value, &n) < 0 || n < number->min || n > number->max)
			return invalid(call, name);
		*number_at(&q->r, number) = OPT_I64(n);
		return 0;
	}
	if (is_fifo_attribute(name))
		return apply_fifo(call, q, name, value, is_new);
	if (str_is(name, "Policy"))
		return apply_policy(call, q, name, value);
	if (str_is(name, "RedrivePolicy"))
		return apply_redrive(call, q, value);
	if (str_is(name, "RedriveAllowPolicy"))
		return apply_redrive_allow(call, q, value);
	if (str_is(name, "SqsManagedSseEnabled")) {
		if (read_bool(call, name, value, &q->r.sse) < 0)
			return -1;
		if (q->r.sse.v)
			q->r.kms_key = (struct str){ 0 };
		return 0;
	}
	if (str_is(name, "KmsMasterKeyId")) {
		if (value.n > 2048)
			return invalid(call, name);
		q->r.kms_key = value.n ? value : (struct str){ 0 };
		if (value.n)
			q->r.sse = OPT_BOOL(false);
		return 0;
	}
	return unknown(call, name);
}

int attributes_apply(struct call *call, struct queue *q,
	const struct sqs_queue_attribute_map *attributes, bool is_new)
{
	for (size_t i = 0; i < attributes->n; i++)
		if (apply(call, q, attributes->v[i].key, attributes->v[i].value, is_new) < 0)
			return -1;
	/* Developer Guide, "High throughput for FIFO queues": the limit by group needs the scope by
	 * group. */
	if (str_is(q->r.throughput_limit, "perMessageGroupId") &&
		!str_is(q->r.dedup_scope, "messageGroup"))
		return fail(call, &sqs_invalid_attribute_value,
			"The perMessageGroupId value is allowed only when the value for "
			"DeduplicationScope is messageGroup.");
	return 0;
}

int sqs_set_queue_attributes(struct call *call, const struct sqs_set_queue_attributes_input *in,
	struct sqs_set_queue_attributes_output *out)
{
	struct queue q;
	(void)out;
	if (queue_find(call, in->queue_url, &q) < 0)
		return -1;
	if (!in->attributes.v)
		return fail(call, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter Attributes.");
	if (attributes_apply(call, &q, &in->attributes, false) < 0)
		return -1;
	q.r.modified = OPT_I64(call->now_ms);
	queue_put(call, &q);
	return 0;
}

/* ---- answering ---- */

struct attribute_out {
	struct call *call;
	const struct sqs_get_queue_attributes_input *in;
	struct queue queue;
	struct sqs_queue_attribute_map *map;
};

static bool wants(const struct attribute_out *o, const char *name)
{
	for (size_t i = 0; i < o->in->attribute_names.n; i++)
		if (str_is(o->in->attribute_names.v[i], name) ||
			str_is(o->in->attribute_names.v[i], "All"))
			return true;
	return false;
}

static void put(struct attribute_out *o, const char *name, struct str value)
{
	if (value.n && wants(o, name))
		o->map->v[o->map->n++] =
			(struct sqs_queue_attribute_map_entry){ str_c(name), value };
}

static void put_i64(struct attribute_out *o, const char *name, int64_t value)
{
	if (wants(o, name))
		put(o, name, arena_printf(o->call->arena, "%lld", (long long)value));
}

static void put_bool(struct attribute_out *o, const char *name, bool value)
{
	put(o, name, value ? STR("true") : STR("false"));
}

static struct str redrive_text(struct call *call, const struct queue *q)
{
	if (!q->r.dead_letter_arn.n)
		return (struct str){ 0 };
	return arena_printf(call->arena,
		"{\"deadLetterTargetArn\":\"%.*s\",\"maxReceiveCount\":%lld}",
		STR_ARG(q->r.dead_letter_arn), (long long)q->r.receive_max.v);
}

/* All that the record says. */
static void put_record(struct attribute_out *o)
{
	struct queue *q = &o->queue;
	put(o, "QueueArn", queue_arn(o->call, q));
	put_i64(o, "CreatedTimestamp", q->r.created.v / 1000);
	put_i64(o, "LastModifiedTimestamp", q->r.modified.v / 1000);
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (number_at(&q->r, &numbers[i])->set)
			put_i64(o, numbers[i].name, number_at(&q->r, &numbers[i])->v);
	if (q->r.kms_key.n && !q->r.kms_reuse.set)
		put_i64(o, "KmsDataKeyReusePeriodSeconds", 300);
	put(o, "KmsMasterKeyId", q->r.kms_key);
	put_bool(o, "SqsManagedSseEnabled", q->r.sse.v);
	put(o, "Policy", q->r.policy);
	put(o, "RedrivePolicy", redrive_text(o->call, q));
	put(o, "RedriveAllowPolicy", q->r.redrive_allow);
	if (!q->r.is_fifo.v)
		return;
	put_bool(o, "FifoQueue", true);
	put_bool(o, "ContentBasedDeduplication", q->r.content_dedup.v);
	put(o, "DeduplicationScope", q->r.dedup_scope.n ? q->r.dedup_scope : STR("queue"));
	put(o, "FifoThroughputLimit",
		q->r.throughput_limit.n ? q->r.throughput_limit : STR("perQueue"));
}

enum { ATTRIBUTES_OF_QUEUE = 32 };

struct str attributes_differ(
	struct call *call, const struct queue *q, const struct sqs_queue_attribute_map *attributes)
{
	static struct str all[] = { STR_INIT("All") };
	struct sqs_get_queue_attributes_input in = { .attribute_names = { all, 1 } };
	struct sqs_queue_attribute_map map = {
		ARENA_ARRAY(call->arena, struct sqs_queue_attribute_map_entry, ATTRIBUTES_OF_QUEUE),
		0
	};
	/* The given ones in the form of the answer, over the defaults of what they don't name. */
	struct sqs_queue_attribute_map given = {
		ARENA_ARRAY(call->arena, struct sqs_queue_attribute_map_entry, ATTRIBUTES_OF_QUEUE),
		0
	};
	struct queue wanted = *q;
	struct attribute_out o = { call, &in, *q, &map };
	if (attributes_apply(call, &wanted, attributes, false) < 0)
		return STR("FifoQueue");
	put_record(&o);
	o = (struct attribute_out){ call, &in, wanted, &given };
	put_record(&o);
	for (size_t i = 0; i < given.n; i++) {
		bool same = false;
		for (size_t k = 0; k < map.n; k++)
			same |= str_eq(map.v[k].key, given.v[i].key) &&
				str_eq(map.v[k].value, given.v[i].value);
		if (!same)
			return given.v[i].key;
	}
	return (struct str){ 0 };
}

static bool is_known(struct str name)
{
	static const char *const names[] = { "All", "Policy", "QueueArn", "CreatedTimestamp",
		"LastModifiedTimestamp", "ApproximateNumberOfMessages",
		"ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed",
		"RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "SqsManagedSseEnabled" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_is(name, names[i]))
			return true;
	return number_find(name) || is_fifo_attribute(name);
}

static int find_run(struct call *call, void *arg)
{
	struct attribute_out *o = arg;
	return queue_find(call, o->in->queue_url, &o->queue);
}

static int put_counts(struct attribute_out *o)
{
	struct queue *q = &o->queue;
	if (!wants(o, "ApproximateNumberOfMessages") &&
		!wants(o, "ApproximateNumberOfMessagesNotVisible") &&
		!wants(o, "ApproximateNumberOfMessagesDelayed"))
		return 0;
	struct live *live = live_get(sqs_state(o->call), q->r.id.v, q->r.space.v);
	live_hold(live);
	int r = live_count(live, o->call, q);
	int64_t visible = live->total - live->in_flight - live->delayed;
	put_i64(o, "ApproximateNumberOfMessages", MAX(visible, 0));
	put_i64(o, "ApproximateNumberOfMessagesNotVisible", MAX(live->in_flight, 0));
	put_i64(o, "ApproximateNumberOfMessagesDelayed", MAX(live->delayed, 0));
	live_release(live);
	return r;
}

int sqs_get_queue_attributes(struct call *call, const struct sqs_get_queue_attributes_input *in,
	struct sqs_get_queue_attributes_output *out)
{
	struct attribute_out o = { .call = call, .in = in, .map = &out->attributes };
	for (size_t i = 0; i < in->attribute_names.n; i++)
		if (!is_known(in->attribute_names.v[i]))
			return unknown(call, in->attribute_names.v[i]);
	if (call_read(call, find_run, &o) < 0)
		return -1;
	out->attributes.v =
		ARENA_ARRAY(call->arena, struct sqs_queue_attribute_map_entry, ATTRIBUTES_OF_QUEUE);
	put_record(&o);
	if (put_counts(&o) < 0)
		return -1;
	if (!out->attributes.n)
		out->attributes.v = NULL;
	return 0;
}
