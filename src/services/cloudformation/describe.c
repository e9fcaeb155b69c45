/* Describing stacks: their state, resources, events, templates, exports. */
#include "base/encode.h"
#include "services/cloudformation/internal.h"

static struct str prefix_of(struct call *call, const char *kind)
{
	return KEY(call->arena, KEY_LITERAL("cloudformation"), key_text(call->identity.account),
		key_text(call->identity.region), key_text(str_c(kind)));
}

/* A walk over a kind's keys from where a token says; the token is the key after the prefix. */
static int open_page(struct call *call, struct str prefix, struct str token, struct txn_cursor *c)
{
	struct str begin = prefix, rest;
	if (token.p) {
		if (base64_decode(call->arena, token, &rest) < 0)
			return fail(call, &cloudformation_validation_error,
				"The NextToken is not valid.");
		begin = arena_concat(call->arena, (struct str[]){ prefix, rest }, 2);
	}
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, prefix), false, c);
	return 0;
}

static struct str token_of(struct call *call, struct str prefix, const struct txn_cursor *c)
{
	return base64_encode(call->arena, str_from(c->key, prefix.n));
}

static void describe(struct call *call, const struct cloudformation_stack_record *s,
	struct cloudformation_stack *out)
{
	static const struct cloudformation_stack_content none;
	const struct cloudformation_stack_content *content = s->next      ? s->next
							     : s->current ? s->current
									  : &none;
	*out = (struct cloudformation_stack){
		.stack_id = s->stack_id,
		.stack_name = s->name,
		.change_set_id = s->change_set_id,
		.description = content->description,
		.creation_time = s->created,
		.deletion_time = s->deleted,
		.last_updated_time = s->updated,
		.stack_status = s->status,
		.stack_status_reason = s->reason,
		.disable_rollback = OPT_BOOL(s->disable_rollback.v),
		.timeout_in_minutes = s->timeout_in_minutes,
		.capabilities = { content->capabilities.v, content->capabilities.n },
		.outputs = s->outputs,
		.role_arn = content->role_arn,
		.tags = content->tags,
		.enable_termination_protection = OPT_BOOL(s->protected.v),
		.parent_id = s->parent_id,
		.root_id = s->root_id,
	};
	out->notification_ar_ns.v = content->notification_ar_ns.v
					    ? content->notification_ar_ns.v
					    : ARENA_NEW(call->arena, struct str);
	out->notification_ar_ns.n = content->notification_ar_ns.n;
	if (!out->tags.v)
		out->tags.v = ARENA_NEW(call->arena, struct cloudformation_tag);
	out->rollback_configuration =
		ARENA_NEW(call->arena, struct cloudformation_rollback_configuration);
	out->drift_information =
		ARENA_NEW(call->arena, struct cloudformation_stack_drift_information);
	out->drift_information->stack_drift_status = STR("NOT_CHECKED");
	out->parameters.v = ARENA_ARRAY(
		call->arena, struct cloudformation_parameter, content->parameters.n + 1);
	for (size_t i = 0; i < content->parameters.n; i++) {
		const struct cloudformation_parameter_record *p = &content->parameters.v[i];
		struct cloudformation_parameter *shown = &out->parameters.v[out->parameters.n++];
		*shown = (struct cloudformation_parameter){ .parameter_key = p->key,
			.parameter_value = p->hidden.v ? STR("****") : p->given };
		if (!str_eq(p->given, p->value))
			shown->resolved_value = p->hidden.v ? STR("****") : p->value;
	}
}

int cloudformation_describe_stacks(struct call *call,
	const struct cloudformation_describe_stacks_input *in,
	struct cloudformation_describe_stacks_output *out)
{
	struct cloudformation_stack_record stack;
	struct str prefix = prefix_of(call, "name");
	struct txn_cursor c;
	if (in->stack_name.p) {
		if (cfn_stack_require(call, in->stack_name, &stack) < 0)
			return -1;
		out->stacks = (struct cloudformation_stacks){
			ARENA_NEW(call->arena, struct cloudformation_stack), 1
		};
		describe(call, &stack, &out->stacks.v[0]);
		return 0;
	}
	if (open_page(call, prefix, in->next_token, &c) < 0)
		return -1;
	out->stacks.v = ARENA_ARRAY(call->arena, struct cloudformation_stack, CFN_STACKS_PAGE);
	while (txn_cursor_next(&c)) {
		if (out->stacks.n == CFN_STACKS_PAGE) {
			out->next_token = token_of(call, prefix, &c);
			break;
		}
		if (cfn_stack_get(call, arena_str(call->arena, c.value), &stack))
			describe(call, &stack, &out->stacks.v[out->stacks.n++]);
	}
	txn_cursor_close(&c);
	return 0;
}

static bool is_wanted(const struct cloudformation_stack_status_filter *filter, struct str status)
{
	for (size_t i = 0; i < filter->n; i++)
		if (str_eq(filter->v[i], status))
			return true;
	return filter->n == 0;
}

int cloudformation_list_stacks(struct call *call, const struct cloudformation_list_stacks_input *in,
	struct cloudformation_list_stacks_output *out)
{
	struct str prefix = prefix_of(call, "stack");
	struct txn_cursor c;
	if (open_page(call, prefix, in->next_token, &c) < 0)
		return -1;
	out->stack_summaries.v =
		ARENA_ARRAY(call->arena, struct cloudformation_stack_summary, CFN_STACKS_PAGE);
	while (txn_cursor_next(&c)) {
		struct cloudformation_stack_record s = { 0 };
		if (out->stack_summaries.n == CFN_STACKS_PAGE) {
			out->next_token = token_of(call, prefix, &c);
			break;
		}
		if (record_open(call->aws, call->arena, &cloudformation_stack_record_shape, c.key,
			    c.value, &s) < 0 ||
			!is_wanted(&in->stack_status_filter, s.status))
			continue;
		struct cloudformation_stack_summary *shown =
			&out->stack_summaries.v[out->stack_summaries.n++];
		*shown = (struct cloudformation_stack_summary){
			.stack_id = s.stack_id,
			.stack_name = s.name,
			.template_description =
				s.current ? s.current->description : (struct str){ 0 },
			.creation_time = s.created,
			.last_updated_time = s.updated,
			.deletion_time = s.deleted,
			.stack_status = s.status,
			.stack_status_reason = s.reason,
			.parent_id = s.parent_id,
			.root_id = s.root_id,
		};
		shown->drift_information = ARENA_NEW(
			call->arena, struct cloudformation_stack_drift_information_summary);
		shown->drift_information->stack_drift_status = STR("NOT_CHECKED");
	}
	txn_cursor_close(&c);
	return 0;
}

int cloudformation_describe_stack_events(struct call *call,
	const struct cloudformation_describe_stack_events_input *in,
	struct cloudformation_describe_stack_events_output *out)
{
	struct cloudformation_stack_record stack;
	struct txn_cursor c;
	if (cfn_stack_require(call, in->stack_name, &stack) < 0)
		return -1;
	struct str prefix =
		KEY(call->arena, KEY_LITERAL("cloudformation"), key_text(call->identity.account),
			key_text(call->identity.region), KEY_LITERAL("event"), key_text(stack.id));
	if (open_page(call, prefix, in->next_token, &c) < 0)
		return -1;
	out->stack_events.v =
		ARENA_ARRAY(call->arena, struct cloudformation_stack_event, CFN_EVENTS_PAGE);
	while (txn_cursor_next(&c)) {
		if (out->stack_events.n == CFN_EVENTS_PAGE) {
			out->next_token = token_of(call, prefix, &c);
			break;
		}
		if (record_open(call->aws, call->arena, &cloudformation_stack_event_shape, c.key,
			    c.value, &out->stack_events.v[out->stack_events.n]) == 0)
			out->stack_events.n++;
	}
	txn_cursor_close(&c);
	return 0;
}

/* ---- resources ---- */

static struct cloudformation_stack_resource_drift_information *not_checked(struct call *call)
{
	struct cloudformation_stack_resource_drift_information *d =
		ARENA_NEW(call->arena, struct cloudformation_stack_resource_drift_information);
	d->stack_resource_drift_status = STR("NOT_CHECKED");
	return d;
}

int cloudformation_describe_stack_resource(struct call *call,
	const struct cloudformation_describe_stack_resource_input *in,
	struct cloudformation_describe_stack_resource_output *out)
{
	struct cloudformation_stack_record stack;
	struct cloudformation_resource_record r = { 0 };
	if (cfn_stack_require(call, in->stack_name, &stack) < 0)
		return -1;
	if (!call_get_record(call, cfn_key(call, CFN_RESOURCE, stack.id, in->logical_resource_id),
		    &cloudformation_resource_record_shape, &r))
		return fail(call, &cloudformation_validation_error,
			"Resource %.*s does not exist for stack %.*s",
			STR_ARG(in->logical_resource_id), STR_ARG(stack.name));
	out->stack_resource_detail =
		ARENA_NEW(call->arena, struct cloudformation_stack_resource_detail);
	*out->stack_resource_detail = (struct cloudformation_stack_resource_detail){
		.stack_name = stack.name,
		.stack_id = stack.stack_id,
		.logical_resource_id = r.logical_id,
		.physical_resource_id = r.physical_id,
		.resource_type = r.type,
		.last_updated_timestamp = r.updated,
		.resource_status = r.status,
		.resource_status_reason = r.reason,
		.description = r.description,
		.metadata = r.metadata,
		.drift_information = not_checked(call),
	};
	return 0;
}

static bool find_by_physical(
	struct call *call, struct str physical, struct cloudformation_stack_record *stack)
{
	struct str prefix = prefix_of(call, CFN_RESOURCE), uuid = { 0 };
	struct txn_cursor c;
	struct key_part parts[6];
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (!uuid.p && txn_cursor_next(&c)) {
		struct cloudformation_resource_record r = { 0 };
		if (record_open(call->aws, call->arena, &cloudformation_resource_record_shape,
			    c.key, c.value, &r) == 0 &&
			str_eq(r.physical_id, physical) &&
			key_decode(call->arena, c.key, parts, 6) == 6)
			uuid = parts[4].text;
	}
	txn_cursor_close(&c);
	return uuid.p && cfn_stack_get(call, uuid, stack);
}

int cloudformation_describe_stack_resources(struct call *call,
	const struct cloudformation_describe_stack_resources_input *in,
	struct cloudformation_describe_stack_resources_output *out)
{
	struct cloudformation_stack_record stack;
	struct cfn_resources all;
	if (in->stack_name.p) {
		if (cfn_stack_require(call, in->stack_name, &stack) < 0)
			return -1;
	} else if (!find_by_physical(call, in->physical_resource_id, &stack)) {
		return fail(call, &cloudformation_validation_error, "Stack for %.*s does not exist",
			STR_ARG(in->physical_resource_id));
	}
	cfn_resources_get(call, stack.id, CFN_RESOURCE, &all);
	out->stack_resources.v =
		ARENA_ARRAY(call->arena, struct cloudformation_stack_resource, all.n + 1);
	for (size_t i = 0; i < all.n; i++) {
		const struct cloudformation_resource_record *r = &all.v[i];
		if (in->logical_resource_id.p && !str_eq(r->logical_id, in->logical_resource_id))
			continue;
		out->stack_resources.v[out->stack_resources.n++] =
			(struct cloudformation_stack_resource){
				.stack_name = stack.name,
				.stack_id = stack.stack_id,
				.logical_resource_id = r->logical_id,
				.physical_resource_id = r->physical_id,
				.resource_type = r->type,
				.timestamp = r->updated,
				.resource_status = r->status,
				.resource_status_reason = r->reason,
				.description = r->description,
				.drift_information = not_checked(call),
			};
	}
	return 0;
}

int cloudformation_list_stack_resources(struct call *call,
	const struct cloudformation_list_stack_resources_input *in,
	struct cloudformation_list_stack_resources_output *out)
{
	struct cloudformation_stack_record stack;
	struct cfn_resources all;
	int64_t at = 0;
	if (cfn_stack_require(call, in->stack_name, &stack) < 0)
		return -1;
	if (in->next_token.p && (str_to_i64(in->next_token, &at) < 0 || at < 0))
		return fail(call, &cloudformation_validation_error, "The NextToken is not valid.");
	cfn_resources_get(call, stack.id, CFN_RESOURCE, &all);
	out->stack_resource_summaries.v =
		ARENA_ARRAY(call->arena, struct cloudformation_stack_resource_summary, all.n + 1);
	for (; (size_t)at < all.n; at++) {
		const struct cloudformation_resource_record *r = &all.v[at];
		if (out->stack_resource_summaries.n == CFN_RESOURCES_PAGE) {
			out->next_token = arena_printf(call->arena, "%lld", (long long)at);
			return 0;
		}
		struct cloudformation_stack_resource_summary *shown =
			&out->stack_resource_summaries.v[out->stack_resource_summaries.n++];
		*shown = (struct cloudformation_stack_resource_summary){
			.logical_resource_id = r->logical_id,
			.physical_resource_id = r->physical_id,
			.resource_type = r->type,
			.last_updated_timestamp = r->updated,
			.resource_status = r->status,
			.resource_status_reason = r->reason,
		};
		shown->drift_information = ARENA_NEW(call->arena,
			struct cloudformation_stack_resource_drift_information_summary);
		shown->drift_information->stack_resource_drift_status = STR("NOT_CHECKED");
	}
	return 0;
}

/* ---- exports ---- */

int cloudformation_list_exports(struct call *call,
	const struct cloudformation_list_exports_input *in,
	struct cloudformation_list_exports_output *out)
{
	struct str prefix =
		KEY(call->arena, KEY_LITERAL("cloudformation"), key_text(call->identity.account),
			key_text(call->identity.region), KEY_LITERAL("export"), KEY_LITERAL(""));
	struct txn_cursor c;
	struct key_part parts[6];
	if (open_page(call, prefix, in->next_token, &c) < 0)
		return -1;
	out->exports.v = ARENA_ARRAY(call->arena, struct cloudformation_export, CFN_EXPORTS_PAGE);
	while (txn_cursor_next(&c)) {
		struct cloudformation_export_record r = { 0 };
		if (out->exports.n == CFN_EXPORTS_PAGE) {
			out->next_token = token_of(call, prefix, &c);
			break;
		}
		if (record_open(call->aws, call->arena, &cloudformation_export_record_shape, c.key,
			    c.value, &r) == 0 &&
			key_decode(call->arena, c.key, parts, 6) == 6)
			out->exports.v[out->exports.n++] =
				(struct cloudformation_export){ r.stack_id, parts[5].text,
					r.value };
	}
	txn_cursor_close(&c);
	return 0;
}

int cloudformation_list_imports(struct call *call,
	const struct cloudformation_list_imports_input *in,
	struct cloudformation_list_imports_output *out)
{
	struct str prefix = KEY(call->arena, KEY_LITERAL("cloudformation"),
		key_text(call->identity.account), key_text(call->identity.region),
		KEY_LITERAL("import"), key_text(in->export_name));
	struct txn_cursor c;
	if (open_page(call, prefix, in->next_token, &c) < 0)
		return -1;
	out->imports.v = ARENA_ARRAY(call->arena, struct str, CFN_EXPORTS_PAGE);
	while (txn_cursor_next(&c)) {
		if (out->imports.n == CFN_EXPORTS_PAGE) {
			out->next_token = token_of(call, prefix, &c);
			break;
		}
		out->imports.v[out->imports.n++] = arena_str(call->arena, c.value);
	}
	txn_cursor_close(&c);
	if (!out->imports.n)
		return fail(call, &cloudformation_validation_error,
			"Export '%.*s' is not imported by any stack.", STR_ARG(in->export_name));
	return 0;
}
