/* The table of services: what this server serves. */
#ifndef SAMOVAR_SERVER_SERVICES_H
#define SAMOVAR_SERVER_SERVICES_H

#include "aws/service.h"

/* NULL-terminated, in the order in which they start. */
extern const struct service *const server_services[];

#endif
