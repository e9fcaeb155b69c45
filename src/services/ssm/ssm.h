/* Systems Manager's Parameter Store, for the server's table. */
#ifndef SAMOVAR_SERVICES_SSM_SSM_H
#define SAMOVAR_SERVICES_SSM_SSM_H

#include "aws/service.h"

extern const struct service ssm_service;

#endif
