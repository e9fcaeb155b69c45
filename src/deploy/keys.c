/* The keys of serverless.yml: which are served, which have nothing to do here, which are refused.
 * (Serverless Framework documentation, "Serverless.yml Reference".) */
#include "deploy/keys.h"
#include "deploy/internal.h"
#include <errno.h>

enum key_kind {
	SERVED,
	/* The framework itself makes nothing of it for what is served here: settings of REST APIs,
	   of the framework's own messages, of a vendor's dashboard. */
	IDLE,
	/* As IDLE, and someone may think otherwise: a warning says why. */
	WARNED,
	/* Refused by name. null and false ask for nothing and pass. */
	REFUSED,
};

struct key {
	const char *name;
	enum key_kind kind;
	const char *why;
	const struct key *inner; /* of its own keys, when it is a table */
};

#define NO_VPC "there is no VPC here, functions reach the network directly"
#define NO_ALARMS "there are no alarms to watch"
#define OWN_BUCKET "packages go to a bucket that is made without it"
#define NO_SSE_KEY "objects are not encrypted with a key of one's own"

static const struct key tracing_keys[] = { { "lambda", SERVED, NULL, NULL },
	{ "apiGateway", IDLE, NULL, NULL }, { 0 } };

static const struct key access_log_keys[] = { { "format", SERVED, NULL, NULL }, { 0 } };

static const struct key logs_keys[] = { { "httpApi", SERVED, NULL, access_log_keys },
	{ "lambda", SERVED, NULL, NULL }, { "restApi", IDLE, NULL, NULL },
	{ "websocket", IDLE, NULL, NULL }, { "frameworkLambda", IDLE, NULL, NULL }, { 0 } };

static const struct key role_keys[] = { { "name", SERVED, NULL, NULL },
	{ "path", SERVED, NULL, NULL }, { "statements", SERVED, NULL, NULL },
	{ "managedPolicies", SERVED, NULL, NULL }, { "permissionsBoundary", SERVED, NULL, NULL },
	{ "permissionBoundary", SERVED, NULL, NULL }, { "tags", SERVED, NULL, NULL },
	/* A role by an expression. */
	{ "Fn::GetAtt", SERVED, NULL, NULL }, { "Fn::Sub", SERVED, NULL, NULL },
	{ "Fn::ImportValue", SERVED, NULL, NULL }, { "Ref", SERVED, NULL, NULL },
	{ "Fn::Join", SERVED, NULL, NULL }, { 0 } };

static const struct key iam_keys[] = { { "role", SERVED, NULL, role_keys },
	{ "deploymentRole", SERVED, NULL, NULL }, { 0 } };

static const struct key http_api_keys[] = { { "id", SERVED, NULL, NULL },
	{ "name", SERVED, NULL, NULL }, { "description", SERVED, NULL, NULL },
	{ "payload", SERVED, NULL, NULL }, { "cors", SERVED, NULL, NULL },
	{ "authorizers", SERVED, NULL, NULL }, { "metrics", SERVED, NULL, NULL },
	{ "disableDefaultEndpoint", SERVED, NULL, NULL },
	{ "shouldStartNameWithService", SERVED, NULL, NULL },
	{ "useProviderTags", IDLE, NULL, NULL }, { 0 } };

static const struct key bucket_keys[] = { { "name", SERVED, NULL, NULL },
	{ "maxPreviousDeploymentArtifacts", WARNED,
		"packages of earlier deployments are removed, there is no rollback to them", NULL },
	{ "blockPublicAccess", WARNED, OWN_BUCKET, NULL }, { "skipPolicySetup", IDLE, NULL, NULL },
	{ "serverSideEncryption", WARNED, OWN_BUCKET, NULL },
	{ "versioning", WARNED, OWN_BUCKET, NULL }, { "tags", WARNED, OWN_BUCKET, NULL },
	{ "sseKMSKeyId", REFUSED, NO_SSE_KEY, NULL },
	{ "sseCustomerAlgorithim", REFUSED, NO_SSE_KEY, NULL },
	{ "sseCustomerKey", REFUSED, NO_SSE_KEY, NULL },
	{ "sseCustomerKeyMD5", REFUSED, NO_SSE_KEY, NULL }, { 0 } };

static const struct key provider_keys[] = {
	{ "name", SERVED, NULL, NULL },
	{ "stage", SERVED, NULL, NULL },
	{ "region", SERVED, NULL, NULL },
	{ "runtime", SERVED, NULL, NULL },
	{ "memorySize", SERVED, NULL, NULL },
	{ "timeout", SERVED, NULL, NULL },
	{ "environment", SERVED, NULL, NULL },
	{ "architecture", SERVED, NULL, NULL },
	{ "layers", SERVED, NULL, NULL },
	{ "tags", SERVED, NULL, NULL },
	{ "kmsKeyArn", SERVED, NULL, NULL },
	{ "versionFunctions", SERVED, NULL, NULL },
	{ "logRetentionInDays", SERVED, NULL, NULL },
	{ "tracing", SERVED, NULL, tracing_keys },
	{ "logs", SERVED, NULL, logs_keys },
	{ "iam", SERVED, NULL, iam_keys },
	{ "role", SERVED, NULL, NULL },
	{ "rolePermissionsBoundary", SERVED, NULL, NULL },
	{ "iamRoleStatements", SERVED, NULL, NULL },
	{ "iamManagedPolicies", SERVED, NULL, NULL },
	{ "httpApi", SERVED, NULL, http_api_keys },
	{ "s3", SERVED, NULL, NULL },
	{ "cfnRole", SERVED, NULL, NULL },
	{ "stackName", SERVED, NULL, NULL },
	{ "stackTags", SERVED, NULL, NULL },
	{ "stackParameters", SERVED, NULL, NULL },
	{ "stackPolicy", SERVED, NULL, NULL },
	{ "disableRollback", SERVED, NULL, NULL },
	{ "deletionProtection", SERVED, NULL, NULL },
	{ "deploymentBucket", SERVED, NULL, bucket_keys },
	{ "deploymentPrefix", SERVED, NULL, NULL },
	/* The end is the same either way. */
	{ "deploymentMethod", IDLE, NULL, NULL },
	{ "lambdaHashingVersion", IDLE, NULL, NULL },
	{ "profile", IDLE, NULL, NULL },
	/* Settings of events and of images, which are refused where they stand. */
	{ "alb", IDLE, NULL, NULL },
	{ "apiGateway", IDLE, NULL, NULL },
	{ "apiName", IDLE, NULL, NULL },
	{ "cloudFront", IDLE, NULL, NULL },
	{ "ecr", IDLE, NULL, NULL },
	{ "endpointType", IDLE, NULL, NULL },
	{ "kinesis", IDLE, NULL, NULL },
	{ "vpcEndpointIds", IDLE, NULL, NULL },
	{ "websocket", IDLE, NULL, NULL },
	{ "websocketsApiName", IDLE, NULL, NULL },
	{ "websocketsApiRouteSelectionExpression", IDLE, NULL, NULL },
	{ "websocketsDescription", IDLE, NULL, NULL },
	{ "vpc", REFUSED, NO_VPC, NULL },
	{ "logDataProtectionPolicy", REFUSED, "logs are not masked", NULL },
	{ "notificationArns", REFUSED, "a stack's events are published nowhere", NULL },
	{ "rollbackConfiguration", REFUSED, NO_ALARMS, NULL },
	{ "runtimeManagement", REFUSED, "runtimes are those of this machine", NULL },
	{ "pruneFunctionVersions", REFUSED, "versions stay until they are deleted", NULL },
	{ 0 },
};

static const struct key package_keys[] = { { "patterns", SERVED, NULL, NULL },
	{ "include", SERVED, NULL, NULL }, { "exclude", SERVED, NULL, NULL },
	{ "individually", SERVED, NULL, NULL }, { "artifact", SERVED, NULL, NULL },
	{ "excludeDevDependencies", SERVED, NULL, NULL },
	{ "path", REFUSED, "packages are made by osls package, and not taken from there", NULL },
	{ 0 } };

static const struct key layer_keys[] = { { "path", SERVED, NULL, NULL },
	{ "name", SERVED, NULL, NULL }, { "description", SERVED, NULL, NULL },
	{ "compatibleRuntimes", SERVED, NULL, NULL },
	{ "compatibleArchitectures", SERVED, NULL, NULL }, { "licenseInfo", SERVED, NULL, NULL },
	{ "package", SERVED, NULL, package_keys }, { "retain", SERVED, NULL, NULL },
	{ "allowedAccounts", SERVED, NULL, NULL }, { 0 } };

static const struct key stage_keys[] = { { "params", SERVED, NULL, NULL },
	{ "observability", WARNED, "it is a vendor's dashboard", NULL },
	{ "integrations", REFUSED, "it is a vendor's dashboard", NULL },
	{ "resolvers", REFUSED, "variables come from the sources of docs/deploy.md", NULL },
	{ 0 } };

static const struct key service_keys[] = {
	{ "service", SERVED, NULL, NULL },
	{ "provider", SERVED, NULL, provider_keys },
	{ "functions", SERVED, NULL, NULL }, /* keys_check_function */
	{ "layers", SERVED, NULL, NULL },
	{ "stages", SERVED, NULL, NULL },
	{ "resources", SERVED, NULL, NULL },
	{ "custom", SERVED, NULL, NULL },
	{ "params", SERVED, NULL, NULL },
	{ "plugins", SERVED, NULL, NULL },
	{ "package", SERVED, NULL, package_keys },
	{ "useDotenv", SERVED, NULL, NULL },
	/* Of the framework's own program. */
	{ "frameworkVersion", IDLE, NULL, NULL },
	{ "configValidationMode", IDLE, NULL, NULL },
	{ "projectDir", IDLE, NULL, NULL },
	{ "variablesResolutionMode", IDLE, NULL, NULL },
	{ "deprecationNotificationMode", IDLE, NULL, NULL },
	{ "unresolvedVariablesNotificationMode", IDLE, NULL, NULL },
	{ "disabledDeprecations", IDLE, NULL, NULL },
	{ "org", WARNED, "it is a vendor's dashboard", NULL },
	{ "app", WARNED, "it is a vendor's dashboard", NULL },
	{ "outputs", REFUSED, "use resources.Outputs", NULL },
	{ "build", REFUSED, "nothing is bundled: build before and point handler at the result",
		NULL },
	{ 0 },
};

static const struct key function_keys[] = {
	{ "handler", SERVED, NULL, NULL },
	{ "name", SERVED, NULL, NULL },
	{ "description", SERVED, NULL, NULL },
	{ "runtime", SERVED, NULL, NULL },
	{ "memorySize", SERVED, NULL, NULL },
	{ "timeout", SERVED, NULL, NULL },
	{ "environment", SERVED, NULL, NULL },
	{ "events", SERVED, NULL, NULL },
	{ "layers", SERVED, NULL, NULL },
	{ "role", SERVED, NULL, NULL },
	{ "tags", SERVED, NULL, NULL },
	{ "url", SERVED, NULL, NULL },
	{ "architecture", SERVED, NULL, NULL },
	{ "package", SERVED, NULL, package_keys },
	{ "reservedConcurrency", SERVED, NULL, NULL },
	{ "onError", SERVED, NULL, NULL },
	{ "destinations", SERVED, NULL, NULL },
	{ "maximumRetryAttempts", SERVED, NULL, NULL },
	{ "maximumEventAge", SERVED, NULL, NULL },
	{ "ephemeralStorageSize", SERVED, NULL, NULL },
	{ "versionFunction", SERVED, NULL, NULL },
	{ "logRetentionInDays", SERVED, NULL, NULL },
	{ "disableLogs", SERVED, NULL, NULL },
	{ "logs", SERVED, NULL, NULL },
	{ "tracing", SERVED, NULL, NULL },
	{ "dependsOn", SERVED, NULL, NULL },
	{ "condition", SERVED, NULL, NULL },
	{ "httpApi", SERVED, NULL, NULL },
	{ "kmsKeyArn", SERVED, NULL, NULL },
	{ "awsKmsKeyArn", REFUSED, "its name is kmsKeyArn", NULL },
	{ "provisionedConcurrency", REFUSED,
		"instances are started by need, and booted ahead by themselves", NULL },
	{ "vpc", REFUSED, NO_VPC, NULL },
	{ "image", REFUSED, "functions are archives here, container images are not run", NULL },
	{ "fileSystemConfig", REFUSED, "there are no file systems to mount", NULL },
	{ "snapStart", REFUSED, "instances are not restored from snapshots", NULL },
	{ "durableConfig", REFUSED, "durable functions are not served", NULL },
	{ "recursiveLoop", REFUSED, "loops are not detected", NULL },
	{ "runtimeManagement", REFUSED, "runtimes are those of this machine", NULL },
	{ "logDataProtectionPolicy", REFUSED, "logs are not masked", NULL },
	{ 0 },
};

static const struct key *find_key(const struct key *table, struct str name)
{
	while (table->name && !str_is(name, table->name))
		table++;
	return table->name ? table : NULL;
}

static bool asks_for_nothing(yyjson_mut_val *val)
{
	return !val || yyjson_mut_is_null(val) || yyjson_mut_is_false(val);
}

static int check_table(
	struct deploy *d, yyjson_mut_val *object, const char *path, const struct key *table)
{
	yyjson_mut_obj_iter it;
	yyjson_mut_val *name;
	int r = 0;
	if (!yyjson_mut_is_obj(object))
		return 0;
	yyjson_mut_obj_iter_init(object, &it);
	while (r == 0 && (name = yyjson_mut_obj_iter_next(&it))) {
		yyjson_mut_val *val = yyjson_mut_obj_iter_get_val(name);
		const struct key *key = find_key(table, tree_str(name));
		const char *at = arena_printf(
			&d->arena, "%s%s%.*s", path, *path ? "." : "", STR_ARG(tree_str(name)))
					 .p;
		if (!key)
			return deploy_fail_at(d, at, "%s is not known", at);
		if (key->kind == REFUSED && !asks_for_nothing(val))
			return deploy_fail_at(d, at, "%s is not supported: %s", at, key->why);
		if (key->kind == WARNED && !asks_for_nothing(val))
			deploy_warn(d, "%s does nothing here: %s", at, key->why);
		if (key->inner)
			r = check_table(d, val, at, key->inner);
	}
	return r;
}

/* Each member of the table under root.name, by the same keys. */
static int check_members(struct deploy *d, const char *name, const struct key *table)
{
	yyjson_mut_val *members = tree_get(d->config, str_c(name)), *key;
	yyjson_mut_obj_iter it;
	int r = 0;
	if (!yyjson_mut_is_obj(members))
		return 0;
	yyjson_mut_obj_iter_init(members, &it);
	while (r == 0 && (key = yyjson_mut_obj_iter_next(&it)))
		r = check_table(d, yyjson_mut_obj_iter_get_val(key),
			arena_printf(&d->arena, "%s.%.*s", name, STR_ARG(tree_str(key))).p, table);
	return r;
}

int keys_check(struct deploy *d)
{
	int r = check_table(d, d->config, "", service_keys);
	if (r == 0)
		r = check_members(d, "layers", layer_keys);
	return r < 0 ? r : check_members(d, "stages", stage_keys);
}

int keys_check_function(struct deploy *d, yyjson_mut_val *function, const char *path)
{
	if (!yyjson_mut_is_obj(function))
		return deploy_fail_at(d, path, "%s is no table of settings", path);
	return check_table(d, function, path, function_keys);
}
