/*
 * Publish and PublishBatch: who gets it is read from a snapshot, what is signed is signed, and then
 * one transaction accepts the message with all that it makes owed.
 */
#include "aws/policy.h"
#include "services/sns/letter.h"

struct publishing {
	struct str arn;
	struct topic topic;
	struct subscription **all; /* confirmed ones */
	size_t count, cap;
	struct publication *v;
	size_t n;
};

/* ---- reading ---- */

static void add(struct call *call, struct publishing *pub, const struct subscription *s)
{
	if (pub->count == pub->cap) {
		size_t cap = pub->cap ? 2 * pub->cap : 8;
		struct subscription **v = ARENA_ARRAY(call->arena, struct subscription *, cap);
		if (pub->count)
			memcpy(v, pub->all, pub->count * sizeof(*v));
		pub->all = v;
		pub->cap = cap;
	}
	struct subscription *copy = ARENA_NEW(call->arena, struct subscription);
	*copy = *s;
	pub->all[pub->count++] = copy;
}

static int read_run(struct call *call, void *arg)
{
	struct publishing *pub = arg;
	struct txn_cursor c;
	if (topic_find(call, pub->arn, &pub->topic) < 0)
		return -1;
	struct str prefix = subscriptions_prefix(call->arena, &pub->topic.n);
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct subscription s;
		if (subscription_read(call, &pub->topic.n, prefix.n, &c, &s) && s.r.is_confirmed.v)
			add(call, pub, &s);
	}
	txn_cursor_close(&c);
	return 0;
}

/* A service that publishes for itself needs the topic's policy, in strict mode. */
static int check_service(struct call *call, const struct topic *t)
{
	const struct identity *id = &call->identity;
	struct policy_context_key context[] = { { STR("aws:SourceArn"), id->principal_arn },
		{ STR("aws:SourceAccount"), id->account } };
	struct policy_request request = {
		.action = STR("sns:Publish"),
		.resource = topic_arn(call->arena, &t->n),
		.principal_account = id->account,
		.principal_service = id->service,
		.context = context,
		.context_count = id->principal_arn.p ? COUNT_OF(context) : 0,
	};
	if (call->aws->auth != AWS_AUTH_STRICT || !id->service.p)
		return 0;
	/* Lambda reaches its destinations with the function's role. */
	if (str_is(id->service, "lambda.amazonaws.com") && str_eq(id->account, t->n.account))
		return 0;
	if (t->r.policy.n &&
		policy_evaluate(call->arena, t->r.policy, &request, true) == POLICY_ALLOW)
		return 0;
	return fail(call, &sns_authorization_error_exception,
		"The policy of the topic does not let %.*s publish to it.", STR_ARG(id->service));
}

/* ---- who gets it ---- */

static int plan(struct call *call, struct publishing *pub, struct publication *p)
{
	p->to = ARENA_ARRAY(call->arena, struct subscription *, pub->count + 1);
	for (size_t i = 0; i < pub->count; i++)
		if (filter_passes(call, pub->all[i], p))
			p->to[p->to_count++] = pub->all[i];
	for (size_t i = 0; i < p->to_count; i++) {
		if (!envelope_is_for(p->to[i]) && !envelope_is_for_dead_only(p->to[i]))
			continue;
		if (signer_ready(call) < 0)
			return -1;
		publication_sign(call, &pub->topic, p, p->to[i]->r.protocol);
	}
	return 0;
}

struct accepting {
	struct publishing *pub;
	size_t from, to;
};

static int accept_run(struct call *call, void *arg)
{
	const struct accepting *a = arg;
	for (size_t i = a->from; i < a->to; i++)
		if (fan_out(call, &a->pub->topic, &a->pub->v[i]) < 0)
			return -1;
	return 0;
}

static int open_topic(struct call *call, struct publishing *pub, struct str arn)
{
	pub->arn = arn;
	return call_read(call, read_run, pub) < 0 ? -1 : check_service(call, &pub->topic);
}

/*
 * A batch is one transaction, unless it would keep the other writers waiting. What nobody has to be
 * told of, on a standard topic, leaves nothing behind.
 */
static int accept(struct call *call, struct publishing *pub)
{
	struct accepting a = { .pub = pub };
	while (a.from < pub->n) {
		size_t owed = 0;
		for (a.to = a.from; a.to < pub->n && owed < SNS_TRANSACTION_OWED; a.to++)
			owed += pub->v[a.to].to_count;
		if ((owed || pub->topic.r.is_fifo.v) && call_write(call, accept_run, &a) < 0)
			return -1;
		a.from = a.to;
	}
	return 0;
}

/* ---- a telephone ---- */

static int sender_run(struct call *call, void *arg)
{
	*(struct str *)arg = sms_attribute(call, "DefaultSenderID");
	return 0;
}

static int publish_text(struct call *call, const struct publication_input *in, struct str number,
	struct sns_publish_output *out)
{
	struct publication p;
	struct refusal why;
	if (!phone_is_valid(number))
		return invalid(call, "PhoneNumber Reason: %.*s is not valid to publish to",
			STR_ARG(number));
	if (publication_init(call, NULL, in, &p, &why) < 0)
		return fail(call, why.error, "%.*s", STR_ARG(why.message));
	struct str text = publication_text(&p, STR("sms"));
	if (str_utf8_length(text) > SNS_SMS_CHARACTERS_MAX)
		return invalid(call, "Message too long");
	struct mail_mail mail = { .kind = STR("sms"),
		.account = call->identity.account,
		.region = call->identity.region,
		.to = number,
		.message_id = p.id,
		.body = text };
	if (call_read(call, sender_run, &mail.from) < 0)
		return -1;
	for (size_t i = 0; i < in->attributes.n; i++)
		if (str_is(in->attributes.v[i].key, "AWS.SNS.SMS.SenderID"))
			mail.from = in->attributes.v[i].value.string_value;
	struct mail_send_mail_output sent;
	out->message_id = p.id;
	return call_inner(call, &mail_send_mail_operation, NULL, &mail, &sent);
}

/* ---- the operations ---- */

int sns_publish(
	struct call *call, const struct sns_publish_input *in, struct sns_publish_output *out)
{
	struct publication_input message = { in->message, in->subject, in->message_structure,
		in->message_group_id, in->message_deduplication_id, in->message_attributes };
	struct publication p;
	struct refusal why;
	struct publishing pub = { .v = &p, .n = 1 };
	struct str arn = in->topic_arn.n ? in->topic_arn : in->target_arn;
	if ((in->topic_arn.n > 0) + (in->target_arn.n > 0) + (in->phone_number.n > 0) > 1)
		return invalid(call,
			"TopicArn, TargetArn, PhoneNumber Reason: only one of them may "
			"be given");
	if (in->phone_number.n)
		return publish_text(call, &message, in->phone_number, out);
	if (!arn.n)
		return invalid(
			call, "TopicArn or TargetArn Reason: no value for required parameter");
	if (str_starts(arn_part(arn, 5), STR("endpoint/")))
		return invalid(call,
			"TargetArn Reason: endpoints of mobile applications are not served here");
	if (open_topic(call, &pub, arn) < 0)
		return -1;
	if (publication_init(call, &pub.topic, &message, &p, &why) < 0)
		return fail(call, why.error, "%.*s", STR_ARG(why.message));
	if (plan(call, &pub, &p) < 0 || accept(call, &pub) < 0)
		return -1;
	out->message_id = p.id;
	out->sequence_number = p.sequence;
	return 0;
}

static int check_batch(struct call *call, const struct sns_publish_batch_request_entry_list *list)
{
	size_t bytes = 0;
	if (!list->n)
		return fail(call, &sns_empty_batch_request_exception,
			"The batch request doesn't contain any entries.");
	if (list->n > SNS_BATCH_MAX)
		return fail(call, &sns_too_many_entries_in_batch_request_exception,
			"The batch request contains more entries than permissible.");
	for (size_t i = 0; i < list->n; i++) {
		const struct sns_publish_batch_request_entry *e = &list->v[i];
		struct publication_input in = { .message = e->message,
			.attributes = e->message_attributes };
		if (!str_is_plain_name(e->id) || e->id.n > SNS_BATCH_ID_BYTES_MAX)
			return fail(call, &sns_invalid_batch_entry_id_exception,
				"The Id of a batch entry in a batch request doesn't abide by the "
				"specification.");
		for (size_t k = 0; k < i; k++)
			if (str_eq(list->v[k].id, e->id))
				return fail(call, &sns_batch_entry_ids_not_distinct_exception,
					"Two or more batch entries in the request have the same Id.");
		bytes += publication_bytes(&in);
	}
	if (bytes > SNS_MESSAGE_BYTES_MAX)
		return fail(call, &sns_batch_request_too_long_exception,
			"The length of all the batch messages put together is more than the limit.");
	return 0;
}

static void refuse_entry(
	struct sns_batch_result_error_entry_list *list, struct str id, const struct refusal *why)
{
	list->v[list->n++] = (struct sns_batch_result_error_entry){
		.id = id,
		.code = str_c(why->error->query_code),
		.message = why->message,
		.sender_fault = OPT_BOOL(!why->error->is_server_fault),
	};
}

int sns_publish_batch(struct call *call, const struct sns_publish_batch_input *in,
	struct sns_publish_batch_output *out)
{
	const struct sns_publish_batch_request_entry_list *list =
		&in->publish_batch_request_entries;
	struct publication v[SNS_BATCH_MAX];
	struct str ids[SNS_BATCH_MAX];
	struct publishing pub = { .v = v };
	if (open_topic(call, &pub, in->topic_arn) < 0 || check_batch(call, list) < 0)
		return -1;
	out->failed.v = ARENA_ARRAY(call->arena, struct sns_batch_result_error_entry, list->n);
	out->successful.v =
		ARENA_ARRAY(call->arena, struct sns_publish_batch_result_entry, list->n);
	for (size_t i = 0; i < list->n; i++) {
		const struct sns_publish_batch_request_entry *e = &list->v[i];
		struct publication_input message = { e->message, e->subject, e->message_structure,
			e->message_group_id, e->message_deduplication_id, e->message_attributes };
		struct refusal why;
		if (publication_init(call, &pub.topic, &message, &v[pub.n], &why) < 0) {
			refuse_entry(&out->failed, e->id, &why);
			continue;
		}
		if (plan(call, &pub, &v[pub.n]) < 0)
			return -1;
		ids[pub.n++] = e->id;
	}
	if (accept(call, &pub) < 0)
		return -1;
	for (size_t i = 0; i < pub.n; i++)
		out->successful.v[out->successful.n++] =
			(struct sns_publish_batch_result_entry){ ids[i], v[i].id, v[i].sequence };
	return 0;
}
