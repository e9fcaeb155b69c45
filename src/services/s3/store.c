/* Objects that other services put: asked for with the caller's name, written in the service's own.
 */
#include "services/s3/config.h"
#include "services/s3/policies.h"

int s3_check_put_object(struct call *call, const struct s3_check_put_object_input *in,
	struct s3_check_put_object_output *out)
{
	struct s3_access access;
	(void)out;
	s3_access_begin(call, in->bucket, &access);
	return s3_access_check(call, &access, "s3:PutObject", in->key);
}

int s3_store_object(struct call *call, const struct s3_store_object_input *in,
	struct s3_store_object_output *out)
{
	struct s3_put_object_input put = {
		.bucket = in->bucket,
		.key = in->key,
		.content_type = in->content_type,
		.server_side_encryption = in->server_side_encryption,
		.ssekms_key_id = in->ssekms_key_id,
		.expected_bucket_owner = in->expected_bucket_owner,
	};
	struct body_rules rules = { .bytes_max = S3_PUT_BYTES_MAX };
	struct s3_object_record record = { 0 };
	struct s3_put_object_output done = { 0 };
	struct body_writer *w;
	struct body body;
	if (object_check_key(call, in->key) < 0 || object_make_record(call, &put, &record) < 0 ||
		object_check_early(call, &put) < 0 ||
		body_writer_begin(call, &rules, (int64_t)in->data.n, &w) < 0)
		return -1;
	if (in->data.n && body_writer_append(w, in->data) < 0) {
		body_writer_abort(w);
		return -1;
	}
	if (body_writer_end(w, &body) < 0 || object_put_body(call, &put, &body, &record, &done) < 0)
		return -1;
	out->e_tag = body.e_tag;
	return 0;
}
