/* A command's event loop: its work runs in a fiber, and Ctrl-C is something to wait for. */
#ifndef SAMOVAR_CLI_PROGRAM_H
#define SAMOVAR_CLI_PROGRAM_H

#include "loop/loop.h"

/* Runs fn(arg) in a fiber of a new loop and answers what it answers, an exit code. */
int program_run(int (*fn)(void *arg), void *arg);
/* Waits, in a fiber, for SIGINT or SIGTERM. */
void program_wait_for_signal(void);
/* Whether one has come. */
bool program_is_ending(void);
/* Woken when one comes; what else a command waits for may wake it too. */
struct waitq *program_events(void);

#endif
