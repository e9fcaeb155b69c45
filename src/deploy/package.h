/* Packages: a folder as a zip archive, the same bytes for the same files. */
#ifndef SAMOVAR_DEPLOY_PACKAGE_H
#define SAMOVAR_DEPLOY_PACKAGE_H

#include "base/buf.h"

enum { PACKAGE_WHY_BYTES = 512 };

struct package_options {
	/* Whether the file (its path from the folder, with slashes) belongs in it; NULL: all that
	 * is not hidden. */
	bool (*wants)(void *arg, struct str path);
	void *arg;
	size_t files_max; /* 0: PACKAGE_FILES_MAX */
	bool is_quick;    /* the fastest compression rather than a good one */
};

/*
 * Appends the zip of the folder's files to out. Names are sorted and times left out, so that an
 * unchanged folder gives the same archive. Links are followed to files, not to folders. 0; -EFBIG
 * or -E2BIG past the limits, or another -errno, with a sentence in why.
 */
int package_folder(const char *folder, const struct package_options *options, struct buf *out,
	char why[PACKAGE_WHY_BYTES]) MUSTCHECK;

#endif
