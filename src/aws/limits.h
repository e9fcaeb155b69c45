/* Limits of what a client can grow in a request or an answer. */
#ifndef SAMOVAR_AWS_LIMITS_H
#define SAMOVAR_AWS_LIMITS_H

#include "base/common.h"

/* A request's body where its operation says nothing else; and the arena that it is decoded into. */
#define AWS_BODY_BYTES_MAX (10 * MIB)
/* Bodies with a zip archive in base64: 50 MB of code and what stands around it. */
#define AWS_CODE_BODY_BYTES_MAX (70 * MIB)
#define YAML_BYTES_MAX (4 * MIB)

enum {
	PATTERN_MATCH_MAX = 1000000, /* PCRE2's steps for one value of a @pattern */
	PATTERN_HEAP_KIB_MAX = 4096,
	CODEC_DEPTH_MAX = 128, /* structures, lists and maps in each other; DynamoDB's 32 levels are
				  96 of them */
	CODEC_ELEMENTS_MAX = 1000000,      /* of one list or map */
	QUERY_PAIRS_MAX = 20000,           /* of one form body */
	VALIDATION_ERRORS_MAX = 32,        /* listed in one answer; the rest is not looked for */
	VALIDATION_VALUE_BYTES_MAX = 1024, /* of a refused value, in the answer */
	ROUTE_DEPTH_MAX = 32,              /* segments of an operation's path */
	ROUTE_LABELS_MAX = 8,              /* labels of an operation's path */
	SIGV4_SIGNED_HEADERS_MAX = 64,     /* names in SignedHeaders */
	SIGV4_QUERY_PARAMS_MAX = 512,      /* parameters of a signed query */
	SIGV4_KEYS_CACHED = 256,           /* derived signing keys kept */
	SESSION_TOKEN_BYTES_MAX = 8192,
	TRACE_BYTES_MAX = 1024,        /* X-Amzn-Trace-Id; a longer one is no trace */
	POLICY_BYTES_MAX = 128 * 1024, /* a policy document; IAM's own limits are lower */
	POLICY_PATTERN_BYTES_MAX =
		4096, /* an action, resource or condition value, its variables put in */
	EVENT_PATTERN_DEPTH_MAX = 64,
	EVENT_PATTERN_COMBINATIONS_MAX = 1000, /* that the $ors of an event pattern multiply to */
	REST_LIST_ITEMS_MAX = 1024,            /* of a list in a header or in query parameters */
	YAML_DEPTH_MAX = 64,
	YAML_NODES_MAX = 200000,   /* of one text, its aliases put in */
	REST_MAP_ITEMS_MAX = 1024, /* of @httpPrefixHeaders and @httpQueryParams */
};

#endif
