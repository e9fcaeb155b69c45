/*
 * Keys are tuples (service, account, region, kind, name...), encoded so that bytes sort as the
 * tuples do: FoundationDB's tuple layer (its design/tuple.md): text 0x02 .. 0x00 with inner 0x00 as
 * 0x00 0xff, bytes 0x01, integers 0x0c..0x1c with big-endian magnitude.
 */
#ifndef SAMOVAR_STORE_KEY_H
#define SAMOVAR_STORE_KEY_H

#include "base/mem.h"
#include "base/str.h"

enum key_part_type { KEY_TEXT, KEY_BYTES, KEY_INTEGER };

struct key_part {
	enum key_part_type type;
	struct str text; /* KEY_TEXT, KEY_BYTES */
	int64_t integer; /* KEY_INTEGER */
};

static inline struct key_part key_text(struct str s)
{
	return (struct key_part){ KEY_TEXT, s, 0 };
}

static inline struct key_part key_bytes(struct str s)
{
	return (struct key_part){ KEY_BYTES, s, 0 };
}

static inline struct key_part key_int(int64_t i)
{
	return (struct key_part){ KEY_INTEGER, { 0 }, i };
}

#define KEY_LITERAL(text) key_text(STR(text))

/* KEY(arena, KEY_LITERAL("lambda"), key_text(account), key_int(7)): the encoded key, in the arena.
 */
#define KEY(arena, ...) \
	key_encode((arena), (const struct key_part[]){ __VA_ARGS__ }, \
		sizeof((const struct key_part[]){ __VA_ARGS__ }) / sizeof(struct key_part))

struct str key_encode(struct arena *arena, const struct key_part *parts, size_t n);
/*
 * The parts of a key, at most n of them, texts copied into the arena: how many there are, or
 * -EINVAL for what is no key or has more parts.
 */
int key_decode(struct arena *arena, struct str key, struct key_part *parts, size_t n) MUSTCHECK;
/* The end of the range of all keys that continue the tuple prefix; the begin is the prefix itself.
 */
struct str key_range_end(struct arena *arena, struct str prefix);
/* The smallest key after this one: for a walk that goes on where a page ended. */
struct str key_after(struct arena *arena, struct str key);

#endif
