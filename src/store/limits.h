/* Limits of the store. */
#ifndef SAMOVAR_STORE_LIMITS_H
#define SAMOVAR_STORE_LIMITS_H

#include "base/common.h"

enum {
	STORE_PAGE_BYTES = 4096,
	STORE_CACHE_KIB = 2048,         /* pages that a connection keeps */
	STORE_CURSORS_MAX = 64,         /* open at once in one transaction */
	STORE_GROUP_MAX = 512,          /* transactions in one commit */
	STORE_SYNC_INTERVAL_MS = 50,    /* STORE_RELAXED */
	STORE_WAL_PAGES_MAX = 1024,     /* a checkpoint begins at this length of the log */
	STORE_WAL_KEEP_BYTES = 8 << 20, /* a longer log file is cut back when it starts anew */
	/* Kept free on the disk, so that the log can still be emptied and rows deleted when it is
	   full. */
	STORE_RESERVE_BYTES = 8 << 20,
	STORE_BUSY_TIMEOUT_MS = 10000,
	STORE_KEY_BYTES_MAX = 64 << 10,
	STORE_VALUE_BYTES_MAX = 512 << 20,
	BLOB_BUFFER_BYTES = 256 << 10, /* written to the file at once */
};

#endif
