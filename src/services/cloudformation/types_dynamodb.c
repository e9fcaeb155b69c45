/* Resource types of DynamoDB. */
#include "api/dynamodb.h"
#include "services/cloudformation/types.h"

static const char settings[] =
	"AttributeDefinitions BillingMode DeletionProtectionEnabled OnDemandThroughput "
	"ProvisionedThroughput TableClass";

static value *table_input(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "TableName", r->physical);
	return in;
}

/* What Fn::GetAtt gives: of the table as it is now. */
static int describe_table(struct cfn_resource *r)
{
	struct dynamodb_describe_table_output *out;
	if (cfn_call(r, &dynamodb_describe_table_operation, table_input(r), (void **)&out) < 0)
		return -1;
	cfn_attribute(r, "Arn", out->table->table_arn);
	cfn_attribute(r, "TableId", out->table->table_id);
	if (out->table->stream_specification)
		cfn_attribute(r, "StreamArn", out->table->latest_stream_arn);
	return 0;
}

/* SSEEnabled is Enabled in the API. */
static void put_encryption(struct cfn_resource *r, value *in)
{
	value *given = cfn_copy(r->doc, cfn_get(r->properties, "SSESpecification")), *enabled;
	if (!yyjson_mut_is_obj(given))
		return;
	if ((enabled = yyjson_mut_obj_remove_key(given, "SSEEnabled")))
		cfn_set(r->doc, given, "Enabled", enabled);
	cfn_set(r->doc, in, "SSESpecification", given);
}

/* A stream is there when its view type is said. */
static void put_stream(struct cfn_resource *r, value *in)
{
	value *given = cfn_copy(r->doc, cfn_get(r->properties, "StreamSpecification"));
	if (yyjson_mut_is_obj(given)) {
		yyjson_mut_obj_remove_key(given, "ResourcePolicy");
		cfn_set(r->doc, given, "StreamEnabled", yyjson_mut_true(r->doc));
	} else if (cfn_get(r->before, "StreamSpecification"))
		given = cfn_json_read(r->call->arena, r->doc, STR("{\"StreamEnabled\":false}"));
	if (given)
		cfn_set(r->doc, in, "StreamSpecification", given);
}

static int set_expiry(struct cfn_resource *r, value *specification)
{
	value *in = table_input(r);
	cfn_set(r->doc, in, "TimeToLiveSpecification", specification);
	return cfn_call(r, &dynamodb_update_time_to_live_operation, in, NULL);
}

static int set_recovery(struct cfn_resource *r, value *specification)
{
	value *in = table_input(r);
	cfn_set(r->doc, in, "PointInTimeRecoverySpecification", specification);
	return cfn_call(r, &dynamodb_update_continuous_backups_operation, in, NULL);
}

/* Off where it is not said, or no longer. */
static int change_recovery(struct cfn_resource *r)
{
	value *now = cfn_get(r->properties, "PointInTimeRecoverySpecification"),
	      *was = cfn_get(r->before, "PointInTimeRecoverySpecification");
	if (cfn_equal(now, was))
		return 0;
	if (now)
		return set_recovery(r, cfn_copy(r->doc, now));
	return set_recovery(r, cfn_json_read(r->call->arena, r->doc,
				       STR("{\"PointInTimeRecoveryEnabled\":false}")));
}

/* ---- policies ---- */

static value *policy_in(value *properties, bool of_stream)
{
	value *owner = of_stream ? cfn_get(properties, "StreamSpecification") : properties;
	return cfn_get(cfn_get(owner, "ResourcePolicy"), "PolicyDocument");
}

/* As it is now said, where it is another than before; is_new: nothing was said of this one. */
static int change_policy(struct cfn_resource *r, bool of_stream, bool is_new)
{
	value *now = policy_in(r->properties, of_stream),
	      *was = is_new ? NULL : policy_in(r->before, of_stream), *in;
	struct dynamodb_describe_table_output *out;
	if (now == was || (now && was && cfn_equal(now, was)))
		return 0;
	if (cfn_call(r, &dynamodb_describe_table_operation, table_input(r), (void **)&out) < 0)
		return -1;
	/* A stream that is no more has its policy as long as it can be read. */
	if (of_stream && !out->table->stream_specification)
		return 0;
	in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "ResourceArn",
		of_stream ? out->table->latest_stream_arn : out->table->table_arn);
	if (!now)
		return cfn_call(r, &dynamodb_delete_resource_policy_operation, in, NULL);
	cfn_set(r->doc, in, "Policy", cfn_copy(r->doc, now));
	return cfn_call(r, &dynamodb_put_resource_policy_operation, in, NULL);
}

static int create_table(struct cfn_resource *r)
{
	value *in = cfn_pick(r, settings),
	      *more = cfn_pick(r, "KeySchema GlobalSecondaryIndexes LocalSecondaryIndexes"), *key,
	      *member, *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags")),
	      *expiry = cfn_get(r->properties, "TimeToLiveSpecification");
	CFN_OBJECT_FOR(key, member, more)
	cfn_set_str(r->doc, in, cfn_text(key), cfn_copy(r->doc, member));
	cfn_put(r, in, "TableName", cfn_name(r, "TableName", 255));
	put_encryption(r, in);
	put_stream(r, in);
	if (tags)
		cfn_set(r->doc, in, "Tags", tags);
	if (policy_in(r->properties, false))
		cfn_set(r->doc, in, "ResourcePolicy",
			cfn_copy(r->doc, policy_in(r->properties, false)));
	if (cfn_call(r, &dynamodb_create_table_operation, in, NULL) < 0 || describe_table(r) < 0 ||
		change_recovery(r) < 0 || change_policy(r, true, true) < 0)
		return -1;
	if (!expiry || str_is(cfn_scalar(r->call->arena, cfn_get(expiry, "Enabled")), "false"))
		return 0;
	return set_expiry(r, cfn_copy(r->doc, expiry));
}

/* ---- changes ---- */

static value *index_named(value *list, struct str name)
{
	value *item;
	if (yyjson_mut_is_arr(list))
		CFN_ARRAY_FOR(item, list)
	if (str_eq(cfn_text(cfn_get(item, "IndexName")), name))
		return item;
	return NULL;
}

/* One call for each index, as the API wants it. */
static int change_index(struct cfn_resource *r, const char *verb, value *index)
{
	value *in = table_input(r), *change = yyjson_mut_obj(r->doc),
	      *list = yyjson_mut_arr(r->doc);
	cfn_set(r->doc, change, verb, index);
	yyjson_mut_arr_append(list, change);
	cfn_set(r->doc, in, "GlobalSecondaryIndexUpdates", list);
	if (cfn_get(r->properties, "AttributeDefinitions"))
		cfn_set(r->doc, in, "AttributeDefinitions",
			cfn_copy(r->doc, cfn_get(r->properties, "AttributeDefinitions")));
	return cfn_call(r, &dynamodb_update_table_operation, in, NULL);
}

static int change_throughput(struct cfn_resource *r, value *was, value *now)
{
	static const char *const names[] = { "ProvisionedThroughput", "OnDemandThroughput" };
	value *in = yyjson_mut_obj(r->doc);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		value *units = cfn_get(now, names[i]);
		if (units && !cfn_equal(units, cfn_get(was, names[i])))
			cfn_set(r->doc, in, names[i], cfn_copy(r->doc, units));
	}
	if (!yyjson_mut_obj_size(in))
		return 0;
	cfn_put(r, in, "IndexName", cfn_text(cfn_get(now, "IndexName")));
	return change_index(r, "Update", in);
}

/* The index of the other list that is the same but for its throughput, or NULL. */
static value *same_index(value *list, value *index)
{
	value *other = index_named(list, cfn_text(cfn_get(index, "IndexName")));
	bool same = other && cfn_equal(cfn_get(other, "KeySchema"), cfn_get(index, "KeySchema")) &&
		    cfn_equal(cfn_get(other, "Projection"), cfn_get(index, "Projection"));
	return same ? other : NULL;
}

static size_t count_others(value *list, value *than)
{
	value *item;
	size_t n = 0;
	if (yyjson_mut_is_arr(list))
		CFN_ARRAY_FOR(item, list)
	n += same_index(than, item) == NULL;
	return n;
}

/* As on AWS one update makes or deletes one index; a rollback puts back what there was. */
static int check_indexes(struct cfn_resource *r)
{
	value *now = cfn_get(r->properties, "GlobalSecondaryIndexes"),
	      *was = cfn_get(r->before, "GlobalSecondaryIndexes");
	if (r->restores || count_others(was, now) + count_others(now, was) <= 1)
		return 0;
	return fail(r->call, &aws_validation_exception,
		"Cannot perform more than one GSI creation or deletion in a single update");
}

static int change_indexes(struct cfn_resource *r)
{
	value *now = cfn_get(r->properties, "GlobalSecondaryIndexes"), *item, *other,
	      *was = cfn_get(r->before, "GlobalSecondaryIndexes");
	if (yyjson_mut_is_arr(was))
		CFN_ARRAY_FOR(item, was)
		{
			if (same_index(now, item))
				continue;
			value *gone = yyjson_mut_obj(r->doc);
			cfn_put(r, gone, "IndexName", cfn_text(cfn_get(item, "IndexName")));
			if (change_index(r, "Delete", gone) < 0)
				return -1;
		}
	if (yyjson_mut_is_arr(now))
		CFN_ARRAY_FOR(item, now)
		{
			if ((other = same_index(was, item))) {
				if (change_throughput(r, other, item) < 0)
					return -1;
			} else if (change_index(r, "Create", cfn_copy(r->doc, item)) < 0) {
				return -1;
			}
		}
	return 0;
}

static int change_expiry(struct cfn_resource *r)
{
	value *now = cfn_get(r->properties, "TimeToLiveSpecification"),
	      *was = cfn_copy(r->doc, cfn_get(r->before, "TimeToLiveSpecification"));
	if (cfn_equal(now, was))
		return 0;
	if (now)
		return set_expiry(r, cfn_copy(r->doc, now));
	yyjson_mut_obj_remove_key(was, "Enabled");
	cfn_set(r->doc, was, "Enabled", yyjson_mut_false(r->doc));
	return set_expiry(r, was);
}

static int change_tags(struct cfn_resource *r)
{
	return cfn_change_tags(r, "ResourceArn",
		call_arn(r->call, "dynamodb", "table/%.*s", STR_ARG(r->physical)),
		&dynamodb_tag_resource_operation, &dynamodb_untag_resource_operation);
}

static value *view_type(value *properties)
{
	return cfn_get(cfn_get(properties, "StreamSpecification"), "StreamViewType");
}

static bool stream_changed(struct cfn_resource *r)
{
	value *now = view_type(r->properties), *was = view_type(r->before);
	return now && was ? !cfn_equal(now, was) : now != was;
}

static bool settings_changed(struct cfn_resource *r)
{
	static const char *const names[] = { "BillingMode", "DeletionProtectionEnabled",
		"OnDemandThroughput", "ProvisionedThroughput", "TableClass", "SSESpecification" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (cfn_changed(r, names[i]))
			return true;
	return stream_changed(r);
}

/* A stream of another view type is another stream: the old one ends first. */
static int end_stream(struct cfn_resource *r)
{
	value *in = table_input(r);
	if (!stream_changed(r) || !view_type(r->before) || !view_type(r->properties))
		return 0;
	cfn_set(r->doc, in, "StreamSpecification",
		cfn_json_read(r->call->arena, r->doc, STR("{\"StreamEnabled\":false}")));
	return cfn_call(r, &dynamodb_update_table_operation, in, NULL);
}

static int update_table(struct cfn_resource *r)
{
	if (check_indexes(r) < 0 || end_stream(r) < 0)
		return -1;
	if (settings_changed(r)) {
		value *in = cfn_pick(r,
			"BillingMode DeletionProtectionEnabled OnDemandThroughput ProvisionedThroughput TableClass");
		cfn_put(r, in, "TableName", r->physical);
		if (cfn_get(r->before, "DeletionProtectionEnabled") &&
			!cfn_get(in, "DeletionProtectionEnabled"))
			cfn_set(r->doc, in, "DeletionProtectionEnabled", yyjson_mut_false(r->doc));
		if (cfn_changed(r, "SSESpecification"))
			put_encryption(r, in);
		if (stream_changed(r))
			put_stream(r, in);
		if (cfn_call(r, &dynamodb_update_table_operation, in, NULL) < 0)
			return -1;
	}
	if (change_indexes(r) < 0 || change_expiry(r) < 0 || change_recovery(r) < 0 ||
		change_policy(r, false, false) < 0 ||
		change_policy(r, true, stream_changed(r)) < 0 || change_tags(r) < 0)
		return -1;
	return describe_table(r);
}

/* "Replacement if you edit an existing AttributeDefinition" (AWS::DynamoDB::Table). */
static bool definition_edited(value *before, value *now)
{
	value *old = cfn_get(before, "AttributeDefinitions"),
	      *given = cfn_get(now, "AttributeDefinitions"), *a, *b;
	if (!yyjson_mut_is_arr(old) || !yyjson_mut_is_arr(given))
		return false;
	CFN_ARRAY_FOR(a, old)
	CFN_ARRAY_FOR(b, given)
	if (cfn_equal(cfn_get(a, "AttributeName"), cfn_get(b, "AttributeName")) &&
		!cfn_equal(cfn_get(a, "AttributeType"), cfn_get(b, "AttributeType")))
		return true;
	return false;
}

static int remove_table(struct cfn_resource *r)
{
	return cfn_call_delete(r, &dynamodb_delete_table_operation, table_input(r));
}

/* ---- tables of several regions, in one ---- */

/* The properties of a global table as a table's: what its one replica says of itself. */
static value *global_properties(struct cfn_resource *r, value *given)
{
	static const char *const of_replica[] = { "DeletionProtectionEnabled",
		"PointInTimeRecoverySpecification", "ResourcePolicy", "TableClass", "Tags" };
	value *out = cfn_copy(r->doc, given), *replicas = cfn_get(out, "Replicas"), *replica;
	if (!given)
		return NULL;
	replica = yyjson_mut_is_arr(replicas) ? yyjson_mut_arr_get_first(replicas) : NULL;
	for (size_t i = 0; i < COUNT_OF(of_replica); i++)
		if (cfn_get(replica, of_replica[i]))
			cfn_set(r->doc, out, of_replica[i],
				cfn_copy(r->doc, cfn_get(replica, of_replica[i])));
	yyjson_mut_obj_remove_key(out, "Replicas");
	return out;
}

static int check_replicas(struct cfn_resource *r)
{
	static const char known[] = "DeletionProtectionEnabled PointInTimeRecoverySpecification "
				    "Region ResourcePolicy TableClass Tags";
	value *replicas = cfn_get(r->properties, "Replicas"), *key, *member,
	      *replica = yyjson_mut_is_arr(replicas) ? yyjson_mut_arr_get_first(replicas) : NULL;
	if (!replica || yyjson_mut_arr_size(replicas) != 1 ||
		!str_eq(cfn_text(cfn_get(replica, "Region")), r->call->identity.region))
		return fail(r->call, &aws_validation_exception,
			"Replicas: a global table has one replica here, in the stack's own region (%.*s).",
			STR_ARG(r->call->identity.region));
	CFN_OBJECT_FOR(key, member, replica)
	if (!cfn_has_word(known, cfn_text(key)))
		return fail(r->call, &aws_validation_exception,
			"Replicas: the property %.*s is not served here.", STR_ARG(cfn_text(key)));
	if (!str_is(cfn_text(cfn_get(r->properties, "BillingMode")), "PAY_PER_REQUEST"))
		return fail(r->call, &aws_validation_exception,
			"BillingMode: global tables are served here with PAY_PER_REQUEST only.");
	return 0;
}

static int with_global(struct cfn_resource *r, cfn_type_fn *fn)
{
	if (check_replicas(r) < 0)
		return -1;
	r->properties = global_properties(r, r->properties);
	r->before = global_properties(r, r->before);
	return fn(r);
}

static int create_global(struct cfn_resource *r)
{
	return with_global(r, create_table);
}

static int update_global(struct cfn_resource *r)
{
	return with_global(r, update_table);
}

const struct cfn_type cfn_types_dynamodb[] = {
	{ .name = "AWS::DynamoDB::Table",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"AttributeDefinitions BillingMode DeletionProtectionEnabled "
			"GlobalSecondaryIndexes KeySchema LocalSecondaryIndexes OnDemandThroughput "
			"PointInTimeRecoverySpecification ProvisionedThroughput ResourcePolicy SSESpecification StreamSpecification TableClass "
			"TableName Tags TimeToLiveSpecification",
		.replace = "KeySchema LocalSecondaryIndexes TableName",
		.attributes = "Arn StreamArn TableId",
		.create = create_table,
		.update = update_table,
		.remove = remove_table,
		.named = "TableName",
		.replaces = definition_edited },
	{ .name = "AWS::DynamoDB::GlobalTable",
		.flags = CFN_IN_TRANSACTION,
		.properties = "AttributeDefinitions BillingMode GlobalSecondaryIndexes KeySchema "
			      "LocalSecondaryIndexes Replicas SSESpecification StreamSpecification "
			      "TableName TimeToLiveSpecification",
		.replace = "KeySchema LocalSecondaryIndexes TableName",
		.attributes = "Arn StreamArn TableId",
		.create = create_global,
		.update = update_global,
		.remove = remove_table,
		.named = "TableName",
		.replaces = definition_edited },
	{ 0 },
};
