/* Reading a streamed input, and sending answers out of files. */
#include "aws/stream.h"
#include "aws/error.h"
#include "aws/rest.h"
#include "aws/wire.h"
#include "base/encode.h"
#include "base/log.h"
#include "loop/loop.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

/* ---- the input ---- */

static struct str header(const struct request *r, const char *name)
{
	return http_header_get(&r->http->headers, str_c(name));
}

static bool is_hash(struct str s)
{
	unsigned char bytes[SHA256_BYTES];
	return hex_decode(s, bytes, sizeof bytes) == 0;
}

bool stream_takes_body(struct request *r)
{
	enum sigv4_rules rules = wire_is_s3(r) ? SIGV4_RULES_S3 : SIGV4_RULES_COMMON;
	if (!rest_is_streaming(r->operation->input))
		return false;
	return !sigv4_hashes_body(&r->signed_part, &r->claim, rules) ||
	       is_hash(header(r, "x-amz-content-sha256"));
}

void stream_begin(struct request *r)
{
	struct call_body *b = ARENA_NEW(r->arena, struct call_body);
	struct str named = header(r, "x-amz-content-sha256"),
		   decoded = header(r, "x-amz-decoded-content-length");
	b->request = r;
	b->is_chunked = str_starts(named, STR("STREAMING-"));
	b->length = r->http->content_length;
	b->chunked.arena = r->arena;
	r->call.body = b;
	if (b->is_chunked) {
		if (str_to_i64(decoded, &b->length) < 0 || b->length < 0)
			b->length = -1;
		if (r->secret.p && str_starts(named, STR("STREAMING-AWS4-HMAC-SHA256"))) {
			sigv4_derive_key(&r->claim, r->secret, &b->signer.key);
			b->signer.amz_date = r->claim.amz_date;
			b->signer.scope =
				str_from(r->claim.credential, r->claim.access_key_id.n + 1);
			memcpy(b->signer.previous, r->claim.signature.p,
				MIN(r->claim.signature.n, sizeof b->signer.previous - 1));
			b->chunked.signer = &b->signer;
		}
	} else if (r->claim.form != SIGV4_NONE && is_hash(named)) {
		b->wanted_hash = named;
		b->hash = EVP_MD_CTX_new();
		int ok = b->hash && EVP_DigestInit_ex(b->hash, EVP_sha256(), NULL);
		assert(ok && "out of memory for a hash");
	}
}

void stream_end(struct request *r)
{
	struct call_body *b = r->call.body;
	if (!b)
		return;
	if (b->chunked.signer)
		hmac_key_fini(&b->signer.key);
	chunked_fini(&b->chunked);
	EVP_MD_CTX_free(b->hash);
	r->call.body = NULL;
}

int64_t call_body_length(const struct call *call)
{
	return call->body ? call->body->length : 0;
}

static int body_failed(struct call *call, int r)
{
	switch (r) {
	case -EACCES:
		return fail(call, &aws_invalid_signature,
			"The signature of a chunk of the body does not match it.");
	case -EBADMSG:
		return fail(
			call, &aws_s3_incomplete_body, "The request body's framing is ill-formed.");
	case -ETIMEDOUT:
		return fail(call, &aws_s3_request_timeout,
			"Your socket connection to the server was not read from "
			"or written to within the timeout period. Idle connections will be closed.");
	default:
		return fail(call, &aws_s3_incomplete_body,
			"You did not provide the number of bytes specified by the Content-Length HTTP header");
	}
}

/* The end of the body: as long as it was said to be, and what it was said to be. */
static int body_ended(struct call *call, struct call_body *b)
{
	unsigned char digest[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	b->ended = true;
	if (b->length >= 0 && (uint64_t)b->length != b->seen)
		return body_failed(call, -EPIPE);
	if (!b->hash)
		return 0;
	EVP_DigestFinal_ex(b->hash, digest, NULL);
	hex_encode(digest, sizeof digest, hex);
	if (!str_eq_ci(b->wanted_hash, str_c(hex)))
		return fail(call, &aws_s3_body_changed,
			"The provided 'x-amz-content-sha256' header does not match what was computed.");
	return 0;
}

struct hash_work {
	EVP_MD_CTX *hash;
	struct str part;
};

static void work_hash(void *arg)
{
	struct hash_work *w = arg;
	EVP_DigestUpdate(w->hash, w->part.p, w->part.n);
}

/* A long part is hashed beside the loop. */
static void hash_part(struct call_body *b, struct str part)
{
	struct hash_work w = { b->hash, part };
	if (part.n >= 32 * KIB)
		loop_work(work_hash, &w);
	else
		work_hash(&w);
}

static int plain_next(struct call *call, struct call_body *b, struct str *part)
{
	int r = http_body_next(b->request->ex, part);
	if (r < 0)
		return body_failed(call, r);
	if (r == 0)
		return body_ended(call, b);
	b->seen += part->n;
	if (b->hash)
		hash_part(b, *part);
	return 1;
}

static int chunked_next(struct call *call, struct call_body *b, struct str *part)
{
	for (;;) {
		int r = chunked_feed(&b->chunked, &b->rest, part);
		if (r < 0)
			return body_failed(call, r);
		if (r == 1) {
			b->seen += part->n;
			return 1;
		}
		if (r == 2)
			return body_ended(call, b);
		r = http_body_next(b->request->ex, &b->rest);
		if (r <= 0)
			return body_failed(call, r < 0 ? r : -EPIPE);
	}
}

int call_body_next(struct call *call, struct str *part)
{
	struct call_body *b = call->body;
	if (!b) {
		/* Its hash had to be known before the signature: it has been read already. */
		struct request *r = CONTAINER_OF(call, struct request, call);
		if (!call->http || !r->body.n)
			return 0;
		*part = r->body;
		r->body = (struct str){ 0 };
		return 1;
	}
	if (b->ended)
		return 0;
	return b->is_chunked ? chunked_next(call, b, part) : plain_next(call, b, part);
}

struct str call_body_trailer(const struct call *call, struct str name)
{
	const struct call_body *b = call->body;
	struct http_headers trailers = { 0 };
	if (!b)
		return (struct str){ 0 };
	trailers.v = (struct http_header *)(uintptr_t)b->chunked.trailers;
	trailers.n = b->chunked.trailer_count;
	struct str value = http_header_get(&trailers, name);
	return value.p || b->is_chunked ? value
					: http_header_get(http_trailers(b->request->ex), name);
}

/* ---- answers ---- */

void call_header(struct call *call, struct str name, struct str value)
{
	struct call_header *h = arena_alloc(call->arena, sizeof *h);
	*h = (struct call_header){ call->headers, name, value };
	call->headers = h;
}

void call_answer_length(struct call *call, uint64_t length)
{
	call->answer = ARENA_NEW(call->arena, struct call_answer);
	call->answer->length = length;
}

void call_answer_parts(struct call *call, struct call_part *parts, size_t n)
{
	struct call_answer *a = ARENA_NEW(call->arena, struct call_answer);
	a->parts = parts;
	a->n = n;
	for (size_t i = 0; i < n; i++) {
		a->length += parts[i].length;
		blob_pin(call->aws->blobs, parts[i].blob);
	}
	a->pinned = n;
	call->answer = a;
}

void call_answer_drop(struct call *call)
{
	struct call_answer *a = call->answer;
	for (size_t i = 0; a && i < a->pinned; i++) {
		struct blob_id id;
		memcpy(id.hex, a->parts[i].blob.p, BLOB_ID_LENGTH);
		id.hex[BLOB_ID_LENGTH] = 0;
		blob_unpin(call->aws->blobs, &id);
	}
	call->answer = NULL;
}

static int send_part(struct request *r, const struct call_part *part)
{
	struct buf path = { 0 };
	blob_path(r->aws->blobs, part->blob, &path);
	int fd = open(buf_cstr(&path), O_RDONLY | O_CLOEXEC);
	int result =
		fd < 0 ? -errno : http_respond_write_file(r->ex, fd, part->offset, part->length);
	if (result < 0 && result != -ECONNRESET)
		log_error("%s can't be sent: %s", path.p, strerror(-result));
	if (fd >= 0)
		close(fd);
	buf_fini(&path);
	return result;
}

void stream_send(struct request *r, struct reply *reply)
{
	struct call_answer *a = r->call.answer;
	int result = http_respond_start(
		r->ex, reply->status, reply->headers, reply->header_count, (int64_t)a->length);
	bool is_head = str_is(r->http->method, "HEAD");
	for (size_t i = 0; i < a->n && result == 0 && !is_head; i++)
		if (a->parts[i].length > 0)
			result = send_part(r, &a->parts[i]);
	/* What is missing the client sees by the length: the connection ends. */
	http_respond_end(r->ex);
}
