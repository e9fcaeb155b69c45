/* AWS::Serverless::Function: the function, its role, version and alias, URL, and what its events
 * need. */
#include "services/cloudformation/sam.h"
#include "services/cloudformation/types.h"
#include <errno.h>

struct fn {
	struct sam *s;
	struct str logical;
	value *definition, *properties;
	value *target;    /* what events invoke: a reference to the function or its alias */
	struct str alias; /* the alias's logical id, or p == NULL */
	value *managed;   /* ARNs of policies that events need */
};

#define ID(f, fmt, ...) \
	arena_printf((f)->s->arena, "%.*s" fmt, STR_ARG((f)->logical), ##__VA_ARGS__)

static value *add(struct fn *f, struct str id, const char *type, value *properties)
{
	value *r = sam_add(f->s, id, type, properties);
	sam_move(f->s, f->definition, r, "Condition");
	return r;
}

/* ---- policies: names, ARNs, documents, and SAM's policy templates ---- */

/* A statement of a policy template (SAM Developer Guide, "Policy template list"): its actions and
 * ARNs, in which ${P} is its parameter and ${Q} the second. */
static const struct policy_template {
	const char *name, *parameters, *actions, *resources;
} templates[] = {
	{ "SQSPollerPolicy", "QueueName",
		"\"sqs:ChangeMessageVisibility\",\"sqs:ChangeMessageVisibilityBatch\",\"sqs:DeleteMessage\","
		"\"sqs:DeleteMessageBatch\",\"sqs:GetQueueAttributes\",\"sqs:ReceiveMessage\"",
		"\"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${P}\"" },
	{ "SQSSendMessagePolicy", "QueueName", "\"sqs:SendMessage*\"",
		"\"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${P}\"" },
	{ "LambdaInvokePolicy", "FunctionName", "\"lambda:InvokeFunction\"",
		"\"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${P}*\"" },
	{ "S3ReadPolicy", "BucketName",
		"\"s3:GetObject\",\"s3:ListBucket\",\"s3:GetBucketLocation\",\"s3:GetObjectVersion\","
		"\"s3:GetLifecycleConfiguration\"",
		"\"arn:${AWS::Partition}:s3:::${P}\",\"arn:${AWS::Partition}:s3:::${P}/*\"" },
	{ "S3WritePolicy", "BucketName",
		"\"s3:PutObject\",\"s3:PutObjectAcl\",\"s3:PutLifecycleConfiguration\"",
		"\"arn:${AWS::Partition}:s3:::${P}\",\"arn:${AWS::Partition}:s3:::${P}/*\"" },
	{ "S3CrudPolicy", "BucketName",
		"\"s3:GetObject\",\"s3:ListBucket\",\"s3:GetBucketLocation\",\"s3:GetObjectVersion\",\"s3:PutObject\","
		"\"s3:PutObjectAcl\",\"s3:GetLifecycleConfiguration\","
		"\"s3:PutLifecycleConfiguration\",\"s3:DeleteObject\"",
		"\"arn:${AWS::Partition}:s3:::${P}\",\"arn:${AWS::Partition}:s3:::${P}/*\"" },
	{ "SNSPublishMessagePolicy", "TopicName", "\"sns:Publish\"",
		"\"arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${P}\"" },
	{ "DynamoDBReadPolicy", "TableName",
		"\"dynamodb:GetItem\",\"dynamodb:Scan\",\"dynamodb:Query\",\"dynamodb:BatchGetItem\","
		"\"dynamodb:DescribeTable\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}\","
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}/index/*\"" },
	{ "DynamoDBWritePolicy", "TableName",
		"\"dynamodb:PutItem\",\"dynamodb:UpdateItem\",\"dynamodb:BatchWriteItem\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}\","
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}/index/*\"" },
	{ "DynamoDBCrudPolicy", "TableName",
		"\"dynamodb:GetItem\",\"dynamodb:DeleteItem\",\"dynamodb:PutItem\","
		"\"dynamodb:Scan\",\"dynamodb:Query\","
		"\"dynamodb:UpdateItem\",\"dynamodb:BatchWriteItem\",\"dynamodb:BatchGetItem\","
		"\"dynamodb:DescribeTable\","
		"\"dynamodb:ConditionCheckItem\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}\","
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}/index/*\"" },
	{ "DynamoDBReconfigurePolicy", "TableName", "\"dynamodb:UpdateTable\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}\"" },
	{ "DynamoDBStreamReadPolicy", "TableName StreamName",
		"\"dynamodb:DescribeStream\",\"dynamodb:GetRecords\",\"dynamodb:GetShardIterator\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}/stream/${Q}\"" },
	{ "DynamoDBStreamReadPolicy", "TableName", "\"dynamodb:ListStreams\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}/stream/*\"" },
	{ "DynamoDBBackupFullAccessPolicy", "TableName",
		"\"dynamodb:CreateBackup\",\"dynamodb:DescribeContinuousBackups\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}\"" },
	{ "DynamoDBBackupFullAccessPolicy", "TableName",
		"\"dynamodb:DeleteBackup\",\"dynamodb:DescribeBackup\",\"dynamodb:ListBackups\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}/backup/*\"" },
	{ "DynamoDBRestoreFromBackupPolicy", "TableName", "\"dynamodb:RestoreTableFromBackup\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}/backup/*\"" },
	{ "DynamoDBRestoreFromBackupPolicy", "TableName",
		"\"dynamodb:PutItem\",\"dynamodb:UpdateItem\",\"dynamodb:DeleteItem\","
		"\"dynamodb:GetItem\",\"dynamodb:Query\",\"dynamodb:Scan\",\"dynamodb:BatchWriteItem\"",
		"\"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${P}\"" },
	{ "CloudFormationDescribeStacksPolicy", "", "\"cloudformation:DescribeStacks\"",
		"\"arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/*\"" },
	{ "SSMParameterWithSlashPrefixReadPolicy", "ParameterName", "\"ssm:DescribeParameters\"",
		"\"*\"" },
	{ "SSMParameterWithSlashPrefixReadPolicy", "ParameterName",
		"\"ssm:GetParameters\",\"ssm:GetParameter\",\"ssm:GetParametersByPath\"",
		"\"arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${P}\"" },
	{ "SNSCrudPolicy", "TopicName",
		"\"sns:ListSubscriptionsByTopic\",\"sns:CreateTopic\",\"sns:SetTopicAttributes\","
		"\"sns:Subscribe\",\"sns:Publish\"",
		"\"arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${P}*\"" },
	{ "S3FullAccessPolicy", "BucketName",
		"\"s3:GetObject\",\"s3:GetObjectAcl\",\"s3:GetObjectVersion\",\"s3:PutObject\","
		"\"s3:PutObjectAcl\",\"s3:DeleteObject\",\"s3:DeleteObjectTagging\","
		"\"s3:DeleteObjectVersionTagging\",\"s3:GetObjectTagging\","
		"\"s3:GetObjectVersionTagging\",\"s3:PutObjectTagging\",\"s3:PutObjectVersionTagging\","
		"\"s3:ListBucket\",\"s3:GetBucketLocation\",\"s3:GetLifecycleConfiguration\","
		"\"s3:PutLifecycleConfiguration\"",
		"\"arn:${AWS::Partition}:s3:::${P}\",\"arn:${AWS::Partition}:s3:::${P}/*\"" },
	{ "FilterLogEventsPolicy", "LogGroupName", "\"logs:FilterLogEvents\"",
		"\"arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${P}:log-stream:*\"" },
	{ "SSMParameterReadPolicy", "ParameterName",
		"\"ssm:GetParameter\",\"ssm:GetParameters\",\"ssm:GetParametersByPath\",\"ssm:DescribeParameters\"",
		"\"arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${P}\"" },
};

/* One statement of a policy template, with the parameters in its ARNs. */
static int template_statement(
	struct fn *f, const struct policy_template *t, value *parameters, value **out)
{
	struct sam *s = f->s;
	struct str rest = str_c(t->parameters), word;
	value *arns = sam_json(s, "[%s]", t->resources), *resources = yyjson_mut_arr(s->doc),
	      *variables = yyjson_mut_obj(s->doc), *item;
	for (int i = 0; rest.n && str_cut(&rest, ' ', &word); i++) {
		value *parameter = cfn_get_str(parameters, word);
		if (!parameter)
			return sam_fail(s,
				"Resource with id [%.*s] is invalid. Must specify valid parameter "
				"values for policy template '%s'",
				STR_ARG(f->logical), t->name);
		cfn_set(s->doc, variables, i ? "Q" : "P", cfn_copy(s->doc, parameter));
	}
	CFN_ARRAY_FOR(item, arns)
	{
		value *sub = sam_json(s, "{\"Fn::Sub\":[]}");
		yyjson_mut_arr_append(cfn_get(sub, "Fn::Sub"), cfn_copy(s->doc, item));
		yyjson_mut_arr_append(cfn_get(sub, "Fn::Sub"), cfn_copy(s->doc, variables));
		yyjson_mut_arr_append(resources, sub);
	}
	*out = sam_json(s, "{\"Effect\":\"Allow\",\"Action\":[%s]}", t->actions);
	cfn_set(s->doc, *out, "Resource", resources);
	return 0;
}

/* The document of a policy template: each row of its name is a statement. */
static int template_document(struct fn *f, struct str name, value *parameters, value **out)
{
	struct sam *s = f->s;
	value *statement = NULL;
	*out = sam_json(s, "{\"Version\":\"2012-10-17\",\"Statement\":[]}");
	for (size_t i = 0; i < COUNT_OF(templates); i++) {
		if (!str_is(name, templates[i].name))
			continue;
		if (template_statement(f, &templates[i], parameters, &statement) < 0)
			return -EINVAL;
		yyjson_mut_arr_append(cfn_get(*out, "Statement"), statement);
	}
	if (yyjson_mut_arr_size(cfn_get(*out, "Statement")))
		return 0;
	return sam_fail(s,
		"Resource with id [%.*s] is invalid. The policy template '%.*s' is not served by "
		"this server.",
		STR_ARG(f->logical), STR_ARG(name));
}

static int add_policy(struct fn *f, value *policy, value *inlined)
{
	struct sam *s = f->s;
	struct str text = cfn_text(policy);
	value *document = NULL, *key, *parameters;
	if (text.p) {
		bool service_role = str_starts(text, STR("AWSLambda")) &&
				    !str_is(text, "AWSLambda_FullAccess") &&
				    !str_is(text, "AWSLambda_ReadOnlyAccess") &&
				    !str_is(text, "AWSLambdaExecute");
		yyjson_mut_arr_append(f->managed,
			str_starts(text, STR("arn:"))
				? cfn_copy(s->doc, policy)
				: sam_json(s,
					  "{\"Fn::Sub\":\"arn:${AWS::Partition}:iam::aws:policy/%s%.*s\"}",
					  service_role ? "service-role/" : "", STR_ARG(text)));
		return 0;
	}
	if (cfn_get(policy, "Statement")) {
		document = cfn_copy(s->doc, policy);
		if (!cfn_get(document, "Version"))
			cfn_set(s->doc, document, "Version", cfn_string(s->doc, STR("2012-10-17")));
	} else if (cfn_get(policy, "Ref") || cfn_get(policy, "Fn::Sub") ||
		   cfn_get(policy, "Fn::GetAtt") || cfn_get(policy, "Fn::ImportValue") ||
		   cfn_get(policy, "Fn::Join")) {
		yyjson_mut_arr_append(f->managed, cfn_copy(s->doc, policy));
		return 0;
	} else {
		CFN_OBJECT_FOR(key, parameters, policy)
		if (template_document(f, cfn_text(key), parameters, &document) < 0)
			return -EINVAL;
	}
	if (!document)
		return sam_fail(s,
			"Resource with id [%.*s] is invalid. A policy is neither a name, a "
			"document nor a template.",
			STR_ARG(f->logical));
	value *entry = yyjson_mut_obj(s->doc);
	cfn_set(s->doc, entry, "PolicyName",
		cfn_string(s->doc, ID(f, "RolePolicy%zu", yyjson_mut_arr_size(inlined))));
	cfn_set(s->doc, entry, "PolicyDocument", document);
	yyjson_mut_arr_append(inlined, entry);
	return 0;
}

static int add_role(struct fn *f)
{
	struct sam *s = f->s;
	value *policies = cfn_get(f->properties, "Policies"), *item,
	      *inlined = yyjson_mut_arr(s->doc);
	value *role = yyjson_mut_obj(s->doc);
	if (cfn_get(f->properties, "Role"))
		return 0;
	if (yyjson_mut_is_arr(policies)) {
		CFN_ARRAY_FOR(item, policies)
		if (add_policy(f, item, inlined) < 0)
			return -EINVAL;
	} else if (policies && add_policy(f, policies, inlined) < 0) {
		return -EINVAL;
	}
	value *trust = cfn_get(f->properties, "AssumeRolePolicyDocument");
	cfn_set(s->doc, role, "AssumeRolePolicyDocument",
		trust ? cfn_copy(s->doc, trust)
		      : sam_json(s,
				"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
				"\"Action\":[\"sts:AssumeRole\"],"
				"\"Principal\":{\"Service\":[\"lambda.amazonaws.com\"]}}]}"));
	cfn_set(s->doc, role, "ManagedPolicyArns", f->managed);
	if (yyjson_mut_arr_size(inlined))
		cfn_set(s->doc, role, "Policies", inlined);
	if (cfn_get(f->properties, "PermissionsBoundary"))
		cfn_set(s->doc, role, "PermissionsBoundary",
			cfn_copy(s->doc, cfn_get(f->properties, "PermissionsBoundary")));
	add(f, ID(f, "Role"), "AWS::IAM::Role", role);
	return 0;
}

/* ---- the function itself ---- */

static int add_function(struct fn *f, value **code)
{
	struct sam *s = f->s;
	value *out = yyjson_mut_obj(s->doc), *inlined = cfn_get(f->properties, "InlineCode");
	struct str tracing = cfn_text(cfn_get(f->properties, "Tracing"));
	value *dead = cfn_get(f->properties, "DeadLetterQueue"),
	      *own_role = cfn_get(f->properties, "Role");
	if (inlined) {
		*code = yyjson_mut_obj(s->doc);
		cfn_set(s->doc, *code, "ZipFile", cfn_copy(s->doc, inlined));
	} else if (sam_code(s, f->logical, cfn_get(f->properties, "CodeUri"), code) < 0) {
		return -EINVAL;
	}
	sam_move(s, f->properties, out,
		"Handler Runtime Description MemorySize Timeout Environment Layers Architectures "
		"FunctionName VpcConfig EphemeralStorage SnapStart PackageType ImageConfig "
		"ReservedConcurrentExecutions Tags "
		"LoggingConfig FileSystemConfigs CodeSigningConfigArn KmsKeyArn");
	cfn_set(s->doc, out, "Code", *code);
	cfn_set(s->doc, out, "Role",
		own_role ? cfn_copy(s->doc, own_role) : sam_att(s, ID(f, "Role"), "Arn"));
	if (tracing.p && !str_is(tracing, "Disabled"))
		cfn_set(s->doc, out, "TracingConfig",
			sam_json(s, "{\"Mode\":\"%.*s\"}", STR_ARG(tracing)));
	if (dead) {
		value *config = yyjson_mut_obj(s->doc);
		cfn_set(s->doc, config, "TargetArn", cfn_copy(s->doc, cfn_get(dead, "TargetArn")));
		cfn_set(s->doc, out, "DeadLetterConfig", config);
	}
	value *r = sam_add(s, f->logical, "AWS::Lambda::Function", out);
	sam_move(s, f->definition, r,
		"Condition DependsOn DeletionPolicy UpdateReplacePolicy Metadata");
	return 0;
}

static int add_alias(struct fn *f, value *code)
{
	struct sam *s = f->s;
	struct str name = cfn_text(cfn_get(f->properties, "AutoPublishAlias"));
	value *version = yyjson_mut_obj(s->doc), *alias = yyjson_mut_obj(s->doc),
	      *hashed = cfn_get(f->properties, "AutoPublishCodeSha256");
	if (!cfn_get(f->properties, "AutoPublishAlias"))
		return 0;
	if (!name.p)
		return sam_fail(s,
			"Resource with id [%.*s] is invalid. AutoPublishAlias must be a text here.",
			STR_ARG(f->logical));
	/* Another version when the code is another, or any property when that is asked for. */
	if (yyjson_mut_is_true(cfn_get(f->properties, "AutoPublishAliasAllProperties")))
		hashed = f->properties;
	struct str version_id = ID(f, "Version%.*s", STR_ARG(sam_hash(s, hashed ? hashed : code)));
	if (cfn_get(f->properties, "VersionDescription"))
		cfn_set(s->doc, version, "Description",
			cfn_copy(s->doc, cfn_get(f->properties, "VersionDescription")));
	cfn_set(s->doc, version, "FunctionName", sam_ref(s, f->logical));
	cfn_set(s->doc, add(f, version_id, "AWS::Lambda::Version", version), "DeletionPolicy",
		cfn_string(s->doc, STR("Retain")));
	f->alias = ID(f, "Alias%.*s", STR_ARG(name));
	cfn_set(s->doc, alias, "FunctionName", sam_ref(s, f->logical));
	cfn_set(s->doc, alias, "FunctionVersion", sam_att(s, version_id, "Version"));
	cfn_set(s->doc, alias, "Name", cfn_string(s->doc, name));
	add(f, f->alias, "AWS::Lambda::Alias", alias);
	f->target = sam_ref(s, f->alias);
	return 0;
}

static void add_url(struct fn *f)
{
	struct sam *s = f->s;
	value *config = cfn_get(f->properties, "FunctionUrlConfig"), *url = yyjson_mut_obj(s->doc);
	if (!yyjson_mut_is_obj(config))
		return;
	sam_move(s, config, url, "AuthType Cors InvokeMode");
	cfn_set(s->doc, url, "TargetFunctionArn", sam_ref(s, f->alias.p ? f->alias : f->logical));
	add(f, ID(f, "Url"), "AWS::Lambda::Url", url);
	if (!str_is(cfn_text(cfn_get(config, "AuthType")), "NONE"))
		return;
	value *permission =
		sam_json(s, "{\"Action\":\"lambda:InvokeFunctionUrl\",\"Principal\":\"*\","
			    "\"FunctionUrlAuthType\":\"NONE\"}");
	cfn_set(s->doc, permission, "FunctionName", sam_ref(s, f->alias.p ? f->alias : f->logical));
	add(f, ID(f, "UrlPublicPermissions"), "AWS::Lambda::Permission", permission);
}

/* ---- events ---- */

static int http_api_event(struct fn *f, struct str event, value *p)
{
	struct sam *s = f->s;
	value *api = cfn_get(p, "ApiId"), *integration, *route = yyjson_mut_obj(s->doc),
	      *permission;
	struct str path = cfn_text(cfn_get(p, "Path")), method = cfn_text(cfn_get(p, "Method"));
	if (!api) {
		s->needs_http_api = true;
		api = sam_ref(s, STR("ServerlessHttpApi"));
	}
	integration =
		sam_json(s, "{\"IntegrationType\":\"AWS_PROXY\",\"PayloadFormatVersion\":\"2.0\"}");
	sam_move(s, p, integration, "PayloadFormatVersion TimeoutInMillis");
	cfn_set(s->doc, integration, "ApiId", cfn_copy(s->doc, api));
	cfn_set(s->doc, integration, "IntegrationUri",
		f->alias.p ? cfn_copy(s->doc, f->target) : sam_att(s, f->logical, "Arn"));
	struct str id = ID(f, "%.*sIntegration", STR_ARG(event));
	add(f, id, "AWS::ApiGatewayV2::Integration", integration);
	char verb[16] = "ANY";
	for (size_t i = 0;
		method.n && !str_eq_ci(method, STR("any")) && i < MIN(method.n, sizeof verb - 1);
		i++) {
		char c = method.p[i];
		verb[i] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
		verb[i + 1] = 0;
	}
	cfn_set(s->doc, route, "ApiId", cfn_copy(s->doc, api));
	cfn_set(s->doc, route, "RouteKey",
		cfn_string(s->doc, path.p ? arena_printf(s->arena, "%s %.*s", verb, STR_ARG(path))
					  : STR("$default")));
	cfn_set(s->doc, route, "Target",
		sam_json(s, "{\"Fn::Sub\":\"integrations/${%.*s}\"}", STR_ARG(id)));
	if (sam_route_auth(s, event, api, cfn_get(p, "Auth"), route) < 0)
		return -EINVAL;
	add(f, ID(f, "%.*sRoute", STR_ARG(event)), "AWS::ApiGatewayV2::Route", route);
	permission = sam_json(s,
		"{\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"apigateway.amazonaws.com\"}");
	cfn_set(s->doc, permission, "FunctionName", cfn_copy(s->doc, f->target));
	value *source = sam_json(s,
		      "{\"Fn::Sub\":[\"arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
		      "${__ApiId__}/*\"]}"),
	      *variables = yyjson_mut_obj(s->doc);
	cfn_set(s->doc, variables, "__ApiId__", cfn_copy(s->doc, api));
	yyjson_mut_arr_append(cfn_get(source, "Fn::Sub"), variables);
	cfn_set(s->doc, permission, "SourceArn", source);
	add(f, ID(f, "%.*sPermission", STR_ARG(event)), "AWS::Lambda::Permission", permission);
	return 0;
}

static int poll_event(struct fn *f, struct str event, struct str type, value *p)
{
	struct sam *s = f->s;
	bool sqs = str_is(type, "SQS");
	value *mapping = yyjson_mut_obj(s->doc), *source = cfn_get(p, sqs ? "Queue" : "Stream");
	if (!source)
		return sam_fail(s, "Event with id [%.*s] is invalid. %s is missing.",
			STR_ARG(event), sqs ? "Queue" : "Stream");
	sam_move(s, p, mapping,
		"BatchSize BisectBatchOnFunctionError DestinationConfig Enabled FilterCriteria "
		"FunctionResponseTypes MaximumBatchingWindowInSeconds MaximumRecordAgeInSeconds "
		"MaximumRetryAttempts "
		"ParallelizationFactor ScalingConfig StartingPosition StartingPositionTimestamp "
		"TumblingWindowInSeconds");
	cfn_set(s->doc, mapping, "EventSourceArn", cfn_copy(s->doc, source));
	cfn_set(s->doc, mapping, "FunctionName", cfn_copy(s->doc, f->target));
	add(f, ID(f, "%.*s", STR_ARG(event)), "AWS::Lambda::EventSourceMapping", mapping);
	yyjson_mut_arr_append(f->managed,
		sam_json(s,
			"{\"Fn::Sub\":\"arn:${AWS::Partition}:iam::aws:policy/service-role/%s\"}",
			sqs ? "AWSLambdaSQSQueueExecutionRole" : "AWSLambdaDynamoDBExecutionRole"));
	return 0;
}

static int schedule_event(struct fn *f, struct str event, value *p)
{
	struct sam *s = f->s;
	value *rule = yyjson_mut_obj(s->doc), *target = yyjson_mut_obj(s->doc),
	      *targets = yyjson_mut_arr(s->doc);
	value *arn = f->alias.p ? cfn_copy(s->doc, f->target) : sam_att(s, f->logical, "Arn");
	struct str id = ID(f, "%.*s", STR_ARG(event));
	sam_move(s, p, rule, "Description Name State");
	cfn_set(s->doc, rule, "ScheduleExpression", cfn_copy(s->doc, cfn_get(p, "Schedule")));
	if (yyjson_mut_is_bool(cfn_get(p, "Enabled")))
		cfn_set(s->doc, rule, "State",
			cfn_string(s->doc, yyjson_mut_is_true(cfn_get(p, "Enabled"))
						   ? STR("ENABLED")
						   : STR("DISABLED")));
	cfn_set(s->doc, target, "Arn", arn);
	cfn_set(s->doc, target, "Id",
		cfn_string(s->doc, arena_printf(s->arena, "%.*sLambdaTarget", STR_ARG(id))));
	sam_move(s, p, target, "Input RetryPolicy");
	yyjson_mut_arr_append(targets, target);
	cfn_set(s->doc, rule, "Targets", targets);
	add(f, id, "AWS::Events::Rule", rule);
	value *permission = sam_json(
		s, "{\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"events.amazonaws.com\"}");
	cfn_set(s->doc, permission, "FunctionName", cfn_copy(s->doc, f->target));
	cfn_set(s->doc, permission, "SourceArn", sam_att(s, id, "Arn"));
	add(f, ID(f, "%.*sPermission", STR_ARG(event)), "AWS::Lambda::Permission", permission);
	return 0;
}

static int sns_event(struct fn *f, struct str event, value *p)
{
	struct sam *s = f->s;
	value *subscription = sam_json(s, "{\"Protocol\":\"lambda\"}");
	value *permission = sam_json(
		s, "{\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"sns.amazonaws.com\"}");
	sam_move(s, p, subscription, "FilterPolicy FilterPolicyScope Region RedrivePolicy");
	cfn_set(s->doc, subscription, "TopicArn", cfn_copy(s->doc, cfn_get(p, "Topic")));
	cfn_set(s->doc, subscription, "Endpoint",
		f->alias.p ? cfn_copy(s->doc, f->target) : sam_att(s, f->logical, "Arn"));
	add(f, ID(f, "%.*s", STR_ARG(event)), "AWS::SNS::Subscription", subscription);
	cfn_set(s->doc, permission, "FunctionName", cfn_copy(s->doc, f->target));
	cfn_set(s->doc, permission, "SourceArn", cfn_copy(s->doc, cfn_get(p, "Topic")));
	add(f, ID(f, "%.*sPermission", STR_ARG(event)), "AWS::Lambda::Permission", permission);
	return 0;
}

/*
 * A bucket of the same template that tells the function (SAM Developer Guide, "S3"): what it
 * becomes of the bucket is put into it when all are there. The permission has no SourceArn: it
 * would need the bucket, which needs the permission.
 */
static int s3_event(struct fn *f, struct str event, value *p)
{
	struct sam *s = f->s;
	value *bucket = cfn_get(cfn_get(p, "Bucket"), "Ref"), *events = cfn_get(p, "Events"), *item,
	      *list = yyjson_mut_arr(s->doc), *told = yyjson_mut_obj(s->doc), *permission;
	struct str id = ID(f, "%.*sPermission", STR_ARG(event));
	if (sam_check_members(s, f->logical, p, "Bucket Events Filter") < 0)
		return -EINVAL;
	if (!cfn_text(bucket).n || !events)
		return sam_fail(s,
			"Resource with id [%.*s] is invalid. Event with id [%.*s] is invalid. S3 "
			"events need Events and a Bucket that is a reference to an S3 bucket in the "
			"same template.",
			STR_ARG(f->logical), STR_ARG(event));
	value *all = yyjson_mut_is_arr(events) ? cfn_copy(s->doc, events) : yyjson_mut_arr(s->doc);
	if (!yyjson_mut_is_arr(events))
		yyjson_mut_arr_append(all, cfn_copy(s->doc, events));
	CFN_ARRAY_FOR(item, all)
	{
		value *one = yyjson_mut_obj(s->doc);
		cfn_set(s->doc, one, "Event", cfn_copy(s->doc, item));
		cfn_set(s->doc, one, "Function",
			f->alias.p ? cfn_copy(s->doc, f->target) : sam_att(s, f->logical, "Arn"));
		sam_move(s, p, one, "Filter");
		yyjson_mut_arr_append(list, one);
	}
	cfn_set(s->doc, told, "Bucket", cfn_copy(s->doc, bucket));
	cfn_set(s->doc, told, "Configurations", list);
	cfn_set(s->doc, told, "Permission", cfn_string(s->doc, id));
	yyjson_mut_arr_append(s->told, told);
	permission = sam_json(s,
		"{\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"s3.amazonaws.com\","
		"\"SourceAccount\":{\"Ref\":\"AWS::AccountId\"}}");
	cfn_set(s->doc, permission, "FunctionName", cfn_copy(s->doc, f->target));
	add(f, id, "AWS::Lambda::Permission", permission);
	return 0;
}

static int add_event(struct fn *f, struct str event, value *definition)
{
	struct str type = cfn_text(cfn_get(definition, "Type"));
	value *p = cfn_get(definition, "Properties");
	if (str_is(type, "HttpApi"))
		return http_api_event(f, event, p);
	if (str_is(type, "SQS") || str_is(type, "DynamoDB"))
		return poll_event(f, event, type, p);
	if (str_is(type, "S3"))
		return s3_event(f, event, p);
	/* As soon as what they become is served. */
	if (str_is(type, "Schedule") && cfn_type_find(STR("AWS::Events::Rule")))
		return schedule_event(f, event, p);
	if (str_is(type, "SNS") && cfn_type_find(STR("AWS::SNS::Subscription")))
		return sns_event(f, event, p);
	return sam_fail(f->s,
		"Resource with id [%.*s] is invalid. Event with id [%.*s] is invalid. The event "
		"type %.*s is not "
		"served by this server.",
		STR_ARG(f->logical), STR_ARG(event), STR_ARG(type));
}

static void add_invoke_config(struct fn *f)
{
	struct sam *s = f->s;
	value *config = cfn_get(f->properties, "EventInvokeConfig"), *out = yyjson_mut_obj(s->doc);
	if (!config)
		return;
	sam_move(s, config, out, "MaximumEventAgeInSeconds MaximumRetryAttempts DestinationConfig");
	cfn_set(s->doc, out, "FunctionName", sam_ref(s, f->logical));
	cfn_set(s->doc, out, "Qualifier",
		f->alias.p ? cfn_copy(s->doc, cfn_get(f->properties, "AutoPublishAlias"))
			   : cfn_string(s->doc, STR("$LATEST")));
	add(f, ID(f, "EventInvokeConfig"), "AWS::Lambda::EventInvokeConfig", out);
}

static const char served[] =
	"Architectures AssumeRolePolicyDocument AutoPublishAlias AutoPublishAliasAllProperties "
	"AutoPublishCodeSha256 CodeSigningConfigArn CodeUri DeadLetterQueue DeploymentPreference "
	"Description Environment EphemeralStorage EventInvokeConfig Events FileSystemConfigs "
	"FunctionName FunctionUrlConfig Handler ImageConfig InlineCode KmsKeyArn Layers LoggingConfig "
	"MemorySize PackageType PermissionsBoundary Policies ReservedConcurrentExecutions Role Runtime "
	"SnapStart Tags Timeout Tracing VersionDescription VpcConfig";

/* A version takes over at once: what shifts bit by bit, or asks hooks and alarms, is CodeDeploy's.
 */
static int check_deployment(struct fn *f)
{
	value *preference = cfn_get(f->properties, "DeploymentPreference");
	struct str type = cfn_text(cfn_get(preference, "Type"));
	if (!preference || yyjson_mut_is_false(cfn_get(preference, "Enabled")))
		return 0;
	if (!str_is(type, "AllAtOnce") || cfn_get(preference, "Hooks") ||
		cfn_get(preference, "Alarms"))
		return sam_fail(f->s,
			"Resource with id [%.*s] is invalid. DeploymentPreference is served as AllAtOnce "
			"without Hooks and Alarms only.",
			STR_ARG(f->logical));
	return 0;
}

int sam_function(struct sam *s, struct str logical, value *definition, value *properties)
{
	struct fn f = {
		.s = s, .logical = logical, .definition = definition, .properties = properties
	};
	value *code, *events = cfn_get(properties, "Events"), *key, *event;
	f.target = sam_ref(s, logical);
	f.managed =
		sam_json(s, "[{\"Fn::Sub\":\"arn:${AWS::Partition}:iam::aws:policy/service-role/"
			    "AWSLambdaBasicExecutionRole\"}]");
	if (sam_check_members(s, logical, properties, served) < 0 || check_deployment(&f) < 0 ||
		add_function(&f, &code) < 0 || add_alias(&f, code) < 0)
		return -EINVAL;
	add_url(&f);
	add_invoke_config(&f);
	if (yyjson_mut_is_obj(events))
		CFN_OBJECT_FOR(key, event, events)
	if (add_event(&f, cfn_text(key), event) < 0)
		return -EINVAL;
	return add_role(&f);
}
