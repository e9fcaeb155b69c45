/* Packages: a folder as a zip archive. */
#include "deploy/package.h"
#include "base/mem.h"
#include "deploy/limits.h"
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 };

struct package {
	const struct package_options *options;
	struct archive *archive;
	struct buf *out;
	size_t files;
	uint64_t bytes;
	char *why;
};

static la_ssize_t on_write(struct archive *archive, void *arg, const void *p, size_t n)
{
	struct package *pk = arg;
	(void)archive;
	buf_append(pk->out, p, n);
	return (la_ssize_t)n;
}

static int fail_package(struct package *pk, int r, const char *what, const char *path)
{
	snprintf(pk->why, PACKAGE_WHY_BYTES, "%s: %s", path, what ? what : strerror(-r));
	return r;
}

static int add_bytes(struct package *pk, int fd, const char *path)
{
	char *bytes = xmalloc(READ_BYTES);
	ssize_t n;
	int r = 0;
	while (r == 0 && (n = read(fd, bytes, READ_BYTES)) != 0) {
		pk->bytes += (uint64_t)MAX(n, 0);
		if (n < 0)
			r = fail_package(pk, -errno, NULL, path);
		else if (pk->bytes > PACKAGE_BYTES_MAX)
			r = fail_package(
				pk, -EFBIG, "with this file the package is over 250 MB", path);
		else if (archive_write_data(pk->archive, bytes, (size_t)n) < 0)
			r = fail_package(pk, -EIO, archive_error_string(pk->archive), path);
	}
	free(bytes);
	return r;
}

static int add_file(struct package *pk, const char *path, const char *name, const struct stat *st)
{
	size_t files_max = pk->options->files_max ? pk->options->files_max : PACKAGE_FILES_MAX;
	if (++pk->files > files_max)
		return fail_package(pk, -E2BIG, "with this file the package has too many", path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_package(pk, -errno, NULL, path);
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, st->st_mode & 0111 ? 0755 : 0644);
	archive_entry_set_size(entry, st->st_size);
	archive_entry_set_mtime(entry, 315532800, 0); /* 1980, the first year that a zip knows */
	int r = archive_write_header(pk->archive, entry);
	r = r < ARCHIVE_WARN ? fail_package(pk, -EIO, archive_error_string(pk->archive), path)
			     : add_bytes(pk, fd, path);
	archive_entry_free(entry);
	close(fd);
	return r;
}

static int add_folder(struct package *pk, const char *path, const char *name, int depth);

static int add_entry(struct package *pk, const char *path, const char *name, int depth)
{
	struct stat st, link;
	if (lstat(path, &link) < 0 || stat(path, &st) < 0)
		return S_ISLNK(link.st_mode) ? 0 : fail_package(pk, -errno, NULL, path);
	if (S_ISDIR(st.st_mode))
		return S_ISLNK(link.st_mode) ? 0 : add_folder(pk, path, name, depth + 1);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (pk->options->wants && !pk->options->wants(pk->options->arg, str_c(name)))
		return 0;
	return add_file(pk, path, name, &st);
}

static int add_folder(struct package *pk, const char *path, const char *name, int depth)
{
	struct dirent **entries;
	if (depth > PACKAGE_DEPTH_MAX)
		return fail_package(pk, -ELOOP, "folders stand too deep in each other", path);
	int r = 0, n = scandir(path, &entries, NULL, alphasort);
	if (n < 0)
		return fail_package(pk, -errno, NULL, path);
	for (int i = 0; i < n; i++) {
		const char *own = entries[i]->d_name;
		bool is_dots = str_is(str_c(own), ".") || str_is(str_c(own), "..");
		bool is_hidden = own[0] == '.' && !pk->options->wants;
		if (r == 0 && !is_dots && !is_hidden) {
			char *inner = xasprintf("%s/%s", path, own);
			char *inner_name = *name ? xasprintf("%s/%s", name, own) : xstrdup(own);
			r = add_entry(pk, inner, inner_name, depth);
			free(inner);
			free(inner_name);
		}
		free(entries[i]);
	}
	free(entries);
	return r;
}

int package_folder(const char *folder, const struct package_options *options, struct buf *out,
	char why[PACKAGE_WHY_BYTES])
{
	static const struct package_options defaults;
	struct package pk = { .options = options ? options : &defaults, .out = out, .why = why };
	size_t begin = out->n;
	pk.archive = archive_write_new();
	archive_write_set_format_zip(pk.archive);
	archive_write_zip_set_compression_deflate(pk.archive);
	if (pk.options->is_quick)
		archive_write_set_options(pk.archive, "zip:compression-level=1");
	archive_write_set_bytes_per_block(pk.archive, 0);
	int r = 0;
	if (archive_write_open(pk.archive, &pk, NULL, on_write, NULL) != ARCHIVE_OK)
		r = fail_package(&pk, -EIO, archive_error_string(pk.archive), folder);
	if (r == 0)
		r = add_folder(&pk, folder, "", 0);
	/* Closed in any case: an archive that was not loses memory. */
	if (archive_write_close(pk.archive) != ARCHIVE_OK && r == 0)
		r = fail_package(&pk, -EIO, archive_error_string(pk.archive), folder);
	archive_write_free(pk.archive);
	if (r < 0)
		out->n = begin;
	return r;
}
