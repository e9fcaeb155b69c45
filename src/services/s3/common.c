/* What S3's operations share: quoting, pages, checked bodies, tags. */
#include "base/encode.h"
#include "net/http_server.h"
#include "services/s3/internal.h"
#include <openssl/evp.h>

struct str s3_quoted(struct call *call, struct str text)
{
	return arena_concat(call->arena, (struct str[]){ STR("\""), text, STR("\"") }, 3);
}

struct str s3_unquoted(struct str text)
{
	text = str_trim(text);
	if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
		return str_sub(text, 1, text.n - 2);
	return text;
}

struct str s3_encoded(struct call *call, struct str encoding_type, struct str text)
{
	return encoding_type.p && text.p ? percent_encode(call->arena, text, true) : text;
}

int s3_check_encoding_type(struct call *call, struct str encoding_type)
{
	if (encoding_type.p && !str_is(encoding_type, "url"))
		return s3_invalid(call, "encoding-type", encoding_type,
			"Invalid Encoding Method specified in Request");
	return 0;
}

int s3_invalid(struct call *call, const char *name, struct str value, const char *message)
{
	struct s3_invalid_argument detail = { .argument_name = str_c(name),
		.argument_value = value };
	return fail_with(call, &s3_invalid_argument, &detail, "%s", message);
}

int s3_page_size(struct call *call, const char *name, struct opt_i64 asked, int64_t *out)
{
	if (asked.set && (asked.v < 0 || asked.v > INT32_MAX))
		return s3_invalid(call, name, arena_printf(call->arena, "%lld", (long long)asked.v),
			arena_printf(call->arena,
				"Argument %s must be an integer between 0 and 2147483647", name)
				.p);
	*out = asked.set ? MIN(asked.v, (int64_t)S3_PAGE_MAX) : S3_PAGE_MAX;
	return 0;
}

static int check_md5(struct call *call, struct str body, struct str wanted)
{
	unsigned char digest[16];
	struct str bytes;
	if (base64_decode(call->arena, wanted, &bytes) < 0 || bytes.n != sizeof digest)
		return fail(call, &s3_invalid_digest, "The Content-MD5 you specified was invalid.");
	EVP_Digest(body.p, body.n, digest, NULL, EVP_md5(), NULL);
	if (memcmp(digest, bytes.p, sizeof digest) != 0)
		return fail(call, &s3_bad_digest,
			"The Content-MD5 you specified did not match what we received.");
	return 0;
}

int s3_check_body(struct call *call)
{
	unsigned char digest[CHECKSUM_BYTES_MAX], wanted[CHECKSUM_BYTES_MAX];
	struct str body, text;
	if (!call->http)
		return 0;
	const struct http_headers *headers = &http_request(call->http)->headers;
	if (http_body(call->http, SIZE_MAX, &body) < 0)
		return fail(call, &s3_incomplete_body, "The request body could not be read.");
	text = http_header_get(headers, STR("content-md5"));
	if (text.p && check_md5(call, body, text) < 0)
		return -1;
	for (int i = CHECKSUM_CRC32; i < CHECKSUM_KINDS; i++) {
		enum checksum_kind kind = (enum checksum_kind)i;
		struct checksum c;
		text = http_header_get(headers, checksum_header(kind));
		if (!text.p)
			continue;
		if (!checksum_parse(call->arena, kind, text, wanted))
			return fail(call, &s3_invalid_request, "Value for %s header is invalid.",
				checksum_header(kind).p);
		checksum_init(&c, kind);
		checksum_update(&c, body.p, body.n);
		checksum_final(&c, digest);
		checksum_fini(&c);
		if (memcmp(digest, wanted, checksum_bytes(kind)) != 0)
			return fail(call, &s3_bad_digest,
				"The %s you specified did not match the calculated checksum.",
				checksum_name(kind).p);
	}
	return 0;
}

int s3_check_query(struct call *call)
{
	static const char *const unserved[] = { "accelerate", "analytics", "intelligent-tiering",
		"inventory", "metrics", "logging", "requestPayment", "replication", "object-lock",
		"legal-hold", "retention", "restore", "select", "torrent", "metadataTable",
		"metadataConfiguration", "session", "acl", "cors", "delete", "encryption",
		"lifecycle", "location", "notification", "ownershipControls", "policy",
		"policyStatus", "publicAccessBlock", "tagging", "uploads", "versioning", "versions",
		"website", "attributes", "append", "renameObject", "abac" };
	if (!call->http)
		return 0;
	struct str query = http_request(call->http)->query, pair, name;
	while (query.n && str_cut(&query, '&', &pair)) {
		str_cut(&pair, '=', &name);
		for (size_t i = 0; i < COUNT_OF(unserved); i++)
			if (str_is(name, unserved[i]))
				return fail(call, &s3_not_implemented,
					"A header or query you provided implies functionality that is not "
					"implemented: %s %.*s",
					http_request(call->http)->method.n
						? call->operation->http_method
						: "",
					STR_ARG(name));
	}
	return 0;
}

struct s3_owner *s3_owner_of(struct call *call, struct str account)
{
	struct s3_owner *owner = ARENA_NEW(call->arena, struct s3_owner);
	/* The canonical id of an account: 64 hexadecimal digits, the same each time. */
	owner->id = arena_printf(call->arena, "%.*s%.*s%.*s%.*s%.*s0000", STR_ARG(account),
		STR_ARG(account), STR_ARG(account), STR_ARG(account), STR_ARG(account));
	return owner;
}

void *s3_grow(struct arena *arena, void *v, size_t n, size_t size)
{
	/* At each power of two there is no room left. */
	if (v && n & (n - 1))
		return v;
	char *grown = arena_zalloc(arena, (n ? n * 2 : 1) * size);
	if (n)
		memcpy(grown, v, n * size);
	return grown;
}

/* ---- tags ---- */

static bool is_tag_text(struct str s, size_t min, size_t max)
{
	return str_is_utf8(s) && str_utf8_length(s) >= min && str_utf8_length(s) <= max;
}

int s3_check_tags(struct call *call, const struct s3_tag *tags, size_t n, size_t max)
{
	if (n > max)
		return fail(call, max == S3_OBJECT_TAGS_MAX ? &s3_invalid_request : &s3_invalid_tag,
			max == S3_OBJECT_TAGS_MAX ? "Object tags cannot be greater than %zu"
						  : "Bucket tag count cannot be greater than %zu",
			max);
	for (size_t i = 0; i < n; i++) {
		if (!is_tag_text(tags[i].key, 1, 128))
			return fail(
				call, &s3_invalid_tag, "The TagKey you have provided is invalid");
		if (!is_tag_text(tags[i].value, 0, 256))
			return fail(
				call, &s3_invalid_tag, "The TagValue you have provided is invalid");
		if (str_starts_ci(tags[i].key, STR("aws:")))
			return fail(call, &s3_invalid_tag,
				"System tags cannot be added/updated by requester");
		for (size_t j = 0; j < i; j++)
			if (str_eq(tags[i].key, tags[j].key))
				return fail(call, &s3_invalid_tag,
					"Cannot provide multiple Tags with the same key");
	}
	return 0;
}

int s3_parse_tagging(struct call *call, struct str text, struct s3_stored_tags *out)
{
	struct s3_tag tag = { 0 };
	*out = (struct s3_stored_tags){ 0 };
	while (text.n && http_query_next(call->arena, &text, &tag.key, &tag.value)) {
		out->v = s3_grow(call->arena, out->v, out->n, sizeof *out->v);
		out->v[out->n++] = tag;
	}
	return s3_check_tags(call, out->v, out->n, S3_OBJECT_TAGS_MAX);
}
