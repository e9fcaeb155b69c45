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

static bool is_used(const struct deploy *d, struct str key)
{
	for (const struct deploy_package *p = d ? d->packages : NULL; p; p = p->next)
		if (str_eq(p->key, key))
			return true;
	return d && str_ends(key, STR(".json")); /* templates: the stack's own may be one */
}

/* Deletes what begins with the prefix and is none of the deployment's (NULL: all of it). */
static int remove_unused(
	struct client *c, struct str bucket, struct str prefix, const struct deploy *d)
{
	struct s3_list_objects_v2_input in = { .bucket = bucket, .prefix = prefix };
	struct s3_list_objects_v2_output list;
	struct s3_delete_objects_output deleted;
	do {
		int r = client_call(c, &s3_api, &s3_list_objects_v2_operation, &in, &list);
		if (r < 0)
			return client_failed_with(c, &s3_no_such_bucket) ? 0 : r;
		struct s3_delete which = { .quiet = OPT_BOOL(true) };
		which.objects.v =
			ARENA_ARRAY(&c->arena, struct s3_object_identifier, list.contents.n + 1);
		for (size_t i = 0; i < list.contents.n; i++)
			if (!is_used(d, list.contents.v[i].key))
				which.objects.v[which.objects.n++].key = list.contents.v[i].key;
		struct s3_delete_objects_input out = { .bucket = bucket, .delete = &which };
		if (which.objects.n > 0)
			r = client_call(c, &s3_api, &s3_delete_objects_operation, &out, &deleted);
		if (r < 0)
			return r;
		in.continuation_token = list.next_continuation_token;
	} while (list.is_truncated.v && in.continuation_token.n > 0);
	return 0;
}

int upload_remove(struct client *c, const struct deploy *d)
{
	struct s3_delete_bucket_input in = { .bucket = d->bucket };
	struct s3_delete_bucket_output out;
	int r = remove_unused(c, d->bucket, d->key_prefix, NULL);
	if (r < 0 || !str_starts(d->bucket, STR(UPLOAD_BUCKET_PREFIX)))
		return r;
	/* Our own bucket goes with the last service's packages. */
	r = client_call(c, &s3_api, &s3_delete_bucket_operation, &in, &out);
	return r == -EREMOTEIO && (str_is(c->error_code, "BucketNotEmpty") ||
					  client_failed_with(c, &s3_no_such_bucket))
		       ? 0
		       : r;
}

int upload_prune(struct client *c, const struct deploy *d)
{
	return remove_unused(c, d->bucket, d->key_prefix, d);
}
