/*
 * What is owed, by lanes: what goes to one target stands in one lane, and each lane has one entry
 * in the index of what is due, at the time of its first record. So the next of a lane is found
 * without a look at the others, and a lane that waits for a slow target is passed in one step,
 * however long it is. Everything here is called in a transaction.
 */
#ifndef SAMOVAR_SERVICES_DELIVERY_OWED_H
#define SAMOVAR_SERVICES_DELIVERY_OWED_H

#include "api/delivery.h"
#include "aws/call.h"
#include "base/map.h"
#include "services/delivery/limits.h"

/* What others can make wait has places of its own. */
enum owed_kind {
	OWED_INSIDE,  /* queues, functions, topics: of this server */
	OWED_OUTSIDE, /* endpoints of subscriptions */
	OWED_KINDS,
};

/* One record, found; on the heap. */
struct owed {
	struct arena arena; /* of all that follows */
	enum owed_kind kind;
	struct str lane; /* the beginning of the keys of its lane */
	struct str key;
	struct delivery_delivery_record record;
	void *owner; /* the finder's own */
};

/* NULL is allowed. */
void owed_free(struct owed *owed);

void owed_put(struct call *call, const struct delivery_delivery_record *record, int64_t due_ms);
/* Of a key that is there no more: nothing. */
void owed_remove(struct call *call, struct str key);

/* What is there already, and what is due beside it. */
struct owed_search {
	int64_t now_ms;
	const struct map *under_way; /* the keys of records that are handed over */
	const struct map *lanes;     /* struct owed_lane by lane */
	size_t running[OWED_KINDS];

	int64_t next_ms; /* when more will be due; negative: never */
	size_t n;
	struct owed *found[DELIVERY_INSIDE_MAX + DELIVERY_OUTSIDE_MAX]; /* the caller's */
	size_t looked_at;                                               /* entries of the store */
};

/* A lane of which something is under way. */
struct owed_lane {
	size_t running;
};

/* Fills the second half of the search: the oldest first, within the shares of lanes. */
void owed_find(struct txn *txn, struct owed_search *search);

/* Moves a part of what versions before lanes left into them; whether there may be more. */
bool owed_adopt(struct call *call);

#endif
