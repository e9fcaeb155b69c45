/* What the files of CloudFormation share: state, records, stacks under way. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_INTERNAL_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_INTERNAL_H

#include "api/cloudformation.h"
#include "aws/call.h"
#include "base/map.h"
#include "loop/fiber.h"
#include "services/cloudformation/eval.h"
#include "services/cloudformation/limits.h"
#include "store/key.h"
#include "store/store.h"

/* aws_state(): lives from start to stop. */
struct cfn {
	struct aws *aws;
	bool stopping;
	size_t running;       /* fibers of stacks */
	struct map active;    /* uuid: a fiber works on it; the value is its ticket */
	struct map answers;   /* custom.c: tokens that are waited for, to struct custom_wait */
	struct waitq changed; /* woken when a fiber ends or the service stops */
};

static inline struct cfn *cfn_of(const struct aws *aws)
{
	return aws_state(aws, &cloudformation_api);
}

/* ---- records.c: all in a transaction ---- */

struct str cfn_key(struct call *call, const char *kind, struct str uuid, struct str name);
bool cfn_stack_get(struct call *call, struct str uuid, struct cloudformation_stack_record *out);
void cfn_stack_put(struct call *call, const struct cloudformation_stack_record *stack);
/* By name (one that lives), or by id (also deleted). */
bool cfn_stack_find(
	struct call *call, struct str name_or_id, struct cloudformation_stack_record *out);
/* The same, or fails: Stack with id X does not exist. */
int cfn_stack_require(struct call *call, struct str name_or_id,
	struct cloudformation_stack_record *out) MUSTCHECK;
/* The uuid in a stack's ARN; p == NULL when it is none. */
struct str cfn_uuid_of(struct str stack_id);
struct str cfn_stack_name_key(struct call *call, struct str name);
bool cfn_is_in_progress(struct str status);

#define CFN_RESOURCE "resource"
#define CFN_BEFORE "before"
void cfn_resource_put(struct call *call, struct str uuid, const char *kind,
	const struct cloudformation_resource_record *r);
void cfn_resource_delete(struct call *call, struct str uuid, const char *kind, struct str logical);
/* All of a stack, in the order of their names. */
struct cfn_resources {
	struct cloudformation_resource_record *v;
	size_t n;
};
void cfn_resources_get(
	struct call *call, struct str uuid, const char *kind, struct cfn_resources *out);

/* An event about a resource, or about the stack itself (r == NULL). */
void cfn_event_put(struct call *call, const struct cloudformation_stack_record *stack,
	const struct cloudformation_resource_record *r, struct str status, struct str reason);
/* Who calls is who the stack's next operation acts for. */
void cfn_caller_keep(const struct call *call, struct cloudformation_stack_record *stack);
void cfn_caller_become(const struct cloudformation_stack_record *stack, struct identity *identity);
/* Sets the stack's status with its event. */
void cfn_stack_turn(struct call *call, struct cloudformation_stack_record *stack,
	const char *status, struct str reason);
/* Marks the stack as one that a fiber must work on, or no longer. */
void cfn_active_set(struct call *call, struct str uuid, bool active);
/* Removes all that belongs to a stack but its record and events. */
void cfn_stack_forget(struct call *call, const struct cloudformation_stack_record *stack);

/* ---- template.c ---- */

struct cfn_template {
	struct arena *arena;
	value_doc *doc;
	value *root; /* after transforms */
	value *resources;
	struct str processed; /* as JSON, when a transform changed it; else p == NULL */
	bool is_transformed;
	bool has_extensions; /* AWS::LanguageExtensions */
};
/* Its text as a tree of known sections: 0, or fails with ValidationError. */
int cfn_template_parse(struct call *call, struct str text, struct cfn_template *out) MUSTCHECK;
/* Its transforms, with these parameters (NULL: their defaults), and the form of what they make. */
int cfn_template_expand(struct call *call, struct cfn_template *t,
	const struct cloudformation_parameter_records *parameters) MUSTCHECK;
/* Both, for what is only looked at. */
int cfn_template_load(struct call *call, struct str text, struct cfn_template *out) MUSTCHECK;
/* A content's template, which was checked when it came. */
int cfn_template_of(struct call *call, const struct cloudformation_stack_content *content,
	struct cfn_template *out) MUSTCHECK;
/* References, conditions, cycles, with the parameters at hand. */
int cfn_template_check(
	struct call *call, const struct cfn_template *t, struct cfn_eval *e) MUSTCHECK;
/* The capabilities that its resources need, and why. */
void cfn_template_capabilities(struct call *call, const struct cfn_template *t,
	struct cloudformation_capabilities *out, struct str *reason);
/* TemplateBody or TemplateURL: the text, or fails. One of them must be. */
int cfn_template_text(
	struct call *call, struct str body, struct str url, struct str *out) MUSTCHECK;
/* An evaluation over a template with a stack's parameters. */
void cfn_eval_init(struct cfn_eval *e, struct call *call, const struct cfn_template *t,
	const struct cloudformation_stack_content *content, struct str stack_name,
	struct str stack_id);

/* ---- fetch.c ---- */

/* The text of an object of S3 here, by its URL: 0, or fails. */
int cfn_fetch_template(struct call *call, struct str url, struct str *out) MUSTCHECK;

/* ---- parameters.c ---- */

/* What a template's parameters become: those given, those kept (UsePreviousValue), defaults, SSM's
 * values. */
int cfn_parameters_resolve(struct call *call, const struct cfn_template *t,
	const struct cloudformation_parameters *given,
	const struct cloudformation_parameter_records *before,
	struct cloudformation_parameter_records *out) MUSTCHECK;
int cfn_parameter_from_ssm(
	struct call *call, struct str name, bool decrypt, struct str *out) MUSTCHECK;

/* Only the defaults, or nothing. */
void cfn_parameters_default(struct call *call, const struct cfn_template *t,
	struct cloudformation_parameter_records *out);

/* ---- graph.c ---- */

struct cfn_node {
	struct str logical, type;
	value *definition;
	size_t *needs; /* indices of the nodes that come before */
	size_t need_count;
	struct cloudformation_resource_record *record; /* as stored, or NULL */
	bool started, done, failed;
};
struct cfn_graph {
	struct cfn_node *nodes;
	size_t n;
};
/* The resources whose conditions are true, with what they need: 0, or -EINVAL with e->error
 * (cycles). */
int cfn_graph_make(struct cfn_eval *e, value *resources, struct cfn_graph *out) MUSTCHECK;
struct cfn_node *cfn_graph_find(const struct cfn_graph *g, struct str logical);

/* ---- rules.c ---- */

int cfn_rules_check(struct call *call, const struct cfn_template *t, struct cfn_eval *e) MUSTCHECK;

/* ---- language.c ---- */

/* AWS::LanguageExtensions over e->root, in place: 0, or -EINVAL with e->error. */
int cfn_language_transform(struct cfn_eval *e) MUSTCHECK;

/* ---- check.c ---- */

/* That the template's functions are known: 0, or fails. */
int cfn_functions_check(struct call *call, const struct cfn_template *t) MUSTCHECK;
/* That what is referred to is made, with the parameters at hand. */
int cfn_made_check(struct call *call, const struct cfn_template *t, struct cfn_eval *e) MUSTCHECK;

/* ---- plan.c: what is about to be done, before anything is ---- */

/* Fills content from a request's parts and checks all: 0, or fails. before: of an update, or NULL.
 */
struct cfn_request {
	struct str template_body, template_url;
	bool use_previous;
	const struct cloudformation_parameters *parameters;
	const struct cloudformation_capabilities *capabilities;
	const struct cloudformation_tags *tags;
	const struct cloudformation_notification_ar_ns *notices;
	struct str role_arn;
	const struct cloudformation_resource_types *types; /* those allowed, or NULL */
	const struct cloudformation_rollback_configuration *rollback;
	const struct cloudformation_deployment_config *deployment;
	bool is_direct; /* no change set shows what a transform makes */
};
int cfn_content_make(struct call *call, const struct cfn_request *request, struct str stack_name,
	struct str stack_id, const struct cloudformation_stack_content *before,
	struct cloudformation_stack_content *out) MUSTCHECK;
/* Whether the caller may give the role to CloudFormation, and it may take it: 0, or fails. An
 * absent one: 0. */
int cfn_role_check(struct call *call, struct str role) MUSTCHECK;
/* Whether both make the same stack. */
bool cfn_content_same(
	const struct cloudformation_stack_content *a, const struct cloudformation_stack_content *b);
/* What the new content changes, resource by resource. */
int cfn_changes_make(struct call *call, const struct cloudformation_stack_record *stack,
	const struct cloudformation_stack_content *content,
	struct cloudformation_changes *out) MUSTCHECK;

/* ---- operation.c ---- */

/* A fiber that works on the stack until it is no longer in progress. */
void cfn_operation_start(struct aws *aws, struct str account, struct str region, struct str uuid);
/* A new stack's record in REVIEW_IN_PROGRESS or another first status; in a transaction. 0, or
 * fails. */
int cfn_stack_create(struct call *call, struct str name, const char *status, struct str stack_id,
	struct cloudformation_stack_record *out) MUSTCHECK;
/* An ARN with a new uuid for a stack of that name. */
struct str cfn_stack_id_make(struct call *call, struct str name);
/* call_after's: starts the fiber for the stack; arg is a struct cfn_wake. */
void cfn_operation_after(struct call *call, struct str uuid);

/* ---- stack_policy.c ---- */

/* The policy given by body or URL, checked, into *out, which is left when there is none: 0, or
 * fails. */
int cfn_stack_policy_take(
	struct call *call, struct str body, struct str url, struct str *out) MUSTCHECK;

/* ---- custom.c ---- */

bool cfn_serve(struct aws *aws, void *state, struct http_exchange *ex);
void cfn_custom_stop(struct cfn *cfn);

/* ---- sam.c ---- */

/* AWS::Serverless-2016-10-31 as plain CloudFormation, in place: 0, or -EINVAL with the reason. */
int cfn_sam_transform(struct arena *arena, value_doc *doc, value *root, struct str *why) MUSTCHECK;

#endif
