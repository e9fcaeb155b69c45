/* Resource types of S3. */
#include "api/s3.h"
#include "services/cloudformation/types.h"

static value *bucket_input(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "Bucket", r->physical);
	return in;
}

static void describe_bucket(struct cfn_resource *r)
{
	static const struct {
		const char *name, *fmt;
	} rows[] = { { "Arn", "arn:aws:s3:::%.*s" }, { "DomainName", "%.*s.s3.amazonaws.com" },
		{ "DualStackDomainName", "%.*s.s3.dualstack.us-east-1.amazonaws.com" },
		{ "RegionalDomainName", "%.*s.s3.us-east-1.amazonaws.com" },
		{ "WebsiteURL", "http://%.*s.s3-website-us-east-1.amazonaws.com" } };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ssize_t at = str_find(str_c(rows[i].fmt), STR("%.*s"));
		struct str parts[] = { { rows[i].fmt, (size_t)at }, r->physical,
			str_c(rows[i].fmt + at + 4) };
		cfn_attribute(
			r, rows[i].name, arena_concat(r->call->arena, parts, COUNT_OF(parts)));
	}
}

/* What a bucket is configured with: the property, the operation, the member that takes it. */
static int configure(struct cfn_resource *r)
{
	value *versioning = cfn_get(r->properties, "VersioningConfiguration");
	value *ownership = cfn_get(r->properties, "OwnershipControls"),
	      *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	if (versioning) {
		value *in = bucket_input(r);
		cfn_set(r->doc, in, "VersioningConfiguration", cfn_copy(r->doc, versioning));
		if (cfn_call(r, &s3_put_bucket_versioning_operation, in, NULL) < 0)
			return -1;
	}
	if (ownership) {
		value *in = bucket_input(r);
		cfn_set(r->doc, in, "OwnershipControls", cfn_copy(r->doc, ownership));
		if (cfn_call(r, &s3_put_bucket_ownership_controls_operation, in, NULL) < 0)
			return -1;
	}
	if (tags) {
		value *in = bucket_input(r), *set = yyjson_mut_obj(r->doc);
		cfn_set(r->doc, set, "TagSet", tags);
		cfn_set(r->doc, in, "Tagging", set);
		if (cfn_call(r, &s3_put_bucket_tagging_operation, in, NULL) < 0)
			return -1;
	}
	return 0;
}

static int create_bucket(struct cfn_resource *r)
{
	r->physical = cfn_property(r, "BucketName");
	if (!r->physical.n)
		r->physical = cfn_make_name(r, 63, true);
	describe_bucket(r);
	if (cfn_call(r, &s3_create_bucket_operation, bucket_input(r), NULL) < 0)
		return -1;
	return configure(r);
}

static int update_bucket(struct cfn_resource *r)
{
	describe_bucket(r);
	return configure(r);
}

static int remove_bucket(struct cfn_resource *r)
{
	return cfn_call_delete(r, &s3_delete_bucket_operation, bucket_input(r));
}

static int put_policy(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc);
	r->physical = cfn_property(r, "Bucket");
	cfn_put(r, in, "Bucket", r->physical);
	cfn_set(r->doc, in, "Policy", cfn_copy(r->doc, cfn_get(r->properties, "PolicyDocument")));
	return cfn_call(r, &s3_put_bucket_policy_operation, in, NULL);
}

static int remove_policy(struct cfn_resource *r)
{
	return cfn_call_delete(r, &s3_delete_bucket_policy_operation, bucket_input(r));
}

const struct cfn_type cfn_types_s3[] = {
	/* Encryption and public access are as they are on this server whatever these say. */
	{ .name = "AWS::S3::Bucket",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"BucketName BucketEncryption PublicAccessBlockConfiguration OwnershipControls Tags "
			"VersioningConfiguration",
		.replace = "BucketName",
		.attributes = "Arn DomainName DualStackDomainName RegionalDomainName WebsiteURL",
		.create = create_bucket,
		.update = update_bucket,
		.remove = remove_bucket,
		.named = "BucketName" },
	{ .name = "AWS::S3::BucketPolicy",
		.flags = CFN_IN_TRANSACTION,
		.properties = "Bucket PolicyDocument",
		.replace = "Bucket",
		.attributes = "",
		.create = put_policy,
		.update = put_policy,
		.remove = remove_policy },
	{ 0 },
};
