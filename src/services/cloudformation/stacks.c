/* Making, changing and deleting stacks: what is checked at once; the work is the operation's. */
#include "base/random.h"
#include "services/cloudformation/internal.h"

/* A letter, then letters, digits and hyphens, 128 in all. */
static int check_name(struct call *call, struct str name)
{
	bool ok = name.n > 0 && name.n <= 128;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		ok = ok && (letter || (i && ((c >= '0' && c <= '9') || c == '-')));
	}
	if (ok)
		return 0;
	return fail(call, &cloudformation_validation_error,
		"1 validation error detected: Value '%.*s' at 'stackName' failed to satisfy "
		"constraint: Member must satisfy "
		"regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
		STR_ARG(name));
}

struct str cfn_stack_id_make(struct call *call, struct str name)
{
	char uuid[UUID_LENGTH + 1];
	random_uuid(uuid);
	return call_arn(call, "cloudformation", "stack/%.*s/%s", STR_ARG(name), uuid);
}

static size_t count_stacks(struct call *call)
{
	struct str prefix =
		KEY(call->arena, KEY_LITERAL("cloudformation"), key_text(call->identity.account),
			key_text(call->identity.region), KEY_LITERAL("name"));
	struct txn_cursor c;
	size_t n = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (n < CFN_STACKS_MAX && txn_cursor_next(&c))
		n++;
	txn_cursor_close(&c);
	return n;
}

int cfn_stack_create(struct call *call, struct str name, const char *status, struct str stack_id,
	struct cloudformation_stack_record *out)
{
	struct cloudformation_stack_record old;
	if (check_name(call, name) < 0)
		return -1;
	if (cfn_stack_find(call, name, &old))
		return fail(call, &cloudformation_already_exists_exception,
			"Stack [%.*s] already exists", STR_ARG(name));
	if (count_stacks(call) >= CFN_STACKS_MAX)
		return fail(call, &cloudformation_limit_exceeded_exception,
			"Limit for stack has been exceeded");
	*out = (struct cloudformation_stack_record){
		.id = cfn_uuid_of(stack_id),
		.stack_id = stack_id,
		.name = name,
		.status = str_c(status),
		.created = OPT_TIME(call->now_ms),
		.operation = OPT_I64(1),
	};
	cfn_caller_keep(call, out);
	txn_put(call->txn, cfn_stack_name_key(call, name), out->id);
	return 0;
}

void cfn_caller_keep(const struct call *call, struct cloudformation_stack_record *stack)
{
	stack->principal_arn = call->identity.principal_arn;
	stack->principal_id = call->identity.principal_id;
	stack->principal_role = call->identity.role_arn;
	stack->session_policy = call->identity.session_policy;
	stack->is_root = OPT_BOOL(call->identity.is_root);
}

void cfn_caller_become(const struct cloudformation_stack_record *stack, struct identity *identity)
{
	identity->principal_arn = stack->principal_arn;
	identity->principal_id = stack->principal_id;
	identity->role_arn = stack->principal_role;
	identity->session_policy = stack->session_policy;
	identity->is_root = stack->is_root.v;
}

static void take_caller(
	struct call *call, struct cloudformation_stack_record *stack, struct str token)
{
	cfn_caller_keep(call, stack);
	stack->token = token;
}

/* ---- CreateStack ---- */

struct creation {
	const struct cloudformation_create_stack_input *in;
	struct cloudformation_stack_content content;
	struct str stack_id, policy;
};

static int create(struct call *call, void *arg)
{
	struct creation *c = arg;
	struct cloudformation_stack_record stack, old;
	/* The same token again is the same request again. */
	if (c->in->client_request_token.p && cfn_stack_find(call, c->in->stack_name, &old) &&
		str_eq(old.token, c->in->client_request_token)) {
		c->stack_id = old.stack_id;
		return 0;
	}
	if (cfn_stack_create(call, c->in->stack_name, "CREATE_IN_PROGRESS", c->stack_id, &stack) <
		0)
		return -1;
	stack.current = &c->content;
	stack.disable_rollback = OPT_BOOL(c->in->disable_rollback.v);
	stack.on_failure = c->in->on_failure;
	stack.timeout_in_minutes = c->in->timeout_in_minutes;
	stack.protected = OPT_BOOL(c->in->enable_termination_protection.v);
	stack.policy = c->policy;
	stack.role_arn = c->content.role_arn;
	stack.retain_except_on_create = c->in->retain_except_on_create;
	stack.token = c->in->client_request_token;
	cfn_stack_turn(call, &stack, "CREATE_IN_PROGRESS", STR("User Initiated"));
	cfn_operation_after(call, stack.id);
	return 0;
}

int cloudformation_create_stack(struct call *call,
	const struct cloudformation_create_stack_input *in,
	struct cloudformation_create_stack_output *out)
{
	struct creation c = { .in = in, .stack_id = cfn_stack_id_make(call, in->stack_name) };
	struct cfn_request request = { .template_body = in->template_body,
		.template_url = in->template_url,
		.parameters = &in->parameters,
		.capabilities = &in->capabilities,
		.tags = &in->tags,
		.notices = &in->notification_ar_ns,
		.role_arn = in->role_arn,
		.types = &in->resource_types,
		.rollback = in->rollback_configuration,
		.deployment = in->deployment_config,
		.is_direct = true };
	if (check_name(call, in->stack_name) < 0)
		return -1;
	if (in->on_failure.p && in->disable_rollback.set)
		return fail(call, &cloudformation_validation_error,
			"Either DisableRollback or OnFailure can be specified, not both.");
	if (cfn_stack_policy_take(call, in->stack_policy_body, in->stack_policy_url, &c.policy) <
			0 ||
		cfn_content_make(call, &request, in->stack_name, c.stack_id, NULL, &c.content) <
			0 ||
		call_write(call, create, &c) < 0)
		return -1;
	out->stack_id = c.stack_id;
	return 0;
}

/* ---- UpdateStack ---- */

struct change {
	const struct cloudformation_update_stack_input *in;
	struct cloudformation_stack_record stack;
	struct cloudformation_stack_content content;
	struct str policy, during;
};

static bool may_update(struct str status)
{
	return str_ends(status, STR("_COMPLETE")) && !str_is(status, "ROLLBACK_COMPLETE") &&
	       !str_is(status, "DELETE_COMPLETE");
}

static int find_to_update(struct call *call, void *arg)
{
	struct change *c = arg;
	if (cfn_stack_require(call, c->in->stack_name, &c->stack) < 0)
		return -1;
	if (!may_update(c->stack.status) && !str_is(c->stack.status, "UPDATE_FAILED") &&
		!str_is(c->stack.status, "CREATE_FAILED"))
		return fail(call, &cloudformation_validation_error,
			"Stack:%.*s is in %.*s state and can not be updated.",
			STR_ARG(c->stack.stack_id), STR_ARG(c->stack.status));
	return 0;
}

static int update(struct call *call, void *arg)
{
	struct change *c = arg;
	if (find_to_update(call, c) < 0)
		return -1;
	if (cfn_content_same(c->stack.current, &c->content) &&
		!str_ends(c->stack.status, STR("_FAILED")))
		return fail(
			call, &cloudformation_validation_error, "No updates are to be performed.");
	c->stack.next = &c->content;
	c->stack.operation.v++;
	c->stack.updated = OPT_TIME(call->now_ms);
	c->stack.disable_rollback = OPT_BOOL(c->in->disable_rollback.v);
	if (c->policy.p)
		c->stack.policy = c->policy;
	c->stack.update_policy = c->during;
	c->stack.retain_except_on_create = c->in->retain_except_on_create;
	if (c->content.role_arn.p)
		c->stack.role_arn = c->content.role_arn;
	take_caller(call, &c->stack, c->in->client_request_token);
	cfn_stack_turn(call, &c->stack, "UPDATE_IN_PROGRESS", STR("User Initiated"));
	cfn_operation_after(call, c->stack.id);
	return 0;
}

int cloudformation_update_stack(struct call *call,
	const struct cloudformation_update_stack_input *in,
	struct cloudformation_update_stack_output *out)
{
	struct change c = { .in = in };
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
		.deployment = in->deployment_config,
		.is_direct = true };
	if (call_read(call, find_to_update, &c) < 0 ||
		cfn_stack_policy_take(
			call, in->stack_policy_body, in->stack_policy_url, &c.policy) < 0 ||
		cfn_stack_policy_take(call, in->stack_policy_during_update_body,
			in->stack_policy_during_update_url, &c.during) < 0 ||
		cfn_content_make(call, &request, c.stack.name, c.stack.stack_id, c.stack.current,
			&c.content) < 0 ||
		call_write(call, update, &c) < 0)
		return -1;
	out->stack_id = c.stack.stack_id;
	return 0;
}

/* ---- DeleteStack ---- */

static int delete_stack(struct call *call, void *arg)
{
	const struct cloudformation_delete_stack_input *in = arg;
	struct cloudformation_stack_record stack;
	if (!cfn_stack_find(call, in->stack_name, &stack) ||
		str_is(stack.status, "DELETE_COMPLETE") ||
		str_is(stack.status, "DELETE_IN_PROGRESS"))
		return 0;
	if (stack.protected.v)
		return fail(call, &cloudformation_validation_error,
			"Stack [%.*s] cannot be deleted while TerminationProtection is enabled",
			STR_ARG(stack.name));
	if (cfn_is_in_progress(stack.status) && !str_is(stack.status, "CREATE_IN_PROGRESS"))
		return fail(call, &cloudformation_validation_error,
			"Stack [%.*s] cannot be deleted while in status %.*s",
			STR_ARG(stack.stack_id), STR_ARG(stack.status));
	if (in->retain_resources.n && !str_is(stack.status, "DELETE_FAILED"))
		return fail(call, &cloudformation_validation_error,
			"Invalid operation on stack [%.*s]. When you delete a stack, specify "
			"which resources to retain only "
			"when the stack is in the DELETE_FAILED state.",
			STR_ARG(stack.stack_id));
	if (str_is(in->deletion_mode, "FORCE_DELETE_STACK") &&
		!str_is(stack.status, "DELETE_FAILED"))
		return fail(call, &cloudformation_validation_error,
			"Invalid operation on stack [%.*s]. You can only force delete a stack that is in the "
			"DELETE_FAILED state.",
			STR_ARG(stack.stack_id));
	if (in->deployment_config)
		return fail(call, &cloudformation_validation_error,
			"DeploymentConfig is not served by this server.");
	if (in->role_arn.p)
		stack.role_arn = in->role_arn;
	stack.forced = OPT_BOOL(str_is(in->deletion_mode, "FORCE_DELETE_STACK"));
	stack.retained =
		(struct cloudformation_names){ in->retain_resources.v, in->retain_resources.n };
	take_caller(call, &stack, in->client_request_token);
	cfn_stack_turn(call, &stack, "DELETE_IN_PROGRESS", STR("User Initiated"));
	cfn_operation_after(call, stack.id);
	return 0;
}

int cloudformation_delete_stack(struct call *call,
	const struct cloudformation_delete_stack_input *in,
	struct cloudformation_delete_stack_output *out)
{
	(void)out;
	if (cfn_role_check(call, in->role_arn) < 0)
		return -1;
	return call_write(call, delete_stack, (void *)(uintptr_t)in);
}

/* ---- cancelling, going on, protection, policies ---- */

int cloudformation_cancel_update_stack(struct call *call,
	const struct cloudformation_cancel_update_stack_input *in,
	struct cloudformation_cancel_update_stack_output *out)
{
	struct cloudformation_stack_record stack;
	(void)out;
	if (cfn_stack_require(call, in->stack_name, &stack) < 0)
		return -1;
	if (!str_is(stack.status, "UPDATE_IN_PROGRESS"))
		return fail(call, &cloudformation_validation_error,
			"CancelUpdateStack cannot be called from current stack status");
	stack.cancelled = OPT_BOOL(true);
	cfn_stack_put(call, &stack);
	return 0;
}

static int go_on(struct call *call, void *arg)
{
	const struct cloudformation_continue_update_rollback_input *in = arg;
	struct cloudformation_stack_record stack;
	if (cfn_stack_require(call, in->stack_name, &stack) < 0)
		return -1;
	if (!str_is(stack.status, "UPDATE_ROLLBACK_FAILED"))
		return fail(call, &cloudformation_validation_error,
			"Stack:%.*s is in %.*s state and can not continue rollback.",
			STR_ARG(stack.stack_id), STR_ARG(stack.status));
	if (in->role_arn.p)
		stack.role_arn = in->role_arn;
	take_caller(call, &stack, in->client_request_token);
	cfn_stack_turn(call, &stack, "UPDATE_ROLLBACK_IN_PROGRESS", STR("User Initiated"));
	cfn_operation_after(call, stack.id);
	return 0;
}

int cloudformation_continue_update_rollback(struct call *call,
	const struct cloudformation_continue_update_rollback_input *in,
	struct cloudformation_continue_update_rollback_output *out)
{
	(void)out;
	if (in->resources_to_skip.n)
		return fail(call, &cloudformation_validation_error,
			"ResourcesToSkip is not served by this server.");
	if (cfn_role_check(call, in->role_arn) < 0)
		return -1;
	return call_write(call, go_on, (void *)(uintptr_t)in);
}

int cloudformation_update_termination_protection(struct call *call,
	const struct cloudformation_update_termination_protection_input *in,
	struct cloudformation_update_termination_protection_output *out)
{
	struct cloudformation_stack_record stack;
	if (cfn_stack_require(call, in->stack_name, &stack) < 0)
		return -1;
	stack.protected = in->enable_termination_protection;
	cfn_stack_put(call, &stack);
	out->stack_id = stack.stack_id;
	return 0;
}

struct policy_change {
	struct str name, body;
};

static int set_policy(struct call *call, void *arg)
{
	struct policy_change *p = arg;
	struct cloudformation_stack_record stack;
	if (cfn_stack_require(call, p->name, &stack) < 0)
		return -1;
	stack.policy = p->body;
	cfn_stack_put(call, &stack);
	return 0;
}

int cloudformation_set_stack_policy(struct call *call,
	const struct cloudformation_set_stack_policy_input *in,
	struct cloudformation_set_stack_policy_output *out)
{
	struct policy_change p = { in->stack_name, { 0 } };
	(void)out;
	if (cfn_stack_policy_take(call, in->stack_policy_body, in->stack_policy_url, &p.body) < 0)
		return -1;
	if (!p.body.p)
		return fail(call, &cloudformation_validation_error,
			"Either StackPolicyURL or StackPolicyBody must be specified.");
	return call_write(call, set_policy, &p);
}

int cloudformation_get_stack_policy(struct call *call,
	const struct cloudformation_get_stack_policy_input *in,
	struct cloudformation_get_stack_policy_output *out)
{
	struct cloudformation_stack_record stack;
	if (cfn_stack_require(call, in->stack_name, &stack) < 0)
		return -1;
	out->stack_policy_body = stack.policy;
	return 0;
}
