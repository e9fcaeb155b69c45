/* ListObjects and ListObjectsV2: pages of keys, whole common prefixes passed over by one seek. */
#include "base/encode.h"
#include "services/s3/internal.h"
#include <errno.h>

struct walk {
	struct str bucket, prefix, delimiter, encoding_type;
	struct str after; /* a key or a common prefix; the page begins behind it */
	int64_t max;
	struct s3_owner *owner; /* of each object, or NULL */
	struct s3_object_list objects;
	struct s3_common_prefix_list prefixes;
	bool is_truncated;
	struct str last; /* the last key or common prefix of the page */
};

/* The first key after all that begin with the text: NULL when there is none. */
static struct str after_prefix(struct call *call, struct str text)
{
	char *p = arena_cstr(call->arena, text);
	size_t n = text.n;
	while (n > 0 && (unsigned char)p[n - 1] == 0xff)
		n--;
	if (n == 0)
		return (struct str){ 0 };
	p[n - 1]++;
	return (struct str){ p, n };
}

static struct str common_prefix(const struct walk *w, struct str key)
{
	if (!w->delimiter.n || key.n < w->prefix.n)
		return (struct str){ 0 };
	ssize_t at = str_find(str_from(key, w->prefix.n), w->delimiter);
	return at < 0 ? (struct str){ 0 }
		      : str_sub(key, 0, w->prefix.n + (size_t)at + w->delimiter.n);
}

static void add_object(struct call *call, struct walk *w, struct str key, struct str value)
{
	struct s3_object_record record;
	if (!object_decode(call, value, &record))
		return;
	struct s3_object o = { .key = s3_encoded(call, w->encoding_type, key),
		.last_modified = OPT_TIME(record.modified_ms.v),
		.e_tag = s3_quoted(call, record.e_tag),
		.size = record.size,
		.storage_class = record.storage_class.p ? record.storage_class : STR("STANDARD"),
		.owner = w->owner };
	if (record.checksum_algorithm.p) {
		struct str *algorithm = arena_alloc(call->arena, sizeof *algorithm);
		*algorithm = record.checksum_algorithm;
		o.checksum_algorithm = (struct s3_checksum_algorithm_list){ algorithm, 1 };
		o.checksum_type = record.checksum_type;
	}
	w->objects.v = s3_grow(call->arena, w->objects.v, w->objects.n, sizeof *w->objects.v);
	w->objects.v[w->objects.n++] = o;
}

static void add_prefix(struct call *call, struct walk *w, struct str prefix)
{
	w->prefixes.v = s3_grow(call->arena, w->prefixes.v, w->prefixes.n, sizeof *w->prefixes.v);
	w->prefixes.v[w->prefixes.n++].prefix = s3_encoded(call, w->encoding_type, prefix);
}

/* Where the walk begins: *begin is inside the range of the prefix; false when nothing can follow.
 */
static bool first_key(struct call *call, const struct walk *w, struct str *begin)
{
	struct str common = common_prefix(w, w->after);
	*begin = object_key(call, w->bucket, w->prefix);
	begin->n--; /* without the end of the text: keys that go on with it */
	if (!w->after.n || str_cmp(w->after, w->prefix) < 0)
		return true;
	if (!str_starts(w->after, w->prefix))
		return false;
	/* A common prefix that has been answered is passed over whole. */
	if (common.p && common.n == w->after.n) {
		struct str next = after_prefix(call, common);
		*begin = next.p ? object_key(call, w->bucket, next) : *begin;
		return next.p != NULL;
	}
	*begin = key_after(call->arena, object_key(call, w->bucket, w->after));
	return true;
}

static void walk_keys(struct call *call, struct walk *w)
{
	struct str all =
		KEY(call->arena, KEY_LITERAL("s3"), KEY_LITERAL("object"), key_text(w->bucket));
	struct str next_prefix = after_prefix(call, w->prefix), begin;
	struct str end = next_prefix.p ? object_key(call, w->bucket, next_prefix)
				       : key_range_end(call->arena, all);
	struct txn_cursor c;
	int64_t count = 0;
	if (next_prefix.p)
		end.n--;
	if (w->max == 0 || !first_key(call, w, &begin))
		return;
	txn_cursor_open(call->txn, begin, end, false, &c);
	while (txn_cursor_next(&c)) {
		struct key_part part;
		if (key_decode(call->arena, str_from(c.key, all.n), &part, 1) != 1)
			continue;
		if (count++ == w->max) {
			w->is_truncated = true;
			break;
		}
		struct str common = common_prefix(w, part.text);
		w->last = common.p ? common : part.text;
		if (!common.p) {
			add_object(call, w, part.text, arena_str(call->arena, c.value));
			continue;
		}
		add_prefix(call, w, common);
		struct str next = after_prefix(call, common);
		txn_cursor_close(&c);
		if (!next.p)
			return;
		begin = object_key(call, w->bucket, next);
		begin.n--;
		if (str_cmp(begin, end) >= 0)
			return;
		txn_cursor_open(call->txn, begin, end, false, &c);
	}
	txn_cursor_close(&c);
}

/* A token is the last key, in a form that clients have no reason to read. */
static struct str make_token(struct call *call, struct str last)
{
	struct str text = base64_encode(call->arena, last);
	return arena_concat(call->arena, (struct str[]){ STR("1"), text }, 2);
}

static int read_token(struct call *call, struct str token, struct str *out)
{
	if (!str_starts(token, STR("1")) || base64_decode(call->arena, str_from(token, 1), out) < 0)
		return s3_invalid(call, "continuation-token", token,
			"The continuation token provided is incorrect");
	return 0;
}

int s3_list_objects_v2(struct call *call, const struct s3_list_objects_v2_input *in,
	struct s3_list_objects_v2_output *out)
{
	struct walk w = { .bucket = in->bucket,
		.prefix = in->prefix.p ? in->prefix : STR(""),
		.delimiter = in->delimiter,
		.encoding_type = in->encoding_type,
		.after = in->start_after };
	struct s3_bucket_record bucket;
	if (s3_check_query(call) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0 ||
		s3_check_encoding_type(call, in->encoding_type) < 0 ||
		s3_page_size(call, "max-keys", in->max_keys, &w.max) < 0)
		return -1;
	if (in->continuation_token.p && read_token(call, in->continuation_token, &w.after) < 0)
		return -1;
	if (in->fetch_owner.v)
		w.owner = s3_owner_of(call, bucket.account);
	walk_keys(call, &w);
	out->name = in->bucket;
	out->prefix = s3_encoded(call, in->encoding_type, w.prefix);
	out->delimiter = in->delimiter.n ? s3_encoded(call, in->encoding_type, in->delimiter)
					 : (struct str){ 0 };
	out->start_after = s3_encoded(call, in->encoding_type, in->start_after);
	out->encoding_type = in->encoding_type;
	out->continuation_token = in->continuation_token;
	out->max_keys = OPT_I64(w.max);
	out->contents = w.objects;
	out->common_prefixes = w.prefixes;
	out->key_count = OPT_I64((int64_t)(w.objects.n + w.prefixes.n));
	out->is_truncated = OPT_BOOL(w.is_truncated);
	if (w.is_truncated)
		out->next_continuation_token = make_token(call, w.last);
	return 0;
}

int s3_list_objects(struct call *call, const struct s3_list_objects_input *in,
	struct s3_list_objects_output *out)
{
	struct walk w = { .bucket = in->bucket,
		.prefix = in->prefix.p ? in->prefix : STR(""),
		.delimiter = in->delimiter,
		.encoding_type = in->encoding_type,
		.after = in->marker };
	struct s3_bucket_record bucket;
	if (s3_check_query(call) < 0 ||
		bucket_require(call, in->bucket, in->expected_bucket_owner, &bucket) < 0 ||
		s3_check_encoding_type(call, in->encoding_type) < 0 ||
		s3_page_size(call, "max-keys", in->max_keys, &w.max) < 0)
		return -1;
	w.owner = s3_owner_of(call, bucket.account);
	walk_keys(call, &w);
	out->name = in->bucket;
	out->prefix = s3_encoded(call, in->encoding_type, w.prefix);
	out->marker = s3_encoded(call, in->encoding_type, in->marker.p ? in->marker : STR(""));
	out->delimiter = in->delimiter.n ? s3_encoded(call, in->encoding_type, in->delimiter)
					 : (struct str){ 0 };
	out->encoding_type = in->encoding_type;
	out->max_keys = OPT_I64(w.max);
	out->contents = w.objects;
	out->common_prefixes = w.prefixes;
	out->is_truncated = OPT_BOOL(w.is_truncated);
	/* Only with a delimiter: else the last key is the marker (API Reference, ListObjects). */
	if (w.is_truncated && in->delimiter.n)
		out->next_marker = s3_encoded(call, in->encoding_type, w.last);
	return 0;
}
