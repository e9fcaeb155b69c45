/* CopyObject and UploadPartCopy. */
#include "base/encode.h"
#include "loop/loop.h"
#include "net/http.h"
#include "services/s3/config.h"
#include "services/s3/multipart.h"
#include "services/s3/policies.h"
#include "services/s3/notify.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { COPY_BYTES = 256 << 10 };

struct copy {
	struct str bucket, key, version_id, expected_owner; /* of the source */
	struct conditions conditions;
	struct source source;
	uint64_t offset, length;
};

/* "bucket/key?versionId=x", percent-encoded, with or without a slash before it; or an ARN's form.
 */
static int read_copy_source(struct call *call, struct str text, struct copy *out)
{
	struct str path = text, query = { 0 };
	ssize_t question = str_find(text, STR("?versionId="));
	if (question >= 0) {
		path.n = (size_t)question;
		query = str_from(text, (size_t)question + 1);
		out->version_id = http_query_get(call->arena, query, STR("versionId"));
	}
	if (percent_decode(call->arena, path, false, &path) < 0)
		path = (struct str){ "", 0 };
	if (str_starts(path, STR("/")))
		path = str_from(path, 1);
	ssize_t slash = str_index(path, '/');
	if (slash <= 0 || (size_t)slash + 1 == path.n)
		return s3_invalid(call, "x-amz-copy-source", text,
			"Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
	out->bucket = str_sub(path, 0, (size_t)slash);
	out->key = str_from(path, (size_t)slash + 1);
	return 0;
}

/* Who copies must be allowed to read the source. */
static int authorize_source(struct call *call, const struct copy *c)
{
	struct s3_access access;
	s3_access_begin(call, c->bucket, &access);
	return s3_access_check(
		call, &access, c->version_id.p ? "s3:GetObjectVersion" : "s3:GetObject", c->key);
}

/* Tags that come along must be read there and put here; whether there are any is seen later. */
static bool may_copy_tags(
	struct call *call, const struct copy *from, struct str bucket, struct str key)
{
	struct s3_access source, target;
	s3_access_begin(call, from->bucket, &source);
	s3_access_begin(call, bucket, &target);
	bool may =
		s3_access_check(call, &source,
			from->version_id.p ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging",
			from->key) == 0 &&
		s3_access_check(call, &target, "s3:PutObjectTagging", key) == 0;
	call->error = (struct call_error){ 0 };
	return may;
}

static int find_source(struct call *call, void *arg)
{
	struct copy *c = arg;
	if (source_find(call, c->bucket, c->expected_owner, c->key, c->version_id, &c->source) <
			0 ||
		conditions_check_copy(call, &c->conditions, &c->source.record) < 0)
		return -1;
	c->offset = 0;
	c->length = (uint64_t)c->source.record.size.v;
	return 0;
}

/* ---- bytes from file to file, for parts that are ranges ---- */

struct read_work {
	int fd;
	char *p;
	size_t n;
	off_t at;
	ssize_t result;
};

static void work_read(void *arg)
{
	struct read_work *w = arg;
	do
		w->result = pread(w->fd, w->p, w->n, w->at);
	while (w->result < 0 && errno == EINTR);
}

static int copy_part(
	struct call *call, const struct call_part *part, struct body_writer *to, char *space)
{
	struct buf path = { 0 };
	uint64_t done = 0;
	blob_path(call->aws->blobs, part->blob, &path);
	int fd = open(buf_cstr(&path), O_RDONLY | O_CLOEXEC), r = fd < 0 ? -1 : 0;
	buf_fini(&path);
	if (fd < 0)
		return fail(call, &s3_operation_aborted,
			"The source was overwritten while it was copied. Please try again.");
	while (done < part->length && r == 0) {
		struct read_work w = { fd, space,
			(size_t)MIN(part->length - done, (uint64_t)COPY_BYTES),
			(off_t)(part->offset + done), 0 };
		loop_work(work_read, &w);
		if (w.result <= 0)
			r = fail(call, &s3_internal_error, "The source can't be read.");
		else
			r = body_writer_append(to, (struct str){ space, (size_t)w.result });
		done += w.result > 0 ? (uint64_t)w.result : 0;
	}
	close(fd);
	return r;
}

/* The range's bytes as a body of its own. */
static int copy_bytes(
	struct call *call, struct copy *c, const struct body_rules *rules, struct body *out)
{
	struct body_writer *w;
	size_t n = 0;
	struct call_part *parts = source_parts(call, &c->source, c->offset, c->length, &n);
	if (body_writer_begin(call, rules, (int64_t)c->length, &w) < 0)
		return -1;
	char *space = xmalloc(COPY_BYTES);
	int r = 0;
	if (c->source.data.p)
		r = body_writer_append(w, str_sub(c->source.data, c->offset, c->length));
	for (size_t i = 0; i < n && r == 0; i++)
		r = copy_part(call, &parts[i], w, space);
	free(space);
	if (r < 0) {
		body_writer_abort(w);
		return -1;
	}
	return body_writer_end(w, out);
}

/* ---- CopyObject ---- */

struct copy_object {
	bool may_copy_tags;
	const struct s3_copy_object_input *in;
	struct copy copy;
	struct body body; /* when the bytes were copied */
	bool has_body;
	struct str body_of; /* the id of the version that was copied */
	struct s3_object_record record;
	struct s3_copy_object_output *out;
};

/* A copy refers to the same files; only small ones have bytes of their own. */
static int share_bytes(struct call *call, const struct source *s, struct s3_object_record *record)
{
	struct s3_parts_record parts = { .parts = s->parts };
	record->id = object_new_id(call);
	record->size = s->record.size;
	record->modified_ms = OPT_I64(call->now_ms);
	if (s->data.p) {
		txn_put(call->txn, data_key(call, record->id), s->data);
	} else if (s->record.part_count.v == 0) {
		record->blob = s->record.blob;
		body_ref(call, record->blob, record->id);
	} else {
		/* One reference for each part, by an id of its own: the two objects end at
		 * different times. */
		parts.parts.v = ARENA_ARRAY(call->arena, struct s3_part_record, s->parts.n);
		for (size_t i = 0; i < s->parts.n; i++) {
			parts.parts.v[i] = s->parts.v[i];
			parts.parts.v[i].id = object_new_id(call);
			body_ref(call, parts.parts.v[i].blob, parts.parts.v[i].id);
		}
		record->part_count = s->record.part_count;
		call_put_record(call, parts_key(call, record->id), &s3_parts_record_shape, &parts);
	}
	return 0;
}

static int set_metadata(struct call *call, const struct s3_copy_object_input *in,
	const struct s3_object_record *source, struct s3_object_record *record)
{
	struct s3_stored_headers *h = ARENA_NEW(call->arena, struct s3_stored_headers);
	bool replaces = str_is(in->metadata_directive, "REPLACE");
	if (in->metadata_directive.p && !replaces && !str_is(in->metadata_directive, "COPY"))
		return s3_invalid(call, "x-amz-metadata-directive", in->metadata_directive,
			"Unknown metadata directive.");
	if (replaces)
		*h = (struct s3_stored_headers){ in->content_type.n ? in->content_type
								    : STR("binary/octet-stream"),
			in->cache_control, in->content_disposition, in->content_encoding,
			in->content_language, in->expires, in->website_redirect_location,
			in->metadata };
	else if (source->headers)
		*h = *source->headers;
	if (!replaces)
		h->redirect = in->website_redirect_location;
	record->headers = h;
	if (in->tagging_directive.p && !str_is(in->tagging_directive, "COPY") &&
		!str_is(in->tagging_directive, "REPLACE"))
		return s3_invalid(call, "x-amz-tagging-directive", in->tagging_directive,
			"Unknown tagging directive.");
	if (str_is(in->tagging_directive, "REPLACE")) {
		if (in->tagging.p && s3_parse_tagging(call, in->tagging, &record->tags) < 0)
			return -1;
	} else {
		record->tags = source->tags;
	}
	return object_check_headers(call, h);
}

static int check_itself(struct call *call, const struct copy_object *c)
{
	const struct s3_copy_object_input *in = c->in;
	bool changes = str_is(in->metadata_directive, "REPLACE") ||
		       str_is(in->tagging_directive, "REPLACE") || in->storage_class.p ||
		       in->server_side_encryption.p || in->website_redirect_location.p ||
		       c->copy.version_id.p || in->checksum_algorithm.p;
	if (changes || !str_eq(in->bucket, c->copy.bucket) || !str_eq(in->key, c->copy.key))
		return 0;
	return fail(call, &s3_invalid_request,
		"This copy request is illegal because it is trying to copy an object to itself "
		"without changing the object's metadata, storage class, website redirect location or "
		"encryption attributes.");
}

static int commit_copy(struct call *call, void *arg)
{
	struct copy_object *c = arg;
	const struct s3_copy_object_input *in = c->in;
	struct s3_object_record record = { 0 }, old;
	struct s3_bucket_record bucket;
	if (find_source(call, &c->copy) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	const struct s3_object_record *source = &c->copy.source.record;
	if ((uint64_t)source->size.v > S3_PUT_BYTES_MAX)
		return fail(call, &s3_invalid_request,
			"The specified copy source is larger than the maximum allowable size for a "
			"copy source: 5368709120");
	if (in->if_match.p || in->if_none_match.p) {
		bool is_there = object_current(call, in->bucket, in->key, &old);
		if (conditions_check_write(
			    call, in->if_match, in->if_none_match, is_there ? &old : NULL) < 0)
			return -1;
	}
	if (s3_check_canned_acl(call, in->bucket, in->acl) < 0 ||
		object_set_class(call, &record, in->storage_class, in->server_side_encryption,
			in->ssekms_key_id) < 0 ||
		set_metadata(call, in, source, &record) < 0)
		return -1;
	if (record.tags.n && !str_is(in->tagging_directive, "REPLACE") && !c->may_copy_tags)
		return fail(call, &s3_access_denied, "Access Denied");
	if (c->has_body && !str_eq(source->id, c->body_of))
		return fail(call, &s3_operation_aborted,
			"The source was overwritten while it was copied. Please try again.");
	record.e_tag = source->e_tag;
	record.checksum_algorithm = source->checksum_algorithm;
	record.checksum_type = source->checksum_type;
	record.checksum = source->checksum;
	if (c->has_body) {
		record.e_tag = c->body.e_tag;
		record.checksum_algorithm = checksum_name(c->body.kind);
		record.checksum_type = STR("FULL_OBJECT");
		record.checksum = c->body.checksum;
		object_store_body(call, &c->body, &record);
	} else if (share_bytes(call, &c->copy.source, &record) < 0) {
		return -1;
	}
	c->out->copy_source_version_id = c->copy.source.version_id;
	object_install(call, &bucket, in->bucket, in->key, &record);
	c->out->version_id = object_version_id(&bucket, &record);
	c->record = record;
	return notify_object(call, &bucket, in->bucket, in->key, &record, "ObjectCreated:Copy");
}

/* Another checksum than the source has: the bytes are read for it. */
static int rehash(struct call *call, struct copy_object *c)
{
	struct body_rules rules = { .kind = checksum_kind_of(c->in->checksum_algorithm),
		.bytes_max = S3_PUT_BYTES_MAX };
	if (call_read(call, find_source, &c->copy) < 0)
		return -1;
	if (!rules.kind ||
		str_eq(c->copy.source.record.checksum_algorithm, c->in->checksum_algorithm))
		return 0;
	c->body_of = c->copy.source.record.id;
	if (copy_bytes(call, &c->copy, &rules, &c->body) < 0)
		return -1;
	c->has_body = true;
	return 0;
}

int s3_copy_object(
	struct call *call, const struct s3_copy_object_input *in, struct s3_copy_object_output *out)
{
	struct copy_object c = { .in = in, .out = out };
	if (object_check_key(call, in->key) < 0 ||
		read_copy_source(call, in->copy_source, &c.copy) < 0 ||
		check_itself(call, &c) < 0 || authorize_source(call, &c.copy) < 0)
		return -1;
	c.may_copy_tags = may_copy_tags(call, &c.copy, in->bucket, in->key);
	c.copy.expected_owner = in->expected_source_bucket_owner;
	c.copy.conditions =
		(struct conditions){ in->copy_source_if_match, in->copy_source_if_none_match,
			in->copy_source_if_modified_since, in->copy_source_if_unmodified_since };
	if (in->checksum_algorithm.p && rehash(call, &c) < 0)
		return -1;
	int r = call_write(call, commit_copy, &c);
	if (c.has_body)
		body_done(call, &c.body, r == 0);
	if (r < 0)
		return -1;
	struct s3_copy_object_result *result = ARENA_NEW(call->arena, struct s3_copy_object_result);
	result->e_tag = s3_quoted(call, c.record.e_tag);
	result->last_modified = OPT_TIME(c.record.modified_ms.v);
	CHECKSUM_SET(result, checksum_kind_of(c.record.checksum_algorithm), c.record.checksum);
	result->checksum_type = c.record.checksum_type;
	out->copy_object_result = result;
	out->server_side_encryption = c.record.encryption;
	out->ssekms_key_id = c.record.kms_key_id;
	return 0;
}

/* ---- UploadPartCopy ---- */

static int choose_copy_range(struct call *call, struct str text, struct copy *c)
{
	uint64_t size = c->length;
	if (!text.p)
		return 0;
	if (range_parse(text, size, &c->offset, &c->length) != RANGE_OK ||
		str_index(text, '-') == 6)
		return s3_invalid(call, "x-amz-copy-source-range", text,
			"The x-amz-copy-source-range value must be of the form bytes=first-last where first "
			"and last are the "
			"zero-based offsets of the first and last bytes to copy");
	return 0;
}

int s3_upload_part_copy(struct call *call, const struct s3_upload_part_copy_input *in,
	struct s3_upload_part_copy_output *out)
{
	struct copy copy = { .expected_owner = in->expected_source_bucket_owner,
		.conditions = { in->copy_source_if_match, in->copy_source_if_none_match,
			in->copy_source_if_modified_since, in->copy_source_if_unmodified_since } };
	struct part_place place = { in->bucket, in->key, in->upload_id, in->expected_bucket_owner,
		in->part_number.v };
	struct s3_upload_record upload;
	struct body body;
	if (read_copy_source(call, in->copy_source, &copy) < 0 ||
		authorize_source(call, &copy) < 0 || upload_find(call, &place, &upload) < 0 ||
		call_read(call, find_source, &copy) < 0 ||
		choose_copy_range(call, in->copy_source_range, &copy) < 0)
		return -1;
	struct body_rules rules = { .kind = checksum_kind_of(upload.object->checksum_algorithm),
		.bytes_max = S3_PUT_BYTES_MAX,
		.no_inline = true };
	if (copy.length > S3_PUT_BYTES_MAX)
		return fail(call, &s3_invalid_request,
			"The specified copy range is larger than 5368709120 bytes");
	if (copy_bytes(call, &copy, &rules, &body) < 0 || upload_put_part(call, &place, &body) < 0)
		return -1;
	out->copy_part_result = ARENA_NEW(call->arena, struct s3_copy_part_result);
	out->copy_part_result->e_tag = s3_quoted(call, body.e_tag);
	out->copy_part_result->last_modified = OPT_TIME(call->now_ms);
	CHECKSUM_SET(out->copy_part_result, body.kind, body.checksum);
	out->copy_source_version_id = copy.source.version_id;
	out->server_side_encryption = upload.object->encryption;
	return 0;
}
