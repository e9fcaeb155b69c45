/* Limits of packages and of configurations. */
#ifndef SAMOVAR_DEPLOY_LIMITS_H
#define SAMOVAR_DEPLOY_LIMITS_H

#include "base/common.h"

/* Lambda's own limit, unzipped (AWS Lambda Developer Guide, "Lambda quotas"). */
#define PACKAGE_BYTES_MAX (250 * MIB)
/* Of a deployment's trees and texts; its packages come on top. */
#define DEPLOY_ARENA_BYTES_MAX (64 * MIB)
enum {
	PACKAGE_FILES_MAX = 50000,
	PACKAGE_DEPTH_MAX = 40, /* folders in folders */
	CONFIG_BYTES_MAX = 4 * 1024 * 1024,
	PATTERNS_MAX = 1000,
	VARIABLES_MAX = 50000,    /* worked out in one deployment */
	VARIABLE_DEPTH_MAX = 100, /* levels of values and of variables in variables */
	VARIABLE_TEXT_BYTES_MAX = 1024 * 1024,
	FUNCTIONS_MAX = 500,
};

#endif
