/* What a serverless.yml's provider says of the stack itself, and of the packages' place. */
#include "cli/settings.h"
#include "aws/tree.h"
#include "cli/upload.h"
#include <errno.h>

static yyjson_mut_val *provider(const struct deploy *d, const char *key)
{
	return d->is_template ? NULL : tree_get(tree_get(d->config, STR("provider")), str_c(key));
}

/* A scalar as text, in the arena. */
static struct str text_of(struct deploy *d, yyjson_mut_val *val)
{
	yyjson_alc alc = tree_alc(&d->arena);
	size_t n = 0;
	if (yyjson_mut_is_str(val))
		return tree_str(val);
	char *text = val ? yyjson_mut_val_write_opts(val, 0, &alc, &n, NULL) : NULL;
	return (struct str){ text, n };
}

void settings_place(struct deploy *d)
{
	yyjson_mut_val *bucket = provider(d, "deploymentBucket");
	struct str name = tree_str(
			   yyjson_mut_is_obj(bucket) ? tree_get(bucket, STR("name")) : bucket),
		   prefix = tree_str(provider(d, "deploymentPrefix"));
	d->bucket = name.n > 0 ? name
			       : arena_printf(&d->arena, UPLOAD_BUCKET_PREFIX "%.*s",
					 STR_ARG(d->region));
	if (prefix.n > 0)
		d->key_prefix = arena_printf(
			&d->arena, "%.*s/%.*s", STR_ARG(prefix), STR_ARG(d->key_prefix));
}

/* A template's parameters: those given, and the stack's own for the rest. */
static struct cloudformation_parameters of_template(
	struct deploy *d, const struct cloudformation_stack *now)
{
	size_t old = now ? now->parameters.n : 0;
	struct cloudformation_parameters out = {
		ARENA_ARRAY(&d->arena, struct cloudformation_parameter, d->param_count + old + 1), 0
	};
	yyjson_mut_val *declared = tree_get(d->config, STR("Parameters"));
	for (size_t i = 0; i < d->param_count; i++)
		out.v[out.n++] =
			(struct cloudformation_parameter){ .parameter_key = d->params[i].key,
				.parameter_value = d->params[i].value };
	for (size_t i = 0; i < old; i++) {
		struct str key = now->parameters.v[i].parameter_key;
		bool is_given = !tree_get(declared, key);
		for (size_t k = 0; k < d->param_count; k++)
			is_given |= str_eq(d->params[k].key, key);
		if (!is_given)
			out.v[out.n++] = (struct cloudformation_parameter){ .parameter_key = key,
				.use_previous_value = OPT_BOOL(true) };
	}
	return out;
}

struct cloudformation_parameters settings_parameters(
	struct deploy *d, const struct cloudformation_stack *now)
{
	yyjson_mut_val *list = provider(d, "stackParameters"), *item;
	yyjson_mut_arr_iter it;
	if (d->is_template)
		return of_template(d, now);
	struct cloudformation_parameters out = { ARENA_ARRAY(&d->arena,
							 struct cloudformation_parameter,
							 yyjson_mut_arr_size(list) + 1),
		0 };
	if (!yyjson_mut_is_arr(list))
		return out;
	yyjson_mut_arr_iter_init(list, &it);
	while ((item = yyjson_mut_arr_iter_next(&it))) {
		struct cloudformation_parameter *p = &out.v[out.n++];
		*p = (struct cloudformation_parameter){
			.parameter_key = text_of(d, tree_get(item, STR("ParameterKey"))),
			.parameter_value = text_of(d, tree_get(item, STR("ParameterValue"))),
		};
		if (yyjson_mut_is_true(tree_get(item, STR("UsePreviousValue"))))
			p->use_previous_value = OPT_BOOL(true);
	}
	return out;
}

struct cloudformation_tags settings_tags(struct deploy *d)
{
	yyjson_mut_val *tags = provider(d, "stackTags"), *key;
	yyjson_mut_obj_iter it;
	struct cloudformation_tags out = {
		ARENA_ARRAY(&d->arena, struct cloudformation_tag, yyjson_mut_obj_size(tags) + 1), 0
	};
	if (d->is_template)
		return out;
	if (!tree_get(tags, STR("STAGE")))
		out.v[out.n++] = (struct cloudformation_tag){ STR("STAGE"), d->stage };
	if (!yyjson_mut_is_obj(tags))
		return out;
	yyjson_mut_obj_iter_init(tags, &it);
	while ((key = yyjson_mut_obj_iter_next(&it)))
		out.v[out.n++] = (struct cloudformation_tag){ tree_str(key),
			text_of(d, yyjson_mut_obj_iter_get_val(key)) };
	return out;
}

struct str settings_role(struct deploy *d)
{
	struct str role = tree_str(tree_get(provider(d, "iam"), STR("deploymentRole")));
	return role.p ? role : tree_str(provider(d, "cfnRole"));
}

bool settings_keep_failed(struct deploy *d)
{
	return yyjson_mut_is_true(provider(d, "disableRollback"));
}

static int set_policy(struct client *c, struct deploy *d, yyjson_mut_val *statements)
{
	yyjson_alc alc = tree_alc(&d->arena);
	size_t n = 0;
	char *text = yyjson_mut_val_write_opts(statements, 0, &alc, &n, NULL);
	struct cloudformation_set_stack_policy_output out;
	struct cloudformation_set_stack_policy_input in = {
		.stack_name = d->stack,
		.stack_policy_body =
			arena_printf(&d->arena, "{\"Statement\":%.*s}", (int)n, text ? text : ""),
	};
	return client_call(
		c, &cloudformation_api, &cloudformation_set_stack_policy_operation, &in, &out);
}

/* true, false, or the stages that are protected. */
static bool is_protected(struct deploy *d, yyjson_mut_val *setting)
{
	yyjson_mut_val *stages = tree_get(setting, STR("stages")), *stage;
	yyjson_mut_arr_iter it;
	if (!yyjson_mut_is_arr(stages))
		return yyjson_mut_is_true(setting);
	yyjson_mut_arr_iter_init(stages, &it);
	while ((stage = yyjson_mut_arr_iter_next(&it)))
		if (str_eq(tree_str(stage), d->stage))
			return true;
	return false;
}

int settings_apply(struct client *c, struct deploy *d)
{
	yyjson_mut_val *policy = provider(d, "stackPolicy"),
		       *protection = provider(d, "deletionProtection");
	int r = yyjson_mut_arr_size(policy) > 0 ? set_policy(c, d, policy) : 0;
	if (r < 0 || !protection)
		return r;
	struct cloudformation_update_termination_protection_output out;
	struct cloudformation_update_termination_protection_input in = { .stack_name = d->stack,
		.enable_termination_protection = OPT_BOOL(is_protected(d, protection)) };
	return client_call(c, &cloudformation_api,
		&cloudformation_update_termination_protection_operation, &in, &out);
}
