/* Simple Queue Service (Amazon SQS API Reference, 2012-11-05). */
#ifndef SAMOVAR_SERVICES_SQS_SQS_H
#define SAMOVAR_SERVICES_SQS_SQS_H

#include "aws/service.h"

extern const struct service sqs_service;

#endif
