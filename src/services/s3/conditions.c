/* Conditional requests (RFC 9110 section 13; S3 User Guide, "Add preconditions to S3 operations").
 */
#include "base/clock.h"
#include "services/s3/internal.h"

static const struct error_shape not_modified = { .name = "NotModified",
	.query_code = "NotModified",
	.status = 304,
	.query_status = 304,
	.shape = &s3_no_such_bucket_shape };

static bool matches(struct str list, struct str e_tag)
{
	struct str item;
	while (list.p && str_cut(&list, ',', &item)) {
		item = str_trim(item);
		if (str_is(item, "*"))
			return true;
		if (str_starts(item, STR("W/")))
			item = str_from(item, 2);
		if (str_eq(s3_unquoted(item), e_tag))
			return true;
	}
	return false;
}

static int failed(struct call *call, const char *condition)
{
	struct s3_precondition_failed detail = { .condition = str_c(condition) };
	return fail_with(call, &s3_precondition_failed, &detail,
		"At least one of the pre-conditions you specified did not hold");
}

/* Whole seconds: the header has no others. */
static bool is_later(const struct s3_object_record *record, int64_t ms)
{
	return record->modified_ms.v / 1000 > ms / 1000;
}

static int is_not_modified(struct call *call, const struct s3_object_record *record)
{
	char text[CLOCK_TEXT_MAX];
	clock_format_http(record->modified_ms.v, text);
	call_header(call, STR("ETag"), s3_quoted(call, record->e_tag));
	call_header(call, STR("Last-Modified"), arena_str(call->arena, str_c(text)));
	return fail(call, &not_modified, "Not Modified");
}

int conditions_check_read(
	struct call *call, const struct conditions *c, const struct s3_object_record *record)
{
	if (c->if_match.p && !matches(c->if_match, record->e_tag))
		return failed(call, "If-Match");
	if (!c->if_match.p && c->if_unmodified_since.set &&
		is_later(record, c->if_unmodified_since.ms))
		return failed(call, "If-Unmodified-Since");
	if (c->if_none_match.p && matches(c->if_none_match, record->e_tag))
		return is_not_modified(call, record);
	if (!c->if_none_match.p && c->if_modified_since.set &&
		!is_later(record, c->if_modified_since.ms))
		return is_not_modified(call, record);
	return 0;
}

int conditions_check_copy(
	struct call *call, const struct conditions *c, const struct s3_object_record *record)
{
	if (c->if_match.p && !matches(c->if_match, record->e_tag))
		return failed(call, "x-amz-copy-source-If-Match");
	if (!c->if_match.p && c->if_unmodified_since.set &&
		is_later(record, c->if_unmodified_since.ms))
		return failed(call, "x-amz-copy-source-If-Unmodified-Since");
	if (c->if_none_match.p && matches(c->if_none_match, record->e_tag))
		return failed(call, "x-amz-copy-source-If-None-Match");
	if (!c->if_none_match.p && c->if_modified_since.set &&
		!is_later(record, c->if_modified_since.ms))
		return failed(call, "x-amz-copy-source-If-Modified-Since");
	return 0;
}

int conditions_check_write(struct call *call, struct str if_match, struct str if_none_match,
	const struct s3_object_record *record)
{
	struct s3_no_such_key detail = { 0 };
	if (if_none_match.p && !str_is(str_trim(if_none_match), "*"))
		return fail(call, &s3_not_implemented,
			"A header you provided implies functionality that is not implemented");
	if (if_none_match.p && record)
		return failed(call, "If-None-Match");
	if (if_match.p && !record)
		return fail_with(
			call, &s3_no_such_key, &detail, "The specified key does not exist.");
	if (if_match.p && !matches(if_match, record->e_tag))
		return failed(call, "If-Match");
	return 0;
}
