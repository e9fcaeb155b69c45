/*
 * Event patterns: the filters of EventBridge rules, of Lambda's event source mappings and of SNS
 * subscriptions (Amazon EventBridge User Guide, "Comparison operators for use in event patterns").
 * Compiled once, matched often.
 */
#ifndef SAMOVAR_AWS_PATTERN_H
#define SAMOVAR_AWS_PATTERN_H

#include "base/mem.h"
#include "base/str.h"

struct pattern;
struct yyjson_val;

/*
 * Compiles the JSON text of a pattern: 0, or -EINVAL with what is wrong with it. The pattern lives
 * in the arena and needs no text afterwards.
 */
int pattern_compile(
	struct arena *arena, struct str json, struct pattern **out, struct str *why) MUSTCHECK;
/* Whether the event, a JSON object, has all that the pattern asks for. Allocates nothing. */
bool pattern_matches(const struct pattern *p, struct yyjson_val *event);
/* The same with the event's text; false for what is no JSON. */
bool pattern_matches_text(const struct pattern *p, struct str json);
/* Whether a member is a choice: "$or" with a list of two or more objects; else it is a field of
 * that name. */
bool pattern_is_choice(struct yyjson_val *key, struct yyjson_val *value);

#endif
