/* Archives of code: what comes out of good ones, and that bad ones leave nothing outside. */
#include "services/lambda/unzip.h"
#include "base/buf.h"
#include "base/mem.h"
#include "services/lambda/limits.h"
#include "tests/check.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder, *archive_path;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void begin(void)
{
	folder = xstrdup("/tmp/unzip-test-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	archive_path = xasprintf("%s.zip", folder);
}

static void end(void)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	unlink(archive_path);
	free(folder);
	free(archive_path);
}

/* type 'f' file, 'x' executable file, 'd' folder, 'l' link (text is its target), 'p' pipe */
struct item {
	char type;
	const char *name, *text;
};

static void make(const struct item *items, size_t n)
{
	struct archive *a = archive_write_new();
	archive_write_set_format_zip(a);
	archive_write_open_filename(a, archive_path);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *e = archive_entry_new();
		char type = items[i].type;
		archive_entry_set_pathname(e, items[i].name);
		archive_entry_set_filetype(e, type == 'd'   ? AE_IFDIR
					      : type == 'l' ? AE_IFLNK
					      : type == 'p' ? AE_IFIFO
							    : AE_IFREG);
		archive_entry_set_perm(e, type == 'x' || type == 'd' ? 0700 : 0600);
		if (type == 'l')
			archive_entry_set_symlink(e, items[i].text);
		else if (items[i].text)
			archive_entry_set_size(e, (la_int64_t)strlen(items[i].text));
		archive_write_header(a, e);
		if (type != 'l' && items[i].text)
			archive_write_data(a, items[i].text, strlen(items[i].text));
		archive_entry_free(e);
	}
	archive_write_close(a);
	archive_write_free(a);
}

static int run(uint64_t max)
{
	struct unzipped out;
	return unzip(archive_path, folder, max, &out);
}

static int run_items(const struct item *items, size_t n)
{
	begin();
	make(items, n);
	int r = run(LAMBDA_UNZIPPED_BYTES_MAX);
	end();
	return r;
}
#define RUN(...) \
	run_items((const struct item[]){ __VA_ARGS__ }, \
		sizeof((const struct item[]){ __VA_ARGS__ }) / sizeof(struct item))

static mode_t mode_of(const char *name)
{
	struct stat st;
	char *path = xasprintf("%s/%s", folder, name);
	mode_t mode = lstat(path, &st) == 0 ? st.st_mode : 0;
	free(path);
	return mode;
}

static void good(void)
{
	const struct item items[] = { { 'x', "bootstrap", "#!/bin/sh\n" },
		{ 'f', "lib/a/b.txt", "text" }, { 'd', "empty/", NULL },
		{ 'l', "lib/link", "a/b.txt" }, { 'l', "lib/a/up", "../../bootstrap" },
		{ 'f', "./dotted", "x" }, { 'd', "lib/", NULL } };
	begin();
	make(items, COUNT_OF(items));
	CHECK_INT(run(1 << 20), 0);
	CHECK_INT(mode_of("bootstrap"), S_IFREG | 0755);
	CHECK_INT(mode_of("lib/a/b.txt"), S_IFREG | 0644);
	CHECK_INT(mode_of("empty"), S_IFDIR | 0755);
	CHECK(S_ISLNK(mode_of("lib/link")) && S_ISLNK(mode_of("lib/a/up")) && mode_of("dotted"));
	end();
}

static void leads_out(void)
{
	CHECK_INT(RUN({ 'f', "../x", "1" }), -EINVAL);
	CHECK_INT(RUN({ 'f', "a/../../x", "1" }), -EINVAL);
	CHECK_INT(RUN({ 'f', "/tmp/unzip-test-absolute", "1" }), -EINVAL);
	CHECK(access("/tmp/unzip-test-absolute", F_OK) < 0);
	CHECK_INT(RUN({ 'f', "a//b", "1" }), -EINVAL);
	CHECK_INT(RUN({ 'd', "..", NULL }), -EINVAL);
	CHECK_INT(RUN({ 'l', "a", "/etc/passwd" }), -EINVAL);
	CHECK_INT(RUN({ 'l', "a", ".." }), -EINVAL);
	CHECK_INT(RUN({ 'l', "a/b", "../../x" }), -EINVAL);
	CHECK_INT(RUN({ 'l', "a", "b/../.." }), -EINVAL);
}

static void through_links(void)
{
	/* A file, or another link, in a folder that is a link. */
	CHECK_INT(RUN({ 'l', "a", "b" }, { 'f', "a/c", "1" }), -EINVAL);
	CHECK_INT(RUN({ 'f', "a/c", "1" }, { 'l', "a", "b" }), -EINVAL);
	CHECK_INT(RUN({ 'l', "d/e/x", "../.." }, { 'l', "d/e/x/k", "../../.." }), -EINVAL);
	CHECK_INT(RUN({ 'l', "d/e/x/k", "../../.." }, { 'l', "d/e/x", "../.." }), -EINVAL);
}

static void twice(void)
{
	CHECK_INT(RUN({ 'f', "a", "1" }, { 'f', "a", "2" }), -EINVAL);
	CHECK_INT(RUN({ 'f', "a", "1" }, { 'f', "a/b", "2" }), -EINVAL);
	CHECK_INT(RUN({ 'f', "a", "1" }, { 'd', "a", NULL }), -EINVAL);
	CHECK_INT(RUN({ 'l', "a", "b" }, { 'f', "a", "2" }), -EINVAL);
	CHECK_INT(RUN({ 'p', "pipe", NULL }), -EINVAL);
}

static void too_large(void)
{
	const struct item items[] = { { 'f', "a", "0123456789" }, { 'f', "b", "0123456789" } };
	begin();
	make(items, COUNT_OF(items));
	CHECK_INT(run(19), -EFBIG);
	end();
	begin();
	make(items, COUNT_OF(items));
	CHECK_INT(run(20), 0);
	end();
}

static struct buf read_archive(void)
{
	struct buf b = { 0 };
	int fd = open(archive_path, O_RDONLY);
	ssize_t n = read(fd, buf_reserve(&b, 65536), 65536);
	b.n = n > 0 ? (size_t)n : 0;
	close(fd);
	return b;
}

static void write_archive(struct str bytes)
{
	int fd = open(archive_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
	close(fd);
}

/* Cut anywhere, an archive is no archive. */
static void truncated(void)
{
	const struct item items[] = { { 'f', "a", "0123456789" } };
	begin();
	make(items, COUNT_OF(items));
	struct buf whole = read_archive();
	for (size_t n = 0; n < whole.n; n++) {
		write_archive((struct str){ whole.p, n });
		CHECK_INT(run(1 << 20), -EINVAL);
	}
	buf_fini(&whole);
	end();
}

/* Both entries of the directory lead to the same bytes: so does an archive unpack to more than it
 * holds. */
static void overlapping(void)
{
	const struct item items[] = { { 'f', "a", "0123456789" }, { 'f', "b", "0123456789" } };
	begin();
	make(items, COUNT_OF(items));
	struct buf b = read_archive();
	static const char mark[] = "PK\1\2";
	ssize_t first = str_find(buf_view(&b), (struct str){ mark, 4 });
	CHECK(first > 0);
	ssize_t second =
		str_find(str_from(buf_view(&b), (size_t)first + 4), (struct str){ mark, 4 }) +
		first + 4;
	memcpy(b.p + second + 42, b.p + first + 42, 4);
	write_archive(buf_view(&b));
	CHECK_INT(run(1 << 20), -EINVAL);
	buf_fini(&b);
	end();
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "files, folders and links with their modes", good },
		{ "names and links that lead out", leads_out },
		{ "nothing is written through a link", through_links },
		{ "entries of one name, and what is no file", twice },
		{ "the limit is of the unpacked size", too_large },
		{ "truncated archives", truncated },
		{ "entries that overlap", overlapping },
	};
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
