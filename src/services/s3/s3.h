/* Amazon S3. */
#ifndef SAMOVAR_SERVICES_S3_S3_H
#define SAMOVAR_SERVICES_S3_S3_H

#include "aws/service.h"

extern const struct service s3_service;

#endif
