/* Packages into their bucket, by S3's own protocol: bodies are streams. */
#include "cli/upload.h"
#include "api/s3.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include <errno.h>

enum { UPLOAD_TIMEOUT_MS = 10 * 60 * 1000 };

static int create_bucket(struct client *c, struct str bucket)
{
	struct s3_create_bucket_configuration where = { .location_constraint = c->region };
	struct s3_create_bucket_input in = { .bucket = bucket,
		.create_bucket_configuration = str_is(c->region, "us-east-1") ? NULL : &where };
	struct s3_create_bucket_output out;
	int r = client_call(c, &s3_api, &s3_create_bucket_operation, &in, &out);
	/* Another deployment may have made it meanwhile. */
	return r < 0 && client_failed_with(c, &s3_bucket_already_owned_by_you) ? 0 : r;
}

int upload_is_there(struct client *c, struct str bucket, struct str key)
{
	struct s3_list_objects_v2_input in = {
		.bucket = bucket, .prefix = key, .max_keys = OPT_I64(1)
	};
	struct s3_list_objects_v2_output out;
	int r = client_call(c, &s3_api, &s3_list_objects_v2_operation, &in, &out);
	if (r < 0 && client_failed_with(c, &s3_no_such_bucket))
		return create_bucket(c, bucket);
	return r < 0 ? r : out.contents.n > 0 && str_eq(out.contents.v[0].key, key);
}

int upload_put(struct client *c, struct str bucket, struct str key, struct str bytes)
{
	static const struct http_header type = { STR_INIT("Content-Type"),
		STR_INIT("application/zip") };
	struct client_request what = {
		.method = STR("PUT"),
		.path = arena_printf(&c->arena, "/%.*s/%.*s", STR_ARG(bucket), STR_ARG(key)),
		.service = STR("s3"),
		.headers = &type,
		.header_count = 1,
		.body = bytes,
		.timeout_ms = UPLOAD_TIMEOUT_MS,
	};
	struct http_client_response response;
	int r = client_send(c, &what, &response);
	if (r < 0 || response.status / 100 == 2)
		return r;
	c->error_code = arena_printf(&c->arena, "HTTP %d", response.status);
	c->error_message = response.body;
	return -EREMOTEIO;
}

int upload_remove(struct client *c, struct str bucket, struct str prefix)
{
	struct s3_list_objects_v2_input in = { .bucket = bucket, .prefix = prefix };
	struct s3_list_objects_v2_output list;
	struct s3_delete_objects_output deleted;
	int r;
	do {
		r = client_call(c, &s3_api, &s3_list_objects_v2_operation, &in, &list);
		if (r < 0)
			return client_failed_with(c, &s3_no_such_bucket) ? 0 : r;
		struct s3_delete which = { .quiet = OPT_BOOL(true) };
		which.objects.v =
			ARENA_ARRAY(&c->arena, struct s3_object_identifier, list.contents.n + 1);
		for (; which.objects.n < list.contents.n; which.objects.n++)
			which.objects.v[which.objects.n].key = list.contents.v[which.objects.n].key;
		struct s3_delete_objects_input out = { .bucket = bucket, .delete = &which };
		if (which.objects.n > 0)
			r = client_call(c, &s3_api, &s3_delete_objects_operation, &out, &deleted);
	} while (r == 0 && list.contents.n > 0 && list.is_truncated.v);
	return r;
}
