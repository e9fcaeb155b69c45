/* HTTP APIs: httpApi events and provider.httpApi. */
#include "deploy/internal.h"
#include <errno.h>

/* "/users/{id}/full-name" is UsersIdVarFullDashname in logical ids. */
static struct str path_name(struct deploy *d, struct str path)
{
	struct buf b = { 0 };
	struct str part;
	while (str_cut(&path, '/', &part)) {
		bool is_variable = part.n > 1 && part.p[0] == '{';
		part = deploy_alnum(d, deploy_dashes(d, part));
		if (part.n == 0)
			continue;
		buf_char(&b,
			part.p[0] >= 'a' && part.p[0] <= 'z' ? (char)(part.p[0] - 32) : part.p[0]);
		buf_str(&b, str_from(part, 1));
		if (is_variable)
			buf_cat(&b, "Var");
	}
	struct str name = arena_str(&d->arena, buf_view(&b));
	buf_fini(&b);
	return name;
}

static struct str capital(struct deploy *d, struct str s)
{
	char *p = arena_cstr(&d->arena, s);
	for (size_t i = 0; i < s.n; i++)
		p[i] = i == 0 && p[i] >= 'a' && p[i] <= 'z'  ? (char)(p[i] - 32)
		       : i > 0 && p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] + 32)
							     : p[i];
	return (struct str){ p, s.n };
}

static yyjson_mut_val *list_of(struct deploy *d, yyjson_mut_val *val)
{
	return !val || yyjson_mut_is_arr(val) ? val : deploy_tree(d, "[%v]", val);
}

static yyjson_mut_val *cors_of(struct deploy *d, yyjson_mut_val *cors)
{
	if (yyjson_mut_is_true(cors))
		return deploy_tree(d,
			"{'AllowOrigins': ['*'], 'AllowHeaders': ['Content-Type', 'X-Amz-Date',"
			"'Authorization', 'X-Api-Key', 'X-Amz-Security-Token', 'X-Amz-User-Agent', "
			"'X-Amzn-Trace-Id'],"
			"'AllowMethods': ['OPTIONS', 'GET', 'POST', 'PUT', 'PATCH', 'HEAD', 'DELETE']}");
	if (!yyjson_mut_is_obj(cors))
		return NULL;
	yyjson_mut_val *origins = list_of(d, tree_get(cors, STR("allowedOrigins")));
	return deploy_tree(d,
		"{'AllowOrigins': %v, 'AllowHeaders': %v, 'AllowMethods': %v, 'AllowCredentials': %v,"
		"'ExposeHeaders': %v, 'MaxAge': %v}",
		origins ? origins : deploy_tree(d, "['*']"),
		list_of(d, tree_get(cors, STR("allowedHeaders"))),
		list_of(d, tree_get(cors, STR("allowedMethods"))),
		tree_get(cors, STR("allowCredentials")),
		list_of(d, tree_get(cors, STR("exposedResponseHeaders"))),
		tree_get(cors, STR("maxAge")));
}

static yyjson_mut_val *api_reference(struct deploy *d)
{
	yyjson_mut_val *own = deploy_at(d->config, "provider.httpApi.id");
	return own ? own : deploy_tree(d, "{'Ref': 'HttpApi'}");
}

static struct str authorizer_id(struct deploy *d, struct str name)
{
	return arena_printf(&d->arena, "HttpApiAuthorizer%.*s",
		STR_ARG(deploy_normal(d, deploy_alnum(d, name))));
}

/* The name under which an authorizer is made: its own, or its key. */
static struct str authorizer_name(struct str key, yyjson_mut_val *a)
{
	struct str name = tree_str(tree_get(a, STR("name")));
	return name.p ? name : key;
}

static yyjson_mut_val *may_invoke(struct deploy *d, yyjson_mut_val *function)
{
	return deploy_tree(d,
		"{'Type': 'AWS::Lambda::Permission', 'Properties': {'FunctionName': %v,"
		"'Action': 'lambda:InvokeFunction', 'Principal': 'apigateway.amazonaws.com', "
		"'SourceArn': {'Fn::Join': ['', ['arn:', {'Ref': 'AWS::Partition'}, "
		"':execute-api:', {'Ref': 'AWS::Region'}, ':',"
		"{'Ref': 'AWS::AccountId'}, ':', %v, '/*']]}}}",
		function, api_reference(d));
}

static int request_authorizer(struct deploy *d, struct str key, yyjson_mut_val *a, const char *path)
{
	struct str function = tree_str(tree_get(a, STR("functionName"))),
		   name = authorizer_name(key, a);
	yyjson_mut_val *ttl = tree_get(a, STR("resultTtlInSeconds")),
		       *sources = list_of(d, tree_get(a, STR("identitySource")));
	yyjson_mut_val *arn = tree_get(a, STR("functionArn")),
		       *version = tree_get(a, STR("payloadVersion"));
	if (!function.p && !arn)
		return deploy_fail_at(
			d, path, "%s: it needs a functionName or a functionArn", path);
	if (!arn && !tree_get(tree_get(d->config, STR("functions")), function))
		return deploy_fail_at(d, path, "%s: there is no function %.*s in this service",
			path, STR_ARG(function));
	if (!arn)
		arn = deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}",
			arena_printf(&d->arena, "%.*sLambdaFunction",
				STR_ARG(deploy_normal(d, function))));
	yyjson_mut_val *uri = deploy_tree(d,
		"{'Fn::Join': ['', ['arn:', {'Ref': 'AWS::Partition'}, ':apigateway:',"
		"{'Ref': 'AWS::Region'}, ':lambda:path/2015-03-31/functions/', %v, '/invocations']]}",
		arn);
	int r = deploy_add(d, authorizer_id(d, name),
		deploy_tree(d,
			"{'Type': 'AWS::ApiGatewayV2::Authorizer',"
			"'Properties': {'ApiId': %v, 'AuthorizerType': 'REQUEST', 'Name': %s, "
			"'AuthorizerUri': %v,"
			"'AuthorizerPayloadFormatVersion': %v, 'EnableSimpleResponses': %v, "
			"'IdentitySource': %v,"
			"'AuthorizerResultTtlInSeconds': %v}}",
			api_reference(d), name, uri, version ? version : deploy_tree(d, "'2.0'"),
			tree_get(a, STR("enableSimpleResponses")),
			sources ? sources : deploy_tree(d, "[]"), ttl));
	if (r < 0 || yyjson_mut_is_true(tree_get(a, STR("managedExternally"))))
		return r;
	return deploy_add(d,
		arena_printf(&d->arena, "%.*sLambdaAuthorizerPermissionHttpApi",
			STR_ARG(deploy_normal(d, deploy_alnum(d, name)))),
		may_invoke(d, arn));
}

static int add_authorizer(struct deploy *d, struct str key, yyjson_mut_val *a)
{
	static const char *const known[] = { "type", "name", "identitySource", "issuerUrl",
		"audience", "functionName", "functionArn", "payloadVersion", "resultTtlInSeconds",
		"enableSimpleResponses", "managedExternally", NULL };
	struct str type = tree_str(tree_get(a, STR("type"))), name = authorizer_name(key, a);
	const char *path =
		arena_printf(&d->arena, "provider.httpApi.authorizers.%.*s", STR_ARG(key)).p;
	int r = deploy_check_keys(d, a, path, known);
	if (r < 0)
		return r;
	if (str_is(type, "request"))
		return request_authorizer(d, key, a, path);
	if (type.p && !str_is(type, "jwt"))
		return deploy_fail_at(
			d, path, "%s: the type %.*s is not supported", path, STR_ARG(type));
	return deploy_add(d, authorizer_id(d, name),
		deploy_tree(d,
			"{'Type': 'AWS::ApiGatewayV2::Authorizer', 'Properties': {'ApiId': %v, "
			"'AuthorizerType': 'JWT',"
			"'Name': %s, 'IdentitySource': %v, 'JwtConfiguration': {'Audience': %v, "
			"'Issuer': %v}}}",
			api_reference(d), name, list_of(d, tree_get(a, STR("identitySource"))),
			list_of(d, tree_get(a, STR("audience"))), tree_get(a, STR("issuerUrl"))));
}

static int add_authorizers(struct deploy *d)
{
	yyjson_mut_val *table = deploy_at(d->config, "provider.httpApi.authorizers"), *key;
	yyjson_mut_obj_iter it;
	int r = 0;
	if (!yyjson_mut_is_obj(table))
		return 0;
	yyjson_mut_obj_iter_init(table, &it);
	while (r == 0 && (key = yyjson_mut_obj_iter_next(&it)))
		r = add_authorizer(d, tree_str(key), yyjson_mut_obj_iter_get_val(key));
	return r;
}

/* provider.logs.httpApi: the stage's settings, with the group that it writes to; NULL for none. */
static int access_log(struct deploy *d, yyjson_mut_val **settings)
{
	static const char usual[] =
		"{\"requestId\":\"$context.requestId\",\"ip\":\"$context.identity.sourceIp\","
		"\"requestTime\":\"$context.requestTime\",\"httpMethod\":\"$context.httpMethod\","
		"\"routeKey\":\"$context.routeKey\",\"status\":\"$context.status\","
		"\"protocol\":\"$context.protocol\",\"responseLength\":\"$context.responseLength\"}";
	yyjson_mut_val *logs = deploy_at(d->config, "provider.logs.httpApi"),
		       *format = tree_get(logs, STR("format"));
	*settings = NULL;
	if (!logs || yyjson_mut_is_false(logs))
		return 0;
	*settings = deploy_tree(d,
		"{'DestinationArn': {'Fn::GetAtt': ['HttpApiLogGroup', 'Arn']}, 'Format': %v}",
		format ? format : deploy_tree(d, "%c", usual));
	return deploy_add(d, STR("HttpApiLogGroup"),
		deploy_tree(d,
			"{'Type': 'AWS::Logs::LogGroup', 'Properties': {'LogGroupName': %s, "
			"'RetentionInDays': %v}}",
			arena_printf(&d->arena, "/aws/http-api/%.*s-%.*s", STR_ARG(d->service),
				STR_ARG(d->stage)),
			deploy_at(d->config, "provider.logRetentionInDays")));
}

int http_api_begin(struct deploy *d)
{
	yyjson_mut_val *api = deploy_at(d->config, "provider.httpApi"), *log = NULL,
		       *name = tree_get(api, STR("name")),
		       *tags = deploy_merged(d, deploy_at(d->config, "provider.tags"), NULL);
	if (d->has_http_api)
		return 0;
	d->has_http_api = true;
	if (tree_get(api, STR("id")))
		return tree_get(api, STR("authorizers")) ? add_authorizers(d) : 0;
	bool service_first = yyjson_mut_is_true(tree_get(api, STR("shouldStartNameWithService")));
	struct str first = service_first ? d->service : d->stage,
		   second = service_first ? d->stage : d->service;
	int r = access_log(d, &log);
	if (r == 0)
		r = deploy_add(d, STR("HttpApi"),
			deploy_tree(d,
				"{'Type': 'AWS::ApiGatewayV2::Api', 'Properties': {"
				"'Name': %v, 'Description': %v, 'ProtocolType': 'HTTP', "
				"'DisableExecuteApiEndpoint': %v, 'CorsConfiguration': %v, 'Tags': %v}}",
				name ? name
				     : deploy_tree(d, "%s",
					       arena_printf(&d->arena, "%.*s-%.*s", STR_ARG(first),
						       STR_ARG(second))),
				tree_get(api, STR("description")),
				tree_get(api, STR("disableDefaultEndpoint")),
				cors_of(d, tree_get(api, STR("cors"))), tags));
	if (r == 0)
		r = deploy_add(d, STR("HttpApiStage"),
			deploy_tree(d,
				"{'Type': 'AWS::ApiGatewayV2::Stage', 'DependsOn': %v, 'Properties': {"
				"'ApiId': {'Ref': 'HttpApi'}, 'StageName': '$default', 'AutoDeploy': "
				"true, 'DefaultRouteSettings': {"
				"'DetailedMetricsEnabled': %v}, 'Tags': %v, 'AccessLogSettings': %v}}",
				log ? deploy_tree(d, "'HttpApiLogGroup'") : NULL,
				yyjson_mut_is_true(tree_get(api, STR("metrics")))
					? deploy_tree(d, "true")
					: deploy_tree(d, "false"),
				tags, log));
	deploy_output(
		d, STR("HttpApiId"), "Id of the HTTP API", deploy_tree(d, "{'Ref': 'HttpApi'}"));
	/* The framework joins a name under amazonaws.com here; this one is where the API answers.
	 */
	deploy_output(d, STR("HttpApiUrl"), "URL of the HTTP API",
		deploy_tree(d, "{'Fn::GetAtt': ['HttpApi', 'ApiEndpoint']}"));
	return r < 0 ? r : add_authorizers(d);
}

static int add_integration(struct deploy *d, struct function *f, struct str id)
{
	yyjson_mut_val *payload = deploy_at(d->config, "provider.httpApi.payload"),
		       *arn = deploy_tree(d, "{'Fn::GetAtt': [%s, 'Arn']}", f->logical_id),
		       *own = deploy_at(f->config, "httpApi.payload");
	int r = deploy_add(d, id,
		deploy_tree(d,
			"{'Type': 'AWS::ApiGatewayV2::Integration', 'Properties': {"
			"'ApiId': %v, 'IntegrationType': 'AWS_PROXY', 'IntegrationUri': %v, "
			"'PayloadFormatVersion': %v,"
			"'TimeoutInMillis': 30000}}",
			api_reference(d), arn,
			own       ? own
			: payload ? payload
				  : deploy_tree(d, "'2.0'")));
	return r < 0 ? r
		     : deploy_add(d,
			       arena_printf(&d->arena, "%.*sLambdaPermissionHttpApi",
				       STR_ARG(f->normal)),
			       may_invoke(d, arn));
}

/* The settings of a route that an authorizer guards. */
static int route_authorizer(
	struct deploy *d, struct function *f, yyjson_mut_val *a, yyjson_mut_val *properties)
{
	static const char *const known[] = { "name", "id", "type", "scopes", NULL };
	yyjson_mut_val *named = tree_get(a, STR("name")), *id = tree_get(a, STR("id")), *scopes;
	struct str name = tree_str(yyjson_mut_is_str(a) ? a : named),
		   type = tree_str(tree_get(a, STR("type")));
	const char *path = arena_printf(&d->arena, "%s.authorizer", f->event_path).p;
	if (!a)
		return 0;
	if (deploy_check_keys(d, a, path, known) < 0)
		return -EINVAL;
	yyjson_mut_val *declared =
		tree_get(deploy_at(d->config, "provider.httpApi.authorizers"), name);
	if (str_is(type, "aws_iam") || str_is(name, "aws_iam")) {
		yyjson_mut_obj_add(properties, deploy_tree(d, "'AuthorizationType'"),
			deploy_tree(d, "'AWS_IAM'"));
		return 0;
	}
	if (!declared && !id)
		return deploy_fail_at(d, path, "%s: %.*s is not among provider.httpApi.authorizers",
			path, STR_ARG(name));
	if (declared)
		type = tree_str(tree_get(declared, STR("type")));
	yyjson_mut_obj_add(properties, deploy_tree(d, "'AuthorizationType'"),
		deploy_tree(d, "%c", str_is(type, "request") ? "CUSTOM" : "JWT"));
	yyjson_mut_obj_add(properties, deploy_tree(d, "'AuthorizerId'"),
		id ? deploy_tree(d, "%v", id)
		   : deploy_tree(
			     d, "{'Ref': %s}", authorizer_id(d, authorizer_name(name, declared))));
	if ((scopes = tree_get(a, STR("scopes"))))
		yyjson_mut_obj_add(properties, deploy_tree(d, "'AuthorizationScopes'"),
			deploy_tree(d, "%v", list_of(d, scopes)));
	return 0;
}

int http_api_event(struct deploy *d, struct function *f, yyjson_mut_val *event)
{
	static const char *const known[] = { "method", "path", "authorizer", NULL };
	struct str method = tree_str(tree_get(event, STR("method"))),
		   path = tree_str(tree_get(event, STR("path")));
	struct str text = str_trim(tree_str(event)), id;
	int r = http_api_begin(d);
	if (r == 0)
		r = deploy_check_keys(d, event, f->event_path, known);
	if (text.p && !str_is(text, "*")) {
		ssize_t blank = str_index(text, ' ');
		method = blank < 0 ? text : str_sub(text, 0, (size_t)blank);
		path = blank < 0 ? STR("*") : str_trim(str_from(text, (size_t)blank));
	} else if (text.p || (str_is(method, "*") && (!path.p || str_is(path, "*")))) {
		path = STR("*");
		method = STR("*");
	}
	if (r == 0 && (method.n == 0 || path.n == 0))
		return deploy_fail_at(
			d, f->event_path, "%s needs a method and a path", f->event_path);
	bool is_default = str_is(path, "*");
	if (r == 0 && !is_default && path.p[0] != '/')
		path = arena_printf(&d->arena, "/%.*s", STR_ARG(path));
	char *upper = arena_cstr(&d->arena, str_is(method, "*") ? STR("ANY") : method);
	for (char *p = upper; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	id = is_default ? STR("HttpApiRouteDefault")
			: arena_printf(&d->arena, "HttpApiRoute%.*s%.*s",
				  STR_ARG(capital(d, str_c(upper))), STR_ARG(path_name(d, path)));
	struct str integration =
		arena_printf(&d->arena, "HttpApiIntegration%.*s", STR_ARG(f->normal));
	if (r == 0 && !tree_get(d->resources, integration))
		r = add_integration(d, f, integration);
	yyjson_mut_val *properties = deploy_tree(d,
		"{'ApiId': %v, 'RouteKey': %s, 'Target':"
		"{'Fn::Join': ['/', ['integrations', {'Ref': %s}]]}}",
		api_reference(d),
		is_default ? STR("$default")
			   : arena_printf(&d->arena, "%s %.*s", upper, STR_ARG(path)),
		integration);
	if (r == 0)
		r = route_authorizer(d, f, tree_get(event, STR("authorizer")), properties);
	return r < 0 ? r
		     : deploy_add(d, id,
			       deploy_tree(d,
				       "{'Type': 'AWS::ApiGatewayV2::Route', 'Properties': %v,"
				       "'DependsOn': %s}",
				       properties, integration));
}
