/* What a stack may hold. */
#ifndef SAMOVAR_CLI_SERVED_H
#define SAMOVAR_CLI_SERVED_H

#include "base/str.h"

/* Whether CloudFormation makes resources of the type here, with this property (or NULL). */
bool served_type(struct str type, const char *property);

#endif
