/* The time of day, elapsed time, and the text forms of timestamps. */
#ifndef SAMOVAR_BASE_CLOCK_H
#define SAMOVAR_BASE_CLOCK_H

#include "base/common.h"
#include "base/str.h"

/* Milliseconds since 1970, UTC. Handlers use call->now_ms instead, so that tests own the clock. */
int64_t clock_now_ms(void);
/* Nanoseconds since some moment; never goes back. */
uint64_t clock_mono_ns(void);
static inline uint64_t clock_mono_ms(void)
{
	return clock_mono_ns() / 1000000;
}

enum { CLOCK_TEXT_MAX = 40 };
/* Each writes a NUL-terminated text and returns its length. */
/* 2026-11-23T20:00:13Z, with .123 before the Z when the milliseconds are not 0 (Smithy's
 * date-time). */
size_t clock_format_iso(int64_t ms, char out[CLOCK_TEXT_MAX]);
/* 2026-11-23T20:00:13.000+0000, the form of Lambda's LastModified. */
size_t clock_format_lambda(int64_t ms, char out[CLOCK_TEXT_MAX]);
/* Mon, 23 Nov 2026 20:00:13 GMT (RFC 9110 section 5.6.7). */
size_t clock_format_http(int64_t ms, char out[CLOCK_TEXT_MAX]);
/* 20261123T200013Z, the form of X-Amz-Date. */
size_t clock_format_amz(int64_t ms, char out[CLOCK_TEXT_MAX]);
/* 23/Nov/2026:20:00:13 +0000, the form of API Gateway's requestContext.time. */
size_t clock_format_clf(int64_t ms, char out[CLOCK_TEXT_MAX]);

/* RFC 3339 with any fraction and offset, RFC 9110's date, or YYYYMMDDTHHMMSSZ: 0 or -EINVAL. */
int clock_parse_iso(struct str text, int64_t *ms) MUSTCHECK;
int clock_parse_http(struct str text, int64_t *ms) MUSTCHECK;
int clock_parse_amz(struct str text, int64_t *ms) MUSTCHECK;

#endif
