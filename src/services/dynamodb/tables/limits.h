/* Limits of tables, their indexes and streams (Developer Guide, "Quotas in Amazon DynamoDB"), and
 * our own. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TABLES_LIMITS_H
#define SAMOVAR_SERVICES_DYNAMODB_TABLES_LIMITS_H

#include "services/dynamodb/values/limits.h"

#define DDB_COLLECTION_BYTES_MAX (INT64_C(10) << 30)

enum {
	DDB_TABLES_MAX = 10000,  /* of an account in a region */
	DDB_BACKUPS_MAX = 10000, /* of an account in a region: our own */
	DDB_TABLE_NAME_MIN = 3,
	DDB_TABLE_NAME_MAX = 255,
	DDB_LOCAL_INDEXES_MAX = 5,
	DDB_GLOBAL_INDEXES_MAX = 20,
	DDB_PROJECTED_MAX = 100, /* attributes that all indexes of a table name */
	DDB_TAGS_MAX = 50,
	DDB_COLLECTIONS_INDEX = -1, /* where sizes of collections stand among a table's indexes */
	DDB_POLICY_BYTES_MAX = 20 * 1024,
	DDB_ITEM_BYTES_MAX = 400 * 1024,
	DDB_HASH_BYTES_MAX = 2048,
	DDB_RANGE_BYTES_MAX = 1024,
	DDB_TOKEN_MS = 10 * 60 * 1000, /* how long a ClientRequestToken is remembered */
	DDB_LIST_MAX = 100,
	DDB_HASH_BITS = 24, /* partitions stand in the order of so many bits of their hash */
	DDB_TTL_AGE_SECONDS_MAX = 157766400, /* an item that expired five years ago stays */

	DDB_UNDO_DAYS_MAX = 35,    /* of point-in-time recovery; and of backups of deleted tables */
	DDB_UNDO_READERS_MAX = 50, /* restores and exports of a table that go on at once */
	DDB_STREAM_AGE_MS = 24 * 3600 * 1000, /* how long records of streams are kept */
	DDB_STREAM_PAGE = 1000,               /* records in an answer */
	DDB_STREAM_BYTES_MAX = 1024 * 1024,
	DDB_STREAM_LOOK_MAX = 5000, /* records that one read looks at */
	DDB_STREAM_LIST_MAX = 100,
	DDB_STREAM_ITERATOR_MS = 15 * 60 * 1000,
	DDB_STREAM_READERS_MAX = 20000, /* that wait at once */
	DDB_STREAM_SWEEP_MS = 60 * 1000,
	DDB_STREAM_SWEEP_CHUNK = 50, /* streams that one look of the sweeper takes */

	DDB_SWEEP_MS = 1000,
	DDB_SWEEP_BYTES = 4 << 20, /* of items that it reads in one transaction */
	DDB_SWEEP_CHUNK = 500, /* items that the sweeper looks at, or deletes, in one transaction */
};

#endif
