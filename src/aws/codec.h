/*
 * The wire formats: one reader and one writer each, over the tables of shape.h. JSON by yyjson, XML
 * by expat. Readers check depth, size and types; validate.h checks the rest.
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

/*
 * Each fills *out, a zeroed structure of that shape, in the arena: 0, -EINVAL with the reason, or
 * -ENOMEM. What is decoded may point into the body's copy in the arena, not into the body. Members
 * are found by their names wherever they are bound (@httpHeader ...): the REST protocols bind
 * theirs afterwards.
 */
/* Members are found by @jsonName or by name; an empty body is an empty structure. */
int json_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error) MUSTCHECK;
int cbor_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error) MUSTCHECK;
/* The same for bytes that we wrote ourselves: a text that is no UTF-8 comes back as it was stored.
 */
int cbor_decode_stored(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error) MUSTCHECK;
int xml_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error) MUSTCHECK;
/* A form body of awsQuery: Action and Version are ignored. */
int query_decode(struct arena *arena, const struct shape *shape, struct str body, void *out,
	struct decode_error *error) MUSTCHECK;

/*
 * Each appends the value's text. use_json_name is REST-JSON: @jsonName is honoured and the
 * structure's members that are bound to headers and the like are left out; else member names
 * (JSON 1.x).
 */
void json_encode(struct buf *b, const struct shape *shape, const void *value, bool use_json_name);
void cbor_encode(struct buf *b, const struct shape *shape, const void *value);
/*
 * The structure as one element of this name, with xmlns unless that is NULL. Members that are bound
 * to headers and the like are left out.
 */
void xml_encode(struct buf *b, const struct shape *shape, const void *value, const char *root,
	const char *xmlns);

/*
 * One simple value as bare text, as in headers, labels, query parameters, forms and XML: 0, -EINVAL
 * or -ENOMEM. TIMESTAMP_DEFAULT is the date-time form here: pass another where the place has
 * another default (headers: m->timestamp ? m->timestamp : TIMESTAMP_HTTP_DATE).
 */
int text_decode(struct arena *arena, const struct shape *shape, enum timestamp_format format,
	struct str text, void *out, struct decode_error *error) MUSTCHECK;
void text_encode(
	struct buf *b, const struct shape *shape, enum timestamp_format format, const void *value);

/* What the readers and writers share. decode_fail: sets the text and returns -EINVAL. */
int decode_fail(struct decode_error *error, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* 0, or -EINVAL for a number that the shape's width can't hold. */
int integer_check(const struct shape *shape, int64_t value, struct decode_error *error) MUSTCHECK;
int epoch_to_ms(double seconds, int64_t *ms, struct decode_error *error) MUSTCHECK;
int time_decode(enum timestamp_format format, struct str text, int64_t *ms,
	struct decode_error *error) MUSTCHECK;
void time_encode(struct buf *b, enum timestamp_format format, int64_t ms);
/* The text with U+FFFD in place of each byte that is no UTF-8. */
void utf8_repair(struct buf *b, struct str s);
/* NaN, Infinity and -Infinity, which JSON writes as strings. */
bool float_from_name(struct str text, double *out);
void float_encode(struct buf *b, double value, unsigned bits);

/* A JSON string with its quotes. What is no UTF-8 in it becomes U+FFFD. */
void json_quote(struct buf *b, struct str s);
void xml_escape(struct buf *b, struct str s);

#endif
