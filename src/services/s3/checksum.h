/* The checksums of objects (S3 User Guide, "Checking object integrity"). */
#ifndef SAMOVAR_SERVICES_S3_CHECKSUM_H
#define SAMOVAR_SERVICES_S3_CHECKSUM_H

#include "base/mem.h"

enum checksum_kind {
	CHECKSUM_NONE,
	CHECKSUM_CRC32,
	CHECKSUM_CRC32C,
	CHECKSUM_CRC64NVME,
	CHECKSUM_SHA1,
	CHECKSUM_SHA256
};
enum { CHECKSUM_KINDS = CHECKSUM_SHA256 + 1, CHECKSUM_BYTES_MAX = 32 };

struct checksum {
	enum checksum_kind kind;
	uint64_t crc;
	struct evp_md_ctx_st *hash;
};

/* "CRC32C"; an unknown name is CHECKSUM_NONE. */
enum checksum_kind checksum_kind_of(struct str name);
struct str checksum_name(enum checksum_kind kind);
/* "x-amz-checksum-crc32c" */
struct str checksum_header(enum checksum_kind kind);
size_t checksum_bytes(enum checksum_kind kind);
bool checksum_is_crc(enum checksum_kind kind);

void checksum_init(struct checksum *c, enum checksum_kind kind);
void checksum_update(struct checksum *c, const void *p, size_t n);
/* Ends it: the digest's bytes, big-endian, as many as checksum_bytes says. */
void checksum_final(struct checksum *c, unsigned char out[CHECKSUM_BYTES_MAX]);
void checksum_fini(struct checksum *c);
/* Of a whole, out of its parts' CRCs: the first becomes that of both. */
void checksum_combine(enum checksum_kind kind, unsigned char first[CHECKSUM_BYTES_MAX],
	const unsigned char second[CHECKSUM_BYTES_MAX], uint64_t second_bytes);
/* base64 */
struct str checksum_text(struct arena *arena, enum checksum_kind kind, const unsigned char *digest);
/* Whether the text is a digest of that kind; its bytes in out. */
bool checksum_parse(struct arena *arena, enum checksum_kind kind, struct str text,
	unsigned char out[CHECKSUM_BYTES_MAX]);

#endif
