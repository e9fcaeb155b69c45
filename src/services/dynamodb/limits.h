/* Limits of DynamoDB (Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB"), and our own.
 */
#ifndef SAMOVAR_SERVICES_DYNAMODB_LIMITS_H
#define SAMOVAR_SERVICES_DYNAMODB_LIMITS_H

#include "base/common.h"

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
	DDB_DEPTH_MAX = 32,
	DDB_PAGE_BYTES_MAX = 1024 * 1024,
	DDB_EXPRESSION_BYTES_MAX = 4096,
	DDB_OPERATORS_MAX = 300,
	DDB_IN_MAX = 100,
	DDB_EXPRESSION_DEPTH_MAX = 64, /* parentheses, NOTs and functions in each other */
	DDB_BATCH_GET_MAX = 100,
	DDB_BATCH_WRITE_MAX = 25,
	DDB_BATCH_GET_BYTES_MAX = 16 << 20,
	DDB_TRANSACT_MAX = 100,
	DDB_TRANSACT_BYTES_MAX = 4 << 20,
	DDB_TOKEN_MS = 10 * 60 * 1000, /* how long a ClientRequestToken is remembered */
	DDB_LIST_MAX = 100,
	DDB_HASH_BITS = 24, /* partitions stand in the order of so many bits of their hash */
	DDB_TTL_AGE_SECONDS_MAX = 157766400, /* an item that expired five years ago stays */

	DDB_UNDO_DAYS_MAX = 35,    /* of point-in-time recovery; and of backups of deleted tables */
	DDB_UNDO_READERS_MAX = 50, /* restores and exports of a table that go on at once */
	DDB_TRANSFERS_MAX = 10000, /* exports, or imports, of an account in a region: our own */
	DDB_TRANSFER_LIST_MAX = 25,
	DDB_TRANSFER_DAYS = 90, /* how long they are listed */
	DDB_TRANSFER_TOKEN_MS = 8 * 3600 * 1000,
	DDB_EXPORTS_AT_ONCE_MAX = 300,
	DDB_EXPORT_SPAN_MIN_MS = 15 * 60 * 1000, /* of an incremental one */
	DDB_EXPORT_SPAN_MAX_MS = 24 * 3600 * 1000,
	DDB_EXPORT_FILE_BYTES = 8 << 20,      /* compressed, after which a data file ends */
	DDB_EXPORT_TRY_MS = 24 * 3600 * 1000, /* after which one that can't be written has failed */

	DDB_IMPORTS_AT_ONCE_MAX = 50,
	DDB_IMPORT_OBJECTS_MAX = 50000,
	DDB_IMPORT_RECORD_BYTES = 4 << 20, /* of an object's text: an item has 400 KB */
	DDB_IMPORT_BATCH_BYTES = 1 << 20,  /* of records that are written at once */
	DDB_IMPORT_BATCH = 500,
	DDB_IMPORT_ERROR_BYTES = 8 << 10,     /* of a message in the log */
	DDB_IMPORT_TRY_MS = 24 * 3600 * 1000, /* after which one that can't go on has failed */

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
