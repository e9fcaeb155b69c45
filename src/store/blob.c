/*
 * Bodies of objects and code: files named by their SHA-256.
 * FOLDER/ab/abcd... is a blob, FOLDER/tmp/N one that is being written, FOLDER/clean says that the
 * last server ended well and left nothing behind.
 */
#include "store/blob.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/map.h"
#include "store/internal.h"
#include "store/key.h"
#include "store/limits.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct blobs {
	char *folder;
	struct store *store;
	bool sync;
	_Atomic uint64_t last_tmp;
	pthread_mutex_t mutex; /* guards the maps */
	pthread_cond_t collected;
	struct map pins;       /* id -> how many, as a pointer */
	struct map collecting; /* ids whose files are being removed: a pin waits for that */
	pthread_t sweeper;     /* after a crash: removes what no record names */
	bool sweeping;
	atomic_bool closing, swept;
};

struct blob_writer {
	struct blobs *blobs;
	EVP_MD_CTX *hash;
	struct buf pending; /* not yet in the file */
	struct str more;    /* the caller's bytes that go after them */
	int fd;             /* -1 until the first BLOB_BUFFER_BYTES are full */
	char *tmp;
	int result; /* of the work on the pool */
	struct blob_id id;
};

static bool id_is_valid(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!strchr("0123456789abcdef", id.p[i]) || !id.p[i])
			return false;
	return id.n == BLOB_ID_LENGTH;
}

void blob_path(struct blobs *blobs, struct str id, struct buf *out)
{
	assert(id_is_valid(id));
	buf_printf(out, "%s/%.2s/%.*s", blobs->folder, id.p, STR_ARG(id));
}

/* ---- pins ---- */

void blob_pin(struct blobs *blobs, struct str id)
{
	pthread_mutex_lock(&blobs->mutex);
	while (map_get(&blobs->collecting, id))
		pthread_cond_wait(&blobs->collected, &blobs->mutex);
	uintptr_t n = (uintptr_t)map_get(&blobs->pins, id);
	map_put(&blobs->pins, id, (void *)(n + 1));
	pthread_mutex_unlock(&blobs->mutex);
}

void blob_unpin(struct blobs *blobs, const struct blob_id *id)
{
	struct str key = { id->hex, BLOB_ID_LENGTH };
	pthread_mutex_lock(&blobs->mutex);
	uintptr_t n = (uintptr_t)map_get(&blobs->pins, key);
	assert(n > 0 && "unpinned too often");
	if (n == 1)
		map_remove(&blobs->pins, key);
	else
		map_put(&blobs->pins, key, (void *)(n - 1));
	pthread_mutex_unlock(&blobs->mutex);
}

/* ---- writing, on libuv's pool ---- */

static int write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes = str_from(bytes, (size_t)n);
	}
	return 0;
}

static int sync_file(const struct blobs *blobs, int fd)
{
	return blobs->sync && fdatasync(fd) < 0 ? -errno : 0;
}

static int sync_folder(const struct blobs *blobs, const char *folder)
{
	if (!blobs->sync)
		return 0;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int make_folder(const char *path)
{
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int open_tmp(struct blob_writer *w)
{
	w->tmp = xasprintf("%s/tmp/%llu", w->blobs->folder,
		(unsigned long long)atomic_fetch_add(&w->blobs->last_tmp, 1));
	w->fd = open(w->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return w->fd < 0 ? -errno : 0;
}

/* Hashes and writes what is pending and what came after it. */
static int flush(struct blob_writer *w)
{
	struct str parts[] = { buf_view(&w->pending), w->more };
	int64_t room = store_disk_free(w->blobs->folder);
	int r = 0;
	if (room >= 0 && room < STORE_RESERVE_BYTES + (int64_t)(parts[0].n + parts[1].n))
		return -ENOSPC;
	if (w->fd < 0)
		r = open_tmp(w);
	for (size_t i = 0; i < COUNT_OF(parts) && r == 0; i++) {
		EVP_DigestUpdate(w->hash, parts[i].p, parts[i].n);
		r = write_all(w->fd, parts[i]);
	}
	w->pending.n = 0;
	w->more = (struct str){ 0 };
	return r;
}

static void work_append(void *arg)
{
	struct blob_writer *w = arg;
	w->result = flush(w);
}

/* The name of the blob, out of a copy of the hash: it may go on afterwards. */
static void name_blob(struct blob_writer *w, bool with_pending)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	int ok = copy && EVP_MD_CTX_copy_ex(copy, w->hash);
	if (ok && with_pending) {
		ok = EVP_DigestUpdate(copy, w->pending.p, w->pending.n) &&
		     EVP_DigestUpdate(copy, w->more.p, w->more.n);
	}
	ok = ok && EVP_DigestFinal_ex(copy, digest, NULL);
	assert(ok && "out of memory for a hash");
	EVP_MD_CTX_free(copy);
	hex_encode(digest, BLOB_ID_LENGTH / 2, w->id.hex);
}

/* Renames the written file to its name, and makes both last. It is pinned already. */
static int install(struct blob_writer *w, const char *path, bool exists)
{
	char *folder = xasprintf("%s/%.2s", w->blobs->folder, w->id.hex);
	int r = 0;
	if (!exists) {
		r = sync_file(w->blobs, w->fd);
		if (r == 0 && mkdir(folder, 0700) == 0)
			r = sync_folder(w->blobs, w->blobs->folder);
		if (r == 0 && rename(w->tmp, path) < 0)
			r = -errno;
	}
	/* Even if it was there: its own writer may have got no further than the rename. */
	if (r == 0)
		r = sync_folder(w->blobs, folder);
	free(folder);
	return r;
}

static void work_finish(void *arg)
{
	struct blob_writer *w = arg;
	struct buf path = { 0 };
	bool is_small = w->fd < 0;
	int r = 0;
	/* A small one is named before it is written: perhaps it need not be. */
	if (!is_small)
		r = flush(w);
	if (r == 0) {
		name_blob(w, is_small);
		struct str id = { w->id.hex, BLOB_ID_LENGTH };
		blob_path(w->blobs, id, &path);
		blob_pin(w->blobs, id);
		bool exists = access(buf_cstr(&path), F_OK) == 0;
		if (!exists && is_small)
			r = flush(w);
		if (r == 0)
			r = install(w, path.p, exists);
		if (r < 0)
			blob_unpin(w->blobs, &w->id);
	}
	if (w->fd >= 0) {
		close(w->fd);
		unlink(w->tmp); /* gone already if it was renamed */
	}
	buf_fini(&path);
	w->result = r;
}

static void work_abort(void *arg)
{
	struct blob_writer *w = arg;
	close(w->fd);
	unlink(w->tmp);
}

static void writer_free(struct blob_writer *w)
{
	EVP_MD_CTX_free(w->hash);
	buf_fini(&w->pending);
	free(w->tmp);
	free(w);
}

int blob_create(struct blobs *blobs, struct blob_writer **out)
{
	struct blob_writer *w = xcalloc(1, sizeof *w);
	w->blobs = blobs;
	w->fd = -1;
	w->hash = EVP_MD_CTX_new();
	if (!w->hash || !EVP_DigestInit_ex(w->hash, EVP_sha256(), NULL)) {
		writer_free(w);
		return -ENOMEM;
	}
	*out = w;
	return 0;
}

int blob_append(struct blob_writer *w, struct str bytes)
{
	if (w->result < 0)
		return w->result;
	if (w->pending.n + bytes.n < BLOB_BUFFER_BYTES) {
		buf_str(&w->pending, bytes);
		return 0;
	}
	w->more = bytes;
	loop_work(work_append, w);
	return w->result;
}

void blob_abort(struct blob_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		loop_work(work_abort, w);
	writer_free(w);
}

int blob_finish(struct blob_writer *w, struct blob_id *out)
{
	int r = w->result;
	if (r < 0) {
		blob_abort(w);
		return r;
	}
	loop_work(work_finish, w);
	r = w->result;
	if (r == 0)
		*out = w->id;
	writer_free(w);
	return r;
}

int blob_put(struct blobs *blobs, struct str bytes, struct blob_id *out)
{
	struct blob_writer *w;
	int r = blob_create(blobs, &w);
	if (r < 0)
		return r;
	w->more = bytes; /* the caller's until the end: not copied */
	return blob_finish(w, out);
}

/* ---- references and what nothing refers to ---- */

static struct str ref_key(struct arena *arena, struct str id, struct str owner)
{
	return KEY(arena, KEY_LITERAL("blob"), key_text(id), key_text(owner));
}

void blob_ref(struct txn *txn, struct arena *arena, struct str id, struct str owner)
{
	assert(id_is_valid(id));
	txn_put(txn, ref_key(arena, id, owner), STR(""));
}

void blob_unref(struct txn *txn, struct arena *arena, struct str id, struct str owner)
{
	txn_delete(txn, ref_key(arena, id, owner));
}

struct collect {
	struct blobs *blobs;
	struct str id;
};

/* 1 when some record refers to the blob, else 0. */
static int find_ref(struct txn *txn, void *arg)
{
	struct collect *c = arg;
	struct arena arena = { 0 };
	struct txn_cursor cursor;
	struct str prefix = KEY(&arena, KEY_LITERAL("blob"), key_text(c->id));
	txn_cursor_open(txn, prefix, key_range_end(&arena, prefix), false, &cursor);
	bool found = txn_cursor_next(&cursor);
	txn_cursor_close(&cursor);
	arena_fini(&arena);
	return found;
}

/* From here to collect_end nobody can pin it; so what find_ref sees stays true. */
static bool collect_begin(struct collect *c)
{
	struct blobs *blobs = c->blobs;
	pthread_mutex_lock(&blobs->mutex);
	bool mine = !map_get(&blobs->pins, c->id) && !map_get(&blobs->collecting, c->id);
	if (mine)
		map_put(&blobs->collecting, c->id, blobs);
	pthread_mutex_unlock(&blobs->mutex);
	return mine;
}

static void collect_end(struct collect *c)
{
	pthread_mutex_lock(&c->blobs->mutex);
	map_remove(&c->blobs->collecting, c->id);
	pthread_cond_broadcast(&c->blobs->collected);
	pthread_mutex_unlock(&c->blobs->mutex);
}

/* All of it on one thread: a writer that waits for it to end may hold the pool's last other one. */
static void work_collect(void *arg)
{
	struct collect *c = arg;
	struct buf path = { 0 };
	if (!collect_begin(c))
		return;
	blob_path(c->blobs, c->id, &path);
	if (store_read(c->blobs->store, find_ref, c) == 0 && unlink(buf_cstr(&path)) < 0 &&
		errno != ENOENT)
		log_warn("can't remove %s: %s", path.p, strerror(errno));
	collect_end(c);
	buf_fini(&path);
}

void blob_collect(struct blobs *blobs, struct str id)
{
	struct collect c = { blobs, id };
	assert(id_is_valid(id));
	loop_work(work_collect, &c);
}

/* ---- reading ---- */

struct read {
	struct blobs *blobs;
	struct str id;
	size_t bytes_max;
	struct arena *arena;
	struct str out;
	int result;
};

static int read_all(int fd, struct read *r)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return -errno;
	if ((uint64_t)st.st_size > r->bytes_max)
		return -EFBIG;
	size_t size = (size_t)st.st_size;
	char *p = arena_try(r->arena, size + 1);
	if (!p)
		return -ENOMEM;
	for (size_t at = 0; at < size;) {
		ssize_t n = pread(fd, p + at, size - at, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += (size_t)n;
	}
	p[size] = 0;
	r->out = (struct str){ p, size };
	return 0;
}

static void work_read(void *arg)
{
	struct read *r = arg;
	struct buf path = { 0 };
	blob_path(r->blobs, r->id, &path);
	int fd = open(buf_cstr(&path), O_RDONLY | O_CLOEXEC);
	r->result = fd < 0 ? -errno : read_all(fd, r);
	if (fd >= 0)
		close(fd);
	buf_fini(&path);
}

int blob_read(
	struct blobs *blobs, struct str id, size_t bytes_max, struct arena *arena, struct str *out)
{
	struct read r = { blobs, id, bytes_max, arena, { 0 }, 0 };
	if (!id_is_valid(id))
		return -ENOENT;
	loop_work(work_read, &r);
	if (r.result == 0)
		*out = r.out;
	return r.result;
}

/* ---- opening and closing ---- */

static void empty_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	for (struct dirent *e; dir && (e = readdir(dir));)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
}

static void sweep_folder(struct blobs *blobs, unsigned first_byte)
{
	char *folder = xasprintf("%s/%02x", blobs->folder, first_byte);
	DIR *dir = opendir(folder);
	for (struct dirent *e; dir && !blobs->closing && (e = readdir(dir));)
		if (id_is_valid(str_c(e->d_name)))
			work_collect(&(struct collect){ blobs, str_c(e->d_name) });
	if (dir)
		closedir(dir);
	free(folder);
}

static void *sweeper_main(void *arg)
{
	struct blobs *blobs = arg;
	for (unsigned i = 0; i < 256 && !blobs->closing; i++)
		sweep_folder(blobs, i);
	blobs->swept = !blobs->closing;
	return NULL;
}

static int open_folders(struct blobs *blobs)
{
	char *tmp = xasprintf("%s/tmp", blobs->folder),
	     *clean = xasprintf("%s/clean", blobs->folder);
	bool is_new = mkdir(blobs->folder, 0700) == 0;
	int r = is_new || errno == EEXIST ? make_folder(tmp) : -errno;
	if (r == 0) {
		empty_folder(tmp);
		blobs->swept = unlink(clean) == 0 || is_new;
	}
	free(tmp);
	free(clean);
	return r;
}

int blobs_open(const char *folder, struct store *store, struct blobs **out)
{
	struct blobs *blobs = xcalloc(1, sizeof *blobs);
	blobs->folder = xstrdup(folder);
	blobs->store = store;
	blobs->sync = store->durability != STORE_MEMORY;
	pthread_mutex_init(&blobs->mutex, NULL);
	pthread_cond_init(&blobs->collected, NULL);
	int r = open_folders(blobs);
	if (r == 0 && !blobs->swept) {
		r = -pthread_create(&blobs->sweeper, NULL, sweeper_main, blobs);
		blobs->sweeping = r == 0;
	}
	if (r < 0) {
		log_error("can't open the folder of blobs %s: %s", folder, strerror(-r));
		blobs_close(blobs);
		return r;
	}
	*out = blobs;
	return 0;
}

void blobs_close(struct blobs *blobs)
{
	if (!blobs)
		return;
	blobs->closing = true;
	if (blobs->sweeping)
		pthread_join(blobs->sweeper, NULL);
	if (blobs->swept) {
		char *clean = xasprintf("%s/clean", blobs->folder);
		int fd = open(clean, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
		free(clean);
	}
	map_fini(&blobs->pins);
	map_fini(&blobs->collecting);
	pthread_mutex_destroy(&blobs->mutex);
	pthread_cond_destroy(&blobs->collected);
	free(blobs->folder);
	free(blobs);
}
