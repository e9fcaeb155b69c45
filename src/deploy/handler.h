/* What a handler file is: the runtime by its ending, the handler by its export. */
#ifndef SAMOVAR_DEPLOY_HANDLER_H
#define SAMOVAR_DEPLOY_HANDLER_H

#include "base/mem.h"

struct handler {
	struct str folder;  /* what is packaged; its path on disk */
	struct str file;    /* the handler's file in it: "index.js" */
	struct str name;    /* of the function: the file's, or the folder's for the usual names of
			       files */
	struct str runtime; /* "nodejs22.x" */
	struct str handler; /* "index.handler" */
};

/*
 * Looks at a file, or at a folder for the file in it that is usual (index.mjs, app.py, bootstrap
 * ...). Texts are in the arena. 0, or -errno with a sentence in why.
 */
int handler_find(struct arena *arena, const char *path, struct handler *out, char *why,
	size_t why_bytes) MUSTCHECK;

/* The export or function of the source that is meant to be the handler: "handler"; p == NULL if
 * there is none. */
struct str handler_export_javascript(struct str source);
struct str handler_export_python(struct str source);

#endif
