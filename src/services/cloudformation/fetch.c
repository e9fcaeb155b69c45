/* Templates by URL: objects of S3 on this server, whatever the host's name is. */
#include "api/s3.h"
#include "base/encode.h"
#include "net/http.h"
#include "services/cloudformation/internal.h"

static int bad_url(struct call *call, struct str url)
{
	return fail(call, &cloudformation_validation_error,
		"TemplateURL must be a supported URL: %.*s", STR_ARG(url));
}

/* The bucket in bucket.s3.region.amazonaws.com or bucket.s3.localhost; p == NULL for path style. */
static struct str bucket_of_host(struct str host)
{
	ssize_t at = str_find(host, STR(".s3"));
	if (at > 0 && (host.p[at + 3] == '.' || host.p[at + 3] == '-'))
		return str_sub(host, 0, (size_t)at);
	return (struct str){ 0 };
}

int cfn_fetch_template(struct call *call, struct str url, struct str *out)
{
	struct s3_locate_object_output located = { 0 };
	struct buf b = { 0 };
	ssize_t scheme = str_find(url, STR("://"));
	if (scheme < 0)
		return bad_url(call, url);
	struct str rest = str_from(url, (size_t)scheme + 3), host, path = { 0 }, version = { 0 };
	ssize_t slash = str_index(rest, '/'), query;
	if (slash < 0)
		return bad_url(call, url);
	host = str_sub(rest, 0, (size_t)slash);
	rest = str_from(rest, (size_t)slash + 1);
	if ((query = str_index(rest, '?')) >= 0) {
		version = http_query_get(
			call->arena, str_from(rest, (size_t)query + 1), STR("versionId"));
		rest = str_sub(rest, 0, (size_t)query);
	}
	struct str bucket = bucket_of_host(host);
	if (!bucket.p) {
		slash = str_index(rest, '/');
		if (slash < 0)
			return bad_url(call, url);
		bucket = str_sub(rest, 0, (size_t)slash);
		rest = str_from(rest, (size_t)slash + 1);
	}
	if (percent_decode(call->arena, rest, false, &path) < 0 || !path.n)
		return bad_url(call, url);
	struct s3_locate_object_input in = { .bucket = bucket, .key = path, .version_id = version };
	if (call_inner(call, &s3_locate_object_operation, NULL, &in, &located) < 0)
		return fail(call, &cloudformation_validation_error,
			"S3 error: %.*s\nFor more information check "
			"http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
			STR_ARG(call->error.message));
	if (located.size.v > CFN_TEMPLATE_URL_BYTES_MAX)
		return fail(call, &cloudformation_validation_error,
			"Template may not exceed %d bytes in size.", CFN_TEMPLATE_URL_BYTES_MAX);
	buf_str(&b, located.data);
	for (size_t i = 0; i < located.blobs.n; i++) {
		struct str part;
		if (blob_read(call->aws->blobs, located.blobs.v[i].blob, CFN_TEMPLATE_URL_BYTES_MAX,
			    call->arena, &part) < 0) {
			buf_fini(&b);
			return fail(call, &cloudformation_validation_error,
				"S3 error: the template's object can't be read.");
		}
		buf_str(&b, part);
	}
	*out = arena_str(call->arena, buf_view(&b));
	buf_fini(&b);
	return 0;
}
