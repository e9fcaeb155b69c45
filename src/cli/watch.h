/* Waiting for changes in a folder and the folders in it, by inotify through libuv. */
#ifndef SAMOVAR_CLI_WATCH_H
#define SAMOVAR_CLI_WATCH_H

#include "base/common.h"
#include "loop/loop.h"

struct watch;

/* Hidden folders and node_modules are not watched. 0 or -errno. */
int watch_create(const char *folder, struct watch **out) MUSTCHECK;
/* Before the loop ends. */
void watch_destroy(struct watch *watch);
/*
 * Waits for a change, and then until nothing has changed for a moment: editors write in several
 * steps. False when the program is to end.
 */
bool watch_wait(struct watch *watch);

#endif
