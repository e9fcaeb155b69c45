/* The records of an API and its parts, as the control plane's files share them. */
#ifndef SAMOVAR_SERVICES_APIGATEWAYV2_RECORDS_H
#define SAMOVAR_SERVICES_APIGATEWAYV2_RECORDS_H

#include "api/apigatewayv2.h"
#include "aws/call.h"
#include "services/apigatewayv2/limits.h"

/* A kind of part: its key, what AWS calls it, its structure, and how many an API may have. */
struct part_kind {
	const char *key, *name;
	const struct shape *shape;
	size_t max;
};
extern const struct part_kind route_kind, integration_kind, stage_kind, deployment_kind,
	authorizer_kind;

struct str api_key(struct call *call, struct str id);
struct str owner_key(struct call *call, struct str id);
struct str snapshot_key(struct call *call, struct str api, struct str deployment);
struct str part_key(struct call *call, const struct part_kind *kind, struct str api, struct str id);
/* n characters of [a-z0-9], in the call's arena. */
struct str new_id(struct call *call, size_t n);

/* With AWS's error: 0 or -1. *out is zeroed by the caller. */
int api_require(struct call *call, struct str id, struct apigatewayv2_api *out) MUSTCHECK;
/* The part, and that its API is there. */
int part_require(struct call *call, const struct part_kind *kind, struct str api, struct str id,
	void *out) MUSTCHECK;
void part_put(struct call *call, const struct part_kind *kind, struct str api, struct str id,
	const void *record);
/* Fails when the API is gone or has as many parts of the kind as it may have. */
int part_room(struct call *call, const struct part_kind *kind, struct str api) MUSTCHECK;
/* All parts of the kind, in the order of their ids: a list of its structures. */
void part_all(
	struct call *call, const struct part_kind *kind, struct str api, struct any_list *out);
/* A page of them; max and token as the client sent them. */
int part_page(struct call *call, const struct part_kind *kind, struct str api, struct str max,
	struct str token, void *items, struct str *next) MUSTCHECK;
void part_delete_all(struct call *call, const struct part_kind *kind, struct str api);
/* The decoded records under a prefix, after the token, at most max; *next is set when there are
 * more. */
void records_list(struct call *call, struct str prefix, const struct shape *shape, struct str token,
	size_t max, struct any_list *out, struct str *next);
int page_size(struct call *call, struct str text, size_t *out) MUSTCHECK;

/* Copies each member that is set to the member of the same name, where there is one. */
void merge_members(
	const struct shape *from_shape, const void *from, const struct shape *to_shape, void *to);

/* ---- check.c: 0, or -1 with AWS's error ---- */

int check_cors(struct call *call, const struct apigatewayv2_cors *cors) MUSTCHECK;
int check_route(
	struct call *call, struct str api, const struct apigatewayv2_route *route) MUSTCHECK;
int check_integration(struct call *call, struct apigatewayv2_integration *integration) MUSTCHECK;
int check_stage(
	struct call *call, struct str api, const struct apigatewayv2_stage *stage) MUSTCHECK;
int check_authorizer(struct call *call, struct apigatewayv2_authorizer *authorizer) MUSTCHECK;
/* A function's ARN out of an integration's or authorizer's URI; p == NULL for what is none. */
struct str function_of_uri(struct str uri);

/* A deployment of what the API has now: its record, and what it froze. */
void deployment_create(struct call *call, struct str api, struct str description, bool automatic,
	struct apigatewayv2_deployment *out);

#endif
