/* The settings of event source mappings of streams (Lambda Developer Guide, "Lambda parameters for
 * Amazon DynamoDB event source mappings"). */
#include "api/dynamodbstreams.h"
#include "services/lambda/mapping.h"

#define INVALID &lambda_invalid_parameter_value_exception

enum { BATCH_SIZE = 100, RECORD_AGE_MIN_S = 60 };

bool mapping_is_stream(const struct lambda_event_source_mapping_configuration *c)
{
	return str_starts(c->event_source_arn, STR("arn:aws:dynamodb:"));
}

static struct lambda_destination_config *no_destination(struct call *call)
{
	struct lambda_destination_config *d =
		ARENA_NEW(call->arena, struct lambda_destination_config);
	d->on_failure = ARENA_NEW(call->arena, struct lambda_on_failure);
	return d;
}

void mapping_stream_defaults(struct call *call, struct lambda_event_source_mapping_configuration *c)
{
	c->batch_size = OPT_I64(BATCH_SIZE);
	c->parallelization_factor = OPT_I64(1);
	c->destination_config = no_destination(call);
	c->maximum_record_age_in_seconds = OPT_I64(-1);
	c->bisect_batch_on_function_error = OPT_BOOL(false);
	c->maximum_retry_attempts = OPT_I64(-1);
	c->tumbling_window_in_seconds = OPT_I64(0);
}

static int check_destination(struct call *call, const struct lambda_destination_config *d)
{
	struct str arn = d->on_failure ? d->on_failure->destination : (struct str){ 0 };
	if (d->on_success && d->on_success->destination.n)
		return fail(call, INVALID,
			"Unsupported parameter for DynamoDB event source mappings: OnSuccess");
	if (str_starts(arn, STR("arn:aws:s3:")))
		return fail(call, INVALID,
			"Buckets as destinations of event source mappings are not served here, only SQS "
			"queues and SNS topics: %.*s",
			STR_ARG(arn));
	/* "Standard Amazon SQS queue or standard Amazon SNS topic" */
	if (!arn.n ||
		((str_starts(arn, STR("arn:aws:sqs:")) || str_starts(arn, STR("arn:aws:sns:"))) &&
			!str_ends(arn, STR(".fifo"))))
		return 0;
	return fail(call, INVALID,
		"The provided destination config DestinationArn: %.*s is invalid.", STR_ARG(arn));
}

static int check_unsupported(
	struct call *call, const struct lambda_update_event_source_mapping_input *in)
{
	const char *name =
		in->scaling_config && in->scaling_config->maximum_concurrency.set ? "ScalingConfig"
		: in->provisioned_poller_config &&
				(in->provisioned_poller_config->minimum_pollers.set ||
					in->provisioned_poller_config->maximum_pollers.set)
			? "ProvisionedPollerConfig"
			: NULL;
	if (name)
		return fail(call, INVALID,
			"Unsupported parameter for DynamoDB event source mappings: %s", name);
	if (in->tumbling_window_in_seconds.v > 0)
		return fail(call, INVALID,
			"TumblingWindowInSeconds: windows of aggregation are not served here.");
	return 0;
}

int mapping_stream_apply(struct call *call, struct lambda_event_source_mapping_configuration *c,
	const struct lambda_update_event_source_mapping_input *in)
{
	int64_t age_s = in->maximum_record_age_in_seconds.v;
	if (check_unsupported(call, in) < 0 ||
		(in->destination_config && check_destination(call, in->destination_config) < 0))
		return -1;
	if (in->maximum_record_age_in_seconds.set && age_s > -1 && age_s < RECORD_AGE_MIN_S)
		return fail(call, INVALID,
			"MaximumRecordAgeInSeconds must be -1 or at least %d seconds: %lld",
			RECORD_AGE_MIN_S, (long long)age_s);
	if (in->parallelization_factor.set)
		c->parallelization_factor = in->parallelization_factor;
	if (in->maximum_record_age_in_seconds.set)
		c->maximum_record_age_in_seconds = in->maximum_record_age_in_seconds;
	if (in->bisect_batch_on_function_error.set)
		c->bisect_batch_on_function_error = in->bisect_batch_on_function_error;
	if (in->maximum_retry_attempts.set)
		c->maximum_retry_attempts = in->maximum_retry_attempts;
	if (in->destination_config) {
		c->destination_config = no_destination(call);
		if (in->destination_config->on_failure)
			c->destination_config->on_failure = in->destination_config->on_failure;
	}
	return 0;
}

static int check_role(struct call *call, struct str role, struct str stream)
{
	static const char *const actions[] = { "dynamodb:GetRecords", "dynamodb:GetShardIterator",
		"dynamodb:DescribeStream", "dynamodb:ListStreams" };
	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (!lambda_role_may(call, role, actions[i], stream))
			return fail(call, INVALID,
				"Cannot access stream %.*s. Please ensure the role can perform the "
				"GetRecords, GetShardIterator, DescribeStream, and ListStreams "
				"Actions on your stream in IAM.",
				STR_ARG(stream));
	return 0;
}

int mapping_stream_check(struct call *call, const struct lambda_mapping_record *r)
{
	struct function_name name = { r->account, r->region, r->function, r->qualifier };
	struct lambda_version_record version;
	struct dynamodbstreams_find_stream_input in = { r->configuration->event_source_arn };
	struct dynamodbstreams_find_stream_output stream = { 0 };
	int64_t number;
	if (lambda_read_version(call, &name, &version, &number) < 0)
		return -1;
	if (call_inner(call, &dynamodbstreams_find_stream_operation, NULL, &in, &stream) == 0)
		return check_role(call, version.configuration->role, in.stream_arn);
	call->error = (struct call_error){ 0 };
	return fail(call, INVALID, "Stream not found: %.*s", STR_ARG(in.stream_arn));
}

int mapping_check_start(
	struct call *call, const struct lambda_create_event_source_mapping_input *in)
{
	bool is_stream = str_starts(in->event_source_arn, STR("arn:aws:dynamodb:"));
	const char *name = in->topics.n              ? "Topics"
			   : in->queues.n            ? "Queues"
			   : is_stream               ? NULL
			   : in->starting_position.p ? "StartingPosition"
						     : NULL;
	if (!name && in->starting_position_timestamp.set)
		name = "StartingPositionTimestamp";
	if (name)
		return fail(call, INVALID, "%s is not supported for %s event sources.", name,
			is_stream ? "DynamoDB" : "SQS");
	if (is_stream && !in->starting_position.p)
		return fail(call, INVALID,
			"1 validation error detected: Value null at 'startingPosition' failed to "
			"satisfy constraint: Member must not be null.");
	if (is_stream && str_is(in->starting_position, "AT_TIMESTAMP"))
		return fail(call, INVALID, "Unsupported starting position for arn type: %.*s",
			STR_ARG(in->event_source_arn));
	return 0;
}
