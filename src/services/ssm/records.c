/* Parameters and their versions in the store, and the names that lead to them. */
#include "aws/seal.h"
#include "base/encode.h"
#include "services/ssm/internal.h"

struct str parameter_key(struct call *call, struct str name)
{
	return call_key(call, "parameter", name);
}

struct str parameter_versions_prefix(struct call *call, struct str name)
{
	return call_key(call, "version", name);
}

struct str parameter_version_key(struct call *call, struct str name, int64_t version)
{
	return KEY(call->arena, KEY_LITERAL("ssm"), key_text(call->identity.account),
		key_text(call->identity.region), KEY_LITERAL("version"), key_text(name),
		key_int(version));
}

bool parameter_get(struct call *call, struct str name, struct ssm_parameter_record *out)
{
	*out = (struct ssm_parameter_record){ 0 };
	return call_get_record(call, parameter_key(call, name), &ssm_parameter_record_shape, out);
}

void parameter_put(struct call *call, struct str name, const struct ssm_parameter_record *record)
{
	call_put_record(call, parameter_key(call, name), &ssm_parameter_record_shape, record);
}

bool parameter_version_get(
	struct call *call, struct str name, int64_t version, struct ssm_version_record *out)
{
	*out = (struct ssm_version_record){ 0 };
	return call_get_record(
		call, parameter_version_key(call, name, version), &ssm_version_record_shape, out);
}

void parameter_version_put(struct call *call, struct str name, int64_t version,
	const struct ssm_version_record *record)
{
	call_put_record(call, parameter_version_key(call, name, version), &ssm_version_record_shape,
		record);
}

bool parameter_version_has_label(const struct ssm_version_record *record, struct str label)
{
	for (size_t i = 0; i < record->labels.n; i++)
		if (str_eq(record->labels.v[i], label))
			return true;
	return false;
}

bool parameter_version_find(struct call *call, struct str name,
	const struct ssm_parameter_record *parameter, struct str selector, int64_t *version,
	struct ssm_version_record *out)
{
	if (!selector.n || str_to_i64(selector, version) == 0) {
		if (!selector.n)
			*version = parameter->version.v;
		return parameter_version_get(call, name, *version, out);
	}
	for (int64_t v = parameter->version.v; v >= parameter->oldest.v; v--) {
		*version = v;
		if (parameter_version_get(call, name, v, out) &&
			parameter_version_has_label(out, selector))
			return true;
	}
	return false;
}

void parameter_delete(struct call *call, struct str name)
{
	struct str versions = parameter_versions_prefix(call, name);
	txn_delete(call->txn, parameter_key(call, name));
	txn_delete_range(call->txn, versions, key_range_end(call->arena, versions));
}

struct str parameter_name_split(struct call *call, struct str text, struct str *selector)
{
	*selector = (struct str){ 0 };
	ssize_t at = str_find(text, STR(":parameter/"));
	if (str_starts(text, STR("arn:")) && at >= 0) {
		/* The ARN of "a" and of "/a/b": parameter/a and parameter/a/b. */
		struct str rest = str_from(text, (size_t)at + strlen(":parameter/"));
		text = str_index(rest, '/') < 0 ? rest
						: str_from(text, (size_t)at + strlen(":parameter"));
		struct ssm_parameter_record record;
		ssize_t end = str_index(rest, ':');
		struct str bare = end < 0 ? rest : str_sub(rest, 0, (size_t)end);
		if (str_eq(text, rest) && !parameter_get(call, bare, &record))
			text = arena_printf(call->arena, "/%.*s", STR_ARG(rest));
	}
	ssize_t colon = str_index(text, ':');
	if (colon < 0)
		return text;
	*selector = str_from(text, (size_t)colon + 1);
	return str_sub(text, 0, (size_t)colon);
}

struct str parameter_arn(struct call *call, struct str name)
{
	return call_arn(call, "ssm", "parameter%s%.*s", str_starts(name, STR("/")) ? "" : "/",
		STR_ARG(name));
}

bool parameter_is_secure(const struct ssm_version_record *record)
{
	return str_is(record->type, SSM_PARAMETER_TYPE_SECURESTRING);
}

int parameter_value_shown(struct call *call, struct str name, int64_t version,
	const struct ssm_version_record *record, bool with_decryption, struct str *out)
{
	if (!parameter_is_secure(record)) {
		*out = record->value;
		return 0;
	}
	if (!with_decryption) {
		*out = base64_encode(call->arena, record->sealed);
		return 0;
	}
	if (seal_open(call->aws, call->arena, SSM_SEAL_LABEL,
		    parameter_version_key(call, name, version), record->sealed, out) < 0)
		return fail(call, &ssm_invalid_key_id,
			"The value of %.*s can't be decrypted with this server's key.",
			STR_ARG(name));
	return 0;
}
