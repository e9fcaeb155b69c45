/* Tags of objects, and GetObjectAttributes. */
#include "services/s3/internal.h"

/* Finds the version and whether it is the current row. */
static int find(struct call *call, struct str bucket_name, struct str owner, struct str key,
	struct str version_id, struct s3_object_record *record, bool *is_current,
	struct str *answer_id)
{
	struct s3_bucket_record bucket;
	if (bucket_require(call, bucket_name, owner, &bucket) < 0 ||
		object_find(call, &bucket, bucket_name, key, version_id, record) < 0)
		return -1;
	object_version(call, bucket_name, key, version_id, record, is_current);
	*answer_id = object_version_id(&bucket, record);
	return 0;
}

int s3_put_object_tagging(struct call *call, const struct s3_put_object_tagging_input *in,
	struct s3_put_object_tagging_output *out)
{
	struct s3_object_record record;
	bool is_current;
	if (s3_check_body(call) < 0 ||
		find(call, in->bucket, in->expected_bucket_owner, in->key, in->version_id, &record,
			&is_current, &out->version_id) < 0)
		return -1;
	if (!in->tagging)
		return fail(call, &s3_malformed_xml,
			"The XML you provided was not well-formed or did not validate against our published schema");
	record.tags = (struct s3_stored_tags){ in->tagging->tag_set.v, in->tagging->tag_set.n };
	if (s3_check_tags(call, record.tags.v, record.tags.n, S3_OBJECT_TAGS_MAX) < 0)
		return -1;
	object_replace(call, in->bucket, in->key, &record, is_current);
	return 0;
}

int s3_get_object_tagging(struct call *call, const struct s3_get_object_tagging_input *in,
	struct s3_get_object_tagging_output *out)
{
	struct s3_object_record record;
	bool is_current;
	if (find(call, in->bucket, in->expected_bucket_owner, in->key, in->version_id, &record,
		    &is_current, &out->version_id) < 0)
		return -1;
	out->tag_set = (struct s3_tag_set){
		record.tags.v ? record.tags.v : ARENA_NEW(call->arena, struct s3_tag), record.tags.n
	};
	return 0;
}

int s3_delete_object_tagging(struct call *call, const struct s3_delete_object_tagging_input *in,
	struct s3_delete_object_tagging_output *out)
{
	struct s3_object_record record;
	bool is_current;
	if (find(call, in->bucket, in->expected_bucket_owner, in->key, in->version_id, &record,
		    &is_current, &out->version_id) < 0)
		return -1;
	record.tags = (struct s3_stored_tags){ 0 };
	object_replace(call, in->bucket, in->key, &record, is_current);
	return 0;
}

static bool asks_for(const struct s3_get_object_attributes_input *in, const char *name)
{
	for (size_t i = 0; i < in->object_attributes.n; i++)
		if (str_is(in->object_attributes.v[i], name))
			return true;
	return false;
}

static struct s3_get_object_attributes_parts *attributes_parts(
	struct call *call, const struct s3_get_object_attributes_input *in, const struct source *s)
{
	struct s3_get_object_attributes_parts *out =
		ARENA_NEW(call->arena, struct s3_get_object_attributes_parts);
	int64_t max = in->max_parts.set ? MIN(in->max_parts.v, (int64_t)S3_PAGE_MAX) : S3_PAGE_MAX,
		marker = in->part_number_marker.v;
	enum checksum_kind kind = checksum_kind_of(s->record.checksum_algorithm);
	out->total_parts_count = s->record.part_count;
	/* Each part's own facts come only with a checksum (API Reference, GetObjectAttributes). */
	if (!kind)
		return out;
	out->max_parts = OPT_I64(max);
	out->part_number_marker = OPT_I64(marker);
	out->is_truncated = OPT_BOOL(false);
	out->parts.v = ARENA_ARRAY(call->arena, struct s3_object_part, s->parts.n + 1);
	for (size_t i = 0; i < s->parts.n; i++) {
		int64_t number = (int64_t)i + 1;
		if (number <= marker)
			continue;
		if (out->parts.n == (size_t)max) {
			out->is_truncated = OPT_BOOL(true);
			break;
		}
		struct s3_object_part part = { .part_number = OPT_I64(number),
			.size = s->parts.v[i].size };
		CHECKSUM_SET(&part, kind, s->parts.v[i].checksum);
		out->parts.v[out->parts.n++] = part;
		out->next_part_number_marker = OPT_I64(number);
	}
	return out;
}

int s3_get_object_attributes(struct call *call, const struct s3_get_object_attributes_input *in,
	struct s3_get_object_attributes_output *out)
{
	struct source s;
	if (source_find(call, in->bucket, in->expected_bucket_owner, in->key, in->version_id, &s) <
		0)
		return -1;
	const struct s3_object_record *r = &s.record;
	out->last_modified = OPT_TIME(r->modified_ms.v);
	out->version_id = s.version_id;
	if (asks_for(in, "ETag"))
		out->e_tag = r->e_tag;
	if (asks_for(in, "ObjectSize"))
		out->object_size = r->size;
	if (asks_for(in, "StorageClass"))
		out->storage_class = r->storage_class.p ? r->storage_class : STR("STANDARD");
	if (asks_for(in, "Checksum") && r->checksum_algorithm.n) {
		out->checksum = ARENA_NEW(call->arena, struct s3_checksum);
		CHECKSUM_SET(out->checksum, checksum_kind_of(r->checksum_algorithm), r->checksum);
		out->checksum->checksum_type = r->checksum_type;
	}
	if (asks_for(in, "ObjectParts") && r->part_count.v > 0)
		out->object_parts = attributes_parts(call, in, &s);
	return 0;
}
