/* Function names in all the forms that Lambda accepts (API Reference, FunctionName of each
 * operation). */
#ifndef SAMOVAR_SERVICES_LAMBDA_NAME_H
#define SAMOVAR_SERVICES_LAMBDA_NAME_H

#include "base/mem.h"

struct function_name {
	struct str account, region; /* p == NULL where the text says nothing */
	struct str name;
	struct str qualifier; /* "$LATEST", a number or an alias's name; p == NULL for none */
};

/*
 * "name", "name:qualifier", "123456789012:function:name", "function:name", or an ARN; the parts are
 * views of the text. 0 or -EINVAL.
 */
int function_name_parse(struct str text, struct function_name *out) MUSTCHECK;
/* A layer's name or ARN, with ":version" when has_version: 0 or -EINVAL. The version is in
 * qualifier. */
int layer_name_parse(struct str text, bool has_version, struct function_name *out) MUSTCHECK;

bool qualifier_is_version(struct str qualifier); /* digits */
bool qualifier_is_latest(struct str qualifier);  /* "$LATEST", or absent */
bool alias_name_is_valid(struct str name);       /* letters, digits, - and _, not digits alone */

/* With the qualifier if there is one. */
struct str function_arn(struct arena *arena, const struct function_name *name);
struct str layer_arn(struct arena *arena, const struct function_name *name);

#endif
