/* The stored records of functions: their keys, and reading and writing them. */
#include "base/clock.h"
#include "base/encode.h"
#include "base/random.h"
#include "services/lambda/internal.h"
#include "store/key.h"
#include <errno.h>

struct str lambda_kind_key(struct arena *arena, const struct function_name *name, const char *kind)
{
	return KEY(arena, KEY_LITERAL("lambda"), key_text(name->account), key_text(name->region),
		key_text(str_c(kind)));
}

struct str lambda_part_key(struct arena *arena, const struct function_name *name, const char *kind)
{
	return KEY(arena, KEY_LITERAL("lambda"), key_text(name->account), key_text(name->region),
		key_text(str_c(kind)), key_text(name->name));
}

struct str lambda_version_key(struct arena *arena, const struct function_name *name, int64_t number)
{
	return KEY(arena, KEY_LITERAL("lambda"), key_text(name->account), key_text(name->region),
		KEY_LITERAL("version"), key_text(name->name), key_int(number));
}

struct str lambda_named_key(
	struct arena *arena, const struct function_name *name, const char *kind, struct str last)
{
	if (!last.p || str_is(last, "$LATEST"))
		last = STR("");
	return KEY(arena, KEY_LITERAL("lambda"), key_text(name->account), key_text(name->region),
		key_text(str_c(kind)), key_text(name->name), key_text(last));
}

int lambda_read_function(
	struct call *call, const struct function_name *name, struct lambda_function_record *out)
{
	*out = (struct lambda_function_record){ 0 };
	if (!call_get_record(call, lambda_part_key(call->arena, name, "function"),
		    &lambda_function_record_shape, out))
		return lambda_fail_not_found(call, name);
	return 0;
}

bool lambda_read_alias(struct call *call, const struct function_name *name, struct str alias,
	struct lambda_alias_configuration *out)
{
	*out = (struct lambda_alias_configuration){ 0 };
	return call_get_record(call, lambda_named_key(call->arena, name, "alias", alias),
		&lambda_alias_configuration_shape, out);
}

static int number_of(struct call *call, const struct function_name *name, int64_t *number)
{
	struct lambda_alias_configuration alias;
	*number = 0;
	if (qualifier_is_latest(name->qualifier))
		return 0;
	struct str version = name->qualifier;
	if (!qualifier_is_version(version)) {
		if (!lambda_read_alias(call, name, version, &alias))
			return lambda_fail_not_found(call, name);
		version = alias.function_version;
		if (qualifier_is_latest(version))
			return 0;
	}
	if (str_to_i64(version, number) < 0 || *number < 1)
		return lambda_fail_not_found(call, name);
	return 0;
}

int lambda_read_version(struct call *call, const struct function_name *name,
	struct lambda_version_record *out, int64_t *number)
{
	*out = (struct lambda_version_record){ 0 };
	if (number_of(call, name, number) < 0)
		return -1;
	struct str key = lambda_version_key(call->arena, name, *number);
	if (!call_get_record(call, key, &lambda_version_record_shape, out) || !out->configuration)
		return lambda_fail_not_found(call, name);
	return 0;
}

int lambda_check_qualifier(struct call *call, const struct function_name *name)
{
	struct lambda_version_record version;
	int64_t number;
	return lambda_read_version(call, name, &version, &number);
}

static struct str blob_owner(struct call *call, const struct function_name *name, int64_t number)
{
	return arena_printf(call->arena, "lambda/%.*s/%.*s/%.*s/%lld", STR_ARG(name->account),
		STR_ARG(name->region), STR_ARG(name->name), (long long)number);
}

void lambda_write_version(struct call *call, const struct function_name *name, int64_t number,
	const struct lambda_version_record *version)
{
	/* Environments hold secrets. */
	call_put_sealed(call, lambda_version_key(call->arena, name, number),
		&lambda_version_record_shape, version);
}

void lambda_ref_blobs(struct call *call, const struct function_name *name, int64_t number,
	const struct lambda_version_record *version)
{
	struct str owner = blob_owner(call, name, number);
	if (version->code_blob.n)
		blob_ref(call->txn, call->arena, version->code_blob, owner);
	for (size_t i = 0; i < version->layer_blobs.n; i++)
		blob_ref(call->txn, call->arena, version->layer_blobs.v[i], owner);
}

void lambda_unref_blobs(struct call *call, const struct function_name *name, int64_t number,
	const struct lambda_version_record *version)
{
	struct str owner = blob_owner(call, name, number);
	if (version->code_blob.n)
		blob_unref(call->txn, call->arena, version->code_blob, owner);
	for (size_t i = 0; i < version->layer_blobs.n; i++)
		blob_unref(call->txn, call->arena, version->layer_blobs.v[i], owner);
}

struct str lambda_new_revision(struct call *call)
{
	char *id = arena_alloc(call->arena, UUID_LENGTH + 1);
	random_uuid(id);
	return (struct str){ id, UUID_LENGTH };
}

int lambda_check_revision(struct call *call, struct str wanted, struct str current)
{
	if (wanted.p && !str_eq(wanted, current))
		return fail(call, &lambda_precondition_failed_exception,
			"The RevisionId provided does not match the latest RevisionId. Call the "
			"GetFunction/GetAlias API to retrieve the latest RevisionId for your resource.");
	return 0;
}

struct str lambda_now_text(struct call *call)
{
	char text[CLOCK_TEXT_MAX];
	size_t n = clock_format_lambda(call->now_ms, text);
	return arena_str(call->arena, (struct str){ text, n });
}

struct str lambda_random_key(struct call *call)
{
	unsigned char bytes[16];
	char *text = arena_alloc(call->arena, 2 * sizeof bytes + 1);
	random_bytes(bytes, sizeof bytes);
	hex_encode(bytes, sizeof bytes, text);
	return (struct str){ text, 2 * sizeof bytes };
}

void lambda_configuration_of(struct call *call, const struct function_name *name,
	const struct lambda_version_record *v, struct lambda_function_configuration *out)
{
	*out = *v->configuration;
	out->function_name = name->name;
	struct function_name full = *name;
	if (!full.qualifier.p && !qualifier_is_latest(out->version))
		full.qualifier = out->version;
	out->function_arn = function_arn(call->arena, &full);
	out->state = STR("Active");
	out->last_update_status = STR("Successful");
}
