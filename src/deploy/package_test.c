/* Packages: what is in them, and that the same files give the same bytes. */
#include "deploy/package.h"
#include "base/mem.h"
#include "tests/check.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/samovar-package-XXXXXX";

static void write_text(const char *name, const char *text, mode_t mode)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void listing(const struct buf *zip, struct buf *out)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	archive_read_support_format_zip(a);
	CHECK_INT(archive_read_open_memory(a, zip->p, zip->n), ARCHIVE_OK);
	while (archive_read_next_header(a, &e) == ARCHIVE_OK)
		buf_printf(out, "%s %o %lld\n", archive_entry_pathname(e), archive_entry_perm(e),
			(long long)archive_entry_size(e));
	archive_read_free(a);
}

static bool wants_js(void *arg, struct str path)
{
	(void)arg;
	return str_ends(path, STR(".js"));
}

static void test_package(void)
{
	char why[PACKAGE_WHY_BYTES], path[256];
	struct buf one = { 0 }, two = { 0 }, list = { 0 };
	CHECK(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/lib", folder);
	mkdir(path, 0755);
	write_text("lib/b.js", "bb", 0644);
	write_text("run", "#!", 0755);
	write_text(".secret", "x", 0644);
	CHECK_INT(package_folder(folder, NULL, &one, why), 0);
	listing(&one, &list);
	CHECK_STR(buf_view(&list), "lib/b.js 644 2\nrun 755 2\n");
	sleep(1);
	write_text("lib/b.js", "bb", 0644);
	CHECK_INT(package_folder(folder, NULL, &two, why), 0);
	CHECK(str_eq(buf_view(&one), buf_view(&two)));

	struct package_options options = { .wants = wants_js };
	list.n = two.n = 0;
	CHECK_INT(package_folder(folder, &options, &two, why), 0);
	listing(&two, &list);
	CHECK_STR(buf_view(&list), "lib/b.js 644 2\n");

	options = (struct package_options){ .files_max = 1 };
	size_t before = two.n;
	CHECK_INT(package_folder(folder, &options, &two, why), -E2BIG);
	CHECK_INT(two.n, before);
	CHECK_INT(package_folder("/nonexistent", NULL, &two, why), -ENOENT);
	CHECK(strstr(why, "/nonexistent"));
	snprintf(path, sizeof path, "rm -r %s", folder);
	CHECK_INT(system(path), 0);
	buf_fini(&one);
	buf_fini(&two);
	buf_fini(&list);
}

static const struct test tests[] = { { "a folder's package", test_package } };

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
