/* The keys of serverless.yml: which are served, which have nothing to do here, which are refused.
 */
#ifndef SAMOVAR_DEPLOY_KEYS_H
#define SAMOVAR_DEPLOY_KEYS_H

#include "deploy/deploy.h"

/*
 * Checks every key of the configuration against the tables of keys.c, but those of functions and
 * events: 0, or -EINVAL with the key, its line and why it is refused. Warns of those that do
 * nothing.
 */
int keys_check(struct deploy *d) MUSTCHECK;
/* The keys of one function; path: "functions.hello". */
int keys_check_function(struct deploy *d, yyjson_mut_val *function, const char *path) MUSTCHECK;

#endif
