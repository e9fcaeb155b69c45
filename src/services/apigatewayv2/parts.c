/* The parts of an API: routes, integrations, authorizers, stages and deployments. */
#include "services/apigatewayv2/records.h"

/* Reading, listing and deleting are the same for all; may_go says whether a part may be deleted. */
#define PART_HANDLERS(noun, id, may_go) \
	int apigatewayv2_get_##noun(struct call *call, \
		const struct apigatewayv2_get_##noun##_input *in, struct apigatewayv2_##noun *out) \
	{ \
		return part_require(call, &noun##_kind, in->api_id, in->id, out); \
	} \
	int apigatewayv2_get_##noun##s(struct call *call, \
		const struct apigatewayv2_get_##noun##s_input *in, \
		struct apigatewayv2_get_##noun##s_output *out) \
	{ \
		return part_page(call, &noun##_kind, in->api_id, in->max_results, in->next_token, \
			&out->items, &out->next_token); \
	} \
	int apigatewayv2_delete_##noun(struct call *call, \
		const struct apigatewayv2_delete_##noun##_input *in, \
		struct apigatewayv2_delete_##noun##_output *out) \
	{ \
		struct apigatewayv2_##noun part = { 0 }; \
		(void)out; \
		if (part_require(call, &noun##_kind, in->api_id, in->id, &part) < 0 || \
			may_go(call, in->api_id, in->id) < 0) \
			return -1; \
		txn_delete(call->txn, part_key(call, &noun##_kind, in->api_id, in->id)); \
		return 0; \
	}

static int may_always_go(struct call *call, struct str api, struct str id)
{
	(void)call, (void)api, (void)id;
	return 0;
}

static int integration_may_go(struct call *call, struct str api, struct str id)
{
	struct any_list list;
	part_all(call, &route_kind, api, &list);
	const struct apigatewayv2_route *v = list.v;
	for (size_t i = 0; i < list.n; i++)
		if (str_starts(v[i].target, STR("integrations/")) &&
			str_eq(str_from(v[i].target, 13), id))
			return fail(call, &apigatewayv2_conflict_exception,
				"Cannot delete Integration '%.*s' because it is referenced by a Route.",
				STR_ARG(id));
	return 0;
}

static int authorizer_may_go(struct call *call, struct str api, struct str id)
{
	struct any_list list;
	part_all(call, &route_kind, api, &list);
	const struct apigatewayv2_route *v = list.v;
	for (size_t i = 0; i < list.n; i++)
		if (str_eq(v[i].authorizer_id, id) && id.n)
			return fail(call, &apigatewayv2_conflict_exception,
				"Cannot delete authorizer '%.*s', is referenced in route: %.*s",
				STR_ARG(id), STR_ARG(v[i].route_key));
	return 0;
}

static int deployment_may_go(struct call *call, struct str api, struct str id)
{
	struct any_list list;
	part_all(call, &stage_kind, api, &list);
	const struct apigatewayv2_stage *v = list.v;
	for (size_t i = 0; i < list.n; i++)
		if (str_eq(v[i].deployment_id, id))
			return fail(call, &apigatewayv2_bad_request_exception,
				"Active stages pointing to this deployment must be moved or deleted");
	txn_delete(call->txn, snapshot_key(call, api, id));
	return 0;
}

PART_HANDLERS(route, route_id, may_always_go)
PART_HANDLERS(integration, integration_id, integration_may_go)
PART_HANDLERS(stage, stage_name, may_always_go)
PART_HANDLERS(deployment, deployment_id, deployment_may_go)
PART_HANDLERS(authorizer, authorizer_id, authorizer_may_go)

/* ---- routes ---- */

int apigatewayv2_create_route(struct call *call, const struct apigatewayv2_create_route_input *in,
	struct apigatewayv2_route *out)
{
	*out = (struct apigatewayv2_route){ .route_id = new_id(call, 7),
		.authorization_type = STR("NONE"),
		.api_key_required = OPT_BOOL(false) };
	merge_members(&apigatewayv2_create_route_input_shape, in, &apigatewayv2_route_shape, out);
	if (part_room(call, &route_kind, in->api_id) < 0 || check_route(call, in->api_id, out) < 0)
		return -1;
	part_put(call, &route_kind, in->api_id, out->route_id, out);
	return 0;
}

int apigatewayv2_update_route(struct call *call, const struct apigatewayv2_update_route_input *in,
	struct apigatewayv2_route *out)
{
	if (part_require(call, &route_kind, in->api_id, in->route_id, out) < 0)
		return -1;
	merge_members(&apigatewayv2_update_route_input_shape, in, &apigatewayv2_route_shape, out);
	if (check_route(call, in->api_id, out) < 0)
		return -1;
	part_put(call, &route_kind, in->api_id, out->route_id, out);
	return 0;
}

/* ---- integrations ---- */

int apigatewayv2_create_integration(struct call *call,
	const struct apigatewayv2_create_integration_input *in,
	struct apigatewayv2_integration *out)
{
	*out = (struct apigatewayv2_integration){ .integration_id = new_id(call, 7) };
	merge_members(&apigatewayv2_create_integration_input_shape, in,
		&apigatewayv2_integration_shape, out);
	if (part_room(call, &integration_kind, in->api_id) < 0 || check_integration(call, out) < 0)
		return -1;
	part_put(call, &integration_kind, in->api_id, out->integration_id, out);
	return 0;
}

int apigatewayv2_update_integration(struct call *call,
	const struct apigatewayv2_update_integration_input *in,
	struct apigatewayv2_integration *out)
{
	if (part_require(call, &integration_kind, in->api_id, in->integration_id, out) < 0)
		return -1;
	merge_members(&apigatewayv2_update_integration_input_shape, in,
		&apigatewayv2_integration_shape, out);
	if (check_integration(call, out) < 0)
		return -1;
	part_put(call, &integration_kind, in->api_id, out->integration_id, out);
	return 0;
}

/* ---- authorizers ---- */

int apigatewayv2_create_authorizer(struct call *call,
	const struct apigatewayv2_create_authorizer_input *in, struct apigatewayv2_authorizer *out)
{
	*out = (struct apigatewayv2_authorizer){ .authorizer_id = new_id(call, 6) };
	merge_members(&apigatewayv2_create_authorizer_input_shape, in,
		&apigatewayv2_authorizer_shape, out);
	if (part_room(call, &authorizer_kind, in->api_id) < 0 || check_authorizer(call, out) < 0)
		return -1;
	part_put(call, &authorizer_kind, in->api_id, out->authorizer_id, out);
	return 0;
}

int apigatewayv2_update_authorizer(struct call *call,
	const struct apigatewayv2_update_authorizer_input *in, struct apigatewayv2_authorizer *out)
{
	if (part_require(call, &authorizer_kind, in->api_id, in->authorizer_id, out) < 0)
		return -1;
	merge_members(&apigatewayv2_update_authorizer_input_shape, in,
		&apigatewayv2_authorizer_shape, out);
	if (check_authorizer(call, out) < 0)
		return -1;
	part_put(call, &authorizer_kind, in->api_id, out->authorizer_id, out);
	return 0;
}

/* ---- deployments ---- */

void deployment_create(struct call *call, struct str api, struct str description, bool automatic,
	struct apigatewayv2_deployment *out)
{
	struct any_list list;
	struct apigatewayv2_snapshot_record snapshot;
	part_all(call, &route_kind, api, &list);
	snapshot.routes = (struct apigatewayv2_routes){ list.v, list.n };
	part_all(call, &integration_kind, api, &list);
	snapshot.integrations = (struct apigatewayv2_integrations){ list.v, list.n };
	part_all(call, &authorizer_kind, api, &list);
	snapshot.authorizers = (struct apigatewayv2_authorizers){ list.v, list.n };
	*out = (struct apigatewayv2_deployment){
		.auto_deployed = OPT_BOOL(automatic),
		.created_date = OPT_TIME(call->now_ms),
		.deployment_id = new_id(call, 6),
		.deployment_status = STR("DEPLOYED"),
		.description = description,
	};
	part_put(call, &deployment_kind, api, out->deployment_id, out);
	call_put_record(call, snapshot_key(call, api, out->deployment_id),
		&apigatewayv2_snapshot_record_shape, &snapshot);
}

int apigatewayv2_create_deployment(struct call *call,
	const struct apigatewayv2_create_deployment_input *in, struct apigatewayv2_deployment *out)
{
	struct apigatewayv2_stage stage = { 0 };
	if (part_room(call, &deployment_kind, in->api_id) < 0 ||
		(in->stage_name.p &&
			part_require(call, &stage_kind, in->api_id, in->stage_name, &stage) < 0))
		return -1;
	deployment_create(call, in->api_id, in->description, false, out);
	if (in->stage_name.p) {
		stage.deployment_id = out->deployment_id;
		stage.last_updated_date = OPT_TIME(call->now_ms);
		part_put(call, &stage_kind, in->api_id, in->stage_name, &stage);
	}
	return 0;
}

int apigatewayv2_update_deployment(struct call *call,
	const struct apigatewayv2_update_deployment_input *in, struct apigatewayv2_deployment *out)
{
	if (part_require(call, &deployment_kind, in->api_id, in->deployment_id, out) < 0)
		return -1;
	merge_members(&apigatewayv2_update_deployment_input_shape, in,
		&apigatewayv2_deployment_shape, out);
	part_put(call, &deployment_kind, in->api_id, out->deployment_id, out);
	return 0;
}

/* ---- stages ---- */

static void deploy_by_itself(struct call *call, struct str api, struct apigatewayv2_stage *stage)
{
	struct apigatewayv2_deployment deployment;
	deployment_create(call, api,
		STR("Automatic deployment triggered by changes to the Api configuration"), true,
		&deployment);
	stage->deployment_id = deployment.deployment_id;
	stage->last_deployment_status_message =
		arena_printf(call->arena, "Successfully deployed stage with deployment ID '%.*s'",
			STR_ARG(deployment.deployment_id));
}

int apigatewayv2_create_stage(struct call *call, const struct apigatewayv2_create_stage_input *in,
	struct apigatewayv2_stage *out)
{
	*out = (struct apigatewayv2_stage){
		.auto_deploy = OPT_BOOL(false),
		.created_date = OPT_TIME(call->now_ms),
		.last_updated_date = OPT_TIME(call->now_ms),
	};
	merge_members(&apigatewayv2_create_stage_input_shape, in, &apigatewayv2_stage_shape, out);
	if (part_room(call, &stage_kind, in->api_id) < 0 || check_stage(call, in->api_id, out) < 0)
		return -1;
	if (txn_exists(call->txn, part_key(call, &stage_kind, in->api_id, out->stage_name)))
		return fail(call, &apigatewayv2_conflict_exception, "Stage already exists");
	if (out->auto_deploy.v)
		deploy_by_itself(call, in->api_id, out);
	part_put(call, &stage_kind, in->api_id, out->stage_name, out);
	return 0;
}

int apigatewayv2_update_stage(struct call *call, const struct apigatewayv2_update_stage_input *in,
	struct apigatewayv2_stage *out)
{
	if (part_require(call, &stage_kind, in->api_id, in->stage_name, out) < 0)
		return -1;
	bool was_auto = out->auto_deploy.v;
	merge_members(&apigatewayv2_update_stage_input_shape, in, &apigatewayv2_stage_shape, out);
	if (check_stage(call, in->api_id, out) < 0)
		return -1;
	/* What it served until now was the API's newest state; that is what it goes on from. */
	if (was_auto != out->auto_deploy.v && !in->deployment_id.p)
		deploy_by_itself(call, in->api_id, out);
	out->last_updated_date = OPT_TIME(call->now_ms);
	part_put(call, &stage_kind, in->api_id, out->stage_name, out);
	return 0;
}

int apigatewayv2_delete_route_settings(struct call *call,
	const struct apigatewayv2_delete_route_settings_input *in,
	struct apigatewayv2_delete_route_settings_output *out)
{
	struct apigatewayv2_stage stage = { 0 };
	size_t kept = 0;
	(void)out;
	if (part_require(call, &stage_kind, in->api_id, in->stage_name, &stage) < 0)
		return -1;
	for (size_t i = 0; i < stage.route_settings.n; i++)
		if (!str_eq(stage.route_settings.v[i].key, in->route_key))
			stage.route_settings.v[kept++] = stage.route_settings.v[i];
	if (kept == stage.route_settings.n)
		return fail(call, &apigatewayv2_not_found_exception,
			"Unable to find route settings by key %.*s", STR_ARG(in->route_key));
	stage.route_settings.n = kept;
	part_put(call, &stage_kind, in->api_id, in->stage_name, &stage);
	return 0;
}

int apigatewayv2_reset_authorizers_cache(struct call *call,
	const struct apigatewayv2_reset_authorizers_cache_input *in,
	struct apigatewayv2_reset_authorizers_cache_output *out)
{
	struct apigatewayv2_stage stage = { 0 };
	(void)out;
	if (part_require(call, &stage_kind, in->api_id, in->stage_name, &stage) < 0)
		return -1;
	/* Every write makes the resolved APIs new, and with them what their authorizers had
	 * answered. */
	stage.last_updated_date = OPT_TIME(call->now_ms);
	part_put(call, &stage_kind, in->api_id, in->stage_name, &stage);
	return 0;
}

int apigatewayv2_delete_access_log_settings(struct call *call,
	const struct apigatewayv2_delete_access_log_settings_input *in,
	struct apigatewayv2_delete_access_log_settings_output *out)
{
	struct apigatewayv2_stage stage = { 0 };
	(void)out;
	if (part_require(call, &stage_kind, in->api_id, in->stage_name, &stage) < 0)
		return -1;
	stage.access_log_settings = NULL;
	stage.last_updated_date = OPT_TIME(call->now_ms);
	part_put(call, &stage_kind, in->api_id, in->stage_name, &stage);
	return 0;
}
