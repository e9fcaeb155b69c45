/* The filter of system calls that every box runs under. */
#ifndef SAMOVAR_SANDBOX_SECCOMP_H
#define SAMOVAR_SANDBOX_SECCOMP_H

#include "base/common.h"

/* A descriptor of a file in memory with the compiled filter (struct sock_filter[]), the caller's.
 */
int seccomp_make(int *fd) MUSTCHECK;

#endif
