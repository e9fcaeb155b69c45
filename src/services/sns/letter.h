/*
 * Letters: what goes to an endpoint outside, owed through services/delivery, whose record carries a
 * letter as its context. Messages that confirm are written and signed when they go.
 */
#ifndef SAMOVAR_SERVICES_SNS_LETTER_H
#define SAMOVAR_SERVICES_SNS_LETTER_H

#include "api/mail.h"
#include "services/sns/publication.h"

enum letter_kind {
	LETTER_CONFIRM,      /* SubscriptionConfirmation */
	LETTER_UNSUBSCRIBED, /* UnsubscribeConfirmation */
};

/* In a transaction: owes the endpoint a message about its subscription. */
int letter_owe(struct call *call, const struct topic *t, const struct subscription *s,
	enum letter_kind kind) MUSTCHECK;
/* In a transaction: owes the endpoint this publication. */
int letter_owe_notification(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s) MUSTCHECK;
/* In a transaction: owes a function's event, or what a queue did not take in passing. */
int delivery_owe(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s, struct str target, struct str body,
	const struct sns_letter_record *letter) MUSTCHECK;

/* The body of a message that confirms, signed. The signer is ready. */
struct str letter_body(struct call *call, const struct sns_letter_record *letter);

/* The link that confirms. */
struct str letter_subscribe_url(struct call *call, const struct sns_letter_record *letter);

/* ---- mail.c ---- */

/* The letter as a mail or a short message. */
struct mail_mail letter_mail(struct call *call, const struct sns_letter_record *letter,
	struct str subscription_arn, struct str body);

/*
 * In strict mode the queue's policy must let SNS send, for this topic (SNS Developer Guide,
 * "Sending messages to an Amazon SQS queue"): 0, or fails with AccessDenied. In a transaction or
 * not.
 */
int sns_check_queue(struct call *call, struct str topic, struct str queue) MUSTCHECK;

#endif
