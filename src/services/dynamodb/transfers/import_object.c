/* The text of an object that is imported: its blobs one after another, uncompressed on the pool of
 * threads, cut into records. */
#include "loop/loop.h"
#include "services/dynamodb/transfers/import.h"
#include "store/blob.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK_BYTES = 64 << 10 };

struct import_object {
	struct aws *aws;
	const struct s3_locate_object_output *located;
	struct blob_id *pins;
	enum import_compression compression;
	bool is_csv;
	struct archive *archive;
	size_t part; /* the blob that is read */
	int fd;      /* of it; -1: none */
	bool data_read, is_open, is_whole, is_bad;
	struct buf text;    /* what is uncompressed, from `begin` on not given yet */
	size_t begin, seen; /* seen: how far an end has been looked for */
	bool in_quotes;     /* there */
	char block[BLOCK_BYTES];
};

/* ---- on the pool ---- */

static la_ssize_t read_block(struct archive *a, void *arg, const void **out)
{
	struct import_object *o = arg;
	*out = o->block;
	if (o->located->data.p) {
		struct str data = o->data_read ? (struct str){ 0 } : o->located->data;
		o->data_read = true;
		*out = data.p;
		return (la_ssize_t)data.n;
	}
	for (; o->part < o->located->blobs.n; o->part++) {
		struct buf path = { 0 };
		if (o->fd < 0) {
			blob_path(o->aws->blobs, o->located->blobs.v[o->part].blob, &path);
			buf_char(&path, 0);
			o->fd = open(path.p, O_RDONLY | O_CLOEXEC);
			buf_fini(&path);
		}
		ssize_t n = o->fd < 0 ? -1 : read(o->fd, o->block, sizeof o->block);
		if (n < 0)
			archive_set_error(a, errno, "a part of the object can't be read");
		if (n != 0)
			return n;
		close(o->fd);
		o->fd = -1;
	}
	return 0;
}

static bool begin_reading(struct import_object *o)
{
	static const int filters[] = { [IMPORT_PLAIN] = ARCHIVE_FILTER_NONE,
		[IMPORT_GZIP] = ARCHIVE_FILTER_GZIP,
		[IMPORT_ZSTD] = ARCHIVE_FILTER_ZSTD };
	struct archive_entry *entry;
	o->is_open = true;
	if (o->compression == IMPORT_GZIP)
		archive_read_support_filter_gzip(o->archive);
	if (o->compression == IMPORT_ZSTD)
		archive_read_support_filter_zstd(o->archive);
	archive_read_support_format_raw(o->archive);
	archive_read_support_format_empty(o->archive);
	int r = archive_read_open(o->archive, o, NULL, read_block, NULL);
	if (r == ARCHIVE_OK)
		r = archive_read_next_header(o->archive, &entry);
	if (r == ARCHIVE_EOF) {
		o->is_whole = true;
		return false;
	}
	/* What is not compressed would be taken as it is. */
	o->is_bad =
		r != ARCHIVE_OK || archive_filter_code(o->archive, 0) != filters[o->compression];
	return !o->is_bad;
}

static void read_more(void *arg)
{
	struct import_object *o = arg;
	const void *p;
	size_t n;
	la_int64_t offset;
	if (!o->is_open && !begin_reading(o))
		return;
	int r = archive_read_data_block(o->archive, &p, &n, &offset);
	if (r == ARCHIVE_EOF)
		o->is_whole = true;
	else if (r < ARCHIVE_OK)
		o->is_bad = true;
	else
		buf_append(&o->text, p, n);
}

/* ---- records ---- */

struct import_object *import_object_open(struct aws *aws,
	const struct s3_locate_object_output *located, enum import_compression compression,
	bool is_csv)
{
	struct import_object *o = xcalloc(1, sizeof *o);
	*o = (struct import_object){ .aws = aws,
		.located = located,
		.compression = compression,
		.is_csv = is_csv,
		.fd = -1,
		.archive = archive_read_new(),
		.pins = xcalloc(located->blobs.n + 1, sizeof *o->pins) };
	assert(o->archive && "out of memory for an archive");
	for (size_t i = 0; i < located->blobs.n; i++) {
		assert(located->blobs.v[i].blob.n == BLOB_ID_LENGTH);
		memcpy(o->pins[i].hex, located->blobs.v[i].blob.p, BLOB_ID_LENGTH);
		blob_pin(aws->blobs, located->blobs.v[i].blob);
	}
	return o;
}

/* The place of the record's end, or -1: it is not there yet. */
static ssize_t find_end(struct import_object *o)
{
	for (; o->seen < o->text.n; o->seen++) {
		char c = o->text.p[o->seen];
		if (o->is_csv && c == '"')
			o->in_quotes = !o->in_quotes;
		else if (c == '\n' && !o->in_quotes)
			return (ssize_t)o->seen;
	}
	return -1;
}

int import_object_next(struct import_object *o, struct str *record, size_t *bytes)
{
	ssize_t end;
	while ((end = find_end(o)) < 0 && !o->is_whole && !o->is_bad) {
		if (o->text.n - o->begin > DDB_IMPORT_RECORD_BYTES)
			return -EINVAL;
		if (o->begin) {
			memmove(o->text.p, o->text.p + o->begin, o->text.n - o->begin);
			o->text.n -= o->begin;
			o->seen -= o->begin;
			o->begin = 0;
		}
		loop_work(read_more, o);
	}
	if (end < 0 && o->is_bad)
		return -EINVAL;
	if (end < 0 && o->begin == o->text.n)
		return 0;
	size_t last = end < 0 ? o->text.n : (size_t)end, next = end < 0 ? last : last + 1;
	*record = (struct str){ o->text.p + o->begin, last - o->begin };
	*bytes = next - o->begin;
	o->begin = o->seen = next;
	o->in_quotes = false;
	return 1;
}

void import_object_close(struct import_object *o)
{
	if (!o)
		return;
	archive_read_free(o->archive);
	if (o->fd >= 0)
		close(o->fd);
	for (size_t i = 0; i < o->located->blobs.n; i++)
		blob_unpin(o->aws->blobs, &o->pins[i]);
	buf_fini(&o->text);
	free(o->pins);
	free(o);
}
