/* Change sets: worked out when they are made, so that they are there at once. */
#include "base/clock.h"
#include "base/random.h"
#include "services/cloudformation/internal.h"

static struct str set_key(struct call *call, struct str uuid, struct str name)
{
	return cfn_key(call, "changeset", uuid, name);
}

/* By name and stack, or by its ARN: arn:...:changeSet/name/uuid. 0, or fails with
 * ChangeSetNotFound. */
static int find(struct call *call, struct str set, struct str stack_name,
	struct cloudformation_stack_record *stack, struct cloudformation_change_set_record *out)
{
	struct str name = set, uuid;
	*out = (struct cloudformation_change_set_record){ 0 };
	if (str_starts(set, STR("arn:"))) {
		ssize_t first = str_index(set, '/'), last = str_rindex(set, '/');
		if (first > 0 && last > first)
			name = str_sub(set, (size_t)first + 1, (size_t)(last - first) - 1);
		if (txn_get(call->txn, cfn_key(call, "changesetid", STR(""), set), call->arena,
			    &uuid) &&
			cfn_stack_get(call, uuid, stack) &&
			call_get_record(call, set_key(call, uuid, name),
				&cloudformation_change_set_record_shape, out) &&
			str_eq(out->id, set))
			return 0;
	} else if (!stack_name.p) {
		return fail(call, &cloudformation_validation_error,
			"StackName must be specified if ChangeSetName is not specified as an ARN.");
	} else {
		if (cfn_stack_require(call, stack_name, stack) < 0)
			return -1;
		if (call_get_record(call, set_key(call, stack->id, name),
			    &cloudformation_change_set_record_shape, out))
			return 0;
	}
	return fail(call, &cloudformation_change_set_not_found_exception,
		"ChangeSet [%.*s] does not exist", STR_ARG(set));
}

struct creation {
	const struct cloudformation_create_change_set_input *in;
	struct cloudformation_stack_record stack;
	struct cloudformation_stack_content content;
	struct str stack_id, id;
	bool is_create, found;
};

static int look(struct call *call, void *arg)
{
	struct creation *c = arg;
	c->found = cfn_stack_find(call, c->in->stack_name, &c->stack);
	bool review = c->found && str_is(c->stack.status, "REVIEW_IN_PROGRESS");
	if (c->is_create && c->found && !review)
		return fail(call, &cloudformation_validation_error,
			"Stack [%.*s] already exists and cannot be created again with the changeSet [%.*s].",
			STR_ARG(c->in->stack_name), STR_ARG(c->in->change_set_name));
	if (!c->is_create && (!c->found || review))
		return fail(call, &cloudformation_validation_error, "Stack [%.*s] does not exist",
			STR_ARG(c->in->stack_name));
	if (cfn_is_in_progress(c->stack.status) || str_is(c->stack.status, "ROLLBACK_COMPLETE") ||
		str_is(c->stack.status, "DELETE_FAILED"))
		return fail(call, &cloudformation_validation_error,
			"Stack:%.*s is in %.*s state and can not be updated.",
			STR_ARG(c->stack.stack_id), STR_ARG(c->stack.status));
	return 0;
}

static int create(struct call *call, void *arg)
{
	struct creation *c = arg;
	struct cloudformation_change_set_record set = {
		.id = c->id,
		.name = c->in->change_set_name,
		.type = c->is_create ? STR("CREATE") : STR("UPDATE"),
		.status = STR("CREATE_COMPLETE"),
		.execution = STR("AVAILABLE"),
		.description = c->in->description,
		.created = OPT_TIME(call->now_ms),
		.content = &c->content,
		.on_stack_failure = c->in->on_stack_failure,
	};
	if (look(call, c) < 0)
		return -1;
	if (!c->found) {
		if (cfn_stack_create(call, c->in->stack_name, "REVIEW_IN_PROGRESS", c->stack_id,
			    &c->stack) < 0)
			return -1;
		cfn_stack_turn(call, &c->stack, "REVIEW_IN_PROGRESS", STR("User Initiated"));
	}
	c->stack_id = c->stack.stack_id;
	struct cloudformation_change_set_record old = { 0 };
	bool exists = call_get_record(call, set_key(call, c->stack.id, set.name),
		&cloudformation_change_set_record_shape, &old);
	/* One that has run leaves its name: the AWS CLI names its own by the second. */
	if (exists && !str_is(old.execution, "EXECUTE_COMPLETE"))
		return fail(call, &cloudformation_already_exists_exception,
			"ChangeSet [%.*s] already exists", STR_ARG(set.name));
	if (exists)
		txn_delete(call->txn, cfn_key(call, "changesetid", STR(""), old.id));
	if (cfn_changes_make(call, &c->stack, &c->content, &set.changes) < 0)
		return -1;
	if (!set.changes.n && c->stack.current && cfn_content_same(c->stack.current, &c->content)) {
		set.status = STR("FAILED");
		set.execution = STR("UNAVAILABLE");
		set.reason =
			STR("The submitted information didn't contain changes. Submit different "
			    "information to create a "
			    "change set.");
	}
	call_put_sealed(call, set_key(call, c->stack.id, set.name),
		&cloudformation_change_set_record_shape, &set);
	txn_put(call->txn, cfn_key(call, "changesetid", STR(""), set.id), c->stack.id);
	return 0;
}

int cloudformation_create_change_set(struct call *call,
	const struct cloudformation_create_change_set_input *in,
	struct cloudformation_create_change_set_output *out)
{
	char uuid[UUID_LENGTH + 1];
	struct creation c = { .in = in, .stack_id = cfn_stack_id_make(call, in->stack_name) };
	struct cfn_request request = { .template_body = in->template_body,
		.template_url = in->template_url,
		.use_previous = in->use_previous_template.v,
		.parameters = &in->parameters,
		.capabilities = &in->capabilities,
		.tags = &in->tags,
		.notices = &in->notification_ar_ns,
		.role_arn = in->role_arn,
		.types = &in->resource_types,
		.rollback = in->rollback_configuration,
		.deployment = in->deployment_config };
	random_uuid(uuid);
	c.id = call_arn(
		call, "cloudformation", "changeSet/%.*s/%s", STR_ARG(in->change_set_name), uuid);
	c.is_create = str_is(in->change_set_type, "CREATE");
	if (str_is(in->change_set_type, "IMPORT") || in->resources_to_import.n ||
		in->import_existing_resources.v)
		return fail(call, &cloudformation_validation_error,
			"Change sets that import resources are not served by this server.");
	if (in->deployment_mode.p)
		return fail(call, &cloudformation_validation_error,
			"DeploymentMode %.*s is not served by this server: drift is not looked at.",
			STR_ARG(in->deployment_mode));
	if (call_read(call, look, &c) < 0 ||
		cfn_content_make(call, &request, in->stack_name,
			c.found ? c.stack.stack_id : c.stack_id, c.stack.current, &c.content) < 0 ||
		call_write(call, create, &c) < 0)
		return -1;
	out->id = c.id;
	out->stack_id = c.stack_id;
	return 0;
}

int cloudformation_describe_change_set(struct call *call,
	const struct cloudformation_describe_change_set_input *in,
	struct cloudformation_describe_change_set_output *out)
{
	struct cloudformation_stack_record stack;
	struct cloudformation_change_set_record set;
	int64_t at = 0;
	if (find(call, in->change_set_name, in->stack_name, &stack, &set) < 0)
		return -1;
	if (in->next_token.p &&
		(str_to_i64(in->next_token, &at) < 0 || at < 0 || (size_t)at > set.changes.n))
		return fail(call, &cloudformation_validation_error, "The NextToken is not valid.");
	out->change_set_name = set.name;
	out->change_set_id = set.id;
	out->stack_id = stack.stack_id;
	out->stack_name = stack.name;
	out->description = set.description;
	out->creation_time = set.created;
	out->execution_status = set.execution;
	out->status = set.status;
	out->status_reason = set.reason;
	out->capabilities = set.content->capabilities;
	out->tags = set.content->tags;
	out->on_stack_failure = set.on_stack_failure;
	out->include_nested_stacks = OPT_BOOL(false);
	out->rollback_configuration =
		ARENA_NEW(call->arena, struct cloudformation_rollback_configuration);
	out->notification_ar_ns.v = set.content->notification_ar_ns.v
					    ? set.content->notification_ar_ns.v
					    : ARENA_NEW(call->arena, struct str);
	out->notification_ar_ns.n = set.content->notification_ar_ns.n;
	out->parameters.v = ARENA_ARRAY(
		call->arena, struct cloudformation_parameter, set.content->parameters.n + 1);
	for (size_t i = 0; i < set.content->parameters.n; i++)
		out->parameters.v[out->parameters.n++] =
			(struct cloudformation_parameter){ .parameter_key =
								   set.content->parameters.v[i].key,
				.parameter_value = set.content->parameters.v[i].hidden.v
							   ? STR("****")
							   : set.content->parameters.v[i].given };
	size_t n = MIN(set.changes.n - (size_t)at, (size_t)CFN_CHANGES_PAGE);
	out->changes = (struct cloudformation_changes){
		n ? set.changes.v + at : ARENA_NEW(call->arena, struct cloudformation_change), n
	};
	if ((size_t)at + n < set.changes.n)
		out->next_token = arena_printf(call->arena, "%zu", (size_t)at + n);
	return 0;
}

struct execution {
	const struct cloudformation_execute_change_set_input *in;
	struct str uuid;
};

static int execute(struct call *call, void *arg)
{
	struct execution *run = arg;
	const struct cloudformation_execute_change_set_input *in = run->in;
	struct cloudformation_stack_record stack;
	struct cloudformation_change_set_record set;
	if (find(call, in->change_set_name, in->stack_name, &stack, &set) < 0)
		return -1;
	if (!str_is(set.execution, "AVAILABLE"))
		return fail(call, &cloudformation_invalid_change_set_status_exception,
			"ChangeSet [%.*s] cannot be executed in its current status of [%.*s]",
			STR_ARG(set.id), STR_ARG(set.status));
	if (cfn_is_in_progress(stack.status))
		return fail(call, &cloudformation_invalid_change_set_status_exception,
			"Stack:%.*s is in %.*s state and can not be updated.",
			STR_ARG(stack.stack_id), STR_ARG(stack.status));
	bool is_create = str_is(set.type, "CREATE");
	stack.disable_rollback =
		OPT_BOOL(in->disable_rollback.v || str_is(set.on_stack_failure, "DO_NOTHING"));
	if (is_create)
		stack.on_failure =
			str_is(set.on_stack_failure, "DELETE") ? STR("DELETE") : (struct str){ 0 };
	*(is_create ? &stack.current : &stack.next) = set.content;
	stack.retain_except_on_create = in->retain_except_on_create;
	stack.update_policy = (struct str){ 0 };
	if (set.content->role_arn.p)
		stack.role_arn = set.content->role_arn;
	if (!is_create)
		stack.operation.v++;
	stack.updated = OPT_TIME(call->now_ms);
	stack.change_set_id = set.id;
	stack.token = in->client_request_token;
	cfn_caller_keep(call, &stack);
	/* One that has run is gone from lists; the others no longer fit what there is. */
	struct str prefix = KEY(call->arena, KEY_LITERAL("cloudformation"),
		key_text(call->identity.account), key_text(call->identity.region),
		KEY_LITERAL("changeset"), key_text(stack.id));
	txn_delete_range(call->txn, prefix, key_range_end(call->arena, prefix));
	set.execution = STR("EXECUTE_COMPLETE");
	call_put_sealed(call, set_key(call, stack.id, set.name),
		&cloudformation_change_set_record_shape, &set);
	cfn_stack_turn(call, &stack, is_create ? "CREATE_IN_PROGRESS" : "UPDATE_IN_PROGRESS",
		STR("User Initiated"));
	cfn_operation_after(call, stack.id);
	run->uuid = stack.id;
	return 0;
}

int cloudformation_execute_change_set(struct call *call,
	const struct cloudformation_execute_change_set_input *in,
	struct cloudformation_execute_change_set_output *out)
{
	struct cfn *cfn = cfn_of(call->aws);
	struct execution run = { in, { 0 } };
	uint64_t end = clock_mono_ms() + CFN_SETTLE_MS, now;
	(void)out;
	if (call_write(call, execute, &run) < 0)
		return -1;
	/* The AWS CLI looks at once and then only after half a minute: most stacks are done by
	 * then. */
	while (map_get(&cfn->active, run.uuid) && !cfn->stopping && (now = clock_mono_ms()) < end)
		waitq_wait(&cfn->changed, (int64_t)(end - now));
	return 0;
}

int cloudformation_delete_change_set(struct call *call,
	const struct cloudformation_delete_change_set_input *in,
	struct cloudformation_delete_change_set_output *out)
{
	struct cloudformation_stack_record stack;
	struct cloudformation_change_set_record set;
	(void)out;
	if (find(call, in->change_set_name, in->stack_name, &stack, &set) < 0) {
		/* Deleting what is gone succeeds, as long as its stack is there. */
		if (call->error.shape != &cloudformation_change_set_not_found_exception)
			return -1;
		call->error = (struct call_error){ 0 };
		return 0;
	}
	txn_delete(call->txn, set_key(call, stack.id, set.name));
	txn_delete(call->txn, cfn_key(call, "changesetid", STR(""), set.id));
	return 0;
}

int cloudformation_list_change_sets(struct call *call,
	const struct cloudformation_list_change_sets_input *in,
	struct cloudformation_list_change_sets_output *out)
{
	struct cloudformation_stack_record stack;
	struct txn_cursor c;
	if (cfn_stack_require(call, in->stack_name, &stack) < 0)
		return -1;
	struct str prefix = KEY(call->arena, KEY_LITERAL("cloudformation"),
		key_text(call->identity.account), key_text(call->identity.region),
		KEY_LITERAL("changeset"), key_text(stack.id));
	out->summaries.v = ARENA_ARRAY(
		call->arena, struct cloudformation_change_set_summary, CFN_CHANGES_PAGE);
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (out->summaries.n < CFN_CHANGES_PAGE && txn_cursor_next(&c)) {
		struct cloudformation_change_set_record set = { 0 };
		if (record_open(call->aws, call->arena, &cloudformation_change_set_record_shape,
			    c.key, c.value, &set) < 0)
			continue;
		out->summaries.v[out->summaries.n++] = (struct cloudformation_change_set_summary){
			.stack_id = stack.stack_id,
			.stack_name = stack.name,
			.change_set_id = set.id,
			.change_set_name = set.name,
			.execution_status = set.execution,
			.status = set.status,
			.status_reason = set.reason,
			.creation_time = set.created,
			.description = set.description,
		};
	}
	txn_cursor_close(&c);
	return 0;
}

/* ---- templates ---- */

int cloudformation_get_template(struct call *call,
	const struct cloudformation_get_template_input *in,
	struct cloudformation_get_template_output *out)
{
	struct cloudformation_stack_record stack;
	struct cloudformation_change_set_record set;
	const struct cloudformation_stack_content *content;
	if (in->change_set_name.p) {
		if (find(call, in->change_set_name, in->stack_name, &stack, &set) < 0)
			return -1;
		content = set.content;
	} else {
		if (cfn_stack_require(call, in->stack_name, &stack) < 0)
			return -1;
		content = stack.current;
	}
	if (!content)
		return fail(call, &cloudformation_validation_error,
			"Template is not available for stack %.*s", STR_ARG(stack.name));
	out->template_body = str_is(in->template_stage, "Processed") && content->processed.p
				     ? content->processed
				     : content->template;
	out->stages_available.v = ARENA_ARRAY(call->arena, struct str, 2);
	out->stages_available.v[out->stages_available.n++] = STR("Original");
	out->stages_available.v[out->stages_available.n++] = STR("Processed");
	return 0;
}
