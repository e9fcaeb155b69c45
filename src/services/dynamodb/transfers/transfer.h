/*
 * What exports to S3 and imports from it share: where their records stand, ids that begin with
 * their time, tokens that make one of two equal requests, and how many there may be. In a
 * transaction.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TRANSFERS_TRANSFER_H
#define SAMOVAR_SERVICES_DYNAMODB_TRANSFERS_TRANSFER_H

#include "services/dynamodb/tables/tables.h"
#include "services/dynamodb/transfers/limits.h"

struct transfer;
struct transfer_kind {
	const char *name;
	const struct error_shape *conflict; /* of a token with another request */
	const char *conflict_text;
	size_t at_once_max;
	/* The token in the record of t->id; false: there is no record. */
	bool (*read_token)(struct call *call, struct transfer *t);
};

struct transfer {
	const struct transfer_kind *kind;
	struct str account, region, id, token;
};

/* All of the kind in the account's region, in the order of time: (dynamodb-tables, account, region,
 * kind, id). */
struct str transfer_prefix(struct call *call, const struct transfer *t);
struct str transfer_key(struct call *call, const struct transfer *t);
/* That it is to be done: (dynamodb-tables, "", kind-job, account, region, id). */
struct str transfer_job_key(struct call *call, const struct transfer *t);

struct str transfer_new_id(struct call *call);
/* The first id that is still listed. */
struct str transfer_oldest_id(struct call *call);
/* The id at the end of its ARN. */
struct str transfer_id_of(struct str arn);

/*
 * in is the request, of that shape. 1: an equal one was made under t->token, and t->id is its
 * transfer; 0: it is new, and kept; -1: another one was.
 */
int transfer_find(
	struct call *call, struct transfer *t, const struct shape *shape, const void *in) MUSTCHECK;
/* Those that are no longer listed go; 0, or -1: there are too many. */
int transfer_make_room(struct call *call, const struct transfer *t) MUSTCHECK;

#endif
