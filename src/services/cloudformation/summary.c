/* What a template declares: ValidateTemplate and GetTemplateSummary. */
#include "services/cloudformation/internal.h"

static struct str default_of(struct call *call, value *p)
{
	return cfn_scalar(call->arena, cfn_get(p, "Default"));
}

static struct opt_bool no_echo(struct call *call, value *p)
{
	return OPT_BOOL(str_eq_ci(cfn_scalar(call->arena, cfn_get(p, "NoEcho")), STR("true")));
}

static void transforms_of(
	struct call *call, struct str text, struct cloudformation_transforms_list *out)
{
	value_doc *doc = cfn_doc_new(call->arena);
	value *root = NULL, *item;
	struct str why;
	if (cfn_template_read(call->arena, doc, text, &root, &why) < 0)
		return;
	value *transforms = cfn_get(root, "Transform");
	out->v = ARENA_ARRAY(call->arena, struct str, yyjson_mut_arr_size(transforms) + 1);
	if (yyjson_mut_is_str(transforms))
		out->v[out->n++] = cfn_text(transforms);
	if (yyjson_mut_is_arr(transforms))
		CFN_ARRAY_FOR(item, transforms)
	out->v[out->n++] = cfn_text(item);
	if (!out->n)
		out->v = NULL;
}

/* The whole check, so far as it needs no parameters. */
static int check(struct call *call, const struct cfn_template *t)
{
	struct cloudformation_stack_content content = { 0 };
	struct cfn_eval e;
	cfn_parameters_default(call, t, &content.parameters);
	cfn_eval_init(&e, call, t, &content, STR("stack"), STR("stack"));
	return cfn_template_check(call, t, &e);
}

int cloudformation_validate_template(struct call *call,
	const struct cloudformation_validate_template_input *in,
	struct cloudformation_validate_template_output *out)
{
	struct cfn_template t;
	struct str text;
	if (cfn_template_text(call, in->template_body, in->template_url, &text) < 0 ||
		cfn_template_load(call, text, &t) < 0 || check(call, &t) < 0)
		return -1;
	value *declared = cfn_get(t.root, "Parameters"), *key, *p;
	out->parameters.v = ARENA_ARRAY(call->arena, struct cloudformation_template_parameter,
		yyjson_mut_obj_size(declared) + 1);
	if (yyjson_mut_is_obj(declared))
		CFN_OBJECT_FOR(key, p, declared)
	out->parameters.v[out->parameters.n++] =
		(struct cloudformation_template_parameter){ cfn_text(key), default_of(call, p),
			no_echo(call, p), cfn_text(cfn_get(p, "Description")) };
	out->description = cfn_text(cfn_get(t.root, "Description"));
	cfn_template_capabilities(call, &t, &out->capabilities, &out->capabilities_reason);
	transforms_of(call, text, &out->declared_transforms);
	return 0;
}

static int stored_text(struct call *call, void *arg)
{
	struct str *name = arg;
	struct cloudformation_stack_record stack;
	if (cfn_stack_require(call, *name, &stack) < 0)
		return -1;
	*name = stack.current ? stack.current->template : STR("");
	return 0;
}

static void add_parameter(struct call *call, struct str name, value *p,
	struct cloudformation_parameter_declaration *out)
{
	value *allowed = cfn_get(p, "AllowedValues"), *item;
	*out = (struct cloudformation_parameter_declaration){ .parameter_key = name,
		.default_value = default_of(call, p),
		.parameter_type = cfn_text(cfn_get(p, "Type")),
		.no_echo = no_echo(call, p),
		.description = cfn_text(cfn_get(p, "Description")) };
	out->parameter_constraints =
		ARENA_NEW(call->arena, struct cloudformation_parameter_constraints);
	if (!yyjson_mut_is_arr(allowed))
		return;
	out->parameter_constraints->allowed_values.v =
		ARENA_ARRAY(call->arena, struct str, yyjson_mut_arr_size(allowed) + 1);
	CFN_ARRAY_FOR(item, allowed)
	out->parameter_constraints->allowed_values
		.v[out->parameter_constraints->allowed_values.n++] = cfn_scalar(call->arena, item);
}

int cloudformation_get_template_summary(struct call *call,
	const struct cloudformation_get_template_summary_input *in,
	struct cloudformation_get_template_summary_output *out)
{
	struct cfn_template t;
	struct str text = in->stack_name;
	if (in->stack_set_name.p)
		return fail(call, &cloudformation_stack_set_not_found_exception,
			"StackSet %.*s not found", STR_ARG(in->stack_set_name));
	if ((in->stack_name.p ? call_read(call, stored_text, &text)
			      : cfn_template_text(
					call, in->template_body, in->template_url, &text)) < 0 ||
		cfn_template_load(call, text, &t) < 0)
		return -1;
	value *declared = cfn_get(t.root, "Parameters"), *key, *p;
	out->parameters.v = ARENA_ARRAY(call->arena, struct cloudformation_parameter_declaration,
		yyjson_mut_obj_size(declared) + 1);
	if (yyjson_mut_is_obj(declared))
		CFN_OBJECT_FOR(key, p, declared)
	add_parameter(call, cfn_text(key), p, &out->parameters.v[out->parameters.n++]);
	out->resource_types.v =
		ARENA_ARRAY(call->arena, struct str, yyjson_mut_obj_size(t.resources) + 1);
	CFN_OBJECT_FOR(key, p, t.resources)
	out->resource_types.v[out->resource_types.n++] = cfn_text(cfn_get(p, "Type"));
	out->description = cfn_text(cfn_get(t.root, "Description"));
	out->version = cfn_text(cfn_get(t.root, "AWSTemplateFormatVersion"));
	out->metadata = cfn_json_write(call->arena, cfn_get(t.root, "Metadata"));
	cfn_template_capabilities(call, &t, &out->capabilities, &out->capabilities_reason);
	transforms_of(call, text, &out->declared_transforms);
	return 0;
}
