/* What a serverless.yml's provider says of the stack itself, and of the packages' place. */
#ifndef SAMOVAR_CLI_SETTINGS_H
#define SAMOVAR_CLI_SETTINGS_H

#include "cli/stack.h"
#include "deploy/deploy.h"

/* Sets the bucket and the prefix of the packages: deploymentBucket and deploymentPrefix, or ours.
 */
void settings_place(struct deploy *d);
/* The parameters of the change set: a template's own, or stackParameters. now: the stack that
 * exists, or NULL. */
struct cloudformation_parameters settings_parameters(
	struct deploy *d, const struct cloudformation_stack *now);
/* The stack's tags: the stage, and stackTags. */
struct cloudformation_tags settings_tags(struct deploy *d);
/* iam.deploymentRole or cfnRole, p == NULL for none. */
struct str settings_role(struct deploy *d);
/* disableRollback: whether what failed stays as it is. */
bool settings_keep_failed(struct deploy *d);
/* After a deployment that succeeded: stackPolicy and deletionProtection. 0, or as client_call. */
int settings_apply(struct client *client, struct deploy *d) MUSTCHECK;

#endif
