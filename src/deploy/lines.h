/* Where a setting stands in its file. */
#ifndef SAMOVAR_DEPLOY_LINES_H
#define SAMOVAR_DEPLOY_LINES_H

#include "base/str.h"

/* The line, from 1, of what stands at "functions.hello.events.0.sqs" in the YAML text; 0 when
 * nothing stands there (it came out of another file). */
unsigned lines_find(struct str text, const char *path);

#endif
