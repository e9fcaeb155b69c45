/* Tags of log groups, by ARN and by name. */
#include "services/logs/state.h"

/* The group's name out of its ARN: 0 or -1. */
static int group_of_arn(struct call *call, struct str arn, struct str *name)
{
	if (!str_starts(arn, STR("arn:")))
		return fail(call, &logs_invalid_parameter_exception, "Invalid resource ARN: %.*s",
			STR_ARG(arn));
	if (str_find(arn, STR(":log-group:")) < 0)
		return fail(call, &logs_resource_not_found_exception,
			"The specified resource does not exist.");
	return group_named(call, (struct str){ 0 }, arn, name);
}

static struct logs_tags_entry *find_tag(const struct logs_tags *tags, struct str key)
{
	for (size_t i = 0; i < tags->n; i++)
		if (str_eq(tags->v[i].key, key))
			return &tags->v[i];
	return NULL;
}

static int add_tags(struct call *call, struct str group, const struct logs_tags *tags)
{
	struct logs_group_record record;
	if (group_require(call, group, &record) < 0)
		return -1;
	struct logs_tags all = { ARENA_ARRAY(call->arena, struct logs_tags_entry,
					 record.tags.n + tags->n),
		record.tags.n };
	if (record.tags.n)
		memcpy(all.v, record.tags.v, record.tags.n * sizeof *all.v);
	for (size_t i = 0; i < tags->n; i++) {
		struct logs_tags_entry *known = find_tag(&all, tags->v[i].key);
		if (str_starts_ci(tags->v[i].key, STR("aws:")))
			return fail(call, &logs_invalid_parameter_exception,
				"Tag keys that begin with aws: are reserved.");
		*(known ? known : &all.v[all.n++]) = tags->v[i];
	}
	if (all.n > LOGS_TAGS_MAX)
		return fail(call,
			str_is(str_c(call->operation->name), "TagResource")
				? &logs_too_many_tags_exception
				: &logs_invalid_parameter_exception,
			"A resource may have at most %d tags.", LOGS_TAGS_MAX);
	record.tags = all;
	group_put(call, group, &record);
	return 0;
}

static int remove_tags(struct call *call, struct str group, const struct logs_tag_key_list *keys)
{
	struct logs_group_record record;
	if (group_require(call, group, &record) < 0)
		return -1;
	size_t kept = 0;
	for (size_t i = 0; i < record.tags.n; i++) {
		bool removed = false;
		for (size_t k = 0; k < keys->n; k++)
			removed = removed || str_eq(keys->v[k], record.tags.v[i].key);
		if (!removed)
			record.tags.v[kept++] = record.tags.v[i];
	}
	record.tags.n = kept;
	if (!kept)
		record.tags = (struct logs_tags){ 0 };
	group_put(call, group, &record);
	return 0;
}

static int list_tags(struct call *call, struct str group, struct logs_tags *out)
{
	struct logs_group_record record;
	if (group_require(call, group, &record) < 0)
		return -1;
	*out = record.tags;
	if (!out->v)
		out->v = ARENA_NEW(call->arena, struct logs_tags_entry);
	return 0;
}

int logs_tag_resource(struct call *call, const struct logs_tag_resource_input *in,
	struct logs_tag_resource_output *out)
{
	(void)out;
	struct str group;
	return group_of_arn(call, in->resource_arn, &group) < 0 ? -1
								: add_tags(call, group, &in->tags);
}

int logs_untag_resource(struct call *call, const struct logs_untag_resource_input *in,
	struct logs_untag_resource_output *out)
{
	(void)out;
	struct str group;
	return group_of_arn(call, in->resource_arn, &group) < 0
		       ? -1
		       : remove_tags(call, group, &in->tag_keys);
}

int logs_list_tags_for_resource(struct call *call,
	const struct logs_list_tags_for_resource_input *in,
	struct logs_list_tags_for_resource_output *out)
{
	struct str group;
	return group_of_arn(call, in->resource_arn, &group) < 0
		       ? -1
		       : list_tags(call, group, &out->tags);
}

int logs_tag_log_group(struct call *call, const struct logs_tag_log_group_input *in,
	struct logs_tag_log_group_output *out)
{
	(void)out;
	return add_tags(call, in->log_group_name, &in->tags);
}

int logs_untag_log_group(struct call *call, const struct logs_untag_log_group_input *in,
	struct logs_untag_log_group_output *out)
{
	(void)out;
	return remove_tags(call, in->log_group_name, &in->tags);
}

int logs_list_tags_log_group(struct call *call, const struct logs_list_tags_log_group_input *in,
	struct logs_list_tags_log_group_output *out)
{
	return list_tags(call, in->log_group_name, &out->tags);
}
