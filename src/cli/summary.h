/* What a deployment says at its end. */
#ifndef SAMOVAR_CLI_SUMMARY_H
#define SAMOVAR_CLI_SUMMARY_H

#include "cli/stack.h"
#include "deploy/deploy.h"

/* The endpoints, or a template's outputs, and the functions, on stdout. 0, or as client_call. */
int summary_print(struct stack *stack, const struct deploy *d) MUSTCHECK;

#endif
