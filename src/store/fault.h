/*
 * A disk for tests: a SQLite VFS over the real one that fails on demand and records what is written
 * and synced, so that the disk of any moment of a power cut can be made again.
 */
#ifndef SAMOVAR_STORE_FAULT_H
#define SAMOVAR_STORE_FAULT_H

#include "base/common.h"
#include "base/random.h"

/* For store_open_vfs, after fault_install. */
extern const char fault_vfs[];
/* Registers the disk with SQLite. Afterwards it neither fails nor records. */
void fault_install(void);

enum fault_kind { FAULT_WRITE = 1, FAULT_SYNC = 2, FAULT_SHORT_WRITE = 4 };

/*
 * From now on each operation of these kinds (bits) fails with the SQLite code with this
 * probability. A short write writes a part before it fails. fault_fail_never ends it.
 */
void fault_fail(unsigned kinds, int code, double probability, uint64_t seed);
void fault_fail_never(void);
/* How many operations have failed since fault_install. */
unsigned fault_failures(void);

/* Records the writes to every file opened after this. Forgets what was recorded before. */
void fault_record(void);
/* The number of events so far: a moment, for fault_replay. Thread-safe. */
size_t fault_now(void);
/*
 * Makes the files as a power cut at that moment could leave them, in the folder: what was synced is
 * there; of each later write all, nothing, or some of its 512-byte sectors. 0 or -errno.
 */
int fault_replay(size_t moment, struct prng *random, const char *folder) MUSTCHECK;

#endif
