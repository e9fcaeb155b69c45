/* DynamoDB: tables of items that are found by their keys. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_DYNAMODB_H
#define SAMOVAR_SERVICES_DYNAMODB_DYNAMODB_H

#include "aws/service.h"

extern const struct service dynamodb_service;

#endif
