/* Resource types: a row each, with what makes, changes and deletes one. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_TYPES_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_TYPES_H

#include "aws/call.h"
#include "services/cloudformation/value.h"

struct cfn_run;

/* One resource being made, changed or deleted. Its memory is call->arena. */
struct cfn_resource {
	struct call *call;
	value_doc *doc;
	const struct cfn_type *type;
	struct str type_name; /* as the template has it: Custom::X */
	struct str logical, stack_name, stack_id;
	struct str token;    /* the same when this step is tried again, another for another step */
	int64_t operation;   /* a part of names, so that a replacement has another */
	struct str physical; /* update, delete: what it is called; create sets it */
	value *properties;   /* what it is to be; delete: what it was */
	value *before;       /* update: what it was */
	value *attributes;   /* create, update: an object for Fn::GetAtt, to be filled */
	value *tags;         /* the stack's: a list of {Key, Value} */
	bool hidden;         /* create, update: set when its attributes are secrets */
	bool restores;       /* update: a rollback's, back to what it was */
	struct cfn_run *run; /* the stack's operation */
	const bool *cancelled; /* whether it is to wait for nothing any more */
	bool again; /* create: begun before the server ended; physical is set when it was made */
	/* The step's: in the transaction that makes it, writes down that it is made. */
	int (*made)(struct cfn_resource *r, struct call *inner);
	void *made_arg;
};

enum cfn_type_flag {
	CFN_IN_TRANSACTION = 1, /* its calls are no @waits ones: made together with its record, at
				   once or not at all */
	CFN_ANY_ATTRIBUTE = 2,
	CFN_REMOVE_WAITS = 4,   /* with CFN_IN_TRANSACTION: but its removal is not */
	CFN_ALWAYS_UPDATE = 16, /* also when its properties are the same */
	CFN_NAMED_BEFORE =
		8, /* its physical id is written down before it is made; it may change it */
};

typedef int cfn_type_fn(struct cfn_resource *r); /* 0, or -1 with call->error */

struct cfn_type {
	const char *name;
	unsigned flags;
	const char *properties; /* "A B C": those that it has */
	const char *replace;    /* "A B": a change of these needs another resource; "*": of any */
	const char *attributes; /* "Arn RoleId" */
	cfn_type_fn *create, *update, *remove; /* update NULL: every change replaces */
	const char *named;                     /* the property that names it, or NULL */
	/* Whether a change from these properties to those needs another resource although no
	 * property of replace differs; or NULL. */
	bool (*replaces)(value *before, value *now);
};

/* A type's row, or NULL when it is not served. Custom::X is found as well. */
const struct cfn_type *cfn_type_find(struct str name);
bool cfn_type_has_attribute(const struct cfn_type *type, struct str name);
/* Whether the word is one of those in a list such as above. */
bool cfn_has_word(const char *words, struct str word);

/* Rows of one service; the last has no name. */
extern const struct cfn_type cfn_types_iam[], cfn_types_lambda[], cfn_types_logs[], cfn_types_ssm[],
	cfn_types_apigatewayv2[], cfn_types_sqs[], cfn_types_sns[], cfn_types_s3[],
	cfn_types_dynamodb[], cfn_types_cloudformation[], cfn_types_nested[];

/* ---- for the rows' files: build.c ---- */

/* stack-logical-XXXXXXXXXXXX within max bytes, always the same for this step; lower: in lower case.
 */
struct str cfn_make_name(struct cfn_resource *r, size_t max, bool lower);
/* The property, or the made name; also sets r->physical. */
struct str cfn_name(struct cfn_resource *r, const char *property, size_t max);
struct str cfn_property(struct cfn_resource *r, const char *name);
void cfn_attribute(struct cfn_resource *r, const char *name, struct str text);
/* An object with these properties' values: "A B C". */
value *cfn_pick(struct cfn_resource *r, const char *names);
void cfn_put(struct cfn_resource *r, value *object, const char *name, struct str text);
/*
 * Calls the operation with the object as its input: texts become numbers where the interface wants
 * them and the other way about, objects become JSON texts, lists of tags become maps. *out (if not
 * NULL) is the output's structure.
 */
int cfn_call(
	struct cfn_resource *r, const struct operation *op, value *input, void **out) MUSTCHECK;
/* Only the operation's input out of the object. */
int cfn_call_input(
	struct cfn_resource *r, const struct operation *op, value *input, void **out) MUSTCHECK;
/*
 * The same for the operation that makes a resource and waits: the stack's record of it is written
 * in the same transaction. r->physical is set before, or by identify in that transaction (NULL:
 * none).
 */
typedef int cfn_identify_fn(struct cfn_resource *r, struct call *inner);
int cfn_call_make(struct cfn_resource *r, const struct operation *op, value *input,
	cfn_identify_fn *identify, void **out) MUSTCHECK;
/* The same, and what is missing already is fine: for deletions. */
int cfn_call_delete(struct cfn_resource *r, const struct operation *op, value *input) MUSTCHECK;
/* Whether the call failed since there is no such thing; or since there is one already. Takes the
 * error away if so. */
bool cfn_forgive_missing(struct call *call);
bool cfn_forgive_existing(struct call *call);
/* The resource's own tags and the stack's, as a list of {Key, Value}; own may be a map. NULL for
 * none. */
value *cfn_all_tags(struct cfn_resource *r, value *own);
/*
 * An update's: those of now by the tag operation, those that were and are no more by the untag
 * operation; both take the resource's id as this member, and Tags or TagKeys.
 */
int cfn_change_tags(struct cfn_resource *r, const char *member, struct str id,
	const struct operation *tag, const struct operation *untag) MUSTCHECK;
/* Whether the property differs from before. */
bool cfn_changed(struct cfn_resource *r, const char *name);

/*
 * Resources that are the policy of each target in a list (AWS::SQS::QueuePolicy's Queues): put
 * gives the target the PolicyDocument of these properties, or takes its policy away when they are
 * NULL.
 */
typedef int cfn_put_policy_fn(struct cfn_resource *r, struct str target, value *properties);
int cfn_policy_create(
	struct cfn_resource *r, const char *targets, cfn_put_policy_fn *put) MUSTCHECK;
int cfn_policy_update(
	struct cfn_resource *r, const char *targets, cfn_put_policy_fn *put) MUSTCHECK;
int cfn_policy_remove(
	struct cfn_resource *r, const char *targets, cfn_put_policy_fn *put) MUSTCHECK;

#endif
