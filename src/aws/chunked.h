/*
 * The aws-chunked coding of a body: chunks with signatures, and trailers. (S3 API Reference,
 * "Signature calculations for the Authorization header: transferring payload in multiple chunks",
 * and the same "... including trailing headers")
 */
#ifndef SAMOVAR_AWS_CHUNKED_H
#define SAMOVAR_AWS_CHUNKED_H

#include "aws/hash.h"
#include "base/buf.h"
#include "net/http.h"

struct evp_md_ctx_st;

enum { CHUNKED_LINE_BYTES_MAX = 1024, CHUNKED_TRAILERS_MAX = 16 };

/* What the signatures of the chunks are made with; each signs the one before it. */
struct chunked_signer {
	struct hmac_key key;
	struct str amz_date, scope; /* "20130524T000000Z", "20130524/us-east-1/s3/aws4_request" */
	char previous[2 * SHA256_BYTES + 1];
};

/* Zero it to begin; chunked_fini when done. */
struct chunked {
	struct chunked_signer *signer; /* NULL: signatures are not looked at */
	struct arena *arena;           /* for trailers */
	enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_CR, CHUNK_LF, CHUNK_TRAILER, CHUNK_DONE } state;
	struct buf line;
	uint64_t left; /* bytes of the chunk that are still to come */
	bool is_last;
	char signature[2 * SHA256_BYTES + 1];
	struct evp_md_ctx_st *hash; /* of the chunk's data, with a signer */
	struct http_header trailers[CHUNKED_TRAILERS_MAX];
	size_t trailer_count;
	bool has_trailer_signature;
};

/*
 * Takes bytes off *input: 1 with the next decoded bytes in *data (a view of the input), 0 when more
 * input is needed, 2 at the end of the body, -EBADMSG for what is ill-formed, -EACCES for a
 * signature that is not the chunk's.
 */
int chunked_feed(struct chunked *c, struct str *input, struct str *data) MUSTCHECK;
void chunked_fini(struct chunked *c);

#endif
