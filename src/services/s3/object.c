/*
 * Versions of objects. The current version is the row ("s3", "object", bucket, key): so a listing
 * reads what it lists. Earlier versions and delete markers are rows ("s3", "version", bucket, key,
 * -sequence), the newest first; a delete marker that is the newest leaves no current row.
 */
#include "base/random.h"
#include "services/s3/internal.h"

enum { VERSION_SEQUENCE_CHARS = 13, VERSION_RANDOM_CHARS = 19 };
static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

struct str object_key(struct call *call, struct str bucket, struct str key)
{
	return KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("object"), key_text(bucket),
		key_text(key));
}

struct str version_key(struct call *call, struct str bucket, struct str key, int64_t sequence)
{
	return KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("version"), key_text(bucket),
		key_text(key), key_int(-sequence));
}

struct str data_key(struct call *call, struct str id)
{
	return KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("data"), key_text(id));
}

struct str parts_key(struct call *call, struct str id)
{
	return KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("parts"), key_text(id));
}

struct str object_new_id(struct call *call)
{
	return arena_printf(call->arena, "%012llx%016llx", (unsigned long long)call->now_ms,
		(unsigned long long)random_u64());
}

int object_check_key(struct call *call, struct str key)
{
	if (key.n > S3_KEY_BYTES_MAX)
		return fail(call, &s3_key_too_long_error, "Your key is too long");
	if (!str_is_utf8(key))
		return s3_invalid(call, "key", STR(""), "The key is not UTF-8");
	return 0;
}

/* ---- version ids: the sequence, so that it leads to the row, and something that can't be guessed */

static struct str make_version_id(struct call *call, int64_t sequence)
{
	char *id = arena_alloc(call->arena, VERSION_SEQUENCE_CHARS + VERSION_RANDOM_CHARS + 1);
	uint64_t n = (uint64_t)sequence;
	for (int i = VERSION_SEQUENCE_CHARS - 1; i >= 0; i--, n >>= 5)
		id[i] = digits[n & 31];
	random_text(id + VERSION_SEQUENCE_CHARS, VERSION_RANDOM_CHARS, str_c(digits));
	return (struct str){ id, VERSION_SEQUENCE_CHARS + VERSION_RANDOM_CHARS };
}

bool object_sequence_of(struct str id, int64_t *out)
{
	uint64_t n = 0;
	if (id.n != VERSION_SEQUENCE_CHARS + VERSION_RANDOM_CHARS)
		return false;
	for (int i = 0; i < VERSION_SEQUENCE_CHARS; i++) {
		const char *at = id.p[i] ? strchr(digits, id.p[i]) : NULL;
		if (!at)
			return false;
		n = n << 5 | (uint64_t)(at - digits);
	}
	*out = (int64_t)n;
	return n <= INT64_MAX;
}

struct str object_version_id(
	const struct s3_bucket_record *bucket, const struct s3_object_record *record)
{
	if (!bucket->versioning.p)
		return (struct str){ 0 };
	return record->version_id.p ? record->version_id : STR("null");
}

/* ---- finding ---- */

bool object_decode(struct call *call, struct str value, struct s3_object_record *out)
{
	*out = (struct s3_object_record){ 0 };
	return record_decode(call->arena, &s3_object_record_shape, value, out) == 0;
}

bool object_current(
	struct call *call, struct str bucket, struct str key, struct s3_object_record *out)
{
	return s3_get_record(call, object_key(call, bucket, key), &s3_object_record_shape, out);
}

static struct str versions_prefix(struct call *call, struct str bucket, struct str key)
{
	return KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("version"), key_text(bucket),
		key_text(key));
}

/* The newest of the version rows; with is_null, the one without an id. */
static bool find_row(struct call *call, struct str bucket, struct str key, bool is_null,
	struct s3_object_record *out)
{
	struct txn_cursor c;
	struct str prefix = versions_prefix(call, bucket, key);
	bool found = false;
	txn_cursor_open(call->txn, prefix, key_range_end(call->arena, prefix), false, &c);
	while (!found && txn_cursor_next(&c))
		found = object_decode(call, arena_str(call->arena, c.value), out) &&
			(!is_null || !out->version_id.p);
	txn_cursor_close(&c);
	return found;
}

bool object_newest(
	struct call *call, struct str bucket, struct str key, struct s3_object_record *out)
{
	return object_current(call, bucket, key, out) || find_row(call, bucket, key, false, out);
}

bool object_version(struct call *call, struct str bucket, struct str key, struct str version_id,
	struct s3_object_record *out, bool *is_current)
{
	int64_t sequence;
	bool is_null = str_is(version_id, "null");
	*is_current = object_current(call, bucket, key, out);
	if (*is_current && (!version_id.p || (is_null ? !out->version_id.p
						      : str_eq(out->version_id, version_id))))
		return true;
	*is_current = false;
	if (!version_id.p)
		return false;
	if (is_null)
		return find_row(call, bucket, key, true, out);
	return object_sequence_of(version_id, &sequence) &&
	       s3_get_record(call, version_key(call, bucket, key, sequence),
		       &s3_object_record_shape, out) &&
	       str_eq(out->version_id, version_id);
}

static int not_found(struct call *call, struct str key, struct str version_id)
{
	struct s3_no_such_key no_key = { .key = key };
	struct s3_no_such_version no_version = { .key = key, .version_id = version_id };
	int64_t sequence;
	if (!version_id.p)
		return fail_with(
			call, &s3_no_such_key, &no_key, "The specified key does not exist.");
	if (!str_is(version_id, "null") && !object_sequence_of(version_id, &sequence))
		return s3_invalid(call, "versionId", version_id, "Invalid version id specified");
	return fail_with(
		call, &s3_no_such_version, &no_version, "The specified version does not exist.");
}

int object_find(struct call *call, const struct s3_bucket_record *bucket, struct str bucket_name,
	struct str key, struct str version_id, struct s3_object_record *out)
{
	bool is_current;
	if (version_id.p && !version_id.n)
		return s3_invalid(
			call, "versionId", version_id, "Version id cannot be the empty string");
	if (!object_version(call, bucket_name, key, version_id, out, &is_current)) {
		struct s3_object_record marker;
		if (!version_id.p && bucket->versioning.p &&
			find_row(call, bucket_name, key, false, &marker)) {
			call_header(call, STR("x-amz-delete-marker"), STR("true"));
			call_header(
				call, STR("x-amz-version-id"), object_version_id(bucket, &marker));
		}
		return not_found(call, key, version_id);
	}
	if (out->is_delete_marker.v) {
		struct s3_method_not_allowed detail = { .method =
								str_c(call->operation->http_method),
			.resource_type = STR("DeleteMarker") };
		call_header(call, STR("x-amz-delete-marker"), STR("true"));
		call_header(call, STR("x-amz-version-id"), object_version_id(bucket, out));
		return fail_with(call, &s3_method_not_allowed, &detail,
			"The specified method is not allowed against this resource.");
	}
	return 0;
}

/* ---- changing ---- */

void object_replace(struct call *call, struct str bucket, struct str key,
	const struct s3_object_record *record, bool is_current)
{
	struct str at = is_current ? object_key(call, bucket, key)
				   : version_key(call, bucket, key, record->sequence.v);
	call_put_record(call, at, &s3_object_record_shape, record);
}

void body_ref(struct call *call, struct str blob, struct str id)
{
	blob_ref(call->txn, call->arena, blob,
		arena_concat(call->arena, (struct str[]){ STR("s3/"), id }, 2));
}

void body_unref(struct call *call, struct str blob, struct str id)
{
	blob_unref(call->txn, call->arena, blob,
		arena_concat(call->arena, (struct str[]){ STR("s3/"), id }, 2));
	collect_soon(call, blob);
}

void object_release(struct call *call, const struct s3_object_record *record)
{
	struct s3_parts_record parts;
	if (record->is_delete_marker.v)
		return;
	if (record->part_count.v > 0) {
		if (s3_get_record(
			    call, parts_key(call, record->id), &s3_parts_record_shape, &parts))
			for (size_t i = 0; i < parts.parts.n; i++)
				body_unref(call, parts.parts.v[i].blob, parts.parts.v[i].id);
		txn_delete(call->txn, parts_key(call, record->id));
	} else if (record->blob.p) {
		body_unref(call, record->blob, record->id);
	} else {
		txn_delete(call->txn, data_key(call, record->id));
	}
}

/* Takes the null version away, wherever it is; a current version that has an id becomes an earlier
 * one. */
static void make_room(
	struct call *call, struct str bucket, struct str key, bool keep_null, bool has_versions)
{
	struct s3_object_record old;
	bool is_there = object_current(call, bucket, key, &old);
	if (is_there && (old.version_id.p || keep_null))
		object_replace(call, bucket, key, &old, false);
	else if (is_there)
		object_release(call, &old);
	if (has_versions && !keep_null && (!is_there || old.version_id.p) &&
		find_row(call, bucket, key, true, &old)) {
		object_release(call, &old);
		txn_delete(call->txn, version_key(call, bucket, key, old.sequence.v));
	}
}

static int64_t next_sequence(
	struct call *call, const struct s3_bucket_record *bucket, struct str name, struct str key)
{
	struct s3_object_record newest;
	int64_t sequence = call->now_ms * 1000;
	if (bucket->versioning.p && object_newest(call, name, key, &newest))
		sequence = MAX(sequence, newest.sequence.v + 1);
	return sequence;
}

void object_install(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str key, struct s3_object_record *record)
{
	bool enabled = str_is(bucket->versioning, "Enabled");
	record->sequence = OPT_I64(next_sequence(call, bucket, name, key));
	record->version_id =
		enabled ? make_version_id(call, record->sequence.v) : (struct str){ 0 };
	make_room(call, name, key, enabled, bucket->versioning.p != NULL);
	object_replace(call, name, key, record, true);
}

static void put_marker(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str key, struct s3_delete_object_output *out)
{
	bool enabled = str_is(bucket->versioning, "Enabled");
	struct s3_object_record marker = { .is_delete_marker = OPT_BOOL(true),
		.modified_ms = OPT_I64(call->now_ms) };
	marker.sequence = OPT_I64(next_sequence(call, bucket, name, key));
	marker.version_id = enabled ? make_version_id(call, marker.sequence.v) : (struct str){ 0 };
	make_room(call, name, key, enabled, true);
	txn_delete(call->txn, object_key(call, name, key));
	object_replace(call, name, key, &marker, false);
	out->delete_marker = OPT_BOOL(true);
	out->version_id = object_version_id(bucket, &marker);
}

/* The newest of the earlier versions becomes current, unless it is a delete marker. */
static void promote(struct call *call, struct str bucket, struct str key)
{
	struct s3_object_record newest;
	if (!find_row(call, bucket, key, false, &newest) || newest.is_delete_marker.v)
		return;
	txn_delete(call->txn, version_key(call, bucket, key, newest.sequence.v));
	object_replace(call, bucket, key, &newest, true);
}

static void delete_version(struct call *call, struct str bucket, struct str key,
	struct str version_id, struct s3_delete_object_output *out)
{
	struct s3_object_record record, current;
	bool is_current;
	out->version_id = version_id;
	if (!object_version(call, bucket, key, version_id, &record, &is_current))
		return;
	if (record.is_delete_marker.v)
		out->delete_marker = OPT_BOOL(true);
	object_release(call, &record);
	if (is_current)
		txn_delete(call->txn, object_key(call, bucket, key));
	else
		txn_delete(call->txn, version_key(call, bucket, key, record.sequence.v));
	if (is_current || !object_current(call, bucket, key, &current))
		promote(call, bucket, key);
}

void object_delete(struct call *call, const struct s3_bucket_record *bucket, struct str name,
	struct str key, struct str version_id, struct s3_delete_object_output *out)
{
	struct s3_object_record old;
	if (version_id.p) {
		delete_version(call, name, key, version_id, out);
		return;
	}
	if (bucket->versioning.p) {
		put_marker(call, bucket, name, key, out);
		return;
	}
	if (!object_current(call, name, key, &old))
		return;
	object_release(call, &old);
	txn_delete(call->txn, object_key(call, name, key));
}
