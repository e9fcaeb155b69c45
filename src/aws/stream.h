/* Bodies that the dispatcher does not hold in memory: an operation's input in parts, and answers
 * out of files. */
#ifndef SAMOVAR_AWS_STREAM_H
#define SAMOVAR_AWS_STREAM_H

#include "aws/chunked.h"
#include "aws/request.h"

/* The input's body as the handler reads it (call_body_next): plain, or aws-chunked. */
struct call_body {
	struct request *request;
	bool is_chunked, ended;
	struct chunked chunked;
	struct chunked_signer signer;
	struct str rest; /* what came and is not decoded */
	struct str
		wanted_hash; /* x-amz-content-sha256, when it is the body's own; else p == NULL */
	struct evp_md_ctx_st *hash;
	int64_t length; /* of the decoded body; -1: not said */
	uint64_t seen;
};

/* Whether the handler reads the body itself: its input streams, and a hash of the body can be
 * checked as it comes. */
bool stream_takes_body(struct request *r);
/* After the signature has been verified. Sets call.body. */
void stream_begin(struct request *r);
void stream_end(struct request *r);

/* An answer whose payload is parts of blobs. */
struct call_answer {
	struct call_part *parts;
	size_t n, pinned;
	uint64_t length;
};

/* Sends the answer that call_answer_parts or call_answer_length promised. */
void stream_send(struct request *r, struct reply *reply);

#endif
