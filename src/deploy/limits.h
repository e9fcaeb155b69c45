/* Limits of packages. */
#ifndef SAMOVAR_DEPLOY_LIMITS_H
#define SAMOVAR_DEPLOY_LIMITS_H

#include "base/common.h"

/* Lambda's own limit, unzipped (AWS Lambda Developer Guide, "Lambda quotas"). */
#define PACKAGE_BYTES_MAX (250 * MIB)
enum {
	PACKAGE_FILES_MAX = 50000,
	PACKAGE_DEPTH_MAX = 40, /* folders in folders */
};

#endif
