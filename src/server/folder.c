/* The data folder: made, locked, and filled with the runtimes that the program carries. */
#include "server/folder.h"
#include "base/embedded.h"
#include "base/encode.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
	char path[PATH_MAX];
	char *runtimes;
	int lock;
};

/* mkdir -p of all but what follows the last slash. */
static int make_parents(const char *path, mode_t mode)
{
	char copy[PATH_MAX];
	if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy)
		return -ENAMETOOLONG;
	for (char *p = copy + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = 0;
		if (mkdir(copy, mode) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return 0;
}

static int make_folder(const char *path)
{
	int r = make_parents(path, 0755);
	if (r == 0 && mkdir(path, 0700) < 0 && errno != EEXIST)
		r = -errno;
	return r;
}

static int lock_folder(struct folder *f)
{
	char path[PATH_MAX + 8];
	snprintf(path, sizeof path, "%s/lock", f->path);
	f->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (f->lock < 0 || flock(f->lock, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	return 0;
}

static int write_file(const char *path, const void *bytes, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	const char *p = bytes;
	int r = 0;
	while (n > 0 && r == 0) {
		ssize_t done = write(fd, p, n);
		if (done < 0)
			r = -errno;
		else
			p += done, n -= (size_t)done;
	}
	fchmod(fd, mode);
	close(fd);
	return r;
}

static bool is_of_runtimes(const struct embedded_file *e)
{
	return str_starts(str_c(e->name), STR("runtimes/"));
}

/* Changes whenever a file of the runtimes does. */
static uint32_t runtimes_crc(void)
{
	uint32_t crc = 0;
	for (const struct embedded_file *e = embedded_files; e->name; e++) {
		if (!is_of_runtimes(e))
			continue;
		crc = crc32_update(crc, e->name, strlen(e->name) + 1);
		crc = crc32_update(crc, e->bytes, e->n);
	}
	return crc;
}

/* Each build's files in a folder of their own, complete once its stamp is there. */
static int unpack_runtimes(struct folder *f)
{
	char *stamp = NULL;
	f->runtimes = xasprintf("%s/runtimes-%08x/runtimes", f->path, runtimes_crc());
	stamp = xasprintf("%s/../complete", f->runtimes);
	int r = 0;
	if (access(stamp, F_OK) == 0)
		goto out;
	for (const struct embedded_file *e = embedded_files; e->name && r == 0; e++) {
		if (!is_of_runtimes(e))
			continue;
		char *path = xasprintf("%s/%s", f->runtimes, e->name + strlen("runtimes/"));
		r = make_parents(path, 0755);
		if (r == 0)
			r = write_file(path, e->bytes, e->n, e->executable ? 0755 : 0644);
		free(path);
	}
	if (r == 0)
		r = make_parents(stamp, 0755);
	if (r == 0)
		r = write_file(stamp, "", 0, 0644);
out:
	free(stamp);
	return r;
}

int folder_open(const char *path, struct folder **out, char why[SERVER_WHY_BYTES])
{
	struct folder *f = xcalloc(1, sizeof *f);
	f->lock = -1;
	int r = make_folder(path);
	if (r == 0 && !realpath(path, f->path))
		r = -errno;
	if (r < 0) {
		snprintf(why, SERVER_WHY_BYTES, "the data folder %s can't be made: %s", path,
			strerror(-r));
		goto fail;
	}
	r = lock_folder(f);
	if (r == -EWOULDBLOCK) {
		snprintf(why, SERVER_WHY_BYTES,
			"another server uses the data folder %s (choose --data DIR)", f->path);
		goto fail;
	}
	if (r == 0)
		r = unpack_runtimes(f);
	if (r < 0) {
		snprintf(why, SERVER_WHY_BYTES, "the data folder %s can't be written: %s", f->path,
			strerror(-r));
		goto fail;
	}
	*out = f;
	return 0;
fail:
	folder_close(f);
	return r;
}

void folder_close(struct folder *f)
{
	if (!f)
		return;
	if (f->lock >= 0)
		close(f->lock);
	free(f->runtimes);
	free(f);
}

const char *folder_path(const struct folder *folder)
{
	return folder->path;
}

const char *folder_runtimes(const struct folder *folder)
{
	return folder->runtimes;
}
