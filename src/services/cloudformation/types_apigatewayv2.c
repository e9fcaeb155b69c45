/* Resource types of API Gateway v2: HTTP APIs. */
#include "api/apigatewayv2.h"
#include "services/cloudformation/types.h"

static const char api_properties[] =
	"ApiKeySelectionExpression CorsConfiguration CredentialsArn Description "
	"DisableSchemaValidation DisableExecuteApiEndpoint IpAddressType Name RouteKey "
	"RouteSelectionExpression Target Version "
	"ProtocolType";
static const char route_properties[] =
	"ApiId ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId "
	"ModelSelectionExpression OperationName RequestModels RequestParameters RouteKey "
	"RouteResponseSelectionExpression "
	"Target";
static const char integration_properties[] =
	"ApiId ConnectionId ConnectionType ContentHandlingStrategy CredentialsArn "
	"Description IntegrationMethod IntegrationSubtype IntegrationType IntegrationUri PassthroughBehavior "
	"PayloadFormatVersion RequestParameters RequestTemplates ResponseParameters "
	"TemplateSelectionExpression "
	"TimeoutInMillis TlsConfig";
static const char stage_properties[] =
	"ApiId AccessLogSettings AutoDeploy ClientCertificateId DefaultRouteSettings "
	"DeploymentId Description RouteSettings StageVariables StageName";
static const char authorizer_properties[] =
	"ApiId AuthorizerCredentialsArn AuthorizerPayloadFormatVersion "
	"AuthorizerResultTtlInSeconds AuthorizerType AuthorizerUri EnableSimpleResponses IdentitySource "
	"IdentityValidationExpression JwtConfiguration Name";

/* The properties as they are, and what names it: for updates. */
static value *with_id(struct cfn_resource *r, const char *properties, const char *id)
{
	value *in = cfn_pick(r, properties);
	cfn_put(r, in, id, r->physical);
	return in;
}

/* ---- APIs ---- */

static void describe_api(struct cfn_resource *r, const struct apigatewayv2_api *api)
{
	r->physical = api->api_id;
	cfn_attribute(r, "ApiId", api->api_id);
	cfn_attribute(r, "ApiEndpoint", api->api_endpoint);
}

static int create_api(struct cfn_resource *r)
{
	struct apigatewayv2_api *out;
	value *in = cfn_pick(r, api_properties),
	      *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	if (cfn_get(r->properties, "Body") || cfn_get(r->properties, "BodyS3Location"))
		return fail(r->call, &aws_validation_exception,
			"An API's Body (OpenAPI) is not served by this server: describe "
			"it by routes and integrations.");
	if (!cfn_get(in, "ProtocolType"))
		cfn_put(r, in, "ProtocolType", STR("HTTP"));
	if (tags)
		cfn_set(r->doc, in, "Tags", tags);
	if (cfn_call(r, &apigatewayv2_create_api_operation, in, (void **)&out) < 0)
		return -1;
	describe_api(r, out);
	return 0;
}

static int update_api(struct cfn_resource *r)
{
	struct apigatewayv2_api *out;
	value *in = with_id(r, api_properties, "ApiId");
	yyjson_mut_obj_remove_key(in, "ProtocolType");
	if (cfn_get(r->before, "CorsConfiguration") && !cfn_get(in, "CorsConfiguration") &&
		cfn_call_delete(r, &apigatewayv2_delete_cors_configuration_operation,
			with_id(r, "", "ApiId")) < 0)
		return -1;
	if (cfn_call(r, &apigatewayv2_update_api_operation, in, (void **)&out) < 0)
		return -1;
	describe_api(r, out);
	return 0;
}

static int remove_api(struct cfn_resource *r)
{
	return cfn_call_delete(r, &apigatewayv2_delete_api_operation, with_id(r, "", "ApiId"));
}

/* ---- routes ---- */

static int create_route(struct cfn_resource *r)
{
	struct apigatewayv2_route *out;
	if (cfn_call(r, &apigatewayv2_create_route_operation, cfn_pick(r, route_properties),
		    (void **)&out) < 0)
		return -1;
	r->physical = out->route_id;
	cfn_attribute(r, "RouteId", out->route_id);
	return 0;
}

static int update_route(struct cfn_resource *r)
{
	cfn_attribute(r, "RouteId", r->physical);
	return cfn_call(r, &apigatewayv2_update_route_operation,
		with_id(r, route_properties, "RouteId"), NULL);
}

static int remove_route(struct cfn_resource *r)
{
	return cfn_call_delete(
		r, &apigatewayv2_delete_route_operation, with_id(r, "ApiId", "RouteId"));
}

/* ---- integrations ---- */

static int create_integration(struct cfn_resource *r)
{
	struct apigatewayv2_integration *out;
	if (cfn_call(r, &apigatewayv2_create_integration_operation,
		    cfn_pick(r, integration_properties), (void **)&out) < 0)
		return -1;
	r->physical = out->integration_id;
	cfn_attribute(r, "IntegrationId", out->integration_id);
	return 0;
}

static int update_integration(struct cfn_resource *r)
{
	cfn_attribute(r, "IntegrationId", r->physical);
	return cfn_call(r, &apigatewayv2_update_integration_operation,
		with_id(r, integration_properties, "IntegrationId"), NULL);
}

static int remove_integration(struct cfn_resource *r)
{
	return cfn_call_delete(r, &apigatewayv2_delete_integration_operation,
		with_id(r, "ApiId", "IntegrationId"));
}

/* ---- stages and deployments ---- */

static int create_stage(struct cfn_resource *r)
{
	value *in = cfn_pick(r, stage_properties),
	      *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	if (tags)
		cfn_set(r->doc, in, "Tags", tags);
	r->physical = cfn_property(r, "StageName");
	return cfn_call(r, &apigatewayv2_create_stage_operation, in, NULL);
}

static int update_stage(struct cfn_resource *r)
{
	return cfn_call(
		r, &apigatewayv2_update_stage_operation, cfn_pick(r, stage_properties), NULL);
}

static int remove_stage(struct cfn_resource *r)
{
	return cfn_call_delete(
		r, &apigatewayv2_delete_stage_operation, with_id(r, "ApiId", "StageName"));
}

static int create_deployment(struct cfn_resource *r)
{
	struct apigatewayv2_deployment *out;
	if (cfn_call(r, &apigatewayv2_create_deployment_operation,
		    cfn_pick(r, "ApiId Description StageName"), (void **)&out) < 0)
		return -1;
	r->physical = out->deployment_id;
	cfn_attribute(r, "DeploymentId", out->deployment_id);
	return 0;
}

static int remove_deployment(struct cfn_resource *r)
{
	return cfn_call_delete(
		r, &apigatewayv2_delete_deployment_operation, with_id(r, "ApiId", "DeploymentId"));
}

/* ---- authorizers ---- */

static int create_authorizer(struct cfn_resource *r)
{
	struct apigatewayv2_authorizer *out;
	if (cfn_call(r, &apigatewayv2_create_authorizer_operation,
		    cfn_pick(r, authorizer_properties), (void **)&out) < 0)
		return -1;
	r->physical = out->authorizer_id;
	cfn_attribute(r, "AuthorizerId", out->authorizer_id);
	return 0;
}

static int update_authorizer(struct cfn_resource *r)
{
	cfn_attribute(r, "AuthorizerId", r->physical);
	return cfn_call(r, &apigatewayv2_update_authorizer_operation,
		with_id(r, authorizer_properties, "AuthorizerId"), NULL);
}

static int remove_authorizer(struct cfn_resource *r)
{
	return cfn_call_delete(
		r, &apigatewayv2_delete_authorizer_operation, with_id(r, "ApiId", "AuthorizerId"));
}

const struct cfn_type cfn_types_apigatewayv2[] = {
	{ .name = "AWS::ApiGatewayV2::Api",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"ApiKeySelectionExpression CorsConfiguration CredentialsArn Description "
			"DisableSchemaValidation "
			"DisableExecuteApiEndpoint IpAddressType Name RouteKey "
			"RouteSelectionExpression Target Version "
			"ProtocolType Tags Body BodyS3Location FailOnWarnings BasePath",
		.replace = "ProtocolType",
		.attributes = "ApiId ApiEndpoint",
		.create = create_api,
		.update = update_api,
		.remove = remove_api },
	{ .name = "AWS::ApiGatewayV2::Route",
		.flags = CFN_IN_TRANSACTION,
		.properties = route_properties,
		.replace = "ApiId",
		.attributes = "RouteId",
		.create = create_route,
		.update = update_route,
		.remove = remove_route },
	{ .name = "AWS::ApiGatewayV2::Integration",
		.flags = CFN_IN_TRANSACTION,
		.properties = integration_properties,
		.replace = "ApiId IntegrationType",
		.attributes = "IntegrationId",
		.create = create_integration,
		.update = update_integration,
		.remove = remove_integration },
	{ .name = "AWS::ApiGatewayV2::Stage",
		.flags = CFN_IN_TRANSACTION,
		.properties = "ApiId AccessLogSettings AutoDeploy ClientCertificateId "
			      "DefaultRouteSettings DeploymentId "
			      "Description RouteSettings StageVariables StageName Tags",
		.replace = "ApiId StageName",
		.attributes = "",
		.create = create_stage,
		.update = update_stage,
		.remove = remove_stage },
	{ .name = "AWS::ApiGatewayV2::Deployment",
		.flags = CFN_IN_TRANSACTION,
		.properties = "ApiId Description StageName",
		.replace = "*",
		.attributes = "DeploymentId",
		.create = create_deployment,
		.remove = remove_deployment },
	{ .name = "AWS::ApiGatewayV2::Authorizer",
		.flags = CFN_IN_TRANSACTION,
		.properties = authorizer_properties,
		.replace = "ApiId",
		.attributes = "AuthorizerId",
		.create = create_authorizer,
		.update = update_authorizer,
		.remove = remove_authorizer },
	{ 0 },
};
