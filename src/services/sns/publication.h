/* A message on its way from Publish to the subscriptions. */
#ifndef SAMOVAR_SERVICES_SNS_PUBLICATION_H
#define SAMOVAR_SERVICES_SNS_PUBLICATION_H

#include "services/sns/internal.h"

struct yyjson_val;

/* What Publish and an entry of PublishBatch have in common. */
struct publication_input {
	struct str message, subject, structure, group, dedup;
	struct sns_message_attribute_map attributes;
};

/* A text and its signature, as one and the same for all who get it. */
struct signed_text {
	struct str text, signature;
};

enum { SIGNED_TEXTS_MAX = 8 };

struct publication {
	struct publication_input in;
	struct str id, timestamp;
	struct str sequence;          /* of a FIFO topic; set in the transaction */
	struct yyjson_val *structure; /* of MessageStructure json; or NULL */
	struct yyjson_val *attributes_tree, *body_tree; /* for filters, read once */
	bool is_body_read;
	struct subscription **to; /* who gets it */
	size_t to_count;
	struct signed_text texts[SIGNED_TEXTS_MAX];
	size_t text_count;
};

/* ---- message.c ---- */

/* Checks the input and fills the publication; is_topic: not to a telephone number. 0, or -1 with
 * the reason. */
int publication_init(struct call *call, const struct topic *t, const struct publication_input *in,
	struct publication *p, struct refusal *why) MUSTCHECK;
/* Bytes that count against the limit. */
size_t publication_bytes(const struct publication_input *in);
/* The text that a subscription of this protocol gets. */
struct str publication_text(const struct publication *p, struct str protocol);
/* 2012-05-02T00:54:06.655Z, always with three digits. */
struct str timestamp_of(struct call *call, int64_t ms);
/* The "version" of the topic's signatures: "1" or "2". */
struct str signature_version(const struct topic *t);

/* ---- envelope.c ---- */

/* The JSON that queues, HTTP endpoints and email-json get (SNS Developer Guide, "HTTP/HTTPS
 * notification JSON format"). */
struct str envelope_json(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s);
/* The event that functions get. */
struct str envelope_event(struct call *call, const struct topic *t, const struct publication *p,
	const struct subscription *s);
/* Whether the subscription gets an envelope, which is signed. */
bool envelope_is_for(const struct subscription *s);
/* Whether its dead-letter queue would get an envelope in place of what it gets itself. */
bool envelope_is_for_dead_only(const struct subscription *s);
struct str unsubscribe_url(struct call *call, struct str base_url, struct str subscription_arn);

/* ---- sign.c ---- */

/* Makes the server's signing key at the first need; in a fiber, outside a transaction. */
int signer_ready(struct call *call) MUSTCHECK;
/* Base64 of the signature by the version's rules. The signer is ready; waits in a fiber. */
struct str signer_sign(struct call *call, struct str version, struct str text);
/* Where the certificate is. */
struct str signer_cert_url(struct call *call);
struct str signer_cert_url_at(struct call *call, struct str base_url);
/* Signs the publication's text for this protocol, once. */
void publication_sign(
	struct call *call, const struct topic *t, struct publication *p, struct str protocol);

/* ---- fan_out.c ---- */

/* In the transaction: everything that the subscriptions are owed, or the same answer as before to a
 * message that was published already. */
int fan_out(struct call *call, const struct topic *t, struct publication *p) MUSTCHECK;

#endif
