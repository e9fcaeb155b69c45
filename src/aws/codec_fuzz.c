/*
 * Fuzz target of every reader: the first byte chooses the format, the rest is the body. What could
 * be read is validated, written in each format, and must be readable again.
 */
#include "aws/codec.h"
#include "aws/validate.h"
#include "api/all_types.h"
#include "api/all_types.c"
#include <errno.h>
#include <stdlib.h>

typedef int decode_fn(
	struct arena *, const struct shape *, struct str, void *, struct decode_error *);

static const struct shape *const shapes[] = { &all_types_all_types_shape,
	&all_types_checked_shape };
static decode_fn *const readers[] = { json_decode, cbor_decode, xml_decode, query_decode };

union value {
	struct all_types_all_types all;
	struct all_types_checked checked;
};

/* What we write must be read again, but for memory. (XML has no form for some control characters.)
 */
static void write_and_read(struct arena *arena, const struct shape *shape, const union value *value)
{
	struct buf b = { 0 };
	struct decode_error error = { "" };
	union value back = { 0 };
	json_encode(&b, shape, value, false);
	if (json_decode(arena, shape, buf_view(&b), &back, &error) == -EINVAL)
		abort();
	b.n = 0;
	back = (union value){ 0 };
	cbor_encode(&b, shape, value);
	if (cbor_decode_stored(arena, shape, buf_view(&b), &back, &error) == -EINVAL)
		abort();
	b.n = 0;
	xml_encode(&b, shape, value, "Root", NULL);
	buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < 1)
		return 0;
	struct arena arena;
	struct decode_error error = { "" };
	union value value = { 0 };
	struct str message;
	const struct shape *shape = shapes[data[0] >> 2 & 1];
	char *body = malloc(n); /* its own block: reading past it is seen */
	memcpy(body, data + 1, n - 1);
	arena_init(&arena, 4 * MIB);
	int r = readers[data[0] & 3](&arena, shape, (struct str){ body, n - 1 }, &value, &error);
	if (r == 0) {
		if (validate(&arena, shape, &value, &message) < 0 && !str_is_utf8(message))
			abort();
		write_and_read(&arena, shape, &value);
	} else if (r == -EINVAL && !error.text[0]) {
		abort();
	}
	free(body);
	arena_fini(&arena);
	return 0;
}
