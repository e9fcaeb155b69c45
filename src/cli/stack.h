/* A stack's way through its changes, as lines on the terminal. */
#ifndef SAMOVAR_CLI_STACK_H
#define SAMOVAR_CLI_STACK_H

#include "api/cloudformation.h"
#include "cli/client.h"

struct stack {
	struct client *client;
	struct str name;
	/* Filled by stack_describe. */
	bool exists;
	struct cloudformation_stack now;
	/* The newest event that was there before. */
	struct str last_event;
	/* The first reason of a failure, with the resource's logical id. */
	struct str failed_id, failed_reason;
};

/* What the stack is now: 0, with exists false for none. */
int stack_describe(struct stack *s) MUSTCHECK;
/* Remembers the newest event: stack_follow shows what comes after it. */
int stack_mark(struct stack *s) MUSTCHECK;
/* Prints a line for each resource as it is done, until the stack is; *status is the stack's last.
 */
int stack_follow(struct stack *s, struct str *status) MUSTCHECK;
/* Deletes the stack and follows that. */
int stack_delete(struct stack *s, struct str *status) MUSTCHECK;

#endif
