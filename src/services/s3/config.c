/* Tags, public access and encryption of a bucket. */
#include "services/s3/config.h"

int s3_malformed(struct call *call)
{
	return fail(call, &s3_malformed_xml,
		"The XML you provided was not well-formed or did not validate against our published schema");
}

int s3_config_begin(
	struct call *call, struct str bucket, struct str owner, struct s3_bucket_record *out)
{
	return s3_check_body(call) < 0 ? -1 : bucket_require(call, bucket, owner, out);
}

void s3_config_put(struct call *call, struct str bucket, const char *kind,
	const struct shape *shape, const void *value)
{
	call_put_record(call, bucket_config_key(call, bucket, kind), shape, value);
}

bool s3_config_find(struct call *call, struct str bucket, const char *kind,
	const struct shape *shape, void *out)
{
	return s3_get_record(call, bucket_config_key(call, bucket, kind), shape, out);
}

int s3_config_get(struct call *call, struct str bucket, struct str owner, const char *kind,
	const struct shape *shape, void *out, const struct error_shape *error, const char *message)
{
	struct s3_bucket_record record;
	/* All of these errors are of this form. */
	struct s3_no_such_tag_set detail = { .bucket_name = bucket };
	if (bucket_require(call, bucket, owner, &record) < 0)
		return -1;
	if (s3_config_find(call, bucket, kind, shape, out))
		return 0;
	assert(error->shape->size == sizeof detail);
	return fail_with(call, error, &detail, "%s", message);
}

int s3_config_delete(struct call *call, struct str bucket, struct str owner, const char *kind)
{
	struct s3_bucket_record record;
	if (bucket_require(call, bucket, owner, &record) < 0)
		return -1;
	txn_delete(call->txn, bucket_config_key(call, bucket, kind));
	return 0;
}

/* ---- tags ---- */

int s3_put_bucket_tagging(struct call *call, const struct s3_put_bucket_tagging_input *in,
	struct s3_put_bucket_tagging_output *out)
{
	struct s3_bucket_record bucket;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!in->tagging)
		return s3_malformed(call);
	if (s3_check_tags(
		    call, in->tagging->tag_set.v, in->tagging->tag_set.n, S3_BUCKET_TAGS_MAX) < 0)
		return -1;
	s3_config_put(call, in->bucket, "tagging", &s3_tagging_shape, in->tagging);
	return 0;
}

int s3_get_bucket_tagging(struct call *call, const struct s3_get_bucket_tagging_input *in,
	struct s3_get_bucket_tagging_output *out)
{
	struct s3_tagging tagging;
	if (s3_config_get(call, in->bucket, in->expected_bucket_owner, "tagging", &s3_tagging_shape,
		    &tagging, &s3_no_such_tag_set, "The TagSet does not exist") < 0)
		return -1;
	out->tag_set = tagging.tag_set;
	return 0;
}

int s3_delete_bucket_tagging(struct call *call, const struct s3_delete_bucket_tagging_input *in,
	struct s3_delete_bucket_tagging_output *out)
{
	(void)out;
	return s3_config_delete(call, in->bucket, in->expected_bucket_owner, "tagging");
}

/* ---- public access ---- */

int s3_put_public_access_block(struct call *call, const struct s3_put_public_access_block_input *in,
	struct s3_put_public_access_block_output *out)
{
	struct s3_bucket_record bucket;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!in->public_access_block_configuration)
		return s3_malformed(call);
	struct s3_public_access_block_configuration c = *in->public_access_block_configuration;
	c.block_public_acls.set = c.ignore_public_acls.set = c.block_public_policy.set =
		c.restrict_public_buckets.set = true;
	s3_config_put(
		call, in->bucket, "public-access", &s3_public_access_block_configuration_shape, &c);
	return 0;
}

int s3_get_public_access_block(struct call *call, const struct s3_get_public_access_block_input *in,
	struct s3_get_public_access_block_output *out)
{
	out->public_access_block_configuration =
		ARENA_NEW(call->arena, struct s3_public_access_block_configuration);
	return s3_config_get(call, in->bucket, in->expected_bucket_owner, "public-access",
		&s3_public_access_block_configuration_shape, out->public_access_block_configuration,
		&s3_no_such_public_access_block_configuration,
		"The public access block configuration was not found");
}

int s3_delete_public_access_block(struct call *call,
	const struct s3_delete_public_access_block_input *in,
	struct s3_delete_public_access_block_output *out)
{
	(void)out;
	return s3_config_delete(call, in->bucket, in->expected_bucket_owner, "public-access");
}

/* ---- encryption: named, as the disk's own encryption is the machine's ---- */

int s3_put_bucket_encryption(struct call *call, const struct s3_put_bucket_encryption_input *in,
	struct s3_put_bucket_encryption_output *out)
{
	const struct s3_server_side_encryption_configuration *c =
		in->server_side_encryption_configuration;
	struct s3_bucket_record bucket;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!c || c->rules.n != 1)
		return s3_malformed(call);
	const struct s3_server_side_encryption_by_default *d =
		c->rules.v[0].apply_server_side_encryption_by_default;
	if (d && !str_is(d->sse_algorithm, "AES256") && !str_is(d->sse_algorithm, "aws:kms") &&
		!str_is(d->sse_algorithm, "aws:kms:dsse"))
		return s3_malformed(call);
	if (d && d->kms_master_key_id.p && str_is(d->sse_algorithm, "AES256"))
		return s3_invalid(call, "ApplyServerSideEncryptionByDefault", d->kms_master_key_id,
			"a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or "
			"aws:kms:dsse");
	s3_config_put(
		call, in->bucket, "encryption", &s3_server_side_encryption_configuration_shape, c);
	return 0;
}

/* Every bucket has one: AES256 unless another was set (S3 User Guide, "Setting default server-side
 * encryption"). */
int s3_get_bucket_encryption(struct call *call, const struct s3_get_bucket_encryption_input *in,
	struct s3_get_bucket_encryption_output *out)
{
	struct s3_bucket_record bucket;
	struct s3_server_side_encryption_configuration *c =
		ARENA_NEW(call->arena, struct s3_server_side_encryption_configuration);
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	out->server_side_encryption_configuration = c;
	if (s3_config_find(call, in->bucket, "encryption",
		    &s3_server_side_encryption_configuration_shape, c))
		return 0;
	c->rules.v = ARENA_NEW(call->arena, struct s3_server_side_encryption_rule);
	c->rules.n = 1;
	c->rules.v->apply_server_side_encryption_by_default =
		ARENA_NEW(call->arena, struct s3_server_side_encryption_by_default);
	c->rules.v->apply_server_side_encryption_by_default->sse_algorithm = STR("AES256");
	return 0;
}

int s3_delete_bucket_encryption(struct call *call,
	const struct s3_delete_bucket_encryption_input *in,
	struct s3_delete_bucket_encryption_output *out)
{
	(void)out;
	return s3_config_delete(call, in->bucket, in->expected_bucket_owner, "encryption");
}
