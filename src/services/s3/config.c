/* Tags, public access, encryption and notifications of a bucket. */
#include "services/s3/config.h"
#include "base/random.h"

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

/* ---- notifications ---- */

static int check_events(struct call *call, const struct s3_event_list *events)
{
	static const char *const known[] = { "s3:ObjectCreated:*", "s3:ObjectCreated:Put",
		"s3:ObjectCreated:Post", "s3:ObjectCreated:Copy",
		"s3:ObjectCreated:CompleteMultipartUpload", "s3:ObjectRemoved:*",
		"s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated",
		"s3:ObjectTagging:*", "s3:ObjectTagging:Put", "s3:ObjectTagging:Delete",
		"s3:LifecycleExpiration:*", "s3:LifecycleExpiration:Delete",
		"s3:LifecycleExpiration:DeleteMarkerCreated", "s3:ObjectAcl:Put",
		"s3:ReducedRedundancyLostObject", "s3:ObjectRestore:*", "s3:ObjectRestore:Post",
		"s3:ObjectRestore:Completed", "s3:ObjectRestore:Delete", "s3:Replication:*",
		"s3:LifecycleTransition", "s3:IntelligentTiering" };
	if (events->n == 0)
		return s3_malformed(call);
	for (size_t i = 0; i < events->n; i++) {
		bool is_known = false;
		for (size_t j = 0; j < COUNT_OF(known); j++)
			is_known |= str_is(events->v[i], known[j]);
		if (!is_known)
			return s3_invalid(call, "Event", events->v[i],
				"The event is not supported for notifications");
	}
	return 0;
}

static int check_filter(
	struct call *call, const struct s3_notification_configuration_filter *filter)
{
	size_t n = filter && filter->key ? filter->key->filter_rules.n : 0;
	for (size_t i = 0; i < n; i++) {
		const struct s3_filter_rule *rule = &filter->key->filter_rules.v[i];
		if (!str_eq_ci(rule->name, STR("prefix")) && !str_eq_ci(rule->name, STR("suffix")))
			return s3_invalid(call, "FilterRule.Name", rule->name,
				"filter rule name must be either prefix or suffix");
		for (size_t j = 0; j < i; j++)
			if (str_eq_ci(filter->key->filter_rules.v[j].name, rule->name))
				return s3_invalid(call, "FilterRule.Name", rule->name,
					"Cannot specify more than one prefix or suffix rule in a filter.");
		if (rule->value.n > S3_KEY_BYTES_MAX)
			return s3_invalid(call, "FilterRule.Value", rule->value,
				"Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation");
	}
	return 0;
}

static int check_target(struct call *call, struct str *id, struct str arn, const char *service,
	const struct s3_event_list *events,
	const struct s3_notification_configuration_filter *filter)
{
	struct str prefix = arena_printf(call->arena, "arn:aws:%s:", service);
	if (!str_starts(arn, prefix))
		return s3_invalid(
			call, "NotificationConfiguration", arn, "The ARN could not be parsed");
	if (!id->n) {
		char uuid[UUID_LENGTH + 1];
		random_uuid(uuid);
		*id = arena_str(call->arena, str_c(uuid));
	}
	return check_events(call, events) < 0 ? -1 : check_filter(call, filter);
}

int s3_put_bucket_notification_configuration(struct call *call,
	const struct s3_put_bucket_notification_configuration_input *in,
	struct s3_put_bucket_notification_configuration_output *out)
{
	struct s3_bucket_record bucket;
	(void)out;
	if (s3_config_begin(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!in->notification_configuration)
		return s3_malformed(call);
	struct s3_notification_configuration c = *in->notification_configuration;
	for (size_t i = 0; i < c.topic_configurations.n; i++) {
		struct s3_topic_configuration *t = &c.topic_configurations.v[i];
		if (check_target(call, &t->id, t->topic_arn, "sns", &t->events, t->filter) < 0)
			return -1;
	}
	for (size_t i = 0; i < c.queue_configurations.n; i++) {
		struct s3_queue_configuration *q = &c.queue_configurations.v[i];
		if (check_target(call, &q->id, q->queue_arn, "sqs", &q->events, q->filter) < 0)
			return -1;
	}
	for (size_t i = 0; i < c.lambda_function_configurations.n; i++) {
		struct s3_lambda_function_configuration *f = &c.lambda_function_configurations.v[i];
		if (check_target(call, &f->id, f->lambda_function_arn, "lambda", &f->events,
			    f->filter) < 0)
			return -1;
	}
	if (c.topic_configurations.n || c.queue_configurations.n ||
		c.lambda_function_configurations.n || c.event_bridge_configuration)
		return fail(call, &s3_not_implemented, "Event notifications are not served");
	s3_config_put(call, in->bucket, "notification", &s3_notification_configuration_shape, &c);
	return 0;
}

int s3_get_bucket_notification_configuration(struct call *call,
	const struct s3_get_bucket_notification_configuration_input *in,
	struct s3_notification_configuration *out)
{
	struct s3_bucket_record bucket;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	s3_config_find(call, in->bucket, "notification", &s3_notification_configuration_shape, out);
	return 0;
}
