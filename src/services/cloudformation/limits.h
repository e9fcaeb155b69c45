/* Limits of CloudFormation (AWS, "Understand CloudFormation quotas"), and this service's own. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_LIMITS_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_LIMITS_H

enum {
	CFN_TEMPLATE_BODY_BYTES_MAX = 51200,
	CFN_TEMPLATE_URL_BYTES_MAX = 1048576,
	CFN_RESOURCES_MAX = 500,
	CFN_PARAMETERS_MAX = 200,
	CFN_OUTPUTS_MAX = 200,
	CFN_MAPPINGS_MAX = 200,
	CFN_PARAMETER_VALUE_BYTES_MAX = 4096,
	CFN_STACKS_MAX = 2000,
	CFN_TAGS_MAX = 50,
	CFN_NESTING_MAX = 10, /* stacks in stacks */
	CFN_STACK_POLICY_BYTES_MAX = 16384,
	CFN_EVENTS_PAGE = 100,
	CFN_STACKS_PAGE = 100,
	CFN_RESOURCES_PAGE = 100,
	CFN_EXPORTS_PAGE = 100,
	CFN_CHANGES_PAGE = 100,
	CFN_DEPTH_MAX = 64, /* of a template's values, aliases resolved */
	CFN_NODES_MAX =
		200000, /* values of a template, aliases counted as often as they are used */
	CFN_EVALUATED_BYTES_MAX = 8 << 20, /* of one text that functions make */
	CFN_CONCURRENT_MAX = 24,           /* resources at once in one stack */
	CFN_SETTLE_MS = 500, /* ExecuteChangeSet waits so long at most for the stack to be done */
	CFN_LOOK_MS = 200,   /* how often a stack under way looks whether it is to end */
	CFN_CUSTOM_TIMEOUT_S = 3600,
	CFN_CUSTOM_BODY_BYTES_MAX = 4096, /* of a custom resource's answer */
};

#endif
