/* The files that useDotenv reads. */
#ifndef SAMOVAR_DEPLOY_DOTENV_H
#define SAMOVAR_DEPLOY_DOTENV_H

#include "deploy/deploy.h"

/*
 * With useDotenv: .env.STAGE, or .env, beside the configuration, as what ${env:...} finds when the
 * environment itself has no such variable. 0, or -errno with why.
 */
int dotenv_load(struct deploy *d) MUSTCHECK;
/* The variable out of the environment or the file; p == NULL for none. */
struct str dotenv_get(struct deploy *d, struct str name);

#endif
