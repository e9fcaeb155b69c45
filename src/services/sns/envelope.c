/* The forms in which messages arrive. */
#include "aws/codec.h"
#include "base/encode.h"
#include "services/sns/publication.h"

bool envelope_is_for(const struct subscription *s)
{
	return !s->r.is_raw.v && !str_is(s->r.protocol, "email") && !str_is(s->r.protocol, "sms");
}

bool envelope_is_for_dead_only(const struct subscription *s)
{
	return s->r.dead_letter_arn.n && !s->r.is_raw.v &&
	       (!envelope_is_for(s) || str_is(s->r.protocol, "lambda"));
}

struct str unsubscribe_url(struct call *call, struct str base_url, struct str subscription_arn)
{
	struct str parts[] = { base_url, STR("/?Action=Unsubscribe&SubscriptionArn="),
		subscription_arn };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

static struct str signature_of(const struct publication *p, struct str text)
{
	for (size_t i = 0; i < p->text_count; i++)
		if (str_eq(p->texts[i].text, text))
			return p->texts[i].signature;
	return STR("");
}

/* "name" : "value", each on a line of its own. */
static void line(struct buf *b, const char *name, struct str value)
{
	buf_cat(b, b->n > 1 ? ",\n  " : "\n  ");
	buf_printf(b, "\"%s\" : ", name);
	json_quote(b, value);
}

static void attributes(
	struct buf *b, const struct publication *p, const char *before, const char *colon)
{
	for (size_t i = 0; i < p->in.attributes.n; i++) {
		const struct sns_message_attribute_map_entry *a = &p->in.attributes.v[i];
		bool is_binary = str_starts(a->value.data_type, STR("Binary"));
		buf_cat(b, i ? "," : "");
		buf_cat(b, before);
		json_quote(b, a->key);
		buf_printf(b, "%s{\"Type\":", colon);
		json_quote(b, a->value.data_type);
		buf_cat(b, ",\"Value\":");
		if (is_binary) {
			buf_char(b, '"');
			base64_encode_to(b, a->value.binary_value);
			buf_char(b, '"');
		} else {
			json_quote(b, a->value.string_value);
		}
		buf_char(b, '}');
	}
}

static struct str take(struct call *call, struct buf *b)
{
	struct str text = arena_str(call->arena, buf_view(b));
	buf_fini(b);
	return text;
}

struct str envelope_json(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s)
{
	struct str text = publication_text(p, s->r.protocol);
	struct str arn = subscription_arn(call->arena, &s->t, s->id);
	struct buf b = { 0 };
	buf_char(&b, '{');
	line(&b, "Type", STR("Notification"));
	line(&b, "MessageId", p->id);
	if (p->sequence.n)
		line(&b, "SequenceNumber", p->sequence);
	line(&b, "TopicArn", topic_arn(call->arena, &t->n));
	if (p->in.subject.n)
		line(&b, "Subject", p->in.subject);
	line(&b, "Message", text);
	line(&b, "Timestamp", p->timestamp);
	line(&b, "SignatureVersion", signature_version(t));
	line(&b, "Signature", signature_of(p, text));
	line(&b, "SigningCertURL", signer_cert_url(call));
	line(&b, "UnsubscribeURL", unsubscribe_url(call, call_base_url(call), arn));
	if (p->in.attributes.n) {
		buf_cat(&b, ",\n  \"MessageAttributes\" : {");
		attributes(&b, p, "\n    ", " : ");
		buf_cat(&b, "\n  }");
	}
	buf_cat(&b, "\n}");
	return take(call, &b);
}

static void member(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, ",\"%s\":", name);
	if (value.p)
		json_quote(b, value);
	else
		buf_cat(b, "null");
}

struct str envelope_event(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s)
{
	struct str text = publication_text(p, s->r.protocol);
	struct str arn = subscription_arn(call->arena, &s->t, s->id);
	struct buf b = { 0 };
	buf_cat(&b, "{\"Records\":[{\"EventSource\":\"aws:sns\",\"EventVersion\":\"1.0\"");
	member(&b, "EventSubscriptionArn", arn);
	buf_cat(&b, ",\"Sns\":{\"Type\":\"Notification\"");
	member(&b, "MessageId", p->id);
	member(&b, "TopicArn", topic_arn(call->arena, &t->n));
	member(&b, "Subject", p->in.subject);
	member(&b, "Message", text);
	member(&b, "Timestamp", p->timestamp);
	member(&b, "SignatureVersion", signature_version(t));
	member(&b, "Signature", signature_of(p, text));
	member(&b, "SigningCertUrl", signer_cert_url(call));
	member(&b, "UnsubscribeUrl", unsubscribe_url(call, call_base_url(call), arn));
	buf_cat(&b, ",\"MessageAttributes\":{");
	attributes(&b, p, "", ":");
	buf_cat(&b, "}}}]}");
	return take(call, &b);
}
