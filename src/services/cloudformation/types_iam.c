/* Resource types of IAM. */
#include "api/iam.h"
#include "services/cloudformation/types.h"

/* What users and roles have alike. */
struct principal {
	const char *member; /* "RoleName" */
	const struct operation *put_policy, *delete_policy, *attach, *detach;
};
static const struct principal role_kind = { "RoleName", &iam_put_role_policy_operation,
	&iam_delete_role_policy_operation, &iam_attach_role_policy_operation,
	&iam_detach_role_policy_operation };
static const struct principal user_kind = { "UserName", &iam_put_user_policy_operation,
	&iam_delete_user_policy_operation, &iam_attach_user_policy_operation,
	&iam_detach_user_policy_operation };

static value *input_of(struct cfn_resource *r, const char *member, struct str name)
{
	value *in = yyjson_mut_obj(r->doc);
	cfn_put(r, in, member, name);
	return in;
}

static int put_policy(struct cfn_resource *r, const struct principal *kind, struct str who,
	struct str name, value *document)
{
	value *in = input_of(r, kind->member, who);
	cfn_put(r, in, "PolicyName", name);
	cfn_set(r->doc, in, "PolicyDocument", cfn_copy(r->doc, document));
	return cfn_call(r, kind->put_policy, in, NULL);
}

static int delete_policy(
	struct cfn_resource *r, const struct principal *kind, struct str who, struct str name)
{
	value *in = input_of(r, kind->member, who);
	cfn_put(r, in, "PolicyName", name);
	return cfn_call_delete(r, kind->delete_policy, in);
}

static int attach(struct cfn_resource *r, const struct principal *kind, struct str who,
	struct str arn, bool on)
{
	value *in = input_of(r, kind->member, who);
	cfn_put(r, in, "PolicyArn", arn);
	return on ? cfn_call(r, kind->attach, in, NULL) : cfn_call_delete(r, kind->detach, in);
}

static bool has_text(value *list, struct str text)
{
	value *item;
	if (yyjson_mut_is_arr(list))
		CFN_ARRAY_FOR(item, list)
	if (str_eq(cfn_text(item), text))
		return true;
	return false;
}

static bool has_policy(value *list, struct str name)
{
	value *item;
	if (yyjson_mut_is_arr(list))
		CFN_ARRAY_FOR(item, list)
	if (str_eq(cfn_text(cfn_get(item, "PolicyName")), name))
		return true;
	return false;
}

/* Inline and attached policies: those that there are to be put, those that were taken off. */
static int set_policies(
	struct cfn_resource *r, const struct principal *kind, value *before, value *now)
{
	value *item, *policies = cfn_get(now, "Policies"),
		     *arns = cfn_get(now, "ManagedPolicyArns");
	value *old_policies = cfn_get(before, "Policies"),
	      *old_arns = cfn_get(before, "ManagedPolicyArns");
	if (yyjson_mut_is_arr(policies))
		CFN_ARRAY_FOR(item, policies)
	if (put_policy(r, kind, r->physical, cfn_text(cfn_get(item, "PolicyName")),
		    cfn_get(item, "PolicyDocument")) < 0)
		return -1;
	if (yyjson_mut_is_arr(arns))
		CFN_ARRAY_FOR(item, arns)
	if (!has_text(old_arns, cfn_text(item)) &&
		attach(r, kind, r->physical, cfn_text(item), true) < 0)
		return -1;
	if (yyjson_mut_is_arr(old_policies))
		CFN_ARRAY_FOR(item, old_policies)
	if (!has_policy(policies, cfn_text(cfn_get(item, "PolicyName"))) &&
		delete_policy(r, kind, r->physical, cfn_text(cfn_get(item, "PolicyName"))) < 0)
		return -1;
	if (yyjson_mut_is_arr(old_arns))
		CFN_ARRAY_FOR(item, old_arns)
	if (!has_text(arns, cfn_text(item)) &&
		attach(r, kind, r->physical, cfn_text(item), false) < 0)
		return -1;
	return 0;
}

/* ---- AWS::IAM::Role ---- */

static int create_role(struct cfn_resource *r)
{
	struct iam_create_role_output *out;
	value *in = cfn_pick(r,
		"AssumeRolePolicyDocument Description MaxSessionDuration Path PermissionsBoundary");
	value *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	cfn_put(r, in, "RoleName", cfn_name(r, "RoleName", 64));
	if (tags)
		cfn_set(r->doc, in, "Tags", tags);
	if (cfn_call(r, &iam_create_role_operation, in, (void **)&out) < 0)
		return -1;
	cfn_attribute(r, "Arn", out->role->arn);
	cfn_attribute(r, "RoleId", out->role->role_id);
	return set_policies(r, &role_kind, NULL, r->properties);
}

static int update_role(struct cfn_resource *r)
{
	value *in = input_of(r, "RoleName", r->physical);
	if (cfn_changed(r, "AssumeRolePolicyDocument")) {
		cfn_set(r->doc, in, "PolicyDocument",
			cfn_copy(r->doc, cfn_get(r->properties, "AssumeRolePolicyDocument")));
		if (cfn_call(r, &iam_update_assume_role_policy_operation, in, NULL) < 0)
			return -1;
	}
	in = cfn_pick(r, "Description MaxSessionDuration");
	cfn_put(r, in, "RoleName", r->physical);
	if (cfn_call(r, &iam_update_role_operation, in, NULL) < 0)
		return -1;
	if (cfn_changed(r, "PermissionsBoundary")) {
		in = cfn_pick(r, "PermissionsBoundary");
		const struct operation *op =
			yyjson_mut_obj_size(in) ? &iam_put_role_permissions_boundary_operation
						: &iam_delete_role_permissions_boundary_operation;
		cfn_put(r, in, "RoleName", r->physical);
		if (cfn_call(r, op, in, NULL) < 0)
			return -1;
	}
	if (cfn_change_tags(r, "RoleName", r->physical, &iam_tag_role_operation,
		    &iam_untag_role_operation) < 0)
		return -1;
	return set_policies(r, &role_kind, r->before, r->properties);
}

static int remove_role(struct cfn_resource *r)
{
	struct iam_get_role_output out = { 0 };
	struct iam_get_role_input get = { .role_name = r->physical };
	if (call_inner_asked(r->call, &iam_get_role_operation, &get, &out) < 0)
		return cfn_forgive_missing(r->call) ? 0 : -1;
	if (set_policies(r, &role_kind, r->properties, NULL) < 0)
		return -1;
	return cfn_call_delete(r, &iam_delete_role_operation, input_of(r, "RoleName", r->physical));
}

/* ---- AWS::IAM::User and AccessKey ---- */

static int create_user(struct cfn_resource *r)
{
	struct iam_create_user_output *out;
	value *in = cfn_pick(r, "Path PermissionsBoundary"),
	      *tags = cfn_all_tags(r, cfn_get(r->properties, "Tags"));
	cfn_put(r, in, "UserName", cfn_name(r, "UserName", 64));
	if (tags)
		cfn_set(r->doc, in, "Tags", tags);
	if (cfn_call(r, &iam_create_user_operation, in, (void **)&out) < 0)
		return -1;
	cfn_attribute(r, "Arn", out->user->arn);
	return set_policies(r, &user_kind, NULL, r->properties);
}

static int update_user(struct cfn_resource *r)
{
	if (cfn_change_tags(r, "UserName", r->physical, &iam_tag_user_operation,
		    &iam_untag_user_operation) < 0)
		return -1;
	return set_policies(r, &user_kind, r->before, r->properties);
}

static int remove_user(struct cfn_resource *r)
{
	struct iam_get_user_output out = { 0 };
	struct iam_get_user_input get = { .user_name = r->physical };
	if (call_inner_asked(r->call, &iam_get_user_operation, &get, &out) < 0)
		return cfn_forgive_missing(r->call) ? 0 : -1;
	if (set_policies(r, &user_kind, r->properties, NULL) < 0)
		return -1;
	return cfn_call_delete(r, &iam_delete_user_operation, input_of(r, "UserName", r->physical));
}

static int set_key_status(struct cfn_resource *r)
{
	value *in = cfn_pick(r, "UserName Status");
	cfn_put(r, in, "AccessKeyId", r->physical);
	return cfn_get(in, "Status") ? cfn_call(r, &iam_update_access_key_operation, in, NULL) : 0;
}

static int create_key(struct cfn_resource *r)
{
	struct iam_create_access_key_output *out;
	if (cfn_call(r, &iam_create_access_key_operation, cfn_pick(r, "UserName"), (void **)&out) <
		0)
		return -1;
	r->physical = out->access_key->access_key_id;
	cfn_attribute(r, "SecretAccessKey", out->access_key->secret_access_key);
	return set_key_status(r);
}

static int remove_key(struct cfn_resource *r)
{
	value *in = cfn_pick(r, "UserName");
	cfn_put(r, in, "AccessKeyId", r->physical);
	return cfn_call_delete(r, &iam_delete_access_key_operation, in);
}

/* ---- AWS::IAM::Policy: one document in several users and roles ---- */

static int each_holder(struct cfn_resource *r, value *from, bool put, value *except)
{
	static const struct {
		const char *list;
		const struct principal *kind;
	} holders[] = { { "Roles", &role_kind }, { "Users", &user_kind } };
	struct str name = cfn_text(cfn_get(from, "PolicyName"));
	value *item;
	for (size_t i = 0; i < COUNT_OF(holders); i++) {
		value *list = cfn_get(from, holders[i].list);
		if (!yyjson_mut_is_arr(list))
			continue;
		CFN_ARRAY_FOR(item, list)
		{
			struct str who = cfn_text(item);
			if (put && put_policy(r, holders[i].kind, who, name,
					   cfn_get(from, "PolicyDocument")) < 0)
				return -1;
			if (!put &&
				!(has_text(cfn_get(except, holders[i].list), who) &&
					str_eq(cfn_text(cfn_get(except, "PolicyName")), name)) &&
				delete_policy(r, holders[i].kind, who, name) < 0)
				return -1;
		}
	}
	return 0;
}

static int create_policy(struct cfn_resource *r)
{
	r->physical = cfn_make_name(r, 64, false);
	cfn_attribute(r, "Id", r->physical);
	if (!yyjson_mut_arr_size(cfn_get(r->properties, "Roles")) &&
		!yyjson_mut_arr_size(cfn_get(r->properties, "Users")))
		return fail(r->call, &aws_validation_exception,
			"At least one of [Groups,Roles,Users] must be non-empty.");
	return each_holder(r, r->properties, true, NULL);
}

static int update_policy(struct cfn_resource *r)
{
	cfn_attribute(r, "Id", r->physical);
	return each_holder(r, r->properties, true, NULL) < 0
		       ? -1
		       : each_holder(r, r->before, false, r->properties);
}

static int remove_policy(struct cfn_resource *r)
{
	return each_holder(r, r->properties, false, NULL);
}

/* ---- AWS::IAM::ManagedPolicy ---- */

static int attach_all(struct cfn_resource *r, value *from, bool on, value *except)
{
	value *item, *roles = cfn_get(from, "Roles"), *users = cfn_get(from, "Users");
	if (yyjson_mut_is_arr(roles))
		CFN_ARRAY_FOR(item, roles)
	if (!has_text(cfn_get(except, "Roles"), cfn_text(item)) &&
		attach(r, &role_kind, cfn_text(item), r->physical, on) < 0)
		return -1;
	if (yyjson_mut_is_arr(users))
		CFN_ARRAY_FOR(item, users)
	if (!has_text(cfn_get(except, "Users"), cfn_text(item)) &&
		attach(r, &user_kind, cfn_text(item), r->physical, on) < 0)
		return -1;
	return 0;
}

static int create_managed(struct cfn_resource *r)
{
	struct iam_create_policy_output *out;
	value *in = cfn_pick(r, "PolicyDocument Description Path");
	cfn_put(r, in, "PolicyName", cfn_name(r, "ManagedPolicyName", 128));
	if (cfn_call(r, &iam_create_policy_operation, in, (void **)&out) < 0)
		return -1;
	r->physical = out->policy->arn;
	cfn_attribute(r, "PolicyArn", r->physical);
	cfn_attribute(r, "PolicyId", out->policy->policy_id);
	return attach_all(r, r->properties, true, NULL);
}

/* Five versions are all that there may be: the oldest that is not in force goes. */
static int make_room(struct cfn_resource *r, size_t keep, bool all)
{
	struct iam_list_policy_versions_input list = { .policy_arn = r->physical };
	struct iam_list_policy_versions_output out = { 0 };
	if (call_inner_asked(r->call, &iam_list_policy_versions_operation, &list, &out) < 0)
		return -1;
	for (size_t i = out.versions.n; i-- > 0 && (all || out.versions.n > keep);) {
		if (out.versions.v[i].is_default_version.v)
			continue;
		value *in = input_of(r, "PolicyArn", r->physical);
		cfn_put(r, in, "VersionId", out.versions.v[i].version_id);
		if (cfn_call_delete(r, &iam_delete_policy_version_operation, in) < 0)
			return -1;
		if (!all)
			break;
	}
	return 0;
}

static int update_managed(struct cfn_resource *r)
{
	cfn_attribute(r, "PolicyArn", r->physical);
	if (cfn_changed(r, "PolicyDocument")) {
		value *in = cfn_pick(r, "PolicyDocument");
		cfn_put(r, in, "PolicyArn", r->physical);
		cfn_set(r->doc, in, "SetAsDefault", yyjson_mut_true(r->doc));
		if (make_room(r, 4, false) < 0 ||
			cfn_call(r, &iam_create_policy_version_operation, in, NULL) < 0)
			return -1;
	}
	return attach_all(r, r->properties, true, r->before) < 0
		       ? -1
		       : attach_all(r, r->before, false, r->properties);
}

static int remove_managed(struct cfn_resource *r)
{
	if (make_room(r, 0, true) < 0)
		return cfn_forgive_missing(r->call) ? 0 : -1;
	if (attach_all(r, r->properties, false, NULL) < 0)
		return -1;
	return cfn_call_delete(
		r, &iam_delete_policy_operation, input_of(r, "PolicyArn", r->physical));
}

const struct cfn_type cfn_types_iam[] = {
	{ .name = "AWS::IAM::Role",
		.flags = CFN_IN_TRANSACTION,
		.properties =
			"AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration Path "
			"PermissionsBoundary Policies RoleName Tags",
		.replace = "RoleName Path",
		.attributes = "Arn RoleId",
		.create = create_role,
		.update = update_role,
		.remove = remove_role,
		.named = "RoleName" },
	{ .name = "AWS::IAM::User",
		.flags = CFN_IN_TRANSACTION,
		.properties = "ManagedPolicyArns Path PermissionsBoundary Policies UserName Tags",
		.replace = "UserName Path PermissionsBoundary",
		.attributes = "Arn",
		.create = create_user,
		.update = update_user,
		.remove = remove_user,
		.named = "UserName" },
	{ .name = "AWS::IAM::AccessKey",
		.flags = CFN_IN_TRANSACTION,
		.properties = "UserName Status Serial",
		.replace = "UserName Serial",
		.attributes = "SecretAccessKey",
		.create = create_key,
		.update = set_key_status,
		.remove = remove_key },
	{ .name = "AWS::IAM::Policy",
		.flags = CFN_IN_TRANSACTION,
		.properties = "PolicyName PolicyDocument Roles Users",
		.replace = "",
		.attributes = "Id",
		.create = create_policy,
		.update = update_policy,
		.remove = remove_policy },
	{ .name = "AWS::IAM::ManagedPolicy",
		.flags = CFN_IN_TRANSACTION,
		.properties = "ManagedPolicyName PolicyDocument Description Path Roles Users",
		.replace = "ManagedPolicyName Description Path",
		.attributes = "PolicyArn PolicyId",
		.create = create_managed,
		.update = update_managed,
		.remove = remove_managed,
		.named = "ManagedPolicyName" },
	{ 0 },
};
