/* A hash map from text to pointers: open addressing, linear probing. */
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include <pthread.h>
#include <stdlib.h>

/* A removed slot has a key with p == NULL and this value. */
static char removed;

static uint64_t seed[2];
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void seed_make(void)
{
	random_bytes(seed, sizeof seed);
}

static inline uint64_t rotl(uint64_t x, int b)
{
	return (x << b) | (x >> (64 - b));
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

uint64_t str_hash(struct str s)
{
	pthread_once(&seed_once, seed_make);
	uint64_t v[4] = { seed[0] ^ 0x736f6d6570736575, seed[1] ^ 0x646f72616e646f6d,
		seed[0] ^ 0x6c7967656e657261, seed[1] ^ 0x7465646279746573 };
	uint64_t word;
	size_t i = 0;
	for (; i + 8 <= s.n; i += 8) {
		memcpy(&word, s.p + i, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)s.n << 56;
	for (size_t shift = 0; i < s.n; i++, shift += 8)
		word |= (uint64_t)(unsigned char)s.p[i] << shift;
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int round = 0; round < 3; round++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void map_fini(struct map *m)
{
	for (size_t i = 0; i < m->cap; i++)
		free((char *)m->slots[i].key.p);
	free(m->slots);
	*m = (struct map){ 0 };
}

static struct map_entry *find(const struct map *m, struct str key, uint64_t hash)
{
	if (!m->cap)
		return NULL;
	for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct map_entry *e = &m->slots[i];
		if (!e->key.p && !e->value)
			return NULL;
		if (e->key.p && e->hash == hash && str_eq(e->key, key))
			return e;
	}
}

void *map_get(const struct map *m, struct str key)
{
	if (!m->count)
		return NULL;
	struct map_entry *e = find(m, key, str_hash(key));
	return e ? e->value : NULL;
}

static void place(struct map *m, struct map_entry entry)
{
	size_t i = entry.hash & (m->cap - 1);
	while (m->slots[i].key.p)
		i = (i + 1) & (m->cap - 1);
	m->slots[i] = entry;
}

static void grow(struct map *m)
{
	struct map bigger = { .cap = 16, .count = m->count, .used = m->count };
	while (bigger.cap < m->count * 3)
		bigger.cap *= 2;
	bigger.slots = xcalloc(bigger.cap, sizeof *bigger.slots);
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].key.p)
			place(&bigger, m->slots[i]);
	free(m->slots);
	*m = bigger;
}

void *map_put(struct map *m, struct str key, void *value)
{
	assert(value);
	uint64_t hash = str_hash(key);
	struct map_entry *e = find(m, key, hash);
	if (e) {
		void *old = e->value;
		e->value = value;
		return old;
	}
	if ((m->used + 1) * 4 > m->cap * 3)
		grow(m);
	place(m, (struct map_entry){ { xstrndup(key.p, key.n), key.n }, value, hash });
	m->count++;
	m->used++;
	return NULL;
}

void *map_remove(struct map *m, struct str key)
{
	struct map_entry *e = find(m, key, str_hash(key));
	if (!e)
		return NULL;
	void *value = e->value;
	free((char *)e->key.p);
	*e = (struct map_entry){ .value = &removed };
	m->count--;
	return value;
}

bool map_next(const struct map *m, size_t *at, struct map_entry **entry)
{
	for (; *at < m->cap; (*at)++) {
		if (m->slots[*at].key.p) {
			*entry = &m->slots[(*at)++];
			return true;
		}
	}
	return false;
}
