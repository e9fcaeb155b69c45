/* Who began a stack's operation, and what they may do. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_PERMIT_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_PERMIT_H

#include "api/cloudformation.h"
#include "aws/call.h"

/* The call's identity into the stack's record, and back; account and region stay as they are. */
void cfn_caller_keep(const struct call *call, struct cloudformation_stack_record *stack);
void cfn_caller_become(const struct cloudformation_stack_record *stack, struct identity *identity);
/* 0, or fails with AccessDenied. Outside of transactions. */
int cfn_permit(struct call *call, struct str type) MUSTCHECK;

#endif
