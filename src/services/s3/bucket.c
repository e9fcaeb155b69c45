/* Buckets: made, found, listed, deleted. */
#include "net/http_server.h"
#include "services/s3/web.h"
#include <ctype.h>

struct str bucket_key(struct call *call, struct str name)
{
	return KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("bucket"), key_text(name));
}

struct str bucket_config_key(struct call *call, struct str bucket, const char *kind)
{
	return KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("config"), key_text(bucket),
		key_text(str_c(kind)));
}

bool bucket_get(struct call *call, struct str name, struct s3_bucket_record *out)
{
	return s3_get_record(call, bucket_key(call, name), &s3_bucket_record_shape, out);
}

void bucket_put(struct call *call, struct str name, const struct s3_bucket_record *record)
{
	call_put_record(call, bucket_key(call, name), &s3_bucket_record_shape, record);
}

int bucket_require(
	struct call *call, struct str name, struct str expected_owner, struct s3_bucket_record *out)
{
	struct s3_no_such_bucket detail = { .bucket_name = name };
	if (!bucket_get(call, name, out))
		return fail_with(
			call, &s3_no_such_bucket, &detail, "The specified bucket does not exist");
	if (expected_owner.p && !str_eq(expected_owner, out->account))
		return fail(call, &s3_access_denied, "Access Denied");
	/* Elsewhere only pages of this machine get here, which may read all. */
	if (out->has_cors.v && call->http && call->aws->auth == AWS_AUTH_STRICT &&
		http_header_get(&http_request(call->http)->headers, STR("origin")).p)
		cors_add_headers(call, name);
	return 0;
}

static bool is_ipv4(struct str s)
{
	int dots = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			dots++;
		else if (!isdigit((unsigned char)s.p[i]))
			return false;
	}
	return dots == 3;
}

/* S3 User Guide, "General purpose bucket naming rules". */
bool bucket_name_is_valid(struct str s)
{
	static const char *const prefixes[] = { "xn--", "sthree-", "amzn-s3-demo-" },
				 *const suffixes[] = { "-s3alias", "--ol-s3", ".mrap", "--x-s3",
					 "--table-s3" };
	if (s.n < 3 || s.n > 63 || is_ipv4(s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		bool at_edge = i == 0 || i == s.n - 1;
		if (!is_letter && (at_edge || (c != '-' && c != '.')))
			return false;
		if (c == '.' && s.p[i + 1] == '.')
			return false;
	}
	/* The third is AWS's own for its documentation; here it is a name as any other. */
	for (size_t i = 0; i < COUNT_OF(prefixes) - 1; i++)
		if (str_starts(s, str_c(prefixes[i])))
			return false;
	for (size_t i = 0; i < COUNT_OF(suffixes); i++)
		if (str_ends(s, str_c(suffixes[i])))
			return false;
	return true;
}

/* The region that the location stands for, or p == NULL: no constraint is us-east-1. */
static struct str location_region(struct str location)
{
	if (!location.n)
		return STR("us-east-1");
	if (str_is(location, "EU"))
		return STR("eu-west-1");
	for (size_t i = 0; i < location.n; i++)
		if (!islower((unsigned char)location.p[i]) &&
			!isdigit((unsigned char)location.p[i]) && location.p[i] != '-')
			return (struct str){ 0 };
	return str_index(location, '-') > 0 && isdigit((unsigned char)location.p[location.n - 1])
		       ? location
		       : (struct str){ 0 };
}

static int check_location(struct call *call, struct str location, struct str *region)
{
	struct s3_invalid_location_constraint detail = { .location_constraint = location };
	*region = location_region(location);
	if (!region->p || str_is(location, "us-east-1"))
		return fail_with(call, &s3_invalid_location_constraint, &detail,
			"The specified location-constraint is not valid");
	if (!location.n && !str_is(call->identity.region, "us-east-1"))
		return fail(call, &s3_illegal_location_constraint_exception,
			"The unspecified location constraint is incompatible for the region specific "
			"endpoint this request was "
			"sent to.");
	return 0;
}

/* Made again by its owner, it is an error except in us-east-1, where nothing happens. */
static int already_there(
	struct call *call, struct str name, const struct s3_bucket_record *old, struct str region)
{
	struct s3_bucket_already_exists others = { .bucket_name = name };
	struct s3_bucket_already_owned_by_you own = { .bucket_name = name };
	if (!str_eq(old->account, call->identity.account))
		return fail_with(call, &s3_bucket_already_exists, &others,
			"The requested bucket name is not available. The bucket namespace is shared by all "
			"users of the system. "
			"Please select a different name and try again.");
	if (str_eq(old->region, region) && str_is(region, "us-east-1"))
		return 0;
	return fail_with(call, &s3_bucket_already_owned_by_you, &own,
		"Your previous request to create the named bucket succeeded and you already own it.");
}

int s3_create_bucket(struct call *call, const struct s3_create_bucket_input *in,
	struct s3_create_bucket_output *out)
{
	struct s3_invalid_bucket_name detail = { .bucket_name = in->bucket };
	struct str location = { 0 }, region;
	struct s3_bucket_record old, record = { 0 };
	if (in->create_bucket_configuration)
		location = in->create_bucket_configuration->location_constraint;
	if (!bucket_name_is_valid(in->bucket))
		return fail_with(call, &s3_invalid_bucket_name, &detail,
			"The specified bucket is not valid.");
	if (check_location(call, location, &region) < 0)
		return -1;
	if (in->acl.p && !str_is(in->acl, "private"))
		return fail(call, &s3_invalid_bucket_acl_with_object_ownership,
			"Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
	out->location = arena_concat(call->arena, (struct str[]){ STR("/"), in->bucket }, 2);
	if (bucket_get(call, in->bucket, &old))
		return already_there(call, in->bucket, &old, region);
	record.account = call->identity.account;
	record.region = region;
	record.created_ms = OPT_I64(call->now_ms);
	record.location_constraint = location;
	bucket_put(call, in->bucket, &record);
	if (in->object_ownership.p) {
		struct s3_ownership_controls_rule rule = { .object_ownership =
								   in->object_ownership };
		struct s3_ownership_controls controls = { .rules = { &rule, 1 } };
		call_put_record(call, bucket_config_key(call, in->bucket, "ownership"),
			&s3_ownership_controls_shape, &controls);
	}
	return 0;
}

int s3_head_bucket(
	struct call *call, const struct s3_head_bucket_input *in, struct s3_head_bucket_output *out)
{
	struct s3_bucket_record record;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &record) < 0)
		return -1;
	out->bucket_region = record.region;
	return 0;
}

static bool has_keys(struct call *call, const char *kind, struct str bucket)
{
	struct txn_cursor c;
	struct str prefix =
		KEY(call->arena, KEY_LITERAL("s3"), key_text(str_c(kind)), key_text(bucket));
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	bool found = txn_cursor_next(&c);
	txn_cursor_close(&c);
	return found;
}

int s3_delete_bucket(struct call *call, const struct s3_delete_bucket_input *in,
	struct s3_delete_bucket_output *out)
{
	struct s3_bucket_not_empty detail = { .bucket_name = in->bucket };
	struct s3_bucket_record record;
	(void)out;
	if (s3_check_query(call) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &record) < 0)
		return -1;
	if (has_keys(call, "object", in->bucket))
		return fail_with(call, &s3_bucket_not_empty, &detail,
			"The bucket you tried to delete is not empty");
	if (has_keys(call, "version", in->bucket))
		return fail_with(call, &s3_bucket_not_empty, &detail,
			"The bucket you tried to delete is not empty. You must delete all versions in the bucket.");
	if (has_keys(call, "upload", in->bucket))
		return fail_with(call, &s3_bucket_not_empty, &detail,
			"The bucket you tried to delete has uploads that are not finished.");
	struct str config =
		KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("config"), key_text(in->bucket));
	txn_delete_range(call->txn, config, key_range_end(call->arena, config));
	txn_delete(call->txn, bucket_key(call, in->bucket));
	return 0;
}

int s3_get_bucket_location(struct call *call, const struct s3_get_bucket_location_input *in,
	struct s3_get_bucket_location_output *out)
{
	struct s3_bucket_record record;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &record) < 0)
		return -1;
	out->location_constraint = arena_printf(call->arena,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">%.*s</LocationConstraint>",
		STR_ARG(record.location_constraint));
	return 0;
}

int s3_list_buckets(struct call *call, const struct s3_list_buckets_input *in,
	struct s3_list_buckets_output *out)
{
	struct str all = KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("bucket"));
	struct str begin =
		in->continuation_token.n
			? key_after(call->arena, bucket_key(call, in->continuation_token))
			: all;
	struct txn_cursor c;
	int64_t max = in->max_buckets.set ? in->max_buckets.v : S3_BUCKETS_PAGE_MAX;
	if (max < 1 || max > S3_BUCKETS_PAGE_MAX)
		return s3_invalid(call, "max-buckets",
			arena_printf(call->arena, "%lld", (long long)max),
			"Argument max-buckets must be an integer between 1 and 10000");
	out->owner = s3_owner_of(call, call->identity.account);
	out->prefix = in->prefix;
	out->buckets.v = arena_zalloc(call->arena, sizeof *out->buckets.v);
	txn_cursor_open(call->txn, begin, key_range_end(call->arena, all), false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part name;
		struct s3_bucket_record record = { 0 };
		if (key_decode(call->arena, str_from(c.key, all.n), &name, 1) != 1 ||
			record_decode(call->arena, &s3_bucket_record_shape,
				arena_str(call->arena, c.value), &record) < 0)
			continue;
		if (!str_eq(record.account, call->identity.account) ||
			!str_starts(name.text, in->prefix) ||
			(in->bucket_region.p && !str_eq(in->bucket_region, record.region)))
			continue;
		if (out->buckets.n == (size_t)max) {
			out->continuation_token = out->buckets.v[max - 1].name;
			break;
		}
		out->buckets.v = s3_grow(
			call->arena, out->buckets.v, out->buckets.n, sizeof *out->buckets.v);
		out->buckets.v[out->buckets.n++] = (struct s3_bucket){ .name = name.text,
			.creation_date = OPT_TIME(record.created_ms.v),
			.bucket_region = record.region };
	}
	txn_cursor_close(&c);
	return 0;
}
