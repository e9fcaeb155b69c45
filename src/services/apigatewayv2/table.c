/* Resolving an API for the data plane, and finding the route of a request. */
#include "services/apigatewayv2/table.h"
#include "aws/codec.h"
#include "base/encode.h"
#include "services/apigatewayv2/authorizer.h"
#include "services/apigatewayv2/records.h"
#include <errno.h>
#include <stdlib.h>

/* ---- routes ---- */

void request_path_split(struct str raw, struct request_path *out)
{
	struct str rest = raw.n ? str_from(raw, 1) : raw, part;
	out->raw = raw;
	out->count = 0;
	if (!rest.n)
		return;
	while (str_cut(&rest, '/', &part)) {
		if (out->count < COUNT_OF(out->parts))
			out->parts[out->count] = part;
		out->count++;
	}
}

void route_view_init(struct route_view *r, struct arena *arena, struct str key)
{
	struct str rest = key, part;
	r->key = key;
	r->is_default = str_is(key, "$default");
	r->path = key;
	if (r->is_default)
		return;
	str_cut(&rest, ' ', &part);
	r->method = str_is(part, "ANY") ? (struct str){ 0 } : part;
	r->path = rest;
	struct request_path path;
	request_path_split(rest, &path);
	r->segments = ARENA_ARRAY(arena, struct segment, path.count);
	r->segment_count = MIN(path.count, COUNT_OF(path.parts));
	for (size_t i = 0; i < r->segment_count; i++) {
		struct segment *s = &r->segments[i];
		s->text = path.parts[i];
		if (s->text.n > 2 && s->text.p[0] == '{') {
			s->text = str_sub(s->text, 1, s->text.n - 2);
			s->kind = str_ends(s->text, STR("+")) ? SEGMENT_GREEDY : SEGMENT_PARAM;
			s->text.n -= s->kind == SEGMENT_GREEDY;
		}
	}
}

static int compare_routes(const void *a, const void *b)
{
	const struct route_view *x = a, *y = b;
	if (x->is_default != y->is_default)
		return x->is_default ? 1 : -1;
	for (size_t i = 0; i < MIN(x->segment_count, y->segment_count); i++)
		if (x->segments[i].kind != y->segments[i].kind)
			return x->segments[i].kind < y->segments[i].kind ? -1 : 1;
	if (x->segment_count != y->segment_count)
		return x->segment_count > y->segment_count ? -1 : 1;
	return (x->method.n == 0) - (y->method.n == 0);
}

void route_views_sort(struct route_view *v, size_t n)
{
	if (n)
		qsort(v, n, sizeof *v, compare_routes);
}

static struct str decoded(struct arena *arena, struct str s)
{
	struct str out;
	return str_index(s, '%') >= 0 && percent_decode(arena, s, false, &out) == 0 ? out : s;
}

static bool part_is(struct arena *arena, struct str part, struct str literal)
{
	return str_eq(part, literal) ||
	       (str_index(part, '%') >= 0 && str_eq(decoded(arena, part), literal));
}

static bool route_matches(const struct route_view *r, struct arena *arena, struct str method,
	const struct request_path *path)
{
	size_t n = r->segment_count;
	if (r->is_default)
		return true;
	if (r->method.n && !str_eq(r->method, method))
		return false;
	bool greedy = n && r->segments[n - 1].kind == SEGMENT_GREEDY;
	if (greedy ? path->count < n : path->count != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct segment *s = &r->segments[i];
		if (s->kind == SEGMENT_LITERAL ? !part_is(arena, path->parts[i], s->text)
					       : (path->parts[i].n == 0 && path->count == n))
			return false;
	}
	return true;
}

bool table_route(const struct stage_view *stage, struct arena *arena, struct str method,
	const struct request_path *path, struct route_found *out)
{
	const struct route_view *r = stage->routes, *end = r + stage->route_count;
	while (r < end && !route_matches(r, arena, method, path))
		r++;
	if (r == end)
		return false;
	out->route = r;
	out->param_count = 0;
	for (size_t i = 0; i < r->segment_count; i++) {
		const struct segment *s = &r->segments[i];
		struct str value = path->parts[i];
		if (s->kind == SEGMENT_LITERAL)
			continue;
		if (s->kind == SEGMENT_GREEDY)
			value.n = (size_t)(path->raw.p + path->raw.n - value.p);
		out->params[out->param_count++] =
			(struct path_param){ s->text, decoded(arena, value) };
	}
	return true;
}

/* ---- reading an API ---- */

struct parts {
	const struct apigatewayv2_route *routes;
	const struct apigatewayv2_integration *integrations;
	const struct apigatewayv2_authorizer *authorizers;
	size_t route_count, integration_count, authorizer_count;
};

static void resolve_routes(struct arena *arena, struct stage_view *stage, const struct parts *p)
{
	struct integration_view *integrations =
		ARENA_ARRAY(arena, struct integration_view, p->integration_count);
	struct authorizer_view *authorizers =
		ARENA_ARRAY(arena, struct authorizer_view, p->authorizer_count);
	for (size_t i = 0; i < p->integration_count; i++) {
		const struct apigatewayv2_integration *record = &p->integrations[i];
		integrations[i] = (struct integration_view){ record, { 0 },
			str_is(record->payload_format_version, "2.0"),
			record->timeout_in_millis.set ? (uint64_t)record->timeout_in_millis.v
						      : GATEWAY_TIMEOUT_MS };
		if (str_is(record->integration_type, "AWS_PROXY"))
			integrations[i].function = function_of_uri(record->integration_uri);
	}
	for (size_t i = 0; i < p->authorizer_count; i++)
		authorizers[i] = (struct authorizer_view){ .record = &p->authorizers[i],
			.function = function_of_uri(p->authorizers[i].authorizer_uri) };
	stage->routes = ARENA_ARRAY(arena, struct route_view, p->route_count);
	stage->route_count = p->route_count;
	for (size_t i = 0; i < p->route_count; i++) {
		const struct apigatewayv2_route *record = &p->routes[i];
		struct route_view *r = &stage->routes[i];
		route_view_init(r, arena, record->route_key);
		r->id = record->route_id;
		r->scopes = &record->authorization_scopes;
		for (size_t k = 0; k < p->integration_count; k++)
			if (record->target.n > 13 && str_eq(str_from(record->target, 13),
							     p->integrations[k].integration_id))
				r->integration = &integrations[k];
		bool guarded = str_is(record->authorization_type, "JWT") ||
			       str_is(record->authorization_type, "CUSTOM");
		for (size_t k = 0; guarded && k < p->authorizer_count; k++)
			if (str_eq(record->authorizer_id, p->authorizers[k].authorizer_id))
				r->authorizer = &authorizers[k];
	}
	route_views_sort(stage->routes, stage->route_count);
}

static struct str variables_json(
	struct arena *arena, const struct apigatewayv2_stage_variables *variables)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < variables->n; i++) {
		buf_char(&b, i ? ',' : '{');
		json_quote(&b, variables->v[i].key);
		buf_char(&b, ':');
		json_quote(&b, variables->v[i].value);
	}
	if (variables->n)
		buf_char(&b, '}');
	struct str text = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return text;
}

static void resolve_stage(
	struct call *call, struct table *t, const struct parts *live, struct stage_view *stage)
{
	const struct apigatewayv2_stage *record = stage->record;
	stage->name = record->stage_name;
	stage->variables_json = variables_json(call->arena, &record->stage_variables);
	const struct apigatewayv2_route_settings *settings = record->default_route_settings;
	if (settings && settings->throttling_burst_limit.set && settings->throttling_rate_limit.set)
		stage->bucket = (struct bucket){ settings->throttling_rate_limit.v,
			(double)MAX(settings->throttling_burst_limit.v, 1),
			(double)MAX(settings->throttling_burst_limit.v, 1), 0 };
	if (record->auto_deploy.v) {
		resolve_routes(call->arena, stage, live);
		return;
	}
	struct apigatewayv2_snapshot_record *s =
		ARENA_NEW(call->arena, struct apigatewayv2_snapshot_record);
	if (record->deployment_id.n &&
		call_get_record(call, snapshot_key(call, t->api.api_id, record->deployment_id),
			&apigatewayv2_snapshot_record_shape, s)) {
		struct parts frozen = { s->routes.v, s->integrations.v, s->authorizers.v,
			s->routes.n, s->integrations.n, s->authorizers.n };
		resolve_routes(call->arena, stage, &frozen);
	}
}

struct load {
	struct table *table;
	struct str id;
	bool found;
};

static int load_run(struct call *call, void *arg)
{
	struct load *l = arg;
	struct table *t = l->table;
	struct apigatewayv2_owner_record owner = { 0 };
	struct any_list routes, integrations, authorizers, stages;
	if (!call_get_record(
		    call, owner_key(call, l->id), &apigatewayv2_owner_record_shape, &owner))
		return 0;
	call->identity.account = t->account = arena_str(call->arena, owner.account);
	call->identity.region = t->region = arena_str(call->arena, owner.region);
	if (!call_get_record(call, api_key(call, l->id), &apigatewayv2_api_shape, &t->api))
		return 0;
	part_all(call, &route_kind, l->id, &routes);
	part_all(call, &integration_kind, l->id, &integrations);
	part_all(call, &authorizer_kind, l->id, &authorizers);
	part_all(call, &stage_kind, l->id, &stages);
	struct parts live = { routes.v, integrations.v, authorizers.v, routes.n, integrations.n,
		authorizers.n };
	t->stages = ARENA_ARRAY(call->arena, struct stage_view, stages.n);
	t->stage_count = stages.n;
	for (size_t i = 0; i < stages.n; i++) {
		t->stages[i].record = (const struct apigatewayv2_stage *)stages.v + i;
		resolve_stage(call, t, &live, &t->stages[i]);
	}
	l->found = true;
	return 0;
}

void table_unref(struct table *t)
{
	if (!t || --t->refs)
		return;
	for (size_t i = 0; i < t->stage_count; i++)
		for (size_t r = 0; r < t->stages[i].route_count; r++)
			if (t->stages[i].routes[r].authorizer)
				authorizer_forget(t->stages[i].routes[r].authorizer);
	arena_fini(&t->arena);
	free(t);
}

void tables_fini(struct gateway *gateway)
{
	struct map_entry *e;
	for (size_t at = 0; map_next(&gateway->tables, &at, &e);)
		table_unref(e->value);
	map_fini(&gateway->tables);
}

struct table *table_get(struct gateway *gateway, struct str id)
{
	uint64_t generation = store_generation(gateway->aws->store, STR("apigatewayv2"));
	struct table *t = map_get(&gateway->tables, id);
	if (t && t->generation == generation) {
		t->refs++;
		return t;
	}
	t = xcalloc(1, sizeof *t);
	t->refs = 1;
	t->generation = generation;
	struct load l = { t, arena_str(&t->arena, id), false };
	struct identity nobody = { 0 };
	struct call call;
	call_init(&call, gateway->aws, &t->arena, &nobody);
	call.api = &apigatewayv2_api;
	if (call_read(&call, load_run, &l) < 0 || !l.found) {
		table_unref(t);
		table_unref(map_remove(&gateway->tables, id));
		return NULL;
	}
	if (gateway->tables.count >= GATEWAY_TABLES_MAX)
		tables_fini(gateway);
	table_unref(map_put(&gateway->tables, id, t));
	t->refs++;
	return t;
}
