/* The packages of a deployment: what belongs in each, made once, named by its bytes. */
#include "aws/hash.h"
#include "deploy/internal.h"
#include "deploy/limits.h"
#include "deploy/package.h"
#include "deploy/patterns.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What never belongs in (Serverless Framework documentation, "Packaging"). */
static const char *const default_patterns[] = { "!.git/**", "!.gitignore", "!.DS_Store",
	"!**/.DS_Store", "!npm-debug.log", "!yarn-*.log", "!.serverless/**",
	"!.serverless_plugins/**", "!.samovar/**", "!node_modules/.bin/**",
	"!node_modules/.package-lock.json", "!.env", "!.env.*", "!serverless.yml",
	"!serverless.yaml", "!serverless.json", "!serverless.ts", "!serverless.js",
	"!**/__pycache__/**", "!.venv/**" };

static bool wants(void *arg, struct str path)
{
	return patterns_want(arg, path);
}

static void add_pattern(struct deploy *d, struct patterns *p, bool is_out, struct str text)
{
	if (p->n < COUNT_OF(p->v) && text.p && text.n < 1024)
		p->v[p->n++] = is_out ? arena_printf(&d->arena, "!%.*s", STR_ARG(text)) : text;
}

static void add_list(struct deploy *d, struct patterns *p, bool is_out, yyjson_mut_val *list)
{
	yyjson_mut_arr_iter it;
	yyjson_mut_val *item;
	if (!yyjson_mut_is_arr(list))
		return;
	yyjson_mut_arr_iter_init(list, &it);
	while ((item = yyjson_mut_arr_iter_next(&it)))
		add_pattern(d, p, is_out, tree_str(item));
}

static void add_package(struct deploy *d, struct patterns *p, yyjson_mut_val *package)
{
	add_list(d, p, true, tree_get(package, STR("exclude")));
	add_list(d, p, false, tree_get(package, STR("include")));
	add_list(d, p, false, tree_get(package, STR("patterns")));
}

/* Folders that package-lock.json marks as needed for development alone. */
static void add_development(struct deploy *d, struct patterns *p)
{
	yyjson_mut_val *lock, *key,
		*set = tree_get(tree_get(d->config, STR("package")), STR("excludeDevDependencies"));
	yyjson_mut_obj_iter it;
	if (yyjson_mut_is_false(set) ||
		deploy_read_tree(d, deploy_path(d, STR("package-lock.json")), &lock) < 0) {
		d->why[0] = 0;
		return;
	}
	yyjson_mut_val *packages = tree_get(lock, STR("packages"));
	if (!yyjson_mut_is_obj(packages))
		return;
	yyjson_mut_obj_iter_init(packages, &it);
	while ((key = yyjson_mut_obj_iter_next(&it)))
		if (yyjson_mut_is_true(tree_get(yyjson_mut_obj_iter_get_val(key), STR("dev"))))
			add_pattern(d, p, true,
				arena_printf(&d->arena, "%.*s/**", STR_ARG(tree_str(key))));
}

/* Keeps the bytes as a package; one with the same bytes is found again. Takes the buffer's memory.
 */
static struct deploy_package *keep(struct deploy *d, struct buf *zip)
{
	char sha[2 * SHA256_BYTES + 1];
	sha256_hex(buf_view(zip), sha);
	for (struct deploy_package *p = d->packages; p; p = p->next)
		if (str_is(str_c(sha), p->sha256)) {
			buf_fini(zip);
			return p;
		}
	struct deploy_package *p = ARENA_NEW(&d->arena, struct deploy_package);
	memcpy(p->sha256, sha, sizeof sha);
	p->key = arena_printf(&d->arena, "%.*s%s.zip", STR_ARG(d->key_prefix), sha);
	p->zip = buf_view(zip);
	p->next = d->packages;
	d->packages = p;
	return p;
}

static int pack(
	struct deploy *d, struct str folder, struct patterns *p, struct deploy_package **out)
{
	char why[PACKAGE_WHY_BYTES];
	struct buf zip = { 0 };
	struct package_options options = { .wants = wants, .arg = p };
	int r = package_folder(arena_cstr(&d->arena, folder), &options, &zip, why);
	if (r < 0) {
		buf_fini(&zip);
		deploy_fail(d, "%s", why);
		return r;
	}
	*out = keep(d, &zip);
	return 0;
}

int packages_for_folder(
	struct deploy *d, struct str path, yyjson_mut_val *package, struct deploy_package **out)
{
	struct patterns *p = xcalloc(1, sizeof *p);
	for (size_t i = 0; i < 4; i++)
		add_pattern(d, p, false, str_c(default_patterns[i]));
	add_package(d, p, package);
	int r = pack(d, deploy_path(d, path), p, out);
	free(p);
	return r;
}

int packages_for_path(struct deploy *d, struct str path, struct deploy_package **out)
{
	struct stat st;
	struct str full = deploy_path(d, path), bytes;
	if (stat(arena_cstr(&d->arena, full), &st) < 0)
		return deploy_fail(d, "%.*s: %s", STR_ARG(path), strerror(errno));
	if (S_ISDIR(st.st_mode))
		return packages_for_folder(d, path, NULL, out);
	if (str_ends(path, STR(".zip")) || str_ends(path, STR(".jar"))) {
		struct buf zip = { 0 };
		int r = deploy_read_file(d, full, DEPLOY_ARENA_BYTES_MAX, &bytes);
		if (r < 0)
			return deploy_fail(d, "%.*s: %s", STR_ARG(path), strerror(-r));
		buf_str(&zip, bytes);
		*out = keep(d, &zip);
		return 0;
	}
	ssize_t slash = str_rindex(full, '/');
	struct patterns *p = xcalloc(1, sizeof *p);
	add_pattern(d, p, true, STR("**"));
	add_pattern(d, p, false, str_from(full, (size_t)slash + 1));
	int r = pack(d, str_sub(full, 0, (size_t)slash), p, out);
	free(p);
	return r;
}

int packages_for_function(struct deploy *d, yyjson_mut_val *function, struct deploy_package **out)
{
	yyjson_mut_val *service = tree_get(d->config, STR("package")),
		       *own = tree_get(function, STR("package"));
	struct str artifact = tree_str(tree_get(own, STR("artifact")));
	bool is_alone = yyjson_mut_is_true(tree_get(own, STR("individually"))) ||
			(yyjson_mut_is_true(tree_get(service, STR("individually"))) &&
				!yyjson_mut_is_false(tree_get(own, STR("individually"))));
	if (!artifact.p && !is_alone)
		artifact = tree_str(tree_get(service, STR("artifact")));
	if (artifact.p)
		return packages_for_path(d, artifact, out);
	if (!is_alone && d->service_package) {
		*out = d->service_package;
		return 0;
	}
	struct patterns *p = xcalloc(1, sizeof *p);
	for (size_t i = 0; i < COUNT_OF(default_patterns); i++)
		add_pattern(d, p, false, str_c(default_patterns[i]));
	add_development(d, p);
	if (d->config_name.p)
		add_pattern(d, p, true, d->config_name);
	add_package(d, p, service);
	if (is_alone)
		add_package(d, p, own);
	int r = pack(d, d->folder, p, out);
	free(p);
	if (r == 0 && !is_alone)
		d->service_package = *out;
	return r;
}
