/* Changing the statements of a resource's policy, as AddPermission and RemovePermission do. */
#ifndef SAMOVAR_AWS_POLICY_EDIT_H
#define SAMOVAR_AWS_POLICY_EDIT_H

#include "base/str.h"
#include <yyjson.h>

/* The policy's statements as a list: a single one becomes a list of one, none an empty list. */
yyjson_mut_val *policy_statements(yyjson_mut_doc *doc);
/* The index of the statement with that Sid, or -1. */
ssize_t policy_find_statement(yyjson_mut_val *statements, struct str sid);

#endif
