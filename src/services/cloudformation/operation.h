/* A stack being worked on: the run and its steps. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_OPERATION_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_OPERATION_H

#include "services/cloudformation/internal.h"
#include "services/cloudformation/types.h"

struct cfn_run {
	struct cfn *cfn;
	struct arena arena;
	struct call call; /* the fiber's own; its identity is who began the operation */
	struct identity identity;
	struct cloudformation_stack_record stack;
	struct cfn_resources now, before;
	struct cfn_template template;
	struct cfn_eval eval;
	struct cfn_eval shown; /* the same with secrets masked, for events */
	struct cfn_graph graph;
	value *tags;
	value *imports; /* names that were imported: an object */
	size_t running;
	struct waitq changed;
	struct str began;        /* the status that this run works on */
	bool overtaken;          /* the stack has another status by now */
	bool cancelled;          /* steps that wait for an answer give up */
	struct str failed;       /* why, of the first step that failed */
	struct buf failed_names; /* logical ids, with commas */
};

enum cfn_step_kind {
	CFN_STEP_APPLY,   /* to what the template says */
	CFN_STEP_RESTORE, /* to what it was before */
	CFN_STEP_REMOVE,
};

/* One resource's step, in a fiber of its own with an arena of its own. */
struct cfn_step {
	struct cfn_run *run;
	enum cfn_step_kind kind;
	struct cfn_node *node;                         /* apply */
	struct cloudformation_resource_record *record; /* restore, remove */
	const char *from;     /* CFN_RESOURCE or CFN_BEFORE; remove, restore */
	bool *started, *done; /* remove's, restore's own marks */
	bool failed;
};

/* Starts it in a fiber; run->running counts it, run->changed is woken at its end. */
void cfn_step_start(struct cfn_run *run, const struct cfn_step *step);
/* Reads what the store has of the resources. */
int cfn_run_load(struct cfn_run *run) MUSTCHECK;
/* An evaluation over the run's target content. */
int cfn_run_prepare(
	struct cfn_run *run, const struct cloudformation_stack_content *content) MUSTCHECK;
/* Outputs, exports and imports of the finished stack, in a transaction: 0, or fails. */
int cfn_outputs_put(struct call *call, struct cfn_run *run) MUSTCHECK;
/* Fails when an export is used by another stack; else takes the stack's exports and imports away.
 */
int cfn_exports_remove(
	struct call *call, const struct cloudformation_stack_record *stack) MUSTCHECK;

/* ---- stack_policy.c ---- */

/* Whether the stack's policy allows the action ("Update:Modify"); if not, *why says so. */
bool cfn_stack_policy_allows(struct arena *arena, const struct cloudformation_stack_record *stack,
	const char *action, const struct cloudformation_resource_record *r, struct str *why);

#endif
