/* DynamoDB: tables of items that are found by their keys, and the streams of their changes. */
#ifndef SAMOVAR_SERVICES_DYNAMODB_DYNAMODB_H
#define SAMOVAR_SERVICES_DYNAMODB_DYNAMODB_H

#include "aws/service.h"

extern const struct service dynamodb_service;
/* Their changes; after the first in the table of services. */
extern const struct service dynamodbstreams_service;

#endif
