/* One API request on its way through the dispatcher, and the answer being made: what its files
 * share. */
#ifndef SAMOVAR_AWS_REQUEST_H
#define SAMOVAR_AWS_REQUEST_H

#include "aws/call.h"
#include "aws/codec.h"
#include "aws/sigv4.h"
#include "aws/tables.h"
#include "net/http_server.h"

struct wire;

struct request {
	struct aws *aws;
	struct http_exchange *ex;
	const struct http_request *http;
	struct arena *arena;
	struct sigv4_request signed_part; /* the same request as the signature sees it */
	struct sigv4_claim claim;
	const struct wire *wire;
	const struct api_entry *entry; /* NULL: no service of ours */
	const struct operation *operation;
	struct str
		path; /* that tells the operation: a bucket in the host's name is put before it */
	struct str secret; /* the caller's key when its signature was verified; else p == NULL */
	struct str service_name;   /* as asked for, for errors: "kinesis" */
	struct str operation_name; /* likewise: "PutRecord", "GET /a/b" */
	struct route_match route;
	bool body_is_read;
	struct str body;
	struct call call;
};

/* Reads the body, once: 0, or -1 with call.error set. */
int request_read_body(struct request *r, size_t bytes_max) MUSTCHECK;

enum { REPLY_HEADERS_MIN = 24 };

/* The answer: the body is in text, or in payload when that has p != NULL. */
struct reply {
	struct arena *arena;
	int status;
	struct http_header few[REPLY_HEADERS_MIN], *headers;
	size_t header_count, header_cap;
	struct buf text;
	struct str payload;
};

void reply_header(struct reply *reply, struct str name, struct str value);
/* The same with a constant text. */
#define REPLY_HEADER(reply, name, value) reply_header((reply), STR(name), STR(value))

#endif
