/* The Host check against DNS rebinding, and CORS for pages of this machine. */
#include "aws/guard.h"
#include "aws/error.h"
#include <arpa/inet.h>

/* Without the port, and without the brackets of an IPv6 address. */
static struct str host_name(struct str host)
{
	ssize_t colon = str_rindex(host, ':'), bracket = str_rindex(host, ']');
	if (str_starts(host, STR("[")) && bracket > 0)
		return str_sub(host, 1, (size_t)bracket - 1);
	if (colon >= 0 && colon == str_index(host, ':'))
		host.n = (size_t)colon;
	if (str_ends(host, STR(".")))
		host.n--;
	return host;
}

static bool is_loopback_address(struct str name)
{
	char text[INET6_ADDRSTRLEN + 1];
	unsigned char bytes[16];
	if (name.n >= sizeof text)
		return false;
	memcpy(text, name.p, name.n);
	text[name.n] = 0;
	if (inet_pton(AF_INET, text, bytes) == 1)
		return bytes[0] == 127;
	return inet_pton(AF_INET6, text, bytes) == 1 && memcmp(bytes, &in6addr_loopback, 16) == 0;
}

/* The name itself or one below it. */
static bool is_below(struct str name, const char *domain)
{
	struct str suffix = str_c(domain);
	if (!str_ends_ci(name, suffix))
		return false;
	return name.n == suffix.n || name.p[name.n - suffix.n - 1] == '.';
}

static bool is_local_name(struct str name)
{
	return is_loopback_address(name) || is_below(name, "localhost") ||
	       is_below(name, "localhost.localstack.cloud");
}

bool aws_host_is_allowed(const struct aws *aws, struct str host)
{
	struct str name = host_name(host);
	if (!is_local_name(host_name(aws->address)))
		return true;
	static const char *const domains[] = { "amazonaws.com", "amazonaws.com.cn", "api.aws",
		"on.aws" };
	bool is_ours = name.n == 0 || is_local_name(name);
	for (size_t i = 0; i < COUNT_OF(domains); i++)
		is_ours |= is_below(name, domains[i]);
	return is_ours;
}

bool aws_origin_is_local(struct str origin)
{
	ssize_t at = str_find(origin, STR("://"));
	return at > 0 && is_local_name(host_name(str_from(origin, (size_t)at + 3)));
}

int guard_admit(struct request *r, struct reply *reply)
{
	struct str origin = http_header_get(&r->http->headers, STR("origin"));
	if (!aws_host_is_allowed(r->aws, r->http->host))
		return fail(&r->call, &aws_forbidden_host,
			"The host name %.*s is not one of this server's: it listens on a loopback address and "
			"answers to localhost, *.localhost, localhost.localstack.cloud, *.amazonaws.com and *.on.aws.",
			STR_ARG(r->http->host));
	if (!origin.p)
		return 0;
	if (!aws_origin_is_local(origin)) {
		/* Where any credentials pass, a foreign page must not even send: it could do so
		 * without reading. */
		if (r->aws->auth == AWS_AUTH_ANY)
			return fail(&r->call, &aws_forbidden_host,
				"Pages of %.*s may not call this server.", STR_ARG(origin));
		return 0;
	}
	reply_header(reply, STR("Access-Control-Allow-Origin"), origin);
	REPLY_HEADER(reply, "Vary", "Origin");
	REPLY_HEADER(reply, "Access-Control-Expose-Headers",
		"x-amzn-RequestId, x-amzn-ErrorType, x-amz-request-id, x-amz-id-2, x-amz-crc32, x-amz-function-error, "
		"x-amz-log-result, x-amz-executed-version, x-amz-version-id, ETag, Date");
	return 0;
}

bool guard_preflight(struct request *r, struct reply *reply)
{
	const struct http_headers *headers = &r->http->headers;
	struct str asked = http_header_get(headers, STR("access-control-request-headers"));
	if (!str_is(r->http->method, "OPTIONS") || !http_header_get(headers, STR("origin")).p ||
		!http_header_get(headers, STR("access-control-request-method")).p)
		return false;
	reply->status = 204;
	REPLY_HEADER(reply, "Access-Control-Allow-Methods",
		"GET, HEAD, PUT, POST, DELETE, PATCH, OPTIONS");
	if (asked.p)
		reply_header(reply, STR("Access-Control-Allow-Headers"), asked);
	REPLY_HEADER(reply, "Access-Control-Max-Age", "3600");
	return true;
}
