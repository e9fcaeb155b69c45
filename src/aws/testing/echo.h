/* The handlers of the test service echo.smithy, and a server with nothing else. Included by a
 * test's one file. */
#ifndef SAMOVAR_AWS_TESTING_ECHO_H
#define SAMOVAR_AWS_TESTING_ECHO_H

#include "aws/call.h"
#include "api/echo.h"
#include "api/echo.c"
#include <unistd.h>

static int echo_after_count; /* how often a call_after ran */

int echo_say(struct call *call, const struct echo_say_input *in, struct echo_say_output *out)
{
	if (str_is(in->name, "nobody"))
		return fail_with(call, &echo_not_there,
			&(struct echo_not_there){ .name = in->name }, "%.*s is not there",
			STR_ARG(in->name));
	out->name = in->name;
	out->times = in->times;
	out->tags.v = in->tags.v;
	out->tags.n = in->tags.n;
	out->text = in->text;
	out->at = in->at;
	out->loud = in->loud;
	out->since = in->since;
	out->meta = in->meta;
	out->caller = call->identity.principal_arn;
	out->account = call->identity.account;
	out->region = call->identity.region;
	out->base_url = call_base_url(call);
	return 0;
}

static void count_after(void *arg)
{
	(void)arg;
	echo_after_count++;
}

int echo_keep(struct call *call, const struct echo_keep_input *in, struct echo_kept *out)
{
	struct echo_kept kept = { 0 };
	struct str key = call_key(call, "kept", in->name);
	call_get_record(call, key, &echo_kept_shape, &kept);
	call_after(call, count_after, NULL);
	kept.value = in->value;
	kept.count = OPT_I64(kept.count.v + 1);
	call_put_record(call, key, &echo_kept_shape, &kept);
	if (str_is(in->value, "too much"))
		return fail_with(call, &echo_too_much,
			&(struct echo_too_much){ .retry_after = OPT_I64(7) }, "That is \"%s\"",
			"too much");
	*out = kept;
	return 0;
}

int echo_fetch(struct call *call, const struct echo_fetch_input *in, struct echo_kept *out)
{
	if (!call_get_record(call, call_key(call, "kept", in->name), &echo_kept_shape, out))
		return fail(call, &echo_not_there, "%.*s is not there", STR_ARG(in->name));
	return 0;
}

int echo_relay(struct call *call, const struct echo_relay_input *in, struct echo_kept *out)
{
	struct echo_keep_input keep = { .name = in->name, .value = in->value };
	struct echo_hidden_input hidden = { .name = in->name };
	if (call_inner(call, &echo_keep_operation, NULL, &keep, out) < 0)
		return -1;
	return call_inner(call, &echo_hidden_operation, NULL, &hidden, out);
}

/* Joins its transaction twice. */
int echo_hidden(struct call *call, const struct echo_hidden_input *in, struct echo_kept *out)
{
	struct echo_keep_input keep = { .name = in->name, .value = STR("by hidden") };
	struct echo_fetch_input fetch = { .name = in->name };
	if (call_inner(call, &echo_keep_operation, NULL, &keep, out) < 0)
		return -1;
	return call_inner(call, &echo_fetch_operation, NULL, &fetch, out);
}

int echo_bytes(struct call *call, const struct echo_bytes_input *in, struct echo_bytes_output *out)
{
	(void)call;
	out->payload = in->payload;
	out->status = OPT_I64(in->payload.n ? 202 : 200);
	return 0;
}

int echo_open(struct call *call, const struct echo_open_input *in, struct echo_open_output *out)
{
	(void)in;
	out->caller = call->identity.principal_arn;
	return 0;
}

int echo_forget(
	struct call *call, const struct echo_forget_input *in, struct echo_forget_output *out)
{
	(void)out;
	txn_delete(call->txn, call_key(call, "kept", in->name));
	return 0;
}

static const struct service echo_service = { .api = &echo_api };
static const struct service *const echo_services[] = { &echo_service, NULL };

#endif
