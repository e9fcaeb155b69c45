/* Where the bytes of a version are, and ranges of them. */
#include "services/s3/internal.h"
#include "services/s3/policies.h"

int source_find(struct call *call, struct str bucket_name, struct str expected_owner,
	struct str key, struct str version_id, struct source *out)
{
	struct s3_bucket_record bucket;
	struct s3_parts_record parts;
	*out = (struct source){ 0 };
	if (bucket_require(call, bucket_name, expected_owner, &bucket) < 0 ||
		object_find(call, &bucket, bucket_name, key, version_id, &out->record) < 0)
		return -1;
	const struct s3_object_record *r = &out->record;
	out->version_id = object_version_id(&bucket, r);
	if (r->part_count.v > 0) {
		if (!s3_get_record(call, parts_key(call, r->id), &s3_parts_record_shape, &parts))
			return fail(
				call, &s3_internal_error, "The object's parts are not recorded.");
		out->parts = parts.parts;
	} else if (r->blob.p) {
		struct s3_part_record *whole = ARENA_NEW(call->arena, struct s3_part_record);
		*whole = (struct s3_part_record){ .id = r->id, .size = r->size, .blob = r->blob };
		out->parts = (struct s3_part_records){ whole, 1 };
	} else if (!txn_get(call->txn, data_key(call, r->id), call->arena, &out->data)) {
		return fail(call, &s3_internal_error, "The object's bytes are not recorded.");
	}
	return 0;
}

struct call_part *source_parts(
	struct call *call, const struct source *s, uint64_t offset, uint64_t length, size_t *n)
{
	struct call_part *parts = ARENA_ARRAY(call->arena, struct call_part, s->parts.n + 1);
	uint64_t at = 0, end = offset + length;
	*n = 0;
	for (size_t i = 0; i < s->parts.n && at < end; i++) {
		uint64_t size = (uint64_t)s->parts.v[i].size.v, from = MAX(at, offset),
			 to = MIN(at + size, end);
		if (from < to)
			parts[(*n)++] =
				(struct call_part){ s->parts.v[i].blob, from - at, to - from };
		at += size;
	}
	return parts;
}

/* Digits alone; what is too long is as far as can be. */
static bool read_number(struct str s, uint64_t *out)
{
	if (s.n == 0)
		return false;
	*out = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*out = *out > UINT64_MAX / 16 ? UINT64_MAX / 16
					      : *out * 10 + (uint64_t)(s.p[i] - '0');
	}
	return true;
}

enum range_result range_parse(struct str text, uint64_t size, uint64_t *first, uint64_t *length)
{
	struct str rest = str_trim(text), from;
	uint64_t a, b = UINT64_MAX;
	if (!str_starts_ci(rest, STR("bytes=")) || str_index(rest, ',') >= 0)
		return RANGE_NONE;
	rest = str_trim(str_from(rest, 6));
	ssize_t dash = str_index(rest, '-');
	if (dash < 0)
		return RANGE_NONE;
	from = str_trim(str_sub(rest, 0, (size_t)dash));
	rest = str_trim(str_from(rest, (size_t)dash + 1));
	if (from.n == 0) {
		/* The last bytes. */
		if (!read_number(rest, &b))
			return RANGE_NONE;
		if (b == 0 || size == 0)
			return RANGE_UNSATISFIABLE;
		*length = MIN(b, size);
		*first = size - *length;
		return RANGE_OK;
	}
	if (!read_number(from, &a) || (rest.n && !read_number(rest, &b)) || b < a)
		return RANGE_NONE;
	if (a >= size)
		return RANGE_UNSATISFIABLE;
	*first = a;
	*length = MIN(b, size - 1) - a + 1;
	return RANGE_OK;
}

struct location {
	const struct s3_locate_object_input *in;
	struct s3_locate_object_output *out;
};

static int locate(struct call *call, void *arg)
{
	const struct location *l = arg;
	struct s3_locate_object_output *out = l->out;
	struct source s;
	if (source_find(call, l->in->bucket, (struct str){ 0 }, l->in->key, l->in->version_id, &s) <
		0)
		return -1;
	out->size = s.record.size;
	out->e_tag = s.record.e_tag;
	out->version_id = s.version_id;
	out->data = s.data;
	if (s.data.p)
		return 0;
	out->blobs.v = ARENA_ARRAY(call->arena, struct s3_located_blob, s.parts.n);
	for (size_t i = 0; i < s.parts.n; i++)
		out->blobs.v[out->blobs.n++] =
			(struct s3_located_blob){ s.parts.v[i].blob, s.parts.v[i].size };
	return 0;
}

int s3_locate_object(struct call *call, const struct s3_locate_object_input *in,
	struct s3_locate_object_output *out)
{
	struct s3_access access;
	s3_access_begin(call, in->bucket, &access);
	if (s3_access_check(call, &access,
		    in->version_id.p ? "s3:GetObjectVersion" : "s3:GetObject", in->key) < 0)
		return -1;
	return call_read(call, locate, &(struct location){ in, out });
}

int s3_find_objects(struct call *call, const struct s3_find_objects_input *in,
	struct s3_find_objects_output *out)
{
	struct s3_access access;
	struct s3_list_objects_v2_input list = { .bucket = in->bucket,
		.prefix = in->prefix,
		.start_after = in->start_after,
		.max_keys = in->max_keys,
		.expected_bucket_owner = in->expected_bucket_owner };
	struct s3_list_objects_v2_output page = { 0 };
	s3_access_begin(call, in->bucket, &access);
	if (s3_access_check(call, &access, "s3:ListBucket", (struct str){ 0 }) < 0 ||
		call_inner(call, &s3_list_objects_v2_operation, NULL, &list, &page) < 0)
		return -1;
	out->keys.v = ARENA_ARRAY(call->arena, struct str, page.contents.n + 1);
	for (size_t i = 0; i < page.contents.n; i++)
		out->keys.v[out->keys.n++] = page.contents.v[i].key;
	return 0;
}
