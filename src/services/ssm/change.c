/* Deleting parameters, labels of versions, tags; and the service's row. */
#include "services/ssm/internal.h"
#include "services/ssm/ssm.h"

int ssm_delete_parameter(struct call *call, const struct ssm_delete_parameter_input *in,
	struct ssm_delete_parameter_output *out)
{
	struct str selector, name = parameter_name_split(call, in->name, &selector);
	(void)out;
	if (!txn_exists(call->txn, parameter_key(call, name)))
		return fail(call, &ssm_parameter_not_found, "Parameter %.*s not found.",
			STR_ARG(in->name));
	parameter_delete(call, name);
	return 0;
}

int ssm_delete_parameters(struct call *call, const struct ssm_delete_parameters_input *in,
	struct ssm_delete_parameters_output *out)
{
	out->deleted_parameters.v = ARENA_ARRAY(call->arena, struct str, in->names.n + 1);
	out->invalid_parameters.v = ARENA_ARRAY(call->arena, struct str, in->names.n + 1);
	for (size_t i = 0; i < in->names.n; i++) {
		struct str selector, name = parameter_name_split(call, in->names.v[i], &selector);
		if (!txn_exists(call->txn, parameter_key(call, name))) {
			out->invalid_parameters.v[out->invalid_parameters.n++] = in->names.v[i];
			continue;
		}
		parameter_delete(call, name);
		out->deleted_parameters.v[out->deleted_parameters.n++] = in->names.v[i];
	}
	return 0;
}

/* ---- labels ---- */

/* SSM User Guide, "Working with parameter labels". */
static bool label_is_valid(struct str label)
{
	if (!label.n || (label.p[0] >= '0' && label.p[0] <= '9') ||
		str_starts_ci(label, STR("aws")) || str_starts_ci(label, STR("ssm")))
		return false;
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '.' || c == '-' || c == '_'))
			return false;
	}
	return true;
}

static bool label_remove(struct ssm_version_record *v, struct str label)
{
	for (size_t i = 0; i < v->labels.n; i++)
		if (str_eq(v->labels.v[i], label)) {
			v->labels.v[i] = v->labels.v[--v->labels.n];
			return true;
		}
	return false;
}

static void label_take_off_others(struct call *call, struct str name,
	const struct ssm_parameter_record *parameter, int64_t keep, struct str label)
{
	struct ssm_version_record v;
	for (int64_t at = parameter->oldest.v; at <= parameter->version.v; at++)
		if (at != keep && parameter_version_get(call, name, at, &v) &&
			label_remove(&v, label))
			parameter_version_put(call, name, at, &v);
}

static int version_of(struct call *call, struct str name, struct opt_i64 wanted,
	struct ssm_parameter_record *parameter, int64_t *number, struct ssm_version_record *v)
{
	if (!parameter_get(call, name, parameter))
		return fail(
			call, &ssm_parameter_not_found, "Parameter %.*s not found.", STR_ARG(name));
	*number = wanted.set ? wanted.v : parameter->version.v;
	if (!parameter_version_get(call, name, *number, v))
		return fail(call, &ssm_parameter_version_not_found,
			"Systems Manager could not find version %lld of %.*s. Verify the version "
			"and try again.",
			(long long)*number, STR_ARG(name));
	return 0;
}

int ssm_label_parameter_version(struct call *call,
	const struct ssm_label_parameter_version_input *in,
	struct ssm_label_parameter_version_output *out)
{
	struct str selector, name = parameter_name_split(call, in->name, &selector);
	struct ssm_parameter_record parameter;
	struct ssm_version_record v;
	int64_t number;
	if (version_of(call, name, in->parameter_version, &parameter, &number, &v) < 0)
		return -1;
	struct ssm_parameter_label_list labels = {
		ARENA_ARRAY(call->arena, struct str, v.labels.n + in->labels.n), v.labels.n
	};
	if (v.labels.n)
		memcpy(labels.v, v.labels.v, v.labels.n * sizeof *labels.v);
	v.labels = labels;
	out->invalid_labels.v = ARENA_ARRAY(call->arena, struct str, in->labels.n + 1);
	for (size_t i = 0; i < in->labels.n; i++) {
		struct str label = in->labels.v[i];
		if (!label_is_valid(label)) {
			out->invalid_labels.v[out->invalid_labels.n++] = label;
			continue;
		}
		label_take_off_others(call, name, &parameter, number, label);
		if (!parameter_version_has_label(&v, label))
			v.labels.v[v.labels.n++] = label;
	}
	if (v.labels.n > SSM_LABELS_MAX)
		return fail(call, &ssm_parameter_version_label_limit_exceeded,
			"A parameter version can have a maximum of %d labels.", SSM_LABELS_MAX);
	parameter_version_put(call, name, number, &v);
	out->parameter_version = OPT_I64(number);
	return 0;
}

int ssm_unlabel_parameter_version(struct call *call,
	const struct ssm_unlabel_parameter_version_input *in,
	struct ssm_unlabel_parameter_version_output *out)
{
	struct str selector, name = parameter_name_split(call, in->name, &selector);
	struct ssm_parameter_record parameter;
	struct ssm_version_record v;
	int64_t number;
	if (version_of(call, name, in->parameter_version, &parameter, &number, &v) < 0)
		return -1;
	out->removed_labels.v = ARENA_ARRAY(call->arena, struct str, in->labels.n + 1);
	out->invalid_labels.v = ARENA_ARRAY(call->arena, struct str, in->labels.n + 1);
	for (size_t i = 0; i < in->labels.n; i++)
		if (label_remove(&v, in->labels.v[i]))
			out->removed_labels.v[out->removed_labels.n++] = in->labels.v[i];
		else
			out->invalid_labels.v[out->invalid_labels.n++] = in->labels.v[i];
	parameter_version_put(call, name, number, &v);
	return 0;
}

/* ---- tags ---- */

static int tagged(struct call *call, struct str type, struct str id, struct str *name,
	struct ssm_parameter_record *parameter)
{
	struct str selector;
	if (!str_is(type, SSM_RESOURCE_TYPE_FOR_TAGGING_PARAMETER))
		return fail(call, &ssm_invalid_resource_type,
			"This server keeps parameters; it has nothing of type %.*s.",
			STR_ARG(type));
	*name = parameter_name_split(call, id, &selector);
	if (!parameter_get(call, *name, parameter))
		return fail(call, &ssm_invalid_resource_id,
			"The resource ID %.*s is not valid. Verify the ID and try "
			"again.",
			STR_ARG(id));
	return 0;
}

static ssize_t tag_index(const struct ssm_tag_list *tags, struct str key)
{
	for (size_t i = 0; i < tags->n; i++)
		if (str_eq(tags->v[i].key, key))
			return (ssize_t)i;
	return -1;
}

int ssm_add_tags_to_resource(struct call *call, const struct ssm_add_tags_to_resource_input *in,
	struct ssm_add_tags_to_resource_output *out)
{
	struct ssm_parameter_record parameter;
	struct str name;
	(void)out;
	if (tagged(call, in->resource_type, in->resource_id, &name, &parameter) < 0)
		return -1;
	struct ssm_tag_list tags = { ARENA_ARRAY(call->arena, struct ssm_tag,
					     parameter.tags.n + in->tags.n + 1),
		parameter.tags.n };
	if (tags.n)
		memcpy(tags.v, parameter.tags.v, tags.n * sizeof *tags.v);
	for (size_t i = 0; i < in->tags.n; i++) {
		ssize_t at = tag_index(&tags, in->tags.v[i].key);
		if (str_starts_ci(in->tags.v[i].key, STR("aws:")))
			return fail(call, &aws_validation_exception,
				"Tag keys that begin with aws: are reserved.");
		tags.v[at >= 0 ? (size_t)at : tags.n++] = in->tags.v[i];
	}
	if (tags.n > SSM_TAGS_MAX)
		return fail(call, &ssm_too_many_tags_error, "A parameter may have at most %d tags.",
			SSM_TAGS_MAX);
	parameter.tags = tags;
	parameter_put(call, name, &parameter);
	return 0;
}

int ssm_remove_tags_from_resource(struct call *call,
	const struct ssm_remove_tags_from_resource_input *in,
	struct ssm_remove_tags_from_resource_output *out)
{
	struct ssm_parameter_record parameter;
	struct str name;
	(void)out;
	if (tagged(call, in->resource_type, in->resource_id, &name, &parameter) < 0)
		return -1;
	for (size_t i = 0; i < in->tag_keys.n; i++) {
		ssize_t at = tag_index(&parameter.tags, in->tag_keys.v[i]);
		if (at >= 0)
			parameter.tags.v[at] = parameter.tags.v[--parameter.tags.n];
	}
	parameter_put(call, name, &parameter);
	return 0;
}

int ssm_list_tags_for_resource(struct call *call, const struct ssm_list_tags_for_resource_input *in,
	struct ssm_list_tags_for_resource_output *out)
{
	struct ssm_parameter_record parameter;
	struct str name;
	if (tagged(call, in->resource_type, in->resource_id, &name, &parameter) < 0)
		return -1;
	out->tag_list = parameter.tags;
	if (!out->tag_list.v)
		out->tag_list.v = ARENA_NEW(call->arena, struct ssm_tag);
	return 0;
}

const struct service ssm_service = { .api = &ssm_api };
