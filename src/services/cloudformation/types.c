/* The table of resource types. */
#include "services/cloudformation/types.h"

static const struct cfn_type *const tables[] = {
	cfn_types_iam,
	cfn_types_lambda,
	cfn_types_logs,
	cfn_types_ssm,
	cfn_types_apigatewayv2,
	cfn_types_sqs,
	cfn_types_sns,
	cfn_types_s3,
	cfn_types_dynamodb,
	cfn_types_cloudformation,
	cfn_types_nested,
};

const struct cfn_type *cfn_type_find(struct str name)
{
	if (str_starts(name, STR("Custom::")))
		name = STR("AWS::CloudFormation::CustomResource");
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		for (const struct cfn_type *t = tables[i]; t->name; t++)
			if (str_is(name, t->name))
				return t;
	return NULL;
}

bool cfn_type_has_attribute(const struct cfn_type *type, struct str name)
{
	return (type->flags & CFN_ANY_ATTRIBUTE) || cfn_has_word(type->attributes, name);
}
