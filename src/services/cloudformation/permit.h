/* What the beginner of a stack's operation may do. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_PERMIT_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_PERMIT_H

#include "aws/call.h"

/* 0, or fails with AccessDenied. Outside of transactions. */
int cfn_permit(struct call *call, struct str type) MUSTCHECK;

#endif
