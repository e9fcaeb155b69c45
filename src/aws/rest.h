/* HTTP bindings (Smithy 2.0, "HTTP binding traits"): the members that live in path, query, headers
 * and payload. */
#ifndef SAMOVAR_AWS_REST_H
#define SAMOVAR_AWS_REST_H

#include "aws/request.h"

/* How a body in the protocol's own format is read and written. */
struct rest_format {
	struct str content_type; /* of documents */
	int (*read)(struct arena *arena, const struct shape *shape, struct str body, void *out,
		struct decode_error *error);
	/* name is the payload's element, or NULL for the shape's own. */
	void (*write)(struct request *r, struct buf *b, const struct shape *shape,
		const void *value, const char *name);
};

/* Fills the input from the request: 0, or -EINVAL with the reason. */
int rest_read(struct request *r, const struct rest_format *format, void *in,
	struct decode_error *error) MUSTCHECK;
/* Status, headers and body of the answer. */
void rest_write(
	struct request *r, struct reply *reply, const struct rest_format *format, const void *out);

/* The form of a member's timestamps where its place's default is `where`. */
static inline enum timestamp_format rest_format_of(
	const struct member *m, enum timestamp_format where)
{
	return m->timestamp ? m->timestamp : m->shape->timestamp ? m->shape->timestamp : where;
}
/* A simple value's text in a header. */
struct str rest_header_text(struct arena *arena, const struct member *m, const void *value);

/* Finds the operation by method and path. */
void rest_find(struct request *r);
/* Whether the operation's input or output has a streaming member, whose body the handler reads or
 * writes itself. */
bool rest_is_streaming(const struct shape *shape);

#endif
