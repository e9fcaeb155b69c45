/* Policies and access control lists of buckets. */
#include "aws/policy.h"
#include "services/s3/config.h"
#include "services/s3/policies.h"

bool s3_policy_find(struct call *call, struct str bucket, struct str *out)
{
	return txn_get(call->txn, bucket_config_key(call, bucket, "policy"), call->arena, out);
}

int s3_put_bucket_policy(struct call *call, const struct s3_put_bucket_policy_input *in,
	struct s3_put_bucket_policy_output *out)
{
	struct s3_bucket_record bucket;
	struct s3_public_access_block_configuration block;
	struct str why;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (in->policy.n > S3_POLICY_BYTES_MAX)
		return fail(call, &s3_invalid_policy_document,
			"Normalized policy document exceeds the maximum allowed size of %d bytes.",
			S3_POLICY_BYTES_MAX);
	if (policy_check(call->arena, in->policy, true, &why) < 0)
		return fail(call, &s3_malformed_policy, "%.*s", STR_ARG(why));
	if (s3_config_find(call, in->bucket, "public-access",
		    &s3_public_access_block_configuration_shape, &block) &&
		block.block_public_policy.v && s3_policy_is_public(in->policy))
		return fail(call, &s3_access_denied,
			"User: %.*s is not authorized to perform: s3:PutBucketPolicy on resource: "
			"\"arn:aws:s3:::%.*s\" because public policies are prevented by the "
			"BlockPublicPolicy setting in S3 Block "
			"Public Access.",
			STR_ARG(call->identity.principal_arn), STR_ARG(in->bucket));
	txn_put(call->txn, bucket_config_key(call, in->bucket, "policy"), in->policy);
	return 0;
}

static int require_policy(struct call *call, struct str name, struct str owner, struct str *out)
{
	struct s3_no_such_bucket_policy detail = { .bucket_name = name };
	struct s3_bucket_record bucket;
	if (bucket_require(call, name, owner, &bucket) < 0)
		return -1;
	if (!s3_policy_find(call, name, out))
		return fail_with(call, &s3_no_such_bucket_policy, &detail,
			"The bucket policy does not exist");
	return 0;
}

int s3_get_bucket_policy(struct call *call, const struct s3_get_bucket_policy_input *in,
	struct s3_get_bucket_policy_output *out)
{
	return require_policy(call, in->bucket, in->expected_bucket_owner, &out->policy);
}

int s3_delete_bucket_policy(struct call *call, const struct s3_delete_bucket_policy_input *in,
	struct s3_delete_bucket_policy_output *out)
{
	(void)out;
	return s3_config_delete(call, in->bucket, in->expected_bucket_owner, "policy");
}

int s3_get_bucket_policy_status(struct call *call,
	const struct s3_get_bucket_policy_status_input *in,
	struct s3_get_bucket_policy_status_output *out)
{
	struct str policy;
	if (require_policy(call, in->bucket, in->expected_bucket_owner, &policy) < 0)
		return -1;
	out->policy_status = ARENA_NEW(call->arena, struct s3_policy_status);
	out->policy_status->is_public = OPT_BOOL(s3_policy_is_public(policy));
	return 0;
}

/* ---- access control lists: off by default, as on AWS since 2023 ---- */

bool s3_allows_acls(struct call *call, struct str bucket)
{
	struct s3_ownership_controls c;
	return s3_config_find(call, bucket, "ownership", &s3_ownership_controls_shape, &c) &&
	       c.rules.n == 1 && !str_is(c.rules.v[0].object_ownership, "BucketOwnerEnforced");
}

int s3_check_canned_acl(struct call *call, struct str bucket, struct str acl)
{
	if (!acl.p || str_is(acl, "private") || str_is(acl, "bucket-owner-full-control"))
		return 0;
	if (!s3_allows_acls(call, bucket))
		return fail(call, &s3_access_control_list_not_supported,
			"The bucket does not allow ACLs");
	return fail(call, &s3_not_implemented,
		"Access control lists other than private are not served; use a bucket policy.");
}

static struct s3_grants owner_grant(struct call *call, struct s3_owner *owner)
{
	struct s3_grant *grant = ARENA_NEW(call->arena, struct s3_grant);
	grant->grantee = ARENA_NEW(call->arena, struct s3_grantee);
	grant->grantee->id = owner->id;
	grant->grantee->type = STR("CanonicalUser");
	grant->permission = STR("FULL_CONTROL");
	return (struct s3_grants){ grant, 1 };
}

/* The owner's own full control is what there is already. */
static int check_list(struct call *call, struct str bucket, struct str account, struct str acl,
	const struct s3_access_control_policy *list)
{
	if (list) {
		struct str owner = s3_owner_of(call, account)->id;
		bool is_owners = list->grants.n <= 1;
		for (size_t i = 0; i < list->grants.n; i++)
			is_owners &= list->grants.v[i].grantee &&
				     str_eq(list->grants.v[i].grantee->id, owner) &&
				     str_is(list->grants.v[i].permission, "FULL_CONTROL");
		if (is_owners)
			return 0;
		acl = STR("");
	}
	return s3_check_canned_acl(call, bucket, acl);
}

int s3_put_bucket_acl(struct call *call, const struct s3_put_bucket_acl_input *in,
	struct s3_put_bucket_acl_output *out)
{
	struct s3_bucket_record bucket;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	return check_list(call, in->bucket, bucket.account, in->acl, in->access_control_policy);
}

int s3_get_bucket_acl(struct call *call, const struct s3_get_bucket_acl_input *in,
	struct s3_get_bucket_acl_output *out)
{
	struct s3_bucket_record bucket;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	out->owner = s3_owner_of(call, bucket.account);
	out->grants = owner_grant(call, out->owner);
	return 0;
}

int s3_put_object_acl(struct call *call, const struct s3_put_object_acl_input *in,
	struct s3_put_object_acl_output *out)
{
	struct s3_bucket_record bucket;
	struct s3_object_record record;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0 ||
		object_find(call, &bucket, in->bucket, in->key, in->version_id, &record) < 0)
		return -1;
	return check_list(call, in->bucket, bucket.account, in->acl, in->access_control_policy);
}

int s3_get_object_acl(struct call *call, const struct s3_get_object_acl_input *in,
	struct s3_get_object_acl_output *out)
{
	struct s3_bucket_record bucket;
	struct s3_object_record record;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0 ||
		object_find(call, &bucket, in->bucket, in->key, in->version_id, &record) < 0)
		return -1;
	out->owner = s3_owner_of(call, bucket.account);
	out->grants = owner_grant(call, out->owner);
	return 0;
}

/* ---- for the dispatcher, in strict mode ---- */

struct resource_search {
	struct str bucket, key;
	bool has_key, is_there;
	struct service_resource *out;
};

/* A policy that is open to everyone counts only for the owner's account where that is asked for. */
static bool is_restricted(struct call *call, const struct resource_search *s)
{
	struct s3_public_access_block_configuration block;
	return (call->identity.is_anonymous || !str_eq(call->identity.account, s->out->account)) &&
	       s3_config_find(call, s->bucket, "public-access",
		       &s3_public_access_block_configuration_shape, &block) &&
	       block.restrict_public_buckets.v && s3_policy_is_public(s->out->policy);
}

static int read_resource(struct call *call, void *arg)
{
	struct resource_search *s = arg;
	struct s3_bucket_record bucket;
	s->is_there = bucket_get(call, s->bucket, &bucket);
	if (!s->is_there)
		return 0;
	s->out->account = bucket.account;
	if (s3_policy_find(call, s->bucket, &s->out->policy) && is_restricted(call, s))
		s->out->policy = (struct str){ 0 };
	return 0;
}

/* What can't be read is there, and nobody's. */
static void search(struct call *call, struct resource_search *s)
{
	if (call_look(call, read_resource, s) == 0)
		return;
	call->error = (struct call_error){ 0 };
	s->is_there = true;
	s->out->account = STR("unknown");
	s->out->policy = (struct str){ 0 };
}

static struct str resource_arn(struct call *call, struct str bucket, struct str key, bool has_key)
{
	return arena_concat(call->arena,
		(struct str[]){ STR("arn:aws:s3:::"), bucket, has_key ? STR("/") : STR(""), key },
		4);
}

static struct str text_member(struct call *call, const void *in, const char *name, bool *has)
{
	const struct member *m = shape_member(call->operation->input, str_c(name));
	*has = m != NULL;
	return m ? *(const struct str *)(const void *)((const char *)in + m->offset)
		 : (struct str){ 0 };
}

/* What a request asks for beside its operation (API Reference, "Permissions" of each). */
static void add_actions(struct call *call, const void *in, struct service_resource *out)
{
	bool has;
	size_t n = 0;
	if (strcmp(call->operation->action, "s3:PutObject") == 0) {
		if (text_member(call, in, "Tagging", &has).p)
			out->also[n++] = "s3:PutObjectTagging";
		if (text_member(call, in, "ACL", &has).p)
			out->also[n++] = "s3:PutObjectAcl";
	} else if (call->operation == &s3_get_object_attributes_operation) {
		out->also[n++] = text_member(call, in, "VersionId", &has).p
					 ? "s3:GetObjectVersionAttributes"
					 : "s3:GetObjectAttributes";
	}
	assert(n <= COUNT_OF(out->also));
}

/* What a listing's conditions look at: keys of what the request says only (Service Authorization
 * Reference, "Condition keys for Amazon S3"). */
static void add_context(struct call *call, const void *in, struct service_resource *out)
{
	static const char *const names[][2] = { { "s3:prefix", "Prefix" },
		{ "s3:delimiter", "Delimiter" } };
	const struct operation *op = call->operation;
	const struct member *max = shape_member(op->input, STR("MaxKeys"));
	struct policy_context_key *keys = ARENA_ARRAY(call->arena, struct policy_context_key, 3);
	if (op != &s3_list_objects_operation && op != &s3_list_objects_v2_operation &&
		op != &s3_list_object_versions_operation)
		return;
	out->context = keys;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		bool has;
		struct str value = text_member(call, in, names[i][1], &has);
		if (value.p)
			keys[out->context_count++] =
				(struct policy_context_key){ str_c(names[i][0]), value };
	}
	const struct opt_i64 *n = max ? member_value(max, in) : NULL;
	if (n && n->set)
		keys[out->context_count++] = (struct policy_context_key){ STR("s3:max-keys"),
			arena_printf(call->arena, "%lld", (long long)n->v) };
}

/* What is done to a version is another action (Service Authorization Reference, "Actions,
 * resources, and condition keys for Amazon S3"). */
static const char *version_action(const char *action)
{
	static const char *const actions[][2] = {
		{ "s3:GetObject", "s3:GetObjectVersion" },
		{ "s3:DeleteObject", "s3:DeleteObjectVersion" },
		{ "s3:GetObjectAcl", "s3:GetObjectVersionAcl" },
		{ "s3:PutObjectAcl", "s3:PutObjectVersionAcl" },
		{ "s3:GetObjectTagging", "s3:GetObjectVersionTagging" },
		{ "s3:PutObjectTagging", "s3:PutObjectVersionTagging" },
		{ "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging" },
	};
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (strcmp(action, actions[i][0]) == 0)
			return actions[i][1];
	return NULL;
}

int s3_find_resource(struct call *call, const void *in, struct service_resource *out)
{
	struct resource_search s = { .out = out };
	bool has_bucket, has_version;
	s.bucket = text_member(call, in, "Bucket", &has_bucket);
	s.key = text_member(call, in, "Key", &s.has_key);
	struct str version = text_member(call, in, "VersionId", &has_version);
	if (!has_bucket || !s.bucket.n)
		return -1;
	if (version.p)
		out->action = version_action(call->operation->action);
	add_actions(call, in, out);
	add_context(call, in, out);
	out->arn = resource_arn(call, s.bucket, s.key, s.has_key);
	search(call, &s);
	/* A bucket that is not there yet, or no longer, is the caller's. */
	if (!s.is_there)
		return -1;
	out->by_handler = call->operation == &s3_delete_objects_operation ||
			  call->operation == &s3_post_object_operation;
	return 0;
}

void s3_access_begin(struct call *call, struct str bucket, struct s3_access *out)
{
	struct resource_search s = { .bucket = bucket, .out = &out->bucket };
	*out = (struct s3_access){ .bucket.account = call->identity.account, .name = bucket };
	if (call->aws->auth == AWS_AUTH_STRICT)
		search(call, &s);
}

int s3_access_check(
	struct call *call, const struct s3_access *access, const char *action, struct str key)
{
	struct service_resource resource = access->bucket;
	if (call->aws->auth != AWS_AUTH_STRICT)
		return 0;
	resource.arn = resource_arn(call, access->name, key, key.p != NULL);
	return call_authorize(call, action, &resource);
}
