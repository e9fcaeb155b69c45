/* STS: who calls, and credentials that end. */
#ifndef SAMOVAR_SERVICES_STS_STS_H
#define SAMOVAR_SERVICES_STS_STS_H

#include "aws/service.h"

extern const struct service sts_service;

#endif
