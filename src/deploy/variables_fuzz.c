/* Fuzz target of YAML with variables: a configuration that is read, resolved and translated without
 * touching files. */
#include "aws/yaml.h"
#include "deploy/internal.h"
#include "deploy/limits.h"
#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct deploy d = { .folder = STR("/nonexistent"),
		.bucket = STR("b"),
		.key_prefix = STR("k/"),
		.config_name = STR("serverless.yml") };
	struct yaml_error error;
	char *text = malloc(n ? n : 1); /* its own block: reading past it is seen */
	memcpy(text, data, n);
	arena_init(&d.arena, DEPLOY_ARENA_BYTES_MAX);
	d.doc = tree_new(&d.arena);
	int r = yaml_read(d.doc, (struct str){ text, n }, 0, &d.config, &error);
	if (r == -EINVAL && !error.text[0])
		abort();
	if (r == 0 && yyjson_mut_is_obj(d.config) && variables_resolve(&d) == 0) {
		d.service = STR("s");
		if (deploy_build(&d) < 0 && !d.why[0])
			abort();
	}
	free(text);
	deploy_fini(&d);
	return 0;
}
