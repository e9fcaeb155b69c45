/* What an export's objects say (Developer Guide, "DynamoDB table export output format"). */
#include "aws/codec.h"
#include "aws/hash.h"
#include "base/clock.h"
#include "base/encode.h"
#include "loop/loop.h"
#include "services/dynamodb/transfers/export.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <yyjson.h>

#define FOLDER "AWSDynamoDB/"

/* ---- names ---- */

static struct str folder(struct call *call, const struct export *e)
{
	bool is_bare = !e->r.prefix.n || e->r.prefix.p[e->r.prefix.n - 1] == '/';
	return arena_printf(call->arena, "%.*s%s" FOLDER, STR_ARG(e->r.prefix), is_bare ? "" : "/");
}

struct str export_path(struct call *call, const struct export *e, const char *name)
{
	return arena_printf(
		call->arena, "%.*s%.*s/%s", STR_ARG(folder(call, e)), STR_ARG(e->r.id), name);
}

/* Data of incremental exports stand in one folder for all. */
struct str export_data_path(struct call *call, const struct export *e, int64_t file)
{
	enum { NAME_BYTES = 26 };
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char digest[SHA256_BYTES];
	char name[NAME_BYTES + 1] = "";
	sha256(arena_printf(
		       call->arena, "%.*s/%lld", STR_ARG(ddb_export_arn(call, e)), (long long)file),
		digest);
	for (int i = 0; i < NAME_BYTES; i++)
		name[i] = letters[digest[i] % 32];
	if (!ddb_export_is_full(e))
		return arena_printf(
			call->arena, "%.*sdata/%s.json.gz", STR_ARG(folder(call, e)), name);
	return arena_printf(call->arena, "%.*s%.*s/data/%s.json.gz", STR_ARG(folder(call, e)),
		STR_ARG(e->r.id), name);
}

struct str export_md5(struct call *call, struct str e_tag)
{
	unsigned char md5[16];
	if (hex_decode(e_tag, md5, sizeof md5) < 0)
		return (struct str){ 0 };
	return base64_encode(call->arena, (struct str){ (const char *)md5, sizeof md5 });
}

/* ---- lines ---- */

static bool read_image(struct call *call, struct str bytes, struct dynamodb_attributes *out)
{
	*out = (struct dynamodb_attributes){ 0 };
	return bytes.n && ddb_item_decode(call, bytes, out) == 0;
}

static bool add_change(struct call *call, const struct export *e, const struct undo_item *item,
	struct buf *out, int64_t *bytes)
{
	struct table t = ddb_export_source(e);
	struct dynamodb_exported_change line = { 0 };
	struct dynamodb_attributes was, now;
	struct dynamodb_attributes_entry written = { .key = STR("WriteTimestampMicros"),
		.value = {
			.n = arena_printf(call->arena, "%lld000", (long long)item->written_ms) } };
	bool has_was = read_image(call, item->was, &was),
	     has_now = read_image(call, item->now, &now);
	if (!has_was && !has_now)
		return false;
	line.metadata = (struct dynamodb_attributes){ &written, 1 };
	line.keys = ddb_item_keys(call, &t, has_now ? &now : &was);
	line.new_image = now;
	if (!str_is(e->r.increment->export_view_type, "NEW_IMAGE"))
		line.old_image = was;
	json_encode(out, &dynamodb_exported_change_shape, &line, false);
	*bytes += (int64_t)(attributes_size(&line.old_image) + attributes_size(&now));
	return true;
}

static bool add_item(
	struct call *call, const struct undo_item *item, struct buf *out, int64_t *bytes)
{
	struct dynamodb_exported_item line = { 0 };
	if (!read_image(call, item->now, &line.item))
		return false;
	json_encode(out, &dynamodb_exported_item_shape, &line, false);
	*bytes += (int64_t)attributes_size(&line.item);
	return true;
}

int export_lines(struct call *call, const struct export *e, const struct undo_walk *w,
	struct buf *out, int64_t *items, int64_t *bytes)
{
	for (size_t i = 0; i < w->n; i++) {
		bool is_added = w->is_changes ? add_change(call, e, &w->v[i], out, bytes)
					      : add_item(call, &w->v[i], out, bytes);
		if (call->error.shape)
			return -1;
		if (is_added)
			buf_char(out, '\n');
		*items += is_added;
	}
	return 0;
}

/* ---- manifest-summary.json ---- */

struct summary {
	yyjson_mut_doc *doc;
	yyjson_mut_val *root;
};

static void add_text(struct summary *s, const char *name, struct str text)
{
	if (text.n)
		yyjson_mut_obj_add_strncpy(s->doc, s->root, name, text.p, text.n);
	else
		yyjson_mut_obj_add_null(s->doc, s->root, name);
}

static void add_time(struct summary *s, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];
	clock_format_iso(ms - ms % 1000, text);
	struct buf b = { 0 };
	buf_printf(&b, "%.19s.%03dZ", text, (int)(ms % 1000));
	add_text(s, name, buf_view(&b));
	buf_fini(&b);
}

struct str export_summary(struct call *call, const struct export *e)
{
	struct table t = ddb_export_source(e);
	bool is_full = ddb_export_is_full(e);
	struct summary s = { .doc = yyjson_mut_doc_new(NULL) };
	s.root = yyjson_mut_obj(s.doc);
	yyjson_mut_doc_set_root(s.doc, s.root);
	add_text(&s, "version", is_full ? STR("2020-06-30") : STR("2023-08-01"));
	add_text(&s, "exportArn", ddb_export_arn(call, e));
	add_time(&s, "startTime", e->r.started.ms);
	add_time(&s, "endTime", e->r.ended.ms);
	add_text(&s, "tableArn", ddb_table_arn(call, &t));
	add_text(&s, "tableId", t.r.id);
	if (!is_full) {
		add_time(&s, "exportFromTime", e->r.increment->export_from_time.ms);
		add_time(&s, "exportToTime", e->r.increment->export_to_time.ms);
	}
	add_time(&s, "exportTime", is_full ? e->r.moment.v : e->r.increment->export_to_time.ms);
	add_text(&s, "s3Bucket", e->r.bucket);
	add_text(&s, "s3Prefix", e->r.prefix);
	add_text(&s, "s3SseAlgorithm", e->r.sse);
	add_text(&s, "s3SseKmsKeyId", e->r.kms_key);
	add_text(&s, "manifestFilesS3Key", export_path(call, e, "manifest-files.json"));
	yyjson_mut_obj_add_int(s.doc, s.root, "billedSizeBytes", e->r.bytes.v);
	yyjson_mut_obj_add_int(s.doc, s.root, "itemCount", e->r.items.v);
	add_text(&s, "outputFormat", STR("DYNAMODB_JSON"));
	if (!is_full)
		add_text(&s, "outputView", e->r.increment->export_view_type);
	add_text(&s, "exportType", e->r.type);
	size_t n;
	char *text = yyjson_mut_write(s.doc, 0, &n);
	assert(text && "out of memory for a summary");
	struct str out = arena_str(call->arena, (struct str){ text, n });
	free(text);
	yyjson_mut_doc_free(s.doc);
	return out;
}

/* ---- gzip ---- */

static la_ssize_t gzip_written(struct archive *a, void *arg, const void *p, size_t n)
{
	struct gzip *z = arg;
	(void)a;
	buf_append(z->out, p, n);
	return (la_ssize_t)n;
}

void gzip_begin(struct gzip *z, struct buf *out)
{
	*z = (struct gzip){ .archive = archive_write_new(), .out = out };
	assert(z->archive && "out of memory for an archive");
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, "data");
	archive_entry_set_filetype(entry, AE_IFREG);
	/* No time in it, so that the same items make the same file; and nothing after its end. */
	z->is_bad = archive_write_set_format_raw(z->archive) != ARCHIVE_OK ||
		    archive_write_add_filter_gzip(z->archive) != ARCHIVE_OK ||
		    archive_write_set_filter_option(z->archive, "gzip", "timestamp", NULL) !=
			    ARCHIVE_OK ||
		    archive_write_set_bytes_in_last_block(z->archive, 1) != ARCHIVE_OK ||
		    archive_write_open(z->archive, z, NULL, gzip_written, NULL) != ARCHIVE_OK ||
		    archive_write_header(z->archive, entry) != ARCHIVE_OK;
	archive_entry_free(entry);
}

static void work_add(void *arg)
{
	struct gzip *z = arg;
	if (!z->is_bad && z->part.n)
		z->is_bad = archive_write_data(z->archive, z->part.p, z->part.n) !=
			    (la_ssize_t)z->part.n;
}

void gzip_add(struct gzip *z, struct str part)
{
	z->part = part;
	loop_work(work_add, z);
}

int gzip_end(struct gzip *z)
{
	bool is_bad = archive_write_close(z->archive) != ARCHIVE_OK || z->is_bad;
	archive_write_free(z->archive);
	return is_bad ? -ENOMEM : 0;
}
