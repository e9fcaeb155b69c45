/* Reading a service's folder, and its template as a whole. */
#include "base/encode.h"
#include "deploy/internal.h"
#include "deploy/keys.h"
#include "deploy/limits.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const config_names[] = { "serverless.yml", "serverless.yaml", "serverless.json",
	"template.yaml", "template.yml", "template.json" };

/* Plugins for work on one's own machine: nothing of theirs belongs in a deployment. */
static const char *const local_plugins[] = { "serverless-offline", "serverless-offline-sqs",
	"serverless-offline-sns", "serverless-offline-ssm", "serverless-dotenv-plugin",
	"serverless-localstack", "serverless-dynamodb-local", "serverless-dynamodb",
	"serverless-s3-local", "serverless-prune-plugin", "serverless-deployment-bucket", NULL };

static struct str folder_name(struct deploy *d)
{
	char *real = realpath(arena_cstr(&d->arena, d->folder), NULL);
	struct str s = str_c(real ? real : "service");
	struct str name = arena_str(&d->arena, str_from(s, (size_t)(str_rindex(s, '/') + 1)));
	free(real);
	char *p = (char *)(uintptr_t)name.p;
	for (size_t i = 0; i < name.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-",
			    p[i]))
			p[i] = '-';
	return name.n > 0 ? name : STR("service");
}

static int load_service(struct deploy *d)
{
	int r = variables_resolve(d);
	yyjson_mut_val *service = tree_get(d->config, STR("service"));
	d->service = yyjson_mut_is_obj(service) ? tree_str(tree_get(service, STR("name")))
						: tree_str(service);
	if (r < 0)
		return r;
	if (d->service.n == 0)
		return deploy_fail(d, "%.*s: service has no name", STR_ARG(d->config_name));
	struct str cloud = tree_str(deploy_at(d->config, "provider.name")),
		   stack = tree_str(deploy_at(d->config, "provider.stackName"));
	if (!str_is(cloud, "aws"))
		return deploy_fail(
			d, "provider.name: \"%.*s\" is not supported, only aws is", STR_ARG(cloud));
	d->stack = stack.p ? stack
			   : arena_printf(&d->arena, "%.*s-%.*s", STR_ARG(d->service),
				     STR_ARG(d->stage));
	return 0;
}

/* A configuration that is a program is none that can be read here: refuses it if it stands there.
 */
static int check_programs(struct deploy *d, const char *config_name)
{
	static const char *const endings[] = { ".js", ".cjs", ".mjs", ".ts" };
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		struct str name = config_name ? str_c(config_name)
					      : arena_printf(&d->arena, "serverless%s", endings[i]);
		if (str_ends(name, str_c(endings[i])) &&
			access(arena_cstr(&d->arena, deploy_path(d, name)), F_OK) == 0)
			return deploy_fail(d,
				"%.*s: a configuration that is a program is not supported: write it as "
				"serverless.yml (osls print --format yaml does)",
				STR_ARG(name));
	}
	return 0;
}

int deploy_load(struct deploy *d, const char *config_name)
{
	int r = -ENOENT;
	arena_init(&d->arena, DEPLOY_ARENA_BYTES_MAX);
	d->doc = tree_new(&d->arena);
	if (config_name && (r = check_programs(d, config_name)) < 0)
		return r;
	r = -ENOENT;
	d->instance_id = arena_printf(&d->arena, "%08x", (unsigned)getpid() * 2654435761u);
	for (size_t i = 0; i < (config_name ? 1 : COUNT_OF(config_names)) && r == -ENOENT; i++) {
		d->config_name = str_c(config_name ? config_name : config_names[i]);
		r = deploy_read_tree(d, deploy_path(d, d->config_name), &d->config);
	}
	if (r == -ENOENT && !config_name && check_programs(d, NULL) < 0)
		return -EINVAL;
	if (r == -ENOENT) {
		deploy_fail(d,
			config_name ? "%s: there is no such file"
				    : "no serverless.yml and no template.yaml here",
			config_name);
		return r;
	}
	if (r < 0)
		return r;
	if (!yyjson_mut_is_obj(d->config))
		return deploy_fail(d, "%.*s: not a table of settings", STR_ARG(d->config_name));
	d->is_template = tree_get(d->config, STR("Resources")) != NULL;
	if (d->is_template) {
		d->stage = d->option_stage;
		if (d->option_region.p)
			d->region = d->option_region;
		d->service = folder_name(d);
		d->stack = d->stage.p ? arena_printf(&d->arena, "%.*s-%.*s", STR_ARG(d->service),
						STR_ARG(d->stage))
				      : d->service;
	} else {
		r = load_service(d);
	}
	if (r < 0 && !d->why[0])
		deploy_fail(d, "%.*s: %s", STR_ARG(d->config_name), strerror(-r));
	d->key_prefix = arena_printf(&d->arena, "%.*s/", STR_ARG(d->stack));
	return r;
}

static void check_plugins(struct deploy *d)
{
	yyjson_mut_val *plugins = tree_get(d->config, STR("plugins")), *item;
	yyjson_mut_arr_iter it;
	if (yyjson_mut_is_obj(plugins))
		plugins = tree_get(plugins, STR("modules"));
	if (!yyjson_mut_is_arr(plugins))
		return;
	yyjson_mut_arr_iter_init(plugins, &it);
	while ((item = yyjson_mut_arr_iter_next(&it))) {
		size_t i = 0;
		while (local_plugins[i] && !str_is(tree_str(item), local_plugins[i]))
			i++;
		if (!local_plugins[i])
			deploy_warn(d, "the plugin %.*s is not run: what it would add is missing",
				STR_ARG(tree_str(item)));
	}
}

/* Puts the members of from into into: objects into objects, anything else in place of what was
 * there. */
static void merge(struct deploy *d, yyjson_mut_val *into, yyjson_mut_val *from)
{
	yyjson_mut_obj_iter it;
	yyjson_mut_val *key;
	yyjson_mut_obj_iter_init(from, &it);
	while ((key = yyjson_mut_obj_iter_next(&it))) {
		yyjson_mut_val *val = yyjson_mut_obj_iter_get_val(key),
			       *there = tree_get(into, tree_str(key));
		if (yyjson_mut_is_obj(there) && yyjson_mut_is_obj(val))
			merge(d, there, val);
		else
			yyjson_mut_obj_put(
				into, deploy_tree(d, "%v", key), deploy_tree(d, "%v", val));
	}
}

static int merge_resources(struct deploy *d, yyjson_mut_val *template, yyjson_mut_val *resources)
{
	static const char *const known[] = { "Resources", "Outputs", "Conditions", "Mappings",
		"Parameters", "Metadata", "Description", "extensions", "Transform", "Rules",
		"AWSTemplateFormatVersion", NULL };
	yyjson_mut_arr_iter list;
	yyjson_mut_obj_iter it;
	yyjson_mut_val *item, *key, *extensions = tree_get(resources, STR("extensions"));
	int r = deploy_check_keys(d, resources, "resources", known);
	yyjson_mut_arr_iter_init(resources, &list);
	while (r == 0 && yyjson_mut_is_arr(resources) && (item = yyjson_mut_arr_iter_next(&list)))
		r = merge_resources(d, template, item);
	if (r < 0 || !yyjson_mut_is_obj(resources))
		return r;
	if (extensions)
		yyjson_mut_obj_remove_key(resources, "extensions");
	merge(d, template, resources);
	if (!yyjson_mut_is_obj(extensions))
		return 0;
	yyjson_mut_obj_iter_init(extensions, &it);
	while (r == 0 && (key = yyjson_mut_obj_iter_next(&it))) {
		yyjson_mut_val *there =
			tree_get(tree_get(template, STR("Resources")), tree_str(key));
		if (!there)
			return deploy_fail_at(d,
				arena_printf(&d->arena, "resources.extensions.%.*s",
					STR_ARG(tree_str(key)))
					.p,
				"resources.extensions: there is no resource %.*s",
				STR_ARG(tree_str(key)));
		merge(d, there, yyjson_mut_obj_iter_get_val(key));
	}
	return r;
}

/* Types that the server can't make are refused before anything is uploaded. */
static int check_types(struct deploy *d)
{
	yyjson_mut_obj_iter it;
	yyjson_mut_val *key;
	yyjson_mut_obj_iter_init(d->resources, &it);
	while ((key = yyjson_mut_obj_iter_next(&it))) {
		struct str id = tree_str(key),
			   type = tree_str(tree_get(yyjson_mut_obj_iter_get_val(key), STR("Type")));
		const char *path =
			arena_printf(&d->arena, "resources.Resources.%.*s.Type", STR_ARG(id)).p;
		if (type.p && !deploy_serves(d, arena_cstr(&d->arena, type), NULL))
			return deploy_fail_at(d, path, "%.*s: the type %.*s is not served",
				STR_ARG(id), STR_ARG(type));
	}
	return 0;
}

static int write_template(struct deploy *d, yyjson_mut_val *template)
{
	size_t n;
	yyjson_alc alc = tree_alc(&d->arena);
	char *text = yyjson_mut_val_write_opts(template, 0, &alc, &n, NULL);
	if (!text)
		return -ENOMEM;
	d->template = (struct str){ text, n };
	return 0;
}

static int build_service(struct deploy *d)
{
	int r = keys_check(d);
	yyjson_mut_val *template = deploy_tree(d,
		"{'AWSTemplateFormatVersion': '2010-09-09', 'Description': %s,"
		"'Resources': {}, 'Outputs': {}}",
		arena_printf(&d->arena, "The AWS CloudFormation template for this "
					"Serverless application"));
	d->resources = tree_get(template, STR("Resources"));
	d->outputs = tree_get(template, STR("Outputs"));
	d->statements = deploy_tree(d, "[]");
	d->log_names = deploy_tree(d, "[]");
	check_plugins(d);
	if (r == 0)
		r = layers_translate(d);
	if (r == 0)
		r = functions_translate(d);
	if (r == 0)
		r = role_translate(d);
	deploy_output(
		d, STR("ServerlessDeploymentBucketName"), NULL, deploy_tree(d, "%s", d->bucket));
	if (r == 0)
		r = merge_resources(d, template, tree_get(d->config, STR("resources")));
	if (r == 0)
		r = check_types(d);
	return r < 0 ? r : write_template(d, template);
}

int deploy_build(struct deploy *d)
{
	int r = d->is_template ? template_package(d) : build_service(d);
	if (r == 0 && d->is_template)
		r = write_template(d, d->config);
	if (r < 0 && !d->why[0])
		deploy_fail(d, "%.*s: %s", STR_ARG(d->config_name), strerror(-r));
	return r;
}
