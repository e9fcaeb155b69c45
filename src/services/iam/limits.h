/* Limits of IAM (IAM User Guide, "IAM and AWS STS quotas"); where a quota can be raised, the raised
 * one. */
#ifndef SAMOVAR_SERVICES_IAM_LIMITS_H
#define SAMOVAR_SERVICES_IAM_LIMITS_H

enum {
	IAM_USERS_MAX = 5000,
	IAM_ROLES_MAX = 5000,
	IAM_POLICIES_MAX = 5000,
	IAM_ACCESS_KEYS_PER_USER_MAX = 2,
	IAM_TAGS_MAX = 50,
	IAM_ATTACHED_MAX = 20,
	IAM_VERSIONS_MAX = 5,
	IAM_TRUST_POLICY_BYTES_MAX = 4096, /* blanks do not count in these four */
	IAM_MANAGED_POLICY_BYTES_MAX = 6144,
	IAM_USER_INLINE_BYTES_MAX = 2048, /* of all a user's together */
	IAM_ROLE_INLINE_BYTES_MAX = 10240,
	IAM_PAGE_DEFAULT = 100,
	IAM_CACHE_ENTRIES_MAX = 4096,         /* keys and principals, each */
	IAM_POLICIES_PER_PRINCIPAL_MAX = 256, /* documents that are evaluated */
	IAM_SIMULATIONS_MAX = 1000,           /* actions times resources in one call */
};

#endif
