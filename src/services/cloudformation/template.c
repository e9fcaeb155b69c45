/* Templates: parsed, transformed, checked before anything is made of them. */
#include "services/cloudformation/internal.h"
#include "services/cloudformation/types.h"
#include <stdlib.h>

static int invalid(struct call *call, struct str why)
{
	return fail(call, &cloudformation_validation_error, "%.*s", STR_ARG(why));
}

int cfn_template_text(struct call *call, struct str body, struct str url, struct str *out)
{
	if (body.p && url.p)
		return invalid(
			call, STR("Only one of TemplateBody or TemplateUrl may be specified."));
	if (url.p)
		return cfn_fetch_template(call, url, out);
	if (!body.p)
		return invalid(
			call, STR("Either Template URL or Template Body must be specified."));
	if (body.n > CFN_TEMPLATE_BODY_BYTES_MAX && call->http)
		return fail(call, &cloudformation_validation_error,
			"1 validation error detected: Value at 'templateBody' failed to satisfy "
			"constraint: Member must have "
			"length less than or equal to %d",
			CFN_TEMPLATE_BODY_BYTES_MAX);
	*out = body;
	return 0;
}

/* ---- structure ---- */

static int check_sections(struct call *call, value *root)
{
	static const char *const sections[] = { "AWSTemplateFormatVersion", "Description",
		"Metadata", "Parameters", "Mappings", "Conditions", "Transform", "Resources",
		"Outputs", "Globals", "Rules" };
	value *key, *section;
	if (!yyjson_mut_is_obj(root))
		return invalid(call, STR("Template format error: unsupported structure."));
	CFN_OBJECT_FOR(key, section, root)
	{
		bool known = false;
		for (size_t i = 0; i < COUNT_OF(sections); i++)
			known = known || str_is(cfn_text(key), sections[i]);
		if (str_is(cfn_text(key), "Hooks"))
			return fail(call, &cloudformation_validation_error,
				"Template error: the section %.*s is not served by this server.",
				STR_ARG(cfn_text(key)));
		if (!known)
			return fail(call, &cloudformation_validation_error,
				"Invalid template property or properties [%.*s]",
				STR_ARG(cfn_text(key)));
	}
	struct str version = cfn_text(cfn_get(root, "AWSTemplateFormatVersion"));
	if (version.p && !str_is(version, "2010-09-09"))
		return invalid(
			call, STR("Template format error: Unsupported template format version."));
	static const char *const objects[] = { "Parameters", "Mappings", "Conditions", "Outputs",
		"Metadata", "Rules" };
	for (size_t i = 0; i < COUNT_OF(objects); i++)
		if (cfn_get(root, objects[i]) && !yyjson_mut_is_obj(cfn_get(root, objects[i])) &&
			!yyjson_mut_is_null(cfn_get(root, objects[i])))
			return fail(call, &cloudformation_validation_error,
				"Template format error: [/%s] must be an object.", objects[i]);
	return 0;
}

static int check_count(struct call *call, value *section, const char *name, size_t max)
{
	size_t n = yyjson_mut_obj_size(section);
	if (n > max)
		return fail(call, &cloudformation_validation_error,
			"Template format error: Number of %s, %zu, is greater than maximum allowed, %zu",
			name, n, max);
	return 0;
}

static bool is_alphanumeric(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			    (s.p[i] >= '0' && s.p[i] <= '9')))
			return false;
	return s.n > 0;
}

static int check_resource(struct call *call, struct str name, value *r)
{
	static const char *const members[] = { "Type", "Properties", "DependsOn", "Condition",
		"Metadata", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy",
		"CreationPolicy", "Description", "Connectors", "IgnoreGlobals" };
	value *key, *member;
	if (str_starts(name, STR("Fn::ForEach")))
		return invalid(call,
			STR("Template error: Fn::ForEach needs the transform AWS::LanguageExtensions."));
	if (!is_alphanumeric(name))
		return fail(call, &cloudformation_validation_error,
			"Template format error: Resource name %.*s is non alphanumeric.",
			STR_ARG(name));
	if (!yyjson_mut_is_obj(r))
		return fail(call, &cloudformation_validation_error,
			"Template format error: [/Resources/%.*s] resource definition is malformed",
			STR_ARG(name));
	if (!yyjson_mut_is_str(cfn_get(r, "Type")))
		return fail(call, &cloudformation_validation_error,
			"Template format error: [/Resources/%.*s] Every Resources object must "
			"contain a Type member.",
			STR_ARG(name));
	CFN_OBJECT_FOR(key, member, r)
	{
		bool known = false;
		for (size_t i = 0; i < COUNT_OF(members); i++)
			known = known || str_is(cfn_text(key), members[i]);
		if (!known)
			return fail(call, &cloudformation_validation_error,
				"Invalid template resource property '%.*s'",
				STR_ARG(cfn_text(key)));
	}
	static const char *const policies[] = { "DeletionPolicy", "UpdateReplacePolicy" };
	for (size_t i = 0; i < COUNT_OF(policies); i++) {
		struct str policy = cfn_text(cfn_get(r, policies[i]));
		if (policy.p && !str_is(policy, "Delete") && !str_is(policy, "Retain") &&
			!str_is(policy, "Snapshot") &&
			!(i == 0 && str_is(policy, "RetainExceptOnCreate")))
			return fail(call, &cloudformation_validation_error,
				"Template format error: Unrecognized %s %.*s for resource %.*s",
				policies[i], STR_ARG(policy), STR_ARG(name));
	}
	if (cfn_get(r, "CreationPolicy"))
		return fail(call, &cloudformation_validation_error,
			"Template error: CreationPolicy of resource %.*s is not served: no "
			"signals are waited for.",
			STR_ARG(name));
	return 0;
}

static int check_resources(struct call *call, struct cfn_template *t)
{
	value *key, *r;
	if (!yyjson_mut_is_obj(t->resources) || !yyjson_mut_obj_size(t->resources))
		return invalid(call,
			STR("Template format error: At least one Resources member must be defined."));
	if (check_count(call, t->resources, "resources", CFN_RESOURCES_MAX) < 0 ||
		check_count(call, cfn_get(t->root, "Parameters"), "parameters",
			CFN_PARAMETERS_MAX) < 0 ||
		check_count(call, cfn_get(t->root, "Mappings"), "mappings", CFN_MAPPINGS_MAX) < 0 ||
		check_count(call, cfn_get(t->root, "Outputs"), "outputs", CFN_OUTPUTS_MAX) < 0)
		return -1;
	CFN_OBJECT_FOR(key, r, t->resources)
	if (check_resource(call, cfn_text(key), r) < 0)
		return -1;
	return 0;
}

/* ---- transforms ---- */

static int extend(struct call *call, struct cfn_template *t,
	const struct cloudformation_parameter_records *parameters)
{
	struct cloudformation_stack_content content = { 0 };
	struct cfn_eval e;
	if (parameters)
		content.parameters = *parameters;
	else
		cfn_parameters_default(call, t, &content.parameters);
	cfn_eval_init(&e, call, t, &content, STR("stack"), STR("stack"));
	t->is_transformed = t->has_extensions = true;
	if (cfn_language_transform(&e) < 0)
		return fail(call, &cloudformation_validation_error,
			"Transform AWS::LanguageExtensions failed with: %.*s", STR_ARG(e.error));
	return 0;
}

static int transform_one(struct call *call, struct cfn_template *t, struct str name)
{
	struct str why = { 0 };
	if (str_is(name, "AWS::LanguageExtensions"))
		return 0;
	if (!str_is(name, "AWS::Serverless-2016-10-31"))
		return fail(call, &cloudformation_validation_error,
			"No transform named %.*s found.", STR_ARG(name));
	t->is_transformed = true;
	if (cfn_sam_transform(t->arena, t->doc, t->root, &why) < 0)
		return fail(call, &cloudformation_validation_error,
			"Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless "
			"Application Specification "
			"document. %.*s",
			STR_ARG(why));
	return 0;
}

static bool has_extensions(value *transforms)
{
	value *item;
	if (yyjson_mut_is_arr(transforms))
		CFN_ARRAY_FOR(item, transforms)
	if (str_is(cfn_text(item), "AWS::LanguageExtensions"))
		return true;
	return str_is(cfn_text(transforms), "AWS::LanguageExtensions");
}

static int transform(struct call *call, struct cfn_template *t,
	const struct cloudformation_parameter_records *parameters)
{
	value *transforms = cfn_get(t->root, "Transform"), *item;
	/* Loops make what the others read. */
	if (has_extensions(transforms) && extend(call, t, parameters) < 0)
		return -1;
	if (yyjson_mut_is_str(transforms) && transform_one(call, t, cfn_text(transforms)) < 0)
		return -1;
	if (yyjson_mut_is_obj(transforms) &&
		transform_one(call, t, cfn_text(cfn_get(transforms, "Name"))) < 0)
		return -1;
	if (yyjson_mut_is_arr(transforms))
		CFN_ARRAY_FOR(item, transforms)
	if (transform_one(call, t,
		    yyjson_mut_is_obj(item) ? cfn_text(cfn_get(item, "Name")) : cfn_text(item)) < 0)
		return -1;
	if (!t->is_transformed)
		return 0;
	yyjson_mut_obj_remove_key(t->root, "Transform");
	t->resources = cfn_get(t->root, "Resources");
	t->processed = cfn_json_write(call->arena, t->root);
	return 0;
}

int cfn_template_parse(struct call *call, struct str text, struct cfn_template *out)
{
	struct str why = { 0 };
	*out = (struct cfn_template){ .arena = call->arena, .doc = cfn_doc_new(call->arena) };
	if (cfn_template_read(call->arena, out->doc, text, &out->root, &why) < 0)
		return invalid(
			call, why.p ? why : STR("Template format error: unsupported structure."));
	if (check_sections(call, out->root) < 0)
		return -1;
	out->resources = cfn_get(out->root, "Resources");
	return 0;
}

int cfn_template_expand(struct call *call, struct cfn_template *t,
	const struct cloudformation_parameter_records *parameters)
{
	if (yyjson_mut_is_obj(t->resources) && transform(call, t, parameters) < 0)
		return -1;
	return check_resources(call, t);
}

int cfn_template_load(struct call *call, struct str text, struct cfn_template *out)
{
	if (cfn_template_parse(call, text, out) < 0)
		return -1;
	return cfn_template_expand(call, out, NULL);
}

int cfn_template_of(struct call *call, const struct cloudformation_stack_content *content,
	struct cfn_template *out)
{
	return cfn_template_load(
		call, content->processed.p ? content->processed : content->template, out);
}

/* ---- references ---- */

struct ref_check {
	const struct cfn_template *t;
	struct call *call;
	const char *block;
	struct str bad, bad_attribute, of_type;
	bool is_attribute;
};

static void check_ref(void *arg, struct str name, struct str attribute)
{
	struct ref_check *c = arg;
	value *resource = cfn_get_str(c->t->resources, name);
	if (c->bad.p || c->bad_attribute.p)
		return;
	if (attribute.p ? !resource
			: !resource && !cfn_is_pseudo(name) &&
				  !cfn_get_str(cfn_get(c->t->root, "Parameters"), name)) {
		c->bad = name.p ? name : STR("");
		c->is_attribute = attribute.p != NULL;
		return;
	}
	const struct cfn_type *type =
		attribute.n ? cfn_type_find(cfn_text(cfn_get(resource, "Type"))) : NULL;
	if (type && !cfn_type_has_attribute(type, attribute)) {
		c->bad_attribute = attribute;
		c->bad = name;
	}
}

static int say_bad_ref(struct call *call, const struct ref_check *c)
{
	if (!c->bad.p)
		return 0;
	if (c->bad_attribute.p)
		return fail(call, &cloudformation_validation_error,
			"Template error: resource %.*s does not support attribute type %.*s in Fn::GetAtt",
			STR_ARG(c->bad), STR_ARG(c->bad_attribute));
	if (c->is_attribute)
		return fail(call, &cloudformation_validation_error,
			"Template error: instance of Fn::GetAtt references undefined resource %.*s",
			STR_ARG(c->bad));
	return fail(call, &cloudformation_validation_error,
		"Template format error: Unresolved resource dependencies [%.*s] in the %s block "
		"of the template",
		STR_ARG(c->bad), c->block);
}

static int check_depends_on(struct call *call, const struct cfn_template *t, value *definition)
{
	value *depends = cfn_get(definition, "DependsOn"), *item;
	struct ref_check c = { .t = t, .call = call, .block = "Resources" };
	if (yyjson_mut_is_str(depends) && !cfn_get_str(t->resources, cfn_text(depends)))
		c.bad = cfn_text(depends);
	if (yyjson_mut_is_arr(depends))
		CFN_ARRAY_FOR(item, depends)
	if (!cfn_get_str(t->resources, cfn_text(item)))
		c.bad = cfn_text(item).p ? cfn_text(item) : STR("");
	return say_bad_ref(call, &c);
}

int cfn_template_check(struct call *call, const struct cfn_template *t, struct cfn_eval *e)
{
	struct cfn_graph graph;
	value *key, *definition;
	struct ref_check c = { .t = t, .call = call, .block = "Resources" };
	if (cfn_functions_check(call, t) < 0)
		return -1;
	CFN_OBJECT_FOR(key, definition, t->resources)
	{
		cfn_refs(NULL, cfn_get(definition, "Properties"), check_ref, &c);
		if (say_bad_ref(call, &c) < 0 || check_depends_on(call, t, definition) < 0)
			return -1;
	}
	c.block = "Outputs";
	cfn_refs(NULL, cfn_get(t->root, "Outputs"), check_ref, &c);
	if (say_bad_ref(call, &c) < 0)
		return -1;
	value *conditions = cfn_get(t->root, "Conditions");
	if (yyjson_mut_is_obj(conditions))
		CFN_OBJECT_FOR(key, definition, conditions)
	if (cfn_condition(e, cfn_text(key)) < 0)
		return invalid(call, e->error);
	if (cfn_graph_make(e, t->resources, &graph) < 0)
		return invalid(call, e->error);
	if (!graph.n)
		return invalid(call,
			STR("Template format error: no resource is left once conditions are applied."));
	return 0;
}

/* ---- capabilities ---- */

/* CloudFormation User Guide, "Acknowledging IAM resources in CloudFormation templates". */
static const struct {
	const char *type, *name;
} iam_types[] = {
	{ "AWS::IAM::Role", "RoleName" },
	{ "AWS::IAM::User", "UserName" },
	{ "AWS::IAM::Group", "GroupName" },
	{ "AWS::IAM::ManagedPolicy", "ManagedPolicyName" },
	{ "AWS::IAM::Policy", NULL },
	{ "AWS::IAM::UserPolicy", NULL },
	{ "AWS::IAM::RolePolicy", NULL },
	{ "AWS::IAM::AccessKey", NULL },
	{ "AWS::IAM::InstanceProfile", "InstanceProfileName" },
	{ "AWS::IAM::UserToGroupAddition", NULL },
};

void cfn_template_capabilities(struct call *call, const struct cfn_template *t,
	struct cloudformation_capabilities *out, struct str *reason)
{
	struct buf types = { 0 };
	bool named = false, any = false;
	value *key, *r;
	CFN_OBJECT_FOR(key, r, t->resources)
	for (size_t i = 0; i < COUNT_OF(iam_types); i++) {
		if (!str_is(cfn_text(cfn_get(r, "Type")), iam_types[i].type))
			continue;
		if (str_find(buf_view(&types), str_c(iam_types[i].type)) < 0)
			buf_printf(&types, "%s%s", types.n ? ", " : "", iam_types[i].type);
		any = true;
		named = named ||
			(iam_types[i].name && cfn_get(cfn_get(r, "Properties"), iam_types[i].name));
	}
	*out = (struct cloudformation_capabilities){ ARENA_ARRAY(call->arena, struct str, 2), 0 };
	if (any) {
		out->v[out->n++] = named ? STR("CAPABILITY_NAMED_IAM") : STR("CAPABILITY_IAM");
		*reason = arena_printf(call->arena,
			"The following resource(s) require capabilities: [%.*s]",
			STR_ARG(buf_view(&types)));
	}
	if (t->is_transformed)
		out->v[out->n++] = STR("CAPABILITY_AUTO_EXPAND");
	buf_fini(&types);
}

void cfn_eval_init(struct cfn_eval *e, struct call *call, const struct cfn_template *t,
	const struct cloudformation_stack_content *content, struct str stack_name,
	struct str stack_id)
{
	value *parameters = yyjson_mut_obj(t->doc), *declared = cfn_get(t->root, "Parameters"),
	      *notices = yyjson_mut_arr(t->doc);
	for (size_t i = 0; i < content->parameters.n; i++) {
		const struct cloudformation_parameter_record *p = &content->parameters.v[i];
		struct str type = cfn_text(cfn_get(cfn_get_str(declared, p->key), "Type")),
			   rest = p->value, item;
		value *v = cfn_string(t->doc, p->value);
		if (str_starts(type, STR("List<")) || str_is(type, "CommaDelimitedList") ||
			str_find(type, STR("Value<List<")) >= 0) {
			v = yyjson_mut_arr(t->doc);
			while (rest.n && str_cut(&rest, ',', &item))
				yyjson_mut_arr_append(v, cfn_string(t->doc, str_trim(item)));
		}
		cfn_set_str(t->doc, parameters, p->key, v);
	}
	for (size_t i = 0; i < content->notification_ar_ns.n; i++)
		yyjson_mut_arr_append(
			notices, cfn_string(t->doc, content->notification_ar_ns.v[i]));
	*e = (struct cfn_eval){
		.arena = t->arena,
		.doc = t->doc,
		.root = t->root,
		.parameters = parameters,
		.conditions = yyjson_mut_obj(t->doc),
		.account = call->identity.account,
		.region = call->identity.region,
		.stack_name = stack_name,
		.stack_id = stack_id,
		.notices = notices,
	};
}
