/* Which files belong in a package: patterns with * ** ? {a,b} [abc], "!" before those that take
 * files out. */
#ifndef SAMOVAR_DEPLOY_PATTERNS_H
#define SAMOVAR_DEPLOY_PATTERNS_H

#include "base/str.h"

/* Later patterns win over earlier ones. */
struct patterns {
	struct str v[1000];
	size_t n;
};

/* Whether one pattern, without its "!", fits the whole path. */
bool patterns_match_one(struct str pattern, struct str path);
/* Whether the path is in: all are, until a pattern says otherwise. */
bool patterns_want(const struct patterns *p, struct str path);

#endif
