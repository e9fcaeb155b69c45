/* CloudWatch Logs: groups and streams in the main store, events in the telemetry store, live
 * followers; traces across functions. */
#ifndef SAMOVAR_SERVICES_LOGS_LOGS_H
#define SAMOVAR_SERVICES_LOGS_LOGS_H

#include "aws/service.h"

extern const struct service logs_service, traces_service;

#endif
