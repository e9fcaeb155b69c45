/*
 * Uploads in parts. An upload is the row ("s3", "upload", bucket, key, id), a part ("s3", "part",
 * upload id, number); the object that they become keeps the parts as they are: nothing is copied.
 * (S3 User Guide, "Uploading and copying objects using multipart upload")
 */
#include "base/encode.h"
#include "base/random.h"
#include "services/s3/config.h"
#include "services/s3/multipart.h"
#include "services/s3/notify.h"
#include <openssl/evp.h>

struct str upload_key(struct call *call, struct str bucket, struct str key, struct str id)
{
	return KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("upload"), key_text(bucket),
		key_text(key), key_text(id));
}

struct str upload_part_key(struct call *call, struct str id, int64_t number)
{
	return KEY(
		call->arena, KEY_LITERAL("s3"), KEY_LITERAL("part"), key_text(id), key_int(number));
}

int upload_require(struct call *call, struct str bucket, struct str key, struct str id,
	struct s3_upload_record *out)
{
	struct s3_no_such_upload detail = { .upload_id = id };
	if (s3_get_record(call, upload_key(call, bucket, key, id), &s3_upload_record_shape, out) &&
		out->object)
		return 0;
	return fail_with(call, &s3_no_such_upload, &detail,
		"The specified upload does not exist. The upload ID may be invalid, or the upload may have "
		"been aborted or "
		"completed.");
}

/* The combination of algorithm and type that AWS takes. */
static int set_checksum(struct call *call, const struct s3_create_multipart_upload_input *in,
	struct s3_object_record *record)
{
	enum checksum_kind kind = checksum_kind_of(in->checksum_algorithm);
	struct str type = in->checksum_type;
	if (!in->checksum_algorithm.p)
		return 0;
	if (!kind)
		return fail(call, &s3_invalid_request,
			"Checksum algorithm provided is unsupported. Please try again with any of "
			"the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
	if (!type.p)
		type = kind == CHECKSUM_CRC64NVME ? STR("FULL_OBJECT") : STR("COMPOSITE");
	bool is_full = str_is(type, "FULL_OBJECT");
	if ((!is_full && !str_is(type, "COMPOSITE")) || (is_full && !checksum_is_crc(kind)) ||
		(!is_full && kind == CHECKSUM_CRC64NVME))
		return fail(call, &s3_invalid_request,
			"The %.*s checksum type cannot be used with the %s checksum algorithm.",
			STR_ARG(type), checksum_name(kind).p);
	record->checksum_algorithm = in->checksum_algorithm;
	record->checksum_type = type;
	return 0;
}

int s3_create_multipart_upload(struct call *call, const struct s3_create_multipart_upload_input *in,
	struct s3_create_multipart_upload_output *out)
{
	struct s3_bucket_record bucket;
	struct s3_object_record object = { 0 };
	struct s3_stored_headers h = { in->content_type.n ? in->content_type
							  : STR("binary/octet-stream"),
		in->cache_control, in->content_disposition,
		object_content_encoding(call, in->content_encoding), in->content_language,
		in->expires, in->website_redirect_location, in->metadata };
	struct s3_upload_record upload = { .started_ms = OPT_I64(call->now_ms),
		.object = &object,
		.account_id = call->identity.account };
	char *id = arena_alloc(call->arena, 64 + 1);
	if (object_check_key(call, in->key) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0 ||
		object_check_headers(call, &h) < 0 ||
		object_set_class(call, &object, in->storage_class, in->server_side_encryption,
			in->ssekms_key_id) < 0 ||
		set_checksum(call, in, &object) < 0 ||
		s3_check_canned_acl(call, in->bucket, in->acl) < 0)
		return -1;
	if (in->tagging.p && s3_parse_tagging(call, in->tagging, &object.tags) < 0)
		return -1;
	object.headers = &h;
	random_text(
		id, 64, STR("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._"));
	out->upload_id = (struct str){ id, 64 };
	call_put_record(call, upload_key(call, in->bucket, in->key, out->upload_id),
		&s3_upload_record_shape, &upload);
	out->bucket = in->bucket;
	out->key = in->key;
	out->server_side_encryption = object.encryption;
	out->ssekms_key_id = object.kms_key_id;
	out->checksum_algorithm = object.checksum_algorithm;
	out->checksum_type = object.checksum_type;
	return 0;
}

/* ---- parts ---- */

void upload_release_part(struct call *call, struct str upload_id, const struct s3_part_record *part)
{
	body_unref(call, part->blob, part->id);
	txn_delete(call->txn, upload_part_key(call, upload_id, part->number.v));
}

struct put_part {
	struct str bucket, key, upload_id, expected_owner;
	int64_t number;
	struct body *body;
	struct s3_upload_record upload;
};

static int find_upload(struct call *call, void *arg)
{
	struct put_part *p = arg;
	struct s3_bucket_record bucket;
	if (bucket_require(call, p->bucket, p->expected_owner, &bucket) < 0)
		return -1;
	return upload_require(call, p->bucket, p->key, p->upload_id, &p->upload);
}

static int commit_part(struct call *call, void *arg)
{
	struct put_part *p = arg;
	struct s3_part_record part = { .number = OPT_I64(p->number),
		.size = OPT_I64((int64_t)p->body->size),
		.e_tag = p->body->e_tag,
		.checksum = p->body->checksum,
		.modified_ms = OPT_I64(call->now_ms) },
			      old;
	if (find_upload(call, p) < 0)
		return -1;
	if (s3_get_record(call, upload_part_key(call, p->upload_id, p->number),
		    &s3_part_record_shape, &old))
		upload_release_part(call, p->upload_id, &old);
	part.id = object_new_id(call);
	part.blob = arena_str(call->arena, (struct str){ p->body->blob.hex, BLOB_ID_LENGTH });
	body_ref(call, part.blob, part.id);
	call_put_record(
		call, upload_part_key(call, p->upload_id, p->number), &s3_part_record_shape, &part);
	return 0;
}

static int check_number(struct call *call, int64_t number)
{
	if (number >= 1 && number <= S3_PARTS_MAX)
		return 0;
	return s3_invalid(call, "partNumber", arena_printf(call->arena, "%lld", (long long)number),
		"Part number must be an integer between 1 and 10000, inclusive");
}

int s3_upload_part(
	struct call *call, const struct s3_upload_part_input *in, struct s3_upload_part_output *out)
{
	struct body body;
	struct body_rules rules;
	struct put_part put = { in->bucket, in->key, in->upload_id, in->expected_bucket_owner,
		in->part_number.v, &body, { .account_id = { 0 } } };
	if (check_number(call, put.number) < 0 || body_read_rules(call, &rules) < 0 ||
		call_read(call, find_upload, &put) < 0)
		return -1;
	enum checksum_kind wanted = checksum_kind_of(put.upload.object->checksum_algorithm);
	if (wanted && rules.kind && rules.kind != wanted)
		return fail(call, &s3_invalid_request,
			"Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum "
			"Type: %s",
			checksum_name(wanted).p, checksum_name(rules.kind).p);
	if (wanted)
		rules.kind = wanted;
	rules.no_inline = true;
	if (body_receive(call, &rules, &body) < 0)
		return -1;
	int r = call_write(call, commit_part, &put);
	body_done(call, &body, r == 0);
	if (r < 0)
		return -1;
	out->e_tag = s3_quoted(call, body.e_tag);
	out->server_side_encryption = put.upload.object->encryption;
	CHECKSUM_SET(out, body.kind, body.checksum);
	return 0;
}

int upload_put_part(struct call *call, const struct part_place *place, struct body *body)
{
	struct put_part put = { place->bucket, place->key, place->upload_id, place->expected_owner,
		place->number, body, { .account_id = { 0 } } };
	if (check_number(call, place->number) < 0)
		return -1;
	int r = call_write(call, commit_part, &put);
	body_done(call, body, r == 0);
	return r;
}

int upload_find(struct call *call, const struct part_place *place, struct s3_upload_record *out)
{
	struct put_part put = { place->bucket, place->key, place->upload_id, place->expected_owner,
		place->number, NULL, { .account_id = { 0 } } };
	int r = call_read(call, find_upload, &put);
	*out = put.upload;
	return r;
}

/* ---- the end of an upload ---- */

static void drop_parts(struct call *call, struct str upload_id, const struct s3_part_records *kept)
{
	struct str prefix =
		KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("part"), key_text(upload_id));
	struct txn_cursor c;
	size_t k = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct s3_part_record part = { 0 };
		if (record_decode(call->arena, &s3_part_record_shape,
			    arena_str(call->arena, c.value), &part) < 0)
			continue;
		while (kept && k < kept->n && kept->v[k].number.v < part.number.v)
			k++;
		if (!kept || k == kept->n || kept->v[k].number.v != part.number.v)
			body_unref(call, part.blob, part.id);
	}
	txn_cursor_close(&c);
	txn_delete_range(call->txn, prefix, key_range_end(call->arena, prefix));
}

void upload_abort(struct call *call, struct str bucket, struct str key, struct str upload_id)
{
	drop_parts(call, upload_id, NULL);
	txn_delete(call->txn, upload_key(call, bucket, key, upload_id));
}

int s3_abort_multipart_upload(struct call *call, const struct s3_abort_multipart_upload_input *in,
	struct s3_abort_multipart_upload_output *out)
{
	struct s3_bucket_record bucket;
	struct s3_upload_record upload;
	(void)out;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0 ||
		upload_require(call, in->bucket, in->key, in->upload_id, &upload) < 0)
		return -1;
	upload_abort(call, in->bucket, in->key, in->upload_id);
	return 0;
}

static struct str named_checksum(const struct s3_completed_part *part, enum checksum_kind kind)
{
	const struct str none = { 0 }, by_kind[CHECKSUM_KINDS] = { none, part->checksum_crc32,
		part->checksum_crc32_c, part->checksum_crc64_nvme, part->checksum_sha1,
		part->checksum_sha256 };
	return by_kind[kind];
}

/* Reads the parts that the client names, in their order. */
static int gather_parts(struct call *call, const struct s3_complete_multipart_upload_input *in,
	enum checksum_kind kind, struct s3_part_records *out, int64_t *size)
{
	const struct s3_completed_multipart_upload *named = in->multipart_upload;
	*size = 0;
	if (!named || named->parts.n == 0 || named->parts.n > S3_PARTS_MAX)
		return fail(call, &s3_malformed_xml,
			"The XML you provided was not well-formed or did not validate against our published schema");
	*out = (struct s3_part_records){
		ARENA_ARRAY(call->arena, struct s3_part_record, named->parts.n), named->parts.n
	};
	for (size_t i = 0; i < out->n; i++) {
		const struct s3_completed_part *p = &named->parts.v[i];
		struct s3_part_record *part = &out->v[i];
		if (i > 0 && p->part_number.v <= named->parts.v[i - 1].part_number.v)
			return fail(call, &s3_invalid_part_order,
				"The list of parts was not in ascending order. Parts must be ordered by part number.");
		struct str given = named_checksum(p, kind);
		if (!s3_get_record(call, upload_part_key(call, in->upload_id, p->part_number.v),
			    &s3_part_record_shape, part) ||
			!str_eq(s3_unquoted(p->e_tag), part->e_tag) ||
			(given.p && !str_eq(given, part->checksum)))
			return fail(call, &s3_invalid_part,
				"One or more of the specified parts could not be found.  The part may not "
				"have been uploaded, or the "
				"specified entity tag may not match the part's entity tag.");
		*size += part->size.v;
	}
	for (size_t i = 0; i + 1 < out->n; i++)
		if (out->v[i].size.v < (int64_t)S3_PART_BYTES_MIN)
			return fail(call, &s3_entity_too_small,
				"Your proposed upload is smaller than the minimum allowed size");
	if ((uint64_t)*size > S3_OBJECT_BYTES_MAX)
		return fail(call, &s3_entity_too_large,
			"Your proposed upload exceeds the maximum allowed size");
	return 0;
}

struct str multipart_e_tag(struct call *call, const struct s3_part_records *parts)
{
	EVP_MD_CTX *md5 = EVP_MD_CTX_new();
	unsigned char digest[16];
	char hex[33];
	int ok = md5 && EVP_DigestInit_ex(md5, EVP_md5(), NULL);
	assert(ok && "out of memory for a hash");
	for (size_t i = 0; i < parts->n; i++)
		if (hex_decode(parts->v[i].e_tag, digest, sizeof digest) == 0)
			EVP_DigestUpdate(md5, digest, sizeof digest);
	EVP_DigestFinal_ex(md5, digest, NULL);
	EVP_MD_CTX_free(md5);
	hex_encode(digest, sizeof digest, hex);
	return arena_printf(call->arena, "%s-%zu", hex, parts->n);
}

/* Composite: the checksum of the parts' checksums, and their number. Full: what the whole's would
 * be. */
static struct str whole_checksum(struct call *call, enum checksum_kind kind, bool is_full,
	const struct s3_part_records *parts)
{
	unsigned char digest[CHECKSUM_BYTES_MAX], whole[CHECKSUM_BYTES_MAX] = { 0 };
	struct checksum c;
	checksum_init(&c, kind);
	for (size_t i = 0; i < parts->n; i++) {
		if (!checksum_parse(call->arena, kind, parts->v[i].checksum, digest))
			continue;
		if (!is_full)
			checksum_update(&c, digest, checksum_bytes(kind));
		else if (i == 0)
			memcpy(whole, digest, sizeof whole);
		else
			checksum_combine(kind, whole, digest, (uint64_t)parts->v[i].size.v);
	}
	if (!is_full)
		checksum_final(&c, whole);
	checksum_fini(&c);
	struct str text = checksum_text(call->arena, kind, whole);
	return is_full ? text : arena_printf(call->arena, "%.*s-%zu", STR_ARG(text), parts->n);
}

static int check_whole(struct call *call, const struct s3_complete_multipart_upload_input *in,
	enum checksum_kind kind, const struct s3_object_record *object)
{
	const struct s3_completed_part whole = { .checksum_crc32 = in->checksum_crc32,
		.checksum_crc32_c = in->checksum_crc32_c,
		.checksum_crc64_nvme = in->checksum_crc64_nvme,
		.checksum_sha1 = in->checksum_sha1,
		.checksum_sha256 = in->checksum_sha256 };
	struct str given = named_checksum(&whole, kind);
	if (in->mpu_object_size.set && in->mpu_object_size.v != object->size.v)
		return fail(call, &s3_invalid_request,
			"The provided 'x-amz-mp-object-size' header does not match what was computed.");
	if (given.p && !str_eq(given, object->checksum) &&
		!(str_index(given, '-') < 0 && str_starts(object->checksum, given) &&
			object->checksum.p[given.n] == '-'))
		return fail(call, &s3_bad_digest,
			"The %s you specified did not match the calculated checksum.",
			checksum_name(kind).p);
	return 0;
}

int s3_complete_multipart_upload(struct call *call,
	const struct s3_complete_multipart_upload_input *in,
	struct s3_complete_multipart_upload_output *out)
{
	struct s3_bucket_record bucket;
	struct s3_upload_record upload;
	struct s3_parts_record parts = { 0 };
	struct s3_object_record old;
	int64_t size;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0 ||
		upload_require(call, in->bucket, in->key, in->upload_id, &upload) < 0)
		return -1;
	struct s3_object_record *object = upload.object;
	enum checksum_kind kind = checksum_kind_of(object->checksum_algorithm);
	if (gather_parts(call, in, kind, &parts.parts, &size) < 0)
		return -1;
	if (in->if_match.p || in->if_none_match.p) {
		bool is_there = object_current(call, in->bucket, in->key, &old);
		if (conditions_check_write(
			    call, in->if_match, in->if_none_match, is_there ? &old : NULL) < 0)
			return -1;
	}
	object->id = object_new_id(call);
	object->size = OPT_I64(size);
	object->modified_ms = OPT_I64(call->now_ms);
	object->part_count = OPT_I64((int64_t)parts.parts.n);
	object->e_tag = multipart_e_tag(call, &parts.parts);
	if (kind)
		object->checksum = whole_checksum(
			call, kind, str_is(object->checksum_type, "FULL_OBJECT"), &parts.parts);
	if (check_whole(call, in, kind, object) < 0)
		return -1;
	drop_parts(call, in->upload_id, &parts.parts);
	txn_delete(call->txn, upload_key(call, in->bucket, in->key, in->upload_id));
	call_put_record(call, parts_key(call, object->id), &s3_parts_record_shape, &parts);
	object_install(call, &bucket, in->bucket, in->key, object);
	if (notify_object(call, &bucket, in->bucket, in->key, object,
		    "ObjectCreated:CompleteMultipartUpload") < 0)
		return -1;
	out->location = arena_printf(call->arena, "%.*s/%.*s/%.*s", STR_ARG(call_base_url(call)),
		STR_ARG(in->bucket), STR_ARG(percent_encode(call->arena, in->key, false)));
	out->bucket = in->bucket;
	out->key = in->key;
	out->e_tag = s3_quoted(call, object->e_tag);
	out->version_id = object_version_id(&bucket, object);
	out->server_side_encryption = object->encryption;
	out->ssekms_key_id = object->kms_key_id;
	CHECKSUM_SET(out, kind, object->checksum);
	out->checksum_type = object->checksum_type;
	return 0;
}
