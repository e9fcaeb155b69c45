/* One resource's step: made, changed, replaced, put back or removed, with its record and events. */
#include "base/random.h"
#include "services/cloudformation/operation.h"
#include <errno.h>
#include <stdlib.h>

struct work {
	struct cfn_step step;
	struct arena arena;
	struct call call;
	struct cloudformation_resource_record record; /* as it is to be stored */
	struct cloudformation_resource_record old;    /* as it was; logical_id.p == NULL: none */
	struct str under_way; /* restore: the properties that are there until it is done */
	struct cfn_resource resource;
	cfn_type_fn *fn;
	const char *verb;  /* "CREATE" */
	struct str reason; /* of a failure */
};

/* ---- what the type's function sees ---- */

static int dynamic_text(struct cfn_eval *e, struct str service, struct str rest, struct str *out)
{
	struct work *w = e->arg;
	bool secure = str_is(service, "ssm-secure");
	if (!secure && !str_is(service, "ssm"))
		return cfn_eval_fail(e, "Dynamic references to %.*s are not served by this server.",
			STR_ARG(service));
	if (cfn_parameter_from_ssm(&w->call, rest, secure, out) < 0)
		return cfn_eval_fail(e, "Could not resolve {{resolve:%.*s:%.*s}}: %.*s",
			STR_ARG(service), STR_ARG(rest), STR_ARG(w->call.error.message));
	return 0;
}

static int resolved(struct work *w, struct str json, value **out)
{
	struct cfn_eval e = {
		.arena = &w->arena, .doc = w->resource.doc, .dynamic = dynamic_text, .arg = w
	};
	value *v = cfn_json_read(&w->arena, w->resource.doc, json);
	*out = v ? cfn_resolve_dynamic(&e, v) : yyjson_mut_obj(w->resource.doc);
	if (*out)
		return 0;
	w->reason = e.error;
	return -1;
}

static int check_properties(struct work *w)
{
	value *key, *member;
	const struct cfn_type *type = w->resource.type;
	if (!type->properties)
		return 0;
	CFN_OBJECT_FOR(key, member, w->resource.properties)
	if (!cfn_has_word(type->properties, cfn_text(key))) {
		w->reason = arena_printf(&w->arena,
			"Properties validation failed for resource %.*s with message:\n#: "
			"extraneous key [%.*s] is not permitted",
			STR_ARG(w->record.logical_id), STR_ARG(cfn_text(key)));
		return -1;
	}
	return 0;
}

static int store_made(struct cfn_resource *r, struct call *inner);

static int resource_init(struct work *w)
{
	struct cfn_run *run = w->step.run;
	struct cfn_resource *r = &w->resource;
	value *tags;
	*r = (struct cfn_resource){
		.call = &w->call,
		.doc = cfn_doc_new(&w->arena),
		.type = cfn_type_find(w->record.type),
		.type_name = w->record.type,
		.logical = w->record.logical_id,
		.stack_name = run->stack.name,
		.stack_id = run->stack.stack_id,
		.operation = w->record.operation.v,
		.physical = w->record.physical_id,
		.run = run,
		.restores = w->step.kind == CFN_STEP_RESTORE,
		.cancelled = &run->cancelled,
		.made = store_made,
		.made_arg = w,
	};
	if (!r->type) {
		w->reason =
			arena_printf(&w->arena, "Resource type %.*s is not served by this server.",
				STR_ARG(w->record.type));
		return -1;
	}
	r->token = arena_printf(&w->arena, "%.*s-%.*s-%lld", STR_ARG(run->stack.id),
		STR_ARG(r->logical), (long long)run->stack.operation.v);
	r->attributes = yyjson_mut_obj(r->doc);
	tags = run->tags ? cfn_json_read(&w->arena, r->doc, cfn_json_write(&w->arena, run->tags))
			 : NULL;
	r->tags = tags;
	return resolved(w, w->record.properties, &r->properties);
}

/* ---- storing ---- */

static void event(struct work *w, const char *status, struct str reason)
{
	struct str text = str_is(str_c(w->verb), "DELETE_SKIPPED")
				  ? STR("DELETE_SKIPPED")
				  : arena_printf(&w->arena, "%s_%s", w->verb, status);
	w->record.status = text;
	w->record.reason = reason;
	w->record.updated = OPT_TIME(w->call.aws->now_ms ? w->call.aws->now_ms() : w->call.now_ms);
	cfn_event_put(&w->call, &w->step.run->stack, &w->record, text, reason);
}

static void save_before(struct work *w)
{
	struct str id = w->step.run->stack.id;
	/* What it was when the operation began; a step that goes on after a restart leaves it. */
	if (w->old.logical_id.p && w->step.kind == CFN_STEP_APPLY &&
		!txn_exists(w->call.txn, cfn_key(&w->call, CFN_BEFORE, id, w->old.logical_id)))
		cfn_resource_put(&w->call, id, CFN_BEFORE, &w->old);
}

/* The record while it is not done: what is being put back has the newer properties until then. */
static void put_undone(struct work *w)
{
	struct cloudformation_resource_record record = w->record;
	if (w->under_way.p)
		record.properties = w->under_way;
	cfn_resource_put(&w->call, w->step.run->stack.id, w->step.from, &record);
}

static int store_begin(struct call *call, void *arg)
{
	struct work *w = arg;
	(void)call;
	save_before(w);
	event(w, "IN_PROGRESS", (struct str){ 0 });
	put_undone(w);
	return 0;
}

/* The same transaction makes it and says so: there is nothing without a record, whenever the server
 * ends. */
static int store_made(struct cfn_resource *r, struct call *inner)
{
	struct work *w = r->made_arg;
	w->call.txn = inner->txn;
	w->record.physical_id = r->physical;
	event(w, "IN_PROGRESS", STR("Resource creation Initiated"));
	put_undone(w);
	w->call.txn = NULL;
	return 0;
}

/* An update says only those attributes that it changes; a custom resource says all. */
static void keep_attributes(struct work *w)
{
	struct cfn_resource *r = &w->resource;
	value *was = r->before && !(r->type->flags & CFN_ANY_ATTRIBUTE)
			     ? cfn_json_read(&w->arena, r->doc, w->old.attributes)
			     : NULL,
	      *key, *member;
	if (yyjson_mut_is_obj(was))
		CFN_OBJECT_FOR(key, member, was)
	if (!cfn_get_str(r->attributes, cfn_text(key)))
		cfn_set_str(r->doc, r->attributes, cfn_text(key), cfn_copy(r->doc, member));
}

static int store_end(struct call *call, void *arg)
{
	struct work *w = arg;
	struct str id = w->step.run->stack.id;
	(void)call;
	w->record.physical_id = w->resource.physical;
	if (w->step.kind == CFN_STEP_REMOVE) {
		event(w, "COMPLETE", (struct str){ 0 });
		cfn_resource_delete(&w->call, id, w->step.from, w->record.logical_id);
		return 0;
	}
	keep_attributes(w);
	w->record.attributes = cfn_json_write(&w->arena, w->resource.attributes);
	w->record.hidden = OPT_BOOL(w->resource.hidden);
	event(w, "COMPLETE", (struct str){ 0 });
	if (w->step.kind == CFN_STEP_RESTORE) {
		cfn_resource_delete(&w->call, id, CFN_BEFORE, w->record.logical_id);
		w->record.operation = w->old.operation;
	}
	cfn_resource_put(&w->call, id, CFN_RESOURCE, &w->record);
	return 0;
}

static int store_failure_record(struct call *call, void *arg)
{
	struct work *w = arg;
	(void)call;
	event(w, "FAILED", w->reason);
	put_undone(w);
	return 0;
}

/* The type's calls and the record in one transaction: all or nothing. */
static int run_in_transaction(struct call *call, void *arg)
{
	struct work *w = arg;
	(void)call;
	save_before(w);
	event(w, "IN_PROGRESS", (struct str){ 0 });
	w->resource.attributes = yyjson_mut_obj(w->resource.doc);
	if (w->fn(&w->resource) < 0)
		return -1;
	if (w->step.kind != CFN_STEP_REMOVE && !w->resource.before) {
		w->record.physical_id = w->resource.physical;
		event(w, "IN_PROGRESS", STR("Resource creation Initiated"));
	}
	return store_end(call, w);
}

static struct str said(struct work *w)
{
	const struct call_error *error = &w->call.error;
	if (w->reason.p)
		return w->reason;
	if (!error->shape)
		return STR("The step failed.");
	if (error->shape == &cloudformation_validation_error)
		return error->message;
	return arena_printf(&w->arena,
		"Resource handler returned message: \"%.*s\" (RequestToken: %.*s, HandlerErrorCode: %s)",
		STR_ARG(error->message), STR_ARG(w->resource.token), error->shape->query_code);
}

static bool is_in_transaction(const struct work *w)
{
	unsigned flags = w->resource.type->flags;
	return (flags & CFN_IN_TRANSACTION) &&
	       !(w->step.kind == CFN_STEP_REMOVE && (flags & CFN_REMOVE_WAITS));
}

static int work_run(struct work *w)
{
	if (!w->reason.p && (w->resource.type->flags & CFN_NAMED_BEFORE) &&
		w->fn == w->resource.type->create && !w->resource.physical.n)
		w->record.physical_id = w->resource.physical =
			cfn_make_name(&w->resource, 128, false);
	if (!w->reason.p && is_in_transaction(w)) {
		if (call_write(&w->call, run_in_transaction, w) == 0)
			return 0;
	} else if (!w->reason.p) {
		if (call_write(&w->call, store_begin, w) == 0 && w->fn(&w->resource) == 0 &&
			call_write(&w->call, store_end, w) == 0)
			return 0;
		/* A custom resource may have named itself and failed then. */
		if (w->resource.type->flags & CFN_NAMED_BEFORE)
			w->record.physical_id = w->resource.physical;
	}
	/* A server that stops leaves the step to its next start. */
	if (w->step.run->cfn->stopping)
		return -1;
	w->reason = said(w);
	w->call.error = (struct call_error){ 0 };
	if (call_write(&w->call, store_failure_record, w) < 0)
		return -1;
	return -1;
}

/* ---- apply ---- */

static struct str policy_of(value *definition, const char *name)
{
	return cfn_text(cfn_get(definition, name));
}

/* The properties for events, or p == NULL when they hold no secret. */
static struct str shown_of(struct work *w, struct str properties)
{
	struct cfn_run *run = w->step.run;
	value *definition = cfn_get(w->step.node->definition, "Properties");
	run->shown.error = (struct str){ 0 };
	run->shown.depth = 0;
	value *v = definition ? cfn_evaluate(&run->shown, definition) : NULL;
	struct str shown = v ? cfn_json_write(&w->arena, v) : STR("{}");
	return str_eq(shown, properties) ? (struct str){ 0 } : shown;
}

static void record_from_template(struct work *w, value *properties)
{
	struct cfn_run *run = w->step.run;
	struct cfn_node *n = w->step.node;
	struct cloudformation_resource_record *r = &w->record;
	*r = (struct cloudformation_resource_record){
		.logical_id = n->logical,
		.type = n->type,
		.properties = cfn_json_write(&w->arena, properties),
		.metadata = cfn_json_write(&w->arena, cfn_get(n->definition, "Metadata")),
		.description = cfn_text(cfn_get(n->definition, "Description")),
		.deletion_policy = policy_of(n->definition, "DeletionPolicy"),
		.update_replace_policy = policy_of(n->definition, "UpdateReplacePolicy"),
		.operation = run->stack.operation,
	};
	r->depends_on.v = ARENA_ARRAY(&w->arena, struct str, n->need_count + 1);
	for (size_t i = 0; i < n->need_count; i++)
		r->depends_on.v[r->depends_on.n++] = run->graph.nodes[n->needs[i]].logical;
	r->shown = shown_of(w, r->properties);
}

static bool needs_replacement(struct work *w)
{
	const struct cfn_type *type = w->resource.type;
	value *key, *member;
	if (!str_eq(w->old.type, w->record.type) || !type->update ||
		str_is(str_c(type->replace), "*"))
		return true;
	CFN_OBJECT_FOR(key, member, w->resource.properties)
	if (cfn_has_word(type->replace, cfn_text(key)) &&
		cfn_changed(&w->resource, yyjson_mut_get_str(key)))
		return true;
	CFN_OBJECT_FOR(key, member, w->resource.before)
	if (cfn_has_word(type->replace, cfn_text(key)) &&
		!cfn_get_str(w->resource.properties, cfn_text(key)))
		return true;
	return type->replaces && type->replaces(w->resource.before, w->resource.properties);
}

static int plan_update(struct work *w)
{
	struct cfn_resource *r = &w->resource;
	w->verb = "UPDATE";
	r->physical = w->record.physical_id = w->old.physical_id;
	if (resolved(w, w->old.properties, &r->before) < 0)
		return -1;
	bool replaces = needs_replacement(w);
	if (!cfn_stack_policy_allows(&w->arena, &w->step.run->stack,
		    replaces ? "Update:Replace" : "Update:Modify", &w->old, &w->reason))
		return -1;
	if (!replaces) {
		w->record.attributes = w->old.attributes;
		w->fn = r->type->update;
		return 0;
	}
	struct str named = r->type->named ? cfn_text(cfn_get(r->properties, r->type->named))
					  : (struct str){ 0 };
	if (named.n && str_eq(w->old.type, w->record.type) && !cfn_changed(r, r->type->named)) {
		w->reason = arena_printf(&w->arena,
			"CloudFormation cannot update a stack when a custom-named resource requires "
			"replacing. Rename %.*s and update the stack again.",
			STR_ARG(named));
		return -1;
	}
	r->before = NULL;
	/* What was begun before the server ended may be made. */
	struct str made = r->again ? w->step.node->record->physical_id : (struct str){ 0 };
	if (str_eq(made, w->old.physical_id))
		made = (struct str){ 0 };
	r->physical = w->record.physical_id = made;
	w->fn = r->type->create;
	return 0;
}

/* Only what is no property: kept without a step. */
static int store_quietly(struct call *call, void *arg)
{
	struct work *w = arg;
	(void)call;
	save_before(w);
	cfn_resource_put(&w->call, w->step.run->stack.id, CFN_RESOURCE, &w->record);
	return 0;
}

static bool names_same(const struct cloudformation_names *a, const struct cloudformation_names *b)
{
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (!str_eq(a->v[i], b->v[i]))
			return false;
	return a->n == b->n;
}

static bool sides_same(const struct cloudformation_resource_record *a,
	const struct cloudformation_resource_record *b)
{
	return str_eq(a->metadata, b->metadata) && str_eq(a->deletion_policy, b->deletion_policy) &&
	       str_eq(a->update_replace_policy, b->update_replace_policy) &&
	       names_same(&a->depends_on, &b->depends_on);
}

/* What it was before the operation, into w->old. */
static bool find_before(struct work *w, struct str logical)
{
	const struct cfn_resources *before = &w->step.run->before;
	for (size_t i = 0; i < before->n; i++)
		if (str_eq(before->v[i].logical_id, logical)) {
			w->old = before->v[i];
			return true;
		}
	return false;
}

static int apply(struct work *w)
{
	struct cfn_run *run = w->step.run;
	struct cfn_node *n = w->step.node;
	value *definition = cfn_get(n->definition, "Properties");
	run->eval.error = (struct str){ 0 };
	run->eval.depth = 0;
	value *properties = definition ? cfn_evaluate(&run->eval, definition)
				       : yyjson_mut_obj(run->template.doc);
	w->verb = "CREATE";
	w->step.from = CFN_RESOURCE;
	record_from_template(w, properties ? properties : yyjson_mut_obj(run->template.doc));
	if (n->record)
		w->old = *n->record;
	if (!properties) {
		w->reason = arena_str(&w->arena, run->eval.error);
		if (n->record)
			w->record.physical_id = n->record->physical_id;
		return work_run(w);
	}
	bool begun = n->record && n->record->operation.v == run->stack.operation.v;
	bool whole = n->record && str_ends(n->record->status, STR("_COMPLETE"));
	bool made_now = n->record && begun && str_is(n->record->status, "CREATE_IN_PROGRESS");
	if (resource_init(w) < 0 || check_properties(w) < 0)
		return work_run(w);
	if (begun && str_ends(n->record->status, STR("_FAILED"))) {
		w->record.physical_id = n->record->physical_id;
		w->reason = n->record->reason;
		return work_run(w);
	}
	bool has_before = begun && find_before(w, n->logical);
	if (!has_before && (!n->record || made_now || (!whole && !n->record->physical_id.n))) {
		if (made_now)
			w->resource.physical = w->record.physical_id = n->record->physical_id;
		w->old = (struct cloudformation_resource_record){ 0 };
		w->resource.again = made_now;
		w->fn = w->resource.type->create;
		return work_run(w);
	}
	value *was = cfn_json_read(&w->arena, w->resource.doc, n->record->properties);
	bool looks_again = (w->resource.type->flags & CFN_ALWAYS_UPDATE) && !begun;
	if (whole && !looks_again && str_eq(n->record->type, n->type) &&
		cfn_equal(was, w->resource.properties)) {
		struct cloudformation_resource_record record = w->record;
		record.physical_id = n->record->physical_id;
		record.attributes = n->record->attributes;
		record.status = n->record->status;
		record.updated = n->record->updated;
		if (sides_same(&record, n->record)) {
			w->record = *n->record;
			return 0;
		}
		w->record = record;
		return call_write(&w->call, store_quietly, w);
	}
	/* Ended in the middle of an update: once more from what it was before the operation. */
	w->resource.again = begun;
	if (plan_update(w) < 0)
		w->verb = "UPDATE";
	return work_run(w);
}

/* ---- restore and remove ---- */

/* Whether it goes since the operation that made it is rolled back. */
static bool is_undone(const struct work *w)
{
	struct str status = w->step.run->stack.status;
	return str_is(status, "ROLLBACK_IN_PROGRESS") ||
	       (str_is(status, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS") &&
		       w->record.operation.v == w->step.run->stack.operation.v);
}

static int remove_one(struct work *w)
{
	struct str policy = str_is(str_c(w->step.from), CFN_BEFORE)
				    ? w->record.update_replace_policy
				    : w->record.deletion_policy;
	bool failed_create = str_is(w->record.status, "CREATE_FAILED");
	w->verb = "DELETE";
	bool except = str_is(policy, "RetainExceptOnCreate") ||
		      w->step.run->stack.retain_except_on_create.v;
	bool is_kept = (str_is(policy, "Retain") || str_is(policy, "RetainExceptOnCreate")) &&
		       !(except && is_undone(w));
	/* What was never made has nothing to remove; an unknown type neither. */
	if (is_kept || !w->record.physical_id.n || !cfn_type_find(w->record.type)) {
		if (w->record.physical_id.n && !failed_create)
			w->verb = "DELETE_SKIPPED";
		w->resource.physical = w->record.physical_id;
		return call_write(&w->call, store_end, w);
	}
	if (resource_init(w) < 0)
		return work_run(w);
	w->fn = w->resource.type->remove;
	return work_run(w);
}

/* The record is now's; what it was is step.record's "before". */
static int swap_back(struct call *call, void *arg)
{
	struct work *w = arg;
	struct str id = w->step.run->stack.id;
	(void)call;
	cfn_resource_put(&w->call, id, CFN_RESOURCE, &w->old);
	cfn_resource_put(&w->call, id, CFN_BEFORE, &w->record);
	return 0;
}

static int restore(struct work *w)
{
	if (!find_before(w, w->record.logical_id))
		return 0;
	struct cloudformation_resource_record now = w->record;
	if (!str_eq(now.physical_id, w->old.physical_id))
		return call_write(&w->call, swap_back, w);
	w->verb = "UPDATE";
	w->step.from = CFN_RESOURCE;
	w->record = w->old;
	w->record.operation = now.operation;
	w->under_way = now.properties;
	if (resource_init(w) < 0 || resolved(w, now.properties, &w->resource.before) < 0)
		return work_run(w);
	w->fn = w->resource.type->update ? w->resource.type->update : w->resource.type->create;
	return work_run(w);
}

/* ---- the fiber ---- */

static void keep_result(struct work *w)
{
	struct cfn_run *run = w->step.run;
	struct cfn_node *n = w->step.node;
	/* The run's memory outlives the step's. */
	struct str bytes =
		record_encode(&run->arena, &cloudformation_resource_record_shape, &w->record);
	n->record = ARENA_NEW(&run->arena, struct cloudformation_resource_record);
	int r = record_decode(&run->arena, &cloudformation_resource_record_shape, bytes, n->record);
	assert(r == 0);
}

static void step_run(void *arg)
{
	struct work *w = arg;
	struct cfn_run *run = w->step.run;
	struct cfn_step *s = &w->step;
	int r = s->kind == CFN_STEP_APPLY     ? apply(w)
		: s->kind == CFN_STEP_RESTORE ? restore(w)
					      : remove_one(w);
	if (r < 0 && !run->cfn->stopping) {
		if (s->kind == CFN_STEP_APPLY)
			run->cancelled = true;
		if (!run->failed.p)
			run->failed = arena_str(
				&run->arena, w->reason.p ? w->reason : STR("The store failed."));
		buf_printf(&run->failed_names, "%s%.*s", run->failed_names.n ? ", " : "",
			STR_ARG(w->record.logical_id));
	}
	if (s->node) {
		if (r == 0)
			keep_result(w);
		s->node->failed = r < 0;
		s->node->done = r == 0;
	}
	if (s->done)
		*s->done = r == 0 || run->stack.forced.v;
	run->running--;
	waitq_wake_all(&run->changed);
	arena_fini(&w->arena);
	free(w);
}

void cfn_step_start(struct cfn_run *run, const struct cfn_step *step)
{
	struct work *w = xcalloc(1, sizeof *w);
	w->step = *step;
	call_init(&w->call, run->cfn->aws, &w->arena, &run->identity);
	w->call.api = &cloudformation_api;
	if (step->record)
		w->record = *step->record;
	if (step->node)
		step->node->started = true;
	if (step->started)
		*step->started = true;
	run->running++;
	if (fiber_start(step_run, w) == 0)
		return;
	/* No fiber is free: it is done here and now. */
	step_run(w);
}
