$version: "2"

// API Gateway v2, HTTP APIs: the control plane. The data plane is proxy.c's.
namespace com.amazonaws.apigatewayv2

/// HTTP APIs in front of functions and web servers.
@service(sdkId: "ApiGatewayV2", endpointPrefix: "apigateway")
@sigv4(name: "apigateway")
@restJson1
service ApiGatewayV2 { version: "2018-11-29" }


/// Makes an HTTP API; with a Target, also its default route, integration and stage.
@http(method: "POST", uri: "/v2/apis", code: 201)
@action("apigateway:POST")
@resource("arn:aws:apigateway:{region}::/apis")
operation CreateApi {
    input := {
        @jsonName("apiKeySelectionExpression") ApiKeySelectionExpression: String
        @jsonName("corsConfiguration") CorsConfiguration: Cors
        @jsonName("credentialsArn") CredentialsArn: String
        @jsonName("description") Description: Text1024
        @jsonName("disableSchemaValidation") DisableSchemaValidation: Boolean
        @jsonName("disableExecuteApiEndpoint") DisableExecuteApiEndpoint: Boolean
        @jsonName("ipAddressType") IpAddressType: IpAddressType
        @required @jsonName("name") Name: Text128
        @jsonName("routeKey") RouteKey: String
        @jsonName("routeSelectionExpression") RouteSelectionExpression: String
        @jsonName("target") Target: Uri
        @jsonName("version") Version: Text64
        @required @jsonName("protocolType") ProtocolType: ProtocolType
        @jsonName("tags") Tags: Tags
    }
    output: Api
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Describes an API.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}")
operation GetApi {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
    }
    output: Api
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Lists the APIs.
@readonly
@http(method: "GET", uri: "/v2/apis", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis")
operation GetApis {
    input := {
        @httpQuery("maxResults") @jsonName("maxResults") MaxResults: String
        @httpQuery("nextToken") @jsonName("nextToken") NextToken: String
    }
    output := { @jsonName("items") Items: Apis, @jsonName("nextToken") NextToken: String }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Changes an API.
@http(method: "PATCH", uri: "/v2/apis/{ApiId}", code: 200)
@action("apigateway:PATCH")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}")
operation UpdateApi {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @jsonName("apiKeySelectionExpression") ApiKeySelectionExpression: String
        @jsonName("corsConfiguration") CorsConfiguration: Cors
        @jsonName("credentialsArn") CredentialsArn: String
        @jsonName("description") Description: Text1024
        @jsonName("disableSchemaValidation") DisableSchemaValidation: Boolean
        @jsonName("disableExecuteApiEndpoint") DisableExecuteApiEndpoint: Boolean
        @jsonName("ipAddressType") IpAddressType: IpAddressType
        @jsonName("name") Name: Text128
        @jsonName("routeKey") RouteKey: String
        @jsonName("routeSelectionExpression") RouteSelectionExpression: String
        @jsonName("target") Target: Uri
        @jsonName("version") Version: Text64
    }
    output: Api
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Deletes an API with all that is in it.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}")
operation DeleteApi {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Takes the CORS configuration off an API.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}/cors", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/cors")
operation DeleteCorsConfiguration {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Makes a route.
@http(method: "POST", uri: "/v2/apis/{ApiId}/routes", code: 201)
@action("apigateway:POST")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/routes")
operation CreateRoute {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @jsonName("apiKeyRequired") ApiKeyRequired: Boolean
        @jsonName("authorizationScopes") AuthorizationScopes: TextList
        @jsonName("authorizationType") AuthorizationType: AuthorizationType
        @jsonName("authorizerId") AuthorizerId: String
        @jsonName("modelSelectionExpression") ModelSelectionExpression: String
        @jsonName("operationName") OperationName: Text64
        @jsonName("requestModels") RequestModels: TextMap
        @jsonName("requestParameters") RequestParameters: RouteParameters
        @required @jsonName("routeKey") RouteKey: String
        @jsonName("routeResponseSelectionExpression") RouteResponseSelectionExpression: String
        @jsonName("target") Target: Text128
    }
    output: Route
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Describes a route.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/routes/{RouteId}", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/routes/{RouteId}")
operation GetRoute {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("routeId") RouteId: String
    }
    output: Route
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Lists the routes of an API.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/routes", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/routes")
operation GetRoutes {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @httpQuery("maxResults") @jsonName("maxResults") MaxResults: String
        @httpQuery("nextToken") @jsonName("nextToken") NextToken: String
    }
    output := { @jsonName("items") Items: Routes, @jsonName("nextToken") NextToken: String }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Changes a route.
@http(method: "PATCH", uri: "/v2/apis/{ApiId}/routes/{RouteId}", code: 200)
@action("apigateway:PATCH")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/routes/{RouteId}")
operation UpdateRoute {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("routeId") RouteId: String
        @jsonName("apiKeyRequired") ApiKeyRequired: Boolean
        @jsonName("authorizationScopes") AuthorizationScopes: TextList
        @jsonName("authorizationType") AuthorizationType: AuthorizationType
        @jsonName("authorizerId") AuthorizerId: String
        @jsonName("modelSelectionExpression") ModelSelectionExpression: String
        @jsonName("operationName") OperationName: Text64
        @jsonName("requestModels") RequestModels: TextMap
        @jsonName("requestParameters") RequestParameters: RouteParameters
        @jsonName("routeKey") RouteKey: String
        @jsonName("routeResponseSelectionExpression") RouteResponseSelectionExpression: String
        @jsonName("target") Target: Text128
    }
    output: Route
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Deletes a route.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}/routes/{RouteId}", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/routes/{RouteId}")
operation DeleteRoute {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("routeId") RouteId: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Makes an integration.
@http(method: "POST", uri: "/v2/apis/{ApiId}/integrations", code: 201)
@action("apigateway:POST")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/integrations")
operation CreateIntegration {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @jsonName("connectionId") ConnectionId: String
        @jsonName("connectionType") ConnectionType: ConnectionType
        @jsonName("contentHandlingStrategy") ContentHandlingStrategy: String
        @jsonName("credentialsArn") CredentialsArn: String
        @jsonName("description") Description: Text1024
        @jsonName("integrationMethod") IntegrationMethod: Text64
        @jsonName("integrationSubtype") IntegrationSubtype: Text128
        @required @jsonName("integrationType") IntegrationType: IntegrationType
        @jsonName("integrationUri") IntegrationUri: Uri
        @jsonName("passthroughBehavior") PassthroughBehavior: String
        @jsonName("payloadFormatVersion") PayloadFormatVersion: Text64
        @jsonName("requestParameters") RequestParameters: TextMap
        @jsonName("requestTemplates") RequestTemplates: TextMap
        @jsonName("responseParameters") ResponseParameters: ResponseParameters
        @jsonName("templateSelectionExpression") TemplateSelectionExpression: String
        @range(min: 50, max: 30000) @jsonName("timeoutInMillis") TimeoutInMillis: Integer
        @jsonName("tlsConfig") TlsConfig: TlsConfig
    }
    output: Integration
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Describes an integration.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/integrations/{IntegrationId}", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/integrations/{IntegrationId}")
operation GetIntegration {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("integrationId") IntegrationId: String
    }
    output: Integration
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Lists the integrations of an API.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/integrations", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/integrations")
operation GetIntegrations {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @httpQuery("maxResults") @jsonName("maxResults") MaxResults: String
        @httpQuery("nextToken") @jsonName("nextToken") NextToken: String
    }
    output := { @jsonName("items") Items: Integrations, @jsonName("nextToken") NextToken: String }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Changes an integration.
@http(method: "PATCH", uri: "/v2/apis/{ApiId}/integrations/{IntegrationId}", code: 200)
@action("apigateway:PATCH")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/integrations/{IntegrationId}")
operation UpdateIntegration {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("integrationId") IntegrationId: String
        @jsonName("connectionId") ConnectionId: String
        @jsonName("connectionType") ConnectionType: ConnectionType
        @jsonName("contentHandlingStrategy") ContentHandlingStrategy: String
        @jsonName("credentialsArn") CredentialsArn: String
        @jsonName("description") Description: Text1024
        @jsonName("integrationMethod") IntegrationMethod: Text64
        @jsonName("integrationSubtype") IntegrationSubtype: Text128
        @jsonName("integrationType") IntegrationType: IntegrationType
        @jsonName("integrationUri") IntegrationUri: Uri
        @jsonName("passthroughBehavior") PassthroughBehavior: String
        @jsonName("payloadFormatVersion") PayloadFormatVersion: Text64
        @jsonName("requestParameters") RequestParameters: TextMap
        @jsonName("requestTemplates") RequestTemplates: TextMap
        @jsonName("responseParameters") ResponseParameters: ResponseParameters
        @jsonName("templateSelectionExpression") TemplateSelectionExpression: String
        @range(min: 50, max: 30000) @jsonName("timeoutInMillis") TimeoutInMillis: Integer
        @jsonName("tlsConfig") TlsConfig: TlsConfig
    }
    output: Integration
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Deletes an integration.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}/integrations/{IntegrationId}", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/integrations/{IntegrationId}")
operation DeleteIntegration {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("integrationId") IntegrationId: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Makes a stage.
@http(method: "POST", uri: "/v2/apis/{ApiId}/stages", code: 201)
@action("apigateway:POST")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/stages")
operation CreateStage {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @jsonName("accessLogSettings") AccessLogSettings: AccessLogSettings
        @jsonName("autoDeploy") AutoDeploy: Boolean
        @jsonName("clientCertificateId") ClientCertificateId: String
        @jsonName("defaultRouteSettings") DefaultRouteSettings: RouteSettings
        @jsonName("deploymentId") DeploymentId: String
        @jsonName("description") Description: Text1024
        @jsonName("routeSettings") RouteSettings: RouteSettingsMap
        @jsonName("stageVariables") StageVariables: StageVariables
        @required @jsonName("stageName") StageName: StageName
        @jsonName("tags") Tags: Tags
    }
    output: Stage
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Describes a stage.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/stages/{StageName}", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/stages/{StageName}")
operation GetStage {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("stageName") StageName: String
    }
    output: Stage
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Lists the stages of an API.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/stages", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/stages")
operation GetStages {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @httpQuery("maxResults") @jsonName("maxResults") MaxResults: String
        @httpQuery("nextToken") @jsonName("nextToken") NextToken: String
    }
    output := { @jsonName("items") Items: Stages, @jsonName("nextToken") NextToken: String }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Changes a stage.
@http(method: "PATCH", uri: "/v2/apis/{ApiId}/stages/{StageName}", code: 200)
@action("apigateway:PATCH")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/stages/{StageName}")
operation UpdateStage {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("stageName") StageName: String
        @jsonName("accessLogSettings") AccessLogSettings: AccessLogSettings
        @jsonName("autoDeploy") AutoDeploy: Boolean
        @jsonName("clientCertificateId") ClientCertificateId: String
        @jsonName("defaultRouteSettings") DefaultRouteSettings: RouteSettings
        @jsonName("deploymentId") DeploymentId: String
        @jsonName("description") Description: Text1024
        @jsonName("routeSettings") RouteSettings: RouteSettingsMap
        @jsonName("stageVariables") StageVariables: StageVariables
    }
    output: Stage
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Deletes a stage.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}/stages/{StageName}", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/stages/{StageName}")
operation DeleteStage {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("stageName") StageName: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Makes a deployment.
@http(method: "POST", uri: "/v2/apis/{ApiId}/deployments", code: 201)
@action("apigateway:POST")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/deployments")
operation CreateDeployment {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @jsonName("description") Description: Text1024
        @jsonName("stageName") StageName: Text128
    }
    output: Deployment
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Describes a deployment.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/deployments/{DeploymentId}", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/deployments/{DeploymentId}")
operation GetDeployment {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("deploymentId") DeploymentId: String
    }
    output: Deployment
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Lists the deployments of an API.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/deployments", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/deployments")
operation GetDeployments {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @httpQuery("maxResults") @jsonName("maxResults") MaxResults: String
        @httpQuery("nextToken") @jsonName("nextToken") NextToken: String
    }
    output := { @jsonName("items") Items: Deployments, @jsonName("nextToken") NextToken: String }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Changes a deployment.
@http(method: "PATCH", uri: "/v2/apis/{ApiId}/deployments/{DeploymentId}", code: 200)
@action("apigateway:PATCH")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/deployments/{DeploymentId}")
operation UpdateDeployment {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("deploymentId") DeploymentId: String
        @jsonName("description") Description: Text1024
    }
    output: Deployment
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Deletes a deployment.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}/deployments/{DeploymentId}", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/deployments/{DeploymentId}")
operation DeleteDeployment {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("deploymentId") DeploymentId: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Makes an authorizer.
@http(method: "POST", uri: "/v2/apis/{ApiId}/authorizers", code: 201)
@action("apigateway:POST")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/authorizers")
operation CreateAuthorizer {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @jsonName("authorizerCredentialsArn") AuthorizerCredentialsArn: String
        @jsonName("authorizerPayloadFormatVersion") AuthorizerPayloadFormatVersion: Text64
        @range(min: 0, max: 3600) @jsonName("authorizerResultTtlInSeconds") AuthorizerResultTtlInSeconds: Integer
        @required @jsonName("authorizerType") AuthorizerType: AuthorizerType
        @jsonName("authorizerUri") AuthorizerUri: Uri
        @jsonName("enableSimpleResponses") EnableSimpleResponses: Boolean
        @required @jsonName("identitySource") IdentitySource: TextList
        @jsonName("identityValidationExpression") IdentityValidationExpression: String
        @jsonName("jwtConfiguration") JwtConfiguration: JWTConfiguration
        @required @jsonName("name") Name: Text128
    }
    output: Authorizer
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Describes an authorizer.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/authorizers/{AuthorizerId}", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/authorizers/{AuthorizerId}")
operation GetAuthorizer {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("authorizerId") AuthorizerId: String
    }
    output: Authorizer
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Lists the authorizers of an API.
@readonly
@http(method: "GET", uri: "/v2/apis/{ApiId}/authorizers", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/authorizers")
operation GetAuthorizers {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @httpQuery("maxResults") @jsonName("maxResults") MaxResults: String
        @httpQuery("nextToken") @jsonName("nextToken") NextToken: String
    }
    output := { @jsonName("items") Items: Authorizers, @jsonName("nextToken") NextToken: String }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Changes an authorizer.
@http(method: "PATCH", uri: "/v2/apis/{ApiId}/authorizers/{AuthorizerId}", code: 200)
@action("apigateway:PATCH")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/authorizers/{AuthorizerId}")
operation UpdateAuthorizer {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("authorizerId") AuthorizerId: String
        @jsonName("authorizerCredentialsArn") AuthorizerCredentialsArn: String
        @jsonName("authorizerPayloadFormatVersion") AuthorizerPayloadFormatVersion: Text64
        @range(min: 0, max: 3600) @jsonName("authorizerResultTtlInSeconds") AuthorizerResultTtlInSeconds: Integer
        @jsonName("authorizerType") AuthorizerType: AuthorizerType
        @jsonName("authorizerUri") AuthorizerUri: Uri
        @jsonName("enableSimpleResponses") EnableSimpleResponses: Boolean
        @jsonName("identitySource") IdentitySource: TextList
        @jsonName("identityValidationExpression") IdentityValidationExpression: String
        @jsonName("jwtConfiguration") JwtConfiguration: JWTConfiguration
        @jsonName("name") Name: Text128
    }
    output: Authorizer
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Deletes an authorizer.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}/authorizers/{AuthorizerId}", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/authorizers/{AuthorizerId}")
operation DeleteAuthorizer {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("authorizerId") AuthorizerId: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Takes the settings of one route off a stage.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}/stages/{StageName}/routesettings/{RouteKey}", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/stages/{StageName}/routesettings/{RouteKey}")
operation DeleteRouteSettings {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("stageName") StageName: String
        @required @httpLabel @jsonName("routeKey") RouteKey: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Ends the access logs of a stage.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}/stages/{StageName}/accesslogsettings", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/stages/{StageName}/accesslogsettings")
operation DeleteAccessLogSettings {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("stageName") StageName: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Forgets what the authorizers of a stage have answered.
@http(method: "DELETE", uri: "/v2/apis/{ApiId}/stages/{StageName}/cache/authorizers", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/apis/{ApiId}/stages/{StageName}/cache/authorizers")
operation ResetAuthorizersCache {
    input := {
        @required @httpLabel @jsonName("apiId") ApiId: String
        @required @httpLabel @jsonName("stageName") StageName: String
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Lists the tags of an API or a stage.
@readonly
@http(method: "GET", uri: "/v2/tags/{ResourceArn}", code: 200)
@action("apigateway:GET")
@resource("arn:aws:apigateway:{region}::/tags/{ResourceArn}")
operation GetTags {
    input := {
        @required @httpLabel ResourceArn: String
    }
    output := { @jsonName("tags") Tags: Tags }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Adds tags to an API or a stage.
@http(method: "POST", uri: "/v2/tags/{ResourceArn}", code: 201)
@action("apigateway:POST")
@resource("arn:aws:apigateway:{region}::/tags/{ResourceArn}")
operation TagResource {
    input := {
        @required @httpLabel ResourceArn: String
        @jsonName("tags") Tags: Tags
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

/// Takes tags off an API or a stage.
@http(method: "DELETE", uri: "/v2/tags/{ResourceArn}", code: 204)
@action("apigateway:DELETE")
@resource("arn:aws:apigateway:{region}::/tags/{ResourceArn}")
operation UntagResource {
    input := {
        @required @httpLabel ResourceArn: String
        @required @httpQuery("tagKeys") TagKeys: TextList
    }
    errors: [NotFoundException, TooManyRequestsException, BadRequestException, ConflictException]
}

// ---- shapes ----

@length(min: 0, max: 1024)
string Text1024
@length(min: 1, max: 128)
string Text128
@length(min: 1, max: 64)
string Text64
@length(min: 1, max: 2048)
string Uri
@length(min: 1, max: 128)
string StageName

enum ProtocolType { WEBSOCKET, HTTP }
enum IpAddressType { ipv4, dualstack }
enum ConnectionType { INTERNET, VPC_LINK }
enum IntegrationType { AWS, HTTP, MOCK, HTTP_PROXY, AWS_PROXY }
enum AuthorizationType { NONE, AWS_IAM, CUSTOM, JWT }
enum AuthorizerType { REQUEST, JWT }
enum LoggingLevel { ERROR, INFO, OFF }
enum DeploymentStatus { PENDING, FAILED, DEPLOYED }

list TextList { member: String }
map TextMap { key: String, value: String }
map Tags { key: String, value: String }
map StageVariables { key: String, value: String }
map ResponseParameters { key: String, value: TextMap }
map RouteParameters { key: String, value: ParameterConstraints }
map RouteSettingsMap { key: String, value: RouteSettings }
list Apis { member: Api }
list Routes { member: Route }
list Integrations { member: Integration }
list Stages { member: Stage }
list Deployments { member: Deployment }
list Authorizers { member: Authorizer }

structure ParameterConstraints {
    @jsonName("required") Required: Boolean
}

structure Cors {
    @jsonName("allowCredentials") AllowCredentials: Boolean
    @jsonName("allowHeaders") AllowHeaders: TextList
    @jsonName("allowMethods") AllowMethods: TextList
    @jsonName("allowOrigins") AllowOrigins: TextList
    @jsonName("exposeHeaders") ExposeHeaders: TextList
    @range(min: -1, max: 86400) @jsonName("maxAge") MaxAge: Integer
}

structure TlsConfig {
    @jsonName("serverNameToVerify") ServerNameToVerify: String
}

structure JWTConfiguration {
    @jsonName("audience") Audience: TextList
    @jsonName("issuer") Issuer: Uri
}

structure AccessLogSettings {
    @jsonName("destinationArn") DestinationArn: String
    @jsonName("format") Format: String
}

structure RouteSettings {
    @jsonName("dataTraceEnabled") DataTraceEnabled: Boolean
    @jsonName("detailedMetricsEnabled") DetailedMetricsEnabled: Boolean
    @jsonName("loggingLevel") LoggingLevel: LoggingLevel
    @jsonName("throttlingBurstLimit") ThrottlingBurstLimit: Integer
    @jsonName("throttlingRateLimit") ThrottlingRateLimit: Double
}

/// An API; stored as it is shown, but for its endpoint.
structure Api {
    @jsonName("apiEndpoint") ApiEndpoint: String
    @jsonName("apiGatewayManaged") ApiGatewayManaged: Boolean
    @jsonName("apiId") ApiId: String
    @jsonName("apiKeySelectionExpression") ApiKeySelectionExpression: String
    @jsonName("corsConfiguration") CorsConfiguration: Cors
    @timestampFormat("date-time") @jsonName("createdDate") CreatedDate: Timestamp
    @jsonName("description") Description: String
    @jsonName("disableSchemaValidation") DisableSchemaValidation: Boolean
    @jsonName("disableExecuteApiEndpoint") DisableExecuteApiEndpoint: Boolean
    @jsonName("ipAddressType") IpAddressType: String
    @jsonName("name") Name: String
    @jsonName("protocolType") ProtocolType: String
    @jsonName("routeSelectionExpression") RouteSelectionExpression: String
    @jsonName("tags") Tags: Tags
    @jsonName("version") Version: String
}

structure Route {
    @jsonName("apiGatewayManaged") ApiGatewayManaged: Boolean
    @jsonName("routeId") RouteId: String
    @jsonName("apiKeyRequired") ApiKeyRequired: Boolean
    @jsonName("authorizationScopes") AuthorizationScopes: TextList
    @jsonName("authorizationType") AuthorizationType: AuthorizationType
    @jsonName("authorizerId") AuthorizerId: String
    @jsonName("modelSelectionExpression") ModelSelectionExpression: String
    @jsonName("operationName") OperationName: Text64
    @jsonName("requestModels") RequestModels: TextMap
    @jsonName("requestParameters") RequestParameters: RouteParameters
    @jsonName("routeKey") RouteKey: String
    @jsonName("routeResponseSelectionExpression") RouteResponseSelectionExpression: String
    @jsonName("target") Target: Text128
}

structure Integration {
    @jsonName("apiGatewayManaged") ApiGatewayManaged: Boolean
    @jsonName("integrationId") IntegrationId: String
    @jsonName("integrationResponseSelectionExpression") IntegrationResponseSelectionExpression: String
    @jsonName("connectionId") ConnectionId: String
    @jsonName("connectionType") ConnectionType: ConnectionType
    @jsonName("contentHandlingStrategy") ContentHandlingStrategy: String
    @jsonName("credentialsArn") CredentialsArn: String
    @jsonName("description") Description: Text1024
    @jsonName("integrationMethod") IntegrationMethod: Text64
    @jsonName("integrationSubtype") IntegrationSubtype: Text128
    @jsonName("integrationType") IntegrationType: IntegrationType
    @jsonName("integrationUri") IntegrationUri: Uri
    @jsonName("passthroughBehavior") PassthroughBehavior: String
    @jsonName("payloadFormatVersion") PayloadFormatVersion: Text64
    @jsonName("requestParameters") RequestParameters: TextMap
    @jsonName("requestTemplates") RequestTemplates: TextMap
    @jsonName("responseParameters") ResponseParameters: ResponseParameters
    @jsonName("templateSelectionExpression") TemplateSelectionExpression: String
    @range(min: 50, max: 30000) @jsonName("timeoutInMillis") TimeoutInMillis: Integer
    @jsonName("tlsConfig") TlsConfig: TlsConfig
}

structure Stage {
    @jsonName("apiGatewayManaged") ApiGatewayManaged: Boolean
    @timestampFormat("date-time") @jsonName("createdDate") CreatedDate: Timestamp
    @jsonName("lastDeploymentStatusMessage") LastDeploymentStatusMessage: String
    @timestampFormat("date-time") @jsonName("lastUpdatedDate") LastUpdatedDate: Timestamp
    @jsonName("stageName") StageName: String
    @jsonName("tags") Tags: Tags
    @jsonName("accessLogSettings") AccessLogSettings: AccessLogSettings
    @jsonName("autoDeploy") AutoDeploy: Boolean
    @jsonName("clientCertificateId") ClientCertificateId: String
    @jsonName("defaultRouteSettings") DefaultRouteSettings: RouteSettings
    @jsonName("deploymentId") DeploymentId: String
    @jsonName("description") Description: Text1024
    @jsonName("routeSettings") RouteSettings: RouteSettingsMap
    @jsonName("stageVariables") StageVariables: StageVariables
}

structure Deployment {
    @jsonName("autoDeployed") AutoDeployed: Boolean
    @timestampFormat("date-time") @jsonName("createdDate") CreatedDate: Timestamp
    @jsonName("deploymentId") DeploymentId: String
    @jsonName("deploymentStatus") DeploymentStatus: DeploymentStatus
    @jsonName("deploymentStatusMessage") DeploymentStatusMessage: String
    @jsonName("description") Description: String
}

structure Authorizer {
    @jsonName("authorizerId") AuthorizerId: String
    @jsonName("authorizerCredentialsArn") AuthorizerCredentialsArn: String
    @jsonName("authorizerPayloadFormatVersion") AuthorizerPayloadFormatVersion: Text64
    @range(min: 0, max: 3600) @jsonName("authorizerResultTtlInSeconds") AuthorizerResultTtlInSeconds: Integer
    @jsonName("authorizerType") AuthorizerType: AuthorizerType
    @jsonName("authorizerUri") AuthorizerUri: Uri
    @jsonName("enableSimpleResponses") EnableSimpleResponses: Boolean
    @jsonName("identitySource") IdentitySource: TextList
    @jsonName("identityValidationExpression") IdentityValidationExpression: String
    @jsonName("jwtConfiguration") JwtConfiguration: JWTConfiguration
    @jsonName("name") Name: Text128
}

// ---- records ----

/// Whose API an id names; the data plane asks for it.
structure OwnerRecord { Account: String, Region: String }

/// What a deployment froze: stages that do not deploy by themselves serve this.
structure SnapshotRecord { Routes: Routes, Integrations: Integrations, Authorizers: Authorizers }

// ---- errors ----

@error("client") @httpError(404)
structure NotFoundException { @jsonName("message") Message: String, @jsonName("resourceType") ResourceType: String }
@error("client") @httpError(429)
structure TooManyRequestsException { @jsonName("limitType") LimitType: String, @jsonName("message") Message: String }
@error("client") @httpError(400)
structure BadRequestException { @jsonName("message") Message: String }
@error("client") @httpError(409)
structure ConflictException { @jsonName("message") Message: String }
