/* How events left with a function are retried and where they end: PutFunctionEventInvokeConfig and
 * its kin. */
#include "services/lambda/internal.h"

static int fail_none(struct call *call, const struct function_name *name)
{
	struct function_name full = *name;
	if (!full.qualifier.p)
		full.qualifier = STR("$LATEST");
	struct str arn = function_arn(call->arena, &full);
	return fail(call, &lambda_resource_not_found_exception,
		"The function %.*s doesn't have an EventInvokeConfig", STR_ARG(arn));
}

static struct str key_of(struct call *call, const struct function_name *name)
{
	return lambda_named_key(call->arena, name, "event-invoke", name->qualifier);
}

static int check_destination(struct call *call, const struct function_name *name, struct str arn)
{
	static const char *const services[] = { "arn:aws:sqs:", "arn:aws:sns:", "arn:aws:lambda:" };
	static const char *const not_served[] = { "arn:aws:events:", "arn:aws:s3:" };
	struct function_name own = *name;
	if (!arn.n)
		return 0;
	own.qualifier = (struct str){ 0 };
	if (str_eq(arn, function_arn(call->arena, name)) ||
		str_eq(arn, function_arn(call->arena, &own)))
		return fail(call, &lambda_invalid_parameter_value_exception,
			"You can't specify the function as a destination for itself.");
	for (size_t i = 0; i < COUNT_OF(services); i++)
		if (str_starts(arn, str_c(services[i])))
			return 0;
	for (size_t i = 0; i < COUNT_OF(not_served); i++)
		if (str_starts(arn, str_c(not_served[i])))
			return fail(call, &lambda_invalid_parameter_value_exception,
				"Destinations in EventBridge and S3 are not served here: %.*s",
				STR_ARG(arn));
	return fail(call, &lambda_invalid_parameter_value_exception,
		"The provided destination config DestinationArn: "
		"%.*s is invalid.",
		STR_ARG(arn));
}

static int put(struct call *call, const struct function_name *name,
	struct lambda_function_event_invoke_config *c)
{
	const struct lambda_destination_config *d = c->destination_config;
	struct function_name full = *name;
	if (d &&
		((d->on_success && check_destination(call, name, d->on_success->destination) < 0) ||
			(d->on_failure &&
				check_destination(call, name, d->on_failure->destination) < 0)))
		return -1;
	if (!c->destination_config)
		c->destination_config = ARENA_NEW(call->arena, struct lambda_destination_config);
	if (!c->destination_config->on_success)
		c->destination_config->on_success =
			ARENA_NEW(call->arena, struct lambda_on_success);
	if (!c->destination_config->on_failure)
		c->destination_config->on_failure =
			ARENA_NEW(call->arena, struct lambda_on_failure);
	if (!full.qualifier.p)
		full.qualifier = STR("$LATEST");
	c->function_arn = function_arn(call->arena, &full);
	c->last_modified = OPT_TIME(call->now_ms);
	call_put_record(call, key_of(call, name), &lambda_function_event_invoke_config_shape, c);
	return 0;
}

/* The stored configuration of the function that is named. */
static int require(struct call *call, struct str function, struct str qualifier,
	struct function_name *name, struct lambda_function_event_invoke_config *out)
{
	if (lambda_name_of(call, function, qualifier, name) < 0 ||
		lambda_check_qualifier(call, name) < 0)
		return -1;
	if (!call_get_record(
		    call, key_of(call, name), &lambda_function_event_invoke_config_shape, out))
		return fail_none(call, name);
	return 0;
}

int lambda_put_function_event_invoke_config(struct call *call,
	const struct lambda_put_function_event_invoke_config_input *in,
	struct lambda_function_event_invoke_config *out)
{
	struct function_name name;
	if (lambda_name_of(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_check_qualifier(call, &name) < 0)
		return -1;
	if (!in->maximum_retry_attempts.set && !in->maximum_event_age_in_seconds.set &&
		!in->destination_config)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"You must specify at least one of error handling or destination setting.");
	out->maximum_retry_attempts = in->maximum_retry_attempts;
	out->maximum_event_age_in_seconds = in->maximum_event_age_in_seconds;
	out->destination_config = in->destination_config;
	return put(call, &name, out);
}

int lambda_update_function_event_invoke_config(struct call *call,
	const struct lambda_update_function_event_invoke_config_input *in,
	struct lambda_function_event_invoke_config *out)
{
	struct function_name name;
	if (require(call, in->function_name, in->qualifier, &name, out) < 0)
		return -1;
	if (in->maximum_retry_attempts.set)
		out->maximum_retry_attempts = in->maximum_retry_attempts;
	if (in->maximum_event_age_in_seconds.set)
		out->maximum_event_age_in_seconds = in->maximum_event_age_in_seconds;
	if (in->destination_config && out->destination_config) {
		if (in->destination_config->on_success)
			out->destination_config->on_success = in->destination_config->on_success;
		if (in->destination_config->on_failure)
			out->destination_config->on_failure = in->destination_config->on_failure;
	}
	return put(call, &name, out);
}

int lambda_get_function_event_invoke_config(struct call *call,
	const struct lambda_get_function_event_invoke_config_input *in,
	struct lambda_function_event_invoke_config *out)
{
	struct function_name name;
	return require(call, in->function_name, in->qualifier, &name, out);
}

int lambda_list_function_event_invoke_configs(struct call *call,
	const struct lambda_list_function_event_invoke_configs_input *in,
	struct lambda_list_function_event_invoke_configs_output *out)
{
	struct function_name name;
	struct lambda_function_record function;
	struct lambda_function_event_invoke_config config;
	struct lambda_page page;
	if (lambda_name_of(call, in->function_name, (struct str){ 0 }, &name) < 0 ||
		lambda_read_function(call, &name, &function) < 0 ||
		lambda_page_open(call, lambda_part_key(call->arena, &name, "event-invoke"),
			in->marker, in->max_items, LAMBDA_PAGE, &page) < 0)
		return -1;
	out->function_event_invoke_configs.v =
		ARENA_ARRAY(call->arena, struct lambda_function_event_invoke_config, LAMBDA_PAGE);
	while (lambda_page_next(&page, &lambda_function_event_invoke_config_shape, &config))
		out->function_event_invoke_configs.v[out->function_event_invoke_configs.n++] =
			config;
	out->next_marker = page.next_marker;
	lambda_page_close(&page);
	return 0;
}

int lambda_delete_function_event_invoke_config(struct call *call,
	const struct lambda_delete_function_event_invoke_config_input *in,
	struct lambda_delete_function_event_invoke_config_output *out)
{
	struct function_name name;
	(void)out;
	if (lambda_name_of(call, in->function_name, in->qualifier, &name) < 0 ||
		lambda_check_qualifier(call, &name) < 0)
		return -1;
	struct str key = key_of(call, &name);
	if (!txn_exists(call->txn, key))
		return fail_none(call, &name);
	txn_delete(call->txn, key);
	return 0;
}
