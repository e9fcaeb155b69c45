/* Functions of a serverless.yml as resources. */
#include "base/encode.h"
#include "deploy/internal.h"
#include "deploy/keys.h"
#include "deploy/limits.h"
#include <errno.h>
#include <unistd.h>

/* The function's own setting, or the provider's. */
static yyjson_mut_val *setting(struct deploy *d, const struct function *f, const char *name)
{
	yyjson_mut_val *own = tree_get(f->config, str_c(name));
	return own ? own : tree_get(tree_get(d->config, STR("provider")), str_c(name));
}

/* Lambda's environment is texts; values of null are left out. */
static yyjson_mut_val *environment(struct deploy *d, struct function *f)
{
	yyjson_mut_val *all = deploy_merged(d, deploy_at(d->config, "provider.environment"),
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

static int add_log_group(struct deploy *d, struct function *f)
{
	yyjson_mut_val *days = setting(d, f, "logRetentionInDays");
	if (yyjson_mut_is_true(tree_get(f->config, STR("disableLogs"))))
		return 0;
	return deploy_add(d, arena_printf(&d->arena, "%.*sLogGroup", STR_ARG(f->normal)),
		deploy_tree(d,
			"{'Type': 'AWS::Logs::LogGroup', 'Condition': %v, 'Properties': {'LogGroupName': %s, "
			"'RetentionInDays': %v}}",
			f->condition, arena_printf(&d->arena, "/aws/lambda/%.*s", STR_ARG(f->name)),
			days));
}

static int add_url(struct deploy *d, struct function *f)
{
	static const char *const known[] = { "authorizer", "cors", "invokeMode", NULL };
	const char *at = arena_printf(&d->arena, "%s.url", f->path).p;
	yyjson_mut_val *url = tree_get(f->config, STR("url")), *cors = tree_get(url, STR("cors")),
		       *c = NULL;
	if (!url || yyjson_mut_is_false(url))
		return 0;
	int r = deploy_check_keys(d, url, at, known);
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
				"{'Type': 'AWS::Lambda::Url', 'Condition': %v, 'Properties': {'AuthType': %c,"
				"'TargetFunctionArn': %v, 'Cors': %v, 'InvokeMode': %v}}",
				f->condition, is_iam ? "AWS_IAM" : "NONE", arn, c,
				tree_get(url, STR("invokeMode"))));
	deploy_output_if(d, id, "Lambda Function URL",
		deploy_tree(d, "{'Fn::GetAtt': [%s, 'FunctionUrl']}", id), f->condition);
	if (r < 0 || is_iam)
		return r;
	r = deploy_add(d, arena_printf(&d->arena, "%.*sLambdaPermissionFnUrl", STR_ARG(f->normal)),
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Permission', 'Condition': %v, 'Properties': {'FunctionName': %v, "
			"'Action': 'lambda:InvokeFunctionUrl',"
			"'Principal': '*', 'FunctionUrlAuthType': 'NONE'}}",
			f->condition, arn));
	return r < 0 ? r
		     : deploy_add(d,
			       arena_printf(
				       &d->arena, "%.*sLambdaPermissionFn", STR_ARG(f->normal)),
			       deploy_tree(d,
				       "{'Type': 'AWS::Lambda::Permission', 'Condition': %v, 'Properties': "
				       "{'FunctionName': %v, 'Action': 'lambda:InvokeFunction',"
				       "'Principal': '*', 'InvokedViaFunctionUrl': true}}",
				       f->condition, arn));
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

static int add_event_config(struct deploy *d, struct function *f)
{
	yyjson_mut_val *to = tree_get(f->config, STR("destinations")),
		       *tries = tree_get(f->config, STR("maximumRetryAttempts")),
		       *age = tree_get(f->config, STR("maximumEventAge"));
	if (!to && !tries && !age)
		return 0;
	yyjson_mut_val *good = tree_get(to, STR("onSuccess")),
		       *bad = tree_get(to, STR("onFailure"));
	role_allow_destination(d, good);
	role_allow_destination(d, bad);
	good = destination(d, good);
	bad = destination(d, bad);
	return deploy_add(d, arena_printf(&d->arena, "%.*sLambdaEvConf", STR_ARG(f->normal)),
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::EventInvokeConfig', 'Condition': %v, 'Properties': {'FunctionName': {'Ref': %s},"
			"'DestinationConfig': %v, 'Qualifier': '$LATEST', 'MaximumRetryAttempts': %v,"
			"'MaximumEventAgeInSeconds': %v}}",
			f->condition, f->logical_id,
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
	deploy_output_if(d, arena_printf(&d->arena, "%.*sQualifiedArn", STR_ARG(f->logical_id)),
		"Current Lambda function version", deploy_tree(d, "{'Ref': %s}", id), f->condition);
	return deploy_add(d, id,
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Version', 'DeletionPolicy': 'Retain', 'Condition': %v,"
			"'Properties': {'FunctionName': {'Ref': %s}, 'CodeSha256': %s, 'Description': %v}}",
			f->condition, f->logical_id,
			base64_encode(&d->arena, (struct str){ (char *)digest, sizeof digest }),
			tree_get(f->config, STR("description"))));
}

static yyjson_mut_val *depends_on(struct deploy *d, struct function *f, struct str role)
{
	yyjson_mut_val *own = tree_get(f->config, STR("dependsOn")), *list = deploy_tree(d, "[]"),
		       *item;
	if (!yyjson_mut_is_true(tree_get(f->config, STR("disableLogs"))))
		yyjson_mut_arr_append(
			list, deploy_tree(d, "%s",
				      arena_printf(&d->arena, "%.*sLogGroup", STR_ARG(f->normal))));
	if (role.p)
		yyjson_mut_arr_append(list, deploy_tree(d, "%s", role));
	if (yyjson_mut_is_str(own))
		yyjson_mut_arr_append(list, deploy_tree(d, "%v", own));
	yyjson_mut_arr_iter it;
	yyjson_mut_arr_iter_init(own, &it);
	while (yyjson_mut_is_arr(own) && (item = yyjson_mut_arr_iter_next(&it)))
		yyjson_mut_arr_append(list, deploy_tree(d, "%v", item));
	return yyjson_mut_arr_size(list) > 0 ? list : NULL;
}

/* Mode: the function's own word, or the provider's. A false is heard only where the provider asks
 * for traces. */
static yyjson_mut_val *tracing(struct deploy *d, struct function *f)
{
	yyjson_mut_val *own = tree_get(f->config, STR("tracing")),
		       *all = deploy_at(d->config, "provider.tracing.lambda"),
		       *val = own ? own : all;
	if (!val || (yyjson_mut_is_false(val) && (!all || yyjson_mut_is_false(all))))
		return NULL;
	return deploy_tree(d, "{'Mode': %v}",
		yyjson_mut_is_true(val)    ? deploy_tree(d, "'Active'")
		: yyjson_mut_is_false(val) ? deploy_tree(d, "'PassThrough'")
					   : val);
}

/* Where and how it logs. */
static int logging(struct deploy *d, struct function *f, yyjson_mut_val **out)
{
	static const char *const known[] = { "logFormat", "logGroup", "applicationLogLevel",
		"systemLogLevel", NULL };
	yyjson_mut_val *own = tree_get(f->config, STR("logs")),
		       *val = own ? own : deploy_at(d->config, "provider.logs.lambda");
	const char *at =
		own ? arena_printf(&d->arena, "%s.logs", f->path).p : "provider.logs.lambda";
	*out = !val ? NULL
		    : deploy_tree(d,
			      "{'LogFormat': %v, 'LogGroup': %v, 'ApplicationLogLevel': %v, "
			      "'SystemLogLevel': %v}",
			      tree_get(val, STR("logFormat")), tree_get(val, STR("logGroup")),
			      tree_get(val, STR("applicationLogLevel")),
			      tree_get(val, STR("systemLogLevel")));
	return deploy_check_keys(d, val, at, known);
}

static int add_function(struct deploy *d, struct function *f)
{
	struct deploy_package *package;
	yyjson_mut_val *memory = setting(d, f, "memorySize"), *timeout = setting(d, f, "timeout"),
		       *runtime = setting(d, f, "runtime"), *arch = setting(d, f, "architecture"),
		       *dead = tree_get(f->config, STR("onError")), *logs = NULL,
		       *size = tree_get(f->config, STR("ephemeralStorageSize"));
	struct str role_id = { 0 };
	int r = packages_for_function(d, f->config, &package);
	if (r == 0)
		r = logging(d, f, &logs);
	if (r < 0)
		return r;
	yyjson_mut_val *role = role_of(d, f, &role_id);
	yyjson_mut_val *properties = deploy_tree(d,
		"{'Code': {'S3Bucket': %s, 'S3Key': %s}, 'Handler': %v,"
		"'Runtime': %v, 'FunctionName': %s, 'MemorySize': %v, 'Timeout': %v, 'Role': %v, "
		"'Architectures': %v,"
		"'Description': %v, 'Environment': %v, 'Layers': %v, 'ReservedConcurrentExecutions': %v,"
		" 'Tags': %v,"
		"'KmsKeyArn': %v, 'DeadLetterConfig': %v, 'EphemeralStorage': %v, 'TracingConfig': %v,"
		"'LoggingConfig': %v}",
		d->bucket, package->key, tree_get(f->config, STR("handler")),
		runtime ? runtime : deploy_tree(d, "'nodejs22.x'"), f->name,
		memory ? memory : deploy_tree(d, "1024"), timeout ? timeout : deploy_tree(d, "6"),
		role, arch ? deploy_tree(d, "[%v]", arch) : NULL,
		tree_get(f->config, STR("description")), environment(d, f), setting(d, f, "layers"),
		tree_get(f->config, STR("reservedConcurrency")),
		deploy_tags(
			d, deploy_at(d->config, "provider.tags"), tree_get(f->config, STR("tags"))),
		setting(d, f, "kmsKeyArn"), dead ? deploy_tree(d, "{'TargetArn': %v}", dead) : NULL,
		size ? deploy_tree(d, "{'Size': %v}", size) : NULL, tracing(d, f), logs);
	role_allow_function(d, f, properties);
	r = deploy_add(d, f->logical_id,
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::Function', 'Properties': %v,"
			"'DependsOn': %v, 'Condition': %v}",
			properties, depends_on(d, f, role_id), f->condition));
	return r < 0 ? r : add_version(d, f, properties, package);
}

/* A handler that is in none of the files beside serverless.yml fails when it is called: said
 * before. */
static void check_handler(struct deploy *d, struct function *f)
{
	static const char *const endings[][4] = { { "nodejs", ".js", ".mjs", ".cjs" },
		{ "python", ".py", NULL, NULL } };
	yyjson_mut_val *runtime = setting(d, f, "runtime");
	struct str kind = runtime ? tree_str(runtime) : STR("nodejs"),
		   handler = tree_str(tree_get(f->config, STR("handler")));
	ssize_t dot = str_rindex(handler, '.');
	if (tree_get(f->config, STR("package")) || tree_get(d->config, STR("package")) ||
		setting(d, f, "layers") || dot <= 0)
		return;
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		if (!str_starts(kind, str_c(endings[i][0])))
			continue;
		for (size_t k = 1; k < COUNT_OF(endings[i]) && endings[i][k]; k++) {
			struct str path = arena_printf(&d->arena, "%.*s%s",
				STR_ARG(str_sub(handler, 0, (size_t)dot)), endings[i][k]);
			if (access(deploy_path(d, path).p, F_OK) == 0)
				return;
		}
		deploy_warn(d, "%s: no file %.*s%s holds the handler %.*s: calls will fail",
			f->path, STR_ARG(str_sub(handler, 0, (size_t)dot)), endings[i][1],
			STR_ARG(handler));
	}
}

static int translate_function(struct deploy *d, struct str key, yyjson_mut_val *config)
{
	struct function f = { .key = key, .config = config, .normal = deploy_normal(d, key) };
	struct str name = tree_str(tree_get(config, STR("name")));
	f.path = arena_printf(&d->arena, "functions.%.*s", STR_ARG(key)).p;
	f.logical_id = arena_printf(&d->arena, "%.*sLambdaFunction", STR_ARG(f.normal));
	f.name = name.p ? name : function_name(d, key);
	f.condition = tree_get(config, STR("condition"));
	int r = keys_check_function(d, config, f.path);
	if (r == 0 && !tree_str(tree_get(config, STR("handler"))).p)
		return deploy_fail_at(d, f.path, "%s: it has no handler", f.path);
	if (r == 0) {
		check_handler(d, &f);
		r = add_log_group(d, &f);
	}
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
