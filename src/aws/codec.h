/*
 * The wire formats: one reader and one writer each, over the tables of shape.h. JSON by yyjson, XML by expat.
 * Readers check depth, size and types; validate.h checks the rest.
 */
#ifndef SAMOVAR_AWS_CODEC_H
#define SAMOVAR_AWS_CODEC_H

#include "aws/shape.h"
#include "base/buf.h"
#include "base/mem.h"

/* Why a body could not be read, for the protocol's SerializationException or MalformedInput. */
struct decode_error {
	char text[256];
};

/* Each fills *out, a zeroed structure of that shape, in the arena: 0, -EINVAL with the reason, or -ENOMEM. */
int json_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error) MUSTCHECK;
int cbor_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error) MUSTCHECK;
int xml_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error) MUSTCHECK;
/* A form body of awsQuery: Action and Version are ignored. */
int query_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error) MUSTCHECK;

/* Each appends the value's text. use_json_name: @jsonName is honoured (REST-JSON), else member names (JSON 1.x). */
void json_encode(struct buf *b, const struct shape *shape, const void *value, bool use_json_name);
void cbor_encode(struct buf *b, const struct shape *shape, const void *value);
/* The structure as one element of this name. */
void xml_encode(struct buf *b, const struct shape *shape, const void *value, const char *root, const char *xmlns);

/* A JSON string with its quotes. */
void json_quote(struct buf *b, struct str s);
void xml_escape(struct buf *b, struct str s);

#endif
