/*
 * Fuzzing aws-chunked: the first byte says how the rest is cut, and neither the decoded bytes nor
 * the trailers depend on it; the second, whether signatures are demanded, which none can guess.
 */
#include "aws/chunked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All that was decoded, and after it the trailers. */
static int feed_all(struct str text, size_t piece, struct chunked_signer *signer, struct buf *out)
{
	struct arena arena = { 0 };
	struct chunked c = { .arena = &arena, .signer = signer };
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
	assert(c.trailer_count <= CHUNKED_TRAILERS_MAX);
	for (size_t i = 0; i < c.trailer_count; i++)
		buf_printf(out, "%.*s:%.*s\n", STR_ARG(c.trailers[i].name),
			STR_ARG(c.trailers[i].value));
	chunked_fini(&c);
	arena_fini(&arena);
	return r;
}

static void feed_signed(struct str text, size_t piece)
{
	struct chunked_signer signer = { .amz_date = STR("20130524T000000Z"),
		.scope = STR("20130524/us-east-1/s3/aws4_request") };
	struct buf out = { 0 };
	hmac_key_init(&signer.key, STR("a key"));
	int r = feed_all(text, piece, &signer, &out);
	assert(r != 2);
	hmac_key_fini(&signer.key);
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, cut = { 0 };
	if (size < 2)
		return 0;
	struct str text = { (const char *)data + 2, size - 2 };
	size_t piece = (size_t)data[0] + 1;
	if (data[1] & 1) {
		feed_signed(text, piece);
		return 0;
	}
	int a = feed_all(text, SIZE_MAX, NULL, &whole), b = feed_all(text, piece, NULL, &cut);
	assert(a == b);
	assert(str_eq(buf_view(&whole), buf_view(&cut)));
	buf_fini(&whole);
	buf_fini(&cut);
	return 0;
}
