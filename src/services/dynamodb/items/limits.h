/* Limits of the calls for items (Developer Guide, "Quotas in Amazon DynamoDB"). */
#ifndef SAMOVAR_SERVICES_DYNAMODB_ITEMS_LIMITS_H
#define SAMOVAR_SERVICES_DYNAMODB_ITEMS_LIMITS_H

#include "services/dynamodb/tables/limits.h"

enum {
	DDB_PAGE_BYTES_MAX = 1024 * 1024,
	DDB_BATCH_GET_MAX = 100,
	DDB_BATCH_WRITE_MAX = 25,
	DDB_BATCH_GET_BYTES_MAX = 16 << 20,
	DDB_TRANSACT_MAX = 100,
	DDB_TRANSACT_BYTES_MAX = 4 << 20,
};

#endif
