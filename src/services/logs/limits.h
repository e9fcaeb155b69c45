/* Limits of CloudWatch Logs (AWS, "CloudWatch Logs quotas"), and this service's own. */
#ifndef SAMOVAR_SERVICES_LOGS_LIMITS_H
#define SAMOVAR_SERVICES_LOGS_LIMITS_H

enum {
	LOGS_EVENT_BYTES_MAX = 1048576, /* a message and the overhead */
	LOGS_EVENT_OVERHEAD = 26,
	LOGS_BATCH_BYTES_MAX = 1048576,
	LOGS_BATCH_EVENTS_MAX = 10000,
	LOGS_PAGE_BYTES_MAX = 1048576, /* of GetLogEvents and FilterLogEvents */
	LOGS_PAGE_EVENTS_MAX = 10000,
	LOGS_DESCRIBE_DEFAULT = 50,
	LOGS_TAGS_MAX = 50,
	LOGS_CACHE_MAX = 4096, /* streams whose ids are remembered */
	LOGS_FOLLOWERS_MAX = 256,
	LOGS_FOLLOWER_BYTES_MAX =
		4 << 20, /* waiting for one slow follower; what is over it is left out, and said */
	LOGS_TRACE_MAX = 1000,           /* invocations shown of one trace */
	LOGS_TRACE_BYTES_MAX = 16 << 20, /* of their lines */
	LOGS_TRACE_DAYS = 30,            /* as X-Ray keeps traces */
	LOGS_SCAN_SLICE = 1000,          /* events read in one go, then others have a turn */
	LOGS_SCAN_SLICE_BYTES = 1 << 20,
	LOGS_SCAN_MAX = 100000,   /* events looked at for one answer; then a token, as on AWS */
	LOGS_DELETE_SLICE = 2000, /* events deleted in one transaction */
	LOGS_SWEEP_INTERVAL_MS = 60000,
	FILTER_BYTES_MAX = 1024,
	FILTER_DEPTH_MAX = 16,
	FILTER_REGEX_MAX = 2, /* in one JSON or space-delimited pattern */
	FILTER_TERMS_MAX = 128,
	FILTER_COPIES_MAX =
		500, /* of the counted repetitions of one regular expression, multiplied */
	FILTER_FIELDS_MAX = 100, /* of a space-delimited pattern */
	FILTER_JSON_BYTES_MAX = 1 << 20,
};

#define LOGS_DAY_MS INT64_C(86400000)
#define LOGS_TOO_OLD_MS (14 * LOGS_DAY_MS)
#define LOGS_TOO_NEW_MS INT64_C(7200000)

#endif
