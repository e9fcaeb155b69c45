/* Names of topics and subscriptions. */
#include "services/sns/internal.h"

int invalid(struct call *call, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct str what = arena_vprintf(call->arena, fmt, ap);
	va_end(ap);
	return fail(
		call, &sns_invalid_parameter_exception, "Invalid parameter: %.*s", STR_ARG(what));
}

struct str arn_part(struct str arn, int index)
{
	struct str part = { 0 };
	for (int i = 0; i <= index; i++)
		if (!arn.p || !str_cut(&arn, ':', &part))
			return (struct str){ 0 };
	return part;
}

static int parse(
	struct call *call, const char *parameter, struct str arn, size_t count, struct str parts[8])
{
	struct str rest = arn;
	size_t n = 0;
	while (n < 8 && rest.p && str_cut(&rest, ':', &parts[n]))
		n++;
	if (!arn.n)
		return invalid(call, "%s Reason: no value for required parameter", parameter);
	if (n < 6)
		return invalid(call, "%s Reason: An ARN must have at least 6 elements, not %zu",
			parameter, n);
	if (n != count || rest.p || !str_is(parts[0], "arn") || !str_is(parts[2], "sns") ||
		!parts[3].n || parts[4].n != 12 || !parts[5].n)
		return invalid(call, "%s", parameter);
	return 0;
}

int topic_name_parse(
	struct call *call, const char *parameter, struct str arn, struct topic_name *out)
{
	struct str parts[8];
	if (parse(call, parameter, arn, 6, parts) < 0)
		return -1;
	*out = (struct topic_name){ parts[4], parts[3], parts[5] };
	return 0;
}

int subscription_name_parse(
	struct call *call, struct str arn, struct topic_name *topic, struct str *id)
{
	struct str parts[8];
	if (parse(call, "SubscriptionArn", arn, 7, parts) < 0)
		return -1;
	*topic = (struct topic_name){ parts[4], parts[3], parts[5] };
	*id = parts[6];
	return 0;
}

struct str topic_arn(struct arena *arena, const struct topic_name *t)
{
	struct str parts[] = { STR("arn:aws:sns:"), t->region, STR(":"), t->account, STR(":"),
		t->name };
	return arena_concat(arena, parts, COUNT_OF(parts));
}

struct str subscription_arn(struct arena *arena, const struct topic_name *t, struct str id)
{
	struct str parts[] = { topic_arn(arena, t), STR(":"), id };
	return arena_concat(arena, parts, COUNT_OF(parts));
}
