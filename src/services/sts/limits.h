/* Limits of STS (STS API Reference, AssumeRole and GetSessionToken). */
#ifndef SAMOVAR_SERVICES_STS_LIMITS_H
#define SAMOVAR_SERVICES_STS_LIMITS_H

enum {
	STS_ROLE_SECONDS_DEFAULT = 3600,
	STS_CHAINED_SECONDS_MAX = 3600, /* a role that takes another */
	STS_TOKEN_SECONDS_DEFAULT = 43200,
	STS_ROOT_SECONDS_MAX = 3600,
	STS_POLICY_BYTES_MAX = 2048, /* the session policy as it was sent */
	STS_PACKED_BYTES_MAX =
		4096, /* with the managed ones that were named; it goes into the token */
};

#endif
