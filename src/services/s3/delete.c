/* DeleteObject and DeleteObjects. */
#include "services/s3/internal.h"
#include "services/s3/policies.h"
#include "services/s3/notify.h"

static int check_conditions(struct call *call, const struct s3_delete_object_input *in)
{
	struct s3_object_record current;
	if (!in->if_match.p && !in->if_match_size.set && !in->if_match_last_modified_time.set)
		return 0;
	bool is_there = object_current(call, in->bucket, in->key, &current);
	if (conditions_check_write(
		    call, in->if_match, (struct str){ 0 }, is_there ? &current : NULL) < 0)
		return -1;
	if (is_there && ((in->if_match_size.set && in->if_match_size.v != current.size.v) ||
				(in->if_match_last_modified_time.set &&
					in->if_match_last_modified_time.ms / 1000 !=
						current.modified_ms.v / 1000)))
		return fail(call, &s3_precondition_failed,
			"At least one of the pre-conditions you specified did not hold");
	return 0;
}

int s3_delete_object(struct call *call, const struct s3_delete_object_input *in,
	struct s3_delete_object_output *out)
{
	struct s3_bucket_record bucket;
	if (s3_check_query(call) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0 ||
		check_conditions(call, in) < 0)
		return -1;
	if (in->version_id.p && !in->version_id.n)
		return s3_invalid(
			call, "versionId", in->version_id, "Version id cannot be the empty string");
	object_delete(call, &bucket, in->bucket, in->key, in->version_id, out);
	return notify_delete(
		call, &bucket, in->bucket, in->key, in->version_id, out, "ObjectRemoved");
}

/* ---- DeleteObjects ---- */

struct batch {
	const struct s3_delete_objects_input *in;
	const bool *is_denied; /* for each of the keys */
	struct s3_delete_objects_output *out;
};

static void add_error(struct call *call, const struct s3_object_identifier *o, struct str code,
	struct str message, struct s3_delete_objects_output *out)
{
	out->errors.v = s3_grow(call->arena, out->errors.v, out->errors.n, sizeof *out->errors.v);
	out->errors.v[out->errors.n++] = (struct s3_error){
		.key = o->key, .version_id = o->version_id, .code = code, .message = message
	};
}

static int delete_one(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	const struct s3_object_identifier *o, bool quiet, struct s3_delete_objects_output *out)
{
	struct s3_delete_object_output one = { 0 };
	struct s3_object_record current;
	if (o->e_tag.p && (!object_current(call, name, o->key, &current) ||
				  !str_eq(s3_unquoted(o->e_tag), current.e_tag))) {
		add_error(call, o, STR("PreconditionFailed"),
			STR("At least one of the pre-conditions you specified did not hold"), out);
		return 0;
	}
	object_delete(call, bucket, name, o->key, o->version_id, &one);
	if (notify_delete(call, bucket, name, o->key, o->version_id, &one, "ObjectRemoved") < 0)
		return -1;
	if (quiet)
		return 0;
	struct s3_deleted_object deleted = { .key = o->key, .version_id = o->version_id };
	if (one.delete_marker.v) {
		deleted.delete_marker = OPT_BOOL(true);
		deleted.delete_marker_version_id = one.version_id;
	}
	out->deleted.v =
		s3_grow(call->arena, out->deleted.v, out->deleted.n, sizeof *out->deleted.v);
	out->deleted.v[out->deleted.n++] = deleted;
	return 0;
}

static int commit_batch(struct call *call, void *arg)
{
	struct batch *b = arg;
	const struct s3_delete_objects_input *in = b->in;
	struct s3_bucket_record bucket;
	*b->out = (struct s3_delete_objects_output){ 0 };
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	for (size_t i = 0; i < in->delete->objects.n; i++) {
		const struct s3_object_identifier *o = &in->delete->objects.v[i];
		if (b->is_denied[i])
			add_error(call, o, STR("AccessDenied"), STR("Access Denied"), b->out);
		else if (delete_one(call, &bucket, in->bucket, o, in->delete->quiet.v, b->out) < 0)
			return -1;
	}
	return 0;
}

int s3_delete_objects(struct call *call, const struct s3_delete_objects_input *in,
	struct s3_delete_objects_output *out)
{
	const struct s3_delete *d = in->delete;
	struct s3_access access;
	if (s3_check_body(call) < 0)
		return -1;
	if (!d || d->objects.n == 0 || d->objects.n > S3_DELETE_MAX)
		return fail(call, &s3_malformed_xml,
			"The XML you provided was not well-formed or did not validate against our published schema");
	bool *is_denied = arena_zalloc(call->arena, d->objects.n * sizeof *is_denied);
	s3_access_begin(call, in->bucket, &access);
	for (size_t i = 0; i < d->objects.n; i++) {
		const struct s3_object_identifier *o = &d->objects.v[i];
		is_denied[i] =
			s3_access_check(call, &access,
				o->version_id.p ? "s3:DeleteObjectVersion" : "s3:DeleteObject",
				o->key) < 0;
		call->error = (struct call_error){ 0 };
	}
	struct batch batch = { in, is_denied, out };
	return call_write(call, commit_batch, &batch);
}
