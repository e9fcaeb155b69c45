/* GetObject and HeadObject. */
#include "base/clock.h"
#include "net/http_server.h"
#include "services/s3/internal.h"
#include "services/s3/policies.h"

struct get {
	struct str bucket, key, version_id, expected_owner;
	struct conditions conditions;
	struct str range;
	struct opt_i64 part_number;
	struct source source;
	uint64_t offset, length; /* of the answer */
	struct str content_range;
};

static int choose_range(struct call *call, struct get *g)
{
	uint64_t size = (uint64_t)g->source.record.size.v;
	g->offset = 0;
	g->length = size;
	switch (g->range.p ? range_parse(g->range, size, &g->offset, &g->length) : RANGE_NONE) {
	case RANGE_NONE:
		return 0;
	case RANGE_OK:
		g->content_range = arena_printf(call->arena, "bytes %llu-%llu/%llu",
			(unsigned long long)g->offset,
			(unsigned long long)(g->offset + g->length - 1), (unsigned long long)size);
		return 0;
	case RANGE_UNSATISFIABLE:
		break;
	}
	struct s3_invalid_range detail = { .range_requested = g->range,
		.actual_object_size = arena_printf(call->arena, "%llu", (unsigned long long)size) };
	call_header(call, STR("Content-Range"),
		arena_printf(call->arena, "bytes */%llu", (unsigned long long)size));
	return fail_with(
		call, &s3_invalid_range, &detail, "The requested range is not satisfiable");
}

/* A part of an object that came in parts; another object is its own first part. */
static int choose_part(struct call *call, struct get *g)
{
	const struct s3_object_record *r = &g->source.record;
	int64_t number = g->part_number.v;
	uint64_t size = (uint64_t)r->size.v;
	if (g->range.p)
		return fail(call, &s3_invalid_request,
			"Cannot specify both Range header and partNumber query parameter");
	if (number < 1 || number > S3_PARTS_MAX)
		return s3_invalid(call, "partNumber",
			arena_printf(call->arena, "%lld", (long long)number),
			"Part number must be an integer between 1 and 10000, inclusive");
	g->offset = 0;
	g->length = size;
	if (number > MAX(r->part_count.v, 1))
		return fail(call, &s3_invalid_part_number,
			"The requested partnumber is not satisfiable");
	if (r->part_count.v > 0) {
		for (int64_t i = 0; i < number - 1; i++)
			g->offset += (uint64_t)g->source.parts.v[i].size.v;
		g->length = (uint64_t)g->source.parts.v[number - 1].size.v;
	}
	if (size > 0)
		g->content_range = arena_printf(call->arena, "bytes %llu-%llu/%llu",
			(unsigned long long)g->offset,
			(unsigned long long)(g->offset + g->length - 1), (unsigned long long)size);
	return 0;
}

static int find(struct call *call, void *arg)
{
	struct get *g = arg;
	g->content_range = (struct str){ 0 };
	if (source_find(call, g->bucket, g->expected_owner, g->key, g->version_id, &g->source) <
			0 ||
		conditions_check_read(call, &g->conditions, &g->source.record) < 0)
		return -1;
	return g->part_number.set ? choose_part(call, g) : choose_range(call, g);
}

struct still {
	const struct get *get;
	bool is_there;
};

static int look_again(struct call *call, void *arg)
{
	struct still *s = arg;
	struct s3_object_record record;
	bool is_current;
	struct str id =
		s->get->source.version_id.p ? s->get->source.version_id : s->get->version_id;
	s->is_there = object_version(call, s->get->bucket, s->get->key, id, &record, &is_current) &&
		      str_eq(record.id, s->get->source.record.id);
	return 0;
}

/* Pins the blobs; should the object have been overwritten at that moment, there is another. */
static int hold_blobs(struct call *call, struct get *g, bool *held)
{
	struct still still = { g, false };
	size_t n;
	struct call_part *parts = source_parts(call, &g->source, g->offset, g->length, &n);
	call_answer_parts(call, parts, n);
	if (call_read(call, look_again, &still) < 0)
		return -1;
	*held = still.is_there;
	if (!still.is_there)
		call_answer_drop(call);
	return 0;
}

/* The members that both answers have. */
#define FILL(call, out, g, in) \
	do { \
		const struct s3_object_record *r_ = &(g)->source.record; \
		const struct s3_stored_headers *h_ = r_->headers; \
		enum checksum_kind kind_ = checksum_kind_of(r_->checksum_algorithm); \
		(out)->accept_ranges = STR("bytes"); \
		(out)->last_modified = OPT_TIME(r_->modified_ms.v); \
		(out)->e_tag = s3_quoted((call), r_->e_tag); \
		(out)->version_id = (g)->source.version_id; \
		(out)->content_range = (g)->content_range; \
		(out)->server_side_encryption = r_->encryption; \
		(out)->ssekms_key_id = r_->kms_key_id; \
		(out)->storage_class = r_->storage_class; \
		if (r_->tags.n) \
			(out)->tag_count = OPT_I64((int64_t)r_->tags.n); \
		if ((g)->part_number.set && r_->part_count.v) \
			(out)->parts_count = r_->part_count; \
		if (h_) { \
			(out)->cache_control = h_->cache_control; \
			(out)->content_disposition = h_->content_disposition; \
			(out)->content_encoding = h_->content_encoding; \
			(out)->content_language = h_->content_language; \
			(out)->content_type = h_->content_type; \
			(out)->expires = h_->expires; \
			(out)->website_redirect_location = h_->redirect; \
			(out)->metadata = h_->metadata; \
		} \
		if (str_is((in)->checksum_mode, "ENABLED") && kind_ && !(g)->content_range.p) { \
			CHECKSUM_SET((out), kind_, r_->checksum); \
			(out)->checksum_type = r_->checksum_type; \
		} \
		if ((in)->response_cache_control.p) \
			(out)->cache_control = (in)->response_cache_control; \
		if ((in)->response_content_disposition.p) \
			(out)->content_disposition = (in)->response_content_disposition; \
		if ((in)->response_content_encoding.p) \
			(out)->content_encoding = (in)->response_content_encoding; \
		if ((in)->response_content_language.p) \
			(out)->content_language = (in)->response_content_language; \
		if ((in)->response_content_type.p) \
			(out)->content_type = (in)->response_content_type; \
		if ((in)->response_expires.set) \
			(out)->expires = http_date((call), (in)->response_expires.ms); \
		if ((g)->content_range.p) \
			(call)->answer_status = 206; \
	} while (0)

#define GET_OF(in) \
	{ \
		.bucket = (in)->bucket, .key = (in)->key, .version_id = (in)->version_id, \
		.expected_owner = (in)->expected_bucket_owner, \
		.conditions = { (in)->if_match, (in)->if_none_match, (in)->if_modified_since, \
			(in)->if_unmodified_since }, \
		.range = (in)->range, .part_number = (in)->part_number \
	}

static struct str http_date(struct call *call, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];
	return arena_str(call->arena, (struct str){ text, clock_format_http(ms, text) });
}

/* Anonymous readers may not choose the answer's headers (API Reference, GetObject). */
static int check_overrides(struct call *call, bool has_overrides)
{
	if (has_overrides && call->identity.is_anonymous)
		return fail(call, &s3_invalid_request,
			"Request specific response headers cannot be used for anonymous GET requests.");
	return 0;
}

/* That a key isn't there is for those to know who may list the bucket (API Reference, GetObject,
 * "Permissions"). Always -1. */
static int hide_absence(struct call *call, struct str bucket)
{
	struct call_error error = call->error;
	struct s3_access access;
	if (error.shape != &s3_no_such_key)
		return -1;
	s3_access_begin(call, bucket, &access);
	if (s3_access_check(call, &access, "s3:ListBucket", (struct str){ 0 }) == 0)
		call->error = error;
	return -1;
}

int s3_get_object(
	struct call *call, const struct s3_get_object_input *in, struct s3_get_object_output *out)
{
	struct get get = GET_OF(in);
	bool held = false;
	if (s3_check_query(call) < 0 ||
		check_overrides(call,
			in->response_content_type.p || in->response_content_disposition.p ||
				in->response_cache_control.p || in->response_content_encoding.p ||
				in->response_content_language.p || in->response_expires.set) < 0)
		return -1;
	for (int tries = 0; tries < S3_READ_TRIES && !held; tries++) {
		if (call_read(call, find, &get) < 0)
			return hide_absence(call, in->bucket);
		if (get.source.data.p) {
			out->body = str_sub(get.source.data, get.offset, get.length);
			held = true;
		} else if (hold_blobs(call, &get, &held) < 0) {
			return -1;
		}
	}
	if (!held)
		return fail(call, &s3_operation_aborted,
			"A conflicting conditional operation is currently in progress against this resource. "
			"Please try again.");
	FILL(call, out, &get, in);
	return 0;
}

int s3_head_object(
	struct call *call, const struct s3_head_object_input *in, struct s3_head_object_output *out)
{
	struct get get = GET_OF(in);
	if (call_read(call, find, &get) < 0)
		return hide_absence(call, in->bucket);
	FILL(call, out, &get, in);
	call_answer_length(call, get.length);
	return 0;
}
