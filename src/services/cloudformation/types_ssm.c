/* Resource types of Systems Manager. */
#include "api/ssm.h"
#include "services/cloudformation/types.h"

static int put_parameter(struct cfn_resource *r)
{
	value *in = cfn_pick(r, "Type Value Description AllowedPattern Tier Policies DataType");
	bool exists = r->before != NULL;
	if (!exists)
		cfn_name(r, "Name", 256);
	cfn_put(r, in, "Name", r->physical);
	if (exists)
		cfn_set(r->doc, in, "Overwrite", yyjson_mut_true(r->doc));
	else if (cfn_all_tags(r, cfn_get(r->properties, "Tags")))
		cfn_set(r->doc, in, "Tags", cfn_all_tags(r, cfn_get(r->properties, "Tags")));
	cfn_attribute(r, "Type", cfn_property(r, "Type"));
	cfn_attribute(r, "Value", cfn_property(r, "Value"));
	return cfn_call(r, &ssm_put_parameter_operation, in, NULL);
}

static int remove_parameter(struct cfn_resource *r)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, "Name", r->physical);
	return cfn_call_delete(r, &ssm_delete_parameter_operation, in);
}

const struct cfn_type cfn_types_ssm[] = {
	{ .name = "AWS::SSM::Parameter",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"Name Type Value Description AllowedPattern Tier Policies DataType Tags",
		.replace = "Name Type",
		.attributes = "Type Value",
		.create = put_parameter,
		.update = put_parameter,
		.remove = remove_parameter,
		.named = "Name" },
	{ 0 },
};
