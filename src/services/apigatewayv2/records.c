/* The records of an API and its parts: keys, reading, listing. */
#include "services/apigatewayv2/records.h"
#include "base/random.h"
#include "store/key.h"

const struct part_kind route_kind = { "route", "Route", &apigatewayv2_route_shape,
	GATEWAY_ROUTES_MAX };
const struct part_kind integration_kind = { "integration", "Integration",
	&apigatewayv2_integration_shape, GATEWAY_INTEGRATIONS_MAX };
const struct part_kind stage_kind = { "stage", "Stage", &apigatewayv2_stage_shape,
	GATEWAY_STAGES_MAX };
const struct part_kind deployment_kind = { "deployment", "Deployment",
	&apigatewayv2_deployment_shape, GATEWAY_DEPLOYMENTS_MAX };
const struct part_kind authorizer_kind = { "authorizer", "Authorizer",
	&apigatewayv2_authorizer_shape, GATEWAY_AUTHORIZERS_MAX };

static struct str part_prefix(struct call *call, const char *kind, struct str api)
{
	return KEY(call->arena, KEY_LITERAL("apigatewayv2"), key_text(call->identity.account),
		key_text(call->identity.region), key_text(str_c(kind)), key_text(api));
}

struct str api_key(struct call *call, struct str id)
{
	return part_prefix(call, "api", id);
}

struct str owner_key(struct call *call, struct str id)
{
	return KEY(call->arena, KEY_LITERAL("apigatewayv2"), KEY_LITERAL("id"), key_text(id));
}

struct str part_key(struct call *call, const struct part_kind *kind, struct str api, struct str id)
{
	return KEY(call->arena, KEY_LITERAL("apigatewayv2"), key_text(call->identity.account),
		key_text(call->identity.region), key_text(str_c(kind->key)), key_text(api),
		key_text(id));
}

struct str snapshot_key(struct call *call, struct str api, struct str deployment)
{
	static const struct part_kind snapshot_kind = { "snapshot", "Snapshot",
		&apigatewayv2_snapshot_record_shape, 0 };
	return part_key(call, &snapshot_kind, api, deployment);
}

struct str new_id(struct call *call, size_t n)
{
	char *id = arena_alloc(call->arena, n + 1);
	random_text(id, n, STR("abcdefghijklmnopqrstuvwxyz0123456789"));
	return (struct str){ id, n };
}

int api_require(struct call *call, struct str id, struct apigatewayv2_api *out)
{
	if (call_get_record(call, api_key(call, id), &apigatewayv2_api_shape, out))
		return 0;
	return fail(call, &apigatewayv2_not_found_exception,
		"Invalid API identifier specified %.*s:%.*s", STR_ARG(call->identity.account),
		STR_ARG(id));
}

int part_require(
	struct call *call, const struct part_kind *kind, struct str api, struct str id, void *out)
{
	struct apigatewayv2_api owner = { 0 };
	if (api_require(call, api, &owner) < 0)
		return -1;
	if (call_get_record(call, part_key(call, kind, api, id), kind->shape, out))
		return 0;
	return fail(call, &apigatewayv2_not_found_exception, "Invalid %s identifier specified %.*s",
		kind->name, STR_ARG(id));
}

void part_put(struct call *call, const struct part_kind *kind, struct str api, struct str id,
	const void *record)
{
	call_put_record(call, part_key(call, kind, api, id), kind->shape, record);
}

void records_list(struct call *call, struct str prefix, const struct shape *shape, struct str token,
	size_t max, struct any_list *out, struct str *next)
{
	size_t cap = 0;
	struct str begin = prefix, last = { 0 };
	struct txn_cursor c;
	*out = (struct any_list){ arena_alloc(call->arena, 1), 0 };
	if (token.p) {
		struct str parts[] = { prefix, KEY(call->arena, key_text(token)) };
		begin = key_after(call->arena, arena_concat(call->arena, parts, 2));
	}
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part id;
		if (key_decode(call->arena, str_from(c.key, prefix.n), &id, 1) != 1)
			continue;
		if (out->n == max) {
			*next = last;
			break;
		}
		if (out->n == cap) {
			cap = cap ? cap * 2 : 8;
			void *v = arena_zalloc(call->arena, cap * shape->size);
			memcpy(v, out->v, out->n * shape->size);
			out->v = v;
		}
		if (record_decode(call->arena, shape, arena_str(call->arena, c.value),
			    (char *)out->v + out->n * shape->size) == 0)
			out->n++;
		last = id.text;
	}
	txn_cursor_close(&c);
}

void part_all(struct call *call, const struct part_kind *kind, struct str api, struct any_list *out)
{
	struct str next;
	records_list(call, part_prefix(call, kind->key, api), kind->shape, (struct str){ 0 },
		SIZE_MAX, out, &next);
}

int page_size(struct call *call, struct str text, size_t *out)
{
	int64_t n = GATEWAY_PAGE_MAX;
	if (text.n && (str_to_i64(text, &n) < 0 || n < 1))
		return fail(
			call, &apigatewayv2_bad_request_exception, "Invalid maxResults specified");
	*out = (size_t)MIN(n, GATEWAY_PAGE_MAX);
	return 0;
}

int part_page(struct call *call, const struct part_kind *kind, struct str api, struct str max,
	struct str token, void *items, struct str *next)
{
	struct apigatewayv2_api owner = { 0 };
	struct any_list list;
	size_t n = 0;
	if (api_require(call, api, &owner) < 0 || page_size(call, max, &n) < 0)
		return -1;
	records_list(call, part_prefix(call, kind->key, api), kind->shape, token, n, &list, next);
	memcpy(items, &list, sizeof list);
	return 0;
}

int part_room(struct call *call, const struct part_kind *kind, struct str api)
{
	struct apigatewayv2_api owner = { 0 };
	struct str prefix = part_prefix(call, kind->key, api);
	struct txn_cursor c;
	size_t n = 0;
	if (api_require(call, api, &owner) < 0)
		return -1;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c))
		n++;
	txn_cursor_close(&c);
	if (n < kind->max)
		return 0;
	return fail(call, &apigatewayv2_too_many_requests_exception,
		"An API may have at most %zu of its kind %s.", kind->max, kind->name);
}

void part_delete_all(struct call *call, const struct part_kind *kind, struct str api)
{
	struct str prefix = part_prefix(call, kind->key, api);
	txn_delete_range(call->txn, prefix, key_range_end(call->arena, prefix));
}

static size_t member_bytes(const struct shape *shape)
{
	if (shape->type == SHAPE_STRUCTURE || shape->type == SHAPE_UNION)
		return sizeof(void *);
	return shape->type == SHAPE_LIST || shape->type == SHAPE_MAP ? sizeof(struct any_list)
								     : shape->size;
}

void merge_members(
	const struct shape *from_shape, const void *from, const struct shape *to_shape, void *to)
{
	for (uint32_t i = 0; i < from_shape->member_count; i++) {
		const struct member *m = &from_shape->members[i];
		const struct member *same =
			shape_member(to_shape, (struct str){ m->name, m->name_bytes });
		if (!same || !member_is_set(m, from))
			continue;
		assert(member_bytes(m->shape) == member_bytes(same->shape));
		memcpy((char *)to + same->offset, (const char *)from + m->offset,
			member_bytes(m->shape));
	}
}
