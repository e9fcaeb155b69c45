/* aws-chunked: the published example, bodies cut anywhere, trailers, and what is ill-formed. */
#include "aws/chunked.h"
#include "aws/sigv4.h"
#include "tests/check.h"
#include <errno.h>

/* S3 API Reference, "Transferring payload in multiple chunks": 66560 letters a in chunks of 64 KiB.
 */
static const char seed[] = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";

static struct str example(struct buf *b, const char *last_signature)
{
	buf_cat(b,
		"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n");
	memset(buf_reserve(b, 65536), 'a', 65536);
	b->n += 65536;
	buf_cat(b,
		"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n");
	memset(buf_reserve(b, 1024), 'a', 1024);
	b->n += 1024;
	buf_printf(b, "\r\n0;chunk-signature=%s\r\n\r\n", last_signature);
	return buf_view(b);
}

static void signer_init(struct chunked_signer *s)
{
	struct sigv4_claim claim = {
		.date = STR("20130524"), .region = STR("us-east-1"), .service = STR("s3")
	};
	*s = (struct chunked_signer){ .amz_date = STR("20130524T000000Z"),
		.scope = STR("20130524/us-east-1/s3/aws4_request") };
	sigv4_derive_key(&claim, STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), &s->key);
	memcpy(s->previous, seed, sizeof seed);
}

/* Feeds the text in pieces of that length: the result, and what was decoded. */
static int feed(struct chunked *c, struct str text, size_t piece, struct buf *out)
{
	int r = 0;
	while (text.n && r >= 0 && r != 2) {
		struct str input = str_sub(text, 0, MIN(piece, text.n)), data;
		text = str_from(text, input.n);
		do {
			r = chunked_feed(c, &input, &data);
			if (r == 1)
				buf_str(out, data);
		} while (r == 1);
	}
	return r;
}

static int decode(
	const char *text, size_t piece, struct buf *out, struct str trailer, struct str *value)
{
	struct arena arena = { 0 };
	struct chunked c = { .arena = &arena };
	int r = feed(&c, str_c(text), piece, out);
	struct http_headers trailers = { c.trailers, c.trailer_count };
	static char kept[64];
	if (value) {
		struct str found = http_header_get(&trailers, trailer);
		memcpy(kept, found.p ? found.p : "", found.n);
		*value = (struct str){ kept, found.n };
	}
	chunked_fini(&c);
	arena_fini(&arena);
	return r;
}

static void test_published_example(void)
{
	static const size_t pieces[] = { 1, 7, 1000, 65536, 1 << 20 };
	struct buf text = { 0 };
	example(&text, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		struct arena arena = { 0 };
		struct chunked_signer signer;
		struct buf out = { 0 };
		signer_init(&signer);
		struct chunked c = { .signer = &signer, .arena = &arena };
		CHECK_INT(feed(&c, buf_view(&text), pieces[i], &out), 2);
		CHECK_INT(out.n, 66560);
		hmac_key_fini(&signer.key);
		chunked_fini(&c);
		buf_fini(&out);
	}
	buf_fini(&text);
}

static void test_changed_bytes(void)
{
	static const size_t places[] = { 100, 66000, 66700 };
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		struct arena arena = { 0 };
		struct chunked_signer signer;
		struct buf text = { 0 }, out = { 0 };
		signer_init(&signer);
		struct chunked c = { .signer = &signer, .arena = &arena };
		example(&text, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
		text.p[places[i]] = text.p[places[i]] == 'b' ? 'c' : 'b';
		CHECK(feed(&c, buf_view(&text), 4096, &out) < 0);
		hmac_key_fini(&signer.key);
		chunked_fini(&c);
		buf_fini(&out);
		buf_fini(&text);
	}
}

static void test_unsigned_with_trailer(void)
{
	const char *text =
		"5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
	for (size_t piece = 1; piece < 60; piece++) {
		struct buf out = { 0 };
		struct str value;
		CHECK_INT(decode(text, piece, &out, STR("X-Amz-Checksum-Crc32"), &value), 2);
		CHECK_STR(buf_view(&out), "hello world");
		CHECK_STR(value, "DUoRhQ==");
		buf_fini(&out);
	}
}

static void test_ill_formed(void)
{
	static const char *const texts[] = { "g\r\n", "\r\n", "-1\r\nx", "5\r\nhelloX\r\n",
		"1234567890abcdef0\r\n", "0\r\nno colon\r\n\r\n", "0\r\n:empty\r\n\r\n",
		"5;chunk-signature=short\r\nhello\r\n", " \r\n" };
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct buf out = { 0 };
		CHECK_INT(decode(texts[i], 3, &out, STR(""), NULL), -EBADMSG);
		buf_fini(&out);
	}
}

static void test_cut_short(void)
{
	const char *text = "5\r\nhello\r\n0\r\n\r\n";
	for (size_t n = 0; n < strlen(text); n++) {
		struct arena arena = { 0 };
		struct chunked c = { .arena = &arena };
		struct buf out = { 0 };
		CHECK(feed(&c, str_sub(str_c(text), 0, n), 4, &out) < 2);
		chunked_fini(&c);
		buf_fini(&out);
	}
}

static void test_long_lines(void)
{
	struct buf text = { 0 }, out = { 0 };
	for (int i = 0; i < CHUNKED_LINE_BYTES_MAX + 1; i++)
		buf_char(&text, '0');
	CHECK_INT(decode(buf_cstr(&text), 100, &out, STR(""), NULL), -EBADMSG);
	buf_fini(&text);
	buf_fini(&out);
}

static const struct test tests[] = {
	{ "the published example verifies, cut anywhere", test_published_example },
	{ "a changed byte is found", test_changed_bytes },
	{ "unsigned chunks with a trailer", test_unsigned_with_trailer },
	{ "ill-formed chunks are refused", test_ill_formed },
	{ "a body that is cut short does not end", test_cut_short },
	{ "a line has a limit", test_long_lines },
};

int main(int argc, char **argv)
{
	return check_main(tests, COUNT_OF(tests), argc, argv);
}
