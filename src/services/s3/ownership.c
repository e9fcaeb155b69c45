/* Who owns the objects of a bucket. */
#include "services/s3/internal.h"

int s3_put_bucket_ownership_controls(struct call *call,
	const struct s3_put_bucket_ownership_controls_input *in,
	struct s3_put_bucket_ownership_controls_output *out)
{
	static const char *const known[] = { "BucketOwnerPreferred", "ObjectWriter",
		"BucketOwnerEnforced" };
	struct s3_bucket_record bucket;
	bool is_known = false;
	(void)out;
	if (s3_check_body(call) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	const struct s3_ownership_controls *c = in->ownership_controls;
	for (size_t i = 0; c && c->rules.n == 1 && i < COUNT_OF(known); i++)
		is_known |= str_is(c->rules.v[0].object_ownership, known[i]);
	if (!is_known)
		return fail(call, &s3_malformed_xml,
			"The XML you provided was not well-formed or did not validate against our published schema");
	call_put_record(call, bucket_config_key(call, in->bucket, "ownership"),
		&s3_ownership_controls_shape, c);
	return 0;
}

int s3_get_bucket_ownership_controls(struct call *call,
	const struct s3_get_bucket_ownership_controls_input *in,
	struct s3_get_bucket_ownership_controls_output *out)
{
	struct s3_ownership_controls_not_found_error detail = { .bucket_name = in->bucket };
	struct s3_bucket_record bucket;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	out->ownership_controls = ARENA_NEW(call->arena, struct s3_ownership_controls);
	if (!s3_get_record(call, bucket_config_key(call, in->bucket, "ownership"),
		    &s3_ownership_controls_shape, out->ownership_controls))
		return fail_with(call, &s3_ownership_controls_not_found_error, &detail,
			"The bucket ownership controls were not found");
	return 0;
}

int s3_delete_bucket_ownership_controls(struct call *call,
	const struct s3_delete_bucket_ownership_controls_input *in,
	struct s3_delete_bucket_ownership_controls_output *out)
{
	struct s3_bucket_record bucket;
	(void)out;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	txn_delete(call->txn, bucket_config_key(call, in->bucket, "ownership"));
	return 0;
}
