/* What the files of this service share: topics, subscriptions, publications. */
#ifndef SAMOVAR_SERVICES_SNS_INTERNAL_H
#define SAMOVAR_SERVICES_SNS_INTERNAL_H

#include "api/sns.h"
#include "aws/call.h"
#include "services/sns/limits.h"
#include "store/key.h"
#include "store/store.h"

/* ---- arn.c ---- */

struct topic_name {
	struct str account, region, name;
};
/* InvalidParameter in SNS's form: "Invalid parameter: WHAT". Returns -1. */
int invalid(struct call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The parts of a topic's ARN: 0, or -1 with an error that names the parameter. */
int topic_name_parse(
	struct call *call, const char *parameter, struct str arn, struct topic_name *out) MUSTCHECK;
/* The parts of a subscription's: its topic's and its id. */
int subscription_name_parse(
	struct call *call, struct str arn, struct topic_name *topic, struct str *id) MUSTCHECK;
/* The part of an ARN, counted from 0; p == NULL when it has fewer. */
struct str arn_part(struct str arn, int index);
struct str topic_arn(struct arena *arena, const struct topic_name *t);
struct str subscription_arn(struct arena *arena, const struct topic_name *t, struct str id);

/* ---- topic.c: in a transaction ---- */

struct topic {
	struct topic_name n;
	struct sns_topic_record r;
};
/* false: there is none. */
bool topic_get(struct call *call, const struct topic_name *name, struct topic *out);
void topic_put(struct call *call, const struct topic *t);
/* The topic that an input's TopicArn means: 0 or -1. */
int topic_find(struct call *call, struct str arn, struct topic *out) MUSTCHECK;
/* The range of its subscriptions. */
struct str subscriptions_prefix(struct arena *arena, const struct topic_name *t);

/* ---- topic_attributes.c ---- */

/* Puts one attribute into the record; is_new: at its creation. 0 or -1. */
int topic_attribute_set(struct call *call, struct topic *t, struct str name, struct str value,
	bool is_new) MUSTCHECK;
/* Its default policy (SNS Developer Guide, "Default policy"). */
struct str topic_default_policy(struct arena *arena, const struct topic_name *t);

/* ---- tags.c ---- */

int tags_check(struct call *call, const struct sns_tag_list *tags) MUSTCHECK;
/* Whether all of these are the topic's. */
bool tags_are(const struct sns_tag_list *own, const struct sns_tag_list *given);

/* ---- subscription.c: in a transaction ---- */

struct subscription {
	struct topic_name t;
	struct str id;
	struct sns_subscription_record r;
};
bool subscription_get(
	struct call *call, const struct topic_name *t, struct str id, struct subscription *out);
void subscription_put(struct call *call, const struct subscription *s);
void subscription_delete(struct call *call, const struct subscription *s);
/* That an input's SubscriptionArn means: 0 or -1. */
int subscription_find(struct call *call, struct str arn, struct subscription *out) MUSTCHECK;
/* Decodes one entry of the range of a topic's subscriptions. */
bool subscription_read(struct call *call, const struct topic_name *t, size_t prefix_bytes,
	const struct txn_cursor *c, struct subscription *out);

/* Whether the topic may have one more filter policy, that of own: 0 or -1. */
int filters_check(
	struct call *call, const struct topic *t, const struct subscription *own) MUSTCHECK;

/* ---- endpoint.c ---- */

int endpoint_check(struct call *call, const struct topic *t, struct str protocol,
	struct str endpoint) MUSTCHECK;
bool phone_is_valid(struct str s);

/* ---- token.c ---- */

/* What confirms a subscription: signed with the server's key, good for two days, kept nowhere. */
struct str token_make(struct call *call, const struct topic_name *t, struct str id);
/* The subscription's id, or p == NULL for what is no token of this topic, or is too old. */
struct str token_open(struct call *call, const struct topic_name *t, struct str token);

/* ---- subscription_attributes.c ---- */

/* Puts one attribute into the record, 0 or -1. */
int subscription_attribute_set(struct call *call, const struct topic *t, struct subscription *s,
	struct str name, struct str value) MUSTCHECK;
/* What depends on several of them. */
int subscription_check(
	struct call *call, const struct topic *t, const struct subscription *s) MUSTCHECK;

/* ---- filter.c ---- */

/* Whether the text is a filter policy by SNS's rules: 0 or -1. */
int filter_check(struct call *call, struct str policy, bool is_body) MUSTCHECK;
struct publication;
/* Whether the subscription's filter lets the message pass. */
bool filter_passes(struct call *call, const struct subscription *s, struct publication *p);

/* ---- sms.c ---- */

/* In a transaction: the account's attribute of short messages, or p == NULL. */
struct str sms_attribute(struct call *call, const char *name);

/* ---- delivery_policy.c ---- */

/* Checks a DeliveryPolicy, a topic's or a subscription's: 0 or -1. */
int delivery_policy_check(struct call *call, struct str policy, bool is_topics) MUSTCHECK;
/* EffectiveDeliveryPolicy of a topic, or of a subscription (not NULL). */
struct str delivery_policy_effective(
	struct call *call, const struct topic *t, const struct subscription *s);

#endif
