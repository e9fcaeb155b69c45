/* Unpacked code: folders made from blobs when they are needed, removed when the blob goes. */
#include "services/lambda/code_cache.h"
#include "base/log.h"
#include "base/map.h"
#include "base/random.h"
#include "loop/loop.h"
#include "services/lambda/limits.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LAYER_ID_LENGTH = 32 }; /* of a blob's name in the name of merged layers */

struct code_cache {
	struct aws *aws;
	char *root;  /* DATA/lambda */
	char *trash; /* a folder in it, of this start: emptied beside the server's work */
	/* Folders ("code/...", "layers/...") that are there -> their bytes and 1, as a pointer; the
	 * loop's thread's. */
	struct map ready;
	_Atomic unsigned last_tmp;
};

/* ---- files; all of this runs on the pool ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	if (remove(path) < 0 && errno != ENOENT)
		log_warn("can't remove %s: %s", path, strerror(errno));
	return 0;
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

static char *tmp_name(struct code_cache *cache)
{
	return xasprintf("%s/tmp/%u", cache->root, atomic_fetch_add(&cache->last_tmp, 1));
}

/* Out of the way at once, and then removed. */
static void remove_folder(struct code_cache *cache, const char *path)
{
	char *tmp = tmp_name(cache);
	if (rename(path, tmp) == 0)
		remove_tree(tmp);
	else if (errno != ENOENT)
		log_warn("can't move %s away: %s", path, strerror(errno));
	free(tmp);
}

/* The finished folder gets its name; another one may have been faster. */
static int install(const char *tmp, const char *path)
{
	if (chmod(tmp, 0755) == 0 && rename(tmp, path) == 0)
		return 0;
	int r = errno == ENOTEMPTY || errno == EEXIST ? 0 : -errno;
	remove_tree(tmp);
	return r;
}

struct unpack {
	struct code_cache *cache;
	struct str blob;
	const char *path;
	struct unzipped *out;
	int result;
};

static void work_unpack(void *arg)
{
	struct unpack *u = arg;
	struct stat st;
	struct buf archive = { 0 };
	blob_path(u->cache->aws->blobs, u->blob, &archive);
	if (stat(u->path, &st) == 0) {
		int fd = open(buf_cstr(&archive), O_RDONLY | O_CLOEXEC);
		u->result = fd < 0 ? -errno : zip_check_directory(fd, u->out);
		if (fd >= 0)
			close(fd);
		buf_fini(&archive);
		return;
	}
	char *tmp = tmp_name(u->cache);
	u->result = mkdir(tmp, 0755) < 0
			    ? -errno
			    : unzip(buf_cstr(&archive), tmp, LAMBDA_UNZIPPED_BYTES_MAX, u->out);
	if (u->result == 0)
		u->result = install(tmp, u->path);
	else
		remove_tree(tmp);
	buf_fini(&archive);
	free(tmp);
}

/* Links the layer's files into the merged folder; a file that is there already gives way. */
struct merge {
	struct code_cache *cache;
	const struct str *blobs;
	size_t n;
	const char *path;
	int result;
};

static int copy_link(int from_dir, int to_dir, const char *name)
{
	char target[LAMBDA_ZIP_NAME_BYTES_MAX + 1];
	ssize_t n = readlinkat(from_dir, name, target, sizeof target - 1);
	if (n < 0)
		return -errno;
	target[n] = 0;
	return symlinkat(target, to_dir, name) < 0 ? -errno : 0;
}

static int merge_folder(int from_dir, int to_dir);

static int merge_entry(int from_dir, int to_dir, const struct dirent *d)
{
	struct stat st, old;
	if (fstatat(from_dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	bool is_there = fstatat(to_dir, d->d_name, &old, AT_SYMLINK_NOFOLLOW) == 0;
	if (is_there && !(S_ISDIR(st.st_mode) && S_ISDIR(old.st_mode)) &&
		unlinkat(to_dir, d->d_name, S_ISDIR(old.st_mode) ? AT_REMOVEDIR : 0) < 0)
		return errno == ENOTEMPTY
			       ? 0
			       : -errno; /* a folder with files stays before a file of its name */
	if (S_ISLNK(st.st_mode))
		return copy_link(from_dir, to_dir, d->d_name);
	if (!S_ISDIR(st.st_mode))
		return linkat(from_dir, d->d_name, to_dir, d->d_name, 0) < 0 ? -errno : 0;
	if (mkdirat(to_dir, d->d_name, 0755) < 0 && errno != EEXIST)
		return -errno;
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int from = openat(from_dir, d->d_name, flags), to = openat(to_dir, d->d_name, flags);
	int r = from < 0 || to < 0 ? -errno : merge_folder(from, to);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return r;
}

static int merge_folder(int from_dir, int to_dir)
{
	int copy = dup(from_dir), r = 0;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir)
		return -errno;
	for (struct dirent *d; r == 0 && (d = readdir(dir));)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			r = merge_entry(from_dir, to_dir, d);
	closedir(dir);
	return r;
}

static void work_merge(void *arg)
{
	struct merge *m = arg;
	struct stat st;
	if (stat(m->path, &st) == 0) {
		m->result = 0;
		return;
	}
	char *tmp = tmp_name(m->cache);
	m->result = mkdir(tmp, 0755) < 0 ? -errno : 0;
	for (size_t i = 0; i < m->n && m->result == 0; i++) {
		char *from = xasprintf("%s/code/%.*s", m->cache->root, STR_ARG(m->blobs[i]));
		int from_dir = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		int to_dir = open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		m->result = from_dir < 0 || to_dir < 0 ? -errno : merge_folder(from_dir, to_dir);
		if (from_dir >= 0)
			close(from_dir);
		if (to_dir >= 0)
			close(to_dir);
		free(from);
	}
	if (m->result == 0)
		m->result = install(tmp, m->path);
	else
		remove_tree(tmp);
	free(tmp);
}

/* ---- what the service asks for ---- */

struct str code_cache_path(const struct code_cache *cache, struct arena *arena, struct str blob)
{
	return arena_printf(arena, "%s/code/%.*s", cache->root, STR_ARG(blob));
}

struct str code_cache_layers_path(
	const struct code_cache *cache, struct arena *arena, const struct str *blobs, size_t n)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s/layers/", cache->root);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(&b, '-');
		buf_append(&b, blobs[i].p, MIN(blobs[i].n, (size_t)LAYER_ID_LENGTH));
	}
	struct str path = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return path;
}

static struct str ready_key(const struct code_cache *cache, struct str path)
{
	return str_from(path, strlen(cache->root) + 1);
}

int code_cache_ensure(struct code_cache *cache, struct str blob, struct unzipped *out)
{
	struct arena arena = { 0 };
	struct unzipped unused;
	struct str path = code_cache_path(cache, &arena, blob);
	struct unpack u = { cache, blob, path.p, out ? out : &unused, 0 };
	*u.out = (struct unzipped){ 0 };
	uintptr_t known = (uintptr_t)map_get(&cache->ready, ready_key(cache, path));
	if (known) {
		u.out->bytes = known - 1;
	} else {
		loop_work(work_unpack, &u);
		if (u.result == 0)
			map_put(&cache->ready, ready_key(cache, path),
				(void *)((uintptr_t)u.out->bytes + 1));
	}
	arena_fini(&arena);
	return u.result;
}

int code_cache_ensure_layers(
	struct code_cache *cache, const struct str *blobs, size_t n, struct unzipped *out)
{
	struct arena arena = { 0 };
	struct str path = code_cache_layers_path(cache, &arena, blobs, n);
	struct merge m = { cache, blobs, n, path.p, 0 };
	assert(n > 0);
	if (!map_get(&cache->ready, ready_key(cache, path))) {
		for (size_t i = 0; i < n && m.result == 0; i++)
			m.result = code_cache_ensure(cache, blobs[i], out);
		if (m.result == 0)
			loop_work(work_merge, &m);
		if (m.result == 0)
			map_put(&cache->ready, ready_key(cache, path), cache);
	}
	arena_fini(&arena);
	return m.result;
}

/* ---- removing ---- */

struct collect {
	struct code_cache *cache;
	struct str blob;
	bool is_gone;
};

static void work_is_gone(void *arg)
{
	struct collect *c = arg;
	struct buf path = { 0 };
	blob_path(c->cache->aws->blobs, c->blob, &path);
	c->is_gone = access(buf_cstr(&path), F_OK) < 0 && errno == ENOENT;
	buf_fini(&path);
}

static void work_collect(void *arg)
{
	struct collect *c = arg;
	char *path = xasprintf("%s/code/%.*s", c->cache->root, STR_ARG(c->blob));
	char *layers = xasprintf("%s/layers", c->cache->root);
	remove_folder(c->cache, path);
	DIR *dir = opendir(layers);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		if (str_find(str_c(d->d_name), str_sub(c->blob, 0, LAYER_ID_LENGTH)) < 0)
			continue;
		char *merged = xasprintf("%s/%s", layers, d->d_name);
		remove_folder(c->cache, merged);
		free(merged);
	}
	if (dir)
		closedir(dir);
	free(layers);
	free(path);
}

void code_cache_collect(struct code_cache *cache, struct str blob)
{
	struct collect c = { cache, blob, false };
	struct map_entry *entry;
	loop_work(work_is_gone, &c);
	if (!c.is_gone)
		return;
	for (size_t at = 0; map_next(&cache->ready, &at, &entry);)
		if (str_find(entry->key, str_sub(blob, 0, LAYER_ID_LENGTH)) >= 0)
			map_remove(&cache->ready, entry->key);
	loop_work(work_collect, &c);
}

/* ---- at start ---- */

/* The kernel's own number of this boot: after another one, files that were never synced may be
 * empty. */
static bool same_boot(const char *root)
{
	char now[64] = "", then[64] = "";
	char *path = xasprintf("%s/boot", root);
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, now, sizeof now - 1);
	if (fd >= 0)
		close(fd);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ssize_t m = fd < 0 ? 0 : pread(fd, then, sizeof then - 1, 0);
	bool same = n > 0 && n == m && memcmp(now, then, (size_t)n) == 0;
	if (!same && fd >= 0 && n > 0 && pwrite(fd, now, (size_t)n, 0) != n)
		log_warn("can't write %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(path);
	return same;
}

/* Moves what is not wanted any more into the trash; cheap, so that the start need not wait for its
 * removal. */
static void sweep(struct code_cache *cache, const char *kind, bool all)
{
	char *folder = xasprintf("%s/%s", cache->root, kind);
	DIR *dir = opendir(folder);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		struct collect c = { cache, str_c(d->d_name), true };
		if (d->d_name[0] == '.')
			continue;
		if (!all && c.blob.n == BLOB_ID_LENGTH)
			work_is_gone(&c);
		if (!c.is_gone)
			continue;
		char *path = xasprintf("%s/%s", folder, d->d_name);
		char *trash = xasprintf("%s/%s-%s", cache->trash, kind, d->d_name);
		if (rename(path, trash) < 0)
			log_warn("can't move %s away: %s", path, strerror(errno));
		free(path);
		free(trash);
	}
	if (dir)
		closedir(dir);
	free(folder);
}

static int make_folders(const struct code_cache *cache)
{
	static const char *const folders[] = { "tmp", "code", "layers" };
	bool ok = (mkdir(cache->root, 0755) == 0 || errno == EEXIST) &&
		  mkdir(cache->trash, 0755) == 0;
	for (size_t i = 0; i < COUNT_OF(folders) && ok; i++) {
		char *path = xasprintf("%s/%s", cache->root, folders[i]);
		ok = mkdir(path, 0755) == 0 || errno == EEXIST;
		free(path);
	}
	return ok ? 0 : -errno;
}

struct open_work {
	struct code_cache *cache;
	int result;
};

static void work_open(void *arg)
{
	struct open_work *w = arg;
	w->result = make_folders(w->cache);
	if (w->result < 0)
		return;
	sweep(w->cache, "code", !same_boot(w->cache->root));
	sweep(w->cache, "tmp", true);
	sweep(w->cache, "layers", true); /* only links: made again when needed */
}

/* The trash of this start, and of others that ended before they were done. */
static void work_empty_trash(void *arg)
{
	const char *root = arg;
	DIR *dir = opendir(root);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		if (strncmp(d->d_name, "trash-", 6) != 0)
			continue;
		char *path = xasprintf("%s/%s", root, d->d_name);
		remove_tree(path);
		free(path);
	}
	if (dir)
		closedir(dir);
}

static void empty_trash(void *arg)
{
	loop_work(work_empty_trash, arg);
	free(arg);
}

int code_cache_open(struct aws *aws, struct code_cache **out)
{
	struct code_cache *cache = xcalloc(1, sizeof *cache);
	struct open_work work = { cache, 0 };
	cache->aws = aws;
	cache->root = xasprintf("%s/lambda", aws->data_dir);
	cache->trash = xasprintf("%s/trash-%016llx", cache->root, (unsigned long long)random_u64());
	loop_work(work_open, &work);
	if (work.result < 0) {
		log_error("can't make %s: %s", cache->root, strerror(-work.result));
		code_cache_close(cache);
		return work.result;
	}
	char *root = xstrdup(cache->root);
	if (fiber_start(empty_trash, root) < 0)
		free(root);
	*out = cache;
	return 0;
}

void code_cache_close(struct code_cache *cache)
{
	if (!cache)
		return;
	map_fini(&cache->ready);
	free(cache->root);
	free(cache->trash);
	free(cache);
}
