/* A function's code that stands in a template: its source as an archive. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_INLINE_CODE_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_INLINE_CODE_H

#include "aws/call.h"

/*
 * index.js or index.py by the runtime, with the cfn-response module beside it (Lambda's User Guide,
 * Code.ZipFile): the zip's bytes, the same each time. 0, or fails.
 */
int cfn_inline_zip(
	struct call *call, struct str runtime, struct str source, struct str *out) MUSTCHECK;

#endif
