/* Authorizers of routes: JWT (jwt.c), and functions asked by the request (REQUEST). */
#include "services/apigatewayv2/authorizer.h"
#include "aws/codec.h"
#include "aws/policy.h"
#include "base/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <yyjson.h>

enum { IDENTITIES_MAX = 16 };

/* What a function answered, as long as it may be remembered. */
struct remembered {
	uint64_t until_ms; /* of clock_mono_ms */
	bool allowed;
	char *v1, *v2;
};

static void remembered_free(struct remembered *r)
{
	if (!r)
		return;
	free(r->v1);
	free(r->v2);
	free(r);
}

void authorizer_forget(struct authorizer_view *a)
{
	struct map_entry *e;
	for (size_t at = 0; map_next(&a->answers, &at, &e);)
		remembered_free(e->value);
	map_fini(&a->answers);
}

/* "$request.header.Authorization" and its kin: p == NULL when the request has none. */
static struct str identity_value(const struct exchange *x, struct str source)
{
	static const struct str header = STR_INIT("$request.header."),
				query = STR_INIT("$request.querystring.");
	if (str_starts(source, header))
		return http_header_get(&x->request->headers, str_from(source, header.n));
	if (str_starts(source, query))
		return http_query_get(x->arena, x->request->query, str_from(source, query.n));
	if (str_is(source, "$context.identity.sourceIp"))
		return x->source_ip;
	if (str_is(source, "$context.httpMethod"))
		return x->request->method;
	if (str_is(source, "$context.path"))
		return x->raw_path;
	if (str_is(source, "$context.routeKey"))
		return x->found.route->key;
	if (str_is(source, "$context.stage"))
		return x->stage->name;
	if (str_starts(source, STR("$stageVariables."))) {
		struct str text = arena_printf(x->arena, "${%.*s}", STR_ARG(str_from(source, 1)));
		return stage_substitute(x, text);
	}
	return (struct str){ 0 };
}

/* ---- JWT ---- */

static int authorize_jwt(struct exchange *x, const struct authorizer_view *a)
{
	struct str token = identity_value(x, a->record->identity_source.v[0]), claims, granted;
	int r;
	if (str_starts_ci(token, STR("bearer ")))
		token = str_trim(str_from(token, 7));
	if (!token.n) {
		x->www_authenticate = "Bearer";
		return 401;
	}
	r = jwt_check(x, a->record->jwt_configuration, x->found.route->scopes, token, &claims,
		&granted, &x->www_authenticate);
	if (r < 0)
		return r == -EPERM ? 403 : 401;
	x->authorizer_v1 = arena_printf(
		x->arena, "{\"claims\":%.*s,\"scopes\":%.*s}", STR_ARG(claims), STR_ARG(granted));
	x->authorizer_v2 = arena_printf(x->arena, "{\"jwt\":%.*s}", STR_ARG(x->authorizer_v1));
	return 0;
}

/* ---- REQUEST ---- */

static struct str route_arn(const struct exchange *x)
{
	struct str path = x->raw_path;
	struct str stage = str_is(x->stage->name, "$default") ? STR("") : x->stage->name;
	if (stage.n)
		path = str_from(path, stage.n + 1);
	return arena_printf(x->arena, "arn:aws:execute-api:%.*s:%.*s:%.*s/%.*s/%.*s%.*s",
		STR_ARG(x->table->region), STR_ARG(x->table->account),
		STR_ARG(x->table->api.api_id), STR_ARG(x->stage->name), STR_ARG(x->request->method),
		STR_ARG(path));
}

static bool policy_allows(const struct exchange *x, yyjson_val *root, struct str arn)
{
	size_t n = 0;
	yyjson_val *document = yyjson_obj_get(root, "policyDocument");
	char *text = document ? yyjson_val_write(document, 0, &n) : NULL;
	struct policy_request request = { .action = STR("execute-api:Invoke"), .resource = arn };
	bool allowed = text && policy_evaluate(x->arena, (struct str){ text, n }, &request,
				       false) == POLICY_ALLOW;
	free(text);
	return allowed;
}

/* The context as the events carry it. */
static void put_context(const struct exchange *x, yyjson_val *root, struct remembered *r)
{
	yyjson_val *context = yyjson_obj_get(root, "context"),
		   *principal = yyjson_obj_get(root, "principalId"), *key;
	struct buf v1 = { 0 }, v2 = { 0 };
	size_t n = 0;
	char *text = yyjson_is_obj(context) ? yyjson_val_write(context, 0, &n) : NULL;
	(void)x;
	buf_printf(&v2, "{\"lambda\":%s}", text ? text : "null");
	free(text);
	buf_cat(&v1, "{\"principalId\":");
	json_quote(&v1, (struct str){ yyjson_is_str(principal) ? yyjson_get_str(principal) : "",
				yyjson_is_str(principal) ? yyjson_get_len(principal) : 0 });
	yyjson_obj_iter it = yyjson_obj_iter_with(context);
	while ((key = yyjson_obj_iter_next(&it))) {
		text = yyjson_val_write(yyjson_obj_iter_get_val(key), 0, &n);
		buf_char(&v1, ',');
		json_quote(&v1, (struct str){ yyjson_get_str(key), yyjson_get_len(key) });
		buf_char(&v1, ':');
		buf_cat(&v1, text ? text : "null");
		free(text);
	}
	buf_char(&v1, '}');
	r->v1 = xstrndup(v1.p, v1.n);
	r->v2 = xstrndup(v2.p, v2.n);
	buf_fini(&v1);
	buf_fini(&v2);
}

/* Asks the function: 0, or -EIO for what is no decision. */
static int ask(struct exchange *x, const struct authorizer_view *a, const struct str *identity,
	size_t n, struct remembered *r)
{
	struct buf event = { 0 };
	struct str payload, arn = route_arn(x);
	bool is_v2 = str_is(a->record->authorizer_payload_format_version, "2.0");
	event_authorizer(&event, x, is_v2, arn, identity, n);
	struct str source = arena_printf(x->arena, "%.*s/authorizers/%.*s",
		STR_ARG(x->table->api.api_id), STR_ARG(a->record->authorizer_id));
	int result = invoke_function(x, stage_substitute(x, a->function), source, buf_view(&event),
		GATEWAY_AUTHORIZER_TIMEOUT_MS, &payload);
	buf_fini(&event);
	if (result < 0)
		return -EIO;
	yyjson_doc *doc = yyjson_read(payload.p ? payload.p : "", payload.n, 0);
	yyjson_val *root = yyjson_doc_get_root(doc), *simple = yyjson_obj_get(root, "isAuthorized");
	bool is_simple = a->record->enable_simple_responses.v;
	if (!yyjson_is_obj(root) ||
		(is_simple ? !yyjson_is_bool(simple) : !yyjson_obj_get(root, "policyDocument"))) {
		yyjson_doc_free(doc);
		return -EIO;
	}
	r->allowed = is_simple ? yyjson_get_bool(simple) : policy_allows(x, root, arn);
	put_context(x, root, r);
	yyjson_doc_free(doc);
	return 0;
}

static int decide(struct exchange *x, const struct remembered *r)
{
	if (!r->allowed)
		return 403;
	x->authorizer_v1 = arena_str(x->arena, str_c(r->v1));
	x->authorizer_v2 = arena_str(x->arena, str_c(r->v2));
	return 0;
}

static int authorize_request(struct exchange *x, struct authorizer_view *a)
{
	struct str identity[IDENTITIES_MAX], key = STR("");
	size_t n = MIN(a->record->identity_source.n, IDENTITIES_MAX);
	int64_t ttl_s = n ? a->record->authorizer_result_ttl_in_seconds.v : 0;
	for (size_t i = 0; i < n; i++) {
		identity[i] = identity_value(x, a->record->identity_source.v[i]);
		if (!identity[i].n)
			return 401;
		key = arena_printf(x->arena, "%.*s%zu:%.*s", STR_ARG(key), identity[i].n,
			STR_ARG(identity[i]));
	}
	struct remembered *r = ttl_s ? map_get(&a->answers, key) : NULL;
	if (r && r->until_ms > clock_mono_ms())
		return decide(x, r);
	r = xcalloc(1, sizeof *r);
	if (ask(x, a, identity, n, r) < 0) {
		remembered_free(r);
		return 500;
	}
	int status = decide(x, r);
	if (ttl_s <= 0) {
		remembered_free(r);
		return status;
	}
	if (a->answers.count >= GATEWAY_AUTHORIZATIONS_MAX)
		authorizer_forget(a);
	r->until_ms = clock_mono_ms() + (uint64_t)ttl_s * 1000;
	remembered_free(map_put(&a->answers, key, r));
	return status;
}

int authorize(struct exchange *x)
{
	struct authorizer_view *a = x->found.route->authorizer;
	return str_is(a->record->authorizer_type, "JWT") ? authorize_jwt(x, a)
							 : authorize_request(x, a);
}
