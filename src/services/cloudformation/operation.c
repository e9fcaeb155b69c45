/* A stack's operation: a fiber that takes it from status to status until none is in progress. */
#include "base/clock.h"
#include "base/log.h"
#include "services/cloudformation/operation.h"
#include <errno.h>
#include <stdlib.h>

/* ---- the record ---- */

struct turn {
	struct cfn_run *run;
	const char *status;
	struct str reason;
	call_fn *fn;
	void *arg;
};

static int write_turn(struct call *call, void *arg)
{
	struct turn *t = arg;
	struct cloudformation_stack_record *stack = &t->run->stack;
	struct str id = stack->id;
	if (!cfn_stack_get(call, id, stack))
		return fail(call, &cloudformation_validation_error,
			"Stack with id %.*s does not exist", STR_ARG(id));
	/* DeleteStack may come while a stack is being made. */
	t->run->overtaken = !str_eq(stack->status, t->run->began);
	if (t->run->overtaken)
		return 0;
	if (t->fn && t->fn(call, t->arg) < 0)
		return -1;
	if (t->status)
		cfn_stack_turn(call, stack, t->status, t->reason);
	else
		cfn_stack_put(call, stack);
	return 0;
}

static int turn(struct cfn_run *run, const char *status, struct str reason, call_fn *fn)
{
	struct turn t = { .run = run, .status = status, .reason = reason, .fn = fn, .arg = run };
	return call_write(&run->call, write_turn, &t);
}

static int load(struct call *call, void *arg)
{
	struct cfn_run *run = arg;
	struct str id = run->stack.id;
	if (!cfn_stack_get(call, id, &run->stack))
		return fail(call, &cloudformation_validation_error,
			"Stack with id %.*s does not exist", STR_ARG(id));
	cfn_resources_get(call, id, CFN_RESOURCE, &run->now);
	cfn_resources_get(call, id, CFN_BEFORE, &run->before);
	return 0;
}

int cfn_run_load(struct cfn_run *run)
{
	return call_read(&run->call, load, run);
}

/* ---- steps, as many at once as may be ---- */

static bool is_ready(const struct cfn_run *run, const struct cfn_node *n)
{
	for (size_t i = 0; i < n->need_count; i++)
		if (!run->graph.nodes[n->needs[i]].done)
			return false;
	return !n->started;
}

static bool must_stop(struct cfn_run *run)
{
	return run->failed.p || run->overtaken || run->cfn->stopping;
}

static int look_cancelled(struct call *call, void *arg)
{
	struct cfn_run *run = arg;
	struct cloudformation_stack_record stack;
	if (!cfn_stack_get(call, run->stack.id, &stack))
		return 0;
	run->overtaken = run->overtaken || !str_eq(stack.status, run->began);
	if (stack.cancelled.v && !run->failed.p)
		run->failed = STR("User Initiated");
	return 0;
}

/* Whether someone, or the time, ends the operation. */
static void look_around(struct cfn_run *run)
{
	int64_t minutes = run->stack.timeout_in_minutes.v;
	if (call_read(&run->call, look_cancelled, run) < 0)
		run->failed = STR("The store failed.");
	if (minutes && str_is(run->began, "CREATE_IN_PROGRESS") && !run->failed.p &&
		clock_now_ms() >= run->stack.created.ms + minutes * 60000)
		run->failed = STR("Stack creation time exceeded the specified timeout. ");
	if (run->failed.p || run->overtaken)
		run->cancelled = true;
}

static void apply_all(struct cfn_run *run)
{
	for (;;) {
		look_around(run);
		for (size_t i = 0;
			i < run->graph.n && !must_stop(run) && run->running < CFN_CONCURRENT_MAX;
			i++)
			if (is_ready(run, &run->graph.nodes[i]))
				cfn_step_start(run, &(struct cfn_step){ .run = run,
							    .kind = CFN_STEP_APPLY,
							    .node = &run->graph.nodes[i] });
		if (!run->running)
			return;
		waitq_wait(&run->changed, CFN_LOOK_MS);
	}
}

/* What is to be removed: a record, and which of the two it is. */
struct removal {
	struct cloudformation_resource_record *record;
	const char *from;
	bool started, done;
};
struct removals {
	struct removal *v;
	size_t n;
};

static void add_removal(
	struct removals *all, struct cloudformation_resource_record *record, const char *from)
{
	all->v[all->n++] = (struct removal){ .record = record, .from = from };
}

/* Nothing that is left needs it. */
static bool is_free(const struct removals *all, size_t at)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct cloudformation_names *needs = &all->v[i].record->depends_on;
		if (i == at || all->v[i].done)
			continue;
		for (size_t k = 0; k < needs->n; k++)
			if (str_eq(needs->v[k], all->v[at].record->logical_id))
				return false;
	}
	return true;
}

static void remove_all(struct cfn_run *run, struct removals *all)
{
	bool forced = false;
	for (;;) {
		size_t left = 0;
		for (size_t i = 0; i < all->n && !run->cfn->stopping; i++) {
			struct removal *r = &all->v[i];
			left += !r->started;
			if (!r->started && run->running < CFN_CONCURRENT_MAX &&
				(forced || is_free(all, i)))
				cfn_step_start(run, &(struct cfn_step){ .run = run,
							    .kind = CFN_STEP_REMOVE,
							    .record = r->record,
							    .from = r->from,
							    .started = &r->started,
							    .done = &r->done });
		}
		if (!run->running && (!left || run->failed.p || run->cfn->stopping))
			return;
		/* Old and new together may need each other: then the order is as it comes. */
		forced = !run->running;
		if (run->running)
			waitq_wait(&run->changed, -1);
	}
}

/* ---- status by status ---- */

static int put_outputs(struct call *call, void *arg)
{
	struct cfn_run *run = arg;
	if (cfn_outputs_put(call, run) < 0)
		return -1;
	if (run->stack.next) {
		if (run->stack.parent_id.p)
			run->stack.previous = run->stack.current;
		run->stack.current = run->stack.next;
		run->stack.next = NULL;
	}
	run->stack.cancelled = OPT_BOOL(false);
	return 0;
}

static struct str failure_text(struct cfn_run *run, const char *verb)
{
	if (!run->failed_names.n)
		return run->failed;
	return arena_printf(&run->arena, "The following resource(s) failed to %s: [%.*s]. ", verb,
		STR_ARG(buf_view(&run->failed_names)));
}

static int create(struct cfn_run *run)
{
	if (cfn_run_prepare(run, run->stack.current) < 0)
		run->failed = run->call.error.message;
	else
		apply_all(run);
	if (run->overtaken)
		return 0;
	if (run->cfn->stopping && !run->failed.p)
		return -ECANCELED;
	if (!run->failed.p) {
		if (turn(run, "CREATE_COMPLETE", (struct str){ 0 }, put_outputs) == 0)
			return 0;
		run->failed = run->call.error.message;
	}
	struct str why = failure_text(run, "create");
	if (str_is(run->stack.on_failure, "DO_NOTHING") || run->stack.disable_rollback.v)
		return turn(run, "CREATE_FAILED", why, NULL);
	if (str_is(run->stack.on_failure, "DELETE"))
		return turn(run, "DELETE_IN_PROGRESS", why, NULL);
	return turn(run, "ROLLBACK_IN_PROGRESS",
		arena_printf(&run->arena, "%.*sRollback requested by user.", STR_ARG(why)), NULL);
}

static void all_of(struct cfn_run *run, struct removals *all)
{
	*all = (struct removals){
		ARENA_ARRAY(&run->arena, struct removal, run->now.n + run->before.n + 1), 0
	};
	for (size_t i = 0; i < run->now.n; i++)
		add_removal(all, &run->now.v[i], CFN_RESOURCE);
	for (size_t i = 0; i < run->before.n; i++) {
		bool same = false;
		for (size_t k = 0; k < run->now.n; k++)
			same = same ||
			       (str_eq(run->now.v[k].logical_id, run->before.v[i].logical_id) &&
				       str_eq(run->now.v[k].physical_id,
					       run->before.v[i].physical_id));
		if (!same)
			add_removal(all, &run->before.v[i], CFN_BEFORE);
	}
}

static int rollback_create(struct cfn_run *run)
{
	struct removals all;
	all_of(run, &all);
	/* What it makes anew, it does not keep: only Retain does. */
	remove_all(run, &all);
	if (run->cfn->stopping)
		return -ECANCELED;
	if (run->failed.p)
		return turn(run, "ROLLBACK_FAILED", failure_text(run, "delete"), NULL);
	return turn(run, "ROLLBACK_COMPLETE", (struct str){ 0 }, NULL);
}

static int forget_stack(struct call *call, void *arg)
{
	struct cfn_run *run = arg;
	if (cfn_exports_remove(call, &run->stack) < 0)
		return -1;
	cfn_stack_forget(call, &run->stack);
	run->stack.deleted = OPT_TIME(call->now_ms);
	return 0;
}

static bool is_retained(const struct cfn_run *run, struct str logical)
{
	for (size_t i = 0; i < run->stack.retained.n; i++)
		if (str_eq(run->stack.retained.v[i], logical))
			return true;
	return false;
}

static int delete_stack(struct cfn_run *run)
{
	struct removals all;
	all_of(run, &all);
	for (size_t i = 0; i < all.n; i++)
		if (is_retained(run, all.v[i].record->logical_id))
			all.v[i].record->deletion_policy = STR("Retain");
	remove_all(run, &all);
	if (run->cfn->stopping)
		return -ECANCELED;
	if (run->failed.p && !run->stack.forced.v)
		return turn(run, "DELETE_FAILED", failure_text(run, "delete"), NULL);
	if (turn(run, "DELETE_COMPLETE", (struct str){ 0 }, forget_stack) == 0)
		return 0;
	return turn(run, "DELETE_FAILED", run->call.error.message, NULL);
}

/* Whether the stack's policy lets what the template no longer has be deleted. */
static bool may_remove(struct cfn_run *run)
{
	for (size_t i = 0; i < run->now.n && !run->failed.p; i++)
		if (!cfn_graph_find(&run->graph, run->now.v[i].logical_id))
			cfn_stack_policy_allows(&run->arena, &run->stack, "Update:Delete",
				&run->now.v[i], &run->failed);
	return !run->failed.p;
}

static int update(struct cfn_run *run)
{
	if (cfn_run_prepare(run, run->stack.next) < 0)
		run->failed = run->call.error.message;
	else if (may_remove(run))
		apply_all(run);
	if (run->cfn->stopping && !run->failed.p)
		return -ECANCELED;
	if (!run->failed.p) {
		if (turn(run, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", (struct str){ 0 },
			    put_outputs) == 0)
			return 0;
		run->failed = run->call.error.message;
	}
	if (run->stack.disable_rollback.v)
		return turn(run, "UPDATE_FAILED", failure_text(run, "update"), NULL);
	return turn(run, "UPDATE_ROLLBACK_IN_PROGRESS", failure_text(run, "update"), NULL);
}

static int drop_next(struct call *call, void *arg)
{
	struct cfn_run *run = arg;
	(void)call;
	run->stack.next = NULL;
	run->stack.cancelled = OPT_BOOL(false);
	return 0;
}

/* Whether what was before is older: else it has been put back already. */
static bool is_newer(
	const struct cfn_resources *before, const struct cloudformation_resource_record *now)
{
	for (size_t i = 0; i < before->n; i++)
		if (str_eq(before->v[i].logical_id, now->logical_id))
			return before->v[i].operation.v < now->operation.v;
	return false;
}

static int rollback_update(struct cfn_run *run)
{
	for (size_t i = 0; i < run->now.n && !run->cfn->stopping; i++) {
		while (run->running >= CFN_CONCURRENT_MAX)
			waitq_wait(&run->changed, -1);
		if (is_newer(&run->before, &run->now.v[i]))
			cfn_step_start(run, &(struct cfn_step){ .run = run,
						    .kind = CFN_STEP_RESTORE,
						    .record = &run->now.v[i],
						    .from = CFN_RESOURCE });
	}
	while (run->running)
		waitq_wait(&run->changed, -1);
	if (run->cfn->stopping)
		return -ECANCELED;
	if (run->failed.p)
		return turn(run, "UPDATE_ROLLBACK_FAILED", failure_text(run, "update"), NULL);
	return turn(
		run, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", (struct str){ 0 }, drop_next);
}

static int forget_before(struct call *call, void *arg)
{
	struct cfn_run *run = arg;
	for (size_t i = 0; i < run->before.n; i++)
		cfn_resource_delete(call, run->stack.id, CFN_BEFORE, run->before.v[i].logical_id);
	return 0;
}

static bool is_in_template(struct cfn_run *run, struct str logical)
{
	return cfn_graph_find(&run->graph, logical) != NULL;
}

/* Takes away what was replaced and what the template no longer has. */
static int cleanup(struct cfn_run *run, const char *end)
{
	struct removals all, some = { 0 };
	if (cfn_run_prepare(run, run->stack.current) < 0) {
		log_error("cloudformation: stack %.*s: %.*s", STR_ARG(run->stack.name),
			STR_ARG(run->call.error.message));
		return turn(run, end, (struct str){ 0 }, forget_before);
	}
	all_of(run, &all);
	some.v = ARENA_ARRAY(&run->arena, struct removal, all.n + 1);
	for (size_t i = 0; i < all.n; i++)
		if (str_is(str_c(all.v[i].from), CFN_BEFORE) ||
			!is_in_template(run, all.v[i].record->logical_id))
			some.v[some.n++] = all.v[i];
	remove_all(run, &some);
	if (run->cfn->stopping)
		return -ECANCELED;
	return turn(run, end, failure_text(run, "delete"), forget_before);
}

static int advance(struct cfn_run *run)
{
	struct str status = run->stack.status;
	if (str_is(status, "CREATE_IN_PROGRESS"))
		return create(run);
	if (str_is(status, "ROLLBACK_IN_PROGRESS"))
		return rollback_create(run);
	if (str_is(status, "DELETE_IN_PROGRESS"))
		return delete_stack(run);
	if (str_is(status, "UPDATE_IN_PROGRESS"))
		return update(run);
	if (str_is(status, "UPDATE_ROLLBACK_IN_PROGRESS"))
		return rollback_update(run);
	if (str_is(status, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"))
		return cleanup(run, "UPDATE_ROLLBACK_COMPLETE");
	assert(str_is(status, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"));
	return cleanup(run, "UPDATE_COMPLETE");
}

/* ---- the fiber ---- */

struct ticket {
	struct aws *aws;
	char *account, *region, *uuid;
	bool again; /* asked for while it worked: it may have read the stack before that */
};

/* The stack's role acts, not who asked (CloudFormation User Guide, "Service role"). */
static void become_role(struct cfn_run *run)
{
	struct str role = run->stack.role_arn, account = run->identity.account;
	ssize_t slash = str_rindex(role, '/');
	run->identity = (struct identity){
		.account = account,
		.region = run->identity.region,
		.principal_arn = arena_printf(&run->arena,
			"arn:aws:sts::%.*s:assumed-role/%.*s/AWSCloudFormation", STR_ARG(account),
			STR_ARG(str_from(role, (size_t)(slash + 1)))),
		.role_arn = role,
		.session_name = STR("AWSCloudFormation"),
	};
}

/* One status: 0 there may be more, or it ends. */
static int run_once(struct cfn *cfn, const struct ticket *t)
{
	struct cfn_run run = { .cfn = cfn };
	struct identity first = {
		.account = str_c(t->account), .region = str_c(t->region), .is_root = true
	};
	int r = -ENOENT;
	waitq_init(&run.changed);
	call_init(&run.call, t->aws, &run.arena, &first);
	run.call.api = &cloudformation_api;
	run.stack.id = str_c(t->uuid);
	if (cfn_run_load(&run) == 0 && cfn_is_in_progress(run.stack.status)) {
		run.identity = first;
		cfn_caller_become(&run.stack, &run.identity);
		if (run.stack.role_arn.p && t->aws->auth == AWS_AUTH_STRICT)
			become_role(&run);
		run.call.identity = run.identity;
		run.began = run.stack.status;
		r = advance(&run);
	}
	if (r < 0 && r != -ENOENT && r != -ECANCELED)
		log_error("cloudformation: stack %s could not go on: %.*s", t->uuid,
			STR_ARG(run.call.error.message));
	buf_fini(&run.failed_names);
	arena_fini(&run.arena);
	return r;
}

static void operation_run(void *arg)
{
	struct ticket *t = arg;
	struct cfn *cfn = cfn_of(t->aws);
	do {
		t->again = false;
		while (!cfn->stopping && run_once(cfn, t) == 0)
			continue;
	} while (t->again && !cfn->stopping);
	map_remove(&cfn->active, str_c(t->uuid));
	cfn->running--;
	waitq_wake_all(&cfn->changed);
	free(t->account);
	free(t->region);
	free(t->uuid);
	free(t);
}

void cfn_operation_start(struct aws *aws, struct str account, struct str region, struct str uuid)
{
	struct cfn *cfn = cfn_of(aws);
	struct ticket *t = map_get(&cfn->active, uuid);
	if (t)
		t->again = true;
	if (cfn->stopping || t)
		return;
	t = xmalloc(sizeof *t);
	*t = (struct ticket){ aws, xstrndup(account.p, account.n), xstrndup(region.p, region.n),
		xstrndup(uuid.p, uuid.n), false };
	map_put(&cfn->active, uuid, t);
	cfn->running++;
	if (fiber_start(operation_run, t) == 0)
		return;
	log_error("cloudformation: no fiber is free; the stack %s goes on after the next start.",
		t->uuid);
	map_remove(&cfn->active, uuid);
	cfn->running--;
	free(t->account);
	free(t->region);
	free(t->uuid);
	free(t);
}

struct wake {
	struct aws *aws;
	struct str account, region, uuid;
};

static void wake(void *arg)
{
	struct wake *w = arg;
	cfn_operation_start(w->aws, w->account, w->region, w->uuid);
}

void cfn_operation_after(struct call *call, struct str uuid)
{
	struct wake *w = ARENA_NEW(call->arena, struct wake);
	*w = (struct wake){ call->aws, call->identity.account, call->identity.region, uuid };
	call_after(call, wake, w);
}
