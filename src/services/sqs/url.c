/* Queue URLs and ARNs, in every form that clients use. */
#include "net/http_server.h"
#include "services/sqs/internal.h"
#include <errno.h>

static bool is_account(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == 12;
}

/* sqs.{region}.*, {region}.queue.*: the region, or p == NULL. */
static struct str host_region(struct str host)
{
	struct str first = { 0 }, second = { 0 };
	str_cut(&host, '.', &first);
	if (host.p)
		str_cut(&host, '.', &second);
	/* A region has a hyphen and a digit at its end: "us-east-1". */
	struct str region = str_is(second, "queue") ? first : second;
	bool named = str_is(first, "sqs") || str_is(first, "sqs-fips") || str_is(second, "queue");
	if (!named || str_index(region, '-') < 0 || region.p[region.n - 1] < '0' ||
		region.p[region.n - 1] > '9')
		return (struct str){ 0 };
	return region;
}

int arn_parse(struct str arn, struct queue_name *out)
{
	struct str parts[6];
	size_t n = 0;
	while (n < 6 && arn.p && str_cut(&arn, ':', &parts[n]))
		n++;
	if (n != 6 || arn.p || !str_is(parts[0], "arn") || !str_is(parts[2], "sqs") ||
		!is_account(parts[4]) || !parts[3].n || !parts[5].n)
		return -EINVAL;
	*out = (struct queue_name){ parts[4], parts[3], parts[5] };
	return 0;
}

/* The path's last parts: .../account/name, queue/region/account/name, or a name alone. */
static bool parse_path(struct str path, struct queue_name *out)
{
	struct str last[4] = { { 0 } }, part;
	size_t n = 0;
	while (path.p && str_cut(&path, '/', &part)) {
		if (!part.n)
			continue;
		if (n == 4) {
			memmove(last, last + 1, 3 * sizeof *last);
			n = 3;
		}
		last[n++] = part;
	}
	if (n == 0)
		return false;
	out->name = last[n - 1];
	if (n >= 2 && is_account(last[n - 2]))
		out->account = last[n - 2];
	else if (n >= 2)
		return false;
	if (n == 4 && str_is(last[0], "queue"))
		out->region = last[1];
	return true;
}

int url_parse(struct call *call, struct str url, struct queue_name *out)
{
	struct str path = url;
	if (!url.p && call->http &&
		is_account(str_sub(http_request(call->http)->path, 1,
			MIN(12, MAX(http_request(call->http)->path.n, 1) - 1))))
		path = http_request(call->http)->path;
	else if (!url.n)
		return fail(call, &sqs_missing_required_parameter_exception,
			"The request must contain the parameter QueueUrl.");
	*out = (struct queue_name){ call->identity.account, call->identity.region, { 0 } };
	if (str_starts(path, STR("arn:")) && arn_parse(path, out) == 0)
		return 0;
	ssize_t scheme = str_find(path, STR("://"));
	if (scheme >= 0) {
		path = str_from(path, (size_t)scheme + 3);
		ssize_t slash = str_index(path, '/');
		struct str host = slash < 0 ? path : str_sub(path, 0, (size_t)slash),
			   region = host_region(host);
		path = slash < 0 ? STR("") : str_from(path, (size_t)slash);
		if (region.n)
			out->region = region;
	} else if (path.p[0] != '/' && str_index(path, '/') >= 0) {
		/* Without a scheme, the first part may be a host. */
		struct str region = host_region(str_sub(path, 0, (size_t)str_index(path, '/')));
		if (region.n)
			out->region = region;
	}
	if (parse_path(path, out))
		return 0;
	return fail(call, &sqs_invalid_address, "The address %.*s is not valid for this endpoint.",
		STR_ARG(url));
}

struct str url_of(struct call *call, struct str account, struct str name)
{
	struct str parts[] = { call_base_url(call), STR("/"), account, STR("/"), name };
	return arena_concat(call->arena, parts, COUNT_OF(parts));
}

int queue_find(struct call *call, struct str url, struct queue *out)
{
	struct queue_name name;
	if (url_parse(call, url, &name) < 0)
		return -1;
	if (queue_get(call, name.account, name.region, name.name, out))
		return 0;
	return fail(call, &sqs_queue_does_not_exist, "The specified queue does not exist.");
}

bool queue_find_arn(struct call *call, struct str arn, struct queue *out)
{
	struct queue_name name;
	return arn_parse(arn, &name) == 0 &&
	       queue_get(call, name.account, name.region, name.name, out);
}
