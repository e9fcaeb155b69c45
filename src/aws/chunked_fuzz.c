/* Fuzzing aws-chunked: the first byte says how the rest is cut, and the decoded bytes don't depend
 * on it. */
#include "aws/chunked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int feed_all(struct str text, size_t piece, struct buf *out)
{
	struct arena arena = { 0 };
	struct chunked c = { .arena = &arena };
	int r = 0;
	while (text.n && r >= 0 && r != 2) {
		struct str input = str_sub(text, 0, MIN(piece, text.n)), part;
		text = str_from(text, input.n);
		do {
			r = chunked_feed(&c, &input, &part);
			if (r == 1)
				buf_str(out, part);
		} while (r == 1);
	}
	chunked_fini(&c);
	arena_fini(&arena);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, cut = { 0 };
	if (size < 1)
		return 0;
	struct str text = { (const char *)data + 1, size - 1 };
	int a = feed_all(text, SIZE_MAX, &whole), b = feed_all(text, (size_t)data[0] + 1, &cut);
	assert(a == b);
	assert(str_eq(buf_view(&whole), buf_view(&cut)));
	buf_fini(&whole);
	buf_fini(&cut);
	return 0;
}
