/* Templates of any bytes: read, transformed, ordered, evaluated. */
#include "services/cloudformation/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int any_resource(struct cfn_eval *e, struct str logical, struct str attribute, value **out)
{
	(void)attribute;
	*out = cfn_string(e->doc, logical);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena arena = { 0 };
	struct str why = { 0 };
	struct cfn_graph graph;
	value *root = NULL, *key, *item, *resources;
	value_doc *doc = cfn_doc_new(&arena);
	if (n < 32768 && cfn_template_read(&arena, doc, (struct str){ (const char *)data, n },
				 &root, &why) == 0) {
		if (yyjson_mut_is_obj(cfn_get(root, "Resources")) && cfn_get(root, "Transform") &&
			cfn_sam_transform(&arena, doc, root, &why) < 0)
			assert(why.p);
		struct cfn_eval e = { .arena = &arena,
			.doc = doc,
			.root = root,
			.conditions = yyjson_mut_obj(doc),
			.account = STR("1"),
			.region = STR("r"),
			.stack_name = STR("s"),
			.stack_id = STR("i"),
			.resource = any_resource };
		resources = cfn_get(root, "Resources");
		if (yyjson_mut_is_obj(resources) && cfn_graph_make(&e, resources, &graph) < 0)
			assert(e.error.p);
		if (yyjson_mut_is_obj(root))
			CFN_OBJECT_FOR(key, item, root)
			{
				e.error = (struct str){ 0 };
				e.depth = 0;
				if (!cfn_evaluate(&e, item))
					assert(e.error.p);
			}
	}
	arena_fini(&arena);
	return 0;
}
