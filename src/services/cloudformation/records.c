/* Stacks, their resources and events in the store. */
#include "base/random.h"
#include "services/cloudformation/internal.h"
#include <stdatomic.h>

#define STACK_KEY(call, ...) \
	KEY((call)->arena, KEY_LITERAL("cloudformation"), key_text((call)->identity.account), \
		key_text((call)->identity.region), __VA_ARGS__)

struct str cfn_key(struct call *call, const char *kind, struct str uuid, struct str name)
{
	return STACK_KEY(call, key_text(str_c(kind)), key_text(uuid), key_text(name));
}

struct str cfn_stack_name_key(struct call *call, struct str name)
{
	return STACK_KEY(call, KEY_LITERAL("name"), key_text(name));
}

static struct str stack_key(struct call *call, struct str uuid)
{
	return STACK_KEY(call, KEY_LITERAL("stack"), key_text(uuid));
}

bool cfn_stack_get(struct call *call, struct str uuid, struct cloudformation_stack_record *out)
{
	*out = (struct cloudformation_stack_record){ 0 };
	return call_get_record(
		call, stack_key(call, uuid), &cloudformation_stack_record_shape, out);
}

void cfn_stack_put(struct call *call, const struct cloudformation_stack_record *stack)
{
	call_put_sealed(
		call, stack_key(call, stack->id), &cloudformation_stack_record_shape, stack);
}

struct str cfn_uuid_of(struct str stack_id)
{
	ssize_t slash = str_rindex(stack_id, '/');
	if (!str_starts(stack_id, STR("arn:")) || slash < 0)
		return (struct str){ 0 };
	return str_from(stack_id, (size_t)slash + 1);
}

bool cfn_stack_find(
	struct call *call, struct str name_or_id, struct cloudformation_stack_record *out)
{
	struct str uuid = cfn_uuid_of(name_or_id);
	if (!uuid.p &&
		!txn_get(call->txn, cfn_stack_name_key(call, name_or_id), call->arena, &uuid))
		return false;
	return cfn_stack_get(call, uuid, out);
}

int cfn_stack_require(
	struct call *call, struct str name_or_id, struct cloudformation_stack_record *out)
{
	if (cfn_stack_find(call, name_or_id, out))
		return 0;
	return fail(call, &cloudformation_validation_error, "Stack with id %.*s does not exist",
		STR_ARG(name_or_id));
}

bool cfn_is_in_progress(struct str status)
{
	return str_ends(status, STR("_IN_PROGRESS")) && !str_is(status, "REVIEW_IN_PROGRESS");
}

/* ---- resources ---- */

void cfn_resource_put(struct call *call, struct str uuid, const char *kind,
	const struct cloudformation_resource_record *r)
{
	call_put_sealed(call, cfn_key(call, kind, uuid, r->logical_id),
		&cloudformation_resource_record_shape, r);
}

void cfn_resource_delete(struct call *call, struct str uuid, const char *kind, struct str logical)
{
	txn_delete(call->txn, cfn_key(call, kind, uuid, logical));
}

void cfn_resources_get(
	struct call *call, struct str uuid, const char *kind, struct cfn_resources *out)
{
	struct str prefix = STACK_KEY(call, key_text(str_c(kind)), key_text(uuid));
	struct txn_cursor c;
	size_t cap = 0;
	*out = (struct cfn_resources){ 0 };
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		if (out->n == cap) {
			cap = cap ? cap * 2 : 16;
			void *grown = arena_alloc(call->arena, cap * sizeof *out->v);
			if (out->n)
				memcpy(grown, out->v, out->n * sizeof *out->v);
			out->v = grown;
		}
		out->v[out->n] = (struct cloudformation_resource_record){ 0 };
		if (record_open(call->aws, call->arena, &cloudformation_resource_record_shape,
			    c.key, c.value, &out->v[out->n]) == 0)
			out->n++;
	}
	txn_cursor_close(&c);
}

/* ---- events ---- */

/* Later events have greater numbers, also within a millisecond. */
static int64_t next_number(int64_t now_ms)
{
	static _Atomic int64_t last;
	int64_t before = atomic_load(&last), number;
	do
		number = MAX(before + 1, now_ms * 1000);
	while (!atomic_compare_exchange_weak(&last, &before, number));
	return number;
}

void cfn_event_put(struct call *call, const struct cloudformation_stack_record *stack,
	const struct cloudformation_resource_record *r, struct str status, struct str reason)
{
	char uuid[UUID_LENGTH + 1];
	random_uuid(uuid);
	struct cloudformation_stack_event event = {
		.stack_id = stack->stack_id,
		.stack_name = stack->name,
		.logical_resource_id = r ? r->logical_id : stack->name,
		.physical_resource_id = r ? r->physical_id : stack->stack_id,
		.resource_type = r ? r->type : STR("AWS::CloudFormation::Stack"),
		.timestamp = OPT_TIME(call->aws->now_ms ? call->aws->now_ms() : call->now_ms),
		.resource_status = status,
		.resource_status_reason = reason,
		.client_request_token = stack->token,
	};
	event.event_id = r ? arena_printf(call->arena, "%.*s-%.*s-%s", STR_ARG(r->logical_id),
				     STR_ARG(status), uuid)
			   : arena_str(call->arena, str_c(uuid));
	if (r && r->properties.n)
		event.resource_properties = r->shown.p ? r->shown : r->properties;
	call_put_sealed(call,
		STACK_KEY(call, KEY_LITERAL("event"), key_text(stack->id),
			key_int(-next_number(event.timestamp.ms)), key_text(str_c(uuid))),
		&cloudformation_stack_event_shape, &event);
}

void cfn_stack_turn(struct call *call, struct cloudformation_stack_record *stack,
	const char *status, struct str reason)
{
	stack->status = str_c(status);
	stack->reason = reason;
	cfn_stack_put(call, stack);
	cfn_event_put(call, stack, NULL, stack->status, reason);
	cfn_active_set(call, stack->id, cfn_is_in_progress(stack->status));
}

void cfn_active_set(struct call *call, struct str uuid, bool active)
{
	struct str key = KEY(call->arena, KEY_LITERAL("cloudformation"), KEY_LITERAL("active"),
		key_text(call->identity.account), key_text(call->identity.region), key_text(uuid));
	if (active)
		txn_put(call->txn, key, STR(""));
	else
		txn_delete(call->txn, key);
}

static void forget(struct call *call, const char *kind, struct str uuid)
{
	struct str prefix = STACK_KEY(call, key_text(str_c(kind)), key_text(uuid));
	txn_delete_range(call->txn, prefix, key_range_end(call->arena, prefix));
}

void cfn_stack_forget(struct call *call, const struct cloudformation_stack_record *stack)
{
	struct str uuid;
	forget(call, CFN_BEFORE, stack->id);
	forget(call, "changeset", stack->id);
	if (txn_get(call->txn, cfn_stack_name_key(call, stack->name), call->arena, &uuid) &&
		str_eq(uuid, stack->id))
		txn_delete(call->txn, cfn_stack_name_key(call, stack->name));
}
