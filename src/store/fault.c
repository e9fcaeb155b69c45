/* A disk for tests, which fails on demand and remembers what would survive a power cut. */
#include "store/fault.h"
#include "base/buf.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

const char fault_vfs[] = "samovar-fault";

enum { FILES_MAX = 8, SECTOR_BYTES = 512 };

enum event_type { EVENT_WRITE, EVENT_TRUNCATE, EVENT_SYNC, EVENT_DELETE };

struct event {
	enum event_type type;
	int file;
	int64_t offset; /* of a write; the size of a truncation */
	char *bytes;
	size_t n;
	size_t covers; /* sync: the events before this one are on disk */
	bool lasting;  /* delete: the folder was synced too */
};

static struct {
	pthread_mutex_t mutex;
	sqlite3_vfs vfs, *real;
	unsigned kinds, failures;
	int code;
	double probability;
	struct prng random;
	bool recording;
	struct event *events;
	size_t count, cap;
	char *names[FILES_MAX]; /* without the folder */
	int file_count;
} disk = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* SQLite's handle; the real one's follows it. */
struct fault_file {
	sqlite3_file base;
	int file; /* in names, or -1 when not recorded */
};

static sqlite3_file *real_of(sqlite3_file *f)
{
	return (sqlite3_file *)((struct fault_file *)f + 1);
}

static int file_of(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash ? slash + 1 : path;
	if (!name || !disk.recording)
		return -1;
	for (int i = 0; i < disk.file_count; i++)
		if (strcmp(disk.names[i], name) == 0)
			return i;
	assert(disk.file_count < FILES_MAX);
	disk.names[disk.file_count] = xstrdup(name);
	return disk.file_count++;
}

/* Under the mutex. */
static void add(struct event e)
{
	if (e.file < 0)
		return;
	if (disk.count == disk.cap) {
		disk.cap = disk.cap ? disk.cap * 2 : 256;
		disk.events = xrealloc(disk.events, disk.cap * sizeof *disk.events);
	}
	disk.events[disk.count++] = e;
}

/* Whether this operation is to fail. */
static bool fails(unsigned kind)
{
	pthread_mutex_lock(&disk.mutex);
	bool yes = false;
	if (disk.kinds & kind)
		yes = (double)(prng_next(&disk.random) >> 11) * 0x1p-53 < disk.probability;
	disk.failures += yes;
	pthread_mutex_unlock(&disk.mutex);
	return yes;
}

static int on_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 offset)
{
	struct fault_file *ff = (struct fault_file *)f;
	sqlite3_file *real = real_of(f);
	bool is_short = fails(FAULT_SHORT_WRITE);
	if (!is_short && fails(FAULT_WRITE))
		return disk.code;
	if (is_short)
		n /= 2;
	int code = n ? real->pMethods->xWrite(real, p, n, offset) : SQLITE_OK;
	pthread_mutex_lock(&disk.mutex);
	if (ff->file >= 0) {
		add((struct event){ .type = EVENT_WRITE,
			.file = ff->file,
			.offset = offset,
			.bytes = xstrndup(p, (size_t)n),
			.n = (size_t)n });
	}
	pthread_mutex_unlock(&disk.mutex);
	return is_short ? disk.code : code;
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	sqlite3_file *real = real_of(f);
	int code = real->pMethods->xTruncate(real, size);
	pthread_mutex_lock(&disk.mutex);
	add((struct event){
		.type = EVENT_TRUNCATE, .file = ((struct fault_file *)f)->file, .offset = size });
	pthread_mutex_unlock(&disk.mutex);
	return code;
}

static int on_sync(sqlite3_file *f, int flags)
{
	(void)flags;
	if (fails(FAULT_SYNC))
		return disk.code;
	/* The real disk need not be synced: the record is what a power cut leaves. What comes
	 * meanwhile is not. */
	pthread_mutex_lock(&disk.mutex);
	size_t covers = disk.count;
	pthread_mutex_unlock(&disk.mutex);
	usleep(50);
	pthread_mutex_lock(&disk.mutex);
	add((struct event){
		.type = EVENT_SYNC, .file = ((struct fault_file *)f)->file, .covers = covers });
	pthread_mutex_unlock(&disk.mutex);
	return SQLITE_OK;
}

static int on_close(sqlite3_file *f)
{
	return real_of(f)->pMethods->xClose(real_of(f));
}

static int on_read(sqlite3_file *f, void *p, int n, sqlite3_int64 offset)
{
	return real_of(f)->pMethods->xRead(real_of(f), p, n, offset);
}

static int on_file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int on_lock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int on_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int on_check_reserved(sqlite3_file *f, int *out)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int on_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int on_sector_size(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int on_characteristics(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}

static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void on_shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int on_shm_unmap(sqlite3_file *f, int delete_it)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), delete_it);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, /* no memory mapping */
	.xClose = on_close,
	.xRead = on_read,
	.xWrite = on_write,
	.xTruncate = on_truncate,
	.xSync = on_sync,
	.xFileSize = on_file_size,
	.xLock = on_lock,
	.xUnlock = on_unlock,
	.xCheckReservedLock = on_check_reserved,
	.xFileControl = on_control,
	.xSectorSize = on_sector_size,
	.xDeviceCharacteristics = on_characteristics,
	.xShmMap = on_shm_map,
	.xShmLock = on_shm_lock,
	.xShmBarrier = on_shm_barrier,
	.xShmUnmap = on_shm_unmap,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	(void)vfs;
	sqlite3_file *real = real_of(f);
	f->pMethods = NULL;
	int code = disk.real->xOpen(disk.real, name, real, flags, out_flags);
	if (real->pMethods)
		f->pMethods = &methods;
	pthread_mutex_lock(&disk.mutex);
	((struct fault_file *)f)->file = file_of(name);
	pthread_mutex_unlock(&disk.mutex);
	return code;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	(void)vfs;
	int code = disk.real->xDelete(disk.real, name, sync_folder);
	pthread_mutex_lock(&disk.mutex);
	add((struct event){ .type = EVENT_DELETE, .file = file_of(name), .lasting = sync_folder });
	pthread_mutex_unlock(&disk.mutex);
	return code;
}

static void forget(void)
{
	for (size_t i = 0; i < disk.count; i++)
		free(disk.events[i].bytes);
	free(disk.events);
	for (int i = 0; i < disk.file_count; i++)
		free(disk.names[i]);
	disk.events = NULL;
	disk.count = disk.cap = 0;
	disk.file_count = 0;
	disk.recording = false;
}

void fault_install(void)
{
	if (!disk.real) {
		disk.real = sqlite3_vfs_find("unix-excl");
		assert(disk.real);
		disk.vfs = *disk.real;
		disk.vfs.zName = fault_vfs;
		disk.vfs.szOsFile += (int)sizeof(struct fault_file);
		disk.vfs.xOpen = on_open;
		disk.vfs.xDelete = on_delete;
		int code = sqlite3_vfs_register(&disk.vfs, 0);
		assert(code == SQLITE_OK);
	}
	fault_fail_never();
	forget();
	disk.failures = 0;
}

void fault_fail(unsigned kinds, int code, double probability, uint64_t seed)
{
	pthread_mutex_lock(&disk.mutex);
	disk.kinds = kinds;
	disk.code = code;
	disk.probability = probability;
	disk.random.state = seed;
	pthread_mutex_unlock(&disk.mutex);
}

void fault_fail_never(void)
{
	fault_fail(0, 0, 0, 0);
}

unsigned fault_failures(void)
{
	pthread_mutex_lock(&disk.mutex);
	unsigned n = disk.failures;
	pthread_mutex_unlock(&disk.mutex);
	return n;
}

void fault_record(void)
{
	pthread_mutex_lock(&disk.mutex);
	forget();
	disk.recording = true;
	pthread_mutex_unlock(&disk.mutex);
}

size_t fault_now(void)
{
	pthread_mutex_lock(&disk.mutex);
	size_t n = disk.count;
	pthread_mutex_unlock(&disk.mutex);
	return n;
}

/* ---- the disk of a moment ---- */

struct image {
	struct buf bytes;
	bool exists;
};

static void image_resize(struct image *image, size_t n)
{
	if (n > image->bytes.n) {
		memset(buf_reserve(&image->bytes, n - image->bytes.n), 0, n - image->bytes.n);
	}
	image->bytes.n = n;
}

static void image_write(struct image *image, const struct event *e, size_t from, size_t n)
{
	size_t end = (size_t)e->offset + from + n;
	image->exists = true;
	if (end > image->bytes.n)
		image_resize(image, end);
	memcpy(image->bytes.p + e->offset + from, e->bytes + from, n);
}

/* An event that no sync covers: half of them happened, a quarter did not, a quarter did in part. */
static void apply_perhaps(struct image *image, const struct event *e, struct prng *random)
{
	uint64_t fate = prng_next(random) % 4;
	if (fate == 0)
		return;
	if (e->type == EVENT_TRUNCATE) {
		image_resize(image, (size_t)e->offset);
	} else if (e->type == EVENT_DELETE) {
		image->exists = false;
		image->bytes.n = 0;
	} else if (fate == 1) {
		/* The sectors of the disk, not of the write. */
		for (size_t from = 0, n; from < e->n; from += n) {
			size_t in_sector = ((size_t)e->offset + from) % SECTOR_BYTES;
			n = MIN(e->n - from, SECTOR_BYTES - in_sector);
			if (prng_next(random) & 1)
				image_write(image, e, from, n);
		}
	} else {
		image_write(image, e, 0, e->n);
	}
}

static void image_make(struct image *image, int file, size_t moment, struct prng *random)
{
	size_t lasting = 0, folder_lasting = 0;
	for (size_t i = 0; i < moment; i++) {
		const struct event *e = &disk.events[i];
		if (e->type != EVENT_SYNC)
			continue;
		if (e->file == file)
			lasting = MAX(lasting, e->covers);
		/* SQLite syncs the folder with the first sync of a log that it has made. */
		if (str_ends(str_c(disk.names[e->file]), STR("-wal")))
			folder_lasting = MAX(folder_lasting, e->covers);
	}
	for (size_t i = 0; i < moment; i++) {
		const struct event *e = &disk.events[i];
		if (e->file != file || e->type == EVENT_SYNC)
			continue;
		if (e->type == EVENT_DELETE && (e->lasting || i < folder_lasting)) {
			image->exists = false;
			image->bytes.n = 0;
		} else if (i >= lasting) {
			apply_perhaps(image, e, random);
		} else if (e->type == EVENT_WRITE) {
			image_write(image, e, 0, e->n);
		} else if (e->type == EVENT_TRUNCATE) {
			image_resize(image, (size_t)e->offset);
		}
	}
}

static int image_save(const struct image *image, const char *path)
{
	if (!image->exists)
		return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	ssize_t n = write(fd, image->bytes.p, image->bytes.n);
	int r = n == (ssize_t)image->bytes.n ? 0 : -EIO;
	close(fd);
	return r;
}

int fault_replay(size_t moment, struct prng *random, const char *folder)
{
	int r = 0;
	pthread_mutex_lock(&disk.mutex);
	assert(moment <= disk.count);
	for (int file = 0; file < disk.file_count && r == 0; file++) {
		struct image image = { 0 };
		char *path = xasprintf("%s/%s", folder, disk.names[file]);
		image_make(&image, file, moment, random);
		r = image_save(&image, path);
		free(path);
		buf_fini(&image.bytes);
	}
	pthread_mutex_unlock(&disk.mutex);
	return r;
}
