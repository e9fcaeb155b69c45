/* Tags of topics. */
#include "services/sns/internal.h"

int tags_check(struct call *call, const struct sns_tag_list *tags)
{
	for (size_t i = 0; i < tags->n; i++) {
		struct str key = tags->v[i].key, value = tags->v[i].value;
		if (!key.n || str_utf8_length(key) > SNS_TAG_KEY_MAX ||
			str_starts_ci(key, STR("aws:")) ||
			str_utf8_length(value) > SNS_TAG_VALUE_MAX)
			return invalid(call,
				"Tags Reason: keys have 1 to 128 characters and don't begin with "
				"aws:, values have up to 256");
		for (size_t k = 0; k < i; k++)
			if (str_eq(tags->v[k].key, key))
				return invalid(call, "Duplicated keys are not allowed.");
	}
	if (tags->n > SNS_TAGS_MAX)
		return fail(call, &sns_tag_limit_exceeded_exception,
			"Could not complete request: tag quota of per resource exceeded");
	return 0;
}

static const struct sns_tag *find(const struct sns_tag_list *tags, struct str key)
{
	for (size_t i = 0; i < tags->n; i++)
		if (str_eq(tags->v[i].key, key))
			return &tags->v[i];
	return NULL;
}

bool tags_are(const struct sns_tag_list *own, const struct sns_tag_list *given)
{
	for (size_t i = 0; i < given->n; i++) {
		const struct sns_tag *t = find(own, given->v[i].key);
		if (!t || !str_eq(t->value, given->v[i].value))
			return false;
	}
	return own->n == given->n;
}

static int find_topic(struct call *call, struct str arn, struct topic *t)
{
	struct topic_name name;
	if (topic_name_parse(call, "ResourceArn", arn, &name) < 0)
		return -1;
	if (topic_get(call, &name, t))
		return 0;
	return fail(call, &sns_resource_not_found_exception, "Resource does not exist");
}

int sns_tag_resource(struct call *call, const struct sns_tag_resource_input *in,
	struct sns_tag_resource_output *out)
{
	struct topic t;
	(void)out;
	if (find_topic(call, in->resource_arn, &t) < 0 || tags_check(call, &in->tags) < 0)
		return -1;
	struct sns_tag_list all = {
		ARENA_ARRAY(call->arena, struct sns_tag, t.r.tags.n + in->tags.n), 0
	};
	for (size_t i = 0; i < t.r.tags.n; i++)
		if (!find(&in->tags, t.r.tags.v[i].key))
			all.v[all.n++] = t.r.tags.v[i];
	for (size_t i = 0; i < in->tags.n; i++)
		all.v[all.n++] = in->tags.v[i];
	if (tags_check(call, &all) < 0)
		return -1;
	t.r.tags = all;
	topic_put(call, &t);
	return 0;
}

int sns_untag_resource(struct call *call, const struct sns_untag_resource_input *in,
	struct sns_untag_resource_output *out)
{
	struct topic t;
	size_t n = 0;
	(void)out;
	if (find_topic(call, in->resource_arn, &t) < 0)
		return -1;
	for (size_t i = 0; i < t.r.tags.n; i++) {
		bool goes = false;
		for (size_t k = 0; k < in->tag_keys.n; k++)
			goes |= str_eq(t.r.tags.v[i].key, in->tag_keys.v[k]);
		if (!goes)
			t.r.tags.v[n++] = t.r.tags.v[i];
	}
	t.r.tags.n = n;
	topic_put(call, &t);
	return 0;
}

int sns_list_tags_for_resource(struct call *call, const struct sns_list_tags_for_resource_input *in,
	struct sns_list_tags_for_resource_output *out)
{
	struct topic t;
	if (find_topic(call, in->resource_arn, &t) < 0)
		return -1;
	out->tags = t.r.tags.n ? t.r.tags
			       : (struct sns_tag_list){ ARENA_NEW(call->arena, struct sns_tag), 0 };
	return 0;
}
