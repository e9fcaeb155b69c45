/* Decoding aws-chunked bodies. */
#include "aws/chunked.h"
#include "base/encode.h"
#include <errno.h>
#include <openssl/evp.h>

static const char EMPTY_SHA256[] =
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

void chunked_fini(struct chunked *c)
{
	buf_fini(&c->line);
	EVP_MD_CTX_free(c->hash);
	c->hash = NULL;
}

static void hash_begin(struct chunked *c)
{
	if (!c->signer)
		return;
	if (!c->hash)
		c->hash = EVP_MD_CTX_new();
	int ok = c->hash && EVP_DigestInit_ex(c->hash, EVP_sha256(), NULL);
	assert(ok && "out of memory for a hash");
}

/* Signs what begins with this algorithm, and compares; the signature is then the one before the
 * next. */
static int check_signature(
	struct chunked *c, const char *algorithm, const char *first, const char *second)
{
	struct chunked_signer *s = c->signer;
	struct buf text = { 0 };
	unsigned char mac[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	buf_printf(&text, "%s\n%.*s\n%.*s\n%s\n%s", algorithm, STR_ARG(s->amz_date),
		STR_ARG(s->scope), s->previous, first);
	if (second)
		buf_printf(&text, "\n%s", second);
	hmac_key_sign(&s->key, buf_view(&text), mac);
	buf_fini(&text);
	hex_encode(mac, sizeof mac, hex);
	if (!bytes_equal_secret(hex, c->signature, sizeof hex - 1))
		return -EACCES;
	memcpy(s->previous, hex, sizeof hex);
	return 0;
}

static int end_chunk(struct chunked *c)
{
	unsigned char digest[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	if (!c->signer)
		return 0;
	EVP_DigestFinal_ex(c->hash, digest, NULL);
	hex_encode(digest, sizeof digest, hex);
	return check_signature(c, "AWS4-HMAC-SHA256-PAYLOAD", EMPTY_SHA256, hex);
}

static int set_signature(struct chunked *c, struct str hex)
{
	if (hex.n != sizeof c->signature - 1)
		return -EBADMSG;
	memcpy(c->signature, hex.p, hex.n);
	return 0;
}

/* "10000;chunk-signature=ad80c730..." */
static int take_size(struct chunked *c, struct str line)
{
	struct str digits = { 0 };
	bool has_signature = false;
	str_cut(&line, ';', &digits);
	digits = str_trim(digits);
	if (digits.n == 0 || digits.n > 15)
		return -EBADMSG;
	c->left = 0;
	for (size_t i = 0; i < digits.n; i++) {
		const char *hex = "0123456789abcdef", *at = strchr(hex, digits.p[i] | 0x20);
		if (!digits.p[i] || !at || (digits.p[i] < '0'))
			return -EBADMSG;
		c->left = c->left << 4 | (uint64_t)(at - hex);
	}
	while (line.p && str_cut(&line, ';', &digits))
		if (str_starts(digits, STR("chunk-signature="))) {
			if (set_signature(c, str_trim(str_from(digits, 16))) < 0)
				return -EBADMSG;
			has_signature = true;
		}
	if (c->signer && !has_signature)
		return -EBADMSG;
	hash_begin(c);
	c->is_last = c->left == 0;
	if (!c->is_last) {
		c->state = CHUNK_DATA;
		return 0;
	}
	c->state = CHUNK_TRAILER;
	return end_chunk(c);
}

/* The trailers' own signature is over "name:value\n" of each of them. */
static int check_trailers(struct chunked *c)
{
	struct buf text = { 0 };
	char hex[2 * SHA256_BYTES + 1];
	if (!c->signer || c->trailer_count == 0)
		return 0;
	if (!c->has_trailer_signature)
		return -EACCES;
	for (size_t i = 0; i < c->trailer_count; i++)
		buf_printf(&text, "%.*s:%.*s\n", STR_ARG(c->trailers[i].name),
			STR_ARG(c->trailers[i].value));
	sha256_hex(buf_view(&text), hex);
	buf_fini(&text);
	return check_signature(c, "AWS4-HMAC-SHA256-TRAILER", hex, NULL);
}

static int take_trailer(struct chunked *c, struct str line)
{
	ssize_t colon = str_index(line, ':');
	if (line.n == 0) {
		c->state = CHUNK_DONE;
		return check_trailers(c);
	}
	if (colon <= 0)
		return -EBADMSG;
	struct str name = str_trim(str_sub(line, 0, (size_t)colon)),
		   value = str_trim(str_from(line, (size_t)colon + 1));
	if (str_eq_ci(name, STR("x-amz-trailer-signature"))) {
		c->has_trailer_signature = true;
		return set_signature(c, value);
	}
	if (c->trailer_count == CHUNKED_TRAILERS_MAX)
		return -EBADMSG;
	c->trailers[c->trailer_count++] =
		(struct http_header){ arena_str(c->arena, name), arena_str(c->arena, value) };
	return 0;
}

/* A line without its end: 1, 0 when it is not whole yet, or -EBADMSG when it is too long. */
static int take_line(struct chunked *c, struct str *input)
{
	ssize_t end = str_index(*input, '\n');
	size_t n = end < 0 ? input->n : (size_t)end;
	if (c->line.n + n > CHUNKED_LINE_BYTES_MAX)
		return -EBADMSG;
	buf_append(&c->line, input->p, n);
	*input = str_from(*input, end < 0 ? n : n + 1);
	if (end < 0)
		return 0;
	if (c->line.n && c->line.p[c->line.n - 1] == '\r')
		c->line.n--;
	return 1;
}

static int feed_line(struct chunked *c, struct str *input)
{
	int r = take_line(c, input);
	if (r <= 0)
		return r;
	struct str line = buf_view(&c->line);
	r = c->state == CHUNK_SIZE ? take_size(c, line) : take_trailer(c, line);
	c->line.n = 0;
	return r < 0 ? r : 1;
}

static int feed_data(struct chunked *c, struct str *input, struct str *data)
{
	size_t n = (size_t)MIN((uint64_t)input->n, c->left);
	*data = str_sub(*input, 0, n);
	*input = str_from(*input, n);
	c->left -= n;
	if (c->signer)
		EVP_DigestUpdate(c->hash, data->p, n);
	if (c->left > 0)
		return 1;
	c->state = CHUNK_CR;
	int r = end_chunk(c);
	return r < 0 ? r : 1;
}

int chunked_feed(struct chunked *c, struct str *input, struct str *data)
{
	while (c->state != CHUNK_DONE && input->n > 0) {
		int r;
		switch (c->state) {
		case CHUNK_DATA:
			return feed_data(c, input, data);
		case CHUNK_CR:
		case CHUNK_LF:
			if (input->p[0] != (c->state == CHUNK_CR ? '\r' : '\n'))
				return -EBADMSG;
			c->state = c->state == CHUNK_CR ? CHUNK_LF : CHUNK_SIZE;
			*input = str_from(*input, 1);
			break;
		default:
			r = feed_line(c, input);
			if (r <= 0)
				return r;
		}
	}
	return c->state == CHUNK_DONE ? 2 : 0;
}
