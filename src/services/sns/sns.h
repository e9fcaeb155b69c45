/*
 * Simple Notification Service (Amazon SNS API Reference, 2010-03-31). Other services publish by
 * call_inner(call, &sns_publish_operation, &as, ...), outside a transaction; with as.service
 * ("s3.amazonaws.com") set, the topic's policy is asked in strict mode, where as.account is
 * aws:SourceAccount and as.principal_arn aws:SourceArn.
 */
#ifndef SAMOVAR_SERVICES_SNS_SNS_H
#define SAMOVAR_SERVICES_SNS_SNS_H

#include "aws/service.h"

extern const struct service sns_service;

#endif
