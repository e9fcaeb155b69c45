/* Signature Version 4: reading a request's claim, verifying it, signing. */
#include "aws/sigv4.h"
#include "aws/hash.h"
#include "aws/limits.h"
#include "aws/sigv4_canonical.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/map.h"
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

enum {
	SKEW_MS = 15 * 60 * 1000,
	EXPIRES_S_MAX = 7 * 24 * 60 * 60,
	CACHED_TEXT_MAX = 256,
	SCRATCH_KEPT = 64 * 1024
};

static const char MISMATCH_TEXT[] =
	"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
	"Key and signing method. Consult the service documentation for details.";

/* A derived key with what it was derived from. */
struct cached_key {
	char text[CACHED_TEXT_MAX];
	size_t n;
	struct hmac_key key;
};

/* Of a thread: its cache of derived keys, and a buffer that is kept from request to request. */
struct verifier {
	struct cached_key *cache;
	struct buf scratch;
};
static _Thread_local struct verifier verifier;

/* ---- the claim ------------------------------------------------------------------------------- */

static void parse_credential(struct sigv4_claim *c)
{
	struct str *parts[] = { &c->access_key_id, &c->date, &c->region, &c->service, &c->term };
	struct str rest = c->credential;
	size_t slashes = 0;
	for (size_t i = 0; i < rest.n; i++)
		slashes += rest.p[i] == '/';
	/* Too few parts still tell the key; with too many, the last is no term that fits. */
	for (size_t i = 0; i < COUNT_OF(parts) && rest.p; i++)
		if (i == COUNT_OF(parts) - 1)
			*parts[i] = rest;
		else if (!str_cut(&rest, '/', parts[i]))
			break;
	if (slashes < COUNT_OF(parts) - 1)
		c->term = (struct str){ 0 };
}

static void parse_authorization(struct str value, struct sigv4_claim *out)
{
	struct str rest = str_trim(value), part;
	while (rest.p && str_cut(&rest, ',', &part)) {
		part = str_trim(part);
		if (str_starts(part, STR("Credential=")))
			out->credential = str_from(part, 11);
		else if (str_starts(part, STR("SignedHeaders=")))
			out->signed_headers = str_from(part, 14);
		else if (str_starts(part, STR("Signature=")))
			out->signature = str_from(part, 10);
	}
}

static void parse_query(struct arena *arena, struct str query, struct sigv4_claim *out)
{
	const struct {
		const char *name;
		struct str *value;
	} fields[] = {
		{ "X-Amz-Credential", &out->credential },
		{ "X-Amz-SignedHeaders", &out->signed_headers },
		{ "X-Amz-Signature", &out->signature },
		{ "X-Amz-Date", &out->amz_date },
		{ "X-Amz-Security-Token", &out->token },
		{ "X-Amz-Expires", &out->expires },
	};
	struct str pair;
	while (query.p && str_cut(&query, '&', &pair)) {
		ssize_t equals = str_index(pair, '=');
		if (equals < 0 || !str_starts(pair, STR("X-Amz-")))
			continue;
		struct str name = str_sub(pair, 0, (size_t)equals),
			   value = str_from(pair, (size_t)equals + 1);
		for (size_t i = 0; i < COUNT_OF(fields); i++) {
			if (!str_is(name, fields[i].name))
				continue;
			if (percent_decode(arena, value, true, fields[i].value) < 0)
				*fields[i].value = value;
		}
	}
}

void sigv4_parse(struct arena *arena, const struct sigv4_request *request, struct sigv4_claim *out)
{
	struct str scheme = STR("AWS4-HMAC-SHA256");
	struct str authorization = http_header_get(request->headers, STR("authorization"));
	*out = (struct sigv4_claim){ 0 };
	if (str_starts(authorization, scheme)) {
		out->form = SIGV4_HEADER;
		parse_authorization(str_from(authorization, scheme.n), out);
		out->amz_date = http_header_get(request->headers, STR("x-amz-date"));
		out->token = http_header_get(request->headers, STR("x-amz-security-token"));
	} else if (str_find(request->query, STR("X-Amz-Credential=")) >= 0 ||
		   str_find(request->query, STR("X-Amz-Algorithm=")) >= 0) {
		out->form = SIGV4_QUERY;
		parse_query(arena, request->query, out);
	} else {
		return;
	}
	parse_credential(out);
	struct str date = http_header_get(request->headers, STR("date"));
	int64_t ms;
	if (out->form == SIGV4_HEADER && !out->amz_date.p && date.p) {
		char text[CLOCK_TEXT_MAX];
		out->amz_date = date;
		if (clock_parse_http(date, &ms) == 0)
			out->amz_date =
				arena_str(arena, (struct str){ text, clock_format_amz(ms, text) });
	}
}

/* ---- the derived key ------------------------------------------------------------------------- */

static struct str bytes_of(const unsigned char *p, size_t n)
{
	return (struct str){ (const char *)p, n };
}

void sigv4_derive_key(const struct sigv4_claim *c, struct str secret, struct hmac_key *out)
{
	unsigned char key[SHA256_BYTES];
	struct buf first = { 0 };
	buf_cat(&first, "AWS4");
	buf_str(&first, secret);
	hmac_sha256(buf_view(&first), c->date, key);
	hmac_sha256(bytes_of(key, sizeof key), c->region, key);
	hmac_sha256(bytes_of(key, sizeof key), c->service, key);
	hmac_sha256(bytes_of(key, sizeof key), STR("aws4_request"), key);
	hmac_key_init(out, bytes_of(key, sizeof key));
	buf_fini(&first);
}

static void sign_with(const struct sigv4_claim *c, struct str secret, struct str text,
	unsigned char out[SHA256_BYTES])
{
	struct str parts[] = { secret, c->date, c->region, c->service };
	char key_text[CACHED_TEXT_MAX];
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (n + parts[i].n + 1 > sizeof key_text) {
			struct hmac_key once;
			sigv4_derive_key(c, secret, &once);
			hmac_key_sign(&once, text, out);
			hmac_key_fini(&once);
			return;
		}
		if (parts[i].n)
			memcpy(key_text + n, parts[i].p, parts[i].n);
		n += parts[i].n;
		key_text[n++] = '\n';
	}
	if (!verifier.cache)
		verifier.cache = xcalloc(SIGV4_KEYS_CACHED, sizeof *verifier.cache);
	struct cached_key *k =
		&verifier.cache[str_hash((struct str){ key_text, n }) % SIGV4_KEYS_CACHED];
	if (k->n != n || !bytes_equal_secret(k->text, key_text, n)) {
		if (k->n)
			hmac_key_fini(&k->key);
		sigv4_derive_key(c, secret, &k->key);
		memcpy(k->text, key_text, n);
		k->n = n;
	}
	hmac_key_sign(&k->key, text, out);
}

/* ---- verifying ------------------------------------------------------------------------------- */

static int refuse(struct sigv4_error *error, enum sigv4_failure failure, struct str message)
{
	*error = (struct sigv4_error){ failure, message };
	return -EACCES;
}

static bool signs_header(const struct sigv4_claim *claim, struct str name)
{
	struct str names = claim->signed_headers, signed_name;
	while (names.p && str_cut(&names, ';', &signed_name))
		if (str_eq_ci(signed_name, name))
			return true;
	return false;
}

static int check_complete(struct arena *arena, const struct sigv4_request *request,
	const struct sigv4_claim *c, struct sigv4_error *error)
{
	const struct {
		bool missing;
		const char *text;
	} parts[] = {
		{ !c->credential.n, "Authorization header requires 'Credential' parameter. " },
		{ !c->signature.n, "Authorization header requires 'Signature' parameter. " },
		{ !c->signed_headers.n,
			"Authorization header requires 'SignedHeaders' parameter. " },
		{ !c->amz_date.n,
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " },
	};
	struct buf b = { 0 };
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (parts[i].missing)
			buf_cat(&b, parts[i].text);
	if (!b.n && !c->term.p)
		buf_printf(&b,
			"Credential must have exactly 5 slash-delimited elements, e.g. "
			"keyid/date/region/service/term, got '%.*s'",
			STR_ARG(c->credential));
	else if (!b.n && !str_is(c->term, "aws4_request"))
		buf_printf(&b,
			"Credential should be scoped with a valid terminator: 'aws4_request', not '%.*s'.",
			STR_ARG(c->term));
	else if (!b.n && !signs_header(c, STR("host")))
		buf_cat(&b,
			"'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
	else if (!b.n && http_header_get(request->headers, STR("x-amz-target")).p &&
		 !signs_header(c, STR("x-amz-target")))
		buf_cat(&b, "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
	struct str message = b.n ? arena_str(arena, buf_view(&b)) : (struct str){ 0 };
	buf_fini(&b);
	return message.n ? refuse(error, SIGV4_INCOMPLETE, message) : 0;
}

static struct str amz_text(struct arena *arena, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];
	return arena_str(arena, (struct str){ text, clock_format_amz(ms, text) });
}

static int check_expiry(struct arena *arena, const struct sigv4_claim *c, int64_t signed_ms,
	int64_t now_ms, struct sigv4_error *error)
{
	int64_t expires_s;
	if (!c->expires.p)
		expires_s = SKEW_MS / 1000;
	else if (str_to_i64(c->expires, &expires_s) < 0)
		return refuse(error, SIGV4_BAD_EXPIRES, STR("X-Amz-Expires should be a number"));
	if (expires_s < 0)
		return refuse(error, SIGV4_BAD_EXPIRES, STR("X-Amz-Expires must be non-negative"));
	if (expires_s > EXPIRES_S_MAX)
		return refuse(error, SIGV4_BAD_EXPIRES,
			STR("X-Amz-Expires must be less than a week (in seconds); that is, "
			    "the given X-Amz-Expires must be less than 604800 seconds"));
	if (now_ms <= signed_ms + expires_s * 1000)
		return 0;
	struct str now = amz_text(arena, now_ms),
		   end = amz_text(arena, signed_ms + expires_s * 1000);
	return refuse(error, SIGV4_EXPIRED,
		arena_printf(arena, "Signature expired: %.*s is now earlier than %.*s",
			STR_ARG(end), STR_ARG(now)));
}

static int check_time(
	struct arena *arena, const struct sigv4_claim *c, int64_t now_ms, struct sigv4_error *error)
{
	int64_t ms;
	if (clock_parse_amz(c->amz_date, &ms) < 0)
		return refuse(error, SIGV4_INCOMPLETE,
			arena_printf(arena,
				"Date must be in ISO-8601 'basic format'. Got "
				"'%.*s'. See http://en.wikipedia.org/wiki/ISO_8601",
				STR_ARG(c->amz_date)));
	if (c->amz_date.n < 8 || !str_eq(str_sub(c->amz_date, 0, 8), c->date))
		return refuse(error, SIGV4_MISMATCH,
			arena_printf(arena,
				"Date in Credential scope does not match YYYYMMDD "
				"from ISO-8601 version of date from HTTP: '%.*s' != '%.8s', from '%.*s'.",
				STR_ARG(c->date), c->amz_date.p, STR_ARG(c->amz_date)));
	struct str now = { 0 };
	if (ms > now_ms + SKEW_MS) {
		now = amz_text(arena, now_ms);
		return refuse(error, SIGV4_SKEWED,
			arena_printf(arena,
				"Signature not yet current: %.*s is still later "
				"than %.*s (%.*s + 15 min.)",
				STR_ARG(c->amz_date), STR_ARG(amz_text(arena, now_ms + SKEW_MS)),
				STR_ARG(now)));
	}
	if (c->form == SIGV4_QUERY)
		return check_expiry(arena, c, ms, now_ms, error);
	if (ms < now_ms - SKEW_MS) {
		now = amz_text(arena, now_ms);
		return refuse(error, SIGV4_SKEWED,
			arena_printf(arena,
				"Signature expired: %.*s is now earlier than %.*s "
				"(%.*s - 15 min.)",
				STR_ARG(c->amz_date), STR_ARG(amz_text(arena, now_ms - SKEW_MS)),
				STR_ARG(now)));
	}
	return 0;
}

/* The payload's hash that the request names itself, or p == NULL. */
static struct str named_hash(const struct sigv4_request *request, const struct sigv4_claim *claim,
	enum sigv4_rules rules)
{
	struct str named = http_header_get(request->headers, STR("x-amz-content-sha256"));
	if (!named.p && claim->form == SIGV4_QUERY && rules == SIGV4_RULES_S3)
		return STR("UNSIGNED-PAYLOAD");
	return named;
}

bool sigv4_hashes_body(const struct sigv4_request *request, const struct sigv4_claim *claim,
	enum sigv4_rules rules)
{
	struct str named = named_hash(request, claim, rules);
	return claim->form != SIGV4_NONE && !str_is(named, "UNSIGNED-PAYLOAD") &&
	       !str_starts(named, STR("STREAMING-"));
}

static void give_back(struct buf *scratch)
{
	scratch->n = 0;
	if (scratch->cap > SCRATCH_KEPT)
		buf_fini(scratch);
}

static int check_signature(struct arena *arena, const struct sigv4_request *request,
	const struct sigv4_claim *claim, struct str secret, struct str payload_hash,
	enum sigv4_rules rules, struct sigv4_error *error)
{
	struct buf *b = &verifier.scratch;
	unsigned char mac[SHA256_BYTES], given[SHA256_BYTES];
	b->n = 0;
	sigv4_canonical_request(b, arena, request, claim->signed_headers, payload_hash, rules);
	size_t canonical_n = b->n;
	/* Room first: the view of the canonical request must not move. */
	buf_reserve(b, 256 + claim->credential.n + claim->amz_date.n);
	sigv4_string_to_sign(b, claim, (struct str){ b->p, canonical_n });
	struct str to_sign = { b->p + canonical_n, b->n - canonical_n };
	sign_with(claim, secret, to_sign, mac);
	int r = 0;
	if (hex_decode(claim->signature, given, sizeof given) < 0 ||
		!bytes_equal_secret(mac, given, sizeof mac))
		r = refuse(error, SIGV4_MISMATCH,
			arena_printf(arena,
				"%s\n\nThe Canonical String for this request should "
				"have been\n'%.*s'\n\nThe String-to-Sign should have been\n'%.*s'\n",
				MISMATCH_TEXT, (int)canonical_n, b->p, STR_ARG(to_sign)));
	give_back(b);
	return r;
}

int sigv4_verify(struct arena *arena, const struct sigv4_request *request,
	const struct sigv4_claim *claim, struct str secret, struct str body, enum sigv4_rules rules,
	int64_t now_ms, struct sigv4_error *error)
{
	char hex[2 * SHA256_BYTES + 1];
	int r = check_complete(arena, request, claim, error);
	if (r == 0)
		r = check_time(arena, claim, now_ms, error);
	if (r < 0)
		return r;
	struct str payload_hash = named_hash(request, claim, rules);
	if (sigv4_hashes_body(request, claim, rules) && (body.p || !payload_hash.p)) {
		sha256_hex(body, hex);
		if (payload_hash.p && !str_eq_ci(payload_hash, str_c(hex)))
			return refuse(error, SIGV4_BODY_CHANGED,
				STR("The provided 'x-amz-content-sha256' header does not match what was computed."));
		if (!payload_hash.p)
			payload_hash = str_c(hex);
	}
	return check_signature(arena, request, claim, secret, payload_hash, rules, error);
}

/* ---- signing --------------------------------------------------------------------------------- */

static int compare_headers(const void *a, const void *b)
{
	const struct http_header *x = a, *y = b;
	size_t n = MIN(x->name.n, y->name.n);
	int order = n ? strncasecmp(x->name.p, y->name.p, n) : 0;
	return order ? order : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

/* "a;b;c": each name once, in lower case. The headers are sorted. */
static struct str signed_names(struct arena *arena, const struct http_headers *headers)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < headers->n; i++) {
		if (i && str_eq_ci(headers->v[i].name, headers->v[i - 1].name))
			continue;
		if (b.n)
			buf_char(&b, ';');
		for (size_t j = 0; j < headers->v[i].name.n; j++) {
			char c = headers->v[i].name.p[j];
			buf_char(&b, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
		}
	}
	struct str names = arena_str(arena, buf_view(&b));
	buf_fini(&b);
	return names;
}

size_t sigv4_sign(struct arena *arena, const struct sigv4_signer *signer,
	const struct sigv4_request *request, struct str body,
	struct http_header out[SIGV4_SIGN_HEADERS_MAX])
{
	enum sigv4_rules rules =
		str_is(signer->service, "s3") ? SIGV4_RULES_S3 : SIGV4_RULES_COMMON;
	char hex[2 * SHA256_BYTES + 1], mac_hex[2 * SHA256_BYTES + 1];
	unsigned char mac[SHA256_BYTES];
	size_t n = 0;
	struct str amz_date = amz_text(arena, signer->now_ms);
	sha256_hex(body, hex);
	out[n++] = (struct http_header){ STR("X-Amz-Date"), amz_date };
	if (signer->session_token.n)
		out[n++] =
			(struct http_header){ STR("X-Amz-Security-Token"), signer->session_token };
	if (rules == SIGV4_RULES_S3)
		out[n++] = (struct http_header){ STR("X-Amz-Content-Sha256"),
			arena_str(arena, str_c(hex)) };
	struct http_headers all = { arena_alloc(arena, (request->headers->n + n) * sizeof *all.v),
		0 };
	for (size_t i = 0; i < request->headers->n; i++)
		all.v[all.n++] = request->headers->v[i];
	for (size_t i = 0; i < n; i++)
		all.v[all.n++] = out[i];
	qsort(all.v, all.n, sizeof *all.v, compare_headers);

	struct sigv4_request with = { request->method, request->path, request->query, &all };
	struct sigv4_claim claim = { .form = SIGV4_HEADER,
		.amz_date = amz_date,
		.date = str_sub(amz_date, 0, 8),
		.region = signer->region,
		.service = signer->service,
		.access_key_id = signer->access_key_id };
	claim.credential = arena_printf(arena, "%.*s/%.*s/%.*s/%.*s/aws4_request",
		STR_ARG(signer->access_key_id), STR_ARG(claim.date), STR_ARG(signer->region),
		STR_ARG(signer->service));
	claim.signed_headers = signed_names(arena, &all);
	struct buf canonical = { 0 }, to_sign = { 0 };
	sigv4_canonical_request(&canonical, arena, &with, claim.signed_headers, str_c(hex), rules);
	sigv4_string_to_sign(&to_sign, &claim, buf_view(&canonical));
	sign_with(&claim, signer->secret_access_key, buf_view(&to_sign), mac);
	hex_encode(mac, sizeof mac, mac_hex);
	buf_fini(&canonical);
	buf_fini(&to_sign);
	out[n++] = (struct http_header){ STR("Authorization"),
		arena_printf(arena,
			"AWS4-HMAC-SHA256 Credential=%.*s, SignedHeaders=%.*s, Signature=%s",
			STR_ARG(claim.credential), STR_ARG(claim.signed_headers), mac_hex) };
	return n;
}
