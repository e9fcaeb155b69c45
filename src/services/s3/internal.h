/* What the files of this service share: its state, buckets, objects and their bodies. */
#ifndef SAMOVAR_SERVICES_S3_INTERNAL_H
#define SAMOVAR_SERVICES_S3_INTERNAL_H

#include "api/s3.h"
#include "aws/call.h"
#include "loop/fiber.h"
#include "services/s3/checksum.h"
#include "services/s3/limits.h"
#include "store/blob.h"
#include "store/key.h"

struct s3 {
	struct aws *aws;
	struct list garbage; /* blobs that lost a reference: struct garbage */
	struct waitq collect, sweep, ended;
	bool stopping, collecting, sweeping;
};

/* call_get_record into memory that need not be zeroed. */
static inline bool s3_get_record(
	struct call *call, struct str key, const struct shape *shape, void *out)
{
	memset(out, 0, shape->size);
	return call_get_record(call, key, shape, out);
}

/* ---- common.c ---- */

/* "text" in quotes, as ETags are sent. */
struct str s3_quoted(struct call *call, struct str text);
/* An ETag without its quotes. */
struct str s3_unquoted(struct str text);
/* Text that is percent-encoded when encoding-type=url. */
struct str s3_encoded(struct call *call, struct str encoding_type, struct str text);
int s3_check_encoding_type(struct call *call, struct str encoding_type) MUSTCHECK;
/* The page size that was asked for, at most the limit; or -1 after InvalidArgument. */
int s3_page_size(struct call *call, const char *name, struct opt_i64 asked, int64_t *out) MUSTCHECK;
int s3_invalid(struct call *call, const char *name, struct str value, const char *message);
/* Checks Content-MD5 and the checksum headers of a body that was read whole. */
int s3_check_body(struct call *call) MUSTCHECK;
/* Subresources that are not served must not pass for plain operations: 0 or -1. */
int s3_check_query(struct call *call) MUSTCHECK;
struct s3_owner *s3_owner_of(struct call *call, struct str account);
/* For an answer's list that grows by doubling. */
void *s3_grow(struct arena *arena, void *v, size_t n, size_t size);
/* The list of tags is one: AWS's rules of keys and values. */
int s3_check_tags(struct call *call, const struct s3_tag *tags, size_t n, size_t max) MUSTCHECK;
/* "a=1&b=2" of x-amz-tagging. */
int s3_parse_tagging(struct call *call, struct str text, struct s3_stored_tags *out) MUSTCHECK;

/* ---- bucket.c ---- */

struct str bucket_key(struct call *call, struct str name);
bool bucket_get(struct call *call, struct str name, struct s3_bucket_record *out);
void bucket_put(struct call *call, struct str name, const struct s3_bucket_record *record);
/* The bucket, or NoSuchBucket; whose owner is as the client expects: 0 or -1. In a transaction. */
int bucket_require(struct call *call, struct str name, struct str expected_owner,
	struct s3_bucket_record *out) MUSTCHECK;
bool bucket_name_is_valid(struct str name);
/* A part of a bucket's configuration: ("s3", "config", bucket, kind). */
struct str bucket_config_key(struct call *call, struct str bucket, const char *kind);

/* ---- object.c ---- */

struct str object_key(struct call *call, struct str bucket, struct str key);
struct str version_key(struct call *call, struct str bucket, struct str key, int64_t sequence);
struct str data_key(struct call *call, struct str id);
struct str parts_key(struct call *call, struct str id);
/* A new id of a body: they sort by time. */
struct str object_new_id(struct call *call);
bool object_current(
	struct call *call, struct str bucket, struct str key, struct s3_object_record *out);
/* The record that a row's value is; false for none. */
bool object_decode(struct call *call, struct str value, struct s3_object_record *out);
/* The newest version, delete markers among them. */
bool object_newest(
	struct call *call, struct str bucket, struct str key, struct s3_object_record *out);
/* The version of that id, or the current one if version_id.p == NULL; is_current says which row it
 * is. */
bool object_version(struct call *call, struct str bucket, struct str key, struct str version_id,
	struct s3_object_record *out, bool *is_current);
/* The same for reading, with AWS's errors (NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete
 * marker): 0 or -1. */
int object_find(struct call *call, const struct s3_bucket_record *bucket, struct str bucket_name,
	struct str key, struct str version_id, struct s3_object_record *out) MUSTCHECK;
/* The sequence that is in a version id; false for another text. */
bool object_sequence_of(struct str id, int64_t *out);
/* Puts a changed record back in its place. */
void object_replace(struct call *call, struct str bucket, struct str key,
	const struct s3_object_record *record, bool is_current);
/* Makes the record the newest version, by the bucket's rules of versions. Sets its sequence and its
 * version id. */
void object_install(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str key, struct s3_object_record *record);
/* Deletes by the bucket's rules: what DeleteObject answers. */
void object_delete(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str key, struct str version_id, struct s3_delete_object_output *out);
/* Deletes what belongs to the body: the bytes or the blobs of the version. */
void object_release(struct call *call, const struct s3_object_record *record);
/* In a write transaction: the blob belongs to that id, or no longer does. */
void body_ref(struct call *call, struct str blob, struct str id);
void body_unref(struct call *call, struct str blob, struct str id);
int object_check_key(struct call *call, struct str key) MUSTCHECK;
/* "null" to clients of buckets that never had versions: absent. */
struct str object_version_id(
	const struct s3_bucket_record *bucket, const struct s3_object_record *record);

/* ---- body.c ---- */

/* What a body is to be. */
struct body_rules {
	struct str content_md5;
	enum checksum_kind kind;
	struct str checksum; /* of a header; p == NULL: a trailer has it, or there is none */
	bool is_trailer;
	uint64_t bytes_max;
	bool no_inline; /* parts are always blobs */
};
struct body {
	struct str data; /* a small one; p == NULL: it is a blob */
	struct blob_id blob;
	bool is_pinned;
	uint64_t size;
	unsigned char md5[16];
	struct str e_tag; /* md5 in hexadecimal */
	enum checksum_kind kind;
	struct str checksum; /* base64 */
};
/* The rules that the request's headers make: 0 or -1. */
int body_read_rules(struct call *call, struct body_rules *out) MUSTCHECK;
/* Receives the call's body whole: hashed, checked, written. 0, or -1 with nothing left. */
int body_receive(struct call *call, const struct body_rules *rules, struct body *out) MUSTCHECK;
/* After the transaction that refers to it, or instead. */
void body_done(struct call *call, struct body *body, bool committed);
/* A writer of bodies for bytes that come from elsewhere (copies, forms). */
struct body_writer;
int body_writer_begin(struct call *call, const struct body_rules *rules, int64_t length,
	struct body_writer **out) MUSTCHECK;
int body_writer_append(struct body_writer *w, struct str part) MUSTCHECK;
int body_writer_end(struct body_writer *w, struct body *out) MUSTCHECK;
void body_writer_abort(struct body_writer *w);

/* ---- read.c ---- */

/* Where a version's bytes are. */
struct source {
	struct s3_object_record record;
	struct str version_id;        /* as the answer names it */
	struct str data;              /* p != NULL: the bytes */
	struct s3_part_records parts; /* else the blobs */
};
/* In a transaction: the version with its bytes' place. 0 or -1. */
int source_find(struct call *call, struct str bucket, struct str expected_owner, struct str key,
	struct str version_id, struct source *out) MUSTCHECK;
/* Parts of blobs that are [offset, offset + length) of the body; in the arena. */
struct call_part *source_parts(
	struct call *call, const struct source *s, uint64_t offset, uint64_t length, size_t *n);

enum range_result { RANGE_NONE, RANGE_OK, RANGE_UNSATISFIABLE };
/* One range of bytes of a Range header (RFC 9110 section 14.1.2); several, or ill-formed ones, are
 * none. */
enum range_result range_parse(struct str text, uint64_t size, uint64_t *first, uint64_t *length);

/* ---- conditions.c ---- */

struct conditions {
	struct str if_match, if_none_match;
	struct opt_time if_modified_since, if_unmodified_since;
};
/* Of a read: 0, or -1 with NotModified or PreconditionFailed (RFC 9110 section 13.2.2). */
int conditions_check_read(struct call *call, const struct conditions *c,
	const struct s3_object_record *record) MUSTCHECK;
/* Of the source of a copy: PreconditionFailed only. */
int conditions_check_copy(struct call *call, const struct conditions *c,
	const struct s3_object_record *record) MUSTCHECK;
/* Of a write: record is the current one, or NULL. */
int conditions_check_write(struct call *call, struct str if_match, struct str if_none_match,
	const struct s3_object_record *record) MUSTCHECK;

/* ---- put.c ---- */

/* Puts the received body as that version, in the transaction: data or reference, and the record. */
void object_store_body(struct call *call, const struct body *body, struct s3_object_record *record);
/* Headers that an object keeps; each is checked. */
int object_check_headers(struct call *call, const struct s3_stored_headers *headers) MUSTCHECK;
/* Sets the storage class and the encryption of a new record: 0 or -1. */
int object_set_class(struct call *call, struct s3_object_record *record, struct str storage_class,
	struct str encryption, struct str kms_key_id) MUSTCHECK;
/* "aws-chunked" is the request's coding, not the object's. */
struct str object_content_encoding(struct call *call, struct str value);

/* The record of a new version, without what its body and the transaction make. */
int object_make_record(struct call *call, const struct s3_put_object_input *in,
	struct s3_object_record *record) MUSTCHECK;
/* Refused before its body is read, if it is going to be refused: 0 or -1. */
int object_check_early(struct call *call, const struct s3_put_object_input *in) MUSTCHECK;
/* Puts the body, once received, as the object; it is done afterwards. 0 or -1. */
int object_put_body(struct call *call, const struct s3_put_object_input *in, struct body *body,
	const struct s3_object_record *record, struct s3_put_object_output *out) MUSTCHECK;

/* Sets the members that hold checksums, in an input or output structure. */
#define CHECKSUM_SET(target, kind, text) \
	do { \
		switch (kind) { \
		case CHECKSUM_CRC32: \
			(target)->checksum_crc32 = (text); \
			break; \
		case CHECKSUM_CRC32C: \
			(target)->checksum_crc32_c = (text); \
			break; \
		case CHECKSUM_CRC64NVME: \
			(target)->checksum_crc64_nvme = (text); \
			break; \
		case CHECKSUM_SHA1: \
			(target)->checksum_sha1 = (text); \
			break; \
		case CHECKSUM_SHA256: \
			(target)->checksum_sha256 = (text); \
			break; \
		case CHECKSUM_NONE: \
			break; \
		} \
	} while (0)

/* ---- collect.c ---- */

/* call_after's: the blob may be deleted if nothing refers to it. */
void collect_soon(struct call *call, struct str blob);
void collect_run(void *s3);

#endif
