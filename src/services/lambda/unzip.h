/* Archives of code: unpacked with distrust, for whoever can call the API chooses their bytes. */
#ifndef SAMOVAR_SERVICES_LAMBDA_UNZIP_H
#define SAMOVAR_SERVICES_LAMBDA_UNZIP_H

#include "base/common.h"

struct unzipped {
	uint64_t bytes, entries;
	char why[128]; /* of -EINVAL and -EFBIG, for people */
};

/*
 * Unpacks the archive into the empty folder; blocks, so it is work for the pool. Files are 0644, or
 * 0755 when the archive has them executable. -EINVAL for what is no proper zip archive or holds
 * anything but files, folders and links that stay inside; -EFBIG over bytes_max or
 * LAMBDA_ZIP_ENTRIES_MAX; -EIO and the like. What was unpacked before the error is left to the
 * caller.
 */
int unzip(const char *archive, const char *folder, uint64_t bytes_max,
	struct unzipped *out) MUSTCHECK;

/* zip_directory.c: whether the archive's directory is sound: entries don't overlap, none is
 * encrypted. */
int zip_check_directory(int fd, struct unzipped *out) MUSTCHECK;

#endif
