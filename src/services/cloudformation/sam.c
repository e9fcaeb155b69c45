/*
 * The AWS::Serverless-2016-10-31 transform: to plain CloudFormation, with the logical ids that SAM
 * documents ("Generated CloudFormation resources for AWS SAM"). What it can't express is refused by
 * name.
 */
#include "aws/hash.h"
#include "services/cloudformation/internal.h"
#include "services/cloudformation/sam.h"
#include "services/cloudformation/types.h"
#include <errno.h>

int sam_fail(struct sam *s, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!s->why->p)
		*s->why = arena_vprintf(s->arena, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

value *sam_json(struct sam *s, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct str text = arena_vprintf(s->arena, fmt, ap);
	va_end(ap);
	value *v = cfn_json_read(s->arena, s->doc, text);
	/* A name in it that is none: with a quote, say. */
	if (!v) {
		sam_fail(s, "A name in the template has characters that it can't have.");
		v = yyjson_mut_obj(s->doc);
	}
	return v;
}

value *sam_add(struct sam *s, struct str logical, const char *type, value *properties)
{
	value *r = yyjson_mut_obj(s->doc);
	cfn_set(s->doc, r, "Type", cfn_string(s->doc, str_c(type)));
	cfn_set(s->doc, r, "Properties", properties);
	cfn_set_str(s->doc, s->resources, logical, r);
	return r;
}

void sam_move(struct sam *s, value *from, value *to, const char *names)
{
	struct str rest = str_c(names), name;
	while (rest.n && str_cut(&rest, ' ', &name))
		if (cfn_get_str(from, name))
			cfn_set_str(s->doc, to, name, cfn_copy(s->doc, cfn_get_str(from, name)));
}

value *sam_ref(struct sam *s, struct str logical)
{
	return sam_json(s, "{\"Ref\":\"%.*s\"}", STR_ARG(logical));
}

value *sam_att(struct sam *s, struct str logical, const char *attribute)
{
	return sam_json(s, "{\"Fn::GetAtt\":[\"%.*s\",\"%s\"]}", STR_ARG(logical), attribute);
}

/* The first ten digits of the value's hash: names of versions and layers change with what they
 * hold. */
struct str sam_hash(struct sam *s, value *v)
{
	char hex[2 * SHA256_BYTES + 1];
	sha256_hex(cfn_json_write(s->arena, v), hex);
	return arena_str(s->arena, (struct str){ hex, 10 });
}

/* s3://bucket/key or {Bucket, Key, Version} as {S3Bucket, S3Key, S3ObjectVersion}. */
int sam_code(struct sam *s, struct str logical, value *uri, value **out)
{
	struct str text = cfn_text(uri), rest;
	*out = yyjson_mut_obj(s->doc);
	if (text.p) {
		ssize_t slash;
		if (!str_starts(text, STR("s3://")) ||
			(slash = str_index(rest = str_from(text, 5), '/')) <= 0)
			return sam_fail(s,
				"Resource with id [%.*s] is invalid. '%.*s' is not a valid S3 Uri "
				"of the form "
				"\"s3://bucket/key\" with optional versionId query parameter.",
				STR_ARG(logical), STR_ARG(text));
		cfn_set(s->doc, *out, "S3Bucket",
			cfn_string(s->doc, str_sub(rest, 0, (size_t)slash)));
		cfn_set(s->doc, *out, "S3Key",
			cfn_string(s->doc, str_from(rest, (size_t)slash + 1)));
		return 0;
	}
	if (!cfn_get(uri, "Bucket") || !cfn_get(uri, "Key"))
		return sam_fail(s,
			"Resource with id [%.*s] is invalid. CodeUri or ContentUri requires Bucket and Key.",
			STR_ARG(logical));
	cfn_set(s->doc, *out, "S3Bucket", cfn_copy(s->doc, cfn_get(uri, "Bucket")));
	cfn_set(s->doc, *out, "S3Key", cfn_copy(s->doc, cfn_get(uri, "Key")));
	if (cfn_get(uri, "Version"))
		cfn_set(s->doc, *out, "S3ObjectVersion", cfn_copy(s->doc, cfn_get(uri, "Version")));
	return 0;
}

/* ---- Globals ---- */

/* Maps are merged, lists one after another, else the resource's own counts. */
static value *merged(struct sam *s, value *global, value *own)
{
	value *out, *key, *item;
	if (yyjson_mut_is_obj(global) && yyjson_mut_is_obj(own)) {
		out = cfn_copy(s->doc, global);
		CFN_OBJECT_FOR(key, item, own)
		cfn_set_str(s->doc, out, cfn_text(key),
			merged(s, cfn_get_str(global, cfn_text(key)), item));
		return out;
	}
	if (yyjson_mut_is_arr(global) && yyjson_mut_is_arr(own)) {
		out = cfn_copy(s->doc, global);
		CFN_ARRAY_FOR(item, own)
		yyjson_mut_arr_append(out, cfn_copy(s->doc, item));
		return out;
	}
	return cfn_copy(s->doc, own ? own : global);
}

value *sam_with_globals(struct sam *s, const char *section, value *properties)
{
	value *global = cfn_get(cfn_get(s->root, "Globals"), section);
	value *own = properties ? properties : yyjson_mut_obj(s->doc);
	return global ? merged(s, global, own) : cfn_copy(s->doc, own);
}

int sam_check_members(struct sam *s, struct str logical, value *properties, const char *words)
{
	value *key, *member;
	CFN_OBJECT_FOR(key, member, properties)
	if (!cfn_has_word(words, cfn_text(key)))
		return sam_fail(s,
			"Resource with id [%.*s] is invalid. The property %.*s is not served by this server.",
			STR_ARG(logical), STR_ARG(cfn_text(key)));
	return 0;
}

/* ---- the other resources ---- */

static int layer(struct sam *s, struct str logical, value *definition, value *properties)
{
	value *out = yyjson_mut_obj(s->doc), *code;
	if (sam_check_members(s, logical, properties,
		    "ContentUri Description CompatibleArchitectures CompatibleRuntimes LayerName "
		    "LicenseInfo RetentionPolicy") < 0 ||
		sam_code(s, logical, cfn_get(properties, "ContentUri"), &code) < 0)
		return -EINVAL;
	sam_move(s, properties, out, "Description CompatibleArchitectures CompatibleRuntimes");
	if (cfn_get(properties, "LicenseInfo"))
		cfn_set(s->doc, out, "LicenseInfo",
			cfn_copy(s->doc, cfn_get(properties, "LicenseInfo")));
	cfn_set(s->doc, out, "LayerName",
		cfn_get(properties, "LayerName")
			? cfn_copy(s->doc, cfn_get(properties, "LayerName"))
			: cfn_string(s->doc, logical));
	cfn_set(s->doc, out, "Content", code);
	struct str id =
		arena_printf(s->arena, "%.*s%.*s", STR_ARG(logical), STR_ARG(sam_hash(s, out)));
	value *r = sam_add(s, id, "AWS::Lambda::LayerVersion", out);
	struct str policy = cfn_text(cfn_get(properties, "RetentionPolicy"));
	cfn_set(s->doc, r, "DeletionPolicy",
		cfn_string(s->doc, str_is(policy, "Delete") ? STR("Delete") : STR("Retain")));
	sam_move(s, definition, r, "Condition DependsOn");
	cfn_set_str(s->doc, s->renamed, logical, cfn_string(s->doc, id));
	return 0;
}

static int http_api(struct sam *s, struct str logical, value *definition, value *properties)
{
	value *api = yyjson_mut_obj(s->doc), *stage = yyjson_mut_obj(s->doc),
	      *name = cfn_get(properties, "StageName");
	if (sam_check_members(s, logical, properties,
		    "AccessLogSettings Auth CorsConfiguration DefaultRouteSettings Description "
		    "DisableExecuteApiEndpoint Name RouteSettings StageName StageVariables Tags "
		    "FailOnWarnings PropagateTags") < 0)
		return -EINVAL;
	sam_move(s, properties, api, "Description DisableExecuteApiEndpoint Name Tags");
	if (!cfn_get(api, "Name"))
		cfn_set(s->doc, api, "Name", sam_ref(s, STR("AWS::StackName")));
	cfn_set(s->doc, api, "ProtocolType", cfn_string(s->doc, STR("HTTP")));
	value *cors = cfn_get(properties, "CorsConfiguration");
	if (yyjson_mut_is_true(cors))
		cfn_set(s->doc, api, "CorsConfiguration",
			sam_json(s, "{\"AllowOrigins\":[\"*\"]}"));
	else if (yyjson_mut_is_obj(cors))
		cfn_set(s->doc, api, "CorsConfiguration", cfn_copy(s->doc, cors));
	sam_move(s, definition, sam_add(s, logical, "AWS::ApiGatewayV2::Api", api),
		"Condition DependsOn Metadata");
	sam_move(s, properties, stage,
		"AccessLogSettings DefaultRouteSettings RouteSettings StageVariables");
	cfn_set(s->doc, stage, "ApiId", sam_ref(s, logical));
	cfn_set(s->doc, stage, "StageName",
		name ? cfn_copy(s->doc, name) : cfn_string(s->doc, STR("$default")));
	cfn_set(s->doc, stage, "AutoDeploy", yyjson_mut_true(s->doc));
	struct str stage_id =
		name && cfn_text(name).p && !str_is(cfn_text(name), "$default")
			? arena_printf(s->arena, "%.*s%.*sStage", STR_ARG(logical),
				  STR_ARG(cfn_text(name)))
			: arena_printf(s->arena, "%.*sApiGatewayDefaultStage", STR_ARG(logical));
	sam_move(s, definition, sam_add(s, stage_id, "AWS::ApiGatewayV2::Stage", stage),
		"Condition");
	return sam_authorizers(s, logical, cfn_get(properties, "Auth"));
}

static int simple_table(struct sam *s, struct str logical, value *definition, value *properties)
{
	value *key = cfn_get(properties, "PrimaryKey"), *out = yyjson_mut_obj(s->doc);
	struct str name = cfn_text(cfn_get(key, "Name")), type = cfn_text(cfn_get(key, "Type"));
	const char *letter = str_is(type, "Number") ? "N" : str_is(type, "Binary") ? "B" : "S";
	if (sam_check_members(s, logical, properties,
		    "PointInTimeRecoverySpecification PrimaryKey TableName ProvisionedThroughput "
		    "Tags SSESpecification") < 0)
		return -EINVAL;
	if (!name.p)
		name = STR("id");
	sam_move(s, properties, out,
		"PointInTimeRecoverySpecification TableName ProvisionedThroughput Tags "
		"SSESpecification");
	cfn_set(s->doc, out, "AttributeDefinitions",
		sam_json(s, "[{\"AttributeName\":\"%.*s\",\"AttributeType\":\"%s\"}]",
			STR_ARG(name), letter));
	cfn_set(s->doc, out, "KeySchema",
		sam_json(s, "[{\"AttributeName\":\"%.*s\",\"KeyType\":\"HASH\"}]", STR_ARG(name)));
	if (!cfn_get(out, "ProvisionedThroughput"))
		cfn_set(s->doc, out, "BillingMode", cfn_string(s->doc, STR("PAY_PER_REQUEST")));
	sam_move(s, definition, sam_add(s, logical, "AWS::DynamoDB::Table", out),
		"Condition DependsOn DeletionPolicy Metadata");
	return 0;
}

/* References to a layer or version by its SAM name mean the resource that was generated. */
static void rename_refs(struct sam *s, value *v)
{
	value *key, *item, *name;
	if (yyjson_mut_is_arr(v)) {
		CFN_ARRAY_FOR(item, v)
		rename_refs(s, item);
		return;
	}
	if (!yyjson_mut_is_obj(v))
		return;
	if (yyjson_mut_obj_size(v) == 1 && (item = cfn_get(v, "Ref")) &&
		(name = cfn_get_str(s->renamed, cfn_text(item)))) {
		cfn_set(s->doc, v, "Ref", cfn_copy(s->doc, name));
		return;
	}
	CFN_OBJECT_FOR(key, item, v)
	rename_refs(s, item);
}

static int one(struct sam *s, struct str logical, value *definition)
{
	struct str type = cfn_text(cfn_get(definition, "Type"));
	value *properties = cfn_get(definition, "Properties");
	if (cfn_get(definition, "Connectors"))
		return sam_fail(s,
			"Resource with id [%.*s] is invalid. Connectors are not served by this server.",
			STR_ARG(logical));
	if (str_is(type, "AWS::Serverless::Function"))
		return sam_function(
			s, logical, definition, sam_with_globals(s, "Function", properties));
	if (str_is(type, "AWS::Serverless::LayerVersion"))
		return layer(
			s, logical, definition, sam_with_globals(s, "LayerVersion", properties));
	if (str_is(type, "AWS::Serverless::HttpApi"))
		return http_api(s, logical, definition, sam_with_globals(s, "HttpApi", properties));
	if (str_is(type, "AWS::Serverless::SimpleTable"))
		return simple_table(
			s, logical, definition, sam_with_globals(s, "SimpleTable", properties));
	if (str_starts(type, STR("AWS::Serverless::")))
		return sam_fail(s,
			"Resource with id [%.*s] is invalid. %.*s is not served by this server.",
			STR_ARG(logical), STR_ARG(type));
	cfn_set_str(s->doc, s->resources, logical, cfn_copy(s->doc, definition));
	return 0;
}

/* The member as a list, which it becomes when it was a text or none. */
static value *list_in(struct sam *s, value *object, const char *name)
{
	value *list = cfn_get(object, name), *text = list;
	if (yyjson_mut_is_arr(list))
		return list;
	list = yyjson_mut_arr(s->doc);
	if (yyjson_mut_is_str(text))
		yyjson_mut_arr_append(list, cfn_copy(s->doc, text));
	cfn_set(s->doc, object, name, list);
	return list;
}

static value *object_in(struct sam *s, value *object, const char *name)
{
	if (!yyjson_mut_is_obj(cfn_get(object, name)))
		cfn_set(s->doc, object, name, yyjson_mut_obj(s->doc));
	return cfn_get(object, name);
}

/* Puts into the buckets what S3 events want of them; each waits for the permission. */
static int tell_all(struct sam *s)
{
	value *told, *one;
	CFN_ARRAY_FOR(told, s->told)
	{
		struct str name = cfn_text(cfn_get(told, "Bucket"));
		value *bucket = cfn_get_str(s->resources, name);
		if (!str_is(cfn_text(cfn_get(bucket, "Type")), "AWS::S3::Bucket"))
			return sam_fail(s,
				"The S3 event's Bucket %.*s is no S3 bucket of the same template.",
				STR_ARG(name));
		value *properties = object_in(s, bucket, "Properties");
		value *notification = object_in(s, properties, "NotificationConfiguration");
		value *list = list_in(s, notification, "LambdaConfigurations");
		CFN_ARRAY_FOR(one, cfn_get(told, "Configurations"))
		yyjson_mut_arr_append(list, cfn_copy(s->doc, one));
		yyjson_mut_arr_append(list_in(s, bucket, "DependsOn"),
			cfn_copy(s->doc, cfn_get(told, "Permission")));
	}
	return 0;
}

int cfn_sam_transform(struct arena *arena, value_doc *doc, value *root, struct str *why)
{
	struct sam s = { arena, doc, root, yyjson_mut_obj(doc), yyjson_mut_obj(doc),
		yyjson_mut_arr(doc), false, why };
	value *key, *definition, *resources = cfn_get(root, "Resources");
	CFN_OBJECT_FOR(key, definition, resources)
	if (one(&s, cfn_text(key), definition) < 0)
		return -EINVAL;
	if (s.needs_http_api && http_api(&s, STR("ServerlessHttpApi"), yyjson_mut_obj(doc),
					sam_with_globals(&s, "HttpApi", NULL)) < 0)
		return -EINVAL;
	if (tell_all(&s) < 0 || why->p)
		return -EINVAL;
	cfn_set(doc, root, "Resources", s.resources);
	yyjson_mut_obj_remove_key(root, "Globals");
	rename_refs(&s, s.resources);
	rename_refs(&s, cfn_get(root, "Outputs"));
	return 0;
}
