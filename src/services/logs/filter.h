/*
 * Filter patterns: which events a search finds (CloudWatch Logs User Guide, "Filter pattern syntax
 * for metric filters, subscription filters, filter log events, and Live Tail"). Three kinds: terms,
 * [space-delimited], { JSON }.
 */
#ifndef SAMOVAR_SERVICES_LOGS_FILTER_H
#define SAMOVAR_SERVICES_LOGS_FILTER_H

#include "base/mem.h"

struct filter;

/* Parses the pattern: 0, or -EINVAL and what is wrong with it. The filter is the arena's, but see
 * filter_fini. */
int filter_parse(
	struct arena *arena, struct str pattern, struct filter **out, struct str *why) MUSTCHECK;
bool filter_matches(const struct filter *f, struct str message);
/* Frees what regular expressions keep outside of the arena. NULL is allowed. */
void filter_fini(struct filter *f);

/* A match's named values, for metrics: "$field" of space-delimited patterns, "$.selector" of JSON
 * ones. */
struct filter_value {
	struct str name, value;
};
/* How many were written, at most n. The message matches. */
size_t filter_extract(const struct filter *f, struct arena *arena, struct str message,
	struct filter_value *out, size_t n);

#endif
