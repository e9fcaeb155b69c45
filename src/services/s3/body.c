/* Bodies on their way in: hashed, checked and written while they come. */
#include "base/encode.h"
#include "net/http_server.h"
#include "loop/loop.h"
#include "services/s3/internal.h"
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct body_writer {
	struct call *call;
	struct body_rules rules;
	EVP_MD_CTX *md5;
	struct checksum checksum;
	struct blob_writer *blob; /* NULL: what has come is in data */
	char *data;
	uint64_t size;
	struct str part; /* of the work on the pool */
};

/* ---- what the headers say ---- */

static int read_checksum_header(
	struct call *call, const struct http_headers *headers, struct body_rules *out)
{
	unsigned char digest[CHECKSUM_BYTES_MAX];
	struct str trailer = http_header_get(headers, STR("x-amz-trailer"));
	for (int i = CHECKSUM_CRC32; i < CHECKSUM_KINDS; i++) {
		enum checksum_kind kind = (enum checksum_kind)i;
		struct str value = http_header_get(headers, checksum_header(kind));
		bool is_trailer = trailer.p && str_eq_ci(str_trim(trailer), checksum_header(kind));
		if (!value.p && !is_trailer)
			continue;
		if (out->kind != CHECKSUM_NONE)
			return fail(call, &s3_invalid_request,
				"Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
		if (value.p && !checksum_parse(call->arena, kind, value, digest))
			return fail(call, &s3_invalid_request, "Value for %s header is invalid.",
				checksum_header(kind).p);
		out->kind = kind;
		out->checksum = value;
		out->is_trailer = !value.p;
	}
	return 0;
}

int body_read_rules(struct call *call, struct body_rules *out)
{
	*out = (struct body_rules){ .bytes_max = S3_PUT_BYTES_MAX };
	if (!call->http)
		return 0;
	const struct http_headers *headers = &http_request(call->http)->headers;
	struct str named = http_header_get(headers, STR("x-amz-sdk-checksum-algorithm")), bytes;
	out->content_md5 = http_header_get(headers, STR("content-md5"));
	if (out->content_md5.p &&
		(base64_decode(call->arena, out->content_md5, &bytes) < 0 || bytes.n != 16))
		return fail(call, &s3_invalid_digest, "The Content-MD5 you specified was invalid.");
	if (read_checksum_header(call, headers, out) < 0)
		return -1;
	/* Named without a value: computed here, and kept. */
	if (named.p && out->kind == CHECKSUM_NONE)
		out->kind = checksum_kind_of(named);
	return 0;
}

/* ---- the writer ---- */

static int write_failed(struct call *call, int r)
{
	if (r == -ENOSPC)
		return fail(call, &aws_service_unavailable,
			"The server's disk is full; nothing was stored.");
	return fail(call, &s3_internal_error, "The object could not be written: %s", strerror(-r));
}

int body_writer_begin(
	struct call *call, const struct body_rules *rules, int64_t length, struct body_writer **out)
{
	struct body_writer *w = xcalloc(1, sizeof *w);
	w->call = call;
	w->rules = *rules;
	w->md5 = EVP_MD_CTX_new();
	int ok = w->md5 && EVP_DigestInit_ex(w->md5, EVP_md5(), NULL);
	assert(ok && "out of memory for a hash");
	checksum_init(&w->checksum, rules->kind);
	if (!rules->no_inline && length >= 0 && length <= S3_INLINE_BYTES_MAX) {
		w->data = arena_alloc(call->arena, (size_t)length + 1);
		w->rules.bytes_max = (uint64_t)length;
	} else {
		int r = blob_create(call->aws->blobs, &w->blob);
		if (r < 0) {
			body_writer_abort(w);
			return write_failed(call, r);
		}
	}
	*out = w;
	return 0;
}

static void work_hash(void *arg)
{
	struct body_writer *w = arg;
	EVP_DigestUpdate(w->md5, w->part.p, w->part.n);
	checksum_update(&w->checksum, w->part.p, w->part.n);
}

int body_writer_append(struct body_writer *w, struct str part)
{
	struct call *call = w->call;
	if (w->size + part.n > w->rules.bytes_max)
		return fail(call, &s3_entity_too_large,
			"Your proposed upload exceeds the maximum allowed size");
	w->part = part;
	if (part.n >= 32 * KIB)
		loop_work(work_hash, w);
	else
		work_hash(w);
	if (w->blob) {
		int r = blob_append(w->blob, part);
		if (r < 0)
			return write_failed(call, r);
	} else if (part.n) {
		memcpy(w->data + w->size, part.p, part.n);
	}
	w->size += part.n;
	return 0;
}

static void writer_free(struct body_writer *w)
{
	EVP_MD_CTX_free(w->md5);
	checksum_fini(&w->checksum);
	free(w);
}

void body_writer_abort(struct body_writer *w)
{
	if (w->blob)
		blob_abort(w->blob);
	writer_free(w);
}

/* Whether it is what the client says it is. */
static int check_digests(struct body_writer *w, struct body *out)
{
	struct call *call = w->call;
	unsigned char digest[CHECKSUM_BYTES_MAX];
	struct str wanted;
	char hex[33];
	EVP_DigestFinal_ex(w->md5, out->md5, NULL);
	hex_encode(out->md5, sizeof out->md5, hex);
	out->e_tag = arena_str(call->arena, str_c(hex));
	if (w->rules.content_md5.p &&
		(base64_decode(call->arena, w->rules.content_md5, &wanted) < 0 ||
			memcmp(wanted.p, out->md5, sizeof out->md5) != 0))
		return fail(call, &s3_bad_digest,
			"The Content-MD5 you specified did not match what we received.");
	out->kind = w->rules.kind;
	if (out->kind == CHECKSUM_NONE)
		return 0;
	checksum_final(&w->checksum, digest);
	out->checksum = checksum_text(call->arena, out->kind, digest);
	wanted = w->rules.checksum;
	if (w->rules.is_trailer) {
		wanted = call_body_trailer(call, checksum_header(out->kind));
		if (!wanted.p)
			return fail(call, &s3_malformed_trailer_error,
				"The request contained trailing data that was not well-formed or did not "
				"conform to our published "
				"schema.");
	}
	if (w->rules.is_trailer && !checksum_parse(call->arena, out->kind, wanted, digest))
		return fail(call, &s3_invalid_request, "Value for %s trailing header is invalid.",
			checksum_header(out->kind).p);
	if (wanted.p && !str_eq(wanted, out->checksum))
		return fail(call, &s3_bad_digest,
			"The %s you specified did not match the calculated checksum.",
			checksum_name(out->kind).p);
	return 0;
}

int body_writer_end(struct body_writer *w, struct body *out)
{
	struct call *call = w->call;
	*out = (struct body){ .size = w->size };
	if (check_digests(w, out) < 0) {
		body_writer_abort(w);
		return -1;
	}
	int r = 0;
	if (w->blob)
		r = blob_finish(w->blob, &out->blob);
	else
		out->data = (struct str){ w->data, w->size };
	out->is_pinned = w->blob && r == 0;
	w->blob = NULL;
	writer_free(w);
	return r < 0 ? write_failed(call, r) : 0;
}

int body_receive(struct call *call, const struct body_rules *rules, struct body *out)
{
	struct body_writer *w;
	struct str part;
	int64_t length = call_body_length(call);
	int r;
	if (call->body && length < 0)
		return fail(call, &s3_missing_content_length,
			"You must provide the Content-Length HTTP header.");
	if (!call->body && call->http)
		length = http_request(call->http)->content_length;
	if (length > 0 && (uint64_t)length > rules->bytes_max)
		return fail(call, &s3_entity_too_large,
			"Your proposed upload exceeds the maximum allowed size");
	if (body_writer_begin(call, rules, length, &w) < 0)
		return -1;
	while ((r = call_body_next(call, &part)) > 0)
		if (body_writer_append(w, part) < 0) {
			r = -1;
			break;
		}
	if (r < 0) {
		body_writer_abort(w);
		return -1;
	}
	return body_writer_end(w, out);
}

void body_done(struct call *call, struct body *body, bool committed)
{
	if (!body->is_pinned)
		return;
	body->is_pinned = false;
	blob_unpin(call->aws->blobs, &body->blob);
	if (!committed)
		blob_collect(call->aws->blobs, (struct str){ body->blob.hex, BLOB_ID_LENGTH });
}
