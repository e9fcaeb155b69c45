/* What a table has beside its items: tags and expiry. */
#include "services/dynamodb/tables/tables.h"

int dynamodb_tag_resource(struct call *call, const struct dynamodb_tag_resource_input *in,
	struct dynamodb_tag_resource_output *out)
{
	struct table t;
	(void)out;
	if (ddb_table_find(call, in->resource_arn, true, &t) < 0)
		return -1;
	struct dynamodb_tag *v =
		ARENA_ARRAY(call->arena, struct dynamodb_tag, t.r.tags.n + in->tags.n);
	size_t n = t.r.tags.n;
	if (n)
		memcpy(v, t.r.tags.v, n * sizeof *v);
	for (size_t i = 0; i < in->tags.n; i++) {
		size_t at = 0;
		while (at < n && !str_eq(v[at].key, in->tags.v[i].key))
			at++;
		v[at] = in->tags.v[i];
		n += at == n;
	}
	if (n > DDB_TAGS_MAX)
		return fail(call, &aws_validation_exception,
			"One or more parameter values were invalid: Too many tags: %zu", n);
	t.r.tags = (struct dynamodb_tag_list){ v, n };
	ddb_table_put(call, &t);
	return 0;
}

int dynamodb_untag_resource(struct call *call, const struct dynamodb_untag_resource_input *in,
	struct dynamodb_untag_resource_output *out)
{
	struct table t;
	size_t kept = 0;
	(void)out;
	if (ddb_table_find(call, in->resource_arn, true, &t) < 0)
		return -1;
	for (size_t i = 0; i < t.r.tags.n; i++) {
		bool goes = false;
		for (size_t k = 0; k < in->tag_keys.n; k++)
			goes |= str_eq(t.r.tags.v[i].key, in->tag_keys.v[k]);
		if (!goes)
			t.r.tags.v[kept++] = t.r.tags.v[i];
	}
	t.r.tags.n = kept;
	ddb_table_put(call, &t);
	return 0;
}

int dynamodb_list_tags_of_resource(struct call *call,
	const struct dynamodb_list_tags_of_resource_input *in,
	struct dynamodb_list_tags_of_resource_output *out)
{
	struct table t;
	if (ddb_table_find(call, in->resource_arn, true, &t) < 0)
		return -1;
	out->tags = t.r.tags;
	if (!out->tags.v)
		out->tags.v = ARENA_ARRAY(call->arena, struct dynamodb_tag, 1);
	return 0;
}

int dynamodb_update_time_to_live(struct call *call,
	const struct dynamodb_update_time_to_live_input *in,
	struct dynamodb_update_time_to_live_output *out)
{
	struct table t;
	bool enabled = in->time_to_live_specification->enabled.v;
	struct str name = in->time_to_live_specification->attribute_name;
	if (ddb_table_find(call, in->table_name, true, &t) < 0)
		return -1;
	if (!enabled && !t.r.ttl_attribute.p)
		return fail(call, &aws_validation_exception, "TimeToLive is already disabled");
	if (enabled && str_eq(name, t.r.ttl_attribute))
		return fail(call, &aws_validation_exception, "TimeToLive is already enabled");
	if (t.r.ttl_attribute.p && !str_eq(name, t.r.ttl_attribute))
		return fail(call, &aws_validation_exception,
			"TimeToLive is active on a different AttributeName: current "
			"AttributeName is %.*s",
			STR_ARG(t.r.ttl_attribute));
	t.r.ttl_attribute = enabled ? name : (struct str){ 0 };
	t.r.ttl_changed = OPT_TIME(call->now_ms);
	ddb_table_put(call, &t);
	if (enabled) {
		struct dynamodb_job_record job =
			job_of(call, "expire", &t, items_prefix(call, &t, 0), 0);
		job_put(call, &job);
	}
	out->time_to_live_specification = in->time_to_live_specification;
	return 0;
}

int dynamodb_describe_time_to_live(struct call *call,
	const struct dynamodb_describe_time_to_live_input *in,
	struct dynamodb_describe_time_to_live_output *out)
{
	struct table t;
	if (ddb_table_find(call, in->table_name, true, &t) < 0)
		return -1;
	out->time_to_live_description =
		ARENA_NEW(call->arena, struct dynamodb_time_to_live_description);
	out->time_to_live_description->time_to_live_status =
		t.r.ttl_attribute.p ? STR("ENABLED") : STR("DISABLED");
	out->time_to_live_description->attribute_name = t.r.ttl_attribute;
	return 0;
}
