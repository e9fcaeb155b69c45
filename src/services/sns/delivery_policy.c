/*
 * Delivery policies: how HTTP/S endpoints are tried again (SNS Developer Guide, "Amazon SNS message
 * delivery retries"). Those of the other protocols are AWS's own, and can't be changed.
 */
#include "services/sns/delivery_policy.h"
#include "aws/tree.h"

static const struct retry_policy default_policy = {
	.min_s = 20, .max_s = 20, .retries = 3, .function = STR_INIT("linear")
};

static const char *const functions[] = { "linear", "arithmetic", "geometric", "exponential" };

static const char default_type[] = "text/plain; charset=UTF-8";

static int bad(struct call *call, const char *what)
{
	return invalid(call, "DeliveryPolicy: %s", what);
}

/* A member that is a whole number within bounds; not there is fine. */
static int read_number(
	struct call *call, yyjson_val *in, const char *name, int64_t min, int64_t max, int64_t *out)
{
	yyjson_val *v = yyjson_obj_get(in, name);
	if (!v || yyjson_is_null(v))
		return 0;
	if (!yyjson_is_int(v) || yyjson_get_sint(v) < min || yyjson_get_sint(v) > max)
		return invalid(call,
			"DeliveryPolicy: healthyRetryPolicy.%s must be a number from %lld to %lld",
			name, (long long)min, (long long)max);
	*out = yyjson_get_sint(v);
	return 0;
}

static int check_names(struct call *call, yyjson_val *in, const char *const *names)
{
	yyjson_val *key, *value;
	size_t i, n;
	if (!yyjson_is_obj(in))
		return bad(call, "failed to parse JSON.");
	yyjson_obj_foreach(in, i, n, key, value)
	{
		bool is_known = false;
		for (const char *const *name = names; *name; name++)
			is_known |= yyjson_equals_str(key, *name);
		if (!is_known)
			return invalid(call, "DeliveryPolicy: Unexpected JSON member: %s",
				yyjson_get_str(key));
	}
	return 0;
}

static int read_retries(struct call *call, yyjson_val *in, struct retry_policy *p)
{
	static const char *const names[] = { "minDelayTarget", "maxDelayTarget", "numRetries",
		"numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries", "backoffFunction",
		NULL };
	yyjson_val *function = yyjson_obj_get(in, "backoffFunction");
	if (check_names(call, in, names) < 0 ||
		read_number(call, in, "minDelayTarget", 1, 3600, &p->min_s) < 0 ||
		read_number(call, in, "maxDelayTarget", 1, 3600, &p->max_s) < 0 ||
		read_number(call, in, "numRetries", 0, 100, &p->retries) < 0 ||
		read_number(call, in, "numNoDelayRetries", 0, 100, &p->no_delay) < 0 ||
		read_number(call, in, "numMinDelayRetries", 0, 100, &p->min_delay) < 0 ||
		read_number(call, in, "numMaxDelayRetries", 0, 100, &p->max_delay) < 0)
		return -1;
	if (function && !yyjson_is_null(function)) {
		bool is_known = false;
		for (size_t i = 0; i < COUNT_OF(functions); i++) {
			if (!yyjson_equals_str(function, functions[i]))
				continue;
			p->function = str_c(functions[i]);
			is_known = true;
		}
		if (!is_known)
			return bad(call, "healthyRetryPolicy.backoffFunction must be linear, "
					 "arithmetic, geometric or exponential");
	}
	if (p->min_s > p->max_s)
		return bad(call, "healthyRetryPolicy.minDelayTarget must be less than or equal to "
				 "maxDelayTarget");
	if (p->no_delay + p->min_delay + p->max_delay > p->retries)
		return bad(call,
			"healthyRetryPolicy.numRetries must be greater than or equal to the "
			"retries of its phases");
	return 0;
}

/* Endpoints are posted to as fast as they answer. */
static int check_throttle(struct call *call, yyjson_val *in)
{
	if (!in || yyjson_is_null(in))
		return 0;
	return bad(call, "throttlePolicy is not served here");
}

static int read_request(struct call *call, yyjson_val *in, struct str *type)
{
	static const char *const names[] = { "headerContentType", NULL };
	static const char *const types[] = { "text/plain", "application/json", "application/xml",
		"application/x-www-form-urlencoded", "text/html", "text/css", "text/csv",
		"text/javascript", "text/xml", "application/atom+xml", "application/ld+json",
		"application/octet-stream", "application/soap+xml", "application/vnd.ms-excel" };
	yyjson_val *v = yyjson_obj_get(in, "headerContentType");
	if (!in || yyjson_is_null(in))
		return 0;
	if (check_names(call, in, names) < 0)
		return -1;
	if (!v || yyjson_is_null(v))
		return 0;
	struct str text = { yyjson_get_str(v), yyjson_get_len(v) };
	struct str rest = text, kind = { 0 };
	if (text.n)
		str_cut(&rest, ';', &kind);
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (!str_is(str_trim(kind), types[i]))
			continue;
		*type = arena_str(call->arena, text);
		return 0;
	}
	return bad(call, "requestPolicy.headerContentType is not one of the content types allowed");
}

/* The parts have other names in a topic's policy. */
static int read_parts(struct call *call, yyjson_val *in, bool is_topics, struct retry_policy *p)
{
	static const char *const own[] = { "healthyRetryPolicy", "sicklyRetryPolicy",
		"throttlePolicy", "requestPolicy", "guaranteed", NULL };
	static const char *const topics[] = { "defaultHealthyRetryPolicy",
		"disableSubscriptionOverrides", "defaultSicklyRetryPolicy", "defaultThrottlePolicy",
		"defaultRequestPolicy", NULL };
	if (check_names(call, in, is_topics ? topics : own) < 0)
		return -1;
	yyjson_val *retries = yyjson_obj_get(in, is_topics ? topics[0] : own[0]);
	yyjson_val *throttle = yyjson_obj_get(in, is_topics ? topics[3] : own[2]);
	yyjson_val *request = yyjson_obj_get(in, is_topics ? topics[4] : own[3]);
	if (retries && !yyjson_is_null(retries) && read_retries(call, retries, p) < 0)
		return -1;
	if (is_topics && yyjson_is_true(yyjson_obj_get(in, topics[1])))
		p->no_overrides = true;
	return check_throttle(call, throttle) < 0 ? -1
						  : read_request(call, request, &p->content_type);
}

static int read_policy(struct call *call, struct str text, bool is_topics, struct retry_policy *p)
{
	static const char *const names[] = { "http", NULL };
	yyjson_alc alc = tree_alc(call->arena);
	yyjson_doc *doc = yyjson_read_opts((char *)text.p, text.n, 0, &alc, NULL);
	yyjson_val *root = yyjson_doc_get_root(doc);
	if (!yyjson_is_obj(root))
		return bad(call, "failed to parse JSON.");
	if (!is_topics)
		return read_parts(call, root, false, p);
	if (check_names(call, root, names) < 0)
		return -1;
	yyjson_val *http = yyjson_obj_get(root, "http");
	return http ? read_parts(call, http, true, p) : 0;
}

int delivery_policy_check(struct call *call, struct str policy, bool is_topics)
{
	struct retry_policy p = default_policy;
	if (policy.n > SNS_DELIVERY_POLICY_BYTES_MAX)
		return bad(call, "the policy is too long");
	return read_policy(call, policy, is_topics, &p);
}

struct retry_policy delivery_policy_of(
	struct call *call, const struct topic *t, const struct subscription *s)
{
	struct retry_policy p = default_policy;
	struct call_error before = call->error;
	/* Both were checked when they were set. */
	if (t->r.delivery_policy.n && read_policy(call, t->r.delivery_policy, true, &p) < 0)
		p = default_policy;
	if (s && s->r.delivery_policy.n && !p.no_overrides &&
		read_policy(call, s->r.delivery_policy, false, &p) < 0)
		p = default_policy;
	call->error = before;
	if (!p.content_type.n)
		p.content_type = str_c(default_type);
	return p;
}

struct str delivery_policy_effective(
	struct call *call, const struct topic *t, const struct subscription *s)
{
	struct retry_policy p = delivery_policy_of(call, t, s);
	struct str retries = arena_printf(call->arena,
		"{\"minDelayTarget\":%lld,\"maxDelayTarget\":%lld,\"numRetries\":%lld,"
		"\"numMaxDelayRetries\":%lld,\"numNoDelayRetries\":%lld,\"numMinDelayRetries\":%lld,"
		"\"backoffFunction\":\"%.*s\"}",
		(long long)p.min_s, (long long)p.max_s, (long long)p.retries,
		(long long)p.max_delay, (long long)p.no_delay, (long long)p.min_delay,
		STR_ARG(p.function));
	if (s)
		return arena_printf(call->arena,
			"{\"healthyRetryPolicy\":%.*s,\"sicklyRetryPolicy\":null,"
			"\"requestPolicy\":{\"headerContentType\":\"%.*s\"},\"guaranteed\":false}",
			STR_ARG(retries), STR_ARG(p.content_type));
	return arena_printf(call->arena,
		"{\"http\":{\"defaultHealthyRetryPolicy\":%.*s,"
		"\"disableSubscriptionOverrides\":%s,"
		"\"defaultRequestPolicy\":{\"headerContentType\":\"%.*s\"}}}",
		STR_ARG(retries), p.no_overrides ? "true" : "false", STR_ARG(p.content_type));
}

/* ---- as services/delivery has it ---- */

static void phase(struct delivery_retry_phases *list, int64_t retries, int64_t first_s,
	int64_t last_s, struct str function)
{
	if (retries > 0)
		list->v[list->n++] = (struct delivery_retry_phase){ OPT_I64(retries),
			OPT_I64(first_s * 1000), OPT_I64(last_s * 1000), function };
}

struct delivery_retry_phases retry_phases(
	struct call *call, const struct topic *t, const struct subscription *s)
{
	struct delivery_retry_phases list = {
		ARENA_ARRAY(call->arena, struct delivery_retry_phase, 4), 0
	};
	struct str linear = STR("linear"), exponential = STR("exponential");
	if (str_starts(s->r.protocol, STR("http"))) {
		struct retry_policy p = delivery_policy_of(call, t, s);
		phase(&list, p.no_delay, 0, 0, linear);
		phase(&list, p.min_delay, p.min_s, p.min_s, linear);
		phase(&list, p.retries - p.no_delay - p.min_delay - p.max_delay, p.min_s, p.max_s,
			p.function);
		phase(&list, p.max_delay, p.max_s, p.max_s, linear);
		/* Without retries there is a phase that has none: an empty list means others. */
		if (!list.n)
			list.v[list.n++] = (struct delivery_retry_phase){ OPT_I64(0), OPT_I64(0),
				OPT_I64(0), linear };
	} else if (str_is(s->r.protocol, "sqs") || str_is(s->r.protocol, "lambda")) {
		phase(&list, 3, 0, 0, linear);
		phase(&list, 2, 1, 1, linear);
		phase(&list, 10, 1, 20, exponential);
		phase(&list, 100000, 20, 20, linear);
	} else {
		phase(&list, 2, 10, 10, linear);
		phase(&list, 10, 10, 600, exponential);
		phase(&list, 38, 600, 600, linear);
	}
	return list;
}
