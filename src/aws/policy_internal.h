/* What policy.c, policy_condition.c and policy_check.c share. */
#ifndef SAMOVAR_AWS_POLICY_INTERNAL_H
#define SAMOVAR_AWS_POLICY_INTERNAL_H

#include "aws/policy.h"
#include <yyjson.h>

/* One document's evaluation. */
struct evaluation {
	struct arena *arena;
	const struct policy_request *request;
	bool has_variables; /* Version 2012-10-17: ${aws:username} is one, else it is text */
};

static inline struct str json_text(yyjson_val *v)
{
	return yyjson_is_str(v) ? (struct str){ yyjson_get_str(v), yyjson_get_len(v) }
				: (struct str){ 0 };
}

/* A value or an array of values: calls fn for each until it answers true. */
typedef bool policy_value_fn(yyjson_val *value, void *arg);
bool policy_any(yyjson_val *one_or_many, policy_value_fn *fn, void *arg);

/*
 * A pattern as it is matched: its variables put in, their values literal; '*' and '?' as wildcards.
 * false when a variable has no value, and then nothing matches.
 */
enum pattern_rules { PATTERN_CASE = 0, PATTERN_IGNORE_CASE = 1, PATTERN_NO_WILDCARDS = 2 };
bool policy_matches(
	const struct evaluation *e, struct str pattern, struct str text, enum pattern_rules rules);

/* Whether all of the Condition block's operators hold. */
bool policy_conditions_hold(const struct evaluation *e, yyjson_val *block);
/* Whether there is an operator of that name. */
bool policy_operator_exists(struct str name);

#endif
