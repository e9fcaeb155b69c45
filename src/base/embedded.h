/* Files that the program carries in itself: runtimes, the shim, the console. tools/embed makes the
 * table. */
#ifndef SAMOVAR_BASE_EMBEDDED_H
#define SAMOVAR_BASE_EMBEDDED_H

#include "base/common.h"

struct embedded_file {
	const char *name; /* "runtimes/nodejs/bootstrap.mjs", "shim" */
	const unsigned char *bytes;
	size_t n;
	bool executable;
};

/* Ends with a row whose name is NULL. */
extern const struct embedded_file embedded_files[];

#endif
