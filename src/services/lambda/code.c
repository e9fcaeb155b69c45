/* Code in requests: taken, stored and unpacked; given back by a signed link; UpdateFunctionCode. */
#include "api/s3.h"
#include "aws/hash.h"
#include "base/clock.h"
#include "base/encode.h"
#include "net/http_server.h"
#include "services/lambda/code_cache.h"
#include "services/lambda/internal.h"
#include "store/key.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_unzip(struct call *call, int error, const struct unzipped *u)
{
	if (error == -EINVAL)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Could not unzip uploaded file. Please check your file, then try to upload again. (%s)",
			u->why);
	if (error == -EFBIG)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Unzipped size must be smaller than %d bytes", LAMBDA_UNZIPPED_BYTES_MAX);
	if (error == -ENOSPC)
		return fail(call, &aws_service_unavailable,
			"The server's disk is full; nothing was stored.");
	return fail(call, &lambda_service_exception, "The code could not be unpacked: %s.",
		strerror(-error));
}

/* One blob of an archive in S3 after another, into the whole. */
static int read_parts(
	struct call *call, const struct s3_locate_object_output *object, struct str *out)
{
	size_t at = 0, size = (size_t)object->size.v;
	char *p = arena_try(call->arena, size + 1);
	int r = p ? 0 : -ENOMEM;
	for (size_t i = 0; i < object->blobs.n && r == 0; i++) {
		struct arena arena = { 0 };
		struct str part;
		r = blob_read(call->aws->blobs, object->blobs.v[i].blob, size - at, &arena, &part);
		if (r == 0 && part.n)
			memcpy(p + at, part.p, part.n);
		at += r == 0 ? part.n : 0;
		arena_fini(&arena);
	}
	if (r == 0)
		*out = (struct str){ p, at };
	return r;
}

/*
 * The archive's place in S3: its bytes in *zip when they are few or stand in several parts; else
 * its blob, pinned, so that it is not copied.
 */
static int read_s3(
	struct call *call, const struct code_source *source, struct str *zip, struct blob_id *blob)
{
	struct s3_locate_object_input in = { source->s3_bucket, source->s3_key,
		source->s3_version };
	struct s3_locate_object_output object = { 0 };
	if (!source->s3_bucket.n || !source->s3_key.n)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Please provide both S3Bucket and S3Key for the function code.");
	if (call_inner(call, &s3_locate_object_operation, NULL, &in, &object) < 0) {
		struct call_error error = call->error;
		if (error.shape == &aws_access_denied)
			return fail(call, &aws_access_denied,
				"Your access has been denied by S3, please make sure your request "
				"credentials have permission to GetObject for %.*s/%.*s. S3 Error "
				"Code: AccessDenied. S3 Error Message: %.*s",
				STR_ARG(in.bucket), STR_ARG(in.key), STR_ARG(error.message));
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %.*s",
			error.shape->query_code, STR_ARG(error.message));
	}
	if (object.size.v > LAMBDA_UNZIPPED_BYTES_MAX)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Unzipped size must be smaller than %d bytes", LAMBDA_UNZIPPED_BYTES_MAX);
	*zip = object.data;
	int r = 0;
	if (object.blobs.n == 1) {
		memcpy(blob->hex, object.blobs.v[0].blob.p, BLOB_ID_LENGTH);
		blob->hex[BLOB_ID_LENGTH] = 0;
		blob_pin(call->aws->blobs, object.blobs.v[0].blob);
		*zip = (struct str){ NULL, (size_t)object.size.v };
	} else if (!object.data.p) {
		r = read_parts(call, &object, zip);
	}
	if (r < 0)
		return fail(call, &lambda_service_exception,
			"The code could not be read from S3: %s.", strerror(-r));
	return 0;
}

static int check_source(struct call *call, const struct code_source *source)
{
	bool from_s3 = source->s3_bucket.p || source->s3_key.p;
	if (source->image_uri.p)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Functions in container images can't be run here; please provide a zip archive.");
	if (source->zip.p && from_s3)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Please do not provide other FunctionCode parameters when providing a ZipFile.");
	if (from_s3)
		return 0;
	if (!source->zip.p)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Please provide a source for function code.");
	if (source->zip.n == 0)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Uploaded file must be a non-empty zip");
	if (source->zip.n > LAMBDA_ZIP_BYTES_MAX)
		return fail(call, &lambda_request_too_large_exception,
			"Request must be smaller than 69905067 bytes for the %s operation",
			call->operation->name);
	return 0;
}

int code_take(struct call *call, const struct code_source *source, struct code *out)
{
	struct lambda *lambda = lambda_of(call->aws);
	struct unzipped unzipped;
	unsigned char digest[SHA256_BYTES];
	*out = (struct code){ 0 };
	struct str zip = source->zip;
	if (check_source(call, source) < 0)
		return -1;
	if (!zip.p && read_s3(call, source, &zip, &out->pin) < 0)
		return -1;
	int r = zip.p ? blob_put(call->aws->blobs, zip, &out->pin) : 0;
	if (r < 0)
		return fail_unzip(call, r == -EINVAL ? -EIO : r, &unzipped);
	out->blob = arena_str(call->arena, (struct str){ out->pin.hex, BLOB_ID_LENGTH });
	out->zip_bytes = (int64_t)zip.n;
	r = code_cache_ensure(lambda->code, out->blob, &unzipped);
	if (r < 0) {
		code_release(call, out, false);
		return fail_unzip(call, r, &unzipped);
	}
	out->unzipped_bytes = (int64_t)unzipped.bytes;
	if (hex_decode(out->blob, digest, sizeof digest) < 0)
		assert(!"a blob's name is its SHA-256");
	out->sha256 =
		base64_encode(call->arena, (struct str){ (const char *)digest, sizeof digest });
	return 0;
}

void code_release(struct call *call, struct code *code, bool kept)
{
	struct lambda *lambda = lambda_of(call->aws);
	if (!code->blob.p)
		return;
	blob_unpin(call->aws->blobs, &code->pin);
	if (kept)
		return;
	blob_collect(call->aws->blobs, code->blob);
	code_cache_collect(lambda->code, code->blob);
}

/* ---- what the account stores ---- */

static int64_t sum_sizes(struct call *call, struct str prefix, bool of_layers)
{
	struct txn_cursor c;
	struct arena arena = { 0 };
	int64_t sum = 0;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (txn_cursor_next(&c)) {
		struct lambda_version_record version = { 0 };
		struct lambda_layer_version_record layer = { 0 };
		if (of_layers && record_decode(&arena, &lambda_layer_version_record_shape, c.value,
					 &layer) == 0)
			sum += layer.code_size.v;
		if (!of_layers &&
			record_open(call->aws, &arena, &lambda_version_record_shape, c.key, c.value,
				&version) == 0 &&
			version.configuration)
			sum += version.configuration->code_size.v;
		arena_reset(&arena);
	}
	txn_cursor_close(&c);
	arena_fini(&arena);
	return sum;
}

int64_t code_storage_used(struct call *call, const struct function_name *name)
{
	return sum_sizes(call, lambda_kind_key(call->arena, name, "version"), false) +
	       sum_sizes(call, lambda_kind_key(call->arena, name, "layer-version"), true);
}

int code_check_storage(struct call *call, const struct function_name *name, int64_t more_bytes)
{
	/* The sum is only worth its walk where the quota could be near: archives are 50 MB at most.
	 */
	if (more_bytes < (1 << 20))
		return 0;
	if (code_storage_used(call, name) + more_bytes > LAMBDA_CODE_STORAGE_BYTES_MAX)
		return fail(call, &lambda_code_storage_exceeded_exception,
			"Code storage limit exceeded.");
	return 0;
}

/* ---- the link ---- */

static void sign(const struct aws *aws, struct str what, char out[2 * SHA256_BYTES + 1])
{
	unsigned char mac[SHA256_BYTES];
	hmac_sha256((struct str){ (const char *)aws->secret, sizeof aws->secret }, what, mac);
	hex_encode(mac, sizeof mac, out);
}

static struct str signed_text(struct arena *arena, struct str blob, struct str expires)
{
	return arena_printf(arena, "lambda-code\n%.*s\n%.*s", STR_ARG(blob), STR_ARG(expires));
}

struct str code_link(struct call *call, struct str blob, struct str name)
{
	char mac[2 * SHA256_BYTES + 1];
	struct str base = call_base_url(call);
	struct str expires = arena_printf(
		call->arena, "%lld", (long long)(call->now_ms / 1000 + LAMBDA_CODE_LINK_SECONDS));
	sign(call->aws, signed_text(call->arena, blob, expires), mac);
	return arena_printf(call->arena,
		"%.*s/_aws/lambda-code/%.*s/%.*s.zip?expires=%.*s&signature=%s", STR_ARG(base),
		STR_ARG(blob), STR_ARG(name), STR_ARG(expires), mac);
}

static void respond_text(struct http_exchange *ex, int status, struct str text)
{
	struct http_header type = { STR_INIT("Content-Type"), STR_INIT("text/plain") };
	http_respond(ex, status, &type, 1, text);
}

static void send_blob(struct aws *aws, struct http_exchange *ex, struct str blob)
{
	static const struct http_header headers[] = {
		{ STR_INIT("Content-Type"), STR_INIT("application/zip") },
		{ STR_INIT("Cache-Control"), STR_INIT("no-store") },
	};
	struct str bytes;
	if (blob_read(aws->blobs, blob, LAMBDA_UNZIPPED_BYTES_MAX, http_arena(ex), &bytes) < 0)
		respond_text(ex, 404, STR("The code is gone.\n"));
	else
		http_respond(ex, 200, headers, COUNT_OF(headers), bytes);
}

bool code_serve(struct aws *aws, struct http_exchange *ex)
{
	static const struct str prefix = STR_INIT("/_aws/lambda-code/");
	const struct http_request *request = http_request(ex);
	struct arena *arena = http_arena(ex);
	if (!str_starts(request->path, prefix) || !aws_host_is_allowed(aws, request->host))
		return false;
	struct str rest = str_from(request->path, prefix.n), blob;
	char mac[2 * SHA256_BYTES + 1];
	unsigned char digest[SHA256_BYTES];
	str_cut(&rest, '/', &blob);
	struct str expires = http_query_get(arena, request->query, STR("expires"));
	struct str signature = http_query_get(arena, request->query, STR("signature"));
	int64_t until = 0;
	bool ok = blob.n == BLOB_ID_LENGTH && hex_decode(blob, digest, sizeof digest) == 0 &&
		  expires.p && str_to_i64(expires, &until) == 0 && signature.n == sizeof mac - 1;
	if (ok) {
		sign(aws, signed_text(arena, blob, expires), mac);
		ok = bytes_equal_secret(mac, signature.p, signature.n);
	}
	if (!ok)
		respond_text(ex, 403, STR("The link's signature is wrong.\n"));
	else if (until < (aws->now_ms ? aws->now_ms() : clock_now_ms()) / 1000)
		respond_text(ex, 403, STR("The link has expired.\n"));
	else
		send_blob(aws, ex, blob);
	return true;
}

/* ---- UpdateFunctionCode ---- */

struct update {
	const struct lambda_update_function_code_input *in;
	struct lambda_function_configuration *out;
	struct function_name name;
	struct code code;
};

static int replace_code(struct call *call, struct update *u,
	struct lambda_function_record *function, struct lambda_version_record *latest)
{
	struct lambda_function_configuration *c = latest->configuration;
	struct lambda_version_record old = *latest;
	lambda_unref_blobs(call, &u->name, 0, latest);
	latest->code_blob = u->code.blob;
	latest->unzipped_bytes = OPT_I64(u->code.unzipped_bytes);
	latest->key = lambda_random_key(call);
	c->code_sha256 = u->code.sha256;
	c->code_size = OPT_I64(u->code.zip_bytes);
	c->last_modified = lambda_now_text(call);
	c->revision_id = lambda_new_revision(call);
	if (u->in->architectures.v)
		c->architectures = u->in->architectures;
	if (latest->unzipped_bytes.v + latest->layer_bytes.v > LAMBDA_UNZIPPED_BYTES_MAX)
		return fail(call, &lambda_invalid_parameter_value_exception,
			"Function code combined with layers exceeds the maximum allowed size of %d bytes. "
			"The actual size is "
			"%lld bytes.",
			LAMBDA_UNZIPPED_BYTES_MAX,
			(long long)(latest->unzipped_bytes.v + latest->layer_bytes.v));
	lambda_ref_blobs(call, &u->name, 0, latest);
	lambda_write_version(call, &u->name, 0, latest);
	lambda_retire_version(call, &old);
	struct lambda_version_record published = *latest;
	if (u->in->publish.v &&
		lambda_publish(call, &u->name, function, latest, (struct str){ 0 }, &published) < 0)
		return -1;
	lambda_configuration_of(call, &u->name, &published, u->out);
	return 0;
}

static int update_code(struct call *call, void *arg)
{
	struct update *u = arg;
	struct lambda_function_record function;
	struct lambda_version_record latest;
	int64_t number;
	if (lambda_read_function(call, &u->name, &function) < 0 ||
		lambda_read_version(call, &u->name, &latest, &number) < 0)
		return -1;
	if (lambda_check_revision(call, u->in->revision_id, latest.configuration->revision_id) < 0)
		return -1;
	if (!u->code.blob.p)
		return 0; /* only looking whether it is worth taking the code */
	if (u->in->dry_run.v) {
		lambda_configuration_of(call, &u->name, &latest, u->out);
		u->out->code_sha256 = u->code.sha256;
		u->out->code_size = OPT_I64(u->code.zip_bytes);
		return 0;
	}
	if (code_check_storage(call, &u->name, u->code.zip_bytes) < 0)
		return -1;
	return replace_code(call, u, &function, &latest);
}

int lambda_update_function_code(struct call *call,
	const struct lambda_update_function_code_input *in,
	struct lambda_function_configuration *out)
{
	struct update u = { .in = in, .out = out };
	struct code_source source = { in->zip_file, in->s3_bucket, in->s3_key,
		in->s3_object_version, in->image_uri };
	if (lambda_name_of_function(call, in->function_name, &u.name) < 0 ||
		call_read(call, update_code, &u) < 0 || code_take(call, &source, &u.code) < 0)
		return -1;
	int r = call_write(call, update_code, &u);
	code_release(call, &u.code, r == 0 && !in->dry_run.v);
	return r;
}
