/* The server's own secrets. */
#include "server/keys.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/random.h"
#include "store/key.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The form of an access key (IAM User Guide, "IAM identifiers": AKIA and 16 of base 32; the secret
 * has 40). */
enum { ACCESS_KEY_RANDOM = 16, SECRET_BYTES = 30, RECORD_BYTES = 32 + 20 + 40 };

struct keys {
	struct arena *arena;
	struct str record; /* 32 bytes of secret, 20 of access key id, 40 of root secret */
};

static int keys_read(struct txn *txn, void *arg)
{
	struct keys *k = arg;
	struct str key = KEY(k->arena, KEY_LITERAL("server"), KEY_LITERAL("keys"));
	return txn_get(txn, key, k->arena, &k->record) ? 0 : -ENOENT;
}

static int keys_write(struct txn *txn, void *arg)
{
	struct keys *k = arg;
	struct str key = KEY(k->arena, KEY_LITERAL("server"), KEY_LITERAL("keys"));
	txn_put(txn, key, k->record);
	return 0;
}

static struct str keys_make(struct arena *arena)
{
	char *record = arena_alloc(arena, RECORD_BYTES + 1);
	unsigned char secret[SECRET_BYTES];
	random_bytes(record, 32);
	memcpy(record + 32, "AKIA", 4);
	random_text(record + 36, ACCESS_KEY_RANDOM, STR("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
	random_bytes(secret, sizeof secret);
	struct str text = base64_encode(arena, (struct str){ (const char *)secret, sizeof secret });
	memcpy(record + 52, text.p, 40);
	return (struct str){ record, RECORD_BYTES };
}

/* Kept beside the store so that whoever may read the folder can use the root key. */
static int credentials_write(const struct aws *aws)
{
	struct buf b = { 0 };
	char *path = xasprintf("%s/root-credentials", aws->data_dir);
	int r = 0, fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		r = errno == EEXIST ? 0 : -errno;
		goto out;
	}
	buf_printf(&b, "[default]\naws_access_key_id = %.*s\naws_secret_access_key = %.*s\n",
		STR_ARG(aws->root_access_key_id), STR_ARG(aws->root_secret));
	if (write(fd, b.p, b.n) != (ssize_t)b.n || fsync(fd) < 0)
		r = errno ? -errno : -EIO;
	close(fd);
	if (r < 0)
		unlink(path);
out:
	buf_fini(&b);
	free(path);
	return r;
}

int server_keys_open(struct aws *aws, struct arena *arena)
{
	struct keys k = { .arena = arena };
	int r = store_read(aws->store, keys_read, &k);
	if (r == -ENOENT) {
		k.record = keys_make(arena);
		r = store_write(aws->store, keys_write, &k);
	}
	if (r < 0)
		return r;
	if (k.record.n != RECORD_BYTES)
		return -EBADMSG;
	memcpy(aws->secret, k.record.p, 32);
	aws->root_access_key_id = str_sub(k.record, 32, 20);
	aws->root_secret = str_sub(k.record, 52, 40);
	return aws->auth == AWS_AUTH_STRICT ? credentials_write(aws) : 0;
}
