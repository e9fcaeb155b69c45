/* Template values: yyjson's changeable trees in an arena, and a few steps over them. */
#ifndef SAMOVAR_SERVICES_CLOUDFORMATION_VALUE_H
#define SAMOVAR_SERVICES_CLOUDFORMATION_VALUE_H

#include "base/buf.h"
#include "base/mem.h"
#include <yyjson.h>

typedef yyjson_mut_val value;
typedef yyjson_mut_doc value_doc;

/* A document whose memory is the arena's. */
value_doc *cfn_doc_new(struct arena *arena);
/* JSON or YAML text (aws/yaml.h) as a tree; short tags (!Ref) become the functions' long forms:
 * 0, or -EINVAL with the reason, in CloudFormation's words. */
int cfn_template_read(struct arena *arena, value_doc *doc, struct str text, value **out,
	struct str *why) MUSTCHECK;
/* JSON that we wrote; NULL when it is none. An absent text: NULL. */
value *cfn_json_read(struct arena *arena, value_doc *doc, struct str text);
struct str cfn_json_write(struct arena *arena, value *v);

/* The member of that name, or NULL; v may be NULL or no object. */
value *cfn_get(value *v, const char *name);
value *cfn_get_str(value *v, struct str name);
/* A text's view; p == NULL when it is none. */
struct str cfn_text(value *v);
/* A string, number or boolean as CloudFormation writes it; p == NULL when it is none of them. */
struct str cfn_scalar(struct arena *arena, value *v);
value *cfn_string(value_doc *doc, struct str s);
void cfn_set(value_doc *doc, value *object, const char *name, value *v);
void cfn_set_str(value_doc *doc, value *object, struct str name, value *v);
value *cfn_copy(value_doc *doc, value *v);
/* Equal whatever the order of members. */
bool cfn_equal(value *a, value *b);
/* Whether v is an object with this one member. */
bool cfn_is_call(value *v, const char *function);

#define CFN_OBJECT_FOR(key, val, object) \
	for (yyjson_mut_obj_iter it_##key = yyjson_mut_obj_iter_with((object)); \
		((key) = yyjson_mut_obj_iter_next(&it_##key)) && \
		((val) = yyjson_mut_obj_iter_get_val(key), (void)(val), true);)
#define CFN_ARRAY_FOR(val, array) \
	for (yyjson_mut_arr_iter it_##val = yyjson_mut_arr_iter_with((array)); \
		((val) = yyjson_mut_arr_iter_next(&it_##val));)

#endif
