/* Resource types of Lambda. */
#include "api/lambda.h"
#include "base/encode.h"
#include "services/cloudformation/inline_code.h"
#include "services/cloudformation/types.h"

static value *function_input(struct cfn_resource *r, struct str function)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "FunctionName", function);
	return in;
}

/* ---- AWS::Lambda::Function ---- */

static const char function_settings[] =
	"Runtime Role Handler Description Timeout MemorySize VpcConfig DeadLetterConfig "
	"Environment TracingConfig Layers FileSystemConfigs EphemeralStorage SnapStart "
	"LoggingConfig ImageConfig";

/* ZipFile in a template is the source's text. */
static int code_of(struct cfn_resource *r, value **out)
{
	value *code = cfn_copy(r->doc, cfn_get(r->properties, "Code"));
	struct str text = cfn_text(cfn_get(code, "ZipFile")), zip;
	if (text.p) {
		if (cfn_inline_zip(r->call, cfn_property(r, "Runtime"), text, &zip) < 0)
			return -1;
		cfn_set(r->doc, code, "ZipFile",
			cfn_string(r->doc, base64_encode(r->call->arena, zip)));
	}
	*out = code;
	return 0;
}

static void describe_function(struct cfn_resource *r, struct str arn)
{
	cfn_attribute(r, "Arn", arn);
}

static int set_concurrency(struct cfn_resource *r)
{
	value *in = cfn_pick(r, "ReservedConcurrentExecutions");
	bool wanted = yyjson_mut_obj_size(in) > 0;
	cfn_put(r, in, "FunctionName", r->physical);
	if (wanted)
		return cfn_call(r, &lambda_put_function_concurrency_operation, in, NULL);
	return cfn_get(r->before, "ReservedConcurrentExecutions")
		       ? cfn_call_delete(r, &lambda_delete_function_concurrency_operation, in)
		       : 0;
}

static int create_function(struct cfn_resource *r)
{
	struct lambda_function_configuration *out;
	/* It was made before the server ended. */
	if (r->again && r->physical.n) {
		if (cfn_call(r, &lambda_get_function_configuration_operation,
			    function_input(r, r->physical), (void **)&out) == 0) {
			describe_function(r, out->function_arn);
			return set_concurrency(r);
		}
		if (!cfn_forgive_missing(r->call))
			return -1;
	}
	value *in = cfn_pick(r, function_settings), *code,
	      *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	static const char more[] = "PackageType Architectures CodeSigningConfigArn";
	value *extra = cfn_pick(r, more), *key, *member;
	CFN_OBJECT_FOR(key, member, extra)
	cfn_set_str(r->doc, in, cfn_text(key), cfn_copy(r->doc, member));
	cfn_put(r, in, "KMSKeyArn", cfn_property(r, "KmsKeyArn"));
	cfn_put(r, in, "FunctionName", cfn_name(r, "FunctionName", 64));
	if (code_of(r, &code) < 0)
		return -1;
	cfn_set(r->doc, in, "Code", code);
	if (tags)
		cfn_set(r->doc, in, "Tags", tags);
	if (cfn_call_make(r, &lambda_create_function_operation, in, NULL, (void **)&out) < 0)
		return -1;
	describe_function(r, out->function_arn);
	return set_concurrency(r);
}

static int update_function(struct cfn_resource *r)
{
	struct lambda_function_configuration *out;
	if (cfn_changed(r, "Code") || cfn_changed(r, "Architectures")) {
		value *in, *architectures = cfn_get(r->properties, "Architectures");
		if (code_of(r, &in) < 0)
			return -1;
		cfn_put(r, in, "FunctionName", r->physical);
		if (architectures)
			cfn_set(r->doc, in, "Architectures", cfn_copy(r->doc, architectures));
		if (cfn_call(r, &lambda_update_function_code_operation, in, NULL) < 0)
			return -1;
	}
	value *in = cfn_pick(r, function_settings);
	cfn_put(r, in, "FunctionName", r->physical);
	/* What was taken away goes back to what it is without. */
	static const struct {
		const char *property, *json;
	} absent[] = { { "Description", "\"\"" }, { "Timeout", "3" }, { "MemorySize", "128" },
		{ "Environment", "{\"Variables\":{}}" }, { "Layers", "[]" },
		{ "DeadLetterConfig", "{\"TargetArn\":\"\"}" },
		{ "TracingConfig", "{\"Mode\":\"PassThrough\"}" },
		{ "EphemeralStorage", "{\"Size\":512}" } };
	for (size_t i = 0; i < COUNT_OF(absent); i++)
		if (cfn_get(r->before, absent[i].property) &&
			!cfn_get(r->properties, absent[i].property))
			cfn_set(r->doc, in, absent[i].property,
				cfn_json_read(r->call->arena, r->doc, str_c(absent[i].json)));
	if (cfn_call(r, &lambda_update_function_configuration_operation, in, (void **)&out) < 0)
		return -1;
	describe_function(r, out->function_arn);
	value *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	if (tags && cfn_changed(r, "Tags")) {
		in = yyjson_mut_obj(r->doc);
		cfn_put(r, in, "Resource", out->function_arn);
		cfn_set(r->doc, in, "Tags", tags);
		if (cfn_call(r, &lambda_tag_resource_operation, in, NULL) < 0)
			return -1;
	}
	return cfn_changed(r, "ReservedConcurrentExecutions") ? set_concurrency(r) : 0;
}

static int remove_function(struct cfn_resource *r)
{
	return cfn_call_delete(
		r, &lambda_delete_function_operation, function_input(r, r->physical));
}

/* ---- versions and aliases ---- */

static int create_version(struct cfn_resource *r)
{
	struct lambda_function_configuration *out;
	value *in = cfn_pick(r, "FunctionName CodeSha256 Description");
	if (cfn_call(r, &lambda_publish_version_operation, in, (void **)&out) < 0)
		return -1;
	r->physical = out->function_arn;
	cfn_attribute(r, "Version", out->version);
	cfn_attribute(r, "FunctionArn", out->function_arn);
	return 0;
}

/* The function's and the version's or alias's name: the last parts of its ARN. */
static value *input_of_arn(struct cfn_resource *r, const char *member)
{
	ssize_t colon = str_rindex(r->physical, ':');
	value *in = cfn_pick(r, "FunctionName");
	cfn_put(r, in, member, str_from(r->physical, (size_t)(colon + 1)));
	return in;
}

static int remove_version(struct cfn_resource *r)
{
	return cfn_call_delete(r, &lambda_delete_function_operation, input_of_arn(r, "Qualifier"));
}

/* AdditionalVersionWeights is a list of {FunctionVersion, FunctionWeight} here. */
static value *alias_input(struct cfn_resource *r)
{
	value *in = cfn_pick(r, "FunctionName Name FunctionVersion Description"), *item,
	      *map = yyjson_mut_obj(r->doc);
	value *routing = cfn_get(r->properties, "RoutingConfig"),
	      *weights = cfn_get(routing, "AdditionalVersionWeights");
	if (yyjson_mut_is_arr(weights))
		CFN_ARRAY_FOR(item, weights)
	cfn_set_str(r->doc, map, cfn_scalar(r->call->arena, cfn_get(item, "FunctionVersion")),
		cfn_copy(r->doc, cfn_get(item, "FunctionWeight")));
	if (routing || cfn_get(r->before, "RoutingConfig")) {
		value *config = yyjson_mut_obj(r->doc);
		cfn_set(r->doc, config, "AdditionalVersionWeights", map);
		cfn_set(r->doc, in, "RoutingConfig", config);
	}
	return in;
}

static int set_alias(struct cfn_resource *r)
{
	struct lambda_alias_configuration *out;
	if (cfn_call(r, r->before ? &lambda_update_alias_operation : &lambda_create_alias_operation,
		    alias_input(r), (void **)&out) < 0)
		return -1;
	r->physical = out->alias_arn;
	cfn_attribute(r, "AliasArn", out->alias_arn);
	return 0;
}

static int remove_alias(struct cfn_resource *r)
{
	return cfn_call_delete(r, &lambda_delete_alias_operation, input_of_arn(r, "Name"));
}

/* ---- permissions ---- */

static int create_permission(struct cfn_resource *r)
{
	value *in = cfn_pick(r,
		"FunctionName Action Principal SourceArn SourceAccount FunctionUrlAuthType EventSourceToken "
		"PrincipalOrgID InvokedViaFunctionUrl");
	r->physical = cfn_make_name(r, 100, false);
	cfn_put(r, in, "StatementId", r->physical);
	cfn_attribute(r, "Id", r->physical);
	return cfn_call(r, &lambda_add_permission_operation, in, NULL);
}

static int remove_permission(struct cfn_resource *r)
{
	value *in = cfn_pick(r, "FunctionName");
	cfn_put(r, in, "StatementId", r->physical);
	return cfn_call_delete(r, &lambda_remove_permission_operation, in);
}

/* ---- function URLs ---- */

static value *target_input(struct cfn_resource *r, const char *target, const char *more)
{
	value *in = cfn_pick(r, more);
	cfn_put(r, in, "FunctionName", cfn_property(r, target));
	cfn_put(r, in, "Qualifier", cfn_property(r, "Qualifier"));
	return in;
}

static int set_url(struct cfn_resource *r)
{
	struct lambda_function_url_config *out;
	value *in = target_input(r, "TargetFunctionArn", "AuthType Cors InvokeMode");
	if (cfn_call(r,
		    r->before ? &lambda_update_function_url_config_operation
			      : &lambda_create_function_url_config_operation,
		    in, NULL) < 0 ||
		cfn_call(r, &lambda_get_function_url_config_operation,
			target_input(r, "TargetFunctionArn", ""), (void **)&out) < 0)
		return -1;
	r->physical = out->function_arn;
	cfn_attribute(r, "FunctionUrl", out->function_url);
	cfn_attribute(r, "FunctionArn", out->function_arn);
	return 0;
}

static int remove_url(struct cfn_resource *r)
{
	return cfn_call_delete(r, &lambda_delete_function_url_config_operation,
		target_input(r, "TargetFunctionArn", ""));
}

/* ---- asynchronous invocation ---- */

static int set_invoke_config(struct cfn_resource *r)
{
	r->physical = cfn_make_name(r, 128, false);
	return cfn_call(r, &lambda_put_function_event_invoke_config_operation,
		target_input(r, "FunctionName",
			"MaximumRetryAttempts MaximumEventAgeInSeconds DestinationConfig"),
		NULL);
}

static int update_invoke_config(struct cfn_resource *r)
{
	return cfn_call(r, &lambda_put_function_event_invoke_config_operation,
		target_input(r, "FunctionName",
			"MaximumRetryAttempts MaximumEventAgeInSeconds DestinationConfig"),
		NULL);
}

static int remove_invoke_config(struct cfn_resource *r)
{
	return cfn_call_delete(r, &lambda_delete_function_event_invoke_config_operation,
		target_input(r, "FunctionName", ""));
}

/* ---- layers ---- */

/* In the transaction that publishes it: the newest version is it. */
static int identify_layer(struct cfn_resource *r, struct call *inner)
{
	struct lambda_list_layer_versions_input in = { .layer_name = cfn_property(r, "LayerName") };
	struct lambda_list_layer_versions_output list = { 0 };
	if (!in.layer_name.n)
		in.layer_name = cfn_make_name(r, 140, false);
	if (call_inner(inner, &lambda_list_layer_versions_operation, NULL, &in, &list) < 0)
		return -1;
	assert(list.layer_versions.n);
	r->physical = list.layer_versions.v[0].layer_version_arn;
	return 0;
}

static int create_layer(struct cfn_resource *r)
{
	struct lambda_publish_layer_version_output *out;
	value *in = cfn_pick(
		r, "Content Description CompatibleArchitectures CompatibleRuntimes LicenseInfo");
	struct str name = cfn_property(r, "LayerName");
	cfn_put(r, in, "LayerName", name.n ? name : cfn_make_name(r, 140, false));
	if (!(r->again && r->physical.n) &&
		cfn_call_make(r, &lambda_publish_layer_version_operation, in, identify_layer,
			(void **)&out) < 0)
		return -1;
	cfn_attribute(r, "LayerVersionArn", r->physical);
	return 0;
}

static value *layer_input(struct cfn_resource *r, struct str arn)
{
	value *in = yyjson_mut_obj(r->doc);
	ssize_t colon = str_rindex(arn, ':');
	struct str layer = str_sub(arn, 0, colon < 0 ? 0 : (size_t)colon);
	cfn_put(r, in, "LayerName", layer);
	cfn_put(r, in, "VersionNumber", str_from(arn, (size_t)(colon + 1)));
	return in;
}

static int remove_layer(struct cfn_resource *r)
{
	return cfn_call_delete(
		r, &lambda_delete_layer_version_operation, layer_input(r, r->physical));
}

static int create_layer_permission(struct cfn_resource *r)
{
	value *in = layer_input(r, cfn_property(r, "LayerVersionArn")), *key, *member,
	      *more = cfn_pick(r, "Action Principal OrganizationId");
	CFN_OBJECT_FOR(key, member, more)
	cfn_set_str(r->doc, in, cfn_text(key), cfn_copy(r->doc, member));
	r->physical = cfn_make_name(r, 100, false);
	cfn_put(r, in, "StatementId", r->physical);
	return cfn_call(r, &lambda_add_layer_version_permission_operation, in, NULL);
}

static int remove_layer_permission(struct cfn_resource *r)
{
	value *in = layer_input(r, cfn_property(r, "LayerVersionArn"));
	cfn_put(r, in, "StatementId", r->physical);
	return cfn_call_delete(r, &lambda_remove_layer_version_permission_operation, in);
}

/* ---- event source mappings ---- */

static const char mapping_properties[] =
	"BatchSize BisectBatchOnFunctionError DestinationConfig Enabled EventSourceArn "
	"FilterCriteria FunctionName FunctionResponseTypes MaximumBatchingWindowInSeconds "
	"MaximumRecordAgeInSeconds "
	"MaximumRetryAttempts ParallelizationFactor ProvisionedPollerConfig ScalingConfig "
	"StartingPosition StartingPositionTimestamp "
	"TumblingWindowInSeconds";

static int create_mapping(struct cfn_resource *r)
{
	struct lambda_event_source_mapping_configuration *out;
	value *in = cfn_pick(r, mapping_properties),
	      *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	if (tags)
		cfn_set(r->doc, in, "Tags", tags);
	if (cfn_call(r, &lambda_create_event_source_mapping_operation, in, (void **)&out) < 0)
		return -1;
	r->physical = out->uuid;
	cfn_attribute(r, "Id", out->uuid);
	cfn_attribute(r, "EventSourceMappingArn", out->event_source_mapping_arn);
	return 0;
}

/* What the template no longer says is as if it never had. */
static void reset_mapping(struct cfn_resource *r, value *in)
{
	static const struct {
		const char *name, *value;
	} defaults[] = { { "BisectBatchOnFunctionError", "false" }, { "DestinationConfig", "{}" },
		{ "Enabled", "true" }, { "FilterCriteria", "{\"Filters\":[]}" },
		{ "FunctionResponseTypes", "[]" }, { "MaximumBatchingWindowInSeconds", "0" },
		{ "MaximumRecordAgeInSeconds", "-1" }, { "MaximumRetryAttempts", "-1" },
		{ "ParallelizationFactor", "1" }, { "ProvisionedPollerConfig", "{}" },
		{ "ScalingConfig", "{}" } };
	for (size_t i = 0; i < COUNT_OF(defaults); i++)
		if (cfn_get(r->before, defaults[i].name) && !cfn_get(in, defaults[i].name))
			cfn_set(r->doc, in, defaults[i].name,
				cfn_json_read(r->call->arena, r->doc, str_c(defaults[i].value)));
}

static int update_mapping(struct cfn_resource *r)
{
	struct lambda_event_source_mapping_configuration *out;
	value *in = cfn_pick(r, mapping_properties);
	reset_mapping(r, in);
	yyjson_mut_obj_remove_key(in, "EventSourceArn");
	yyjson_mut_obj_remove_key(in, "StartingPosition");
	yyjson_mut_obj_remove_key(in, "StartingPositionTimestamp");
	cfn_put(r, in, "UUID", r->physical);
	if (cfn_call(r, &lambda_update_event_source_mapping_operation, in, (void **)&out) < 0)
		return -1;
	cfn_attribute(r, "Id", out->uuid);
	cfn_attribute(r, "EventSourceMappingArn", out->event_source_mapping_arn);
	return 0;
}

static int remove_mapping(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "UUID", r->physical);
	return cfn_call_delete(r, &lambda_delete_event_source_mapping_operation, in);
}

const struct cfn_type cfn_types_lambda[] = {
	{ .name = "AWS::Lambda::EventSourceMapping",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"BatchSize BisectBatchOnFunctionError DestinationConfig Enabled "
			"EventSourceArn FilterCriteria "
			"FunctionName FunctionResponseTypes MaximumBatchingWindowInSeconds "
			"MaximumRecordAgeInSeconds "
			"MaximumRetryAttempts ParallelizationFactor ProvisionedPollerConfig "
			"ScalingConfig StartingPosition StartingPositionTimestamp TumblingWindowInSeconds Tags",
		.replace = "EventSourceArn StartingPosition StartingPositionTimestamp",
		.attributes = "Id EventSourceMappingArn",
		.create = create_mapping,
		.update = update_mapping,
		.remove = remove_mapping },
	{ .name = "AWS::Lambda::Function",
		.properties =
			"Code Runtime Role Handler Description Timeout MemorySize VpcConfig "
			"DeadLetterConfig Environment "
			"TracingConfig Layers FileSystemConfigs EphemeralStorage SnapStart "
			"LoggingConfig ImageConfig "
			"PackageType Architectures CodeSigningConfigArn KmsKeyArn FunctionName Tags "
			"ReservedConcurrentExecutions",
		.replace = "FunctionName PackageType",
		.attributes = "Arn",
		.create = create_function,
		.update = update_function,
		.remove = remove_function,
		.named = "FunctionName" },
	/* Published again without a change it is the same version. */
	{ .name = "AWS::Lambda::Version",
		.flags = CFN_IN_TRANSACTION | CFN_REMOVE_WAITS,
		.properties = "FunctionName CodeSha256 Description",
		.replace = "*",
		.attributes = "Version FunctionArn",
		.create = create_version,
		.remove = remove_version },
	{ .name = "AWS::Lambda::Alias",
		.flags = CFN_IN_TRANSACTION,
		.properties = "FunctionName Name FunctionVersion Description RoutingConfig",
		.replace = "FunctionName Name",
		.attributes = "AliasArn",
		.create = set_alias,
		.update = set_alias,
		.remove = remove_alias },
	{ .name = "AWS::Lambda::Permission",
		.flags = CFN_IN_TRANSACTION,
		.properties = "FunctionName Action Principal SourceArn SourceAccount "
			      "FunctionUrlAuthType EventSourceToken "
			      "PrincipalOrgID InvokedViaFunctionUrl",
		.replace = "*",
		.attributes = "Id",
		.create = create_permission,
		.remove = remove_permission },
	{ .name = "AWS::Lambda::Url",
		.flags = CFN_IN_TRANSACTION,
		.properties = "TargetFunctionArn Qualifier AuthType Cors InvokeMode",
		.replace = "TargetFunctionArn Qualifier",
		.attributes = "FunctionUrl FunctionArn",
		.create = set_url,
		.update = set_url,
		.remove = remove_url },
	{ .name = "AWS::Lambda::EventInvokeConfig",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"FunctionName Qualifier MaximumRetryAttempts MaximumEventAgeInSeconds "
			"DestinationConfig",
		.replace = "FunctionName Qualifier",
		.attributes = "",
		.create = set_invoke_config,
		.update = update_invoke_config,
		.remove = remove_invoke_config },
	{ .name = "AWS::Lambda::LayerVersion",
		.properties = "Content Description CompatibleArchitectures CompatibleRuntimes "
			      "LicenseInfo LayerName",
		.replace = "*",
		.attributes = "LayerVersionArn",
		.create = create_layer,
		.remove = remove_layer },
	{ .name = "AWS::Lambda::LayerVersionPermission",
		.flags = CFN_IN_TRANSACTION,
		.properties = "LayerVersionArn Action Principal OrganizationId",
		.replace = "*",
		.attributes = "",
		.create = create_layer_permission,
		.remove = remove_layer_permission },
	{ 0 },
};
