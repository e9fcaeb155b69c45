/* Limits of Parameter Store (AWS General Reference, "Systems Manager endpoints and quotas"). */
#ifndef SAMOVAR_SERVICES_SSM_LIMITS_H
#define SAMOVAR_SERVICES_SSM_LIMITS_H

enum {
	SSM_NAME_BYTES_MAX = 1011,
	SSM_LEVELS_MAX = 15,
	SSM_STANDARD_BYTES_MAX = 4096,
	SSM_ADVANCED_BYTES_MAX = 8192,
	SSM_VERSIONS_MAX = 100,
	SSM_LABELS_MAX = 10, /* of one version */
	SSM_TAGS_MAX = 50,
	SSM_BY_PATH_DEFAULT = 10,
	SSM_PAGE_DEFAULT = 50,
	SSM_FILTERS_MAX = 16,
	SSM_SCAN_MAX = 10000, /* parameters looked at for one page; then a token */
	SSM_PATTERN_STEPS_MAX = 100000,
};

#endif
