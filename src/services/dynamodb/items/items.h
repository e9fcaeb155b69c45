/* What the calls for items share: requests that change one, many of them at once, what they used,
 * and the parameters from before the expressions. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_ITEMS_ITEMS_H
#define SAMOVAR_SERVICES_DYNAMODB_ITEMS_ITEMS_H

#include "services/dynamodb/expressions/expr.h"
#include "services/dynamodb/items/limits.h"
#include "services/dynamodb/tables/tables.h"

/* ---- tally.c ---- */

/* What the calls for many items used, table by table. */
struct tally {
	struct table table;
	struct usage usage;
	double reads; /* what it takes to read a transaction's items again */
	struct dynamodb_item_collection_metrics_multiple metrics;
};
struct tallies {
	struct tally *v;
	size_t n, max;
};
struct tallies tallies_new(struct call *call, size_t max);
/* The table's, made if it is not there. */
struct tally *tally_of(struct call *call, struct tallies *all, const struct table *t);
struct dynamodb_consumed_capacities tallies_answer(
	struct call *call, struct str mode, const struct tallies *all);
/* The same, told as reads or as writes too: transactions alone do that. */
struct dynamodb_consumed_capacities tallies_split(
	struct dynamodb_consumed_capacities list, bool is_write);
void tally_metrics(struct call *call, struct tally *tally, struct str mode,
	const struct dynamodb_attributes *item, size_t max);
struct dynamodb_item_collection_metrics_per_table tallies_metrics(
	struct call *call, const struct tallies *all);

/* ---- change.c: what Put, Update, Delete and the transactions share ---- */

enum change_type { CHANGE_PUT, CHANGE_UPDATE, CHANGE_DELETE, CHANGE_CHECK };

struct change_request {
	enum change_type type;
	struct str table_name, condition, update;
	const struct dynamodb_attributes *item; /* of PUT; else the key */
	const struct dynamodb_names *names;
	const struct dynamodb_attributes *values;
	const struct dynamodb_expected_map *expected;
	struct str conditional_operator;
	const struct dynamodb_attribute_updates *updates;
	bool is_insert;      /* its condition is that there is no such item */
	bool may_be_missing; /* the condition is asked only of an item that is there */

	/* By change_prepare; of a statement, node and actions are given. */
	struct table table;
	struct str key;
	struct node *node;
	struct update actions;
	/* By change_check: the item as it is, and as it will be. */
	bool has_before, has_after;
	struct dynamodb_attributes before, after;
};

int change_prepare(struct call *call, struct change_request *r) MUSTCHECK;
/* The second half of it: finds the table and the key, and checks the item. */
int change_locate(struct call *call, struct change_request *r) MUSTCHECK;
/* 1: it may be done; 0: its condition is not met; -1: failed. */
int change_check(struct call *call, struct change_request *r) MUSTCHECK;
void change_apply(struct call *call, struct change_request *r, struct usage *usage);
/* Checks it and applies it; usage is what it cost. Fails where its condition is not met, with the
 * item there if on_failure (ReturnValuesOnConditionCheckFailure) asks for it. 0 or -1. */
int change_commit(struct call *call, struct change_request *r, struct str on_failure,
	struct usage *usage) MUSTCHECK;
/* What ReturnValues asks for of an update. */
void change_answer(struct call *call, const struct change_request *r, struct str wanted,
	struct dynamodb_attributes *out);

/* ---- transact.c ---- */

struct transact_part {
	struct change_request r;
	struct str on_failure;
};

/* All or nothing of the parts, which are prepared: 0, or -1 with the reasons. */
int transact_write(struct call *call, struct transact_part *parts, size_t n, struct str metrics,
	struct tallies *tallies) MUSTCHECK;
struct transact_token {
	struct str key; /* p == NULL: there is none */
	struct dynamodb_token_record r;
};
/* 1: the same request has been done under this token; 0: it is new; -1: the token was another
 * request's. */
int transact_token(struct call *call, struct str token, const struct shape *shape, const void *in,
	struct transact_token *out) MUSTCHECK;
/* Remembers a new one; what its request has cost is known. */
void transact_token_keep(
	struct call *call, struct transact_token *t, const struct tallies *tallies);
/* What the request again costs: the items are read (API reference, TransactWriteItems). */
struct dynamodb_consumed_capacities transact_token_answer(
	struct call *call, struct str mode, const struct transact_token *t);

/* ---- legacy.c: the parameters from before the expressions ---- */

int legacy_expected(struct call *call, const struct dynamodb_expected_map *expected,
	struct str conditional_operator, struct node **out) MUSTCHECK;
int legacy_conditions(struct call *call, const struct dynamodb_condition_map *conditions,
	struct str conditional_operator, struct node **out) MUSTCHECK;
int legacy_updates(struct call *call, const struct dynamodb_attribute_updates *updates,
	struct update *out) MUSTCHECK;
int legacy_attributes(struct call *call, const struct dynamodb_attribute_name_list *names,
	struct paths *out) MUSTCHECK;
/* Refuses a request that mixes the two: lists of names of the parameters, and whether each was
 * given. */
int legacy_mixed(struct call *call, const char *const *old, const bool *old_given,
	const char *const *expressions, const bool *given) MUSTCHECK;

#endif
