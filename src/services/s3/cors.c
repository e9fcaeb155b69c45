/* Cross-origin requests by the bucket's rules. */
#include "net/http_server.h"
#include "services/s3/config.h"
#include "services/s3/web.h"

enum { CORS_HEADERS_MAX = 6 };

/* One wildcard at most, which stands for any run. */
static bool matches(struct str pattern, struct str text)
{
	return str_glob(pattern, text);
}

static bool any_matches(const struct str *v, size_t n, struct str text)
{
	for (size_t i = 0; i < n; i++)
		if (matches(v[i], text))
			return true;
	return false;
}

static bool allows_headers(const struct s3_cors_rule *rule, struct str asked)
{
	struct str name;
	while (asked.n && str_cut(&asked, ',', &name)) {
		bool found = str_trim(name).n == 0;
		for (size_t i = 0; i < rule->allowed_headers.n && !found; i++)
			found = str_is(rule->allowed_headers.v[i], "*") ||
				str_eq_ci(rule->allowed_headers.v[i], str_trim(name)) ||
				matches(rule->allowed_headers.v[i], str_trim(name));
		if (!found)
			return false;
	}
	return true;
}

static const struct s3_cors_rule *find_rule(
	const struct s3_cors_rules *rules, struct str origin, struct str method, struct str headers)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct s3_cors_rule *rule = &rules->v[i];
		if (any_matches(rule->allowed_origins.v, rule->allowed_origins.n, origin) &&
			any_matches(rule->allowed_methods.v, rule->allowed_methods.n, method) &&
			allows_headers(rule, headers))
			return rule;
	}
	return NULL;
}

static struct str joined(struct arena *arena, const struct str *v, size_t n)
{
	struct str out = STR("");
	for (size_t i = 0; i < n; i++)
		out = arena_concat(arena, (struct str[]){ out, i ? STR(", ") : STR(""), v[i] }, 3);
	return out;
}

/* "*" when the rule says so, else the origin itself. */
static struct str allowed_origin(const struct s3_cors_rule *rule, struct str origin)
{
	for (size_t i = 0; i < rule->allowed_origins.n; i++)
		if (str_is(rule->allowed_origins.v[i], "*"))
			return STR("*");
	return origin;
}

/* What the rule lets the browser know, in answers and before them. Credentials are for origins that
 * the rule names, as browsers don't take them with "*". */
static size_t rule_headers(struct arena *arena, const struct s3_cors_rule *rule, struct str origin,
	struct http_header out[CORS_HEADERS_MAX])
{
	struct str allowed = allowed_origin(rule, origin);
	size_t n = 0;
	out[n++] = (struct http_header){ STR("Access-Control-Allow-Origin"), allowed };
	out[n++] = (struct http_header){ STR("Access-Control-Allow-Methods"),
		joined(arena, rule->allowed_methods.v, rule->allowed_methods.n) };
	if (rule->expose_headers.n)
		out[n++] = (struct http_header){ STR("Access-Control-Expose-Headers"),
			joined(arena, rule->expose_headers.v, rule->expose_headers.n) };
	if (rule->max_age_seconds.set)
		out[n++] = (struct http_header){ STR("Access-Control-Max-Age"),
			arena_printf(arena, "%lld", (long long)rule->max_age_seconds.v) };
	if (!str_is(allowed, "*"))
		out[n++] = (struct http_header){ STR("Access-Control-Allow-Credentials"),
			STR("true") };
	out[n++] = (struct http_header){ STR("Vary"),
		STR("Origin, Access-Control-Request-Headers, Access-Control-Request-Method") };
	return n;
}

void cors_add_headers(struct call *call, struct str bucket)
{
	const struct http_request *request = http_request(call->http);
	struct str origin = http_header_get(&request->headers, STR("origin"));
	struct s3_cors_configuration c;
	for (const struct call_header *h = call->headers; h; h = h->next)
		if (str_is(h->name, "Access-Control-Allow-Origin"))
			return;
	if (!s3_config_find(call, bucket, "cors", &s3_cors_configuration_shape, &c))
		return;
	const struct s3_cors_rule *rule =
		find_rule(&c.cors_rules, origin, request->method, (struct str){ 0 });
	if (!rule)
		return;
	struct http_header out[CORS_HEADERS_MAX];
	size_t n = rule_headers(call->arena, rule, origin, out);
	for (size_t i = 0; i < n; i++)
		call_header(call, out[i].name, out[i].value);
}

struct preflight {
	struct str bucket;
	struct s3_cors_configuration rules;
	bool has_bucket, is_there;
};

static int read_rules(struct call *call, void *arg)
{
	struct preflight *p = arg;
	struct s3_bucket_record bucket;
	p->has_bucket = bucket_get(call, p->bucket, &bucket);
	p->is_there =
		s3_config_find(call, p->bucket, "cors", &s3_cors_configuration_shape, &p->rules);
	return 0;
}

static void forbid(struct http_exchange *ex, const char *why)
{
	struct http_header type = { STR("Content-Type"), STR("application/xml") };
	struct buf b = { 0 };
	buf_printf(&b,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessForbidden</Code>"
		"<Message>CORSResponse: %s</Message></Error>",
		why);
	http_respond(ex, 403, &type, 1, buf_view(&b));
	buf_fini(&b);
}

bool cors_serve(struct aws *aws, struct http_exchange *ex)
{
	const struct http_request *request = http_request(ex);
	struct str origin = http_header_get(&request->headers, STR("origin")),
		   path = str_from(request->path, 1);
	struct str method =
		http_header_get(&request->headers, STR("access-control-request-method"));
	struct str asked =
		http_header_get(&request->headers, STR("access-control-request-headers"));
	struct identity nobody = { 0 };
	struct preflight p = { 0 };
	struct http_header out[CORS_HEADERS_MAX + 1];
	struct call call;
	size_t n = 0;
	if (!origin.p || !method.p || !path.n)
		return false;
	ssize_t at = str_find(request->host, STR(".s3."));
	if (at > 0)
		p.bucket = str_sub(request->host, 0, (size_t)at);
	else
		str_cut(&path, '/', &p.bucket);
	call_init(&call, aws, http_arena(ex), &nobody);
	call.api = &s3_api;
	if (!bucket_name_is_valid(p.bucket) || call_read(&call, read_rules, &p) < 0 ||
		!p.has_bucket)
		return false;
	const struct s3_cors_rule *rule = find_rule(&p.rules.cors_rules, origin, method, asked);
	if (!rule) {
		forbid(ex,
			p.is_there
				? "This CORS request is not allowed. This is usually because the "
				  "evalution of Origin, request method / Access-Control-Request-Method "
				  "or Access-Control-Request-Headers are not whitelisted by the "
				  "resource's CORS spec."
				: "CORS is not enabled for this bucket.");
		return true;
	}
	n = rule_headers(call.arena, rule, origin, out);
	if (asked.n)
		out[n++] = (struct http_header){ STR("Access-Control-Allow-Headers"), asked };
	http_respond(ex, 200, out, n, STR(""));
	return true;
}
