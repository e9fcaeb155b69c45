/* What an HTTP server's and a client's messages share. */
#include "net/http.h"
#include "base/encode.h"

struct str http_header_get(const struct http_headers *headers, struct str name)
{
	for (size_t i = 0; i < headers->n; i++)
		if (headers->v[i].name.n == name.n && str_eq_ci(headers->v[i].name, name))
			return headers->v[i].value;
	return (struct str){ 0 };
}

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 100, "Continue" },
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 402, "Payment Required" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 418, "I'm a teapot" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 424, "Failed Dependency" },
	{ 425, "Too Early" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
};

const char *http_reason(int status)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

static struct str decode(struct arena *arena, struct str s)
{
	struct str out;
	if (!memchr(s.p, '%', s.n) && !memchr(s.p, '+', s.n))
		return s;
	return percent_decode(arena, s, true, &out) < 0 ? s : out;
}

bool http_query_next(struct arena *arena, struct str *query, struct str *name, struct str *value)
{
	struct str pair;
	do {
		if (!query->p || !str_cut(query, '&', &pair))
			return false;
	} while (pair.n == 0);
	ssize_t equals = str_index(pair, '=');
	*name = decode(arena, equals < 0 ? pair : str_sub(pair, 0, (size_t)equals));
	*value = equals < 0 ? STR("") : decode(arena, str_from(pair, (size_t)equals + 1));
	return true;
}

struct str http_query_get(struct arena *arena, struct str query, struct str name)
{
	struct str own, value;
	while (http_query_next(arena, &query, &own, &value))
		if (str_eq(own, name))
			return value;
	return (struct str){ 0 };
}
