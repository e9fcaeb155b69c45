/* Limits of exports and imports (Developer Guide, "Quotas in Amazon DynamoDB"), and our own. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_TRANSFERS_LIMITS_H
#define SAMOVAR_SERVICES_DYNAMODB_TRANSFERS_LIMITS_H

#include "services/dynamodb/tables/limits.h"

enum {
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
};

#endif
