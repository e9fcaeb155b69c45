/* An API as the data plane uses it: everything read once, routes in the order of their priority. */
#ifndef SAMOVAR_SERVICES_APIGATEWAYV2_TABLE_H
#define SAMOVAR_SERVICES_APIGATEWAYV2_TABLE_H

#include "api/apigatewayv2.h"
#include "aws/call.h"
#include "base/map.h"
#include "services/apigatewayv2/limits.h"

enum segment_kind { SEGMENT_LITERAL, SEGMENT_PARAM, SEGMENT_GREEDY };

struct segment {
	enum segment_kind kind;
	struct str text; /* the literal, or the parameter's name */
};

struct integration_view {
	const struct apigatewayv2_integration *record;
	struct str function; /* AWS_PROXY: its ARN; else p == NULL */
	bool is_v2;          /* the payload's format */
	uint64_t timeout_ms;
};

struct authorizer_view {
	const struct apigatewayv2_authorizer *record;
	struct str function;
	struct map answers; /* authorizer.c's, by identity sources */
};

struct route_view {
	struct str id, key, method, path; /* method: empty for ANY; path: "/a/{b}", or "$default" */
	bool is_default;
	struct segment *segments;
	size_t segment_count;
	const struct integration_view *integration; /* NULL: the route leads nowhere */
	struct authorizer_view *authorizer;         /* or NULL */
	const struct apigatewayv2_text_list *scopes;
};

struct bucket {
	double rate, burst, tokens; /* burst 0: no limit */
	uint64_t filled_ns;
};

struct stage_view {
	const struct apigatewayv2_stage *record;
	struct str name, variables_json; /* "{...}", or empty */
	struct route_view *routes;
	size_t route_count;
	struct bucket bucket;
};

/* Counted: requests under way keep the table they began with. */
struct table {
	unsigned refs;
	uint64_t generation;
	struct arena arena;
	struct apigatewayv2_api api;
	struct str account, region;
	struct stage_view *stages;
	size_t stage_count;
};

/* The service's state. */
struct gateway {
	struct aws *aws;
	struct map tables; /* by API id */
	struct map keys;   /* of JWT issuers; jwt.c's */
	struct access_log *access_log;
};

/* A reference to the API's table as it is now, or NULL when there is no such API. */
struct table *table_get(struct gateway *gateway, struct str id);
void table_unref(struct table *table);
void tables_fini(struct gateway *gateway);

/* A request's path in parts, still percent-encoded. "/" has none; "/a/" has "a" and an empty one.
 */
struct request_path {
	struct str raw;
	size_t count; /* may be over the array's */
	struct str parts[GATEWAY_PATH_PARTS_MAX + 1];
};
void request_path_split(struct str raw, struct request_path *out);

/* One path parameter, decoded. */
struct path_param {
	struct str name, value;
};
struct route_found {
	const struct route_view *route;
	struct path_param params[GATEWAY_PATH_PARTS_MAX];
	size_t param_count;
};
/*
 * The most specific route: literals before parameters before greedy ones, a method before ANY,
 * $default last (API Gateway Developer Guide, "Create routes for HTTP APIs"). false: none.
 */
bool table_route(const struct stage_view *stage, struct arena *arena, struct str method,
	const struct request_path *path, struct route_found *out);
/* Parses the route's key; what table_get does to each. */
void route_view_init(struct route_view *r, struct arena *arena, struct str key);
void route_views_sort(struct route_view *v, size_t n);

#endif
