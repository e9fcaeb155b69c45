/* Endpoints of subscriptions, by protocol (API Reference, Subscribe). */
#include "services/sns/internal.h"
#include <ctype.h>

static int check_arn(struct call *call, const struct topic *t, struct str protocol,
	struct str service, struct str endpoint)
{
	bool is_sqs = str_is(protocol, "sqs");
	struct str account = arn_part(endpoint, 4), name = arn_part(endpoint, is_sqs ? 5 : 6);
	uint64_t number;
	if (!str_is(arn_part(endpoint, 0), "arn") || !str_eq(arn_part(endpoint, 2), service) ||
		!arn_part(endpoint, 3).n || account.n != 12 || str_to_u64(account, &number) < 0 ||
		!name.n || (is_sqs && arn_part(endpoint, 6).p) ||
		(!is_sqs && !str_is(arn_part(endpoint, 5), "function")))
		return invalid(call, "%s endpoint ARN", is_sqs ? "SQS" : "Lambda");
	if (is_sqs && str_ends(name, STR(".fifo")) && !t->r.is_fifo.v)
		return invalid(call,
			"Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be "
			"subscribed to standard SNS topics");
	return 0;
}

static int check_url(struct call *call, struct str protocol, struct str endpoint)
{
	struct str scheme = arena_printf(call->arena, "%.*s://", STR_ARG(protocol));
	bool is_plain = true;
	for (size_t i = 0; i < endpoint.n; i++)
		is_plain &= endpoint.p[i] > ' ' && endpoint.p[i] < 127;
	if (!str_starts_ci(endpoint, scheme) || !is_plain)
		return invalid(call, "Endpoint must match the specified protocol");
	struct str rest = str_from(endpoint, scheme.n), host = { 0 };
	str_cut(&rest, '/', &host);
	return host.n ? 0 : invalid(call, "HTTP Endpoint: unreachable");
}

/* One @ with something on both sides, and nothing that would end a mail's header line. */
static int check_email(struct call *call, struct str endpoint)
{
	ssize_t at = str_index(endpoint, '@');
	bool ok = at > 0 && (size_t)at + 1 < endpoint.n && at == str_rindex(endpoint, '@');
	for (size_t i = 0; i < endpoint.n; i++)
		ok &= endpoint.p[i] > ' ' && endpoint.p[i] < 127 &&
		      !strchr("<>,;\"\\", endpoint.p[i]);
	return ok ? 0 : invalid(call, "Email address");
}

bool phone_is_valid(struct str s)
{
	/* E.164: a plus and up to 15 digits. */
	for (size_t i = 1; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return s.n >= 5 && s.n <= 16 && s.p[0] == '+' && s.p[1] != '0';
}

int endpoint_check(
	struct call *call, const struct topic *t, struct str protocol, struct str endpoint)
{
	if (!protocol.n)
		return invalid(call, "Protocol Reason: no value for required parameter");
	if (str_is(protocol, "application") || str_is(protocol, "firehose"))
		return invalid(call,
			"Protocol Reason: subscriptions of the protocol %.*s are not "
			"served here",
			STR_ARG(protocol));
	if (!str_is(protocol, "sqs") && !str_is(protocol, "lambda") && !str_is(protocol, "http") &&
		!str_is(protocol, "https") && !str_is(protocol, "email") &&
		!str_is(protocol, "email-json") && !str_is(protocol, "sms"))
		return invalid(call, "Amazon SNS does not support this protocol string: %.*s",
			STR_ARG(protocol));
	if (!endpoint.n || endpoint.n > SNS_ENDPOINT_BYTES_MAX)
		return invalid(call, "Endpoint");
	if (t->r.is_fifo.v && !str_is(protocol, "sqs"))
		return invalid(call,
			"Invalid parameter: Endpoint Reason: Please use FIFO SQS queue or "
			"standard SQS queue with FIFO topic");
	if (str_is(protocol, "sqs"))
		return check_arn(call, t, protocol, STR("sqs"), endpoint);
	if (str_is(protocol, "lambda"))
		return check_arn(call, t, protocol, STR("lambda"), endpoint);
	if (str_starts(protocol, STR("http")))
		return check_url(call, protocol, endpoint);
	if (str_starts(protocol, STR("email")))
		return check_email(call, endpoint);
	if (!phone_is_valid(endpoint))
		return invalid(call, "Invalid SMS endpoint: %.*s", STR_ARG(endpoint));
	return 0;
}
