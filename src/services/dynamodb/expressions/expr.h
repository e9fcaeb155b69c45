/*
 * The expression language (Developer Guide, "Using expressions in DynamoDB"): texts to small trees
 * in the call's arena, and what they say of an item.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_EXPRESSIONS_EXPR_H
#define SAMOVAR_SERVICES_DYNAMODB_EXPRESSIONS_EXPR_H

#include "aws/call.h"
#include "services/dynamodb/expressions/limits.h"
#include "services/dynamodb/values/value.h"

struct path_step {
	struct str name; /* p == NULL: an index */
	size_t index;
};

struct path {
	struct path_step *v;
	size_t n;
};

struct paths {
	struct path *v;
	size_t n;
};

enum node_type {
	/* Operands. */
	NODE_PATH,
	NODE_VALUE,
	NODE_SIZE,
	NODE_IF_NOT_EXISTS,
	NODE_LIST_APPEND,
	NODE_PLUS,
	NODE_MINUS,
	/* Conditions. */
	NODE_AND,
	NODE_OR,
	NODE_NOT,
	NODE_EQ,
	NODE_NE,
	NODE_LT,
	NODE_LE,
	NODE_GT,
	NODE_GE,
	NODE_BETWEEN,
	NODE_IN,
	NODE_EXISTS,
	NODE_NOT_EXISTS,
	NODE_IS_TYPE,
	NODE_BEGINS_WITH,
	NODE_CONTAINS,
	NODE_NOT_CONTAINS, /* of the legacy parameters alone */
};

struct node {
	enum node_type type;
	bool in_parentheses;
	struct path path;
	struct str value_name;
	const struct dynamodb_value *value;
	struct node **args;
	size_t n;
};

enum action_type { ACTION_SET, ACTION_REMOVE, ACTION_ADD, ACTION_DELETE };

struct action {
	enum action_type type;
	struct path path;
	struct node *value; /* not of REMOVE */
};

struct update {
	struct action *v;
	size_t n;
	bool is_legacy; /* of AttributeUpdates, which has words of its own for a wrong type */
};

/* What the expressions of one request share: its names and values, and which of them were used. */
struct expr {
	struct call *call;
	const struct dynamodb_names *names;
	const struct dynamodb_attributes *values;
	bool *names_used, *values_used;
};

/*
 * Checks the names and values; texts are the request's expressions, and parameters their names,
 * NULL-terminated: 0 or -1.
 */
int expr_begin(struct expr *e, struct call *call, const struct dynamodb_names *names,
	const struct dynamodb_attributes *values, const struct str *texts,
	const char *const *parameters) MUSTCHECK;
/* Each parses a text; parameter is its name in messages. 0 or -1. *out is NULL for an absent text.
 */
int expr_condition(
	struct expr *e, const char *parameter, struct str text, struct node **out) MUSTCHECK;
int expr_projection(struct expr *e, struct str text, struct paths *out) MUSTCHECK;
int expr_update(struct expr *e, struct str text, struct update *out) MUSTCHECK;
/* Refuses names and values that no expression used. */
int expr_end(struct expr *e) MUSTCHECK;
/* No two of the paths may overlap or take one thing for a map and for a list. */
int paths_check(struct call *call, const char *parameter, const struct path *v, size_t n) MUSTCHECK;

static inline bool node_is_operand(const struct node *node)
{
	return node->type <= NODE_MINUS;
}
const char *node_name(enum node_type type);

/* ---- evaluation ---- */

/* NULL: there is no such thing. */
struct dynamodb_value *path_get(const struct dynamodb_attributes *item, const struct path *path);
bool condition_is_true(
	struct arena *arena, const struct node *node, const struct dynamodb_attributes *item);
/* The parts of the item that the paths lead to. */
void ddb_item_project(struct arena *arena, const struct dynamodb_attributes *item,
	const struct paths *paths, struct dynamodb_attributes *out);
/* The item after the update: 0 or -1. item is the old one, or empty; *out is a copy of it with the
 * changes. */
int update_apply(struct call *call, const struct update *update,
	const struct dynamodb_attributes *item, struct dynamodb_attributes *out) MUSTCHECK;

/* Whether the word may not stand in an expression as a name. */
bool reserved_word(struct str word);

#endif
