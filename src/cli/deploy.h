/* samovar deploy and the removal of what it made. */
#ifndef SAMOVAR_CLI_DEPLOY_H
#define SAMOVAR_CLI_DEPLOY_H

#include "cli/command.h"

/* What deploy and rm both take. */
extern const char *deploy_stage_text, *deploy_config_text, *deploy_params_text;
#define DEPLOY_OPTIONS \
	{ "stage", 's', "STAGE", "the stage (dev, or what serverless.yml says)", NULL, \
		&deploy_stage_text }, \
		{ "config", 'c', "FILE", "instead of serverless.yml or template.yaml", NULL, \
			&deploy_config_text }, \
	{ \
		"param", 'p', "KEY=VALUE...", \
			"a parameter of ${param:KEY} or of the template; may be repeated", NULL, \
			&deploy_params_text \
	}

/* Removes the service of this folder: its stack and its packages. In a fiber; answers an exit code.
 */
int deploy_remove(void *arg);

#endif
