/*
 * Messages: how they are stored, checked and hashed.
 *
 * The value of a message is a head of fixed size, which each receive rewrites, and a MessageRecord
 * in CBOR, or for a large message nothing: its record then has a key of its own (KIND_BODY).
 */
#ifndef SAMOVAR_SERVICES_SQS_MESSAGE_H
#define SAMOVAR_SERVICES_SQS_MESSAGE_H

#include "api/sqs.h"
#include "aws/call.h"

enum { MD5_BYTES = 16, MESSAGE_ID_BYTES = 16 };

enum message_flag {
	MESSAGE_EXTERNAL = 1, /* the record stands under KIND_BODY */
	MESSAGE_MOVED = 2,    /* its visibility was changed: KIND_PLACE says where it is now */
};

/* As stored, little-endian. */
struct message_head {
	uint8_t version, flags;
	uint16_t spare;
	uint32_t receives;
	int64_t sent_ms;
	int64_t visible_ms;  /* from when it may be received */
	int64_t received_ms; /* first; 0: never */
	int64_t taken_ms;    /* received last; 0: never */
	uint64_t nonce;      /* of its latest receipt handle */
};

/* Bytes of user data that count against MaximumMessageSize. */
struct message_input {
	struct str body;
	struct opt_i64 delay_seconds;
	struct sqs_message_body_attribute_map attributes;
	struct sqs_message_body_system_attribute_map system_attributes;
	struct str dedup, group;
};

/* The parts that need no queue: 0, or -1 with the refusal. */
int message_check(
	struct arena *arena, const struct message_input *in, struct refusal *why) MUSTCHECK;
size_t message_bytes(const struct message_input *in);
/* MessageGroupId's and MessageDeduplicationId's alphabet and length. */
bool message_token_is_valid(struct str token);

void md5_of(struct str bytes, unsigned char out[MD5_BYTES]);
struct str md5_hex(struct arena *arena, const unsigned char md5[MD5_BYTES]);
/* Developer Guide, "Calculating the MD5 message digest for message attributes". */
struct str message_attributes_md5(
	struct arena *arena, const struct sqs_message_body_attribute_map *attributes);

/* The message id's text form. */
struct str message_id_text(struct arena *arena, struct str id);

/* The head alone: false for what is no message. */
bool message_head_read(struct str value, struct message_head *head);
/* head and the encoded record, if it is not external, as a value. */
struct str message_value(struct arena *arena, const struct message_head *head, struct str record);
/* What follows the head. */
struct str message_rest(struct str value);

#endif
