/* What a deployment says at its end. */
#include "cli/summary.h"
#include "aws/tree.h"
#include <stdio.h>

static void print_routes(const struct deploy *d, struct str url)
{
	yyjson_mut_obj_iter it;
	yyjson_mut_val *key;
	if (!d->resources)
		return;
	yyjson_mut_obj_iter_init(d->resources, &it);
	while ((key = yyjson_mut_obj_iter_next(&it))) {
		yyjson_mut_val *resource = yyjson_mut_obj_iter_get_val(key);
		struct str route =
			tree_str(tree_get(tree_get(resource, STR("Properties")), STR("RouteKey")));
		ssize_t blank = str_index(route, ' ');
		if (!str_is(tree_str(tree_get(resource, STR("Type"))),
			    "AWS::ApiGatewayV2::Route") ||
			!route.p)
			continue;
		if (blank < 0)
			printf("  %-7s %.*s\n", "ANY", STR_ARG(url));
		else
			printf("  %-7.*s %.*s%.*s\n", (int)blank, route.p, STR_ARG(url),
				STR_ARG(str_from(route, (size_t)blank + 1)));
	}
}

static void print_functions(const struct deploy *d)
{
	yyjson_mut_obj_iter it;
	yyjson_mut_val *key;
	if (!d->resources)
		return;
	printf("functions\n");
	yyjson_mut_obj_iter_init(d->resources, &it);
	while ((key = yyjson_mut_obj_iter_next(&it))) {
		yyjson_mut_val *resource = yyjson_mut_obj_iter_get_val(key);
		if (str_is(tree_str(tree_get(resource, STR("Type"))), "AWS::Lambda::Function"))
			printf("  %.*s\n",
				STR_ARG(tree_str(tree_get(tree_get(resource, STR("Properties")),
					STR("FunctionName")))));
	}
}

int summary_print(struct stack *stack, const struct deploy *d)
{
	int r = stack_describe(stack);
	const struct cloudformation_outputs *outputs = &stack->now.outputs;
	bool has_title = false;
	for (size_t i = 0; r == 0 && i < outputs->n; i++) {
		const struct cloudformation_output *o = &outputs->v[i];
		bool is_url = str_starts(o->output_value, STR("http"));
		if (!d->is_template && !is_url)
			continue;
		if (!has_title)
			printf(d->is_template ? "outputs\n" : "endpoints\n");
		has_title = true;
		if (str_is(o->output_key, "HttpApiUrl") && !d->is_template)
			print_routes(d, o->output_value);
		else
			printf("  %.*s  %.*s\n", STR_ARG(o->output_key), STR_ARG(o->output_value));
	}
	print_functions(d);
	return r;
}
