/* ListParts and ListMultipartUploads. */
#include "services/s3/multipart.h"

int s3_list_parts(
	struct call *call, const struct s3_list_parts_input *in, struct s3_list_parts_output *out)
{
	struct s3_bucket_record bucket;
	struct s3_upload_record upload;
	struct txn_cursor c;
	int64_t max;
	if (s3_page_size(call, "max-parts", in->max_parts, &max) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0 ||
		upload_require(call, in->bucket, in->key, in->upload_id, &upload) < 0)
		return -1;
	enum checksum_kind kind = checksum_kind_of(upload.object->checksum_algorithm);
	struct str all =
		KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("part"), key_text(in->upload_id));
	struct str begin = key_after(
		call->arena, upload_part_key(call, in->upload_id, in->part_number_marker.v));
	out->is_truncated = OPT_BOOL(false);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		struct s3_part_record r = { 0 };
		if (record_decode(call->arena, &s3_part_record_shape,
			    arena_str(call->arena, c.value), &r) < 0)
			continue;
		if (out->parts.n == (size_t)max) {
			out->is_truncated = OPT_BOOL(true);
			break;
		}
		struct s3_part part = { .part_number = r.number,
			.last_modified = OPT_TIME(r.modified_ms.v),
			.e_tag = s3_quoted(call, r.e_tag),
			.size = r.size };
		CHECKSUM_SET(&part, kind, r.checksum);
		out->parts.v =
			s3_grow(call->arena, out->parts.v, out->parts.n, sizeof *out->parts.v);
		out->parts.v[out->parts.n++] = part;
		out->next_part_number_marker = r.number;
	}
	txn_cursor_close(&c);
	out->bucket = in->bucket;
	out->key = in->key;
	out->upload_id = in->upload_id;
	out->max_parts = OPT_I64(max);
	out->part_number_marker = OPT_I64(in->part_number_marker.v);
	out->owner = s3_owner_of(call, bucket.account);
	out->initiator = ARENA_NEW(call->arena, struct s3_initiator);
	out->initiator->id = out->owner->id;
	out->storage_class =
		upload.object->storage_class.p ? upload.object->storage_class : STR("STANDARD");
	out->checksum_algorithm = upload.object->checksum_algorithm;
	out->checksum_type = upload.object->checksum_type;
	return 0;
}

/* What is below a delimiter is answered once, as in ListObjects. */
static bool add_common(struct call *call, const struct s3_list_multipart_uploads_input *in,
	struct str key, struct s3_list_multipart_uploads_output *out, struct str *last)
{
	ssize_t at = in->delimiter.n ? str_find(str_from(key, in->prefix.n), in->delimiter) : -1;
	if (at < 0)
		return false;
	struct str common = str_sub(key, 0, in->prefix.n + (size_t)at + in->delimiter.n);
	if (last->p && str_eq(*last, common))
		return true;
	*last = common;
	out->common_prefixes.v = s3_grow(call->arena, out->common_prefixes.v,
		out->common_prefixes.n, sizeof *out->common_prefixes.v);
	out->common_prefixes.v[out->common_prefixes.n++].prefix =
		s3_encoded(call, in->encoding_type, common);
	return true;
}

static void add_upload(struct call *call, const struct s3_list_multipart_uploads_input *in,
	struct str account, const struct key_part *parts, const struct s3_upload_record *r,
	struct s3_list_multipart_uploads_output *out)
{
	struct s3_multipart_upload u = { .upload_id = parts[1].text,
		.key = s3_encoded(call, in->encoding_type, parts[0].text),
		.initiated = OPT_TIME(r->started_ms.v),
		.storage_class =
			r->object->storage_class.p ? r->object->storage_class : STR("STANDARD"),
		.owner = s3_owner_of(call, account),
		.checksum_algorithm = r->object->checksum_algorithm,
		.checksum_type = r->object->checksum_type };
	u.initiator = ARENA_NEW(call->arena, struct s3_initiator);
	u.initiator->id = u.owner->id;
	out->uploads.v =
		s3_grow(call->arena, out->uploads.v, out->uploads.n, sizeof *out->uploads.v);
	out->uploads.v[out->uploads.n++] = u;
}

int s3_list_multipart_uploads(struct call *call, const struct s3_list_multipart_uploads_input *in,
	struct s3_list_multipart_uploads_output *out)
{
	struct s3_bucket_record bucket;
	struct txn_cursor c;
	struct str last = { 0 };
	int64_t max;
	if (s3_page_size(call, "max-uploads", in->max_uploads, &max) < 0 ||
		s3_check_encoding_type(call, in->encoding_type) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	struct str all = KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("upload"),
			   key_text(in->bucket)),
		   begin = all;
	if (in->key_marker.n && in->upload_id_marker.n)
		begin = key_after(call->arena,
			upload_key(call, in->bucket, in->key_marker, in->upload_id_marker));
	else if (in->key_marker.n)
		begin = key_range_end(
			call->arena, KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("upload"),
					     key_text(in->bucket), key_text(in->key_marker)));
	out->is_truncated = OPT_BOOL(false);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part parts[2];
		struct s3_upload_record r = { 0 };
		if (key_decode(call->arena, str_from(c.key, all.n), parts, 2) != 2 ||
			!str_starts(parts[0].text, in->prefix) ||
			record_decode(call->arena, &s3_upload_record_shape,
				arena_str(call->arena, c.value), &r) < 0 ||
			!r.object)
			continue;
		if (out->uploads.n + out->common_prefixes.n == (size_t)max) {
			out->is_truncated = OPT_BOOL(true);
			break;
		}
		if (!add_common(call, in, parts[0].text, out, &last))
			add_upload(call, in, bucket.account, parts, &r, out);
		out->next_key_marker = s3_encoded(call, in->encoding_type, parts[0].text);
		out->next_upload_id_marker = parts[1].text;
	}
	txn_cursor_close(&c);
	if (!out->is_truncated.v)
		out->next_key_marker = out->next_upload_id_marker = (struct str){ 0 };
	out->bucket = in->bucket;
	out->key_marker =
		s3_encoded(call, in->encoding_type, in->key_marker.p ? in->key_marker : STR(""));
	out->upload_id_marker = in->upload_id_marker.p ? in->upload_id_marker : STR("");
	out->prefix = s3_encoded(call, in->encoding_type, in->prefix);
	out->delimiter = s3_encoded(call, in->encoding_type, in->delimiter);
	out->encoding_type = in->encoding_type;
	out->max_uploads = OPT_I64(max);
	return 0;
}
