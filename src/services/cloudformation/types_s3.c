/* Resource types of S3. */
#include "api/cloudformation.h"
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
	struct arena *arena = r->call->arena;
	struct str name = r->physical, region = r->call->identity.region;
	cfn_attribute(r, "Arn", arena_printf(arena, "arn:aws:s3:::%.*s", STR_ARG(name)));
	cfn_attribute(r, "DomainName", arena_printf(arena, "%.*s.s3.amazonaws.com", STR_ARG(name)));
	cfn_attribute(r, "DualStackDomainName",
		arena_printf(arena, "%.*s.s3.dualstack.%.*s.amazonaws.com", STR_ARG(name),
			STR_ARG(region)));
	cfn_attribute(r, "RegionalDomainName",
		arena_printf(arena, "%.*s.s3.%.*s.amazonaws.com", STR_ARG(name), STR_ARG(region)));
	cfn_attribute(r, "WebsiteURL",
		arena_printf(arena, "http://%.*s.s3-website-%.*s.amazonaws.com", STR_ARG(name),
			STR_ARG(region)));
}

/* ---- what a bucket is configured with: CloudFormation's names are not those of the API ---- */

/* The property's members under other names: "A=B C" takes A as B, and C. NULL after an error that
 * names a member that is none of them. */
static value *renamed(struct cfn_resource *r, value *property, const char *names)
{
	value *out = yyjson_mut_obj(r->doc), *key, *val;
	if (!yyjson_mut_is_obj(property)) {
		(void)fail(r->call, &cloudformation_validation_error,
			"Model validation failed (#: expected type: JSONObject)");
		return NULL;
	}
	CFN_OBJECT_FOR(key, val, property)
	{
		struct str rest = str_c(names), word, name, to = { 0 };
		while (!to.p && rest.n && str_cut(&rest, ' ', &word)) {
			str_cut(&word, '=', &name);
			if (str_eq(name, cfn_text(key)))
				to = word.n ? word : name;
		}
		if (!to.p) {
			(void)fail(r->call, &cloudformation_validation_error,
				"Model validation failed (#: extraneous key [%.*s] is not permitted)",
				STR_ARG(cfn_text(key)));
			return NULL;
		}
		cfn_set_str(r->doc, out, to, cfn_copy(r->doc, val));
	}
	return out;
}

typedef value *map_fn(struct cfn_resource *r, value *property);

/* Each of the list; NULL if one is. */
static value *mapped(struct cfn_resource *r, value *list, map_fn *map)
{
	value *out = yyjson_mut_arr(r->doc), *item;
	CFN_ARRAY_FOR(item, list)
	{
		value *to = map(r, item);
		if (!to)
			return NULL;
		yyjson_mut_arr_append(out, to);
	}
	return out;
}

/* A property that is nothing but a list, as the structure that has it under the API's name. */
static value *list_of(struct cfn_resource *r, value *property, const char *names, map_fn *map)
{
	const char *name = strchr(names, '=') + 1;
	value *out = renamed(r, property, names),
	      *list = out ? mapped(r, cfn_get(out, name), map) : NULL;
	if (!list)
		return NULL;
	cfn_set(r->doc, out, name, list);
	return out;
}

/* An object with one member; NULL for a value that is none. */
static value *wrapped(struct cfn_resource *r, const char *name, value *v)
{
	value *out = v ? yyjson_mut_obj(r->doc) : NULL;
	if (out)
		cfn_set(r->doc, out, name, cfn_copy(r->doc, v));
	return out;
}

static value *as_it_is(struct cfn_resource *r, value *property)
{
	return cfn_copy(r->doc, property);
}

static value *cors_rule(struct cfn_resource *r, value *rule)
{
	return renamed(r, rule,
		"AllowedHeaders AllowedMethods AllowedOrigins ExposedHeaders=ExposeHeaders Id=ID "
		"MaxAge=MaxAgeSeconds");
}

static value *cors(struct cfn_resource *r, value *property)
{
	return list_of(r, property, "CorsRules=CORSRules", cors_rule);
}

static value *encryption_rule(struct cfn_resource *r, value *rule)
{
	return renamed(r, rule,
		"ServerSideEncryptionByDefault=ApplyServerSideEncryptionByDefault BucketKeyEnabled");
}

static value *encryption(struct cfn_resource *r, value *property)
{
	return list_of(r, property, "ServerSideEncryptionConfiguration=Rules", encryption_rule);
}

static value *routing_rule(struct cfn_resource *r, value *rule)
{
	return renamed(r, rule, "RedirectRule=Redirect RoutingRuleCondition=Condition");
}

static value *website(struct cfn_resource *r, value *property)
{
	static const char *const documents[][2] = { { "IndexDocument", "Suffix" },
		{ "ErrorDocument", "Key" } };
	value *out = renamed(
		r, property, "IndexDocument ErrorDocument RedirectAllRequestsTo RoutingRules");
	value *rules = cfn_get(property, "RoutingRules");
	if (!out)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(documents); i++) {
		value *document = cfn_get(property, documents[i][0]);
		if (document)
			cfn_set(r->doc, out, documents[i][0],
				wrapped(r, documents[i][1], document));
	}
	if (rules) {
		rules = mapped(r, rules, routing_rule);
		if (!rules)
			return NULL;
		cfn_set(r->doc, out, "RoutingRules", rules);
	}
	return out;
}

static value *transition(struct cfn_resource *r, value *property)
{
	return renamed(r, property, "StorageClass TransitionDate=Date TransitionInDays=Days");
}

static value *old_transition(struct cfn_resource *r, value *property)
{
	return renamed(r, property,
		"StorageClass TransitionInDays=NoncurrentDays NewerNoncurrentVersions");
}

/* A list, or its older form: one alone. 0, or -1 after an error. */
static int add_transitions(
	struct cfn_resource *r, value *rule, const char *one, const char *many, map_fn *map)
{
	value *single = yyjson_mut_obj_remove_key(rule, one),
	      *list = yyjson_mut_obj_remove_key(rule, many);
	if (!list && single) {
		list = yyjson_mut_arr(r->doc);
		yyjson_mut_arr_append(list, single);
	}
	if (!list)
		return 0;
	list = mapped(r, list, map);
	if (list)
		cfn_set(r->doc, rule, many, list);
	return list ? 0 : -1;
}

/* What CloudFormation has beside each other is in the API's Filter and Expiration. */
static value *lifecycle_rule(struct cfn_resource *r, value *rule)
{
	static const char *const filters[] = { "Prefix", "ObjectSizeGreaterThan",
		"ObjectSizeLessThan" };
	value *out = renamed(r, rule,
		"Id=ID Status Prefix TagFilters ObjectSizeGreaterThan ObjectSizeLessThan "
		"ExpirationInDays ExpirationDate ExpiredObjectDeleteMarker "
		"AbortIncompleteMultipartUpload NoncurrentVersionExpiration "
		"NoncurrentVersionExpirationInDays Transition Transitions "
		"NoncurrentVersionTransition NoncurrentVersionTransitions");
	if (!out || add_transitions(r, out, "Transition", "Transitions", transition) < 0 ||
		add_transitions(r, out, "NoncurrentVersionTransition",
			"NoncurrentVersionTransitions", old_transition) < 0)
		return NULL;
	value *all = yyjson_mut_obj(r->doc), *expiration = yyjson_mut_obj(r->doc), *v;
	for (size_t i = 0; i < COUNT_OF(filters); i++)
		if ((v = yyjson_mut_obj_remove_key(out, filters[i])))
			cfn_set(r->doc, all, filters[i], v);
	if ((v = yyjson_mut_obj_remove_key(out, "TagFilters")))
		cfn_set(r->doc, all, "Tags", v);
	bool is_single = yyjson_mut_obj_size(all) == 1 && cfn_get(all, "Prefix");
	cfn_set(r->doc, out, "Filter",
		is_single || yyjson_mut_obj_size(all) == 0 ? all : wrapped(r, "And", all));
	if ((v = yyjson_mut_obj_remove_key(out, "ExpirationInDays")))
		cfn_set(r->doc, expiration, "Days", v);
	if ((v = yyjson_mut_obj_remove_key(out, "ExpirationDate")))
		cfn_set(r->doc, expiration, "Date", v);
	if ((v = yyjson_mut_obj_remove_key(out, "ExpiredObjectDeleteMarker")))
		cfn_set(r->doc, expiration, "ExpiredObjectDeleteMarker", v);
	if (yyjson_mut_obj_size(expiration))
		cfn_set(r->doc, out, "Expiration", expiration);
	if ((v = yyjson_mut_obj_remove_key(out, "NoncurrentVersionExpirationInDays")))
		cfn_set(r->doc, out, "NoncurrentVersionExpiration",
			wrapped(r, "NoncurrentDays", v));
	return out;
}

static value *lifecycle(struct cfn_resource *r, value *property)
{
	return list_of(r, property, "Rules=Rules", lifecycle_rule);
}

/* One configuration: the event is a list of the API's, the filter goes by other names. */
static value *told(struct cfn_resource *r, value *property, const char *names)
{
	value *out = renamed(r, property, names), *event, *filter, *key;
	if (!out)
		return NULL;
	if ((event = yyjson_mut_obj_remove_key(out, "Event"))) {
		value *events = yyjson_mut_arr(r->doc);
		yyjson_mut_arr_append(events, event);
		cfn_set(r->doc, out, "Events", events);
	}
	if ((filter = yyjson_mut_obj_remove_key(out, "Filter"))) {
		filter = renamed(r, filter, "S3Key=Key");
		key = filter ? renamed(r, cfn_get(filter, "Key"), "Rules=FilterRules") : NULL;
		if (!key)
			return NULL;
		cfn_set(r->doc, out, "Filter", wrapped(r, "Key", key));
	}
	return out;
}

static value *told_function(struct cfn_resource *r, value *property)
{
	return told(r, property, "Event Filter Function=LambdaFunctionArn");
}

static value *told_queue(struct cfn_resource *r, value *property)
{
	return told(r, property, "Event Filter Queue=QueueArn");
}

static value *told_topic(struct cfn_resource *r, value *property)
{
	return told(r, property, "Event Filter Topic=TopicArn");
}

static value *notifications(struct cfn_resource *r, value *property)
{
	static const struct {
		const char *name;
		map_fn *map;
	} kinds[] = { { "LambdaFunctionConfigurations", told_function },
		{ "QueueConfigurations", told_queue }, { "TopicConfigurations", told_topic } };
	value *out = renamed(r, property,
		"LambdaConfigurations=LambdaFunctionConfigurations QueueConfigurations "
		"TopicConfigurations EventBridgeConfiguration");
	for (size_t i = 0; out && i < COUNT_OF(kinds); i++) {
		value *list = cfn_get(out, kinds[i].name);
		if (!list)
			continue;
		list = mapped(r, list, kinds[i].map);
		if (!list)
			return NULL;
		cfn_set(r->doc, out, kinds[i].name, list);
	}
	return out;
}

static value *suspended(struct cfn_resource *r)
{
	return wrapped(r, "Status", cfn_string(r->doc, STR("Suspended")));
}

static value *nothing(struct cfn_resource *r)
{
	return yyjson_mut_obj(r->doc);
}

static const struct {
	const char *property, *member;
	map_fn *map;
	const struct operation *put, *remove;
	value *(*off)(struct cfn_resource *r); /* without remove: what is put in its place */
} settings[] = {
	{ "BucketEncryption", "ServerSideEncryptionConfiguration", encryption,
		&s3_put_bucket_encryption_operation, &s3_delete_bucket_encryption_operation, NULL },
	{ "CorsConfiguration", "CORSConfiguration", cors, &s3_put_bucket_cors_operation,
		&s3_delete_bucket_cors_operation, NULL },
	{ "LifecycleConfiguration", "LifecycleConfiguration", lifecycle,
		&s3_put_bucket_lifecycle_configuration_operation,
		&s3_delete_bucket_lifecycle_operation, NULL },
	{ "NotificationConfiguration", "NotificationConfiguration", notifications,
		&s3_put_bucket_notification_configuration_operation, NULL, nothing },
	{ "OwnershipControls", "OwnershipControls", as_it_is,
		&s3_put_bucket_ownership_controls_operation,
		&s3_delete_bucket_ownership_controls_operation, NULL },
	{ "PublicAccessBlockConfiguration", "PublicAccessBlockConfiguration", as_it_is,
		&s3_put_public_access_block_operation, &s3_delete_public_access_block_operation,
		NULL },
	{ "VersioningConfiguration", "VersioningConfiguration", as_it_is,
		&s3_put_bucket_versioning_operation, NULL, suspended },
	{ "WebsiteConfiguration", "WebsiteConfiguration", website, &s3_put_bucket_website_operation,
		&s3_delete_bucket_website_operation, NULL },
};

static int put_setting(struct cfn_resource *r, size_t i, value *configuration)
{
	value *in = bucket_input(r);
	if (!configuration)
		return -1;
	cfn_set(r->doc, in, settings[i].member, configuration);
	return cfn_call(r, settings[i].put, in, NULL);
}

/* A property that is there no more is taken back. */
static int configure(struct cfn_resource *r)
{
	value *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		value *property = cfn_get(r->properties, settings[i].property);
		if (property) {
			if (put_setting(r, i, settings[i].map(r, property)) < 0)
				return -1;
		} else if (!cfn_get(r->before, settings[i].property)) {
			continue;
		} else if (settings[i].remove) {
			if (cfn_call_delete(r, settings[i].remove, bucket_input(r)) < 0)
				return -1;
		} else if (put_setting(r, i, settings[i].off(r)) < 0) {
			return -1;
		}
	}
	if (!tags)
		return r->before ? cfn_call_delete(
					   r, &s3_delete_bucket_tagging_operation, bucket_input(r))
				 : 0;
	value *in = bucket_input(r);
	cfn_set(r->doc, in, "Tagging", wrapped(r, "TagSet", tags));
	return cfn_call(r, &s3_put_bucket_tagging_operation, in, NULL);
}

static int create_bucket(struct cfn_resource *r)
{
	r->physical = cfn_property(r, "BucketName");
	if (!r->physical.n)
		r->physical = cfn_make_name(r, 63, true);
	describe_bucket(r);
	value *in = bucket_input(r);
	struct str region = r->call->identity.region;
	/* Elsewhere than there a bucket's region is named. */
	if (!str_is(region, "us-east-1"))
		cfn_set(r->doc, in, "CreateBucketConfiguration",
			wrapped(r, "LocationConstraint", cfn_string(r->doc, region)));
	if (cfn_call(r, &s3_create_bucket_operation, in, NULL) < 0)
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
	{ .name = "AWS::S3::Bucket",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"BucketName BucketEncryption CorsConfiguration LifecycleConfiguration "
			"NotificationConfiguration OwnershipControls "
			"PublicAccessBlockConfiguration Tags "
			"VersioningConfiguration WebsiteConfiguration",
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
