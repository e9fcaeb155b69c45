/* APIs: making (and quick create), listing, changing, deleting; their tags. */
#include "services/apigatewayv2/records.h"
#include "store/key.h"

/* Where the API answers: at this server, by the port that the client used. */
static struct str endpoint(struct call *call, struct str id)
{
	struct str base = call_base_url(call);
	struct str authority = str_from(base, (size_t)str_find(base, STR("://")) + 3);
	ssize_t colon = str_rindex(authority, ':');
	struct str port = colon >= 0 && str_index(str_from(authority, (size_t)colon), ']') < 0
				  ? str_from(authority, (size_t)colon)
				  : STR("");
	return arena_printf(call->arena, "http://%.*s.execute-api.%.*s.localhost%.*s", STR_ARG(id),
		STR_ARG(call->identity.region), STR_ARG(port));
}

static void show(struct call *call, struct apigatewayv2_api *api)
{
	api->api_endpoint = endpoint(call, api->api_id);
}

static void put(struct call *call, const struct apigatewayv2_api *api)
{
	call_put_record(call, api_key(call, api->api_id), &apigatewayv2_api_shape, api);
}

/* Target: a route, an integration and a stage that deploys by itself. */
static int quick_create(
	struct call *call, struct str api, const struct apigatewayv2_create_api_input *in)
{
	struct str function = function_of_uri(in->target);
	struct apigatewayv2_integration integration = {
		.integration_id = new_id(call, 7),
		.api_gateway_managed = OPT_BOOL(true),
		.integration_type = function.p ? STR("AWS_PROXY") : STR("HTTP_PROXY"),
		.integration_uri = in->target,
		.integration_method = function.p ? STR("POST") : STR("ANY"),
		.payload_format_version = function.p ? STR("2.0") : STR("1.0"),
		.credentials_arn = in->credentials_arn,
	};
	if (check_integration(call, &integration) < 0)
		return -1;
	part_put(call, &integration_kind, api, integration.integration_id, &integration);
	struct apigatewayv2_route route = {
		.route_id = new_id(call, 7),
		.api_gateway_managed = OPT_BOOL(true),
		.route_key = in->route_key.n ? in->route_key : STR("$default"),
		.authorization_type = STR("NONE"),
		.api_key_required = OPT_BOOL(false),
		.target = arena_printf(
			call->arena, "integrations/%.*s", STR_ARG(integration.integration_id)),
	};
	if (check_route(call, api, &route) < 0)
		return -1;
	part_put(call, &route_kind, api, route.route_id, &route);
	struct apigatewayv2_deployment deployment;
	deployment_create(call, api, STR("Automatic deployment"), true, &deployment);
	struct apigatewayv2_stage stage = {
		.stage_name = STR("$default"),
		.api_gateway_managed = OPT_BOOL(true),
		.auto_deploy = OPT_BOOL(true),
		.deployment_id = deployment.deployment_id,
		.created_date = OPT_TIME(call->now_ms),
		.last_updated_date = OPT_TIME(call->now_ms),
	};
	part_put(call, &stage_kind, api, stage.stage_name, &stage);
	return 0;
}

int apigatewayv2_create_api(struct call *call, const struct apigatewayv2_create_api_input *in,
	struct apigatewayv2_api *out)
{
	if (!str_is(in->protocol_type, "HTTP"))
		return fail(call, &apigatewayv2_bad_request_exception,
			"APIs of the protocol type %.*s are not served here yet; use HTTP.",
			STR_ARG(in->protocol_type));
	if (in->route_key.p && !in->target.p)
		return fail(call, &apigatewayv2_bad_request_exception,
			"Target must be specified when routeKey is specified");
	if (check_cors(call, in->cors_configuration) < 0)
		return -1;
	*out = (struct apigatewayv2_api){
		.api_id = new_id(call, 10),
		.api_key_selection_expression = STR("$request.header.x-api-key"),
		.route_selection_expression = STR("${request.method} ${request.path}"),
		.disable_execute_api_endpoint = OPT_BOOL(false),
		.ip_address_type = STR("ipv4"),
		.created_date = OPT_TIME(call->now_ms),
	};
	merge_members(&apigatewayv2_create_api_input_shape, in, &apigatewayv2_api_shape, out);
	put(call, out);
	struct apigatewayv2_owner_record owner = { call->identity.account, call->identity.region };
	call_put_record(
		call, owner_key(call, out->api_id), &apigatewayv2_owner_record_shape, &owner);
	if (in->target.p && quick_create(call, out->api_id, in) < 0)
		return -1;
	show(call, out);
	return 0;
}

int apigatewayv2_get_api(struct call *call, const struct apigatewayv2_get_api_input *in,
	struct apigatewayv2_api *out)
{
	if (api_require(call, in->api_id, out) < 0)
		return -1;
	show(call, out);
	return 0;
}

int apigatewayv2_get_apis(struct call *call, const struct apigatewayv2_get_apis_input *in,
	struct apigatewayv2_get_apis_output *out)
{
	struct any_list list;
	size_t max;
	if (page_size(call, in->max_results, &max) < 0)
		return -1;
	struct str prefix =
		KEY(call->arena, KEY_LITERAL("apigatewayv2"), key_text(call->identity.account),
			key_text(call->identity.region), KEY_LITERAL("api"));
	records_list(call, prefix, &apigatewayv2_api_shape, in->next_token, max, &list,
		&out->next_token);
	out->items = (struct apigatewayv2_apis){ list.v, list.n };
	for (size_t i = 0; i < out->items.n; i++)
		show(call, &out->items.v[i]);
	return 0;
}

/* The target of a quick-created API is that of its own integration. */
static int update_target(struct call *call, const struct apigatewayv2_update_api_input *in)
{
	struct any_list list;
	part_all(call, &integration_kind, in->api_id, &list);
	struct apigatewayv2_integration *v = list.v;
	for (size_t i = 0; i < list.n; i++) {
		if (!v[i].api_gateway_managed.v)
			continue;
		v[i].integration_uri = in->target;
		if (check_integration(call, &v[i]) < 0)
			return -1;
		part_put(call, &integration_kind, in->api_id, v[i].integration_id, &v[i]);
		return 0;
	}
	return fail(call, &apigatewayv2_bad_request_exception,
		"Target can be changed only of an API that was made with one");
}

int apigatewayv2_update_api(struct call *call, const struct apigatewayv2_update_api_input *in,
	struct apigatewayv2_api *out)
{
	if (api_require(call, in->api_id, out) < 0 || check_cors(call, in->cors_configuration) < 0)
		return -1;
	if (in->route_key.p)
		return fail(call, &apigatewayv2_bad_request_exception,
			"The route key of a quick-created API is changed by UpdateRoute");
	merge_members(&apigatewayv2_update_api_input_shape, in, &apigatewayv2_api_shape, out);
	put(call, out);
	if (in->target.p && update_target(call, in) < 0)
		return -1;
	show(call, out);
	return 0;
}

int apigatewayv2_delete_api(struct call *call, const struct apigatewayv2_delete_api_input *in,
	struct apigatewayv2_delete_api_output *out)
{
	static const struct part_kind *const kinds[] = { &route_kind, &integration_kind,
		&stage_kind, &deployment_kind, &authorizer_kind };
	(void)out;
	struct apigatewayv2_api api = { 0 };
	if (api_require(call, in->api_id, &api) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		part_delete_all(call, kinds[i], in->api_id);
	struct str snapshots = snapshot_key(call, in->api_id, STR(""));
	snapshots.n -= 2; /* the empty text at its end */
	txn_delete_range(call->txn, snapshots, key_range_end(call->arena, snapshots));
	txn_delete(call->txn, api_key(call, in->api_id));
	txn_delete(call->txn, owner_key(call, in->api_id));
	return 0;
}

int apigatewayv2_delete_cors_configuration(struct call *call,
	const struct apigatewayv2_delete_cors_configuration_input *in,
	struct apigatewayv2_delete_cors_configuration_output *out)
{
	(void)out;
	struct apigatewayv2_api api = { 0 };
	if (api_require(call, in->api_id, &api) < 0)
		return -1;
	api.cors_configuration = NULL;
	put(call, &api);
	return 0;
}

/* ---- tags ---- */

/* What "arn:aws:apigateway:us-east-1::/apis/ID[/stages/NAME]" names. */
struct tagged {
	struct apigatewayv2_api api;
	struct apigatewayv2_stage stage;
	bool is_stage;
	struct apigatewayv2_tags *tags;
};

static int find_tagged(struct call *call, struct str arn, struct tagged *out)
{
	ssize_t at = str_find(arn, STR("/apis/"));
	*out = (struct tagged){ 0 };
	if (!str_starts(arn, STR("arn:")) || at < 0)
		return fail(call, &apigatewayv2_bad_request_exception,
			"Invalid resource ARN specified: %.*s", STR_ARG(arn));
	struct str rest = str_from(arn, (size_t)at + 6), id, word;
	str_cut(&rest, '/', &id);
	if (rest.p && str_cut(&rest, '/', &word) && str_is(word, "stages") && rest.p) {
		out->is_stage = true;
		out->tags = &out->stage.tags;
		return part_require(call, &stage_kind, id, rest, &out->stage) < 0
			       ? -1
			       : api_require(call, id, &out->api);
	}
	out->tags = &out->api.tags;
	return api_require(call, id, &out->api);
}

static void put_tagged(struct call *call, const struct tagged *t)
{
	if (t->is_stage)
		part_put(call, &stage_kind, t->api.api_id, t->stage.stage_name, &t->stage);
	else
		put(call, &t->api);
}

int apigatewayv2_get_tags(struct call *call, const struct apigatewayv2_get_tags_input *in,
	struct apigatewayv2_get_tags_output *out)
{
	struct tagged t;
	if (find_tagged(call, in->resource_arn, &t) < 0)
		return -1;
	out->tags = *t.tags;
	if (!out->tags.v)
		out->tags.v = ARENA_NEW(call->arena, struct apigatewayv2_tags_entry);
	return 0;
}

int apigatewayv2_tag_resource(struct call *call, const struct apigatewayv2_tag_resource_input *in,
	struct apigatewayv2_tag_resource_output *out)
{
	(void)out;
	struct tagged t;
	if (find_tagged(call, in->resource_arn, &t) < 0)
		return -1;
	struct apigatewayv2_tags all = {
		ARENA_ARRAY(call->arena, struct apigatewayv2_tags_entry, t.tags->n + in->tags.n), 0
	};
	for (size_t i = 0; i < t.tags->n; i++)
		all.v[all.n++] = t.tags->v[i];
	for (size_t i = 0; i < in->tags.n; i++) {
		size_t k = 0;
		while (k < all.n && !str_eq(all.v[k].key, in->tags.v[i].key))
			k++;
		all.v[k] = in->tags.v[i];
		all.n = MAX(all.n, k + 1);
	}
	if (all.n > GATEWAY_TAGS_MAX)
		return fail(call, &apigatewayv2_bad_request_exception,
			"A resource may have at most %d tags", GATEWAY_TAGS_MAX);
	*t.tags = all;
	put_tagged(call, &t);
	return 0;
}

int apigatewayv2_untag_resource(struct call *call,
	const struct apigatewayv2_untag_resource_input *in,
	struct apigatewayv2_untag_resource_output *out)
{
	(void)out;
	struct tagged t;
	if (find_tagged(call, in->resource_arn, &t) < 0)
		return -1;
	size_t kept = 0;
	for (size_t i = 0; i < t.tags->n; i++) {
		bool removed = false;
		for (size_t k = 0; k < in->tag_keys.n; k++)
			removed = removed || str_eq(in->tag_keys.v[k], t.tags->v[i].key);
		if (!removed)
			t.tags->v[kept++] = t.tags->v[i];
	}
	t.tags->n = kept;
	put_tagged(call, &t);
	return 0;
}
