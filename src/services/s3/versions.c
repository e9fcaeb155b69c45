/* Versioning of buckets, and ListObjectVersions. */
#include "services/s3/internal.h"

int s3_put_bucket_versioning(struct call *call, const struct s3_put_bucket_versioning_input *in,
	struct s3_put_bucket_versioning_output *out)
{
	const struct s3_versioning_configuration *c = in->versioning_configuration;
	struct s3_bucket_record bucket;
	(void)out;
	if (s3_check_body(call) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (!c || (!str_is(c->status, "Enabled") && !str_is(c->status, "Suspended")))
		return fail(call, &s3_malformed_xml,
			"The XML you provided was not well-formed or did not validate against our published schema");
	if (str_is(c->mfa_delete, "Enabled"))
		return fail(call, &s3_not_implemented, "MFA Delete is not served");
	bucket.versioning = c->status;
	bucket_put(call, in->bucket, &bucket);
	return 0;
}

int s3_get_bucket_versioning(struct call *call, const struct s3_get_bucket_versioning_input *in,
	struct s3_get_bucket_versioning_output *out)
{
	struct s3_bucket_record bucket;
	if (bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	out->status = bucket.versioning;
	return 0;
}

/* ---- listing: the rows of current versions and of earlier ones, merged by key ---- */

struct row {
	struct str key;
	struct s3_object_record record;
	bool is_there;
};

struct merge {
	struct txn_cursor current, earlier;
	struct row next_current, next_earlier;
	size_t current_prefix, earlier_prefix;
};

static void take_row(struct call *call, struct txn_cursor *c, size_t prefix, struct row *out)
{
	struct key_part parts[2];
	out->is_there = false;
	while (!out->is_there && txn_cursor_next(c)) {
		out->is_there = key_decode(call->arena, str_from(c->key, prefix), parts, 2) >= 1 &&
				object_decode(call, arena_str(call->arena, c->value), &out->record);
		out->key = parts[0].text;
	}
}

static void merge_open(
	struct call *call, struct str bucket, struct str from, bool past_key, struct merge *m)
{
	struct str current =
		KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("object"), key_text(bucket));
	struct str earlier =
		KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("version"), key_text(bucket));
	struct str first = object_key(call, bucket, from);
	struct str first_earlier = KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("version"),
		key_text(bucket), key_text(from));
	*m = (struct merge){ .current_prefix = current.n, .earlier_prefix = earlier.n };
	if (past_key) {
		first = key_after(call->arena, first);
		first_earlier = key_range_end(call->arena, first_earlier);
	}
	txn_cursor_open(call->txn, first, key_range_end(call->arena, current), false, &m->current);
	txn_cursor_open(
		call->txn, first_earlier, key_range_end(call->arena, earlier), false, &m->earlier);
	take_row(call, &m->current, m->current_prefix, &m->next_current);
	take_row(call, &m->earlier, m->earlier_prefix, &m->next_earlier);
}

static void merge_close(struct merge *m)
{
	txn_cursor_close(&m->current);
	txn_cursor_close(&m->earlier);
}

/* The next version: of one key the current one first. */
static bool merge_next(struct call *call, struct merge *m, struct row *out)
{
	struct row *c = &m->next_current, *e = &m->next_earlier;
	if (c->is_there && (!e->is_there || str_cmp(c->key, e->key) <= 0)) {
		*out = *c;
		take_row(call, &m->current, m->current_prefix, c);
		return true;
	}
	if (!e->is_there)
		return false;
	*out = *e;
	take_row(call, &m->earlier, m->earlier_prefix, e);
	return true;
}

struct versions {
	const struct s3_list_object_versions_input *in;
	struct s3_list_object_versions_output *out;
	struct s3_owner *owner;
	int64_t max, count;
	struct str last_key, last_id, last_common;
};

static void add_version(
	struct call *call, struct versions *v, const struct row *row, bool is_latest)
{
	const struct s3_object_record *r = &row->record;
	struct s3_list_object_versions_output *out = v->out;
	struct str key = s3_encoded(call, v->in->encoding_type, row->key);
	struct str id = r->version_id.p ? r->version_id : STR("null");
	if (r->is_delete_marker.v) {
		out->delete_markers.v = s3_grow(call->arena, out->delete_markers.v,
			out->delete_markers.n, sizeof *out->delete_markers.v);
		out->delete_markers.v[out->delete_markers.n++] =
			(struct s3_delete_marker_entry){ .owner = v->owner,
				.key = key,
				.version_id = id,
				.is_latest = OPT_BOOL(is_latest),
				.last_modified = OPT_TIME(r->modified_ms.v) };
		return;
	}
	struct s3_object_version version = { .e_tag = s3_quoted(call, r->e_tag),
		.size = r->size,
		.storage_class = r->storage_class.p ? r->storage_class : STR("STANDARD"),
		.key = key,
		.version_id = id,
		.is_latest = OPT_BOOL(is_latest),
		.last_modified = OPT_TIME(r->modified_ms.v),
		.owner = v->owner };
	out->versions.v =
		s3_grow(call->arena, out->versions.v, out->versions.n, sizeof *out->versions.v);
	out->versions.v[out->versions.n++] = version;
}

/* One row: false when the page is full. */
static bool take_version(
	struct call *call, struct versions *v, const struct row *row, bool is_latest)
{
	const struct s3_list_object_versions_input *in = v->in;
	ssize_t at =
		in->delimiter.n ? str_find(str_from(row->key, in->prefix.n), in->delimiter) : -1;
	struct str common =
		at < 0 ? (struct str){ 0 }
		       : str_sub(row->key, 0, in->prefix.n + (size_t)at + in->delimiter.n);
	if (common.p && v->last_common.p && str_eq(common, v->last_common))
		return true;
	if (v->count == v->max)
		return false;
	v->count++;
	v->last_key = common.p ? common : row->key;
	v->last_id = common.p                   ? (struct str){ 0 }
		     : row->record.version_id.p ? row->record.version_id
						: STR("null");
	if (!common.p) {
		add_version(call, v, row, is_latest);
		return true;
	}
	v->last_common = common;
	v->out->common_prefixes.v = s3_grow(call->arena, v->out->common_prefixes.v,
		v->out->common_prefixes.n, sizeof *v->out->common_prefixes.v);
	v->out->common_prefixes.v[v->out->common_prefixes.n++].prefix =
		s3_encoded(call, in->encoding_type, common);
	return true;
}

/* Where the page before ended: that version itself may be gone by now. */
static int64_t marker_sequence(struct call *call, const struct s3_list_object_versions_input *in)
{
	int64_t sequence;
	struct s3_object_record record;
	bool is_current;
	if (object_sequence_of(in->version_id_marker, &sequence))
		return sequence;
	if (in->version_id_marker.n && object_version(call, in->bucket, in->key_marker,
					       in->version_id_marker, &record, &is_current))
		return record.sequence.v;
	return INT64_MAX;
}

static void walk_versions(struct call *call, struct versions *v)
{
	const struct s3_list_object_versions_input *in = v->in;
	struct str from = str_cmp(in->key_marker, in->prefix) > 0 ? in->key_marker : in->prefix,
		   last = { 0 };
	bool has_id = in->version_id_marker.n > 0;
	int64_t marker = marker_sequence(call, in);
	struct merge m;
	struct row row;
	if (in->delimiter.n && in->key_marker.n && str_ends(in->key_marker, in->delimiter) &&
		!has_id)
		v->last_common = in->key_marker;
	merge_open(call, in->bucket, from.p ? from : STR(""),
		in->key_marker.n && str_eq(from, in->key_marker) && !has_id, &m);
	while (merge_next(call, &m, &row)) {
		bool is_latest = !last.p || !str_eq(last, row.key);
		last = row.key;
		if (!str_starts(row.key, in->prefix))
			break;
		if (has_id && str_eq(row.key, in->key_marker) && row.record.sequence.v >= marker)
			continue;
		if (!take_version(call, v, &row, is_latest)) {
			v->out->is_truncated = OPT_BOOL(true);
			break;
		}
	}
	merge_close(&m);
}

int s3_list_object_versions(struct call *call, const struct s3_list_object_versions_input *in,
	struct s3_list_object_versions_output *out)
{
	struct versions v = { .in = in, .out = out };
	struct s3_bucket_record bucket;
	if (s3_page_size(call, "max-keys", in->max_keys, &v.max) < 0 ||
		s3_check_encoding_type(call, in->encoding_type) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0)
		return -1;
	if (in->version_id_marker.p && !in->key_marker.p)
		return s3_invalid(call, "version-id-marker", in->version_id_marker,
			"A version-id marker cannot be specified without a key marker.");
	v.owner = s3_owner_of(call, bucket.account);
	out->is_truncated = OPT_BOOL(false);
	if (v.max > 0)
		walk_versions(call, &v);
	if (out->is_truncated.v) {
		out->next_key_marker = s3_encoded(call, in->encoding_type, v.last_key);
		out->next_version_id_marker = v.last_id;
	}
	out->name = in->bucket;
	out->prefix = s3_encoded(call, in->encoding_type, in->prefix.p ? in->prefix : STR(""));
	out->key_marker =
		s3_encoded(call, in->encoding_type, in->key_marker.p ? in->key_marker : STR(""));
	out->version_id_marker = in->version_id_marker.p ? in->version_id_marker : STR("");
	out->delimiter = s3_encoded(call, in->encoding_type, in->delimiter);
	out->encoding_type = in->encoding_type;
	out->max_keys = OPT_I64(v.max);
	return 0;
}
