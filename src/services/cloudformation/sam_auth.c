/* Authorizers of AWS::Serverless::HttpApi, and what routes say of them (AWS SAM Developer Guide,
 * "HttpApiAuth"). */
#include "services/cloudformation/sam.h"
#include <errno.h>

/* Identity's Headers and the like as the sources of API Gateway. */
static value *sources_of(struct sam *s, value *identity)
{
	static const struct {
		const char *member, *prefix;
	} kinds[] = { { "Headers", "$request.header." },
		{ "QueryStrings", "$request.querystring." },
		{ "StageVariables", "$stageVariables." }, { "Context", "$context." } };
	value *list = yyjson_mut_arr(s->doc), *item;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		value *names = cfn_get(identity, kinds[i].member);
		if (yyjson_mut_is_arr(names))
			CFN_ARRAY_FOR(item, names)
		yyjson_mut_arr_append(
			list, cfn_string(s->doc, arena_printf(s->arena, "%s%.*s", kinds[i].prefix,
							 STR_ARG(cfn_text(item)))));
	}
	return list;
}

static void jwt(struct sam *s, value *definition, value *out)
{
	value *given = cfn_get(definition, "JwtConfiguration"), *config = yyjson_mut_obj(s->doc),
	      *source = cfn_get(definition, "IdentitySource"), *list = yyjson_mut_arr(s->doc);
	value *issuer = cfn_get(given, "issuer"), *audience = cfn_get(given, "audience");
	issuer = issuer ? issuer : cfn_get(given, "Issuer");
	audience = audience ? audience : cfn_get(given, "Audience");
	cfn_set(s->doc, out, "AuthorizerType", cfn_string(s->doc, STR("JWT")));
	if (issuer)
		cfn_set(s->doc, config, "Issuer", cfn_copy(s->doc, issuer));
	if (audience)
		cfn_set(s->doc, config, "Audience", cfn_copy(s->doc, audience));
	cfn_set(s->doc, out, "JwtConfiguration", config);
	yyjson_mut_arr_append(
		list, source ? cfn_copy(s->doc, source)
			     : cfn_string(s->doc, STR("$request.header.Authorization")));
	cfn_set(s->doc, out, "IdentitySource", list);
}

static int lambda(struct sam *s, struct str name, value *definition, value *out)
{
	value *identity = cfn_get(definition, "Identity"), *variables = yyjson_mut_obj(s->doc),
	      *uri = sam_json(s,
		      "{\"Fn::Sub\":[\"arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/"
		      "functions/${__FunctionArn__}/invocations\"]}"),
	      *sources = sources_of(s, identity), *version;
	version = cfn_get(definition, "AuthorizerPayloadFormatVersion");
	if (!version)
		return sam_fail(s,
			"Authorizer [%.*s] is invalid. AuthorizerPayloadFormatVersion is missing.",
			STR_ARG(name));
	cfn_set(s->doc, variables, "__FunctionArn__",
		cfn_copy(s->doc, cfn_get(definition, "FunctionArn")));
	yyjson_mut_arr_append(cfn_get(uri, "Fn::Sub"), variables);
	cfn_set(s->doc, out, "AuthorizerType", cfn_string(s->doc, STR("REQUEST")));
	cfn_set(s->doc, out, "AuthorizerUri", uri);
	cfn_set(s->doc, out, "AuthorizerPayloadFormatVersion",
		cfn_string(s->doc, cfn_scalar(s->arena, version)));
	sam_move(s, definition, out, "EnableSimpleResponses");
	if (cfn_get(definition, "FunctionInvokeRole"))
		cfn_set(s->doc, out, "AuthorizerCredentialsArn",
			cfn_copy(s->doc, cfn_get(definition, "FunctionInvokeRole")));
	if (cfn_get(identity, "ReauthorizeEvery"))
		cfn_set(s->doc, out, "AuthorizerResultTtlInSeconds",
			cfn_copy(s->doc, cfn_get(identity, "ReauthorizeEvery")));
	if (yyjson_mut_arr_size(sources))
		cfn_set(s->doc, out, "IdentitySource", sources);
	return 0;
}

static struct str authorizer_id(struct sam *s, struct str api, struct str name)
{
	return arena_printf(s->arena, "%.*s%.*sAuthorizer", STR_ARG(api), STR_ARG(name));
}

int sam_authorizers(struct sam *s, struct str api, value *auth)
{
	value *all = cfn_get(auth, "Authorizers"), *key, *definition;
	if (!yyjson_mut_is_obj(all))
		return 0;
	CFN_OBJECT_FOR(key, definition, all)
	{
		value *out = yyjson_mut_obj(s->doc), *permission;
		struct str id = authorizer_id(s, api, cfn_text(key));
		cfn_set(s->doc, out, "ApiId", sam_ref(s, api));
		cfn_set(s->doc, out, "Name", cfn_string(s->doc, cfn_text(key)));
		if (cfn_get(definition, "JwtConfiguration"))
			jwt(s, definition, out);
		else if (!cfn_get(definition, "FunctionArn"))
			return sam_fail(s,
				"Authorizer [%.*s] is invalid. It has neither JwtConfiguration nor FunctionArn.",
				STR_ARG(cfn_text(key)));
		else if (lambda(s, cfn_text(key), definition, out) < 0)
			return -EINVAL;
		sam_add(s, id, "AWS::ApiGatewayV2::Authorizer", out);
		if (!yyjson_mut_is_true(cfn_get(definition, "EnableFunctionDefaultPermissions")))
			continue;
		permission = sam_json(s,
			"{\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"apigateway.amazonaws.com\"}");
		cfn_set(s->doc, permission, "FunctionName",
			cfn_copy(s->doc, cfn_get(definition, "FunctionArn")));
		sam_add(s, arena_printf(s->arena, "%.*sPermission", STR_ARG(id)),
			"AWS::Lambda::Permission", permission);
	}
	return 0;
}

/* The Auth of the API that an event names; NULL when it has none. */
static value *auth_of(struct sam *s, value *api, struct str *logical)
{
	struct str name = cfn_text(cfn_get(api, "Ref"));
	value *definition = cfn_get_str(cfn_get(s->root, "Resources"), name);
	*logical = name;
	if (str_is(cfn_text(cfn_get(definition, "Type")), "AWS::Serverless::HttpApi"))
		return cfn_get(
			sam_with_globals(s, "HttpApi", cfn_get(definition, "Properties")), "Auth");
	return str_is(name, "ServerlessHttpApi")
		       ? cfn_get(sam_with_globals(s, "HttpApi", NULL), "Auth")
		       : NULL;
}

int sam_route_auth(struct sam *s, struct str event, value *api, value *own, value *route)
{
	struct str logical;
	value *auth = auth_of(s, api, &logical), *definition, *scopes;
	struct str name = cfn_text(cfn_get(own, "Authorizer"));
	if (!name.p)
		name = cfn_text(cfn_get(auth, "DefaultAuthorizer"));
	if (!name.p || str_is(name, "NONE"))
		return 0;
	if (str_is(name, "AWS_IAM")) {
		cfn_set(s->doc, route, "AuthorizationType", cfn_string(s->doc, name));
		return 0;
	}
	definition = cfn_get_str(cfn_get(auth, "Authorizers"), name);
	if (!definition)
		return sam_fail(s,
			"Event with id [%.*s] is invalid. Unable to set Authorizer on API method: '%.*s' is "
			"not an authorizer of its API.",
			STR_ARG(event), STR_ARG(name));
	cfn_set(s->doc, route, "AuthorizationType",
		cfn_string(s->doc,
			cfn_get(definition, "JwtConfiguration") ? STR("JWT") : STR("CUSTOM")));
	cfn_set(s->doc, route, "AuthorizerId", sam_ref(s, authorizer_id(s, logical, name)));
	scopes = cfn_get(own, "AuthorizationScopes");
	scopes = scopes ? scopes : cfn_get(definition, "AuthorizationScopes");
	if (scopes)
		cfn_set(s->doc, route, "AuthorizationScopes", cfn_copy(s->doc, scopes));
	return 0;
}
