/*
 * What services owe each other: call_inner(call, &delivery_deliver_operation, ...) inside the
 * transaction of the cause stores it; it is handed over after the commit, again with back-off while
 * that fails, and after the last try goes to the dead-letter queue that was named.
 */
#ifndef SAMOVAR_SERVICES_DELIVERY_DELIVERY_H
#define SAMOVAR_SERVICES_DELIVERY_DELIVERY_H

#include "aws/service.h"

extern const struct service delivery_service;

#endif
