/* Outputs and exports of a finished stack, and who imports them. */
#include "services/cloudformation/operation.h"

static int export_put(struct call *call, struct cfn_run *run, struct str name, struct str text)
{
	struct cloudformation_export_record record = { 0 };
	struct str key = cfn_key(call, "export", STR(""), name);
	if (call_get_record(call, key, &cloudformation_export_record_shape, &record) &&
		!str_eq(record.stack_id, run->stack.stack_id)) {
		struct cloudformation_stack_record other;
		struct str owner = cfn_stack_get(call, cfn_uuid_of(record.stack_id), &other)
					   ? other.name
					   : record.stack_id;
		return fail(call, &cloudformation_validation_error,
			"Export with name %.*s is already exported by stack "
			"%.*s. Rollback requested by user.",
			STR_ARG(name), STR_ARG(owner));
	}
	record = (struct cloudformation_export_record){ run->stack.stack_id, text };
	call_put_sealed(call, key, &cloudformation_export_record_shape, &record);
	return 0;
}

static int output_one(struct call *call, struct cfn_run *run, struct str name, value *definition)
{
	struct cfn_eval *e = &run->eval;
	struct str condition = cfn_text(cfn_get(definition, "Condition"));
	value *export = cfn_get(cfn_get(definition, "Export"), "Name");
	e->depth = 0;
	int r = condition.p ? cfn_condition(e, condition) : 1;
	if (r == 0)
		return 0;
	value *v = r < 0 ? NULL : cfn_evaluate(e, cfn_get(definition, "Value"));
	struct str text = v ? cfn_scalar(call->arena, v) : (struct str){ 0 };
	if (!text.p)
		return fail(call, &cloudformation_validation_error, "%.*s",
			STR_ARG(e->error.p ? e->error
					   : arena_printf(call->arena,
						     "Template format error: The Value field of "
						     "every Outputs member must evaluate "
						     "to a String (%.*s).",
						     STR_ARG(name))));
	struct cloudformation_output *o = &run->stack.outputs.v[run->stack.outputs.n++];
	*o = (struct cloudformation_output){ .output_key = name,
		.output_value = text,
		.description = cfn_text(cfn_get(definition, "Description")) };
	if (!export)
		return 0;
	o->export_name = cfn_evaluate_text(e, export, "Export");
	return o->export_name.p
		       ? export_put(call, run, o->export_name, text)
		       : fail(call, &cloudformation_validation_error, "%.*s", STR_ARG(e->error));
}

static struct str first_importer(struct call *call, struct str export, struct str except)
{
	struct str prefix = KEY(call->arena, KEY_LITERAL("cloudformation"),
			   key_text(call->identity.account), key_text(call->identity.region),
			   KEY_LITERAL("import"), key_text(export)),
		   found = { 0 };
	struct txn_cursor c;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (!found.p && txn_cursor_next(&c))
		if (!str_eq(c.value, except))
			found = arena_str(call->arena, c.value);
	txn_cursor_close(&c);
	return found;
}

static bool still_exports(const struct cloudformation_outputs *outputs, struct str name)
{
	for (size_t i = 0; i < outputs->n; i++)
		if (str_eq(outputs->v[i].export_name, name))
			return true;
	return false;
}

/* Exports that the outputs no longer have go, unless someone uses them; so do changes of used
 * values. */
static int drop_exports(struct call *call, const struct cloudformation_stack_record *stack,
	const struct cloudformation_outputs *old, const struct cloudformation_outputs *now)
{
	for (size_t i = 0; i < old->n; i++) {
		struct str name = old->v[i].export_name;
		if (!name.p || still_exports(now, name))
			continue;
		struct str user = first_importer(call, name, stack->name);
		if (user.p)
			return fail(call, &cloudformation_validation_error,
				"Export %.*s cannot be deleted as it is in use by %.*s",
				STR_ARG(name), STR_ARG(user));
		txn_delete(call->txn, cfn_key(call, "export", STR(""), name));
	}
	return 0;
}

static void drop_imports(struct call *call, const struct cloudformation_stack_record *stack)
{
	struct str prefix = KEY(call->arena, KEY_LITERAL("cloudformation"),
		key_text(call->identity.account), key_text(call->identity.region),
		KEY_LITERAL("imports"), key_text(stack->id));
	struct key_part parts[6];
	struct txn_cursor c;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c))
		if (key_decode(call->arena, c.key, parts, COUNT_OF(parts)) == COUNT_OF(parts))
			txn_delete(call->txn, cfn_key(call, "import", parts[5].text, stack->id));
	txn_cursor_close(&c);
	txn_delete_range(call->txn, prefix, key_range_end(call->arena, prefix));
}

int cfn_outputs_put(struct call *call, struct cfn_run *run)
{
	value *outputs = cfn_get(run->template.root, "Outputs"), *key, *definition;
	struct cloudformation_outputs old = run->stack.outputs;
	run->eval.error = (struct str){ 0 };
	run->stack.outputs = (struct cloudformation_outputs){
		ARENA_ARRAY(call->arena, struct cloudformation_output,
			yyjson_mut_obj_size(outputs) + 1),
		0
	};
	if (yyjson_mut_is_obj(outputs))
		CFN_OBJECT_FOR(key, definition, outputs)
	if (output_one(call, run, cfn_text(key), definition) < 0)
		return -1;
	if (drop_exports(call, &run->stack, &old, &run->stack.outputs) < 0)
		return -1;
	drop_imports(call, &run->stack);
	CFN_OBJECT_FOR(key, definition, run->imports)
	{
		txn_put(call->txn, cfn_key(call, "import", cfn_text(key), run->stack.id),
			run->stack.name);
		txn_put(call->txn, cfn_key(call, "imports", run->stack.id, cfn_text(key)), STR(""));
	}
	return 0;
}

int cfn_exports_remove(struct call *call, const struct cloudformation_stack_record *stack)
{
	if (drop_exports(call, stack, &stack->outputs, &(struct cloudformation_outputs){ 0 }) < 0)
		return -1;
	drop_imports(call, stack);
	return 0;
}
