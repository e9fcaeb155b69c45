/* The data folder: made, locked against a second server, and filled with the runtimes that the
 * program carries. */
#ifndef SAMOVAR_SERVER_FOLDER_H
#define SAMOVAR_SERVER_FOLDER_H

#include "base/common.h"
#include "server/server.h"

struct folder;

/* Makes the folder and its parents if missing (mode 0700). A negative answer says why. */
int folder_open(const char *path, struct folder **out, char why[SERVER_WHY_BYTES]) MUSTCHECK;
/* NULL is allowed. */
void folder_close(struct folder *folder);

/* Absolute, without symbolic links. */
const char *folder_path(const struct folder *folder);
/* Where the runtimes' files are; absolute. */
const char *folder_runtimes(const struct folder *folder);

#endif
