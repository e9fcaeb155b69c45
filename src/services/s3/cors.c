/* Cross-origin requests by the bucket's rules. */
#include "net/http_server.h"
#include "services/s3/config.h"
#include "services/s3/web.h"

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
	call_header(call, STR("Access-Control-Allow-Origin"), allowed_origin(rule, origin));
	call_header(call, STR("Vary"),
		STR("Origin, Access-Control-Request-Headers, Access-Control-Request-Method"));
	if (rule->expose_headers.n)
		call_header(call, STR("Access-Control-Expose-Headers"),
			joined(call->arena, rule->expose_headers.v, rule->expose_headers.n));
}

struct preflight {
	struct str bucket;
	struct s3_cors_configuration rules;
	bool is_there;
};

static int read_rules(struct call *call, void *arg)
{
	struct preflight *p = arg;
	p->is_there =
		s3_config_find(call, p->bucket, "cors", &s3_cors_configuration_shape, &p->rules);
	return 0;
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
	struct http_header out[6];
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
	if (!bucket_name_is_valid(p.bucket) || call_read(&call, read_rules, &p) < 0 || !p.is_there)
		return false;
	const struct s3_cors_rule *rule = find_rule(&p.rules.cors_rules, origin, method, asked);
	if (!rule) {
		out[n++] = (struct http_header){ STR("Content-Type"), STR("application/xml") };
		http_respond(ex, 403, out, n,
			STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessForbidden</Code>"
			    "<Message>CORSResponse: This CORS request is not allowed. This is usually "
				"because the evalution of Origin, "
			    "request method / Access-Control-Request-Method or "
				"Access-Control-Request-Headers are not whitelisted by "
			    "the resource's CORS spec.</Message></Error>"));
		return true;
	}
	out[n++] = (struct http_header){ STR("Access-Control-Allow-Origin"),
		allowed_origin(rule, origin) };
	out[n++] = (struct http_header){ STR("Access-Control-Allow-Methods"),
		joined(call.arena, rule->allowed_methods.v, rule->allowed_methods.n) };
	if (asked.n)
		out[n++] = (struct http_header){ STR("Access-Control-Allow-Headers"), asked };
	if (rule->max_age_seconds.set)
		out[n++] = (struct http_header){ STR("Access-Control-Max-Age"),
			arena_printf(call.arena, "%lld", (long long)rule->max_age_seconds.v) };
	out[n++] = (struct http_header){ STR("Vary"),
		STR("Origin, Access-Control-Request-Headers, Access-Control-Request-Method") };
	http_respond(ex, 200, out, n, STR(""));
	return true;
}
