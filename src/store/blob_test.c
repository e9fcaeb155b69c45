/* Blobs: what is written is read, twice the same is one file, and what nobody names goes. */
#include "store/blob.h"
#include "base/encode.h"
#include "base/random.h"
#include "loop/loop.h"
#include "store/internal.h"
#include "store/limits.h"
#include "tests/check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/sha.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static struct store *store;
static struct blobs *blobs;

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void open_all(void)
{
	char path[96];
	snprintf(path, sizeof path, "%s/store.db", folder);
	CHECK_INT(store_open(path, STORE_DURABLE, &store), 0);
	snprintf(path, sizeof path, "%s/blobs", folder);
	CHECK_INT(blobs_open(path, store, &blobs), 0);
}

static void close_all(void)
{
	blobs_close(blobs);
	store_close(store);
}

static void set_up(void)
{
	snprintf(folder, sizeof folder, "/tmp/samovar-blob-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
	open_all();
}

static void tear_down(void)
{
	close_all();
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static struct str id_str(const struct blob_id *id)
{
	return (struct str){ id->hex, BLOB_ID_LENGTH };
}

static bool exists(const struct blob_id *id)
{
	struct buf path = { 0 };
	blob_path(blobs, id_str(id), &path);
	bool yes = access(buf_cstr(&path), F_OK) == 0;
	buf_fini(&path);
	return yes;
}

/* Files in the folder of what is being written. */
static int tmp_count(void)
{
	char path[96];
	int n = 0;
	snprintf(path, sizeof path, "%s/blobs/tmp", folder);
	DIR *dir = opendir(path);
	for (struct dirent *e; dir && (e = readdir(dir));)
		n += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

struct ref {
	const struct blob_id *id;
	const char *owner;
	bool on;
};

static int set_ref(struct txn *txn, void *arg)
{
	struct ref *ref = arg;
	struct arena a = { 0 };
	if (ref->on)
		blob_ref(txn, &a, id_str(ref->id), str_c(ref->owner));
	else
		blob_unref(txn, &a, id_str(ref->id), str_c(ref->owner));
	arena_fini(&a);
	return 0;
}

static void ref(const struct blob_id *id, const char *owner, bool on)
{
	CHECK_INT(store_write(store, set_ref, &(struct ref){ id, owner, on }), 0);
}

static void test_write_and_read(void)
{
	struct arena a = { 0 };
	struct blob_id id, empty;
	struct str back;
	set_up();
	CHECK_INT(blob_put(blobs, STR("abc"), &id), 0);
	/* FIPS 180-2's example of SHA-256 */
	CHECK_STR(id_str(&id), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_INT(blob_read(blobs, id_str(&id), 3, &a, &back), 0);
	CHECK_STR(back, "abc");
	CHECK_INT(blob_read(blobs, id_str(&id), 2, &a, &back), -EFBIG);
	CHECK_INT(blob_put(blobs, STR(""), &empty), 0);
	CHECK_STR(
		id_str(&empty), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_INT(blob_read(blobs, id_str(&empty), 3, &a, &back), 0);
	CHECK_INT(back.n, 0);
	CHECK_INT(blob_read(blobs, STR("../../etc/passwd"), 3, &a, &back), -ENOENT);
	id.hex[0] = 'c';
	CHECK_INT(blob_read(blobs, id_str(&id), 3, &a, &back), -ENOENT);
	arena_fini(&a);
	tear_down();
}

static void test_pieces(void)
{
	struct arena a = { 0 };
	struct prng p = { 11 };
	struct blob_id whole, pieces;
	struct blob_writer *w;
	struct str back;
	size_t n = 3 * BLOB_BUFFER_BYTES + 12345;
	char *bytes = xmalloc(n);
	set_up();
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)prng_next(&p);
	CHECK_INT(blob_put(blobs, (struct str){ bytes, n }, &whole), 0);
	CHECK_INT(blob_create(blobs, &w), 0);
	for (size_t at = 0, step; at < n; at += step) {
		step = MIN(n - at, (size_t)(prng_next(&p) % 100000));
		CHECK_INT(blob_append(w, (struct str){ bytes + at, step }), 0);
	}
	CHECK_INT(blob_finish(w, &pieces), 0);
	CHECK_STR(id_str(&pieces), whole.hex);
	CHECK_INT(blob_read(blobs, id_str(&whole), n, &a, &back), 0);
	CHECK(str_eq(back, (struct str){ bytes, n }));
	CHECK_INT(blob_create(blobs, &w), 0);
	CHECK_INT(blob_append(w, (struct str){ bytes, n }), 0);
	CHECK_INT(tmp_count(), 1);
	blob_abort(w);
	CHECK_INT(tmp_count(), 0);
	free(bytes);
	arena_fini(&a);
	tear_down();
}

static void test_references(void)
{
	struct blob_id id, again;
	set_up();
	CHECK_INT(blob_put(blobs, STR("code"), &id), 0);
	blob_collect(blobs, id_str(&id));
	CHECK(exists(&id)); /* pinned */
	ref(&id, "function/a", true);
	ref(&id, "function/b", true);
	blob_unpin(blobs, &id);
	blob_collect(blobs, id_str(&id));
	CHECK(exists(&id));
	ref(&id, "function/a", false);
	blob_collect(blobs, id_str(&id));
	CHECK(exists(&id));
	CHECK_INT(blob_put(blobs, STR("code"), &again), 0);
	CHECK_STR(id_str(&again), id.hex);
	ref(&id, "function/b", false);
	blob_collect(blobs, id_str(&id));
	CHECK(exists(&id)); /* the second writer's pin */
	blob_unpin(blobs, &again);
	blob_collect(blobs, id_str(&id));
	CHECK(!exists(&id));
	tear_down();
}

static void wait_gone(const struct blob_id *id)
{
	for (int i = 0; i < 500 && exists(id); i++)
		usleep(10000);
}

/* A server that died: its marker is missing, its leftovers are there. */
static void test_leftovers(void)
{
	struct blob_id kept, lost;
	char path[128];
	set_up();
	CHECK_INT(blob_put(blobs, STR("kept"), &kept), 0);
	CHECK_INT(blob_put(blobs, STR("lost"), &lost), 0);
	ref(&kept, "owner", true);
	close_all();
	snprintf(path, sizeof path, "%s/blobs/clean", folder);
	CHECK_INT(unlink(path), 0);
	snprintf(path, sizeof path, "%s/blobs/tmp/17", folder);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	open_all();
	CHECK_INT(tmp_count(), 0);
	wait_gone(&lost);
	CHECK(!exists(&lost));
	CHECK(exists(&kept));
	tear_down();
}

static int64_t no_room(const char *path)
{
	(void)path;
	return STORE_RESERVE_BYTES;
}

static void test_disk_full(void)
{
	struct blob_id id;
	set_up();
	int64_t (*real)(const char *) = store_disk_free;
	store_disk_free = no_room;
	CHECK_INT(blob_put(blobs, STR("too much"), &id), -ENOSPC);
	CHECK_INT(tmp_count(), 0);
	store_disk_free = real;
	CHECK_INT(blob_put(blobs, STR("too much"), &id), 0);
	tear_down();
}

enum { FIBERS = 40, ROUNDS = 20 };
static struct loop *loop;
static int running;

/* Fibers put, refer to and drop the same few blobs: a blob that is referred to is always there. */
static void churn(void *arg)
{
	struct prng p = { (uint64_t)(uintptr_t)arg };
	char owner[32];
	snprintf(owner, sizeof owner, "owner%d", (int)(uintptr_t)arg);
	for (int i = 0; i < ROUNDS; i++) {
		struct arena a = { 0 };
		struct str back, text = arena_printf(&a, "blob %d", (int)(prng_next(&p) % 4));
		struct blob_id id;
		CHECK_INT(blob_put(blobs, text, &id), 0);
		ref(&id, owner, true);
		blob_unpin(blobs, &id);
		fiber_yield();
		CHECK_INT(blob_read(blobs, id_str(&id), 100, &a, &back), 0);
		CHECK(str_eq(back, text));
		ref(&id, owner, false);
		blob_collect(blobs, id_str(&id));
		arena_fini(&a);
	}
	if (--running == 0)
		loop_stop(loop);
}

static void test_concurrent(void)
{
	set_up();
	CHECK_INT(loop_create(&loop), 0);
	running = FIBERS;
	for (int i = 0; i < FIBERS; i++)
		CHECK_INT(fiber_start(churn, (void *)(uintptr_t)(i + 1)), 0);
	loop_run(loop);
	loop_destroy(loop);
	CHECK_INT(tmp_count(), 0);
	tear_down();
}

/* Puts blobs and refers to them, and tells each that is acknowledged, until it is killed. */
static NORETURN void child_main(int report)
{
	for (int i = 0;; i++) {
		struct arena a = { 0 };
		struct blob_id id;
		size_t n = i % 7 == 0 ? 2 * BLOB_BUFFER_BYTES : 100;
		char *bytes = arena_zalloc(&a, n);
		snprintf(bytes, n, "blob %d", i);
		if (blob_put(blobs, (struct str){ bytes, n }, &id) < 0)
			_exit(1);
		ref(&id, "child", true);
		blob_unpin(blobs, &id);
		if (write(report, &id, sizeof id) < 0)
			_exit(1);
		arena_fini(&a);
	}
}

static void kill_once(unsigned after_us)
{
	int ends[2], status, count = 0;
	struct blob_id id;
	set_up();
	close_all();
	CHECK_INT(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		open_all();
		child_main(ends[1]);
	}
	close(ends[1]);
	ssize_t n = read(ends[0], &id, sizeof id);
	usleep(after_us);
	kill(child, SIGKILL);
	CHECK(waitpid(child, &status, 0) == child);
	open_all();
	for (; n == sizeof id; n = read(ends[0], &id, sizeof id)) {
		struct arena a = { 0 };
		struct str bytes;
		char hex[BLOB_ID_LENGTH + 1];
		unsigned char digest[32];
		CHECK_INT(blob_read(blobs, id_str(&id), MIB, &a, &bytes), 0);
		SHA256((const unsigned char *)bytes.p, bytes.n, digest);
		hex_encode(digest, sizeof digest, hex);
		CHECK_STR(id_str(&id), hex);
		count++;
		arena_fini(&a);
	}
	CHECK(count > 0);
	CHECK_INT(tmp_count(), 0);
	close(ends[0]);
	tear_down();
}

static void test_kill(void)
{
	struct prng p = { random_u64() };
	for (int i = 0; i < 8; i++)
		kill_once((unsigned)(prng_next(&p) % 40000));
}

static const struct test tests[] = {
	{ "blob: written and read, named by its SHA-256", test_write_and_read },
	{ "blob: in pieces as in one", test_pieces },
	{ "blob: goes when nobody refers to it and nobody pins it", test_references },
	{ "blob: leftovers of a crash go", test_leftovers },
	{ "blob: a full disk refuses it and leaves nothing", test_disk_full },
	{ "blob: fibers share blobs", test_concurrent },
	{ "blob: kill -9 loses none that is referred to", test_kill },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
