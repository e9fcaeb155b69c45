/* Layers of a serverless.yml as resources. */
#include "deploy/internal.h"
#include <errno.h>

/* Who else may use it: an account, "*" or an account's root. */
static int add_permissions(struct deploy *d, struct str normal, struct str id, yyjson_mut_val *who)
{
	yyjson_mut_arr_iter it;
	yyjson_mut_val *account;
	int r = 0;
	if (!yyjson_mut_is_arr(who))
		return 0;
	yyjson_mut_arr_iter_init(who, &it);
	while (r == 0 && (account = yyjson_mut_arr_iter_next(&it))) {
		struct str text = deploy_text(d, account),
			   name = str_is(text, "*") ? STR("Wild") : deploy_alnum(d, text);
		r = deploy_add(d,
			arena_printf(&d->arena, "%.*s%.*sLambdaLayerPermission", STR_ARG(normal),
				STR_ARG(name)),
			deploy_tree(d,
				"{'Type': 'AWS::Lambda::LayerVersionPermission', 'Properties': {"
				"'Action': 'lambda:GetLayerVersion', 'LayerVersionArn': {'Ref': %s}, "
				"'Principal': %s}}",
				id, text));
	}
	return r;
}

static int add_layer(struct deploy *d, struct str key, yyjson_mut_val *layer)
{
	struct deploy_package *package = NULL;
	struct str artifact = tree_str(deploy_at(layer, "package.artifact")),
		   path = tree_str(tree_get(layer, STR("path"))),
		   name = tree_str(tree_get(layer, STR("name"))), normal = deploy_normal(d, key);
	struct str base = arena_printf(&d->arena, "%.*sLambdaLayer", STR_ARG(normal)), id = base;
	const char *at = arena_printf(&d->arena, "layers.%.*s", STR_ARG(key)).p;
	bool is_kept = yyjson_mut_is_true(tree_get(layer, STR("retain")));
	if (!path.p && !artifact.p)
		return deploy_fail_at(d, at, "%s: it has no path", at);
	int r = artifact.p
			? packages_for_path(d, artifact, &package)
			: packages_for_folder(d, path, tree_get(layer, STR("package")), &package);
	if (r < 0)
		return r;
	/* One that stays when another follows is called by what it holds. */
	if (is_kept)
		id = arena_printf(&d->arena, "%.*s%.40s", STR_ARG(base), package->sha256);
	r = deploy_add(d, id,
		deploy_tree(d,
			"{'Type': 'AWS::Lambda::LayerVersion', 'DeletionPolicy': %v, 'Properties': {"
			"'Content': {'S3Bucket': %s, 'S3Key': %s}, 'LayerName': %s, "
			"'Description': %v, 'CompatibleRuntimes': %v, 'LicenseInfo': %v, "
			"'CompatibleArchitectures': %v}}",
			is_kept ? deploy_tree(d, "'Retain'") : NULL, d->bucket, package->key,
			name.p ? name : key, tree_get(layer, STR("description")),
			tree_get(layer, STR("compatibleRuntimes")),
			tree_get(layer, STR("licenseInfo")),
			tree_get(layer, STR("compatibleArchitectures"))));
	if (r == 0)
		r = add_permissions(d, normal, id, tree_get(layer, STR("allowedAccounts")));
	struct str output = arena_printf(&d->arena, "%.*sQualifiedArn", STR_ARG(base));
	deploy_output(d, output, "Current Lambda layer version", deploy_tree(d, "{'Ref': %s}", id));
	if (is_kept)
		map_put(&d->kept_layers, base, (void *)(uintptr_t)id.p);
	return r;
}

/* {Ref: XLambdaLayer} of a layer that is kept, wherever it stands: by its whole id. */
static void refer_to_kept(struct deploy *d, yyjson_mut_val *val)
{
	yyjson_mut_arr_iter items;
	yyjson_mut_obj_iter members;
	yyjson_mut_val *inner, *ref = tree_get(val, STR("Ref"));
	const char *id = ref ? map_get(&d->kept_layers, tree_str(ref)) : NULL;
	if (id)
		yyjson_mut_obj_put(val, deploy_tree(d, "'Ref'"), deploy_tree(d, "%c", id));
	else if (yyjson_mut_is_arr(val)) {
		yyjson_mut_arr_iter_init(val, &items);
		while ((inner = yyjson_mut_arr_iter_next(&items)))
			refer_to_kept(d, inner);
	} else if (yyjson_mut_is_obj(val)) {
		yyjson_mut_obj_iter_init(val, &members);
		while ((inner = yyjson_mut_obj_iter_next(&members)))
			refer_to_kept(d, yyjson_mut_obj_iter_get_val(inner));
	}
}

int layers_translate(struct deploy *d)
{
	yyjson_mut_val *layers = tree_get(d->config, STR("layers")), *key;
	yyjson_mut_obj_iter it;
	int r = 0;
	if (!yyjson_mut_is_obj(layers))
		return 0;
	yyjson_mut_obj_iter_init(layers, &it);
	while (r == 0 && (key = yyjson_mut_obj_iter_next(&it)))
		r = add_layer(d, tree_str(key), yyjson_mut_obj_iter_get_val(key));
	if (r == 0 && d->kept_layers.count > 0)
		refer_to_kept(d, d->config);
	return r;
}
