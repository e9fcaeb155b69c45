/* A CloudFormation or SAM template's local code: packaged, and named where it will be, as `aws
 * cloudformation package`. */
#include "deploy/internal.h"
#include <errno.h>

/* Where a resource type names code, and how the place of an archive is written there. */
static const struct {
	const char *type, *property;
	const char *form; /* bucket, key */
} places[] = {
	{ "AWS::Serverless::Function", "CodeUri", "{'Bucket': %s, 'Key': %s}" },
	{ "AWS::Serverless::LayerVersion", "ContentUri", "{'Bucket': %s, 'Key': %s}" },
	{ "AWS::Lambda::Function", "Code", "{'S3Bucket': %s, 'S3Key': %s}" },
	{ "AWS::Lambda::LayerVersion", "Content", "{'S3Bucket': %s, 'S3Key': %s}" },
};

static int package_property(struct deploy *d, yyjson_mut_val *properties, size_t i)
{
	struct str name = str_c(places[i].property), path = tree_str(tree_get(properties, name));
	struct deploy_package *package;
	if (str_starts(path, STR("s3://")) || str_starts(path, STR("http")))
		return 0;
	int r = packages_for_path(d, path, &package);
	if (r == 0)
		yyjson_mut_obj_put(properties, deploy_tree(d, "%s", name),
			deploy_tree(d, places[i].form, d->bucket, package->key));
	return r;
}

static int package_resource(
	struct deploy *d, struct str id, yyjson_mut_val *resource, bool has_global)
{
	static const char *const local_only[] = { "AWS::CloudFormation::Stack",
		"AWS::Serverless::Application" };
	struct str type = tree_str(tree_get(resource, STR("Type")));
	yyjson_mut_val *properties = tree_get(resource, STR("Properties"));
	for (size_t i = 0; i < COUNT_OF(local_only); i++) {
		struct str url =
			tree_str(deploy_at(properties, i == 0 ? "TemplateURL" : "Location"));
		if (str_is(type, local_only[i]) && url.p && !str_starts(url, STR("http")))
			return deploy_fail(d,
				"%.*s: a nested template beside this one is not supported",
				STR_ARG(id));
	}
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		yyjson_mut_val *there = tree_get(properties, str_c(places[i].property));
		if (!str_is(type, places[i].type))
			continue;
		if (!yyjson_mut_is_obj(properties)) {
			properties = deploy_tree(d, "{}");
			yyjson_mut_obj_put(resource, deploy_tree(d, "'Properties'"), properties);
		}
		bool is_image = str_is(tree_str(tree_get(properties, STR("PackageType"))), "Image");
		if (!there && (is_image || tree_get(properties, STR("InlineCode")) ||
				      (i == 0 && has_global)))
			continue;
		if (!there)
			yyjson_mut_obj_put(properties, deploy_tree(d, "%c", places[i].property),
				deploy_tree(d, "'.'"));
		else if (!yyjson_mut_is_str(there))
			continue;
		return package_property(d, properties, i);
	}
	return 0;
}

int template_package(struct deploy *d)
{
	yyjson_mut_val *resources = tree_get(d->config, STR("Resources")), *key;
	yyjson_mut_val *globals = deploy_at(d->config, "Globals.Function");
	yyjson_mut_obj_iter it;
	bool has_global = yyjson_mut_is_str(tree_get(globals, STR("CodeUri")));
	int r = has_global ? package_property(d, globals, 0) : 0;
	if (!yyjson_mut_is_obj(resources))
		return deploy_fail(d, "%.*s: Resources is no table", STR_ARG(d->config_name));
	yyjson_mut_obj_iter_init(resources, &it);
	while (r == 0 && (key = yyjson_mut_obj_iter_next(&it)))
		r = package_resource(
			d, tree_str(key), yyjson_mut_obj_iter_get_val(key), has_global);
	return r;
}
