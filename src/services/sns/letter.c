/* Letters: their records, and the messages that confirm (SNS Developer Guide, "HTTP/HTTPS
 * subscription confirmation JSON format"). */
#include "services/sns/letter.h"
#include "api/delivery.h"
#include "aws/codec.h"
#include "base/random.h"
#include "services/sns/delivery_policy.h"
#include <ctype.h>

static const char *const types[] = { [LETTER_CONFIRM] = "SubscriptionConfirmation",
	[LETTER_UNSUBSCRIBED] = "UnsubscribeConfirmation" };

/*
 * What shares a limit of deliveries under way: an endpoint's host, whichever topics and paths lead
 * to it, and the relay of all mails.
 */
static struct str lane_of(struct call *call, const struct subscription *s)
{
	struct str rest = s->r.endpoint, scheme = { 0 };
	if (str_starts(s->r.protocol, STR("email")))
		return STR("mail");
	if (!str_starts(s->r.protocol, STR("http")))
		return s->r.endpoint;
	str_cut(&rest, ':', &scheme);
	rest = str_from(rest, 2);
	size_t n = 0;
	while (n < rest.n && !strchr("/?#", rest.p[n]))
		n++;
	struct str host = str_sub(rest, 0, n);
	ssize_t at = str_rindex(host, '@');
	struct str parts[] = { scheme, STR("://"), at < 0 ? host : str_from(host, (size_t)at + 1) };
	char *lane = arena_cstr(call->arena, arena_concat(call->arena, parts, COUNT_OF(parts)));
	for (char *c = lane; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return str_c(lane);
}

int delivery_owe(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s, struct str target, struct str body,
	const struct sns_letter_record *letter)
{
	struct identity as = {
		.account = t->n.account, .region = t->n.region, .service = STR("sns.amazonaws.com")
	};
	struct delivery_deliver_input in = {
		.target_arn = target,
		.body = body,
		.source_service = STR("sns.amazonaws.com"),
		.source_arn = topic_arn(call->arena, &t->n),
		.retry_phases = retry_phases(call, t, s),
		.maximum_age_in_seconds = OPT_I64(SNS_DELIVERY_AGE_MAX_S),
	};
	struct delivery_deliver_output out;
	if (p) {
		in.dead_letter_arn = s->r.dead_letter_arn;
		/* The dead-letter queue gets what a queue that had subscribed would have got. */
		if (in.dead_letter_arn.n && envelope_is_for_dead_only(s))
			in.dead_letter_body = envelope_json(call, t, p, s);
		in.message_group_id = p->in.group;
		in.message_deduplication_id = p->in.dedup;
	}
	if (letter) {
		in.context = record_seal(
			call->aws, call->arena, &sns_letter_record_shape, target, letter);
		in.lane = lane_of(call, s);
	}
	return call_inner(call, &delivery_deliver_operation, &as, &in, &out);
}

static struct sns_letter_record begin(
	struct call *call, const struct topic *t, const struct subscription *s)
{
	return (struct sns_letter_record){
		.protocol = s->r.protocol,
		.endpoint = s->r.endpoint,
		.topic_arn = topic_arn(call->arena, &t->n),
		.sender = t->r.display_name,
		.version = signature_version(t),
		.base_url = call_base_url(call),
	};
}

int letter_owe(struct call *call, const struct topic *t, const struct subscription *s,
	enum letter_kind kind)
{
	struct sns_letter_record letter = begin(call, t, s);
	char id[UUID_LENGTH + 1];
	random_uuid(id);
	letter.type = str_c(types[kind]);
	letter.message_id = arena_str(call->arena, str_c(id));
	letter.timestamp = timestamp_of(call, call->now_ms);
	letter.token = token_make(call, &t->n, s->id);
	if (str_starts(s->r.protocol, STR("http"))) {
		struct retry_policy policy = delivery_policy_of(call, t, s);
		letter.content_type = policy.content_type;
	}
	return delivery_owe(
		call, t, NULL, s, subscription_arn(call->arena, &s->t, s->id), STR(" "), &letter);
}

int letter_owe_notification(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s)
{
	struct sns_letter_record letter = begin(call, t, s);
	struct str body = envelope_is_for(s) ? envelope_json(call, t, p, s)
					     : publication_text(p, s->r.protocol);
	letter.type = STR("Notification");
	letter.message_id = p->id;
	letter.timestamp = p->timestamp;
	letter.subject = p->in.subject;
	if (s->r.is_raw.v)
		letter.is_raw = OPT_BOOL(true);
	if (str_starts(s->r.protocol, STR("http"))) {
		struct retry_policy policy = delivery_policy_of(call, t, s);
		letter.content_type = policy.content_type;
	}
	return delivery_owe(
		call, t, p, s, subscription_arn(call->arena, &s->t, s->id), body, &letter);
}

/* ---- messages that confirm ---- */

static void line(struct buf *b, const char *name, struct str value)
{
	buf_cat(b, b->n > 1 ? ",\n  " : "\n  ");
	buf_printf(b, "\"%s\" : ", name);
	json_quote(b, value);
}

static struct str words(struct call *call, const struct sns_letter_record *l)
{
	if (str_is(l->type, types[LETTER_CONFIRM]))
		return arena_printf(call->arena,
			"You have chosen to subscribe to the topic %.*s.\n"
			"To confirm the subscription, visit the SubscribeURL included in this message.",
			STR_ARG(l->topic_arn));
	return arena_printf(call->arena,
		"The subscription of %.*s to the topic %.*s has ended.\n"
		"To subscribe again, visit the SubscribeURL included in this message.",
		STR_ARG(l->endpoint), STR_ARG(l->topic_arn));
}

struct str letter_subscribe_url(struct call *call, const struct sns_letter_record *l)
{
	struct str parts[] = { l->base_url, STR("/?Action=ConfirmSubscription&TopicArn="),
		l->topic_arn, STR("&Token="), l->token };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

struct str letter_body(struct call *call, const struct sns_letter_record *l)
{
	struct str message = words(call, l), url = letter_subscribe_url(call, l);
	struct str parts[] = { STR("Message\n"), message, STR("\nMessageId\n"), l->message_id,
		STR("\nSubscribeURL\n"), url, STR("\nTimestamp\n"), l->timestamp, STR("\nToken\n"),
		l->token, STR("\nTopicArn\n"), l->topic_arn, STR("\nType\n"), l->type, STR("\n") };
	struct str signature =
		signer_sign(call, l->version, arena_concat(call->arena, parts, COUNT_OF(parts)));
	struct buf b = { 0 };
	buf_char(&b, '{');
	line(&b, "Type", l->type);
	line(&b, "MessageId", l->message_id);
	line(&b, "Token", l->token);
	line(&b, "TopicArn", l->topic_arn);
	line(&b, "Message", message);
	line(&b, "SubscribeURL", url);
	line(&b, "Timestamp", l->timestamp);
	line(&b, "SignatureVersion", l->version);
	line(&b, "Signature", signature);
	line(&b, "SigningCertURL", signer_cert_url_at(call, l->base_url));
	buf_cat(&b, "\n}");
	struct str text = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return text;
}
