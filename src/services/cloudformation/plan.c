/* What a request would make of a stack: its content checked, and the changes to what there is. */
#include "api/sts.h"
#include "services/cloudformation/internal.h"
#include "services/cloudformation/types.h"

static bool has(const struct cloudformation_capabilities *list, struct str name)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->v[i], name))
			return true;
	return false;
}

static int check_capabilities(struct call *call, const struct cfn_template *t,
	const struct cloudformation_capabilities *given, bool is_direct)
{
	struct cloudformation_capabilities needed;
	struct str reason = { 0 };
	cfn_template_capabilities(call, t, &needed, &reason);
	for (size_t i = 0; i < needed.n; i++) {
		/* The one for named resources includes the other. */
		bool ok =
			has(given, needed.v[i]) || (str_is(needed.v[i], "CAPABILITY_IAM") &&
							   has(given, STR("CAPABILITY_NAMED_IAM")));
		if (str_is(needed.v[i], "CAPABILITY_AUTO_EXPAND") && !is_direct)
			continue;
		if (!ok)
			return fail(call, &cloudformation_insufficient_capabilities_exception,
				"Requires capabilities : [%.*s]", STR_ARG(needed.v[i]));
	}
	return 0;
}

static int check_tags(struct call *call, const struct cloudformation_tags *tags)
{
	if (tags->n > CFN_TAGS_MAX)
		return fail(call, &cloudformation_validation_error,
			"A stack may have at most %d tags.", CFN_TAGS_MAX);
	for (size_t i = 0; i < tags->n; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(tags->v[i].key, tags->v[k].key))
				return fail(call, &cloudformation_validation_error,
					"Duplicate tag key: %.*s", STR_ARG(tags->v[i].key));
	return 0;
}

static int template_of_request(struct call *call, const struct cfn_request *request,
	const struct cloudformation_stack_content *before, struct cloudformation_stack_content *out)
{
	if (!request->use_previous)
		return cfn_template_text(
			call, request->template_body, request->template_url, &out->template);
	if (request->template_body.p || request->template_url.p)
		return fail(call, &cloudformation_validation_error,
			"You cannot specify both usePreviousTemplate and Template Body/Template URL.");
	if (!before || !before->template.p)
		return fail(call, &cloudformation_validation_error,
			"UsePreviousTemplate needs a template that there is.");
	out->template = before->template;
	return 0;
}

/* What is stored must be done, or is refused. */
static int check_options(struct call *call, const struct cfn_request *request)
{
	if (request->rollback && request->rollback->rollback_triggers.n)
		return fail(call, &cloudformation_validation_error,
			"RollbackConfiguration: rollback triggers are not served by this server.");
	if (request->deployment)
		return fail(call, &cloudformation_validation_error,
			"DeploymentConfig is not served by this server.");
	if (request->notices->n)
		return fail(call, &cloudformation_validation_error,
			"NotificationARNs: events of stacks are not sent to topics by this server.");
	return 0;
}

int cfn_role_check(struct call *call, struct str role)
{
	struct sts_pass_role_input in = { .role_arn = role,
		.service = STR("cloudformation.amazonaws.com") };
	struct sts_pass_role_output out = { 0 };
	if (!role.p || call->aws->auth != AWS_AUTH_STRICT)
		return 0;
	if (call_inner(call, &sts_pass_role_operation, NULL, &in, &out) < 0)
		return -1;
	if (!out.is_trusted.v)
		return fail(call, &cloudformation_validation_error,
			"Role %.*s is invalid or cannot be assumed", STR_ARG(role));
	return 0;
}

/* "AWS::IAM::*", "AWS::*" or a whole name. */
static bool is_type_of(struct str pattern, struct str type)
{
	if (str_ends(pattern, STR("*")))
		return str_starts(type, str_sub(pattern, 0, pattern.n - 1));
	return str_eq(pattern, type);
}

static int check_types(struct call *call, const struct cfn_template *t,
	const struct cloudformation_resource_types *allowed)
{
	value *key, *r;
	if (!allowed || !allowed->n)
		return 0;
	CFN_OBJECT_FOR(key, r, t->resources)
	{
		struct str type = cfn_text(cfn_get(r, "Type"));
		bool ok = false;
		for (size_t i = 0; i < allowed->n; i++)
			ok = ok || is_type_of(allowed->v[i], type);
		if (!ok)
			return fail(call, &cloudformation_validation_error,
				"Resource type %.*s is not allowed by parameter ResourceTypes",
				STR_ARG(type));
	}
	return 0;
}

int cfn_content_make(struct call *call, const struct cfn_request *request, struct str stack_name,
	struct str stack_id, const struct cloudformation_stack_content *before,
	struct cloudformation_stack_content *out)
{
	struct cfn_template t;
	struct cfn_eval e;
	*out = (struct cloudformation_stack_content){ 0 };
	if (check_options(call, request) < 0 || cfn_role_check(call, request->role_arn) < 0 ||
		template_of_request(call, request, before, out) < 0 ||
		cfn_template_parse(call, out->template, &t) < 0 ||
		cfn_parameters_resolve(call, &t, request->parameters,
			before ? &before->parameters : NULL, &out->parameters) < 0 ||
		cfn_template_expand(call, &t, &out->parameters) < 0)
		return -1;
	out->processed = t.processed;
	out->description = cfn_text(cfn_get(t.root, "Description"));
	out->capabilities = *request->capabilities;
	out->tags = request->tags->v || !before ? *request->tags : before->tags;
	out->notification_ar_ns =
		request->notices->v || !before ? *request->notices : before->notification_ar_ns;
	out->role_arn = request->role_arn.p || !before ? request->role_arn : before->role_arn;
	if (check_tags(call, &out->tags) < 0)
		return -1;
	cfn_eval_init(&e, call, &t, out, stack_name, stack_id);
	if (cfn_rules_check(call, &t, &e) < 0 || cfn_template_check(call, &t, &e) < 0 ||
		cfn_made_check(call, &t, &e) < 0)
		return -1;
	if (check_types(call, &t, request->types) < 0)
		return -1;
	return check_capabilities(call, &t, &out->capabilities, request->is_direct);
}

bool cfn_content_same(
	const struct cloudformation_stack_content *a, const struct cloudformation_stack_content *b)
{
	if (!str_eq(a->template, b->template) || a->parameters.n != b->parameters.n ||
		a->tags.n != b->tags.n)
		return false;
	for (size_t i = 0; i < a->parameters.n; i++)
		if (!str_eq(a->parameters.v[i].key, b->parameters.v[i].key) ||
			!str_eq(a->parameters.v[i].value, b->parameters.v[i].value))
			return false;
	for (size_t i = 0; i < a->tags.n; i++)
		if (!str_eq(a->tags.v[i].key, b->tags.v[i].key) ||
			!str_eq(a->tags.v[i].value, b->tags.v[i].value))
			return false;
	return true;
}

/* ---- changes ---- */

struct planner {
	struct call *call;
	struct cfn_resources now;
	struct cfn_graph *graph;
	bool *replaced; /* by node: its Ref will be another */
	bool *modified;
};

static const struct cloudformation_resource_record *record_of(
	const struct planner *p, struct str logical)
{
	for (size_t i = 0; i < p->now.n; i++)
		if (str_eq(p->now.v[i].logical_id, logical))
			return &p->now.v[i];
	return NULL;
}

/* As far as is known: what there is; of what is to be made or changed, a mark that equals nothing.
 */
static int planned_value(struct cfn_eval *e, struct str logical, struct str attribute, value **out)
{
	struct planner *p = e->arg;
	const struct cloudformation_resource_record *r = record_of(p, logical);
	struct cfn_node *n = cfn_graph_find(p->graph, logical);
	value *attributes;
	if (!n)
		return cfn_eval_fail(e,
			"Template error: %.*s is referred to, but its condition is false.",
			STR_ARG(logical));
	size_t at = (size_t)(n - p->graph->nodes);
	if (r && !p->replaced[at] && !attribute.p) {
		*out = cfn_string(e->doc, r->physical_id);
		return 0;
	}
	if (r && !p->replaced[at] &&
		(attributes = cfn_json_read(e->arena, e->doc, r->attributes)) &&
		cfn_get_str(attributes, attribute)) {
		*out = cfn_copy(e->doc, cfn_get_str(attributes, attribute));
		return 0;
	}
	*out = cfn_string(
		e->doc, arena_printf(e->arena, "{{changeSet:KNOWN_AFTER_APPLY:%.*s.%.*s}}",
				STR_ARG(logical), STR_ARG(attribute)));
	return 0;
}

static int planned_import(struct cfn_eval *e, struct str name, value **out)
{
	struct planner *p = e->arg;
	struct cloudformation_export_record record = { 0 };
	if (!call_get_record(p->call, cfn_key(p->call, "export", STR(""), name),
		    &cloudformation_export_record_shape, &record))
		return cfn_eval_fail(e, "No export named %.*s found.", STR_ARG(name));
	*out = cfn_string(e->doc, record.value);
	return 0;
}

static void add_detail(struct call *call, struct cloudformation_resource_change_details *details,
	struct str name, const char *recreation)
{
	struct cloudformation_resource_change_detail *d = &details->v[details->n++];
	*d = (struct cloudformation_resource_change_detail){ .evaluation = STR("Static"),
		.change_source = STR("DirectModification") };
	d->target = ARENA_NEW(call->arena, struct cloudformation_resource_target_definition);
	d->target->attribute = STR("Properties");
	d->target->name = name;
	d->target->requires_recreation = str_c(recreation);
}

static void compare(struct planner *p, size_t at, value *old, value *now,
	struct cloudformation_resource_change *change)
{
	const struct cfn_type *type = cfn_type_find(p->graph->nodes[at].type);
	bool all = !type || !type->update || str_is(str_c(type->replace), "*");
	value *key, *member;
	struct str name;
	change->details.v =
		ARENA_ARRAY(p->call->arena, struct cloudformation_resource_change_detail,
			yyjson_mut_obj_size(old) + yyjson_mut_obj_size(now) + 1);
	CFN_OBJECT_FOR(key, member, now)
	{
		name = cfn_text(key);
		if (cfn_equal(member, cfn_get_str(old, name)))
			continue;
		bool replaces = all || cfn_has_word(type->replace, name);
		add_detail(p->call, &change->details, name, replaces ? "Always" : "Never");
		p->replaced[at] = p->replaced[at] || replaces;
	}
	if (yyjson_mut_is_obj(old))
		CFN_OBJECT_FOR(key, member, old)
		{
			name = cfn_text(key);
			if (cfn_get_str(now, name))
				continue;
			bool replaces = all || cfn_has_word(type->replace, name);
			add_detail(p->call, &change->details, name, replaces ? "Always" : "Never");
			p->replaced[at] = p->replaced[at] || replaces;
		}
	if (type && type->replaces && type->replaces(old, now))
		p->replaced[at] = true;
}

static struct cloudformation_resource_change *change_new(struct call *call,
	struct cloudformation_changes *out, const char *action, struct str logical, struct str type)
{
	struct cloudformation_change *c = &out->v[out->n++];
	c->type = STR("Resource");
	c->resource_change = ARENA_NEW(call->arena, struct cloudformation_resource_change);
	c->resource_change->action = str_c(action);
	c->resource_change->logical_resource_id = logical;
	c->resource_change->resource_type = type;
	c->resource_change->scope.v = ARENA_ARRAY(call->arena, struct str, 2);
	c->resource_change->details.v =
		ARENA_NEW(call->arena, struct cloudformation_resource_change_detail);
	return c->resource_change;
}

/* 1: there is a change; 0: none; -1: failed. */
static int plan_node(
	struct planner *p, struct cfn_eval *e, size_t at, struct cloudformation_changes *out)
{
	struct cfn_node *n = &p->graph->nodes[at];
	const struct cloudformation_resource_record *r = record_of(p, n->logical);
	value *definition = cfn_get(n->definition, "Properties");
	value *now = definition ? cfn_evaluate(e, definition) : yyjson_mut_obj(e->doc);
	if (!now)
		return fail(p->call, &cloudformation_validation_error, "%.*s", STR_ARG(e->error));
	if (!r) {
		change_new(p->call, out, "Add", n->logical, n->type);
		return 1;
	}
	value *old = cfn_json_read(e->arena, e->doc, r->properties);
	if (str_eq(r->type, n->type) && cfn_equal(old, now))
		return 0;
	struct cloudformation_resource_change *c =
		change_new(p->call, out, "Modify", n->logical, n->type);
	c->physical_resource_id = r->physical_id;
	p->modified[at] = true;
	if (!str_eq(r->type, n->type))
		p->replaced[at] = true;
	compare(p, at, old, now, c);
	c->replacement = p->replaced[at] ? STR("True") : STR("False");
	c->scope.v[c->scope.n++] = STR("Properties");
	return 1;
}

int cfn_changes_make(struct call *call, const struct cloudformation_stack_record *stack,
	const struct cloudformation_stack_content *content, struct cloudformation_changes *out)
{
	struct cfn_template t;
	struct cfn_eval e;
	struct cfn_graph graph;
	struct planner p = { .call = call, .graph = &graph };
	if (cfn_template_of(call, content, &t) < 0)
		return -1;
	cfn_eval_init(&e, call, &t, content, stack->name, stack->stack_id);
	cfn_resources_get(call, stack->id, CFN_RESOURCE, &p.now);
	if (cfn_graph_make(&e, t.resources, &graph) < 0)
		return fail(call, &cloudformation_validation_error, "%.*s", STR_ARG(e.error));
	e.resource = planned_value;
	e.import = planned_import;
	e.arg = &p;
	p.replaced = ARENA_ARRAY(call->arena, bool, graph.n + 1);
	p.modified = ARENA_ARRAY(call->arena, bool, graph.n + 1);
	*out = (struct cloudformation_changes){
		ARENA_ARRAY(call->arena, struct cloudformation_change, graph.n + p.now.n + 1), 0
	};
	/* In the order of their needs, so that a replacement is known to those that refer to it. */
	for (size_t left = graph.n; left;) {
		for (size_t i = 0; i < graph.n; i++) {
			bool ready = !graph.nodes[i].done;
			for (size_t k = 0; ready && k < graph.nodes[i].need_count; k++)
				ready = graph.nodes[graph.nodes[i].needs[k]].done;
			if (!ready)
				continue;
			if (plan_node(&p, &e, i, out) < 0)
				return -1;
			graph.nodes[i].done = true;
			left--;
		}
	}
	for (size_t i = 0; i < p.now.n; i++)
		if (!cfn_graph_find(&graph, p.now.v[i].logical_id))
			change_new(call, out, "Remove", p.now.v[i].logical_id, p.now.v[i].type)
				->physical_resource_id = p.now.v[i].physical_id;
	return 0;
}
