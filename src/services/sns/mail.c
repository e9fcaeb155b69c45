/* Letters as mails and short messages. */
#include "services/sns/letter.h"

static struct str confirm_text(struct call *call, const struct sns_letter_record *l)
{
	return arena_printf(call->arena,
		"You have chosen to subscribe to the topic\n%.*s\n\n"
		"To confirm the subscription, visit\n%.*s\n\n"
		"If that was not you, do nothing: without this no message will come.\n",
		STR_ARG(l->topic_arn), STR_ARG(letter_subscribe_url(call, l)));
}

static struct str notification_text(struct call *call, const struct sns_letter_record *l,
	struct str subscription_arn, struct str body)
{
	return arena_printf(call->arena,
		"%.*s\n\n--\nTo get no more messages of this topic, visit\n%.*s\n", STR_ARG(body),
		STR_ARG(unsubscribe_url(call, l->base_url, subscription_arn)));
}

struct mail_mail letter_mail(struct call *call, const struct sns_letter_record *l,
	struct str subscription_arn, struct str body)
{
	bool is_notification = str_is(l->type, "Notification");
	struct mail_mail mail = {
		.kind = l->protocol,
		.account = arn_part(l->topic_arn, 4),
		.region = arn_part(l->topic_arn, 3),
		.from = l->sender.n ? l->sender : STR("AWS Notifications"),
		.to = l->endpoint,
		.message_id = l->message_id,
		.source_arn = l->topic_arn,
		.body = body,
	};
	if (str_is(l->protocol, "sms")) {
		mail.from = l->sender;
		/* "the display name ... at the beginning of the message" */
		if (l->sender.n)
			mail.body = arena_printf(
				call->arena, "%.*s> %.*s", STR_ARG(l->sender), STR_ARG(body));
		return mail;
	}
	mail.subject = !is_notification ? STR("AWS Notification - Subscription Confirmation")
		       : l->subject.n   ? l->subject
					: STR("AWS Notification Message");
	if (str_is(l->protocol, "email"))
		mail.body = is_notification ? notification_text(call, l, subscription_arn, body)
					    : confirm_text(call, l);
	return mail;
}
