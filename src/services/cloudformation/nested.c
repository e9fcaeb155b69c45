/* AWS::CloudFormation::Stack: stacks in stacks, made, changed, put back and deleted with their
 * parent. */
#include "services/cloudformation/operation.h"
#include <errno.h>

/* ---- the child ---- */

struct look {
	struct str id;
	struct cloudformation_stack_record child;
	bool found;
};

static int read_child(struct call *call, void *arg)
{
	struct look *l = arg;
	l->found = cfn_stack_find(call, l->id, &l->child);
	return 0;
}

/* Waits until nothing is in progress in the child: 0, or fails. */
static int wait_for(struct cfn_resource *r, struct look *l)
{
	struct cfn *cfn = cfn_of(r->call->aws);
	*l = (struct look){ .id = r->physical };
	for (;;) {
		if (call_read(r->call, read_child, l) < 0)
			return -1;
		if (!l->found || !cfn_is_in_progress(l->child.status))
			return 0;
		if (cfn->stopping)
			return fail(r->call, &aws_service_unavailable, "The server stops.");
		if (*r->cancelled && str_is(l->child.status, "CREATE_IN_PROGRESS"))
			return fail(r->call, &cloudformation_validation_error,
				"Resource creation cancelled");
		if (*r->cancelled && str_is(l->child.status, "UPDATE_IN_PROGRESS") &&
			!l->child.cancelled.v) {
			struct cloudformation_cancel_update_stack_input in = {
				.stack_name = r->physical
			};
			struct cloudformation_cancel_update_stack_output out;
			if (call_inner_asked(r->call, &cloudformation_cancel_update_stack_operation,
				    &in, &out) < 0)
				r->call->error = (struct call_error){ 0 };
		}
		waitq_wait(&cfn->changed, CFN_LOOK_MS);
	}
}

static void describe_child(struct cfn_resource *r, const struct look *l)
{
	for (size_t i = 0; i < l->child.outputs.n; i++) {
		struct str name = arena_printf(
			r->call->arena, "Outputs.%.*s", STR_ARG(l->child.outputs.v[i].output_key));
		cfn_set_str(r->doc, r->attributes, name,
			cfn_string(r->doc, l->child.outputs.v[i].output_value));
	}
}

/* The end of a create or update: 0, or fails with the child's reason. */
static int finish(struct cfn_resource *r, const char *status, const char *verb)
{
	struct look l;
	if (wait_for(r, &l) < 0)
		return -1;
	if (!l.found || !str_is(l.child.status, status))
		return fail(r->call, &cloudformation_validation_error,
			"Embedded stack %.*s was not successfully %s: Currently in %.*s with reason: %.*s",
			STR_ARG(r->physical), verb, STR_ARG(l.child.status),
			STR_ARG(l.child.reason));
	describe_child(r, &l);
	return 0;
}

/* ---- its input ---- */

static value *parameters_of(struct cfn_resource *r)
{
	value *list = yyjson_mut_arr(r->doc), *given = cfn_get(r->properties, "Parameters"), *key,
	      *v, *item;
	if (yyjson_mut_is_obj(given))
		CFN_OBJECT_FOR(key, v, given)
		{
			value *p = yyjson_mut_obj(r->doc);
			struct buf b = { 0 };
			if (yyjson_mut_is_arr(v))
				CFN_ARRAY_FOR(item, v)
			buf_printf(&b, "%s%.*s", b.n ? "," : "",
				STR_ARG(cfn_scalar(r->call->arena, item)));
			cfn_put(r, p, "ParameterKey", cfn_text(key));
			cfn_put(r, p, "ParameterValue",
				yyjson_mut_is_arr(v) ? arena_str(r->call->arena, buf_view(&b))
						     : cfn_scalar(r->call->arena, v));
			buf_fini(&b);
			yyjson_mut_arr_append(list, p);
		}
	return list;
}

static value *input_of(struct cfn_resource *r, struct str name)
{
	const struct cloudformation_stack_record *parent = &r->run->stack;
	const struct cloudformation_stack_content *content =
		parent->next ? parent->next : parent->current;
	value *in = cfn_pick(r, "TemplateURL"), *capabilities = yyjson_mut_arr(r->doc),
	      *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	cfn_put(r, in, "StackName", name);
	cfn_set(r->doc, in, "Parameters", parameters_of(r));
	for (size_t i = 0; i < content->capabilities.n; i++)
		yyjson_mut_arr_append(capabilities, cfn_string(r->doc, content->capabilities.v[i]));
	cfn_set(r->doc, in, "Capabilities", capabilities);
	if (tags)
		cfn_set(r->doc, in, "Tags", tags);
	return in;
}

/* ---- create ---- */

/* In the transaction that makes the child: it knows its parent. */
static int adopt(struct cfn_resource *r, struct call *inner)
{
	const struct cloudformation_stack_record *parent = &r->run->stack;
	struct cloudformation_stack_record child, up = *parent;
	int depth = 1;
	if (cfn_stack_require(inner, cfn_make_name(r, 128, false), &child) < 0)
		return -1;
	while (up.parent_id.p && cfn_stack_find(inner, up.parent_id, &up))
		if (++depth > CFN_NESTING_MAX)
			return fail(inner, &cloudformation_validation_error,
				"Stacks may be nested at most %d deep.", CFN_NESTING_MAX);
	child.parent_id = parent->stack_id;
	child.root_id = parent->root_id.p ? parent->root_id : parent->stack_id;
	cfn_stack_put(inner, &child);
	r->physical = child.stack_id;
	return 0;
}

static int create_stack(struct cfn_resource *r)
{
	void *out;
	if (!(r->again && r->physical.n)) {
		value *in = input_of(r, cfn_make_name(r, 128, false));
		cfn_put(r, in, "TimeoutInMinutes", cfn_property(r, "TimeoutInMinutes"));
		/* What failed stands until the parent's rollback deletes it. */
		cfn_put(r, in, "OnFailure", STR("DO_NOTHING"));
		if (cfn_call_make(r, &cloudformation_create_stack_operation, in, adopt, &out) < 0)
			return -1;
	}
	return finish(r, "CREATE_COMPLETE", "created");
}

/* ---- update ---- */

/* In the transaction that begins it: the parent's operation to which it belongs. */
static int mark(struct call *inner, void *arg)
{
	struct cfn_resource *r = arg;
	struct cloudformation_stack_record child;
	if (cfn_stack_require(inner, r->physical, &child) < 0)
		return -1;
	child.parent_operation = OPT_I64(r->run->stack.operation.v);
	cfn_stack_put(inner, &child);
	return 0;
}

/* Back to what it was made of before, whatever its template's URL says by now. */
static int revert(struct call *call, void *arg)
{
	struct cfn_resource *r = arg;
	struct cloudformation_stack_record child;
	if (!cfn_stack_find(call, r->physical, &child) || !child.previous ||
		child.parent_operation.v != r->run->stack.operation.v ||
		!str_is(child.status, "UPDATE_COMPLETE"))
		return 0;
	child.next = child.previous;
	child.previous = NULL;
	child.parent_operation = OPT_I64(0);
	child.operation.v++;
	child.updated = OPT_TIME(call->now_ms);
	cfn_stack_turn(call, &child, "UPDATE_IN_PROGRESS", STR("User Initiated"));
	cfn_operation_after(call, child.id);
	return 0;
}

static int restore_stack(struct cfn_resource *r)
{
	struct look l;
	if (wait_for(r, &l) < 0 || call_write(r->call, revert, r) < 0 || wait_for(r, &l) < 0)
		return -1;
	if (!l.found || str_ends(l.child.status, STR("_FAILED")))
		return fail(r->call, &cloudformation_validation_error,
			"Embedded stack %.*s could not be put back: %.*s", STR_ARG(r->physical),
			STR_ARG(l.child.reason));
	describe_child(r, &l);
	return 0;
}

static int update_stack(struct cfn_resource *r)
{
	struct cloudformation_update_stack_output out = { 0 };
	struct look l;
	void *in;
	if (r->restores)
		return restore_stack(r);
	if (wait_for(r, &l) < 0)
		return -1;
	if (r->again && l.found && l.child.parent_operation.v == r->run->stack.operation.v)
		return finish(r, "UPDATE_COMPLETE", "updated");
	if (cfn_call_input(
		    r, &cloudformation_update_stack_operation, input_of(r, r->physical), &in) < 0)
		return -1;
	if (call_inner_with(r->call, &cloudformation_update_stack_operation, in, &out, mark, r) ==
		0)
		return finish(r, "UPDATE_COMPLETE", "updated");
	if (!str_is(r->call->error.message, "No updates are to be performed."))
		return -1;
	r->call->error = (struct call_error){ 0 };
	describe_child(r, &l);
	return 0;
}

/* ---- delete ---- */

static int remove_stack(struct cfn_resource *r)
{
	struct look l = { .id = r->physical };
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "StackName", r->physical);
	if (call_read(r->call, read_child, &l) < 0)
		return -1;
	/* An update of it ends first. */
	if (l.found && !str_is(l.child.status, "CREATE_IN_PROGRESS") && wait_for(r, &l) < 0)
		return -1;
	if (cfn_call(r, &cloudformation_delete_stack_operation, in, NULL) < 0 ||
		wait_for(r, &l) < 0)
		return -1;
	if (l.found && !str_is(l.child.status, "DELETE_COMPLETE"))
		return fail(r->call, &cloudformation_validation_error,
			"Embedded stack %.*s was not successfully deleted: %.*s",
			STR_ARG(r->physical), STR_ARG(l.child.reason));
	return 0;
}

const struct cfn_type cfn_types_nested[] = {
	{ .name = "AWS::CloudFormation::Stack",
		.flags = CFN_ANY_ATTRIBUTE | CFN_ALWAYS_UPDATE,
		.properties = "TemplateURL Parameters Tags TimeoutInMinutes",
		.replace = "",
		.attributes = "",
		.create = create_stack,
		.update = update_stack,
		.remove = remove_stack },
	{ 0 },
};
