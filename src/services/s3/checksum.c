/* CRC-32, CRC-32C and CRC-64/NVME eight bytes at a time, and SHA by OpenSSL. */
#include "services/s3/checksum.h"
#include "base/encode.h"
#include <openssl/evp.h>
#include <pthread.h>

static const struct {
	const char *name, *header;
	size_t bytes;
	uint64_t polynomial; /* reflected */
} kinds[CHECKSUM_KINDS] = {
	[CHECKSUM_NONE] = { "", "", 0, 0 },
	[CHECKSUM_CRC32] = { "CRC32", "x-amz-checksum-crc32", 4, 0xedb88320 },
	[CHECKSUM_CRC32C] = { "CRC32C", "x-amz-checksum-crc32c", 4, 0x82f63b78 },
	[CHECKSUM_CRC64NVME] = { "CRC64NVME", "x-amz-checksum-crc64nvme", 8, 0x9a6c9329ac4bc9b5 },
	[CHECKSUM_SHA1] = { "SHA1", "x-amz-checksum-sha1", 20, 0 },
	[CHECKSUM_SHA256] = { "SHA256", "x-amz-checksum-sha256", 32, 0 },
};

enum { SLICES = 8, CRC_KINDS = CHECKSUM_CRC64NVME + 1 };
static uint64_t tables[CRC_KINDS][SLICES][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
	for (int k = CHECKSUM_CRC32; k < CRC_KINDS; k++) {
		for (uint64_t i = 0; i < 256; i++) {
			uint64_t v = i;
			for (int bit = 0; bit < 8; bit++)
				v = v & 1 ? v >> 1 ^ kinds[k].polynomial : v >> 1;
			tables[k][0][i] = v;
		}
		for (int slice = 1; slice < SLICES; slice++)
			for (int i = 0; i < 256; i++) {
				uint64_t v = tables[k][slice - 1][i];
				tables[k][slice][i] = tables[k][0][v & 0xff] ^ v >> 8;
			}
	}
}

enum checksum_kind checksum_kind_of(struct str name)
{
	for (int i = CHECKSUM_CRC32; i < CHECKSUM_KINDS; i++)
		if (str_is(name, kinds[i].name))
			return (enum checksum_kind)i;
	return CHECKSUM_NONE;
}

struct str checksum_name(enum checksum_kind kind)
{
	return str_c(kinds[kind].name);
}

struct str checksum_header(enum checksum_kind kind)
{
	return str_c(kinds[kind].header);
}

size_t checksum_bytes(enum checksum_kind kind)
{
	return kinds[kind].bytes;
}

bool checksum_is_crc(enum checksum_kind kind)
{
	return kinds[kind].polynomial != 0;
}

static uint64_t crc_mask(enum checksum_kind kind)
{
	return kinds[kind].bytes == 8 ? UINT64_MAX : UINT32_MAX;
}

void checksum_init(struct checksum *c, enum checksum_kind kind)
{
	*c = (struct checksum){ .kind = kind };
	if (checksum_is_crc(kind)) {
		pthread_once(&once, make_tables);
		c->crc = crc_mask(kind);
	} else if (kind != CHECKSUM_NONE) {
		c->hash = EVP_MD_CTX_new();
		int ok =
			c->hash && EVP_DigestInit_ex(c->hash,
					   kind == CHECKSUM_SHA1 ? EVP_sha1() : EVP_sha256(), NULL);
		assert(ok && "out of memory for a hash");
	}
}

void checksum_update(struct checksum *c, const void *data, size_t n)
{
	const unsigned char *p = data;
	if (c->hash)
		EVP_DigestUpdate(c->hash, data, n);
	if (!checksum_is_crc(c->kind))
		return;
	uint64_t(*t)[256] = tables[c->kind], crc = c->crc;
	for (; n >= SLICES; n -= SLICES, p += SLICES) {
		uint64_t v = 0;
		for (int i = 0; i < SLICES; i++)
			v |= (uint64_t)p[i] << (8 * i);
		v ^= crc;
		crc = t[7][v & 0xff] ^ t[6][v >> 8 & 0xff] ^ t[5][v >> 16 & 0xff] ^
		      t[4][v >> 24 & 0xff] ^ t[3][v >> 32 & 0xff] ^ t[2][v >> 40 & 0xff] ^
		      t[1][v >> 48 & 0xff] ^ t[0][v >> 56];
	}
	for (; n > 0; n--, p++)
		crc = t[0][(crc ^ *p) & 0xff] ^ crc >> 8;
	c->crc = crc;
}

static void put_crc(enum checksum_kind kind, uint64_t crc, unsigned char *out)
{
	for (size_t i = kinds[kind].bytes; i-- > 0; crc >>= 8)
		out[i] = (unsigned char)crc;
}

static uint64_t get_crc(enum checksum_kind kind, const unsigned char *bytes)
{
	uint64_t crc = 0;
	for (size_t i = 0; i < kinds[kind].bytes; i++)
		crc = crc << 8 | bytes[i];
	return crc;
}

void checksum_final(struct checksum *c, unsigned char out[CHECKSUM_BYTES_MAX])
{
	if (c->hash)
		EVP_DigestFinal_ex(c->hash, out, NULL);
	else if (c->kind != CHECKSUM_NONE)
		put_crc(c->kind, c->crc ^ crc_mask(c->kind), out);
}

void checksum_fini(struct checksum *c)
{
	EVP_MD_CTX_free(c->hash);
	c->hash = NULL;
}

/* a * b modulo the polynomial; the highest bit is x^0, as reflected CRCs have it. */
static uint64_t multiply(enum checksum_kind kind, uint64_t a, uint64_t b)
{
	uint64_t top = (uint64_t)1 << (8 * kinds[kind].bytes - 1), product = 0;
	for (uint64_t bit = top; bit; bit >>= 1) {
		if (a & bit)
			product ^= b;
		b = b & 1 ? b >> 1 ^ kinds[kind].polynomial : b >> 1;
	}
	return product;
}

void checksum_combine(enum checksum_kind kind, unsigned char first[CHECKSUM_BYTES_MAX],
	const unsigned char second[CHECKSUM_BYTES_MAX], uint64_t second_bytes)
{
	assert(checksum_is_crc(kind));
	/* first * x^(8 * second_bytes) + second */
	uint64_t top = (uint64_t)1 << (8 * kinds[kind].bytes - 1);
	uint64_t power = top, square = top >> 8; /* x^0 and x^8 */
	for (uint64_t n = second_bytes; n; n >>= 1) {
		if (n & 1)
			power = multiply(kind, power, square);
		square = multiply(kind, square, square);
	}
	put_crc(kind, multiply(kind, power, get_crc(kind, first)) ^ get_crc(kind, second), first);
}

struct str checksum_text(struct arena *arena, enum checksum_kind kind, const unsigned char *digest)
{
	return base64_encode(arena, (struct str){ (const char *)digest, kinds[kind].bytes });
}

bool checksum_parse(struct arena *arena, enum checksum_kind kind, struct str text,
	unsigned char out[CHECKSUM_BYTES_MAX])
{
	struct str bytes;
	if (base64_decode(arena, text, &bytes) < 0 || bytes.n != kinds[kind].bytes)
		return false;
	memcpy(out, bytes.p, bytes.n);
	return true;
}
