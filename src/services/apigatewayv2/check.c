/* What an API's parts must keep to, with the errors that AWS gives. */
#include "services/apigatewayv2/access_log.h"
#include "services/apigatewayv2/records.h"

int check_cors(struct call *call, const struct apigatewayv2_cors *cors)
{
	for (size_t i = 0; cors && i < cors->allow_origins.n; i++) {
		struct str origin = cors->allow_origins.v[i];
		if (str_is(origin, "*") && cors->allow_credentials.v)
			return fail(call, &apigatewayv2_bad_request_exception,
				"allowCredentials is not supported for origin *");
		if (!str_is(origin, "*") && str_find(origin, STR("://")) < 0)
			return fail(call, &apigatewayv2_bad_request_exception,
				"Invalid format for origin %.*s. Origin should begin with a valid scheme.",
				STR_ARG(origin));
	}
	return 0;
}

static bool is_method(struct str s)
{
	static const char *const methods[] = { "ANY", "GET", "POST", "PUT", "PATCH", "DELETE",
		"HEAD", "OPTIONS" };
	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (str_is(s, methods[i]))
			return true;
	return false;
}

/* "{name}" or "{name+}" last, or a text without braces. */
static bool is_path_part(struct str part, bool is_last)
{
	if (!part.n || part.p[0] != '{')
		return part.n && str_index(part, '{') < 0 && str_index(part, '}') < 0;
	if (part.n < 3 || part.p[part.n - 1] != '}')
		return false;
	struct str name = str_sub(part, 1, part.n - 2);
	if (str_ends(name, STR("+"))) {
		if (!is_last)
			return false;
		name.n--;
	}
	for (size_t i = 0; i < name.n; i++)
		if (strchr("{}+/", name.p[i]))
			return false;
	return name.n > 0;
}

static bool is_route_key(struct str key)
{
	ssize_t blank = str_index(key, ' ');
	if (str_is(key, "$default"))
		return true;
	if (blank < 0 || !is_method(str_sub(key, 0, (size_t)blank)))
		return false;
	struct str path = str_from(key, (size_t)blank + 1), part;
	if (!path.n || path.p[0] != '/')
		return false;
	path = str_from(path, 1);
	if (!path.n)
		return true;
	size_t parts = 0;
	while (str_cut(&path, '/', &part)) {
		/* A slash at the end is a part of the path. */
		if (!(part.n == 0 && !path.p) && !is_path_part(part, !path.p))
			return false;
		if (++parts > GATEWAY_PATH_PARTS_MAX)
			return false;
	}
	return true;
}

static int check_route_authorization(
	struct call *call, struct str api, const struct apigatewayv2_route *route)
{
	struct apigatewayv2_authorizer authorizer = { 0 };
	bool jwt = str_is(route->authorization_type, "JWT"),
	     custom = str_is(route->authorization_type, "CUSTOM");
	if (str_is(route->authorization_type, "AWS_IAM"))
		return fail(call, &apigatewayv2_bad_request_exception,
			"The authorization type AWS_IAM is not served here yet; use JWT, CUSTOM or NONE.");
	if (!jwt && !custom)
		return 0;
	if (!route->authorizer_id.n)
		return fail(call, &apigatewayv2_bad_request_exception,
			"AuthorizerId must be specified when authorizationType is %s",
			jwt ? "JWT" : "CUSTOM");
	if (part_require(call, &authorizer_kind, api, route->authorizer_id, &authorizer) < 0)
		return -1;
	if (str_is(authorizer.authorizer_type, "JWT") != jwt)
		return fail(call, &apigatewayv2_bad_request_exception,
			"Authorizer type is not compatible with the authorization type of the route");
	return 0;
}

int check_route(struct call *call, struct str api, const struct apigatewayv2_route *route)
{
	if (!is_route_key(route->route_key))
		return fail(call, &apigatewayv2_bad_request_exception,
			"The provided route key is not formatted properly for HTTP protocol. Format should be "
			"\"<HTTP METHOD> /<RESOURCE PATH>\" or \"$default\"");
	if (route->api_key_required.v)
		return fail(call, &apigatewayv2_bad_request_exception,
			"API keys are not currently supported for HTTP protocol");
	if (route->request_parameters.n || route->request_models.n)
		return fail(call, &apigatewayv2_bad_request_exception,
			"Request parameters and models of routes are not supported for HTTP protocol");
	struct any_list all;
	part_all(call, &route_kind, api, &all);
	const struct apigatewayv2_route *v = all.v;
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(v[i].route_key, route->route_key) &&
			!str_eq(v[i].route_id, route->route_id))
			return fail(call, &apigatewayv2_conflict_exception,
				"Route with key %.*s already exists for this API",
				STR_ARG(route->route_key));
	if (route->target.n) {
		struct apigatewayv2_integration integration = { 0 };
		if (!str_starts(route->target, STR("integrations/")))
			return fail(call, &apigatewayv2_bad_request_exception,
				"Target should be in the form integrations/<integration id>");
		if (part_require(call, &integration_kind, api, str_from(route->target, 13),
			    &integration) < 0)
			return -1;
	}
	return check_route_authorization(call, api, route);
}

struct str function_of_uri(struct str uri)
{
	struct str marker = STR("/functions/"), end = STR("/invocations");
	ssize_t at = str_find(uri, marker);
	if (str_find(uri, STR(":apigateway:")) >= 0 && at >= 0 && str_ends(uri, end))
		return str_sub(uri, (size_t)at + marker.n, uri.n - (size_t)at - marker.n - end.n);
	return str_find(uri, STR(":function:")) >= 0 ? uri : (struct str){ 0 };
}

/* "overwrite:header.x", "append:querystring.y", "remove:header.z", "overwrite:path". */
static int check_mapping(struct call *call, struct str name)
{
	struct str rest = name, verb;
	if (str_cut(&rest, ':', &verb) && rest.p &&
		(str_is(verb, "overwrite") || str_is(verb, "append") || str_is(verb, "remove")) &&
		(str_starts(rest, STR("header.")) || str_starts(rest, STR("querystring.")) ||
			(str_is(rest, "path") && str_is(verb, "overwrite"))))
		return 0;
	return fail(call, &apigatewayv2_bad_request_exception,
		"Invalid mapping expression specified: %.*s", STR_ARG(name));
}

/* By status: "overwrite:header.x", "append:header.x", "remove:header.x", "overwrite:statuscode". */
static int check_response_mappings(
	struct call *call, const struct apigatewayv2_response_parameters *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct apigatewayv2_text_map *map = &all->v[i].value;
		int64_t status;
		if (str_to_i64(all->v[i].key, &status) < 0 || status < 200 || status > 599)
			return fail(call, &apigatewayv2_bad_request_exception,
				"Invalid response status code specified: %.*s",
				STR_ARG(all->v[i].key));
		for (size_t k = 0; k < map->n; k++) {
			struct str rest = map->v[k].key, verb;
			bool known = str_cut(&rest, ':', &verb) && rest.p &&
				     (str_is(verb, "overwrite") || str_is(verb, "append") ||
					     str_is(verb, "remove"));
			if (!known || !((str_is(rest, "statuscode") && str_is(verb, "overwrite")) ||
					      (str_starts(rest, STR("header.")) && rest.n > 7)))
				return fail(call, &apigatewayv2_bad_request_exception,
					"Invalid mapping expression specified: %.*s",
					STR_ARG(map->v[k].key));
		}
	}
	return 0;
}

int check_integration(struct call *call, struct apigatewayv2_integration *i)
{
	bool lambda = str_is(i->integration_type, "AWS_PROXY");
	const struct error_shape *bad = &apigatewayv2_bad_request_exception;
	if (i->integration_subtype.n)
		return fail(call, bad, "Integrations of the subtype %.*s are not served here yet.",
			STR_ARG(i->integration_subtype));
	if (!lambda && !str_is(i->integration_type, "HTTP_PROXY"))
		return fail(
			call, bad, "HTTP APIs only support AWS_PROXY and HTTP_PROXY integrations");
	if (str_is(i->connection_type, "VPC_LINK") || i->tls_config)
		return fail(call, bad,
			"VPC links are not served here yet; use the connection type INTERNET.");
	if (i->request_templates.n || i->template_selection_expression.n ||
		i->content_handling_strategy.n)
		return fail(call, bad,
			"Templates and content handling are supported only for WebSocket APIs");
	if (check_response_mappings(call, &i->response_parameters) < 0)
		return -1;
	if (!i->connection_type.p)
		i->connection_type = STR("INTERNET");
	if (!i->timeout_in_millis.set)
		i->timeout_in_millis = OPT_I64(GATEWAY_TIMEOUT_MS);
	if (!i->payload_format_version.p)
		i->payload_format_version = STR("1.0");
	if (!str_is(i->payload_format_version, "1.0") &&
		!(lambda && str_is(i->payload_format_version, "2.0")))
		return fail(call, bad,
			"PayloadFormatVersion %.*s is not supported for this integration",
			STR_ARG(i->payload_format_version));
	for (size_t p = 0; p < i->request_parameters.n; p++)
		if (check_mapping(call, i->request_parameters.v[p].key) < 0)
			return -1;
	if (lambda && i->request_parameters.n)
		return fail(call, bad,
			"Request parameters are supported only for HTTP_PROXY integrations");
	if (lambda && !function_of_uri(i->integration_uri).p)
		return fail(call, bad, "Invalid function ARN or invalid uri");
	if (lambda && !i->integration_method.p)
		i->integration_method = STR("POST");
	if (!lambda && !i->integration_method.n)
		return fail(call, bad, "HttpMethod must be specified for HTTP_PROXY integrations");
	if (!lambda && !str_starts(i->integration_uri, STR("http://")) &&
		!str_starts(i->integration_uri, STR("https://")))
		return fail(call, bad, "Invalid HTTP endpoint specified for URI");
	return 0;
}

int check_stage(struct call *call, struct str api, const struct apigatewayv2_stage *stage)
{
	struct str name = stage->stage_name;
	bool ok = name.n > 0;
	for (size_t i = 0; i < name.n; i++)
		ok = ok && (name.p[i] == '-' || name.p[i] == '_' ||
				   (name.p[i] >= '0' && name.p[i] <= '9') ||
				   ((name.p[i] | 32) >= 'a' && (name.p[i] | 32) <= 'z'));
	if (!ok && !str_is(name, "$default"))
		return fail(call, &apigatewayv2_bad_request_exception,
			"Stage name only allows a-zA-Z0-9_- and $default");
	const struct apigatewayv2_access_log_settings *access = stage->access_log_settings;
	if (access && !access_log_group(access->destination_arn).p)
		return fail(call, &apigatewayv2_bad_request_exception,
			"Invalid ARN specified in the request. The ARN of a log group is needed.");
	if (access && str_find(access->format, STR("$context.requestId")) < 0 &&
		str_find(access->format, STR("$context.extendedRequestId")) < 0)
		return fail(call, &apigatewayv2_bad_request_exception,
			"Access log format must contain at least one of $context.requestId and "
			"$context.extendedRequestId");
	if (stage->client_certificate_id.n)
		return fail(call, &apigatewayv2_bad_request_exception,
			"Client certificates are not supported for HTTP protocol");
	if (stage->deployment_id.n) {
		struct apigatewayv2_deployment deployment = { 0 };
		if (part_require(call, &deployment_kind, api, stage->deployment_id, &deployment) <
			0)
			return -1;
	}
	return 0;
}

int check_authorizer(struct call *call, struct apigatewayv2_authorizer *a)
{
	const struct error_shape *bad = &apigatewayv2_bad_request_exception;
	if (str_is(a->authorizer_type, "JWT")) {
		if (!a->jwt_configuration || !a->jwt_configuration->issuer.n ||
			!a->jwt_configuration->audience.n)
			return fail(call, bad,
				"JwtConfiguration with issuer and audience is required for JWT authorizers");
		if (a->identity_source.n != 1)
			return fail(call, bad, "JWT authorizers need exactly one identity source");
		return 0;
	}
	if (!function_of_uri(a->authorizer_uri).p)
		return fail(call, bad,
			"Invalid Authorizer URI: %.*s. Authorizer URI should be a valid Lambda function uri",
			STR_ARG(a->authorizer_uri));
	if (!str_is(a->authorizer_payload_format_version, "1.0") &&
		!str_is(a->authorizer_payload_format_version, "2.0"))
		return fail(call, bad,
			"AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizers");
	if (str_is(a->authorizer_payload_format_version, "1.0") && a->enable_simple_responses.v)
		return fail(call, bad, "Simple responses need the payload format version 2.0");
	if (!a->authorizer_result_ttl_in_seconds.set)
		a->authorizer_result_ttl_in_seconds = OPT_I64(0);
	return 0;
}
