/*
 * The directory at the end of a zip archive (PKWARE APPNOTE.TXT 6.3, sections 4.3.12 to 4.3.16),
 * checked before anything is unpacked: entries that overlap are how a small archive unpacks to
 * terabytes.
 */
#include "services/lambda/limits.h"
#include "services/lambda/unzip.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum {
	END_BYTES = 22,
	END64_BYTES = 56,
	LOCATOR64_BYTES = 20,
	ENTRY_BYTES = 46,
	LOCAL_BYTES = 30,
	COMMENT_MAX = 65535,
	FLAG_ENCRYPTED = 1 | 1 << 6,
	FLAG_SIZES_FOLLOW = 1 << 3,
};

static const uint32_t end_mark = 0x06054b50, end64_mark = 0x06064b50, locator64_mark = 0x07064b50,
		      entry_mark = 0x02014b50, local_mark = 0x04034b50;

struct span {
	uint64_t begin, end;
};

struct archive_view {
	const unsigned char *p;
	uint64_t n;
	uint64_t directory, directory_bytes, count; /* where the directory stands */
	uint64_t base; /* bytes before the archive proper, as in self-extracting ones */
};

static uint16_t u16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const unsigned char *p)
{
	return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16;
}

static uint64_t u64(const unsigned char *p)
{
	return u32(p) | (uint64_t)u32(p + 4) << 32;
}

static int bad(struct unzipped *out, const char *why)
{
	snprintf(out->why, sizeof out->why, "%s", why);
	return -EINVAL;
}

/* The last mark whose comment reaches the end of the file. */
static const unsigned char *find_end(const struct archive_view *a)
{
	uint64_t lowest = a->n > END_BYTES + COMMENT_MAX ? a->n - END_BYTES - COMMENT_MAX : 0;
	for (uint64_t at = a->n - END_BYTES + 1; at-- > lowest;)
		if (u32(a->p + at) == end_mark && at + END_BYTES + u16(a->p + at + 20) == a->n)
			return a->p + at;
	return NULL;
}

static int find_directory(struct archive_view *a, struct unzipped *out)
{
	if (a->n < END_BYTES)
		return bad(out, "it is too short");
	const unsigned char *end = find_end(a);
	if (!end)
		return bad(out, "it has no end of central directory");
	uint64_t end_at = (uint64_t)(end - a->p), offset = u32(end + 16);
	a->count = u16(end + 10);
	a->directory_bytes = u32(end + 12);
	if (end_at >= LOCATOR64_BYTES && u32(end - LOCATOR64_BYTES) == locator64_mark) {
		uint64_t at = u64(end - LOCATOR64_BYTES + 8);
		if (at > end_at - LOCATOR64_BYTES || end_at - LOCATOR64_BYTES - at < END64_BYTES ||
			u32(a->p + at) != end64_mark)
			return bad(out, "its zip64 end is not where it says");
		a->count = u64(a->p + at + 32);
		a->directory_bytes = u64(a->p + at + 40);
		offset = u64(a->p + at + 48);
		end_at = at;
	}
	if (a->directory_bytes > end_at || offset > end_at - a->directory_bytes)
		return bad(out, "its central directory is not where it says");
	a->directory = end_at - a->directory_bytes;
	a->base = a->directory - offset;
	if (a->count > a->directory_bytes / ENTRY_BYTES)
		return bad(out, "its central directory is shorter than it says");
	return 0;
}

/* The zip64 field of an entry, which holds those of the three numbers that are all ones. */
static int widen(
	const unsigned char *extra, size_t n, uint64_t *size, uint64_t *packed, uint64_t *offset)
{
	uint64_t *const wide[] = { size, packed, offset };
	while (n >= 4) {
		size_t bytes = u16(extra + 2);
		if (bytes > n - 4)
			return 0; /* padding that some writers leave; the unpacker judges it */
		if (u16(extra) == 1) {
			const unsigned char *p = extra + 4;
			for (size_t i = 0; i < 3; i++) {
				if (*wide[i] != 0xffffffff)
					continue;
				if (bytes < 8)
					return -EINVAL;
				*wide[i] = u64(p);
				p += 8;
				bytes -= 8;
			}
			return 0;
		}
		extra += 4 + bytes;
		n -= 4 + bytes;
	}
	return 0;
}

/* Whether both say the same of a size: as far as the local header says it itself. */
static bool agrees(const unsigned char *entry, const unsigned char *local)
{
	return u32(entry) == u32(local) || u32(entry) == UINT32_MAX || u32(local) == UINT32_MAX;
}

/* One entry of the directory; *at moves behind it. */
static int check_entry(
	const struct archive_view *a, uint64_t *at, struct span *span, struct unzipped *out)
{
	uint64_t end = a->directory + a->directory_bytes;
	const unsigned char *e = a->p + *at;
	if (end - *at < ENTRY_BYTES || u32(e) != entry_mark)
		return bad(out, "an entry of its central directory is no entry");
	uint64_t packed = u32(e + 20), size = u32(e + 24), offset = u32(e + 42);
	size_t name = u16(e + 28), extra = u16(e + 30), comment = u16(e + 32);
	if (end - *at - ENTRY_BYTES < name + extra + comment)
		return bad(out, "an entry of its central directory is cut off");
	if (u16(e + 8) & FLAG_ENCRYPTED)
		return bad(out, "it is encrypted");
	if (widen(e + ENTRY_BYTES + name, extra, &size, &packed, &offset) < 0)
		return bad(out, "a zip64 field is too short");
	*at += ENTRY_BYTES + name + extra + comment;
	if (offset > a->directory - a->base || a->directory - a->base - offset < LOCAL_BYTES)
		return bad(out, "an entry lies outside of it");
	const unsigned char *local = a->p + a->base + offset;
	uint64_t head = LOCAL_BYTES + (uint64_t)u16(local + 26) + u16(local + 28);
	if (u32(local) != local_mark || packed > a->n)
		return bad(out, "an entry does not begin where it says");
	if (!(u16(local + 6) & FLAG_SIZES_FOLLOW) &&
		!(agrees(e + 20, local + 18) && agrees(e + 24, local + 22)))
		return bad(out, "an entry has another size than its central directory says");
	*span = (struct span){ a->base + offset, a->base + offset + head + packed };
	if (span->end > a->directory)
		return bad(out, "an entry reaches into the central directory");
	out->bytes += size < UINT64_MAX / 2 ? size : UINT64_MAX / 2;
	if (out->bytes > UINT64_MAX / 2)
		out->bytes = UINT64_MAX / 2;
	return 0;
}

static int compare(const void *x, const void *y)
{
	const struct span *a = x, *b = y;
	return a->begin < b->begin ? -1 : a->begin > b->begin;
}

static int check(struct archive_view *a, struct unzipped *out)
{
	int r = find_directory(a, out);
	if (r < 0)
		return r;
	if (a->count > LAMBDA_ZIP_ENTRIES_MAX) {
		bad(out, "it has too many entries");
		return -EFBIG;
	}
	struct span *spans = calloc(a->count + 1, sizeof *spans);
	if (!spans)
		return -ENOMEM;
	uint64_t at = a->directory;
	for (uint64_t i = 0; i < a->count && r == 0; i++)
		r = check_entry(a, &at, &spans[i], out);
	if (r == 0)
		qsort(spans, a->count, sizeof *spans, compare);
	for (uint64_t i = 1; i < a->count && r == 0; i++)
		if (spans[i].begin < spans[i - 1].end)
			r = bad(out, "its entries overlap");
	free(spans);
	return r;
}

int zip_check_directory(int fd, struct unzipped *out)
{
	struct stat st;
	*out = (struct unzipped){ 0 };
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < END_BYTES)
		return bad(out, "it is too short");
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	struct archive_view a = { .p = p, .n = (uint64_t)st.st_size };
	int r = check(&a, out);
	out->entries = a.count;
	munmap(p, (size_t)st.st_size);
	return r;
}
