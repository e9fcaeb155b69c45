/* CloudFormation, for the server's table. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_CLOUDFORMATION_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_CLOUDFORMATION_H

#include "aws/service.h"

extern const struct service cloudformation_service;

#endif
