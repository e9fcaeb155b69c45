/* Limits of expressions (Developer Guide, "Quotas in Amazon DynamoDB"). */
#ifndef SAMOVAR_SERVICES_DYNAMODB_EXPRESSIONS_LIMITS_H
#define SAMOVAR_SERVICES_DYNAMODB_EXPRESSIONS_LIMITS_H

#include "services/dynamodb/values/limits.h"

enum {
	DDB_EXPRESSION_BYTES_MAX = 4096,
	DDB_OPERATORS_MAX = 300,
	DDB_IN_MAX = 100,
	DDB_EXPRESSION_DEPTH_MAX = 64, /* parentheses, NOTs and functions in each other */
};

#endif
