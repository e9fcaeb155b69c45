/* Any bytes as an archive of code: nothing may appear outside of the folder. */
#include "services/lambda/unzip.h"
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)type;
	(void)ftw;
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode) && !S_ISLNK(st->st_mode))
		abort();
	return remove(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char root[] = "/dev/shm/unzip-fuzz-XXXXXX", archive[64], folder[64];
	struct unzipped out;
	if (!archive[0]) {
		if (!mkdtemp(root))
			abort();
		snprintf(archive, sizeof archive, "%s/zip", root);
		snprintf(folder, sizeof folder, "%s/out", root);
	}
	int fd = open(archive, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || mkdir(folder, 0755) < 0)
		abort();
	close(fd);
	int r = unzip(archive, folder, 1 << 20, &out);
	if (r == 0 && out.bytes > 1 << 20)
		abort();
	nftw(folder, check_one, 16, FTW_DEPTH | FTW_PHYS);
	/* Only the archive itself is left beside it. */
	if (unlink(archive) < 0 || rmdir(root) < 0 || mkdir(root, 0700) < 0)
		abort();
	return 0;
}
