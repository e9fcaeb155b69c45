/* Evaluating template functions (CloudFormation User Guide, "Intrinsic function reference"). */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_EVAL_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_EVAL_H

#include "services/cloudformation/value.h"

struct cfn_eval {
	struct arena *arena;
	value_doc *doc;
	value *root;       /* the template */
	value *parameters; /* name to resolved value: a text, or a list of texts */
	value *conditions; /* name to boolean, as they become known; an object of doc */
	struct str account, region, stack_name, stack_id;
	value *notices; /* AWS::NotificationARNs: a list */
	/*
	 * A resource's Ref (attribute.p == NULL) or attribute: 0 with *out, or -EINVAL with
	 * e->error said. NULL: none may be referred to here (conditions).
	 */
	int (*resource)(struct cfn_eval *e, struct str logical, struct str attribute, value **out);
	int (*import)(struct cfn_eval *e, struct str name, value **out);
	/* The text of {{resolve:service:rest}}. */
	int (*dynamic)(struct cfn_eval *e, struct str service, struct str rest, struct str *out);
	void *arg;        /* of the three */
	struct str error; /* said by the first that failed */
	int depth;
};

/* What a value that is AWS::NoValue evaluates to; its member or item is left out. */
extern value cfn_no_value;

/* A new value in e->doc, or NULL with e->error. */
value *cfn_evaluate(struct cfn_eval *e, value *v) MUSTCHECK;
/* 1, 0, or -EINVAL. */
int cfn_condition(struct cfn_eval *e, struct str name) MUSTCHECK;
/* The value with its dynamic references put in; or NULL. */
value *cfn_resolve_dynamic(struct cfn_eval *e, value *v) MUSTCHECK;
/* Says what is wrong, once. -EINVAL always. */
int cfn_eval_fail(struct cfn_eval *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- for functions_*.c ---- */

typedef value *cfn_function(struct cfn_eval *e, value *argument);
value *cfn_fn_ref(struct cfn_eval *e, struct str name);
/* A text that the value evaluates to; p == NULL with e->error. */
struct str cfn_evaluate_text(struct cfn_eval *e, value *v, const char *function);
cfn_function cfn_fn_sub, cfn_fn_join, cfn_fn_split, cfn_fn_select, cfn_fn_base64, cfn_fn_cidr,
	cfn_fn_length, cfn_fn_to_json;

/* ---- refs.c ---- */

/* fn for each name that the value refers to by Ref, GetAtt or Sub; If follows what conditions say
 * when e is given. */
typedef void cfn_ref_fn(void *arg, struct str name, struct str attribute);
void cfn_refs(struct cfn_eval *e, value *v, cfn_ref_fn *fn, void *arg);
bool cfn_is_pseudo(struct str name);
/* The names of ${...} in a text of Sub: true while there is one. Literals (${!x}) are passed over.
 */
bool cfn_sub_next(struct str *rest, struct str *before, struct str *name, bool *is_literal);

#endif
