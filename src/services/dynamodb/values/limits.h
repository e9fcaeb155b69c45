/* Limits of values (Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB"). */
#ifndef SAMOVAR_SERVICES_DYNAMODB_VALUES_LIMITS_H
#define SAMOVAR_SERVICES_DYNAMODB_VALUES_LIMITS_H

#include "base/common.h"

enum {
	DDB_DEPTH_MAX = 32,
};

#endif
