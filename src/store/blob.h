/*
 * Bodies of objects and code: files named by their SHA-256, written and synced before the record
 * that names them. What refers to a blob is a key of the store (blob_ref), so that a blob nobody
 * refers to can go.
 */
#ifndef SAMOVAR_STORE_BLOB_H
#define SAMOVAR_STORE_BLOB_H

#include "base/buf.h"
#include "store/store.h"

struct blobs;

enum { BLOB_ID_LENGTH = 64 }; /* SHA-256 in lower-case hexadecimal */
struct blob_id {
	char hex[BLOB_ID_LENGTH + 1];
};

/* Opens the folder (made if missing) and removes what no record names: a crash's leftovers. */
int blobs_open(const char *folder, struct store *store, struct blobs **out) MUSTCHECK;
void blobs_close(struct blobs *blobs);

/* Writes: create, append any number of times, then finish or abort. File work runs on libuv's pool.
 */
struct blob_writer;
int blob_create(struct blobs *blobs, struct blob_writer **out) MUSTCHECK;
int blob_append(struct blob_writer *w, struct str bytes) MUSTCHECK;
/*
 * Syncs and names the blob. It is pinned: it stays while the pin is held, whether referred to or
 * not. Release the pin (blob_unpin) after the transaction that refers to it. Ends the writer.
 */
int blob_finish(struct blob_writer *w, struct blob_id *out) MUSTCHECK;
void blob_abort(struct blob_writer *w);
/* All three in one, for bytes at hand. */
int blob_put(struct blobs *blobs, struct str bytes, struct blob_id *out) MUSTCHECK;
/*
 * Pins one that a record refers to, before its file is read: look after it whether the record still
 * does. On the loop it may wait for the end of one unlink.
 */
void blob_pin(struct blobs *blobs, struct str id);
void blob_unpin(struct blobs *blobs, const struct blob_id *id);

/* In a write transaction: owner (any text of the caller's) refers to the blob, or no longer does.
 */
void blob_ref(struct txn *txn, struct arena *arena, struct str id, struct str owner);
void blob_unref(struct txn *txn, struct arena *arena, struct str id, struct str owner);
/* After the commit of unrefs: deletes the file if nothing refers to it and nothing pins it. In a
 * fiber. */
void blob_collect(struct blobs *blobs, struct str id);

/* The file's path, appended to out. It exists while the blob is referred to or pinned. */
void blob_path(struct blobs *blobs, struct str id, struct buf *out);
/* The whole blob into the arena: 0, -ENOENT, -EFBIG over bytes_max, or another -errno. In a fiber.
 */
int blob_read(struct blobs *blobs, struct str id, size_t bytes_max, struct arena *arena,
	struct str *out) MUSTCHECK;

#endif
