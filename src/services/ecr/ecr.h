/* ECR: there are no repositories of images. */
#ifndef SAMOVAR_SERVICES_ECR_ECR_H
#define SAMOVAR_SERVICES_ECR_ECR_H

#include "aws/service.h"

extern const struct service ecr_service;

#endif
