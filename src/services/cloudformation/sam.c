/* The AWS::Serverless transform. */
#include "services/cloudformation/internal.h"
#include <errno.h>

int cfn_sam_transform(struct arena *arena UNUSED, value_doc *doc UNUSED, value *root UNUSED, struct str *why)
{
	*why = STR("It is not served by this server.");
	return -EINVAL;
}
