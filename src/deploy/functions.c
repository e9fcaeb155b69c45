/* Functions, layers and the role of a serverless.yml as resources. */
#include "base/encode.h"
#include "deploy/internal.h"
#include "deploy/limits.h"
#include <errno.h>

static const char *const function_keys[] = { "handler", "name", "description", "runtime",
	"memorySize", "timeout", "environment", "events", "layers", "role", "tags", "url",
	"architecture", "package", "reservedConcurrency", "provisionedConcurrency", "onError",
	"destinations", "maximumRetryAttempts", "maximumEventAge", "ephemeralStorageSize",
	"versionFunction", "logRetentionInDays", "disableLogs", "tracing", "dependsOn", "condition",
	"httpApi", "kmsKeyArn", NULL };

/* The function's own setting, or the provider's. */
static yyjson_mut_val *setting(struct deploy *d, const struct function *f, const char *name)
{
	yyjson_mut_val *own = tree_get(f->config, str_c(name));
	return own ? own : tree_get(tree_get(d->config, STR("provider")), str_c(name));
}

/* Both tables in one, the later's members winning. NULL when both are empty. */
static yyjson_mut_val *merged(struct deploy *d, yyjson_mut_val *first, yyjson_mut_val *second)
{
	yyjson_mut_val *tables[] = { first, second }, *key, *out = deploy_tree(d, "{}");
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		yyjson_mut_obj_iter it;
		if (!yyjson_mut_is_obj(tables[i]))
			continue;
		yyjson_mut_obj_iter_init(tables[i], &it);
		while ((key = yyjson_mut_obj_iter_next(&it)))
			yyjson_mut_obj_put(out, deploy_tree(d, "%v", key),
				deploy_tree(d, "%v", yyjson_mut_obj_iter_get_val(key)));
	}
	return yyjson_mut_obj_size(out) > 0 ? out : NULL;
}

/* Lambda's environment is texts; values of null are left out. */
static yyjson_mut_val *environment(struct deploy *d, struct function *f)
{
	yyjson_mut_val *all = merged(d, deploy_at(d->config, "provider.environment"),
			       tree_get(f->config, STR("environment"))),
		       *key, *out = deploy_tree(d, "{}");
	yyjson_mut_obj_iter it;
	if (!all)
		return NULL;
	yyjson_mut_obj_iter_init(all, &it);
	while ((key = yyjson_mut_obj_iter_next(&it))) {
		yyjson_mut_val *val = yyjson_mut_obj_iter_get_val(key);
		struct str text = deploy_text(d, val);
		if (!yyjson_mut_is_null(val))
			yyjson_mut_obj_add(out, deploy_tree(d, "%v", key),
				text.p ? deploy_tree(d, "%s", text) : deploy_tree(d, "%v", val));
	}
	return deploy_tree(d, "{'Variables': %v}", out);
}

static yyjson_mut_val *tag_list(struct deploy *d, yyjson_mut_val *tags)
{
	yyjson_mut_val *key, *list = deploy_tree(d, "[]");
	yyjson_mut_obj_iter it;
	if (!tags)
		return NULL;
	yyjson_mut_obj_iter_init(tags, &it);
	while ((key = yyjson_mut_obj_iter_next(&it)))
		yyjson_mut_arr_append(
			list, deploy_tree(d, "{'Key': %v, 'Value': %s}", key,
				      deploy_text(d, yyjson_mut_obj_iter_get_val(key))));
	return list;
}

/* A role by its logical id, its ARN or an expression; without one, the role that is made. */
static yyjson_mut_val *role_of(struct deploy *d, struct function *f)
{
	yyjson_mut_val *role = tree_get(f->config, STR("role"));
	if (!role)
		role = deploy_at(d->config, "provider.iam.role");
	if (!role || (yyjson_mut_is_obj(role) &&
			     (tree_get(role, STR("statements")) || tree_get(role, STR("name")) ||
				     tree_get(role, STR("managedPolicies")) ||
				     tree_get(role, STR("permissionsBoundary")) ||
				     tree_get(role, STR("tags")) || tree_get(role, STR("path")) ||
				     yyjson_mut_obj_size(role) == 0)))
		role = tree_get(tree_get(d->config, STR("provider")), STR("role"));
	struct str text = tree_str(role);
	if (!role) {
		d->has_role = true;
		return deploy_tree(d, "{'Fn::GetAtt': ['IamRoleLambdaExecution', 'Arn']}");
	}
	return text.p && !str_starts(text, STR("arn:"))
		       ? deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", text)
		       : role;
}

static int add_log_group(struct deploy *d, struct function *f)
{
	yyjson_mut_val *days = setting(d, f, "logRetentionInDays");
	if (yyjson_mut_is_true(tree_get(f->config, STR("disableLogs"))))
		return 0;
	return deploy_add(d, arena_printf(&d->arena, "%.*sLogGroup", STR_ARG(f->normal)),
		deploy_tree(d,
			"{'Type': 'AWS::Logs::LogGroup', 'Properties': {'LogGroupName': %s, "
			"'RetentionInDays': %v}}",
			arena_printf(&d->arena, "/aws/lambda/%.*s", STR_ARG(f->name)), days));
}

static int add_url(struct deploy *d, struct function *f)
{
	static const char *const known[] = { "authorizer", "cors", "invokeMode", NULL };
	yyjson_mut_val *url = tree_get(f->config, STR("url")), *cors = tree_get(url, STR("cors")),
		       *c = NULL;
	if (!url || yyjson_mut_is_false(url))
		return 0;
	int r = deploy_check_keys(d, url, "url", known);
	bool is_iam = str_is(tree_str(tree_get(url, STR("authorizer"))), "aws_iam");
	if (yyjson_mut_is_true(cors))
		c = deploy_tree(d,
			"{'AllowOrigins': ['*'], 'AllowHeaders': ['Content-Type', 'X-Amz-Date', "
			"'Authorization',"
			"'X-Api-Key', 'X-Amz-Security-Token', 'X-Amzn-Trace-Id'], 'AllowMethods': ['*']}");
	else if (yyjson_mut_is_obj(cors))
		c = deploy_tree(d,
			"{'AllowOrigins': %v, 'AllowHeaders': %v, 'AllowMethods': %v, 'AllowCredentials': %v,"
			"'ExposeHeaders': %v, 'MaxAge': %v}",
			tree_get(cors, STR("allowedOrigins")),
			tree_get(cors, STR("allowedHeaders")),
			tree_get(cors, STR("allowedMethods")),
			tree_get(cors, STR("allowCredentials")),
			tree_get(cors, STR("exposedResponseHeaders")),
			tree_get(cors, STR("maxAge")));
	struct str id = arena_printf(&d->arena, "%.*sLambdaFunctionUrl", STR_ARG(f->normal));
	yyjson_mut_val *arn = deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", f->logical_id);
	if (r == 0)
		r = deploy_add(d, id,
			deploy_tree(d,
				"{'Type': 'AWS::Lambda::Url', 'Properties': {'AuthType': %c,"
				"'TargetFunctionArn': %v, 'Cors': %v, 'InvokeMode': %v}}",
				is_iam ? "AWS_IAM" : "NONE", arn, c,
				tree_get(url, STR("invokeMode"))));
	deploy_output(d, id, id.p, deploy_tree(d, "{'Fn::GetAtt': [%s, 'FunctionUrl']}", id));
	if (r < 0 || is_iam)
		return r;
	r = deploy_add(d, arena_printf(&d->arena, "%.*sLambdaPermissionFnUrl", STR_ARG(f->normal)),
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Permission', 'Properties': {'FunctionName': %v, "
			"'Action': 'lambda:InvokeFunctionUrl',"
			"'Principal': '*', 'FunctionUrlAuthType': 'NONE'}}",
			arn));
	return r < 0 ? r
		     : deploy_add(d,
			       arena_printf(
				       &d->arena, "%.*sLambdaPermissionFn", STR_ARG(f->normal)),
			       deploy_tree(d,
				       "{'Type': 'AWS::Lambda::Permission', 'Properties': "
				       "{'FunctionName': %v, 'Action': 'lambda:InvokeFunction',"
				       "'Principal': '*', 'InvokedViaFunctionUrl': true}}",
				       arn));
}

/* A destination: an ARN, an expression, or the key of a function of the service. */
static yyjson_mut_val *destination(struct deploy *d, yyjson_mut_val *val)
{
	struct str text = tree_str(val);
	yyjson_mut_val *arn = tree_get(val, STR("arn"));
	if (!val)
		return NULL;
	if (arn)
		val = arn;
	else if (text.p && !str_starts(text, STR("arn:")))
		val = deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}",
			arena_printf(
				&d->arena, "%.*sLambdaFunction", STR_ARG(deploy_normal(d, text))));
	return deploy_tree(d, "{'Destination': %v}", val);
}

/* The name of a function of the service by its key. */
static struct str name_of_key(struct deploy *d, struct str key)
{
	struct str name = tree_str(
		tree_get(tree_get(tree_get(d->config, STR("functions")), key), STR("name")));
	return name.p ? name
		      : arena_printf(&d->arena, "%.*s-%.*s-%.*s", STR_ARG(d->service),
				STR_ARG(d->stage), STR_ARG(key));
}

/* What the role needs to send there. A function of the service is named, not referred to: it needs
 * the role itself. */
static void allow_destination(struct deploy *d, yyjson_mut_val *val)
{
	static const struct {
		const char *service, *actions[2];
	} kinds[] = { { "sqs", { "sqs:SendMessage" } }, { "sns", { "sns:Publish" } },
		{ "events", { "events:PutEvents" } }, { "eventBus", { "events:PutEvents" } },
		{ "lambda", { "lambda:InvokeFunction" } },
		{ "function", { "lambda:InvokeFunction" } } };
	static const char *const any[] = { "sqs:SendMessage", "sns:Publish", "events:PutEvents",
		"lambda:InvokeFunction", NULL };
	struct str text = tree_str(val), type = tree_str(tree_get(val, STR("type"))), part;
	yyjson_mut_val *arn = tree_get(val, STR("arn")) ? tree_get(val, STR("arn")) : val;
	if (!val)
		return;
	if (text.p && !str_starts(text, STR("arn:"))) {
		type = STR("lambda");
		arn = deploy_tree(d, "{'Fn::Sub': %s}",
			arena_printf(&d->arena,
				"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:%.*s",
				STR_ARG(name_of_key(d, text))));
	}
	for (struct str rest = tree_str(arn); !type.p && rest.p && str_cut(&rest, ':', &part);)
		for (size_t i = 0; i < COUNT_OF(kinds); i++)
			type = !type.p && str_is(part, kinds[i].service) ? part : type;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_is(type, kinds[i].service)) {
			role_allow(d, kinds[i].actions, arn);
			return;
		}
	role_allow(d, any, arn);
}

static int add_event_config(struct deploy *d, struct function *f)
{
	yyjson_mut_val *to = tree_get(f->config, STR("destinations")),
		       *tries = tree_get(f->config, STR("maximumRetryAttempts")),
		       *age = tree_get(f->config, STR("maximumEventAge"));
	if (!to && !tries && !age)
		return 0;
	yyjson_mut_val *good = tree_get(to, STR("onSuccess")),
		       *bad = tree_get(to, STR("onFailure"));
	allow_destination(d, good);
	allow_destination(d, bad);
	good = destination(d, good);
	bad = destination(d, bad);
	return deploy_add(d, arena_printf(&d->arena, "%.*sLambdaEvConf", STR_ARG(f->normal)),
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::EventInvokeConfig', 'Properties': {'FunctionName': {'Ref': %s},"
			"'DestinationConfig': %v, 'Qualifier': '$LATEST', 'MaximumRetryAttempts': %v,"
			"'MaximumEventAgeInSeconds': %v}}",
			f->logical_id,
			to ? deploy_tree(d, "{'OnSuccess': %v, 'OnFailure': %v}", good, bad) : NULL,
			tries, age));
}

/* Versions are named by what they hold, so that a changed function makes a new one. */
static int add_version(struct deploy *d, struct function *f, yyjson_mut_val *properties,
	const struct deploy_package *package)
{
	yyjson_mut_val *own = setting(d, f, "versionFunction"),
		       *all = setting(d, f, "versionFunctions");
	unsigned char digest[32];
	if (yyjson_mut_is_false(own) || (!own && yyjson_mut_is_false(all)))
		return 0;
	yyjson_alc alc = tree_alc(&d->arena);
	size_t n;
	char *text = yyjson_mut_val_write_opts(properties, 0, &alc, &n, NULL);
	uint32_t crc = crc32_update(0, text, n);
	if (hex_decode(str_c(package->sha256), digest, sizeof digest) < 0)
		return -EINVAL;
	struct str mark = deploy_alnum(
		d, base64_encode(&d->arena, (struct str){ (char *)digest, sizeof digest }));
	struct str id = arena_printf(
		&d->arena, "%.*sLambdaVersion%.*s%08x", STR_ARG(f->normal), STR_ARG(mark), crc);
	deploy_output(d, arena_printf(&d->arena, "%.*sQualifiedArn", STR_ARG(f->logical_id)),
		arena_printf(&d->arena, "%.*sQualifiedArn", STR_ARG(f->logical_id)).p,
		deploy_tree(d, "{'Ref': %s}", id));
	return deploy_add(d, id,
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Version', 'DeletionPolicy': 'Retain',"
			"'Properties': {'FunctionName': {'Ref': %s}, 'CodeSha256': %s, 'Description': %v}}",
			f->logical_id,
			base64_encode(&d->arena, (struct str){ (char *)digest, sizeof digest }),
			tree_get(f->config, STR("description"))));
}

static yyjson_mut_val *depends_on(struct deploy *d, struct function *f)
{
	yyjson_mut_val *own = tree_get(f->config, STR("dependsOn")), *list = deploy_tree(d, "[]"),
		       *item;
	if (!yyjson_mut_is_true(tree_get(f->config, STR("disableLogs"))))
		yyjson_mut_arr_append(
			list, deploy_tree(d, "%s",
				      arena_printf(&d->arena, "%.*sLogGroup", STR_ARG(f->normal))));
	if (yyjson_mut_is_str(own))
		yyjson_mut_arr_append(list, deploy_tree(d, "%v", own));
	yyjson_mut_arr_iter it;
	yyjson_mut_arr_iter_init(own, &it);
	while (yyjson_mut_is_arr(own) && (item = yyjson_mut_arr_iter_next(&it)))
		yyjson_mut_arr_append(list, deploy_tree(d, "%v", item));
	return yyjson_mut_arr_size(list) > 0 ? list : NULL;
}

static int add_function(struct deploy *d, struct function *f)
{
	static const char *const dead_letters[] = { "sns:Publish", "sqs:SendMessage", NULL };
	struct deploy_package *package;
	yyjson_mut_val *memory = setting(d, f, "memorySize"), *timeout = setting(d, f, "timeout"),
		       *runtime = setting(d, f, "runtime"), *arch = setting(d, f, "architecture"),
		       *layers = setting(d, f, "layers"),
		       *tracing = tree_get(f->config, STR("tracing")),
		       *dead = tree_get(f->config, STR("onError")),
		       *size = tree_get(f->config, STR("ephemeralStorageSize"));
	if (!tracing)
		tracing = deploy_at(d->config, "provider.tracing.lambda");
	int r = packages_for_function(d, f->config, &package);
	if (r < 0)
		return r;
	if (dead)
		role_allow(d, dead_letters, dead);
	yyjson_mut_val *properties = deploy_tree(d,
		"{'Code': {'S3Bucket': %s, 'S3Key': %s}, 'Handler': %v,"
		"'Runtime': %v, 'FunctionName': %s, 'MemorySize': %v, 'Timeout': %v, 'Role': %v, "
		"'Architectures': %v,"
		"'Description': %v, 'Environment': %v, 'Layers': %v, 'ReservedConcurrentExecutions': %v,"
		" 'Tags': %v,"
		"'KmsKeyArn': %v, 'DeadLetterConfig': %v, 'EphemeralStorage': %v, 'TracingConfig': %v}",
		d->bucket, package->key, tree_get(f->config, STR("handler")),
		runtime ? runtime : deploy_tree(d, "'nodejs22.x'"), f->name,
		memory ? memory : deploy_tree(d, "1024"), timeout ? timeout : deploy_tree(d, "6"),
		role_of(d, f), arch ? deploy_tree(d, "[%v]", arch) : NULL,
		tree_get(f->config, STR("description")), environment(d, f), layers,
		tree_get(f->config, STR("reservedConcurrency")),
		tag_list(d, merged(d, deploy_at(d->config, "provider.tags"),
				    tree_get(f->config, STR("tags")))),
		setting(d, f, "kmsKeyArn"), dead ? deploy_tree(d, "{'TargetArn': %v}", dead) : NULL,
		size ? deploy_tree(d, "{'Size': %v}", size) : NULL,
		tracing && !yyjson_mut_is_false(tracing)
			? deploy_tree(d, "{'Mode': %v}",
				  yyjson_mut_is_true(tracing) ? deploy_tree(d, "'Active'")
							      : tracing)
			: NULL);
	r = deploy_add(d, f->logical_id,
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Function', 'Properties': %v,"
			"'DependsOn': %v, 'Condition': %v}",
			properties, depends_on(d, f), tree_get(f->config, STR("condition"))));
	return r < 0 ? r : add_version(d, f, properties, package);
}

static void allow_log_group(struct deploy *d, struct str name)
{
	static const char *const groups[] = { "logs:CreateLogStream", "logs:CreateLogGroup",
		"logs:TagResource", NULL };
	static const char *const events[] = { "logs:PutLogEvents", NULL };
	struct str arn = arena_printf(&d->arena,
		"arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:"
		"log-group:/aws/lambda/%.*s:*",
		STR_ARG(name));
	role_allow(d, groups, deploy_tree(d, "{'Fn::Sub': %s}", arn));
	role_allow(d, events,
		deploy_tree(d, "{'Fn::Sub': %s}", arena_printf(&d->arena, "%.*s:*", STR_ARG(arn))));
}

static int translate_function(struct deploy *d, struct str key, yyjson_mut_val *config)
{
	struct function f = { .key = key, .config = config, .normal = deploy_normal(d, key) };
	struct str name = tree_str(tree_get(config, STR("name")));
	f.logical_id = f.target_id =
		arena_printf(&d->arena, "%.*sLambdaFunction", STR_ARG(f.normal));
	f.name = name.p ? name : name_of_key(d, key);
	/* The role's usual pattern covers names that begin with service-stage. */
	if (!str_starts(f.name,
		    arena_printf(&d->arena, "%.*s-%.*s", STR_ARG(d->service), STR_ARG(d->stage))))
		allow_log_group(d, f.name);
	int r = deploy_check_keys(
		d, config, arena_printf(&d->arena, "function %.*s", STR_ARG(key)).p, function_keys);
	if (r == 0 && !tree_str(tree_get(config, STR("handler"))).p)
		return deploy_fail(d, "function %.*s: it has no handler", STR_ARG(key));
	if (r == 0 && tree_get(config, STR("provisionedConcurrency")))
		return deploy_fail(
			d, "function %.*s: provisionedConcurrency is not supported", STR_ARG(key));
	if (r == 0)
		r = add_log_group(d, &f);
	if (r == 0)
		r = add_function(d, &f);
	if (r == 0)
		r = add_url(d, &f);
	if (r == 0)
		r = add_event_config(d, &f);
	return r < 0 ? r : events_translate(d, &f);
}

int functions_translate(struct deploy *d)
{
	yyjson_mut_val *functions = tree_get(d->config, STR("functions")), *key, *table;
	yyjson_mut_val *tables[] = { functions };
	yyjson_mut_arr_iter list;
	int r = 0;
	/* Either one table, or a list of tables out of several files. */
	yyjson_mut_arr_iter_init(functions, &list);
	while (r == 0 && (table = yyjson_mut_is_arr(functions) ? yyjson_mut_arr_iter_next(&list)
							       : tables[0])) {
		yyjson_mut_obj_iter it;
		yyjson_mut_obj_iter_init(table, &it);
		if (yyjson_mut_obj_size(table) > FUNCTIONS_MAX)
			return deploy_fail(d, "more than %d functions", FUNCTIONS_MAX);
		while (r == 0 && yyjson_mut_is_obj(table) && (key = yyjson_mut_obj_iter_next(&it)))
			r = translate_function(d, tree_str(key), yyjson_mut_obj_iter_get_val(key));
		tables[0] = NULL;
	}
	return r;
}

int layers_translate(struct deploy *d)
{
	static const char *const known[] = { "path", "name", "description", "compatibleRuntimes",
		"licenseInfo", "package", "retain", "compatibleArchitectures", "allowedAccounts",
		NULL };
	yyjson_mut_val *layers = tree_get(d->config, STR("layers")), *key;
	yyjson_mut_obj_iter it;
	int r = 0;
	if (!yyjson_mut_is_obj(layers))
		return 0;
	yyjson_mut_obj_iter_init(layers, &it);
	while (r == 0 && (key = yyjson_mut_obj_iter_next(&it))) {
		yyjson_mut_val *layer = yyjson_mut_obj_iter_get_val(key);
		struct deploy_package *package = NULL;
		struct str artifact = tree_str(deploy_at(layer, "package.artifact")),
			   path = tree_str(tree_get(layer, STR("path"))),
			   name = tree_str(tree_get(layer, STR("name")));
		struct str id = arena_printf(
			&d->arena, "%.*sLambdaLayer", STR_ARG(deploy_normal(d, tree_str(key))));
		r = deploy_check_keys(d, layer, "a layer", known);
		if (r == 0 && !path.p && !artifact.p)
			return deploy_fail(d, "layer %.*s: it has no path", STR_ARG(tree_str(key)));
		if (r == 0)
			r = artifact.p ? packages_for_path(d, artifact, &package)
				       : packages_for_folder(d, path,
						 tree_get(layer, STR("package")), &package);
		if (r == 0)
			r = deploy_add(d, id,
				deploy_tree(d,
					"{'Type': 'AWS::Lambda::LayerVersion', 'Properties': {"
					"'Content': {'S3Bucket': %s, 'S3Key': %s}, 'LayerName': %s, "
					"'Description': %v,"
					"'CompatibleRuntimes': %v, 'LicenseInfo': %v, "
					"'CompatibleArchitectures': %v}}",
					d->bucket, package->key, name.p ? name : tree_str(key),
					tree_get(layer, STR("description")),
					tree_get(layer, STR("compatibleRuntimes")),
					tree_get(layer, STR("licenseInfo")),
					tree_get(layer, STR("compatibleArchitectures"))));
		deploy_output(d, arena_printf(&d->arena, "%.*sQualifiedArn", STR_ARG(id)),
			arena_printf(&d->arena, "%.*sQualifiedArn", STR_ARG(id)).p,
			deploy_tree(d, "{'Ref': %s}", id));
	}
	return r;
}

void role_allow(struct deploy *d, const char *const *actions, yyjson_mut_val *resource)
{
	yyjson_mut_val *list = deploy_tree(d, "[]");
	for (; *actions; actions++)
		yyjson_mut_arr_append(list, deploy_tree(d, "%c", *actions));
	yyjson_mut_arr_append(
		d->statements, deploy_tree(d, "{'Effect': 'Allow', 'Action': %v, 'Resource': [%v]}",
				       list, resource));
}

int role_translate(struct deploy *d)
{
	static const char *const known[] = { "statements", "name", "managedPolicies",
		"permissionsBoundary", "tags", "path", NULL };
	yyjson_mut_val *role = deploy_at(d->config, "provider.iam.role"),
		       *own = tree_get(role, STR("statements")), *item;
	yyjson_mut_val *old = deploy_at(d->config, "provider.iamRoleStatements"),
		       *name = tree_get(role, STR("name"));
	if (!d->has_role)
		return 0;
	int r = deploy_check_keys(d, role, "provider.iam.role", known);
	struct str groups = arena_printf(&d->arena,
		"arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:"
		"log-group:/aws/lambda/%.*s-%.*s*:*",
		STR_ARG(d->service), STR_ARG(d->stage));
	yyjson_mut_val *all = deploy_tree(d,
		"[{'Effect': 'Allow', 'Action': ['logs:CreateLogStream',"
		"'logs:CreateLogGroup', 'logs:TagResource'], 'Resource': [{'Fn::Sub': %s}]}, {'Effect': "
		"'Allow',"
		"'Action': ['logs:PutLogEvents'], 'Resource': [{'Fn::Sub': %s}]}]",
		groups, arena_printf(&d->arena, "%.*s:*", STR_ARG(groups)));
	yyjson_mut_val *lists[] = { d->statements, own ? own : old };
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		yyjson_mut_arr_iter it;
		if (!yyjson_mut_is_arr(lists[i]))
			continue;
		yyjson_mut_arr_iter_init(lists[i], &it);
		while ((item = yyjson_mut_arr_iter_next(&it)))
			yyjson_mut_arr_append(all, deploy_tree(d, "%v", item));
	}
	struct str usual = arena_printf(&d->arena, "%.*s-%.*s-%.*s-lambdaRole", STR_ARG(d->service),
		STR_ARG(d->stage), STR_ARG(d->region));
	return r < 0 ? r
		     : deploy_add(d, STR("IamRoleLambdaExecution"),
			       deploy_tree(d,
				       "{'Type': 'AWS::IAM::Role',"
				       "'Properties': {'AssumeRolePolicyDocument': {'Version': "
				       "'2012-10-17', 'Statement': [{'Effect': 'Allow',"
				       "'Principal': {'Service': ['lambda.amazonaws.com']}, 'Action': "
				       "['sts:AssumeRole']}]}, 'Policies': [{"
				       "'PolicyName': %s, 'PolicyDocument': {'Version': '2012-10-17', "
				       "'Statement': %v}}], 'Path': %v, 'RoleName': %v,"
				       "'ManagedPolicyArns': %v, 'PermissionsBoundary': %v, 'Tags': %v}}",
				       arena_printf(&d->arena, "%.*s-%.*s-lambda",
					       STR_ARG(d->service), STR_ARG(d->stage)),
				       all,
				       tree_get(role, STR("path")) ? tree_get(role, STR("path"))
								   : deploy_tree(d, "'/'"),
				       name ? name : deploy_tree(d, "%s", usual),
				       tree_get(role, STR("managedPolicies")),
				       tree_get(role, STR("permissionsBoundary")),
				       tag_list(d, merged(d, tree_get(role, STR("tags")), NULL))));
}
