/* What a stack's operation works with: its template, and what functions see of its resources. */
#include "services/cloudformation/operation.h"

static int resource_value(struct cfn_eval *e, struct str logical, struct str attribute, value **out)
{
	struct cfn_run *run = e->arg;
	struct cfn_node *n = cfn_graph_find(&run->graph, logical);
	if (!n || !n->record || !n->done)
		return cfn_eval_fail(e,
			"Template error: %.*s is referred to, but it is not made (its condition is false).",
			STR_ARG(logical));
	if (!attribute.p) {
		*out = cfn_string(e->doc, n->record->physical_id);
		return 0;
	}
	value *attributes = cfn_json_read(e->arena, e->doc, n->record->attributes);
	*out = cfn_copy(e->doc, cfn_get_str(attributes, attribute));
	if (*out)
		return 0;
	return cfn_eval_fail(e,
		"Template error: resource %.*s does not support attribute type %.*s in Fn::GetAtt",
		STR_ARG(logical), STR_ARG(attribute));
}

struct import {
	struct str name;
	struct cloudformation_export_record record;
	bool found;
};

static int read_export(struct call *call, void *arg)
{
	struct import *i = arg;
	i->found = call_get_record(call, cfn_key(call, "export", STR(""), i->name),
		&cloudformation_export_record_shape, &i->record);
	return 0;
}

static int import_value(struct cfn_eval *e, struct str name, value **out)
{
	struct cfn_run *run = e->arg;
	struct import i = { .name = name };
	/* Outputs are evaluated inside the transaction that stores them. */
	int r = run->call.txn ? read_export(&run->call, &i)
			      : call_read(&run->call, read_export, &i);
	if (r < 0 || !i.found)
		return cfn_eval_fail(e, "No export named %.*s found.", STR_ARG(name));
	cfn_set_str(e->doc, run->imports, name, yyjson_mut_true(e->doc));
	*out = cfn_string(e->doc, i.record.value);
	return 0;
}

/* The same for what events show: secrets are masked. */
static int shown_value(struct cfn_eval *e, struct str logical, struct str attribute, value **out)
{
	struct cfn_run *run = e->arg;
	struct cfn_node *n = cfn_graph_find(&run->graph, logical);
	if (attribute.p && n && n->record &&
		(n->record->hidden.v || str_is(attribute, "SecretAccessKey"))) {
		*out = cfn_string(e->doc, STR("****"));
		return 0;
	}
	return resource_value(e, logical, attribute, out);
}

static void prepare_shown(struct cfn_run *run, const struct cloudformation_stack_content *content)
{
	value_doc *doc = run->template.doc;
	run->shown = run->eval;
	run->shown.resource = shown_value;
	run->shown.parameters = cfn_copy(doc, run->eval.parameters);
	for (size_t i = 0; i < content->parameters.n; i++)
		if (content->parameters.v[i].hidden.v)
			cfn_set_str(doc, run->shown.parameters, content->parameters.v[i].key,
				cfn_string(doc, STR("****")));
}

int cfn_run_prepare(struct cfn_run *run, const struct cloudformation_stack_content *content)
{
	if (cfn_template_of(&run->call, content, &run->template) < 0)
		return -1;
	cfn_eval_init(&run->eval, &run->call, &run->template, content, run->stack.name,
		run->stack.stack_id);
	run->eval.arg = run;
	if (cfn_graph_make(&run->eval, run->template.resources, &run->graph) < 0)
		return fail(&run->call, &cloudformation_validation_error, "%.*s",
			STR_ARG(run->eval.error));
	run->eval.resource = resource_value;
	run->eval.import = import_value;
	run->imports = yyjson_mut_obj(run->template.doc);
	run->tags = yyjson_mut_arr(run->template.doc);
	for (size_t i = 0; i < content->tags.n; i++) {
		value *tag = yyjson_mut_obj(run->template.doc);
		cfn_set(run->template.doc, tag, "Key",
			cfn_string(run->template.doc, content->tags.v[i].key));
		cfn_set(run->template.doc, tag, "Value",
			cfn_string(run->template.doc, content->tags.v[i].value));
		yyjson_mut_arr_append(run->tags, tag);
	}
	for (size_t i = 0; i < run->graph.n; i++)
		for (size_t k = 0; k < run->now.n; k++)
			if (str_eq(run->now.v[k].logical_id, run->graph.nodes[i].logical))
				run->graph.nodes[i].record = &run->now.v[k];
	prepare_shown(run, content);
	return 0;
}
