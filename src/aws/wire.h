/*
 * The protocols as rows of functions: how each is recognised, names its operation, reads a request
 * and writes answers and errors. (Smithy 2.0, "AWS protocols")
 */
#ifndef SAMOVAR_AWS_WIRE_H
#define SAMOVAR_AWS_WIRE_H

#include "aws/request.h"

struct wire {
	unsigned protocols; /* of enum protocol, those of a service that it speaks */
	/* Whether the request is of this protocol by a mark of its own. */
	bool (*match)(struct request *r);
	/* Sets operation_name, and operation if the service has it; call->error says more when it
	 * hasn't. */
	void (*find)(struct request *r);
	/* Reads the request into the input's zeroed structure: 0, or -EINVAL with the reason. */
	int (*read)(struct request *r, void *in, struct decode_error *error);
	void (*ok)(struct request *r, struct reply *reply, const void *out);
	void (*error)(struct request *r, struct reply *reply, const struct call_error *error);
};

extern const struct wire wire_json, wire_query, wire_rest_json, wire_rest_xml, wire_cbor;

/* The first that matches, of the protocols that have a mark; REST is what remains: NULL. */
const struct wire *wire_match(struct request *r);

/*
 * The error as a structure of its shape: the detail's copy with its message and Lambda's Type put
 * in; without the message in XML, where it stands outside. *value is NULL if the shape has no
 * members. Answers whether the message is one of them.
 */
bool wire_error_value(struct request *r, const struct call_error *error, const void **value);
/* "Message" or "message", as the shape has it. */
const char *wire_message_name(const struct error_shape *shape);

bool wire_is_s3(const struct request *r);

#endif
