/* CreateEventSourceMapping and its kin (Lambda API Reference). */
#include "aws/policy.h"
#include "base/random.h"
#include "services/lambda/mapping.h"
#include "store/key.h"

#define INVALID &lambda_invalid_parameter_value_exception

struct str mapping_prefix(struct arena *arena)
{
	return KEY(arena, KEY_LITERAL("lambda-mapping"));
}

static struct str prefix_of(struct arena *arena, struct str account, struct str region)
{
	return KEY(arena, KEY_LITERAL("lambda-mapping"), key_text(account), key_text(region));
}

struct str mapping_key(struct arena *arena, struct str account, struct str region, struct str uuid)
{
	return KEY(arena, KEY_LITERAL("lambda-mapping"), key_text(account), key_text(region),
		key_text(uuid));
}

void mapping_write(struct call *call, const struct lambda_mapping_record *r)
{
	call_put_record(call,
		mapping_key(call->arena, r->account, r->region, r->configuration->uuid),
		&lambda_mapping_record_shape, r);
}

static void put(struct call *call, struct lambda_mapping_record *r)
{
	r->revision = OPT_I64(r->revision.v + 1);
	mapping_write(call, r);
	call_after(call, mappings_changed, call->aws);
}

int mapping_read(struct call *call, struct str uuid, struct lambda_mapping_record *r)
{
	*r = (struct lambda_mapping_record){ 0 };
	struct str key =
		mapping_key(call->arena, call->identity.account, call->identity.region, uuid);
	if (call_get_record(call, key, &lambda_mapping_record_shape, r) && r->configuration)
		return 0;
	return fail(call, &lambda_resource_not_found_exception,
		"The resource you requested does not exist.");
}

/* ---- checks ---- */

static int check_source(struct call *call, struct str arn)
{
	static const char *const others[] = { "kinesis", "kafka", "mq", "rds" };
	if (!arn.n)
		return fail(call, INVALID,
			"Unrecognized event source, must be an SQS queue or a DynamoDB stream: "
			"EventSourceArn is missing. Self-managed event sources are not served here.");
	if (str_starts(arn, STR("arn:aws:sqs:")) || str_starts(arn, STR("arn:aws:dynamodb:")))
		return 0;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (str_starts(arn, arena_printf(call->arena, "arn:aws:%s:", others[i])))
			return fail(call, INVALID,
				"Event sources of the service %s are not served here, only SQS queues and DynamoDB streams: %.*s",
				others[i], STR_ARG(arn));
	return fail(call, INVALID,
		"Unrecognized event source, must be kinesis, dynamodb stream or sqs. Unsupported source arn: "
		"%.*s",
		STR_ARG(arn));
}

static int check_stream_settings(
	struct call *call, const struct lambda_update_event_source_mapping_input *in)
{
	const char *name =
		in->parallelization_factor.set          ? "ParallelizationFactor"
		: in->maximum_record_age_in_seconds.set ? "MaximumRecordAgeInSeconds"
		: in->bisect_batch_on_function_error.set && in->bisect_batch_on_function_error.v
			? "BisectBatchOnFunctionError"
		: in->maximum_retry_attempts.set ? "MaximumRetryAttempts"
		: in->tumbling_window_in_seconds.set && in->tumbling_window_in_seconds.v
			? "TumblingWindowInSeconds"
			: NULL;
	if (!name && in->destination_config &&
		((in->destination_config->on_failure &&
			 in->destination_config->on_failure->destination.n) ||
			(in->destination_config->on_success &&
				in->destination_config->on_success->destination.n)))
		name = "DestinationConfig";
	return name ? fail(call, INVALID, "Unsupported parameter for SQS event source mappings: %s",
			      name)
		    : 0;
}

static int check_filters(struct call *call, const struct lambda_filter_criteria *criteria)
{
	size_t n = criteria ? criteria->filters.n : 0;
	if (n > LAMBDA_FILTERS_MAX)
		return fail(call, INVALID, "A mapping may have at most %d filters.",
			LAMBDA_FILTERS_MAX);
	for (size_t i = 0; i < n; i++) {
		struct pattern *pattern;
		struct str why;
		if (pattern_compile(call->arena, criteria->filters.v[i].pattern, &pattern, &why) <
			0)
			return fail(call, INVALID, "Invalid filter pattern definition. %.*s",
				STR_ARG(why));
	}
	return 0;
}

/* What the role of the function must allow ("Execution role permissions"), and a queue of another
 * account with it. */
static int check_queue_role(struct call *call, const struct lambda_mapping_record *r,
	struct str policy, struct str role)
{
	static const char *const actions[] = { "ReceiveMessage", "DeleteMessage",
		"GetQueueAttributes" };
	struct str arn = r->configuration->event_source_arn;
	struct str account = arena_printf(call->arena, ":%.*s:", STR_ARG(r->account));
	bool is_own = call->aws->auth != AWS_AUTH_STRICT || str_find(arn, account) > 0;
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		struct str action = arena_printf(call->arena, "sqs:%s", actions[i]);
		struct policy_request request = { .action = action,
			.resource = arn,
			.principal_arn = role,
			.principal_account = r->account };
		if (!lambda_role_may(call, role, action.p, arn) ||
			(!is_own && (!policy.n || policy_evaluate(call->arena, policy, &request,
							  true) != POLICY_ALLOW)))
			return fail(call, INVALID,
				"The provided execution role does not have permissions to call %s on SQS",
				actions[i]);
	}
	return 0;
}

/* The queue as it is now, with the function as it is now. */
static int check_queue(struct call *call, const struct lambda_mapping_record *r)
{
	const struct lambda_event_source_mapping_configuration *c = r->configuration;
	struct function_name name = { r->account, r->region, r->function, r->qualifier };
	struct lambda_version_record version;
	int64_t number;
	struct sqs_describe_queue_input in = { c->event_source_arn };
	struct sqs_describe_queue_output queue = { 0 };
	if (lambda_read_version(call, &name, &version, &number) < 0)
		return -1;
	if (call_inner(call, &sqs_describe_queue_operation, NULL, &in, &queue) < 0) {
		struct call_error why = call->error;
		call->error = (struct call_error){ 0 };
		return fail(call, INVALID,
			"Error occurred while ReceiveMessage. SQS Error Code: %s. SQS Error Message: %.*s",
			why.shape->query_code, STR_ARG(why.message));
	}
	if (queue.visibility_timeout.v < version.configuration->timeout.v)
		return fail(call, INVALID,
			"Queue visibility timeout: %lld seconds is less than Function timeout: %lld seconds",
			(long long)queue.visibility_timeout.v,
			(long long)version.configuration->timeout.v);
	if (queue.is_fifo.v && c->batch_size.v > 10)
		return fail(call, INVALID,
			"Batch size must be less than or equal to 10 for FIFO queues.");
	if (queue.is_fifo.v && c->maximum_batching_window_in_seconds.v > 0)
		return fail(call, INVALID, "Batching window is not supported for FIFO queues.");
	return check_queue_role(call, r, queue.policy, version.configuration->role);
}

static int check_sizes(struct call *call, const struct lambda_event_source_mapping_configuration *c)
{
	const struct lambda_provisioned_poller_config *p = c->provisioned_poller_config;
	if (c->batch_size.v > 10 && c->maximum_batching_window_in_seconds.v == 0)
		return fail(call, INVALID,
			"Maximum batch window in seconds must be greater than 0 if maximum "
			"batch size is greater than 10");
	if (p && c->scaling_config && c->scaling_config->maximum_concurrency.set)
		return fail(call, INVALID,
			"MaximumConcurrency can't be used together with ProvisionedPollerConfig.");
	if (p && ((p->minimum_pollers.set && p->minimum_pollers.v < LAMBDA_PROVISIONED_MIN) ||
			 (p->maximum_pollers.set &&
				 (p->maximum_pollers.v < LAMBDA_PROVISIONED_MIN ||
					 p->maximum_pollers.v > LAMBDA_PROVISIONED_MAX))))
		return fail(call, INVALID,
			"For SQS event source mappings MinimumPollers must be between %d and 200, "
			"MaximumPollers between %d and %d.",
			LAMBDA_PROVISIONED_MIN, LAMBDA_PROVISIONED_MIN, LAMBDA_PROVISIONED_MAX);
	if (p && p->minimum_pollers.v > (p->maximum_pollers.set ? p->maximum_pollers.v
								: LAMBDA_PROVISIONED_DEFAULT))
		return fail(
			call, INVALID, "MinimumPollers must not be greater than MaximumPollers.");
	return 0;
}

/* Puts what the input says into the record, and checks the whole. */
static int apply(struct call *call, struct lambda_mapping_record *r,
	const struct lambda_update_event_source_mapping_input *in)
{
	struct lambda_event_source_mapping_configuration *c = r->configuration;
	bool is_stream = mapping_is_stream(c);
	if ((is_stream ? mapping_stream_apply(call, c, in) : check_stream_settings(call, in)) < 0 ||
		check_filters(call, in->filter_criteria) < 0)
		return -1;
	if (in->batch_size.set)
		c->batch_size = in->batch_size;
	if (in->maximum_batching_window_in_seconds.set)
		c->maximum_batching_window_in_seconds = in->maximum_batching_window_in_seconds;
	if (in->filter_criteria)
		c->filter_criteria = in->filter_criteria->filters.n ? in->filter_criteria : NULL;
	if (in->scaling_config)
		c->scaling_config =
			in->scaling_config->maximum_concurrency.set ? in->scaling_config : NULL;
	if (in->function_response_types.v)
		c->function_response_types = in->function_response_types;
	if (in->kms_key_arn.p)
		c->kms_key_arn = in->kms_key_arn.n ? in->kms_key_arn : (struct str){ 0 };
	if (in->metrics_config)
		c->metrics_config = in->metrics_config;
	if (in->logging_config)
		c->logging_config = in->logging_config;
	if (in->provisioned_poller_config) {
		const struct lambda_provisioned_poller_config *p = in->provisioned_poller_config;
		c->provisioned_poller_config = p->minimum_pollers.set || p->maximum_pollers.set
						       ? in->provisioned_poller_config
						       : NULL;
	}
	if (in->enabled.set)
		r->enabled = in->enabled;
	c->last_modified = OPT_TIME(call->now_ms);
	c->state = r->enabled.v ? STR("Enabled") : STR("Disabled");
	c->state_transition_reason = is_stream ? STR("User action") : STR("USER_INITIATED");
	if (!is_stream && check_sizes(call, c) < 0)
		return -1;
	/* One that is switched off may stay as it is when its source or function is gone. */
	if (!r->enabled.v && !in->function_name.p)
		return 0;
	return is_stream ? mapping_stream_check(call, r) : check_queue(call, r);
}

static int set_function(struct call *call, struct lambda_mapping_record *r, struct str text)
{
	struct function_name name;
	struct lambda_version_record version;
	int64_t number;
	if (lambda_name_of(call, text, (struct str){ 0 }, &name) < 0 ||
		lambda_read_version(call, &name, &version, &number) < 0)
		return -1;
	r->function = name.name;
	r->qualifier = name.qualifier;
	r->configuration->function_arn = function_arn(call->arena, &name);
	return 0;
}

/* ---- the operations ---- */

/* No two of one queue and one function; nor too many. */
static int check_is_new(
	struct call *call, const struct lambda_mapping_record *r, struct str function_text)
{
	struct str prefix = prefix_of(call->arena, r->account, r->region), clash = { 0 };
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (!clash.p && txn_cursor_next(&c)) {
		struct lambda_mapping_record other = { 0 };
		n++;
		if (record_decode(call->arena, &lambda_mapping_record_shape,
			    arena_str(call->arena, c.value), &other) == 0 &&
			other.configuration && str_eq(other.function, r->function) &&
			str_eq(other.configuration->event_source_arn,
				r->configuration->event_source_arn) &&
			str_eq(other.configuration->function_arn, r->configuration->function_arn))
			clash = other.configuration->uuid;
	}
	txn_cursor_close(&c);
	if (clash.p)
		return fail(call, &lambda_resource_conflict_exception,
			mapping_is_stream(r->configuration)
				? "The event source arn (\" %.*s \") and function (\" %.*s \") provided "
				  "mapping already exists. Please update or delete the existing "
				  "mapping with UUID %.*s"
				: "An event source mapping with SQS arn (\" %.*s \") and function (\" "
				  "%.*s \") already exists. Please update or "
				  "delete the existing mapping with UUID %.*s",
			STR_ARG(r->configuration->event_source_arn), STR_ARG(function_text),
			STR_ARG(clash));
	if (n >= LAMBDA_MAPPINGS_MAX)
		return fail(call, INVALID, "There are %d event source mappings already.",
			LAMBDA_MAPPINGS_MAX);
	return 0;
}

/* CreateEventSourceMapping's settings as UpdateEventSourceMapping has them. */
static struct lambda_update_event_source_mapping_input settings_of(
	const struct lambda_create_event_source_mapping_input *in)
{
	return (struct lambda_update_event_source_mapping_input){
		.batch_size = in->batch_size,
		.filter_criteria = in->filter_criteria,
		.kms_key_arn = in->kms_key_arn,
		.metrics_config = in->metrics_config,
		.logging_config = in->logging_config,
		.scaling_config = in->scaling_config,
		.maximum_batching_window_in_seconds = in->maximum_batching_window_in_seconds,
		.parallelization_factor = in->parallelization_factor,
		.destination_config = in->destination_config,
		.maximum_record_age_in_seconds = in->maximum_record_age_in_seconds,
		.bisect_batch_on_function_error = in->bisect_batch_on_function_error,
		.maximum_retry_attempts = in->maximum_retry_attempts,
		.tumbling_window_in_seconds = in->tumbling_window_in_seconds,
		.function_response_types = in->function_response_types,
		.provisioned_poller_config = in->provisioned_poller_config,
		.function_name = in->function_name,
		.enabled = in->enabled.set ? in->enabled : OPT_BOOL(true),
	};
}

int lambda_create_event_source_mapping(struct call *call,
	const struct lambda_create_event_source_mapping_input *in,
	struct lambda_event_source_mapping_configuration *out)
{
	static struct str none[1];
	struct lambda_update_event_source_mapping_input more = settings_of(in);
	char *uuid = arena_alloc(call->arena, UUID_LENGTH + 1);
	random_uuid(uuid);
	*out = (struct lambda_event_source_mapping_configuration){
		.uuid = { uuid, UUID_LENGTH },
		.event_source_arn = in->event_source_arn,
		.batch_size = OPT_I64(10),
		.maximum_batching_window_in_seconds = OPT_I64(0),
		.function_response_types = { none, 0 },
	};
	struct lambda_mapping_record r = { .account = call->identity.account,
		.region = call->identity.region,
		.configuration = out,
		.tags = in->tags };
	if (check_source(call, in->event_source_arn) < 0)
		return -1;
	if (mapping_check_start(call, in) < 0)
		return -1;
	if (mapping_is_stream(out)) {
		mapping_stream_defaults(call, out);
		out->starting_position = in->starting_position;
	}
	out->event_source_mapping_arn =
		call_arn(call, "lambda", "event-source-mapping:%.*s", STR_ARG(out->uuid));
	if (lambda_check_tags(call, &in->tags) < 0 ||
		set_function(call, &r, in->function_name) < 0 || apply(call, &r, &more) < 0 ||
		check_is_new(call, &r, in->function_name) < 0)
		return -1;
	put(call, &r);
	if (mapping_is_stream(out)) {
		if (mapping_position_begin(call, &r) < 0)
			return -1;
		mapping_position_tell(call, &r, out);
	}
	out->state = STR("Creating");
	return 0;
}

int lambda_get_event_source_mapping(struct call *call,
	const struct lambda_get_event_source_mapping_input *in,
	struct lambda_event_source_mapping_configuration *out)
{
	struct lambda_mapping_record r;
	if (mapping_read(call, in->uuid, &r) < 0)
		return -1;
	*out = *r.configuration;
	if (mapping_is_stream(out))
		mapping_position_tell(call, &r, out);
	return 0;
}

int lambda_update_event_source_mapping(struct call *call,
	const struct lambda_update_event_source_mapping_input *in,
	struct lambda_event_source_mapping_configuration *out)
{
	struct lambda_mapping_record r;
	if (mapping_read(call, in->uuid, &r) < 0)
		return -1;
	bool was_enabled = r.enabled.v;
	if ((in->function_name.p && set_function(call, &r, in->function_name) < 0) ||
		apply(call, &r, in) < 0)
		return -1;
	put(call, &r);
	*out = *r.configuration;
	if (mapping_is_stream(out))
		mapping_position_tell(call, &r, out);
	out->state = r.enabled.v == was_enabled ? STR("Updating")
		     : r.enabled.v              ? STR("Enabling")
						: STR("Disabling");
	return 0;
}

int lambda_delete_event_source_mapping(struct call *call,
	const struct lambda_delete_event_source_mapping_input *in,
	struct lambda_event_source_mapping_configuration *out)
{
	struct lambda_mapping_record r;
	if (mapping_read(call, in->uuid, &r) < 0)
		return -1;
	txn_delete(call->txn, mapping_key(call->arena, r.account, r.region, in->uuid));
	call_after(call, mappings_changed, call->aws);
	*out = *r.configuration;
	if (mapping_is_stream(out)) {
		mapping_position_tell(call, &r, out);
		mapping_position_delete(call, &r);
	}
	out->state = STR("Deleting");
	return 0;
}

static bool is_listed(const struct lambda_list_event_source_mappings_input *in,
	const struct function_name *name, const struct lambda_mapping_record *r)
{
	if (in->event_source_arn.p &&
		!str_eq(in->event_source_arn, r->configuration->event_source_arn))
		return false;
	if (!in->function_name.p)
		return true;
	return str_eq(r->function, name->name) &&
	       (!name->qualifier.p || str_eq(r->qualifier, name->qualifier) ||
		       (str_is(name->qualifier, "$LATEST") && !r->qualifier.p));
}

int lambda_list_event_source_mappings(struct call *call,
	const struct lambda_list_event_source_mappings_input *in,
	struct lambda_list_event_source_mappings_output *out)
{
	struct function_name name = { 0 };
	struct lambda_mapping_record r;
	struct lambda_page page;
	if ((in->function_name.p &&
		    lambda_name_of(call, in->function_name, (struct str){ 0 }, &name) < 0) ||
		lambda_page_open(call,
			prefix_of(call->arena, call->identity.account, call->identity.region),
			in->marker, in->max_items, LAMBDA_MAPPINGS_PAGE, &page) < 0)
		return -1;
	out->event_source_mappings.v = ARENA_ARRAY(call->arena,
		struct lambda_event_source_mapping_configuration, LAMBDA_MAPPINGS_PAGE);
	while (lambda_page_next(&page, &lambda_mapping_record_shape, &r)) {
		struct lambda_event_source_mapping_configuration *to =
			&out->event_source_mappings.v[out->event_source_mappings.n];
		if (!r.configuration || !is_listed(in, &name, &r))
			continue;
		*to = *r.configuration;
		if (mapping_is_stream(to))
			mapping_position_tell(call, &r, to);
		out->event_source_mappings.n++;
	}
	out->next_marker = page.next_marker;
	lambda_page_close(&page);
	return 0;
}

/* ---- functions that go ---- */

static void switch_off(struct call *call, struct lambda_mapping_record *r, const char *reason)
{
	r->enabled = OPT_BOOL(false);
	r->configuration->state = STR("Disabled");
	r->configuration->state_transition_reason = str_c(reason);
	r->configuration->last_modified = OPT_TIME(call->now_ms);
	put(call, r);
}

void mapping_function_deleted(struct call *call, const struct function_name *name)
{
	struct str prefix = prefix_of(call->arena, name->account, name->region);
	struct lambda_mapping_record *found = NULL;
	size_t n = 0, cap = 0;
	struct txn_cursor c;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct lambda_mapping_record r = { 0 };
		if (record_decode(call->arena, &lambda_mapping_record_shape,
			    arena_str(call->arena, c.value), &r) < 0 ||
			!r.configuration || !r.enabled.v || !str_eq(r.function, name->name))
			continue;
		if (n == cap) {
			struct lambda_mapping_record *more = ARENA_ARRAY(call->arena,
				struct lambda_mapping_record, cap = MAX(2 * cap, (size_t)8));
			if (n)
				memcpy(more, found, n * sizeof *more);
			found = more;
		}
		found[n++] = r;
	}
	txn_cursor_close(&c);
	for (size_t i = 0; i < n; i++)
		switch_off(call, &found[i], "The function of this mapping was deleted.");
}

struct disabling {
	const struct lambda_mapping_record *record;
	const char *reason;
};

static int disable_run(struct call *call, void *arg)
{
	const struct disabling *d = arg;
	struct lambda_mapping_record r;
	if (mapping_read(call, d->record->configuration->uuid, &r) < 0)
		return -1;
	if (r.enabled.v && r.revision.v == d->record->revision.v)
		switch_off(call, &r, d->reason);
	return 0;
}

void mapping_disable(
	struct call *call, const struct lambda_mapping_record *record, const char *reason)
{
	struct disabling d = { record, reason };
	call->error = (struct call_error){ 0 };
	/* When it can't be stored the next poll tries again. */
	if (call_write(call, disable_run, &d) < 0)
		call->error = (struct call_error){ 0 };
}
