/* Hexadecimal, base64, percent encoding and CRCs. */
#ifndef SAMOVAR_BASE_ENCODE_H
#define SAMOVAR_BASE_ENCODE_H

#include "base/buf.h"
#include "base/mem.h"

/* Lower-case hexadecimal: 2n characters and a NUL. */
void hex_encode(const void *p, size_t n, char *out);
/* Exactly n bytes out of 2n hexadecimal characters: 0 or -EINVAL. */
int hex_decode(struct str text, void *out, size_t n) MUSTCHECK;

/* RFC 4648 section 4, with padding. */
struct str base64_encode(struct arena *a, struct str bytes);
void base64_encode_to(struct buf *b, struct str bytes);
/* Standard alphabet, padding required, no blanks: 0, -EINVAL or -ENOMEM. */
int base64_decode(struct arena *a, struct str text, struct str *bytes) MUSTCHECK;

/* RFC 3986: all but unreserved characters become %XX; '/' is kept when keep_slash (as in SigV4). */
void percent_encode_to(struct buf *b, struct str s, bool keep_slash);
struct str percent_encode(struct arena *a, struct str s, bool keep_slash);
/* Decodes %XX, and '+' as a blank when plus_is_space. A bad %XX: -EINVAL. */
int percent_decode(struct arena *a, struct str s, bool plus_is_space, struct str *out) MUSTCHECK;

/* CRC-32 (IEEE, as zlib) and CRC-32C (Castagnoli); start with 0, feed the result in again. */
uint32_t crc32_update(uint32_t crc, const void *p, size_t n);
uint32_t crc32c_update(uint32_t crc, const void *p, size_t n);

#endif
